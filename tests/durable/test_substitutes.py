"""Activities and sub-orchestrations that a test replaces or lets fail."""

from __future__ import annotations

from typing import Any

import pytest

from pytest_azfunc.errors import DurableError
from tests.durable.durable_app import MakeHost

FLOWS = """
@orchestrator
def Flow(context):
    return (yield context.call_activity_with_retry("Echo", df.RetryOptions(1000, 4), context.get_input()))


@orchestrator
def Parent(context):
    return (yield context.call_sub_orchestrator("Flow", 5))
"""


def test_replaced(open_host: MakeHost) -> None:
    durable = open_host(FLOWS).durable
    seen: list[Any] = []

    def replacement(value: Any) -> Any:
        seen.append(value)
        return {"was": value}

    durable.replace("echo", replacement)

    assert durable.start("Flow", 7).output == {"was": 7}
    assert seen == [7]


def test_failing_twice(open_host: MakeHost) -> None:
    host = open_host(FLOWS)
    host.durable.fail("Echo", TimeoutError("bank"), times=2)

    flow = host.durable.start("Flow", 7)
    assert (flow.status, len(flow.timers)) == ("Running", 1)
    host.advance(seconds=2)

    assert (flow.status, flow.output, flow.activities) == ("Completed", 7, ["Echo"] * 3)


def test_failing_for_some_inputs(open_host: MakeHost) -> None:
    host = open_host(FLOWS)
    host.durable.fail("Echo", TimeoutError("bank"), times=9, when=lambda value: value == 7)

    good, bad = host.durable.start("Flow", 1), host.durable.start("Flow", 7)
    host.advance(minutes=1)

    assert (good.output, bad.status) == (1, "Failed")
    assert bad.failure is not None
    assert (repr(bad.failure.exception), bad.failure.function) == ("TimeoutError('bank')", "Echo")


def test_a_sub_orchestration(open_host: MakeHost) -> None:
    durable = open_host(FLOWS).durable
    durable.replace("Flow", lambda value: value * 2)
    assert durable.start("Parent").output == 10

    durable.fail("Flow", ValueError("mine"))

    assert durable.start("Parent").output.startswith("Orchestrator function 'Parent' failed: ")


def test_an_unknown_name(open_host: MakeHost) -> None:
    durable = open_host(FLOWS).durable

    with pytest.raises(DurableError) as caught:
        durable.fail("Eco", ValueError())

    assert str(caught.value).splitlines()[0] == (
        "there is no activity or orchestrator called 'Eco'. Did you mean 'Echo'? Known: Echo, Fail, Twice, Flow, Parent."
    )
