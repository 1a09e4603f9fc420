"""Retry policies as tests of an app meet them: by every way in, with every switch, and in a failure's report."""

from __future__ import annotations

import pytest

from tests.function_app import FunctionApp, Session, http_out, http_trigger, passed, section, timer_trigger

FIXED = {"strategy": "fixedDelay", "maxRetryCount": 3, "delayInterval": "00:00:10"}
# Fails as often as the message says. A module lives as long as the session: what it counts is of one invocation.
FLAKY = """
    import logging

    def main(msg, context):
        attempt = context.retry_context.retry_count
        logging.info("attempt %d", attempt)
        if attempt < int(msg.get_body()):
            raise ValueError(f"no {attempt + 1}")
"""
ASYNC = FLAKY.replace("def main", "async def main")
WEB = """
    import logging

    def main(req, context):
        attempt = context.retry_context.retry_count
        logging.info("attempt %d", attempt)
        if attempt < int(req.params["fails"]):
            raise ValueError(f"no {attempt + 1}")
        return f"attempt {attempt}"
"""
TIMER = """
    import logging
    from datetime import datetime

    def main(timer, context):
        logging.info("attempt %d at %s", context.retry_context.retry_count, datetime.now().strftime("%H:%M:%S"))
        if context.retry_context.retry_count < 2:
            raise ValueError("not yet")
"""
DECORATORS = """
    import logging
    import azure.functions as func

    app = func.FunctionApp(http_auth_level=func.AuthLevel.ANONYMOUS)

    def flaky(attempt, fails):
        logging.info("attempt %d", attempt)
        if attempt < fails:
            raise ValueError(f"no {attempt + 1}")

    @app.queue_trigger("msg", "orders", "Storage")
    @app.retry(strategy="fixed_delay", max_retry_count="3", delay_interval="00:00:10")
    def Sync(msg: func.QueueMessage, context: func.Context):
        flaky(context.retry_context.retry_count, int(msg.get_body()))

    @app.queue_trigger("msg", "others", "Storage")
    @app.retry(strategy="fixed_delay", max_retry_count="3", delay_interval="00:00:10")
    async def Async(msg: func.QueueMessage, context: func.Context):
        flaky(context.retry_context.retry_count, int(msg.get_body()))

    @app.route("Web")
    @app.retry(strategy="fixed_delay", max_retry_count="3", delay_interval="00:00:10")
    def Web(req: func.HttpRequest, context: func.Context) -> str:
        flaky(context.retry_context.retry_count, int(req.params["fails"]))
        return f"attempt {context.retry_context.retry_count}"

    @app.schedule(arg_name="timer", schedule="0 30 2 * * *")
    @app.retry(strategy="fixed_delay", max_retry_count="3", delay_interval="00:00:10")
    def Nightly(timer: func.TimerRequest, context: func.Context):
        from datetime import datetime
        logging.info("attempt %d at %s", context.retry_context.retry_count, datetime.now().strftime("%H:%M:%S"))
        if context.retry_context.retry_count < 2:
            raise ValueError("not yet")

    @app.queue_trigger("msg", "slow", "Storage")
    @app.retry(strategy="exponential_backoff", max_retry_count="5", minimum_interval="00:00:01", maximum_interval="00:00:12")
    def Backoff(msg: func.QueueMessage):
        raise ValueError("never")
"""
BACKOFF = {"maxRetryCount": 5, "minimumInterval": "00:00:01", "maximumInterval": "00:00:12"}

