"""What came in, in its order, and how far each function has read of it: event hubs, topics of Kafka, change feeds.

Sources: azure-sdk-for-net, EventHubListener.PartitionProcessor.cs; azure-webjobs-sdk-extensions,
CosmosDBTriggerListener.cs; azure-functions-kafka-extension, SingleItemFunctionExecutor.cs and
MultipleItemFunctionExecutor.cs. They go on behind a batch whether the function has succeeded or not, and set no
checkpoint when they are stopped.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from pytest_azfunc.host.stores.store import OF_TEST, Delivering, Origin, Outcome, Site, is_waiting

if TYPE_CHECKING:
    from pytest_azfunc.host.agenda import Cause, Entry
    from pytest_azfunc.host.bound_function import BoundFunction
    from pytest_azfunc.host.invocation import Invocation

__tracebackhide__ = True

T = TypeVar("T")

_WHOLE = object()


@dataclass(frozen=True)
class Reading(Generic[T]):
    """How a function reads a feed.

    :ivar bound: the function.
    :ivar size: how many items it gets at a time.
    :ivar payload: makes what it gets of them.
    :ivar how: how it came to run, in errors.
    :ivar reason: why it will run, in a word.
    :ivar attempts: how often it gets a batch with which it fails, before it gets the next one.
    :ivar is_whole: whether one batch may have items of several partitions.
    """

    bound: BoundFunction
    size: int
    payload: Callable[[Sequence[T]], Any]
    how: str
    reason: str
    attempts: float = 1
    is_whole: bool = False


class _Reader:
    """How far one function has read of one partition, or of all."""

    __slots__ = ("attempts", "entry", "is_reading", "partition", "position")

    def __init__(self, partition: object) -> None:
        self.partition = partition
        self.position = 0
        self.attempts = 0
        self.is_reading = False
        self.entry: Entry | None = None


class Feed(Generic[T]):
    """Items in the order in which they came, and the functions that read them, each by itself.

    Partitions are read independently of each other: while a function waits for a retry with one, it goes on with the
    others.

    :param site: the host.
    :param partition: in which partition an item is; None where there is but one.
    """

    def __init__(self, site: Site, partition: Callable[[T], object] | None = None) -> None:
        self._site = site
        self._partition = partition
        self._items: list[T | None] = []
        self._origins: list[Origin] = []
        self._causes: list[Cause | None] = []
        self._places: dict[object, list[int]] = {}
        self._readers: dict[tuple[str, object], _Reader] = {}

    @property
    def items(self) -> list[T]:
        """All that came in and was not withdrawn, oldest first."""
        return [item for item in self._items if item is not None]

    def __len__(self) -> int:
        return len(self._items)

    def add(self, item: T, origin: Origin = OF_TEST) -> int:
        """Put an item at the end; returns its place."""
        place = len(self._items)
        self._items.append(item)
        self._origins.append(origin)
        self._causes.append(self._site.running())
        if self._partition is not None:
            self._places.setdefault(self._partition(item), []).append(place)
        return place

    def withdraw(self, place: int) -> None:
        """Take an item out again."""
        self._items[place] = None

    def change(self, make: Callable[[T], T]) -> None:
        """Put another item in the place of each."""
        self._items = [None if item is None else make(item) for item in self._items]

    def wake(self, reading: Reading[T]) -> None:
        """Have a function read what it has not read yet."""
        name = reading.bound.function.name
        for partition in (_WHOLE,) if reading.is_whole or self._partition is None else self._places:
            reader = self._readers.get((name, partition))
            if reader is None:
                reader = self._readers[name, partition] = _Reader(partition)
            if not reader.is_reading and not is_waiting(reader.entry) and self._rest(reader):
                self._put(reader, reading)

    def _put(self, reader: _Reader, reading: Reading[T]) -> None:
        cause = self._site.running() if reader.attempts else self._causes[self._all_of(reader)[reader.position]]
        work = partial(self._deliver, reader, reading)
        reader.entry = self._site.put(self._site.now(), reading.bound, reading.reason, work, cause)

    def _all_of(self, reader: _Reader) -> Sequence[int]:
        """The places of all items of its partition."""
        return range(len(self._items)) if reader.partition is _WHOLE else self._places[reader.partition]

    def _rest(self, reader: _Reader) -> bool:
        """Whether there is something left; what was withdrawn is skipped."""
        places = self._all_of(reader)
        while reader.position < len(places) and self._items[places[reader.position]] is None:
            reader.position += 1
        return reader.position < len(places)

    def _deliver(self, reader: _Reader, reading: Reading[T]) -> Invocation | None:
        if not self._rest(reader):
            return None
        items, end = self._batch(reader, reading.size)
        origin = self._origins[self._all_of(reader)[reader.position]]

        def take() -> Any:
            reader.is_reading = True
            return reading.payload(items)

        def ended(outcome: Outcome) -> None:
            reader.is_reading = False
            if outcome.is_cut:
                reader.attempts = 0
                return
            reader.attempts += 1
            if outcome.error is None or reader.attempts >= reading.attempts:
                reader.position, reader.attempts = end, 0
            self.wake(reading)

        return self._site.deliver(reading.bound, Delivering(take, ended, reading.how, origin))

    def _batch(self, reader: _Reader, size: int) -> tuple[list[T], int]:
        """The items that are delivered together, and at which position the next one begins."""
        found: list[T] = []
        places = self._all_of(reader)
        for position in range(reader.position, len(places)):
            item = self._items[places[position]]
            if item is None:
                continue
            if len(found) == size:
                return found, position
            found.append(item)
        return found, len(places)
