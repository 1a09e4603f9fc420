"""Timer runs."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache
from typing import ClassVar

from pytest_azfunc.errors import ProjectError, shown_json
from pytest_azfunc.host.bindings.binding_type import BindingType, valueless
from pytest_azfunc.host.bindings.builder_arguments import utc, wrong_value
from pytest_azfunc.host.bindings.builder_calls import payload_builder
from pytest_azfunc.host.bindings.net_values import as_json, later, net_time
from pytest_azfunc.host.bindings.payload import Delivery, Occasion, Payload, Target
from pytest_azfunc.host.schedules import HostSchedule, Schedule, ScheduleError, ScheduleStatus, monitor_is_kept, parse
from pytest_azfunc.project import Binding
from pytest_azfunc.project.schedule_advice import refusal
from pytest_azfunc.rpc import TypedData

__tracebackhide__ = True

_NOT_SET = "0001-01-01T00:00:00+00:00"
_NEVER = "9999-12-31T23:59:59.9999999+00:00"
# How far to look back for the previous occurrence: the shortest span that holds one is enough.
_LOOK_BACK = tuple(timedelta(minutes=minutes) for minutes in (1, 60, 1440, 11520, 46080, 530000, 4300000))


@dataclass(frozen=True)
class TimerPayload(Payload):
    """One run of a timer; see :func:`timer`."""

    builder: ClassVar[str] = "timer"
    makes: ClassVar[str] = "a timerTrigger"
    trigger_types: ClassVar[frozenset[str] | None] = frozenset(("timertrigger",))

    now: datetime | None = None
    past_due: bool = False
    last: datetime | None = None

    def deliver(self, occasion: Occasion) -> Delivery:
        target = occasion.target
        zone = target.time_zone
        now = (self.now or occasion.at).astimezone(zone)
        schedule: Schedule | None = target.listener
        monitored = flag(occasion.trigger, "useMonitor", True)
        status = None
        if schedule is None or (monitored and monitor_is_kept(schedule, now)):
            status = self._status(schedule, now)
        return _delivery(now, schedule, status, self.past_due)

    def _status(self, schedule: Schedule | None, now: datetime) -> ScheduleStatus:
        """The status before this run: when the last one was, and for when this one was due."""
        if self.last is not None:
            due = schedule.next_after(self.last.astimezone(now.tzinfo)) if schedule else None
            last: datetime | None = self.last
        else:
            due = previous(schedule, later(now, timedelta(microseconds=1))) if schedule else now
            last = previous(schedule, due) if schedule and due else None
        return ScheduleStatus(last, due or now, last)


@dataclass(frozen=True)
class DueRun(Payload):
    """One run of a timer that the host itself has started.

    :ivar schedule: when it is due.
    :ivar status: what the host remembers of it; None where its monitor is off.
    :ivar past_due: whether the host was not running when it was due.
    """

    builder: ClassVar[str] = "timer"
    makes: ClassVar[str] = "a timerTrigger"
    trigger_types: ClassVar[frozenset[str] | None] = frozenset(("timertrigger",))

    schedule: HostSchedule
    status: ScheduleStatus | None
    past_due: bool = False

    def deliver(self, occasion: Occasion) -> Delivery:
        schedule, zone = self.schedule
        return _delivery(occasion.at.astimezone(zone), schedule, self.status, self.past_due)


def _delivery(now: datetime, schedule: Schedule | None, status: ScheduleStatus | None, past_due: bool) -> Delivery:
    """What the host sends.

    :param now: the moment of the run, in the host's time zone, in which all times are written.
    """
    value = {
        "Schedule": {"AdjustForDST": True if schedule is None else schedule.adjust_for_dst},
        "ScheduleStatus": status
        and {
            "Last": _written(status.last, now, _NOT_SET),
            "Next": _written(status.next, now, _NEVER),
            "LastUpdated": _written(status.last_updated, now, _NOT_SET),
        },
        "IsPastDue": past_due,
    }
    return Delivery(as_json(value), {"TimerTrigger": TypedData("string", now.strftime("%m/%d/%Y %H:%M:%S"))})


def _written(moment: datetime | None, now: datetime, otherwise: str) -> str:
    if moment is None:
        return otherwise
    zone = now.tzinfo
    return net_time(moment if moment.tzinfo is zone else moment.astimezone(zone))


def previous(schedule: Schedule, moment: datetime) -> datetime | None:
    """The latest occurrence before *moment*, or None when there is none in the last eight years."""
    for span in _LOOK_BACK:
        try:
            found = schedule.next_after(moment - span)
        except OverflowError:
            return None
        if found is not None and found < moment:
            while (later := schedule.next_after(found)) is not None and later < moment:
                found = later
            return found
    return None


# A test opens a host of its own, but its schedules are those of the test before.
_parse = lru_cache(maxsize=1024)(parse)


def flag(trigger: Binding, name: str, default: bool) -> bool:
    """A property that is true or false, as the host reads it: ``"true"`` and ``1`` are true as well.

    :raises ProjectError: it is something else; the host leaves the function out.
    """
    # azure-functions-host, ScriptBindingContext.cs (GetMetadataValue), which has Newtonsoft convert it.
    value = trigger.properties.get(name)
    if value is None:
        return default
    if isinstance(value, (bool, int, float)):
        return bool(value)
    if isinstance(value, str) and value.strip().lower() in ("true", "false"):
        return value.strip().lower() == "true"
    raise ProjectError(
        "timer-flag", binding=trigger.name, location=trigger.location, name=name, found=shown_json(value)
    )


def _listen(target: Target) -> Schedule | None:
    """The schedule of a timer function; None when there is none, or an app setting that gives none.

    :raises ProjectError: neither six fields nor a time span, or a flag that is none; the host leaves the function out.
    """
    for name in ("runOnStartup", "useMonitor"):
        try:
            flag(target.trigger, name, False)
        except ProjectError as error:
            error.function = target.function.name
            raise
    text = target.resolved("schedule")
    if text is None:
        return None
    try:
        return _parse(text)
    except ScheduleError as error:
        trigger = target.trigger
        if trigger.properties["schedule"] != text:
            return None  # the value of an app setting is shown nowhere
        name, place, words = target.function.name, trigger.location, refusal(error, text)
        raise ProjectError("schedule-invalid", function=name, binding=trigger.name, location=place, **words) from None


def no_schedule(target: Target) -> ProjectError:
    """Why a timer function has no schedule, where it listens to none."""
    trigger = target.trigger
    declared, text = trigger.properties.get("schedule"), target.resolved("schedule")
    name, place = target.function.name, trigger.location
    if text is not None and isinstance(declared, str):  # the value of an app setting is shown nowhere
        words = refusal(ScheduleError(text), declared)
        return ProjectError("schedule-invalid", function=name, binding=trigger.name, location=place, **words)
    rule = "schedule-setting" if isinstance(declared, str) else "schedule-missing"
    return ProjectError(rule, function=name, binding=trigger.name, location=place, schedule=declared)


def _by_hand(text: str | None, occasion: Occasion) -> Payload:
    """A run by hand: the text does not count, and the status is the one that is stored."""
    target = occasion.target
    if target.remembered is None:  # the host has not looked at its timers yet
        return TimerPayload()
    return DueRun(HostSchedule(target.listener, target.time_zone), target.remembered)


def _column(target: Target, now: datetime) -> str:
    """The schedule as declared, and when it is due next."""
    declared = target.trigger.properties.get("schedule")
    if not isinstance(declared, str):
        return "no schedule"
    text = target.resolved("schedule")
    if text is None:
        return f"{declared} (no such app setting)"
    try:
        due = HostSchedule(_parse(text), target.time_zone).next_after(now)
    except ProjectError:
        return declared  # no time zone; whoever asks for its time will be told
    except ScheduleError:
        hint = "" if text == declared else " (its value is not a valid schedule: the host would not start it)"
        return f"{declared}{hint}"
    return f"{declared}  next {due:%Y-%m-%d %H:%M:%S} UTC" if due else f"{declared}  never due"


@payload_builder
def timer(
    *, now: datetime | str | None = None, past_due: bool = False, last: datetime | str | None = None
) -> TimerPayload:
    """A run of a timer, for a function with a ``timerTrigger``.

    :param now: when it runs, as a datetime with a time zone or ISO text with an offset; the host's time when None.
    :param past_due: whether the host starts it late, because it was not running when it was due.
    :param last: when it ran before, alike; the occurrence before when None.
    :raises BindingError: no such time, or a flag that is no bool.

    ``ScheduleStatus`` follows from the function's schedule, as in Azure; it is null without a monitor.
    (https://learn.microsoft.com/azure/azure-functions/functions-bindings-timer)
    """
    if not isinstance(past_due, bool):
        raise wrong_value("timer", "past_due", past_due, "True or False")
    return TimerPayload(
        utc("timer", "now", now),
        past_due,
        utc("timer", "last", last),
    )


TYPES = (
    BindingType(
        "timerTrigger",
        builder="timer",
        payload=valueless(timer, "pass nothing, or timer(past_due=True)"),
        listen=_listen,
        expressions=("schedule",),
        by_hand=_by_hand,
        column=_column,
    ),
)
