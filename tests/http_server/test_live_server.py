"""The app on a socket: whatever clients do, the test run goes on."""

from __future__ import annotations

import gc
import http.client
import logging
import shutil
import socket
import subprocess
import threading
import warnings
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from urllib.parse import urlsplit

import pytest
import requests

from pytest_azfunc.host.web.http_request import PreparedRequest
from pytest_azfunc.host.web.http_response import Answer, HttpResult
from pytest_azfunc.http_server import LiveServer
from tests.http_client.fake_app import FakeApp, text

pytestmark = pytest.mark.filterwarnings("error")
PATIENCE = 20  # seconds, for a client that must not be left waiting


@pytest.fixture
def app() -> FakeApp:
    return FakeApp()


@pytest.fixture
def server(app: FakeApp) -> Iterator[LiveServer]:
    with LiveServer(app.serve) as server:
        yield server


def connect(server: LiveServer) -> socket.socket:
    parts = urlsplit(server.url)
    return socket.create_connection((parts.hostname, parts.port), timeout=PATIENCE)


def talk(server: LiveServer, *pieces: bytes) -> bytes:
    """Send bytes, and return all that comes back until the server closes."""
    with connect(server) as connection:
        for piece in pieces:
            connection.sendall(piece)
        answer = b""
        while piece := connection.recv(65536):
            answer += piece
    return answer


def test_a_request_and_its_response(server: LiveServer, app: FakeApp) -> None:
    app.answers["/api/x"] = text("made", ("X-A", "1"), ("X-A", "2"), status=201)
    parts = urlsplit(server.url)
    client = http.client.HTTPConnection("127.0.0.1", parts.port, timeout=PATIENCE)

    client.request("POST", "/api/x?a=1", b"body", {"X-Own": "1", "under_score": "2"})
    response = client.getresponse()

    assert (response.status, response.reason, response.read()) == (201, "Created", b"made")
    assert [value for name, value in response.getheaders() if name == "X-A"] == ["1", "2"]
    assert response.getheader("Server") == "Kestrel"
    assert response.getheader("Date") is not None
    client.close()
    request, add_key = app.requests[0]
    assert (request.method, request.url, request.body) == ("POST", f"{server.url}/api/x?a=1", b"body")
    assert request.headers == (
        ("Host", f"127.0.0.1:{parts.port}"),
        ("Accept-Encoding", "identity"),
        ("Content-Length", "4"),
        ("X-Own", "1"),
        ("under_score", "2"),
    )
    assert add_key is False


def test_it_is_on_loopback_only(server: LiveServer) -> None:
    assert urlsplit(server.url).hostname == "127.0.0.1"
    assert server._server is not None
    assert server._server.socket.getsockname()[0] == "127.0.0.1"


@pytest.mark.parametrize("target", ["/a%2Fb/%41", "//api//x", "/x?q=%20&r=a+b", "/%C3%A4"])
def test_the_target_arrives_as_it_was_sent(server: LiveServer, app: FakeApp, target: str) -> None:
    talk(server, f"GET {target} HTTP/1.1\r\nHost: x\r\n\r\n".encode())

    assert app.last.url == f"http://x{target}"


def test_the_app_s_own_date_and_server_win(server: LiveServer, app: FakeApp) -> None:
    app.answers["/x"] = text("", ("Date", "then"), ("Server", "mine"))

    headers = requests.get(f"{server.url}/x", timeout=PATIENCE).headers

    assert (headers["Date"], headers["Server"]) == ("then", "mine")


def test_head(server: LiveServer, app: FakeApp) -> None:
    app.answers["/x"] = HttpResult(200, (("Content-Length", "5"),))

    response = requests.head(f"{server.url}/x", timeout=PATIENCE)

    assert (response.content, response.headers["Content-Length"]) == (b"", "5")


@pytest.mark.skipif(shutil.which("curl") is None, reason="curl is not installed")
def test_curl(server: LiveServer, app: FakeApp) -> None:
    big = "x" * 2_000_000  # for which curl asks first whether to go on

    done = subprocess.run(
        ["curl", "-sS", "-i", "--max-time", str(PATIENCE), "--data-binary", "@-", f"{server.url}/x"],
        input=big.encode(),
        capture_output=True,
        check=True,
    )

    assert done.stdout.endswith(b"hello")
    assert done.stderr == b""
    assert len(app.last.body) == len(big)


def test_a_body_of_many_megabytes(server: LiveServer, app: FakeApp) -> None:
    app.answers["/x"] = lambda request: HttpResult(200, (), request.body)
    body = b"0123456789" * 4_000_000  # more than Kestrel takes unless Azure's host tells it to

    response = requests.post(f"{server.url}/x", data=body, timeout=PATIENCE)

    assert response.content == body


def test_a_chunked_body(server: LiveServer, app: FakeApp) -> None:
    requests.post(f"{server.url}/x", data=(b"%d," % n for n in range(10_000)), timeout=PATIENCE)

    assert app.last.body == b"".join(b"%d," % n for n in range(10_000))
    assert app.header("Transfer-Encoding") == "chunked"


