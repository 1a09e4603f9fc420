"""What no store takes: every error of a store that a test can cause, as a tester reads it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from pytest_azfunc import AzfuncError, Host, StoreError, batch, service_bus, timer
from tests.function_app import FunctionApp, queue_trigger

REFUSED = "  Azure:  the service refuses the request."
# What follows the sentence, by the rule.
FURTHER = {
    "payload-not-json": [
        "  Azure:  a message is text or bytes; no host would send this object.",
        "  remedy: pass text or bytes, or make it serialisable.",
    ],
    "payload-value": ["  remedy: correct the argument."],
    "payload-as-content": ["  remedy: pass the content itself."],
    "payload-ready": ["  remedy: set it in service_bus(...), or pass the bare content."],
    "argument-unknown": ["  remedy: correct the name, or leave it out."],
    "store-value": [REFUSED, "  remedy: give a value that it takes."],
    "store-too-large": [REFUSED, "  remedy: store less, such as the name of a blob that holds the rest."],
    "store-message-size": [
        "  Azure:  the queue service refuses it (RequestBodyTooLarge), and the call fails.",
        "  remedy: put the content into a blob, and its name on the queue.",
    ],
    "store-changed": [
        "  Azure:  the service answers with 412, and nothing is written.",
        "  remedy: read it anew, and try again.",
    ],
}


TAKEN_BY_NONE: list[tuple[Callable[[Any], Any], str, str]] = [
    (lambda host: host.queue("orders").put(object()), "payload-not-json", "queue.put(): an object has no JSON form: Object of type object is not JSON serializable."),
    (lambda host: host.queue("orders").put(c for c in "ab"), "payload-not-json", "queue.put(): a generator has no JSON form: Object of type generator is not JSON serializable."),
    (lambda host: host.queue("orders").put({1, 2}), "payload-not-json", "queue.put(): a set has no JSON form: Object of type set is not JSON serializable."),
    (lambda host: host.queue("orders").put({"a": float("nan")}), "payload-not-json", "queue.put(): a dict has no JSON form: NaN and the infinities are no JSON."),
    (lambda host: host.queue("orders").put(datetime(2026, 3, 1)), "payload-not-json", "queue.put(): a datetime has no JSON form: Object of type datetime is not JSON serializable."),
    (lambda host: host.queue("orders").put({("a", 1): 2}), "payload-not-json", "queue.put(): a dict has no JSON form: keys must be str, int, float, bool or None, not tuple."),
    (lambda host: host.queue("orders").put(10**5000), "payload-not-json", "queue.put(): an int has no JSON form: there is an integer in it with more digits than Python writes."),
    (lambda host: host.queue("orders").put("x" * 49153), "store-message-size", "a message of 49153 bytes for the queue 'orders' is 65540 bytes as it is sent, and 65536 are allowed."),
    (lambda host: host.queue("orders").put("x", visible_in="soon"), "payload-value", "queue.put(): visible_in is 'soon', but must be seconds from 0, or a timedelta, of at most seven days."),
    (lambda host: host.queue("orders").put("x", visible_in=timedelta(days=8)), "payload-value", "queue.put(): visible_in is datetime.timedelta(days=8), but must be seconds from 0, or a timedelta, of at most seven days."),
    (lambda host: host.queue("orders").put(timer()), "payload-as-content", "queue.put(): what timer(...) has built is for a timerTrigger, and is no content."),
    (lambda host: host.blob("inbox/a").write(object()), "payload-not-json", "blob.write(): an object has no JSON form: Object of type object is not JSON serializable."),
    (lambda host: host.blob("inbox/a").write({"a": float("nan")}), "payload-not-json", "blob.write(): a dict has no JSON form: NaN and the infinities are no JSON."),
    (lambda host: host.blob("inbox/a").write("x", metadata=["kind"]), "store-value", "metadata of the blob 'inbox/a': ['kind'] is no mapping of texts."),
    (lambda host: host.blob("inbox/a").write("x", metadata={"kind": 7}), "store-value", "metadata of the blob 'inbox/a': the value 7 of 'kind' is no text."),
    (lambda host: host.blob("inbox/a").write("x", metadata={7: "x"}), "store-value", "metadata of the blob 'inbox/a': the name 7 is no text."),
    (lambda host: host.blob("inbox/a").write("x", metadata={"a": "x", "A": "y"}), "store-value", "metadata of the blob 'inbox/a': 'A' is there twice: case does not count."),
    (lambda host: host.blob("inbox/a").write("x", metadata={"a": "ä"}), "store-value", "metadata of the blob 'inbox/a': the value of 'a' is no text that a header carries."),
    (lambda host: host.blob("inbox/a").write("x", metadata={"my-kind": "x"}), "store-value", "metadata of the blob 'inbox/a': 'my-kind' is no name that C# can have."),
    (lambda host: host.blob("inbox/a").write("x", metadata={"a": "x" * 8192}), "store-too-large", "metadata of the blob 'inbox/a' has 8193 bytes, and 8192 are the most that the Blob service takes."),
    (lambda host: host.blob("inbox/a").write("x", if_match=7), "payload-value", 'blob.write(): if_match is 7, but must be a text: the .etag of a blob, or "*" for any.'),
    (lambda host: host.blob("inbox/a").delete(if_match=b"x"), "payload-value", "blob.delete(): if_match is b'x', but must be a text: the .etag of a blob, or \"*\" for any."),
    (lambda host: host.blob("papers/a").body, "not-stored", "there is no blob 'papers/a'. Did you mean 'papers/b'? Blobs in papers: b."),
    (lambda host: host.blob("nobody/a").json(), "not-stored", "there is no blob 'nobody/a'. Nor is there a container 'nobody'. Did you mean 'inbox'? Containers: inbox, papers."),
    (lambda host: host.table("orders").upsert(None), "store-value", "table('orders').upsert: None is no entity (a dict)."),
    (lambda host: host.table("orders").upsert(b"{}"), "store-value", "table('orders').upsert: a bytes is no entity (a dict)."),
    (lambda host: host.table("orders").upsert([{"PartitionKey": "p", "RowKey": "r"}]), "store-value", "table('orders').upsert: a list is no entity (a dict)."),
    (lambda host: host.table("orders").upsert({"PartitionKey": "p"}), "store-value", "table('orders').upsert: its RowKey is missing."),
    (lambda host: host.table("orders").upsert({"PartitionKey": "p", "RowKey": 7}), "store-value", "table('orders').upsert: its RowKey is an int, but must be text."),
    (lambda host: host.table("orders").upsert({"PartitionKey": "p/q", "RowKey": "r"}), "store-value", "table('orders').upsert: its PartitionKey 'p/q' has a character that no key has: / \\ # ? or a control character."),
    (lambda host: host.table("orders").upsert({"PartitionKey": "p", "RowKey": "r", 7: "x"}), "store-value", "table('orders').upsert: 7 is no name of a property."),
    (lambda host: host.table("orders").upsert({"PartitionKey": "p", "RowKey": "r", "a-b": 1}), "store-value", "table('orders').upsert: 'a-b' is no name of a property."),
    (lambda host: host.table("orders").upsert({"PartitionKey": "p", "RowKey": "r", "a": {"b": 1}}), "store-value", "table('orders').upsert: its 'a' is a dict, which no table holds."),
    (lambda host: host.table("orders").upsert({"PartitionKey": "p", "RowKey": "r", "a": 2**63}), "store-value", "table('orders').upsert: its 'a' is a number of more than 64 bits."),
    (lambda host: host.table("orders").upsert({"PartitionKey": "p", "RowKey": "r", "a": datetime(2026, 3, 1)}), "store-value", "table('orders').upsert: its 'a' is a moment without a time zone."),
    (lambda host: host.table("orders").upsert({"PartitionKey": "p", "RowKey": "r", "a": "x" * 32769}), "store-too-large", "'a' of table('orders').upsert has 65538 bytes, and 65536 are the most that Table storage takes."),
    (lambda host: host.table("orders").get("p", 7), "payload-value", "table.get(): row_key is 7, but must be a string."),
    (lambda host: host.table("orders").delete("p", "r"), "not-stored", "there is no entity in the table 'orders' with the keys ('p', 'r')."),
    (lambda host: host.cosmos("shop/orders").upsert(b"{}"), "store-value", "cosmos('shop/orders').upsert: a bytes is no document (a dict)."),
    (lambda host: host.cosmos("shop/orders").upsert(None), "store-value", "cosmos('shop/orders').upsert: None is no document (a dict)."),
    (lambda host: host.cosmos("shop/orders").upsert([{"id": "1"}]), "store-value", "cosmos('shop/orders').upsert: a list is no document (a dict)."),
    (lambda host: host.cosmos("shop/orders").upsert({"n": 1}), "store-value", "cosmos('shop/orders').upsert: it has no id."),
    (lambda host: host.cosmos("shop/orders").upsert({"id": 7}), "store-value", "cosmos('shop/orders').upsert: its id is 7, but must be a text."),
    (lambda host: host.cosmos("shop/orders").upsert({"id": "a/b"}), "store-value", "cosmos('shop/orders').upsert: its id 'a/b' has one of / \\ ? #, or more than 1023 bytes."),
    (lambda host: host.cosmos("shop/orders").upsert({"id": "1", "a": {7: 8}}), "store-value", "cosmos('shop/orders').upsert: the name 7 in the document is no text."),
    (lambda host: host.cosmos("shop/orders").upsert({"id": "1", "at": datetime(2026, 3, 1)}), "store-value", "cosmos('shop/orders').upsert: it has no JSON form: Object of type datetime is not JSON serializable."),
    (lambda host: host.cosmos("shop/orders").upsert({"id": "1", "a": float("nan")}), "store-value", "cosmos('shop/orders').upsert: it has no JSON form: NaN and the infinities are no JSON."),
    (lambda host: host.cosmos("shop/orders").upsert({"id": "1", "a": "x" * 2**21}), "store-too-large", "cosmos('shop/orders').upsert: '1' has 2097169 bytes, and 2097152 are the most that Cosmos DB takes."),
    (lambda host: host.cosmos("shop/orders").get(7), "payload-value", "cosmos.get(): id is 7, but must be a string."),
    (lambda host: host.cosmos("shop/orders").delete("7"), "not-stored", "there is no document in shop/orders with the id '7'."),
    (lambda host: host.service_bus("orders").send({1}), "payload-not-json", "service_bus(): a set has no JSON form: Object of type set is not JSON serializable."),
    (lambda host: host.service_bus("orders").send("x", subjcet="s"), "argument-unknown", "service_bus() has no argument 'subjcet'. Did you mean 'subject'? Known: body, message_id, content_type, correlation_id, session_id, subject, reply_to, reply_to_session_id, to, partition_key, transaction_partition_key, delivery_count, sequence_number, enqueued_time, expires_at, application_properties, lock_token, dead_letter_source."),
    (lambda host: host.service_bus("orders").send("x", subject=7), "payload-value", "service_bus(): subject is 7, but must be a string."),
    (lambda host: host.service_bus("orders").send(service_bus("x"), subject="s"), "payload-ready", "service_bus.send(): what service_bus(...) has built is complete, so subject cannot be set beside it."),
    (lambda host: host.service_bus("orders").send(batch(["x"])), "payload-as-content", "service_bus(): what batch(...) has built is for a trigger with cardinality many, and is no content."),
    (lambda host: host.event_hub("orders").send(object()), "payload-not-json", "event_hub(): an object has no JSON form: Object of type object is not JSON serializable."),
    (lambda host: host.event_hub("orders").send("x" * (2**20 + 1)), "store-too-large", "an event for the event hub 'orders' has 1048577 bytes, and 1048576 are the most that Event Hubs takes."),
    (lambda host: host.event_hub("orders").send("x", properties=7), "payload-value", "event_hub(): properties is 7, but must be a mapping from names to JSON values."),
    (lambda host: host.kafka("orders").send({1}), "payload-not-json", "kafka(): a set has no JSON form: Object of type set is not JSON serializable."),
    (lambda host: host.kafka("orders").send("x" * (10**6 + 1)), "store-too-large", "an event for the topic 'orders' has 1000001 bytes, and 1000000 are the most that a producer of Kafka takes."),
    (lambda host: host.event_grid().publish("x"), "store-value", "event_grid.publish: a str is no event (what event_grid or cloud_event builds, or the whole event as a dict)."),
    (lambda host: host.event_grid().publish(None), "store-value", "event_grid.publish: None is no event (what event_grid or cloud_event builds, or the whole event as a dict)."),
    (lambda host: host.event_grid().publish({"id": "1", "subject": "s"}), "store-value", "event_grid.publish: the event has no eventType and no eventTime; event_grid(data) makes a whole event of its data."),
    (lambda host: host.event_grid().publish({"id": "1", "specversion": "1.0"}), "store-value", "event_grid.publish: the event has no source and no type; event_grid(data) makes a whole event of its data."),
    (lambda host: host.event_grid().publish({"id": "1", "source": "s", "type": "t", "specversion": "1.0", "data": "x" * 2**20}), "store-too-large", "the event of event_grid.publish has 1048640 bytes, and 1048576 are the most that Event Grid takes."),
    (lambda host: host.sql("orders").upsert(None), "store-value", "sql('dbo.orders').upsert: None is no row (a dict)."),
    (lambda host: host.sql("orders").upsert(b"{}"), "store-value", "sql('dbo.orders').upsert: a bytes is no row (a dict)."),
    (lambda host: host.sql("orders").upsert({"id": 1, "a": {1: 2}}), "store-value", "sql('dbo.orders').upsert: the name 1 in the row is no text."),
    (lambda host: host.sql("orders").upsert({"id": 1, "at": datetime(2026, 3, 1)}), "store-value", "sql('dbo.orders').upsert: it has no JSON form: Object of type datetime is not JSON serializable."),
    (lambda host: host.sql("lines", key=["order", "line"]).upsert({"Order": 1}), "store-value", "sql('dbo.lines').upsert: it has no line, its primary key. It has: Order."),
    (lambda host: host.sql("lines", key=7), "payload-value", "sql(): key is 7, but must be the name of a column, or a list of them."),
    (lambda host: host.sql("orders", key=["id"]).upsert({"id": [1]}), "store-value", "sql('dbo.orders').upsert: its primary key is no text and no number."),
    (lambda host: host.sql("orders").delete(None), "payload-value", "sql.delete(): key is None, but must be a text or a number; a tuple of them where the primary key has several columns."),
    (lambda host: host.sql("orders").delete(7), "not-stored", "there is no row in dbo.orders with the key 7."),
    (lambda host: host.mysql("orders").upsert(7), "store-value", "mysql('orders').upsert: an int is no row (a dict)."),
    (lambda host: host.mysql("orders").delete({}), "payload-value", "mysql.delete(): key is {}, but must be a text or a number; a tuple of them where the primary key has several columns."),
    (lambda host: host.redeliver("Q"), "payload-value", "azfunc_host.redeliver(): invocation is 'Q', but must be an invocation, as invoke and drain return."),
    (lambda host: host.caused("Q"), "payload-value", "azfunc_host.caused(): invocation is 'Q', but must be an invocation, as invoke and drain return."),
]  # fmt: skip


def lines_of(error: AzfuncError) -> list[str]:
    return str(error).splitlines()


def where(function: str, app: FunctionApp) -> str:
    """The line that tells where the output of the function is declared."""
    line = (app.root / function / "function.json").read_text(encoding="utf-8")
    return f"  where:  {app.root / function / 'function.json'}:1:{line.rindex('{') + 1}"


@pytest.fixture(scope="module")
def host(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Host]:
    app = FunctionApp(tmp_path_factory.mktemp("app"))
    app.function("Take", "def main(msg): pass", queue_trigger(queue="none"))
    with Host.open(app.root) as opened:
        opened.blob("papers/b").write("x")
        opened.blob("inbox/b").write("x")
        yield opened


@pytest.mark.parametrize(
    ("call", "rule", "problem"), TAKEN_BY_NONE, ids=[f"{row[1]}-{row[2][:40]}" for row in TAKEN_BY_NONE]
)
def test_what_no_store_takes(host: Host, call: Callable[[Any], Any], rule: str, problem: str) -> None:
    with pytest.raises(AzfuncError) as caught:
        call(host)
    further = FURTHER.get(rule) or [f"  remedy: put it there first, or look at {caught.value.details['look']}."]
    assert lines_of(caught.value) == [problem, *further, f"  rule:   {rule}"]


@pytest.mark.parametrize(
    ("encoding", "largest", "size", "sent"),
    [("base64", 49_152, 49_153, 65_540), ("none", 65_536, 65_537, 65_537)],
)
def test_the_largest_message(tmp_path: Path, encoding: str, largest: int, size: int, sent: int) -> None:
    app = FunctionApp(tmp_path)
    app.write({"host.json": {"version": "2.0", "extensions": {"queues": {"messageEncoding": encoding}}}})
    out = {"type": "queue", "direction": "out", "name": "out", "queueName": "large", "connection": "Storage"}
    app.function("Pass", "def main(msg, out): out.set(msg.get_body().decode())", queue_trigger(), out)
    expected = [
        f"a message of {size} bytes for the queue 'large' is {sent} bytes as it is sent, and 65536 are allowed.",
        *FURTHER["store-message-size"],
        "  rule:   store-message-size",
    ]
    with Host.open(app.root) as host:
        host.queue("large").put("x" * largest)
        host.invoke("Pass", "x" * largest)
        with pytest.raises(StoreError) as put:
            host.queue("large").put("x" * size)
        with pytest.raises(StoreError) as set_:
            host.invoke("Pass", "x" * size)
        assert lines_of(put.value) == expected
        assert lines_of(set_.value) == [f"Pass.out: {expected[0]}", where("Pass", app), *expected[1:]]
        assert [len(message.body) for message in host.queue("large").messages] == [largest, largest]


def test_the_second_of_two_writers_is_told(host: Host) -> None:
    blob = host.blob("inbox/shared")
    blob.write("0")
    seen = blob.etag
    blob.write("1", if_match=seen)
    writers: list[Callable[[], None]] = [
        lambda: blob.write("2", if_match=seen),
        lambda: blob.delete(if_match=seen),
    ]
    for late in writers:
        with pytest.raises(StoreError) as caught:
            late()
        assert lines_of(caught.value) == [
            f"the blob 'inbox/shared' was changed by somebody else: its etag is {blob.etag!r}, no longer {seen!r}.",
            *FURTHER["store-changed"],
            "  rule:   store-changed",
        ]
    assert blob.text == "1"
    blob.write("2", if_match="*")
    assert blob.text == "2"


def test_the_second_of_two_functions_is_told(tmp_path: Path) -> None:
    app = FunctionApp(tmp_path)
    out = {"type": "table", "direction": "out", "name": "out", "tableName": "Orders", "connection": "Storage"}
    app.function("Write", "def main(msg, out): out.set(msg.get_body().decode())", queue_trigger(), out)
    with Host.open(app.root) as host:
        host.invoke("Write", {"PartitionKey": "p", "RowKey": "1", "n": 1})
        with pytest.raises(StoreError) as there:
            host.invoke("Write", {"PartitionKey": "p", "RowKey": "1", "n": 2})
        with pytest.raises(StoreError) as changed:
            host.invoke("Write", {"PartitionKey": "p", "RowKey": "1", "n": 2, "ETag": 'W/"1"'})
        assert lines_of(there.value) == [
            "Write.out: the entity ('p', '1') in the table 'Orders' is there already.",
            where("Write", app),
            "  Azure:  the service answers with 409, and nothing of the batch is written.",
            '  remedy: give another key, or an ETag of "*", which replaces what is there.',
            "  rule:   store-exists",
        ]
        first, *further = lines_of(changed.value)
        assert first.startswith(
            "Write.out: the entity ('p', '1') in the table 'Orders' was changed by somebody else: its etag is 'W/"
        )
        assert first.endswith("""no longer 'W/"1"'.""")
        assert further == [where("Write", app), *FURTHER["store-changed"], "  rule:   store-changed"]
        assert host.table("Orders").entities == [{"PartitionKey": "p", "RowKey": "1", "n": 1}]
