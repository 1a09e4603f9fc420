"""How time passes for a host: from one due moment to the next, the clock standing at each."""

from __future__ import annotations

import math
import random
from collections.abc import Callable
from datetime import datetime, timedelta
from functools import cached_property
from typing import TYPE_CHECKING, Protocol

from pytest_azfunc.clock import HostTime, as_moment
from pytest_azfunc.errors import EXPECTED_MOMENT, BindingError
from pytest_azfunc.host.agenda import Agenda, Due, Entry, shown_moment
from pytest_azfunc.host.behaviour import Behaviour
from pytest_azfunc.host.bindings.builder_arguments import wrong_value
from pytest_azfunc.host.failures import Failure, Failures
from pytest_azfunc.host.invocation import Invocation
from pytest_azfunc.host.runs import Runs
from pytest_azfunc.host.script_host import ScriptHost
from pytest_azfunc.process.event_loops import is_loop_running

if TYPE_CHECKING:
    from pytest_azfunc.host.timers import Timers

__tracebackhide__ = True

MAX_RUNS = 10_000
"""So many runs may come due in one go, unless a test asks for more."""

# So much goes by on the machine's clock, and no time has passed for those who start one another.
_A_MOMENT = timedelta(seconds=1)


class Watcher(Protocol):
    """Something that notes on the agenda what is due, beside the timers."""

    def look(self) -> None:
        """Somebody asks what is due."""

    def shift(self, by: timedelta) -> None:
        """Time was set anew, and nothing of it has passed."""

    def stop(self) -> None:
        """The host stops."""

    def start(self) -> None:
        """The host comes up again."""


