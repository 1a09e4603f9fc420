"""Plain requests reaches an open app, and nothing else changes."""

from __future__ import annotations

import subprocess
import sys
from typing import Any

import pytest
import requests

from pytest_azfunc.http_client import plain_requests
from pytest_azfunc.http_client.session import AppSession
from tests.http_client.fake_app import FakeApp, text

BASE = "http://localhost:7071"


class Elsewhere(requests.adapters.BaseAdapter):
    """The rest of the world."""

    def send(self, request: requests.PreparedRequest, *args: Any, **options: Any) -> requests.Response:
        response: Any = requests.Response()
        response.status_code, response._content, response.url = 299, b"elsewhere", request.url
        answer: requests.Response = response
        return answer

    def close(self) -> None: ...


def a_session() -> requests.Session:
    session = requests.Session()
    session.mount("http://", Elsewhere())
    session.mount("https://", Elsewhere())
    return session


@pytest.fixture(autouse=True)
def _put_back() -> Any:
    before = requests.Session.__dict__["get_adapter"]
    yield
    assert requests.Session.__dict__["get_adapter"] is before


def test_requests_reach_the_app_without_a_key() -> None:
    app = FakeApp()

    with plain_requests(BASE, app.serve):
        response = requests.post(f"{BASE}/api/x?a=1", json=[1])

    assert (response.text, app.requests[0][1]) == ("hello", False)
    assert (app.last.method, app.last.url, app.last.body) == ("POST", f"{BASE}/api/x?a=1", b"[1]")


@pytest.mark.parametrize("make", [requests.Session, lambda: AppSession("http://other", FakeApp().serve)])
def test_any_session_reaches_it(make: Any) -> None:
    session = make()

    with plain_requests(BASE, FakeApp().serve):
        assert session.get(f"{BASE}/api/x").text == "hello"


@pytest.mark.parametrize(
    ("url", "status"),
    [
        ("http://localhost:7071", 200),
        ("http://localhost:7071/", 200),
        ("http://localhost:7071?a=1", 200),
        ("HTTP://LOCALHOST:7071/api/x", 200),
        ("http://ada:secret@localhost:7071/api/x", 200),
        ("http://localhost:707/", 299),
        ("http://localhost/", 299),
        ("https://localhost:7071/", 299),
        ("http://localhost:7071@example.org/", 299),
        ("http://localhost.example:7071/", 299),
        ("http://example.org/?u=http://localhost:7071/", 299),
        ("http://127.0.0.1:7071/", 200),
        ("http://[::1]:7071/", 200),
        ("http://127.0.0.2:7071/", 299),
        ("http://127.0.0.1:7072/", 299),
    ],
)
def test_only_the_very_origin_is_taken(url: str, status: int) -> None:
    with plain_requests(BASE, FakeApp().serve):
        assert a_session().get(url).status_code == status


@pytest.mark.parametrize(
    ("base", "url"),
    [("http://app.example", "http://app.example:80/x"), ("https://app.example:443", "https://app.example/x")],
)
def test_the_usual_port_may_be_said_or_not(base: str, url: str) -> None:
    with plain_requests(base, FakeApp().serve):
        assert a_session().get(url).text == "hello"


def test_a_longer_port_is_another_one() -> None:
    with plain_requests("http://localhost:707", FakeApp().serve):
        assert a_session().get("http://localhost:7071/").text == "elsewhere"


def test_redirects_lead_out_and_in() -> None:
    out = FakeApp({"/out": text("", ("Location", "http://example.org/there"), status=302)})

    with plain_requests(BASE, out.serve):
        response = a_session().get(f"{BASE}/out")

    assert (response.url, response.text) == ("http://example.org/there", "elsewhere")


@pytest.mark.parametrize("proxy", ["http://proxy.invalid:1", "http://ada:secret@proxy.invalid:1"])
def test_proxies_of_the_environment_are_passed_by(monkeypatch: pytest.MonkeyPatch, proxy: str) -> None:
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, proxy)
    app = FakeApp({"/a": text("", ("Location", "/b"), status=302)})

    with plain_requests(BASE, app.serve):
        assert requests.get(f"{BASE}/a").text == "hello"

    assert app.header("Proxy-Authorization") is None


@pytest.mark.parametrize("order", [(0, 1, 2), (2, 1, 0), (1, 0, 2), (1, 2, 0)])
def test_apps_close_in_any_order(order: tuple[int, ...]) -> None:
    apps = [plain_requests(f"http://app{n}", FakeApp({"/": text(f"app {n}")}).serve) for n in range(3)]
    for app in apps:
        app.__enter__()
    open_apps = {0, 1, 2}

    for closed in order:
        answers = [a_session().get(f"http://app{n}/").text for n in range(3)]
        assert answers == [f"app {n}" if n in open_apps else "elsewhere" for n in range(3)]
        apps[closed].__exit__()
        apps[closed].__exit__()
        open_apps.discard(closed)

    assert a_session().get("http://app0/").text == "elsewhere"


