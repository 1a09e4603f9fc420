"""Messages go from function to function: what reaches whom, when, and what becomes of one that fails."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from pytest_azfunc import BindingError, FunctionFailed, Host, Invocation, LoopError, LossyOutputError, StoreError, queue
from tests.function_app import FunctionApp, http_out, http_trigger, queue_out, queue_trigger, timer_trigger

ACCEPT = """
    import azure.functions as func

    def main(req, order: func.Out[str]):
        order.set(req.get_body().decode())
        return func.HttpResponse(status_code=202)
"""
PROCESS = """
    import json
    import azure.functions as func

    def main(msg: func.QueueMessage, receipt: func.Out[str]):
        order = msg.get_json()
        if order.get("bad"):
            raise ValueError(f"bad order, seen {msg.dequeue_count} times")
        receipt.set(json.dumps({"id": order["id"], "seen": msg.dequeue_count}))
"""
SEEN = """
    import logging
    import azure.functions as func

    def main(msg: func.QueueMessage):
        logging.info("%s", msg.get_body().decode())
"""
FAIL = "def main(msg): raise ValueError('no')"
BAD = {"bad": True}
NOON = "2026-03-01T12:00:00Z"
RETRY = {"strategy": "fixedDelay", "maxRetryCount": 3, "delayInterval": "00:00:10"}


@pytest.fixture
def app(tmp_path: Path) -> FunctionApp:
    """HTTP puts an order on a queue, a function takes it and puts a receipt on another one."""
    app = FunctionApp(tmp_path)
    app.function("Accept", ACCEPT, http_trigger(), http_out(), queue_out("order", "orders"))
    app.function("Process", PROCESS, queue_trigger(), queue_out("receipt", "receipts"))
    return app


@pytest.fixture
def host(app: FunctionApp) -> Iterator[Host]:
    with Host.open(app.root) as opened:
        yield opened


@pytest.fixture
def azure(app: FunctionApp) -> Iterator[Host]:
    """The same app, whose functions fail as in Azure."""
    with Host.open(app.root, raise_exceptions=False) as opened:
        opened.clock.move_to(NOON)
        yield opened


def names(runs: list[Invocation]) -> list[str]:
    return [run.function for run in runs]


def bodies(host: Host, queue: str) -> list[str]:
    return [message.text for message in host.queue(queue).messages]


def error_of(call: Callable[[], object]) -> list[str]:
    with pytest.raises((StoreError, BindingError, LoopError)) as caught:
        call()
    return str(caught.value).splitlines()


# From function to function


def test_nothing_is_delivered_before_it_is_drained(host: Host) -> None:
    assert host.http.post("/api/Accept", json={"id": 7}).status_code == 202
    assert bodies(host, "orders") == ['{"id": 7}']
    assert [(due.function, due.reason) for due in host.due] == [("Process", "message")]

    assert names(host.drain()) == ["Process"]

    assert host.queue("orders").messages == []
    assert host.queue("receipts").messages[0].json() == {"id": 7, "seen": 1}
    assert host.drain() == []


def test_outputs_of_invoke_land_too(host: Host) -> None:
    result = host.invoke("Process", {"id": 1})
    assert bodies(host, "receipts") == [result.outputs["receipt"].text]
    assert result.caused_by is None


def test_who_has_caused_whom(host: Host) -> None:
    accepted = host.http.post("/api/Accept", json={"id": 7}).invocation
    (processed,) = host.drain()
    assert accepted is not None
    assert processed.caused_by is accepted
    assert host.caused(accepted) == [processed]
    assert host.caused(processed) == []


def test_an_array_is_a_message_each(tmp_path: Path) -> None:
    app = FunctionApp(tmp_path)
    app.function(
        "Start",
        "def main(req, out): out.set('[1, 2, \"three\"]'); return 'ok'",
        http_trigger(),
        http_out(),
        queue_out("out", "numbers"),
    )
    app.function("Seen", SEEN, queue_trigger(queue="numbers"))
    with Host.open(app.root) as host:
        host.http.get("/api/Start")
        assert bodies(host, "numbers") == ["1", "2", "three"]
        assert [run.logs.messages for run in host.drain()] == [["1"], ["2"], ["three"]]


def test_what_a_failed_function_has_set_lands_nowhere(tmp_path: Path) -> None:
    app = FunctionApp(tmp_path)
    app.function(
        "Start",
        "def main(msg, out):\n    out.set('x')\n    raise ValueError('no')",
        queue_trigger(),
        queue_out("out", "receipts"),
    )
    with Host.open(app.root) as host:
        with pytest.raises(ValueError, match="no"):
            host.invoke("Start", "x")
        assert bodies(host, "receipts") == []


def test_the_name_of_a_queue_may_be_an_expression(tmp_path: Path) -> None:
    app = FunctionApp(tmp_path)
    app.function("Start", "def main(msg, out): out.set('x')", queue_trigger(), queue_out("out", "%Prefix%-{Region}"))
    app.function("Seen", SEEN, queue_trigger(queue="%Prefix%-EU"))
    with Host.open(app.root, settings={"Prefix": "Orders"}) as host:
        host.queue("orders").put({"region": "EU"})
        assert names(host.drain()) == ["Start", "Seen"]
        host.queue("%Prefix%-eu").put("again")
        assert bodies(host, "ORDERS-EU") == ["again"]
        host.queue("orders").put({})
        with pytest.raises(BindingError, match="Region"):
            host.drain()
        assert host.queue("orders").messages[0].dequeue_count == 1


def test_two_functions_on_one_queue_take_turns(app: FunctionApp) -> None:
    app.function("Audit", SEEN, queue_trigger())
    with Host.open(app.root) as host:
        for number in range(4):
            host.queue("orders").put({"id": number})
        assert names(host.drain()) == ["Audit", "Process", "Audit", "Process"]


def test_what_nobody_listens_to_waits_until_somebody_does(host: Host) -> None:
    host.settings["AzureWebJobs.Process.Disabled"] = "1"
    host.queue("orders").put({"id": 1})
    assert (host.due, host.drain()) == ([], [])
    host.settings["AzureWebJobs.Process.Disabled"] = "0"
    assert names(host.drain()) == ["Process"]


def test_a_function_that_is_disabled_meanwhile(host: Host) -> None:
    host.queue("orders").put({"id": 1})
    assert len(host.due) == 1
    host.settings["AzureWebJobs.Process.Disabled"] = "true"
    assert host.drain() == []
    assert host.queue("orders").messages[0].dequeue_count == 0
    del host.settings["AzureWebJobs.Process.Disabled"]
    assert names(host.drain()) == ["Process"]


def test_a_stopped_host_delivers_nothing(host: Host) -> None:
    host.queue("orders").put({"id": 1})
    assert len(host.due) == 1
    host.stop()
    host.queue("orders").put({"id": 2})
    assert (host.due, host.drain()) == ([], [])
    host.start()
    assert names(host.drain()) == ["Process", "Process"]


@pytest.mark.parametrize("raises", [False, True])
def test_a_failure_that_a_stop_makes_final_is_to_be_claimed(app: FunctionApp, raises: bool) -> None:
    app.function("Process", FAIL, queue_trigger(), retry=RETRY)
    with Host.open(app.root, raise_exceptions=raises) as host:
        host.queue("orders").put({})
        assert host.drain() == []
        host.stop()
        (run,) = host.invocations
        assert (len(run.attempts), run.is_exhausted) == (1, False)
        assert [(failure.function, failure.how) for failure in host.failures] == [
            ("Process", "message of the queue orders, delivery 1")
        ]
        assert (host.queue("orders").messages[0].dequeue_count, host.due) == (1, [])
        host.failures.expect(ValueError)


def test_a_fault_that_waits_when_the_host_stops_needs_no_claim(app: FunctionApp) -> None:
    app.function("Process", SEEN, queue_trigger(), retry=RETRY)
    with Host.open(app.root) as host:
        host.queue("orders").put({})
        host.fail("Process", TimeoutError("bank"))
        assert host.drain() == []
        host.stop()
        assert len(host.failures) == 0


def test_stores_that_are_first_used_while_the_host_is_stopped(host: Host) -> None:
    host.stop()
    host.queue("orders").put({"id": 1})
    assert (host.due, host.drain()) == ([], [])
    host.start()
    assert names(host.drain()) == ["Process"]


def test_a_chain_goes_on_after_a_restart(host: Host) -> None:
    host.http.post("/api/Accept", json={"id": 7})
    accepted = host.invocations[-1]
    host.restart()
    (processed,) = host.drain()
    assert processed.caused_by is accepted
    assert [message.json()["id"] for message in host.queue("receipts").messages] == [7]


def test_timers_come_first(app: FunctionApp) -> None:
    app.function(
        "Nightly",
        "def main(timer, out): out.set('{\"id\": 1}')",
        timer_trigger(schedule="0 0 12 * * *"),
        queue_out("out", "orders"),
    )
    with Host.open(app.root) as host:
        host.clock.move_to("2026-03-01T11:59:00Z")
        host.queue("orders").put({"id": 0}, visible_in=60)
        assert names(host.advance(minutes=1)) == ["Nightly", "Process", "Process"]


def test_messages_move_with_the_first_move_of_time(host: Host) -> None:
    host.queue("orders").put({"id": 0}, visible_in=timedelta(minutes=5))
    host.clock.move_to(NOON)
    (due,) = host.due
    (message,) = host.queue("orders").messages
    assert due.at == message.visible_at
    assert message.visible_at - host.now > timedelta(minutes=4)
    assert host.drain() == []
    assert names(host.advance(minutes=5)) == ["Process"]


def test_a_message_expires_after_a_week(host: Host) -> None:
    host.clock.move_to(NOON)
    host.settings["AzureWebJobs.Process.Disabled"] = "1"
    host.queue("orders").put({"id": 0})
    host.advance(days=6)
    assert len(host.queue("orders")) == 1
    host.advance(days=1)
    assert host.queue("orders").messages == []
    host.settings["AzureWebJobs.Process.Disabled"] = "0"
    assert host.drain() == []


# Failures


def test_the_first_exception_reaches_the_test(host: Host) -> None:
    host.queue("orders").put(BAD)
    host.queue("orders").put({"id": 1})
    with pytest.raises(ValueError, match="seen 1 times"):
        host.drain()
    assert [m.dequeue_count for m in host.queue("orders").messages] == [1, 0]
    with pytest.raises(ValueError, match="seen 2 times"):
        host.drain()
    assert bodies(host, "receipts") == ['{"id": 1, "seen": 1}']
    for count in (3, 4, 5):
        with pytest.raises(ValueError, match=f"seen {count} times"):
            host.drain()
    assert host.drain() == []
    assert bodies(host, "orders-poison") == ['{"bad": true}']


def test_five_deliveries_then_the_poison_queue(azure: Host) -> None:
    azure.failures.expect(ValueError, match="bad order")
    azure.queue("orders").put(queue(BAD, id="first"))
    assert names(runs := azure.drain()) == ["Process"] * 5
    assert {run.request.trigger_metadata["Id"].value for run in runs} == {"first"}
    assert bodies(azure, "orders") == []
    (poison,) = azure.queue("orders-poison").messages
    assert (poison.json(), poison.dequeue_count, poison.id == "first") == (BAD, 0, False)


def test_failures_that_nobody_claims_are_errors(app: FunctionApp) -> None:
    host = Host.open(app.root, raise_exceptions=False)
    host.queue("orders").put(BAD)
    host.drain()
    host.close()
    with pytest.raises(FunctionFailed) as caught:
        host.failures.check()
    first, *rest = str(caught.value).splitlines()
    assert first.startswith(
        "Process: the delivery (message of the queue orders, delivery 1) failed with ValueError: bad order, seen 1 times, "
        "and nobody saw it. 4 more failed: Process (message of the queue orders, delivery 2) "
    )
    assert rest == [
        "  Azure:  the exception is in the log only; the message comes again, or is given up, by the rules of its service.",
        "  remedy: mend it, or claim it: azfunc_host.failures.expect(ValueError).",
        "  rule:   failure-unclaimed-delivery",
    ]


def test_a_poison_message_wakes_who_listens_to_it(app: FunctionApp) -> None:
    app.function("Poison", SEEN, queue_trigger(queue="orders-poison"))
    with Host.open(app.root, raise_exceptions=False) as host:
        host.failures.expect(ValueError)
        host.queue("orders").put(BAD)
        runs = host.drain()
        assert names(runs) == ["Process"] * 5 + ["Poison"]
        assert runs[-1].caused_by is runs[-2]


@pytest.mark.parametrize("count", [1, 3])
def test_max_dequeue_count(app: FunctionApp, count: int) -> None:
    app.write({"host.json": {"version": "2.0", "extensions": {"queues": {"maxDequeueCount": count}}}})
    with Host.open(app.root, raise_exceptions=False) as host:
        host.failures.expect(ValueError)
        host.queue("orders").put(BAD)
        assert len(host.drain()) == count
        assert len(host.queue("orders-poison")) == 1


def test_a_failed_message_waits_for_its_visibility_timeout(app: FunctionApp) -> None:
    app.write({"host.json": {"version": "2.0", "extensions": {"queues": {"visibilityTimeout": "00:00:30"}}}})
    with Host.open(app.root, raise_exceptions=False) as host:
        host.clock.move_to(NOON)
        host.failures.expect(ValueError)
        host.queue("orders").put(BAD)
        assert len(host.drain()) == 1
        assert host.due[0].at == host.queue("orders").messages[0].visible_at == host.now + timedelta(seconds=30)
        assert len(host.advance(seconds=29)) == 0
        assert len(host.advance(seconds=91)) == 4
        assert len(host.queue("orders-poison")) == 1


def test_without_a_poison_queue_it_comes_back_every_ten_minutes(tmp_path: Path) -> None:
    app = FunctionApp(tmp_path)
    app.function("Fails", FAIL, queue_trigger(queue="orders-poison"))
    with Host.open(app.root, raise_exceptions=False) as host:
        host.clock.move_to(NOON)
        host.failures.expect(ValueError)
        host.queue("orders-poison").put("x")
        assert len(host.drain()) == 1
        assert len(host.advance(hours=2)) == 4
        assert len(host.queue("orders-poison")) == 1
        assert host.due == []


def test_a_retry_policy_is_one_delivery(app: FunctionApp) -> None:
    policy = {"strategy": "fixedDelay", "maxRetryCount": 2, "delayInterval": "00:00:10"}
    app.function("Process", PROCESS, queue_trigger(), queue_out("receipt", "receipts"), retry=policy)
    with Host.open(app.root, raise_exceptions=False) as host:
        host.clock.move_to(NOON)
        host.failures.expect(ValueError)
        host.queue("orders").put(BAD)
        assert host.drain() == []
        assert [due.reason for due in host.due] == ["retry"]
        assert [len(run.attempts) for run in host.advance(seconds=20)] == [3]
        assert host.queue("orders").messages[0].dequeue_count == 2
        assert len(host.advance(minutes=2)) == 4
        assert len(host.queue("orders-poison")) == 1


def test_an_output_that_is_too_large_fails_the_call(tmp_path: Path) -> None:
    app = FunctionApp(tmp_path)
    app.function("Start", "def main(msg, out): out.set('x' * 49153)", queue_trigger(), queue_out("out", "receipts"))
    with Host.open(app.root) as host:
        host.queue("orders").put("go")
        with pytest.raises(StoreError) as caught:
            host.drain()
        assert caught.value.rule == "store-message-size"
        first, place, *_ = str(caught.value).splitlines()
        assert first.startswith("Start.out: a message of 49153 bytes for the queue 'receipts' is ")
        assert "Start/function.json:" in place
        assert host.queue("orders").messages[0].dequeue_count == 1
        assert bodies(host, "receipts") == []


def test_the_last_delivery_of_a_message_that_a_test_has_built(azure: Host) -> None:
    azure.queue("orders").put(queue(BAD, id="m-1", dequeue_count=5, insertion_time="2026-03-01T11:00:00Z"))
    (message,) = azure.queue("orders").messages
    assert repr(message) == """<message: '{"bad": true}', dequeue_count=4>"""
    assert message.id == "m-1"
    assert message.expires_at - message.inserted_at == timedelta(days=7)

    (run,) = azure.drain()

    azure.failures.expect(ValueError, match="seen 5 times")
    assert run.request.trigger_metadata["InsertionTime"].value == '"2026-03-01T11:00:00+00:00"'
    assert repr(azure.queue("orders-poison").messages) == """[<message: '{"bad": true}'>]"""


def test_a_lossy_output_is_a_success_in_azure(tmp_path: Path) -> None:
    app = FunctionApp(tmp_path)
    script = "import azure.functions as func\ndef main(msg, out: func.Out[func.QueueMessage]): out.set(func.QueueMessage(body='x'))"
    app.function("Start", script, queue_trigger(), queue_out("out", "receipts"))
    with Host.open(app.root) as host:
        host.queue("orders").put("go")
        with pytest.raises(LossyOutputError):
            host.drain()
        assert bodies(host, "orders") == []
        assert len(host.queue("receipts")) == 1


def test_a_function_that_would_not_load_takes_nothing(app: FunctionApp) -> None:
    app.function("Broken", "import nowhere_to_be_found", queue_trigger(queue="broken"))
    with Host.open(app.root) as host:
        host.queue("broken").put("x")
        for _ in range(2):
            with pytest.raises(ModuleNotFoundError):
                host.drain()
        assert host.queue("broken").messages[0].dequeue_count == 0


# Loops


def test_a_function_that_enqueues_to_itself(tmp_path: Path) -> None:
    app = FunctionApp(tmp_path)
    app.function("Self", "def main(msg, out): out.set('x')", queue_trigger(), queue_out("out", "orders"))
    with Host.open(app.root) as host:
        host.queue("orders").put("x")
        assert "In the loop: Self." in error_of(host.drain)[0]
        assert len(host.queue("orders")) == 1


def test_a_circle_of_functions(tmp_path: Path) -> None:
    app = FunctionApp(tmp_path)
    app.function("Ping", "def main(msg, out): out.set('x')", queue_trigger(queue="pings"), queue_out("out", "pongs"))
    app.function("Pong", "def main(msg, out): out.set('x')", queue_trigger(queue="pongs"), queue_out("out", "pings"))
    with Host.open(app.root) as host:
        host.queue("pings").put("x")
        with pytest.raises(LoopError, match=re.escape("In the loop: Ping, Pong.")) as caught:
            host.drain()
        assert caught.value.members == ("Ping", "Pong")


def test_a_chain_that_waits_in_between_is_none(tmp_path: Path) -> None:
    app = FunctionApp(tmp_path)
    app.write({"host.json": {"version": "2.0", "extensions": {"queues": {"visibilityTimeout": "00:01:00"}}}})
    app.function("Fails", FAIL, queue_trigger(queue="orders-poison"))
    with Host.open(app.root, raise_exceptions=False) as host:
        host.clock.move_to(NOON)
        host.failures.expect(ValueError)
        for _ in range(300):
            host.queue("orders-poison").put("x")
        assert len(host.advance(hours=1)) == 1500


# Faults on request


def test_faults_need_no_claim(host: Host) -> None:
    host.fail("process", TimeoutError("bank"), times=2)
    host.queue("orders").put({"id": 1})
    runs = host.drain()
    assert [type(run.exception).__name__ for run in runs] == ["TimeoutError", "TimeoutError", "NoneType"]
    assert host.queue("receipts").messages[0].json() == {"id": 1, "seen": 3}


def test_faults_reach_who_waits(host: Host) -> None:
    host.fail("Process", TimeoutError("bank"))
    with pytest.raises(TimeoutError, match="bank"):
        host.invoke("Process", {"id": 1})
    assert host.invoke("Process", {"id": 1}).ok


@pytest.mark.parametrize("raises", [True, False])
def test_faults_of_timers_need_no_claim(tmp_path: Path, raises: bool) -> None:
    app = FunctionApp(tmp_path)
    app.function("Nightly", "def main(timer): pass", timer_trigger())
    with Host.open(app.root, raise_exceptions=raises) as host:
        host.clock.move_to("2026-03-01T02:00:00Z")
        host.fail("Nightly", TimeoutError("bank"))
        assert [run.ok for run in host.advance(days=1, hours=1)] == [False, True]


def test_faults_of_requests_need_no_claim(azure: Host) -> None:
    azure.fail("Accept", TimeoutError("bank"))
    assert azure.http.post("/api/Accept", json={"id": 1}).status_code == 500
    assert len(azure.failures) == 0


@pytest.mark.parametrize(("given", "problem"), [({"exception": "x"}, "exception"), ({"times": 0}, "times")])
def test_no_such_fault(host: Host, given: dict[str, Any], problem: str) -> None:
    given = {"exception": ValueError(), **given}
    assert f"azfunc_host.fail(): {problem}" in error_of(lambda: host.fail("Process", **given))[0].replace(
        "fail: ", "fail(): "
    )


def test_a_message_is_delivered_again(host: Host) -> None:
    host.http.post("/api/Accept", json={"id": 7})
    (first,) = host.drain()
    again = host.redeliver(first)
    assert [message.json()["seen"] for message in host.queue("receipts").messages] == [1, 2]
    assert again.caused_by is first.caused_by
    assert host.redeliver(again).request.trigger_metadata["DequeueCount"].value == "3"


def test_what_is_not_idempotent(host: Host) -> None:
    with pytest.raises(AssertionError) as caught:
        host.assert_idempotent("Process", {"id": 7})
    assert str(caught.value).splitlines() == [
        "Process is not idempotent: delivered twice, the same message has changed the stores twice.",
        """  queue receipts: new '{"id": 7, "seen": 2}'""",
    ]


def test_what_is_idempotent(app: FunctionApp) -> None:
    app.function("Seen", SEEN, queue_trigger())
    with Host.open(app.root) as host:
        host.assert_idempotent("Seen", {"id": 7})


def test_any_order_by_a_seed(host: Host) -> None:
    orders = []
    for seed in (1, 1, 2):
        for number in range(20):
            host.queue("orders").put({"id": number})
        host.drain(shuffle=seed)
        orders.append([message.json()["id"] for message in host.queue("receipts").messages])
        host.queue("receipts").clear()
    first, same, other = orders
    assert first == same != sorted(first) == list(range(20))
    assert other != first


def test_at_least_once_by_a_seed(host: Host) -> None:
    for number in range(20):
        host.queue("orders").put({"id": number})
    host.drain(duplicate=1)
    found = [message.json()["id"] for message in host.queue("receipts").messages]
    assert sorted(set(found)) == list(range(20))
    assert 20 < len(found) < 40
    assert host.queue("orders").messages == []


# What a test sees


def test_the_trace_tells_where_a_message_was_moved(azure: Host) -> None:
    azure.failures.expect(ValueError)
    azure.queue("orders").put(queue(BAD, dequeue_count=4))
    azure.drain()

    assert azure.trace.splitlines() == [
        """Process <- string '{"bad": true}', delivery 4""",
        "   raised ValueError: bad order, seen 4 times",
        """Process <- string '{"bad": true}', delivery 5""",
        "   raised ValueError: bad order, seen 5 times",
        "   given up -> orders-poison",
    ]


def test_the_trace(azure: Host) -> None:
    azure.failures.expect(ValueError)
    azure.http.post("/api/Accept", json={"id": 7})
    azure.queue("orders").put(BAD)
    azure.drain()
    lines = azure.trace.splitlines()
    assert lines[:4] == [
        """Accept <- http POST http://localhost:7071/api/Accept, body b'{"id": 7}'""".replace(
            "http://localhost:7071", azure.url
        ),
        """   order -> orders: string '{"id": 7}'""",
        "   $return: http 202, body b''",
        """   Process <- string '{"id": 7}'""",
    ]
    assert lines[-3:] == [
        """Process <- string '{"bad": true}', delivery 5""",
        "   raised ValueError: bad order, seen 5 times",
        "   given up -> orders-poison",
    ]


