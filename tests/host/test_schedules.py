"""Schedules: a table of texts with what the host makes of them, and rules that hold for any text."""

from __future__ import annotations

import json
import pickle
from datetime import datetime, timedelta, timezone
from functools import cache
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import freezegun
import freezegun.api
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from pytest_azfunc.host.schedules import (
    ConstantSchedule,
    CronSchedule,
    ScheduleError,
    monitor_is_kept,
    parse,
)
from pytest_azfunc.project.timespan import parse_timespan

TABLE: dict[str, Any] = json.loads(Path(__file__).with_name("timer_schedules.json").read_text(encoding="utf-8"))
NOON = datetime(2026, 1, 1, 12, 0, 7, 250_000, tzinfo=timezone.utc)

# Zones whose clocks change by an hour, by half an hour, in the other half of the year, and not at all.
ZONES = ("America/Los_Angeles", "Europe/Berlin", "Europe/London", "Australia/Lord_Howe", "America/Santiago", "UTC")


def rows(kind: str) -> pytest.MarkDecorator:
    """Parametrize a test with the rows of the table that are of this kind."""
    return pytest.mark.parametrize("row", [pytest.param(row, id=row["id"]) for row in TABLE[kind]])


def moment(text: str, zone: str | None = None) -> datetime:
    """Read a time of the table; without a zone it is taken for UTC, whose clock never changes."""
    seconds, dot, rest = text.partition(".")
    if dot:  # fromisoformat of 3.10 wants all six digits
        digits = rest.split("+")[0].split("-")[0]
        text = f"{seconds}.{digits:0<6}{rest[len(digits) :]}"
    read = datetime.fromisoformat(text)
    return read.astimezone(ZoneInfo(zone)) if zone else read.replace(tzinfo=timezone.utc)


# The table


@rows("next")
def test_next_occurrences(row: dict[str, Any]) -> None:
    schedule = parse(row["schedule"])
    expected = [moment(text, row.get("tz")) for text in row["next"]]
    wanted = len(expected) + bool(row.get("exhausted"))
    found = schedule.occurrences(moment(row["after"], row.get("tz")), wanted)
    # As text, because the same wall clock time in the same zone is equal whichever pass it belongs to.
    assert [each.isoformat() for each in found] == [each.isoformat() for each in expected]


def test_next_occurrences_while_time_is_frozen() -> None:
    """freezegun's datetimes lose which pass of a repeated hour they are of; what comes out of them must not."""
    expected = [[moment(text, row.get("tz")).isoformat() for text in row["next"]] for row in TABLE["next"]]
    bases = [moment(row["after"], row.get("tz")) for row in TABLE["next"]]
    with freezegun.freeze_time("2026-10-25T00:30:00Z"):
        for row, base, wanted in zip(TABLE["next"], bases, expected, strict=True):
            fake = datetime(*base.timetuple()[:6], base.microsecond, base.tzinfo, fold=base.fold)
            for after in (base, fake):
                found = parse(row["schedule"]).occurrences(after, len(wanted))
                assert [each.isoformat() for each in found] == wanted, row
                assert {type(each) for each in found} <= {freezegun.api.real_datetime}


@rows("none_before")
def test_no_occurrence_before(row: dict[str, Any]) -> None:
    following = parse(row["schedule"]).next_after(moment(row["after"]))
    assert following is None or following >= moment(row["before"])


@rows("invalid")
def test_refused(row: dict[str, Any]) -> None:
    with pytest.raises(ScheduleError) as caught:
        parse(row["schedule"])
    assert caught.value.text == row["schedule"]
    assert str(caught.value) == (
        f"The schedule expression '{row['schedule']}' was not recognized as a valid cron expression or timespan string."
    )


@rows("timespan")
def test_timespan(row: dict[str, Any]) -> None:
    schedule = parse(row["schedule"])
    assert isinstance(schedule, ConstantSchedule)
    assert schedule.interval == parse_timespan(row["schedule"]) == timedelta(seconds=row["seconds"])
    assert schedule.text == row["schedule"]
    assert monitor_is_kept(schedule, NOON) == row.get("monitor", abs(row["seconds"]) >= 60)


@rows("normalized")
def test_normalized(row: dict[str, Any]) -> None:
    schedule = parse(row["schedule"])
    assert schedule.normalized == row["normalized"]
    assert str(schedule) == f"Cron: '{row['normalized']}'"
    assert schedule.text == row["schedule"]


@rows("interval")
def test_interval(row: dict[str, Any]) -> None:
    assert parse(row["schedule"]).is_interval is row["interval"]


@rows("monitor")
def test_monitor(row: dict[str, Any]) -> None:
    now = moment(row["now"]) if "now" in row else NOON
    assert monitor_is_kept(parse(row["schedule"]), now) is row["monitor"]


