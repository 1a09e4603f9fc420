"""Every trigger type: its builder, and what makes a payload of a bare value."""

from __future__ import annotations

import importlib
from collections.abc import Callable
from functools import cache
from typing import Any, NamedTuple

from pytest_azfunc.errors import BindingError, kind_of
from pytest_azfunc.host.bindings.payload import Occasion, Payload

# What makes a payload of a bare value, which is None when a test gives nothing.
FromBare = Callable[[Any, Occasion], Payload]

_NOTHING = object()


class Entry(NamedTuple):
    """How payloads of one trigger type are made."""

    builder: str
    """Name of the builder that an error recommends."""
    from_bare: FromBare
    """Makes a payload of a bare value, or of None when nothing is given."""


@cache
def _builder(module: str, name: str) -> Callable[..., Payload]:
    found: Callable[..., Payload] = getattr(importlib.import_module(f"{__package__}.{module}"), name)
    return found


def _by_value(module: str, builder: str, default: Any = _NOTHING, function: str = "") -> Entry:
    """The builder takes the bare value, and *default* (or no argument at all) when nothing is given."""

    def from_bare(value: Any, _: Occasion) -> Payload:
        build = _builder(module, function or builder)  # imported when needed: an app has few of these triggers
        if value is not None:
            return build(value)
        return build() if default is _NOTHING else build(default)

    return Entry(builder, from_bare)


def _valueless(module: str, builder: str, hint: str) -> Entry:
    """The trigger carries nothing that a test could give without its builder."""

    def from_bare(value: Any, occasion: Occasion) -> Payload:
        if value is not None:
            raise BindingError(
                "payload-type",
                function=occasion.function.name,
                binding=occasion.trigger.name,
                location=occasion.trigger.location,
                type=occasion.trigger.type,
                found=kind_of(value),
                remedy=hint,
            )
        return _builder(module, builder)()

    return Entry(builder, from_bare)


def _http(value: Any, occasion: Occasion) -> Payload:
    return _builder("http", "for_content")(value, occasion)


_GENERIC = _by_value("generic", "generic")

ENTRIES: dict[str, Entry] = {
    "httptrigger": Entry("http", _http),
    "timertrigger": _valueless("timer", "timer", "pass nothing, or timer(past_due=True)"),
    "warmuptrigger": _valueless("simple", "warmup", "pass nothing, or warmup()"),
    "manualtrigger": _by_value("simple", "manual"),
    # storage and messages
    "queuetrigger": _by_value("queue", "queue"),
    "blobtrigger": _by_value("blob", "blob"),
    "eventgridtrigger": _by_value("event_grid", "event_grid"),
    "eventhubtrigger": _by_value("event_hub", "event_hub", ""),
    "servicebustrigger": _by_value("service_bus", "service_bus", ""),
    "kafkatrigger": _by_value("kafka", "kafka", ""),
    # data
    "cosmosdbtrigger": _by_value("cosmos_db", "cosmos_db"),
    "sqltrigger": _by_value("sql", "sql"),
    "mysqltrigger": _by_value("sql", "mysql"),
    # real time
    "signalrtrigger": _by_value("simple", "signalr", function="signalr_arguments", default=None),
    # durable
    "orchestrationtrigger": _by_value("durable", "orchestration"),
    "activitytrigger": _by_value("durable", "activity"),
    "entitytrigger": _by_value("durable", "entity"),
    # Dapr
    "daprserviceinvocationtrigger": _by_value("dapr", "dapr_invocation"),
    "daprbindingtrigger": _by_value("dapr", "dapr_binding"),
    "daprtopictrigger": _by_value("dapr", "dapr_topic"),
    # agents and connectors
    "assistantskilltrigger": _by_value("simple", "assistant_skill"),
    "mcptooltrigger": _by_value("mcp", "mcp_tool"),
    "mcpresourcetrigger": _by_value("mcp", "mcp_resource"),
    "mcpprompttrigger": _by_value("mcp", "mcp_prompt"),
    "connectortrigger": _by_value("simple", "connector"),
    # without a builder of their own
    "rabbitmqtrigger": _GENERIC,
    "redispubsubtrigger": _GENERIC,
    "redislisttrigger": _GENERIC,
    "redisstreamtrigger": _GENERIC,
    "webpubsubtrigger": _GENERIC,
}


def entry(trigger_type: str) -> Entry:
    """How payloads of the trigger type are made; those of a contributed type with ``generic(...)``."""
    return ENTRIES.get(trigger_type.lower(), _GENERIC)
