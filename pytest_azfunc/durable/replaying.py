"""A recorded history against today's code: does the orchestrator still ask for what it asked for then?"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import datetime, timezone
from typing import Any, NamedTuple

from pytest_azfunc.durable.actions import CallActivity, CallEntity, CallHttp, CallSubOrchestrator, CreateTimer, Decision
from pytest_azfunc.durable.execution import ActionsDiffer, Execution, Request
from pytest_azfunc.durable.history import EventType, HistoryEvent

__tracebackhide__ = True

_BY_TITLE = {kind.title.lower(): kind for kind in EventType}
_CREATIONS = {
    EventType.TASK_SCHEDULED: (CallActivity, CallHttp),
    EventType.SUB_ORCHESTRATION_INSTANCE_CREATED: (CallSubOrchestrator,),
    EventType.TIMER_CREATED: (CreateTimer,),
    EventType.EVENT_SENT: (CallEntity,),
}
_BASE = frozenset(("EventType", "EventId", "IsPlayed", "Timestamp", "_Timestamp"))
_DEFAULTS: Mapping[EventType, Mapping[str, Any]] = {
    EventType.EXECUTION_STARTED: {"Version": "", "Input": None, "Name": None},
    EventType.TASK_COMPLETED: {"Result": None},
    EventType.SUB_ORCHESTRATION_INSTANCE_COMPLETED: {"Result": None},
}


class Replayed(NamedTuple):
    """What a recorded history has come to with today's code.

    :ivar status: ``Running``, ``Completed``, ``Failed`` or ``ContinuedAsNew``.
    :ivar output: what the orchestrator has returned, or the text of its failure; None while it runs.
    """

    status: str
    output: Any


def read_history(events: Iterable[Any]) -> list[HistoryEvent]:
    """The events of a history: those of an instance of a test, or mappings as the task hub's history table has them.

    :raises ValueError: what is no event.
    """
    return [event if isinstance(event, HistoryEvent) else _event(event) for event in events]


def _event(row: Any) -> HistoryEvent:
    if not isinstance(row, Mapping) or "EventType" not in row:
        raise ValueError(f"no event of a history: {row!r}")
    given = row["EventType"]
    kind = _BY_TITLE.get(given.lower()) if isinstance(given, str) and not given.isdecimal() else EventType(int(given))
    if kind is None:
        raise ValueError(f"no kind of event: {given!r}")
    stamp = row.get("Timestamp", row.get("_Timestamp"))
    fields = {**_DEFAULTS.get(kind, {}), **{name: value for name, value in row.items() if name not in _BASE}}
    for name in ("TaskScheduledId", "TimerId"):
        if name in fields:
            fields[name] = int(fields[name])
    return HistoryEvent(kind, _moment(stamp), fields, int(row.get("EventId", -1)))


def _moment(stamp: Any) -> datetime:
    if isinstance(stamp, datetime):
        return stamp if stamp.tzinfo is not None else stamp.replace(tzinfo=timezone.utc)
    text = str(stamp).strip().replace("Z", "+00:00")
    head, dot, rest = text.partition(".")
    if dot:  # .NET writes seven digits of a second
        digits = "".join(character for character in rest[:7] if character.isdecimal())
        zone = rest[len(digits) :].lstrip("0123456789")
        text = f"{head}.{digits[:6].ljust(6, '0')}{zone}"
    moment = datetime.fromisoformat(text)
    return moment if moment.tzinfo is not None else moment.replace(tzinfo=timezone.utc)


def started(history: Sequence[HistoryEvent]) -> HistoryEvent:
    """The event that tells which orchestrator it was, and with which input.

    :raises ValueError: there is none.
    """
    for event in history:
        if event.type is EventType.EXECUTION_STARTED:
            return event
    raise ValueError("a history without ExecutionStarted")


def given_input(event: HistoryEvent) -> Any:
    """The input of an execution as a context has it."""
    text = event.fields.get("Input")
    try:
        return None if text is None else json.loads(text)
    except ValueError:
        return text


def replay(history: Sequence[HistoryEvent], ask: Callable[[Sequence[HistoryEvent]], Decision]) -> Replayed:
    """Run the episodes of a recorded history one by one.

    :param ask: what the orchestrator decides for the history so far.
    :raises ActionsDiffer: it asks for something else than was recorded.
    """
    execution = Execution("recorded")
    for events, recorded in _episodes(history):
        at = events[0].timestamp
        execution.begin_episode(events[1:], at)
        decision = ask(execution.history)
        _compare(execution.end_episode(decision, at), recorded, execution)
    answer = execution.answer
    if answer is None:
        return Replayed("Running", None)
    if answer.error is not None:
        return Replayed("Failed", answer.error)
    if execution.next_input is not None:
        return Replayed("ContinuedAsNew", None)
    return Replayed("Completed", answer.output)


def _episodes(history: Sequence[HistoryEvent]) -> Iterator[tuple[list[HistoryEvent], list[HistoryEvent]]]:
    """What each episode took in, with its beginning first, and what it asked for."""
    news: list[HistoryEvent] = []
    asked: list[HistoryEvent] = []
    for event in history:
        if event.type is EventType.ORCHESTRATOR_STARTED:
            if news:
                yield news, asked
            news, asked = [event], []
        elif event.type in _CREATIONS:
            asked.append(event)
        elif event.type not in (EventType.ORCHESTRATOR_COMPLETED, EventType.EXECUTION_COMPLETED) and news:
            news.append(event)
    if news:
        yield news, asked


def _compare(requests: Sequence[Request], recorded: Sequence[HistoryEvent], execution: Execution) -> None:
    by_number = {event.event_id: event for event in recorded}
    for request in requests:
        event = by_number.pop(request.task_id, None)
        if event is None or not _is_same(request, event):
            raise ActionsDiffer(request.task_id, None if event is None else event, request.action)
    if by_number and execution.answer is None:
        number, event = min(by_number.items())
        raise ActionsDiffer(number, event, None)


def _is_same(request: Request, event: HistoryEvent) -> bool:
    name = getattr(request.action, "name", None)
    return isinstance(request.action, _CREATIONS[event.type]) and (
        name is None or str(event.fields.get("Name")).lower() == name.lower()
    )
