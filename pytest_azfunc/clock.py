"""The host's time: the machine's, until a test moves it. Nothing else in the package imports freezegun.

It is imported when time is first moved. What a test has frozen or moved itself, with freezegun or time-machine, is the
host's time too, and is what moves then.
"""

from __future__ import annotations

import copyreg
import datetime as calendar
import re
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta, timezone
from typing import Any

__tracebackhide__ = True


class _Machine:
    """The classes and functions that freezegun replaces in modules. In a class it does not look for them."""

    datetime: type[datetime] = next(kind for kind in datetime.__mro__ if kind.__module__ == "datetime")


_ISO = re.compile(
    r"(\d{4})-(\d\d)-(\d\d)[Tt ](\d\d):(\d\d)(?::(\d\d)(?:[.,](\d+))?)?(?:([Zz])|([+-])(\d\d)(?::?(\d\d))?)",
    re.ASCII,
)


def real(moment: datetime) -> datetime:
    """The same moment as a genuine ``datetime``: with those that freezegun makes, ``astimezone()`` loses ``fold``."""
    kind = _Machine.datetime
    if type(moment) is kind:
        return moment
    whole = kind(moment.year, moment.month, moment.day, moment.hour, moment.minute, moment.second, moment.microsecond)
    return whole.replace(tzinfo=moment.tzinfo, fold=moment.fold)


def as_moment(value: object) -> datetime | None:
    """A moment that somebody has given, in UTC: an aware datetime, or ISO 8601 text with an offset.

    :returns: None for everything else, and for what no calendar has in UTC.
    """
    try:
        if isinstance(value, str):
            return _read(value)
        if not isinstance(value, datetime) or value.utcoffset() is None:
            return None
        return real(real(value).astimezone(timezone.utc))
    except (OverflowError, ValueError):
        return None


def _read(text: str) -> datetime | None:
    """ISO text. (``datetime.fromisoformat`` of Python 3.10 knows no ``Z``, and seven digits of a second no Python.)"""
    match = _ISO.fullmatch(text.strip())
    if match is None:
        return None
    year, month, day, hour, minute, second, fraction, _, sign, hours, minutes = match.groups()
    microsecond = int((fraction or "0")[:6].ljust(6, "0"))
    of_day = (int(hour), int(minute), int(second or 0), microsecond)
    moment = _Machine.datetime(int(year), int(month), int(day), *of_day, tzinfo=timezone.utc)
    offset = timedelta(hours=int(hours or 0), minutes=int(minutes or 0))
    if offset >= timedelta(days=1) or int(minutes or 0) > 59:
        return None
    return moment + offset if sign == "-" else moment - offset


def now() -> datetime:
    """The present moment in UTC. It is asked each time, so that freezegun and time-machine are seen."""
    return real(calendar.datetime.now(timezone.utc))


class HostTime:
    """The time of one host, from its opening until :meth:`close`."""

    __slots__ = ("_frozen", "_moved")

    def __init__(self) -> None:
        self._frozen: _Frozen | None = None
        self._moved: list[Callable[[], None]] = []  # puts back what others have frozen

    def now(self) -> datetime:
        """The present moment, in UTC."""
        frozen = self._frozen
        return now() if frozen is None or not frozen.counts else frozen.now()

    @property
    def stands(self) -> bool:
        """Whether somebody has frozen or moved it, so that it no longer goes on as the machine's does."""
        return _topmost() is not None

    def set(self, moment: datetime) -> None:
        """Let it be *moment*, in UTC, for everybody in the process, until this is closed.

        What the test has frozen itself moves, and is put back at the end. Otherwise it is frozen.
        """
        topmost = _topmost()
        if self._frozen is not None and self._frozen.counts:
            self._frozen.move(moment)
        elif topmost is None:
            self._frozen = _Frozen(moment)
            self._frozen.start()
        else:
            self._move(topmost, moment)

    def move_over(self, span: timedelta) -> None:
        """Let it be so much later, as if somebody had waited."""
        if span:
            self.set(self.now() + span)

    def _move(self, other: Any, moment: datetime) -> None:
        """Move what the test has frozen."""
        if not self._moved:
            before = now()
            self._moved.append(lambda: other.move_to(before) if other is _topmost() else None)  # else it has ended
        other.move_to(moment)

    def close(self) -> None:
        """Let time be as it was. A second call does nothing, or goes on where the first was interrupted."""
        if self._frozen is not None:
            self._frozen.stop()
            self._frozen = None
        while self._moved:
            self._moved[-1]()
            self._moved.pop()