# Names and values


def test_names_that_no_queue_has(host: Host) -> None:
    assert error_of(lambda: host.queue("a_b")) == [
        "no queue can be called 'a_b': A queue name can contain only letters, numbers, and dash(-) characters - \"a_b\".",
        "  Azure:  the service refuses the name.",
        "  remedy: give a name that the service can have.",
        "  rule:   store-name",
    ]


def test_a_message_that_is_visible_at_once(host: Host) -> None:
    host.queue("orders").put({"id": 1}, visible_in=None)
    assert names(host.drain()) == ["Process"]


@pytest.mark.parametrize("delay", [-1, "soon", True, timedelta(days=8), float("nan"), float("inf")])
def test_moments_that_no_message_has(host: Host, delay: Any) -> None:
    assert "visible_in" in error_of(lambda: host.queue("orders").put("x", visible_in=delay))[0]


@pytest.mark.parametrize("body", [object(), {1, 2}, "\ud800"])
def test_bodies_that_no_message_has(host: Host, body: object) -> None:
    error_of(lambda: host.queue("orders").put(body))
    assert host.queue("orders").messages == []


@pytest.mark.parametrize(("encoding", "size"), [("base64", 49152), ("none", 65536)])
def test_the_largest_message(app: FunctionApp, encoding: str, size: int) -> None:
    app.write({"host.json": {"version": "2.0", "extensions": {"queues": {"messageEncoding": encoding}}}})
    with Host.open(app.root) as host:
        host.queue("large").put("x" * size)
        assert error_of(lambda: host.queue("large").put("x" * (size + 1)))[-1] == "  rule:   store-message-size"
        assert len(host.queue("large")) == 1