def test_an_upload(server: LiveServer, app: FakeApp) -> None:
    response = requests.post(f"{server.url}/x", files={"photo": b"bytes"}, timeout=PATIENCE)

    assert response.text == "hello"
    assert b'name="photo"; filename="photo"\r\n\r\nbytes\r\n' in app.last.body


CHUNKED = b"POST /x HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n"


@pytest.mark.parametrize(
    ("body", "read"),
    [
        (b"0\r\n\r\n", b""),
        (b"3\r\nabc\r\n0\r\n\r\n", b"abc"),
        (b"3;name=value\r\nabc\r\nA\r\n0123456789\r\n0\r\nTrailer: 1\r\n\r\n", b"abc0123456789"),
        (b"03\nabc\n0\n\n", b"abc"),
    ],
)
def test_chunks(server: LiveServer, app: FakeApp, body: bytes, read: bytes) -> None:
    assert talk(server, CHUNKED, body).startswith(b"HTTP/1.1 200 OK\r\n")
    assert app.last.body == read


@pytest.mark.parametrize(
    "request_bytes",
    [
        b"\x16\x03\x01\x02\x00\x01\x00\r\n\r\n",
        b"GARBAGE\r\n\r\n",
        b"GET /x HTTP/9.9\r\n\r\n",
        b"GET /x FTP/1.1\r\n\r\n",
        b"GET http://[ HTTP/1.1\r\nHost: x\r\n\r\n",
        b"GET nowhere HTTP/1.1\r\nHost: x\r\n\r\n",
        b"GET /caf\xc3\xa9 HTTP/1.1\r\nHost: x\r\n\r\n",
        b"GET /x HTTP/1.1\r\nno colon\r\n\r\n",
        b"GET /x HTTP/1.1\r\n continued\r\nHost: x\r\n\r\n",
        b"GET /" + b"x" * 70_000 + b" HTTP/1.1\r\n\r\n",
        b"GET /x HTTP/1.1\r\nX: " + b"x" * 70_000 + b"\r\n\r\n",
        b"POST /x HTTP/1.1\r\nHost: x\r\nContent-Length: many\r\n\r\n",
        b"POST /x HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\na",
        CHUNKED + b"x\r\n",
        CHUNKED + b"-1\r\n",
        CHUNKED + b"\r\n",
        CHUNKED + b"3\r\nabcdef\r\n",
        CHUNKED + b"0\r\n" + b"a: b\r\n" * 200,
    ],
)
def test_malformed_requests_are_refused(server: LiveServer, app: FakeApp, request_bytes: bytes) -> None:
    status = talk(server, request_bytes).split(b" ", 2)[1]

    assert status in (b"400", b"414", b"431", b"505")
    assert app.requests == []
    assert requests.get(server.url, timeout=PATIENCE).text == "hello"


@pytest.mark.parametrize(
    "request_bytes",
    [
        b"",
        b"GET /x HT",
        b"GET /x HTTP/1.1\r\nHost",
        b"POST /x HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\n\r\nabc",
        CHUNKED + b"3\r\na",
        CHUNKED + b"fffffffffff\r\nabc",
        CHUNKED,
    ],
)
def test_clients_that_go_away_leave_nothing_behind(
    server: LiveServer, app: FakeApp, request_bytes: bytes, capfd: pytest.CaptureFixture[str]
) -> None:
    for _ in range(3):
        with connect(server) as connection:
            connection.sendall(request_bytes)

    assert requests.get(server.url, timeout=PATIENCE).text == "hello"
    server.stop()
    assert server.left_running == ()
    assert [request.method for request, _ in app.requests] == ["GET"]
    assert capfd.readouterr() == ("", "")


def test_a_client_that_closes_before_the_answer(
    server: LiveServer, app: FakeApp, capfd: pytest.CaptureFixture[str]
) -> None:
    gone, running = threading.Event(), threading.Event()

    def slow(request: PreparedRequest) -> HttpResult:
        running.set()
        gone.wait(PATIENCE)
        return HttpResult(200, (), b"x" * 10_000_000)

    app.answers["/slow"] = slow
    with connect(server) as connection:
        connection.sendall(b"GET /slow HTTP/1.1\r\nHost: x\r\n\r\n")
        assert running.wait(PATIENCE)
    gone.set()

    assert requests.get(server.url, timeout=PATIENCE).text == "hello"
    server.stop()
    assert capfd.readouterr() == ("", "")


def test_a_client_that_sends_more_than_it_said_gets_its_answer(server: LiveServer) -> None:
    request = b"GET /x HTTP/1.1\r\nHost: x\r\n\r\n"

    answer = talk(server, request + request)

    assert answer.count(b"HTTP/1.1 200 OK") == 1
    assert answer.endswith(b"hello")


