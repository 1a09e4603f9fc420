"""Whatever a function does to the process, a test finds it as it was; and other plugins work as ever."""

from __future__ import annotations

import itertools
from textwrap import dedent

import pytest

from tests.function_app import FunctionApp, Session, Sessions, passed

# The inner session's conftest.py: looks at the process before and after each test, and prints what is different.
WATCH = """
    import asyncio
    import concurrent.futures
    import logging
    import os
    import signal
    import sys
    import threading
    import warnings

    import pytest

    signal.signal(signal.SIGINT, signal.default_int_handler)  # in a run that was started in the background it is ignored


    def loggers():
        found = {name: log for name, log in logging.root.manager.loggerDict.items() if isinstance(log, logging.Logger)}
        state = {
            name: (log.level, log.handlers[:], log.filters[:], log.propagate, log.disabled) for name, log in found.items()
        }
        fresh = (0, [], [], True, False)
        return {name: value for name, value in state.items() if value != fresh}


    def process():
        return {
            "environment": {k: v for k, v in os.environ.items() if k != "PYTEST_CURRENT_TEST"},
            "folder": os.getcwd(),
            "sys.path": sys.path[:],
            "sys.modules": {name for name in sys.modules if name.partition(".")[0] in NAMES},
            "sys.meta_path": sys.meta_path[:],
            "root level": logging.root.level,
            "root handlers": logging.root.handlers[:],
            "loggers": loggers(),
            "logging.disable": logging.root.manager.disable,
            "logging's factories": (logging.getLogRecordFactory(), logging.getLoggerClass()),
            "warnings": warnings.filters[:],
            "loop policy": getattr(sys.modules.get("asyncio.events"), "_event_loop_policy", None),
            "current loop": vars(asyncio.events._event_loop_policy._local).copy(),
            "running loop": getattr(sys.modules.get("asyncio"), "_get_running_loop", lambda: None)(),
            "threads": (threading.Thread.start, concurrent.futures.ThreadPoolExecutor.submit),
            "stdout": (sys.stdout, sys.stderr),
        }


    asyncio.new_event_loop().close()  # makes the policy
    NAMES = {"__app__", "conf", *(entry.name for entry in os.scandir("app") if entry.is_dir())}


    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_runtest_protocol(item):
        before = process()
        try:
            return (yield)
        finally:
            after = process()
            for name, value in before.items():
                if after[name] != value:
                    print(f"CHANGED {item.name} {name}: {value} -> {after[name]}", file=sys.__stderr__, flush=True)
"""

