"""The session of the app: a requests.Session in everything but the network."""

from __future__ import annotations

import gzip
import io
import json
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
import requests

from pytest_azfunc.errors import BindingError
from pytest_azfunc.host.web.http_request import PreparedRequest
from pytest_azfunc.host.web.http_response import Answer, HttpResult
from pytest_azfunc.http_client.responses import empty_response
from pytest_azfunc.http_client.session import AppSession
from tests.http_client.fake_app import TEXT, FakeApp, text

BASE = "http://localhost:7071"


@pytest.fixture
def app() -> FakeApp:
    return FakeApp()


@pytest.fixture
def session(app: FakeApp) -> Iterator[AppSession]:
    with AppSession(BASE, app.serve) as session:
        yield session


def test_it_is_a_session(session: AppSession) -> None:
    response = session.get("/api/hello")

    assert isinstance(session, requests.Session)
    assert isinstance(response, requests.Response)
    assert (response.status_code, response.reason, response.ok) == (200, "OK", True)
    assert (response.text, response.encoding) == ("hello", "utf-8")
    assert response.url == "http://localhost:7071/api/hello"
    assert response.elapsed.total_seconds() > 0
    assert response.history == []


@pytest.mark.parametrize(
    ("given", "url"),
    [
        ("/api/x", f"{BASE}/api/x"),
        ("api/x", f"{BASE}/api/x"),
        (b"/api/x", f"{BASE}/api/x"),
        ("", f"{BASE}/"),
        ("?a=1", f"{BASE}/?a=1"),
        ("//api//x", f"{BASE}//api//x"),
        ("api/x?to=http://elsewhere", f"{BASE}/api/x?to=http://elsewhere"),
        ("/api/ä ?q=ö", f"{BASE}/api/%C3%A4%20?q=%C3%B6"),
        ("/api/x#part", f"{BASE}/api/x"),
        ("http://localhost:7071/api/x", f"{BASE}/api/x"),
        ("HTTP://LocalHost:7071/Api/X", f"{BASE}/Api/X"),
        ("http://user:secret@localhost:7071/api/x", f"{BASE}/api/x"),
    ],
)
def test_addresses(session: AppSession, app: FakeApp, given: str | bytes, url: str) -> None:
    session.get(given)

    assert app.last.url == url


def test_prepared_requests_may_be_relative_too(session: AppSession, app: FakeApp) -> None:
    request = requests.Request("PUT", "/api/x", data=b"12")

    session.send(session.prepare_request(request))

    assert (app.last.method, app.last.url, app.last.body) == ("PUT", f"{BASE}/api/x", b"12")
    assert request.url == "/api/x"


@pytest.mark.parametrize("name", ["127.0.0.1", "[::1]", "localhost"])
def test_another_name_of_the_machine_is_what_the_server_is_called_by(
    session: AppSession, app: FakeApp, name: str
) -> None:
    session.get(f"http://{name}:7071/api/x")

    assert (app.last.url, app.header("Host")) == (f"http://{name}:7071/api/x", f"{name}:7071")


@pytest.mark.parametrize(
    "url",
    ["http://localhost:7072/x", "http://localhost/x", "https://localhost:7071/x", "http://localhost.example:7071/x"],
)
def test_other_hosts_are_an_ordinary_request(session: AppSession, app: FakeApp, url: str) -> None:
    class Elsewhere(requests.adapters.BaseAdapter):
        def send(self, request: requests.PreparedRequest, *args: Any, **options: Any) -> requests.Response:
            response = requests.Response()
            response.status_code, response._content = 299, b""  # type: ignore[attr-defined, unused-ignore]
            return response

        def close(self) -> None: ...

    for prefix in ("http://", "https://"):
        session.mount(prefix, Elsewhere())

    assert session.get(url).status_code == 299
    assert app.requests == []


def test_what_goes_over_the_wire(session: AppSession, app: FakeApp) -> None:
    session.post("/api/x", json={"a": "ä"}, headers={"X-Own": "1", "User-Agent": "me", "Accept-Encoding": None})

    body = json.dumps({"a": "ä"}).encode()
    assert app.last == PreparedRequest(
        "POST",
        f"{BASE}/api/x",
        (
            ("Host", "localhost:7071"),
            ("User-Agent", "me"),
            ("Accept", "*/*"),
            ("Connection", "keep-alive"),
            ("X-Own", "1"),
            ("Content-Length", str(len(body))),
            ("Content-Type", "application/json"),
            ("Accept-Encoding", "identity"),
        ),
        body,
    )


