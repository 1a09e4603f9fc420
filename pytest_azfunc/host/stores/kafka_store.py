"""Topics of Kafka in memory: events, and how far each function has read.

Sources: azure-functions-kafka-extension, KafkaListener.cs (batches, which may have events of several partitions),
SingleItemFunctionExecutor.cs and MultipleItemFunctionExecutor.cs (what is committed), KafkaProducerAsyncCollector.cs
(an output that is JSON of a whole event).
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, ClassVar

from pytest_azfunc.errors import BindingError, StoreError
from pytest_azfunc.host.bindings.batch import BatchPayload
from pytest_azfunc.host.bindings.kafka import KafkaPayload, kafka
from pytest_azfunc.host.bindings.net_values import compact, milliseconds
from pytest_azfunc.host.stores.content import built, shown_body
from pytest_azfunc.host.stores.feeds import Feed, Reading
from pytest_azfunc.host.stores.options import choice, count
from pytest_azfunc.host.stores.store import OF_TEST, Origin, Sent, Site, Stored, Wanted, bad_name, told
from pytest_azfunc.project.lenient_json import JsonError, loads

if TYPE_CHECKING:
    from pytest_azfunc.host.bound_function import BoundFunction

__tracebackhide__ = True

_NAME = re.compile(r"[A-Za-z0-9._-]{1,249}")
_LARGEST = 1_000_000
_BATCH = 64
_MAX_RETRIES = 5
_WHOLE = ("Offset", "Partition", "Topic", "Timestamp", "Value", "Headers")


@dataclass(frozen=True, repr=False)
class StoredRecord(Stored):
    """One event of a topic; its body is the value, empty for a tombstone.

    :ivar offset: where it stands in its partition, from 0.
    :ivar partition: its partition.
    :ivar key: its key, or None.
    :ivar headers: its headers.
    :ivar timestamp: when it was made, in UTC.
    """

    word: ClassVar[str] = "event"

    offset: int = field(compare=False)
    partition: int = field(compare=False)
    key: str | bytes | int | None
    headers: Mapping[str, bytes | None]
    timestamp: datetime = field(compare=False)


class KafkaStore:
    """The topics of a host."""

    def __init__(self, site: Site) -> None:
        self._site = site
        self._topics: dict[str, Feed[KafkaPayload]] = {}
        self._offsets: dict[tuple[str, int], int] = {}

    def topic(self, name: str) -> KafkaTopic:
        """A topic, by the name that a test gives it.

        :raises StoreError: none can have it.
        """
        found = self._site.address(name, "topic of Kafka")
        if _NAME.fullmatch(found) is None or found in (".", ".."):
            rule = "it has up to 249 letters, digits, dots, dashes and underscores"
            raise bad_name("topic of Kafka", name, rule, found)
        return KafkaTopic(self, found)

    # --- what the host asks for

    def take(self, sent: Sent) -> None:
        """Send the event of an output."""
        if not sent.address:
            return
        for body in sent.bodies:
            self.add(sent.address, _sent(body), sent.origin)

    def read(self, wanted: Wanted) -> Any:
        """No input binding reads a topic."""
        return None

    def look(self) -> None:
        """Have the events delivered for which nobody listened before."""
        for name in self._topics:
            self._wake(name)

    def shift(self, by: timedelta) -> None:
        """Move all moments by the same span."""
        for topic in self._topics.values():
            topic.change(lambda event: replace(event, timestamp=event.timestamp + by))  # type: ignore[arg-type, operator]

    def contents(self) -> Mapping[str, Sequence[str]]:
        """The events of each topic."""
        return {
            f"kafka {name}": [shown_body(_bytes(event)) for event in topic.items]
            for name, topic in self._topics.items()
        }

    # --- events

    def add(self, name: str, event: KafkaPayload, origin: Origin = OF_TEST) -> None:
        """Put an event at the end of a topic.

        :raises StoreError: it is too large.
        """
        size = len(_bytes(event))
        if size > _LARGEST:
            what = f"an event for the topic {name!r}"
            raise StoreError("store-too-large", what=what, size=size, limit=_LARGEST, service="a producer of Kafka")
        topic = self._topics.setdefault(name, Feed(self._site, lambda stored: stored.partition))
        offset = self._offsets.get((name, event.partition), 0)
        self._offsets[name, event.partition] = offset + 1
        topic.add(
            replace(
                event,
                offset=offset if event.offset is None else event.offset,
                timestamp=event.timestamp or milliseconds(self._site.now()),
                topic=event.topic or name,
            ),
            origin,
        )
        self._wake(name)

    def events(self, name: str) -> list[StoredRecord]:
        """The events of a topic, oldest first."""
        self._site.now()
        topic = self._topics.get(name)
        return [] if topic is None else [_stored(event) for event in topic.items]

    def _wake(self, name: str) -> None:
        for bound in self._site.listeners("kafkatrigger"):
            if bound.resolved("topic") == name:
                self._topics[name].wake(self._reading(name, bound))

    def _reading(self, name: str, bound: BoundFunction) -> Reading[KafkaPayload]:
        how, attempts = f"event of the topic {name}", self._attempts
        if bound.trigger.cardinality != "many":
            return Reading(bound, 1, lambda events: events[0], how, "event", attempts)
        size = count(self._site, "kafka", "maxBatchSize", default=_BATCH)
        return Reading(bound, size, lambda e: BatchPayload(tuple(e)), how, "events", attempts, is_whole=True)

    @property
    def _attempts(self) -> float:
        """How often a function gets what it fails with: once, unless host.json says ``"commitOnFailure": false``."""
        if choice(self._site, "kafka", "commitOnFailure", choices=("true", "false")) == "true":
            return 1
        retries = count(self._site, "kafka", "maxRetries", default=_MAX_RETRIES, least=-1)
        return math.inf if retries < 0 else 1 + retries


def _sent(body: bytes) -> KafkaPayload:
    """The event of an output: its value, or a whole event as JSON."""
    try:
        whole = loads(body.decode("utf-8"))
    except (JsonError, UnicodeDecodeError):
        return KafkaPayload(body)
    if not isinstance(whole, dict) or any(whole.get(name) is None for name in _WHOLE):
        return KafkaPayload(body)
    value, key = whole["Value"], whole.get("Key")
    headers = [header for header in whole["Headers"] if isinstance(header, dict)] if whole["Headers"] else []
    pairs = [(str(header.get("Key")), header.get("Value")) for header in headers]
    try:
        return kafka(
            value if isinstance(value, str) else compact(value),
            key=None if key is None else str(key),
            headers=[(name, None if text is None else str(text)) for name, text in pairs],
        )
    except BindingError:
        return KafkaPayload(body)


def _bytes(event: KafkaPayload) -> bytes:
    return event.value.encode("utf-8") if isinstance(event.value, str) else event.value or b""


def _stored(event: KafkaPayload) -> StoredRecord:
    assert event.offset is not None
    assert event.timestamp is not None
    return StoredRecord(_bytes(event), event.offset, event.partition, event.key, dict(event.headers), event.timestamp)


class KafkaTopic:
    """A topic of the test, from ``azfunc_host.kafka("orders")``."""

    def __init__(self, store: KafkaStore, name: str) -> None:
        self._store = store
        self.name = name

    def send(self, value: Any, **properties: Any) -> None:
        """Send an event, or several; ``drain()`` delivers them.

        :param value: ``str`` is its text, ``bytes`` its raw content, None a tombstone, everything else is sent as JSON;
            each item of a list is an event of its own. What ``kafka(...)`` has built is taken, too.
        :param properties: arguments of the builder ``kafka``, such as ``key``.
        :raises BindingError: no event can have such a value or property.
        :raises StoreError: it is larger than 1 MB.
        """
        for each in value if isinstance(value, list) else [value]:
            self._store.add(self.name, built(kafka, KafkaPayload, each, properties, "kafka.send"))

    @property
    def events(self) -> Sequence[StoredRecord]:
        """All events, oldest first; reading does not take them away."""
        return self._store.events(self.name)

    def __repr__(self) -> str:
        return told(f"KafkaTopic {self.name}", lambda: f"{len(self.events)} events")