FUNCTIONS = {
    "Quiet": "def main(msg): pass",
    "Prints": "def main(msg): print('printed')",
    "Environment": """
        import os

        os.environ["AT_IMPORT"] = "1"

        def main(msg):
            os.environ["IN_CALL"] = "1"
            os.environ["HOME"] = "/nowhere"
            os.environ.pop("COLUMNS", None)
            os.putenv("UNSEEN", "1")
    """,
    "Folder": """
        import os

        def main(msg):
            os.chdir("/")
            assert os.getcwd() == "/"
    """,
    "Path": """
        import sys

        def main(msg):
            sys.path.insert(0, "/somewhere")
            sys.path.append("/elsewhere")
    """,
    "Handlers": """
        import logging

        logging.getLogger().addHandler(logging.NullHandler())
        logging.getLogger("at.import").setLevel("ERROR")

        def main(msg):
            logging.getLogger().addHandler(logging.NullHandler())
            logging.getLogger().setLevel("DEBUG")
            logging.getLogger("in.call").addHandler(logging.NullHandler())
            logging.getLogger("in.call").propagate = False
            logging.disable("WARNING")
    """,
    "BasicConfig": """
        import logging

        def main(msg):
            logging.basicConfig(level="DEBUG", force=True)
            logging.warning("configured")
    """,
    "DictConfig": """
        import logging.config

        def main(msg):
            logging.config.dictConfig({"version": 1, "disable_existing_loggers": True, "root": {"level": "ERROR"}})
    """,
    "Factories": """
        import logging

        class Record(logging.LogRecord):
            order = 7

        class Logger(logging.Logger):
            pass

        logging.setLogRecordFactory(Record)

        def main(msg):
            assert logging.makeLogRecord({}).order == 7
            logging.setLoggerClass(Logger)
    """,
    "Warnings": """
        import warnings

        def main(msg):
            warnings.simplefilter("ignore")
    """,
    "Threads": """
        import threading

        def main(msg):
            thread = threading.Thread(target=print, args=("from a thread",))
            thread.start()
            thread.join()
    """,
    "Policy": """
        import asyncio

        def main(msg):
            asyncio.set_event_loop_policy(asyncio.DefaultEventLoopPolicy())
    """,
    "Tasks": """
        import asyncio

        tasks = []

        async def main(msg):
            tasks.append(asyncio.create_task(asyncio.sleep(3600)))
    """,
    "SetsLoop": """
        import asyncio

        loop = asyncio.new_event_loop()
        loop.close()
        asyncio.set_event_loop(loop)

        def main(msg):
            asyncio.set_event_loop(loop)
            assert asyncio.get_event_loop() is loop
    """,
    "SetsLoopInAsync": """
        import asyncio

        async def main(msg):
            asyncio.set_event_loop(None)
    """,
    "OwnLoop": """
        import asyncio

        def main(msg):
            asyncio.run(asyncio.sleep(0))
            loop = asyncio.new_event_loop()
            loop.close()
    """,
    "Raises": "def main(msg): raise ValueError('wrong')",
    "AsyncRaises": "async def main(msg): raise ValueError('wrong')",
    "Base": """
        class Own(BaseException):
            pass

        def main(msg):
            raise Own("wrong")
    """,
    "Exits": "import sys\ndef main(msg): sys.exit(3)",
    "AsyncExits": "import sys\nasync def main(msg): sys.exit(3)",
    "Skips": "import pytest\ndef main(msg): pytest.skip('not today')",
    "Interrupts": "import signal\ndef main(msg): signal.raise_signal(signal.SIGINT)",
    "AsyncInterrupts": "import signal\nasync def main(msg): signal.raise_signal(signal.SIGINT)",
    "BadImport": "import os, logging\nos.chdir('/')\nlogging.disable(50)\nraise ValueError('at import')",
    "ExitsAtImport": "import sys\nsys.exit(1)",
}

QUIET = """
    import warnings

    import pytest

    @pytest.mark.filterwarnings("ignore::DeprecationWarning")
    @pytest.mark.parametrize("function", {functions})
    @pytest.mark.parametrize("first", ["Quiet", "same"])
    def test(invoke, function, first):
        invoke(function if first == "same" else first)
        invoke(function)
"""


def write_watched(app: FunctionApp) -> FunctionApp:
    for name, script in FUNCTIONS.items():
        app.function(name, script)
    app.write({"local.settings.json": {"Values": {"SETTING": "file"}}})
    return app


@pytest.fixture
def watched(app: FunctionApp, session: Session) -> Session:
    write_watched(app)
    session.write({"conftest.py": WATCH})
    return session


def changes(result: pytest.RunResult) -> list[str]:
    return [line for line in result.errlines if line.startswith("CHANGED")]


def test_functions_that_change_the_process(sessions: Sessions) -> None:
    functions = list(FUNCTIONS)[: list(FUNCTIONS).index("Raises")]
    for options in ((), ("-p", "no:logging"), ("-p", "no:warnings"), ("-s",), ("--import-mode=importlib",)):
        folder = sessions.add(options, *options)
        write_watched(folder.app)
        folder.write({"conftest.py": WATCH, "test_it.py": QUIET.format(functions=functions)})

    for options, result in sessions.run().items():
        assert changes(result) == [], options
        passed(result, 2 * len(functions), options)


WHAT_FUNCTIONS_RAISE = (
    ("Raises", "ValueError", {"failed": 1}),
    ("AsyncRaises", "ValueError", {"failed": 1}),
    ("Base", "Own", {"failed": 1}),
    ("Exits", "SystemExit", {"failed": 1}),
    ("AsyncExits", "SystemExit", {"failed": 1}),
    ("Skips", "Skipped: not today", {"skipped": 1}),
    ("BadImport", "ValueError: at import", {"failed": 1}),
    ("ExitsAtImport", "FunctionLoadError", {"failed": 1}),
)


