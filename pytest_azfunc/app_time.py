"""Time in a running app: what a test can do with it, and how it is let pass."""

from __future__ import annotations

import math
import random
from collections.abc import Sequence
from datetime import datetime, timedelta

from pytest_azfunc.errors import BindingError, shown
from pytest_azfunc.host.agenda import Due
from pytest_azfunc.host.bindings.builder_arguments import wrong_value
from pytest_azfunc.host.invocation import Invocation
from pytest_azfunc.host.passing_time import MAX_RUNS, PassingTime
from pytest_azfunc.host.script_host import ScriptHost

__tracebackhide__ = True


class Clock:
    """The clock of a running app, for tests to move; the fixture ``azfunc_clock`` is one.

    It shows the machine's time, or what the test has frozen itself, until it is moved. Then time stands still for all
    code (``datetime``, ``time.time()``, ``date.today()``) until the app closes. Waiting is real: ``time.sleep()``,
    event loops, threads and ``time.monotonic()`` go by the machine's clock.
    """

    def __init__(self, time: PassingTime, name: str = "azfunc_clock") -> None:
        """Of an app's time.

        :param name: what a test calls it, for errors.
        """
        self._time = time
        self._name = name

    @property
    def now(self) -> datetime:
        """The host's time, UTC."""
        return self._time.now()

    def move_to(self, moment: datetime | str, *, max_runs: int = MAX_RUNS) -> list[Invocation]:
        """Let it be *moment*. The first time in a test it is only set, back or forth; later on what is due runs.

        :param moment: a datetime with a time zone, or ISO text with an offset, such as ``"2026-03-01T02:29:00Z"``.
        :param max_runs: more runs than these are an error, before anything has run where it can be foreseen.
        :returns: the invocations that came due until then, in order; the clock has stood at the moment of each.
        :raises BindingError: no such moment, one in the past, or too many runs.
        :raises LoopError: functions start one another over and over again, and no time passes.
        :raises Exception: what a function raises, with the clock at the moment of it. The next call goes on from there.
        """
        return self._time.move_to(f"{self._name}.move_to", moment, max_runs)

    def advance(
        self,
        *,
        days: float = 0,
        hours: float = 0,
        minutes: float = 0,
        seconds: float = 0,
        max_runs: int = MAX_RUNS,
    ) -> list[Invocation]:
        """Let that much time pass, and run what comes due; see :meth:`move_to`.

        :raises BindingError: no numbers, a negative span, or too many runs.
        """
        call = f"{self._name}.advance"
        span = _span(call, days=days, hours=hours, minutes=minutes, seconds=seconds)
        return self._time.advance(call, span, max_runs)

    def __repr__(self) -> str:
        return f"<Clock {self.now.isoformat()}>"


def _span(call: str, **parts: float) -> timedelta:
    for name, value in parts.items():
        if isinstance(value, bool) or not isinstance(value, (int, float)) or not math.isfinite(value) or value < 0:
            raise BindingError("payload-value", builder=call, name=name, found=shown(value), expected=_FORWARD)
    try:
        return timedelta(**parts)
    except OverflowError:
        return timedelta.max  # later than any calendar; who adds it says so


_FORWARD = "a number from 0, as time goes forward"


class TimedApp:
    """What of a running app has to do with time."""

    script_host: ScriptHost
    _passing_time: PassingTime

    def seed(self, number: int) -> None:
        """Let what is random in the host, the jitter of exponential back-off, be the same each time from now on.

        :param number: any whole number; the same one gives the same waits.
        :raises BindingError: it is none.
        """
        if isinstance(number, bool) or not isinstance(number, int):
            raise wrong_value("azfunc_host.seed", "the number", number, "a whole number")
        self.script_host.chance = random.Random(number)  # its own: the one that it had is that of all hosts

    @property
    def now(self) -> datetime:
        """The host's time, UTC."""
        return self._passing_time.now()

    @property
    def clock(self) -> Clock:
        """The clock of the app, to be moved; see the fixture ``azfunc_clock``."""
        return Clock(self._passing_time)

    @property
    def due(self) -> Sequence[Due]:
        """What comes next, in the order in which it will run: each a ``Due(at, function, reason)``."""
        return self._passing_time.due

    @property
    def waiting(self) -> Sequence[Due]:
        """What :meth:`drain` would run now, as far as the host has noticed it."""
        now = self.now
        return [due for due in self._passing_time.agenda.due if due.at <= now]

    def advance(
        self,
        *,
        days: float = 0,
        hours: float = 0,
        minutes: float = 0,
        seconds: float = 0,
        max_runs: int = MAX_RUNS,
    ) -> list[Invocation]:
        """Let that much time pass, and run what comes due meanwhile; see :meth:`Clock.advance`."""
        clock = Clock(self._passing_time, "azfunc_host")
        return clock.advance(days=days, hours=hours, minutes=minutes, seconds=seconds, max_runs=max_runs)

    def start(self) -> list[Invocation]:
        """Do what a host does when it comes up: warmup, timers that are past due, those with ``runOnStartup``.

        No fixture does it by itself: a test begins with a host that came up before.

        :returns: what ran, in order.
        :raises Exception: what a function raises.
        """
        return self._passing_time.start()

    def stop(self) -> None:
        """Stop the timers and deliver nothing, until :meth:`start`. A timer that is due meanwhile is past due then.

        What waits for a retry is tried no more: its message is where a failure leaves it, and the failure is to be
        claimed.
        """
        self._passing_time.stop()
