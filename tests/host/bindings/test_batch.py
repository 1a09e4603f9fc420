"""``batch``: messages and their metadata, item by item."""

from __future__ import annotations

import importlib
import time
from datetime import datetime, timedelta, timezone
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pytest_azfunc.errors import BindingError
from pytest_azfunc.host.bindings.batch import batch
from pytest_azfunc.host.bindings.catalogue import BUILT_IN
from pytest_azfunc.host.bindings.event_hub import event_hub
from pytest_azfunc.host.bindings.generic import generic
from pytest_azfunc.host.bindings.kafka import kafka
from pytest_azfunc.host.bindings.message_content import numbered
from pytest_azfunc.host.bindings.payload import Delivery, Payload
from pytest_azfunc.host.bindings.queue import queue
from pytest_azfunc.host.bindings.service_bus import service_bus
from pytest_azfunc.project import Function
from pytest_azfunc.project.binding_types import KNOWN
from pytest_azfunc.project.function_json import parse_function
from pytest_azfunc.rpc import PythonObject, TypedData
from pytest_azfunc.worker.converters import Converters
from tests.host.occasions import occasion_of

NOW = datetime(2026, 1, 31, 9, 30, tzinfo=timezone.utc)
CONVERTERS = Converters()
TRIGGERS: dict[str, Any] = {"eventHubTrigger": event_hub, "serviceBusTrigger": service_bus, "kafkaTrigger": kafka}


def function(kind: str = "eventHubTrigger", **binding: Any) -> Function:
    """A function with a trigger of cardinality many that takes bytes."""
    trigger = {"name": "m", "type": kind, "direction": "in", "cardinality": "many", "dataType": "binary", **binding}
    return parse_function("F", "/app/F", {"bindings": [trigger]}, KNOWN)


def deliver(payload: Payload, kind: str = "eventHubTrigger", **binding: Any) -> Delivery:
    """What the host sends."""
    return payload.deliver(occasion_of(function(kind, **binding), NOW))


def decoded(payload: Payload, kind: str = "eventHubTrigger", **binding: Any) -> Any:
    """What the SDK makes of it."""
    delivery = deliver(payload, kind, **binding)
    assert isinstance(delivery.value, TypedData)
    return CONVERTERS.decode(kind, delivery.value, CONVERTERS.datums(delivery.metadata))


def refused(payload: Payload, kind: str = "eventHubTrigger", **binding: Any) -> BindingError:
    """The error that the delivery ends in."""
    with pytest.raises(BindingError) as caught:
        deliver(payload, kind, **binding)
    assert caught.value.function == "F"
    assert caught.value.binding == "m"
    return caught.value


@pytest.mark.parametrize("kind", TRIGGERS)
def test_items(kind: str) -> None:
    messages = decoded(batch(["a", b"\xff", {"b": 1}, 5]), kind)
    assert [message.get_body() for message in messages] == [b"a", b"\xff", b'{"b": 1}', b"5"]


@pytest.mark.parametrize("kind", TRIGGERS)
def test_ready_payloads_among_bodies(kind: str) -> None:
    messages = decoded(batch(iter([TRIGGERS[kind]("a"), "b"])), kind)
    assert [message.get_body() for message in messages] == [b"a", b"b"]


MANY = {kind: many for kind in KNOWN if (many := BUILT_IN.find(kind).many) is not None}


def test_records_name_builders_and_classes() -> None:
    assert set(MANY) == {kind.lower() for kind in TRIGGERS}
    for builder, payload_class in MANY.values():
        payload = builder()
        assert isinstance(payload, payload_class)
        assert payload.builder == builder.__name__
        assert payload.trigger_types is not None
        assert payload.trigger_types <= set(MANY)
        assert type(payload).__doc__
        assert type(payload) is payload_class


def test_one_value_for_all() -> None:
    events = decoded(batch(["a", "b"], partition_key="k", enqueued_time=NOW))
    assert [event.partition_key for event in events] == ["k", "k"]
    assert [event.sequence_number for event in events] == [0, 1]


def test_a_list_is_one_value_each() -> None:
    events = decoded(batch(["a", "b"], partition_key=["k", None], sequence_number=[7, 9], properties={"all": 1}))
    assert [event.partition_key for event in events] == ["k", None]
    assert [event.sequence_number for event in events] == [7, 9]
    assert events[0].metadata["PropertiesArray"] == [{"all": 1}, {"all": 1}]


def test_headers_of_kafka() -> None:
    events = decoded(batch(["a", "b"], headers=[{"h": "1"}, [("h", "2")]]), "kafkaTrigger")
    assert [event.headers[0]["Value"] for event in events] == ["MQ==", "Mg=="]
    events = decoded(batch(["a", "b"], headers=(("h", "1"),)), "kafkaTrigger")
    assert [event.headers[0]["Value"] for event in events] == ["MQ==", "MQ=="]


def test_texts_of_service_bus_move() -> None:
    messages = decoded(batch(["a", "b"], correlation_id=[None, "mine"]), "serviceBusTrigger")
    assert [message.correlation_id for message in messages] == ["mine", None]


def test_json_without_data_type() -> None:
    events = decoded(batch([{"a": 1}, "[2]"]), dataType="")
    assert [event.get_body() for event in events] == [b'{"a": 1}', b"[2]"]
    error = refused(batch([{"a": 1}, "text"]), dataType="")
    assert (error.rule, error.details["index"]) == ("payload-many-json", 1)


