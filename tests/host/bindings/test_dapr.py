"""Dapr triggers: what the host sends, and what the worker makes of it."""

from __future__ import annotations

import json
from datetime import datetime, timezone
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pytest_azfunc.errors import BindingError
from pytest_azfunc.host.bindings.dapr import dapr_binding, dapr_invocation, dapr_topic
from pytest_azfunc.host.bindings.payload import Delivery, Payload
from pytest_azfunc.project.binding_types import KNOWN
from pytest_azfunc.project.function_json import parse_function
from pytest_azfunc.rpc import TypedData
from pytest_azfunc.worker.converters import Converters
from tests.host.occasions import occasion_of

NOW = datetime(2026, 1, 31, 9, 30, 0, 500000, tzinfo=timezone.utc)
CONVERTERS = Converters()
TEXT = st.text(st.characters(codec="utf-8"))
INVOCATION = "daprServiceInvocationTrigger"


def delivered(payload: Payload, kind: str = INVOCATION, **binding: Any) -> Delivery:
    """What the host sends for the payload."""
    trigger = {"name": "body", "type": kind, "direction": "in", **binding}
    occasion = occasion_of(parse_function("F", "/app/F", {"bindings": [trigger]}, KNOWN), NOW)
    payload.fit(occasion)
    return payload.deliver(occasion)


def decoded(payload: Payload, kind: str = INVOCATION, **binding: Any) -> Any:
    """What the worker makes of it."""
    delivery = delivered(payload, kind, **binding)
    assert isinstance(delivery.value, TypedData)
    return CONVERTERS.decode(kind, delivery.value, CONVERTERS.datums(delivery.metadata))


def test_json() -> None:
    assert delivered(dapr_invocation({"id": 7, "who": {"n": 1}, "all": [1]})) == Delivery(
        TypedData("string", '{"id":7,"who":{"n":1},"all":[1]}'),
        {
            "body": TypedData("string", '{"id":7,"who":{"n":1},"all":[1]}'),
            "id": TypedData("string", "7"),
            "who": TypedData("json", '{"n":1}'),
        },
    )


@pytest.mark.parametrize(
    ("data", "text"),
    [
        ("hello", "hello"),
        ("", ""),
        (5, "5"),
        (True, "true"),
        ([1, 2], "[1,2]"),
        (b'"quoted"', "quoted"),
        (b'{"a": 1}', '{"a":1}'),
    ],
)
def test_a_string_comes_unquoted_and_all_else_as_json_text(data: Any, text: str) -> None:
    assert delivered(dapr_invocation(data)).value == TypedData("string", text)
    assert delivered(dapr_binding(data), "daprBindingTrigger").value == TypedData("string", text)
    assert decoded(dapr_invocation(data)) == text


def test_an_empty_body_is_none() -> None:
    for payload in (dapr_invocation(), dapr_invocation(b""), dapr_invocation(None)):
        assert delivered(payload) == Delivery(TypedData(None, None), {})
        assert decoded(payload) is None


@given(TEXT)
def test_every_text_comes_back(text: str) -> None:
    assert decoded(dapr_invocation(text)) == text


def test_binary_is_the_request_itself() -> None:
    raw = TypedData("bytes", b"\xff{")
    assert delivered(dapr_invocation(b"\xff{"), dataType="binary") == Delivery(raw, {"body": raw})
    assert decoded(dapr_invocation("text"), dataType="binary") == b'"text"'


@pytest.mark.parametrize("body", [b"\xff", b"not json", b"{"])
def test_a_body_that_is_no_json(body: bytes) -> None:
    with pytest.raises(BindingError) as caught:
        delivered(dapr_invocation(body))
    assert caught.value.rule == "payload-json-text"


def test_a_stream_is_no_text() -> None:
    with pytest.raises(BindingError) as caught:
        delivered(dapr_invocation("x"), dataType="stream")
    assert caught.value.rule == "payload-data-type"


# Topics


def test_a_topic() -> None:
    payload = dapr_topic({"id": 7}, id="e1", source="shop", trace_parent="00-ab-cd-01")
    text = (
        '{"data":{"id":7},"datacontenttype":"application/json","id":"e1","pubsubname":"messagebus","source":"shop",'
        '"specversion":"1.0","time":"2026-01-31T09:30:00Z","topic":"orders","traceid":"00-ab-cd-01",'
        '"traceparent":"00-ab-cd-01","tracestate":"","type":"com.dapr.event.sent"}'
    )
    delivery = delivered(payload, "daprTopicTrigger", topic="orders", pubSubName="messagebus")
    assert delivery.value == TypedData("string", text)
    assert delivery.metadata["body"] == TypedData("string", text)
    assert delivery.metadata["data"] == TypedData("json", '{"id":7}')
    assert delivery.metadata["time"] == TypedData("string", "01/31/2026 09:30:00")  # as .NET prints a date


def test_the_function_gets_the_whole_event() -> None:
    event = json.loads(decoded(dapr_topic("paid", topic="t", pubsub_name="p"), "daprTopicTrigger"))
    assert (event["data"], event["datacontenttype"], event["topic"], event["pubsubname"]) == (
        "paid",
        "text/plain",
        "t",
        "p",
    )
    assert json.loads(decoded(dapr_topic(), "daprTopicTrigger"))["topic"] == "F"


@pytest.mark.parametrize(
    ("builder", "arguments", "rule"),
    [
        (dapr_invocation, {"data": {1}}, "payload-not-json"),
        (dapr_binding, {"data": {1}}, "payload-not-json"),
        (dapr_invocation, {"data": "\ud800"}, "payload-value"),
        (dapr_topic, {"data": b"x"}, "payload-not-json"),
        (dapr_topic, {"id": 5}, "payload-value"),
        (dapr_topic, {"topic": 5}, "payload-value"),
        (dapr_topic, {"source": None}, "payload-value"),
        (dapr_topic, {"type": 5}, "payload-value"),
        (dapr_topic, {"time": datetime(2026, 1, 1)}, "payload-value"),
    ],
)
def test_what_no_sidecar_sends(builder: Any, arguments: dict[str, Any], rule: str) -> None:
    with pytest.raises(BindingError) as caught:
        builder(**arguments)
    assert caught.value.rule == rule


def test_each_builder_has_its_trigger() -> None:
    for payload in (dapr_topic(), dapr_binding()):
        with pytest.raises(BindingError) as caught:
            delivered(payload)
        assert caught.value.rule == "payload-builder"
