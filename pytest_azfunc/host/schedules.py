"""What the host makes of a timer's schedule: whether it watches it, and what the status says after a run.

All of it are pure functions, time included. What a schedule's text means is told in ``project.schedules``.
"""

from __future__ import annotations

from datetime import datetime, timedelta, timezone, tzinfo
from typing import NamedTuple

from pytest_azfunc.project.schedules import ConstantSchedule, CronSchedule, Schedule, ScheduleError, parse

__all__ = [
    "ConstantSchedule",
    "CronSchedule",
    "HostSchedule",
    "Schedule",
    "ScheduleError",
    "ScheduleStatus",
    "monitor_is_kept",
    "parse",
    "past_due",
    "status_after",
]


class HostSchedule(NamedTuple):
    """A schedule in the time zone of its host; moments go in and come out in UTC.

    :ivar schedule: what the text means.
    :ivar zone: the host's time zone.
    """

    schedule: Schedule
    zone: tzinfo = timezone.utc

    def next_after(self, moment: datetime) -> datetime | None:
        """When it is due next, later than *moment*; None if never."""
        if self.zone is timezone.utc:
            return self.schedule.next_after(moment)
        try:
            found = self.schedule.next_after(moment.astimezone(self.zone))
            return None if found is None else found.astimezone(timezone.utc)
        except OverflowError:  # beyond the calendar
            return None


class ScheduleStatus(NamedTuple):
    """What the host remembers of a timer; None stands for "not set", and for a next time that never comes.

    :ivar last: when it ran, or was due if that was later; in UTC as the others.
    :ivar next: when it is due.
    :ivar last_updated: when this was noted.
    """

    last: datetime | None
    next: datetime | None
    last_updated: datetime | None


def past_due(
    schedule: HostSchedule, status: ScheduleStatus | None, now: datetime
) -> tuple[timedelta, ScheduleStatus | None]:
    """Tell whether a timer was due while its host was not running.

    :param status: what was stored of it; None when nothing was.
    :param now: the moment at which the host starts.
    :returns: by how much it is late, zero if it is not, and what to store now; None to leave that as it is.
    """
    # webjobs-sdk-extensions, ScheduleMonitor.cs (CheckPastDueAsync)
    if status is None:
        return timedelta(), ScheduleStatus(None, schedule.next_after(now), now)
    base = status.last or status.last_updated or now
    expected, stored = schedule.next_after(base), None
    if expected != status.next:  # the schedule is another one than before
        if expected is not None and now > expected:
            expected, base = schedule.next_after(now), now
        stored = ScheduleStatus(None, expected, base)
    return (now - expected if expected is not None and now > expected else timedelta()), stored


def status_after(
    schedule: HostSchedule, status: ScheduleStatus, started: datetime, *, is_scheduled: bool = True
) -> ScheduleStatus:
    """The status after a run, whatever came of it.

    :param status: the one before the run.
    :param started: when the run began.
    :param is_scheduled: whether it was its time; not so for a run that the start of the host has brought about.
    """
    # webjobs-sdk-extensions, TimerListener.cs (InvokeJobFunction): a timer that fires too early counts as on time.
    base = started
    if is_scheduled and status.next is not None and started < status.next:
        base = status.next
    return ScheduleStatus(base, schedule.next_after(base), base)


def monitor_is_kept(schedule: Schedule, now: datetime) -> bool:
    """Tell whether ``useMonitor`` stays on when the host starts with this schedule.

    The host turns it off for schedules that are due more than once a minute, to spare its storage. Its test depends on
    the instant: a schedule that is due at :00 and :30 keeps the monitor if the host starts exactly at :00 or :30.

    :param schedule: the function's schedule.
    :param now: the moment at which the host starts; only its wall clock counts.
    :returns: False if the host switches the monitor off, whatever the function asked for.
    """
    # webjobs-sdk-extensions, TimerSchedule.cs (Create, ShouldDisableScheduleMonitor)
    minute = timedelta(minutes=1)
    if isinstance(schedule, ConstantSchedule):
        return schedule.interval >= minute
    _, *others = schedule.normalized.split(" ")
    if any(field != "*" for field in others):
        return True
    start = now.replace(tzinfo=None)
    first = schedule.next_wall_clock(start)
    second = first and schedule.next_wall_clock(first)
    # Both ends are exclusive in NCrontab's GetNextOccurrences.
    return second is None or second - start >= minute
