"""A recorded history against today's code: does the orchestrator still ask for what it asked for then?"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from pytest_azfunc.durable.actions import CallActivity, CallEntity, CallHttp, CallSubOrchestrator, CreateTimer, Decision
from pytest_azfunc.durable.execution import ActionsDiffer, Execution, Request
from pytest_azfunc.durable.history import EventType, HistoryEvent
from pytest_azfunc.durable.moments import utc_moment

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
    :raises TypeError: nothing to go through.
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
    at = utc_moment(stamp)
    if at is None:
        raise ValueError(f"no moment: {stamp!r}")
    return HistoryEvent(kind, at, fields, int(row.get("EventId", -1)))


def started(history: Sequence[HistoryEvent]) -> HistoryEvent:
    """The event that tells which orchestrator it was, and with which input.

    :raises ValueError: there is none.
    """
    for event in history:
        if event.type is EventType.EXECUTION_STARTED:
            return event
    raise ValueError("a history without ExecutionStarted")


def replay(history: Sequence[HistoryEvent], ask: Callable[[Sequence[HistoryEvent]], Decision]) -> Replayed:
    """Run the episodes of a recorded history one by one.

    :param ask: what the orchestrator decides for the history so far.
    :raises ActionsDiffer: it asks for something else than was recorded.
    """
    execution = Execution("recorded")
    for episode in _episodes(history):
        at = episode.events[0].timestamp
        execution.begin_episode(episode.events[1:], at)
        requests = execution.end_episode(ask(execution.history), at)
        if episode.is_complete:
            _compare(requests, episode.asked, execution)
    answer = execution.answer
    if answer is None:
        return Replayed("Running", None)
    if answer.error is not None:
        return Replayed("Failed", answer.error)
    if execution.next_input is not None:
        return Replayed("ContinuedAsNew", None)
    return Replayed("Completed", answer.output)


@dataclass
class _Episode:
    """A recorded episode.

    :ivar events: what it took in, its beginning first.
    :ivar asked: what tells of what it asked for.
    :ivar is_complete: whether that is all there.
    """

    events: list[HistoryEvent]
    asked: list[HistoryEvent] = field(default_factory=list)
    is_complete: bool = False


def _episodes(history: Sequence[HistoryEvent]) -> Iterator[_Episode]:
    episode: _Episode | None = None
    for event in history:
        if event.type is EventType.ORCHESTRATOR_STARTED:
            if episode is not None:
                yield episode
            episode = _Episode([event])
        elif episode is None or event.type is EventType.EXECUTION_COMPLETED:
            continue
        elif event.type in _CREATIONS:
            episode.asked.append(event)
        elif event.type is EventType.ORCHESTRATOR_COMPLETED:
            episode.is_complete = True
        else:
            episode.events.append(event)
    if episode is not None:
        yield episode


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
