"""What came in, in its order, and how far each function has read of it: event hubs, topics of Kafka, change feeds.

Sources: azure-sdk-for-net, EventHubListener.cs, and the Cosmos DB and Kafka listeners: they go on behind a batch
whether the function has succeeded or not. The sql extension's SqlTableChangeMonitor.cs tries again when its lease ends.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from pytest_azfunc.host.stores.store import OF_TEST, Delivering, Origin, Outcome, Site, is_waiting

if TYPE_CHECKING:
    from pytest_azfunc.host.agenda import Cause, Entry
    from pytest_azfunc.host.bound_function import BoundFunction
    from pytest_azfunc.host.invocation import Invocation

__tracebackhide__ = True

T = TypeVar("T")


@dataclass(frozen=True)
class Reading(Generic[T]):
    """How a function reads a feed.

    :ivar bound: the function.
    :ivar size: how many items it gets at a time.
    :ivar payload: makes what it gets of them.
    :ivar how: how it came to run, in errors.
    :ivar reason: why it will run, in a word.
    """

    bound: BoundFunction
    size: int
    payload: Callable[[Sequence[T]], Any]
    how: str
    reason: str


class _Reader:
    """How far one function has read."""

    __slots__ = ("attempts", "entry", "is_reading", "position")

    def __init__(self) -> None:
        self.position = 0
        self.attempts = 0
        self.is_reading = False
        self.entry: Entry | None = None


class Feed(Generic[T]):
    """Items in the order in which they came, and the functions that read them, each by itself.

    :param site: the host.
    :param group: what the items of one batch have in common.
    :param attempts: how often a batch is tried.
    :param pause: how long a batch that has failed waits.
    """

    def __init__(
        self,
        site: Site,
        group: Callable[[T], object] = lambda _: None,
        *,
        attempts: int = 1,
        pause: timedelta = timedelta(),
    ) -> None:
        self._site = site
        self._group = group
        self._attempts = attempts
        self._pause = pause
        self._items: list[T | None] = []
        self._origins: list[Origin] = []
        self._causes: list[Cause | None] = []
        self._readers: dict[str, _Reader] = {}

    @property
    def items(self) -> list[T]:
        """All that came in and was not withdrawn, oldest first."""
        return [item for item in self._items if item is not None]

    def __len__(self) -> int:
        return len(self._items)

    def add(self, item: T, origin: Origin = OF_TEST) -> int:
        """Put an item at the end; returns its place."""
        self._items.append(item)
        self._origins.append(origin)
        self._causes.append(self._site.running())
        return len(self._items) - 1

    def item(self, place: int) -> T | None:
        """What came in there; None where it was withdrawn."""
        return self._items[place]

    def withdraw(self, place: int) -> bool:
        """Take an item out again; returns whether nobody has read it."""
        self._items[place] = None
        return all(reader.position <= place for reader in self._readers.values())

    def change(self, make: Callable[[T], T]) -> None:
        """Put another item in the place of each."""
        self._items = [None if item is None else make(item) for item in self._items]

    def wake(self, reading: Reading[T]) -> None:
        """Have a function read what it has not read yet."""
        reader = self._readers.setdefault(reading.bound.function.name, _Reader())
        if reader.is_reading or is_waiting(reader.entry) or not self._rest(reader):
            return
        self._put(reader, reading)

    def _put(self, reader: _Reader, reading: Reading[T], pause: timedelta = timedelta()) -> None:
        at, cause = self._site.now() + pause, self._causes[reader.position]
        reader.entry = self._site.put(at, reading.bound, reading.reason, lambda: self._deliver(reader, reading), cause)

    def _rest(self, reader: _Reader) -> bool:
        """Whether there is something left; what was withdrawn is skipped."""
        while reader.position < len(self._items) and self._items[reader.position] is None:
            reader.position += 1
        return reader.position < len(self._items)

    def _deliver(self, reader: _Reader, reading: Reading[T]) -> Invocation | None:
        if not self._rest(reader):
            return None
        items, end = self._batch(reader.position, reading.size)
        origin = self._origins[reader.position]

        def take() -> Any:
            reader.is_reading = True
            return reading.payload(items)

        def ended(outcome: Outcome) -> None:
            reader.is_reading = False
            reader.attempts += 1
            if outcome.error is not None and reader.attempts < self._attempts:
                self._put(reader, reading, self._pause)
                return
            reader.position, reader.attempts = end, 0
            self.wake(reading)

        return self._site.deliver(reading.bound, Delivering(take, ended, reading.how, origin))

    def _batch(self, start: int, size: int) -> tuple[list[T], int]:
        """The items that are delivered together, and where the next one begins."""
        found: list[T] = []
        for place in range(start, len(self._items)):
            item = self._items[place]
            if item is None:
                continue
            if len(found) == size or (found and self._group(item) != self._group(found[0])):
                return found, place
            found.append(item)
        return found, len(self._items)
