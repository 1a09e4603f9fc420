"""Dates in ``Set-Cookie``: Azure's two workers do not read them alike."""

from __future__ import annotations

import logging
import sys
from http.cookies import SimpleCookie

import pytest

from pytest_azfunc.worker.cookies import rpc_cookies

IS_CLASSIC_WORKER = sys.version_info < (3, 13)
JANUARY_2017 = 1484229308


def expires(text: str) -> int | None:
    """When a cookie with this ``Expires`` ends, as the host is told."""
    cookie: SimpleCookie = SimpleCookie()
    cookie["a"] = "b"
    cookie["a"]["expires"] = text
    found: int | None = rpc_cookies([cookie])[0]["expires"]
    return found


def test_an_http_date_passes_everywhere() -> None:
    assert expires("Thu, 12 Jan 2017 13:55:08 GMT") == JANUARY_2017
    assert expires("") is None


@pytest.mark.parametrize(
    "text",
    [
        "Thu, 12-Jan-2017 13:55:08 GMT",
        "Thursday, 12-Jan-17 13:55:08 GMT",
        "Thu Jan 12 13:55:08 2017",
        "12 Jan 2017 13:55:08 GMT",
        "2017-01-12T13:55:08Z",
        "2017-01-12T14:55:08+01:00",
        "2017-01-12 13:55:08",
    ],
)
def test_other_dates_pass_up_to_python_3_12(text: str) -> None:
    if IS_CLASSIC_WORKER:
        assert expires(text) == JANUARY_2017
    else:
        with pytest.raises(ValueError, match="does not match format"):
            expires(text)


def test_the_first_day_there_is() -> None:
    text = "Mon, 01 Jan 0001 00:00:00 GMT"
    if IS_CLASSIC_WORKER:
        assert expires(text) == 978307200  # dateutil takes it for a day of 2001
    else:
        with pytest.raises(TypeError, match="'datetime' or 'int' type was expected"):
            expires(text)


@pytest.mark.parametrize("text", ["tomorrow", "Thu, 32 Jan 2017 13:55:08 GMT", "never"])
def test_no_date_fails_everywhere_and_is_logged(text: str, caplog: pytest.LogCaptureFixture) -> None:
    with pytest.raises(ValueError):
        expires(text)
    assert caplog.record_tuples == [
        ("root", logging.ERROR, f"Can not parse value {text} of expires in the cookie due to invalid format.")
    ]


@pytest.mark.skipif(not IS_CLASSIC_WORKER, reason="from Python 3.13 on it is no HTTP date")
def test_a_number_too_big_for_a_date_fails_with_its_own_words(caplog: pytest.LogCaptureFixture) -> None:
    with pytest.raises(OverflowError):
        expires("9" * 100)
    assert "exceeds the largest valid C integer" in caplog.text
