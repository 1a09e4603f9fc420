"""Logs of an invocation: all that Azure would count as its own, and nothing else."""

from __future__ import annotations

from tests.function_app import FunctionApp, Session, Sessions, error_lines, passed


def test_levels_loggers_and_selections(app: FunctionApp, session: Session) -> None:
    app.function(
        "Logs",
        """
        import logging

        shop = logging.getLogger("shop.orders")

        def main(msg):
            logging.debug("root debug")
            logging.info("root %s", "info")
            shop.debug("shop debug")
            shop.warning("shop warning")
            logging.getLogger("shopping").error("other error")
            logging.getLogger("azure.functions").error("of the system")
            try:
                1 / 0
            except ZeroDivisionError:
                shop.exception("failed")
        """,
    )

    result = session.test(
        """
        import logging

        import pytest

        def test_all(invoke, azfunc_logs):
            logs = invoke("Logs").logs
            assert logs.messages == ["root info", "shop warning", "other error", "failed"]
            assert [record.levelname for record in logs] == ["INFO", "WARNING", "ERROR", "ERROR"]
            assert (len(logs), logs[0].name, logs[-1].exc_info[0]) == (4, "root", ZeroDivisionError)
            assert azfunc_logs.records == logs.records == list(logs)
            assert logs.text.splitlines()[:4] == [
                "INFO     root: root info",
                "WARNING  shop.orders: shop warning",
                "ERROR    shopping: other error",
                "ERROR    shop.orders: failed",
            ]
            assert logs.text.endswith("ZeroDivisionError: division by zero")

        def test_selections(invoke):
            logs = invoke("Logs").logs
            assert logs.at("warning").messages == logs.at(logging.WARNING).messages == ["shop warning"]
            assert logs.at("CRITICAL").messages == []
            assert logs.from_logger("shop").messages == ["shop warning", "failed"]
            assert logs.from_logger("shop").at("ERROR").messages == ["failed"]
            assert logs.from_logger("root").messages == ["root info"]
            with pytest.raises(ValueError, match="^'LOUD' is no log level; logging knows DEBUG, INFO, WARNING, ERROR, CRITICAL$"):
                logs.at("LOUD")

        def test_contains(invoke):
            logs = invoke("Logs").logs
            assert "shop warn" in logs
            assert "division by zero" in logs
            assert logs[1] in logs
            assert "shop debug" not in logs
            assert "warning" not in logs.at("ERROR")

        def test_nothing_logged_outside(invoke, azfunc_logs):
            logging.error("of the test")
            assert azfunc_logs.messages == []
            assert repr(azfunc_logs) == "<LogCapture: nothing was logged>"

        @pytest.mark.azfunc(settings={"PYTHON_ENABLE_DEBUG_LOGGING": "1"})
        def test_debug(invoke):
            assert invoke("Logs").logs.at("DEBUG").messages == ["root debug", "shop debug"]

        @pytest.mark.azfunc(settings={"PYTHON_ENABLE_DEBUG_LOGGING": "0"})
        def test_no_debug(invoke):
            assert invoke("Logs").logs.at("DEBUG").messages == []
        """
    )

    passed(result, 6)


def test_a_root_level_that_the_script_sets(sessions: Sessions) -> None:
    for level, logged in (("DEBUG", ["debug", "info", "warning"]), ("WARNING", ["warning"]), ("ERROR", [])):
        folder = sessions.add(level)
        folder.app.function(
            "Logs",
            f"""
            import logging

            logging.getLogger().setLevel("{level}")

            def main(msg):
                for word in ("debug", "info", "warning"):
                    getattr(logging, word)(word)
            """,
        )
        code = f"""
            import pytest

            @pytest.mark.parametrize("again", [1, 2])
            def test_it(invoke, again):
                assert invoke("Logs").logs.messages == {logged}
        """
        folder.write({"test_it.py": code})

    for level, result in sessions.run().items():
        passed(result, 2, level)


def test_threads_executors_and_tasks(app: FunctionApp, session: Session) -> None:
    app.function(
        "Threads",
        """
        import logging
        import threading
        from concurrent.futures import ThreadPoolExecutor

        pool = ThreadPoolExecutor(1)  # its thread is started by the first invocation and works for all

        class Own(threading.Thread):
            def run(self):
                logging.info("own")

        def main(msg):
            name = msg.get_body().decode()
            threads = [threading.Thread(target=logging.info, args=(f"thread {name}",)), Own()]
            for thread in threads:
                thread.start()
                thread.join()
            pool.submit(logging.info, "pool %s", name).result()
            list(pool.map(logging.info, [f"map {name}"]))
            timer = threading.Timer(0, logging.info, args=(f"timer {name}",))
            timer.start()
            timer.join()
        """,
    )
    app.function(
        "Tasks",
        """
        import asyncio
        import logging
        from concurrent.futures import ThreadPoolExecutor

        pool = ThreadPoolExecutor(1)

        async def log(text):
            await asyncio.sleep(0)
            logging.info(text)

        async def main(msg):
            name = msg.get_body().decode()
            loop = asyncio.get_running_loop()
            await asyncio.create_task(log(f"task {name}"))
            await asyncio.gather(log(f"gather {name}"))
            await asyncio.to_thread(logging.info, f"to_thread {name}")
            await loop.run_in_executor(None, logging.info, f"default executor {name}")
            await loop.run_in_executor(pool, logging.info, f"executor {name}")
        """,
    )

    result = session.test(
        """
        def test_threads(invoke):
            for name in ("one", "two"):
                assert invoke("Threads", name).logs.messages == [
                    f"thread {name}", "own", f"pool {name}", f"map {name}", f"timer {name}",
                ]

        def test_tasks(invoke):
            for name in ("one", "two"):
                assert invoke("Tasks", name).logs.messages == [
                    f"task {name}", f"gather {name}", f"to_thread {name}", f"default executor {name}", f"executor {name}",
                ]
        """
    )

    passed(result, 2)