# Single facts


def test_only_cron_adjusts_for_clock_changes() -> None:
    assert parse("0 0 * * * *").adjust_for_dst is True
    assert parse("01:00:00").adjust_for_dst is False
    assert parse("01:00:00").is_interval is True


@pytest.mark.parametrize("text", ["0 0 * * * *", "01:00:00"])
def test_a_moment_needs_a_time_zone(text: str) -> None:
    with pytest.raises(ValueError, match="time zone"):
        parse(text).next_after(datetime(2026, 1, 1))


@pytest.mark.parametrize("text", ["0 30 2 * * *", "1.00:00:00"])
def test_the_result_is_in_the_zone_of_the_moment(text: str) -> None:
    zone = ZoneInfo("America/Los_Angeles")
    following = parse(text).next_after(datetime(2018, 3, 10, 20, tzinfo=zone))
    assert following is not None
    assert following.tzinfo is zone


def test_a_moment_that_the_clock_skips_is_what_the_clock_shows_instead() -> None:
    zone = ZoneInfo("America/Los_Angeles")
    following = parse("0 */15 * * * *").next_after(datetime(2018, 3, 11, 2, 20, tzinfo=zone))
    assert following == datetime(2018, 3, 11, 3, 30, tzinfo=zone)


@pytest.mark.parametrize("text", ["9" * 5000, "0 */" + "9" * 5000 + " * * * *", "00:00:00." + "9" * 5000])
def test_a_number_of_thousands_of_digits_is_refused(text: str) -> None:
    with pytest.raises(ScheduleError):
        parse(text)


def test_thousands_of_zeros_do_not_count() -> None:
    zeros = "0" * 5000
    assert parse(f"0 {zeros}5 * * * */{zeros}2").normalized == "0 5 * * * 0,2,4,6"
    assert parse_timespan(f"{zeros}5.00:00:00.{zeros}9") == timedelta(5)


def test_no_occurrences_are_asked_for() -> None:
    assert parse("* * * * * *").occurrences(NOON, 0) == []


@pytest.mark.parametrize(
    ("text", "span", "written"),
    [
        ("10675199.02:48:05.4775807", timedelta(10675199, 10085, 477580), "10675199.02:48:05.4775800"),
        ("-10675199.02:48:05.4775808", -timedelta(10675199, 10085, 477580), "-10675199.02:48:05.4775800"),
        ("5", timedelta(5), "5.00:00:00"),
        ("0:5", timedelta(minutes=5), "00:05:00"),
        ("-0:0:0.25", timedelta(microseconds=-250000), "-00:00:00.2500000"),
        ("-0", timedelta(), "00:00:00"),
    ],
)
def test_timespan_is_written_back(text: str, span: timedelta, written: str) -> None:
    schedule = parse(text)
    assert isinstance(schedule, ConstantSchedule)
    assert (schedule.interval, schedule.normalized, str(schedule)) == (span, written, f"Constant: {written}")


def test_an_error_keeps_its_text_when_it_is_copied() -> None:
    copy = pickle.loads(pickle.dumps(ScheduleError("never")))
    assert (copy.text, str(copy)) == ("never", str(ScheduleError("never")))


# Rules for any cron expression. The strategies below draw a text together with the set of values it stands for.

RANGES = ((0, 59), (0, 59), (0, 23), (1, 31), (1, 12), (0, 6))
MONTHS = (
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
)
WEEKDAYS = ("Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday")
NAMES = {4: MONTHS, 5: WEEKDAYS}

Values = tuple[str, frozenset[int]]


@st.composite
def spelled(draw: st.DrawFn, index: int) -> tuple[str, int]:
    """One value of a field, as a number with leading zeros or as a name of at least three letters."""
    value = draw(st.integers(*RANGES[index]))
    if index not in NAMES or draw(st.booleans()):
        return "0" * draw(st.integers(0, 2)) + str(value), value
    name = NAMES[index][value - RANGES[index][0]]
    name = name[: draw(st.integers(3, len(name)))]
    return draw(st.sampled_from([name, name.lower(), name.upper()])), value


@st.composite
def items(draw: st.DrawFn, index: int) -> Values:
    """One item of a field's list."""
    low, high = RANGES[index]
    form = draw(st.sampled_from(["value", "range", "star", "open"]))
    text, first = draw(spelled(index))
    last = first
    if form == "range":
        other, last = draw(spelled(index))
        text = f"{text}-{other}"
        first, last = min(first, last), max(first, last)
    elif form == "star":
        text, first, last = "*", low, high
    step = draw(st.integers(-1, 70)) if form == "open" or draw(st.booleans()) else None
    if step is None:
        return text, frozenset(range(first, last + 1))
    last = high if form in ("open", "value") else last
    return f"{text}/{step}", frozenset(range(first, last + 1, max(step, 1)))


