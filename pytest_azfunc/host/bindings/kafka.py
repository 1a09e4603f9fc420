"""Events of a Kafka topic.

Sources: azure-functions-kafka-extension, KafkaTriggerBindingStrategy.cs (metadata), KafkaEventDataConvertManager.cs
and KafkaEventData.cs (the value).
"""

from __future__ import annotations

import base64
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, ClassVar

from pytest_azfunc.host.bindings.binding_type import BindingType, by_builder
from pytest_azfunc.host.bindings.builder_arguments import INT32, check_numbers, check_texts, utc, wrong_value
from pytest_azfunc.host.bindings.builder_calls import payload_builder
from pytest_azfunc.host.bindings.given_values import content_of
from pytest_azfunc.host.bindings.json_body import overlay
from pytest_azfunc.host.bindings.message_content import numbered, string_or_bytes
from pytest_azfunc.host.bindings.net_values import as_json, compact, longs, milliseconds, strings, utc_text
from pytest_azfunc.host.bindings.payload import Delivery, Many, Occasion, Payload
from pytest_azfunc.rpc import TypedData

__tracebackhide__ = True

Headers = tuple[tuple[str, "bytes | None"], ...]


@dataclass(frozen=True)
class KafkaPayload(Payload):
    """One event of a Kafka topic; see :func:`kafka`."""

    builder: ClassVar[str] = "kafka"
    makes: ClassVar[str] = "a kafkaTrigger"
    trigger_types: ClassVar[frozenset[str] | None] = frozenset(("kafkatrigger",))

    value: str | bytes | None
    key: str | bytes | int | None = None
    partition: int = 0
    offset: int | None = None
    timestamp: datetime | None = None
    topic: str | None = None
    headers: Headers = ()

    def deliver(self, occasion: Occasion) -> Delivery:
        if occasion.trigger.cardinality == "many":
            return self.deliver_many((self,), occasion)
        event = self._event(self.offset or 0, occasion)
        key = event["Key"]
        metadata = {} if key is None else {"Key": TypedData("string", key) if isinstance(key, str) else as_json(key)}
        metadata.update(
            Partition=TypedData("json", str(self.partition)),
            Topic=TypedData("string", event["Topic"]),
            Timestamp=as_json(event["Timestamp"]),
            Offset=TypedData("json", str(event["Offset"])),
            Headers=as_json(event["Headers"]),
            IsPartitionEOF=TypedData("json", "false"),
            LeaderEpoch=TypedData("json", "0"),
        )
        if occasion.trigger.data_type == "binary":
            return Delivery(TypedData(None, None) if self.value is None else TypedData("bytes", self._raw()), metadata)
        envelope = self._envelope(event, occasion)
        overlay(metadata, envelope)
        return Delivery(TypedData("string", envelope), metadata)

    @classmethod
    def deliver_many(cls, payloads: Sequence[KafkaPayload], occasion: Occasion) -> Delivery:
        """One batch of events, as a trigger with cardinality many gets them."""
        offsets = numbered(payload.offset for payload in payloads)
        events = [payload._event(offset, occasion) for payload, offset in zip(payloads, offsets, strict=True)]
        metadata = {
            "PartitionArray": as_json([event["Partition"] for event in events]),
            "OffsetArray": longs(offsets),
            "TimestampArray": as_json([event["Timestamp"] for event in events]),
            "TopicArray": strings(event["Topic"] for event in events),
            "KeyArray": as_json([event["Key"] for event in events]),
            "HeadersArray": as_json([event["Headers"] for event in events]),
        }
        if occasion.trigger.data_type == "binary":
            raw = [payload._raw() for payload in payloads if payload.value is not None]  # null items get lost
            return Delivery(TypedData("collection_bytes", raw), metadata)
        envelopes = [payload._envelope(event, occasion) for payload, event in zip(payloads, events, strict=True)]
        if occasion.trigger.data_type == "string":
            return Delivery(TypedData("collection_string", envelopes), metadata)
        return Delivery(TypedData("json", f"[{','.join(envelopes)}]"), metadata)

    def _event(self, offset: int, occasion: Occasion) -> dict[str, Any]:
        """What the extension makes of the event, but for its value; in the order of the envelope."""
        properties = occasion.trigger.properties
        moment = self.timestamp or milliseconds(occasion.at)
        key = self.key
        if isinstance(key, bytes):
            key = key.decode("utf-8", "replace")
        elif isinstance(key, int) and str(properties.get("keyDataType")).lower() not in ("int", "long", "0", "1"):
            key = str(key)
        return {
            "Offset": offset,
            "Partition": self.partition,
            "Topic": occasion.target.text("topic", "topic") if self.topic is None else self.topic,
            "Timestamp": utc_text(moment),
            "Value": None,
            "Key": key,
            "Headers": [{"Key": name, "Value": _base64(value)} for name, value in self.headers],
        }

    def _envelope(self, event: dict[str, Any], occasion: Occasion) -> str:
        """The JSON text that a function gets which asks for text: not the value, but the event with all it has."""
        if self.value is not None:
            event = {**event, "Value": string_or_bytes(self.value, occasion.trigger, self.builder).value}
        return compact(event)

    def _raw(self) -> bytes | None:
        return self.value.encode("utf-8") if isinstance(self.value, str) else self.value


