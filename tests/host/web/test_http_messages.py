"""HTTP both ways: a table of what the host makes of requests and responses."""

from __future__ import annotations

import http.cookies
import json
from pathlib import Path
from typing import Any

import azure.functions as func
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pytest_azfunc.host.bindings.http import HttpPayload
from pytest_azfunc.host.bindings.payload import Delivery
from pytest_azfunc.host.web.http_request import PreparedRequest
from pytest_azfunc.host.web.http_response import HttpResult, failure, make_answer, make_response
from pytest_azfunc.rpc import TypedData
from pytest_azfunc.worker.converters import Converters
from pytest_azfunc.worker.cookies import rpc_cookies
from tests.host.occasions import NOW, function, occasion_of

TABLE: dict[str, Any] = json.loads(Path(__file__).with_name("http_messages.json").read_text(encoding="utf-8"))


def rows(kind: str) -> pytest.MarkDecorator:
    """Parametrize a test with the rows of the table that are of this kind."""
    return pytest.mark.parametrize("row", [pytest.param(row, id=row["id"]) for row in TABLE[kind]])


def header(result: HttpResult, name: str) -> str | None:
    found = [text for key, text in result.headers if key.lower() == name]
    assert len(found) <= 1
    return found[0] if found else None


# Responses


@rows("string_response")
def test_string_response(row: dict[str, Any]) -> None:
    result = make_response(TypedData("string", row["text"]))
    assert (result.status_code, result.body.decode()) == (row["status"], row["body"])
    assert header(result, "content-type") == row["content_type"]


def test_headers_of_a_response_object() -> None:
    members = '"n": 1.0, "b": true, "d": "2024-01-02T03:04:05Z", "o": {}, "l": [1], "s": "1.0"'
    result = make_response(TypedData("string", f'{{"body": "x", "headers": {{{members}}}}}'))
    assert dict(result.headers) == {
        "n": "1",
        "b": "True",
        "d": "01/02/2024 03:04:05",
        "o": "System.Dynamic.ExpandoObject",
        "l": "System.Collections.Generic.List`1[System.Object]",
        "s": "1.0",
        "Content-Type": "text/plain; charset=utf-8",
    }


@pytest.mark.parametrize("name", ["x-a", "content-type"])
def test_a_header_of_a_response_object_that_is_null(name: str) -> None:
    result = make_response(TypedData("string", f'{{"body": "x", "headers": {{"{name}": null}}}}'))
    assert result == failure()


@rows("http_response")
def test_http_response(row: dict[str, Any]) -> None:
    response = func.HttpResponse(**row["made"])
    result = make_response(Converters().encode("http", response, None))
    assert (result.status_code, result.body.decode()) == (row["status"], row["body"])
    if "content_type" in row:
        assert header(result, "content-type") == row["content_type"]
    for name, text in row.get("headers", {}).items():
        assert header(result, name) == text


@rows("cookie")
def test_cookie(row: dict[str, Any]) -> None:
    jars = [http.cookies.SimpleCookie(text) for text in row["set_cookie"]]
    sent: dict[str, Any] = {"status_code": "200", "headers": {}, "cookies": rpc_cookies(jars), "body": None}
    result = make_response(TypedData("http", sent))
    assert [text for name, text in result.headers if name == "Set-Cookie"] == row["sent"]


def test_cookie_without_a_path_in_the_message() -> None:
    sent = {"status_code": "200", "headers": {}, "cookies": [{"name": "a", "value": "1", "same_site": "ExplicitNone"}]}
    result = make_response(TypedData("http", sent))
    assert result.headers == (("Set-Cookie", "a=1; path=/; samesite=none"),)


@pytest.mark.parametrize("data", [None, TypedData(None, None)])
def test_no_response(data: TypedData | None) -> None:
    assert make_response(data) == HttpResult(204)


TEXT, JSON = "text/plain; charset=utf-8", "application/json; charset=utf-8"


