"""The ini option azfunc_timeout: a function that hangs fails its test, and all is as before."""

from __future__ import annotations

import sys

import pytest

from tests.function_app import FunctionApp, Session, http_out, http_trigger, passed, queue_trigger, timer_trigger

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="there is no SIGALRM")

# Each waits for longer than any test may take.
SYNC = """
    import time

    def fetch():
        time.sleep(600)

    def main(msg):
        fetch()
"""
ASYNC = """
    import asyncio

    async def fetch():
        await asyncio.sleep(600)

    async def main(msg):
        await fetch()
"""
TIMER = "import time\ndef main(timer): time.sleep(600)"
WEB = "import asyncio\nasync def main(req): await asyncio.sleep(600)"
MORE = {
    "KeepsExceptions": "import time\ndef main(msg):\n    try: time.sleep(600)\n    except Exception: time.sleep(600)",
    "KeepsAll": "import time\ndef main(msg):\n    try: time.sleep(600)\n    except BaseException: pass",
    "RaisesAnother": "import time\ndef main(msg):\n    try: time.sleep(600)\n    finally: raise ValueError('mine')",
    "RunsALoop": "import asyncio\ndef main(msg): asyncio.run(asyncio.sleep(600))",
    "AnotherTask": "import asyncio, time\nasync def block(): time.sleep(600)\nasync def main(msg): await asyncio.gather(block())",
    "Spins": "def main(msg):\n    while True: pass",
    "BlocksTheLoop": "import time\nasync def main(msg): time.sleep(600)",
    "KeepsCancellation": "import asyncio\nasync def main(msg):\n    try: await asyncio.sleep(600)\n    except asyncio.CancelledError: pass",
    "WaitsForATask": "import asyncio\nasync def main(msg): await asyncio.gather(asyncio.sleep(600), asyncio.sleep(600))",
    "Generates": "import asyncio\nasync def many():\n    await asyncio.sleep(600)\n    yield 1\nasync def main(msg):\n    async for _ in many(): pass",
}
LIBRARY = """
    import functools, time

    def tries_again(function):
        @functools.wraps(function)
        def tries(**arguments):
            time.sleep(600)
            return function(**arguments)
        return tries
"""
TEXT = [
    "{name}: it has run for 0.2 s, which is all that azfunc_timeout allows, and has not come to its end. It stood in {stood}().",
    "  where:  app/{name}/__init__.py:{line}",
    "  Azure:  the host ends it when functionTimeout is over (0:30:00), and the worker process with it.",
    "  remedy: give what it waits for a time-out of its own, or a mock; or give a greater azfunc_timeout.",
    "  rule:   function-timeout",
]
INI = "[pytest]\nazfunc_timeout = 0.2\n"


@pytest.fixture
def hanging(app: FunctionApp, session: Session) -> Session:
    app.function("Sync", SYNC)
    app.function("Async", ASYNC)
    app.function("Nightly", TIMER, timer_trigger())
    app.function("Web", WEB, http_trigger(), http_out())
    app.function("Quick", "def main(msg): return None", queue_trigger())
    app.write({".python_packages/lib/site-packages/patient.py": LIBRARY})
    app.function("Patient", "import patient\n@patient.tries_again\ndef main(msg): raise ValueError")
    for name, script in MORE.items():
        app.function(name, script)
    session.write({"pytest.ini": INI})
    return session


@pytest.mark.parametrize(("name", "stood", "line"), [("Sync", "fetch", 5), ("Async", "fetch", 5)])
def test_the_error(name: str, stood: str, line: int, hanging: Session) -> None:
    result = hanging.test(
        f"""
        import pytest

        def test_it(invoke):
            with pytest.raises(pytest.importorskip("pytest_azfunc").FunctionTimeoutError) as caught:
                invoke("{name}")
            print("TOLD", str(caught.value).replace(chr(10), "|"))
            assert invoke("Quick").ok
        """,
        "-s",
    )

    passed(result, 1)
    (told,) = [text.partition("TOLD ")[2] for text in result.outlines if "TOLD" in text]
    assert told.split("|") == [text.format(name=name, stood=stood, line=line) for text in TEXT]