def test_a_host_of_ones_own(session: AppSession, app: FakeApp) -> None:
    session.get("/x", headers={"Host": "shop.example"})

    assert [value for name, value in app.last.headers if name == "Host"] == ["shop.example"]


@pytest.mark.parametrize(
    ("base_url", "host"),
    [("http://localhost", "localhost"), ("https://app.example:443", "app.example"), ("http://[::1]:80", "[::1]")],
)
def test_the_host_header_leaves_out_the_usual_port(app: FakeApp, base_url: str, host: str) -> None:
    AppSession(base_url, app.serve).get("/x")

    assert app.header("Host") == host


def test_header_values_are_bytes_of_the_wire(session: AppSession, app: FakeApp) -> None:
    session.get("/x", headers={"X-Bytes": "ä".encode(), "X-Text": "ä"})

    assert (app.header("X-Bytes"), app.header("X-Text")) == ("Ã¤", "ä")
    with pytest.raises(UnicodeEncodeError):
        session.get("/x", headers={"X-Text": "€"})


def chunks() -> Iterator[bytes]:
    yield b"one "
    yield b""
    yield b"two"


@pytest.mark.parametrize(
    ("data", "body", "length"),
    [
        ("text", b"text", "4"),
        (b"\0\1", b"\0\1", "2"),
        ({"a": ["1", "2"]}, b"a=1&a=2", "7"),
        (io.BytesIO(b"file"), b"file", "4"),
        (io.StringIO("text"), b"text", "4"),
        (None, b"", "0"),
        (b"x" * 5_000_000, b"x" * 5_000_000, "5000000"),
    ],
)
def test_bodies(session: AppSession, app: FakeApp, data: Any, body: bytes, length: str) -> None:
    session.post("/x", data=data)

    assert app.last.body == body
    assert app.header("Content-Length") == length
    assert app.header("Transfer-Encoding") is None


def test_a_streamed_body_is_chunked(session: AppSession, app: FakeApp) -> None:
    session.post("/x", data=chunks())

    assert app.last.body == b"one two"
    assert app.header("Content-Length") is None
    assert app.header("Transfer-Encoding") == "chunked"


def test_a_body_that_is_longer_than_it_says_is_read_so_far(session: AppSession, app: FakeApp) -> None:
    # requests counts the characters of a text file, not its bytes
    session.post("/x", data=io.StringIO("äöü"))

    assert (app.last.body, app.header("Content-Length")) == ("äöü".encode()[:3], "3")


