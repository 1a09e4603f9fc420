"""What orchestrations have done for them: activities, HTTP calls, and what a test has put in their place."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from pytest_azfunc.durable.actions import CallActivity, CallHttp, CallSubOrchestrator
from pytest_azfunc.durable.execution import Execution
from pytest_azfunc.durable.history import EventType, HistoryEvent
from pytest_azfunc.durable.orchestration import DurableFailure, Orchestration
from pytest_azfunc.durable.refusals import missing
from pytest_azfunc.durable.substitutes import Substitutes
from pytest_azfunc.durable.work import Surroundings
from pytest_azfunc.host.bindings.durable import ActivityPayload, durable_json
from pytest_azfunc.host.invocation import Invocation

__tracebackhide__ = True

Ended = Callable[[Orchestration, Execution, HistoryEvent, "DurableFailure | None"], None]


class Tasks:
    """Puts them on the agenda, and tells the orchestration how they ended."""

    def __init__(self, surroundings: Surroundings, substitutes: Substitutes, ended: Ended) -> None:
        self._host = surroundings
        self._substitutes = substitutes
        self._ended = ended

    def call_activity(self, found: Orchestration, number: int, action: CallActivity) -> None:
        """Have an activity run."""
        function = self._host.find("activityTrigger", action.name)
        if function is None and not self._substitutes.stands_for(action.name):
            found.obstacle = missing("activity", action.name, self._host.names("activityTrigger"), found.name)
            return
        execution, cause = found.execution, found.invocations[-1]

        def run() -> Invocation | None:
            try:
                replaced = self._substitutes.call(action.name, _decoded(action.input), lambda: _NOT_REPLACED)
            except Exception as error:
                self._activity_failed(found, execution, number, action.name, error)
                return None
            if replaced is not _NOT_REPLACED:
                self._done(found, execution, number, durable_json(replaced, "activity"))
                return None
            assert function is not None
            payload = ActivityPayload("null" if action.input is None else action.input, found.id)
            invocation = self._host.run(function, payload, cause)
            found.invocations.append(invocation)
            if invocation.exception is None:
                self._done(found, execution, number, _result(invocation))
            else:
                self._activity_failed(found, execution, number, action.name, invocation.exception)
            return invocation

        name = action.name if function is None else function.name
        self._host.ready(name, "activity", run)

    def call_substitute(self, found: Orchestration, number: int, action: CallSubOrchestrator) -> None:
        """Have done what stands for a sub-orchestration."""
        execution = found.execution

        def run() -> Invocation | None:
            fields: dict[str, Any] = {"TaskScheduledId": number}
            failure = None
            try:
                value = self._substitutes.call(action.name, _decoded(action.input), lambda: None)
                kind = EventType.SUB_ORCHESTRATION_INSTANCE_COMPLETED
                fields["Result"] = durable_json(value, "orchestration")
            except Exception as error:
                kind = EventType.SUB_ORCHESTRATION_INSTANCE_FAILED
                reason = f"Orchestrator function '{action.name}' failed: {error}"
                fields.update(Reason=reason, Details=None)
                failure = DurableFailure(reason, error, action.name)
            self._ended(found, execution, HistoryEvent(kind, self._host.now(), fields), failure)
            return None

        self._host.ready(action.name, "sub-orchestration", run)

    def call_http(self, found: Orchestration, number: int, action: CallHttp) -> None:
        """Have an HTTP request sent."""
        execution = found.execution

        def run() -> Invocation | None:
            try:
                answer = self._host.send(action)
            except OSError as error:
                self._failed(found, execution, number, str(error), "BuiltIn::HttpActivity", error)
            else:
                value = {"statusCode": answer.status, "headers": answer.headers, "content": answer.text}
                self._done(found, execution, number, json.dumps(value))
            return None

        self._host.ready(found.function.name, "HTTP request", run)

    def _done(self, found: Orchestration, execution: Execution, number: int, result: str | None) -> None:
        fields = {"TaskScheduledId": number, "Result": result}
        self._ended(found, execution, HistoryEvent(EventType.TASK_COMPLETED, self._host.now(), fields), None)

    def _activity_failed(
        self, found: Orchestration, execution: Execution, number: int, name: str, error: BaseException
    ) -> None:
        reason = f"Activity function '{name}' failed:  {type(error).__name__}: {error}"
        self._failed(found, execution, number, reason, name, error)

    def _failed(
        self, found: Orchestration, execution: Execution, number: int, reason: str, name: str, error: BaseException
    ) -> None:
        fields = {"TaskScheduledId": number, "Reason": reason, "Details": _net_exception(error)}
        event = HistoryEvent(EventType.TASK_FAILED, self._host.now(), fields)
        self._ended(found, execution, event, DurableFailure(reason, error, name))


_NOT_REPLACED = object()


def _decoded(text: str | None) -> Any:
    """An input, for what stands for the function that would get it."""
    return None if text is None else json.loads(text)


def _result(invocation: Invocation) -> str | None:
    """The JSON text of what an activity has returned."""
    answer = invocation.response.return_value
    if answer is None or answer.value is None:
        return None
    if isinstance(answer.value, (bytes, bytearray)):
        return answer.value.decode("utf-8", "replace")
    return answer.value if isinstance(answer.value, str) else json.dumps(answer.value)


def _net_exception(error: BaseException) -> str:
    """An exception as .NET's JSON serializer writes it (Utils.SerializeCause in durabletask)."""
    return json.dumps(
        {
            "$type": "System.Exception, System.Private.CoreLib",
            "ClassName": "System.Exception",
            "Message": f" {type(error).__name__}: {error}",
            "Data": None,
            "InnerException": None,
            "HelpURL": None,
            "StackTraceString": None,
            "RemoteStackTraceString": None,
            "RemoteStackIndex": 0,
            "ExceptionMethod": None,
            "HResult": -2146233088,
            "Source": None,
            "WatsonBuckets": None,
        }
    )
