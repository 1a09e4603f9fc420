"""One execution of an orchestrator: its history, the tasks that are open, and what each episode adds. Pure.

Host and library number tasks each by itself; nothing tells the numbers. So they have to be given in the same order:
while an episode's events are taken in, the hidden steps of retries, then what is new in the list of actions. Source:
durabletask, TaskOrchestrationContext.cs and RetryInterceptor.cs; azure-functions-durable, Task.py.
"""

from __future__ import annotations

import json
import uuid
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from pytest_azfunc.durable.actions import (
    Action,
    CallActivity,
    CallEntity,
    CallHttp,
    CallSubOrchestrator,
    ContinueAsNew,
    CreateTimer,
    Decision,
    Retrying,
    SignalEntity,
    WaitForEvent,
)
from pytest_azfunc.durable.history import FAILURES, EventType, HistoryEvent

__tracebackhide__ = True


class Request(NamedTuple):
    """Something that is to be done for the orchestrator.

    :ivar task_id: its number in this execution.
    """

    task_id: int
    action: Action


@dataclass
class _Asked:
    """One entry of the list of actions, and how far it is.

    :ivar attempts: how many attempts of a retried call were made.
    """

    action: Action
    task_id: int = -1
    attempts: int = 1

    @property
    def retrying(self) -> Retrying | None:
        """How it is retried; None where it is not."""
        return self.action.retrying if isinstance(self.action, (CallActivity, CallSubOrchestrator)) else None


class _Open(NamedTuple):
    """A task that has not ended."""

    asked: _Asked
    action: Action
    is_pause: bool = False  # between two attempts


class ActionsDiffer(Exception):
    """An episode's actions do not begin with those of the episode before.

    :ivar index: the first that differs.
    :ivar before: what it was, as an action or as the event that tells of it; None for nothing.
    :ivar now: what it is.
    """

    def __init__(self, index: int, before: Action | HistoryEvent | None, now: Action | None) -> None:
        super().__init__(index, before, now)
        self.index = index
        self.before = before
        self.now = now


