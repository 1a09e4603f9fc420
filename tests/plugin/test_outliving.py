"""What lives longer than a call, or than a test: what a module keeps, threads, tasks, the lifespan of an ASGI app."""

from __future__ import annotations

import pytest

from tests.function_app import FunctionApp, Session, http_out, http_trigger, passed

KEPT = {
    "Lock": """
        import asyncio
        lock = asyncio.Lock()
        async def main(msg):
            async def hold():
                async with lock:
                    await asyncio.sleep(0.001)
            await asyncio.gather(hold(), hold(), hold())
            print("locked")
    """,
    "Queue": """
        import asyncio
        queue = asyncio.Queue(1)
        async def main(msg):
            async def put():
                for number in range(3): await queue.put(number)
            task = asyncio.ensure_future(put())
            print([await queue.get() for _ in range(3)])
            await task
    """,
    "Event": """
        import asyncio
        event = asyncio.Event()
        async def main(msg):
            event.clear()
            waiting = asyncio.ensure_future(event.wait())
            await asyncio.sleep(0)
            event.set()
            print(await waiting)
    """,
    "Semaphore": """
        import asyncio
        semaphore = asyncio.Semaphore(1)
        async def main(msg):
            async def hold():
                async with semaphore: await asyncio.sleep(0.001)
            await asyncio.gather(hold(), hold())
            print("held")
    """,
    "Background": """
        import asyncio
        queue = answers = task = None
        async def work():
            while True:
                await answers.put(await queue.get() + 1)
        async def main(msg):
            global queue, answers, task
            if task is None:
                queue, answers = asyncio.Queue(), asyncio.Queue()
                task = asyncio.create_task(work())
            await queue.put(1)
            print(await asyncio.wait_for(answers.get(), 2))
    """,
    "AtImport": """
        import asyncio
        loop = asyncio.get_event_loop()
        future = loop.create_future()
        async def main(msg):
            assert asyncio.get_running_loop() is loop
            if not future.done(): loop.call_soon(future.set_result, 7)
            print(await future)
    """,
    "Client": """
        import asyncio, os
        reader = writer = None
        async def main(msg):
            global reader, writer
            if writer is None:
                reader, writer = await asyncio.open_connection("127.0.0.1", int(os.environ["PORT"]))
            writer.write(b"hello\\n")
            await writer.drain()
            print((await asyncio.wait_for(reader.readline(), 2)).decode().strip())
    """,
    "Loop": """
        import asyncio
        loops = set()
        async def main(msg):
            loops.add(asyncio.get_running_loop())
            print(len(loops))
    """,
}
SERVER = """
    import socketserver
    import threading

    import pytest

    class Echo(socketserver.StreamRequestHandler):
        def handle(self):
            connections.append(1)
            for line in self.rfile:
                self.wfile.write(line)

    connections = []

    @pytest.fixture(scope="session")
    def port():
        with socketserver.ThreadingTCPServer(("127.0.0.1", 0), Echo) as server:
            server.daemon_threads = True
            threading.Thread(target=server.serve_forever, daemon=True).start()
            yield server.server_address[1]
            server.shutdown()
"""
PRINTED = {
    "Lock": "locked", "Queue": "[0, 1, 2]", "Event": "True", "Semaphore": "held", "Background": "2", "AtImport": "7",
    "Client": "hello", "Loop": "1",
}  # fmt: skip


@pytest.mark.parametrize("live", [False, True], ids=["", "with a live server in between"])
def test_what_a_module_keeps(app: FunctionApp, session: Session, live: bool) -> None:
    for name, script in KEPT.items():
        app.function(name, script)
    app.write({"Live/function.json": {"bindings": [http_trigger(), http_out()]}, "Live/__init__.py": "import Loop, asyncio\nasync def main(req):\n    Loop.loops.add(asyncio.get_running_loop())\n    return str(len(Loop.loops))"})  # fmt: skip
    session.write({"conftest.py": SERVER})

    result = session.test(
        f"""
        import pytest

        PRINTED = {PRINTED}

        @pytest.mark.parametrize("round", range(3))
        @pytest.mark.parametrize("function", PRINTED)
        def test_it(invoke, azfunc_settings, port, capsys, function, round, request):
            azfunc_settings["PORT"] = str(port)
            for _ in range(2):
                invoke(function)
                assert capsys.readouterr().out.strip() == PRINTED[function]
            if {live} and function == "Loop":
                import urllib.request
                server = request.getfixturevalue("azfunc_live_server")
                with urllib.request.urlopen(server.url + "/api/Live", timeout=5) as response:
                    assert response.read() == b"1"

        def test_one_connection():
            from conftest import connections
            assert len(connections) == 1
        """,
        "-p",
        "no:randomly",
        "--tb=short",
    )

    passed(result, 3 * len(PRINTED) + 1)


