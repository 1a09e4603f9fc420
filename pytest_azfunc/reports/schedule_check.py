"""What a timer's schedule means other than it seems, and where in Azure it would not work: for ``--azfunc-check``."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from datetime import timezone

from pytest_azfunc.errors import ScheduleWarning
from pytest_azfunc.host.bound_function import BoundFunction
from pytest_azfunc.project.schedule_advice import surprises
from pytest_azfunc.project.time_zones import TIME_ZONE_SETTING

__tracebackhide__ = True


def warn_of_schedule(bound: BoundFunction) -> None:
    """Warn of what is odd about the schedule of a timer function; others have none.

    :raises ProjectError: the host would not start the function, or an app setting names no time zone.
    """
    trigger = bound.trigger
    if trigger.kind != "timertrigger":
        return
    place = trigger.location
    file, line = (place.file, place.line) if place else ("function.json", None)
    for surprise in _surprises(bound):
        text = f"{bound.function.name}.{trigger.name}: the schedule {trigger.properties.get('schedule')!r}: {surprise}."
        warnings.warn_explicit(text, ScheduleWarning, file, line or 1)


def _surprises(bound: BoundFunction) -> Iterator[str]:
    schedule = bound.listener
    if schedule is None:
        return
    if schedule.text == bound.trigger.properties.get("schedule"):  # the value of an app setting is shown nowhere
        yield from surprises(schedule)
    if bound.time_zone is not timezone.utc:
        yield f"{TIME_ZONE_SETTING} does not work on Linux Consumption and Flex Consumption plans, which go by UTC"
