"""A queue function: payloads, outputs, logs, context, a dependency that is replaced, and exceptions."""

import logging
from datetime import datetime, timezone
from typing import Any

import pytest

from pytest_azfunc import ContextFactory, Invoke, LogCapture, queue

TEA = {"id": 7, "lines": [{"sku": "tea", "quantity": 2}]}


@pytest.fixture(autouse=True)
def charges(monkeypatch: pytest.MonkeyPatch, invoke: Invoke) -> list[tuple[int, int]]:
    """What was charged: (order, cents). No test goes over the network.

    ``ProcessOrder`` is the function's module by its plain name, and it is the module that runs. The fixture asks for
    ``invoke`` because the app's modules are importable while its host is open.
    """
    made: list[tuple[int, int]] = []

    def charge(order_id: int, cents: int) -> str:
        made.append((order_id, cents))
        return f"payment-{len(made)}"

    monkeypatch.setattr("ProcessOrder.charge", charge)
    return made


def test_the_order_is_charged(invoke: Invoke, charges: list[tuple[int, int]]) -> None:
    invoke("ProcessOrder", TEA)  # JSON on the queue

    assert charges == [(7, 900)]


def test_a_receipt_goes_to_the_next_queue(invoke: Invoke) -> None:
    result = invoke("ProcessOrder", TEA)

    receipt = result.outputs["receipts"].json()
    assert receipt["status"] == "paid"
    assert receipt["total"] == 900
    assert receipt["reference"] == "payment-1"
    assert receipt["invocation"] == result.context.invocation_id


def test_logs(invoke: Invoke) -> None:
    result = invoke("ProcessOrder", TEA)

    assert "charged 900 cents" in result.logs.text
    assert result.logs.at("WARNING").messages == []


def test_a_redelivered_message_is_noticed(invoke: Invoke) -> None:
    result = invoke("ProcessOrder", queue(TEA, dequeue_count=4))

    assert result.logs.at("WARNING").messages == ["order 7 seen 4 times"]


def test_caplog_goes_on_working(invoke: Invoke, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)

    invoke("ProcessOrder", TEA)

    assert caplog.messages == ["charged 900 cents for order 7"]


def test_logs_of_all_invocations(invoke: Invoke, azfunc_logs: LogCapture) -> None:
    invoke("ProcessOrder", TEA)
    invoke("ProcessOrder", {**TEA, "id": 8})

    assert azfunc_logs.messages == ["charged 900 cents for order 7", "charged 900 cents for order 8"]


def test_the_functions_own_exception_arrives(invoke: Invoke) -> None:
    with pytest.raises(ValueError, match="order 7 has no lines"):
        invoke("ProcessOrder", {"id": 7, "lines": []})


def test_a_failure_looked_at_closely(invoke: Invoke, charges: list[tuple[int, int]]) -> None:
    result = invoke("ProcessOrder", {"id": 7, "lines": []}, check=False)

    assert not result.ok
    assert isinstance(result.exception, ValueError)
    assert charges == []
    assert "receipts" not in result.outputs


def test_a_failing_dependency(invoke: Invoke, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(order_id: int, cents: int) -> str:
        raise ConnectionError("the payment provider does not answer")

    monkeypatch.setattr("ProcessOrder.charge", refuse)

    with pytest.raises(ConnectionError):
        invoke("ProcessOrder", TEA)


def test_a_chosen_context(invoke: Invoke, azfunc_context: ContextFactory) -> None:
    context = azfunc_context("ProcessOrder", invocation_id="11111111-2222-3333-4444-555555555555")

    result = invoke("ProcessOrder", TEA, context=context)

    assert result.outputs["receipts"].json()["invocation"] == "11111111-2222-3333-4444-555555555555"


def test_what_the_function_gets(azfunc_trigger: Any) -> None:
    """``decode`` gives the SDK's object itself, for looking at it or for calling ``main()`` yourself."""
    put = datetime(2026, 3, 1, 12, tzinfo=timezone.utc)

    message = azfunc_trigger.queue("tea, please", id="m-1", insertion_time=put).decode("ProcessOrder")

    assert message.get_body() == b"tea, please"
    assert message.id == "m-1"
    assert message.insertion_time == put


def test_json_bodies_overwrite_metadata(azfunc_trigger: Any) -> None:
    """A trap of Azure's own: the properties of a JSON body are laid over the message's metadata."""
    message = azfunc_trigger.queue({"id": 7}, id="m-1").decode("ProcessOrder")

    assert message.id == "7"
