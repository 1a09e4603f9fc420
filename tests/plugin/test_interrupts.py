"""Ctrl-C at any moment: pytest's own exit status, nothing of the plugin in what is printed, everything given back."""

from __future__ import annotations

import os
from pathlib import Path
from textwrap import dedent

import pytest

from tests.function_app import FunctionApp, Session, http_out, http_trigger
from tests.process import snapshot

HANGS = 30.0  # seconds

# Compares the process as it was when the conftest was imported with what is left when pytest has ended.
CONFTEST = """
    import asyncio
    import atexit
    import os
    import signal
    import sys
    import threading

    import pytest
    import requests

    from process_snapshot import differences, settle, snapshot

    # Of a session that was started in the background it is ignored.
    signal.signal(signal.SIGINT, {handler})
    asyncio.run(asyncio.sleep(0))
    APP = os.path.abspath("app")
    PYTESTS = {{
        "environment's object", "sys.path", "sys.meta_path", "streams", "hooks of sys", "root logger", "loggers",
        "logging", "warnings", "open files", "timers",
    }}

    def state():
        found = {{name: value for name, value in snapshot(APP).items() if name not in PYTESTS}}
        found["environment"] = {{n: v for n, v in found["environment"].items() if not n.startswith("PYTEST")}}
        found["signals"] = {{signal.SIGINT: found["signals"][signal.SIGINT], signal.SIGTERM: found["signals"][signal.SIGTERM]}}
        found["threads"] -= {{threading.main_thread()}}  # which has stopped when all is over
        found["our hooks"] = [hook for hook in sys.meta_path if type(hook).__module__.startswith("pytest_azfunc")]
        return found

    BEFORE = state()

    def end():
        settle(BEFORE)
        for line in differences(BEFORE, state()):
            print("CHANGED", line.replace("pytest_azfunc", "ours"), file=sys.__stderr__, flush=True)

    atexit.register(end)

    def interrupt():
        signal.raise_signal(signal.SIGINT)

    sys.interrupt = interrupt

    @pytest.fixture
    def nth_thread(monkeypatch):
        import threading

        def prepare(number, before):
            start = threading.Thread.start
            count = 0

            def interrupted(thread):
                nonlocal count
                count += 1
                if count == number and before:
                    interrupt()
                start(thread)
                if count == number and not before:
                    interrupt()

            monkeypatch.setattr(threading.Thread, "start", interrupted)

        return prepare
"""

SCRIPTS = {
    "Works": "def main(msg): pass",
    "Imported": "import sys\nsys.interrupt()\ndef main(msg): pass",
    "Sync": "import sys\ndef main(msg): sys.interrupt()",
    "Async": "import sys, asyncio\nasync def main(msg):\n    await asyncio.sleep(0)\n    sys.interrupt()\n    await asyncio.sleep(9)",
    "Task": "import sys, asyncio\nasync def go(): sys.interrupt()\nasync def main(msg):\n    asyncio.create_task(go())\n    await asyncio.sleep(9)",
    "Thread": "import sys, threading, os, signal\ndef main(msg):\n    thread = threading.Thread(target=os.kill, args=(os.getpid(), signal.SIGINT))\n    thread.start()\n    thread.join()\n    import time; time.sleep(0.2)",
    "Executor": "import asyncio, os, signal\nasync def main(msg):\n    await asyncio.to_thread(os.kill, os.getpid(), signal.SIGINT)\n    await asyncio.sleep(9)",
    "Cancelled": """
        import asyncio, sys
        async def go():
            try:
                await asyncio.sleep(60)
            finally:
                sys.interrupt()
        async def main(msg):
            main.task = asyncio.create_task(go())
            await asyncio.sleep(0)
    """,
}
REQUESTED = {
    "Live": "import os, signal, time\ndef main(req):\n    os.kill(os.getpid(), signal.SIGINT)\n    time.sleep(0.5)\n    return 'late'",
    "LiveAsync": "import os, signal, asyncio\nasync def main(req):\n    os.kill(os.getpid(), signal.SIGINT)\n    await asyncio.sleep(0.5)\n    return 'late'",
    "Hello": "def main(req): return 'hello'",
}

USES_A_SERVER = "import requests\n\ndef test_it(azfunc_live_server):\n    requests.get(azfunc_live_server.url + '/api/{name}', timeout=20)\n"
STARTS_A_SERVER = "def test_it(nth_thread, request):\n    nth_thread({number}, {before})\n    request.getfixturevalue('azfunc_live_server')\n"

TESTS = {
    "collection": "import sys\nsys.interrupt()\ndef test_it(invoke): pass",
    "collection, in a module of the app": "import Imported\ndef test_it(invoke): pass",
    "import": "def test_it(invoke): invoke('Imported')",
    "import in a test's body": "def test_it(invoke):\n    import Imported",
    "sync function": "def test_it(invoke): invoke('Sync')",
    "sync function, unchecked": "def test_it(invoke): invoke('Sync', check=False)",
    "async function": "def test_it(invoke): invoke('Async')",
    "task": "def test_it(invoke): invoke('Task')",
    "ainvoke": "import asyncio\ndef test_it(ainvoke): asyncio.run(awaited(ainvoke))\nasync def awaited(ainvoke): await ainvoke('Async')",
    "thread": "def test_it(invoke): invoke('Thread')",
    "executor": "def test_it(invoke): invoke('Executor')",
    "session": "def test_it(azfunc_http): azfunc_http.get('/api/Live')",
    "live request": USES_A_SERVER.format(name="Live"),
    "live request, async": USES_A_SERVER.format(name="LiveAsync"),
    "the test itself": "import sys\ndef test_it(invoke, azfunc_live_server):\n    invoke('Works')\n    sys.interrupt()",
    "fixture": "import pytest, sys\n@pytest.fixture\ndef broken(invoke):\n    invoke('Works')\n    sys.interrupt()\ndef test_it(broken): pass",
    "teardown of a fixture": "import pytest, sys\n@pytest.fixture\ndef broken(invoke):\n    yield\n    invoke('Sync')\ndef test_it(broken): pass",
    "teardown of the host": "def test_it(invoke): invoke('Cancelled')",
    "twice": "def test_it(invoke):\n    invoke('Cancelled')\n    invoke('Sync')",
    "hook": "def test_it(invoke): invoke('Works')",
    **{
        f"{'before' if before else 'after'} the start of thread {number} of a live server": STARTS_A_SERVER.format(
            number=number, before=before
        )
        for number in (1, 2)
        for before in (True, False)
    },
}


