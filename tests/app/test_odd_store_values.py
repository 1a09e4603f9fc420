"""Every argument of every call of every store, with every odd value: an error of ours that can be printed, or success.

What was taken can be looked at, delivered, traced and compared. The signatures are walked, as in test_odd_arguments.py.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import datetime, timezone
from typing import Any

import pytest

import pytest_azfunc as azfunc
from pytest_azfunc import Host, Project, event_grid
from pytest_azfunc.app_services import ServicesApp
from pytest_azfunc.app_stores import StoringApp
from tests.function_app import FunctionApp, queue_trigger
from tests.odd_values import HALF, ODD, for_each, judging

# What holds all that a document, a row, an entity and an event need, and something odd.
WHOLE = {"id": "1", "PartitionKey": "p", "RowKey": "r", "subject": "s", "eventType": "t", "eventTime": "x"}
MORE: dict[str, Callable[[], Any]] = {
    "a good one": lambda: WHOLE,
    "a moment": lambda: datetime(2026, 3, 1, tzinfo=timezone.utc),
    "an aware moment in a dict": lambda: {**WHOLE, "a": datetime(2026, 3, 1, tzinfo=timezone.utc)},
    "a moment without a time zone in a dict": lambda: {**WHOLE, "a": datetime(2026, 3, 1)},
    "names that are no text": lambda: {**WHOLE, "a": [{1: {None: 2}}]},
    "names that JSON has not": lambda: {**WHOLE, "a": {(1, 2): 3}},
    "a name with half a character": lambda: {**WHOLE, HALF: "x"},
    "a value with half a character": lambda: {**WHOLE, "a": HALF},
    "ids with half a character": lambda: dict.fromkeys(WHOLE, HALF),
    "ids of bytes": lambda: dict.fromkeys(WHOLE, b"x"),
    "ids that are numbers": lambda: dict.fromkeys(WHOLE, 7),
    "ids that are lists": lambda: {name: [1] for name in WHOLE},
    "a set in it": lambda: {**WHOLE, "a": {1}},
    "NaN in it": lambda: {**WHOLE, "a": float("nan")},
    "a number of 5,000 digits in it": lambda: {**WHOLE, "a": 10**5000},
    "bytes in it": lambda: {**WHOLE, "a": b"\xff"},
    "a payload in it": lambda: {**WHOLE, "a": azfunc.timer()},
    "many properties": lambda: {**WHOLE, **{f"p{number}": 1 for number in range(300)}},
    "a payload of a batch": lambda: azfunc.batch(["a", "b"]),
    "a payload of a timer": azfunc.timer,
    "a payload of documents": lambda: azfunc.cosmos_db([{"id": "1"}]),
    "a payload of an event": lambda: event_grid({}),
}
VALUES = {**ODD, **MORE}

# What is looked at, and what has been put there before.
STORES: dict[str, Callable[[Host], Any]] = {
    "queue": lambda host: host.queue("orders"),
    "blob": lambda host: host.blob("inbox/a"),
    "table": lambda host: host.table("orders"),
    "cosmos": lambda host: host.cosmos("shop/orders"),
    "service_bus": lambda host: host.service_bus("orders"),
    "event_hub": lambda host: host.event_hub("orders"),
    "kafka": lambda host: host.kafka("orders"),
    "event_grid": lambda host: host.event_grid(),
    "sql": lambda host: host.sql("orders"),
    "mysql": lambda host: host.mysql("orders"),
    "sink": lambda host: host.sink("sendGrid"),
}
GOOD: dict[str, Any] = {
    "body": "x",
    "value": "x",
    "content": "x",
    "entity": WHOLE,
    "document": WHOLE,
    "row": WHOLE,
    "event": WHOLE,
    "partition_key": "p",
    "row_key": "r",
    "id": "1",
    "key": "1",
    "name": "orders",
    "type": "sendGrid",
    "function": "One",
    "exception": ValueError(),
    "payload": "x",
}
PUT = ("put", "write", "upsert", "send", "publish")


def calls(thing: type) -> list[str]:
    """Its public methods."""
    return [name for name, _ in inspect.getmembers(thing, inspect.isfunction) if not name.startswith("_")]


def parameters(call: Callable[..., Any]) -> list[inspect.Parameter]:
    return list(inspect.signature(call).parameters.values())


def needed(call: Callable[..., Any]) -> dict[str, Any]:
    """What a call has to be given."""
    return {
        parameter.name: GOOD[parameter.name]
        for parameter in parameters(call)
        if parameter.name in GOOD and parameter.default is parameter.empty
    }


def arguments(store: str, call: Callable[..., Any]) -> list[str]:
    """What can be given by name; the properties of a message are the arguments of its builder."""
    names = [parameter.name for parameter in parameters(call)]
    if names[-1:] == ["properties"]:
        names[-1:] = [parameter.name for parameter in parameters(getattr(azfunc, store))[1:]] + ["nonsense"]
    return [name for name in names if name != "self"]


def look_at(thing: Any) -> None:
    """Read all that can be read."""
    assert repr(thing)
    for name, _ in inspect.getmembers(type(thing), lambda member: isinstance(member, property)):
        with judging(), suppress(UnicodeDecodeError):  # a .text that is none
            assert repr(getattr(thing, name))


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Project:
    app = FunctionApp(tmp_path_factory.mktemp("app"))
    app.function("One", "def main(msg): pass", {**queue_trigger(), "dataType": "binary"})
    return Project.load(app.root)


@pytest.fixture
def host(project: Project) -> Iterator[Host]:
    with Host.open(project) as opened:
        yield opened


@pytest.mark.parametrize("store", STORES)
def test_every_call_of_a_store(project: Project, store: str) -> None:
    with Host.open(project) as host:
        kind = type(STORES[store](host))
    for name in calls(kind):
        for argument in arguments(store, getattr(kind, name)):
            with Host.open(project) as host:
                try_out(host, STORES[store](host), name, argument)
                host.drain()
                assert host.trace is not None
                host.assert_idempotent("One", b"x")


def how_to_put(thing: Any) -> Callable[[Any], None]:
    """How a test puts something there; a sink takes the outputs of functions only."""
    return next((getattr(thing, name) for name in PUT if hasattr(thing, name)), lambda value: None)


def try_out(host: Host, thing: Any, name: str, argument: str) -> None:
    call = getattr(thing, name)
    put = how_to_put(thing)

    def check(value: Any) -> None:
        put(WHOLE)
        with judging():
            call(**{**needed(call), argument: value})
        look_at(thing)

    for_each(check, VALUES)


@pytest.mark.parametrize("call", ["queue", *calls(ServicesApp)])
def test_every_name_of_a_store(host: Host, call: str) -> None:
    named = getattr(host, call)
    for argument in (parameter.name for parameter in parameters(named)):

        def check(value: Any, argument: str = argument) -> None:
            look_at(named("orders", key=value) if argument == "key" else named(value))

        for_each(check, VALUES)


@pytest.mark.parametrize("call", sorted({*calls(StoringApp)} - {*calls(ServicesApp), "queue", "function"}))
def test_every_call_about_deliveries(host: Host, call: str) -> None:
    GOOD["invocation"] = host.invoke("One", "x")
    asked = getattr(host, call)
    for argument in (parameter.name for parameter in parameters(asked)):

        def check(value: Any, argument: str = argument) -> None:
            asked(**{**needed(asked), argument: value})

        for_each(check, VALUES)
