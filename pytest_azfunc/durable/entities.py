"""Entities: what they hold, and the operations that wait for them. Source: durable extension, TaskEntityShim.cs."""

from __future__ import annotations

import json
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, NamedTuple

from pytest_azfunc.durable.actions import EntityId
from pytest_azfunc.durable.execution import Execution
from pytest_azfunc.durable.history import EventType, HistoryEvent
from pytest_azfunc.durable.orchestration import Orchestration
from pytest_azfunc.durable.refusals import missing
from pytest_azfunc.durable.work import Surroundings
from pytest_azfunc.host.bindings.durable import EntityPayload
from pytest_azfunc.host.invocation import Invocation
from pytest_azfunc.host.stores.store import OF_TEST, Origin
from pytest_azfunc.project import Function

__tracebackhide__ = True

Reply = tuple[Orchestration, Execution, str]


class Operation(NamedTuple):
    """An operation that an entity is to carry out.

    :ivar input: JSON text within JSON text, or None.
    :ivar reply: the orchestration that waits for the result, and by which GUID; None for a signal.
    :ivar origin: what asks for it.
    """

    name: str
    input: str | None
    reply: Reply | None = None
    origin: Origin = OF_TEST


class Outcome(NamedTuple):
    """What came of an operation.

    :ivar result: JSON text.
    """

    result: str | None
    is_error: bool


@dataclass
class Entity:
    """One entity.

    :ivar state: JSON text; None for none.
    :ivar outcomes: what came of its operations, of the latest batch.
    """

    id: EntityId
    exists: bool = False
    state: str | None = None
    updated_at: datetime | None = None
    waiting: deque[Operation] = field(default_factory=deque)
    outcomes: list[Outcome] = field(default_factory=list)
    invocations: list[Invocation] = field(default_factory=list)
    is_scheduled: bool = False

    @property
    def exception(self) -> BaseException | None:
        """What its function has raised in the latest batch, where the library did not make a result of it."""
        return self.invocations[-1].exception if self.invocations else None


class Entities:
    """All entities of an app, each with one batch at a time.

    :ivar batch_size: how many operations come in one batch at most. The library gives an operation that sets no result
        that of the one before it in its batch, so the size shows.
    """

    def __init__(self, surroundings: Surroundings, tell: Callable[[Orchestration, HistoryEvent], None]) -> None:
        self.batch_size = 1
        self.by_id: dict[EntityId, Entity] = {}
        self._host = surroundings
        self._tell = tell

    def add(self, entity_id: EntityId, operation: Operation, at: datetime | None = None) -> Entity:
        """Let an operation wait for its entity, or until *at*.

        :raises DurableError: no function is there for it.
        """
        function = self._host.find("entityTrigger", entity_id.name)
        if function is None:
            raise missing("entity", entity_id.name, self._host.names("entityTrigger"))
        entity = self.by_id.setdefault(entity_id, Entity(entity_id))
        if at is not None and at > self._host.now():
            self._host.later(at, function.name, "signal", lambda: self._later(entity_id, operation))
        else:
            entity.waiting.append(operation)
            self._ready(entity, function)
        return entity

    def _later(self, entity_id: EntityId, operation: Operation) -> None:
        self.add(entity_id, operation)

    def _ready(self, entity: Entity, function: Function) -> None:
        if entity.is_scheduled or not entity.waiting:
            return
        entity.is_scheduled = True
        self._host.ready(function.name, "entity", lambda: self._run(entity, function))

    def _run(self, entity: Entity, function: Function) -> Invocation:
        entity.is_scheduled = False
        batch = [entity.waiting.popleft() for _ in range(min(self.batch_size, len(entity.waiting)))]
        operations = tuple({"name": op.name, "input": op.input, "isSignal": op.reply is None} for op in batch)
        payload = EntityPayload(operations, entity.id.name, entity.id.key, entity.state, entity.exists)
        invocation = self._host.run(function, payload, batch[0].origin.invocation)
        entity.invocations.append(invocation)
        entity.outcomes = self._outcomes(entity, invocation, len(batch))
        for operation, outcome in zip(batch, entity.outcomes, strict=True):
            if operation.reply is not None:
                self._answer(operation.reply, outcome)
        self._ready(entity, function)
        return invocation

    def _outcomes(self, entity: Entity, invocation: Invocation, number: int) -> list[Outcome]:
        if invocation.exception is not None:
            text = json.dumps(str(invocation.exception))
            return [Outcome(text, True)] * number
        answer = invocation.response.return_value
        reply: Any = json.loads(answer.value) if answer is not None else {}
        entity.exists = reply["entityExists"]
        entity.state = reply["entityState"] if entity.exists else None
        entity.updated_at = self._host.now()
        return [Outcome(result["result"], result["isError"]) for result in reply["results"]]

    def _answer(self, reply: Reply, outcome: Outcome) -> None:
        found, execution, guid = reply
        message = {"result": outcome.result}
        if outcome.is_error:
            message["exceptionType"] = "System.Exception"
        if found.execution is execution:
            fields = {"Name": guid, "Input": json.dumps(message)}
            self._tell(found, HistoryEvent(EventType.EVENT_RAISED, self._host.now(), fields))
