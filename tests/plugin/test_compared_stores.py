"""What a failing assert shows of what is in stores: how it differs from what was expected, and what to compare."""

from __future__ import annotations

import re

import pytest

from tests.function_app import FunctionApp, Session, section

TESTS = """
    import pytest
    from pytest_azfunc import event_grid

    @pytest.fixture
    def host(azfunc_host):
        azfunc_host.queue("orders").put({"id": 7})
        azfunc_host.queue("orders").put("text")
        azfunc_host.queue("raw").put(b"\\xff")
        azfunc_host.blob("inbox/a").write({"id": 7})
        azfunc_host.table("orders").upsert({"PartitionKey": "p", "RowKey": "r"})
        azfunc_host.cosmos("shop/orders").upsert({"id": "1", "n": 5})
        azfunc_host.sql("orders").upsert({"id": 1, "n": 5})
        azfunc_host.service_bus("orders").send({"n": 1}, subject="s")
        azfunc_host.event_hub("readings").send(["a", "b"], partition_key="k")
        azfunc_host.kafka("orders").send("x", key="k")
        azfunc_host.event_grid("AUDIT").publish({"id": "1", "source": "s", "type": "t", "specversion": "1.0"})
        return azfunc_host

    def test_messages(host):
        assert host.queue("orders").messages == [{"id": 8}, "text"]

    def test_json(host):
        assert [m.json() for m in host.queue("orders").messages[:1]] == [{"id": 8}]

    def test_what_is_held_is_equal(host):
        assert host.queue("orders").messages == [{"id": 7}, "text"]

    def test_none_expected(host):
        assert host.queue("orders").messages == []

    def test_too_few(host):
        assert host.queue("orders").messages == [{"id": 7}, "text", "more"]

    def test_too_many(host):
        assert host.queue("orders").messages == [{"id": 7}]

    def test_of_another_kind(host):
        assert host.queue("raw").messages == ["text"]

    def test_bytes(host):
        assert host.queue("raw").messages == [b"text"]

    def test_one_message(host):
        assert host.queue("orders").messages[0] == {"id": 8}

    def test_is_in(host):
        assert {"id": 8} in host.queue("orders").messages

    def test_with_messages(host):
        assert host.queue("orders").messages == host.queue("raw").messages

    def test_of_service_bus(host):
        assert host.service_bus("orders").messages == [{"n": 2}]

    def test_of_service_bus_with_messages(host):
        host.service_bus("other").send({"n": 1}, subject="t")
        assert host.service_bus("orders").messages == host.service_bus("other").messages

    def test_dead_letters(host):
        assert host.service_bus("orders").dead_letters == [{"n": 1}]

    def test_events(host):
        assert host.event_hub("readings").events == ["a", "c"]

    def test_events_of_kafka(host):
        assert host.kafka("orders").events == ["y"]

    def test_events_of_event_grid(host):
        assert host.event_grid().events == []

    def test_entities(host):
        assert host.table("orders").entities == [{"PartitionKey": "p", "RowKey": "x"}]

    def test_documents(host):
        assert host.cosmos("shop/orders").documents == [{"id": "1", "n": 6}]

    def test_rows(host):
        assert host.sql("orders").rows == [{"id": 1, "n": 6}]

    def test_blob(host):
        assert host.blob("inbox/a").json() == {"id": 8}

    def test_a_queue_itself(host):
        assert host.queue("orders") == ["text"]

    def test_a_table_itself(host):
        assert host.table("orders") == []

    def test_a_blob_itself(host):
        assert host.blob("inbox/a") == {"id": 7}
"""
JSON = "compare what messages hold: [message.json() for message in ...]"
TEXT = JSON.replace("json()", "text")
WHERE = re.compile(r"\+ +where ")
MORE = "Use -v to get more diff"
# By test: what is shown, but for empty lines.
SHOWN = {
    "test_messages": [
        "assert [{'id': 7}, 'text'] == [{'id': 8}, 'text']",
        JSON,
        "At index 0 diff: {'id': 7} != {'id': 8}",
        MORE,
    ],
    "test_json": ["assert [{'id': 7}] == [{'id': 8}]", "At index 0 diff: {'id': 7} != {'id': 8}", MORE],
    "test_what_is_held_is_equal": ["assert [{'id': 7}, 'text'] == [{'id': 7}, 'text']", JSON],
    "test_none_expected": [
        """assert [<message: '{...sage: 'text'>] == []""",
        """Left contains 2 more items, first extra item: <message: '{"id": 7}'>""",
        MORE,
    ],
    "test_too_few": [
        "assert [{'id': 7}, 'text'] == [{'id': 7}, 'text', 'more']",
        JSON,
        "Right contains one more item: 'more'",
        MORE,
    ],
    "test_too_many": [
        "assert [{'id': 7}, 'text'] == [{'id': 7}]",
        JSON,
        "Left contains one more item: 'text'",
        MORE,
    ],
    "test_of_another_kind": [
        "assert [b'\\xff'] == ['text']",
        TEXT,
        "At index 0 diff: b'\\xff' != 'text'",
        MORE,
    ],
    "test_bytes": [
        "assert [b'\\xff'] == [b'text']",
        JSON.replace("json()", "body"),
        "At index 0 diff: b'\\xff' != b'text'",
        MORE,
    ],
    "test_one_message": [
        "assert {'id': 7} == {'id': 8}",
        "compare what it holds: .json()",
        "Differing items:",
        "{'id': 7} != {'id': 8}",
        MORE,
    ],
    "test_is_in": ["""assert {'id': 8} in [<message: '{"id": 7}'>, <message: 'text'>]""", JSON],
    "test_with_messages": [
        "assert [<message: '{...sage: 'text'>] == [<message: b'\\xff'>]",
        """At index 0 diff: <message: '{"id": 7}'> != <message: b'\\xff'>""",
        "Left contains one more item: <message: 'text'>",
        MORE,
    ],
    "test_of_service_bus": ["assert [{'n': 1}] == [{'n': 2}]", JSON, "At index 0 diff: {'n': 1} != {'n': 2}", MORE],
    "test_of_service_bus_with_messages": [
        "assert [<message: '{... subject='s'>] == [<message: '{... subject='t'>]",
        """At index 0 diff: <message: '{"n": 1}', subject='s'> != <message: '{"n": 1}', subject='t'>""",
        MORE,
    ],
    "test_dead_letters": ["assert [] == [{'n': 1}]", "Right contains one more item: {'n': 1}", MORE],
    "test_events": ["assert ['a', 'b'] == ['a', 'c']", TEXT, "At index 1 diff: 'b' != 'c'", MORE],
    "test_events_of_kafka": ["assert ['x'] == ['y']", TEXT, "At index 0 diff: 'x' != 'y'", MORE],
    "test_events_of_event_grid": [
        """assert [<event: '{"i...opic='AUDIT'>] == []""",
        """Left contains one more item: <event: '{"id":"1","source":"s","type":"t","specversion":"1.0"}', topic='AUDIT'>""",
        MORE,
    ],
    "test_entities": [
        "assert [{'PartitionK...RowKey': 'r'}] == [{'PartitionK...RowKey': 'x'}]",
        "At index 0 diff: {'PartitionKey': 'p', 'RowKey': 'r'} != {'PartitionKey': 'p', 'RowKey': 'x'}",
        MORE,
    ],
    "test_documents": [
        "assert [{'id': '1', 'n': 5}] == [{'id': '1', 'n': 6}]",
        "At index 0 diff: {'id': '1', 'n': 5} != {'id': '1', 'n': 6}",
        MORE,
    ],
    "test_rows": [
        "assert [{'id': 1, 'n': 5}] == [{'id': 1, 'n': 6}]",
        "At index 0 diff: {'id': 1, 'n': 5} != {'id': 1, 'n': 6}",
        MORE,
    ],
    "test_blob": ["assert {'id': 7} == {'id': 8}", "Differing items:", "{'id': 7} != {'id': 8}", MORE],
    "test_a_queue_itself": [
        """assert <Queue orders: '{"id": 7}', 'text'> == ['text']""",
        "compare what it holds: .messages",
    ],
    "test_a_table_itself": ["assert <table orders: 1 entities> == []", "compare what it holds: .entities"],
    "test_a_blob_itself": [
        """assert <blob inbox/a: '{"id": 7}'> == {'id': 7}""",
        "compare what it holds: .json()",
    ],
}


@pytest.mark.usefixtures("app")
def test_what_is_shown(app: FunctionApp, session: Session) -> None:
    app.function("One", "def main(msg): pass")

    result = session.test(TESTS)

    assert result.parseoutcomes() == {"failed": len(SHOWN)}
    assert {name: shown(result, name) for name in SHOWN} == SHOWN


def shown(result: pytest.RunResult, name: str) -> list[str]:
    lines = [line[1:].strip() for line in section(result, f" {name} ") if line.startswith("E")]
    return [line.removeprefix("AssertionError: ") for line in lines if line and not WHERE.match(line)]


def test_the_whole_difference(app: FunctionApp, session: Session) -> None:
    app.function("One", "def main(msg): pass")

    result = session.test(TESTS, "-vv", "-k", "test_messages")

    lines = shown(result, "test_messages")
    assert lines[:3] == SHOWN["test_messages"][:3]
    assert lines[3].startswith("Full diff:")
    assert [line for line in lines if line[:1] in ("-", "+")] == ["-         'id': 8,", "+         'id': 7,"]
