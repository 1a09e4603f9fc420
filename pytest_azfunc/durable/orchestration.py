"""One instance of an orchestration, over all its executions."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from enum import Enum
from typing import Any, NamedTuple

from pytest_azfunc.durable.actions import Decision
from pytest_azfunc.durable.execution import Execution
from pytest_azfunc.durable.history import EventType, HistoryEvent
from pytest_azfunc.host.invocation import Invocation
from pytest_azfunc.host.stores.store import OF_TEST, Origin
from pytest_azfunc.project import Function

__tracebackhide__ = True


class RuntimeStatus(str, Enum):
    """What the management API says of an instance."""

    PENDING = "Pending"
    RUNNING = "Running"
    COMPLETED = "Completed"
    FAILED = "Failed"
    TERMINATED = "Terminated"
    SUSPENDED = "Suspended"
    CONTINUED_AS_NEW = "ContinuedAsNew"

    @property
    def is_over(self) -> bool:
        """Whether nothing comes after it."""
        return self in (RuntimeStatus.COMPLETED, RuntimeStatus.FAILED, RuntimeStatus.TERMINATED)


class Parent(NamedTuple):
    """Who waits for a sub-orchestration.

    :ivar task_id: the number of the call in that execution.
    """

    instance_id: str
    execution_id: str
    task_id: int


class DurableFailure(NamedTuple):
    """Why an orchestration has failed.

    :ivar message: as its status tells it.
    :ivar exception: what the app's code has raised, or None.
    :ivar function: the function that has raised it.
    """

    message: str
    exception: BaseException | None
    function: str


@dataclass
class Orchestration:
    """An instance.

    :ivar input: JSON text where the library or a test has started it, else what JSON says.
    :ivar status: see :class:`RuntimeStatus`.
    :ivar output: what it has come to, as JSON says it.
    :ivar inbox: what has happened since its last episode.
    :ivar timers: what cancels its timers' moments on the agenda, by task number.
    :ivar origin: of the first episode: what has started it.
    :ivar failures: what went wrong in its tasks.
    :ivar depth: how many orchestrations stand above it as parents.
    :ivar restarts: how many times it has gone on as new, with no timer or event between.
    :ivar obstacle: why nothing will ever come of it by itself; None as long as something may.
    """

    id: str
    function: Function
    name: str
    version: str
    input: Any
    created_at: datetime
    execution: Execution
    parent: Parent | None = None
    origin: Origin = OF_TEST
    status: RuntimeStatus = RuntimeStatus.PENDING
    output: Any = None
    custom_status: Any = None
    failure: DurableFailure | None = None
    is_suspended: bool = False
    is_scheduled: bool = False
    is_looked_at: bool = False
    inbox: deque[HistoryEvent] = field(default_factory=deque)
    timers: dict[int, Callable[[], None]] = field(default_factory=dict)
    invocations: list[Invocation] = field(default_factory=list)
    activities: list[str] = field(default_factory=list)
    children: list[str] = field(default_factory=list)
    failures: list[DurableFailure] = field(default_factory=list)
    depth: int = 0
    restarts: int = 0
    obstacle: Exception | None = None
    updated_at: datetime = field(init=False)

    def __post_init__(self) -> None:
        self.updated_at = self.created_at

    @property
    def is_over(self) -> bool:
        """Whether it has ended."""
        return self.status.is_over

    @property
    def shown_status(self) -> RuntimeStatus:
        """Its status, which is another while it is suspended."""
        return RuntimeStatus.SUSPENDED if self.is_suspended and not self.is_over else self.status

    def take_events(self, one_by_one: bool) -> list[HistoryEvent]:
        """What its next episode takes in: all that is there, up to what comes alone.

        :param one_by_one: take a single one.
        """
        events = [self.inbox.popleft()]
        if one_by_one or self.execution.comes_alone(events[0]):
            return events
        while self.inbox and not self.execution.comes_alone(self.inbox[0]):
            events.append(self.inbox.popleft())
        return events

    def failure_of(self, decision: Decision) -> DurableFailure:
        """Why it fails: for the failure of a task that it did not catch, or what it has raised itself."""
        message = f"Orchestrator function '{self.name}' failed: {decision.error}"
        for failure in reversed(self.failures):
            if decision.error is not None and failure.message in decision.error:
                return DurableFailure(message, failure.exception, failure.function)
        return DurableFailure(message, decision.exception, self.name)

    def started_event(self, at: datetime, text: str | None) -> HistoryEvent:
        """The event that an execution begins with.

        :param text: the input as JSON text.
        """
        parent = None
        if self.parent is not None:
            ids = {"InstanceId": self.parent.instance_id, "ExecutionId": self.parent.execution_id}
            parent = {
                "Name": None,
                "OrchestrationInstance": ids,
                "TaskScheduleId": self.parent.task_id,
                "Version": None,
            }
        fields = {
            "ParentInstance": parent,
            "Name": self.name,
            "Version": self.version,
            "Input": text,
            "Tags": None,
            "OrchestrationInstance": {"InstanceId": self.id, "ExecutionId": self.execution.id},
        }
        return HistoryEvent(EventType.EXECUTION_STARTED, at, fields)
