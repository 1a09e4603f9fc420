"""When a timer function is due: ``project.functions[...].schedule``."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone, tzinfo
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import freezegun
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pytest_azfunc import BindingError, Project, ProjectError
from pytest_azfunc.errors import AzfuncError
from pytest_azfunc.project.function_schedule import FunctionSchedule
from tests.function_app import FunctionApp, queue_trigger, timer_trigger

SUBJECT = {"function": "Nightly", "binding": "timer", "location": None}


def schedule(text: str, folder: Path | None = None) -> FunctionSchedule:
    return FunctionSchedule(text, str(folder or "/nowhere"), SUBJECT)


def utc(*parts: int) -> datetime:
    return datetime(*parts, tzinfo=timezone.utc)  # type: ignore[misc, arg-type]


def refused(call: Any, *arguments: Any, **named: Any) -> list[str]:
    with pytest.raises(AzfuncError) as caught:
        call(*arguments, **named)
    return str(caught.value).splitlines()


def test_of_a_project(tmp_path: Path) -> None:
    app = FunctionApp(tmp_path)
    app.function("Nightly", "def main(timer): pass", timer_trigger())
    app.function("Queue", "def main(msg): pass", queue_trigger())
    functions = Project.load(tmp_path).functions
    found = functions["nightly"].schedule
    assert found is not None
    assert found.next(after="2026-03-01T02:30:00Z") == [utc(2026, 3, 2, 2, 30)]
    assert found.declared == "0 30 2 * * *"
    assert repr(found) == "<schedule of Nightly: '0 30 2 * * *'>"
    assert functions["Queue"].schedule is None


def test_the_next_ones() -> None:
    nightly = schedule("0 30 2 * * *")
    assert nightly.next(3, after="2026-03-01T04:29:59+02:00") == [utc(2026, 3, day, 2, 30) for day in (1, 2, 3)]
    assert nightly.next(0) == []
    with freezegun.freeze_time("2031-01-01T12:00:00Z"):
        found = nightly.next()
    assert (found, type(found[0]), found[0].tzinfo) == ([utc(2031, 1, 2, 2, 30)], datetime, timezone.utc)


def test_between_has_its_beginning_and_not_its_end() -> None:
    hourly = schedule("0 0 * * * *")
    assert hourly.between("2026-03-01T02:00:00Z", utc(2026, 3, 1, 4)) == [utc(2026, 3, 1, 2), utc(2026, 3, 1, 3)]
    assert hourly.between("2026-03-01T02:00:00.5Z", "2026-03-01T03:00:00.000001Z") == [utc(2026, 3, 1, 3)]
    assert hourly.between("2026-03-01T02:00:00Z", "2026-03-01T02:00:00Z") == []


def test_a_schedule_that_never_comes() -> None:
    never = schedule("0 0 0 30 2 *")
    assert never.next(5) == []
    assert never.between("2026-01-01T00:00:00Z", "2090-01-01T00:00:00Z") == []


def test_at_the_ends_of_the_calendar() -> None:
    daily = schedule("0 0 0 * * *")
    assert daily.next(3, after="9999-12-29T12:00:00Z") == [utc(9999, 12, 30), utc(9999, 12, 31)]
    assert daily.next(3, after="9999-12-29T12:00:00Z", tz="Pacific/Honolulu") == [
        utc(9999, 12, 30, 10),
        utc(9999, 12, 31, 10),
    ]
    assert daily.between("0001-01-01T00:00:00Z", "0001-01-03T00:00:00Z")[-1] == utc(1, 1, 2)
    assert daily.next(1, after="0001-01-01T00:00:00Z", tz="America/New_York") == []


@pytest.mark.parametrize("zone", ["Europe/Berlin", ZoneInfo("Europe/Berlin")])
def test_a_time_zone(zone: str | tzinfo) -> None:
    nightly = schedule("0 30 2 * * *")
    assert nightly.next(3, after="2026-03-27T12:00:00Z", tz=zone) == [
        utc(2026, 3, 28, 1, 30),
        utc(2026, 3, 29, 1, 30),  # 03:30, as there is no 02:30
        utc(2026, 3, 30, 0, 30),
    ]
    assert nightly.between("2026-10-25T00:30:00Z", "2026-10-26T00:00:00Z", tz=zone) == [utc(2026, 10, 25, 0, 30)]


def test_a_fixed_offset_is_a_time_zone() -> None:
    india = timezone(timedelta(hours=5, minutes=30))
    assert schedule("0 0 0 * * *").next(after="2026-03-01T00:00:00Z", tz=india) == [utc(2026, 3, 1, 18, 30)]


def test_the_time_zone_of_the_app(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    app = FunctionApp(tmp_path)
    app.write({"local.settings.json": {"Values": {"WEBSITE_TIME_ZONE": "Asia/Tokyo", "HOUR": "9"}}})
    app.function("Nightly", "def main(timer): pass", timer_trigger(schedule="0 0 %HOUR% * * *"))
    found = Project.load(tmp_path).functions["Nightly"].schedule
    assert found is not None
    assert found.next(after="2026-03-01T12:00:00Z") == [utc(2026, 3, 2)]
    assert found.next(after="2026-03-01T12:00:00Z", tz="UTC") == [utc(2026, 3, 2, 9)]
    monkeypatch.setenv("HOUR", "10")
    monkeypatch.setenv("WEBSITE_TIME_ZONE", "")
    assert found.next(after="2026-03-01T12:00:00Z") == [utc(2026, 3, 2, 10)]


def test_time_spans_count_from_the_beginning() -> None:
    spans = schedule("01:30:00")
    assert spans.next(2, after="2026-03-01T00:10:00Z") == [utc(2026, 3, 1, 1, 40), utc(2026, 3, 1, 3, 10)]
    assert spans.between("2026-03-01T00:00:00Z", "2026-03-01T03:00:00Z") == [utc(2026, 3, 1, 1, 30)]


# Bad input


def test_no_schedule() -> None:
    assert refused(schedule("0 0 0 * * 7").next) == [
        "Nightly.timer: The schedule expression '0 0 0 * * 7' was not recognized as a valid cron expression or timespan "
        "string: in the weekday field, '7' is not in 0 to 6 (0 is Sunday).",
        "  Azure:  the host puts the function in error and leaves it out; the others run.",
        "  remedy: write '0 0 0 * * 0'.",
        "  rule:   schedule-invalid",
    ]


def test_a_missing_setting() -> None:
    assert refused(schedule("0 %NO_SUCH_MINUTE% * * * *").next)[0] == (
        "Nightly.timer: the schedule '0 %NO_SUCH_MINUTE% * * * *' names an app setting that is not there."
    )


@pytest.mark.parametrize("text", ["00:00:00", "-00:05:00"])
def test_a_span_that_is_no_time(text: str) -> None:
    for call in (schedule(text).next, lambda: schedule(text).between("2026-01-01T00:00:00Z", "2026-01-02T00:00:00Z")):
        assert refused(call)[0] == (
            f"Nightly.timer: the schedule {text!r} is due again at once, for ever: its occurrences cannot be listed."
        )


@pytest.mark.parametrize(
    ("named", "problem"),
    [
        ({"n": -1}, "n is -1, but must be a whole number from 0."),
        ({"n": 1.5}, "n is 1.5, but must be a whole number from 0."),
        ({"n": True}, "n is True, but must be a whole number from 0."),
        (
            {"after": "2026-03-01T02:30:00"},
            "after is '2026-03-01T02:30:00', but must be a datetime with a time zone, or ISO text with an offset such as "
            "'2026-03-01T02:29:00Z'.",
        ),
        ({"tz": 2}, "tz is 2, but must be a tzinfo, or an IANA name such as 'Europe/Berlin'."),
        (
            {"tz": "Europe/Berln"},
            "tz is 'Europe/Berln', but must be a tzinfo, or an IANA name such as 'Europe/Berlin'. Did you mean "
            "'Europe/Berlin'?",
        ),
        (
            {"tz": "Eastern Standard Time"},
            "tz is 'Eastern Standard Time', but must be 'America/New_York', the IANA name for it.",
        ),
        ({"tz": "../../etc/passwd"}, "tz is '../../etc/passwd', but must be a tzinfo, or an IANA name such as"),
        ({"tz": ""}, "tz is '', but must be a tzinfo, or an IANA name such as 'Europe/Berlin'."),
    ],
)
def test_wrong_arguments(named: dict[str, Any], problem: str) -> None:
    with pytest.raises(BindingError) as caught:
        schedule("0 30 2 * * *").next(**named)
    assert caught.value.problem.startswith(f"schedule.next(): {problem}")


def test_the_wrong_way_round() -> None:
    assert refused(schedule("0 30 2 * * *").between, "2026-03-02T00:00:00Z", "2026-03-01T00:00:00Z")[0] == (
        "schedule.between(): b is '2026-03-01T00:00:00Z', but must be a moment that is not before a."
    )


def test_a_broken_settings_file(tmp_path: Path) -> None:
    FunctionApp(tmp_path).write({"local.settings.json": "{"})
    with pytest.raises(ProjectError):
        schedule("0 %MINUTE% * * * *", tmp_path).next()


# Any schedule

FIELDS = st.tuples(
    st.sampled_from(["0", "30", "*/20", "15,45"]),
    st.sampled_from(["0", "*/7", "30-40", "59"]),
    st.sampled_from(["*", "2", "1-3", "23"]),
    st.sampled_from(["*", "1", "25-31"]),
    st.sampled_from(["*", "3", "10"]),
    st.sampled_from(["*", "0", "Mon-Fri"]),
).map(" ".join)
ZONES = st.sampled_from(["UTC", "Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Asia/Kolkata"])
MOMENTS = st.datetimes(datetime(2026, 1, 1), datetime(2028, 1, 1), timezones=st.just(timezone.utc))


@given(FIELDS, ZONES, MOMENTS, st.timedeltas(timedelta(), timedelta(days=2)))
def test_between_lists_what_comes_next(text: str, zone: str, begin: datetime, span: timedelta) -> None:
    timer = schedule(text)
    found = timer.between(begin, begin + span, tz=zone)
    assert found == sorted(set(found))
    assert all(begin <= moment < begin + span for moment in found)
    assert found == [m for m in timer.next(len(found) + 1, after=begin, tz=zone) if m < begin + span] or begin in found
    assert timer.between(begin, begin + span, tz=zone) == found


@given(FIELDS, MOMENTS, st.timedeltas(timedelta(), timedelta(days=40)))
def test_counting_is_listing(text: str, begin: datetime, span: timedelta) -> None:
    from pytest_azfunc.project.schedules import parse

    listed = [
        m for m in schedule(text).between(begin, begin + span + timedelta(seconds=1)) if begin < m <= begin + span
    ]
    assert parse(text).count(begin, begin + span) == len(listed)
