"""Recorded histories against today's code."""

from __future__ import annotations

from typing import Any

import pytest

from pytest_azfunc.errors import DeterminismError, DurableError
from tests.durable.durable_app import MakeHost

FLOW = """
@orchestrator
def Flow(context):
    first = yield context.call_activity("Echo", context.get_input())
    second = yield context.call_activity_with_retry("Sometimes", df.RetryOptions(1000, 3), first)
    yield context.create_timer(minutes(context, 5))
    return [first, second, (yield context.call_sub_orchestrator("Child", 3))]


@orchestrator
def Child(context):
    return (yield context.wait_for_external_event("Go"))


attempts = []


@activity
def Sometimes(value):
    attempts.append(value)
    if len(attempts) == 2:
        return value
    raise ValueError("no")
"""


def recorded(open_host: MakeHost, body: str = FLOW) -> Any:
    host = open_host(body)
    flow = host.durable.start("Flow", 7)
    host.advance(minutes=10)
    flow.children[0].raise_event("Go", "went")
    assert flow.output == [7, 7, "went"]
    return host, flow.history


def rows(history: Any) -> list[dict[str, Any]]:
    """As the history table of a task hub has them."""
    return [
        {
            "EventType": event.type.title,
            "EventId": event.event_id,
            "_Timestamp": event.timestamp.strftime("%Y-%m-%dT%H:%M:%S.%f0Z"),
            **event.fields,
        }
        for event in history
    ]


def test_the_same_code(open_host: MakeHost) -> None:
    host, history = recorded(open_host)

    assert host.durable.replay(history) == ("Completed", [7, 7, "went"])
    assert host.durable.replay(rows(history)) == ("Completed", [7, 7, "went"])
    assert len(host.durable.instances) == 2  # nothing was started


def test_one_in_flight(open_host: MakeHost) -> None:
    host, history = recorded(open_host)

    for end in range(2, len(history) - 4):
        assert host.durable.replay(history[:end]) == ("Running", None)


CHANGES = {
    "another activity": ('call_activity("Echo"', 'call_activity("Twice"', "call_activity('Twice') where the history has TaskScheduled Echo"),
    "another kind": ('call_activity("Echo", context.get_input())', 'call_sub_orchestrator("Child", 1)', "call_sub_orchestrator('Child') where the history has TaskScheduled Echo"),
    "nothing any more": ("yield context.create_timer(minutes(context, 5))", "pass", "call_sub_orchestrator('Child') where the history has TimerCreated"),
}  # fmt: skip


@pytest.mark.parametrize(("before", "now", "text"), CHANGES.values(), ids=CHANGES)
def test_other_code(
    before: str, now: str, text: str, open_host: MakeHost, tmp_path_factory: pytest.TempPathFactory
) -> None:
    from pytest_azfunc import Host
    from tests.durable.durable_app import write_app

    host, history = recorded(open_host)
    host.close()

    root = write_app(tmp_path_factory.mktemp("other") / "app", FLOW.replace(before, now))
    with Host.open(root) as other, pytest.raises(DeterminismError) as caught:
        other.durable.replay(history)

    assert text in str(caught.value)


@pytest.mark.parametrize(
    ("history", "text"),
    [
        ([], "a history without ExecutionStarted"),
        (5, "'int' object is not iterable"),
        ([5], "no event of a history: 5"),
        ([{"EventType": "Odd"}], "no kind of event: 'Odd'"),
    ],
)
def test_no_history(history: Any, text: str, open_host: MakeHost) -> None:
    with pytest.raises(DurableError) as caught:
        open_host(FLOW).durable.replay(history)

    assert str(caught.value) == (
        f"replay() takes the events of a history; {text}.\n"
        "  remedy: pass instance.history, or the rows of a task hub's history.\n"
        "  rule:   durable-history"
    )
