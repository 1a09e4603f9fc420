"""Timers: what the host remembers of each, and when it runs next.

Source: azure-webjobs-sdk-extensions, TimerListener.cs. A timer is wound up again only when its run has come to an end:
so its runs never overlap, and those that it misses meanwhile are one, which begins at once.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from typing import NamedTuple

from pytest_azfunc.errors import AzfuncError, ProjectError, ScheduleWarning
from pytest_azfunc.host.agenda import TIMER, Agenda, Entry, shown_moment
from pytest_azfunc.host.bindings.timer import DueRun, flag, no_schedule
from pytest_azfunc.host.bound_function import BoundFunction
from pytest_azfunc.host.invocation import Invocation
from pytest_azfunc.host.retries import Wait
from pytest_azfunc.host.schedules import HostSchedule, ScheduleStatus, monitor_is_kept, past_due, status_after
from pytest_azfunc.host.script_host import ScriptHost, Steps
from pytest_azfunc.project import Function
from pytest_azfunc.project.names import host_order

__tracebackhide__ = True

PAST_DUE = "past due"
"""Reason of the run of a timer that was due while the host was stopped."""
RETRY = "retry"
"""Reason of what a timer does after the wait before a retry."""
ON_STARTUP = "runOnStartup"
"""Reason of the run that a timer asks for when its host starts."""

Report = Callable[[Invocation, str], None]
"""Is told of every run that has failed, and how it came about."""


class _Listener:
    """One timer that the host listens to.

    :ivar status: what the function is told, whether or not it is stored.
    :ivar entry: its next run, on the agenda.
    """

    __slots__ = ("bound", "entry", "is_monitored", "schedule", "status")

    def __init__(self, bound: BoundFunction, schedule: HostSchedule, now: datetime) -> None:
        self.bound = bound
        self.schedule = schedule
        wanted = flag(bound.trigger, "useMonitor", True)
        self.is_monitored = wanted and monitor_is_kept(schedule.schedule, now.astimezone(schedule.zone))
        self.status = ScheduleStatus(None, schedule.next_after(now), None)
        self.entry: Entry | None = None


class _Run(NamedTuple):
    """A run of a timer that has begun."""

    listener: _Listener
    reason: str
    started: datetime
    at: datetime


class Missed(NamedTuple):
    """How often timers would run.

    :ivar total: all of them together.
    :ivar functions: the functions, the one that runs most often first.
    """

    total: int
    functions: tuple[str, ...]


class Timers:
    """The timers of one host.

    :param agenda: what they are noted on.
    :param host: runs the functions.
    :param is_disabled: whether an app setting disables a function.
    :param report: is told of every run that has failed.
    """

    def __init__(self, agenda: Agenda, host: ScriptHost, is_disabled: Callable[[str], bool], report: Report) -> None:
        self._agenda = agenda
        self._host = host
        self._is_disabled = is_disabled
        self._report = report
        self._listeners: dict[str, _Listener] = {}
        self._stored: dict[str, ScheduleStatus] = {}
        self._warned: set[str] = set()

    def listen(self, now: datetime, *, is_chance: bool = False) -> None:
        """Listen to all timers from now on. Those it listens to already go on.

        One whose schedule or time zone is another one than before, or that was disabled meanwhile, starts anew, as in
        Azure all do when a setting changes.

        :param is_chance: whether the machine's clock goes on: nothing is past due, then.
        :raises ProjectError: an app setting names a time zone that there is not.
        """
        wanted = dict(self._timers())
        for name, listener in list(self._listeners.items()):
            if wanted.get(name) == listener.schedule and listener.bound is self._bound(name):
                del wanted[name]
            else:
                self._drop(name)
        for name, schedule in wanted.items():
            listener, lateness = self._start(name, schedule, now)
            if not lateness:
                self._wait(listener)
            elif is_chance:
                listener.status = listener.status._replace(next=schedule.next_after(now))
                self._wait(listener)
            else:
                self._run_at_once(listener, PAST_DUE, now)

    def come_up(self, now: datetime) -> list[Entry]:
        """Listen to all timers, as a host that starts.

        :returns: the runs that it begins with: those past due, and those that ask for it.
        """
        self.stop()
        entries = []
        for name, schedule in self._timers():
            listener, lateness = self._start(name, schedule, now)
            if lateness:
                entries.append(self._run_at_once(listener, PAST_DUE, now))
            elif flag(listener.bound.trigger, "runOnStartup", False):
                entries.append(self._run_at_once(listener, ON_STARTUP, now))
            else:
                self._wait(listener)
        return entries

    def pause(self) -> None:
        """Listen no more to those that wait for their time; a run that waits for a retry goes on."""
        for name, listener in list(self._listeners.items()):
            if listener.entry is None or listener.entry.reason == TIMER:
                self._drop(name)

    def stop(self) -> None:
        """Listen no more. What is stored of them stays."""
        for name in list(self._listeners):
            self._drop(name)

    def forget(self) -> None:
        """Listen no more, and remember nothing: time was set anew."""
        self.stop()
        for name in self._stored.keys() & self._host.project.functions.keys():
            self._bound(name).remembered = None
        self._stored.clear()

    def count(self, after: datetime, until: datetime) -> Missed:
        """How often timers would run later than *after* and not later than *until*, each run taking no time."""
        counts = {}
        for name, listener in self._listeners.items():
            schedule, zone = listener.schedule
            following = listener.status.next
            if following is None or following > until or schedule.is_endless:
                continue
            base = after if schedule.adjust_for_dst else following
            found = schedule.count(base.astimezone(zone), until.astimezone(zone))
            counts[name] = found if schedule.adjust_for_dst else found + 1
        often = sorted(counts, key=lambda name: (-counts[name], host_order(name)))
        return Missed(sum(counts.values()), tuple(often))

    # --- one timer

    def _timers(self) -> Iterator[tuple[str, HostSchedule]]:
        """The timers that the host would listen to, by name, in the host's order."""
        project = self._host.project
        project.raise_failure()  # what hides all functions is worth more than that nothing runs
        for name, refused in project.refused.items():
            is_timer = any(binding.kind == "timertrigger" for binding in refused.bindings.values())
            if is_timer and not self._is_disabled(name):
                self._warn(name, project.errors[name])
        for function in sorted(project.functions.values(), key=lambda found: host_order(found.name)):
            if function.trigger.kind == "timertrigger" and not self._is_disabled(function.name):
                schedule = self._schedule(function)
                if schedule is not None:
                    yield function.name, schedule

    def _schedule(self, function: Function) -> HostSchedule | None:
        """Its schedule; None where the host would leave the function out, of which it warns once."""
        bound = self._host.bound(function)
        try:
            found = bound.listener
            if found is not None:
                return HostSchedule(found, bound.time_zone)
            raise no_schedule(bound)
        except ProjectError as error:
            if error.rule.startswith("time-zone"):
                raise
            self._warn(function.name, error)
            return None

    def _warn(self, name: str, error: AzfuncError) -> None:
        """Warn, once, of a timer that the host leaves out."""
        if name not in self._warned:
            self._warned.add(name)
            warnings.warn(str(error), ScheduleWarning, stacklevel=2)

    def _bound(self, name: str) -> BoundFunction:
        return self._host.bound(self._host.project.functions[name])

    def _start(self, name: str, schedule: HostSchedule, now: datetime) -> tuple[_Listener, timedelta]:
        """Listen to a timer.

        :returns: the listener, and by how much its run is past due; zero where it is not.
        """
        listener = self._listeners[name] = _Listener(self._bound(name), schedule, now)
        if not listener.is_monitored:
            return listener, timedelta()
        status = self._stored.get(name)
        lateness, stored = past_due(schedule, status, now)
        if stored is not None:
            self._stored[name] = stored
        listener.bound.remembered = self._stored[name]
        if status is not None:
            listener.status = stored or status
        return listener, lateness

    def _drop(self, name: str) -> None:
        listener = self._listeners.pop(name)
        if listener.entry is not None:
            self._agenda.cancel(listener.entry)

    def _wait(self, listener: _Listener) -> None:
        """Note its next run; one that is never due has none."""
        at, name = listener.status.next, listener.bound.function.name
        work = self._work(listener, TIMER)
        listener.entry = None if at is None else self._agenda.put(at, name, work, reason=TIMER)

    def _run_at_once(self, listener: _Listener, reason: str, now: datetime) -> Entry:
        work = self._work(listener, reason)
        listener.entry = entry = self._agenda.put(now, listener.bound.function.name, work, reason=reason)
        return entry

    def _work(self, listener: _Listener, reason: str) -> Callable[[], Invocation | None]:
        return lambda: self._run(listener, reason)

    def _run(self, listener: _Listener, reason: str) -> Invocation | None:
        function, due = listener.bound.function, listener.status.next
        started = self._host.now()
        status = listener.status if listener.is_monitored else None
        at = due if reason == TIMER and due is not None else started
        steps = self._host.begin(function, DueRun(listener.schedule, status, reason == PAST_DUE))
        return self._go_on(_Run(listener, reason, started, at), steps)

    def _go_on(self, run: _Run, steps: Steps) -> Invocation | None:
        """Run the function up to its end, or to where it waits before a retry: the whole is one run of the timer."""
        is_over = True
        try:
            found = self._host.proceed(steps)
            if isinstance(found, Wait):
                is_over = False
                at, name = self._host.now() + found.delay, run.listener.bound.function.name
                run.listener.entry = self._agenda.put(at, name, lambda: self._go_on(run, steps), reason=RETRY)
                return None
        finally:
            if is_over:
                self._note(run.listener, run.started, is_scheduled=run.reason == TIMER)
        if found.exception is not None:
            self._report(found, f"{run.reason}, {shown_moment(run.at)}")
        return found

    def _note(self, listener: _Listener, started: datetime, *, is_scheduled: bool) -> None:
        """A run has come to an end: note it, and wind the timer up again."""
        name = listener.bound.function.name
        listener.status = status_after(listener.schedule, listener.status, started, is_scheduled=is_scheduled)
        if listener.is_monitored:
            self._stored[name] = listener.bound.remembered = listener.status
        if self._listeners.get(name) is listener:  # or the host was stopped meanwhile
            self._wait(listener)
