"""The fixture azfunc_clock beside what else freezes time or waits, and time as it was after every test."""

from __future__ import annotations

import pytest

from tests.function_app import (
    FunctionApp,
    Session,
    Sessions,
    http_out,
    http_trigger,
    passed,
    section,
    timer_trigger,
)

# Every test of a session is followed by a look at the time; a clock of the machine's own tells what it should be.
CONFTEST = """
    import datetime, os, time, uuid
    import pytest

    KEPT = (datetime.datetime, datetime.date, time.time, time.monotonic, time.sleep, time.gmtime, time.perf_counter)

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_runtest_protocol(item):
        try:
            return (yield)
        finally:
            if "whole_module" not in item.fixturenames:  # which lasts longer than a test
                look(item)

    def look(item):
        now = (datetime.datetime, datetime.date, time.time, time.monotonic, time.sleep, time.gmtime, time.perf_counter)
        assert now == KEPT, "not as before"
        assert abs(time.time() - time.clock_gettime(time.CLOCK_REALTIME)) < 5
        assert item.module.datetime is datetime.datetime
"""
HEAD = """
    import asyncio, threading, time
    from datetime import date, datetime, timedelta, timezone

    import pytest

    START = "2031-03-01T02:29:00Z"
    RUNS = ["Async", "Sync"]

    def names(runs):
        return [run.function for run in runs]

    def today():
        return datetime.now(timezone.utc).date().isoformat()
"""
WAITS = "import asyncio, datetime, logging\nasync def main(timer):\n    await asyncio.sleep(0.001)\n    logging.info(str(datetime.date.today()))"
SYNC = "import logging\nfrom datetime import date\ndef main(timer): logging.info(str(date.today()))"
TODAY = "import datetime, time\nasync def main(req): return f'{datetime.date.today()} {time.time():.0f}'"


@pytest.fixture
def nightly(app: FunctionApp, session: Session) -> Session:
    """An app with a sync and an async timer at half past two, and a page that shows the day."""
    app.function("Async", WAITS, timer_trigger())
    app.function("Sync", SYNC, timer_trigger())
    app.function("Today", TODAY, http_trigger(), http_out())
    session.write({"conftest.py": CONFTEST})
    return session


def test_it_moves(nightly: Session) -> None:
    result = nightly.test(
        HEAD
        + """
    def test_runs(azfunc_host, azfunc_clock):
        azfunc_clock.move_to(START)
        assert names(azfunc_host.advance(minutes=2)) == RUNS
        assert today() == "2031-03-01" == azfunc_clock.now.date().isoformat()
        assert azfunc_host.drain() == []

    def test_afterwards(azfunc_clock):
        assert abs(azfunc_clock.now - datetime.now(timezone.utc)) < timedelta(seconds=5)
        assert "2031" not in today()

    def test_without_the_fixture():
        assert "2031" not in today()

    def test_waiting_is_real(azfunc_clock):
        azfunc_clock.move_to(START)
        before = time.monotonic()
        time.sleep(0.01)
        assert not threading.Event().wait(0.01)
        asyncio.run(asyncio.sleep(0.01))
        assert 0.02 < time.monotonic() - before < 5
        assert azfunc_clock.now == datetime.now(timezone.utc) == datetime(2031, 3, 1, 2, 29, tzinfo=timezone.utc)

    def test_threads(azfunc_host, azfunc_clock, invoke):
        from concurrent.futures import ThreadPoolExecutor
        azfunc_clock.move_to(START)
        with ThreadPoolExecutor(3) as pool:
            days = list(pool.map(lambda _: (today(), time.time(), invoke("Today").text), range(6)))
        assert days == [("2031-03-01", azfunc_clock.now.timestamp(), f"2031-03-01 {azfunc_clock.now.timestamp():.0f}")] * 6

    def test_http(azfunc_http, azfunc_clock):
        azfunc_clock.move_to(START)
        assert azfunc_http.get("/api/Today").text.startswith("2031-03-01")

    def test_live_server(azfunc_live_server, azfunc_clock, azfunc_host):
        import urllib.request
        azfunc_clock.move_to(START)
        for day in ("2031-03-01", "2031-03-02"):
            with urllib.request.urlopen(azfunc_live_server.url + "/api/Today", timeout=5) as response:
                assert response.read().decode().startswith(day)
            assert names(azfunc_host.advance(days=1)) == RUNS

    def test_a_fixture_moves_it(moved, azfunc_host):
        assert names(azfunc_host.advance(minutes=1)) == RUNS

    @pytest.fixture
    def moved(azfunc_clock):
        azfunc_clock.move_to(START)
        yield
        assert today() == "2031-03-01"

    def test_project(azfunc_project, azfunc_clock):
        azfunc_clock.move_to(START)
        schedule = azfunc_project.functions["sync"].schedule
        assert schedule.next() == [datetime(2031, 3, 1, 2, 30, tzinfo=timezone.utc)]
        assert azfunc_project.functions["Today"].schedule is None
"""
    )
    passed(result, 9)


