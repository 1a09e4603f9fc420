"""What comes of an orchestration: an orchestrator, what is done with it, and what it tells."""

from __future__ import annotations

import gc
import textwrap
import warnings
from datetime import timedelta
from types import CoroutineType
from typing import Any, NamedTuple

import pytest

from tests.durable.durable_app import MakeHost


class Row(NamedTuple):
    """An orchestrator called ``Flow``.

    :ivar body: its body.
    :ivar output: what it returns.
    :ivar given: its input.
    :ivar advance: how far the clock moves after its start.
    :ivar functions: further functions.
    """

    body: str
    output: Any
    given: Any = None
    advance: timedelta | None = None
    functions: str = ""


RETRY = "df.RetryOptions(5000, 3)"

ROWS = {
    "a chain": Row(
        """
        first = yield context.call_activity("Twice", context.get_input())
        return (yield context.call_activity("Twice", first))
        """,
        28,
        given=7,
    ),
    "fan-out": Row(
        """
        return (yield context.task_all([context.call_activity("Twice", number) for number in range(5)]))
        """,
        [0, 2, 4, 6, 8],
    ),
    "nothing to wait for": Row("return 'done'", "done"),
    "task_all of nothing": Row("return [(yield context.task_all([]))]", [None]),
    "an activity's name in another case": Row("return (yield context.call_activity('tWICE', 4))", 8),
    "None as input and result": Row("return [(yield context.call_activity('Echo'))]", [None]),
    "text that looks like JSON": Row("return (yield context.call_activity('Echo', '{\"a\": 1}'))", '{"a": 1}'),
    "a number as text": Row("return (yield context.call_activity('Echo', '12'))", "12"),
    "an activity fails": Row(
        """
        try:
            yield context.call_activity("Fail", 1)
        except Exception as error:
            return [type(error).__name__, str(error).split(" \\n ")[0]]
        """,
        ["Exception", "Activity function 'Fail' failed:  ValueError: no 1"],
    ),
    "the details of a failure are a .NET exception": Row(
        """
        try:
            yield context.call_activity("Fail", 1)
        except Exception as error:
            details = json.loads(str(error).split(" \\n ")[1])
            return [details["ClassName"], details["Message"]]
        """,
        ["System.Exception", " ValueError: no 1"],
    ),
    "task_all fails with the first": Row(
        """
        try:
            yield context.task_all([context.call_activity("Echo", 1), context.call_activity("Fail", 2)])
        except Exception as error:
            return "no 2" in str(error)
        """,
        True,
    ),
    "task_any gives the task": Row(
        """
        event = context.wait_for_external_event("Never")
        done = context.call_activity("Twice", 2)
        winner = yield context.task_any([event, done])
        return [winner == done, winner.result]
        """,
        [True, 4],
    ),
    "a timer": Row(
        """
        before = context.current_utc_datetime
        yield context.create_timer(minutes(context, 90))
        return (context.current_utc_datetime - before).total_seconds()
        """,
        5400.0,
        advance=timedelta(hours=2),
    ),
    "a timer of 30 days comes in hops": Row(
        """
        before = context.current_utc_datetime
        yield context.create_timer(minutes(context, 30 * 24 * 60))
        return (context.current_utc_datetime - before).days
        """,
        30,
        advance=timedelta(days=31),
    ),
    "a timer that is due already": Row(
        """
        yield context.create_timer(minutes(context, -5))
        return "at once"
        """,
        "at once",
    ),
    "a cancelled timer holds nothing up": Row(
        """
        timer = context.create_timer(minutes(context, 300))
        done = context.call_activity("Echo", "quick")
        winner = yield context.task_any([timer, done])
        timer.cancel()
        return winner.result
        """,
        "quick",
    ),
    "a forgotten timer holds it open": Row(
        """
        timer = context.create_timer(minutes(context, 300))
        done = context.call_activity("Echo", "quick")
        winner = yield context.task_any([timer, done])
        return winner.result
        """,
        "quick",
        advance=timedelta(minutes=300),
    ),
    "retries end with the error": Row(
        f"""
        before = context.current_utc_datetime
        try:
            yield context.call_activity_with_retry("Fail", {RETRY}, 1)
        except Exception as error:
            return ["no 1" in str(error), (context.current_utc_datetime - before).total_seconds()]
        """,
        [True, 10.0],
        advance=timedelta(minutes=1),
    ),
    "a retry that succeeds": Row(
        f"""
        return (yield context.call_activity_with_retry("Third", {RETRY}, 1))
        """,
        "at last",
        advance=timedelta(minutes=1),
        functions="""
        attempts = []

        @activity
        def Third(value):
            attempts.append(value)
            if len(attempts) < 3:
                raise ValueError("not yet")
            return "at last"
        """,
    ),
    "retries beside other tasks keep the numbers": Row(
        f"""
        retried = context.call_activity_with_retry("Second", {RETRY}, 1)
        others = [context.call_activity("Twice", number) for number in range(3)]
        first = yield context.task_all(others)
        second = yield context.call_activity("Echo", "between")
        return [first, second, (yield retried)]
        """,
        [[0, 2, 4], "between", "well"],
        advance=timedelta(minutes=1),
        functions="""
        attempts = []

        @activity
        def Second(value):
            attempts.append(value)
            if len(attempts) < 2:
                raise ValueError("not yet")
            return "well"
        """,
    ),
    "a sub-orchestration": Row(
        """
        return (yield context.call_sub_orchestrator("Child", {"n": 4}))
        """,
        {"n": 8, "parent": True},
        functions="""
        @orchestrator
        def Child(context):
            doubled = yield context.call_activity("Twice", context.get_input()["n"])
            return {"n": doubled, "parent": context.parent_instance_id is not None}
        """,
    ),
    "a sub-orchestration fails": Row(
        """
        try:
            yield context.call_sub_orchestrator("Child")
        except Exception as error:
            return str(error).split(" \\n ")[0]
        """,
        "Orchestrator function 'Child' failed: mine",
        functions="""
        @orchestrator
        def Child(context):
            raise ValueError("mine")
            yield
        """,
    ),
    "a sub-orchestration retried": Row(
        f"""
        return (yield context.call_sub_orchestrator_with_retry("Child", {RETRY}))
        """,
        "well",
        advance=timedelta(minutes=1),
        functions="""
        runs = []

        @orchestrator
        def Child(context):
            found = yield context.call_activity("Second")
            return found

        @activity
        def Second(value):
            runs.append(1)
            if len(runs) < 2:
                raise ValueError("not yet")
            return "well"
        """,
    ),
    "continue_as_new": Row(
        """
        number = context.get_input()
        if number < 3:
            context.continue_as_new(number + 1)
            return "thrown away"
        return number
        """,
        3,
        given=0,
    ),
    "continue_as_new after a task": Row(
        """
        number = yield context.call_activity("Twice", context.get_input())
        if number < 100:
            context.continue_as_new(number)
            return
        return number
        """,
        128,
        given=4,
    ),
    "the same GUIDs in every episode": Row(
        """
        first = context.new_uuid()
        again = yield context.call_activity("Echo", first)
        return first == again
        """,
        True,
    ),
    "is_replaying": Row(
        """
        seen = [context.is_replaying]
        yield context.call_activity("Echo", 1)
        seen.append(context.is_replaying)
        yield context.call_activity("Echo", 2)
        seen.append(context.is_replaying)
        return seen
        """,
        [True, True, False],
    ),
    "an entity is signalled and called": Row(
        """
        counter = df.EntityId("Counter", "a")
        context.signal_entity(counter, "add", 5)
        context.signal_entity(counter, "add", 0)
        return (yield context.call_entity(counter, "get"))
        """,
        5,
    ),
    "an entity's operation fails": Row(
        """
        counter = df.EntityId("Counter", "a")
        try:
            yield context.call_entity(counter, "fail")
        except Exception as error:
            return [str(error), (yield context.call_entity(counter, "get"))]
        """,
        ["not now", 99],
    ),
    "entity calls beside activities keep the numbers": Row(
        """
        counter = df.EntityId("Counter", "a")
        tasks = [context.call_activity("Twice", 1), context.call_entity(counter, "add", 3), context.call_activity("Twice", 2)]
        return (yield context.task_all(tasks))
        """,
        [2, 3, 4],
    ),
    "a class with to_json": Row(
        """
        point = yield context.call_activity("Point", 3)
        return [type(point).__name__, point.x]
        """,
        ["P", 3],
        functions="""
        class P:
            def __init__(self, x):
                self.x = x
            def to_json(self):
                return json.dumps({"x": self.x})
            @staticmethod
            def from_json(text):
                return P(json.loads(text)["x"])

        @activity
        def Point(value):
            return P(value)
        """,
    ),
    "an activity that is async": Row(
        "return (yield context.call_activity('Later', 5))",
        5,
        functions="""
        import asyncio

        @app.activity_trigger(input_name="value")
        async def Later(value):
            await asyncio.sleep(0)
            return value
        """,
    ),
}


