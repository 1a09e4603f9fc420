"""Chains in a pytest session: what a failing test prints of them, and failures that nobody has claimed."""

from __future__ import annotations

from tests.function_app import FunctionApp, Session, Sessions, http_out, http_trigger, queue_out, queue_trigger, section

ACCEPT = """
import azure.functions as func

def main(req, order: func.Out[str]):
    order.set(req.get_body().decode())
    return func.HttpResponse(status_code=202)
"""
PROCESS = """
import azure.functions as func

def main(msg: func.QueueMessage, receipt: func.Out[str]):
    if msg.get_body() == b"bad":
        raise ValueError("no")
    receipt.set("paid")
"""


def add_shop(app: FunctionApp) -> None:
    app.function("Accept", ACCEPT, http_trigger(), http_out(), queue_out("order", "orders"))
    app.function("Process", PROCESS, queue_trigger(), queue_out("receipt", "receipts"))


def test_a_failing_test_prints_the_chain(app: FunctionApp, session: Session) -> None:
    add_shop(app)
    result = session.test(
        """
        def test_it(azfunc_http, azfunc_host):
            azfunc_http.post("/api/Accept", data="7")
            azfunc_host.drain()
            assert azfunc_host.queue("receipts").messages[0].text == "unpaid"
        """
    )
    lines = [line for line in section(result, "azfunc chains (call)") if line]
    assert lines[1:] == [
        "   order -> orders: string '7'",
        "   $return: http 202, body b''",
        "   Process <- string '7'",
        "      receipt -> receipts: string 'paid'",
    ]


def test_without_a_chain_there_is_no_section(app: FunctionApp, session: Session) -> None:
    add_shop(app)
    result = session.test("def test_it(invoke):\n    invoke('Process', 'x')\n    assert False")
    assert "azfunc chains" not in result.stdout.str()


def test_a_failing_test_tells_what_was_not_drained(app: FunctionApp, session: Session) -> None:
    add_shop(app)
    result = session.test(
        """
        def test_it(azfunc_host):
            azfunc_host.queue("orders").put("7")
            azfunc_host.queue("orders").put("8")
            azfunc_host.queue("orders").put("later", visible_in=60)
            assert azfunc_host.queue("receipts").messages
        """
    )
    lines = [line for line in section(result, "azfunc due, and not run (call)") if line]
    assert lines == ["Process (message), 2 times", "azfunc_host.drain() runs what is due."]


def test_a_failing_test_tells_which_functions_get_no_message(app: FunctionApp, session: Session) -> None:
    add_shop(app)
    app.function("Late", "def main(msg): pass", {**queue_trigger(queue="late"), "type": "qeueTrigger"})
    result = session.test(
        """
        def test_it(azfunc_host):
            azfunc_host.queue("late").put("7")
            assert azfunc_host.drain()
        """
    )
    result.assert_outcomes(failed=1)
    lines = [line for line in section(result, "azfunc functions that get no message (call)") if line]
    assert lines[:2] == [
        "Late: no known extension registers the binding type 'qeueTrigger'. Did you mean 'queueTrigger'?",
        "pytest --azfunc-list tells more.",
    ]


def test_a_failure_that_nobody_claims_is_an_error_at_the_end(app: FunctionApp, session: Session) -> None:
    add_shop(app)
    result = session.test(
        """
        import pytest

        def put(host):
            host.raise_exceptions = False
            host.queue("orders").put("bad")
            host.drain()

        def test_unclaimed(azfunc_host):
            put(azfunc_host)

        def test_claimed(azfunc_host):
            put(azfunc_host)
            azfunc_host.failures.expect(ValueError)

        def test_raised(azfunc_host):
            azfunc_host.queue("orders").put("bad")
            with pytest.raises(ValueError):
                azfunc_host.drain()
        """
    )
    result.assert_outcomes(passed=3, errors=1)
    assert "message of the queue orders, delivery 1" in result.stdout.str()


def test_stores_are_empty_for_each_test_on_every_worker(sessions: Sessions) -> None:
    folder = sessions.add("xdist", "-n", "2", plugins=("xdist",))
    add_shop(folder.app)
    folder.write(
        {
            "test_it.py": """
                import pytest

                @pytest.mark.parametrize("number", range(8))
                def test_it(azfunc_http, azfunc_host, number):
                    assert azfunc_host.queue("receipts").messages == []
                    azfunc_http.post("/api/Accept", data="7")
                    azfunc_host.drain()
                    assert len(azfunc_host.queue("receipts")) == 1
            """
        }
    )
    for result in sessions.run().values():
        result.assert_outcomes(passed=8)
