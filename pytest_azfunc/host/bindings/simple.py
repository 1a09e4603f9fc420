"""Triggers whose payload is one small value, and what they share with the other text triggers.

Sources: azure-webjobs-sdk-extensions (warmup, manual), azure-sdk-for-net SignalRTriggerBinding, the OpenAI
extension's AssistantSkillTriggerBindingProvider, the connector extension's ConnectorTriggerBinding.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar

from pytest_azfunc.errors import BindingError
from pytest_azfunc.host.bindings.json_body import overlay, scalar_text
from pytest_azfunc.host.bindings.payload import (
    Delivery,
    Occasion,
    Payload,
    content_of,
    string_or_bytes,
    to_json,
    wrong_value,
)
from pytest_azfunc.rpc import TypedData


def plain(value: Any, builder: str) -> Any:
    """The value as JSON gives it back: dicts, lists and scalars.

    :raises BindingError: it has no JSON form.
    """
    if isinstance(value, Mapping) and not isinstance(value, dict):
        value = dict(value)
    return json.loads(to_json(value, builder))


def compact(value: Any) -> str:
    """JSON text without spaces, as Newtonsoft writes it for the host."""
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False)


def json_or_string(value: Any) -> TypedData | None:
    """Typed data of one piece of trigger metadata; None for null, which the host leaves out."""
    if value is None:
        return None
    return TypedData("string", value) if isinstance(value, str) else TypedData("json", compact(value))


def put(metadata: dict[str, TypedData], name: str, data: TypedData) -> None:
    """Set a piece of metadata; names ignore case, and the first spelling stays."""
    spelled = next((key for key in metadata if key.lower() == name.lower()), name)
    metadata[spelled] = data


def check_text(occasion: Occasion, builder: str) -> None:
    """Refuse a dataType that makes the extension look for another .NET type than a string.

    :raises BindingError: it is ``binary`` or ``stream``.
    """
    trigger = occasion.trigger
    if trigger.data_type in ("binary", "stream"):
        raise BindingError(
            "payload-data-type",
            function=occasion.function.name,
            binding=trigger.name,
            location=trigger.location,
            builder=builder,
            type=trigger.type,
            data_type=trigger.data_type,
        )


def text_delivery(
    text: str, occasion: Occasion, builder: str, metadata: dict[str, TypedData] | None = None
) -> Delivery:
    """A text value of a trigger whose extension delivers text only, with what its JSON lays over the metadata.

    :raises BindingError: the binding asks for binary data, or the text is none that UTF-8 can carry.
    """
    check_text(occasion, builder)
    content_of(text, builder)
    metadata = {} if metadata is None else metadata
    overlay(metadata, text)
    return Delivery(TypedData("string", text), metadata)


def check_texts(builder: str, **values: object) -> None:
    """Refuse arguments that are neither None nor a string.

    :raises BindingError: naming the first of them.
    """
    for name, value in values.items():
        if value is not None and not isinstance(value, str):
            raise wrong_value(builder, name, value, "a string")


def text_mapping(builder: str, name: str, value: object) -> dict[str, str]:
    """A mapping of strings, or an empty one for None.

    :raises BindingError: it is something else.
    """
    if value is None:
        return {}
    if not isinstance(value, Mapping) or not all(
        isinstance(key, str) and isinstance(item, str) for key, item in value.items()
    ):
        raise wrong_value(builder, name, value, "a mapping of strings")
    return dict(value)


@dataclass(frozen=True)
class _TextPayload(Payload):
    """A text of its own, which may have been given as bytes."""

    content: str | bytes

    def deliver(self, occasion: Occasion) -> Delivery:
        check_text(occasion, self.builder)
        text = string_or_bytes(self.content, occasion.trigger, self.builder).value
        return text_delivery(text, occasion, self.builder)


@dataclass(frozen=True)
class WarmupPayload(Payload):
    """A new instance comes up; see :func:`warmup`."""

    builder: ClassVar[str] = "warmup"
    makes: ClassVar[str] = "a warmupTrigger"
    trigger_types: ClassVar[frozenset[str] | None] = frozenset(("warmuptrigger",))

    def deliver(self, occasion: Occasion) -> Delivery:
        return Delivery(TypedData("json", "{}"))


def warmup() -> WarmupPayload:
    """The call that a new instance gets before any other, for a function with a ``warmupTrigger``.

    It carries nothing: the function gets an empty ``azure.functions.warmup.WarmUpContext``.
    (https://learn.microsoft.com/azure/azure-functions/functions-bindings-warmup)
    """
    return WarmupPayload()


@dataclass(frozen=True)
class ManualPayload(_TextPayload):
    """A run that somebody asked for; see :func:`manual`."""

    builder: ClassVar[str] = "manual"
    makes: ClassVar[str] = "a manualTrigger"
    trigger_types: ClassVar[frozenset[str] | None] = frozenset(("manualtrigger",))


def manual(input: Any = "") -> ManualPayload:
    """A run asked for by hand (portal, or the host's admin API), for a function with a ``manualTrigger``.

    :param input: the request's ``"input"``: ``str`` as it is, everything else as JSON text.
    :raises BindingError: a value without a JSON form.

    The function gets a ``str``.
    (https://learn.microsoft.com/azure/azure-functions/functions-manually-run-non-http)
    """
    return ManualPayload(content_of(input, "manual"))


@dataclass(frozen=True)
class SignalRPayload(Payload):
    """A message or a connection event of a SignalR client; see :func:`signalr`."""

    builder: ClassVar[str] = "signalr"
    makes: ClassVar[str] = "a signalRTrigger"
    trigger_types: ClassVar[frozenset[str] | None] = frozenset(("signalrtrigger",))

    arguments: tuple[Any, ...] | None
    connection_id: str
    user_id: str | None = None
    hub: str | None = None
    category: str | None = None
    event: str | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
    query: Mapping[str, str] = field(default_factory=dict)
    claims: Mapping[str, str] = field(default_factory=dict)
    error: str | None = None

    def deliver(self, occasion: Occasion) -> Delivery:
        declared = occasion.trigger.properties
        category = _first(self.category, declared.get("category"), "messages")
        arguments = self.arguments
        if arguments is None and category.lower() != "connections":
            arguments = ()
        context = {
            "Arguments": None if arguments is None else list(arguments),
            "Error": self.error,
            "Category": category,
            "Event": _first(self.event, declared.get("event"), "SendMessage"),
            "Hub": _first(self.hub, declared.get("hubName"), "hub"),
            "ConnectionId": self.connection_id,
            "UserId": self.user_id,
            "Headers": dict(self.headers),
            "Query": dict(self.query),
            "Claims": dict(self.claims),
        }
        return Delivery(TypedData("json", compact(context)), _named(arguments, declared.get("parameterNames")))


def _first(*candidates: Any) -> str:
    """The first that is a text; the last is always one."""
    return next(text for text in candidates if isinstance(text, str) and text)


def _named(arguments: tuple[Any, ...] | None, names: object) -> dict[str, TypedData]:
    """The arguments under the names that the binding gives them."""
    if not isinstance(names, list) or not names:
        return {}
    given = arguments or ()
    if len(given) != len(names):
        raise wrong_value(
            "signalr", "arguments", list(given), f"as many as the trigger's parameterNames ({len(names)})"
        )
    typed = ((str(name), json_or_string(value)) for name, value in zip(names, given, strict=True))
    return {name: data for name, data in typed if data is not None}


def signalr(
    *arguments: Any,
    connection_id: str = "Vf1xF8pHsmPr9OJ4KwzE1Q1ab2c3d4e",
    user_id: str | None = None,
    hub: str | None = None,
    category: str | None = None,
    event: str | None = None,
    headers: Mapping[str, str] | None = None,
    query: Mapping[str, str] | None = None,
    claims: Mapping[str, str] | None = None,
    error: str | None = None,
) -> SignalRPayload:
    """What a SignalR client sent, or that it came or went, for a function with a ``signalRTrigger``.

    :param arguments: the arguments of the client's call, each anything that JSON can say.
    :param connection_id: the client's connection.
    :param user_id: who the client is; None for an anonymous one.
    :param hub: the hub; the trigger's ``hubName`` when None.
    :param category: ``"messages"`` or ``"connections"``; the trigger's when None.
    :param event: the called method, ``"connected"`` or ``"disconnected"``; the trigger's when None.
    :param headers: headers of the service's request, several values of one name joined with a comma.
    :param query: the query with which the client connected.
    :param claims: claims of the client's token.
    :param error: why the connection was closed; None when it was closed in good order.
    :raises BindingError: an argument without a JSON form, or not as many as the trigger's ``parameterNames``.

    The function gets the whole context as JSON *text*: there is no converter for it.
    (https://learn.microsoft.com/azure/azure-functions/functions-bindings-signalr-service-trigger)
    """
    check_texts("signalr", user_id=user_id, hub=hub, category=category, event=event, error=error)
    if not isinstance(connection_id, str) or not connection_id:
        raise wrong_value("signalr", "connection_id", connection_id, "a text")
    return SignalRPayload(
        tuple(plain(argument, "signalr") for argument in arguments) or None,
        connection_id,
        user_id,
        hub,
        category,
        event,
        text_mapping("signalr", "headers", headers),
        text_mapping("signalr", "query", query),
        text_mapping("signalr", "claims", claims),
        error,
    )


def signalr_arguments(arguments: Any) -> SignalRPayload:
    """The payload of a bare value: a list or tuple holds the arguments, everything else is the only one."""
    if arguments is None:
        return signalr()
    return signalr(*arguments) if isinstance(arguments, (list, tuple)) else signalr(arguments)


@dataclass(frozen=True)
class ConnectorPayload(_TextPayload):
    """What a connector saw; see :func:`connector`."""

    builder: ClassVar[str] = "connector"
    makes: ClassVar[str] = "a connectorTrigger"
    trigger_types: ClassVar[frozenset[str] | None] = frozenset(("connectortrigger",))


def connector(payload: Any = None) -> ConnectorPayload:
    """What a managed connector saw (a new mail, a new row), for a function with a ``connectorTrigger``.

    :param payload: the connector's payload: ``str`` is its JSON text, everything else is made JSON text; an empty
        object when None.
    :raises BindingError: a value without a JSON form.

    The function gets a ``str`` even where it is annotated ``dict``: the SDK's converter doesn't parse it.
    (https://github.com/Azure/azure-functions-connector-extension)
    """
    if payload is None:
        payload = {}
    if isinstance(payload, (str, bytes, bytearray, memoryview)):
        return ConnectorPayload(content_of(payload, "connector"))
    return ConnectorPayload(compact(plain(payload, "connector")))


@dataclass(frozen=True)
class AssistantSkillPayload(Payload):
    """A call of a skill by an assistant; see :func:`assistant_skill`."""

    builder: ClassVar[str] = "assistant_skill"
    makes: ClassVar[str] = "an assistantSkillTrigger"
    trigger_types: ClassVar[frozenset[str] | None] = frozenset(("assistantskilltrigger",))

    argument: str | None

    def deliver(self, occasion: Occasion) -> Delivery:
        if self.argument is None:
            check_text(occasion, self.builder)
            return Delivery(TypedData(None, None))
        return text_delivery(self.argument, occasion, self.builder)


def assistant_skill(argument: Any = "") -> AssistantSkillPayload:
    """A call of a skill by an OpenAI assistant, for a function with an ``assistantSkillTrigger``.

    :param argument: the value of the skill's one parameter, as the model gives it. ``str`` is text, a number or a
        bool arrives as .NET prints it (``5``, ``True``), everything else as JSON text; None when the model gives
        nothing: the function gets None.
    :raises BindingError: a value without a JSON form.

    The extension reads dates in the model's answer, so ``"2024-01-02T03:04:05Z"`` arrives as
    ``"01/02/2024 03:04:05"``.
    (https://learn.microsoft.com/azure/azure-functions/functions-bindings-openai-assistant-trigger)
    """
    if argument is None:
        return AssistantSkillPayload(None)
    value = plain(argument, "assistant_skill")
    return AssistantSkillPayload(compact(value) if isinstance(value, (dict, list)) else scalar_text(value))
