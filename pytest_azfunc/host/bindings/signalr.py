"""SignalR clients: what they send, and how they connect.

Source: azure-sdk-for-net, SignalRTriggerBinding.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar

from pytest_azfunc.host.bindings.binding_type import BindingType, by_builder
from pytest_azfunc.host.bindings.builder_arguments import check_filled_texts, check_texts, text_mapping, wrong_value
from pytest_azfunc.host.bindings.builder_calls import payload_builder
from pytest_azfunc.host.bindings.by_hand import never
from pytest_azfunc.host.bindings.given_values import plain
from pytest_azfunc.host.bindings.inputs import Input, object_text
from pytest_azfunc.host.bindings.net_values import compact, json_or_string
from pytest_azfunc.host.bindings.payload import Delivery, Occasion, Payload
from pytest_azfunc.rpc import TypedData

__tracebackhide__ = True


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


@payload_builder
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
    check_filled_texts("signalr", connection_id=connection_id)
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


def signalr_arguments(arguments: Any = None) -> SignalRPayload:
    """The payload of a bare value: a list or tuple holds the arguments, everything else is the only one."""
    if arguments is None:
        return signalr()
    return signalr(*arguments) if isinstance(arguments, (list, tuple)) else signalr(arguments)


def _connection_info(given: Input, value: Any) -> TypedData:
    hub = given.text("hubName", "hub").lower()
    default = {"url": f"https://azfunc.service.signalr.net/client/?hub={hub}", "accessToken": "azfunc"}
    return object_text(given, value, default)


_HUB = ("hubName",)
_USER = ("userId", "idToken")

TYPES = (
    BindingType(
        "signalRTrigger",
        builder="signalr",
        payload=by_builder(signalr_arguments),
        by_hand=never,
        returns=True,
        address=_HUB,
    ),
    BindingType("signalR", address=_HUB),
    BindingType("signalRConnectionInfo", input=_connection_info, address=_HUB, expressions=_USER),
    BindingType("signalRNegotiation", address=_HUB, expressions=_USER),
    BindingType("signalREndpoints", address=_HUB),
)
