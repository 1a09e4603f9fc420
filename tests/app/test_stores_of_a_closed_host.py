"""Whatever a test does with a store whose host is closed: it is told so. The public members are walked."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import Any

import pytest

from pytest_azfunc import BindingError, Host, Project
from pytest_azfunc.app_services import ServicesApp
from pytest_azfunc.app_stores import StoringApp
from tests.app.test_odd_store_values import GOOD, STORES, WHOLE, calls, how_to_put, needed, project  # noqa: F401

# What a place is called, and what a host remembers, can be told at any time.
KNOWN_ANYWAY = {"name", "path", "has_stores", "trace", "invocations", "function", "caused", "is_disabled"}
CLOSED = [
    "the host is closed.",
    "  remedy: use it before the `with Host.open(...)` block ends, or the test with the fixture.",
    "  rule:   host-closed",
]


def told(call: Callable[[], object]) -> list[str]:
    with pytest.raises(BindingError) as caught:
        call()
    return str(caught.value).splitlines()


def properties(thing: type) -> list[str]:
    members = inspect.getmembers(thing, lambda member: isinstance(member, property))
    return [name for name, _ in members if not name.startswith("_")]


@pytest.mark.parametrize("store", STORES)
def test_every_member_of_a_store(project: Project, store: str) -> None:  # noqa: F811
    with Host.open(project) as host:
        thing, unused = STORES[store](host), STORES[store](host)
        how_to_put(thing)(WHOLE)
        host.drain()
    for found in (thing, unused):
        for name in calls(type(found)):
            call = getattr(found, name)
            assert told(lambda: call(**needed(call))) == CLOSED, name  # noqa: B023 - called at once
        for name in set(properties(type(found))) - KNOWN_ANYWAY:
            assert told(lambda: getattr(found, name)) == CLOSED, name  # noqa: B023 - called at once
        assert "closed" in repr(found)
    if hasattr(type(thing), "__len__"):
        assert told(lambda: len(thing)) == CLOSED


@pytest.mark.parametrize("call", ["queue", *calls(ServicesApp)])
@pytest.mark.parametrize("name", ["inbox/a", "%MISSING%", "", None, 7])
def test_every_name_of_a_store(project: Project, call: str, name: Any) -> None:  # noqa: F811
    with Host.open(project) as host:
        pass
    assert told(lambda: getattr(host, call)(name)) == CLOSED


@pytest.mark.parametrize("call", sorted({*calls(StoringApp)} - {*calls(ServicesApp)} - KNOWN_ANYWAY))
def test_every_call_about_deliveries(project: Project, call: str) -> None:  # noqa: F811
    with Host.open(project) as host:
        given = {**GOOD, "invocation": host.invoke("One", b"x")}
    asked = getattr(host, call)
    names = [name for name in inspect.signature(asked).parameters if name in given]
    assert told(lambda: asked(**{name: given[name] for name in names})) == CLOSED


def test_what_was_read_before_stays(project: Project) -> None:  # noqa: F811
    with Host.open(project) as host:
        host.queue("none").put({"id": 7})
        host.service_bus("none").send({"id": 7})
        messages = [host.queue("none").messages[0], host.service_bus("none").messages[0]]
    assert [message.json() for message in messages] == [{"id": 7}] * 2
    assert repr(messages[0])
