"""When a timer function is due, for people to look at and to assert: ``function.schedule``."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta, timezone, tzinfo
from typing import Any

from pytest_azfunc import clock
from pytest_azfunc.errors import EXPECTED_MOMENT, BindingError, ProjectError, shown
from pytest_azfunc.project.discovery import nearest_above
from pytest_azfunc.project.schedule_advice import refusal
from pytest_azfunc.project.schedules import Schedule, ScheduleError, parse
from pytest_azfunc.project.setting_names import with_settings
from pytest_azfunc.project.settings import FILE_NAME, read_settings_file
from pytest_azfunc.project.time_zones import as_time_zone, time_zone

__tracebackhide__ = True


class FunctionSchedule:
    """When a timer function is due. App settings in it have the values of the present moment.

    :ivar declared: the schedule as it is declared, with its ``%NAME%``.
    """

    def __init__(self, declared: str, folder: str, subject: Mapping[str, Any]) -> None:
        """Of one function.

        :param folder: that of the function.
        :param subject: what errors say it is about: function, binding, location.
        """
        self.declared = declared
        self._folder = folder
        self._subject = subject

    def next(
        self, n: int = 1, *, after: datetime | str | None = None, tz: str | tzinfo | None = None
    ) -> list[datetime]:
        """The next times it is due, in UTC; fewer, or none, where it is never due any more.

        :param n: how many.
        :param after: later than this: an aware datetime or ISO text with an offset; the present moment when None.
        :param tz: the time zone the schedule is read in, an IANA name or a tzinfo; that of the app setting
            ``WEBSITE_TIME_ZONE`` when None, and UTC without it.
        :raises BindingError: an argument is none of these.
        :raises ProjectError: the host would not start the function, or the schedule is due again at once, for ever.
        """
        if isinstance(n, bool) or not isinstance(n, int) or n < 0:
            raise _wrong("next", "n", n, "a whole number from 0")
        start = clock.now() if after is None else self._moment("next", "after", after)
        found = self._after(start, self._zone("next", tz))
        return [moment for _, moment in zip(range(n), found, strict=False)]

    def between(self, a: datetime | str, b: datetime | str, *, tz: str | tzinfo | None = None) -> list[datetime]:
        """The times it is due from *a* on and before *b*, in UTC. (A time span begins to count at *a*.)

        :param a: an aware datetime or ISO text with an offset.
        :param b: the same, and not earlier.
        :param tz: as in :meth:`next`.
        :raises BindingError: an argument is none of these.
        :raises ProjectError: as in :meth:`next`.
        """
        begin, end = self._moment("between", "a", a), self._moment("between", "b", b)
        if end < begin:
            raise _wrong("between", "b", b, "a moment that is not before a")
        schedule = self._schedule
        # A second before, as later than that is what is due at the very moment.
        start = begin - timedelta(seconds=1) if schedule.adjust_for_dst and begin.year > 1 else begin
        found = []
        for moment in self._after(start, self._zone("between", tz)):
            if moment >= end:
                break
            if moment >= begin:
                found.append(moment)
        return found

    def _after(self, start: datetime, zone: tzinfo) -> Iterator[datetime]:
        schedule = self._schedule
        if schedule.is_endless:
            raise self._error("schedule-endless", schedule=self.declared)
        try:
            following = schedule.next_after(start.astimezone(zone))
            while following is not None:
                yield following.astimezone(timezone.utc)
                following = schedule.next_after(following)
        except OverflowError:  # beyond the year 9999
            return

    @property
    def _schedule(self) -> Schedule:
        text = with_settings(self.declared, self._settings()) if "%" in self.declared else self.declared
        if text is None:
            raise self._error("schedule-setting", schedule=self.declared)
        try:
            return parse(text)
        except ScheduleError as error:
            raise self._error("schedule-invalid", **refusal(error, self.declared)) from None

    def _zone(self, call: str, tz: str | tzinfo | None) -> tzinfo:
        return time_zone(self._settings()) if tz is None else as_time_zone(f"schedule.{call}", tz)

    def _settings(self) -> Mapping[str, str]:
        """Those of an open host are in the environment, where they win; without one there is the file beside it."""
        path = os.path.join(nearest_above(self._folder) or self._folder, FILE_NAME)
        return {**(read_settings_file(path) if os.path.isfile(path) else {}), **os.environ}

    def _moment(self, call: str, name: str, value: datetime | str) -> datetime:
        moment = clock.as_moment(value)
        if moment is None:
            raise _wrong(call, name, value, EXPECTED_MOMENT)
        return moment

    def _error(self, rule: str, **details: object) -> ProjectError:
        return ProjectError(rule, **{**self._subject, **details})

    def __repr__(self) -> str:
        return f"<schedule of {self._subject['function']}: {self.declared!r}>"


def _wrong(call: str, name: str, value: object, expected: str) -> BindingError:
    return BindingError("payload-value", builder=f"schedule.{call}", name=name, found=shown(value), expected=expected)
