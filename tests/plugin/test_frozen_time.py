"""Time that stands still stops no async function: the loop reads the machine's own clock."""

from __future__ import annotations

import importlib.util

import pytest

from tests.function_app import FunctionApp, Session, http_out, http_trigger, queue_trigger, timer_trigger

ALARM = """
    import asyncio
    import datetime
    import signal
    import time

    import pytest

    @pytest.fixture(autouse=True)
    def alarm():
        # In a thread's favour it is a signal: pytest-timeout would not be there.
        def ring(*_):
            raise TimeoutError("it hangs")
        signal.signal(signal.SIGALRM, ring)
        signal.setitimer(signal.ITIMER_REAL, 4)
        yield
        signal.setitimer(signal.ITIMER_REAL, 0)
"""
FREEZEGUN = """
    from freezegun import freeze_time as frozen

    DAY = "2031-01-02"
"""
TIME_MACHINE = """
    import time_machine

    DAY = "2031-01-02"

    def frozen(day):
        return time_machine.travel(day + "T00:00:00Z", tick=False)
"""
TESTS = """
    @frozen(DAY)
    def test_decorated(invoke):
        assert invoke("Slow").text == DAY

    def test_block(invoke):
        with frozen(DAY):
            assert invoke("Slow").text == DAY

    def test_block_around_several(invoke):
        with frozen(DAY):
            for _ in range(3):
                assert invoke("Slow").text == DAY
        assert invoke("Slow").text != DAY

    def test_begun_before(invoke):
        assert invoke("Slow").text != DAY
        with frozen(DAY):
            assert invoke("Slow").text == DAY

    @pytest.fixture
    def frozen_fixture():
        with frozen(DAY):
            yield

    def test_fixture_before_the_host(frozen_fixture, invoke):
        assert invoke("Slow").text == DAY

    def test_fixture_after_the_host(invoke, frozen_fixture):
        assert invoke("Slow").text == DAY

    def test_session(azfunc_http):
        with frozen(DAY):
            assert azfunc_http.get("/api/Slow").text == DAY

    @pytest.mark.parametrize("function", ["WaitFor", "Timeout", "Gather", "CallLater", "Queue"])
    def test_other_ways_to_wait(invoke, function):
        with frozen(DAY):
            invoke(function)

    def test_a_task_left_behind(invoke):
        with frozen(DAY):
            invoke("Leaves")
            invoke("Slow")
            time.sleep(0.03)
            invoke("Slow")
        import Leaves
        assert Leaves.done == [1]

    def test_a_sync_function(invoke):
        with frozen(DAY):
            assert invoke("Sync").text == DAY

    def test_the_loop_has_the_machines_clock(invoke):
        with frozen(DAY):
            invoke("Clock")

    def test_what_is_awaited_runs_on_the_tests_loop(ainvoke):
        async def go():
            return await ainvoke("Today")
        with frozen(DAY):
            assert asyncio.run(go()).text == DAY

    def test_live_server(azfunc_live_server):
        import urllib.request
        with frozen(DAY):
            for _ in range(2):
                with urllib.request.urlopen(azfunc_live_server.url + "/api/Slow", timeout=3) as response:
                    assert response.read().decode() == DAY

    def test_live_server_and_threads(azfunc_live_server):
        import urllib.request
        from concurrent.futures import ThreadPoolExecutor
        def get(_):
            with urllib.request.urlopen(azfunc_live_server.url + "/api/Slow", timeout=3) as response:
                return response.read().decode()
        with frozen(DAY), ThreadPoolExecutor(3) as pool:
            assert list(pool.map(get, range(3))) == [DAY] * 3

    def test_the_end_of_a_host_with_a_task(invoke):
        with frozen(DAY):
            invoke("LeavesForLong")

    def test_a_second_host(azfunc_host):
        with frozen(DAY):
            azfunc_host.restart()
            assert azfunc_host.invoke("Slow").text == DAY
            azfunc_host.restart()
"""
START = "import asyncio, datetime, time\n"
FUNCTIONS = {
    "Slow": "async def main(req):\n    await asyncio.sleep(0.01)\n    return str(datetime.date.today())",
    "Today": "async def main(req): return str(datetime.date.today())",
    "Sync": "def main(req): return str(datetime.date.today())",
}
OTHERS = {
    "WaitFor": "async def main(msg):\n    try: await asyncio.wait_for(asyncio.Event().wait(), 0.01)\n    except asyncio.TimeoutError: return\n    assert 0",
    "Timeout": "async def main(msg):\n    done, waiting = await asyncio.wait([asyncio.ensure_future(asyncio.sleep(0.5))], timeout=0.01)\n    assert waiting",
    "Gather": "async def main(msg): await asyncio.gather(*(asyncio.sleep(n / 500) for n in range(5)))",
    "CallLater": "async def main(msg):\n    event = asyncio.Event()\n    asyncio.get_running_loop().call_later(0.01, event.set)\n    await event.wait()",
    "Queue": "async def main(msg):\n    queue = asyncio.Queue()\n    async def put():\n        await asyncio.sleep(0.01)\n        await queue.put(1)\n    task = asyncio.create_task(put())\n    assert await queue.get() == 1",
    "Leaves": "done = []\nasync def go():\n    await asyncio.sleep(0.02)\n    done.append(1)\nasync def main(msg): main.task = asyncio.create_task(go())",
    "LeavesForLong": "async def main(msg): main.task = asyncio.create_task(asyncio.sleep(3600))",
    "Clock": "async def main(msg):\n    loop = asyncio.get_running_loop()\n    before = loop.time()\n    await asyncio.sleep(0.02)\n    assert 0.01 < loop.time() - before < 3",
}  # fmt: skip
COUNT = TESTS.count("\n    def test_") + 4


@pytest.fixture
def slow(app: FunctionApp) -> FunctionApp:
    for name, script in FUNCTIONS.items():
        app.function(name, START + script, http_trigger(), http_out())
    for name, script in OTHERS.items():
        app.function(name, START + script, queue_trigger())
    app.function("Nightly", START + "async def main(timer): await asyncio.sleep(0.01)", timer_trigger())
    return app


@pytest.mark.parametrize("library", ["freezegun", "time_machine"])
def test_frozen_time(slow: FunctionApp, session: Session, library: str) -> None:
    if importlib.util.find_spec(library) is None:
        pytest.skip(f"{library} is not installed")
    freezing = FREEZEGUN if library == "freezegun" else TIME_MACHINE

    result = session.test(ALARM + freezing + TESTS, "--tb=short")

    assert result.parseoutcomes() == {"passed": COUNT}, result.stdout.str()[-6000:]


def test_a_loop_of_the_users_own_has_the_users_clock(slow: FunctionApp, session: Session) -> None:
    """It is freezegun that stops it, with or without this plugin."""
    result = session.test(
        ALARM
        + FREEZEGUN
        + """
    def test_it(invoke):
        with frozen(DAY):
            signal.setitimer(signal.ITIMER_REAL, 0.3)
            with pytest.raises(TimeoutError):
                asyncio.run(asyncio.sleep(0.01))

    def test_asyncio_is_as_it_was(invoke):
        invoke("Slow")
        with frozen(DAY):
            invoke("Slow")
        loop = asyncio.new_event_loop()
        assert abs(loop.time() - time.monotonic()) < 1
        loop.close()
        asyncio.run(asyncio.sleep(0.01))
"""
    )

    assert result.parseoutcomes() == {"passed": 2}, result.stdout.str()[-3000:]
