"""Schedules of timer triggers: what a schedule text means and when it is due next.

The host understands two kinds of text: NCRONTAB expressions of five or six fields, and .NET time spans. It reads them
with NCrontab 3.3.3 and ``TimeSpan.TryParse`` and puts its own treatment of clock changes on top. All of that is
repeated here, surprises included, so that a schedule that is due at 03:30 under ``func start`` is due at 03:30 in a
test.

Everything in this module is a pure function of its arguments: no clock, no environment, no local time zone. No moment
is made anew, either, but each of the one that was given: what freezegun freezes stays out of it.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from dataclasses import dataclass
from datetime import MAXYEAR, datetime, timedelta, timezone, tzinfo

from pytest_azfunc.clock import real
from pytest_azfunc.project.ncrontab import read_expression
from pytest_azfunc.project.timespan import parse_timespan


class ScheduleError(ValueError):
    """A schedule text that the host refuses; ``str()`` gives the sentence the host reports.

    :ivar text: the schedule text as it was given.
    """

    def __init__(self, text: str) -> None:
        super().__init__(text)
        self.text = text

    def __str__(self) -> str:
        return (
            f"The schedule expression '{self.text}' was not recognized as a valid cron expression or timespan string."
        )


def parse(text: str) -> Schedule:
    """Read a schedule text in which every ``%NAME%`` is already resolved.

    :param text: a cron expression of five (minute first) or six (second first) fields, or a .NET time span.
    :returns: a ``CronSchedule`` or, if the text is no cron expression but a time span, a ``ConstantSchedule``.
    :raises ScheduleError: the text is neither.
    """
    cron = _parse_cron(text)
    if cron is not None:
        return cron
    interval = parse_timespan(text)
    if interval is None:
        raise ScheduleError(text)
    return ConstantSchedule(text, interval)


def _parse_cron(text: str) -> CronSchedule | None:
    expression = read_expression(text)
    if expression is None:
        return None
    allowed, written = expression.allowed, expression.written
    # webjobs-sdk-extensions, CronSchedule.cs (constructor) looks at the text written back, not at the one given: 1,2
    # has become 1-2 and counts as an interval, */6 hours has become 0,6,12,18 and doesn't.
    is_interval = any(mark in part for part in written[:-3] for mark in "*-/")
    # webjobs-sdk-extensions, CronSchedule.cs (HasSeconds): five parts, no seconds.
    seconds = allowed[0] if len(allowed) == 6 else (0,)
    return CronSchedule(text, " ".join(written), is_interval, seconds, *allowed[-5:])


# Schedules


@dataclass(frozen=True, slots=True)
class CronSchedule:
    """A schedule given as a cron expression.

    :ivar text: the expression as written.
    :ivar normalized: the expression as the host writes it back, in numbers only, with as many fields as ``text`` has.
    :ivar is_interval: whether the host takes it for "every so often" instead of "at this time of day". The two differ
        in the hour that is repeated when clocks go back: an interval runs in both, a point in time once.
    :ivar seconds: the values that the field allows, ascending; the same goes for ``minutes``, ``hours``, ``days``,
        ``months`` and ``weekdays``, where Sunday is 0.
    """

    text: str
    normalized: str
    is_interval: bool
    seconds: tuple[int, ...]
    minutes: tuple[int, ...]
    hours: tuple[int, ...]
    days: tuple[int, ...]
    months: tuple[int, ...]
    weekdays: tuple[int, ...]

    def __str__(self) -> str:
        return f"Cron: '{self.normalized}'"

    @property
    def adjust_for_dst(self) -> bool:
        """What the host sends to the worker as ``Schedule.AdjustForDST``."""
        return True

    @property
    def is_endless(self) -> bool:
        """Whether it is due again at once, for ever: a cron expression never is."""
        return False

    def next_after(self, moment: datetime) -> datetime | None:
        """Find the next time this schedule is due.

        :param moment: the base, with a time zone. Its fraction of a second does not count.
        :returns: the first due time strictly after ``moment``, in the time zone of ``moment``; None if there is none.
        :raises ValueError: ``moment`` has no time zone.
        """
        # webjobs-sdk-extensions, CronSchedule.cs (GetNextOccurrence): the wall clock decides, the offset comes after.
        moment = real(moment)
        if moment.tzinfo is timezone.utc:  # whose clock never changes
            return self.next_wall_clock(moment)
        now = _existing(moment)
        wall_clock = self.next_wall_clock(now.replace(tzinfo=None))
        if wall_clock is None:
            return None
        upcoming = _in_standard_time(wall_clock, now.tzinfo)
        if _is_repeated(now) or _is_repeated(upcoming):
            return self._adjusted_to_repeated_hour(now, upcoming)
        return upcoming

    def occurrences(self, moment: datetime, count: int) -> list[datetime]:
        """List the next ``count`` due times after ``moment``, each found from the one before; fewer if it ends."""
        return _occurrences(self, moment, count)

    def count(self, after: datetime, until: datetime) -> int:
        """How often this schedule is due later than *after* and not later than *until*, by their wall clocks.

        A clock that is changed in between is not seen.
        """
        per_day = len(self.hours) * len(self.minutes) * len(self.seconds)
        last = (until.year, until.month, until.day)
        total = -self._times_of_day(after) if self._allows(after) else 0
        day: datetime | None = after if self._allows(after) else self._day_after(after)
        while day is not None and (day.year, day.month, day.day) < last:
            total += per_day
            day = self._day_after(day)
        return total + (self._times_of_day(until) if self._allows(until) else 0)

    def _times_of_day(self, moment: datetime) -> int:
        """How often it is due on an allowed day until that time."""
        hours, minutes, seconds = self.hours, self.minutes, self.seconds
        total = bisect_left(hours, moment.hour) * len(minutes) * len(seconds)
        if moment.hour in hours:
            total += bisect_left(minutes, moment.minute) * len(seconds)
            if moment.minute in minutes:
                total += bisect_right(seconds, moment.second)
        return total

    def _adjusted_to_repeated_hour(self, now: datetime, upcoming: datetime) -> datetime | None:
        # webjobs-sdk-extensions, CronSchedule.cs (TryAdjustAmbiguousTime). The shift is meant to lead from the second
        # pass through the repeated hour to the first one, but upstream also applies it to an interval that is due long
        # after that hour, which then runs an hour off its schedule once.
        shift = _offset(upcoming) - _offset(now)
        if shift and (self.is_interval or _is_repeated(upcoming)):
            return _moved(upcoming, shift)
        if self.is_interval or not _is_repeated(upcoming):
            return upcoming
        return self._after_repeated_hour(upcoming)

    def _after_repeated_hour(self, upcoming: datetime) -> datetime | None:
        # A point in time that `now` and `upcoming` both see in standard time has had its run in the first pass.
        following: datetime | None = upcoming
        while following is not None and _is_repeated(following):
            wall_clock = self.next_wall_clock(following.replace(tzinfo=None))
            following = wall_clock and _in_standard_time(wall_clock, upcoming.tzinfo)
        return following

    def next_wall_clock(self, base: datetime) -> datetime | None:
        """The first time later than *base* that every field allows, whatever clocks do; its time zone is kept.

        :returns: None if there is none.
        """
        # NCrontab 3.3.3, CrontabSchedule.cs (TryGetNextOccurrence): one second is added to the truncated base. What is
        # found is made of the base, never anew: while freezegun freezes time, a new one would be of its kind.
        if self._allows(base):
            found = self._time_of_day_from(base.hour, base.minute, base.second + 1)
            if found is not None:
                return base.replace(hour=found[0], minute=found[1], second=found[2], microsecond=0)
        day = self._day_after(base)
        if day is None:
            return None
        return day.replace(hour=self.hours[0], minute=self.minutes[0], second=self.seconds[0], microsecond=0)

    def _time_of_day_from(self, hour: int, minute: int, second: int) -> tuple[int, int, int] | None:
        hours, minutes, seconds = self.hours, self.minutes, self.seconds
        at = bisect_left(hours, hour)
        if at < len(hours) and hours[at] == hour:
            place = bisect_left(minutes, minute)
            if place < len(minutes) and minutes[place] == minute:
                last = bisect_left(seconds, second)
                if last < len(seconds):
                    return hour, minute, seconds[last]
                place += 1
            if place < len(minutes):
                return hour, minutes[place], seconds[0]
            at += 1
        return (hours[at], minutes[0], seconds[0]) if at < len(hours) else None

    def _day_after(self, base: datetime) -> datetime | None:
        # The calendar repeats after 400 years, week days included, so what is not found by then never comes.
        for year in range(base.year, min(base.year + 400, MAXYEAR) + 1):
            for month in self.months:
                if (year, month) < (base.year, base.month):
                    continue
                is_this_month = (year, month) == (base.year, base.month)
                for number in self.days[bisect_right(self.days, base.day) if is_this_month else 0 :]:
                    try:
                        day = base.replace(year=year, month=month, day=number)
                    except ValueError:  # this month is too short for this and all later numbers
                        break
                    if day.isoweekday() % 7 in self.weekdays:
                        return day
        return None

    def _allows(self, day: datetime) -> bool:
        # Day and week day must both match, where Vixie cron asks for either.
        return day.day in self.days and day.month in self.months and day.isoweekday() % 7 in self.weekdays


@dataclass(frozen=True, slots=True)
class ConstantSchedule:
    """A schedule given as a time span: due that long after the last run started.

    :ivar text: the time span as written.
    :ivar interval: how long; may be zero or negative, which makes the host run the function again and again at once.
    """

    text: str
    interval: timedelta

    def __str__(self) -> str:
        return f"Constant: {self.normalized}"

    @property
    def normalized(self) -> str:
        """The span as .NET writes it: `[-][days.]hh:mm:ss[.fffffff]`."""
        size = abs(self.interval)
        minutes, seconds = divmod(size.seconds, 60)
        hours, minutes = divmod(minutes, 60)
        sign = "-" if self.interval < timedelta() else ""
        days = f"{size.days}." if size.days else ""
        fraction = f".{size.microseconds * 10:07}" if size.microseconds else ""
        return f"{sign}{days}{hours:02}:{minutes:02}:{seconds:02}{fraction}"

    @property
    def is_endless(self) -> bool:
        """Whether it is due again at once, for ever."""
        return self.interval <= timedelta()

    @property
    def is_interval(self) -> bool:
        """Always true: elapsed time counts, the clock on the wall doesn't."""
        return True

    @property
    def adjust_for_dst(self) -> bool:
        """What the host sends to the worker as ``Schedule.AdjustForDST``."""
        return False

    def next_after(self, moment: datetime) -> datetime | None:
        """Add the interval to a moment as elapsed time.

        :param moment: the start of the last run, with a time zone.
        :returns: the due time in the time zone of ``moment``, not later than ``moment`` if the interval is zero or
            negative; None if it lies beyond the year 9999.
        :raises ValueError: ``moment`` has no time zone.
        """
        _offset(moment)
        try:
            return _moved(real(moment), self.interval)
        except OverflowError:
            return None

    def occurrences(self, moment: datetime, count: int) -> list[datetime]:
        """List the next ``count`` due times after ``moment``, each found from the one before; fewer if it ends."""
        return _occurrences(self, moment, count)

    def count(self, after: datetime, until: datetime) -> int:
        """How often this schedule is due until *until*, if a run has started at *after*; the interval is positive."""
        return max((until - after) // self.interval, 0)


Schedule = CronSchedule | ConstantSchedule
"""What ``parse`` returns."""


def _occurrences(schedule: Schedule, moment: datetime, count: int) -> list[datetime]:
    found: list[datetime] = []
    while len(found) < count:
        following = schedule.next_after(found[-1] if found else moment)
        if following is None:
            break
        found.append(following)
    return found


# Time zones


def _offset(moment: datetime) -> timedelta:
    offset = moment.utcoffset()
    if offset is None:
        raise ValueError(f"A schedule is computed from a moment with a time zone, {moment} has none.")
    return offset


def _jump(moment: datetime) -> timedelta:
    """How far the clock goes forward in the hour of ``moment``: positive if skipped, negative if repeated."""
    return _offset(moment.replace(fold=1)) - _offset(moment.replace(fold=0))


def _is_repeated(moment: datetime) -> bool:
    return _jump(moment) < timedelta()


def _moved(moment: datetime, by: timedelta) -> datetime:
    """Add elapsed time; plain addition would add to the wall clock."""
    return (moment.astimezone(timezone.utc) + by).astimezone(moment.tzinfo)


def _existing(moment: datetime) -> datetime:
    """Replace a time that the clock skips by what it shows instead; any other time stays as it is."""
    return _moved(moment, timedelta()) if _jump(moment) > timedelta() else moment


def _in_standard_time(wall_clock: datetime, zone: tzinfo | None) -> datetime:
    # .NET's DateTimeOffset gives repeated and skipped times the standard offset: a repeated time is its second pass, a
    # skipped one comes out later on the clock by the size of the gap.
    first_pass = wall_clock.replace(tzinfo=zone, fold=0)
    return first_pass.replace(fold=1) if _is_repeated(first_pass) else _existing(first_pass)
