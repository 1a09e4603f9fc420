"""What is said of a schedule that the host refuses, and of one that means other than it seems."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pytest_azfunc.project.schedule_advice import GENERIC, advice, surprises
from pytest_azfunc.project.schedules import ScheduleError, parse

REFUSED = [
    ("0 0 0 * * 7", "in the weekday field, '7' is not in 0 to 6 (0 is Sunday)", "0 0 0 * * 0"),
    ("0 0 0 * * 1-7", "in the weekday field, '7' is not in 0 to 6 (0 is Sunday)", "0 0 0 * * 1-6,0"),
    ("0 0 0 * * 1,7", "in the weekday field, '7' is not in 0 to 6 (0 is Sunday)", "0 0 0 * * 1,0"),
    ("0 60 * * * *", "in the minute field, '60' is not in 0 to 59", "0 59 * * * *"),
    ("0 0 24 * * *", "in the hour field, '24' is not in 0 to 23", "0 0 23 * * *"),
    ("0 0 0 0 * *", "in the day field, '0' is not in 1 to 31", "0 0 0 1 * *"),
    ("0 0 0 0/5 * *", "in the day field, '0' is not in 1 to 31", "0 0 0 1/5 * *"),
    ("60 * * * *", "in the minute field, '60' is not in 0 to 59", "59 * * * *"),
    ("0 0 0 * * Weds", "in the weekday field, 'Weds' is no day of the week", "0 0 0 * * Wed"),
    ("0 0 0 1 Januaryx *", "in the month field, 'Januaryx' is no month", "0 0 0 1 January *"),
    ("0 0 0 * * Mon,Wensday", "in the weekday field, 'Wensday' is no day of the week", "0 0 0 * * Mon,Wednesday"),
    ("0 0 9-5pm * * *", "in the hour field, '9-5pm' is no range", "0 0 9 * * *"),
    ("0 0 0 ? * *", "in the day field, '?' is not known", "0 0 0 * * *"),
    ("0 0 2 ? * MON", "in the day field, '?' is not known", "0 0 2 * * MON"),
    ("0 0 0 L * *", "in the day field, 'L', 'W' and '#' are not known", "0 0 0 * * *"),
    ("0 0 0 15W * *", "in the day field, 'L', 'W' and '#' are not known", "0 0 0 15 * *"),
    ("0 0 0 * * 5#2", "in the weekday field, 'L', 'W' and '#' are not known", "0 0 0 * * 5"),
    ("0 1,,2 * * * *", "in the minute field, an item of the list is empty", "0 1,2 * * * *"),
    ("0 */1.5 * * * *", "in the minute field, the step '1.5' is no whole number", "0 * * * * *"),
    ("5/2147483647 * * * * *", "in the second field, the step '2147483647' is too large", "5/59 * * * * *"),
    (
        "0 0 99999999999 * * *",
        "in the hour field, '99999999999' is not in 0 to 23 and more than an int holds",
        "0 0 23 * * *",
    ),
    ("0 0 -1 * * *", "in the hour field, '-1' has a sign", "0 0 1 * * *"),
    ("0 1-2-3 * * * *", "in the minute field, '1-2-3' is not valid", None),
    ("0\t30 2 * * *", "its fields must be separated by spaces, and nothing else", "0 30 2 * * *"),
    ("0 */5 * * * *\n", "its fields must be separated by spaces, and nothing else", "0 */5 * * * *"),
    ("0 0 0 1 1 * 2026", "it has seven fields, but there is none for a year", "0 0 0 1 1 *"),
    ("0 30 2", "it has 3 fields, but needs six (second minute hour day month weekday)", "0 30 2 * * *"),
    ("30", None, None),  # 30 days
    ("*/5", "it has one field, but needs six (second minute hour day month weekday)", "*/5 * * * * *"),
    ("1 2 3 4 5 6 7 8", "it has 8 fields, but needs six (second minute hour day month weekday)", None),
    ("every day", "it has 2 fields, but needs six (second minute hour day month weekday)", None),
    ("@daily", "there is no '@daily', nor any other word for a schedule", "0 0 0 * * *"),
    ("@reboot", "there is no '@reboot', nor any other word for a schedule", None),
    ("24:00", "of a time span, hours go to 23, minutes and seconds to 59", "1.00:00:00"),
    ("24:30:00", "of a time span, hours go to 23, minutes and seconds to 59", "1.00:30:00"),
    ("00:60:00", "of a time span, hours go to 23, minutes and seconds to 59", "01:00:00"),
    ("+01:00:00", "a time span has no '+'", "01:00:00"),
    ("PT5M", "a time span is written as hh:mm:ss", "00:05:00"),
    ("P1DT2H", "a time span is written as hh:mm:ss", "1.02:00:00"),
    ("5m", "a time span is written as hh:mm:ss", "00:05:00"),
    ("90min", "a time span is written as hh:mm:ss", "01:30:00"),
    ("1,00:00:00", "it is neither a time span (hh:mm:ss) nor six fields", None),
    ("", "it is empty", None),
    ("   ", "it is empty", None),
]


@pytest.mark.parametrize(("text", "reason", "nearest"), [row for row in REFUSED if row[1]])
def test_refused(text: str, reason: str, nearest: str | None) -> None:
    with pytest.raises(ScheduleError):
        parse(text)
    assert advice(text) == (reason, GENERIC if nearest is None else repr(nearest))


@given(st.text(alphabet="0123456789 ,-/*?LW#:.@mMonJanPTS\t", max_size=30))
def test_the_advice_is_a_valid_schedule(text: str) -> None:
    reason, nearest = advice(text)
    if nearest != GENERIC:
        parse(nearest[1:-1])
    assert "\n" not in reason


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("0 */5 * * * *", []),
        ("0 0 9 * * 1-5", []),
        ("0 0 0 1 * *", []),
        (
            "0 0 * * *",
            [
                "it has five fields, of which the first is the minute; hosts before 2026 refuse it on the Consumption "
                "plan: write '0 0 0 * * *'"
            ],
        ),
        ("0 0 0 * * Sat-Sun", ["in the weekday field, 'Sat-Sun' does not go round: it means 0-6; write '6,0'"]),
        ("0 0 0 * Nov-Feb *", ["in the month field, 'Nov-Feb' does not go round: it means 2-11; write '11-12,1-2'"]),
        ("0 0 22-2 * * *", ["in the hour field, '22-2' does not go round: it means 2-22; write '22-23,0-2'"]),
        (
            "0 0 0 13 * Fri",
            ["it is due only when the day of the month and the day of the week both fit, other than in Unix"],
        ),
        ("00:00:00", ["a time span of zero or less is due again at once, for ever"]),
    ],
)
def test_surprises(text: str, told: list[str]) -> None:
    assert list(surprises(parse(text))) == told


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("24:00:00", "it is a time span of 24 days: write '1.00:00:00' for hours"),
        ("48:00:00", "it is a time span of 48 days: write '2.00:00:00' for hours"),
        ("24:00:01", "it is a time span of 24 days and 0:01:00: write '1.00:00:01' for hours"),
        ("5", "it is a time span of 5 days: one number is days"),
        ("1", "it is a time span of one day: one number is days"),
        ("00:05:00", None),
        ("1.00:00:00", None),
    ],
)
def test_surprises_of_time_spans(text: str, told: str | None) -> None:
    plans = "time spans are refused on Consumption and Flex Consumption plans: write a cron expression"
    assert list(surprises(parse(text))) == [*([told] if told else []), plans]