@pytest.mark.parametrize(
    ("data", "kind", "body"),
    [
        (TypedData("string", "done"), TEXT, b"done"),
        (TypedData("string", ""), TEXT, b""),
        (TypedData("string", "ä"), TEXT, "ä".encode()),
        (TypedData("string", "true"), TEXT, b"true"),
        (TypedData("string", "01234"), TEXT, b"01234"),
        (TypedData("string", '{"a":1}'), TEXT, b'{"a":1}'),
        (TypedData("string", '{"body": "x", "statusCode": 201}'), TEXT, b'{"body": "x", "statusCode": 201}'),
        (TypedData("bytes", b"ab\xff"), JSON, b'"YWL/"'),
        (TypedData("bytes", b""), JSON, b'""'),
        (TypedData("int", 7), JSON, b"7"),
        (TypedData("double", 1.5), JSON, b"1.5"),
        (TypedData("double", 2.0), JSON, b"2.0"),
        (TypedData("json", '["a", {"b": "\u00e4"}]'), JSON, '["a",{"b":"ä"}]'.encode()),
        (TypedData("json", "null"), JSON, b"null"),
        (TypedData("json", '{"a": [1]}'), TEXT, b'{\n  "a": [\n    1\n  ]\n}'),
        (
            TypedData("json", '{"day": "2024-01-02T03:04:05.5+01:00"}'),
            TEXT,
            b'{\n  "day": "2024-01-02T03:04:05.5+01:00"\n}',
        ),
    ],
)
def test_what_is_returned_to_another_binding(data: TypedData, kind: str, body: bytes) -> None:
    assert make_answer(data) == HttpResult(200, (("Content-Type", kind),), body)


@pytest.mark.parametrize("make", [make_answer, make_response])
def test_an_object_may_be_a_response_object(make: Any) -> None:
    data = TypedData("json", '{"Body": {"a": 1}, "status": "201", "headers": {"X-A": "b"}}')
    assert make(data) == HttpResult(201, (("X-A", "b"), ("Content-Type", TEXT)), b'{"a":1}')


@pytest.mark.parametrize("data", [None, TypedData(None, None)])
def test_nothing_is_returned_to_another_binding(data: TypedData | None) -> None:
    assert make_answer(data) == HttpResult(204)


@pytest.mark.parametrize(
    ("text", "body"), [("[1, 2]", b"[\n  1,\n  2\n]"), ("true", b"True"), ("null", b""), ('"x"', b"x"), ("1.0", b"1")]
)
def test_an_http_output_that_a_returned_object_has_filled(text: str, body: bytes) -> None:
    assert make_response(TypedData("json", text)) == HttpResult(200, (("Content-Type", TEXT),), body)


def test_failure() -> None:
    assert failure() == HttpResult(500, (), b"")


@pytest.mark.parametrize("body", [TypedData("bytes", b"\xff\0"), TypedData("string", "ä"), None])
def test_bodies(body: TypedData | None) -> None:
    sent = {"status_code": "999", "headers": {"content-type": "a/b", "X-Y": "z"}, "body": body}
    result = make_response(TypedData("http", sent))
    expected = b"" if body is None else body.value.encode() if isinstance(body.value, str) else body.value
    assert result == HttpResult(999, (("Content-Type", "a/b"), ("X-Y", "z")), expected)


@given(st.text())
def test_any_text_is_a_response(text: str) -> None:
    result = make_response(TypedData("string", text))
    assert result.status_code == 200 or "body" in text.lower()
    assert header(result, "content-type") is not None


json_values = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**63), 2**63) | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=4), inner, max_size=4),
)


@given(st.lists(json_values) | st.dictionaries(st.text(max_size=3), json_values))
def test_json_text_keeps_its_value(value: Any) -> None:
    # Names as short as these cannot be "body"; strings as short as these cannot be dates.
    result = make_response(TypedData("string", json.dumps(value)))
    assert json.loads(result.body) == value


# Requests