def test_threads_that_say_which_invocation_they_work_for(app: FunctionApp, session: Session) -> None:
    app.function(
        "Worker",
        """
        import logging
        import queue
        import threading

        jobs = queue.Queue()

        def work():
            while True:
                context, done = jobs.get()
                context.thread_local_storage.invocation_id = context.invocation_id
                logging.info("worked")
                done.set()

        thread = threading.Thread(target=work, daemon=True)
        thread.start()

        def main(msg, context):
            done = threading.Event()
            jobs.put((context, done))
            done.wait(10)
        """,
    )

    result = session.test(
        """
        def test_it(invoke):
            first, second = invoke("Worker"), invoke("Worker")
            assert (first.logs.messages, second.logs.messages) == (["worked"], ["worked"])
        """
    )

    passed(result, 1)


def test_logs_of_concurrent_invocations_stay_apart(app: FunctionApp, session: Session) -> None:
    app.function(
        "Steps",
        """
        import asyncio
        import logging

        async def main(msg):
            name = msg.get_body().decode()
            for step in range(3):
                logging.info("%s %s", name, step)
                await asyncio.sleep(0)
        """,
    )

    result = session.test(
        """
        import asyncio

        import pytest

        @pytest.mark.asyncio
        async def test_it(ainvoke, azfunc_logs):
            results = await asyncio.gather(*[ainvoke("Steps", name) for name in "abc"])
            assert [result.logs.messages for result in results] == [[f"{name} {step}" for step in range(3)] for name in "abc"]
            assert len(azfunc_logs) == 9
        """,
        plugins=("pytest_asyncio.plugin",),
    )

    passed(result, 1)


def test_console(app: FunctionApp, session: Session) -> None:
    app.write(
        {
            "host.json": {
                "version": "2.0",
                "logging": {
                    "logLevel": {"default": "Warning", "Function.Loud.User": "Information", "Function.Off": "None"}
                },
            }
        }
    )
    for name in ("Loud", "Other", "Off"):
        app.function(name, f"import logging\ndef main(msg): logging.info('{name} info'); logging.error('{name} error')")

    result = session.test(
        """
        def test_it(invoke, azfunc_host):
            consoles = {name: invoke(name).logs.console for name in ("Loud", "Other", "Off")}
            assert consoles == {"Loud": ["Loud info", "Loud error"], "Other": ["Other error"], "Off": []}
            assert azfunc_host.console == azfunc_host.logs.console == ["Loud info", "Loud error", "Other error"]
            assert len(azfunc_host.logs) == 6
        """
    )

    passed(result, 1)


def test_a_failing_assertion_shows_what_was_logged(sessions: Sessions) -> None:
    script = "import logging\ndef main(msg): logging.info('charged 7'); logging.getLogger('shop').error('late')"
    for function, assertion in (
        ("Logs", "'refunded' in result.logs"),
        ("Logs", "'charged' not in result.logs"),
        ("Silent", "'charged' in result.logs"),
    ):
        folder = sessions.add((function, assertion))
        folder.app.function("Logs", script)
        folder.app.function("Silent", "def main(msg): pass")
        folder.write({"test_it.py": f"def test_it(invoke):\n    result = invoke({function!r})\n    assert {assertion}"})

    missing, unwanted, silent = sessions.run().values()

    assert error_lines(missing) == [
        "AssertionError: assert 'refunded' in logs",
        "  INFO     root: charged 7",
        "  ERROR    shop: late",
    ]
    assert error_lines(unwanted) == [
        "AssertionError: assert 'charged' not in logs",
        "  INFO     root: charged 7",
        "  ERROR    shop: late",
    ]
    assert error_lines(silent) == ["AssertionError: assert 'charged' in logs", "  nothing was logged"]


def test_a_record_that_cannot_be_formatted_raises_as_in_azure(sessions: Sessions) -> None:
    for statement, raised in (
        ("logging.info('%s and %s', 1)", "TypeError: not enough arguments for format string"),
        ("logging.info('\\ud800')", "UnicodeEncodeError: 'utf-8' codec can't encode character"),
    ):
        folder = sessions.add(statement, "-p", "no:logging")
        folder.app.function("Logs", f"import logging\ndef main(msg): {statement}")
        code = f"""
            def test_it(invoke):
                error = invoke("Logs", check=False).exception
                assert f"{{type(error).__name__}}: {{error}}".startswith({raised!r})
        """
        folder.write({"test_it.py": code})

    for statement, result in sessions.run().items():
        passed(result, 1, statement)