@dataclass
class Execution:
    """One execution.

    :ivar id: its own, beside the instance's.
    :ivar history: all events so far.
    :ivar answer: what the orchestrator has decided, once it has returned or raised.
    """

    id: str
    history: list[HistoryEvent] = field(default_factory=list)
    answer: Decision | None = None
    _asked: list[_Asked] = field(default_factory=list)
    _open: dict[int, _Open] = field(default_factory=dict)
    _next_id: int = 0
    _requests: list[Request] = field(default_factory=list)
    _waits: Counter[str] = field(default_factory=Counter)
    _early: set[str] = field(default_factory=set)
    _calls: dict[str, int] = field(default_factory=dict)  # GUID of a call of an entity -> task id

    # -- what is known of it

    @property
    def is_held_open(self) -> bool:
        """Whether something goes on for which the end has to wait; calls of entities and events are not waited for."""
        return any(not isinstance(task.action, CallEntity) for task in self._open.values())

    @property
    def is_finished(self) -> bool:
        """Whether it has come to its end."""
        return self.answer is not None and not self.is_held_open

    @property
    def waits_for(self) -> list[str]:
        """Names of the external events that it waits for."""
        return list(self._waits.elements())

    @property
    def timers(self) -> list[datetime]:
        """When its timers are due, those between two attempts included; soonest first."""
        return sorted(task.action.fire_at for task in self._open.values() if isinstance(task.action, CreateTimer))

    @property
    def is_stuck(self) -> bool:
        """Whether nothing will ever happen to it by itself, and it waits for nothing that a test could send."""
        return self.answer is None and not self._open and not self._waits

    def comes_alone(self, event: HistoryEvent) -> bool:
        """Whether the event has to be taken in by an episode of its own; others may come together.

        The end of a retried attempt, or of the pause after it, gives the next step a number at once, before the
        orchestrator goes on. And whether somebody waits for an external event is known between episodes only.
        """
        if event.type is EventType.EVENT_RAISED:
            return event.fields["Name"] not in self._calls
        task = None if event.task_id is None else self._open.get(event.task_id)
        return task is not None and task.asked.retrying is not None

    @property
    def actions(self) -> tuple[Action, ...]:
        """All that the orchestrator has asked for."""
        return tuple(asked.action for asked in self._asked)

    @property
    def next_input(self) -> ContinueAsNew | None:
        """With what it goes on as a new execution; None where it does not."""
        return next((action for action in self.actions if isinstance(action, ContinueAsNew)), None)

    def is_open(self, task_id: int) -> bool:
        """Whether the task has not ended, nor was cancelled."""
        return task_id in self._open

    def rewound(self, now: datetime) -> Execution:
        """The execution as it was before its tasks failed: they are asked for once more, under the same numbers.

        Source: durabletask, AzureTableTrackingStore.cs: what tells of the failures becomes events that say nothing.
        """
        failed = {event.task_id for event in self.history if event.type in FAILURES}
        again = {asked.task_id: asked for asked in self._asked if asked.task_id in failed}
        history = []
        for event in self.history:
            is_child = event.type is EventType.SUB_ORCHESTRATION_INSTANCE_CREATED
            says_of_it = event.task_id in failed or (event.event_id in failed and not is_child)
            if says_of_it or event.type is EventType.EXECUTION_COMPLETED:
                event = HistoryEvent(EventType.GENERIC_EVENT, event.timestamp, {"Data": None})
            history.append(event)
        other = Execution(self.id, history)
        other._asked, other._next_id, other._early = self._asked, self._next_id, self._early
        for number, asked in sorted(again.items()):
            asked.attempts = 1
            other._open[number] = _Open(asked, asked.action)
            if isinstance(asked.action, CallActivity):
                other._requests.append(Request(number, asked.action))
        return other

    # -- an episode

    def begin_episode(self, events: Sequence[HistoryEvent], now: datetime) -> None:
        """Take in what has happened since the last one.

        :param now: UTC.
        """
        self.history.append(HistoryEvent(EventType.ORCHESTRATOR_STARTED, now))
        for event in events:
            self.history.append(event)
            if event.type is EventType.EVENT_RAISED:
                self._raised(event.fields["Name"])
            elif event.task_id is not None:
                self._ended(event.task_id, event, now)

    def _raised(self, name: str) -> None:
        if self._calls.get(name) is not None:
            self._open.pop(self._calls.pop(name), None)
        elif self._waits[name] > 0:
            self._waits[name] -= 1
        else:
            self._early.add(name)  # it stays for every wait of that name to come
        self._waits += Counter()

    def _ended(self, task_id: int, event: HistoryEvent, now: datetime) -> None:
        task = self._open.pop(task_id, None)
        if task is None:
            return
        asked, retrying = task.asked, task.asked.retrying
        if retrying is None:
            return
        is_last = asked.attempts >= retrying.attempts
        if task.is_pause and not is_last:
            asked.attempts += 1
            self._begin(asked, asked.action)
        elif not task.is_pause and event.type in FAILURES:
            # One more pause after the last attempt: the library waits for it before it gives up.
            pause = timedelta() if is_last else timedelta(milliseconds=retrying.interval)
            self._begin(asked, CreateTimer(now + pause), is_pause=True)

    def _begin(self, asked: _Asked, action: Action, is_pause: bool = False) -> None:
        number, self._next_id = self._next_id, self._next_id + 1
        if not is_pause:
            asked.task_id = number
        if not isinstance(action, SignalEntity):
            self._open[number] = _Open(asked, action, is_pause)
        self._requests.append(Request(number, action))

    def end_episode(self, decision: Decision, now: datetime) -> list[Request]:
        """Take in what the orchestrator has decided.

        :returns: what is new in it, in the order of the numbers.
        :raises ActionsDiffer: it has asked for something else than in the episode before.
        """
        if decision.actions or decision.error is None:
            self._compare(decision.actions)
        for action in decision.actions[len(self._asked) :]:
            self._ask(action)
        if decision.is_done or decision.error is not None:
            self.answer = decision
        requests, self._requests = self._requests, []
        self.history.extend(event for request in requests if (event := _created(request, self.id, now)) is not None)
        self.history.append(HistoryEvent(EventType.ORCHESTRATOR_COMPLETED, now))
        for request in requests:
            if isinstance(request.action, CallEntity):
                self._calls[call_id(self.id, request.task_id)] = request.task_id
        return requests

    def _compare(self, actions: Sequence[Action]) -> None:
        for index, asked in enumerate(self._asked):
            action = actions[index] if index < len(actions) else None
            if isinstance(action, CreateTimer) and isinstance(asked.action, CreateTimer):
                if action.is_cancelled:
                    self._open.pop(asked.task_id, None)
                same = action.fire_at == asked.action.fire_at
                if same:
                    asked.action = action
            else:
                same = action == asked.action
            if not same:
                raise ActionsDiffer(index, asked.action, action)

    def _ask(self, action: Action) -> None:
        asked = _Asked(action)
        self._asked.append(asked)
        if isinstance(action, WaitForEvent):
            if action.name not in self._early:
                self._waits[action.name] += 1
        elif not isinstance(action, ContinueAsNew):
            self._begin(asked, action)
            if isinstance(action, CreateTimer) and action.is_cancelled:
                self._open.pop(asked.task_id, None)


def call_id(execution_id: str, task_id: int) -> str:
    """The GUID by which the answer to a call of an entity finds its way back."""
    return str(uuid.uuid5(uuid.NAMESPACE_OID, f"{execution_id}:{task_id}"))


def child_id(action: CallSubOrchestrator, execution_id: str, task_id: int) -> str:
    """The instance id of a sub-orchestration."""
    return action.instance_id or f"{execution_id}:{task_id:04x}"


def _created(request: Request, execution_id: str, now: datetime) -> HistoryEvent | None:
    """The event that says what was asked for."""
    action, number = request.action, request.task_id
    fields: Mapping[str, Any]
    if isinstance(action, CallActivity):
        kind, fields = EventType.TASK_SCHEDULED, {"Name": action.name, "Version": None, "Input": action.input}
    elif isinstance(action, CallSubOrchestrator):
        kind = EventType.SUB_ORCHESTRATION_INSTANCE_CREATED
        child = child_id(action, execution_id, number)
        fields = {"Name": action.name, "InstanceId": child, "Input": action.input, "Version": action.version}
    elif isinstance(action, CreateTimer):
        kind, fields = EventType.TIMER_CREATED, {"FireAt": action.fire_at}
    elif isinstance(action, CallHttp):
        kind, fields = EventType.TASK_SCHEDULED, {"Name": "BuiltIn::HttpActivity", "Version": None, "Input": None}
    elif isinstance(action, (CallEntity, SignalEntity)):
        kind, fields = EventType.EVENT_SENT, _sent(action, call_id(execution_id, number))
    else:
        return None
    return HistoryEvent(kind, now, fields, number)


def _sent(action: CallEntity | SignalEntity, guid: str) -> Mapping[str, Any]:
    message = {"op": action.operation, "signal": isinstance(action, SignalEntity), "input": action.input, "id": guid}
    return {"InstanceId": str(action.entity), "Name": "op", "Input": json.dumps(message)}