def test_every_way_to_hang(hanging: Session) -> None:
    result = hanging.test(
        f"""
        import asyncio, signal, threading, time

        import pytest
        import requests

        from pytest_azfunc import FunctionTimeoutError

        @pytest.fixture(autouse=True)
        def look(request):
            before, threads, begin = signal.getsignal(signal.SIGALRM), threading.active_count(), time.monotonic()
            yield
            assert signal.getsignal(signal.SIGALRM) is before
            assert signal.getitimer(signal.ITIMER_REAL) == (0, 0)
            if "azfunc_live_server" not in request.fixturenames:  # whose threads are there yet
                assert threading.active_count() == threads
            assert time.monotonic() - begin < 30

        @pytest.mark.parametrize("name", {sorted(MORE)})
        def test_invoke(name, invoke):
            with pytest.raises(FunctionTimeoutError) as caught:
                invoke(name)
            assert (caught.value.function, caught.value.location.file.split("/")[-2]) == (name, name)
            assert invoke("Quick").ok

        def test_in_a_library(invoke):
            with pytest.raises(FunctionTimeoutError) as caught:
                invoke("Patient")
            assert (caught.value.location, "stood" in str(caught.value)) == (None, False)

        def test_ainvoke(ainvoke):
            async def awaited():
                with pytest.raises(FunctionTimeoutError, match="It stood in fetch"):
                    await ainvoke("Async")
                await asyncio.sleep(0)
                assert (await ainvoke("Quick")).ok
            asyncio.run(awaited())

        def test_in_a_task(ainvoke):
            async def awaited():
                return await asyncio.gather(ainvoke("Async"), ainvoke("Async"), ainvoke("Quick"), return_exceptions=True)
            first, second, third = asyncio.run(awaited())
            assert (type(first), type(second), third.ok) == (FunctionTimeoutError, FunctionTimeoutError, True)

        def test_http(azfunc_http):
            with pytest.raises(FunctionTimeoutError):
                azfunc_http.get("/api/Web")

        def test_live_server(azfunc_live_server, azfunc_host):
            response = requests.get(azfunc_live_server.url + "/api/Web")
            assert response.status_code == 500
            azfunc_host.failures.expect(FunctionTimeoutError)

        def test_on_another_thread(invoke):
            errors = []
            def call():
                try:
                    invoke("Async")
                except FunctionTimeoutError as error:
                    errors.append(error)
            thread = threading.Thread(target=call)
            thread.start()
            thread.join()
            assert len(errors) == 1

        def test_a_timer(azfunc_host, azfunc_clock):
            azfunc_clock.move_to("2031-03-01T02:29:00Z")
            with pytest.raises(FunctionTimeoutError):
                azfunc_host.advance(minutes=2)

        def test_frozen_time(invoke, ainvoke, azfunc_clock):
            azfunc_clock.move_to("2031-03-01T02:29:00Z")
            for name in ("Sync", "Async"):
                with pytest.raises(FunctionTimeoutError):
                    invoke(name)

        def test_frozen_by_the_test(invoke):
            from freezegun import freeze_time
            with freeze_time("2031-03-01"):
                for name in ("Sync", "Async"):
                    with pytest.raises(FunctionTimeoutError):
                        invoke(name)
        """
    )

    passed(result, len(MORE) + 9)


