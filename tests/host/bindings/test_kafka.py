"""Kafka: what the host sends for one event and for many, and what the installed SDK makes of it."""

from __future__ import annotations

import base64
import json
from datetime import datetime, timezone
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pytest_azfunc.errors import BindingError
from pytest_azfunc.host.bindings.kafka import KafkaPayload, kafka
from pytest_azfunc.host.bindings.payload import Delivery, Occasion
from pytest_azfunc.project.binding_types import KNOWN
from pytest_azfunc.project.function_json import parse_function
from pytest_azfunc.rpc import TypedData
from pytest_azfunc.worker.converters import Converters
from tests.host.occasions import occasion_of

NOW = datetime(2026, 1, 31, 9, 30, 0, 120999, tzinfo=timezone.utc)
THEN = datetime(2024, 1, 2, 3, 4, 5, tzinfo=timezone.utc)
CONVERTERS = Converters()
TEXT = st.text(st.characters(codec="utf-8"))


def occasion(**binding: Any) -> Occasion:
    """An occasion for a function with a Kafka trigger."""
    trigger = {"name": "event", "type": "kafkaTrigger", "direction": "in", "topic": "orders", **binding}
    return occasion_of(parse_function("F", "/app/F", {"bindings": [trigger]}, KNOWN), NOW)


def decoded(delivery: Delivery) -> Any:
    """What the SDK makes of it."""
    assert isinstance(delivery.value, TypedData)
    return CONVERTERS.decode("kafkaTrigger", delivery.value, CONVERTERS.datums(delivery.metadata))


def many(*payloads: KafkaPayload, data_type: str | None = "string") -> Delivery:
    """The payloads as one batch."""
    return KafkaPayload.deliver_many(payloads, occasion(cardinality="many", dataType=data_type))


# One event


def test_metadata_of_one_binary_event() -> None:
    payload = kafka(b"\xff", key="k", partition=2, offset=9, timestamp=THEN, headers={"h": "v"})
    value, metadata, _ = payload.deliver(occasion(dataType="binary"))
    assert value == TypedData("bytes", b"\xff")
    assert list(metadata.items()) == [
        ("Key", TypedData("string", "k")),
        ("Partition", TypedData("json", "2")),
        ("Topic", TypedData("string", "orders")),
        ("Timestamp", TypedData("json", '"2024-01-02T03:04:05Z"')),
        ("Offset", TypedData("json", "9")),
        ("Headers", TypedData("json", '[{"Key":"h","Value":"dg=="}]')),
        ("IsPartitionEOF", TypedData("json", "false")),
        ("LeaderEpoch", TypedData("json", "0")),
    ]


def test_binary_event_decoded() -> None:
    payload = kafka("ü", key="k", partition=2, offset=9, headers=[("h", b"\xff"), ("h", None)])
    event = decoded(payload.deliver(occasion(dataType="binary")))
    assert event.get_body() == "ü".encode()
    assert (event.key, event.partition, event.offset, event.topic) == ("k", 2, 9, "orders")
    assert event.timestamp == "2026-01-31T09:30:00.12Z"
    assert event.headers == [{"Key": "h", "Value": "/w=="}, {"Key": "h", "Value": None}]
    assert event.metadata["Partition"] == "2"  # raw texts, unlike Event Hubs
    assert "partition=9" in repr(event)


@pytest.mark.parametrize("data_type", [None, "string"])
def test_text_event_is_an_envelope(data_type: str | None) -> None:
    payload = kafka({"a": 1}, key="k", partition=2, offset=9, timestamp=THEN, headers={"h": "v"})
    value, metadata, _ = payload.deliver(occasion(dataType=data_type))
    envelope = (
        '{"Offset":9,"Partition":2,"Topic":"orders","Timestamp":"2024-01-02T03:04:05Z","Value":"{\\"a\\": 1}",'
        '"Key":"k","Headers":[{"Key":"h","Value":"dg=="}]}'
    )
    assert value == TypedData("string", envelope)
    # The envelope is a JSON object, so that its properties are laid over the metadata.
    assert metadata == {
        "Key": TypedData("string", "k"),
        "Partition": TypedData("string", "2"),
        "Topic": TypedData("string", "orders"),
        "Timestamp": TypedData("string", "01/02/2024 03:04:05"),
        "Offset": TypedData("string", "9"),
        "Headers": TypedData("json", '[{"Key":"h","Value":"dg=="}]'),
        "IsPartitionEOF": TypedData("json", "false"),
        "LeaderEpoch": TypedData("json", "0"),
        "Value": TypedData("string", '{"a": 1}'),
    }


def test_text_event_decoded() -> None:
    event = decoded(kafka("x", partition=2, offset=9, timestamp=THEN).deliver(occasion()))
    assert json.loads(event.get_body())["Value"] == "x"
    assert (event.key, event.partition, event.offset) == (None, 2, 9)
    assert event.timestamp == "01/02/2024 03:04:05"
    assert event.headers == []


def test_tombstone() -> None:
    event = decoded(kafka(None, key="k").deliver(occasion()))
    assert json.loads(event.get_body())["Value"] is None
    delivery = kafka(None, key="k").deliver(occasion(dataType="binary"))
    assert delivery.value == TypedData(None, None)
    with pytest.raises(AttributeError, match="'NoneType' object has no attribute 'type'"):
        decoded(delivery)


def test_text_that_is_not_utf8() -> None:
    with pytest.raises(BindingError) as caught:
        kafka(b"\xff").deliver(occasion())
    assert caught.value.rule == "payload-not-utf8"


