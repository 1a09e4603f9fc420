"""What the management API tells of an orchestration, as JSON.

Source: durable extension, HttpApiHandler.cs and, for the view of the history, DurableClient.cs.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from pytest_azfunc.durable.history import COMPLETIONS, EventType, HistoryEvent
from pytest_azfunc.durable.json_protocol import parsed
from pytest_azfunc.durable.orchestration import Orchestration

__tracebackhide__ = True

_UNTOLD = frozenset(
    (
        EventType.ORCHESTRATOR_STARTED,
        EventType.ORCHESTRATOR_COMPLETED,
        EventType.GENERIC_EVENT,
    )
)
_CREATIONS = frozenset(
    (EventType.TASK_SCHEDULED, EventType.SUB_ORCHESTRATION_INSTANCE_CREATED, EventType.TIMER_CREATED)
)


def second_text(moment: datetime) -> str:
    """A moment to the second, as the API writes it."""
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")


def status_json(
    found: Orchestration, *, with_input: bool = True, with_history: bool = False, with_history_output: bool = False
) -> dict[str, Any]:
    """The status of an instance."""
    status = {
        "name": found.name,
        "instanceId": found.id,
        "runtimeStatus": found.shown_status.value,
        "input": found.input if with_input else None,
        "customStatus": found.custom_status,
        "output": found.output,
        "createdTime": second_text(found.created_at),
        "lastUpdatedTime": second_text(found.updated_at),
    }
    if with_history:
        status["historyEvents"] = list(_view(found.execution.history, with_history_output))
    return status


def _view(history: list[HistoryEvent], with_output: bool) -> Iterator[dict[str, Any]]:
    """The history without what only the engine needs: what was asked for is told with what came of it."""
    asked = {event.event_id: event for event in history if event.type in _CREATIONS}
    ended = {event.task_id for event in history if event.type in COMPLETIONS}
    for event in history:
        if event.type in _UNTOLD or (event.type in _CREATIONS and event.event_id in ended):
            continue
        told: dict[str, Any] = {"EventType": event.type.title, "Timestamp": event.timestamp.isoformat()}
        for name in ("Name", "Reason", "Details", "FireAt", "InstanceId", "OrchestrationStatus"):
            value = event.fields.get(name)
            if value is not None:
                told[name] = value.isoformat() if isinstance(value, datetime) else value
        before = asked.get(event.task_id) if event.task_id is not None else None
        if before is not None:
            told["ScheduledTime"] = before.timestamp.isoformat()
            if "Name" in before.fields:
                told["FunctionName"] = before.fields["Name"]
        if event.type is EventType.EXECUTION_STARTED:
            told["FunctionName"] = told.pop("Name")
        if with_output and event.fields.get("Result") is not None:
            told["Result"] = parsed(event.fields["Result"])
        if event.type is EventType.EVENT_RAISED and with_output:
            told["Input"] = parsed(event.fields["Input"])
        yield told
