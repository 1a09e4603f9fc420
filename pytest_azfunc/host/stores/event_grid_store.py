"""Event Grid in memory: the events that were published, and their delivery.

Who subscribes to a topic stands in Azure and not in the app: what a test publishes goes to every function with an
``eventGridTrigger``, and what a function publishes waits for the test to look at it.

Sources: the Event Grid documentation on schemas, and on message delivery and retry; azure-sdk-for-net,
EventGridAsyncCollector.cs (the first event of an output decides the schema of all), EventGridEvent.cs, CloudEvent.cs.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, ClassVar, Final, cast

from pytest_azfunc.errors import StoreError, kind_of
from pytest_azfunc.host.bindings.event_grid import CloudEventPayload, EventGridPayload, WholeEvent
from pytest_azfunc.host.bindings.net_values import compact
from pytest_azfunc.host.bindings.payload import Occasion, Target
from pytest_azfunc.host.stores.content import record_of, shown_body
from pytest_azfunc.host.stores.store import OF_TEST, Delivering, Outcome, Sent, Site, Stored, Wanted, is_waiting, told
from pytest_azfunc.project.lenient_json import JsonError, loads
from pytest_azfunc.rpc import TypedData

if TYPE_CHECKING:
    from pytest_azfunc.host.agenda import Entry
    from pytest_azfunc.host.bound_function import BoundFunction
    from pytest_azfunc.host.invocation import Invocation

__tracebackhide__ = True

_LARGEST = 1024 * 1024
_TAKEN = "what event_grid or cloud_event builds, or the whole event as a dict"
_PUBLISH = "event_grid.publish"
_OF_EVENT_GRID = ("id", "subject", "eventType", "eventTime")
_OF_OUTPUT = ("id", "subject", "eventType", "dataVersion")
_OF_CLOUD_EVENT = ("id", "source", "type", "specversion")
_MAY_BE_EMPTY = ("subject", "dataVersion")
_MINUTE = timedelta(minutes=1)
WAITS: Final = (
    timedelta(seconds=10),
    timedelta(seconds=30),
    _MINUTE,
    5 * _MINUTE,
    10 * _MINUTE,
    30 * _MINUTE,
    60 * _MINUTE,
    180 * _MINUTE,
    360 * _MINUTE,
    720 * _MINUTE,
)
"""How long Event Grid waits before each further try; the last wait repeats."""
_LIFE = timedelta(days=1)
_MOST_TRIES = 30


@dataclass(frozen=True, repr=False)
class StoredGridEvent(Stored):
    """One event; its body is the whole of it, as JSON.

    :ivar topic: where it was published: the name of the app setting with the topic's address, or what a test has said;
        empty where nothing was said.
    """

    word: ClassVar[str] = "event"

    topic: str

    @property
    def data(self) -> Any:
        """The event's data."""
        return self.json().get("data")


class _Delivery:
    """One event on its way to one function."""

    __slots__ = ("at", "bound", "entry", "event", "since", "tries")

    def __init__(self, event: Mapping[str, Any], bound: BoundFunction, since: datetime) -> None:
        self.event = event
        self.bound = bound
        self.since = self.at = since
        self.tries = 0
        self.entry: Entry | None = None


