"""Retry policies carried out: attempts, waits on the host's clock, what each attempt is told."""

from __future__ import annotations

import json
import random
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import pytest

from pytest_azfunc import Host, http
from pytest_azfunc.errors import BindingError
from pytest_azfunc.host.retries import delays
from pytest_azfunc.project import RetryPolicy

START = datetime(2026, 3, 1, 2, 0, tzinfo=timezone.utc)
FAILS = """
import logging

runs = []


def main({name}, context):
    retry = context.retry_context
    runs.append(context.invocation_id)
    logging.info("attempt %d of %d", retry.retry_count, retry.max_retry_count)
    if len(runs) <= {fails}:
        raise ValueError(f"no {{len(runs)}}")
    return {result}
"""
FIXED: dict[str, Any] = {"strategy": "fixedDelay", "maxRetryCount": 3, "delayInterval": "00:00:10"}
QUEUE = {"type": "queueTrigger", "direction": "in", "name": "msg", "queueName": "orders", "connection": "S"}
HTTP = [
    {"type": "httpTrigger", "direction": "in", "name": "req", "authLevel": "anonymous"},
    {"type": "http", "direction": "out", "name": "$return"},
]
TIMER = {"type": "timerTrigger", "direction": "in", "name": "timer", "schedule": "0 0 3 * * *"}


def app(
    root: Path, fails: int, *, bindings: Any = (QUEUE,), retry: Any = FIXED, result: str = "None", host: Any = None
) -> Path:
    folder = root / "app" / "F"
    folder.mkdir(parents=True)
    (root / "app" / "host.json").write_text(json.dumps({"version": "2.0", **(host or {})}))
    config: dict[str, Any] = {"bindings": list(bindings)}
    if retry is not None:
        config["retry"] = retry
    (folder / "function.json").write_text(json.dumps(config))
    name = bindings[0]["name"]
    (folder / "__init__.py").write_text(FAILS.format(name=name, fails=fails, result=result))
    return root / "app"


@pytest.mark.parametrize(("fails", "runs", "ok"), [(0, 1, True), (1, 2, True), (3, 4, True), (9, 4, False)])
def test_invoke_moves_the_clock_over_the_waits(fails: int, runs: int, ok: bool, tmp_path: Path) -> None:
    with Host.open(app(tmp_path, fails)) as host:
        host.clock.move_to(START)

        result = host.invoke("F", check=False)

        assert (result.ok, len(result.attempts), result.is_exhausted) == (ok, runs, not ok)
        assert host.now - START == timedelta(seconds=10 * (runs - 1))
        assert [attempt.started_at - START for attempt in result.attempts] == [
            timedelta(seconds=10 * number) for number in range(runs)
        ]
        assert [attempt.delay.total_seconds() for attempt in result.attempts] == [0.0] + [10.0] * (runs - 1)
        assert [attempt.logs.messages for attempt in result.attempts] == [[f"attempt {n} of 3"] for n in range(runs)]
        assert result.logs.messages == [f"attempt {n} of 3" for n in range(runs)]
        assert [str(attempt.exception) for attempt in result.attempts[: runs - ok]] == [
            f"no {n + 1}" for n in range(runs - ok)
        ]
        assert result.started_at == START


def test_the_last_exception_reaches_the_test(tmp_path: Path) -> None:
    with Host.open(app(tmp_path, 9)) as host, pytest.raises(ValueError, match="no 4"):
        host.invoke("F")


def test_no_clock_is_needed(tmp_path: Path) -> None:
    with Host.open(app(tmp_path, 1)) as host:
        before = host.now

        host.invoke("F")

        assert timedelta(seconds=10) <= host.now - before < timedelta(seconds=60)
    assert datetime.now(timezone.utc) - before < timedelta(seconds=9)


