"""Durable Functions as a test sees them: the fixture ``azfunc_durable``."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterable, Iterator
from typing import Any

from pytest_azfunc.durable.actions import EntityId
from pytest_azfunc.durable.durable_entity import DurableEntity
from pytest_azfunc.durable.durable_instance import DurableInstance, Settle
from pytest_azfunc.durable.management_api import instance_id_fault
from pytest_azfunc.durable.orchestration import Orchestration
from pytest_azfunc.durable.replaying import Replayed
from pytest_azfunc.durable.task_hub import TaskHub
from pytest_azfunc.errors import DurableError, listing, suggestion
from pytest_azfunc.host.bindings.durable import durable_json

__tracebackhide__ = True


class Durable:
    """Orchestrations and entities of one running app; see the fixture ``azfunc_durable``."""

    def __init__(self, hub: TaskHub, settle: Settle, replay: Callable[[Iterable[Any]], Replayed]) -> None:
        """Of an app's task hub.

        :param replay: runs a recorded history.
        """
        self._hub = hub
        self._settle = settle
        self._replay = replay

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

    def replay(self, history: Iterable[Any]) -> Replayed:
        """Run a recorded history against today's code: what a deployment meets with instances in flight.

        :param history: that of an instance (``instance.history``), or rows of a task hub's history as mappings, with
            ``EventType``, ``EventId``, ``Timestamp`` (or ``_Timestamp``) and what belongs to their type.
        :returns: what it has come to: ``.status`` and ``.output``. Nothing is run but the orchestrator.
        :raises DeterminismError: today's orchestrator asks for something else than was recorded.
        :raises DurableError: no history, or one of an orchestrator that there is not.
        """
        return self._replay(history)

    def __repr__(self) -> str:
        return f"<Durable: {len(self)} orchestrations, {len(self.entities)} entities>"
