"""What the host sends for each payload: kinds, metadata, and what it refuses."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from typing import Any

import azure.functions as func
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pytest_azfunc.errors import BindingError, ProjectError
from pytest_azfunc.host.bindings.batch import batch
from pytest_azfunc.host.bindings.blob import blob
from pytest_azfunc.host.bindings.generic import generic
from pytest_azfunc.host.bindings.net_values import net_time
from pytest_azfunc.host.bindings.payload import Delivery, Payload
from pytest_azfunc.host.bindings.queue import queue
from pytest_azfunc.host.bindings.timer import previous, timer
from pytest_azfunc.host.bindings.trigger_values import deliver
from pytest_azfunc.host.schedules import parse
from pytest_azfunc.rpc import PythonObject, TypedData
from tests.host.occasions import NOW, occasion

LATER = datetime(2026, 3, 1, 14, 0, tzinfo=timezone(timedelta(hours=2)))  # 12:00 UTC


def plain(metadata: Mapping[str, TypedData]) -> dict[str, Any]:
    """Metadata with JSON read: what a converter makes of it, apart from kinds."""
    return {name: json.loads(data.value) if data.kind == "json" else data.value for name, data in metadata.items()}


def kinds(metadata: Mapping[str, TypedData]) -> dict[str, str | None]:
    return {name: data.kind for name, data in metadata.items()}


def rule(make: Any) -> str:
    with pytest.raises((BindingError, ProjectError)) as caught:
        make()
    assert str(caught.value)
    return caught.value.rule


@dataclass
class Point:
    x: int


class Model:
    """Looks like a pydantic model."""

    def model_dump_json(self) -> str:
        return '{"y":2}'


# Queue


def test_queue_message() -> None:
    delivery = queue("hello", id="7", pop_receipt="r", dequeue_count=3).deliver(occasion("queueTrigger"))
    assert delivery.value == TypedData("string", "hello")
    assert delivery.metadata == {
        "QueueTrigger": TypedData("string", "hello"),
        "DequeueCount": TypedData("json", "3"),
        "ExpirationTime": TypedData("json", '"2026-03-08T12:30:15+00:00"'),
        "InsertionTime": TypedData("json", '"2026-03-01T12:30:15+00:00"'),
        "NextVisibleTime": TypedData("json", '"2026-03-01T12:40:15+00:00"'),
        "Id": TypedData("string", "7"),
        "PopReceipt": TypedData("string", "r"),
    }


def test_queue_times() -> None:
    payload = queue("", insertion_time=LATER, next_visible_time=LATER + timedelta(microseconds=1500))
    found = plain(payload.deliver(occasion("queueTrigger")).metadata)
    assert found["InsertionTime"] == "2026-03-01T12:00:00+00:00"
    assert found["ExpirationTime"] == "2026-03-08T12:00:00+00:00"
    assert found["NextVisibleTime"] == "2026-03-01T12:00:00.0015+00:00"
    given_time = plain(queue("", expiration_time=LATER).deliver(occasion("queueTrigger")).metadata)
    assert given_time["ExpirationTime"] == "2026-03-01T12:00:00+00:00"


@pytest.mark.parametrize("argument", ["id", "pop_receipt", "body"])
def test_a_lone_surrogate_is_no_text(argument: str) -> None:
    given: dict[str, Any] = {argument: "\ud800"}
    assert rule(lambda: queue(**given)) == "payload-value"


def test_queue_messages_have_ids_of_their_own() -> None:
    ids = {plain(queue("").deliver(occasion("queueTrigger")).metadata)["Id"] for _ in range(20)}
    assert len(ids) == 20
    assert all(re.fullmatch("[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}", id) for id in ids)


@pytest.mark.parametrize(
    ("body", "data_type", "value"),
    [
        ("ä", None, TypedData("string", "ä")),
        ("ä", "string", TypedData("string", "ä")),
        ("ä", "binary", TypedData("bytes", "ä".encode())),
        (b"x", None, TypedData("string", "x")),
        (b"\xff", "binary", TypedData("bytes", b"\xff")),
        (bytearray(b"x"), None, TypedData("string", "x")),
        ({"a": "ä"}, None, TypedData("string", '{"a": "ä"}')),
        ([1], None, TypedData("string", "[1]")),
        (5, None, TypedData("string", "5")),
        (None, None, TypedData("string", "null")),
        (Point(1), None, TypedData("string", '{"x": 1}')),
        (Model(), None, TypedData("string", '{"y":2}')),
    ],
)
def test_queue_bodies(body: Any, data_type: str | None, value: TypedData) -> None:
    properties: dict[str, Any] = {} if data_type is None else {"dataType": data_type}
    assert queue(body).deliver(occasion("queueTrigger", **properties)).value == value


def test_queue_body_lies_over_the_metadata() -> None:
    found = queue({"ID": 7, "dequeueCount": "x", "new": True}).deliver(occasion("queueTrigger")).metadata
    assert found["Id"] == TypedData("string", "7")
    assert found["DequeueCount"] == TypedData("string", "x")
    assert found["new"] == TypedData("string", "True")


def test_queue_body_of_bytes_does_not() -> None:
    found = queue({"id": 7}, id="real").deliver(occasion("queueTrigger", dataType="binary")).metadata
    assert found["Id"] == TypedData("string", "real")
    assert found["QueueTrigger"] == TypedData("string", '{"id": 7}')


def test_queue_body_that_is_no_text() -> None:
    assert "QueueTrigger" not in queue(b"\xff").deliver(occasion("queueTrigger", dataType="binary")).metadata
    assert rule(lambda: queue(b"\xff").deliver(occasion("queueTrigger"))) == "payload-not-utf8"


@pytest.mark.parametrize(
    "arguments",
    [
        *({"dequeue_count": -1}, {"dequeue_count": True}, {"dequeue_count": "1"}, {"dequeue_count": 2**63}),
        *({"id": 5}, {"pop_receipt": b"x"}, {"insertion_time": NOW.replace(tzinfo=None)}, {"expiration_time": "now"}),
        *({"body": "\ud800"}, {"next_visible_time": 5}),
    ],
)
def test_queue_refuses(arguments: dict[str, Any]) -> None:
    assert rule(lambda: queue(**arguments)) == "payload-value"


@pytest.mark.parametrize("body", [{1, 2}, object(), float("nan"), {"a": float("inf")}, {(1, 2): 3}, 1j])
def test_no_json_form(body: Any) -> None:
    assert rule(lambda: queue(body)) == "payload-not-json"


def test_a_loop_has_no_json_form() -> None:
    loop: list[Any] = []
    loop.append(loop)
    assert rule(lambda: queue(loop)) == "payload-not-json"


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
)


@given(json_values)
def test_any_json_value_travels(value: Any) -> None:
    sent = queue(value).deliver(occasion("queueTrigger")).value
    assert isinstance(sent, TypedData)
    assert sent.value == value if isinstance(value, str) else json.loads(sent.value) == value


@given(st.datetimes(timezones=st.just(timezone.utc)))
def test_net_time(moment: datetime) -> None:
    text = net_time(moment)
    assert text.endswith("+00:00")
    assert not re.search(r"\.\d*0\+|\.\+", text)
    padded = re.sub(r"\.(\d+)", lambda m: "." + m[1].ljust(6, "0"), text)
    assert datetime.fromisoformat(padded) == moment


# Timer


def timer_value(payload: Payload, schedule: str = "0 */5 * * * *", **properties: Any) -> dict[str, Any]:
    sent = payload.deliver(occasion("timerTrigger", schedule=schedule, **properties)).value
    assert isinstance(sent, TypedData)
    assert sent.kind == "json"
    found: dict[str, Any] = json.loads(sent.value)
    assert list(found) == ["Schedule", "ScheduleStatus", "IsPastDue"]
    return found


def test_timer() -> None:
    assert timer_value(timer()) == {
        "Schedule": {"AdjustForDST": True},
        "ScheduleStatus": {
            "Last": "2026-03-01T12:25:00+00:00",
            "Next": "2026-03-01T12:30:00+00:00",
            "LastUpdated": "2026-03-01T12:25:00+00:00",
        },
        "IsPastDue": False,
    }


def test_timer_metadata() -> None:
    delivery = timer(now=LATER).deliver(occasion("timerTrigger", schedule="0 0 12 * * *"))
    assert delivery.metadata == {"TimerTrigger": TypedData("string", "03/01/2026 12:00:00")}


def test_timer_that_is_past_due() -> None:
    found = timer_value(timer(past_due=True, last=NOW - timedelta(hours=1)))
    assert found["IsPastDue"] is True
    assert found["ScheduleStatus"]["Last"] == "2026-03-01T11:30:15.1234+00:00"
    assert found["ScheduleStatus"]["Next"] == "2026-03-01T11:35:00+00:00"
    assert found["ScheduleStatus"]["LastUpdated"] == found["ScheduleStatus"]["Last"]


@pytest.mark.parametrize(
    ("schedule", "properties"),
    [("*/10 * * * * *", {}), ("00:00:30", {}), ("0 */5 * * * *", {"useMonitor": False}), ("00:00:00", {})],
)
def test_timer_without_a_monitor(schedule: str, properties: dict[str, Any]) -> None:
    assert timer_value(timer(), schedule, **properties)["ScheduleStatus"] is None


def test_timer_of_an_interval() -> None:
    found = timer_value(timer(), "01:00:00")
    assert found["Schedule"] == {"AdjustForDST": False}
    assert found["ScheduleStatus"] is not None


@pytest.mark.parametrize("schedule", ["%Schedule%", "0 0 0 1 1 *", "0 0 0 30 2 *", "0 0 0 29 2 *"])
def test_timer_on_any_schedule(schedule: str) -> None:
    status = timer_value(timer(), schedule)["ScheduleStatus"]
    assert all(text.endswith("+00:00") for text in status.values())


def test_timer_on_a_bad_schedule() -> None:
    assert rule(lambda: timer_value(timer(), "every day")) == "schedule-invalid"


@pytest.mark.parametrize("arguments", [{"now": NOW.replace(tzinfo=None)}, {"last": "x"}, {"past_due": 1}])
def test_timer_refuses(arguments: dict[str, Any]) -> None:
    assert rule(lambda: timer(**arguments)) == "payload-value"


@given(
    st.sampled_from(["0 */5 * * * *", "0 0 12 * * Mon", "0 0 0 1 */3 *", "30 15 8 * * *", "0 0 0 29 2 *"]),
    st.datetimes(datetime(2020, 1, 1), datetime(2035, 1, 1), timezones=st.just(timezone.utc)),
)
def test_previous_occurrence(text: str, moment: datetime) -> None:
    schedule = parse(text)
    found = previous(schedule, moment)
    assert found is not None
    assert found < moment
    following = schedule.next_after(found)
    assert following is not None
    assert following >= moment


# Blob


def test_blob() -> None:
    delivery = blob("ä", name="a.png", metadata={"k": "v"}).deliver(occasion("blobTrigger", path="images/{name}.png"))
    assert delivery.value == TypedData("bytes", "ä".encode())
    assert kinds(delivery.metadata) == {
        "BlobTrigger": "string",
        "Uri": "json",
        "Properties": "json",
        "Metadata": "json",
        "name": "string",
    }
    found = plain(delivery.metadata)
    assert found["BlobTrigger"] == "images/a.png"
    assert found["Uri"] == "https://azfunc.blob.core.windows.net/images/a.png"
    assert found["Metadata"] == {"k": "v"}
    assert found["name"] == "a"
    assert found["Properties"]["ContentLength"] == 2
    assert found["Properties"]["LastModified"] == "2026-03-01T12:30:15.1234+00:00"


@pytest.mark.parametrize("data_type", ["string", "binary", "undefined", "stream"])
def test_blobs_are_always_bytes(data_type: str) -> None:
    delivery = blob({"id": 7}).deliver(occasion("blobTrigger", path="c/{id}", dataType=data_type))
    assert delivery.value == TypedData("bytes", b'{"id": 7}')
    assert delivery.metadata["id"] == TypedData("string", "id")  # the capture; a blob's JSON adds nothing


def test_captures_overrule_built_in_names() -> None:
    found = blob(name="c/a-b").deliver(occasion("blobTrigger", path="c/{uri}-{new}")).metadata
    assert found["Uri"] == TypedData("string", "a")
    assert found["new"] == TypedData("string", "b")
    assert "uri" not in found


@pytest.mark.parametrize("name", ["a/b.png", "images/a/b.png"])
def test_blob_names_with_and_without_container(name: str) -> None:
    found = plain(blob(name=name).deliver(occasion("blobTrigger", path="images/{x}.png")).metadata)
    assert (found["BlobTrigger"], found["x"]) == ("images/a/b.png", "a/b")


@pytest.mark.parametrize("path", ["%path%", "%container%/{name}", None, 5])
def test_blob_paths_that_are_not_known_yet(path: object) -> None:
    found = plain(blob(b"", name="c/n").deliver(occasion("blobTrigger", path=path)).metadata)
    assert found["BlobTrigger"] == "c/n"


def test_blob_properties_and_uri() -> None:
    payload = blob(b"x", uri="https://x/y", properties={"ContentType": "image/png", "ContentLength": 99})
    found = plain(payload.deliver(occasion("blobTrigger", path="c/{n}")).metadata)
    assert found["Uri"] == "https://x/y"
    assert (found["Properties"]["ContentType"], found["Properties"]["ContentLength"]) == ("image/png", 99)


@pytest.mark.parametrize(
    ("path", "name", "expected"),
    [
        ("c/{n}.png", "a.jpg", "blob-name"),
        ("c/{n}.png", "other/a.png", None),
        ("c/fixed", "other/a", "blob-path"),
        ("ccc/fixed", "other/a", "blob-name"),
        ("{c}/x", None, "blob-path"),
        ("Container/{n}", None, "blob-path"),
        ("Container/{n}", "Container/n", "blob-path"),
        ("c/{a.b}", None, "blob-path"),
    ],
)
def test_blob_paths(path: str, name: str | None, expected: str | None) -> None:
    where = occasion("blobTrigger", path=path)
    if expected is None:
        assert plain(blob(name=name).deliver(where).metadata)["BlobTrigger"] == f"c/{name}"
    else:
        assert rule(lambda: blob(name=name).deliver(where)) == expected


@pytest.mark.parametrize(
    "arguments",
    [{"name": ""}, {"name": 5}, {"uri": b"x"}, {"metadata": [1]}, {"properties": "x"}, {"content": "\ud800"}],
)
def test_blob_refuses(arguments: dict[str, Any]) -> None:
    assert rule(lambda: blob(**arguments)) == "payload-value"


# Generic and batch


@pytest.mark.parametrize(
    ("value", "data_type", "sent"),
    [
        ("x", None, TypedData("string", "x")),
        (b"x", None, TypedData("string", "x")),
        ("x", "binary", TypedData("bytes", b"x")),
        ({"a": 1}, None, TypedData("string", '{"a": 1}')),
        (TypedData("int", 5), "binary", TypedData("int", 5)),
    ],
)
def test_generic(value: Any, data_type: str | None, sent: TypedData) -> None:
    properties: dict[str, Any] = {} if data_type is None else {"dataType": data_type}
    assert generic(value).deliver(occasion("manualTrigger", **properties)).value == sent


def test_generic_metadata() -> None:
    typed = TypedData("collection_string", ["a"])
    metadata = {"text": "x", "number": 5, "typed": typed}
    assert generic("", metadata=metadata).deliver(occasion("manualTrigger")).metadata == {
        "text": TypedData("string", "x"),
        "number": TypedData("json", "5"),
        "typed": typed,
    }
    assert rule(lambda: generic("", metadata=[1])) == "payload-value"  # type: ignore[arg-type]
    assert rule(lambda: generic("", metadata={"a": object()})) == "payload-not-json"


@pytest.mark.parametrize("items", ["abc", b"abc", {"a": 1}, 5, None])
def test_batch_refuses(items: Any) -> None:
    assert rule(lambda: batch(items)) == "payload-value"


# Bare values


def bare(value: Any, trigger: str = "queueTrigger", **properties: Any) -> Delivery:
    return deliver(value, occasion(trigger, **properties))


def test_bare_values() -> None:
    assert bare({"a": 1}).value == TypedData("string", '{"a": 1}')
    assert bare([1, 2]).value == TypedData("string", "[1, 2]")
    assert bare(None).value == TypedData("string", "")
    assert bare(None, "manualTrigger").value == TypedData("string", "")
    assert bare(None, "blobTrigger", path="c/{n}").value == TypedData("bytes", b"")
    assert bare(b"\xff", "blobTrigger", path="c/{n}").value == TypedData("bytes", b"\xff")
    assert bare("x", "QUEUETRIGGER").value == TypedData("string", "x")
    assert bare(None, "timerTrigger", schedule="0 0 0 * * *").metadata


def test_bare_sdk_objects_stay() -> None:
    message = func.QueueMessage(body=b"x")
    assert bare(message) == Delivery(PythonObject(message))


@pytest.mark.parametrize(
    ("value", "trigger", "properties", "expected"),
    [
        ({1}, "queueTrigger", {}, "payload-type"),
        (print, "queueTrigger", {}, "payload-type"),
        (dict, "queueTrigger", {}, "payload-type"),
        ({"a": 1}, "timerTrigger", {"schedule": "0 0 0 * * *"}, "payload-type"),
        ([1], "serviceBusTrigger", {"cardinality": "many"}, "payload-list"),
        ((1,), "eventHubTrigger", {"cardinality": "many"}, "payload-list"),
        (timer(), "queueTrigger", {}, "payload-builder"),
        (queue("x"), "blobTrigger", {"path": "c/{n}"}, "payload-builder"),
        (batch(["x"]), "queueTrigger", {}, "payload-batch"),
        (batch(["x"]), "serviceBusTrigger", {"cardinality": "one"}, "payload-batch"),
    ],
)
def test_bare_refuses(value: Any, trigger: str, properties: dict[str, Any], expected: str) -> None:
    assert rule(lambda: bare(value, trigger, **properties)) == expected


def test_decode_needs_a_host() -> None:
    assert rule(lambda: queue("x").decode("F")) == "decode-without-host"
