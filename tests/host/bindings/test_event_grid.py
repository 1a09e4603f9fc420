"""Event Grid: what the host sends for one event, and what the installed SDK makes of it."""

from __future__ import annotations

import json
from datetime import datetime, timedelta, timezone
from typing import Any

import azure.functions as func
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pytest_azfunc.errors import BindingError
from pytest_azfunc.host.bindings.event_grid import cloud_event, event_grid
from pytest_azfunc.host.bindings.payload import Delivery, Payload
from pytest_azfunc.project.binding_types import KNOWN
from pytest_azfunc.project.function_json import parse_function
from pytest_azfunc.rpc import TypedData
from pytest_azfunc.worker.converters import Converters
from tests.host.occasions import occasion_of

NOW = datetime(2026, 1, 31, 9, 30, 0, 120000, tzinfo=timezone.utc)
CONVERTERS = Converters()
JSON_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.text(st.characters(codec="utf-8")),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(st.characters(codec="utf-8")), inner, max_size=3)
    ),
    max_leaves=8,
)
cloud_events = pytest.mark.skipif(not hasattr(func, "CloudEvent"), reason="this SDK knows no CloudEvents")


def delivered(payload: Payload, **binding: Any) -> Delivery:
    """What the host sends for the payload."""
    trigger = {"name": "event", "type": "eventGridTrigger", "direction": "in", **binding}
    occasion = occasion_of(parse_function("F", "/app/F", {"bindings": [trigger]}, KNOWN), NOW)
    payload.fit(occasion)
    return payload.deliver(occasion)


def decoded(payload: Payload, **binding: Any) -> Any:
    """What the SDK makes of it."""
    delivery = delivered(payload, **binding)
    assert isinstance(delivery.value, TypedData)
    return CONVERTERS.decode("eventGridTrigger", delivery.value, CONVERTERS.datums(delivery.metadata))


# Event Grid's schema


def test_an_event() -> None:
    payload = event_grid(
        {"url": "a"},
        id="7",
        subject="/a",
        event_type="T",
        event_time=datetime(2026, 1, 2, 3, 4, 5, tzinfo=timezone(timedelta(hours=2))),
        topic="/t",
        data_version="2",
    )
    assert delivered(payload) == Delivery(
        TypedData(
            "json",
            '{"id":"7","topic":"/t","subject":"/a","data":{"url":"a"},"eventType":"T",'
            '"eventTime":"2026-01-02T01:04:05Z","dataVersion":"2","metadataVersion":"1"}',
        ),
        {"data": TypedData("json", '{"url":"a"}')},
    )


def test_what_the_function_gets() -> None:
    event = decoded(event_grid({"url": "a"}, id="7", subject="/a", event_type="T"))
    assert isinstance(event, func.EventGridEvent)
    assert (event.id, event.subject, event.event_type, event.topic, event.data_version) == ("7", "/a", "T", "", "1.0")
    assert event.event_time == NOW
    assert event.get_json() == {"url": "a"}


@pytest.mark.parametrize("data_type", ["string", "binary", "stream"])
def test_the_data_type_is_ignored(data_type: str) -> None:
    assert decoded(event_grid(1), dataType=data_type).get_json() == 1


def test_ids_are_new() -> None:
    assert decoded(event_grid()).id != decoded(event_grid()).id


@pytest.mark.parametrize(
    ("data", "metadata"),
    [
        ("text", {"data": TypedData("string", "text")}),
        ([1, "ä"], {"data": TypedData("json", '[1,"ä"]')}),
        (5, {"data": TypedData("json", "5")}),
        (None, {}),
    ],
)
def test_data_of_every_kind(data: Any, metadata: dict[str, TypedData]) -> None:
    assert delivered(event_grid(data)).metadata == metadata
    assert delivered(cloud_event(data)).metadata == metadata


@given(JSON_VALUES)
def test_data_come_back(data: Any) -> None:
    assert decoded(event_grid(data)).get_json() == data


# CloudEvents


def test_a_cloud_event() -> None:
    payload = cloud_event({"n": 1}, id="7", source="/s", type="T", subject="x", traceparent="00-ab", sampled=True)
    assert delivered(payload) == Delivery(
        TypedData(
            "json",
            '{"specversion":"1.0","id":"7","source":"/s","type":"T","time":"2026-01-31T09:30:00.12Z","subject":"x",'
            '"datacontenttype":"application/json","data":{"n":1},"traceparent":"00-ab","sampled":true}',
        ),
        {"data": TypedData("json", '{"n":1}')},
    )


@cloud_events
def test_what_the_function_gets_of_a_cloud_event() -> None:
    event = decoded(cloud_event({"n": 1}, source="/s", type="T", dataschema="urn:x", traceparent="00-ab"))
    assert isinstance(event, func.CloudEvent)
    assert (event.source, event.type, event.subject, event.time) == ("/s", "T", None, NOW)
    assert (event.datacontenttype, event.dataschema) == ("application/json", "urn:x")
    assert event.get_json() == {"n": 1}
    assert event.extension_attrs == {"traceparent": "00-ab"}


@cloud_events
def test_the_event_decides_and_not_the_annotation() -> None:
    assert type(decoded(cloud_event())).__name__ == "CloudEvent"
    assert type(decoded(event_grid())).__name__ == "EventGridEvent"
    assert type(decoded(event_grid({"specversion": "1.0"}))).__name__ == "EventGridEvent"


@cloud_events
def test_binary_data_are_no_data_for_the_sdk() -> None:
    event = decoded(cloud_event(b"\xff\x00", datacontenttype="image/png"))
    assert event.get_json() is None
    assert event.extension_attrs == {"data_base64": "/wA="}


@cloud_events
def test_an_attribute_called_self_fails_as_in_azure() -> None:
    payload = cloud_event(self="x")
    with pytest.raises(TypeError, match="self"):
        decoded(payload)


@pytest.mark.parametrize(
    "arguments",
    [
        {"source": ""},
        {"type": 5},
        {"id": 5},
        {"subject": b"x"},
        {"time": datetime(2026, 1, 1)},
        {"Upper": "x"},
        {"with_underscore": "x"},
        {"specversion": "0.3"},
        {"extension": {"no": "object"}},
    ],
)
def test_what_no_cloud_event_can_have(arguments: dict[str, Any]) -> None:
    with pytest.raises(BindingError) as caught:
        cloud_event(**arguments)
    assert caught.value.rule == "payload-value"


@pytest.mark.parametrize(
    ("arguments", "rule"),
    [
        ({"data": b"raw"}, "payload-not-json"),
        ({"data": {1, 2}}, "payload-not-json"),
        ({"data": float("nan")}, "payload-not-json"),
        ({"id": 5}, "payload-value"),
        ({"subject": None}, "payload-value"),
        ({"event_type": 5}, "payload-value"),
        ({"event_time": "2026-01-01"}, "payload-value"),
        ({"topic": None}, "payload-value"),
        ({"data_version": 1}, "payload-value"),
    ],
)
def test_what_no_event_can_have(arguments: dict[str, Any], rule: str) -> None:
    with pytest.raises(BindingError) as caught:
        event_grid(**arguments)
    assert caught.value.rule == rule


def test_json_text() -> None:
    assert isinstance(delivered(event_grid()).value, TypedData)
    assert json.loads(delivered(event_grid(id="1")).value.value)["data"] is None  # type: ignore[union-attr]
