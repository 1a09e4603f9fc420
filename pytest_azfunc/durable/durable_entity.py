"""An entity as a test sees it."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any

from pytest_azfunc.durable.actions import EntityId
from pytest_azfunc.durable.durable_instance import Settle
from pytest_azfunc.durable.entities import Entity, Operation
from pytest_azfunc.durable.task_hub import TaskHub
from pytest_azfunc.errors import shown
from pytest_azfunc.host.bindings.durable import durable_json

__tracebackhide__ = True


class DurableEntity:
    """One entity."""

    def __init__(self, hub: TaskHub, settle: Settle, entity_id: EntityId) -> None:
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
