"""Moments as ISO text."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

import pytest_azfunc as azfunc
from pytest_azfunc.host.moments import from_iso

UTC = timezone.utc


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2026-03-01T02:29:00Z", datetime(2026, 3, 1, 2, 29, tzinfo=UTC)),
        ("2026-03-01t02:29:00z", datetime(2026, 3, 1, 2, 29, tzinfo=UTC)),
        ("2026-03-01 02:29:00 +01:00", datetime(2026, 3, 1, 1, 29, tzinfo=UTC)),
        ("2026-03-01T02:29+0530", datetime(2026, 2, 28, 20, 59, tzinfo=UTC)),
        ("2026-03-01T02:29:00-08", datetime(2026, 3, 1, 10, 29, tzinfo=UTC)),
        ("2026-03-01T02:29:00.5Z", datetime(2026, 3, 1, 2, 29, 0, 500_000, tzinfo=UTC)),
        ("2026-03-01T02:29:00,1234567Z", datetime(2026, 3, 1, 2, 29, 0, 123_456, tzinfo=UTC)),
        (" 2026-03-01T02:29:00Z ", datetime(2026, 3, 1, 2, 29, tzinfo=UTC)),
    ],
)
def test_what_names_a_moment(text: str, moment: datetime) -> None:
    assert from_iso(text) == moment


@pytest.mark.parametrize(
    "text",
    [
        *("", "now", "2026-03-01", "2026-03-01T02:29:00", "2026-03-01Z", "02:29:00Z", "2026-13-01T02:29:00Z"),
        *("2026-02-29T02:29:00Z", "2026-03-01T24:29:00Z", "2026-03-01T02:29.5Z", "2026-03-01T02:29:00+24:00"),
        *("2026-03-01T02:29:00+01:60", "26-03-01T02:29:00Z", "2026-03-01T02:29:00Z+01:00", "\u0662026-03-01T02:29:00Z"),
        "1772332140",
    ],
)
def test_what_names_none(text: str) -> None:
    assert from_iso(text) is None


@given(
    st.datetimes(
        timezones=st.sampled_from([UTC, timezone(timedelta(hours=-9, minutes=-30)), timezone(timedelta(hours=14))])
    )
)
def test_what_python_writes_is_read(moment: datetime) -> None:
    assert from_iso(moment.isoformat()) == moment


@given(st.text())
def test_any_text_is_read_or_not(text: str) -> None:
    found = from_iso(text)
    assert found is None or found.tzinfo is not None


def test_a_builder_takes_it() -> None:
    assert azfunc.timer(now="2026-03-01T03:29:00+01:00") == azfunc.timer(now=datetime(2026, 3, 1, 2, 29, tzinfo=UTC))
