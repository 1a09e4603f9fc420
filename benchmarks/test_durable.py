"""What the engine of Durable Functions adds to the activities and to the library's own replays."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from pytest_azfunc import Host, activity

APP = """
import azure.durable_functions as df
app = df.DFApp()

@app.orchestration_trigger(context_name="context")
def Chain(context):
    for number in range(context.get_input()):
        yield context.call_activity("Echo", number)

@app.orchestration_trigger(context_name="context")
def FanOut(context):
    return (yield context.task_all([context.call_activity("Echo", one) for one in range(context.get_input())]))

@app.orchestration_trigger(context_name="context")
def Waits(context):
    from datetime import timedelta
    yield context.create_timer(context.current_utc_datetime + timedelta(seconds=context.get_input()))

@app.activity_trigger(input_name="value")
def Echo(value):
    return value
"""
FLOWS = {"Chain": 100, "FanOut": 1000}


@pytest.fixture
def host(tmp_path: Path) -> Iterator[Host]:
    pytest.importorskip("azure.durable_functions")
    (tmp_path / "host.json").write_text('{"version": "2.0"}')
    (tmp_path / "function_app.py").write_text(APP)
    with warnings.catch_warnings(), Host.open(tmp_path) as host:
        warnings.simplefilter("ignore")
        host.invoke("Echo", activity(1))
        yield host


def alone(host: Host, name: str, count: int) -> Callable[[], None]:
    """The activities, and the orchestrator's episodes without an engine: as they were in a run before."""
    flow = host.durable.start(name, count)
    assert flow.status == "Completed"
    texts = [run.request.inputs["context"].value for run in flow.invocations if run.function == name]  # type: ignore[union-attr]
    handle: Any = host.project.functions[name].user_function
    payloads = [activity(number) for number in range(count)]

    def run() -> None:
        for payload in payloads:
            host.invoke("Echo", payload)
        for text in texts:
            handle(text)

    return run


@pytest.mark.parametrize("way", ["activities and replays", "start"])
@pytest.mark.parametrize("name", FLOWS)
def test_orchestration(benchmark: Any, host: Host, name: str, way: str) -> None:
    count = FLOWS[name]
    benchmark.group = f"{name} of {count} activities"
    benchmark(alone(host, name, count) if way == "activities and replays" else lambda: host.durable.start(name, count))


@pytest.mark.parametrize("way", ["1 second", "30 days"])
def test_timer(benchmark: Any, host: Host, way: str) -> None:
    benchmark.group = "an orchestration with a timer"
    seconds = 1 if way == "1 second" else 30 * 86400
    host.clock.move_to("2031-01-01T00:00:00Z")

    def run() -> None:
        host.durable.start("Waits", seconds)
        host.advance(seconds=seconds)

    benchmark.pedantic(run, rounds=30)
