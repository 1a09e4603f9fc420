"""Random orchestrations on the engine, against what they are by their own description."""

from __future__ import annotations

import itertools
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pytest_azfunc import DurableInstance, Host
from tests.durable.durable_app import write_app

_LONG = os.environ.get("HYPOTHESIS_PROFILE") == "long"

# An orchestrator that does what its input says: a list of steps, each of which gives one value.
RUNNER = """
attempts = {}


@activity
def Flaky(value):
    key, fails = value
    attempts[key] = attempts.get(key, 0) + 1
    if attempts[key] <= fails:
        raise ValueError(key)
    return key


def task(context, step):
    kind, value = step
    if kind == "activity":
        return context.call_activity("Twice", value)
    if kind == "timer":
        return context.create_timer(minutes(context, value))
    if kind == "sub":
        return context.call_sub_orchestrator("Run", value)
    if kind == "event":
        return context.wait_for_external_event(value)
    if kind == "flaky":
        return context.call_activity_with_retry("Flaky", df.RetryOptions(60_000, 3), value)
    if kind == "entity":
        return context.call_entity(df.EntityId("Counter", value[0]), "add", value[1])
    return context.task_all([task(context, part) for part in value])


@orchestrator
def Run(context):
    values = []
    for step in context.get_input():
        if step[0] == "fail":
            try:
                yield context.call_activity("Fail", step[1])
            except Exception as error:
                values.append(str(error).split(" \\n ")[0])
        elif step[0] == "any":
            timer = context.create_timer(minutes(context, 8_000))
            other = context.call_activity("Twice", step[1])
            winner = yield context.task_any([timer, other])
            timer.cancel()
            values.append(winner.result)
        else:
            values.append((yield task(context, step)))
    return values
"""

SIX_DAYS = 6 * 24 * 60

_keys = itertools.count()
_leaf = st.one_of(
    st.tuples(st.just("activity"), st.integers(-9, 9)),
    st.tuples(st.just("timer"), st.integers(0, 20_000)),
    st.tuples(st.just("event"), st.builds(lambda: f"event{next(_keys)}")),
    st.tuples(st.just("flaky"), st.tuples(st.builds(lambda: f"key{next(_keys)}"), st.integers(0, 2))),
    st.tuples(st.just("entity"), st.tuples(st.builds(lambda: f"counter{next(_keys)}"), st.integers(-3, 3))),
)
_alone = st.one_of(
    st.tuples(st.just("fail"), st.integers(0, 9)),
    st.tuples(st.just("any"), st.integers(0, 9)),
)
_steps = st.recursive(
    st.lists(st.one_of(_leaf, _alone), max_size=4),
    lambda steps: st.lists(
        st.one_of(
            _leaf,
            st.tuples(st.just("sub"), steps),
            st.tuples(
                st.just("all"), st.lists(st.one_of(_leaf, st.tuples(st.just("sub"), steps)), min_size=1, max_size=4)
            ),
        ),
        max_size=4,
    ),
    max_leaves=12,
)


def value_of(step: Any) -> tuple[Any, int]:
    """What a step gives, and how many minutes it takes."""
    kind, value = step
    if kind in ("activity", "any"):
        return value * 2, 0
    if kind == "timer":
        return ([None] if value > SIX_DAYS else None), value  # a long one is a compound to the library
    if kind == "event":
        return value.upper(), 0
    if kind == "flaky":
        return value[0], value[1]
    if kind == "entity":
        return value[1], 0
    if kind == "fail":
        return f"Activity function 'Fail' failed:  ValueError: no {value}", 0
    if kind == "sub":
        return values_of(value)
    parts = [value_of(part) for part in value]
    return [found for found, _ in parts], max(took for _, took in parts)


def values_of(steps: Any) -> tuple[list[Any], int]:
    """What steps give one after the other."""
    parts = [value_of(step) for step in steps]
    return [found for found, _ in parts], sum(took for _, took in parts)


@pytest.fixture(scope="module")
def host(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Host]:
    pytest.importorskip("azure.durable_functions")
    with Host.open(write_app(Path(tmp_path_factory.mktemp("random")) / "app", RUNNER)) as host:
        host.clock.move_to("2026-01-01T00:00:00Z")
        yield host


def finish(host: Host, flow: DurableInstance) -> None:
    """Send what is waited for, and let time pass, until it has ended."""
    while flow.status == "Running":
        waiting = [(one, name) for one in host.durable for name in one.waits_for]
        if waiting:
            for one, name in waiting:
                one.raise_event(name, name.upper())
        else:
            due = min(moment for one in host.durable for moment in one.timers)
            host.advance(seconds=(due - host.now).total_seconds())


@pytest.mark.parametrize("seed", [None, 1])
@settings(
    max_examples=2_000 if _LONG else 250,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
)
@given(steps=_steps)
def test_random(seed: int | None, steps: Any, host: Host) -> None:
    for flow in host.durable.instances:
        flow.purge()
    if seed is not None:
        host.durable.order(seed)
    before = host.now

    flow = host.durable.start("Run", steps)
    finish(host, flow)

    values, minutes = values_of(steps)
    assert (flow.status, flow.output) == ("Completed", values)
    assert (host.now - before).total_seconds() == minutes * 60