def test_a_closed_host_has_no_stores(app: FunctionApp) -> None:
    with Host.open(app.root) as host:
        queue = host.queue("orders")
        queue.put("x")
    for call in (lambda: queue.messages, lambda: queue.put("y"), queue.clear, lambda: host.queue("orders")):
        assert error_of(call)[-1] == "  rule:   host-closed"


def test_each_host_begins_with_empty_stores(app: FunctionApp) -> None:
    for _ in range(2):
        with Host.open(app.root) as host:
            assert host.queue("orders").messages == []
            host.queue("orders").put("x")


def test_messages_can_be_compared(host: Host) -> None:
    host.queue("a-queue").put({"id": 1})
    host.queue("other").put(b'{"id": 1}')
    assert host.queue("a-queue").messages == host.queue("other").messages
    assert isinstance(host.queue("other").messages[0].visible_at, datetime)
    assert json.loads(host.queue("other").messages[0].body) == {"id": 1}
    assert repr(host.queue("a-queue")) == """<Queue a-queue: '{"id": 1}'>"""


def test_a_message_that_was_built_is_put_as_it_is(host: Host) -> None:
    built = queue(
        {"bad": True},
        id="7",
        dequeue_count=4,
        insertion_time="2026-02-25T12:00:00Z",
        expiration_time="2026-03-01T12:00:01Z",
    )
    host.clock.move_to(NOON)
    host.queue("orders").put(built)
    (message,) = host.queue("orders").messages
    assert (message.id, message.dequeue_count) == ("7", 3)
    assert (message.inserted_at.isoformat(), message.expires_at.isoformat()) == (
        "2026-02-25T12:00:00+00:00",
        "2026-03-01T12:00:01+00:00",
    )
    with pytest.raises(ValueError, match="seen 4 times"):
        host.drain()
    host.queue("orders").clear()
    host.queue("orders").put(built, visible_in=1)
    assert host.advance(seconds=1) == []
    assert host.queue("orders").messages == []


