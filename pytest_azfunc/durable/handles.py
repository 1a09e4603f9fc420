"""Orchestrations and entities as a test sees them: the fixture ``azfunc_durable``."""

from __future__ import annotations

import json
import random
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from typing import Any, Protocol

from pytest_azfunc.durable.actions import EntityId
from pytest_azfunc.durable.entities import Entity, Operation
from pytest_azfunc.durable.history import HistoryEvent
from pytest_azfunc.durable.management_api import instance_id_fault
from pytest_azfunc.durable.orchestration import Failure, Orchestration, RuntimeStatus
from pytest_azfunc.durable.task_hub import TaskHub
from pytest_azfunc.errors import DurableError, listing, shown, suggestion
from pytest_azfunc.host.bindings.durable import durable_json
from pytest_azfunc.host.invocation import Invocation

__tracebackhide__ = True


class Settling(Protocol):
    """Carries out what is due of the durable work."""

    def __call__(self) -> None:
        """Run what is due at the present time, until everything waits or has ended."""


class Durable:
    """Orchestrations and entities of one running app; see the fixture ``azfunc_durable``."""

    def __init__(self, hub: TaskHub, settle: Settling) -> None:
        self._hub = hub
        self._settle = settle

    def start(self, name: str, input: Any = None, *, id: str | None = None, run: bool = True) -> DurableInstance:
        """Start an orchestration, as a client does.

        :param name: registered name of the orchestrator; case is ignored.
        :param input: what ``context.get_input()`` gives: anything that JSON can say, or an object with ``to_json()``.
        :param id: the instance's id; a new one when None.
        :param run: whether it runs at once until it waits or ends. No time passes.
        :raises DurableError: no such orchestrator, an id that is taken or that Azure refuses, or an orchestration that
            Azure would leave waiting for ever.
        :raises BindingError: an input without a JSON form.
        """
        if id is not None:
            self._check_id(id)
        text = None if input is None else durable_json(input, "orchestration")
        found = self._hub.start(name, text, instance_id=id)
        if run:
            self._settle()
        return self._handle(found)

    def _check_id(self, instance_id: str) -> None:
        fault = instance_id_fault(instance_id) if isinstance(instance_id, str) else "it is no text"
        if fault is not None:
            raise DurableError("durable-instance-id", id=instance_id, reason=fault)
        present = self._hub.orchestrations.get(instance_id)
        if present is not None and not present.is_over:
            raise DurableError("durable-id-taken", id=instance_id, status=present.shown_status.value)

    def __getitem__(self, id: str) -> DurableInstance:
        """The orchestration with that id.

        :raises DurableError: there is none.
        """
        found = self._hub.orchestrations.get(id)
        if found is None:
            names = list(self._hub.orchestrations)
            raise DurableError(
                "durable-no-instance", id=id, suggestion=suggestion(str(id), names), known=listing("Known", names)
            )
        return self._handle(found)

    def __contains__(self, id: object) -> bool:
        return id in self._hub.orchestrations

    def __iter__(self) -> Iterator[DurableInstance]:
        return iter(self.instances)

    def __len__(self) -> int:
        return len(self._hub.orchestrations)

    @property
    def instances(self) -> list[DurableInstance]:
        """All orchestrations, children included, in the order in which they were started."""
        return [self._handle(found) for found in self._hub.orchestrations.values()]

    def _handle(self, found: Orchestration) -> DurableInstance:
        return DurableInstance(self._hub, self._settle, found)

    def entity(self, name: str, key: str) -> DurableEntity:
        """An entity, which need not exist yet.

        :param name: registered name of the entity's function; case is ignored.
        :param key: which entity of that name.
        """
        return DurableEntity(self._hub, self._settle, EntityId(name.lower(), key))

    @property
    def entities(self) -> list[DurableEntity]:
        """All entities that exist."""
        present = [entity.id for entity in self._hub.entities.by_id.values() if entity.exists]
        return [DurableEntity(self._hub, self._settle, entity_id) for entity_id in present]

    @property
    def batch_size(self) -> int:
        """How many operations an entity is given at a time, at most; 1 unless a test sets it."""
        return self._hub.entities.batch_size

    @batch_size.setter
    def batch_size(self, value: int) -> None:
        self._hub.entities.batch_size = max(1, value)

    def replace(self, name: str, function: Callable[[Any], Any]) -> None:
        """Let *function* stand for an activity or a sub-orchestration.

        :param name: its registered name; case is ignored.
        :param function: is given the input, returns the result or raises.
        :raises DurableError: there is no such activity or orchestrator.
        """
        self._hub.substitutes.replace(self._hub.known_callee(name), function)

    def fail(
        self,
        name: str,
        exception: BaseException | type[BaseException],
        *,
        times: int = 1,
        when: Callable[[Any], bool] | None = None,
    ) -> None:
        """Let the next calls of an activity or a sub-orchestration fail.

        :param name: its registered name; case is ignored.
        :param exception: what it raises.
        :param times: how many calls fail.
        :param when: is given a call's input and says whether that call is one of them; all are when None.
        :raises DurableError: there is no such activity or orchestrator.
        """
        self._hub.substitutes.fail(self._hub.known_callee(name), exception, times, when)

    def order(self, seed: int) -> None:
        """Shuffle from now on what is ready at the same time: Azure promises no order.

        :param seed: the same seed gives the same order.
        """
        self._hub.shuffle = random.Random(seed)

    def __repr__(self) -> str:
        return f"<Durable: {len(self)} orchestrations, {len(self.entities)} entities>"


