"""Orchestrations between other functions: what has caused what, and chains that never end."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from pytest_azfunc import Host, Invocation, LoopError
from pytest_azfunc.host import agenda
from tests.durable.durable_app import write_app
from tests.function_app import FunctionApp

SHIPPING = """
@app.queue_trigger(arg_name="msg", queue_name="orders", connection="AzureWebJobsStorage")
@app.durable_client_input(client_name="client")
async def Begin(msg: func.QueueMessage, client):
    await client.start_new("Flow", None, msg.get_json())


@orchestrator
def Flow(context):
    for _ in range(context.get_input()):
        yield context.call_activity("Echo", 1)
    yield context.call_activity("Ship", "tea")


@app.activity_trigger(input_name="value")
@app.queue_output(arg_name="out", queue_name="shipped", connection="AzureWebJobsStorage")
def Ship(value, out: func.Out[str]):
    out.set("0")
    return 5


@app.queue_trigger(arg_name="msg", queue_name="shipped", connection="AzureWebJobsStorage")
def Shipped(msg: func.QueueMessage):
    pass
"""
COUNTED = """
@app.queue_trigger(arg_name="msg", queue_name="orders", connection="AzureWebJobsStorage")
@app.durable_client_input(client_name="client")
async def Count(msg: func.QueueMessage, client):
    await client.signal_entity(df.EntityId("Counter", "orders"), "add", 1)
"""

Opened = Callable[[str], Host]


@pytest.fixture
def opened(tmp_path: Path) -> Iterator[Opened]:
    """Opens a host with that decorator app, whose queues are registered."""
    with ExitStack() as stack:

        def open_host(body: str) -> Host:
            root = write_app(tmp_path / "app", body)
            (root / "host.json").write_text((FunctionApp(tmp_path / "other").root / "host.json").read_text())
            return stack.enter_context(Host.open(root))

        yield open_host


def chain_of(run: Invocation) -> list[str]:
    found = [run.function]
    while run.caused_by is not None:
        run = run.caused_by
        found.append(run.function)
    return found


def test_what_has_caused_what(opened: Opened) -> None:
    host = opened(SHIPPING)
    host.queue("orders").put(0)

    runs = host.drain()

    assert [run.function for run in runs] == ["Begin", "Flow", "Ship", "Shipped", "Flow"]
    assert chain_of(runs[3]) == ["Shipped", "Ship", "Flow", "Begin"]
    assert host.caused(runs[0]) == [runs[1]]


def test_the_trace_tells_what_orchestrators_come_to(opened: Opened) -> None:
    host = opened(
        SHIPPING.replace(
            'yield context.call_activity("Ship", "tea")', 'return (yield context.call_activity("Ship", "tea"))'
        )
    )
    host.queue("orders").put(0)
    host.drain()

    assert host.trace.splitlines() == [
        "Begin <- string '0'",
        "   Flow <- a history of 2 events",
        """      Ship <- string '"tea"'""",
        "         out -> shipped: string '0'",
        "         $return: json '5'",
        "         Shipped <- string '0'",
        "         Flow <- a history of 6 events",
        "            output: 5",
    ]


def test_a_retried_client_function_has_caused_what_its_last_attempt_began(opened: Opened) -> None:
    host = opened(
        SHIPPING.replace(
            "async def Begin",
            '@app.retry(strategy="fixed_delay", max_retry_count="1", delay_interval="00:00:10")\nasync def Begin',
        )
    )
    host.clock.move_to("2026-03-01T12:00:00Z")
    host.fail("Begin", TimeoutError("bank"))
    host.queue("orders").put(0)

    begun, flow, *_ = host.advance(minutes=1)

    assert len(begun.attempts) == 2
    assert flow.caused_by is begun


def test_what_has_caused_the_run_of_an_entity(opened: Opened) -> None:
    host = opened(COUNTED)
    host.queue("orders").put("x")

    count, counter = host.drain()

    assert counter.function == "Counter"
    assert counter.caused_by is count


def test_what_a_test_starts_has_no_cause(opened: Opened) -> None:
    host = opened(SHIPPING)
    host.durable.start("Flow", 0)
    assert host.invocations[0].caused_by is None


@pytest.fixture
def short_chains(monkeypatch: pytest.MonkeyPatch) -> None:
    """A chain is cut soon: a thousand orchestrations, and histories of a thousand steps, take their time."""
    monkeypatch.setattr(agenda, "LONGEST_CHAIN", 10)


@pytest.mark.usefixtures("short_chains")
def test_orchestrations_that_start_one_another_without_end(opened: Opened) -> None:
    host = opened(
        SHIPPING.replace(
            '"shipped", connection="AzureWebJobsStorage")\ndef Ship(',
            '"orders", connection="AzureWebJobsStorage")\ndef Ship(',
        )
    )
    host.queue("orders").put(0)

    with pytest.raises(LoopError) as caught:
        host.drain()

    assert caught.value.members == ("Begin", "Flow", "Ship")


@pytest.mark.usefixtures("short_chains")
def test_many_steps_of_one_orchestration_are_no_loop(opened: Opened) -> None:
    host = opened(SHIPPING)
    host.queue("orders").put(30)
    host.drain()
    assert host.durable.instances[0].status == "Completed"
