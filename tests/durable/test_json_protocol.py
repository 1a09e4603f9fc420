"""What is written to the library and read from it."""

from __future__ import annotations

import json
from datetime import datetime, timedelta, timezone
from typing import Any

import pytest

from pytest_azfunc.durable import json_protocol
from pytest_azfunc.durable.actions import (
    CallActivity,
    CallEntity,
    CallHttp,
    CallSubOrchestrator,
    ContinueAsNew,
    CreateTimer,
    EntityId,
    Retrying,
    SignalEntity,
    WaitForEvent,
)
from pytest_azfunc.durable.history import EventType
from tests.durable.durable_app import MakeHost

FLOW = """
@orchestrator
def Flow(context):
    yield context.call_activity("Echo", 1)
    yield context.create_timer(minutes(context, 1))
    yield context.call_sub_orchestrator("Child", 2)
    yield context.call_entity(df.EntityId("Counter", "a"), "get")
    yield context.wait_for_external_event("Go")
    yield context.call_activity("Fail", 3)

@orchestrator
def Child(context):
    return context.get_input()
"""


@pytest.fixture
def contexts(open_host: MakeHost) -> list[dict[str, Any]]:
    """What an orchestrator was given in each of its episodes."""
    host = open_host(FLOW)
    flow = host.durable.start("Flow", {"id": 7}, id="one")
    host.advance(minutes=1)
    flow.raise_event("Go", True)
    assert flow.status == "Failed"
    runs = [run for run in flow.invocations if run.function == "Flow"]
    return [json.loads(run.request.inputs["context"].value) for run in runs]  # type: ignore[union-attr]


def test_the_keys_of_the_context(contexts: list[dict[str, Any]]) -> None:
    first = contexts[0]

    assert {name: value for name, value in first.items() if name != "history"} == {
        "input": '{"id": 7}',
        "instanceId": "one",
        "isReplaying": False,
        "parentInstanceId": None,
        "upperSchemaVersion": 1,
        "upperSchemaVersionNew": 2,
        "longRunningTimerIntervalDuration": "3.00:00:00",
        "maximumShortTimerDuration": "6.00:00:00",
        "defaultHttpAsyncRequestSleepTimeMillseconds": 30000,
    }
    assert [context["isReplaying"] for context in contexts[1:]] == [True] * (len(contexts) - 1)


def test_an_episode(contexts: list[dict[str, Any]]) -> None:
    before: list[dict[str, Any]] = []
    for context in contexts:
        history = context["history"]
        assert [event["EventType"] for event in history[:2]] == [12, 0]
        starts = [index for index, event in enumerate(history) if event["EventType"] == 12]
        assert [event["IsPlayed"] for event in history] == [index < starts[-1] for index in range(len(history))]
        told = [{**event, "IsPlayed": None} for event in history]
        assert told[: len(before)] == before  # nothing is lost of what was told before
        before = told
        assert all(event["Timestamp"].endswith("Z") for event in history)
        assert all((event["EventId"] == -1) == (event["EventType"] not in (4, 7, 10, 14)) for event in history)


FIELDS = {
    0: {"Name", "Version", "Input", "OrchestrationInstance", "ParentInstance", "Tags"},
    4: {"Name", "Version", "Input"},
    5: {"TaskScheduledId", "Result"},
    6: {"TaskScheduledId", "Reason", "Details"},
    7: {"Name", "InstanceId", "Input"},
    8: {"TaskScheduledId", "Result"},
    10: {"FireAt"},
    11: {"TimerId", "FireAt"},
    14: {"InstanceId", "Name", "Input"},
    15: {"Name", "Input"},
}


def test_events_carry_what_the_library_reads(contexts: list[dict[str, Any]]) -> None:
    last = contexts[-1]["history"]

    assert {event["EventType"] for event in last} >= set(FIELDS)
    for event in last:
        assert event.keys() >= FIELDS.get(event["EventType"], set()) | {"EventType", "EventId", "IsPlayed", "Timestamp"}
    assert last[1]["Version"] == ""
    assert {event["EventId"] for event in last if event["EventId"] != -1} == {0, 1, 2, 3, 4}


def test_the_numbers_of_events() -> None:
    assert {kind.title: int(kind) for kind in EventType} == {
        "ExecutionStarted": 0,
        "ExecutionCompleted": 1,
        "ExecutionTerminated": 3,
        "TaskScheduled": 4,
        "TaskCompleted": 5,
        "TaskFailed": 6,
        "SubOrchestrationInstanceCreated": 7,
        "SubOrchestrationInstanceCompleted": 8,
        "SubOrchestrationInstanceFailed": 9,
        "TimerCreated": 10,
        "TimerFired": 11,
        "OrchestratorStarted": 12,
        "OrchestratorCompleted": 13,
        "EventSent": 14,
        "EventRaised": 15,
        "ContinueAsNew": 16,
        "GenericEvent": 17,
        "ExecutionSuspended": 19,
        "ExecutionResumed": 20,
    }


RETRY = {"firstRetryIntervalInMilliseconds": 5000, "maxNumberOfAttempts": 3}
AT = datetime(2031, 1, 1, tzinfo=timezone.utc) + timedelta(microseconds=5)
ACTIONS = [
    ({"actionType": 0, "functionName": "A", "input": "1"}, CallActivity("A", "1", None)),
    ({"actionType": 1, "functionName": "A", "input": "1", "retryOptions": RETRY}, CallActivity("A", "1", Retrying(5000, 3))),
    (
        {"actionType": 2, "functionName": "S", "input": "1", "instanceId": "i", "version": "2"},
        CallSubOrchestrator("S", "1", "i", "2", None),
    ),
    (
        {"actionType": 3, "functionName": "S", "input": None, "retryOptions": RETRY},
        CallSubOrchestrator("S", None, None, None, Retrying(5000, 3)),
    ),
    ({"actionType": 4, "input": "1"}, ContinueAsNew("1")),
    ({"actionType": 5, "fireAt": "2031-01-01T00:00:00.000005Z", "isCanceled": True}, CreateTimer(AT, True)),
    ({"actionType": 6, "externalEventName": "E", "reason": "ExternalEvent"}, WaitForEvent("E")),
    ({"actionType": 7, "instanceId": "@counter@a@b", "operation": "get"}, CallEntity(EntityId("counter", "a@b"), "get", None)),
    (
        {"actionType": 8, "httpRequest": {"method": "GET", "uri": "https://x", "content": None, "headers": {"A": "b"}}},
        CallHttp("GET", "https://x", None, {"A": "b"}, None),
    ),
    ({"actionType": 9, "instanceId": "@counter@a", "operation": "add", "input": "5"}, SignalEntity(EntityId("counter", "a"), "add", "5")),
]  # fmt: skip


def test_an_answer() -> None:
    written = [action for action, _ in ACTIONS]
    nested = [
        written[0],
        {"actionType": 12, "compoundActions": [written[1], {"actionType": 11, "compoundActions": written[2:]}]},
    ]

    found = json_protocol.decision(
        json.dumps({"isDone": True, "actions": [nested], "output": 7, "customStatus": "s"}), None
    )

    assert list(found.actions) == [action for _, action in ACTIONS]
    assert (found.is_done, found.output, found.error, found.custom_status) == (True, 7, None, "s")
    assert json_protocol.decision('{"isDone": false, "actions": [[]]}', None).is_done is False


@pytest.mark.parametrize("text", [None, "null", "1", "[]"])
def test_what_is_no_answer(text: str | None) -> None:
    with pytest.raises(ValueError, match="no state of an orchestrator"):
        json_protocol.decision(text, None)