def _base64(value: bytes | None) -> str | None:
    return None if value is None else base64.b64encode(value).decode("ascii")


def _headers(given: object) -> Headers:
    """Headers in their order, each value as bytes."""
    pairs = given.items() if isinstance(given, Mapping) else given
    if isinstance(pairs, (str, bytes)) or not isinstance(pairs, Iterable):
        raise wrong_value("kafka", "headers", given, "a mapping, or a list of (name, value) pairs")
    headers = []
    for pair in pairs:
        if not isinstance(pair, (tuple, list)) or len(pair) != 2:
            raise wrong_value("kafka", "headers", given, "a mapping, or a list of (name, value) pairs")
        name, value = pair
        if not isinstance(name, str) or not isinstance(value, (str, bytes, type(None))):
            raise wrong_value("kafka", "headers", given, "names (str) with values that are bytes, str or None")
        check_texts("kafka", headers=name)
        if isinstance(value, str):
            check_texts("kafka", headers=value)
            value = value.encode("utf-8")
        headers.append((name, value))
    return tuple(headers)


@payload_builder
def kafka(
    value: Any = "",
    *,
    key: str | bytes | int | None = None,
    partition: int = 0,
    offset: int | None = None,
    timestamp: datetime | str | None = None,
    topic: str | None = None,
    headers: Mapping[str, str | bytes | None] | Iterable[tuple[str, str | bytes | None]] | None = None,
) -> KafkaPayload:
    """An event of a Kafka topic, for a function with a ``kafkaTrigger``.

    :param value: ``str`` is the text of the event, ``bytes`` its raw content, None the empty value of a tombstone;
        everything else is sent as JSON.
    :param key: the event's key, if it has one. A number stays one where function.json has a ``keyDataType`` of int
        or long.
    :param partition: the partition it is read from.
    :param offset: where it stands in the partition; 0 when None, in a batch the one after the event before.
    :param timestamp: when it was made (with a time zone; or ISO text); the host's time when None. The function
        sees text.
    :param topic: the topic; the one of function.json when None.
    :param headers: a mapping, or ``(name, value)`` pairs where a name repeats. The function sees the values in
        Base64.
    :raises BindingError: an argument that no event can have.

    As in Azure, a function whose binding does not say ``"dataType": "binary"`` does not get the value, but a JSON
    text with everything about the event, the value being its ``"Value"``. With cardinality one its properties are
    laid over the metadata, so that ``event.timestamp`` reads ``"01/31/2026 09:30:00"``.
    (https://learn.microsoft.com/azure/azure-functions/functions-bindings-kafka-trigger)
    """
    if isinstance(key, bool) or not isinstance(key, (str, bytes, int, type(None))):
        raise wrong_value("kafka", "key", key, "a str, bytes or an int")
    if isinstance(key, int) and not -(2**63) <= key < 2**63:
        raise wrong_value("kafka", "key", key, "a number of 64 bits")
    check_texts("kafka", topic=topic, **({"key": key} if isinstance(key, str) else {}))
    if topic == "":
        raise wrong_value("kafka", "topic", topic, "a text that is not empty")
    check_numbers("kafka", INT32, partition=partition)
    check_numbers("kafka", offset=0 if offset is None else offset)
    return KafkaPayload(
        None if value is None else content_of(value, "kafka"),
        key,
        partition,
        offset,
        utc("kafka", "timestamp", timestamp),
        topic,
        () if headers is None else _headers(headers),
    )


_BROKER = ("brokerList", "username", "password")

TYPES = (
    BindingType(
        "kafkaTrigger",
        builder="kafka",
        payload=by_builder(kafka),
        many=Many(kafka, KafkaPayload),
        address=("topic",),
        expressions=(*_BROKER, "consumerGroup"),
        store="kafka",
    ),
    BindingType("kafka", address=("topic",), expressions=_BROKER, store="kafka"),
)
