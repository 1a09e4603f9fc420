"""Short names for the typed data that the table's cases send."""

from __future__ import annotations

import json as json_
from typing import Any

from pytest_azfunc.rpc import TypedData
from tests.conformance.apps import Call

EMPTY = TypedData(None, None)


def string(text: str) -> TypedData:
    return TypedData("string", text)


def raw(content: bytes) -> TypedData:
    return TypedData("bytes", content)


def json(text: str) -> TypedData:
    return TypedData("json", text)


def as_json(value: Any) -> TypedData:
    return TypedData("json", json_.dumps(value, separators=(",", ":")))


def strings(*items: str) -> TypedData:
    return TypedData("collection_string", list(items))


def blobs(*items: bytes) -> TypedData:
    return TypedData("collection_bytes", list(items))


def numbers(*items: int) -> TypedData:
    return TypedData("collection_sint64", list(items))


def http(
    method: str = "GET",
    url: str = "http://localhost/api/f",
    *,
    headers: dict[str, str] | None = None,
    params: dict[str, str] | None = None,
    query: dict[str, str] | None = None,
    body: TypedData | None = None,
) -> TypedData:
    request = {"method": method, "url": url, "headers": headers or {}, "params": params or {}, "query": query or {}}
    return TypedData("http", {**request, "body": body})


def call(data: TypedData | None = None, /, **metadata: TypedData) -> Call:
    """A call of a function whose only input is called ``x``."""
    return Call({"x": data}, metadata)


# What the host sends for each trigger, with its metadata.
TIMER = as_json({"Schedule": {"AdjustForDST": True}, "ScheduleStatus": None, "IsPastDue": False})
QUEUE_METADATA = {
    "QueueTrigger": string('{"id": 7}'),
    "Id": string("c3e1"),
    "DequeueCount": json("2"),
    "PopReceipt": string("AgAAAAMAAAAAAAAA"),
    "InsertionTime": json('"2024-01-02T03:04:05+00:00"'),
    "ExpirationTime": json('"9999-12-31T23:59:59.9999999+00:00"'),
    "NextVisibleTime": json('"2024-01-02T03:14:05+00:00"'),
}
BLOB_METADATA = {
    "BlobTrigger": string("c/a.txt"),
    "Uri": json('"https://x.blob.core.windows.net/c/a.txt"'),
    "Properties": as_json({"ContentLength": 5, "ContentType": "text/plain"}),
    "Metadata": as_json({"owner": "ada"}),
    "name": string("a.txt"),
}
EVENT_HUB_METADATA = {
    "PartitionKey": string("k"),
    "Offset": string("12"),
    "SequenceNumber": json("3"),
    "EnqueuedTimeUtc": json('"2024-01-02T03:04:05.123"'),
    "Properties": as_json({"a": 1}),
    "SystemProperties": as_json({"iothub-device": "d1", "SequenceNumber": 3}),
}
EVENT_HUB_BATCH = {
    "SystemPropertiesArray": as_json(
        [
            {"SequenceNumber": n, "Offset": str(n), "PartitionKey": "k", "EnqueuedTimeUtc": "2024-01-02T03:04:05Z"}
            for n in (1, 2)
        ]
    ),
    "PartitionKeyArray": strings("k", "k"),
    "SequenceNumberArray": numbers(1, 2),
}
SERVICE_BUS_METADATA = {
    "MessageId": string("m1"),
    "ContentType": string("application/json"),
    "CorrelationId": string("c"),
    "DeliveryCount": json("1"),
    "SequenceNumber": json("5"),
    "EnqueuedTimeUtc": json('"2024-01-02T03:04:05"'),
    "ApplicationProperties": as_json({"a": 1}),
    "UserProperties": as_json({"a": 1}),
}
SERVICE_BUS_BATCH = {
    "MessageIdArray": strings("m1", "m2"),
    "DeliveryCountArray": as_json([1, 2]),
    "SequenceNumberArray": numbers(5, 6),
    "EnqueuedTimeUtcArray": as_json(["2024-01-02T03:04:05Z", "2024-01-02T03:04:06Z"]),
    "UserPropertiesArray": as_json([{"a": 1}, {}]),
    "ApplicationPropertiesArray": as_json([{"a": 1}, {}]),
}
KAFKA_BATCH = {
    "KeyArray": as_json(["a", "b"]),
    "PartitionArray": as_json([0, 1]),
    "TimestampArray": as_json(["t0", "t1"]),
    "HeadersArray": as_json([[], [{"Key": "h", "Value": "dg=="}]]),
    "TopicArray": strings("t", "t"),
    "OffsetArray": numbers(1, 2),
}
EVENT_GRID = {
    "id": "e1",
    "topic": "t",
    "subject": "s",
    "eventType": "made",
    "eventTime": "2024-01-02T03:04:05Z",
    "data": {"n": 1},
    "dataVersion": "1.0",
}
CLOUD_EVENT = {"specversion": "1.0", "id": "e1", "source": "s", "type": "made", "data": [1], "colour": "red"}
