"""Functions that run on the threads of a live server: one loop for all async ones, and the test's process as it was."""

from __future__ import annotations

import logging
import os
import sys
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx
import pytest

from pytest_azfunc import Host, LiveServer
from tests.function_app import FunctionApp, http_out, http_trigger

# Both sides wait for each other, so the calls succeed only if they run at the same time.
MEETS = """
    import asyncio, threading
    import azure.functions as func

    met = None

    async def main(req):
        global met
        if met is None:
            met = asyncio.Event()
            await asyncio.wait_for(met.wait(), 20)
        else:
            met.set()
        return func.HttpResponse(threading.current_thread().name)
"""

CALLS = """
    import azure.functions as func
    import httpx

    def main(req):
        return func.HttpResponse(httpx.get(req.params["url"], trust_env=False).text)
"""


@pytest.fixture
def app(tmp_path: Path) -> FunctionApp:
    app = FunctionApp(tmp_path)
    bindings = (http_trigger(), http_out())
    app.function("Meets", MEETS, *bindings)
    app.function("Calls", CALLS, *bindings)
    app.function("Logs", "import logging\ndef main(req):\n    logging.info(req.params['n'])\n    return 'x'", *bindings)
    app.function("Exits", "import sys\nasync def main(req): sys.exit(3)", *bindings)
    app.function("Skips", "import pytest\nasync def main(req): pytest.skip('no')", *bindings)
    return app


@pytest.fixture
def host(app: FunctionApp) -> Iterator[Host]:
    with Host.open(app.root) as opened:
        yield opened


@pytest.fixture
def server(host: Host) -> LiveServer:
    return host.live_server().start()


def get(server: LiveServer, path: str) -> httpx.Response:
    return httpx.get(f"{server.url}{path}", trust_env=False, timeout=30)


def test_async_functions_share_one_loop(server: LiveServer) -> None:
    with ThreadPoolExecutor(2) as pool:
        names = {response.text for response in pool.map(lambda _: get(server, "/api/meets"), range(2))}
    assert names == {"azfunc-event-loop"}


def test_a_function_may_call_its_own_app_over_the_socket(server: LiveServer, host: Host) -> None:
    host.http.get("/api/logs?n=0")
    answer = get(server, f"/api/calls?url={server.url}/api/logs?n=1")
    assert (answer.status_code, answer.text) == (200, "x")


def test_invoke_goes_on_beside_the_server(server: LiveServer, host: Host) -> None:
    with ThreadPoolExecutor(1) as pool:
        over_socket = pool.submit(get, server, "/api/meets")
        while "__app__.Meets" not in sys.modules:
            over_socket.done()
        here = host.http.get("/api/meets")
        assert (here.status_code, over_socket.result().status_code) == (200, 200)


def test_logs_belong_to_their_invocations(server: LiveServer, host: Host) -> None:
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda n: get(server, f"/api/logs?n=line-{n}"), range(40)))
    assert sorted(invocation.logs.messages[0] for invocation in host.invocations) == sorted(
        f"line-{n}" for n in range(40)
    )
    assert all(len(invocation.logs) == 1 for invocation in host.invocations)


@pytest.mark.parametrize("path", ["/api/exits", "/api/skips"])
def test_what_ends_a_process_ends_the_call_only(server: LiveServer, host: Host, path: str) -> None:
    assert get(server, path).status_code == 500
    with ThreadPoolExecutor(2) as pool:  # the loop goes on
        assert {r.status_code for r in pool.map(lambda _: get(server, "/api/meets"), range(2))} == {200}
    host.failures.expect((SystemExit, pytest.skip.Exception))


def test_the_process_is_as_before(app: FunctionApp) -> None:
    def state() -> tuple[object, ...]:
        root = logging.root
        threads = [thread.name for thread in threading.enumerate()]
        return os.getcwd(), root.level, root.handlers[:], sys.path[:], dict(os.environ), threads

    before = state()
    with Host.open(app.root) as host:
        server = host.live_server().start()
        with ThreadPoolExecutor(4) as pool:
            list(pool.map(lambda n: get(server, f"/api/logs?n={n}"), range(20)))
        inside = state()
    assert state() == before
    assert inside[:3] == before[:3]