@pytest.mark.parametrize(
    ("key", "key_type", "expected"),
    [
        (7, "int", TypedData("json", "7")),
        (7, "Long", TypedData("json", "7")),
        (7, "string", TypedData("string", "7")),
        (7, None, TypedData("string", "7")),
        (b"k", "binary", TypedData("string", "k")),
        ("", None, TypedData("string", "")),
    ],
)
def test_key(key: str | bytes | int, key_type: str | None, expected: TypedData) -> None:
    delivery = kafka("x", key=key).deliver(occasion(dataType="binary", keyDataType=key_type))
    assert delivery.metadata["Key"] == expected
    assert decoded(delivery).key == (key.decode() if isinstance(key, bytes) else str(key))


def test_topic() -> None:
    binary = occasion(dataType="binary", topic="%TOPIC%")
    assert kafka().deliver(binary).metadata["Topic"] == TypedData("string", "topic")
    assert kafka(topic="mine").deliver(binary).metadata["Topic"] == TypedData("string", "mine")


# Many events


def test_metadata_of_many_events() -> None:
    first = kafka("a", key="k", offset=4, timestamp=THEN, headers={"h": "v"})
    value, metadata, _ = many(first, kafka(b"b", partition=1), data_type="binary")
    assert value == TypedData("collection_bytes", [b"a", b"b"])
    assert metadata == {
        "PartitionArray": TypedData("json", "[0,1]"),
        "OffsetArray": TypedData("collection_sint64", [4, 5]),
        "TimestampArray": TypedData("json", '["2024-01-02T03:04:05Z","2026-01-31T09:30:00.12Z"]'),
        "TopicArray": TypedData("collection_string", ["orders", "orders"]),
        "KeyArray": TypedData("json", '["k",null]'),
        "HeadersArray": TypedData("json", '[[{"Key":"h","Value":"dg=="}],[]]'),
    }


def test_many_decoded() -> None:
    events = decoded(many(kafka("", key="k", headers={"h": "v"}), kafka({"b": 1}, timestamp=THEN)))
    assert [json.loads(event.get_body())["Value"] for event in events] == ["", '{"b": 1}']  # envelopes are never empty
    assert [event.key for event in events] == ["k", None]
    assert [event.offset for event in events] == [0, 1]
    assert [event.partition for event in events] == [0, 0]
    assert [event.topic for event in events] == ["orders", "orders"]
    assert events[1].timestamp == "2024-01-02T03:04:05Z"
    assert events[0].headers == [{"Key": "h", "Value": "dg=="}]


def test_tombstone_among_many_bytes_breaks_the_call() -> None:
    delivery = many(kafka(b"a"), kafka(None), data_type="binary")
    assert delivery.value == TypedData("collection_bytes", [b"a"])
    with pytest.raises(AssertionError, match="Number of bodies and metadata mismatched"):
        decoded(delivery)


def test_many_without_data_type_are_one_event_for_the_sdk() -> None:
    delivery = many(kafka("a"), kafka(None), data_type=None)
    assert isinstance(delivery.value, TypedData)
    assert delivery.value.kind == "json"
    event = decoded(delivery)
    assert [item["Value"] for item in json.loads(event.get_body())] == ["a", None]
    assert (event.offset, event.topic) == (None, None)


def test_one_payload_for_many_is_a_batch_of_one() -> None:
    delivery = kafka("a").deliver(occasion(cardinality="many", dataType="binary"))
    assert [event.get_body() for event in decoded(delivery)] == [b"a"]


# Arguments


@pytest.mark.parametrize(
    "arguments",
    [
        {"key": 1.5},
        {"key": True},
        {"key": 2**63},
        {"key": "\ud800"},
        {"partition": None},
        {"partition": -1},
        {"partition": 2**31},
        {"offset": "1"},
        {"timestamp": datetime(2024, 1, 1)},
        {"topic": 1},
        {"topic": ""},
        {"headers": "h"},
        {"headers": 5},
        {"headers": ["hv"]},
        {"headers": [("h", "v", "x")]},
        {"headers": {"h": 1}},
        {"headers": {1: "v"}},
        {"headers": {"h": "\ud800"}},
    ],
    ids=repr,
)
def test_wrong_argument(arguments: dict[str, Any]) -> None:
    with pytest.raises(BindingError) as caught:
        kafka(**arguments)
    assert caught.value.rule == "payload-value"
    assert caught.value.details["name"] == next(iter(arguments))
    assert str(caught.value)


# What holds for any event


@given(
    value=TEXT,
    key=st.none() | TEXT,
    offset=st.integers(0, 2**63 - 1),
    headers=st.lists(st.tuples(TEXT, st.none() | st.binary()), max_size=3),
)
def test_any_event_arrives(value: str, key: str | None, offset: int, headers: list[tuple[str, bytes | None]]) -> None:
    payload = kafka(value, key=key, offset=offset, headers=headers)
    for data_type in ("binary", "string"):
        one = decoded(payload.deliver(occasion(dataType=data_type)))
        (only,) = decoded(many(payload, data_type=data_type))
        for event in (one, only):
            body = event.get_body()
            assert (body.decode() if data_type == "binary" else json.loads(body)["Value"]) == value
            assert event.offset == offset
            sent = [(header["Key"], header["Value"]) for header in event.headers]
            assert [(name, None if raw is None else base64.b64decode(raw)) for name, raw in sent] == headers
        assert only.key == key
