"""Entities, called and signalled by a test."""

from __future__ import annotations

from datetime import timedelta

import pytest

from pytest_azfunc.errors import DurableError
from tests.durable.durable_app import MakeHost


def test_state(open_host: MakeHost) -> None:
    counter = open_host("").durable.entity("counter", "a")
    assert (counter.exists, counter.state, counter.name, counter.key) == (False, None, "counter", "a")

    counter.signal("add", 5)

    assert (counter.exists, counter.state) == (True, 5)
    assert counter.call("add", 2) == 7


@pytest.mark.parametrize("value", [0, 1, -3])
def test_falsy_inputs_arrive(value: int, open_host: MakeHost) -> None:
    counter = open_host("").durable.entity("Counter", "a")

    assert counter.call("add", value) == value


def test_an_operation_that_fails(open_host: MakeHost) -> None:
    counter = open_host("").durable.entity("Counter", "a")

    with pytest.raises(Exception, match=r"^not now$"):
        counter.call("fail")

    assert counter.state == 99  # what it did before stays


def test_deleted(open_host: MakeHost) -> None:
    counter = open_host("").durable.entity("Counter", "a")
    counter.signal("add", 5)

    counter.signal("delete")

    assert (counter.exists, counter.state) == (False, None)


def test_a_look_leaves_nothing_behind(open_host: MakeHost) -> None:
    counter = open_host("").durable.entity("Counter", "a")

    counter.signal("quiet")

    assert not counter.exists


def test_a_delayed_signal(open_host: MakeHost) -> None:
    host = open_host("")
    counter = host.durable.entity("Counter", "a")

    counter.signal("add", 5, at=host.now + timedelta(minutes=5))
    assert not counter.exists
    host.advance(minutes=5)

    assert counter.state == 5


@pytest.mark.parametrize(("size", "results"), [(1, [5, None]), (2, [5, 5])])
def test_the_size_of_a_batch_shows(size: int, results: list[object], open_host: MakeHost) -> None:
    host = open_host(
        """
        @orchestrator
        def Both(context):
            counter = df.EntityId("Counter", "a")
            tasks = [context.call_entity(counter, "add", 5), context.call_entity(counter, "quiet")]
            return (yield context.task_all(tasks))
        """
    )
    host.durable.batch_size = size

    assert host.durable.start("Both").output == results


def test_an_unknown_entity(open_host: MakeHost) -> None:
    host = open_host("")

    with pytest.raises(DurableError) as caught:
        host.durable.entity("Countr", "a").signal("add", 5)

    assert str(caught.value) == (
        "there is no entity called 'countr'. Did you mean 'Counter'? Known: Counter.\n"
        "  Azure:  the host swallows the error and the orchestration stays in Running for ever.\n"
        "  remedy: call it by its registered name: that of the trigger (activity=, orchestration=, entity_name=), else "
        "the function's.\n"
        "  rule:   durable-missing"
    )