def test_text_type() -> None:
    assert deliver(batch(["a", "b"]), dataType="string").value == TypedData("collection_string", ["a", "b"])


def test_type_in_any_case() -> None:
    assert deliver(batch(["a"]), "EVENTHUBTRIGGER").value == TypedData("collection_bytes", [b"a"])


def test_sdk_objects_stay_as_they_are() -> None:
    events = [importlib.import_module("azure.functions").EventHubEvent(body=b"a") for _ in range(2)]
    assert deliver(batch(events)).value == PythonObject(events)


# What is refused


def test_length() -> None:
    error = refused(batch(["a", "b"], partition_key="k", offset=["1", "2", "3"]))
    assert error.rule == "payload-batch-length"
    assert error.details == {"name": "offset", "found": 3, "expected": 2}


def test_unknown_keyword() -> None:
    error = refused(batch(["a"], partitionKey="k"))
    assert error.rule == "payload-batch-keyword"
    assert error.details["name"] == "partitionKey"
    assert error.details["builder"] == "event_hub"
    assert error.details["suggestion"] == " Did you mean 'partition_key'?"
    assert "iothub_metadata" in str(error.details["known"])


@pytest.mark.parametrize("name", ["body", "value", "time_to_live"])
def test_keyword_that_no_builder_has(name: str) -> None:
    assert refused(batch(["a"], **{name: "x"}), "serviceBusTrigger").rule == "payload-batch-keyword"


def test_wrong_value() -> None:
    with pytest.raises(BindingError) as caught:
        deliver(batch(["a", "b"], sequence_number=[1, -1]))
    assert caught.value.rule == "payload-value"


@pytest.mark.parametrize(
    ("item", "found"),
    [
        (queue("a"), "queue(...)"),
        (generic("a"), "generic(...)"),
        (service_bus("a"), "service_bus(...)"),
        (batch(["a"]), "batch(...)"),
    ],
)
def test_payload_of_another_builder(item: Payload, found: str) -> None:
    error = refused(batch(["a", item]))
    assert error.rule == "payload-batch-item"
    assert error.details == {"index": 1, "found": found, "builder": "event_hub"}


def test_sdk_object_among_others() -> None:
    event = importlib.import_module("azure.functions").EventHubEvent(body=b"a")
    assert refused(batch(["a", event])).details["found"] == "an EventHubEvent"
    assert refused(batch([event], partition_key="k")).rule == "payload-batch-item"


def test_ready_payload_and_keywords() -> None:
    error = refused(batch(["a", event_hub("b")], partition_key="k"))
    assert error.rule == "payload-batch-ready"
    assert error.details == {"index": 1, "names": "partition_key"}


def test_no_message() -> None:
    assert refused(batch([])).rule == "payload-batch-empty"


@pytest.mark.parametrize(
    ("kind", "binding"),
    [
        ("queueTrigger", {"queueName": "q"}),
        ("queueTrigger", {"queueName": "q", "cardinality": "one"}),
        ("eventHubTrigger", {"cardinality": "one"}),
        ("eventHubTrigger", {"cardinality": ""}),
    ],
)
def test_trigger_that_takes_one(kind: str, binding: dict[str, Any]) -> None:
    error = refused(batch(["a"]), kind, **binding)
    assert error.rule == "payload-batch"
    assert "takes one message at a time" in str(error)
    with pytest.raises(BindingError):
        batch(["a"]).fit(occasion_of(function(kind, **binding), NOW))


@pytest.mark.parametrize("items", ["ab", b"ab", bytearray(b"ab"), {"a": 1}, 5, None], ids=repr)
def test_no_list(items: Any) -> None:
    with pytest.raises(BindingError) as caught:
        batch(items)
    assert caught.value.rule == "payload-value"


# What holds for any batch


@given(st.lists(st.binary(), min_size=1, max_size=6), st.sampled_from(sorted(TRIGGERS)))
def test_any_bytes_arrive(items: list[bytes], kind: str) -> None:
    assert [message.get_body() for message in decoded(batch(items), kind)] == items


@given(st.lists(st.none() | st.integers(0, 2**40)), st.integers(0, 5))
def test_numbers_follow_each_other(given_numbers: list[int | None], first: int) -> None:
    numbers = numbered(given_numbers, first)
    before = first - 1
    for asked, number in zip(given_numbers, numbers, strict=True):
        assert number == (before + 1 if asked is None else asked)
        before = number


def test_a_thousand_events_cost_little_beside_the_sdk() -> None:
    delivery = deliver(batch([{"n": n} for n in range(1000)], enqueued_time=NOW + timedelta(milliseconds=1)))
    value = delivery.value
    assert isinstance(value, TypedData)
    converter = CONVERTERS.converter("eventHubTrigger")
    datum, datums = CONVERTERS.datum(value), CONVERTERS.datums(delivery.metadata)

    def ours() -> Any:
        return CONVERTERS.decode("eventHubTrigger", value, CONVERTERS.datums(delivery.metadata))

    def alone() -> Any:
        return converter.decode(datum, trigger_metadata=datums)

    assert len(ours()) == len(alone()) == 1000
    # Once is enough: chance alone does not make ours quicker.
    assert any(_seconds(ours) < 1.3 * _seconds(alone) for _ in range(5))


def _seconds(call: Any) -> float:
    start = time.perf_counter()
    call()
    return time.perf_counter() - start
