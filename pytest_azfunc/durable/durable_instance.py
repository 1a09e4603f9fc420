"""An orchestration as a test sees it."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any, overload

from pytest_azfunc.durable.failed_text import FailedText
from pytest_azfunc.durable.history import HistoryEvent
from pytest_azfunc.durable.orchestration import DurableFailure, Orchestration, RuntimeStatus
from pytest_azfunc.durable.task_hub import TaskHub
from pytest_azfunc.errors import DurableError, shown
from pytest_azfunc.host.bindings.durable import durable_json
from pytest_azfunc.host.invocation import Invocation

__tracebackhide__ = True

Settle = Callable[[], None]
"""Runs what is due of durable work at the present time, until everything waits or has ended."""


class DurableInstance:
    """One orchestration.

    It follows what happens: each attribute tells the state of the moment.
    """

    def __init__(self, hub: TaskHub, settle: Settle, found: Orchestration) -> None:
        self._hub = hub
        self._settle = settle
        self._found = found

    @property
    def id(self) -> str:
        """The instance's id."""
        return self._found.id

    @property
    def name(self) -> str:
        """The orchestrator's name, as it was started."""
        return self._found.name

    @property
    def status(self) -> str:
        """``Pending``, ``Running``, ``Completed``, ``Failed``, ``Terminated`` or ``Suspended``."""
        self._found.is_looked_at = True
        told: str = self._telling(self._found.shown_status.value)
        return told

    @property
    def input(self) -> Any:
        """Its input, decoded."""
        given = self._found.input
        return json.loads(given) if isinstance(given, str) else given

    @property
    def output(self) -> Any:
        """What it has returned, decoded; of a failed one the text that says why, of a terminated one the reason."""
        self._found.is_looked_at = True
        return self._telling(self._found.output)

    @property
    def has_failed(self) -> bool:
        """Whether it has failed. To ask is not to look at it: the test is still told of a failure at its end."""
        return self._found.failure is not None

    @property
    def is_running(self) -> bool:
        """Whether it has not ended."""
        return not self._found.is_over

    def _telling(self, value: Any) -> Any:
        """The text of a failed orchestration, as one that a failed ``assert`` can ask why."""
        failure = self._found.failure
        if failure is None or not isinstance(value, str):
            return value
        return FailedText.of(value, failure, self._failed_invocation(failure.exception))

    def _failed_invocation(self, error: BaseException | None) -> Invocation | None:
        own = (run for run in self.invocations if error is not None and run.exception is error)
        of_children = (child._failed_invocation(error) for child in self.children)
        return next(own, None) or next((run for run in of_children if run is not None), None)

    @property
    def custom_status(self) -> Any:
        """What it has set as its status last; None for none."""
        return self._found.custom_status

    @property
    def failure(self) -> DurableFailure | None:
        """Why it has failed: ``.message``, ``.exception`` (the app's own, or None), ``.function``; None otherwise."""
        self._found.is_looked_at = True
        return self._found.failure

    @property
    def history(self) -> DurableHistory:
        """What has happened to it, as events; its ``repr`` reads as a timeline."""
        return DurableHistory(self._found.execution.history)

    @property
    def activities(self) -> list[str]:
        """Names of the activities that it has called, in order, each attempt for itself."""
        return list(self._found.activities)

    @property
    def invocations(self) -> list[Invocation]:
        """The invocations of its orchestrator and its activities, in order."""
        return list(self._found.invocations)

    @property
    def children(self) -> list[DurableInstance]:
        """The sub-orchestrations that it has started."""
        present = self._hub.orchestrations
        return [DurableInstance(self._hub, self._settle, present[id]) for id in self._found.children if id in present]

    @property
    def waits_for(self) -> list[str]:
        """Names of the external events that it waits for."""
        return [] if self._found.is_over else self._found.execution.waits_for

    @property
    def timers(self) -> list[datetime]:
        """When its timers are due, UTC; soonest first."""
        return [] if self._found.is_over else self._found.execution.timers

    @property
    def created_at(self) -> datetime:
        """When it was started, UTC."""
        return self._found.created_at

    @property
    def updated_at(self) -> datetime:
        """When anything was last heard of it, UTC."""
        return self._found.updated_at

    def raise_event(self, name: str, value: Any = None) -> None:
        """Send it an external event; it runs on at once.

        :param value: arrives as it is, as by a JSON request; a client's ``raise_event`` makes a ``str`` of it.
        :raises DurableError: it has ended.
        """
        self._check("raise_event", not self._found.is_over, "one that has not ended", 410)
        self._hub.raise_event(self._found, name, durable_json(value, "orchestration"))
        self._settle()

    def terminate(self, reason: str | None = None) -> None:
        """End it at once. What it has started goes on.

        :raises DurableError: it has ended.
        """
        self._check("terminate", not self._found.is_over, "one that has not ended", 410)
        self._hub.terminate(self._found, reason)
        self._settle()

    def suspend(self, reason: str | None = None) -> None:
        """Let its events wait until it is resumed.

        :raises DurableError: it has ended, or is suspended.
        """
        is_running = not self._found.is_over and not self._found.is_suspended
        self._check("suspend", is_running, "one that runs", 410 if self._found.is_over else 500)
        self._hub.suspend(self._found, reason)
        self._settle()

    def resume(self, reason: str | None = None) -> None:
        """Let it take in its events again; it runs on at once.

        :raises DurableError: it is not suspended.
        """
        is_suspended = self._found.is_suspended and not self._found.is_over
        self._check("resume", is_suspended, "one that is suspended", 410 if self._found.is_over else 500)
        self._hub.resume(self._found, reason)
        self._settle()

    def rewind(self, reason: str | None = None) -> None:
        """Let it go on from before its failure; it runs on at once.

        :raises DurableError: it has not failed.
        """
        self._check("rewind", self._found.status is RuntimeStatus.FAILED, "one that has failed", 412)
        self._hub.rewind(self._found, reason)
        self._settle()

    def restart(self, *, new_id: bool = True) -> DurableInstance:
        """Start it again with the same input.

        :param new_id: as another instance; False needs one that has ended, whose place the new one takes.
        :returns: the new instance.
        :raises DurableError: it has not ended, and is to keep its id.
        """
        self._check("restart", new_id or self._found.is_over, "one that has ended, or new_id=True", 409)
        again = self._hub.restart(self._found, None if new_id else self._found.id)
        self._settle()
        return DurableInstance(self._hub, self._settle, again)

    def purge(self) -> None:
        """Forget it.

        :raises DurableError: it has not ended.
        """
        self._check("purge", self._found.is_over, "one that has ended", 404)
        self._hub.purge(self._found)

    def run(self) -> None:
        """Let it run until it waits or ends, when it was started with ``run=False``. No time passes."""
        self._settle()

    def _check(self, operation: str, is_right: bool, expected: str, code: int) -> None:
        if is_right:
            return
        raise DurableError(
            "durable-not-running",
            function=self._found.function.name,
            id=self._found.id,
            status=self._found.shown_status.value,
            operation=operation,
            expected=expected,
            code=code,
        )

    def __eq__(self, other: object) -> bool:
        return isinstance(other, DurableInstance) and other._found is self._found

    def __hash__(self) -> int:
        return hash(id(self._found))

    def __repr__(self) -> str:
        found = self._found
        parts = [f"<DurableInstance {found.name} {found.id}: {found.shown_status.value}"]
        if found.is_over:
            parts.append(f"output {shown(found.output, 200)}")
        else:
            parts += [f"waits for {name!r}" for name in self.waits_for]
            parts += [f"a timer at {moment.isoformat()}" for moment in self.timers]
        return ", ".join(parts) + ">"


class DurableHistory(Sequence[HistoryEvent]):
    """The events of an orchestration's present execution, oldest first."""

    def __init__(self, events: Sequence[HistoryEvent]) -> None:
        self._events = tuple(events)

    @overload
    def __getitem__(self, index: int) -> HistoryEvent: ...

    @overload
    def __getitem__(self, index: slice) -> Sequence[HistoryEvent]: ...

    def __getitem__(self, index: int | slice) -> HistoryEvent | Sequence[HistoryEvent]:
        return self._events[index]

    def __len__(self) -> int:
        return len(self._events)

    def __repr__(self) -> str:
        """A timeline: an event a line, with its moment and what it is about."""
        lines = []
        for event in self._events:
            what = event.fields.get("Name") or event.fields.get("FireAt") or event.fields.get("Reason") or ""
            number = event.event_id if event.event_id >= 0 else event.task_id
            label = "" if number is None else f" #{number}"
            moment = event.timestamp.strftime("%Y-%m-%d %H:%M:%S")
            lines.append(f"{moment}  {event.type.title}{label} {what}".rstrip())
        return "\n".join(lines)
