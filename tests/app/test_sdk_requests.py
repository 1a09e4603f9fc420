"""Code of an app that has clients of its own: none of its requests leaves a test, and at once it is told why."""

from __future__ import annotations

import asyncio
import pickle
import socket
import threading
import time
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import pytest
import requests

from pytest_azfunc import Host, UnsupportedFeature
from tests.app.sdk_clients import CLIENTS, FILE_SETTINGS, KEY
from tests.function_app import FunctionApp, http_out, http_trigger, queue_trigger

EMULATOR = FILE_SETTINGS["AzureWebJobsStorage"]


@pytest.fixture
def app(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> FunctionApp:
    monkeypatch.chdir(tmp_path)
    app = FunctionApp(tmp_path)
    app.write({"local.settings.json": {"IsEncrypted": False, "Values": FILE_SETTINGS}})
    return app


@pytest.fixture
def _no_network(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Nothing is connected, looked up or waited for."""
    seen: list[Any] = []
    # A function that has asked in several threads is over when the first was refused: of its others one may be late.
    others = set(threading.enumerate()) - {threading.current_thread()}

    def see(what: str, *of: Any) -> None:
        if threading.current_thread() not in others:
            seen.append((what, *of))

    def look_up(*address: Any, **options: Any) -> Any:
        see("looked up", address[:2])
        raise socket.gaierror

    def connect(_: socket.socket, address: Any) -> None:
        see("connected", address)
        raise ConnectionRefusedError

    async def asleep(seconds: float, *_: Any) -> None:
        if seconds:
            see("slept", seconds)

    monkeypatch.setattr(socket, "getaddrinfo", look_up)
    monkeypatch.setattr(socket.socket, "connect", connect)
    monkeypatch.setattr(time, "sleep", lambda seconds: see("slept", seconds))
    monkeypatch.setattr(asyncio, "sleep", asleep)
    yield
    assert seen == []


class Reached(Exception):
    """A connection was about to be opened."""


@pytest.fixture
def reached(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The hosts that were looked up; none is connected."""
    found: list[str] = []

    def look_up(host: str, *_: Any, **options: Any) -> Any:
        found.append(host)
        raise Reached

    def connect(_: socket.socket, address: Any) -> None:
        found.append(address[0])
        raise Reached

    monkeypatch.setattr(socket, "getaddrinfo", look_up)
    monkeypatch.setattr(socket.socket, "connect", connect)
    return found


def add(app: FunctionApp, *names: str) -> None:
    """Write functions of the table."""
    for name in names:
        pytest.importorskip(CLIENTS[name].package)
        app.function(name, CLIENTS[name].script)


def refused(host: Host, name: str) -> UnsupportedFeature:
    """What a function of the table is told."""
    error = host.invoke(name, "x", check=False).exception
    assert isinstance(error, UnsupportedFeature), error
    assert error.rule == "sdk-request"
    return error


# What is refused


@pytest.mark.usefixtures("_no_network")
@pytest.mark.parametrize("name", CLIENTS)
def test_a_request_is_refused(app: FunctionApp, name: str) -> None:
    add(app, name)
    row = CLIENTS[name]
    line = row.script.rstrip().count("\n") + 1 - 2 * (name == "AsyncCosmos")

    with Host.open(app.root) as host:
        error = refused(host, name)

    assert str(error).splitlines() == row.text(name, line)
    assert str(pickle.loads(pickle.dumps(error))) == str(error)
    assert KEY not in str(error)


@pytest.mark.usefixtures("_no_network")
def test_it_reaches_the_test_as_it_is(app: FunctionApp) -> None:
    """Whatever the function catches: no ``except Exception`` keeps it."""
    app.function(
        "Careful",
        """
        import logging
        import requests

        def main(msg):
            try:
                requests.get("https://dead.azfunc.invalid/")
            except Exception:
                logging.exception("not sent")
            finally:
                logging.info("tidied up")
        """,
    )
    with Host.open(app.root) as host:
        with pytest.raises(UnsupportedFeature, match="requests sends a request") as raised:
            host.invoke("Careful", "x")
        assert host.logs.messages == ["tidied up"]
    assert raised.traceback[-1].path == app.root / "Careful" / "__init__.py"
    assert raised.value.__cause__ is raised.value.__context__ is None


@pytest.mark.usefixtures("_no_network")
def test_over_http(app: FunctionApp) -> None:
    add(app, "Requests")
    app.function("Http", CLIENTS["Requests"].script.replace("msg", "req"), http_trigger(), http_out())
    with Host.open(app.root) as host:
        with pytest.raises(UnsupportedFeature):
            host.http.get("/api/Http")
        host.raise_exceptions = False
        assert host.http.get("/api/Http").status_code == 500
        host.failures.expect(UnsupportedFeature)


@pytest.mark.usefixtures("_no_network")
def test_a_message_that_is_delivered(app: FunctionApp) -> None:
    app.function("Requests", CLIENTS["Requests"].script, queue_trigger())
    with Host.open(app.root) as host:
        host.queue("orders").put("x")
        with pytest.raises(UnsupportedFeature):
            host.drain()


@pytest.mark.usefixtures("_no_network")
@pytest.mark.anyio
@pytest.mark.parametrize("anyio_backend", ["asyncio"])
async def test_awaited(app: FunctionApp) -> None:
    add(app, "AsyncBlob")
    with Host.open(app.root) as host, pytest.raises(UnsupportedFeature):
        await host.ainvoke("AsyncBlob", "x")


IN_PARTS = {
    "threads": """
        from concurrent.futures import ThreadPoolExecutor
        def main(msg):
            with ThreadPoolExecutor(2) as pool:
                list(pool.map(ask, range(2)))
    """,
    "tasks": """
        import asyncio
        async def main(msg):
            await asyncio.gather(*[asyncio.to_thread(ask, number) for number in range(2)])
    """,
    "groups of tasks": """
        import asyncio
        async def main(msg):
            async with asyncio.TaskGroup() as group, asyncio.TaskGroup() as inner:
                inner.create_task(asyncio.to_thread(ask, 1))
                group.create_task(asyncio.sleep(0))
    """,
}
ASK = """
import requests
from threading import Barrier

both = Barrier({parties})

def ask(number):
    both.wait(5)  # the function is over when the first is refused, and the other one is not to ask after that
    requests.get("https://dead.azfunc.invalid/")
"""


@pytest.mark.parametrize("how", IN_PARTS)
def test_in_parts_of_a_function(app: FunctionApp, how: str) -> None:
    if "TaskGroup" in IN_PARTS[how] and not hasattr(asyncio, "TaskGroup"):
        pytest.skip("there are no groups of tasks")
    app.write({"asking.py": ASK.format(parties=1 if how == "groups of tasks" else 2)})
    app.function("Parts", f"from asking import ask\n{_dedented(IN_PARTS[how])}")
    with Host.open(app.root) as host:
        error = refused(host, "Parts")
    assert str(error.location) == "asking.py:9"


def _dedented(code: str) -> str:
    from textwrap import dedent

    return dedent(code)


def test_another_failure_of_tasks_stays_what_it_is(app: FunctionApp) -> None:
    if not hasattr(asyncio, "TaskGroup"):
        pytest.skip("there are no groups of tasks")
    app.function(
        "Parts",
        """
        class Stop(BaseException): pass
        async def main(msg):
            raise BaseExceptionGroup("several", [Stop(), ValueError()])
        """,
    )
    with Host.open(app.root) as host, pytest.raises(BaseException, match="several"):
        host.invoke("Parts", "x", check=False)


@pytest.mark.usefixtures("_no_network")
@pytest.mark.parametrize("name", ["BlobOfCode", "AsyncBlobOfCode"])
def test_behind_a_proxy(app: FunctionApp, name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """It would look up the proxy's name only, and the proxy would do the rest."""
    monkeypatch.setenv("HTTPS_PROXY", "http://localhost:3128")
    add(app, name)
    with Host.open(app.root) as host:
        assert refused(host, name).details["address"] == "*.blob.core.windows.net"


@pytest.mark.usefixtures("_no_network")
def test_while_a_script_is_imported(app: FunctionApp) -> None:
    app.function("Early", "import requests\nrequests.get('https://dead.azfunc.invalid/')\ndef main(msg): pass")
    with Host.open(app.root) as host, pytest.raises(UnsupportedFeature) as raised:
        host.invoke("Early", "x")
    assert str(raised.value).splitlines()[:2] == [
        "requests sends a request to dead.azfunc.invalid, which stands for the live address in a setting. "
        "No such request leaves a test.",
        "  where:  Early/__init__.py:2",
    ]


@pytest.mark.usefixtures("_no_network")
def test_while_a_decorator_app_is_imported(app: FunctionApp) -> None:
    app.write(
        {
            "function_app.py": """
            import azure.functions as func
            import requests
            requests.get("https://dead.azfunc.invalid/")
            app = func.FunctionApp()
            """
        }
    )
    with Host.open(app.root) as host:
        failure = host.project.failure
    assert failure is not None
    assert isinstance(failure.error, UnsupportedFeature)
    assert str(failure.location) == "function_app.py:4"


# What is not


def test_the_test_itself_sends_what_it_likes(app: FunctionApp, reached: list[str]) -> None:
    with Host.open(app.root), pytest.raises(Reached):
        requests.get("https://dead.azfunc.invalid/")
    assert reached == ["dead.azfunc.invalid"]


@pytest.mark.parametrize("url", ["https://example.com/", "https://live.azurewebsites.net/", "http://127.0.0.1:10000/x"])
def test_code_that_is_no_sdk_reaches_what_no_setting_names(app: FunctionApp, reached: list[str], url: str) -> None:
    app.function("Plain", f"import requests\ndef main(msg): requests.get({url!r})")
    with Host.open(app.root) as host:
        assert isinstance(host.invoke("Plain", "x", check=False).exception, Reached)
    assert len(reached) == 1


def test_telemetry_is_left_alone(app: FunctionApp, reached: list[str]) -> None:
    """It runs in the background, and would say so in the test's output at some time."""
    app.write(
        {
            ".python_packages/lib/site-packages/opencensus/ext/azure/exporter.py": """
            import requests
            def export():
                requests.post("https://dead.azfunc.invalid/v2/track")
            """,
        }
    )
    app.function("Traced", "from opencensus.ext.azure.exporter import export\ndef main(msg): export()")
    with Host.open(app.root) as host:
        assert isinstance(host.invoke("Traced", "x", check=False).exception, Reached)


@pytest.mark.usefixtures("_no_network")
def test_what_answers_in_the_place_of_the_network_is_asked_first(app: FunctionApp) -> None:
    responses = pytest.importorskip("responses")
    requests_mock = pytest.importorskip("requests_mock")
    add(app, "Blob")
    address = "https://live.blob.dead.azfunc.invalid/c/b"
    with Host.open(app.root) as host:
        with responses.RequestsMock() as mocked:
            mocked.put(address, status=201)
            assert host.invoke("Blob", "x").ok
        with requests_mock.Mocker() as mocker:
            mocker.put(address, status_code=201)
            assert host.invoke("Blob", "x").ok
        refused(host, "Blob")


@pytest.mark.usefixtures("_no_network")
def test_a_transport_of_the_apps_own(app: FunctionApp) -> None:
    pytest.importorskip("azure.storage.blob")
    app.function(
        "Own",
        """
        from azure.core.pipeline.transport import HttpTransport
        from azure.storage.blob import BlobClient

        class Transport(HttpTransport):
            def send(self, request, **options):
                raise LookupError(request.url)
            def open(self): pass
            def close(self): pass
            def __exit__(self, *error): pass

        def main(msg):
            BlobClient("https://live.blob.core.windows.net", "c", "b", transport=Transport()).exists()
        """,
    )
    with Host.open(app.root) as host, pytest.raises(LookupError, match="live"):
        host.invoke("Own", "x")


class _Fake(BaseHTTPRequestHandler):
    def do_HEAD(self) -> None:
        self.send_response(200)
        self.end_headers()

    def log_message(self, *_: Any) -> None:
        """Say nothing."""


@pytest.mark.parametrize("start", ["", "a"])
def test_a_server_of_the_tests_own(app: FunctionApp, start: str) -> None:
    pytest.importorskip("azure.storage.blob")
    server = HTTPServer(("127.0.0.1", 0), _Fake)
    threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
    sync = f"""
        from azure.storage.blob import BlobClient
        def main(msg):
            client = BlobClient("http://127.0.0.1:{server.server_port}/devstoreaccount1", "c", "b")
            with client:
                client.exists()
    """
    script = (
        sync.replace("blob import", "blob.aio import")
        .replace("def main", "async def main")
        .replace("with client", "async with client")
        .replace("client.exists", "await client.exists")
    )
    try:
        app.function("Local", script if start else sync)
        with Host.open(app.root) as host:
            assert host.invoke("Local", "x").ok
    finally:
        server.shutdown()
        server.server_close()


# What a test gives on purpose

Give = Callable[[Host, pytest.MonkeyPatch], None]
GIVEN: dict[str, Give] = {
    "by azfunc_settings": lambda host, _: host.settings.update(AzureWebJobsStorage=EMULATOR),
    "by the environment": lambda _, patch: patch.setenv("AzureWebJobsStorage", EMULATOR),
    "before a restart": lambda host, _: (host.settings.update(AzureWebJobsStorage=EMULATOR), host.restart())[0],
    "by another name": lambda host, _: host.settings.update(AZURITE="http://localhost:10000/devstoreaccount1"),
}


@pytest.mark.parametrize("how", GIVEN)
def test_the_emulator_is_given(app: FunctionApp, reached: list[str], monkeypatch: pytest.MonkeyPatch, how: str) -> None:
    add(app, "BlobOfEmulator", "AsyncBlobOfEmulator")
    with Host.open(app.root) as host, monkeypatch.context() as patch:
        refused(host, "BlobOfEmulator")
        GIVEN[how](host, patch)
        assert isinstance(host.invoke("BlobOfEmulator", "x", check=False).exception, Reached)
        assert isinstance(host.invoke("AsyncBlobOfEmulator", "x", check=False).exception, Reached)
    assert reached == ["127.0.0.1", "127.0.0.1"]
    with Host.open(app.root) as host:
        refused(host, "BlobOfEmulator")


def test_the_emulator_is_given_when_the_host_opens(
    app: FunctionApp, reached: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    add(app, "BlobOfEmulator")
    with Host.open(app.root, settings={"AzureWebJobsStorage": EMULATOR}) as host:
        assert isinstance(host.invoke("BlobOfEmulator", "x", check=False).exception, Reached)
    monkeypatch.setenv("AzureWebJobsStorage", EMULATOR)
    with Host.open(app.root) as host:
        assert isinstance(host.invoke("BlobOfEmulator", "x", check=False).exception, Reached)


@pytest.mark.usefixtures("_no_network")
def test_what_the_file_says_is_not_given_however_many_hosts_have_read_it(app: FunctionApp) -> None:
    add(app, "BlobOfEmulator")
    first = Host.open(app.root)
    with Host.open(app.root) as second:
        refused(second, "BlobOfEmulator")
        first.close()  # its variables are lent anew, by the second
        refused(second, "BlobOfEmulator")
        second.restart()
        refused(second, "BlobOfEmulator")


def test_a_live_service_is_given(app: FunctionApp, reached: list[str]) -> None:
    add(app, "BlobOfCode", "AsyncBlobOfCode")
    with Host.open(app.root) as host:
        host.settings["ACCOUNT_URL"] = "https://live.blob.core.windows.net/"
        assert isinstance(host.invoke("BlobOfCode", "x", check=False).exception, Reached)
        assert isinstance(host.invoke("AsyncBlobOfCode", "x", check=False).exception, Reached)
    assert set(reached) == {"live.blob.core.windows.net"}


def test_a_token_for_what_is_given(app: FunctionApp, reached: list[str]) -> None:
    add(app, "TokenOfSecret")
    with Host.open(app.root) as host:
        host.settings["PIPELINE"] = "https://dev.azure.com/shop/"  # which needs no token of the app
        refused(host, "TokenOfSecret")
        assert reached == []
        host.settings["ACCOUNT_URL"] = "https://live.blob.core.windows.net/"
        host.invoke("TokenOfSecret", "x", check=False)
    assert set(reached) == {"login.microsoftonline.com"}
