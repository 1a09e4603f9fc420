"""Service Bus: what the host sends for one message and for many, and what the installed SDK makes of it."""

from __future__ import annotations

import inspect
import json
import re
from datetime import datetime, timedelta, timezone
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pytest_azfunc.errors import BindingError
from pytest_azfunc.host.bindings.payload import Delivery, Occasion
from pytest_azfunc.host.bindings.service_bus import ServiceBusPayload, service_bus
from pytest_azfunc.project.binding_types import KNOWN
from pytest_azfunc.project.function_json import parse_function
from pytest_azfunc.rpc import TypedData
from pytest_azfunc.worker.converters import Converters
from tests.host.occasions import occasion_of

NOW = datetime(2026, 1, 31, 9, 30, 0, 120999, tzinfo=timezone.utc)
NAIVE = NOW.replace(tzinfo=None, microsecond=120000)
CONVERTERS = Converters()
GUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-a[0-9a-f]{3}-[0-9a-f]{12}")
TEXT = st.text(st.characters(codec="utf-8"))
QUEUE = {"queueName": "orders"}
TOPIC = {"topicName": "orders", "subscriptionName": "billing"}
NOISE = {"MessageReceiver", "MessageSession", "MessageActions", "SessionActions", "ReceiveActions", "Client"}
# The host never sends them.
NEVER = (
    "time_to_live",
    "locked_until",
    "state",
    "scheduled_enqueue_time_utc",
    "enqueued_sequence_number",
    "dead_letter_reason",
    "dead_letter_error_description",
)


def occasion(**binding: Any) -> Occasion:
    """An occasion for a function with a Service Bus trigger."""
    trigger = {"name": "msg", "type": "serviceBusTrigger", "direction": "in", **(binding or QUEUE)}
    return occasion_of(parse_function("F", "/app/F", {"bindings": [trigger]}, KNOWN), NOW)


def decoded(delivery: Delivery) -> Any:
    """What the SDK makes of it."""
    assert isinstance(delivery.value, TypedData)
    return CONVERTERS.decode("serviceBusTrigger", delivery.value, CONVERTERS.datums(delivery.metadata))


def many(*payloads: ServiceBusPayload, **binding: Any) -> Delivery:
    """The payloads as one batch."""
    return ServiceBusPayload.deliver_many(payloads, occasion(cardinality="many", **binding))


def text(value: str) -> TypedData:
    """Typed data of text."""
    return TypedData("string", value)


FULL = service_bus(
    "x",
    message_id="m1",
    content_type="text/plain",
    correlation_id="c1",
    session_id="s1",
    subject="paid",
    reply_to="answers",
    reply_to_session_id="s2",
    to="orders",
    partition_key="s1",
    transaction_partition_key="t1",
    delivery_count=3,
    sequence_number=77,
    enqueued_time=datetime(2024, 1, 2, 3, 4, 5, tzinfo=timezone(timedelta(hours=1))),
    expires_at=datetime(2024, 1, 3, 4, 5, 6, 500000, tzinfo=timezone.utc),
    application_properties={"DeadLetterReason": "too long", "n": 1},
    lock_token="l1",
    dead_letter_source="orders",
)


# One message


@pytest.mark.parametrize("entity", [QUEUE, TOPIC], ids=["queue", "topic"])
def test_metadata_of_one_message(entity: dict[str, str]) -> None:
    value, metadata, _ = FULL.deliver(occasion(**entity))
    properties = TypedData("json", '{"DeadLetterReason":"too long","n":1}')
    assert value == text("x")
    assert [(name, data) for name, data in metadata.items() if name not in NOISE] == [
        ("DeliveryCount", TypedData("json", "3")),
        ("DeadLetterSource", text("orders")),
        ("LockToken", text("l1")),
        ("ExpiresAtUtc", TypedData("json", '"2024-01-03T04:05:06.5"')),
        ("ExpiresAt", TypedData("json", '"2024-01-03T04:05:06.5+00:00"')),
        ("EnqueuedTimeUtc", TypedData("json", '"2024-01-02T02:04:05"')),
        ("EnqueuedTime", TypedData("json", '"2024-01-02T02:04:05+00:00"')),
        ("MessageId", text("m1")),
        ("ContentType", text("text/plain")),
        ("ReplyTo", text("answers")),
        ("SequenceNumber", TypedData("json", "77")),
        ("To", text("orders")),
        ("Subject", text("paid")),
        ("Label", text("paid")),
        ("CorrelationId", text("c1")),
        ("ApplicationProperties", properties),
        ("UserProperties", properties),
        ("SessionId", text("s1")),
        ("ReplyToSessionId", text("s2")),
        ("PartitionKey", text("s1")),
        ("TransactionPartitionKey", text("t1")),
    ]
    assert set(metadata) > NOISE
    assert all(metadata[name] == TypedData("json", "{}") for name in NOISE - {"Client"})
    assert json.loads(metadata["Client"].value)["TransportType"] == 0