class DurableInstance:
    """One orchestration.

    It follows what happens: each attribute tells the state of the moment.
    """

    def __init__(self, hub: TaskHub, settle: Settling, found: Orchestration) -> None:
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
        return self._found.shown_status.value

    @property
    def input(self) -> Any:
        """Its input, decoded."""
        given = self._found.input
        return json.loads(given) if isinstance(given, str) else given

    @property
    def output(self) -> Any:
        """What it has returned, decoded; of a failed one the text that says why, of a terminated one the reason."""
        self._found.is_looked_at = True
        return self._found.output

    @property
    def custom_status(self) -> Any:
        """What it has set as its status last; None for none."""
        return self._found.custom_status

    @property
    def failure(self) -> Failure | None:
        """Why it has failed: ``.message``, ``.exception`` (the app's own, or None), ``.function``; None otherwise."""
        self._found.is_looked_at = True
        return self._found.failure

    @property
    def history(self) -> History:
        """What has happened to it, as events; its ``repr`` reads as a timeline."""
        return History(self._found.execution.history)

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


class History(Sequence[HistoryEvent]):
    """The events of an orchestration's present execution, oldest first."""

    def __init__(self, events: Sequence[HistoryEvent]) -> None:
        self._events = tuple(events)

    def __getitem__(self, index: Any) -> Any:
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


class DurableEntity:
    """One entity."""

    def __init__(self, hub: TaskHub, settle: Settling, entity_id: EntityId) -> None:
        self._hub = hub
        self._settle = settle
        self._id = entity_id

    @property
    def _present(self) -> Entity | None:
        return self._hub.entities.by_id.get(self._id)

    @property
    def name(self) -> str:
        """Its name, in lower case as Azure keeps it."""
        return self._id.name

    @property
    def key(self) -> str:
        """Its key."""
        return self._id.key

    @property
    def exists(self) -> bool:
        """Whether it has been given a state or a result, and was not deleted."""
        return self._present is not None and self._present.exists

    @property
    def state(self) -> Any:
        """Its state, decoded; None for none."""
        present = self._present
        return None if present is None or present.state is None else json.loads(present.state)

    def signal(self, operation: str, input: Any = None, *, at: datetime | None = None) -> None:
        """Send it an operation and do not wait for the result.

        :param input: what ``context.get_input()`` gives.
        :param at: when the operation is to come, an aware datetime; at once when None.
        :raises DurableError: there is no such entity function.
        """
        self._hub.entities.add(self._id, self._operation(operation, input), at)
        self._settle()

    def call(self, operation: str, input: Any = None) -> Any:
        """Send it an operation, as an orchestrator does, and wait for the result.

        :param input: what ``context.get_input()`` gives.
        :returns: the result, decoded.
        :raises Exception: what the operation has raised.
        :raises DurableError: there is no such entity function.
        """
        entity = self._hub.entities.add(self._id, self._operation(operation, input))
        self._settle()
        outcome = entity.outcomes[-1]
        if outcome.is_error:
            raise entity.exception or Exception(json.loads(outcome.result or "null"))
        return None if outcome.result is None else json.loads(outcome.result)

    def _operation(self, operation: str, input: Any) -> Operation:
        return Operation(operation, json.dumps(durable_json(input, "entity")))

    def __repr__(self) -> str:
        state = shown(self.state, 200) if self.exists else "does not exist"
        return f"<DurableEntity {self._id}: {state}>"