def test_the_latest_app_at_an_address_wins() -> None:
    with plain_requests(BASE, FakeApp({"/": text("first")}).serve):
        with plain_requests(BASE, FakeApp({"/": text("second")}).serve):
            assert requests.get(BASE).text == "second"
        assert requests.get(BASE).text == "first"


# Beside others who change get_adapter


def test_one_who_replaces_it_later_and_ends_later(monkeypatch: pytest.MonkeyPatch) -> None:
    with plain_requests(BASE, FakeApp().serve):
        monkeypatch.setattr(requests.Session, "get_adapter", lambda self, url: Elsewhere())
        assert requests.get(BASE).status_code == 299
    monkeypatch.undo()

    assert a_session().get("http://example.org").status_code == 299  # the first call takes away what came back


def test_one_who_replaces_it_earlier_is_still_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(requests.Session, "get_adapter", lambda self, url: Elsewhere())
        with plain_requests(BASE, FakeApp().serve):
            assert requests.get(BASE).text == "hello"
            assert requests.get("http://example.org").text == "elsewhere"
        assert requests.get(BASE).text == "elsewhere"


def test_one_who_replaces_it_between_two_apps(monkeypatch: pytest.MonkeyPatch) -> None:
    with plain_requests(BASE, FakeApp().serve), monkeypatch.context() as patch:
        patch.setattr(requests.Session, "get_adapter", lambda self, url: Elsewhere())
        with plain_requests("http://second", FakeApp().serve):
            assert requests.get("http://second").text == requests.get(BASE).text == "hello"
            assert requests.get("http://example.org").text == "elsewhere"


def test_one_who_replaces_it_in_a_session(monkeypatch: pytest.MonkeyPatch) -> None:
    session = requests.Session()
    with plain_requests(BASE, FakeApp().serve), monkeypatch.context() as patch:
        patch.setattr(session, "get_adapter", lambda url: Elsewhere())
        assert session.get(BASE).text == "hello"
        assert session.get("http://example.org").text == "elsewhere"
    assert "get_adapter" not in vars(session)

    session.get_adapter = lambda url: Elsewhere()  # type: ignore[method-assign]
    with plain_requests(BASE, FakeApp().serve):
        assert session.get(BASE).text == "hello"
        del session.get_adapter
        assert "get_adapter" not in vars(session)


def test_one_who_calls_the_class(monkeypatch: pytest.MonkeyPatch) -> None:
    class Own(requests.Session):
        def get_adapter(self, url: Any) -> Any:
            return super().get_adapter(url) if "localhost" in url else Elsewhere()

    with plain_requests(BASE, FakeApp().serve):
        assert Own().get(BASE).text == "hello"
        assert Own().get("http://example.org").text == "elsewhere"
        assert requests.Session.get_adapter(a_session(), url=BASE) is not None


# requests is imported when it is needed


def run(code: str) -> str:
    done = subprocess.run([sys.executable, "-W", "error", "-c", code], capture_output=True, text=True, check=False)
    assert done.stderr == ""
    return done.stdout


def test_opening_an_app_does_not_import_requests() -> None:
    assert (
        run(
            """
import sys
from pytest_azfunc.http_client import plain_requests
from tests.http_client.fake_app import FakeApp

finders = list(sys.meta_path)
with plain_requests("http://localhost:7071", FakeApp().serve):
    assert "requests" not in sys.modules and "werkzeug" not in sys.modules
assert sys.meta_path == finders
print("ok")
"""
        )
        == "ok\n"
    )


def test_a_later_import_of_requests_finds_the_app() -> None:
    assert (
        run(
            """
import sys
from pytest_azfunc.http_client import plain_requests
from tests.http_client.fake_app import FakeApp

with plain_requests("http://localhost:7071", FakeApp().serve):
    import requests
    print(requests.get("http://localhost:7071/x").text)
    print(type(requests.sessions.__loader__).__name__, type(requests.sessions.__spec__.loader).__name__)
print(type(requests.Session.__dict__["get_adapter"]).__name__)
with plain_requests("http://localhost:7071", FakeApp().serve):
    print(requests.get("http://localhost:7071/x").text)
"""
        )
        == "hello\nSourceFileLoader SourceFileLoader\nfunction\nhello\n"
    )


def test_an_import_after_the_app_is_closed_is_left_alone() -> None:
    assert (
        run(
            """
from pytest_azfunc.http_client import plain_requests
from tests.http_client.fake_app import FakeApp

with plain_requests("http://localhost:7071", FakeApp().serve):
    pass
import requests
print(type(requests.Session.__dict__["get_adapter"]).__name__)
"""
        )
        == "function\n"
    )