def test_a_restart_is_another_process(app: FunctionApp, session: Session) -> None:
    app.function("Loop", KEPT["Loop"])
    app.function("Background", KEPT["Background"])

    result = session.test(
        """
        def test_it(azfunc_host, capsys):
            azfunc_host.invoke("Background")
            azfunc_host.invoke("Loop")
            import Loop, Background
            first, task = next(iter(Loop.loops)), Background.task
            azfunc_host.restart()
            assert task.done() and first.is_closed()
            azfunc_host.invoke("Background")
            azfunc_host.invoke("Loop")
            assert capsys.readouterr().out == "2\\n1\\n2\\n1\\n"
        """
    )

    passed(result, 1)


@pytest.mark.parametrize("workers", [[], ["-n", "2"]], ids=["", "xdist"])
def test_the_lifespan_is_that_of_the_worker_process(app: FunctionApp, session: Session, workers: list[str]) -> None:
    app.write(
        {
            "host.json": {"version": "2.0", "extensions": {"http": {"routePrefix": ""}}},
            "function_app.py": """
                import os
                import azure.functions as func

                async def shop(scope, receive, send):
                    if scope["type"] == "lifespan":
                        while True:
                            kind = (await receive())["type"]
                            with open(os.environ["NOTES"], "a") as notes:
                                notes.write(f"{os.getpid()} {kind}\\n")
                            await send({"type": kind + ".complete"})
                            if kind == "lifespan.shutdown":
                                return
                    await send({"type": "http.response.start", "status": 200, "headers": []})
                    await send({"type": "http.response.body", "body": b"shop"})

                app = func.AsgiFunctionApp(app=shop, http_auth_level=func.AuthLevel.ANONYMOUS)
            """,
        }
    )
    notes = session.pytester.path / "notes"
    session.write({"conftest.py": f"import os\nos.environ['NOTES'] = {str(notes)!r}"})

    result = session.test(
        """
        import pytest

        @pytest.mark.parametrize("number", range(4))
        def test_it(azfunc_http, number):
            assert azfunc_http.get("/x").text == "shop"
        """,
        *workers,
        plugins=("xdist",) if workers else (),
    )

    passed(result, 4)
    by_process: dict[str, list[str]] = {}
    for line in notes.read_text().splitlines():
        process, kind = line.split()
        by_process.setdefault(process, []).append(kind)
    assert list(by_process.values()) == [["lifespan.startup", "lifespan.shutdown"]] * len(by_process)
    assert len(by_process) <= (2 if workers else 1)


LATER = {
    "Thread": "def main(msg):\n    threading.Thread(target=later).start()\n    logging.info('first')",
    "Timer": "def main(msg):\n    threading.Timer(0.02, later).start()\n    logging.info('first')",
    "Pool": "pool = ThreadPoolExecutor(1)\ndef main(msg):\n    pool.submit(later)\n    logging.info('first')",
    "Executor": "async def main(msg):\n    asyncio.get_running_loop().run_in_executor(None, later)\n    logging.info('first')",
}
ASYNC = "async def go():\n    await asyncio.sleep(0.03)\n    tell()\nasync def main({0}):\n    main.task = asyncio.create_task(go())\n    logging.info('first')\n    return {1}"  # fmt: skip
BEGIN = """
import asyncio, logging, os, threading, time
from concurrent.futures import ThreadPoolExecutor
def tell():
    logging.info("later")
    logging.getLogger("shop").warning("in %s", os.path.basename(os.getcwd()))
def later():
    time.sleep(0.03)
    tell()
"""
EXPECTED = ["first", "later", "in app"]