@pytest.mark.parametrize(("bindings", "distinct"), [((QUEUE,), 1), (HTTP, 4)])
def test_ids_of_the_attempts(bindings: Any, distinct: int, tmp_path: Path) -> None:
    with Host.open(app(tmp_path, 3, bindings=bindings, result="'x'" if distinct > 1 else "None")) as host:
        result = host.invoke("F")

        assert len({attempt.context.invocation_id for attempt in result.attempts}) == distinct


def test_what_a_retry_is_told_of_the_failure(tmp_path: Path) -> None:
    with Host.open(app(tmp_path, 1)) as host:
        first, second = host.invoke("F").attempts

    told = first.context.retry_context.rpc_exception
    assert (told.message, told.stack_trace, told.source) == ("", "", "")
    told = second.context.retry_context.rpc_exception
    assert told.message.startswith(
        "Microsoft.Azure.WebJobs.Host.FunctionInvocationException : Exception while executing function: Functions.F ---> "
        "Microsoft.Azure.WebJobs.Script.Workers.Rpc.RpcException : Result: Failure\nException: ValueError: no 1\nStack: "
    )
    assert "__init__.py" in told.stack_trace


def test_http(tmp_path: Path) -> None:
    with Host.open(app(tmp_path, 2, bindings=HTTP, result="'at last'")) as host:
        host.clock.move_to(START)

        response = host.http.get("/api/F")

        assert (response.text, host.now - START) == ("at last", timedelta(seconds=20))
        assert len(host.invocations) == 1
        assert len(host.invocations[0].attempts) == 3


@pytest.mark.parametrize("how", ["argument", "host", "attempt"])
def test_run_once(how: str, tmp_path: Path) -> None:
    with Host.open(app(tmp_path, 2), retry=how != "host") as host:
        context = host.context("F", retry_count=1) if how == "attempt" else None

        result = host.invoke("F", check=False, retry=how != "argument", context=context)

        assert (len(result.attempts), str(result.exception), result.is_exhausted) == (1, "no 1", False)


def test_the_policy_of_host_json(tmp_path: Path) -> None:
    with Host.open(app(tmp_path, 9, retry=None, host={"retry": {**FIXED, "maxRetryCount": 1}})) as host:
        assert len(host.invoke("F", check=False).attempts) == 2


def test_a_policy_of_none(tmp_path: Path) -> None:
    with Host.open(app(tmp_path, 9, retry={**FIXED, "maxRetryCount": 0})) as host:
        result = host.invoke("F", check=False)

        assert (len(result.attempts), result.is_exhausted) == (1, True)


def test_a_policy_without_end(tmp_path: Path) -> None:
    root = app(tmp_path, 10_000, retry={**FIXED, "maxRetryCount": -1, "delayInterval": "00:00:00"})
    with Host.open(root) as host, pytest.raises(BindingError) as caught:
        host.invoke("F")

    assert str(caught.value) == (
        "F: the function has failed 1000 times, and its retry policy has no end (maxRetryCount is -1).\n"
        f"  where:  {caught.value.location}\n"
        "  Azure:  the host would try for ever.\n"
        "  remedy: let it succeed some time, or run it once: retry=False, as an argument of invoke or of the mark azfunc.\n"
        "  rule:   retries-without-end"
    )


def test_a_policy_without_end_by_http_and_by_a_timer(tmp_path: Path) -> None:
    for name, bindings in (("web", HTTP), ("timer", [TIMER])):
        root = app(tmp_path / name, 10_000, bindings=bindings, retry={**FIXED, "maxRetryCount": -1}, result="None")
        with Host.open(root) as host:
            host.clock.move_to(START)
            with pytest.raises(
                BindingError, match="F: the function has failed 1000 times, and its retry policy has no"
            ):
                host.http.get("/api/F") if name == "web" else host.advance(hours=4)


