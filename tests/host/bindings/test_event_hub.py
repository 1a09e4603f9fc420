"""Event Hubs: what the host sends for one event and for many, and what the installed SDK makes of it."""

from __future__ import annotations

import json
from datetime import datetime, timedelta, timezone
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pytest_azfunc.errors import BindingError
from pytest_azfunc.host.bindings.event_hub import EventHubPayload, event_hub
from pytest_azfunc.host.bindings.payload import Delivery, Occasion
from pytest_azfunc.project.binding_types import KNOWN
from pytest_azfunc.project.function_json import parse_function
from pytest_azfunc.rpc import TypedData
from pytest_azfunc.worker.converters import Converters
from tests.host.occasions import occasion_of

NOW = datetime(2026, 1, 31, 9, 30, 0, 120999, tzinfo=timezone.utc)
CONVERTERS = Converters()
JSON_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.text(st.characters(codec="utf-8")),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(st.characters(codec="utf-8")), inner, max_size=3)
    ),
    max_leaves=8,
)


def occasion(**binding: Any) -> Occasion:
    """An occasion for a function with an Event Hubs trigger."""
    trigger = {"name": "event", "type": "eventHubTrigger", "direction": "in", "eventHubName": "readings", **binding}
    return occasion_of(parse_function("F", "/app/F", {"bindings": [trigger]}, KNOWN), NOW)


def decoded(delivery: Delivery) -> Any:
    """What the SDK makes of it."""
    assert isinstance(delivery.value, TypedData)
    return CONVERTERS.decode("eventHubTrigger", delivery.value, CONVERTERS.datums(delivery.metadata))


def many(*payloads: EventHubPayload, **binding: Any) -> Delivery:
    """The payloads as one batch."""
    return EventHubPayload.deliver_many(payloads, occasion(cardinality="many", **binding))


def parsed(data: TypedData) -> Any:
    """The value of JSON typed data."""
    assert data.kind == "json"
    return json.loads(data.value)


# One event


def test_metadata_of_one_event() -> None:
    payload = event_hub(
        "x",
        partition_key="k",
        offset="4096",
        sequence_number=3,
        enqueued_time=datetime(2024, 1, 2, 3, 4, 5, 120000, tzinfo=timezone(timedelta(hours=1))),
        properties={"colour": "réd"},
        iothub_metadata={"connection-device-id": "d1"},
        system_properties={"content-type": "text/plain"},
        partition_id="2",
    )
    value, metadata, _ = payload.deliver(occasion(consumerGroup="mine"))
    context = TypedData(
        "json",
        '{"IsCheckpointingAfterInvocation":true,"FullyQualifiedNamespace":"azfunc.servicebus.windows.net",'
        '"EventHubName":"readings","ConsumerGroup":"mine","PartitionId":"2"}',
    )
    assert value == TypedData("string", "x")
    assert list(metadata.items()) == [
        ("TriggerPartitionContext", context),
        ("PartitionContext", context),
        ("PartitionKey", TypedData("string", "k")),
        ("Offset", TypedData("string", "4096")),
        ("OffsetString", TypedData("string", "4096")),
        ("SequenceNumber", TypedData("json", "3")),
        ("EnqueuedTimeUtc", TypedData("json", '"2024-01-02T02:04:05.12"')),
        ("Properties", TypedData("json", '{"colour":"réd"}')),
        (
            "SystemProperties",
            TypedData(
                "json",
                '{"x-opt-sequence-number-epoch":-1,"x-opt-sequence-number":3,"x-opt-offset":"4096",'
                '"x-opt-enqueued-time":"2024-01-02T02:04:05.12+00:00","x-opt-partition-key":"k",'
                '"iothub-connection-device-id":"d1","content-type":"text/plain",'
                '"SequenceNumber":3,"Offset":4096,"OffsetString":"4096","PartitionKey":"k",'
                '"EnqueuedTimeUtc":"2024-01-02T02:04:05.12"}',
            ),
        ),
    ]


def test_defaults() -> None:
    _, metadata, _ = event_hub().deliver(occasion())
    assert "PartitionKey" not in metadata
    assert metadata["Offset"] == TypedData("string", "0")
    assert metadata["EnqueuedTimeUtc"] == TypedData("json", '"2026-01-31T09:30:00.12"')
    assert parsed(metadata["PartitionContext"])["ConsumerGroup"] == "$Default"
    assert parsed(metadata["SystemProperties"])["PartitionKey"] is None