def test_functions_that_raise(sessions: Sessions) -> None:
    for function, _, _ in WHAT_FUNCTIONS_RAISE:
        folder = sessions.add(function, "-rs")
        write_watched(folder.app)
        code = f"""
            def test(invoke):
                invoke({function!r})

            def test_next(invoke):
                invoke("Quiet")
        """
        folder.write({"conftest.py": WATCH, "test_it.py": code})

    results = sessions.run()

    for function, raised, outcomes in WHAT_FUNCTIONS_RAISE:
        assert changes(results[function]) == [], function
        assert results[function].parseoutcomes() == {"passed": 1, **outcomes}, function
        assert raised.rpartition(" ")[2] in results[function].stdout.str(), function


@pytest.mark.parametrize("function", ["Interrupts", "AsyncInterrupts"])
def test_functions_that_are_interrupted(watched: Session, function: str) -> None:
    result = watched.test(f"def test(invoke): invoke({function!r})")

    assert changes(result) == []
    assert result.ret == pytest.ExitCode.INTERRUPTED
    result.stdout.fnmatch_lines(["*KeyboardInterrupt*"])


def test_pytest_outcomes_pass_through(watched: Session) -> None:
    result = watched.test(
        """
        import pytest

        def test_skip(invoke):
            invoke("Skips", check=False)

        def test_system_exit(invoke):
            with pytest.raises(SystemExit) as caught:
                invoke("Exits", check=False)
            assert caught.value.code == 3

        def test_base_exception(invoke):
            with pytest.raises(BaseException, match="wrong") as caught:
                invoke("Base", check=False)
            assert type(caught.value).__name__ == "Own"
        """
    )

    assert result.parseoutcomes() == {"passed": 2, "skipped": 1}
    assert changes(result) == []


def test_what_the_app_configures_lasts_as_long_as_the_worker_process(app: FunctionApp, session: Session) -> None:
    app.function(
        "Configures",
        """
        import logging
        import os

        os.environ["AT_IMPORT"] = "1"
        logging.getLogger("quiet").setLevel("ERROR")

        def main(msg):
            logging.getLogger("quiet").warning("not to be seen")
            print(os.environ.get("AT_IMPORT"), os.environ.get("IN_CALL"))
            os.environ["IN_CALL"] = "1"
        """,
    )

    result = session.test(
        """
        import os

        def test_once(invoke, capsys):
            assert invoke("Configures").logs.messages == []
            assert invoke("Configures").logs.messages == []
            assert capsys.readouterr().out == "1 None\\n1 1\\n"

        def test_next_test(invoke, capsys):
            assert invoke("Configures").logs.messages == []
            assert capsys.readouterr().out == "1 None\\n"

        def test_neither_is_left():
            assert not {"AT_IMPORT", "IN_CALL"} & set(os.environ)
        """
    )

    passed(result, 3)


def test_the_working_directory_is_the_apps_root_during_a_call(app: FunctionApp, session: Session) -> None:
    app.function("Where", "import os\nAT_IMPORT = os.getcwd()\ndef main(msg): print(AT_IMPORT, os.getcwd())")
    app.function("Moves", "import os\ndef main(msg): os.chdir('/')")

    result = session.test(
        """
        import os
        from pathlib import Path

        app, here = Path("app").absolute(), Path.cwd()

        def test_root(invoke, capsys):
            invoke("Where")
            assert capsys.readouterr().out == f"{app} {app}\\n"
            assert Path.cwd() == here

        def test_a_function_that_moves_does_not_take_the_test_along(invoke, monkeypatch, tmp_path, capsys):
            invoke("Moves")
            assert Path.cwd() == here
            invoke("Where")
            assert capsys.readouterr().out == f"{app} {app}\\n"
            monkeypatch.chdir(tmp_path)
            invoke("Moves")
            assert Path.cwd() == tmp_path

        def test_a_test_that_moves_is_followed(invoke, monkeypatch, tmp_path, capsys):
            monkeypatch.chdir(tmp_path)
            invoke("Where")
            assert capsys.readouterr().out == f"{app} {tmp_path}\\n"
            assert Path.cwd() == tmp_path
        """
    )

    passed(result, 3)