def test_with_xdist(hanging: Session) -> None:
    result = hanging.test(
        """
        import pytest

        from pytest_azfunc import FunctionTimeoutError

        @pytest.mark.parametrize("name", ["Sync", "Async"])
        def test_it(name, invoke):
            with pytest.raises(FunctionTimeoutError, match="It stood in fetch"):
                invoke(name)

        def test_fails(invoke):
            invoke("Sync")
        """,
        "-n",
        "2",
        plugins=("xdist",),
    )

    assert result.parseoutcomes() == {"passed": 2, "failed": 1}
    assert "FunctionTimeoutError: Sync: it has run for 0.2 s" in result.stdout.str()


def test_ctrl_c(app: FunctionApp, session: Session) -> None:
    app.function("Interrupted", "def main(msg): raise KeyboardInterrupt")
    app.function("AsyncInterrupted", "async def main(msg): raise KeyboardInterrupt")
    session.write({"pytest.ini": INI})

    result = session.test(
        """
        import signal, threading
        import pytest

        @pytest.mark.parametrize("name", ["Interrupted", "AsyncInterrupted"])
        def test_it(name, invoke):
            before, threads = signal.getsignal(signal.SIGALRM), threading.active_count()
            with pytest.raises(KeyboardInterrupt):
                invoke(name)
            assert (signal.getsignal(signal.SIGALRM), threading.active_count()) == (before, threads)
            assert signal.getitimer(signal.ITIMER_REAL) == (0, 0)
        """
    )

    passed(result, 2)


def test_beside_pytest_timeout(hanging: Session) -> None:
    pytest.importorskip("pytest_timeout")

    result = hanging.test(
        """
        import signal, time
        import pytest

        from pytest_azfunc import FunctionTimeoutError

        @pytest.mark.timeout(60, method="signal")
        def test_it_goes_on(invoke):
            before, (left, _) = signal.getsignal(signal.SIGALRM), signal.getitimer(signal.ITIMER_REAL)
            with pytest.raises(FunctionTimeoutError):
                invoke("Sync")
            assert signal.getsignal(signal.SIGALRM) is before
            assert 0.1 < left - signal.getitimer(signal.ITIMER_REAL)[0] < 10

        @pytest.mark.timeout(0.5, method="signal")
        def test_it_counts_all_the_same(invoke):
            with pytest.raises(FunctionTimeoutError):
                invoke("Sync")
            time.sleep(600)

        @pytest.mark.timeout(0.1, method="signal")
        def test_the_shorter_one_comes_first(invoke):
            invoke("Sync")
        """,
        plugins=("timeout",),
    )

    assert result.parseoutcomes() == {"passed": 1, "failed": 2}
    assert result.stdout.str().count("Failed: Timeout") >= 2
    assert "azfunc_timeout allows" not in result.stdout.str()


@pytest.mark.parametrize("value", ["", "0"])
def test_without_a_limit(value: str, app: FunctionApp, session: Session) -> None:
    app.function("Quick", "import signal\ndef main(msg): assert signal.getitimer(signal.ITIMER_REAL) == (0, 0)")
    session.write({"pytest.ini": f"[pytest]\nazfunc_timeout = {value}\n"})

    result = session.test(
        """
        import sys

        def test_it(invoke):
            assert invoke("Quick").ok
            assert not {"pytest_azfunc.worker.time_limit", "pytest_azfunc.process.alarm"} & set(sys.modules)
        """
    )

    passed(result, 1)


@pytest.mark.parametrize("value", ["soon", "-1", "nan", "inf", "1e300"])
def test_no_number_of_seconds(value: str, app: FunctionApp, session: Session) -> None:
    app.function("Quick", "def main(msg): pass")
    session.write({"pytest.ini": f"[pytest]\nazfunc_timeout = {value}\n"})

    result = session.test("def test_it(invoke): invoke('Quick')")

    assert result.ret == pytest.ExitCode.USAGE_ERROR
    assert [line for line in result.errlines if line] == [
        f"ERROR: azfunc_timeout is '{value}', but must be a number of seconds, such as 10; 0 is for no limit.",
        "  remedy: correct the ini file.",
        "  rule:   timeout-value",
    ]
