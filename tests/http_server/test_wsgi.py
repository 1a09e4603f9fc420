"""The app as a WSGI application."""

from __future__ import annotations

import io
from typing import Any
from wsgiref.util import setup_testing_defaults
from wsgiref.validate import validator

import pytest
from hypothesis import given
from hypothesis import strategies as st
from werkzeug.middleware.dispatcher import DispatcherMiddleware
from werkzeug.test import Client, EnvironBuilder, run_wsgi_app

from pytest_azfunc.host.web.http_request import PreparedRequest
from pytest_azfunc.host.web.http_response import Answer, HttpResult
from pytest_azfunc.http_server import wsgi_app
from pytest_azfunc.http_server.wsgi import read_request
from tests.http_client.fake_app import TEXT, FakeApp, text


def test_a_request_and_its_response() -> None:
    app = FakeApp({"/api/x": text("made", ("X-A", "1"), ("X-A", "2"), status=201)})

    response = Client(wsgi_app(app.serve)).post("/api/x?a=%20b", data=b"body", headers={"X-Own": "ä"})

    assert (response.status, response.text) == ("201 Created", "made")
    assert list(response.headers) == [TEXT, ("X-A", "1"), ("X-A", "2"), ("Content-Length", "4")]
    request, add_key = app.requests[0]
    assert (request.method, request.url, request.body) == ("POST", "http://localhost/api/x?a=%20b", b"body")
    assert dict(request.headers) == {"Host": "localhost", "X-Own": "ä", "Content-Length": "4"}
    assert add_key is False


def test_forms_and_cookies() -> None:
    app = FakeApp({"/in": text("", ("Set-Cookie", "a=1; path=/"), ("Set-Cookie", "b=2; path=/"))})
    client = Client(wsgi_app(app.serve))

    client.get("/in")
    client.post("/form", data={"name": "ada"})

    assert app.header("Cookie") == "a=1; b=2"
    assert app.header("Content-Type") == "application/x-www-form-urlencoded"
    assert app.last.body == b"name=ada"


@pytest.mark.parametrize(
    "path", ["/", "/a%2Fb", "/%41", "/a//b", "/a;b=c,d:e@f!$&'()*+", "/%C3%A4?q=%E2%82%AC&empty=&=", "/x?"]
)
def test_paths_stay_as_they_were_sent(path: str) -> None:
    app = FakeApp()
    environ = EnvironBuilder(path).get_environ()
    raw = environ["REQUEST_URI"]

    run_wsgi_app(wsgi_app(app.serve), environ)

    assert app.last.url == f"http://localhost{raw}"


@given(st.text(st.characters(codec="utf-8"), max_size=20))
def test_paths_are_encoded_where_the_server_has_not_kept_them(path: str) -> None:
    from urllib.parse import unquote_to_bytes

    environ = {"PATH_INFO": "/" + path.encode().decode("latin-1"), "SERVER_NAME": "h", "SERVER_PORT": "1"}

    url = read_request(environ).url

    assert url.isascii()
    assert unquote_to_bytes(url.removeprefix("http://h:1/")) == path.encode()


@pytest.mark.parametrize(
    ("environ", "target"),
    [
        ({"PATH_INFO": "/a b", "QUERY_STRING": "q=1"}, "/a%20b?q=1"),
        ({"PATH_INFO": ""}, "/"),
        ({"PATH_INFO": "/50%"}, "/50%25"),
        ({"REQUEST_URI": "/%61?q", "PATH_INFO": "/a", "QUERY_STRING": "q"}, "/%61?q"),
        ({"RAW_URI": "/%61", "PATH_INFO": "/a"}, "/%61"),
        ({"REQUEST_URI": "/%FF", "PATH_INFO": "/\xff"}, "/%FF"),
        ({"REQUEST_URI": "/%FF%2f", "PATH_INFO": "/\xef\xbf\xbd/"}, "/%FF%2f"),  # werkzeug's server
        ({"REQUEST_URI": "http://h:1/%61", "PATH_INFO": "/a"}, "/%61"),
        ({"REQUEST_URI": "http://h:1", "PATH_INFO": ""}, "/"),
        ({"REQUEST_URI": "http://h:1?a=1", "PATH_INFO": "", "QUERY_STRING": "a=1"}, "/?a=1"),
        ({"REQUEST_URI": "*", "PATH_INFO": "/"}, "/"),
        # a client that fills in the environment by itself
        ({"REQUEST_URI": "/%61", "PATH_INFO": "/a", "QUERY_STRING": "q=%20+"}, "/%61?q=%20+"),
        ({"REQUEST_URI": "/\xc3\xa4 b", "PATH_INFO": "/\xc3\xa4 b"}, "/%C3%A4%20b"),
        ({"REQUEST_URI": "/%61?q=\xc3\xa4", "PATH_INFO": "/a", "QUERY_STRING": "q=\xc3\xa4&%41"}, "/%61?q=%C3%A4&%41"),
        # middleware has put another path there
        ({"REQUEST_URI": "/old", "PATH_INFO": "/new", "QUERY_STRING": "q"}, "/new?q"),
        ({"REQUEST_URI": "/mount/%61", "SCRIPT_NAME": "/mount", "PATH_INFO": "/a"}, "/a"),
    ],
)
def test_targets(environ: dict[str, Any], target: str) -> None:
    assert read_request({"SERVER_NAME": "h", "SERVER_PORT": "1", **environ}).url == f"http://h:1{target}"


