"""Requests that come on several threads of a test, without a live server: async functions share one loop in Azure."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from pytest_azfunc import Host
from tests.function_app import FunctionApp, http_out, http_trigger

SECONDS = 20  # what hangs shall fail

# Both sides wait for each other, so the calls succeed only if they run at the same time.
MEETS = """
    import asyncio

    met = None

    async def main(req):
        global met
        if met is None:
            met = asyncio.Event()
            await asyncio.wait_for(met.wait(), 15)
        else:
            met.set()
        return "met"
"""

# The first call that ends leaves the other behind on the loop.
LINGERS = """
    import asyncio

    async def main(req):
        await asyncio.sleep(float(req.params["seconds"]))
        return req.params["seconds"]
"""

CALLS = """
    import asyncio, requests

    async def main(req):
        answer = await asyncio.to_thread(requests.get, req.params["url"], timeout=5)
        return "it says " + answer.text
"""


@pytest.fixture
def app(tmp_path: Path) -> FunctionApp:
    app = FunctionApp(tmp_path)
    bindings = (http_trigger(), http_out())
    app.function("Meets", MEETS, *bindings)
    app.function("Lingers", LINGERS, *bindings)
    app.function("Calls", CALLS, *bindings)
    app.function(
        "Exits", "import asyncio, sys\nasync def main(req):\n    await asyncio.sleep(0.05)\n    sys.exit(3)", *bindings
    )
    app.function("Hangs", "import asyncio\nasync def main(req): await asyncio.sleep(3600)", *bindings)
    return app


@pytest.fixture
def host(app: FunctionApp) -> Iterator[Host]:
    with Host.open(app.root) as opened:
        yield opened


def test_async_functions_run_at_the_same_time(host: Host) -> None:
    with ThreadPoolExecutor(2) as pool:
        answers = [pool.submit(host.http.get, "/api/meets") for _ in range(2)]
        assert [answer.result(SECONDS).text for answer in answers] == ["met", "met"]


def test_an_async_function_may_call_an_async_one_of_its_own_app(host: Host) -> None:
    answers: list[str] = []
    url = f"{host.url}/api/lingers?seconds=0"
    thread = threading.Thread(
        target=lambda: answers.append(host.http.get("/api/calls", params={"url": url}).text), daemon=True
    )
    thread.start()
    thread.join(SECONDS)
    assert answers == ["it says 0"]


def test_a_thread_that_ends_leaves_the_loop_to_the_others(host: Host) -> None:
    with ThreadPoolExecutor(3) as pool:
        answers = [pool.submit(host.http.get, f"/api/lingers?seconds={seconds}") for seconds in ("0.1", "0.3", "0.2")]
        assert [answer.result(SECONDS).text for answer in answers] == ["0.1", "0.3", "0.2"]


def test_what_ends_a_process_reaches_its_own_thread(host: Host) -> None:
    with ThreadPoolExecutor(2) as pool:
        lingers = pool.submit(host.http.get, "/api/lingers?seconds=0.2")
        exits = pool.submit(host.http.get, "/api/exits")
        with pytest.raises(SystemExit):
            exits.result(SECONDS)
        assert lingers.result(SECONDS).text == "0.2"


def test_a_host_closes_while_another_thread_is_in_a_function(app: FunctionApp) -> None:
    ended: list[str] = []

    def call(host: Host) -> None:
        try:
            host.http.get("/api/hangs")
        except BaseException as error:
            ended.append(type(error).__name__)

    with Host.open(app.root) as host:
        threads = [threading.Thread(target=call, args=(host,), daemon=True) for _ in range(2)]
        for thread in threads:
            thread.start()
        host.http.get("/api/lingers?seconds=0.1")
    for thread in threads:
        thread.join(SECONDS)
    assert ended == ["CancelledError", "CancelledError"]
