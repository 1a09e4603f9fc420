"""Requests that come on several threads of a test, without a live server: async functions share one loop in Azure."""

from __future__ import annotations

import importlib
import logging
import os
import sys
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

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

# A call comes to its end when the test lets it.
WAITS = """
    import asyncio, sys, threading

    inside = threading.Semaphore(0)
    gates = {}

    def let_go(name):
        loop, gate = gates[name]
        loop.call_soon_threadsafe(gate.set)

    async def main(req):
        name, gate = req.params["name"], asyncio.Event()
        gates[name] = asyncio.get_running_loop(), gate
        inside.release()
        await gate.wait()
        if name == "exit":
            sys.exit(3)
        return name
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
    app.function("Waits", WAITS, *bindings)
    app.function("Says", "async def main(req): return 'hello'", *bindings)
    app.function("Calls", CALLS, *bindings)
    return app


@pytest.fixture
def host(app: FunctionApp) -> Iterator[Host]:
    with Host.open(app.root) as opened:
        opened.worker.load("Waits")  # so that no thread imports it while the test does
        yield opened


def waiting(*names: str) -> Any:
    """The module of the function that waits, when so many calls of it are inside."""
    module: Any = importlib.import_module("Waits")
    for _ in names:
        assert module.inside.acquire(timeout=SECONDS)
    return module


def test_async_functions_run_at_the_same_time(host: Host) -> None:
    with ThreadPoolExecutor(2) as pool:
        answers = [pool.submit(host.http.get, "/api/meets") for _ in range(2)]
        assert [answer.result(SECONDS).text for answer in answers] == ["met", "met"]


def test_an_async_function_may_call_an_async_one_of_its_own_app(host: Host) -> None:
    answers: list[str] = []
    params = {"url": f"{host.url}/api/says"}
    thread = threading.Thread(
        target=lambda: answers.append(host.http.get("/api/calls", params=params).text), daemon=True
    )
    thread.start()
    thread.join(SECONDS)
    assert answers == ["it says hello"]


@pytest.mark.parametrize("order", ["abc", "acb", "cab", "cba"])
def test_a_thread_that_ends_leaves_the_loop_to_the_others(host: Host, order: str) -> None:
    with ThreadPoolExecutor(3) as pool:
        answers = {name: pool.submit(host.http.get, f"/api/waits?name={name}") for name in "abc"}
        waits = waiting(*answers)
        for name in order:
            waits.let_go(name)
            assert answers[name].result(SECONDS).text == name


@pytest.mark.parametrize("first", ["a", "exit"])
def test_what_ends_a_process_reaches_its_own_thread(host: Host, first: str) -> None:
    with ThreadPoolExecutor(2) as pool:
        names = ("a", "exit") if first == "a" else ("exit", "a")
        answers = {}
        for name in names:  # one after the other: the first one's thread runs the loop
            answers[name] = pool.submit(host.http.get, f"/api/waits?name={name}")
            waits = waiting(name)
        waits.let_go("exit")
        with pytest.raises(SystemExit):
            answers["exit"].result(SECONDS)
        waits.let_go("a")
        assert answers["a"].result(SECONDS).text == "a"


def test_a_host_closes_while_other_threads_are_in_a_function(app: FunctionApp) -> None:
    ended: list[str] = []
    before = sys.path[:], os.getcwd(), logging.root.handlers[:]

    def call(host: Host, name: str) -> None:
        try:
            host.http.get(f"/api/waits?name={name}")
        except BaseException as error:
            ended.append(type(error).__name__)

    with Host.open(app.root) as host:
        host.worker.load("Waits")
        threads = [threading.Thread(target=call, args=(host, name), daemon=True) for name in "ab"]
        for thread in threads:
            thread.start()
        waiting("a", "b")
    for thread in threads:
        thread.join(SECONDS)
    assert ended == ["CancelledError", "CancelledError"]
    assert (sys.path, os.getcwd(), logging.root.handlers) == before