def test_setting_as_name_is_not_shown() -> None:
    _, metadata, _ = event_hub().deliver(occasion(eventHubName="%HUB%"))
    assert parsed(metadata["PartitionContext"])["EventHubName"] == "events"


def test_decoded() -> None:
    event = decoded(event_hub({"a": 1}, partition_key="k", offset=7, iothub_metadata={"x": "y"}).deliver(occasion()))
    assert event.get_body() == b'{"a": 1}'
    assert event.partition_key == "k"
    assert event.offset == "7"  # text with one, a number with many
    assert event.sequence_number == 0
    assert event.enqueued_time == NOW.replace(tzinfo=None, microsecond=120000)  # without a zone
    assert event.iothub_metadata == {"x": "y"}
    assert event.metadata["a"] == "1"


def test_binary() -> None:
    delivery = event_hub(b"\xff").deliver(occasion(dataType="binary"))
    assert delivery.value == TypedData("bytes", b"\xff")
    assert decoded(delivery).get_body() == b"\xff"


def test_text_that_is_not_utf8() -> None:
    with pytest.raises(BindingError) as caught:
        event_hub(b"\xff").deliver(occasion())
    assert caught.value.rule == "payload-not-utf8"


def test_json_body_overwrites_metadata() -> None:
    delivery = event_hub({"offset": 9, "PARTITIONKEY": "mine", "new": True, "list": [1]}).deliver(occasion())
    event = decoded(delivery)
    assert (event.offset, event.partition_key) == ("9", None)
    assert delivery.metadata["PARTITIONKEY"] == TypedData("string", "mine")  # no old name to keep the spelling of
    assert delivery.metadata["new"] == TypedData("string", "True")
    assert "list" not in delivery.metadata
    event = decoded(event_hub('{"PARTITIONKEY":"mine"}', partition_key="k").deliver(occasion()))
    assert event.partition_key == "mine"


def test_json_body_that_breaks_the_call() -> None:
    with pytest.raises(ValueError, match="does not match format"):
        decoded(event_hub({"enqueuedTimeUtc": "yesterday"}).deliver(occasion()))


def test_bytes_do_not_overwrite_metadata() -> None:
    delivery = event_hub({"offset": 9}, offset=1).deliver(occasion(dataType="binary"))
    assert decoded(delivery).offset == "1"


@pytest.mark.parametrize("offset", ["1:2:3", "9223372036854775808", "x"])
def test_offset_that_is_no_number(offset: str) -> None:
    _, metadata, _ = event_hub(offset=offset).deliver(occasion())
    assert metadata["Offset"] == TypedData("string", "-1")
    assert metadata["OffsetString"] == TypedData("string", offset)
    assert [event.offset for event in decoded(many(event_hub("1", offset=offset)))] == [-1]


# Many events


def test_metadata_of_many_events() -> None:
    first = event_hub("1", partition_key="k", sequence_number=5, enqueued_time=NOW, properties={"a": 1})
    delivery = many(first, event_hub("2", offset="900"))
    context = delivery.metadata["PartitionContext"]
    assert delivery.value == TypedData("json", "[1,2]")
    system = parsed(delivery.metadata["SystemPropertiesArray"])
    assert [row["Offset"] for row in system] == [5, 900]
    assert [row["SequenceNumber"] for row in system] == [5, 6]
    assert delivery.metadata == {
        "TriggerPartitionContext": context,
        "PartitionContext": context,
        "PartitionKeyArray": TypedData("collection_string", ["k"]),  # null is lost
        "OffsetArray": TypedData("collection_string", ["5", "900"]),
        "OffsetStringArray": TypedData("collection_string", ["5", "900"]),
        "SequenceNumberArray": TypedData("collection_sint64", [5, 6]),
        "EnqueuedTimeUtcArray": TypedData("json", '["2026-01-31T09:30:00.120999","2026-01-31T09:30:00.12"]'),
        "PropertiesArray": TypedData("json", '[{"a":1},{}]'),
        "SystemPropertiesArray": delivery.metadata["SystemPropertiesArray"],
    }


def test_many_decoded() -> None:
    events = decoded(many(event_hub('{"a":1}', partition_key="k", iothub_metadata={"d": "1"}), event_hub({"b": [2]})))
    assert [event.get_body() for event in events] == [b'{"a": 1}', b'{"b": [2]}']
    assert [event.offset for event in events] == [0, 1]
    assert [event.sequence_number for event in events] == [0, 1]
    assert [event.partition_key for event in events] == ["k", None]
    assert [event.iothub_metadata for event in events] == [{"d": "1"}, {}]
    assert events[0].enqueued_time == NOW.replace(tzinfo=None, microsecond=120000)


