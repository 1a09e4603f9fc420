"""Several messages at a time, for triggers with cardinality ``many``."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Any, ClassVar, Protocol

from pytest_azfunc.errors import BindingError, kind_of, listing, suggestion
from pytest_azfunc.host.bindings.event_hub import EventHubPayload, event_hub
from pytest_azfunc.host.bindings.kafka import KafkaPayload, kafka
from pytest_azfunc.host.bindings.payload import Delivery, Occasion, Payload, is_sdk_object
from pytest_azfunc.host.bindings.service_bus import ServiceBusPayload, service_bus
from pytest_azfunc.project import Function
from pytest_azfunc.rpc import PythonObject


class ManyPayload(Protocol):
    """A class of payloads whose trigger can take many of them at a time."""

    builder: ClassVar[str]

    @classmethod
    def deliver_many(cls, payloads: Sequence[Any], occasion: Occasion) -> Delivery:
        """Typed data and metadata of one batch, as the host would send them."""


Builder = Callable[..., Payload]

# The triggers that know cardinality, in lower case: what builds one message, and what delivers many.
MANY: dict[str, tuple[Builder, type[ManyPayload]]] = {
    "eventhubtrigger": (event_hub, EventHubPayload),
    "servicebustrigger": (service_bus, ServiceBusPayload),
    "kafkatrigger": (kafka, KafkaPayload),
}


@dataclass(frozen=True)
class BatchPayload(Payload):
    """Several messages; see :func:`batch`."""

    builder: ClassVar[str] = "batch"
    makes: ClassVar[str] = "a trigger with cardinality many"
    trigger_types: ClassVar[frozenset[str] | None] = None

    items: tuple[Any, ...]
    metadata: Mapping[str, Any] = field(default_factory=dict)

    def fit(self, function: Function) -> None:
        trigger = function.trigger
        if trigger.cardinality != "many" or trigger.kind not in MANY:
            raise _error("payload-batch", function)

    def deliver(self, occasion: Occasion) -> Delivery:
        function = occasion.function
        self.fit(function)
        if not self.items:
            raise _error("payload-batch-empty", function)
        builder, payload_class = MANY[occasion.trigger.kind]
        columns = self._columns(builder, function)
        if not columns and all(map(is_sdk_object, self.items)):
            return Delivery(PythonObject(list(self.items)))
        for index, item in enumerate(self.items):
            if isinstance(item, Payload) or is_sdk_object(item):
                _check_ready(item, index, payload_class, function)
                if columns:
                    raise _error("payload-batch-ready", function, index=index, names=", ".join(columns))
        if columns:
            rows = zip(*columns.values(), strict=True)
            payloads = [
                builder(item, **dict(zip(columns, row, strict=True)))
                for item, row in zip(self.items, rows, strict=True)
            ]
        else:
            payloads = [item if isinstance(item, Payload) else builder(item) for item in self.items]
        return payload_class.deliver_many(payloads, occasion)

    def _columns(self, builder: Builder, function: Function) -> dict[str, Sequence[Any]]:
        """Each keyword with one value for every message."""
        known = _keywords(builder)
        columns: dict[str, Sequence[Any]] = {}
        for name, value in self.metadata.items():
            if name not in known:
                raise _error(
                    "payload-batch-keyword",
                    function,
                    name=name,
                    builder=builder.__name__,
                    suggestion=suggestion(name, known),
                    known=listing("Known", known),
                )
            if not isinstance(value, list):
                columns[name] = (value,) * len(self.items)
            elif len(value) == len(self.items):
                columns[name] = value
            else:
                raise _error("payload-batch-length", function, name=name, found=len(value), expected=len(self.items))
        return columns


@cache
def _keywords(builder: Builder) -> tuple[str, ...]:
    parameters = inspect.signature(builder).parameters.values()
    return tuple(parameter.name for parameter in parameters if parameter.kind is parameter.KEYWORD_ONLY)


def _check_ready(item: object, index: int, payload_class: type[ManyPayload], function: Function) -> None:
    """Refuse a payload that another builder made, and an SDK object among other things."""
    if isinstance(item, payload_class):
        return
    found = f"{item.builder}(...)" if isinstance(item, Payload) else kind_of(item)
    raise _error("payload-batch-item", function, index=index, found=found, builder=payload_class.builder)


def _error(rule: str, function: Function, **details: object) -> BindingError:
    trigger = function.trigger
    return BindingError(rule, function=function.name, binding=trigger.name, location=trigger.location, **details)


def batch(items: Iterable[Any], **metadata: Any) -> BatchPayload:
    """Several messages at once, for a trigger with ``"cardinality": "many"``: of event hubs, Service Bus or Kafka.

    :param items: the messages: ``str`` is text, ``bytes`` raw, everything else JSON; or payloads that the builder of
        the trigger has made, such as ``batch([event_hub("a", partition_key="k"), event_hub("b")])``.
    :param metadata: arguments of that builder, each with one value for all messages, or with a list of one value for
        each: ``batch(["a", "b"], partition_key="k", sequence_number=[7, 9])``.
    :raises BindingError: no iterable. What does not fit the trigger is found when the batch is delivered.

    As in Azure, what the function gets depends on ``dataType``: without it every message must be JSON; with
    ``"string"`` empty messages get lost; ``"binary"`` keeps all as they are.
    """
    if isinstance(items, (str, bytes, bytearray, Mapping)) or not isinstance(items, Iterable):
        raise BindingError("payload-value", builder="batch", name="items", found=kind_of(items), expected="a list")
    given = {name: list(value) if isinstance(value, list) else value for name, value in metadata.items()}
    return BatchPayload(tuple(items), given)
