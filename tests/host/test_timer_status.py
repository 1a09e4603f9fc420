"""What the host remembers of a timer: a table, and rules that hold for any schedule."""

from __future__ import annotations

import json
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pytest_azfunc.host.schedules import HostSchedule, ScheduleStatus, parse, past_due, status_after

TABLE: dict[str, Any] = json.loads(Path(__file__).with_name("timer_status.json").read_text(encoding="utf-8"))


def rows(kind: str) -> pytest.MarkDecorator:
    return pytest.mark.parametrize("row", [pytest.param(row, id=row["id"]) for row in TABLE[kind]])


def moment(text: str | None) -> datetime | None:
    if text is None:
        return None
    whole, _, fraction = text.partition(".")
    return datetime.fromisoformat(whole).replace(microsecond=int(fraction.ljust(6, "0") or 0), tzinfo=timezone.utc)


def status(row: list[str | None] | None) -> ScheduleStatus | None:
    return None if row is None else ScheduleStatus(*map(moment, row))


@rows("past_due")
def test_past_due(row: dict[str, Any]) -> None:
    now = moment(row["now"])
    assert now is not None

    late, stored = past_due(HostSchedule(parse(row["schedule"])), status(row["status"]), now)

    assert (late.total_seconds(), stored) == (row["late"], status(row["stored"]))


@rows("after_run")
def test_status_after_a_run(row: dict[str, Any]) -> None:
    before, started = status(row["before"]), moment(row["started"])
    assert before is not None
    assert started is not None

    found = status_after(HostSchedule(parse(row["schedule"])), before, started, is_scheduled=row["is_scheduled"])

    assert found == status(row["after"])


SCHEDULES = st.sampled_from(
    ["0 */5 * * * *", "0 30 2 * * *", "0 0 9 * * 1-5", "0 15,45 * * * *", "00:07:00", "1.00:00:00", "*/10 * * * * *"]
)
ZONES = st.sampled_from(["UTC", "Europe/Berlin", "America/New_York", "Australia/Lord_Howe"]).map(ZoneInfo)
MOMENTS = st.datetimes(datetime(2026, 1, 1), datetime(2027, 12, 31), timezones=st.just(timezone.utc))
SPANS = st.timedeltas(timedelta(), timedelta(days=3))


@given(SCHEDULES, ZONES, MOMENTS, SPANS)
def test_a_timer_is_past_due_when_it_was_due_meanwhile_and_only_then(
    text: str, zone: ZoneInfo, stopped: datetime, span: timedelta
) -> None:
    schedule = HostSchedule(parse(text), zone)
    _, stored = past_due(schedule, None, stopped)
    assert stored is not None
    assert stored.next is not None

    late, changed = past_due(schedule, stored, stopped + span)

    assert changed is None
    assert (late > timedelta()) == (stopped + span > stored.next)
    if late:  # once: what is stored after that run is not late
        after = status_after(schedule, stored, stopped + span, is_scheduled=False)
        assert past_due(schedule, after, stopped + span) == (timedelta(), None)


@given(SCHEDULES, ZONES, MOMENTS, SPANS)
def test_the_next_run_comes_after_the_one_before(text: str, zone: ZoneInfo, now: datetime, delay: timedelta) -> None:
    schedule = HostSchedule(parse(text), zone)
    before = ScheduleStatus(None, schedule.next_after(now), None)
    assert before.next is not None

    after = status_after(schedule, before, before.next + delay)

    assert after.last == before.next + delay == after.last_updated
    assert after.next is not None
    assert after.next > before.next + delay


def test_a_schedule_of_a_zone_gives_moments_in_utc() -> None:
    schedule = HostSchedule(parse("0 30 2 * * *"), ZoneInfo("Europe/Berlin"))
    found = schedule.next_after(datetime(2026, 3, 28, 12, tzinfo=timezone.utc))
    assert found == datetime(2026, 3, 29, 1, 30, tzinfo=timezone.utc)  # 03:30, as there is no 02:30 on this day
    assert found.tzinfo is timezone.utc


def test_beyond_the_calendar_there_is_nothing() -> None:
    schedule = HostSchedule(parse("0 0 0 * * *"), ZoneInfo("Pacific/Kiritimati"))
    assert schedule.next_after(datetime(9999, 12, 31, 23, tzinfo=timezone.utc)) is None
