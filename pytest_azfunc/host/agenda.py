"""What is due, and when: the only heap of moments. Timers stand on it, and whatever else waits for its moment.

It knows no clock and runs nothing. All moments are in UTC, and genuine ones: it keeps its own, so that a moment does
not come due again in the hour that a clock repeats.
"""

from __future__ import annotations

import heapq
import random
from collections.abc import Callable
from datetime import datetime, timedelta
from enum import Enum
from typing import NamedTuple

from pytest_azfunc.errors import LoopError
from pytest_azfunc.host.invocation import Invocation
from pytest_azfunc.project.names import host_order

__tracebackhide__ = True

# So often a function may run, each time by its own doing, before time has to pass.
LONGEST_CHAIN = 1000

# So often any entry is taken by chance, before those that are due are looked for.
_GUESSES = 8

TIMER = "timer"
"""The reason of a timer's run."""

Work = Callable[[], "Invocation | None"]
"""What is done when a moment comes; it returns the invocation, if it was one."""


class Due(NamedTuple):
    """What comes next.

    :ivar at: when, in UTC.
    :ivar function: the function's name.
    :ivar reason: why it will run, such as ``timer``.
    """

    at: datetime
    function: str
    reason: str


class Entry:
    """One thing on the agenda.

    :ivar at: when it is due, in UTC.
    :ivar function: name of the function that will run.
    :ivar reason: why, in a word or two.
    :ivar work: does it.
    :ivar is_going_on: whether what was begun then waits, or runs.
    :ivar cause: what has put it there for the very moment at which that ran itself; None where time passes.
    """

    __slots__ = ("at", "cause", "depth", "function", "is_cancelled", "is_going_on", "reason", "work")

    def __init__(self, at: datetime, function: str, reason: str, work: Work, cause: Entry | None) -> None:
        self.at = at
        self.function = function
        self.reason = reason
        self.work = work
        self.cause = cause
        self.depth: int = 0 if cause is None else cause.depth + 1
        self.is_cancelled = False
        self.is_going_on = False

    @property
    def is_over(self) -> bool:
        """Whether it was done, or struck off; what was begun and waits for a retry is not over."""
        return self.is_cancelled and not self.is_going_on

    def chain(self) -> list[str]:
        """The functions that have led to this one without time passing, the latest first."""
        names: list[str] = []
        entry: Entry | None = self
        while entry is not None:
            names.append(entry.function)
            entry = entry.cause
        return names


def _nothing() -> None:
    """The work of an entry that is done, or was struck off."""


Cause = tuple[Entry, datetime]
"""An entry that runs, and the moment at which it does."""


class By(Enum):
    """What has caused an entry, where it is not said."""

    RUNNING = "what is running"


_Item = tuple[datetime, bool, str, int, Entry]


class Agenda:
    """All that is due at some time.

    The order is that of the moments. Within one moment timers come first, by function name without case; then all else,
    as it was put here.
    """

    def __init__(self) -> None:
        self._heap: list[_Item] = []
        self._count = 0
        self._running: tuple[Entry, datetime] | None = None

    @property
    def running(self) -> Cause | None:
        """What is being done at the moment; None where nothing is."""
        return self._running

    def put(
        self, at: datetime, function: str, work: Work, *, reason: str, cause: Cause | By | None = By.RUNNING
    ) -> Entry:
        """Note what is to be done.

        :param at: when, in UTC.
        :param function: name of the function that will run then.
        :param work: does it.
        :param reason: why, in a word or two; ``timer`` for the run of a timer.
        :param cause: what was running when the need for it arose, or None; by default what is running now.
        """
        found = self._running if isinstance(cause, By) else cause
        entry = Entry(at, function, reason, work, found[0] if found is not None and at <= found[1] else None)
        self._push(entry)
        return entry

    def _push(self, entry: Entry) -> None:
        self._count += 1
        is_timer = entry.reason == TIMER
        order = host_order(entry.function) if is_timer else ""
        heapq.heappush(self._heap, (entry.at, not is_timer, order, self._count, entry))

    def cancel(self, entry: Entry) -> None:
        """Strike something off; what is not there any more stays so."""
        entry.is_cancelled = True  # it goes when its moment comes
        entry.work = _nothing  # what it was to do may hold on to the entry: such a circle would wait for a collection

    def __len__(self) -> int:
        return sum(not item[-1].is_cancelled for item in self._heap)

    @property
    def due(self) -> list[Due]:
        """Everything, in the order in which it will be done."""
        return [Due(e.at, e.function, e.reason) for *_, e in sorted(self._heap) if not e.is_cancelled]

    def next(self) -> Entry | None:
        """What is due first; None where nothing is."""
        heap = self._heap
        while heap and heap[0][-1].is_cancelled:
            heapq.heappop(heap)
        return heap[0][-1] if heap else None

    def any_of(self, until: datetime, chance: random.Random) -> Entry | None:
        """Any of what is due by then; timers keep their order. None where nothing is due."""
        first = self.next()
        if first is None or first.at > until or first.reason == TIMER:
            return first
        for _ in range(_GUESSES):  # most that is on the agenda is due, as a rule
            found = chance.choice(self._heap)[-1]
            if found.at <= until and not found.is_cancelled and found.reason != TIMER:
                return found
        self._heap = [item for item in self._heap if not item[-1].is_cancelled]
        heapq.heapify(self._heap)
        due = [item[-1] for item in self._heap if item[0] <= until and item[-1].reason != TIMER]
        return chance.choice(due)

    def run(self, entry: Entry, now: datetime) -> Invocation | None:
        """Do one thing, and strike it off.

        :param now: the present moment: what is put here meanwhile, and is due by then, is caused by this.
        :raises LoopError: a function has caused itself over and over again, and no time has passed.
        :raises BaseException: what the work raises; it is off the agenda all the same.
        """
        if entry.depth >= LONGEST_CHAIN:
            _check_chain(entry)
        work = entry.work
        self.cancel(entry)
        outer, self._running = self._running, (entry, now)
        try:
            return work()
        finally:
            self._running = outer

    def shift(self, by: timedelta) -> None:
        """Move everything by the same span: time was set anew, and nothing of it has passed."""
        ordered = sorted(self._heap)
        self._heap.clear()
        for *_, entry in ordered:
            entry.at += by
            self._push(entry)


def _check_chain(entry: Entry) -> None:
    names = entry.chain()[1:]
    count = names.count(entry.function)
    if count >= LONGEST_CHAIN:
        members = ", ".join(sorted(set(names), key=host_order))
        # No other timer is due again at the moment of its run.
        rule = "loop-timer" if entry.reason == TIMER else "loop"
        raise LoopError(rule, function=entry.function, count=count, members=members, at=shown_moment(entry.at))


def shown_moment(moment: datetime) -> str:
    """A moment in UTC as errors and lists show it, such as ``2026-03-01 02:30:00Z``."""
    return f"{moment:%Y-%m-%d %H:%M:%S}{f'.{moment.microsecond:06}'.rstrip('0') if moment.microsecond else ''}Z"