def test_decoded() -> None:
    message = decoded(FULL.deliver(occasion()))
    assert message.get_body() == b"x"
    assert message.message_id == "m1"
    assert message.content_type == "text/plain"
    assert message.correlation_id == "c1"
    assert message.session_id == "s1"
    assert message.subject == message.label == "paid"
    assert message.reply_to == "answers"
    assert message.reply_to_session_id == "s2"
    assert message.to == "orders"
    assert message.partition_key == "s1"
    assert message.transaction_partition_key == "t1"
    assert message.delivery_count == 3
    assert message.sequence_number == 77
    assert message.enqueued_time_utc == datetime(2024, 1, 2, 2, 4, 5)  # without a zone
    assert message.expires_at_utc == datetime(2024, 1, 3, 4, 5, 6, 500000)
    assert message.application_properties == message.user_properties == {"DeadLetterReason": "too long", "n": 1}
    assert message.lock_token == "l1"
    assert message.dead_letter_source == "orders"


@pytest.mark.parametrize("name", NEVER)
def test_what_azure_never_sends_cannot_be_set(name: str) -> None:
    assert getattr(decoded(FULL.deliver(occasion())), name) is None
    assert [getattr(message, name) for message in decoded(many(service_bus("1")))] == [None]
    assert name not in inspect.signature(service_bus).parameters


def test_defaults() -> None:
    _, metadata, _ = service_bus().deliver(occasion())
    absent = ("DeadLetterSource", "ContentType", "ReplyTo", "To", "Subject", "Label", "CorrelationId", "SessionId")
    assert not {*absent, "ReplyToSessionId", "PartitionKey", "TransactionPartitionKey"} & set(metadata)
    assert GUID.fullmatch(metadata["MessageId"].value)
    assert GUID.fullmatch(metadata["LockToken"].value)
    assert metadata["DeliveryCount"] == metadata["SequenceNumber"] == TypedData("json", "1")
    assert metadata["EnqueuedTimeUtc"] == TypedData("json", '"2026-01-31T09:30:00.12"')
    assert metadata["ExpiresAt"] == TypedData("json", '"2026-02-14T09:30:00.12+00:00"')
    assert metadata["UserProperties"] == TypedData("json", "{}")


def test_time_to_live_has_an_end() -> None:
    payload = service_bus(enqueued_time=datetime(9999, 12, 30, tzinfo=timezone.utc))
    _, metadata, _ = payload.deliver(occasion())
    assert metadata["ExpiresAt"] == TypedData("json", '"9999-12-31T23:59:59.9999999+00:00"')
    assert decoded(payload.deliver(occasion())).expires_at_utc == datetime.max


def test_binary() -> None:
    delivery = service_bus(b"\xff").deliver(occasion(dataType="binary"))
    assert delivery.value == TypedData("bytes", b"\xff")
    assert decoded(delivery).get_body() == b"\xff"


def test_text_that_is_not_utf8() -> None:
    with pytest.raises(BindingError) as caught:
        service_bus(b"\xff").deliver(occasion())
    assert caught.value.rule == "payload-not-utf8"


def test_empty_text_stays_with_one_message() -> None:
    message = decoded(service_bus(content_type="").deliver(occasion()))
    assert (message.get_body(), message.content_type) == (b"", "")


def test_json_body_overwrites_metadata() -> None:
    message = decoded(service_bus({"messageId": 7, "subject": "x", "Label": None}, subject="y").deliver(occasion()))
    assert (message.message_id, message.subject, message.label) == ("7", "x", "y")


def test_json_body_that_breaks_the_call() -> None:
    with pytest.raises(ValueError, match="cannot convert value of field 'DeliveryCount'"):
        decoded(service_bus({"deliveryCount": "many"}).deliver(occasion()))


def test_bytes_do_not_overwrite_metadata() -> None:
    message = decoded(service_bus({"messageId": 7}, message_id="m").deliver(occasion(dataType="binary")))
    assert message.message_id == "m"


# Many messages


def test_metadata_of_many_messages() -> None:
    second = service_bus("2", message_id="m2", lock_token="l2", correlation_id="", application_properties={"b": None})
    value, metadata, _ = many(FULL, second, dataType="string")
    properties = TypedData("json", '[{"DeadLetterReason":"too long","n":1},{"b":null}]')
    one = {name: TypedData("collection_string", [value]) for name, value in {"s": "s1", "p": "paid"}.items()}
    assert value == TypedData("collection_string", ["x", "2"])
    assert {name: data for name, data in metadata.items() if name not in NOISE} == {
        "DeliveryCountArray": TypedData("json", "[3,1]"),
        "DeadLetterSourceArray": TypedData("collection_string", ["orders"]),
        "LockTokenArray": TypedData("collection_string", ["l1", "l2"]),
        "ExpiresAtUtcArray": TypedData("json", '["2024-01-03T04:05:06.5","2026-02-14T09:30:00.12"]'),
        "ExpiresAtArray": TypedData("json", '["2024-01-03T04:05:06.5+00:00","2026-02-14T09:30:00.12+00:00"]'),
        "EnqueuedTimeUtcArray": TypedData("json", '["2024-01-02T02:04:05","2026-01-31T09:30:00.12"]'),
        "EnqueuedTimeArray": TypedData("json", '["2024-01-02T02:04:05+00:00","2026-01-31T09:30:00.12+00:00"]'),
        "MessageIdArray": TypedData("collection_string", ["m1", "m2"]),
        "ContentTypeArray": TypedData("collection_string", ["text/plain"]),
        "ReplyToArray": TypedData("collection_string", ["answers"]),
        "SequenceNumberArray": TypedData("collection_sint64", [77, 78]),
        "ToArray": TypedData("collection_string", ["orders"]),
        "SubjectArray": one["p"],
        "LabelArray": one["p"],
        "CorrelationIdArray": TypedData("collection_string", ["c1"]),
        "ApplicationPropertiesArray": properties,
        "UserPropertiesArray": properties,
        "SessionIdArray": one["s"],
        "ReplyToSessionIdArray": TypedData("collection_string", ["s2"]),
        "PartitionKeyArray": one["s"],
        "TransactionPartitionKeyArray": one["s"],  # partition keys, as the extension sends them
    }
    assert set(metadata) > NOISE