class PassingTime:
    """Time, and what comes due in it, for one host.

    As long as nobody moves or freezes time, it goes on by the machine's clock and no timer runs: which of them are due
    while a test runs would be chance. Nothing is done before somebody asks for it.

    :param host: runs the functions.
    :param time: the host's time.
    :param behaviour: whether the host is open, and whether what a function raises reaches the test.
    :param is_disabled: whether an app setting disables a function.
    :param failures: takes what functions raise, unless it is raised.
    """

    def __init__(
        self,
        host: ScriptHost,
        time: HostTime,
        behaviour: Behaviour,
        is_disabled: Callable[[str], bool],
        failures: Failures,
    ) -> None:
        self.agenda = Agenda()
        self._host = host
        self._time = time
        self._is_disabled = is_disabled
        self._failures = failures
        self._behaviour = behaviour
        self._opened_at: datetime | None = None  # where time stood by then
        self._latest: datetime | None = None  # when somebody has last asked
        self._stood = False  # whether time stood by then
        self._is_stopped = False
        self._was_set = False
        self._returning: list[Runs] = []
        self._shuffle: random.Random | None = None
        self.watchers: list[Watcher] = []

    @cached_property
    def _timers(self) -> Timers:
        """The timers of the app, which few tests let come due."""
        from pytest_azfunc.host.timers import Timers

        return Timers(self.agenda, self._host, self._is_disabled, self.report)

    def open(self) -> None:
        """The host is open: from now on it listens, if time stands."""
        if self._time.stands:
            self._opened_at = self._time.now()

    def now(self) -> datetime:
        """The present moment, in UTC."""
        return self._time.now()

    @property
    def is_stopped(self) -> bool:
        """Whether the host is stopped, and nothing comes due."""
        return self._is_stopped

    # --- what is due

    @property
    def due(self) -> list[Due]:
        """What comes next, in the order in which it will run."""
        self._look()
        return self.agenda.due

    def drain(self, shuffle: random.Random | None = None) -> list[Invocation]:
        """Run what is due now, and what comes due by that, until nothing is; time does not move.

        :param shuffle: chooses what comes next; None for what is due first.
        :returns: the invocations, in order.
        """
        if shuffle is not None:
            outer, self._shuffle = self._shuffle, shuffle
            try:
                return self.drain()
            finally:
                self._shuffle = outer
        if self._time.stands:
            return self._run_until(self._look(), Runs())
        self._behaviour.settings()  # raises when the host is closed
        for watcher in self.watchers if not self._is_stopped else ():
            watcher.look()
        self._timers.pause()  # the machine's clock goes on, and might come to a timer just now
        runs = Runs()
        while (entry := self.agenda.next()) is not None and entry.at <= (now := self._time.now()):
            self._run_until(now, runs)
        return runs

    def advance(self, call: str, by: timedelta, max_runs: int = MAX_RUNS) -> list[Invocation]:
        """Let time pass.

        :param call: what the test has written, for errors.
        :returns: the invocations that came due, in order.
        """
        now = self._look()
        try:
            to = now + by
        except OverflowError:
            raise wrong_value(call, "the span", by, "one that ends before the year 10000") from None
        return self._pass_to(call, now, to, max_runs)

    def move_to(self, call: str, moment: datetime | str, max_runs: int = MAX_RUNS) -> list[Invocation]:
        """Let it be *moment*: the first time it is only set, later on time passes until then."""
        to = as_moment(moment)
        if to is None:
            raise wrong_value(call, "the moment", moment, EXPECTED_MOMENT)
        if self._was_set:
            return self._pass_to(call, self._look(), to, max_runs)
        self._behaviour.settings()  # raises when the host is closed
        now = self._time.now()
        self._was_set = True
        self._time.set(to)
        self._timers.forget()
        self.agenda.shift(to - now)
        for watcher in self.watchers:
            watcher.shift(to - now)
        self._latest = None
        self._opened_at = to
        self._look()
        return []

    def _look(self) -> datetime:
        """The present moment, with all timers listened to."""
        self._behaviour.settings()  # raises when the host is closed
        now, latest, stands = self._time.now(), self._latest, self._time.stands
        if self._is_stopped:
            return now
        for watcher in self.watchers:
            watcher.look()
        if latest is None:
            start = self._opened_at
            self._timers.listen(now if start is None or start > now else start)
        elif now < latest:  # somebody has set it back
            self._timers.forget()
            self._timers.listen(now)
        elif not (stands and self._stood):  # the machine's clock went on, at least for a while
            self._timers.pause()
            self._timers.listen(now, is_chance=True)
        else:
            self._timers.listen(now)
        self._latest, self._stood = now, stands
        return now

    def _pass_to(self, call: str, now: datetime, to: datetime, max_runs: int) -> list[Invocation]:
        if isinstance(max_runs, bool) or not isinstance(max_runs, int) or max_runs < 1:
            raise wrong_value(call, "max_runs", max_runs, "a whole number from 1")
        if to < now:
            raise BindingError("clock-backwards", call=f"{call}()", now=shown_moment(now), to=shown_moment(to))
        if not self._is_stopped:
            self._check_count(call, now, to, max_runs)
        self._time.set(now)
        self._stood = True
        runs = self._run_until(to, Runs(), call, max_runs)
        if self._time.now() < to:
            self._time.set(to)
        self._latest = self._time.now()
        return runs

    def _check_count(self, call: str, now: datetime, to: datetime, max_runs: int) -> None:
        """Refuse to begin what would take too long."""
        missed = self._timers.count(now, to)
        if missed.total > max_runs:
            raise BindingError(
                "runs-too-many",
                call=f"{call}()",
                to=shown_moment(to),
                count=missed.total,
                limit=max_runs,
                functions=", ".join(missed.functions),
            )

    def _run_until(self, until: datetime, runs: Runs, call: str = "", max_runs: float = math.inf) -> Runs:
        """Run what is due by then, the clock standing at the moment of each, or later where it has gone on.

        :param runs: takes the invocations.
        """
        self._returning.append(runs)
        agenda, time = self.agenda, self._time
        try:
            while (entry := self._next(until)) is not None and entry.at <= until:
                now = time.now()
                if len(runs) >= max_runs:
                    names = ", ".join(dict.fromkeys(due.function for due in agenda.due if due.at <= until))
                    raise BindingError(
                        "runs-without-end", call=f"{call}()", limit=max_runs, now=shown_moment(now), functions=names
                    )
                if entry.at > now:
                    now = entry.at
                    time.set(now)
                invocation = self._run(entry, now)
                if invocation is not None:
                    for returned in self._returning:  # a function may itself let time pass
                        returned.append(invocation)
        finally:
            self._returning.pop()
        return runs

    def _next(self, until: datetime) -> Entry | None:
        return self.agenda.next() if self._shuffle is None else self.agenda.any_of(until, self._shuffle)

    def _run(self, entry: Entry, now: datetime) -> Invocation | None:
        """Run what is due. Inside a running event loop, on which no function could be waited for, a thread does it."""
        if not self._time.stands:
            now += _A_MOMENT
        if not is_loop_running():
            return self.agenda.run(entry, now)
        from pytest_azfunc.process.waiting_thread import on_a_thread

        return on_a_thread(lambda: self.agenda.run(entry, now))

    def report(self, invocation: Invocation, how: str) -> None:
        """Tell what a function has raised where nobody waits for it; see :meth:`report_error`."""
        assert invocation.exception is not None
        self.report_error(invocation.function, invocation.exception, how, "failure-unclaimed-due")

    def report_error(self, function: str, error: BaseException, how: str, rule: str) -> None:
        """Tell of a run that has failed, and for which nobody waits, unless a test has asked for that.

        :param function: the function's name.
        :param how: how it came to run.
        :param rule: what an error says of it, if nobody claims it.
        :raises BaseException: what it has failed with, unless the host is to behave as in Azure.
        """
        if self._behaviour.raise_exceptions and not self._host.was_asked_for(error):
            raise error
        self.note(function, error, how, rule)

    def note(self, function: str, error: BaseException, how: str, rule: str) -> None:
        """Note that a run has failed: a test has to claim it, unless it has asked for that."""
        if not self._host.was_asked_for(error):
            self._failures.add(Failure(function, error, how, rule=rule))

    # --- the host's ups and downs

    def start(self) -> list[Invocation]:
        """What a host does when it comes up: warmup functions, timers that are past due, and those on startup.

        :returns: the invocations, in order.
        """
        self._behaviour.settings()  # raises when the host is closed
        now = self._time.now()
        self._is_stopped = False
        for watcher in self.watchers:
            watcher.start()
        entries = [self.agenda.put(now, *warmup, reason="warmup") for warmup in self._warmups()]
        entries += self._timers.come_up(now)
        self._latest, self._stood = now, self._time.stands
        runs: list[Invocation] = []
        for entry in entries:
            invocation = self._run(entry, now)
            if invocation is not None:
                runs.append(invocation)
        return runs

    def _warmups(self) -> list[tuple[str, Callable[[], Invocation]]]:
        def work(name: str) -> Callable[[], Invocation]:
            def run() -> Invocation:
                invocation = self._host.run(self._host.project.functions[name])
                if invocation.exception is not None:
                    self.report(invocation, "warmup")
                return invocation

            return run

        functions = self._host.project.functions.values()
        names = [found.name for found in functions if found.trigger.kind == "warmuptrigger"]
        return [(name, work(name)) for name in names if not self._is_disabled(name)]

    def stop(self) -> None:
        """Stop the timers: what is due from now on is past due when the host starts again."""
        self._look()
        self._timers.stop()
        for watcher in self.watchers:
            watcher.stop()
        self._is_stopped = True

    def close(self) -> None:
        """Let the time of the process be as it was."""
        self._time.close()