@pytest.mark.parametrize("error", [ValueError("mine"), SystemExit(3), KeyboardInterrupt()])
def test_what_the_app_raises_is_a_500_without_a_body(error: BaseException, capfd: pytest.CaptureFixture[str]) -> None:
    def serve(request: PreparedRequest, add_key: bool) -> Answer:
        raise error

    with LiveServer(serve) as server:
        response = requests.get(f"{server.url}/x", timeout=PATIENCE)

    assert (response.status_code, response.content) == (500, b"")
    assert capfd.readouterr() == ("", "")


def test_requests_run_beside_each_other(server: LiveServer, app: FakeApp) -> None:
    together = threading.Barrier(8, timeout=PATIENCE)

    def meeting(request: PreparedRequest) -> HttpResult:
        together.wait()
        return text("met")

    app.answers["/meet"] = meeting
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda _: requests.get(f"{server.url}/meet", timeout=PATIENCE).text, range(8)))

    assert answers == ["met"] * 8


# Starting and stopping


def test_start_and_stop_may_be_repeated(app: FakeApp) -> None:
    server = LiveServer(app.serve)
    assert repr(server) == "<LiveServer (stopped)>"
    with pytest.raises(RuntimeError) as caught:
        _ = server.url
    assert str(caught.value) == "The live server is not running, so it has no URL yet. Call start() first."

    server.stop()
    first = server.start().url
    assert server.start().url == first
    assert requests.get(first, timeout=PATIENCE).text == "hello"
    assert repr(server) == f"<LiveServer {first}>"
    server.stop()
    server.stop()
    with pytest.raises(requests.ConnectionError):
        requests.get(first, timeout=PATIENCE)

    assert requests.get(server.start().url, timeout=PATIENCE).text == "hello"
    server.stop()


def test_two_at_once() -> None:
    with LiveServer(FakeApp({"/": text("one")}).serve) as one, LiveServer(FakeApp({"/": text("two")}).serve) as two:
        assert requests.get(one.url, timeout=PATIENCE).text == "one"
        assert requests.get(two.url, timeout=PATIENCE).text == "two"


def request_threads() -> list[str]:
    return [thread.name for thread in threading.enumerate() if thread.name.startswith("azfunc-")]


def test_nothing_is_left_behind(app: FakeApp, capfd: pytest.CaptureFixture[str]) -> None:
    logger = logging.getLogger("werkzeug")
    before = (logger.level, logger.handlers[:], logger.propagate, logger.disabled)
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        with LiveServer(app.serve) as server, connect(server) as silent, connect(server) as half:
            half.sendall(b"POST /x HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\nabc")
            requests.get(f"{server.url}/x", timeout=PATIENCE)  # then the other two have been accepted
            server.stop()
            assert silent.recv(1) == b""
        del server
        gc.collect()

    assert [str(warning.message) for warning in caught if warning.category is ResourceWarning] == []
    assert request_threads() == []
    assert (logger.level, logger.handlers[:], logger.propagate, logger.disabled) == before
    assert capfd.readouterr() == ("", "")


def test_a_function_that_runs_may_end(app: FakeApp) -> None:
    running, stopping = threading.Event(), threading.Event()

    def slow(request: PreparedRequest) -> HttpResult:
        running.set()
        stopping.wait(PATIENCE)
        return text("done")

    app.answers["/slow"] = slow
    with LiveServer(app.serve) as server, ThreadPoolExecutor(2) as pool:
        answer = pool.submit(requests.get, f"{server.url}/slow", timeout=PATIENCE)
        assert running.wait(PATIENCE)
        stop = pool.submit(server.stop)
        stopping.set()
        stop.result(PATIENCE)

        assert answer.result(PATIENCE).text == "done"
    assert server.left_running == ()


def test_a_function_that_never_ends_is_left_behind(app: FakeApp) -> None:
    running, for_ever = threading.Event(), threading.Event()

    def endless(request: PreparedRequest) -> HttpResult:
        running.set()
        for_ever.wait()
        return text("too late")

    app.answers["/endless"] = endless
    server = LiveServer(app.serve, grace=0.05).start()
    with connect(server) as connection:
        connection.sendall(b"GET /endless HTTP/1.1\r\nHost: x\r\n\r\n")
        assert running.wait(PATIENCE)
        server.stop()
        assert connection.recv(1) == b""

    assert server.left_running == ("GET /endless",)
    left: Any = [thread for thread in threading.enumerate() if thread.name == "azfunc-request"]
    for_ever.set()
    for thread in left:
        thread.join(PATIENCE)
    assert request_threads() == []


def test_a_client_that_does_not_read_cannot_hold_it_up(app: FakeApp) -> None:
    answered = threading.Event()

    def large(request: PreparedRequest) -> HttpResult:
        answered.set()
        return HttpResult(200, (), b"x" * 50_000_000)

    app.answers["/large"] = large
    server = LiveServer(app.serve, grace=0.05).start()
    with connect(server) as connection:
        connection.sendall(b"GET /large HTTP/1.1\r\nHost: x\r\n\r\n")
        assert answered.wait(PATIENCE)
        server.stop()

    assert server.left_running == ()
    assert request_threads() == []