@pytest.mark.parametrize("argument", [{"pop_receipt": "x"}, {"next_visible_time": NOON}])
def test_what_only_a_delivery_has_cannot_be_put(host: Host, argument: dict[str, Any]) -> None:
    problem, *_ = error_of(lambda: host.queue("orders").put(queue("x", **argument)))
    assert problem.startswith(f"queue.put(): {next(iter(argument))} is ")
    assert host.queue("orders").messages == []


@pytest.mark.parametrize(
    ("body", "reason"), [(b"\xff", "it is no UTF-8"), ("a\x01b", "it has a character that XML cannot have")]
)
def test_what_only_base64_can_carry(app: FunctionApp, body: Any, reason: str) -> None:
    with Host.open(app.root) as host:
        host.queue("other").put(body)
    app.write({"host.json": {"version": "2.0", "extensions": {"queues": {"messageEncoding": "none"}}}})
    with Host.open(app.root) as host:
        host.queue("other").put("ä\t\r\n😀")
        assert error_of(lambda: host.queue("other").put(body)) == [
            f"a message for the queue 'other': {reason}, and host.json has the messageEncoding \"none\".",
            "  Azure:  the service refuses the request.",
            "  remedy: give a value that it takes.",
            "  rule:   store-value",
        ]


def test_what_was_cleared_while_a_function_had_it_does_not_come_back(tmp_path: Path) -> None:
    app = FunctionApp(tmp_path)
    policy = {"strategy": "fixedDelay", "maxRetryCount": 1, "delayInterval": "00:00:10"}
    app.function("Fails", FAIL, queue_trigger(), retry=policy)
    with Host.open(app.root, raise_exceptions=False) as host:
        host.clock.move_to(NOON)
        host.failures.expect(ValueError)
        host.queue("orders").put("x")
        assert host.drain() == []
        host.queue("orders").clear()
        assert len(host.advance(seconds=10)) == 1
        assert (host.due, host.queue("orders").messages) == ([], [])
