"""Event hubs in memory: events, and how far each function has read.

Sources: azure-sdk-for-net, EventHubListener.PartitionProcessor.cs (batches, checkpoints); quotas of Event Hubs.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, ClassVar

from pytest_azfunc.errors import StoreError
from pytest_azfunc.host.bindings.batch import BatchPayload
from pytest_azfunc.host.bindings.event_hub import EventHubPayload, event_hub
from pytest_azfunc.host.bindings.net_values import milliseconds
from pytest_azfunc.host.stores.content import built, shown_body
from pytest_azfunc.host.stores.feeds import Feed, Reading
from pytest_azfunc.host.stores.options import count
from pytest_azfunc.host.stores.store import OF_TEST, Origin, Sent, Site, Stored, Wanted, bad_name, told

if TYPE_CHECKING:
    from pytest_azfunc.host.bound_function import BoundFunction

__tracebackhide__ = True

_NAME = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9._-]{0,254}[A-Za-z0-9])?")
_LARGEST = 1024 * 1024
_BATCH = 100


@dataclass(frozen=True, repr=False)
class StoredEvent(Stored):
    """One event of an event hub.

    :ivar partition_id: its partition.
    :ivar sequence_number: its number within the partition, from 0.
    :ivar partition_key: the key by which the sender has chosen the partition, or None.
    :ivar enqueued_time: when it reached the hub, in UTC.
    :ivar properties: the sender's own properties.
    """

    word: ClassVar[str] = "event"

    partition_id: str = field(compare=False)
    sequence_number: int = field(compare=False)
    partition_key: str | None
    enqueued_time: datetime = field(compare=False)
    properties: Mapping[str, Any]


class EventHubStore:
    """The event hubs of a host. Their names are compared without case."""

    def __init__(self, site: Site) -> None:
        self._site = site
        self._hubs: dict[str, Feed[EventHubPayload]] = {}
        self._numbers: dict[tuple[str, str], int] = {}

    def event_hub(self, name: str) -> EventHub:
        """An event hub, by the name that a test gives it.

        :raises StoreError: none can have it.
        """
        found = self._site.address(name, "event hub")
        if _NAME.fullmatch(found) is None:
            reason = "it has up to 256 letters, digits, dots, dashes and underscores, a letter or digit first and last"
            raise bad_name("event hub", name, reason, found)
        return EventHub(self, found.lower())

    # --- what the host asks for

    def take(self, sent: Sent) -> None:
        """Send the events of an output."""
        if not sent.address:
            return
        for body in sent.bodies:
            self.add(sent.address.lower(), EventHubPayload(body), sent.origin)

    def read(self, wanted: Wanted) -> Any:
        """No input binding reads an event hub."""
        return None

    def look(self) -> None:
        """Have the events delivered for which nobody listened before."""
        for name in self._hubs:
            self._wake(name)

    def shift(self, by: timedelta) -> None:
        """Move all moments by the same span."""
        for hub in self._hubs.values():
            hub.change(lambda event: replace(event, enqueued_time=event.enqueued_time + by))  # type: ignore[arg-type, operator]

    def contents(self) -> Mapping[str, Sequence[str]]:
        """The events of each hub."""
        return {
            f"event hub {name}": [shown_body(_bytes(event)) for event in hub.items] for name, hub in self._hubs.items()
        }

    # --- events

    def add(self, name: str, event: EventHubPayload, origin: Origin = OF_TEST) -> None:
        """Put an event at the end of a hub.

        :raises StoreError: it is too large.
        """
        body = _bytes(event)
        if len(body) > _LARGEST:
            what = f"an event for the event hub {name!r}"
            raise StoreError("store-too-large", what=what, size=len(body), limit=_LARGEST, service="Event Hubs")
        hub = self._hubs.setdefault(name, Feed(self._site, lambda stored: stored.partition_id))
        number = self._numbers.get((name, event.partition_id), 0)
        self._numbers[name, event.partition_id] = number + 1
        hub.add(
            replace(
                event,
                sequence_number=number if event.sequence_number is None else event.sequence_number,
                enqueued_time=event.enqueued_time or milliseconds(self._site.now()),
            ),
            origin,
        )
        self._wake(name)

    def events(self, name: str) -> list[StoredEvent]:
        """The events of a hub, oldest first."""
        self._site.now()
        hub = self._hubs.get(name)
        return [] if hub is None else [_stored(event) for event in hub.items]

    def _wake(self, name: str) -> None:
        for bound in self._site.listeners("eventhubtrigger"):
            if (bound.resolved("eventHubName") or "").lower() == name:
                self._hubs[name].wake(self._reading(name, bound))

    def _reading(self, name: str, bound: BoundFunction) -> Reading[EventHubPayload]:
        how = f"event of the event hub {name}"
        if bound.trigger.cardinality != "many":
            return Reading(bound, 1, lambda events: events[0], how, "event")
        size = count(self._site, "eventHubs", "maxEventBatchSize", default=_BATCH)
        return Reading(bound, size, lambda e: BatchPayload(tuple(e)), how, "events")


def _bytes(event: EventHubPayload) -> bytes:
    return event.body.encode("utf-8") if isinstance(event.body, str) else event.body


def _stored(event: EventHubPayload) -> StoredEvent:
    assert event.sequence_number is not None
    assert event.enqueued_time is not None
    return StoredEvent(
        _bytes(event),
        event.partition_id,
        event.sequence_number,
        event.partition_key,
        event.enqueued_time,
        dict(event.properties),
    )


class EventHub:
    """An event hub of the test, from ``azfunc_host.event_hub("readings")``."""

    def __init__(self, store: EventHubStore, name: str) -> None:
        self._store = store
        self.name = name

    def send(self, body: Any, **properties: Any) -> None:
        """Send an event, or several; ``drain()`` delivers them.

        :param body: ``str`` is its text, ``bytes`` its raw content, everything else is sent as JSON; each item of a
            list is an event of its own. What ``event_hub(...)`` has built is taken, too.
        :param properties: arguments of the builder ``event_hub``, such as ``partition_key``.
        :raises BindingError: no event can have such a body or property.
        :raises StoreError: it is larger than 1 MB.
        """
        for each in body if isinstance(body, list) else [body]:
            self._store.add(self.name, built(event_hub, EventHubPayload, each, properties, "event_hub.send"))

    @property
    def events(self) -> Sequence[StoredEvent]:
        """All events, oldest first; reading does not take them away."""
        return self._store.events(self.name)

    def __repr__(self) -> str:
        return told(f"EventHub {self.name}", lambda: f"{len(self.events)} events")
