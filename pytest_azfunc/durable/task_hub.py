"""The task hub: all orchestrations of an app, and what keeps them going."""

from __future__ import annotations

import json
import random
from typing import Any

from pytest_azfunc.durable import json_protocol
from pytest_azfunc.durable.actions import (
    CallActivity,
    CallEntity,
    CallHttp,
    CallSubOrchestrator,
    CreateTimer,
    Decision,
    SignalEntity,
)
from pytest_azfunc.durable.entities import Entities, Operation
from pytest_azfunc.durable.episode_payload import EpisodePayload
from pytest_azfunc.durable.execution import ActionsDiffer, Execution, Request, call_id, child_id
from pytest_azfunc.durable.history import EventType, HistoryEvent
from pytest_azfunc.durable.orchestration import DurableFailure, Orchestration, Parent, RuntimeStatus
from pytest_azfunc.durable.refusals import differs, endless, missing, no_child, stuck
from pytest_azfunc.durable.substitutes import Substitutes
from pytest_azfunc.durable.tasks import Tasks
from pytest_azfunc.durable.work import Surroundings
from pytest_azfunc.host.bindings.net_values import new_guid_digits
from pytest_azfunc.host.invocation import Invocation
from pytest_azfunc.host.stores.store import OF_TEST, Origin

__tracebackhide__ = True