class EventGridStore:
    """All events of a host, by topic; names are compared without case."""

    def __init__(self, site: Site) -> None:
        self._site = site
        self._events: list[StoredGridEvent] = []
        self._waiting: list[tuple[Mapping[str, Any], datetime]] = []  # published while nobody listened
        self._deliveries: dict[_Delivery, None] = {}

    def topic(self, name: str | None) -> EventGridTopic:
        """A topic, or all of them."""
        self._site.now()
        return EventGridTopic(self, None if name is None else self._site.address(name, "topic of Event Grid"))

    # --- what the host asks for

    def take(self, sent: Sent) -> None:
        """Keep the events of an output, all of them or none.

        :raises StoreError: the extension can make no events of it, or Event Grid refuses them.
        """
        topic = str(sent.properties.get("topicEndpointUri") or sent.properties.get("connection") or "")
        bodies = [_checked(event, "the output", required) for event, required in _events_of(sent.bodies)]
        self._events += [StoredGridEvent(body, topic) for body in bodies]

    def read(self, wanted: Wanted) -> Any:
        """No input binding reads events."""
        return None

    def look(self) -> None:
        """Have the events delivered for which nobody listened before, or whose delivery the host has stopped."""
        waiting, self._waiting = self._waiting, []
        for event, since in waiting:
            self._send(event, since)
        for delivery in list(self._deliveries):
            if not is_waiting(delivery.entry):
                self._put(delivery)

    def shift(self, by: timedelta) -> None:
        """Move all moments by the same span."""
        self._waiting = [(event, since + by) for event, since in self._waiting]
        for delivery in self._deliveries:
            delivery.since += by
            delivery.at += by

    def contents(self) -> Mapping[str, Sequence[str]]:
        """The events."""
        return {"event grid": [shown_body(event.body) for event in self._events]} if self._events else {}

    # --- events

    def publish(self, event: Any, topic: str) -> None:
        """Publish an event to every function with an Event Grid trigger.

        :raises StoreError: Event Grid refuses it.
        """
        now = self._site.now()
        if isinstance(event, (EventGridPayload, CloudEventPayload, WholeEvent)):
            delivery = event.deliver(Occasion(cast(Target, None), now))
            event = loads(cast(TypedData, delivery.value).value)
        else:
            event = record_of(event, _PUBLISH, "event", _TAKEN)
        required = _OF_CLOUD_EVENT if "specversion" in event else _OF_EVENT_GRID
        self._events.append(StoredGridEvent(_checked(event, _PUBLISH, required), topic))
        self._send(event, now)

    def events(self, topic: str | None) -> list[StoredGridEvent]:
        """The events of a topic, or all; oldest first."""
        self._site.now()
        return [event for event in self._events if topic is None or event.topic.lower() == topic.lower()]

    # --- deliveries

    def _send(self, event: Mapping[str, Any], since: datetime) -> None:
        listeners = self._site.listeners("eventgridtrigger")
        if not listeners:
            self._waiting.append((event, since))
        for bound in listeners:
            delivery = _Delivery(event, bound, since)
            self._deliveries[delivery] = None
            self._put(delivery)

    def _put(self, delivery: _Delivery) -> None:
        at = max(delivery.at, self._site.now())
        delivery.entry = self._site.put(at, delivery.bound, "event", lambda: self._deliver(delivery))

    def _deliver(self, delivery: _Delivery) -> Invocation | None:
        def take() -> WholeEvent:
            delivery.tries += 1
            return WholeEvent(delivery.event)

        def ended(outcome: Outcome) -> None:
            wait = WAITS[min(delivery.tries, len(WAITS)) - 1]
            is_over = delivery.tries >= _MOST_TRIES or self._site.now() + wait - delivery.since > _LIFE
            if outcome.error is None or is_over:
                self._deliveries.pop(delivery, None)
            else:
                delivery.at = self._site.now() + wait
                self._put(delivery)

        how = f"event of Event Grid, delivery {delivery.tries + 1}"
        return self._site.deliver(delivery.bound, Delivering(take, ended, how, OF_TEST))


def _events_of(bodies: Sequence[bytes]) -> list[tuple[Any, Sequence[str]]]:
    """The events of an output, and what each must have: a topic has one schema, and the first event tells which."""
    try:
        events = [loads(body.decode("utf-8")) for body in bodies]
    except (JsonError, UnicodeDecodeError):
        raise StoreError("store-value", call="the output", reason="it is no JSON") from None
    first = events[0] if events else None
    is_cloud_event = isinstance(first, dict) and "specversion" in first and bool(_missing(first, _OF_OUTPUT))
    return [(event, _OF_CLOUD_EVENT if is_cloud_event else _OF_OUTPUT) for event in events]


def _checked(event: Any, call: str, required: Sequence[str]) -> bytes:
    """The event as it is sent.

    :raises StoreError: it is none.
    """
    if not isinstance(event, dict):
        raise StoreError("store-value", call=call, reason=f"{kind_of(event)} is no event ({_TAKEN})")
    missing = _missing(event, required)
    if missing:
        hint = "; event_grid(data) makes a whole event of its data" if call == _PUBLISH else ""
        raise StoreError("store-value", call=call, reason=f"the event has no {' and no '.join(missing)}{hint}")
    body = compact(event).encode("utf-8")
    if len(body) > _LARGEST:
        what = f"the event of {call}"
        raise StoreError("store-too-large", what=what, size=len(body), limit=_LARGEST, service="Event Grid")
    return body


def _missing(event: Mapping[str, Any], required: Sequence[str]) -> list[str]:
    """What an event must have as text, and this one has not."""
    return [
        name
        for name in required
        if not isinstance(event.get(name), str) or (event[name] == "" and name not in _MAY_BE_EMPTY)
    ]


class EventGridTopic:
    """A topic of the test, from ``azfunc_host.event_grid("ORDERS_TOPIC")``; without a name, all of them.

    :ivar name: the topic's name, or None.
    """

    def __init__(self, store: EventGridStore, name: str | None) -> None:
        self._store = store
        self.name = name

    def publish(self, event: Any) -> None:
        """Publish an event; ``drain()`` delivers it to every function with an ``eventGridTrigger``.

        :param event: what ``event_grid(...)`` or ``cloud_event(...)`` has built, or the whole event as a dict.
        :raises StoreError: Event Grid refuses it.
        """
        self._store.publish(event, self.name or "")

    @property
    def events(self) -> Sequence[StoredGridEvent]:
        """All events that were published there, by the test or by functions; oldest first."""
        return self._store.events(self.name)

    def __repr__(self) -> str:
        return told(f"EventGridTopic {self.name or 'all'}", lambda: f"{len(self.events)} events")
