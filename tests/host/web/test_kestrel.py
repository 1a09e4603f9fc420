"""The server in front: what it refuses before a function runs, and what it lets out."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pytest_azfunc.host.web.http_request import PreparedRequest
from pytest_azfunc.host.web.http_response import HttpResult
from pytest_azfunc.host.web.kestrel import (
    BODY_LIMIT,
    body_limit,
    is_too_large,
    on_the_wire,
    refusal,
    unsendable_header,
)
from tests.host.web.requests import request

BASE = "http://localhost:7071"


def status(sent: PreparedRequest) -> int | None:
    """The status with which the server refuses a request; None if it does not."""
    refused = refusal(sent)
    if refused is None:
        return None
    assert refused == HttpResult(refused.status_code)
    return refused.status_code


# The request line


@pytest.mark.parametrize("method", ["GET", "PURGE", "get", "M-SEARCH", "!#$%&'*+-.^_`|~9"])
def test_methods(method: str) -> None:
    assert status(request(method)) is None


@pytest.mark.parametrize("method", ["", "G T", "GET\n", "G(T", "GÉT", "GET/", "A\x00"])
def test_malformed_methods(method: str) -> None:
    assert status(request(method)) == 400


@pytest.mark.parametrize(
    "target",
    [
        "",
        "/",
        "/api/F",
        "?x=1",
        "/api/%C3%A4",
        "/api/a%2500b",
        "/api/%0",
        "/api?x=%00",
        "/api/\x01\x7f\t",
        "/#\x00ä %00",
        '/a|b{c}<d>\\^`"',
        "/a?b?c?d",
    ],
)
def test_targets(target: str) -> None:
    assert status(request(url=BASE + target)) is None


@pytest.mark.parametrize("target", ["/%00", "/a%00b?x", "/\x00", "/?\x00", "/a\rb", "/a\nb", "/ä", "/?x=ä", "/\ud800"])
def test_malformed_targets(target: str) -> None:
    assert status(request(url=BASE + target)) == 400


@pytest.mark.parametrize("target", ["/a b", "/ ", "/?x=a b"])
def test_what_follows_a_blank_is_taken_for_the_version(target: str) -> None:
    assert status(request(url=BASE + target)) == 505


@pytest.mark.parametrize("method", ["GET", "DELETE"])
def test_longest_request_line(method: str) -> None:
    longest = 8192 - len(f"{method}  HTTP/1.1\r\n") - 1
    assert status(request(method, f"{BASE}/{'a' * longest}#{'b' * 9000}")) is None
    assert status(request(method, f"{BASE}/{'a' * (longest + 1)}")) == 414
    assert status(request(method, f"{BASE}/?{'a' * longest}")) == 414


# The headers


@pytest.mark.parametrize(
    "headers",
    [
        {"X-Y": ""},
        {"X(Y)": "z"},
        {"X-Y": "a\tb"},
        {"X-Y": "\x01\x1f\x7f"},
        {"X-Y": "Ã¤"},  # the bytes of an "ä" in UTF-8
        {"X-Y": "→"},
        {"Content-Length": "0"},
        {"Content-Length": " 12 "},
        {"Transfer-Encoding": "chunked"},
        {"Transfer-Encoding": "gzip, Chunked"},
        [("Transfer-Encoding", "gzip"), ("Transfer-Encoding", "chunked")],
        [("X-Y", "a"), ("X-Y", "b"), ("x-y", "c")],
    ],
)
def test_headers(headers: Any) -> None:
    assert status(request(headers=headers)) is None


@pytest.mark.parametrize(
    "headers",
    [
        {"": "x"},
        {"X Y": "z"},
        {"X\tY": "z"},
        {"X:Y": "z"},
        {"X\nY": "z"},
        {"X\x00": "z"},
        {"Ä": "z"},
        {"X-Y": "a\nb"},
        {"X-Y": "a\r\nZ: b"},
        {"X-Y": "\x00"},
        {"X-Y": "ä"},  # no UTF-8
        {"Content-Length": ""},
        {"Content-Length": "-1"},
        {"Content-Length": "1.0"},
        {"Content-Length": "²"},
        {"Content-Length": "9" * 19},
        {"Content-Length": "9" * 5000},
        [("Content-Length", "1"), ("content-length", "1")],
        {"Transfer-Encoding": "gzip"},
        {"Transfer-Encoding": "chunked, gzip"},
        {"Transfer-Encoding": ""},
    ],
)
def test_malformed_headers(headers: Any) -> None:
    assert status(request(headers=headers)) == 400


@pytest.mark.parametrize(
    "host",
    [
        "",
        "localhost",
        "localhost:7071",
        " localhost\t",
        "a_b.c~d!$&'()",
        "127.0.0.1:80",
        "[::1]",
        "[::1]:80",
        "x:99999",
    ],
)
def test_hosts(host: str) -> None:
    assert status(request(host=host)) is None


@pytest.mark.parametrize(
    "host",
    [
        ":80",
        "a:",
        "a:b",
        "a:1:2",
        "a/b",
        "a b",
        "a,b",
        "user@a",
        "[]",
        "[::",
        "[:]",
        "[g::1]",
        "[::1]x",
        "a%20b",
        "a:²",
    ],
)
def test_malformed_hosts(host: str) -> None:
    assert status(request(host=host)) == 400


def test_one_host() -> None:
    assert status(request(host=None)) == 400
    assert status(PreparedRequest("GET", BASE, (), b"")) == 400
    assert status(request(host="a", headers={"host": "a"})) == 400
    assert status(request(host=None, headers={"HOST": "a"})) is None


def test_most_headers() -> None:
    others = [(f"X-{number}", "") for number in range(99)]
    assert status(request(headers=others)) is None
    assert status(request(headers=[*others, ("X", "")])) == 431


@pytest.mark.parametrize(("text", "size"), [("a", 1), ("Ã¤", 2), ("→", 3)])
def test_largest_headers(text: str, size: int) -> None:
    others = len("Host: localhost:7071\r\nX: \r\n")
    room = 32_768 - others
    fitting = text * (room // size) + "a" * (room % size)
    assert status(request(headers={"X": fitting})) is None
    assert status(request(headers={"X": fitting + "a"})) == 431


# The body


def test_largest_body() -> None:
    assert [is_too_large(request(body=b"12345"), limit) for limit in (4, 5)] == [True, False]
    assert [is_too_large(request(), limit) for limit in (-1, 0)] == [True, False]  # the host cannot set -1, and fails


@pytest.mark.parametrize(
    ("setting", "expected"),
    [
        ("", BODY_LIMIT),
        ("invalid", BODY_LIMIT),
        ("1.5", BODY_LIMIT),
        ("10MB", BODY_LIMIT),
        ("9223372036854775808", BODY_LIMIT),
        ("1024", 1024),
        (" +1024 ", 1024),
        ("0", 0),
        ("-1", -1),
        ("9223372036854775807", 2**63 - 1),
    ],
)
def test_body_limit(setting: str, expected: int) -> None:
    assert body_limit({"FUNCTIONS_REQUEST_BODY_SIZE_LIMIT": setting}) == expected


def test_body_limit_by_default() -> None:
    assert body_limit({}) == BODY_LIMIT == 104857600


# Any request

TEXTS = st.text(max_size=20)


@given(TEXTS, TEXTS, st.lists(st.tuples(TEXTS, TEXTS), max_size=4), st.binary(max_size=4))
def test_any_request_gets_an_answer(method: str, url: str, headers: list[tuple[str, str]], body: bytes) -> None:
    assert status(PreparedRequest(method, url, tuple(headers), body)) in (None, 400, 414, 431, 505)


PRINTABLE = st.text(st.characters(min_codepoint=0x20, max_codepoint=0x7E), max_size=40)


@given(
    st.sampled_from(["GET", "POST", "PURGE"]),
    st.from_regex(r"(/[A-Za-z0-9._~-]{0,9}){0,9}(\?[A-Za-z0-9=&]*)?", fullmatch=True),
    st.dictionaries(st.from_regex(r"X-[A-Za-z]{1,9}", fullmatch=True), PRINTABLE, max_size=9),
    st.binary(max_size=9),
)
def test_ordinary_requests_pass(method: str, target: str, headers: dict[str, str], body: bytes) -> None:
    assert status(request(method, BASE + target, headers, body)) is None


# Responses


@pytest.mark.parametrize(
    "header",
    [("X-Y", ""), ("x", " ~"), ("!#$%&'*+-.^_`|~", "y"), ("Content-Length", "3"), ("Set-Cookie", 'a="b"; path=/')],
)
def test_sendable(header: tuple[str, str]) -> None:
    assert unsendable_header(HttpResult(200, (header,))) is None


@pytest.mark.parametrize(
    "header",
    [
        ("X-Y", "a\r\nSet-Cookie: b"),
        ("X-Y", "a\nb"),
        ("X-Y", "a\tb"),
        ("X-Y", "\x00"),
        ("X-Y", "\x7f"),
        ("X-Y", "ä"),
        ("X-Y", "→"),
        ("", "x"),
        ("X Y", "z"),
        ("X:Y", "z"),
        ("X\n", "z"),
        ("Ä", "z"),
        ("content-length", "many"),
        ("Content-Length", "-1"),
        ("Content-Length", ""),
    ],
)
def test_unsendable(header: tuple[str, str]) -> None:
    assert unsendable_header(HttpResult(200, (("A", "b"), header, ("", "\n")))) == header


@given(st.text(max_size=9), st.text(max_size=9))
def test_what_is_sent_is_one_line(name: str, value: str) -> None:
    if unsendable_header(HttpResult(200, ((name, value),))) is None:
        assert f"{name}: {value}\r\n".encode("ascii").splitlines() == [f"{name}: {value}".encode("ascii")]


@pytest.mark.parametrize(
    ("code", "method", "expected"),
    [
        (200, "GET", b"x"),
        (200, "HEAD", b""),
        (200, "head", b"x"),  # an invented method
        (204, "GET", b""),
        (205, "POST", b""),
        (304, "GET", b""),
        (404, "HEAD", b""),
        (206, "GET", b"x"),
    ],
)
def test_bodies_on_the_wire(code: int, method: str, expected: bytes) -> None:
    headers = (("Content-Type", "a/b"), ("Content-Length", "1"))
    assert on_the_wire(HttpResult(code, headers, b"x"), method) == HttpResult(code, headers, expected)