def test_a_query_apart_from_the_path() -> None:
    app = FakeApp()

    Client(wsgi_app(app.serve)).get("/x", query_string={"name": "\xe4 b"})

    assert app.last.url == "http://localhost/x?name=%C3%A4+b"


def test_under_a_prefix_of_a_larger_application() -> None:
    app = FakeApp()

    Client(DispatcherMiddleware(wsgi_app(app.serve), {"/mount": wsgi_app(app.serve)})).get("/mount/api/x")

    assert app.last.url == "http://localhost/api/x"


@pytest.mark.parametrize(
    "environ",
    [
        {"CONTENT_LENGTH": "abc"},
        {"CONTENT_LENGTH": "-1"},
        {"CONTENT_LENGTH": "+1"},
        {"CONTENT_LENGTH": "1_0"},
        {"CONTENT_LENGTH": "٣"},
        {"CONTENT_LENGTH": "9" * 5000},
        {"CONTENT_LENGTH": "5", "wsgi.input": io.BytesIO(b"1234")},
        {"REQUEST_URI": "nowhere"},
        {"REQUEST_URI": "ftp://x/y"},
    ],
)
def test_malformed_requests_do_not_reach_the_app(environ: dict[str, Any]) -> None:
    app = FakeApp()
    builder = EnvironBuilder("/x").get_environ()

    body, status, headers = run_wsgi_app(wsgi_app(app.serve), {**builder, **environ})

    assert (status, list(body), list(headers)) == ("400 Bad Request", [], [("Content-Length", "0")])
    assert app.requests == []


def test_a_body_that_is_too_long_is_not_even_read() -> None:
    environ = {**EnvironBuilder("/x").get_environ(), "CONTENT_LENGTH": str(2**40), "wsgi.input": None}

    assert run_wsgi_app(wsgi_app(FakeApp().serve), environ)[1].startswith("413 ")


def test_no_more_of_the_body_is_read_than_it_says() -> None:
    app = FakeApp()
    stream = io.BytesIO(b"12345")

    run_wsgi_app(
        wsgi_app(app.serve), {**EnvironBuilder("/x").get_environ(), "CONTENT_LENGTH": "3", "wsgi.input": stream}
    )

    assert (app.last.body, stream.read()) == (b"123", b"45")


def test_a_chunked_body_is_read_to_its_end() -> None:
    app = FakeApp()
    environ = EnvironBuilder("/x", input_stream=io.BytesIO(b"12345")).get_environ()
    environ |= {"wsgi.input_terminated": True, "HTTP_TRANSFER_ENCODING": "chunked", "CONTENT_LENGTH": "2"}

    run_wsgi_app(wsgi_app(app.serve), environ)

    assert (app.last.body, app.header("Content-Length"), app.header("Transfer-Encoding")) == (b"12345", None, "chunked")


@pytest.mark.parametrize(("method", "status"), [("HEAD", 200), ("GET", 204), ("GET", 304), ("GET", 101)])
def test_answers_without_a_body(method: str, status: int) -> None:
    app = FakeApp({"/x": HttpResult(status, (("X-A", "1"),), b"body")})

    body, line, headers = run_wsgi_app(wsgi_app(app.serve), EnvironBuilder("/x", method=method).get_environ())

    assert (list(body), int(line[:3]), list(headers)) == ([], status, [("X-A", "1")])


def test_headers_between_servers_are_left_out() -> None:
    app = FakeApp(
        {"/x": text("hello", ("Transfer-Encoding", "chunked"), ("Connection", "close"), ("content-length", "5"))}
    )

    response = Client(wsgi_app(app.serve)).get("/x")

    assert list(response.headers) == [TEXT, ("content-length", "5")]


@pytest.mark.parametrize(("method", "body"), [("GET", b""), ("POST", b"12"), ("HEAD", b"")])
def test_it_keeps_to_the_standard(method: str, body: bytes) -> None:
    environ: dict[str, Any] = {
        "REQUEST_METHOD": method,
        "wsgi.input": io.BytesIO(body),
        "CONTENT_LENGTH": str(len(body)),
    }
    environ["QUERY_STRING"] = ""
    setup_testing_defaults(environ)
    environ.pop("HTTP_HOST")  # which HTTP/1.0 has not
    app = FakeApp()
    started = []

    pieces = validator(wsgi_app(app.serve))(environ, lambda *said: started.append(said) or (lambda data: None))  # type: ignore[func-returns-value]

    assert b"".join(pieces) == (b"" if method == "HEAD" else b"hello")
    pieces.close()  # type: ignore[attr-defined]
    assert started[0][0] == "200 OK"
    assert app.header("Host") == "127.0.0.1:80"


def test_what_the_app_raises_passes_through() -> None:
    def serve(request: PreparedRequest, add_key: bool) -> Answer:
        raise ValueError("mine")

    with pytest.raises(ValueError, match="mine"):
        Client(wsgi_app(serve)).get("/x")
