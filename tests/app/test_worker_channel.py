"""Another worker behind the host: one that is all in this file, and has nothing but what ``WorkerChannel`` asks for."""

from __future__ import annotations

import asyncio
import json
import os
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from pytest_azfunc import FunctionLoadError, FunctionNotFound, Host, Project, http, queue
from pytest_azfunc.rpc import InvocationRequest, InvocationResponse, PythonObject, TypedData, WorkerChannel
from tests.function_app import FunctionApp, http_out, http_trigger, queue_out, queue_trigger


def hello(text: str) -> str:
    """What stands for the entry point of every function."""
    return f"Hello {text}"


class Echo:
    """A worker that imports nothing, has no Python values to show, and greets with the body that came in."""

    def __init__(self, project: Project) -> None:
        self.project = project
        self.calls: list[str] = []
        self.setting: str | None = None

    def open(self) -> None:
        self.calls.append("open")
        self.setting = os.environ.get("GREETING")

    def close(self) -> None:
        self.calls.append("close")

    def restart(self) -> None:
        self.calls.append("restart")

    def index(self) -> Project:
        return self.project

    def load(self, function: str) -> None:
        self.calls.append(f"load {function}")
        if function == "Broken":
            raise FunctionLoadError("script-is-missing", function=function, script="Broken/__init__.py")

    def invoke(self, request: InvocationRequest) -> InvocationResponse:
        text = hello(self.decode(request))
        invocation_id = str(request.invocation_id)
        if request.function == "Orders":
            receipt = TypedData("json", json.dumps({"text": text}))
            return InvocationResponse(invocation_id, None, {"receipt": receipt}, python_values=None)
        response = {"status_code": "201", "headers": {}, "cookies": [], "body": TypedData("string", text)}
        returned = TypedData("http", {**response, "enable_content_negotiation": False})
        return InvocationResponse(invocation_id, returned, python_values=None)

    async def ainvoke(self, request: InvocationRequest) -> InvocationResponse:
        await asyncio.sleep(0)
        return self.invoke(request)

    def is_inside(self) -> bool:
        return False

    def current_invocation(self) -> str | None:
        return None

    def run_loop_on_a_thread(self) -> None:
        self.calls.append("loop on a thread")

    def decode(self, request: InvocationRequest) -> Any:
        (data,) = request.inputs.values()
        if data is None or isinstance(data, PythonObject):
            return data and data.value
        content = data.value["body"] if data.kind == "http" else data
        return content.value.decode() if isinstance(content.value, bytes) else content.value

    def context(self, request: InvocationRequest) -> Any:
        return SimpleNamespace(function_name=request.function, invocation_id=request.invocation_id)

    def is_entry_point(self, function: str, candidate: Any) -> bool:
        return function == "Hello" and candidate is hello


@pytest.fixture
def app(tmp_path: Path) -> FunctionApp:
    app = FunctionApp(tmp_path)
    app.function("Hello", "raise RuntimeError('imported')", http_trigger(), http_out())
    app.function("Orders", "raise RuntimeError('imported')", queue_trigger(), queue_out("receipt", "receipts"))
    app.function("Broken", "raise RuntimeError('imported')", http_trigger(), http_out())
    return app


@pytest.fixture
def worker(app: FunctionApp) -> Echo:
    return Echo(Project.read(app.root))


@pytest.fixture
def host(worker: Echo) -> Host:
    channel: WorkerChannel = worker
    return Host(worker.project, worker=channel, settings={"GREETING": "Hello"})


def test_it_runs_functions(host: Host, worker: Echo) -> None:
    host.begin()
    with host:
        result = host.invoke("hello", http("POST", data="Ada"))
        assert result.http is not None
        assert (result.http.status_code, result.http.text) == (201, "Hello Ada")
        assert host.http.post("/api/hello", data="Bob").text == "Hello Bob"
        assert asyncio.run(host.ainvoke(hello, http("POST", data="Eve"))).http.text == "Hello Eve"  # type: ignore[union-attr]
        assert host.function(hello).name == "Hello"
        assert http("POST", data="Ada").decode("Hello") == "Ada"
        assert host.context("Hello", invocation_id="7").function_name == "Hello"
        assert (host.url, host.console, host.is_disabled("Hello")) == ("http://localhost:7071", [], False)
    assert worker.setting == "Hello"
    assert "GREETING" not in os.environ
    assert [call for call in worker.calls if not call.startswith("load")] == ["open", "close"]


def test_where_a_worker_has_no_python_values_the_loss_is_unknown_and_not_none(host: Host) -> None:
    host.begin()
    with host:
        result = host.invoke("Orders", queue("Ada"))
        assert (result.outputs["receipt"].json(), result.outputs["receipt"].value) == ({"text": "Hello Ada"}, None)
        assert result.return_value is None


def test_its_refusals_are_those_of_the_host(host: Host) -> None:
    host.begin()
    with host:
        with pytest.raises(FunctionLoadError):
            host.invoke("Broken", http())
        with pytest.raises(FunctionNotFound):
            host.invoke("Nobody")
        with pytest.raises(FunctionNotFound):
            host.invoke(Echo)


def test_it_is_restarted_while_it_is_closed(host: Host, worker: Echo) -> None:
    host.begin()
    with host:
        host.restart()
        assert host.settings["GREETING"] == "Hello"
    assert worker.calls == ["open", "close", "restart", "open", "close"]


def test_a_live_server_asks_for_a_loop_on_a_thread(host: Host, worker: Echo) -> None:
    host.begin()
    with host:
        host.live_server()
        assert worker.calls == ["open", "loop on a thread"]


def test_a_worker_that_does_not_open_is_closed_and_the_process_given_back(host: Host, worker: Echo) -> None:
    def fail() -> None:
        raise OSError("no worker")

    worker.open = fail  # type: ignore[method-assign]
    with pytest.raises(OSError, match="no worker"):
        host.begin()
    assert worker.calls == ["close"]
    assert "GREETING" not in os.environ