def test_an_endless_body_comes_to_an_end(session: AppSession, app: FakeApp, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pytest_azfunc.http_client.adapter._LONGEST_BODY", 1000)

    def endless() -> Iterator[bytes]:
        while True:
            yield b"x" * 300

    session.post("/x", data=endless())

    assert len(app.last.body) == 1200


def test_files(session: AppSession, app: FakeApp) -> None:
    session.post("/x", files={"photo": ("a.txt", b"bytes", "text/plain")}, data={"name": "ada"})

    content_type = app.header("Content-Type") or ""
    assert content_type.startswith("multipart/form-data; boundary=")
    assert b'name="photo"; filename="a.txt"\r\nContent-Type: text/plain\r\n\r\nbytes\r\n' in app.last.body
    assert app.header("Content-Length") == str(len(app.last.body))


# Keys and the signed-in user


def test_a_request_gets_a_key_that_the_response_shows(session: AppSession, app: FakeApp) -> None:
    response = session.get("/x")

    assert app.requests[-1][1] is True
    assert response.request.headers["X-Functions-Key"] == "valid"
    assert "x-functions-key" not in session.headers


def test_no_key(session: AppSession, app: FakeApp) -> None:
    session.headers["x-functions-key"] = "of the session"

    response = session.get("/x", key=None)

    assert app.requests[-1][1] is False
    assert app.header("x-functions-key") is None
    assert "x-functions-key" not in response.request.headers


def test_a_key_of_ones_own(session: AppSession, app: FakeApp) -> None:
    session.post("/x", key="mine", headers={"X-Functions-Key": "other", "X-Else": "1"})

    keys = [value for name, value in app.last.headers if name.lower() == "x-functions-key"]
    assert (keys, app.requests[-1][1], app.header("X-Else")) == (["mine"], False, "1")


@pytest.mark.parametrize(("options", "added"), [({}, [True, True]), ({"key": None}, [False, False])])
def test_the_key_of_a_redirected_request(options: dict[str, Any], added: list[bool]) -> None:
    app = FakeApp({"/a": HttpResult(307, (("Location", "/b"),))})

    response = AppSession(BASE, app.serve).post("/a", data=b"1", **options)

    assert [add for _, add in app.requests] == added
    # The key of the first function is not what the second one gets.
    assert all("x-functions-key" not in dict(request.headers) for request, _ in app.requests)
    assert response.url == f"{BASE}/b"


def test_a_call_within_a_call_has_its_own_key() -> None:
    def calling(request: PreparedRequest) -> HttpResult:
        client.get("/inner")
        return text("outer")

    app = FakeApp({"/outer": calling})
    client = AppSession(BASE, app.serve)

    client.get("/outer", key=None)
    client.get("/after")

    assert [add for _, add in app.requests] == [False, True, True]


def test_principal(session: AppSession, app: FakeApp) -> None:
    session.get("/x", principal={"name": "ada", "id": "7"}, headers={"x-ms-client-principal-id": "8"})

    assert app.header("X-MS-CLIENT-PRINCIPAL-NAME") == "ada"
    ids = [value for name, value in app.last.headers if name.lower() == "x-ms-client-principal-id"]
    assert ids == ["8"]


def test_a_principal_that_is_none(session: AppSession) -> None:
    with pytest.raises(BindingError) as caught:
        session.get("/x", principal={"nmae": "ada"})

    assert caught.value.rule == "payload-value"


# Responses


def test_redirects() -> None:
    def seen(request: PreparedRequest) -> HttpResult:
        return text(f"{request.method} {request.body.decode()}")

    hops = {f"/{status}": HttpResult(status, (("Location", "/seen"),)) for status in (301, 302, 303, 307, 308)}
    session = AppSession(BASE, FakeApp({**hops, "/seen": seen}).serve)

    answers = {status: session.post(f"/{status}", data=b"body") for status in (301, 302, 303, 307, 308)}

    assert {status: answer.text for status, answer in answers.items()} == {
        301: "GET ",
        302: "GET ",
        303: "GET ",
        307: "POST body",
        308: "POST body",
    }
    assert [hop.status_code for hop in answers[307].history] == [307]
    assert session.get("/302", allow_redirects=False).headers["Location"] == "/seen"


def test_a_circle_of_redirects_ends() -> None:
    app = FakeApp({"/a": HttpResult(302, (("Location", "/a"),))})

    with pytest.raises(requests.TooManyRedirects):
        AppSession(BASE, app.serve).get("/a")

    assert len(app.requests) == 31


def test_cookies_are_kept() -> None:
    jar = HttpResult(200, (TEXT, ("Set-Cookie", "a=1; path=/"), ("Set-Cookie", "b=2; path=/api; httponly")))
    app = FakeApp({"/login": jar, "/logout": HttpResult(200, (("Set-Cookie", "a=; max-age=0; path=/"),))})
    session = AppSession(BASE, app.serve)

    response = session.get("/login")
    session.get("/api/x")
    both = app.header("Cookie")
    session.get("/logout")
    session.get("/")

    assert response.cookies.get_dict() == {"a": "1", "b": "2"}
    assert response.headers["Set-Cookie"] == "a=1; path=/, b=2; path=/api; httponly"
    assert both is not None
    assert set(both.split("; ")) == {"a=1", "b=2"}
    assert app.header("Cookie") is None


@pytest.mark.parametrize("attributes", ["domain=; path=/", "path=/; domain=", "Domain= ;path=/; httponly"])
def test_a_cookie_with_an_empty_domain_is_kept_as_in_a_browser(attributes: str) -> None:
    app = FakeApp({"/in": HttpResult(200, (("Set-Cookie", f"sid=7; {attributes}"),))})
    client = AppSession(BASE, app.serve)

    response = client.get("/in")
    client.get("/home")

    assert app.header("Cookie") == "sid=7"
    assert response.headers["Set-Cookie"] == f"sid=7; {attributes}"


def test_a_cookie_for_another_domain_is_not_kept() -> None:
    app = FakeApp({"/in": HttpResult(200, (("Set-Cookie", "sid=7; domain=example.org; path=/"),))})
    client = AppSession(BASE, app.serve)

    client.get("/in")
    client.get("/home")

    assert app.header("Cookie") is None


def test_a_cookie_that_comes_with_a_redirect() -> None:
    app = FakeApp({"/in": HttpResult(302, (("Location", "/home"), ("Set-Cookie", "sid=7; path=/")))})

    AppSession(BASE, app.serve).get("/in")

    assert app.header("Cookie") == "sid=7"


BODY = b"line one\nline two\n" * 100


@pytest.mark.parametrize("encoding", [None, "gzip"])
def test_streamed_responses(encoding: str | None) -> None:
    headers = (TEXT,) if encoding is None else (TEXT, ("Content-Encoding", encoding))
    result = HttpResult(200, headers, gzip.compress(BODY) if encoding else BODY)
    session = AppSession(BASE, FakeApp({"/x": result}).serve)

    assert session.get("/x").content == BODY
    assert session.get("/x", stream=True).content == BODY
    assert b"".join(session.get("/x", stream=True).iter_content(7)) == BODY
    assert list(session.get("/x", stream=True).iter_lines()) == BODY.splitlines()
    assert session.get("/x", stream=True).raw.read(4, decode_content=True) == BODY[:4]
    with session.get("/x", stream=True) as response:
        assert next(response.iter_content(5)) == BODY[:5]
    read = session.get("/x").raw
    assert (read.closed, read.read()) == (True, b"")


def test_repeated_headers_and_unknown_status() -> None:
    result = HttpResult(299, (("X-A", "1"), ("X-A", "2"), ("X-Ü", "€")))
    response = AppSession(BASE, FakeApp({"/x": result}).serve).get("/x")

    assert (response.status_code, response.reason, response.content) == (299, "", b"")
    assert response.headers["x-a"] == "1, 2"
    assert response.raw.headers.getlist("X-A") == ["1", "2"]
    assert response.headers["X-Ü"] == "€".encode().decode("latin-1")


@pytest.mark.parametrize(("method", "status"), [("HEAD", 200), ("GET", 204), ("GET", 304)])
def test_responses_without_a_body(method: str, status: int) -> None:
    result = HttpResult(status, (("Content-Length", "5"),), b"12345")

    response = AppSession(BASE, FakeApp({"/x": result}).serve).request(method, "/x")

    assert (response.content, response.headers["Content-Length"]) == (b"", "5")


def test_a_length_that_is_wrong_is_no_error() -> None:
    result = HttpResult(200, (("Content-Length", "100"),), b"12345")
    session = AppSession(BASE, FakeApp({"/x": result}).serve)

    assert session.get("/x").content == session.get("/x", stream=True).content == b"12345"


def test_hooks_and_auth_work_as_in_any_session(session: AppSession, app: FakeApp) -> None:
    seen = []
    session.auth = ("ada", "secret")

    session.get("/x", hooks={"response": lambda response, **_: seen.append(response.status_code)})

    assert seen == [200]
    assert app.header("Authorization") == "Basic YWRhOnNlY3JldA=="


def by_function(send: Any, seen: list[str]) -> Any:
    def traced(session: requests.Session, request: requests.PreparedRequest, **options: Any) -> requests.Response:
        seen.append(request.path_url)
        response: requests.Response = send(session, request, **options)
        return response

    return traced


class by_proxy:
    """As tracing libraries do it that wrap with objects: whatever is asked of it, the function below answers."""

    def __init__(self, send: Any, seen: list[str]) -> None:
        self._send, self._seen = send, seen

    def __getattr__(self, name: str) -> Any:
        return getattr(self._send, name)

    def __get__(self, session: Any, owner: Any = None) -> Any:
        return by_proxy(self._send.__get__(session, owner), self._seen)

    def __call__(self, request: requests.PreparedRequest, **options: Any) -> requests.Response:
        self._seen.append(request.path_url)
        response: requests.Response = self._send(request, **options)
        return response


@pytest.mark.parametrize("traced", [by_function, by_proxy])
def test_what_traces_all_of_requests_sees_the_app_too(
    session: AppSession, traced: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[str] = []
    monkeypatch.setattr(requests.Session, "send", traced(requests.Session.send, seen))

    assert session.get("/x").text == "hello"
    assert seen == ["/x"]


def test_a_request_that_is_not_prepared_is_refused_as_in_any_session(session: AppSession) -> None:
    unprepared: Any = requests.Request("GET", f"{BASE}/x")

    with pytest.raises(ValueError, match="You can only send PreparedRequests"):
        session.send(unprepared)


@pytest.mark.parametrize("given", [{}, {"verify": "mine.pem", "cert": "other.pem", "proxies": {"https": "http://p"}}])
def test_a_redirect_to_another_host_takes_the_network_options_along(given: dict[str, Any]) -> None:
    received: dict[str, Any] = {}

    class Elsewhere(requests.adapters.BaseAdapter):
        def send(self, request: requests.PreparedRequest, *args: Any, **options: Any) -> requests.Response:
            received.update(options)
            response = requests.Response()
            response.status_code, response._content = 299, b""  # type: ignore[attr-defined, unused-ignore]
            return response

        def close(self) -> None: ...

    session = AppSession(BASE, FakeApp({"/x": HttpResult(302, (("Location", "https://other.example/"),))}).serve)
    session.mount("https://", Elsewhere())
    session.verify, session.cert, session.proxies = "ours.pem", "our.pem", {"https": "http://ours"}

    assert session.send(session.prepare_request(requests.Request("GET", "/x")), **given).status_code == 299
    assert {name: received[name] for name in ("verify", "cert", "proxies")} == (
        given or {"verify": "ours.pem", "cert": "our.pem", "proxies": {"https": "http://ours"}}
    )


def test_a_redirect_that_is_not_followed_says_what_comes_next() -> None:
    app = FakeApp({"/a": HttpResult(302, (("Location", "/b"),))})
    response = AppSession(BASE, app.serve).get("/a", allow_redirects=False)

    assert (response.status_code, response.history) == (302, [])
    assert response.next is not None
    assert response.next.url == f"{BASE}/b"
    assert len(app.requests) == 1


def test_an_empty_response_is_what_requests_makes() -> None:
    """It is copied from one of requests; what can be changed in it must not be shared."""
    usual = vars(requests.Response())
    del usual["headers"]  # the host's, in every response
    made, other = (
        {name: getattr(response, name) for name in usual} for response in (empty_response(), empty_response())
    )
    changeable = {name for name, value in usual.items() if not isinstance(value, (type(None), bool, timedelta))}
    assert changeable == {"history", "cookies"}
    assert all(type(made[name]) is type(usual[name]) for name in usual)
    assert all(made[name] is not other[name] for name in changeable)


def test_raise_for_status() -> None:
    session = AppSession(BASE, FakeApp({"/x": HttpResult(500)}).serve)

    with pytest.raises(requests.HTTPError) as caught:
        session.get("/x").raise_for_status()

    assert str(caught.value) == "500 Server Error: Internal Server Error for url: http://localhost:7071/x"


@pytest.mark.parametrize("error", [ValueError("mine"), KeyboardInterrupt(), SystemExit(3)])
def test_what_the_app_raises_passes_through(error: BaseException) -> None:
    def serve(request: PreparedRequest, add_key: bool) -> Answer:
        raise error

    with pytest.raises(type(error)) as caught:
        AppSession(BASE, serve).get("/x")

    assert caught.value is error


def test_the_invocation_comes_with_the_response() -> None:
    invocation: Any = object()

    def serve(request: PreparedRequest, add_key: bool) -> Answer:
        return Answer(request, text("hello"), invocation if request.url.endswith("/ran") else None)

    session = AppSession(BASE, serve)

    assert session.get("/ran").invocation is invocation
    assert session.get("/refused").invocation is None


def test_proxies_and_netrc_are_not_looked_up(app: FakeApp, tmp_path: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "netrc").write_text("machine localhost login ada password secret\n")
    monkeypatch.setenv("NETRC", str(tmp_path / "netrc"))
    monkeypatch.setenv("HTTP_PROXY", "http://proxy.invalid:1")

    AppSession(BASE, app.serve).get("/x")

    assert app.header("Authorization") is None
