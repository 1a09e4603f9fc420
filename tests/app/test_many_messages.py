"""Many messages: what is done for each of them does not grow with their number. Calls are counted, and no time."""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import Any

import pytest

from pytest_azfunc import Host, Project, event_grid
from tests.function_app import FunctionApp, queue_trigger

TAKE = "def main(msg): pass"
# What is put there once, and what is read then.
STORES: dict[str, tuple[Callable[[Host, int], Any], Callable[[Host], Any]]] = {
    "queue": (lambda host, _: host.queue("orders").put("x"), lambda host: host.queue("orders").messages),
    "blob": (lambda host, number: host.blob(f"inbox/{number}").write("x"), lambda host: host.blobs("inbox")),
    "one blob": (lambda host, _: host.blob("inbox/a").write("x"), lambda host: host.blob("inbox/a").body),
    "table": (
        lambda host, number: host.table("orders").upsert({"PartitionKey": "p", "RowKey": str(number)}),
        lambda host: host.table("orders").entities,
    ),
    "cosmos": (
        lambda host, number: host.cosmos("shop/orders").upsert({"id": str(number)}),
        lambda host: host.cosmos("shop/orders").documents,
    ),
    "one document": (
        lambda host, _: host.cosmos("shop/orders").upsert({"id": "1"}),
        lambda host: host.cosmos("shop/orders").get("1"),
    ),
    "service_bus": (
        lambda host, _: host.service_bus("orders").send("x"),
        lambda host: host.service_bus("orders").messages,
    ),
    "event_hub": (lambda host, _: host.event_hub("orders").send("x"), lambda host: host.event_hub("orders").events),
    "kafka": (lambda host, _: host.kafka("orders").send("x"), lambda host: host.kafka("orders").events),
    "event_grid": (lambda host, _: host.event_grid().publish(event_grid({})), lambda host: host.event_grid().events),
    "sql": (lambda host, number: host.sql("orders").upsert({"id": number}), lambda host: host.sql("orders").rows),
    "one row": (lambda host, _: host.sql("orders").upsert({"id": 1}), lambda host: host.sql("orders").rows),
}


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Project:
    app = FunctionApp(tmp_path_factory.mktemp("app"))
    triggers: list[dict[str, Any]] = [
        queue_trigger(),
        {"type": "blobTrigger", "path": "inbox/{name}"},
        {"type": "cosmosDBTrigger", "databaseName": "shop", "containerName": "orders"},
        {"type": "serviceBusTrigger", "queueName": "orders"},
        {"type": "eventHubTrigger", "eventHubName": "orders"},
        {"type": "kafkaTrigger", "topic": "orders", "brokerList": "b", "consumerGroup": "g"},
        {"type": "eventGridTrigger"},
        {"type": "sqlTrigger", "tableName": "orders", "connectionStringSetting": "C"},
    ]
    for trigger in triggers:
        app.function(trigger["type"], TAKE, {"direction": "in", "name": "msg", "connection": "C", **trigger})
    return Project.load(app.root)


def calls_of(work: Callable[[], object]) -> int:
    """How many functions are called, those of C too."""
    count = 0

    def seen(frame: object, event: str, argument: object) -> None:
        nonlocal count
        count += event in ("call", "c_call")

    before = sys.getprofile()
    sys.setprofile(seen)
    try:
        work()
    finally:
        sys.setprofile(before)
    return count


@pytest.mark.parametrize("store", STORES)
def test_each_message_costs_the_same(project: Project, store: str) -> None:
    put, read = STORES[store]

    def calls(number: int) -> tuple[int, int, int]:
        with Host.open(project) as host:
            host.clock.move_to("2026-03-01T12:00:00Z")
            put(host, 0)
            host.drain()
            return (
                calls_of(lambda: [put(host, each) for each in range(1, number)]),
                calls_of(lambda: read(host)),
                calls_of(host.drain),
            )

    few, many = calls(200), calls(800)
    assert all(more <= 4.5 * less + 100 for less, more in zip(few, many, strict=True)), (few, many)


def test_a_hundred_thousand_messages(project: Project) -> None:
    with Host.open(project) as host:
        queue = host.queue("orders")
        for number in range(100_000):
            queue.put(str(number))
        assert len(queue) == 100_000
        assert queue.messages[-1].text == "99999"
        assert repr(queue) == "<Queue orders: '0', '1', '2', '3', '4', and 99995 more>"
        queue.clear()
        assert queue.messages == []
        assert host.drain() == []