def test_a_timer_that_comes_due_while_somebody_waits_for_a_retry(tmp_path: Path) -> None:
    root = app(tmp_path, 1)
    (root / "Timer").mkdir()
    (root / "Timer" / "function.json").write_text(json.dumps({"bindings": [{**TIMER, "schedule": "5 0 2 * * *"}]}))
    (root / "Timer" / "__init__.py").write_text("def main(timer): assert not timer.past_due")
    with Host.open(root) as host:
        host.clock.move_to(START)

        host.invoke("F")

        assert host.now - START == timedelta(seconds=10)
        (run,) = host.drain()  # it is late, but not past due: the host was up
        assert (run.function, run.started_at - START) == ("Timer", timedelta(seconds=10))


def test_a_timer_waits_on_the_agenda(tmp_path: Path) -> None:
    with Host.open(app(tmp_path, 2, bindings=[TIMER])) as host:
        host.clock.move_to(START)

        assert host.advance(hours=1) == []  # the first attempt has failed at 3:00:00
        assert [(due.at, due.reason) for due in host.due] == [(START + timedelta(hours=1, seconds=10), "retry")]
        (run,) = host.advance(seconds=25)

        assert (run.ok, len(run.attempts), run.started_at) == (True, 3, START + timedelta(hours=1))
        assert [due.at for due in host.due] == [START + timedelta(days=1, hours=1)]


def test_a_timer_whose_attempts_are_exhausted(tmp_path: Path) -> None:
    with Host.open(app(tmp_path, 9, bindings=[TIMER])) as host:
        host.clock.move_to(START)

        with pytest.raises(ValueError, match="no 4"):
            host.advance(hours=2)

        assert host.now == START + timedelta(hours=1, seconds=30)


def test_a_stopped_host_ends_the_waiting(tmp_path: Path) -> None:
    with Host.open(app(tmp_path, 2, bindings=[TIMER])) as host:
        host.clock.move_to(START)
        host.advance(hours=1)

        host.stop()

        assert host.due == []


def test_awaited(tmp_path: Path) -> None:
    import asyncio

    with Host.open(app(tmp_path, 2)) as host:
        result = asyncio.run(host.ainvoke("F"))

    assert len(result.attempts) == 3


def test_inputs_reach_every_attempt(tmp_path: Path) -> None:
    with Host.open(app(tmp_path, 1, bindings=HTTP, result="req.params['a']")) as host:
        assert host.invoke("F", http("GET", params={"a": "b"})).text == "b"


# -- the waits


def policy(**fields: Any) -> RetryPolicy:
    return RetryPolicy("exponentialBackoff", **{"max_retry_count": 8, **fields})


def seconds(given: RetryPolicy, seed: int = 0) -> list[float]:
    return [delay.total_seconds() for delay in delays(given, random.Random(seed))]


@pytest.mark.parametrize("seed", range(50))
def test_exponential_waits(seed: int) -> None:
    found = seconds(policy(minimum_interval=timedelta(seconds=1), maximum_interval=timedelta(seconds=12)), seed)

    bounds = [(1, 1), (1.8, 2.2), (2.6, 3.4), (4.2, 5.8), (7.4, 10.6), (12, 12), (12, 12), (12, 12)]
    assert all(low <= wait <= high for wait, (low, high) in zip(found, bounds, strict=True))


def test_the_same_seed_gives_the_same_waits() -> None:
    given = policy(minimum_interval=timedelta(seconds=1), maximum_interval=timedelta(minutes=15))

    assert seconds(given, 7) == seconds(given, 7) != seconds(given, 8)


@pytest.mark.parametrize("span", [timedelta(), timedelta(seconds=3)])
def test_minimum_and_maximum_alike(span: timedelta) -> None:
    assert set(seconds(policy(minimum_interval=span, maximum_interval=span))) == {span.total_seconds()}


def test_waits_beyond_every_calendar() -> None:
    given = policy(minimum_interval=timedelta(days=10**8), maximum_interval=timedelta.max, max_retry_count=60)

    assert list(delays(given, random.Random(1)))[-1] == timedelta.max