@pytest.mark.parametrize("library", ["freezegun", "time_machine"])
def test_beside_other_freezing(nightly: Session, library: str) -> None:
    frozen = {
        "freezegun": "from freezegun import freeze_time as frozen",
        "time_machine": "import time_machine\n"
        "    frozen = lambda moment: time_machine.travel(datetime.fromisoformat(moment[:-1] + '+00:00'), tick=False)",
    }[library]
    result = nightly.test(
        HEAD
        + f"    {frozen}\n"
        + """
    def test_block(azfunc_host):
        with frozen(START):
            assert names(azfunc_host.advance(minutes=2)) == RUNS
            assert today() == "2031-03-01"
        assert "2031" not in today()
        assert azfunc_host.drain() == []

    @frozen(START)
    def test_decorated(azfunc_host, azfunc_clock):
        assert azfunc_clock.move_to("2031-03-01T02:29:30Z") == []
        assert names(azfunc_clock.advance(minutes=2)) == RUNS
        assert datetime.now(timezone.utc) == azfunc_clock.now

    @pytest.fixture
    def long_ago():
        with frozen(START):
            yield
            assert today() in ("2031-03-01", "2031-03-04")

    def test_fixture_before_the_host(long_ago, azfunc_host):
        assert names(azfunc_host.advance(days=3)) == RUNS * 3

    def test_fixture_after_the_host(azfunc_host, long_ago):
        assert names(azfunc_host.advance(days=3)) == RUNS * 3

    @pytest.fixture(scope="module")
    def whole_module():
        with frozen(START):
            yield

    def test_moved_within_a_longer_freezing(whole_module, azfunc_host):
        azfunc_host.advance(days=3)
        assert today() == "2031-03-04"

    def test_which_is_as_it_was(whole_module):
        assert today() == "2031-03-01"
"""
    )
    passed(result, 6)


def test_async_tests(nightly: Session) -> None:
    result = nightly.test(
        HEAD
        + """
    pytestmark = pytest.mark.filterwarnings("ignore:.*asyncio_default_fixture_loop_scope")

    @pytest.fixture
    def anyio_backend():
        return "asyncio"

    async def go(azfunc_host, azfunc_clock, ainvoke):
        azfunc_clock.move_to(START)
        assert names(azfunc_host.advance(minutes=2)) == RUNS
        before = time.monotonic()
        await asyncio.sleep(0.01)
        await asyncio.wait_for(asyncio.sleep(0.01), 1)
        assert 0.015 < time.monotonic() - before < 5
        assert (await ainvoke("Today")).text.startswith("2031-03-01")
        azfunc_host.stop()
        azfunc_clock.advance(days=1)
        assert names(azfunc_host.start()) == RUNS

    @pytest.mark.asyncio
    async def test_asyncio(azfunc_host, azfunc_clock, ainvoke):
        await go(azfunc_host, azfunc_clock, ainvoke)

    @pytest.mark.anyio
    async def test_anyio(azfunc_host, azfunc_clock, ainvoke):
        await go(azfunc_host, azfunc_clock, ainvoke)

    @pytest.mark.asyncio
    async def test_a_failure(azfunc_host, azfunc_clock):
        azfunc_clock.move_to(START)
        import Sync
        Sync.logging = None
        try:
            with pytest.raises(AttributeError):
                azfunc_host.advance(minutes=2)
        finally:
            import logging
            Sync.logging = logging
""",
        plugins=("asyncio", "anyio"),
    )
    assert result.parseoutcomes()["passed"] == 3, result.stdout.str()


