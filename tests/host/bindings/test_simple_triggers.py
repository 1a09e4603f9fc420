"""Warmup, manual, SignalR, connectors, assistant skills: what the host sends, and what the worker makes of it."""

from __future__ import annotations

import json
from datetime import datetime, timezone
from typing import Any

import pytest
from azure.functions.warmup import WarmUpContext

from pytest_azfunc.errors import BindingError
from pytest_azfunc.host.bindings.connector import connector
from pytest_azfunc.host.bindings.openai import assistant_skill
from pytest_azfunc.host.bindings.payload import Delivery, Payload
from pytest_azfunc.host.bindings.signalr import signalr, signalr_arguments
from pytest_azfunc.host.bindings.warmup import manual, warmup
from pytest_azfunc.project.binding_types import KNOWN
from pytest_azfunc.project.function_json import parse_function
from pytest_azfunc.rpc import TypedData
from pytest_azfunc.worker.converters import Converters
from tests.host.occasions import occasion_of

NOW = datetime(2026, 1, 31, 9, 30, tzinfo=timezone.utc)
CONVERTERS = Converters()


def delivered(payload: Payload, kind: str, **binding: Any) -> Delivery:
    """What the host sends for the payload."""
    trigger = {"name": "value", "type": kind, "direction": "in", **binding}
    occasion = occasion_of(parse_function("F", "/app/F", {"bindings": [trigger]}, KNOWN), NOW)
    payload.fit(occasion)
    return payload.deliver(occasion)


def decoded(payload: Payload, kind: str, **binding: Any) -> Any:
    """What the worker makes of it."""
    delivery = delivered(payload, kind, **binding)
    assert isinstance(delivery.value, TypedData)
    return CONVERTERS.decode(kind, delivery.value, CONVERTERS.datums(delivery.metadata))


def string(text: str) -> TypedData:
    return TypedData("string", text)


# Warmup


@pytest.mark.parametrize("data_type", ["string", "binary", "stream"])
def test_warmup(data_type: str) -> None:
    assert delivered(warmup(), "warmupTrigger", dataType=data_type) == Delivery(TypedData("json", "{}"), {})
    assert type(decoded(warmup(), "warmupTrigger")) is WarmUpContext


# Manual


@pytest.mark.parametrize(("value", "text"), [("x", "x"), ("", ""), (b"x", "x"), (5, "5"), ([1], "[1]")])
def test_manual(value: Any, text: str) -> None:
    assert delivered(manual(value), "manualTrigger") == Delivery(string(text), {})
    assert decoded(manual(value), "manualTrigger") == text


def test_manual_with_an_object() -> None:
    assert delivered(manual({"id": 7}), "manualTrigger").metadata == {"id": string("7")}


# SignalR


def test_signalr() -> None:
    payload = signalr(
        "hi", {"n": 1}, None, connection_id="c", user_id="u", headers={"H": "1"}, query={"q": "2"}, claims={"sub": "u"}
    )
    declared = {"hubName": "chat", "category": "messages", "event": "Say", "parameterNames": ["text", "extra", "none"]}
    assert delivered(payload, "signalRTrigger", **declared) == Delivery(
        TypedData(
            "json",
            '{"Arguments":["hi",{"n":1},null],"Error":null,"Category":"messages","Event":"Say","Hub":"chat",'
            '"ConnectionId":"c","UserId":"u","Headers":{"H":"1"},"Query":{"q":"2"},"Claims":{"sub":"u"}}',
        ),
        {"text": string("hi"), "extra": TypedData("json", '{"n":1}')},
    )


def test_signalr_gives_text() -> None:
    context = json.loads(decoded(signalr(5), "signalRTrigger", dataType="binary"))
    assert (context["Arguments"], context["Category"], context["Event"], context["Hub"]) == (
        [5],
        "messages",
        "SendMessage",
        "hub",
    )