@contextmanager
def another_time() -> Iterator[None]:
    """While the block runs, clocks show a time that has nothing to do with the present one."""
    time = HostTime()
    try:
        time.set(now() + timedelta(days=401, hours=7, minutes=13, seconds=17))
        yield
    finally:
        time.close()


def _topmost() -> Any:
    """What determines the time now: freezegun's factory, or time-machine's traveller; None when it is the machine."""
    freezegun: Any = sys.modules.get("freezegun.api")
    if freezegun is not None and freezegun.freeze_factories:
        return freezegun.freeze_factories[-1]
    time_machine: Any = sys.modules.get("time_machine")
    stack = getattr(time_machine, "traveller_stack", None) or getattr(time_machine, "coordinates_stack", None)
    return stack[-1] if stack else None


# Waiting goes on by the machine's clock, in loops and threads alike; freezegun would stop it too.
_GOES_ON = ("monotonic", "monotonic_ns", "perf_counter", "perf_counter_ns")
# Who measures how long tests take, and we: what we compute with time needs genuine datetimes.
_UNAFFECTED = ("_pytest", "pytest_azfunc")
# freezegun exempts what is called from within these, for the sake of monotonic(): the functions of a thread pool, too.
_NOT_EXEMPT = ("threading", "Queue", "queue", "multiprocessing")


class _Frozen:
    """Time that stands still, by freezegun, with nobody else's freezing below it."""

    def __init__(self, moment: datetime) -> None:
        import freezegun
        import freezegun.api

        self._api: Any = freezegun.api
        freezer: Any = freezegun.freeze_time(moment)
        freezer.ignore = tuple(name for name in freezer.ignore if name not in _NOT_EXEMPT)
        freezer.fake_names, freezer.reals = (), {}  # stop() asks for them, also when start() was interrupted
        self._freezer = freezer
        self._factory: Any = None

    @property
    def counts(self) -> bool:
        """Whether nobody has frozen time anew since."""
        factories = self._api.freeze_factories
        return bool(factories) and factories[-1] is self._factory

    def start(self) -> None:
        """Freeze it. Whatever this raises, :meth:`stop` is to be called."""
        self._factory = self._freezer.start()
        for name in _GOES_ON:
            setattr(time, name, getattr(self._api, f"real_{name}"))
        genuine = {id(getattr(self._api, f"real_{name}")) for name in _GOES_ON}
        for module, name, value in self._freezer.undo_changes:
            room = getattr(module, "__name__", "").partition(".")[0]
            if id(value) in genuine or room in _UNAFFECTED:
                setattr(module, name, value)

    def now(self) -> datetime:
        """Where it stands. (To ask ``datetime.now()`` takes freezegun several times as long.)"""
        return real(self._factory()).replace(tzinfo=timezone.utc)

    def move(self, moment: datetime) -> None:
        """Let it stand elsewhere."""
        self._factory.move_to(moment)

    def stop(self) -> None:
        """Let it go on. It may be done twice, as after an interrupt that came in between."""
        api, freezer = self._api, self._freezer
        stacks: tuple[list[Any], ...] = (api.freeze_factories, api.tz_offsets, api.ignore_lists, api.tick_flags)
        later = len(api.freeze_factories) - 1
        if later > 0 and api.freeze_factories[0] is self._factory:  # somebody has begun after us, and not ended
            for stack in stacks:
                del stack[: len(stack) - later]
            for module, name, value in freezer.undo_changes:
                setattr(module, name, value)
            kind = type(freezer)
            kind.fake_names, kind.reals = (), {}  # which a freezer that was not the first does not have, and asks for
            return
        for stack, ours in zip(stacks, (self._factory, timedelta(), freezer.ignore, False), strict=True):
            stack[:] = [ours]  # freezegun takes one off each
        for kind in (api.real_datetime, api.real_date):
            copyreg.dispatch_table.setdefault(kind, None)  # type: ignore[arg-type]
        freezer.stop()