def test_after_failures_and_errors(nightly: Session) -> None:
    result = nightly.test(
        HEAD
        + """
    def test_fails(azfunc_clock):
        azfunc_clock.move_to(START)
        assert 0

    def test_skips(azfunc_clock):
        azfunc_clock.move_to(START)
        pytest.skip()

    @pytest.fixture
    def breaks(azfunc_clock):
        azfunc_clock.move_to(START)
        yield
        1 / 0

    def test_breaks(breaks):
        pass

    @pytest.fixture
    def does_not_begin(azfunc_clock):
        azfunc_clock.move_to(START)
        1 / 0

    def test_does_not_begin(does_not_begin):
        pass

    def test_afterwards():
        assert "2031" not in today()
"""
    )
    assert result.parseoutcomes() == {"passed": 2, "failed": 1, "skipped": 1, "errors": 2}


def test_after_an_interrupt(nightly: Session) -> None:
    result = nightly.test(
        HEAD
        + """
    import signal

    def test_interrupted(azfunc_host, azfunc_clock):
        azfunc_clock.move_to(START)
        signal.signal(signal.SIGINT, signal.default_int_handler)
        import Sync
        Sync.date = type("Interrupt", (), {"today": lambda: signal.raise_signal(signal.SIGINT)})
        azfunc_host.advance(days=1)
"""
    )
    assert result.ret == pytest.ExitCode.INTERRUPTED
    assert "KeyboardInterrupt" in result.stdout.str()
    assert "not as before" not in result.stdout.str() + result.stderr.str()


def test_who_moves_nothing_imports_nothing(app: FunctionApp, session: Session) -> None:
    app.function("Sync", SYNC, timer_trigger())
    result = session.test(
        """
    import sys

    def test_it(invoke, azfunc_host, azfunc_clock):
        invoke("Sync")
        assert azfunc_host.drain() == []
        assert azfunc_host.due[0].function == "Sync"
        assert azfunc_clock.now == azfunc_host.now or True
        assert "freezegun" not in sys.modules

    def test_moved(azfunc_clock):
        azfunc_clock.advance(seconds=1)
        assert "freezegun" in sys.modules
"""
    )
    passed(result, 2)


def test_the_check_warns_of_odd_schedules(sessions: Sessions) -> None:
    checked = sessions.add("checked", "--azfunc-check")
    checked.app.function("Daily", SYNC, timer_trigger(schedule="24:00:00"))
    checked.app.function("Plain", SYNC, timer_trigger())
    checked.app.function("Weekend", SYNC, timer_trigger(schedule="0 0 0 * * Sat-Sun"))
    checked.app.function("Wrong", SYNC, timer_trigger(schedule="0 0 0 * * 7"))
    zoned = sessions.add("zoned", "--azfunc-check", environment={"WEBSITE_TIME_ZONE": "Europe/Berlin"})
    zoned.app.write({"local.settings.json": {"Values": {"WEBSITE_TIME_ZONE": "Europe/Berlin"}}})
    zoned.app.function("Plain", SYNC, timer_trigger())

    results = sessions.run()

    assert results["checked"].parseoutcomes() == {"passed": 3, "failed": 1, "warnings": 3}
    lines = [
        line.partition("ScheduleWarning: ")[2] for line in results["checked"].outlines if "ScheduleWarning:" in line
    ]
    assert lines == [
        "Daily.timer: the schedule '24:00:00': it is a time span of 24 days: write '1.00:00:00' for hours.",
        "Daily.timer: the schedule '24:00:00': time spans are refused on Consumption and Flex Consumption plans: write a "
        "cron expression.",
        "Weekend.timer: the schedule '0 0 0 * * Sat-Sun': in the weekday field, 'Sat-Sun' does not go round: it means "
        "0-6; write '6,0'.",
    ]
    assert section(results["checked"], " azfunc: Wrong ")[3] == "  remedy: write '0 0 0 * * 0'."
    assert results["zoned"].parseoutcomes() == {"passed": 1, "warnings": 1}
    assert "WEBSITE_TIME_ZONE does not work on Linux Consumption" in results["zoned"].stdout.str()
