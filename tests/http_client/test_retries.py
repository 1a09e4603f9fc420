"""Retries that a client has mounted: the app is asked again, as a server on the network would be."""

from __future__ import annotations

import io
from collections.abc import Iterator
from typing import Any

import pytest
import requests
from requests.adapters import HTTPAdapter
from urllib3.util.retry import Retry

from pytest_azfunc.host.web.http_request import PreparedRequest
from pytest_azfunc.host.web.http_response import HttpResult
from pytest_azfunc.http_client import plain_requests
from pytest_azfunc.http_client.session import AppSession
from tests.http_client.fake_app import FakeApp, text

BASE = "http://localhost:7071"


class Flaky(FakeApp):
    """Answers with these statuses, and from then on with 200."""

    def __init__(self, *statuses: int, headers: tuple[tuple[str, str], ...] = ()) -> None:
        super().__init__({"/api/x": self._answer})
        self._statuses = list(statuses)
        self._headers = headers

    def _answer(self, _: PreparedRequest) -> HttpResult:
        status = self._statuses.pop(0) if self._statuses else 200
        return text(str(status), *self._headers, status=status)


@pytest.fixture(params=["plain", "session"])
def client(request: pytest.FixtureRequest) -> Iterator[Any]:
    """Makes a session onto an app, with retries."""
    opened = []

    def make(app: FakeApp, retries: Any) -> requests.Session:
        if request.param == "plain":
            block = plain_requests(BASE, app.serve)
            opened.append(block)
            block.__enter__()
            session = requests.Session()
        else:
            session = AppSession(BASE, app.serve)
        session.mount("http://", HTTPAdapter(max_retries=retries))
        return session

    yield make
    for block in opened:
        block.__exit__()


def test_the_app_is_asked_again(client: Any) -> None:
    app = Flaky(503, 502)

    response = client(app, Retry(3, status_forcelist=[502, 503])).get(f"{BASE}/api/x")

    assert (response.text, len(app.requests)) == ("200", 3)
    assert [tried.status for tried in response.raw.retries.history] == [503, 502]


def test_until_there_are_too_many(client: Any) -> None:
    app = Flaky(503, 503, 503)

    with pytest.raises(requests.exceptions.RetryError, match="too many 503 error responses"):
        client(app, Retry(2, status_forcelist=[503])).get(f"{BASE}/api/x")
    assert len(app.requests) == 3


def test_the_last_response_without_an_error(client: Any) -> None:
    retries = Retry(1, status_forcelist=[503], raise_on_status=False)

    assert client(Flaky(503, 503), retries).get(f"{BASE}/api/x").status_code == 503


@pytest.mark.parametrize("retries", [3, 0, Retry(3, status_forcelist=[500])])
def test_other_statuses_are_answers(client: Any, retries: Any) -> None:
    app = Flaky(503)

    assert client(app, retries).get(f"{BASE}/api/x").status_code == 503
    assert len(app.requests) == 1


def test_methods_that_are_not_safe_to_repeat(client: Any) -> None:
    assert client(Flaky(503), Retry(3, status_forcelist=[503])).post(f"{BASE}/api/x").status_code == 503


def test_a_throttled_client_waits(client: Any) -> None:
    app = Flaky(429, headers=(("Retry-After", "0"),))

    assert client(app, 2).get(f"{BASE}/api/x").text == "200"


def test_a_file_is_read_from_where_it_was(client: Any) -> None:
    app, file = Flaky(503), io.BytesIO(b"-body")
    file.seek(1)

    assert client(app, Retry(1, status_forcelist=[503])).put(f"{BASE}/api/x", data=file).ok
    assert [request.body for request, _ in app.requests] == [b"body", b"body"]