LOGS = """
    import logging

    def main(msg):
        logging.getLogger("shop").debug("debug")
        logging.getLogger("shop").info("info")
        logging.warning("warning")
"""


def test_caplog(sessions: Sessions) -> None:
    code = """
        import logging

        def test_as_ever(invoke, caplog):
            result = invoke("Logs")
            assert "warning" in caplog.messages
            assert result.logs.messages == ["info", "warning"]

        def test_set_level_before(invoke, caplog):
            caplog.set_level("DEBUG")
            result = invoke("Logs")
            assert caplog.messages == ["debug", "info", "warning"]
            assert result.logs.messages == ["info", "warning"]
            assert logging.root.level == logging.DEBUG

        def test_set_level_of_the_logger(invoke, caplog):
            caplog.set_level("DEBUG", logger="shop")
            result = invoke("Logs")
            assert caplog.messages[-3:] == ["debug", "info", "warning"]
            assert result.logs.messages == ["debug", "info", "warning"]

        def test_set_level_high(invoke, caplog):
            caplog.set_level("ERROR")
            result = invoke("Logs")
            assert caplog.messages == []
            assert result.logs.messages == ["info", "warning"]

        def test_at_level(invoke, caplog):
            with caplog.at_level("DEBUG"):
                invoke("Logs")
            assert caplog.messages == ["debug", "info", "warning"]

        def test_set_level_between(invoke, caplog):
            invoke("Logs")
            caplog.clear()
            caplog.set_level("WARNING")
            result = invoke("Logs")
            assert caplog.messages == ["warning"]
            assert result.logs.messages == ["info", "warning"]

        def test_level_is_back():
            assert logging.root.level in (logging.WARNING, logging.DEBUG, logging.ERROR)
    """
    for options in ((), ("--log-level=DEBUG",), ("--log-cli-level=ERROR",)):
        folder = sessions.add(options, *options)
        folder.app.function("Logs", LOGS)
        folder.write({"test_it.py": code})

    for options, result in sessions.run().items():
        passed(result, 7, options)


def test_capture(app: FunctionApp, session: Session) -> None:
    app.function(
        "Prints",
        """
        import os
        import sys

        def main(msg):
            print("out")
            print("err", file=sys.stderr)
            os.system("echo child")
        """,
    )

    result = session.test(
        """
        def test_capsys(invoke, capsys):
            invoke("Prints")
            assert capsys.readouterr() == ("out\\n", "err\\n")

        def test_capfd(invoke, capfd):
            invoke("Prints")
            out, err = capfd.readouterr()
            assert (sorted(out.split()), err) == (["child", "out"], "err\\n")

        def test_failing(invoke):
            invoke("Prints")
            assert False
        """
    )

    assert result.parseoutcomes() == {"passed": 2, "failed": 1}
    result.stdout.fnmatch_lines(["*Captured stdout call*", "out", "*Captured stderr call*", "err"])


def test_xdist_and_randomly(app: FunctionApp, session: Session) -> None:
    app.function("Echo", "import logging\ndef main(msg): logging.info(msg.get_body().decode())")
    code = """
        import Echo
        import pytest

        @pytest.mark.parametrize("number", range(6))
        def test_it(invoke, number):
            assert invoke(Echo.main, str(number)).logs.messages == [str(number)]
    """

    passed(session.test(code, "-n", "2", plugins=("xdist",)), 6)
    passed(session.test(code, "-p", "randomly", plugins=("randomly",)), 6)