TESTS = """
    import asyncio, time
    from datetime import datetime, timedelta, timezone

    import pytest
    import requests

    START = datetime(2031, 3, 1, 2, 0, tzinfo=timezone.utc)

    @pytest.fixture(autouse=True)
    def begins(azfunc_clock):
        azfunc_clock.move_to(START)

    def seconds(clock):
        return (clock.now - START).total_seconds()

    @pytest.mark.parametrize("name", ["Sync", "Async"])
    def test_invoke(name, invoke, azfunc_clock, azfunc_logs):
        result = invoke(name, "2")
        assert [attempt.delay for attempt in result.attempts] == [timedelta(0), timedelta(seconds=10), timedelta(seconds=10)]
        assert [str(attempt.exception) for attempt in result.attempts] == ["no 1", "no 2", "None"]
        assert (result.ok, result.is_exhausted, seconds(azfunc_clock)) == (True, False, 20)
        assert azfunc_logs.messages == result.logs.messages == ["attempt 0", "attempt 1", "attempt 2"]

    @pytest.mark.parametrize("name", ["Sync", "Async"])
    def test_ainvoke(name, ainvoke, azfunc_clock, azfunc_logs):
        async def awaited():
            return await ainvoke(name, "2"), await ainvoke(name, "1", retry=False, check=False)
        result, once = asyncio.run(awaited())
        assert (len(result.attempts), len(once.attempts), seconds(azfunc_clock)) == (3, 1, 20)
        assert azfunc_logs.messages == ["attempt 0", "attempt 1", "attempt 2", "attempt 0"]

    def test_exhausted(invoke, azfunc_clock):
        with pytest.raises(ValueError, match="no 4"):
            invoke("Sync", "9")
        result = invoke("Sync", "9", check=False)
        assert (len(result.attempts), result.is_exhausted, seconds(azfunc_clock)) == (4, True, 60)

    def test_once(invoke, azfunc_clock):
        with pytest.raises(ValueError, match="no 1"):
            invoke("Sync", "2", retry=False)
        result = invoke("Sync", "2", retry=False, check=False)
        assert (len(result.attempts), result.is_exhausted, seconds(azfunc_clock)) == (1, False, 0)

    @pytest.mark.azfunc(retry=False)
    def test_mark(invoke, ainvoke, azfunc_http, azfunc_host, azfunc_clock):
        assert len(invoke("Sync", "2", check=False).attempts) == 1
        with pytest.raises(ValueError, match="no 1"):
            azfunc_http.get("/api/Web?fails=1")
        with pytest.raises(ValueError, match="no 1"):
            asyncio.run(ainvoke("Async", "2"))
        assert seconds(azfunc_clock) == 0
        with pytest.raises(ValueError, match="not yet"):
            azfunc_host.advance(minutes=31)

    def test_http(azfunc_http, azfunc_clock, azfunc_logs, azfunc_host):
        assert azfunc_http.get("/api/Web?fails=2").text == "attempt 2"
        assert seconds(azfunc_clock) == 20
        assert azfunc_logs.messages == ["attempt 0", "attempt 1", "attempt 2"]
        (invocation,) = azfunc_host.invocations
        assert len({attempt.context.invocation_id for attempt in invocation.attempts}) == 3
        with pytest.raises(ValueError, match="no 4"):
            azfunc_http.get("/api/Web?fails=9")
        assert seconds(azfunc_clock) == 50

    def test_as_in_azure(azfunc_http, azfunc_clock, azfunc_host):
        azfunc_host.raise_exceptions = False
        assert azfunc_http.get("/api/Web?fails=9").status_code == 500
        assert seconds(azfunc_clock) == 30
        assert azfunc_host.invocations[-1].is_exhausted
        assert [str(failure.exception) for failure in azfunc_host.failures] == ["no 4"]

    def test_live_server(azfunc_live_server, azfunc_clock, azfunc_host):
        assert requests.get(azfunc_live_server.url + "/api/Web?fails=2").text == "attempt 2"
        assert (seconds(azfunc_clock), len(azfunc_host.invocations[-1].attempts)) == (20, 3)

    def test_timer(azfunc_host):
        assert azfunc_host.advance(minutes=30) == []
        (waiting,) = [due for due in azfunc_host.due if due.reason == "retry"]
        assert (waiting.function, waiting.at) == ("Nightly", START + timedelta(minutes=30, seconds=10))
        (run,) = azfunc_host.advance(minutes=1)
        assert run.logs.messages == ["attempt 0 at 02:30:00", "attempt 1 at 02:30:10", "attempt 2 at 02:30:20"]

    def test_seed(azfunc_host, invoke):
        def waits():
            return [attempt.delay.total_seconds() for attempt in invoke("Backoff", check=False).attempts]
        azfunc_host.seed(7)
        first = waits()
        other = waits()
        azfunc_host.seed(7)
        assert waits() == first != other
        bounds = [(0, 0), (1, 1), (1.8, 2.2), (2.6, 3.4), (4.2, 5.8), (7.4, 10.6)]
        assert all(low <= wait <= high for wait, (low, high) in zip(first, bounds, strict=True))

    def test_nobody_waits(invoke):
        begin = time.monotonic()
        invoke("Sync", "3")
        assert time.monotonic() - begin < 5
"""