def test_threads_and_tasks_log_to_their_invocation(app: FunctionApp, session: Session) -> None:
    for name, script in LATER.items():
        app.function(name, BEGIN + script)
        answering = script.replace("main(msg)", "main(req)") + "\n    return 'x'"
        app.function(f"Http{name}", BEGIN + answering, http_trigger(), http_out())
    app.function("Task", BEGIN + ASYNC.format("msg", "None"))
    app.function("HttpTask", BEGIN + ASYNC.format("req", "'x'"), http_trigger(), http_out())
    app.function("Idle", "import asyncio\nasync def main(msg): await asyncio.sleep(0.06)")

    result = session.test(
        f"""
        import asyncio
        import os
        import time
        import urllib.request

        import pytest

        EXPECTED = {EXPECTED}
        THREADS = {list(LATER)}
        HERE = os.getcwd()

        def wait(logs):
            for _ in range(60):
                if len(logs.messages) == 3:
                    break
                time.sleep(0.01)
            time.sleep(0.02)
            return list(logs.messages)

        @pytest.mark.parametrize("function", THREADS)
        def test_thread(invoke, function):
            assert wait(invoke(function).logs) == EXPECTED
            assert os.getcwd() == HERE

        @pytest.mark.parametrize("function", THREADS)
        def test_two_invocations(invoke, function):
            first, second = invoke(function), invoke(function)
            assert wait(first.logs) == wait(second.logs) == EXPECTED

        def test_task(invoke):
            result = invoke("Task")
            invoke("Idle")
            assert wait(result.logs) == EXPECTED
            assert os.getcwd() == HERE

        @pytest.mark.parametrize("function", ["Task", "Executor", "Thread"])
        def test_awaited(ainvoke, function):
            async def go():
                result = await ainvoke(function)
                await asyncio.sleep(0.2)
                return result
            assert list(asyncio.run(go()).logs.messages) == EXPECTED
            assert os.getcwd() == HERE

        @pytest.mark.parametrize("function", [*THREADS, "Task"])
        def test_live(azfunc_live_server, azfunc_host, function):
            urllib.request.urlopen(f"{{azfunc_live_server.url}}/api/Http{{function}}", timeout=5).close()
            assert wait(azfunc_host.invocations[0].logs) == EXPECTED
            assert os.getcwd() == HERE

        @pytest.mark.parametrize("function", [*THREADS, "Task"])
        def test_session(azfunc_http, azfunc_host, invoke, function):
            logs = azfunc_http.get(f"/api/Http{{function}}").invocation.logs
            invoke("Idle")
            assert wait(logs) == EXPECTED

        def test_the_test_stays_where_it_is(invoke, tmp_path, monkeypatch):
            result = invoke("Thread")
            for _ in range(30):
                assert os.getcwd() == HERE
                time.sleep(0.002)
            assert wait(result.logs) == EXPECTED
        """,
        "--tb=short",
    )

    assert result.parseoutcomes() == {"passed": 4 + 4 + 1 + 3 + 5 + 5 + 1}, result.stdout.str()[-6000:]


def test_what_outlives_the_host_disturbs_nobody(app: FunctionApp, session: Session) -> None:
    app.function("Thread", BEGIN + LATER["Thread"])
    app.function("Pool", BEGIN + LATER["Pool"])
    app.function("Executor", BEGIN + LATER["Executor"])
    app.function("Forever", BEGIN + "def go():\n    for _ in range(300):\n        tell()\n        time.sleep(0.001)\ndef main(msg): threading.Thread(target=go, daemon=True).start()")  # fmt: skip
    app.function("Quiet", "import logging\ndef main(msg): logging.info('mine')")

    result = session.test(
        """
        import logging
        import os
        import threading
        import time

        import pytest

        HERE = os.getcwd()
        results = []

        @pytest.mark.parametrize("function", ["Thread", "Pool", "Executor", "Forever"])
        def test_begins(invoke, function):
            results.append(invoke(function))

        @pytest.mark.parametrize("number", range(5))
        def test_next(invoke, number):
            assert os.getcwd() == HERE
            for _ in range(5):
                result = invoke("Quiet")
                assert result.logs.messages == ["mine"]
                assert os.getcwd() == HERE

        def test_without_a_host():
            time.sleep(0.1)
            assert os.getcwd() == HERE
            assert not [handler for handler in logging.root.handlers if type(handler).__module__.startswith("pytest_azfunc")]
            assert threading.Thread.start.__module__ == "threading"
            assert threading.Thread.start.__qualname__ == "Thread.start"
        """,
        "-p",
        "no:randomly",
    )

    passed(result, 10)
    assert "Exception in thread" not in result.stdout.str() + result.stderr.str()


def test_a_task_that_fails_unheard_is_told_in_its_call(app: FunctionApp, session: Session) -> None:
    app.function("Raises", FAILS_BESIDE + "    raise ValueError('mine')\n")
    app.function("Returns", FAILS_BESIDE)

    result = session.test(
        """
        import pytest

        @pytest.mark.parametrize("function", ["Raises", "Returns"])
        def test_it(invoke, function):
            result = invoke(function, check=False)
            assert [message.splitlines()[0] for message in result.logs.messages] == ["Task exception was never retrieved"]
        """
    )

    passed(result, 2)


FAILS_BESIDE = """
import asyncio
async def fail():
    raise KeyError("unheard")
async def main(msg):
    asyncio.create_task(fail())
"""