@st.composite
def fields(draw: st.DrawFn, index: int) -> Values:
    """One field: a list of items."""
    drawn = draw(st.lists(items(index), min_size=1, max_size=3))
    return ",".join(text for text, _ in drawn), frozenset[int]().union(*(values for _, values in drawn))


@st.composite
def crons(draw: st.DrawFn) -> tuple[str, list[frozenset[int]]]:
    """An expression of five or six fields with the values of all six."""
    drawn = [draw(fields(index)) for index in range(6)]
    sets = [values for _, values in drawn]
    if draw(st.booleans()):
        drawn, sets[0] = drawn[1:], frozenset({0})
    return draw(st.sampled_from([" ", "  "])).join(text for text, _ in drawn), sets


def parts(when: datetime) -> tuple[int, ...]:
    """The values of a time in the order of the fields."""
    return when.second, when.minute, when.hour, when.day, when.month, when.isoweekday() % 7


def matches(when: datetime, sets: list[frozenset[int]]) -> bool:
    """Whether every field allows this time."""
    return all(value in values for value, values in zip(parts(when), sets, strict=True))


utc_moments = st.datetimes(datetime(1900, 1, 1), datetime(2200, 1, 1), timezones=st.just(timezone.utc))


@settings(deadline=None)
@given(crons(), utc_moments, st.data())
def test_next_is_the_first_later_time_that_matches_every_field(
    cron: tuple[str, list[frozenset[int]]], base: datetime, data: st.DataObject
) -> None:
    text, sets = cron
    following = parse(text).next_after(base)
    assume(following is not None)
    assert following is not None
    assert following > base.replace(microsecond=0)
    assert matches(following, sets)
    seconds = int((following - base.replace(microsecond=0)).total_seconds())
    earlier = following - timedelta(seconds=data.draw(st.integers(1, seconds)))
    assert earlier <= base or not matches(earlier, sets)


@settings(deadline=None)
@given(crons(), st.datetimes(datetime(2000, 1, 1), datetime(2100, 1, 1), timezones=st.just(timezone.utc)))
def test_any_time_is_found_from_the_second_before(cron: tuple[str, list[frozenset[int]]], when: datetime) -> None:
    # The expression is made to match by adding the time's own values to every field.
    when = when.replace(microsecond=0)
    text, _ = cron
    written = text.split()
    own = [str(value) for value in parts(when)][-len(written) :]
    text = " ".join(f"{field},{value}" for field, value in zip(written, own, strict=True))
    when = when if len(written) == 6 else when.replace(second=0)
    assert parse(text).next_after(when - timedelta(seconds=1)) == when


@settings(deadline=None)
@given(crons(), utc_moments)
def test_normalized_text_is_the_same_schedule(cron: tuple[str, list[frozenset[int]]], base: datetime) -> None:
    schedule = parse(cron[0])
    again = parse(schedule.normalized)
    assert isinstance(again, CronSchedule)
    assert again.normalized == schedule.normalized
    assert again.is_interval == schedule.is_interval
    assert again.occurrences(base, 3) == schedule.occurrences(base, 3)


@cache
def clock_changes(zone: str) -> tuple[datetime, ...]:
    """The hours of 2018 and 2026, in UTC, at which the zone's offset changes."""
    local = ZoneInfo(zone)
    starts = (datetime(2018, 1, 1, tzinfo=timezone.utc), datetime(2026, 1, 1, tzinfo=timezone.utc))
    hours = [start + timedelta(hours=n) for start in starts for n in range(8760)]
    offsets = [hour.astimezone(local).utcoffset() for hour in hours]
    return tuple(hour for hour, before, after in zip(hours[1:], offsets, offsets[1:], strict=False) if before != after)


@st.composite
def moments_near_clock_changes(draw: st.DrawFn) -> datetime:
    """A moment within four hours of a clock change, in the zone that has it."""
    zone = draw(st.sampled_from(ZONES[:-1]))
    change = draw(st.sampled_from(clock_changes(zone)))
    return (change + timedelta(seconds=draw(st.integers(-14400, 14400)))).astimezone(ZoneInfo(zone))


@settings(deadline=None)
@given(crons(), moments_near_clock_changes())
def test_next_is_later_and_exists_across_clock_changes(cron: tuple[str, list[frozenset[int]]], base: datetime) -> None:
    following = parse(cron[0]).next_after(base)
    assume(following is not None)
    assert following is not None
    instant = following.astimezone(timezone.utc)
    assert instant > base.astimezone(timezone.utc)
    assert instant.astimezone(base.tzinfo).isoformat() == following.isoformat()