def test_signalr_connections() -> None:
    payload = signalr(category="connections", event="disconnected", hub="chat", error="gone")
    context = json.loads(decoded(payload, "signalRTrigger", category="messages"))
    assert (context["Arguments"], context["Category"], context["Event"]) == (None, "connections", "disconnected")
    assert (context["Hub"], context["Error"], context["UserId"]) == ("chat", "gone", None)
    assert json.loads(decoded(signalr(), "signalRTrigger"))["Arguments"] == []


def test_signalr_of_a_bare_value() -> None:
    assert signalr_arguments(None).arguments is None
    assert signalr_arguments("x").arguments == ("x",)
    assert signalr_arguments(["x", 1]).arguments == ("x", 1)


def test_signalr_with_the_wrong_number_of_arguments() -> None:
    with pytest.raises(BindingError) as caught:
        delivered(signalr("x"), "signalRTrigger", parameterNames=["a", "b"])
    assert caught.value.rule == "payload-value"


# Connectors


@pytest.mark.parametrize(
    ("value", "text"),
    [({"id": 7}, '{"id":7}'), ([1], "[1]"), ('{"id": 7}', '{"id": 7}'), (b"{}", "{}"), (None, "{}"), (5, "5")],
)
def test_connector(value: Any, text: str) -> None:
    assert delivered(connector(value), "connectorTrigger").value == string(text)
    assert decoded(connector(value), "connectorTrigger") == text  # never a dict, whatever the annotation says


def test_connector_metadata() -> None:
    assert delivered(connector({"id": 7}), "connectorTrigger").metadata == {"id": string("7")}


# Assistant skills


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("buy milk", "buy milk"),
        ("", ""),
        (5, "5"),
        (1.0, "1"),
        (True, "True"),
        ({"a": 1}, '{"a":1}'),
        ([1, 2], "[1,2]"),
        ("2024-01-02T03:04:05Z", "01/02/2024 03:04:05"),
    ],
)
def test_assistant_skill(value: Any, text: str) -> None:
    assert delivered(assistant_skill(value), "assistantSkillTrigger").value == string(text)
    assert decoded(assistant_skill(value), "assistantSkillTrigger") == text


def test_an_assistant_that_gives_nothing() -> None:
    assert delivered(assistant_skill(None), "assistantSkillTrigger") == Delivery(TypedData(None, None), {})
    assert decoded(assistant_skill(None), "assistantSkillTrigger") is None


# Refusals


@pytest.mark.parametrize(
    ("builder", "arguments", "rule"),
    [
        (manual, {"input": {1}}, "payload-not-json"),
        (manual, {"input": "\ud800"}, "payload-value"),
        (connector, {"payload": {1}}, "payload-not-json"),
        (assistant_skill, {"argument": b"x"}, "payload-not-json"),
        (signalr, {"connection_id": ""}, "payload-value"),
        (signalr, {"user_id": 5}, "payload-value"),
        (signalr, {"headers": {"a": 1}}, "payload-value"),
        (signalr, {"query": "a=1"}, "payload-value"),
        (signalr, {"claims": ["a"]}, "payload-value"),
    ],
)
def test_what_no_host_sends(builder: Any, arguments: dict[str, Any], rule: str) -> None:
    with pytest.raises(BindingError) as caught:
        builder(**arguments)
    assert caught.value.rule == rule


@pytest.mark.parametrize(
    ("payload", "kind"),
    [
        (manual("x"), "manualTrigger"),
        (connector(), "connectorTrigger"),
        (assistant_skill("x"), "assistantSkillTrigger"),
        (assistant_skill(None), "assistantSkillTrigger"),
    ],
)
@pytest.mark.parametrize("data_type", ["binary", "stream"])
def test_text_only(payload: Payload, kind: str, data_type: str) -> None:
    with pytest.raises(BindingError) as caught:
        delivered(payload, kind, dataType=data_type)
    assert caught.value.rule == "payload-data-type"


@pytest.mark.parametrize(
    ("payload", "kind"), [(manual(b"\xff"), "manualTrigger"), (connector(b"\xff"), "connectorTrigger")]
)
def test_bytes_that_are_no_text(payload: Payload, kind: str) -> None:
    with pytest.raises(BindingError) as caught:
        delivered(payload, kind)
    assert caught.value.rule == "payload-not-utf8"
