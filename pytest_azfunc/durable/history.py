"""The history of an orchestration: what was asked for, and what came of it, in order."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from enum import IntEnum
from types import MappingProxyType
from typing import Any

__tracebackhide__ = True

_NOTHING: Mapping[str, Any] = MappingProxyType({})


class EventType(IntEnum):
    """The kinds of events, numbered as in durabletask's EventType.cs."""

    EXECUTION_STARTED = 0
    EXECUTION_COMPLETED = 1
    EXECUTION_TERMINATED = 3
    TASK_SCHEDULED = 4
    TASK_COMPLETED = 5
    TASK_FAILED = 6
    SUB_ORCHESTRATION_INSTANCE_CREATED = 7
    SUB_ORCHESTRATION_INSTANCE_COMPLETED = 8
    SUB_ORCHESTRATION_INSTANCE_FAILED = 9
    TIMER_CREATED = 10
    TIMER_FIRED = 11
    ORCHESTRATOR_STARTED = 12
    ORCHESTRATOR_COMPLETED = 13
    EVENT_SENT = 14
    EVENT_RAISED = 15
    CONTINUE_AS_NEW = 16
    GENERIC_EVENT = 17
    EXECUTION_SUSPENDED = 19
    EXECUTION_RESUMED = 20

    @property
    def title(self) -> str:
        """As the management API calls it, such as ``TaskCompleted``."""
        return "".join(word.capitalize() for word in self.name.split("_"))


COMPLETIONS = frozenset(
    (
        EventType.TASK_COMPLETED,
        EventType.TASK_FAILED,
        EventType.SUB_ORCHESTRATION_INSTANCE_COMPLETED,
        EventType.SUB_ORCHESTRATION_INSTANCE_FAILED,
        EventType.TIMER_FIRED,
    )
)
FAILURES = frozenset((EventType.TASK_FAILED, EventType.SUB_ORCHESTRATION_INSTANCE_FAILED))


class HistoryEvent:
    """One event.

    :ivar type: its kind.
    :ivar event_id: the task's id for what was asked for, else -1.
    :ivar timestamp: UTC.
    :ivar fields: what belongs to its kind, under the names that it has on the wire.
    :ivar wire_text: where the wire format keeps its text once it is written for good.
    """

    __slots__ = ("event_id", "fields", "timestamp", "type", "wire_text")

    def __init__(
        self, type: EventType, timestamp: datetime, fields: Mapping[str, Any] = _NOTHING, event_id: int = -1
    ) -> None:
        self.type = type
        self.event_id = event_id
        self.timestamp = timestamp
        self.fields = fields
        self.wire_text: str | None = None

    @property
    def task_id(self) -> int | None:
        """Of which task it tells the end; None for other events."""
        if self.type is EventType.TIMER_FIRED:
            return self.fields["TimerId"]  # type: ignore[no-any-return]
        return self.fields["TaskScheduledId"] if self.type in COMPLETIONS else None

    def __repr__(self) -> str:
        name = self.fields.get("Name")
        named = f" {name}" if name else ""
        task = self.event_id if self.event_id >= 0 else self.task_id
        return f"<{self.type.title}{named}{'' if task is None else f' #{task}'} {self.timestamp.isoformat()}>"
