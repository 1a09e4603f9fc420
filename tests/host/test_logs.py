"""Log records for assertions, and the lines that host.json lets through."""

from __future__ import annotations

import logging
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pytest_azfunc.host.console import console_filter, minimum_level, user_category
from pytest_azfunc.host.log_capture import LogCapture


def record(level: int, name: str, message: str, *args: object) -> logging.LogRecord:
    return logging.LogRecord(name, level, "f.py", 1, message, args, None)


RECORDS = [
    record(logging.INFO, "root", "charged %s EUR", 7),
    record(logging.WARNING, "shop", "order %d seen twice", 3),
    record(logging.DEBUG, "shop.cart", "details"),
    record(logging.ERROR, "shopping", "two\nlines"),
]


def test_sequence() -> None:
    logs = LogCapture(RECORDS)
    assert len(logs) == 4
    assert logs[0] is RECORDS[0]
    assert logs[-1] is RECORDS[3]
    assert logs[1:3] == RECORDS[1:3]
    assert list(logs) == RECORDS == logs.records
    assert logs.records is not RECORDS
    assert logs.messages == ["charged 7 EUR", "order 3 seen twice", "details", "two\nlines"]
    assert logs.text.splitlines()[0] == "INFO     root: charged 7 EUR"
    assert RECORDS[1] in logs
    assert record(logging.INFO, "root", "other") not in logs
    assert bool(logs)
    assert not LogCapture()


@pytest.mark.parametrize("text", ["charged 7", "seen", "WARNING  shop: order", "two\nlines", ""])
def test_text_in_logs(text: str) -> None:
    assert text in LogCapture(RECORDS)


@pytest.mark.parametrize("text", ["charged 8", "%s", "Charged"])
def test_text_not_in_logs(text: str) -> None:
    assert text not in LogCapture(RECORDS)


@pytest.mark.parametrize("level", ["WARNING", "warning", logging.WARNING, "Warning"])
def test_at(level: int | str) -> None:
    assert LogCapture(RECORDS).at(level).records == [RECORDS[1]]


def test_at_an_unknown_level() -> None:
    with pytest.raises(ValueError, match="'loud' is no log level; logging knows DEBUG, INFO, WARNING, ERROR, CRITICAL"):
        LogCapture(RECORDS).at("loud")


def test_from_logger() -> None:
    logs = LogCapture(RECORDS)
    assert logs.from_logger("shop").records == RECORDS[1:3]
    assert logs.from_logger("root").records == RECORDS[:1]
    assert logs.from_logger("shop").at("DEBUG").messages == ["details"]
    assert len(logs.from_logger("sho")) == 0


def test_late_records_are_added() -> None:
    source = RECORDS[:1]
    logs, warnings = LogCapture(source), LogCapture(source).at("WARNING")
    source.append(RECORDS[1])
    assert len(logs) == 2
    assert warnings.records == [RECORDS[1]]


def test_repr() -> None:
    assert (
        repr(LogCapture(RECORDS[:2])) == "<LogCapture ['INFO root: charged 7 EUR', 'WARNING shop: order 3 seen twice']>"
    )
    assert repr(LogCapture()) == "<LogCapture: nothing was logged>"


def test_console() -> None:
    logs = LogCapture(RECORDS, console_filter({}, "F"))
    assert logs.console == ["charged 7 EUR", "order 3 seen twice", "two", "lines"]
    assert logs.at("DEBUG").console == []
    assert LogCapture(RECORDS).console == ["charged 7 EUR", "order 3 seen twice", "details", "two", "lines"]


def test_tracebacks_are_on_the_console() -> None:
    try:
        raise ValueError("boom")
    except ValueError:
        failed = logging.LogRecord("root", logging.ERROR, "f.py", 1, "failed", (), sys.exc_info())
    logs = LogCapture([failed])
    assert logs.console[0] == "failed"
    assert logs.console[-1] == "ValueError: boom"
    assert "ValueError: boom" in logs
    assert logs.messages == ["failed"]


@pytest.mark.parametrize(
    ("levels", "expected"),
    [
        ({}, logging.INFO),
        ({"default": "warning"}, logging.WARNING),
        ({"DEFAULT": "trace"}, 0),
        ({"Function": "error", "default": "debug"}, logging.ERROR),
        ({"Function": "error", "Function.Order": "debug"}, logging.DEBUG),
        ({"function.ORDER.user": "critical", "Function": "trace"}, logging.CRITICAL),
        ({"Function.Order.User": "debug", "Function.Order.Use": "error"}, logging.DEBUG),
        ({"Function.Orders": "error"}, logging.INFO),
        ({"Host.Results": "error"}, logging.INFO),
        ({"default": "error", "Other": "trace"}, logging.ERROR),
    ],
)
def test_minimum_level(levels: dict[str, str], expected: int) -> None:
    assert minimum_level(levels, user_category("Order")) == expected
    passes = console_filter(levels, "Order")
    assert passes(record(expected, "x", "x"))
    assert not passes(record(expected - 1, "x", "x"))


def test_none_lets_nothing_through() -> None:
    assert not console_filter({"default": "none"}, "Order")(record(logging.CRITICAL, "x", "x"))


names = st.sampled_from(["default", "Function", "Function.F", "Function.F.User", "Host", "Function.G"])
levels = st.sampled_from(["trace", "debug", "information", "warning", "error", "critical", "none"])


@given(st.dictionaries(names, levels))
def test_the_order_of_categories_does_not_matter(given_levels: dict[str, str]) -> None:
    turned = dict(reversed(given_levels.items()))
    assert minimum_level(given_levels, "Function.F.User") == minimum_level(turned, "Function.F.User")