def test_many_decoded() -> None:
    messages = decoded(many(service_bus({"a": 1}, session_id="s"), service_bus("[2]", session_id="s")))
    assert [message.get_body() for message in messages] == [b'{"a": 1}', b"[2]"]
    assert [message.sequence_number for message in messages] == [1, 2]
    assert [message.session_id for message in messages] == ["s", "s"]
    assert [message.enqueued_time_utc for message in messages] == [NAIVE, NAIVE]
    assert [message.user_properties for message in messages] == [{}, {}]
    assert messages[0].message_id != messages[1].message_id


def test_texts_that_are_missing_move_those_of_later_messages() -> None:
    messages = decoded(many(service_bus("1"), service_bus("2", correlation_id="mine")))
    assert [message.correlation_id for message in messages] == ["mine", None]


def test_transaction_partition_key_of_many_is_the_partition_key() -> None:
    messages = decoded(many(service_bus("1", partition_key="p", transaction_partition_key="t")))
    assert [message.transaction_partition_key for message in messages] == ["p"]


def test_an_empty_text_among_many_breaks_the_call() -> None:
    delivery = many(service_bus("a"), service_bus(""), dataType="string")
    assert delivery.value == TypedData("collection_string", ["a"])
    with pytest.raises(IndexError, match="list index out of range"):
        decoded(delivery)


def test_many_bytes_keep_empty_ones() -> None:
    delivery = many(service_bus(b"\xff"), service_bus(""), dataType="binary")
    assert delivery.value == TypedData("collection_bytes", [b"\xff", b""])
    assert [message.get_body() for message in decoded(delivery)] == [b"\xff", b""]


def test_many_without_data_type_must_be_json() -> None:
    with pytest.raises(BindingError) as caught:
        many(service_bus("1"), service_bus("hello"), **TOPIC)
    assert caught.value.rule == "payload-many-json"
    assert caught.value.details["index"] == 1


def test_one_payload_for_many_is_a_batch_of_one() -> None:
    delivery = service_bus("1").deliver(occasion(cardinality="many"))
    assert [message.get_body() for message in decoded(delivery)] == [b"1"]


# Arguments


@pytest.mark.parametrize(
    "arguments",
    [
        {"message_id": 1},
        {"content_type": b"x"},
        {"subject": "\udc00"},
        {"delivery_count": None},
        {"delivery_count": 2**31},
        {"delivery_count": -1},
        {"sequence_number": 1.0},
        {"enqueued_time": datetime(2024, 1, 1)},
        {"expires_at": 5},
        {"application_properties": "x"},
    ],
    ids=repr,
)
def test_wrong_argument(arguments: dict[str, Any]) -> None:
    with pytest.raises(BindingError) as caught:
        service_bus(**arguments)
    assert caught.value.rule == "payload-value"
    assert caught.value.details["name"] == next(iter(arguments))
    assert str(caught.value)


def test_property_without_json_form() -> None:
    with pytest.raises(BindingError) as caught:
        service_bus(application_properties={"at": NOW})
    assert caught.value.rule == "payload-not-json"


# What holds for any message


@given(
    body=st.binary(),
    name=TEXT,
    properties=st.dictionaries(TEXT, st.none() | st.booleans() | st.integers(-(2**53), 2**53) | TEXT),
    number=st.integers(0, 2**63 - 1),
)
def test_any_message_arrives(body: bytes, name: str, properties: dict[str, Any], number: int) -> None:
    payload = service_bus(
        body, message_id=name, to=name, application_properties=properties, sequence_number=number, delivery_count=2
    )
    message = decoded(payload.deliver(occasion(dataType="binary")))
    assert message.get_body() == body
    assert (message.message_id, message.to) == (name, name)
    assert message.application_properties == properties
    assert (message.sequence_number, message.delivery_count) == (number, 2)


@given(st.lists(st.tuples(st.binary(), TEXT.filter(bool)), min_size=1, max_size=5))
def test_any_batch_arrives(items: list[tuple[bytes, str]]) -> None:
    messages = decoded(many(*[service_bus(body, message_id=name) for body, name in items], dataType="binary"))
    assert [(message.get_body(), message.message_id) for message in messages] == items