@pytest.mark.parametrize("row", ROWS.values(), ids=ROWS)
def test_output(row: Row, open_host: MakeHost) -> None:
    flow = textwrap.indent(textwrap.dedent(row.body).strip(), "    ")
    host = open_host(f"{textwrap.dedent(row.functions)}\n@orchestrator\ndef Flow(context):\n{flow}\n")

    if row.advance is not None:
        host.clock.move_to("2026-01-01T00:00:00Z")
    order = host.durable.start("Flow", row.given)
    if row.advance is not None:
        assert order.status == "Running"
        host.advance(seconds=row.advance.total_seconds())

    assert (order.status, order.output) == ("Completed", row.output)
    assert order.failure is None


FAILURES = {
    "its own exception": ("raise KeyError('mine')\n    yield", "'mine'", "KeyError", "Flow"),
    "an exception without text": ("raise ValueError()\n    yield", "<class 'ValueError'>", "ValueError", "Flow"),
    "an activity's": ("yield context.call_activity('Fail', 3)", "Activity function 'Fail' failed:  ValueError: no 3", "ValueError", "Fail"),
    "an output that is no JSON": ("return {1, 2}", "Object of type set is not JSON serializable", "TypeError", "Flow"),
    "what is no task": ("yield 5", "'int' object has no attribute", "AttributeError", "Flow"),
    "a task returned": ("return context.call_activity('Echo', 1)", "is not JSON serializable", "TypeError", "Flow"),
}  # fmt: skip


@pytest.mark.parametrize(("body", "text", "kind", "function"), FAILURES.values(), ids=FAILURES)
def test_failure(body: str, text: str, kind: str, function: str, open_host: MakeHost) -> None:
    host = open_host(f"\n@orchestrator\ndef Flow(context):\n    {body}\n")

    order = host.durable.start("Flow")

    assert order.status == "Failed"
    failure = order.failure
    assert failure is not None
    assert order.output == failure.message
    assert failure.message.startswith("Orchestrator function 'Flow' failed: ")
    assert text in failure.message
    assert (type(failure.exception).__name__, failure.function) == (kind, function)


def test_async_orchestrator(open_host: MakeHost) -> None:
    host = open_host("\n@orchestrator\nasync def Flow(context):\n    return 1\n")

    order = host.durable.start("Flow")

    assert order.status == "Failed"
    assert "Object of type coroutine is not JSON serializable" in order.output
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the coroutine was never awaited
        _close_coroutines()


def _close_coroutines() -> None:
    for found in gc.get_objects():
        if isinstance(found, CoroutineType) and found.__name__ == "Flow":
            found.close()