class TaskHub:
    """Orchestrations and entities of one app.

    :ivar orchestrations: by instance id, in the order in which they were started.
    :ivar entities: the entities.
    :ivar substitutes: what a test has put in the place of activities and sub-orchestrations.
    :ivar shuffle: gives the order of what is ready; None for the order in which it became so.
    """

    def __init__(self, surroundings: Surroundings) -> None:
        self.orchestrations: dict[str, Orchestration] = {}
        self.substitutes = Substitutes()
        self.shuffle: random.Random | None = None
        self._host = surroundings
        self.entities = Entities(surroundings, self.tell)
        self._tasks = Tasks(surroundings, self.substitutes, self._task_ended)

    # -- what clients ask for

    def start(
        self,
        name: str,
        input: Any = None,
        *,
        instance_id: str | None = None,
        version: str | None = None,
        parent: Parent | None = None,
        origin: Origin = OF_TEST,
    ) -> Orchestration:
        """Start an orchestration; its first episode is due now.

        :param input: JSON text as the library writes it, or what JSON says.
        :raises DurableError: there is no such orchestrator.
        """
        function = self._host.find("orchestrationTrigger", name)
        if function is None:
            raise missing("orchestrator", name, self._host.names("orchestrationTrigger"))
        now = self._host.now()
        found = Orchestration(
            instance_id or new_guid_digits(),
            function,
            name,
            version or "",
            input,
            now,
            Execution(new_guid_digits()),
            parent,
            origin,
        )
        self.orchestrations.pop(found.id, None)  # one that has ended makes room
        self.orchestrations[found.id] = found
        self.tell(found, found.started_event(now, None if input is None else json.dumps(input)))
        return found

    def raise_event(self, found: Orchestration, name: str, text: str) -> None:
        """Send an external event.

        :param text: its value as JSON text.
        """
        found.restarts = 0
        self.tell(found, HistoryEvent(EventType.EVENT_RAISED, self._host.now(), {"Name": name, "Input": text}))

    def terminate(self, found: Orchestration, reason: str | None) -> None:
        """End an orchestration at once; what it has begun goes on, and its children as well."""
        event = HistoryEvent(EventType.EXECUTION_TERMINATED, self._host.now(), {"Input": reason})
        found.execution.history.append(event)
        self._end(found, RuntimeStatus.TERMINATED, json_protocol.parsed(reason))

    def suspend(self, found: Orchestration, reason: str | None) -> None:
        """From now on its events wait."""
        found.is_suspended = True
        event = HistoryEvent(EventType.EXECUTION_SUSPENDED, self._host.now(), {"Reason": reason})
        found.execution.history.append(event)
        found.updated_at = self._host.now()

    def resume(self, found: Orchestration, reason: str | None) -> None:
        """Its events are taken in again, in order."""
        found.is_suspended = False
        event = HistoryEvent(EventType.EXECUTION_RESUMED, self._host.now(), {"Reason": reason})
        found.execution.history.append(event)
        found.updated_at = self._host.now()
        self._ready(found)

    def purge(self, found: Orchestration) -> None:
        """Forget an orchestration that has ended."""
        self.orchestrations.pop(found.id, None)

    def restart(self, found: Orchestration, instance_id: str | None) -> Orchestration:
        """Start it again with the same input, as a new instance or under its own id."""
        return self.start(found.name, found.input, instance_id=instance_id, version=found.version)

    def rewind(self, found: Orchestration, reason: str | None) -> None:
        """Let a failed orchestration, and its failed children, go on from before their failures."""
        execution = found.execution.rewound(self._host.now())
        failed = [self.orchestrations.get(child) for child in found.children]
        found.execution, found.status, found.output, found.failure = execution, RuntimeStatus.RUNNING, None, None
        found.failures.clear()
        found.updated_at = self._host.now()
        for child in failed:
            if child is not None and child.status is RuntimeStatus.FAILED:
                self.rewind(child, reason)
        event = HistoryEvent(EventType.GENERIC_EVENT, self._host.now(), {"Data": reason})
        self.tell(found, event)

    def known_callee(self, name: str) -> str:
        """The name, if an activity or an orchestrator is registered under it.

        :raises DurableError: none is.
        """
        for trigger in ("activityTrigger", "orchestrationTrigger"):
            if self._host.find(trigger, name) is not None:
                return name
        names = [*self._host.names("activityTrigger"), *self._host.names("orchestrationTrigger")]
        raise missing("activity or orchestrator", name, names)

    # -- episodes

    def tell(self, found: Orchestration, event: HistoryEvent) -> None:
        """Something has happened to an orchestration."""
        if found.is_over:
            return
        found.inbox.append(event)
        self._ready(found)

    def _ready(self, found: Orchestration) -> None:
        if found.is_scheduled or found.is_suspended or not found.inbox or found.is_over:
            return
        found.is_scheduled = True
        self._host.ready(found.function.name, "orchestration", lambda: self._episode(found))

    def _episode(self, found: Orchestration) -> Invocation | None:
        found.is_scheduled = False
        if found.is_suspended or not found.inbox or found.is_over:
            return None
        if self.shuffle is not None and found.execution.history:
            index = self.shuffle.randrange(len(found.inbox))
            found.inbox.rotate(-index)
        execution, now = found.execution, self._host.now()
        execution.begin_episode(found.take_events(self.shuffle is not None), now)
        parent = found.parent
        text = json_protocol.context_text(
            found.id, None if parent is None else parent.instance_id, found.input, execution.history
        )
        invocation = self._host.run(found.function, EpisodePayload(text), self._cause(found))
        found.invocations.append(invocation)
        if found.execution is execution and not found.is_over:
            self._decided(found, json_protocol.decision(_text(invocation), invocation.exception), text)
        return invocation

    def _cause(self, found: Orchestration) -> Invocation | None:
        return found.invocations[-1] if found.invocations else found.origin.invocation

    def _decided(self, found: Orchestration, decision: Decision, text: str) -> None:
        now = self._host.now()
        if found.status is RuntimeStatus.PENDING:
            found.status = RuntimeStatus.RUNNING
        found.custom_status = decision.custom_status
        found.updated_at = now
        try:
            requests = found.execution.end_episode(decision, now)
        except ActionsDiffer as difference:
            self._refuse(found, self._host.check(found, text) or differs(found.function, difference))
            return
        for request in requests:
            self._carry_out(found, request)
        self._cancel_timers(found)
        error = self._host.check(found, text) if found.execution.is_finished else None
        if error is None:
            self._conclude(found)
        else:
            self._refuse(found, error)

    def _refuse(self, found: Orchestration, error: Exception) -> None:
        self._fail(found, DurableFailure(str(error), error, found.name))

    def _carry_out(self, found: Orchestration, request: Request) -> None:
        action, number = request.action, request.task_id
        if isinstance(action, CallActivity):
            found.activities.append(action.name)
            self._tasks.call_activity(found, number, action)
        elif isinstance(action, CallHttp):
            self._tasks.call_http(found, number, action)
        elif isinstance(action, CallSubOrchestrator):
            self._call_sub_orchestrator(found, number, action)
        elif isinstance(action, CreateTimer):
            self._set_timer(found, number, action)
        elif isinstance(action, (CallEntity, SignalEntity)):
            reply = None
            if isinstance(action, CallEntity):
                reply = (found, found.execution, call_id(found.execution.id, number))
            text = None if action.input is None else json.dumps(action.input)
            self.entities.add(action.entity, Operation(action.operation, text, reply, Origin(found.invocations[-1])))

    def _set_timer(self, found: Orchestration, number: int, action: CreateTimer) -> None:
        execution, at = found.execution, max(action.fire_at, self._host.now())

        def fire() -> None:
            found.timers.pop(number, None)
            fields = {"TimerId": number, "FireAt": action.fire_at}
            found.restarts = 0
            if found.execution is execution:
                self.tell(found, HistoryEvent(EventType.TIMER_FIRED, self._host.now(), fields))

        found.timers[number] = self._host.later(at, found.function.name, "durable timer", fire)

    def _cancel_timers(self, found: Orchestration) -> None:
        for number in [number for number in found.timers if not found.execution.is_open(number)]:
            found.timers.pop(number)()

    def _call_sub_orchestrator(self, found: Orchestration, number: int, action: CallSubOrchestrator) -> None:
        instance_id = child_id(action, found.execution.id, number)
        parent = Parent(found.id, found.execution.id, number)
        if self.substitutes.stands_for(action.name):
            self._tasks.call_substitute(found, number, action)
            return
        if self._host.find("orchestrationTrigger", action.name) is None:
            found.obstacle = missing("orchestrator", action.name, self._host.names("orchestrationTrigger"), found.name)
            return
        found.obstacle = no_child(found, instance_id, self.orchestrations)
        if found.obstacle is not None:
            return
        found.children.append(instance_id)
        child = self.start(
            action.name,
            action.input,
            instance_id=instance_id,
            version=action.version,
            parent=parent,
            origin=Origin(found.invocations[-1]),
        )
        child.depth = found.depth + 1

    def _task_ended(
        self, found: Orchestration, execution: Execution, event: HistoryEvent, why: DurableFailure | None
    ) -> None:
        """A task has come to its end; *why* it has failed, if so."""
        if why is not None:
            found.failures.append(why)
        if found.execution is execution:
            self.tell(found, event)

    # -- the end

    def _conclude(self, found: Orchestration) -> None:
        execution = found.execution
        if found.obstacle is not None:
            raise found.obstacle
        if not execution.is_finished:
            self._ready(found)
            if execution.is_stuck and not found.inbox:
                found.obstacle = stuck(found.function, found.id)
                raise found.obstacle
            return
        answer = execution.answer
        assert answer is not None
        following = execution.next_input
        if answer.error is not None:
            self._fail(found, found.failure_of(answer))
        elif following is not None:
            self._continue_as_new(found, following.input)
        else:
            self._end(found, RuntimeStatus.COMPLETED, answer.output)

    def _continue_as_new(self, found: Orchestration, input: str | None) -> None:
        found.obstacle = endless(found)
        if found.obstacle is not None:
            raise found.obstacle
        now = self._host.now()
        found.execution = Execution(new_guid_digits())
        found.restarts += 1
        found.input = input
        found.status = RuntimeStatus.RUNNING
        found.inbox.appendleft(found.started_event(now, None if input is None else json.dumps(input)))
        self._ready(found)

    def _fail(self, found: Orchestration, failure: DurableFailure) -> None:
        found.failure = failure
        self._end(found, RuntimeStatus.FAILED, failure.message)

    def _end(self, found: Orchestration, status: RuntimeStatus, output: Any) -> None:
        now = self._host.now()
        found.status, found.output, found.updated_at = status, output, now
        found.inbox.clear()
        for cancel in found.timers.values():
            cancel()
        found.timers.clear()
        fields = {"OrchestrationStatus": status.value, "Result": json.dumps(output)}
        found.execution.history.append(HistoryEvent(EventType.EXECUTION_COMPLETED, now, fields))
        if found.parent is not None:
            self._tell_parent(found, found.parent)

    def _tell_parent(self, found: Orchestration, parent: Parent) -> None:
        waiting = self.orchestrations.get(parent.instance_id)
        if waiting is None or waiting.execution.id != parent.execution_id:
            return
        fields: dict[str, Any] = {"TaskScheduledId": parent.task_id}
        if found.status is RuntimeStatus.COMPLETED:
            kind = EventType.SUB_ORCHESTRATION_INSTANCE_COMPLETED
            fields["Result"] = None if found.output is None else json.dumps(found.output)
        else:
            kind = EventType.SUB_ORCHESTRATION_INSTANCE_FAILED
            fields.update(Reason=str(found.output), Details=None)
            if found.failure is not None:
                waiting.failures.append(found.failure)
        self.tell(waiting, HistoryEvent(kind, self._host.now(), fields))


def _text(invocation: Invocation) -> str | None:
    """The JSON text that an orchestrator's function has returned."""
    answer = invocation.response.return_value
    return None if answer is None else answer.value