def test_many_texts_lose_empty_ones() -> None:
    delivery = many(event_hub("a"), event_hub(b"b"), dataType="string")
    assert delivery.value == TypedData("collection_string", ["a", "b"])
    assert [event.get_body() for event in decoded(delivery)] == [b"a", b"b"]
    delivery = many(event_hub("a"), event_hub(""), dataType="string")
    assert delivery.value == TypedData("collection_string", ["a"])
    with pytest.raises(AssertionError, match="Number of bodies and metadata mismatched"):
        decoded(delivery)


def test_many_bytes_keep_empty_ones() -> None:
    delivery = many(event_hub(b"\xff"), event_hub(""), event_hub("ü"), dataType="binary")
    assert delivery.value == TypedData("collection_bytes", [b"\xff", b"", "ü".encode()])
    assert [event.get_body() for event in decoded(delivery)] == [b"\xff", b"", "ü".encode()]


def test_many_without_data_type_must_be_json() -> None:
    with pytest.raises(BindingError) as caught:
        many(event_hub("1"), event_hub("not json"))
    assert caught.value.rule == "payload-many-json"
    assert caught.value.details["index"] == 1
    assert caught.value.details["found"] == "'not json'"


def test_many_without_data_type_takes_what_json_net_takes() -> None:
    delivery = many(event_hub("{'a': 1,} "), event_hub(" "))
    assert delivery.value == TypedData("json", '[{"a":1},null]')


def test_one_payload_for_many_is_a_batch_of_one() -> None:
    there = occasion(cardinality="many")
    assert event_hub("1").deliver(there) == EventHubPayload.deliver_many([event_hub("1")], there)


def test_a_batch_is_of_one_partition() -> None:
    with pytest.raises(BindingError) as caught:
        many(event_hub("1"), event_hub("2", partition_id="1"))
    assert caught.value.rule == "payload-batch-partition"
    assert caught.value.details["found"] == "0, 1"


# Arguments


@pytest.mark.parametrize(
    "arguments",
    [
        {"partition_key": 1},
        {"partition_key": "\ud800"},
        {"offset": ""},
        {"offset": True},
        {"offset": 1.5},
        {"sequence_number": -1},
        {"sequence_number": 2**63},
        {"sequence_number": True},
        {"sequence_number": "1"},
        {"enqueued_time": datetime(2024, 1, 1)},
        {"enqueued_time": "2024-01-01"},
        {"properties": [1]},
        {"properties": {1: 2}},
        {"system_properties": "x"},
        {"partition_id": None},
        {"partition_id": ""},
        {"partition_id": 1},
    ],
    ids=repr,
)
def test_wrong_argument(arguments: dict[str, Any]) -> None:
    with pytest.raises(BindingError) as caught:
        event_hub(**arguments)
    assert caught.value.rule == "payload-value"
    assert caught.value.details["name"] == next(iter(arguments))
    assert str(caught.value)


@pytest.mark.parametrize(
    "value", [{"a": object()}, {"a": float("nan")}, {"a": "\ud800"}], ids=["object", "nan", "surrogate"]
)
def test_property_without_json_form(value: dict[str, Any]) -> None:
    with pytest.raises(BindingError) as caught:
        event_hub(properties=value)
    assert caught.value.rule == "payload-not-json"


def test_properties_are_copied() -> None:
    properties = {"a": {"b": 1}}
    payload = event_hub(properties=properties)
    properties["a"]["b"] = 2
    assert payload.properties == {"a": {"b": 1}}


# What holds for any event


@given(body=st.text(st.characters(codec="utf-8")), number=st.integers(0, 2**63 - 1))
def test_any_text_arrives(body: str, number: int) -> None:
    event = decoded(event_hub(body, sequence_number=number).deliver(occasion(dataType="binary")))
    assert (event.get_body(), event.sequence_number, event.offset) == (body.encode(), number, str(number))


@given(bodies=st.lists(JSON_VALUES, min_size=1, max_size=4), enqueued=st.datetimes(timezones=st.just(timezone.utc)))
def test_any_json_arrives_in_a_batch(bodies: list[Any], enqueued: datetime) -> None:
    texts = [json.dumps(body) for body in bodies]
    events = decoded(many(*[event_hub(text, enqueued_time=enqueued) for text in texts]))
    assert [json.loads(event.get_body()) for event in events] == bodies
    assert {event.enqueued_time for event in events} == {enqueued.replace(tzinfo=None)}