def test_all_installed_plugins_together(app: FunctionApp, session: Session, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD")
    app.function("Echo", "import logging\ndef main(msg): logging.info(msg.get_body().decode())")
    session.write(
        {
            "test_it.py": """
                import pytest

                def test_it(invoke):
                    assert invoke("Echo", "hello").logs.messages == ["hello"]

                @pytest.mark.asyncio
                async def test_async(ainvoke):
                    assert (await ainvoke("Echo", "hello")).logs.messages == ["hello"]
            """
        }
    )

    result = session.pytester.runpytest_subprocess("-W", "error", "-W", "ignore::pytest.PytestWarning")

    passed(result, 2)


def test_time_frozen_by_the_test(app: FunctionApp, session: Session) -> None:
    app.function("Now", "from datetime import datetime\ndef main(msg): print(datetime.now(), msg.insertion_time)")

    result = session.test(
        """
        from datetime import datetime, timezone

        from freezegun import freeze_time

        @freeze_time("2026-03-01 02:29:00")
        def test_decorated(invoke, azfunc_host, capsys):
            assert azfunc_host.now == datetime(2026, 3, 1, 2, 29, tzinfo=timezone.utc)
            invoke("Now")
            assert capsys.readouterr().out == "2026-03-01 02:29:00 2026-03-01 02:29:00+00:00\\n"

        def test_moved(invoke, azfunc_host, capsys):
            with freeze_time("2026-03-01 02:29:00") as frozen:
                frozen.tick(60)
                invoke("Now")
            assert capsys.readouterr().out == "2026-03-01 02:30:00 2026-03-01 02:30:00+00:00\\n"
            assert abs(azfunc_host.now - datetime.now(timezone.utc)).total_seconds() < 60
        """
    )

    passed(result, 2)


def test_unittest_test_cases_and_doctests(app: FunctionApp, session: Session) -> None:
    app.function(
        "Echo",
        '''
        def main(msg):
            """
            >>> main("hello")
            hello
            """
            print(msg)
    ''',
    )

    result = session.test(
        """
        import unittest
        from unittest import mock

        import pytest
        from Echo import main

        class EchoTest(unittest.TestCase):
            @pytest.fixture(autouse=True)
            def prepare(self, invoke):
                self.invoke = invoke

            @mock.patch("Echo.print", create=True)
            def test_it(self, printed):
                self.invoke(main, "hello")
                self.assertEqual(printed.call_count, 1)
        """,
        "--doctest-modules",
    )

    passed(result, 2)


WRAPS_STDOUT = """
    import io, sys
    sys.stdout.reconfigure(errors='replace')
    sys.stdout = io.TextIOWrapper(sys.stdout.buffer)
"""


def test_streams_that_a_script_replaces(sessions: Sessions) -> None:
    wrap = dedent(WRAPS_STDOUT)
    declare = "import azure.functions as func\napp = func.FunctionApp()\n@app.queue_trigger('msg', 'orders', 'C')\n"
    options = ("--capture=fd", "--capture=sys", "-s", "--azfunc-check", "--azfunc-list")
    for model, option in itertools.product(("decorators", "function.json"), options):
        folder = sessions.add((model, option), option)
        if model == "decorators":
            folder.app.write({"function_app.py": f"{wrap}{declare}def Process(msg): print('printed')\n"})
        else:
            folder.app.function("Process", f"{wrap}def main(msg): print('printed')\n")
        code = """
            import gc

            def test_it(invoke, capsys):
                invoke("Process", "text")
                gc.collect()
                assert capsys.readouterr().out == "printed\\n"
        """
        folder.write({"test_it.py": code})

    for row, result in sessions.run().items():
        assert result.ret == 0, f"{row}\n{result.stdout}{result.stderr}"


def test_the_loop_of_a_test_is_not_that_of_a_sync_function(app: FunctionApp, session: Session) -> None:
    app.function(
        "Loop",
        """
        import asyncio

        def main(msg):
            try:
                loop = asyncio.get_event_loop()
            except RuntimeError:
                loop = asyncio.new_event_loop()
                asyncio.set_event_loop(loop)
            loops.append(loop)
            assert loop.run_until_complete(asyncio.sleep(0, 7)) == 7

        loops = []
        """,
    )

    result = session.test(
        """
        import asyncio

        def test_it_is_there_again(invoke):
            loop = asyncio.new_event_loop()
            asyncio.set_event_loop(loop)
            invoke("Loop")
            assert asyncio.get_event_loop() is loop
            asyncio.set_event_loop(None)
            loop.close()

        def test_the_function_has_its_own_for_as_long_as_the_worker_process(invoke, azfunc_host):
            import Loop

            invoke("Loop")
            assert len(set(Loop.loops)) == 1
            Loop.loops[0].close()
            azfunc_host.restart()
            invoke("Loop")
            import Loop as anew

            assert not anew.loops[0].is_closed()
            anew.loops[0].close()
        """,
        "-p",
        "no:randomly",
    )

    passed(result, 2)