def deliver(
    query: str = "",
    route_params: dict[str, str] | None = None,
    headers: tuple[tuple[str, str], ...] = (),
    body: bytes = b"",
) -> Delivery:
    """What the host sends for a request that has come over the wire as it is."""
    names = route_params or {}
    route = "/".join(["go", *(f"{{{name}}}" for name in names)])
    url = "/".join(["http://local/api/go", *names.values()])
    length = (("Content-Length", str(len(body))),) if body else ()
    request = PreparedRequest("POST", f"{url}?{query}" if query else url, (*headers, *length), body)
    target = function("httpTrigger", {"type": "http", "direction": "out", "name": "$return"}, route=route)
    # A file makes the payload ask for a full client, which is given here.
    return HttpPayload("POST", url, files={"f": b""}).deliver(occasion_of(target, NOW, prepare_http=lambda *_: request))


@rows("query")
def test_query(row: dict[str, Any]) -> None:
    delivery = deliver(row["query"])
    assert delivery.value is not None
    assert delivery.value.value["query"] == row["params"]
    assert delivery.value.value["url"] == f"http://local/api/go?{row['query']}"


@rows("headers")
def test_headers(row: dict[str, Any]) -> None:
    delivery = deliver(headers=tuple((name, text) for name, text in row["headers"]))
    assert delivery.value is not None
    assert delivery.value.value["headers"] == row["sent"]


@rows("body")
def test_body(row: dict[str, Any]) -> None:
    headers = () if row["content_type"] is None else (("Content-Type", row["content_type"]),)
    delivery = deliver(headers=headers, body=row["body"].encode())
    assert delivery.value is not None
    assert delivery.value.value["body"] == TypedData("bytes", row["body"].encode())


def test_no_body() -> None:
    delivery = deliver()
    assert delivery.value is not None
    assert delivery.value.value["body"] is None


@rows("binding_data")
def test_binding_data(row: dict[str, Any]) -> None:
    metadata = deliver(row["query_string"], row["route_params"], body=(row["body"] or "").encode()).metadata
    found = {k: json.loads(v.value) if v.kind == "json" else v.value for k, v in metadata.items()}
    assert {name: found[name] for name in row["expected"]} == row["expected"]
    assert not found.keys() & set(row["absent"])
    assert found.keys() - row["expected"].keys() == {"Query", "Headers"}


def test_a_chunked_body_is_no_binding_data() -> None:
    request = PreparedRequest("POST", "http://local/api/go", (("Transfer-Encoding", "chunked"),), b'{"id": 7}')
    target = function("httpTrigger", {"type": "http", "direction": "out", "name": "$return"}, route="go")
    occasion = occasion_of(target, NOW, prepare_http=lambda *_: request)
    delivery = HttpPayload("POST", "/api/go", files={"f": b""}).deliver(occasion)
    assert set(delivery.metadata) == {"Query", "Headers"}


def test_a_body_that_is_not_utf_8_is_binding_data() -> None:
    assert deliver(body=b'{"id": "\xe9"}').metadata["id"] == TypedData("string", "\ufffd")


@pytest.mark.parametrize(
    ("values", "joined"),
    [
        (["a"], "a"),
        ([""], ""),
        (["", ""], ""),
        (["a", ""], "a"),
        (["", "a"], "a"),
        (["a", "", "b", ""], "a,b"),
        (["a,", "b"], "a,,b"),
    ],
)
def test_empty_ones_of_repeated_headers_are_left_out(values: list[str], joined: str) -> None:
    delivery = deliver(
        headers=tuple((name, value) for name, value in zip(["X-Tag", "x-tag"] * 2, values, strict=False))
    )
    assert delivery.value is not None
    assert delivery.value.value["headers"] == {"x-tag": joined}
    assert json.loads(delivery.metadata["Headers"].value) == {"X-Tag": joined}


def test_repeated_headers_are_joined_in_the_binding_data() -> None:
    metadata = deliver(headers=(("X-Tag", "a"), ("x-tag", "b"), ("X-Other", "c"))).metadata
    assert json.loads(metadata["Headers"].value) == {"X-Tag": "a,b", "X-Other": "c"}