@settings(deadline=None)
@given(
    st.sampled_from(["0 */7 * * * *", "0 15,45 2-3 * * *", "0 0 */5 * * 1-5", "0 30 22 1-9 * *", "0 59 23 * * Sun"]),
    st.sampled_from([*ZONES, "Asia/Kolkata", "Pacific/Chatham"]),
    st.datetimes(datetime(2026, 1, 1), datetime(2026, 12, 30), timezones=st.just(timezone.utc)),
)
def test_none_is_skipped_where_the_clock_goes_on(text: str, zone: str, start: datetime) -> None:
    """Against a walk over all minutes, as far as the clock of the zone does not change on the way."""
    schedule, local = parse(text), start.astimezone(ZoneInfo(zone))
    assert isinstance(schedule, CronSchedule)
    fields = (schedule.minutes, schedule.hours, schedule.days, schedule.months, schedule.weekdays)
    following = schedule.next_after(local)
    assert following is not None
    minute = start.replace(second=0, microsecond=0)
    for _ in range(4 * 1440):
        minute += timedelta(minutes=1)
        seen = minute.astimezone(local.tzinfo)
        if any((seen + timedelta(hours=n)).utcoffset() != local.utcoffset() for n in (-3, 0, 3)):
            return
        shown = (seen.minute, seen.hour, seen.day, seen.month, seen.isoweekday() % 7)
        if all(value in allowed for value, allowed in zip(shown, fields, strict=True)):
            assert following.astimezone(timezone.utc) == minute
            return
    assert following.astimezone(timezone.utc) > minute


@settings(deadline=None)
@given(crons(), moments_near_clock_changes())
def test_a_point_in_time_never_comes_twice(cron: tuple[str, list[frozenset[int]]], base: datetime) -> None:
    # Left out are the seconds and minutes, which would make an interval of nearly everything.
    _, _, hour, *others = cron[0].split()[-6:] if len(cron[0].split()) == 6 else ["0", *cron[0].split()]
    schedule = parse(" ".join(["0", "15,45", hour, *others]))
    assume(not schedule.is_interval)
    found = [each.replace(tzinfo=None) for each in schedule.occurrences(base, 6)]
    assert found == sorted(set(found))


@pytest.mark.parametrize("zone", ZONES[:-1])
@pytest.mark.parametrize("minutes", [1, 5, 10, 15, 30])
def test_an_interval_keeps_its_pace_across_clock_changes(zone: str, minutes: int) -> None:
    assert len(clock_changes(zone)) == 4
    for change in clock_changes(zone):
        start = (change - timedelta(hours=3)).astimezone(ZoneInfo(zone))
        found = parse(f"0 */{minutes} * * * *").occurrences(start, 360 // minutes)
        expected = [change - timedelta(hours=3) + timedelta(minutes=minutes * n) for n in range(1, len(found) + 1)]
        assert [each.astimezone(timezone.utc) for each in found] == expected


@pytest.mark.parametrize("zone", ZONES)
@pytest.mark.parametrize("hour", range(4))
def test_a_point_in_time_comes_once_a_day_across_clock_changes(zone: str, hour: int) -> None:
    start = datetime(2018, 1, 1, hour, 45, tzinfo=ZoneInfo(zone))
    found = parse(f"0 45 {hour} * * *").occurrences(start, 365)
    assert [each.date() for each in found] == [start.date() + timedelta(days=n) for n in range(1, 366)]


# Rules for any text


@settings(deadline=None, max_examples=500)
@given(st.one_of(st.text(), st.text("0123456789*,-/+ :.\t\0JanMonWeds?L#%"), st.text("0123459*/-, ", min_size=9)))
def test_any_text_is_a_schedule_or_a_schedule_error(text: str) -> None:
    try:
        schedule = parse(text)
    except ScheduleError as error:
        assert error.text == text
    else:
        assert schedule.text == text
        assert parse(schedule.normalized).normalized == schedule.normalized


@given(st.timedeltas(timedelta(days=-10_000_000), timedelta(days=10_000_000)))
def test_any_timespan_is_read_back(span: timedelta) -> None:
    assert parse_timespan(ConstantSchedule("", span).normalized) == span


@given(st.integers(0, 400), st.integers(0, 23), st.integers(0, 59), st.integers(0, 59), st.sampled_from("-+ "))
def test_timespan_of_all_parts(days: int, hours: int, minutes: int, seconds: int, sign: str) -> None:
    span = parse_timespan(f"{sign}{days}.{hours}:{minutes}:{seconds}")
    expected = timedelta(days, hours=hours, minutes=minutes, seconds=seconds)
    assert span == {"-": -expected, "+": None, " ": expected}[sign]