# Much like others; they run with AZFUNC_LONG=1.
SELDOM = {
    "collection, in a module of the app",
    "import in a test's body",
    "sync function, unchecked",
    "executor",
    "hook",
    "fixture",
}
MOMENTS = [moment for moment in TESTS if os.environ.get("AZFUNC_LONG") or moment not in SELDOM]


@pytest.fixture
def interrupted(app: FunctionApp, session: Session) -> Session:
    for name, script in SCRIPTS.items():
        app.function(name, script)
    for name, script in REQUESTED.items():
        app.function(name, script, http_trigger(), http_out())
    app.write({"local.settings.json": {"Values": {"SETTING": "file"}}})
    session.write(
        {
            "process_snapshot.py": Path(snapshot.__file__).read_text(encoding="utf-8"),
            "conftest.py": dedent(CONFTEST.format(handler="signal.default_int_handler")),
        }
    )
    return session


def run(session: Session, *options: str) -> pytest.RunResult:
    return session.pytester.runpytest_subprocess("-p", "azfunc", "-p", "no:cacheprovider", *options, timeout=HANGS)


def check(result: pytest.RunResult) -> None:
    output = result.stdout.str() + result.stderr.str()
    assert "INTERNALERROR" not in output
    assert "pytest_azfunc" not in output, "a frame of the plugin is shown"
    assert [line for line in result.errlines if line.startswith("CHANGED")] == []


@pytest.mark.parametrize("moment", MOMENTS)
def test_interrupted(interrupted: Session, moment: str) -> None:
    interrupted.write({"test_it.py": TESTS[moment]})
    if moment == "hook":
        conftest = interrupted.pytester.path / "conftest.py"
        hook = "\n\ndef pytest_azfunc_invoked(invocation): interrupt()\n"
        conftest.write_text(conftest.read_text(encoding="utf-8") + hook, encoding="utf-8")

    result = run(interrupted)

    check(result)
    assert result.ret == pytest.ExitCode.INTERRUPTED
    assert "KeyboardInterrupt" in result.stdout.str()
    assert "Traceback" not in result.stderr.str()


@pytest.mark.parametrize(
    ("option", "model"),
    [
        ("--azfunc-list", "function.json"),
        ("--azfunc-list", "decorators"),
        pytest.param(
            "--azfunc-check",
            "decorators",
            marks=pytest.mark.skipif(pytest.version_tuple < (8, 1), reason="pytest 8.0 names the line it stopped at"),
        ),
    ],
)
def test_interrupted_while_functions_are_listed_or_checked(
    app: FunctionApp, interrupted: Session, option: str, model: str
) -> None:
    if model == "decorators":
        app.write(
            {
                "function_app.py": "import sys\nsys.interrupt()\nimport azure.functions as func\napp = func.FunctionApp()\n"
            }
        )
        for name in (*SCRIPTS, *REQUESTED):
            (app.root / name / "function.json").unlink()

    result = run(interrupted, option)

    check(result)
    assert result.ret == pytest.ExitCode.INTERRUPTED
    assert "Traceback" not in result.stdout.str() + result.stderr.str()


@pytest.mark.parametrize(
    ("option", "exit"),
    [
        ("--azfunc-list", "skip('not today')"),
        ("--azfunc-list", "fail('no')"),
        ("--azfunc-list", "exit('enough')"),
        ("--azfunc-check", "exit('enough')"),
    ],
)
def test_a_script_that_calls_pytest_while_it_is_listed(
    app: FunctionApp, session: Session, option: str, exit: str
) -> None:
    app.function("Bad", f"import pytest\npytest.{exit}\ndef main(msg): pass")
    app.function("Works", "def main(msg): pass")

    result = run(session, option)

    output = result.stdout.str() + result.stderr.str()
    assert "INTERNALERROR" not in output
    assert "Traceback" not in output
    assert "pytest_azfunc" not in output
    if exit.startswith("exit"):
        assert result.ret in (pytest.ExitCode.TESTS_FAILED, pytest.ExitCode.INTERRUPTED)
    else:
        # Nothing is skipped in Azure: what raises while it is imported does not load.
        assert result.ret == pytest.ExitCode.TESTS_FAILED
        assert {"Bad", "Works"} <= set(output.split())


def test_where_interrupts_are_ignored(interrupted: Session) -> None:
    interrupted.write(
        {
            "conftest.py": CONFTEST.format(handler="signal.SIG_IGN"),
            "test_it.py": """
                import signal

                import requests

                def test_it(invoke, azfunc_live_server):
                    invoke("Sync")
                    assert requests.get(azfunc_live_server.url + "/api/Live").text == "late"
                    assert signal.getsignal(signal.SIGINT) is signal.SIG_IGN
            """,
        }
    )

    result = run(interrupted)

    check(result)
    assert result.parseoutcomes() == {"passed": 1}
