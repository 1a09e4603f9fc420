"""Which rows of a table have changed, and how functions are told of them.

Of each row a function is told the latest change. It takes a lease on the rows of a batch: when it fails, the others are
told meanwhile, and these again when the lease is over, until they were tried five times.

Sources: azure-functions-sql-extension, SqlTableChangeMonitor.cs (BuildGetChangesCommand, BuildAcquireLeasesCommand,
BuildReleaseLeasesCommand, BuildUpdateTablesPostInvocation); the mysql extension, MySqlTableChangeMonitor.cs.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from itertools import islice
from typing import TYPE_CHECKING, Any, NamedTuple

from pytest_azfunc.host.stores.store import Delivering, Origin, Outcome, Site, is_waiting

if TYPE_CHECKING:
    from pytest_azfunc.host.agenda import Cause, Entry
    from pytest_azfunc.host.bound_function import BoundFunction
    from pytest_azfunc.host.invocation import Invocation

__tracebackhide__ = True

Row = dict[str, Any]
Key = tuple[Any, ...]

INSERT, UPDATE, DELETE = 0, 1, 2
_MOST_ATTEMPTS = 5
_LEASE = timedelta(minutes=1)


class Told(NamedTuple):
    """What a function is told of one row.

    :ivar operation: what was done to it since the function heard of it: 0 insert, 1 update, 2 delete.
    :ivar row: the row as it is now; of one that was deleted the key.
    """

    operation: int
    row: Row


class _Change(NamedTuple):
    """The latest change of one row, and the version with which the row came into being."""

    version: int
    created: int
    is_deleted: bool
    row: Row
    origin: Origin
    cause: Cause | None


class _Lease:
    """What one function has to do with one row."""

    __slots__ = ("attempts", "done", "until", "version")

    def __init__(self) -> None:
        self.version = 0  # that it has got last
        self.done = 0  # with which it has succeeded last
        self.attempts = 0
        self.until: datetime | None = None


@dataclass(frozen=True)
class TableReading:
    """How a function reads the changes of a table.

    :ivar bound: the function.
    :ivar size: of how many rows it is told at a time.
    :ivar payload: makes what it gets.
    :ivar how: how it came to run, in errors.
    """

    bound: BoundFunction
    size: int
    payload: Callable[[Sequence[Told]], Any]
    how: str


class _Reader:
    """How far one function has read."""

    __slots__ = ("at", "entry", "is_reading", "leases", "synced")

    def __init__(self) -> None:
        self.synced = 0  # all changes up to this version are done with
        self.leases: dict[Key, _Lease] = {}
        self.is_reading = False
        self.entry: Entry | None = None
        self.at: datetime | None = None  # when the entry is due


class ChangeTracking:
    """The changes of one table.

    :param site: the host.
    """

    def __init__(self, site: Site) -> None:
        self._site = site
        self._changes: dict[Key, _Change] = {}
        self._order: list[Key] = []  # by version, from 1; also of changes that later ones have replaced
        self._readers: dict[str, _Reader] = {}

    def note(self, key: Key, row: Row, origin: Origin, *, is_new: bool = False, is_deleted: bool = False) -> None:
        """Note a change, in the place of an earlier one of the same row."""
        version = len(self._order) + 1
        before = self._changes.get(key)
        created = version if is_new or before is None else before.created
        self._changes[key] = _Change(version, created, is_deleted, row, origin, self._site.running())
        self._order.append(key)

    def shift(self, by: timedelta) -> None:
        """Move all moments by the same span."""
        for reader in self._readers.values():
            for lease in reader.leases.values():
                lease.until = None if lease.until is None else lease.until + by
            reader.at = None if reader.at is None else reader.at + by

    def wake(self, reading: TableReading) -> None:
        """Have a function told of what it was not told yet, as soon as it may be."""
        reader = self._readers.setdefault(reading.bound.function.name, _Reader())
        if reader.is_reading:
            return
        now = self._site.now()
        is_planned = is_waiting(reader.entry)
        if is_planned and reader.at is not None and reader.at <= now:
            return
        found = self._first(reader, now)
        if found is None or (is_planned and reader.at is not None and reader.at <= found[0]):
            return
        if is_planned and reader.entry is not None:
            self._site.cancel(reader.entry)
        reader.at, cause = found
        reader.entry = self._site.put(
            reader.at, reading.bound, "changes", partial(self._deliver, reader, reading), cause
        )

    def _pending(self, reader: _Reader) -> Iterator[tuple[Key, _Change, _Lease | None]]:
        """The changes with which a function is not done, oldest first; without those that it has given up."""
        for place in range(reader.synced, len(self._order)):
            key = self._order[place]
            change, lease = self._changes[key], reader.leases.get(key)
            if change.version != place + 1 or (lease is not None and lease.attempts >= _MOST_ATTEMPTS):
                continue
            if lease is None or lease.until is not None or lease.version < change.version:
                yield key, change, lease

    def _first(self, reader: _Reader, now: datetime) -> tuple[datetime, Cause | None] | None:
        """When there is something to tell next, and what has caused it; None where there is nothing."""
        found: tuple[datetime, Cause | None] | None = None
        for _, change, lease in self._pending(reader):
            if lease is None or lease.until is None or lease.until <= now:
                return now, change.cause
            if found is None or lease.until < found[0]:
                found = lease.until, None
        return found

    def _deliver(self, reader: _Reader, reading: TableReading) -> Invocation | None:
        now = self._site.now()
        pending = self._pending(reader)
        free = ((key, change) for key, change, lease in pending if lease is None or (lease.until or now) <= now)
        batch = list(islice(free, reading.size))
        if not batch:
            self.wake(reading)
            return None

        def take() -> Any:
            reader.is_reading = True
            told = [_told(reader, key, change) for key, change in batch]
            for key, change in batch:
                lease = reader.leases.setdefault(key, _Lease())
                lease.version, lease.attempts = change.version, lease.attempts + 1
            return reading.payload(told)

        def ended(outcome: Outcome) -> None:
            reader.is_reading = False
            until = None if outcome.error is None else self._site.now() + _LEASE
            for key, change in batch:
                lease = reader.leases[key]
                lease.until = until
                if until is None:
                    lease.attempts, lease.done = 0, change.version
            if until is None:
                self._move_on(reader, sorted(change.version for _, change in batch))
            self.wake(reading)

        return self._site.deliver(reading.bound, Delivering(take, ended, reading.how, batch[0][1].origin))

    def _move_on(self, reader: _Reader, versions: Sequence[int]) -> None:
        """After a success: forget what is behind it, if nothing there waits any more."""
        synced = versions[-2] if len(versions) > 1 else versions[0]
        first = next(self._pending(reader), None)
        if synced <= reader.synced or (first is not None and first[1].version <= synced):
            return
        reader.synced = synced
        for key in [key for key, lease in reader.leases.items() if lease.version <= synced]:
            del reader.leases[key]


def _told(reader: _Reader, key: Key, change: _Change) -> Told:
    lease = reader.leases.get(key)
    known = max(reader.synced, 0 if lease is None else lease.done)
    operation = DELETE if change.is_deleted else UPDATE if change.created <= known else INSERT
    return Told(operation, change.row)
