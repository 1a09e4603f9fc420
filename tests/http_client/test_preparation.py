"""The short way of making a plain request ready comes to the same as requests' own way."""

from __future__ import annotations

import string
from collections.abc import Callable
from typing import Any

import pytest
import requests
from hypothesis import given
from hypothesis import strategies as st

from pytest_azfunc.host.web.http_response import Answer, HttpResult
from pytest_azfunc.http_client.preparation import prepare_plainly
from pytest_azfunc.http_client.session import AppSession

BASE = "http://localhost:7071"

TEXT = st.text(
    alphabet=string.ascii_letters + string.digits + "/?&=%.#~-_ +:;@!$'()*,\u00e4\u4e2d\\[]{}|^\"<>\n\t", max_size=20
)
VALUES = st.one_of(st.none(), TEXT, st.integers(), st.lists(TEXT, max_size=2))
HEADERS = st.dictionaries(
    st.sampled_from(["X-A", "x-a", "Accept", "accept", "User-Agent", "Content-Length", "Content-Type", "Host"]),
    st.one_of(st.none(), st.text(alphabet=string.ascii_letters + "; ", max_size=8)),
    max_size=3,
)


def session() -> AppSession:
    return AppSession(BASE, lambda request, add_key: Answer(request, HttpResult(200)))


def described(prepared: requests.PreparedRequest) -> dict[str, Any]:
    found = dict(vars(prepared))
    found["headers"] = list(prepared.headers.items())
    found["_cookies"] = list(found["_cookies"])
    return found


def both_ways(made: requests.Request) -> tuple[Any, Any]:
    """What the two make of a request: the prepared request, or the class of the error; None where it is not plain."""
    return outcome(lambda: plainly(made)), outcome(lambda: requests.Session.prepare_request(session(), made))


def plainly(made: requests.Request) -> requests.PreparedRequest | None:
    parts = {"params": made.params, "data": made.data, "files": made.files, "json": made.json}
    return prepare_plainly(session(), BASE, made.method, made.url, made.headers, **parts)


def outcome(prepare: Callable[[], requests.PreparedRequest | None]) -> Any:
    try:
        prepared = prepare()
    except Exception as error:
        return type(error)
    return None if prepared is None else described(prepared)


@given(
    method=st.sampled_from(["GET", "POST", "PUT", "DELETE", "HEAD", "OPTIONS", "PURGE", "get", "M-SEARCH"]),
    path=TEXT,
    params=st.one_of(st.none(), st.dictionaries(TEXT, VALUES, max_size=3), TEXT),
    headers=st.one_of(st.none(), HEADERS),
    body=st.one_of(
        st.just({}),
        st.fixed_dictionaries({"json": st.one_of(VALUES, st.dictionaries(TEXT, VALUES, max_size=2))}),
        st.fixed_dictionaries(
            {"data": st.one_of(TEXT, st.binary(max_size=5), st.dictionaries(TEXT, TEXT, max_size=2))}
        ),
    ),
)
def test_the_same_request(method: str, path: str, params: Any, headers: Any, body: dict[str, Any]) -> None:
    made = requests.Request(method, f"{BASE}/{path}", params=params, headers=headers, **body)
    plain, usual = both_ways(made)
    assert plain in (None, usual)


@pytest.mark.parametrize(
    "made",
    [
        {"method": "GET", "url": f"{BASE}/api/x"},
        {"method": "GET", "url": f"{BASE}/api/x?a=1&b=2", "params": {"c": "d e", "f": ["1", "2"]}},
        {"method": "POST", "url": f"{BASE}/api/x", "json": {"a": 1}},
        {"method": "PUT", "url": f"{BASE}/api/x", "data": b"1", "headers": {"X-A": "1"}},
        {"method": "GET", "url": f"{BASE}/api/x?a?", "params": {"b": "1"}},
    ],
)
def test_plain_ones_are_known(made: dict[str, Any]) -> None:
    plain, usual = both_ways(requests.Request(**made))
    assert plain == usual is not None


@pytest.mark.parametrize("params", [None, {"a": "1"}])
def test_an_empty_query_is_left_to_requests(params: dict[str, str] | None) -> None:
    made = requests.Request("GET", f"{BASE}/api/x?", params=params)
    assert plainly(made) is None


@pytest.mark.parametrize(
    "changed",
    [
        {"params": {"a": "1"}},
        {"auth": ("ada", "secret")},
        {"headers": {"Accept": None}},
        {"hooks": {"response": [print]}},
    ],
)
def test_settings_of_the_session_count(changed: dict[str, Any]) -> None:
    changed_session = session()
    for name, value in changed.items():
        setattr(changed_session, name, value)
    made = requests.Request("GET", f"{BASE}/api/x")
    usual = requests.Session.prepare_request(changed_session, made)
    assert described(changed_session.prepare_request(made)) == described(usual)


@pytest.mark.parametrize("value", [" bad", 5, ["a", "list"]])
def test_a_bad_header_of_the_session_that_the_request_hides(value: Any) -> None:
    changed_session = session()
    changed_session.headers["X-A"] = value
    made = requests.Request("GET", f"{BASE}/api/x", headers={"x-a": "good"})
    assert changed_session.prepare_request(made).headers["X-A"] == "good"
    with pytest.raises(requests.exceptions.InvalidHeader):
        changed_session.get("/api/x")


def test_cookies_of_the_session_are_sent() -> None:
    with_cookie = session()
    with_cookie.cookies.set("a", "1", domain="localhost.local", path="/")
    assert with_cookie.prepare_request(requests.Request("GET", "/api/x")).headers["Cookie"] == "a=1"


@pytest.mark.parametrize("own", [{}, {"stream": True}, {"verify": False}, {"cert": "c"}, {"proxies": {"http": "p"}}])
@pytest.mark.parametrize("given_", [{}, {"stream": True}, {"verify": "v"}, {"cert": "d"}, {"proxies": {"https": "q"}}])
def test_settings_for_sending(own: dict[str, Any], given_: dict[str, Any]) -> None:
    changed = session()
    for name, value in own.items():
        setattr(changed, name, value)
    arguments = {"proxies": {}, "stream": None, "verify": None, "cert": None, **given_}
    usual = requests.Session.merge_environment_settings(changed, BASE, **arguments)
    assert changed.merge_environment_settings(BASE, **arguments) == usual
