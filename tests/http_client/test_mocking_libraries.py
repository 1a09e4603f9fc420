"""The app is reached while a library mocks the rest of the network, whichever came first."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from typing import Any

import pytest
import requests
import requests_mock
import responses

from pytest_azfunc.http_client import plain_requests
from pytest_azfunc.http_client.session import AppSession
from tests.http_client.fake_app import FakeApp

BASE = "http://localhost:7071"
OTHER = "http://example.org/"


def with_responses() -> Any:
    mock = responses.RequestsMock()
    mock.get(OTHER, body="mocked")
    return mock


def with_requests_mock() -> Any:
    mock = requests_mock.Mocker()
    mock.get(OTHER, text="mocked")
    return mock


@pytest.fixture(autouse=True)
def _put_back() -> Iterator[None]:
    before = {name: requests.Session.__dict__[name] for name in ("get_adapter", "send")}
    yield
    assert {name: requests.Session.__dict__[name] for name in before} == before


@pytest.mark.parametrize("mock", [with_responses, with_requests_mock])
@pytest.mark.parametrize("mock_first", [True, False])
@pytest.mark.parametrize("kind", ["plain", "session", "app session"])
def test_both_are_reached(mock: Any, mock_first: bool, kind: str) -> None:
    app = FakeApp()
    client: Any = {"plain": requests, "session": requests.Session()}.get(kind) or AppSession(BASE, app.serve)
    contexts = [plain_requests(BASE, app.serve), mock()]
    with ExitStack() as stack:
        for context in reversed(contexts) if mock_first else contexts:
            stack.enter_context(context)
        for _ in range(2):
            assert client.get(f"{BASE}/x").text == "hello"
            assert client.get(OTHER).text == "mocked"

    assert len(app.requests) == 2


@pytest.mark.parametrize("mock", [with_responses, with_requests_mock])
@pytest.mark.parametrize("app_ends_first", [True, False])
def test_they_end_in_any_order(mock: Any, app_ends_first: bool) -> None:
    app, mocked = plain_requests(BASE, FakeApp().serve), mock()
    first, last = (app, mocked) if app_ends_first else (mocked, app)
    app.__enter__()
    mocked.__enter__()
    session = requests.Session()
    assert session.get(OTHER).text == "mocked"
    assert session.get(BASE).text == "hello"

    first.__exit__(None, None, None)
    reached = session.get(OTHER if app_ends_first else BASE).text
    last.__exit__(None, None, None)

    assert reached == ("mocked" if app_ends_first else "hello")
