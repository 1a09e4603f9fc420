"""Service Bus in memory: queues, topics with their subscriptions, and their dead letters.

A topic keeps all that was sent to it, for a test to look at; each of its subscriptions has a copy of every message.
What is a topic, the app says with the ``topicName`` of a trigger, or a test by asking for ``"topic/subscription"``.

Sources: azure-sdk-for-net, ServiceBusListener.cs (a success completes, a failure abandons), ServiceBusOptions.cs; the
Service Bus documentation on dead-letter queues and on quotas.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import timedelta
from functools import partial
from typing import TYPE_CHECKING, Any

from pytest_azfunc.errors import StoreError
from pytest_azfunc.host.bindings.batch import BatchPayload
from pytest_azfunc.host.bindings.service_bus import ServiceBusPayload, service_bus
from pytest_azfunc.host.stores.content import built, shown_body
from pytest_azfunc.host.stores.options import count
from pytest_azfunc.host.stores.service_bus_entities import (
    DEAD_LETTERS,
    ENTITY,
    Entity,
    Held,
    Pile,
    ServiceBusMessage,
    entity_path,
    topic_of,
)
from pytest_azfunc.host.stores.store import OF_TEST, Delivering, Origin, Outcome, Sent, Site, Wanted, is_waiting, told

if TYPE_CHECKING:
    from pytest_azfunc.host.agenda import Entry
    from pytest_azfunc.host.bound_function import BoundFunction
    from pytest_azfunc.host.invocation import Invocation

__tracebackhide__ = True

MAX_DELIVERY_COUNT = 10
"""What queues and subscriptions have, unless somebody sets them up with another number."""

_BATCH = 1000
_LARGEST = 100 * 1024 * 1024  # of the premium tier


class ServiceBusStore:
    """The queues, topics and subscriptions of a namespace."""

    def __init__(self, site: Site) -> None:
        self._site = site
        self._entities: dict[str, Entity] = {}
        self._batch_size = count(site, "serviceBus", "maxMessageBatchSize", default=_BATCH)

    def entity(self, name: str) -> ServiceBusEntity:
        """A queue, topic or subscription, by the name that a test gives it.

        :raises StoreError: none can have it.
        """
        return ServiceBusEntity(self, entity_path(self._site.address(name, ENTITY), name))

    # --- what the host asks for

    def take(self, sent: Sent) -> None:
        """Send the messages of an output."""
        if not sent.address:
            return
        for body in sent.bodies:
            self.send(sent.address.lower(), ServiceBusPayload(body), sent.origin)

    def read(self, wanted: Wanted) -> Any:
        """No input binding reads a queue or subscription."""
        return None

    def look(self) -> None:
        """Have the messages delivered for which nobody listened before."""
        for bound in self._site.listeners("servicebustrigger"):
            path = _listens_to(bound)
            topic = topic_of(path)
            if path in self._entities or (topic is not None and topic in self._entities):
                self._schedule(path, self._made(path).held)

    def shift(self, by: timedelta) -> None:
        """Move all moments by the same span."""
        for entity in self._entities.values():
            for held in entity.held:
                held.shift(by)

    def contents(self) -> Mapping[str, Sequence[str]]:
        """The messages of each queue, topic and subscription."""
        return {
            f"service bus {path}": [shown_body(held.shown().body) for held in entity.held]
            for path, entity in self._entities.items()
        }

    # --- queues, topics, subscriptions

    def send(self, path: str, message: ServiceBusPayload, origin: Origin = OF_TEST) -> None:
        """Send a message.

        :raises StoreError: it is too large.
        """
        now = self._site.now()
        size = len(message.body.encode("utf-8") if isinstance(message.body, str) else message.body)
        if size > _LARGEST:
            what = f"a message for {path!r}"
            raise StoreError("store-too-large", what=what, size=size, limit=_LARGEST, service="Service Bus")
        cause = self._site.running()
        for name in (*self._subscriptions(path), path):
            held = self._made(name).add(message, now, origin)
            held.cause = cause
            self._schedule(name, [held])

    def messages(self, path: str) -> list[ServiceBusMessage]:
        """The messages that are there, oldest first."""
        now = self._site.now()
        if path not in self._entities and topic_of(path) not in self._entities:
            return []
        return self._made(path).messages(now)

    def _made(self, path: str) -> Entity:
        """The entity; a subscription begins with all that its topic ever got, as if it had been there before."""
        found = self._entities.get(path)
        if found is None:
            found = self._entities[path] = Entity()
            topic = self._entities.get(topic_of(path) or "")
            if topic is not None:
                for held in topic.held:
                    found.add(held.payload, held.enqueued_at, held.origin)
        return found

    def _subscriptions(self, path: str) -> list[str]:
        """The subscriptions of a topic that somebody has named so far; they are made."""
        found = [_listens_to(bound) for bound in self._site.listeners("servicebustrigger")]
        known = dict.fromkeys([name.removesuffix(DEAD_LETTERS) for name in found] + list(self._entities))
        named = [name for name in known if topic_of(name) == path]
        for name in named:
            self._made(name)
        return named

    # --- deliveries

    def _listeners(self, path: str) -> Sequence[BoundFunction]:
        return self._site.listeners("servicebustrigger", lambda bound: _listens_to(bound) == path)

    def _schedule(self, path: str, waiting: Iterable[Held]) -> None:
        """Have messages delivered that wait for nothing yet: functions that listen to one entity take turns."""
        listeners = self._listeners(path)
        if not listeners:
            return
        entity = self._made(path)
        for held in list(waiting):
            if held not in entity.held or held.is_locked or held.is_planned:
                continue
            bound = listeners[entity.turn % len(listeners)]
            entity.turn += 1
            if bound.trigger.cardinality == "many":
                self._pile_up(path, entity, bound, held)
            else:
                held.entry = self._put(bound, held, partial(self._deliver, path, entity, [held], bound))

    def _put(self, bound: BoundFunction, first: Held, work: Callable[[], Invocation | None]) -> Entry:
        return self._site.put(self._site.now(), bound, "message", work, first.cause)

    def _pile_up(self, path: str, entity: Entity, bound: BoundFunction, held: Held) -> None:
        """Have a message delivered together with others that wait for the same function, one batch after the other."""
        pile = entity.piles.get(bound.function.name)
        if pile is None or not is_waiting(pile.entry):
            pile = entity.piles[bound.function.name] = Pile()
        pile.held.append(held)
        held.pile = pile
        if pile.entry is None:
            self._plan(path, entity, pile, bound)

    def _plan(self, path: str, entity: Entity, pile: Pile, bound: BoundFunction) -> None:
        pile.entry = None
        if pile.held:
            work = partial(self._deliver_pile, path, entity, pile, bound)
            pile.entry = self._put(bound, pile.held[0], work)

    def _deliver_pile(self, path: str, entity: Entity, pile: Pile, bound: BoundFunction) -> Invocation | None:
        batch = [pile.held.popleft() for _ in range(min(self._batch_size, len(pile.held)))]
        for held in batch:
            held.pile = None
        return self._deliver(path, entity, batch, bound, pile)

    def _pile_again(
        self, path: str, entity: Entity, pile: Pile, bound: BoundFunction, abandoned: Sequence[Held]
    ) -> None:
        """Go on with a pile: what was abandoned comes before what has waited, if nobody else listens."""
        is_alone = len(self._listeners(path)) == 1
        if is_alone:
            pile.held.extendleft(reversed(abandoned))
            for held in abandoned:
                held.pile = pile
        self._plan(path, entity, pile, bound)
        if not is_alone:
            self._schedule(path, abandoned)

    def _deliver(
        self, path: str, entity: Entity, batch: list[Held], bound: BoundFunction, pile: Pile | None = None
    ) -> Invocation | None:
        """Run the function.

        :param pile: what waits for it meanwhile.
        """
        now = self._site.now()
        batch = [held for held in batch if held in entity.held and not held.is_expired(now)]
        if not batch:
            if pile is not None:
                self._plan(path, entity, pile, bound)
            return None

        def take() -> Any:
            payloads = [held.locked() for held in batch]
            return payloads[0] if pile is None else BatchPayload(tuple(payloads))

        def ended(outcome: Outcome) -> None:
            for held in batch:
                self._settle(path, entity, held, outcome)
            abandoned = [held for held in batch if held in entity.held]
            if pile is None:
                self._schedule(path, abandoned)
            else:
                self._pile_again(path, entity, pile, bound, abandoned)

        how = f"message of {path}, delivery {batch[0].delivery_count + 1}"
        return self._site.deliver(bound, Delivering(take, ended, how, batch[0].origin))

    def _settle(self, path: str, entity: Entity, held: Held, outcome: Outcome) -> None:
        """Complete a message, abandon it, or move it to the dead letters."""
        held.is_locked = False
        held.cause = self._site.running()
        if outcome.error is None:
            entity.held.pop(held, None)
        elif held.delivery_count >= MAX_DELIVERY_COUNT and not path.endswith(DEAD_LETTERS):
            entity.held.pop(held, None)
            dead = self._made(path + DEAD_LETTERS)
            buried = dead.bury(held, self._site.now(), outcome.origin, path)
            buried.cause = held.cause
            self._schedule(path + DEAD_LETTERS, [buried])
            outcome.origin.given_up_to = path + DEAD_LETTERS


def _listens_to(bound: BoundFunction) -> str:
    """The entity that a trigger reads."""
    queue = bound.resolved("queueName")
    name = queue or f"{bound.resolved('topicName') or ''}/{bound.resolved('subscriptionName') or ''}"
    return name.lower()


class ServiceBusEntity:
    """A queue, topic or subscription of the test, from ``azfunc_host.service_bus("orders")``."""

    def __init__(self, store: ServiceBusStore, path: str) -> None:
        self._store = store
        self.path = path

    def send(self, body: Any, **properties: Any) -> None:
        """Send a message; ``drain()`` delivers it. That of a topic goes to all its subscriptions.

        :param body: ``str`` is its text, ``bytes`` its raw content, everything else is sent as JSON. What
            ``service_bus(...)`` has built is taken, too.
        :param properties: arguments of the builder ``service_bus``, such as ``subject`` or ``application_properties``;
            with ``delivery_count=10`` the next delivery is the tenth.
        :raises BindingError: no message can have such a body or property.
        :raises StoreError: it is larger than 100 MB, the limit of the premium tier.
        """
        self._store.send(self.path, built(service_bus, ServiceBusPayload, body, properties, "service_bus.send"))

    @property
    def messages(self) -> Sequence[ServiceBusMessage]:
        """The messages that are there, oldest first; a topic shows all that were sent to it."""
        return self._store.messages(self.path)

    @property
    def dead_letters(self) -> Sequence[ServiceBusMessage]:
        """The messages that were given up, oldest first."""
        return self._store.messages(self.path.removesuffix(DEAD_LETTERS) + DEAD_LETTERS)

    def __repr__(self) -> str:
        return told(
            f"ServiceBusEntity {self.path}",
            lambda: f"{len(self.messages)} messages, {len(self.dead_letters)} dead letters",
        )