@pytest.mark.parametrize("model", ["function.json", "decorators"])
def test_every_way_in(model: str, app: FunctionApp, session: Session) -> None:
    if model == "decorators":
        app.write({"function_app.py": DECORATORS})
    else:
        app.function("Sync", FLAKY, retry=FIXED)
        app.function("Async", ASYNC, retry=FIXED)
        app.function("Web", WEB, http_trigger(), http_out(), retry=FIXED)
        app.function("Nightly", TIMER, timer_trigger(), retry=FIXED)
        app.function("Backoff", "def main(msg): raise ValueError('never')", retry=BACKOFF)

    result = session.test(TESTS)

    passed(result, 13)


@pytest.mark.parametrize("library", ["freezegun", "time_machine"])
def test_time_that_the_test_has_frozen_itself(library: str, app: FunctionApp, session: Session) -> None:
    app.function("Sync", FLAKY, retry=FIXED)
    freezes = {
        "freezegun": "from freezegun import freeze_time as frozen",
        "time_machine": "import time_machine\n\ndef frozen(moment): return time_machine.travel(moment, tick=False)",
    }

    session.write({"freezing.py": freezes[library]})
    result = session.test(
        """
        from datetime import datetime, timezone
        from freezing import frozen

        def test_it(invoke, azfunc_host):
            with frozen("2031-03-01T02:00:00+00:00"):
                result = invoke("Sync", "2")
                assert [f"{attempt.started_at:%H:%M:%S}" for attempt in result.attempts] == ["02:00:00", "02:00:10", "02:00:20"]
                assert datetime.now(timezone.utc) == azfunc_host.now == datetime(2031, 3, 1, 2, 0, 20, tzinfo=timezone.utc)
            assert datetime.now(timezone.utc).year < 2031

        def test_afterwards(azfunc_host):
            assert azfunc_host.now.year < 2031
        """
    )

    passed(result, 2)


REPORT = [
    "1. Sync",
    "   in   msg: string 'N'",
    "   raised ValueError: no 4",
    "   try  1: ValueError: no 1",
    "   log  INFO     root: attempt 0",
    "   try  2, after 10 s: ValueError: no 2",
    "   log  INFO     root: attempt 1",
    "   try  3, after 10 s: ValueError: no 3",
    "   log  INFO     root: attempt 2",
    "   try  4, after 10 s: ValueError: no 4",
    "   log  INFO     root: attempt 3",
]


@pytest.mark.parametrize("options", [(), ("-n", "1")], ids=["alone", "xdist"])
def test_the_report_of_a_failure(options: tuple[str, ...], app: FunctionApp, session: Session) -> None:
    app.function("Sync", FLAKY, retry=FIXED)

    plugins = ("xdist",) if options else ()
    result = session.test("def test_it(invoke): invoke('Sync', '9')", *options, plugins=plugins)

    lines = section(result, "azfunc invocations (call)")
    assert [line.partition(" (")[0].replace("'9'", "'N'") for line in lines] == REPORT
    assert result.stdout.str().count("attempt 2") == 1


def test_the_report_of_one_that_succeeded_at_last(app: FunctionApp, session: Session) -> None:
    app.function("Sync", FLAKY, retry=FIXED)

    result = session.test("def test_it(invoke):\n    invoke('Sync', '1')\n    assert False")

    lines = section(result, "azfunc invocations (call)")
    assert lines[2:] == [
        "   try  1: ValueError: no 1",
        "   log  INFO     root: attempt 0",
        "   try  2, after 10 s: succeeded",
        "   log  INFO     root: attempt 1",
    ]


def test_a_seed_that_is_no_number(app: FunctionApp, session: Session) -> None:
    app.function("Sync", FLAKY, retry=FIXED)

    result = session.test(
        """
        import pytest

        @pytest.mark.parametrize("value", [None, "7", 1.5, True])
        def test_it(value, azfunc_host):
            with pytest.raises(Exception, match=r"azfunc_host.seed\\(\\): the number is .*, but must be a whole number"):
                azfunc_host.seed(value)
        """
    )

    passed(result, 4)
