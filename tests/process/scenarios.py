"""What may happen to a host, each time in a fresh copy of one process, whose state is compared before and after.

``python -m tests.process.scenarios GROUP`` prints a line of JSON for each scenario of a group. A scenario is run in a
fork of the process, so it may break what it likes, hang, or end the process.
"""

from __future__ import annotations

import contextlib
import faulthandler
import gc
import importlib
import json
import os
import pkgutil
import select
import signal
import sys
import tempfile
import time
import traceback
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

from tests.process.snapshot import differences, settle, snapshot

PATIENCE = 20.0  # seconds until a scenario is said to hang; the slowest waits for the grace of a live server


@dataclass
class Apps:
    """The folders of the apps."""

    folder: str

    @property
    def first(self) -> str:
        """An app with function.json."""
        return os.path.join(self.folder, "first")

    @property
    def second(self) -> str:
        """Another one."""
        return os.path.join(self.folder, "second")

    @property
    def third(self) -> str:
        """A third one."""
        return os.path.join(self.folder, "third")

    @property
    def exits(self) -> str:
        """One whose functions come to an end in every way."""
        return os.path.join(self.folder, "exits")

    @property
    def decorators(self) -> str:
        """One with decorators, that hands everything to an ASGI app with a lifespan."""
        return os.path.join(self.folder, "decorators")

    @property
    def all(self) -> tuple[str, ...]:
        """All of them."""
        return self.first, self.second, self.third, self.exits, self.decorators


@dataclass
class Scenario:
    """One row of the table.

    :ivar run: does it. What it raises is noted and not judged, except for an AssertionError and what a row says itself.
    :ivar apart_from: the parts of the state that the scenario itself leaves changed, or that nobody could give back.
    """

    name: str
    run: Callable[[Apps], object]
    apart_from: tuple[str, ...] = ()
    left: list[str] = field(default_factory=list)


GROUPS: dict[str, list[Scenario]] = {"exits": [], "faults": [], "orders": [], "patches": [], "interrupts": []}


def scenarios(group: str) -> list[str]:
    """Names of the scenarios of a group."""
    return [scenario.name for scenario in GROUPS[group]]


# The apps


def _queue(name: str = "msg") -> dict[str, Any]:
    return {"type": "queueTrigger", "direction": "in", "name": name, "queueName": "orders", "connection": "Storage"}


def _http(*methods: str) -> list[dict[str, Any]]:
    trigger = {"type": "httpTrigger", "direction": "in", "name": "req", "authLevel": "anonymous"}
    return [trigger, {"type": "http", "direction": "out", "name": "$return"}]


# How code can come to an end. Each is the body of a function, or of a module; ``await`` is taken out of sync code.
EXITS = {
    "returns": "pass",
    "raises": "raise ValueError('wrong')",
    "exits": "sys.exit(3)",
    "is interrupted": "os.kill(os.getpid(), signal.SIGINT); await asyncio.sleep(0.02)",
    "raises KeyboardInterrupt": "raise KeyboardInterrupt",
    "calls pytest.exit": "pytest.exit('enough')",
    "calls pytest.skip": "pytest.skip('not today')",
    "calls pytest.fail": "pytest.fail('no')",
    "raises a BaseException": "raise Own('wrong')",
    "raises GeneratorExit": "raise GeneratorExit",
    "raises CancelledError": "raise asyncio.CancelledError",
    "raises StopIteration": "raise StopIteration",
    "times out": "signal.setitimer(signal.ITIMER_REAL, 0.05); await asyncio.sleep(1.2)",
}
_HEAD = """
import asyncio, os, signal, sys, threading, time
import pytest
class Own(BaseException): pass
"""
# Where: the file of a function that does it, in the place of {exit}.
SYNC = _HEAD + "def main(msg):\n    {exit}\n"
ASYNC = _HEAD + "async def main(msg):\n    {exit}\n"
HTTP_SYNC = _HEAD + "def main(req):\n    {exit}\n    return 'done'\n"
HTTP_ASYNC = _HEAD + "async def main(req):\n    {exit}\n    return 'done'\n"
IMPORTED = _HEAD + "{exit}\ndef main(msg): pass\n"
TASK = _HEAD + "async def go():\n    {exit}\nasync def main(msg):\n    main.task = asyncio.create_task(go())\n"
CANCELLED = (
    _HEAD
    + "async def go():\n    try:\n        await asyncio.sleep(60)\n    finally:\n        {exit}\n"
    + "async def main(msg):\n    main.task = asyncio.create_task(go())\n    await asyncio.sleep(0)\n"
)
THREAD = (
    _HEAD
    + "def go():\n    {exit}\n"
    + "def main(msg):\n    thread = threading.Thread(target=go)\n    thread.start()\n    thread.join()\n"
)
EXECUTOR = _HEAD + "def go():\n    {exit}\nasync def main(msg):\n    await asyncio.to_thread(go)\n"
INDEXED = _HEAD + "import azure.functions as func\n{exit}\napp = func.FunctionApp()\n"
PLACES = {
    "import": (IMPORTED, False),
    "sync": (SYNC, False),
    "async": (ASYNC, True),
    "task": (TASK, True),
    "cancelled task": (CANCELLED, True),
    "thread": (THREAD, False),
    "executor": (EXECUTOR, False),
    "live sync": (HTTP_SYNC, False),
    "live async": (HTTP_ASYNC, True),
    "ainvoke": (ASYNC, True),
    "decorators": (INDEXED, False),
    "list": (IMPORTED, False),
}


def _script(place: str, exit: str) -> str:
    template, is_async = PLACES[place]
    body = EXITS[exit] if is_async else EXITS[exit].replace("await asyncio.sleep", "time.sleep")
    return template.replace("{exit}", body)


def _write(root: str, files: dict[str, Any]) -> None:
    for name, content in files.items():
        path = Path(root, name)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content if isinstance(content, str) else json.dumps(content), encoding="utf-8")


_LIFESPAN = """
import azure.functions as func
import logging
async def shop(scope, receive, send):
    if scope["type"] == "lifespan":
        while True:
            message = await receive()
            kind = message["type"]
            await send({"type": kind + ".complete"})
            if kind == "lifespan.shutdown":
                return
    await send({"type": "http.response.start", "status": 200, "headers": []})
    await send({"type": "http.response.body", "body": b"shop"})
app = func.AsgiFunctionApp(app=shop, http_auth_level=func.AuthLevel.ANONYMOUS)
"""


def write_apps(folder: str) -> Apps:
    """Write them."""
    apps = Apps(folder)
    for name in ("first", "second", "third", "exits"):
        root = os.path.join(folder, name)
        settings = {"Values": {"SHARED": name, f"ONLY_{name.upper()}": name}}
        functions = {
            "Quiet": (f"def main(msg):\n    global seen\n    seen = {name!r}\n", [_queue()]),
            "Loud": ("import logging\ndef main(msg): logging.warning('loud')\n", [_queue()]),
            "Slow": ("import asyncio\nasync def main(msg): await asyncio.sleep(0.001)\n", [_queue()]),
            "Hello": (f"def main(req): return {name!r}\n", _http()),
            "Waits": (
                "import time, builtins\ndef main(req):\n    builtins.azfunc_started = True\n"
                "    while not builtins.azfunc_go: time.sleep(0.002)\n    return 'done'\n",
                _http(),
            ),
            "Switch": ("import builtins\ndef main(msg): builtins.azfunc_switch()\n", [_queue()]),
            "Changes": (
                "import logging, os, sys, warnings\ndef main(msg):\n    os.environ['CHANGED'] = '1'\n    os.chdir('/')\n"
                "    sys.path.append('/nowhere')\n    logging.root.setLevel('DEBUG')\n    logging.disable(10)\n"
                "    logging.root.addHandler(logging.NullHandler())\n    warnings.simplefilter('ignore')\n",
                [_queue()],
            ),
            "Filters": ("import logging\ndef main(msg): logging.root.addFilter(lambda record: True)\n", [_queue()]),
        }
        files: dict[str, Any] = {"host.json": {"version": "2.0"}, "local.settings.json": settings}
        for function, (script, bindings) in functions.items():
            files[f"{function}/__init__.py"] = script
            files[f"{function}/function.json"] = {"bindings": bindings}
        _write(root, files)
    for place in PLACES:
        for exit in EXITS:
            name = _folder(place, exit)
            if place in ("decorators", "list"):  # an app for each
                root = os.path.join(folder, f"{place}-{name}")
                _write(root, {"host.json": {"version": "2.0"}})
                if place == "decorators":
                    _write(root, {"function_app.py": _script(place, exit)})
                else:
                    _write(root, {"F/__init__.py": _script(place, exit), "F/function.json": {"bindings": [_queue()]}})
            else:
                bindings = _http() if place.startswith("live") else [_queue()]
                _write(
                    os.path.join(folder, "exits", name),
                    {"__init__.py": _script(place, exit), "function.json": {"bindings": bindings}},
                )
    host = {"version": "2.0", "extensions": {"http": {"routePrefix": ""}}}
    _write(apps.decorators, {"host.json": host, "function_app.py": _LIFESPAN})
    return apps


def _folder(place: str, exit: str) -> str:
    words = f"{place} {exit}".replace(".", " ").split()
    return "".join(word.capitalize() for word in words)


# Every way in which code ends, in every place


def _leaves(place: str, exit: str, apps: Apps) -> None:
    from pytest_azfunc import Host

    def ring(*_: object) -> None:
        import pytest

        pytest.fail("Timeout")  # as pytest-timeout does

    name = _folder(place, exit)
    ringing = signal.signal(signal.SIGALRM, ring)
    try:
        if place in ("decorators", "list"):
            with Host.open(os.path.join(apps.folder, f"{place}-{name}")) as host:
                host.worker.load("F")
        elif place.startswith("live"):
            with Host.open(apps.exits, raise_exceptions=False) as host, host.live_server() as server:
                _get(f"{server.url}/api/{name}")
        elif place == "ainvoke":
            import asyncio

            with Host.open(apps.exits) as host:
                asyncio.run(_awaited(host, name))
        else:
            with Host.open(apps.exits) as host:
                host.invoke(name)
                host.invoke("Slow")  # the loop goes on, and with it a task
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, ringing)


async def _awaited(host: Any, name: str) -> None:
    await host.ainvoke(name)


def _get(url: str) -> bytes:
    import urllib.error
    import urllib.request

    try:
        with urllib.request.urlopen(url, timeout=10) as response:
            body: bytes = response.read()
            return body
    except urllib.error.HTTPError as error:
        with error:
            return error.read()


for _place in PLACES:
    for _exit in EXITS:
        if (_place, _exit) == ("executor", "raises StopIteration"):
            continue  # a future cannot hold it, so asyncio waits for ever, here as anywhere
        GROUPS["exits"].append(Scenario(f"{_place}: {_exit}", partial(_leaves, _place, _exit)))


# Faults in every step

Fault = Callable[[Apps], "contextlib.AbstractContextManager[object]"]


def _broken(error: BaseException) -> Callable[..., Any]:
    def raises(*_: object, **__: object) -> Any:
        raise error

    return raises


@contextlib.contextmanager
def _attribute(owner: Any, name: str, value: Any) -> Iterator[None]:
    """As ``mock.patch.object``: what was there before is put back, whatever is there by then."""
    before = owner.__dict__[name]
    setattr(owner, name, value)
    try:
        yield
    finally:
        setattr(owner, name, before)


def _patched(owner: str, name: str, make: Callable[[Any], Any]) -> Fault:
    def fault(apps: Apps) -> contextlib.AbstractContextManager[object]:
        module, _, attribute = owner.partition(":")
        found: Any = importlib.import_module(module)
        found = getattr(found, attribute) if attribute else found
        return _attribute(found, name, make(getattr(found, name)))

    return fault


def _raising(owner: str, name: str, error: BaseException) -> Fault:
    return _patched(owner, name, lambda _: _broken(error))


@contextlib.contextmanager
def _vanished_folder(_: Apps) -> Iterator[None]:
    before = os.getcwd()
    gone = tempfile.mkdtemp()
    os.chdir(gone)
    os.rmdir(gone)
    try:
        yield
    finally:
        os.chdir(before)


@contextlib.contextmanager
def _few_files(_: Apps) -> Iterator[None]:
    import resource

    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    used = max(map(int, os.listdir("/proc/self/fd")))
    resource.setrlimit(resource.RLIMIT_NOFILE, (used, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


@contextlib.contextmanager
def _raising_handler(_: Apps) -> Iterator[None]:
    import logging

    class Handler(logging.Handler):
        def handle(self, record: logging.LogRecord) -> bool:
            raise RuntimeError("handler")

        def close(self) -> None:
            pass

    handler = Handler()
    logging.root.addHandler(handler)
    try:
        yield
    finally:
        logging.root.handlers = [each for each in logging.root.handlers or () if each is not handler]


@contextlib.contextmanager
def _raising_filter(_: Apps) -> Iterator[None]:
    import logging

    refuse = _broken(RuntimeError("filter"))
    logging.root.addFilter(refuse)
    try:
        yield
    finally:
        logging.root.removeFilter(refuse)


@contextlib.contextmanager
def _disabled_logging(_: Apps) -> Iterator[None]:
    import logging

    before = logging.root.manager.disable
    logging.disable(logging.CRITICAL)
    try:
        yield
    finally:
        logging.disable(before)


@contextlib.contextmanager
def _frozen_time(_: Apps) -> Iterator[None]:
    from freezegun import freeze_time

    with freeze_time("2031-01-02"):
        yield


@contextlib.contextmanager
def _loop_policy(_: Apps) -> Iterator[None]:
    import asyncio

    class Policy(asyncio.DefaultEventLoopPolicy):
        def new_event_loop(self) -> Any:
            raise RuntimeError("no loop")

    before = asyncio.get_event_loop_policy()
    asyncio.set_event_loop_policy(Policy())
    try:
        yield
    finally:
        asyncio.set_event_loop_policy(before)


@contextlib.contextmanager
def _purged_modules(apps: Apps) -> Iterator[None]:
    for name in [n for n in sys.modules if n.partition(".")[0] in ("__app__", "Quiet", "Hello", "function_app")]:
        del sys.modules[name]
    yield


@contextlib.contextmanager
def _little_stack(_: Apps) -> Iterator[None]:
    depth, frame = 0, sys._getframe()
    while frame is not None:
        depth, frame = depth + 1, frame.f_back  # type: ignore[assignment]
    before = sys.getrecursionlimit()
    sys.setrecursionlimit(depth + 14)
    try:
        yield
    finally:
        sys.setrecursionlimit(before)


@contextlib.contextmanager
def _log_records(_: Apps) -> Iterator[None]:
    import logging

    before = logging.getLogRecordFactory()
    logging.setLogRecordFactory(_broken(RuntimeError("record")))
    try:
        yield
    finally:
        logging.setLogRecordFactory(before)


class _Mapping(dict[str, str]):
    """An environment that somebody has made by himself."""


FAULTS: dict[str, Fault] = {
    "none": lambda _: contextlib.nullcontext(),
    "the current folder has vanished": _vanished_folder,
    "os.getcwd raises": _raising("os", "getcwd", FileNotFoundError("gone")),
    "os.chdir raises": _raising("os", "chdir", PermissionError("no")),
    "os.open raises": _raising("os", "open", OSError(24, "Too many open files")),
    "os.close raises": _raising("os", "close", OSError(5, "Input/output error")),
    "os.putenv raises": _raising("os", "putenv", ValueError("no")),
    "os.unsetenv raises": _raising("os", "unsetenv", ValueError("no")),
    "no more files can be opened": _few_files,
    "Thread.start raises": _raising("threading:Thread", "start", RuntimeError("can't start new thread")),
    "Thread.join raises": _raising("threading:Thread", "join", RuntimeError("no join")),
    "submit raises": _raising("concurrent.futures:ThreadPoolExecutor", "submit", RuntimeError("no")),
    "new_event_loop raises": _raising("asyncio", "new_event_loop", OSError(24, "Too many open files")),
    "the loop's policy raises": _loop_policy,
    "socket.socket raises": _raising("socket", "socket", OSError(24, "Too many open files")),
    "socket.socketpair raises": _raising("socket", "socketpair", OSError(24, "Too many open files")),
    "handlers are None": _patched("logging:root", "handlers", lambda _: None),
    "handlers are another list": _patched("logging:root", "handlers", lambda before: list(before)),
    "handlers are a tuple": _patched("logging:root", "handlers", lambda before: tuple(before)),
    "a handler raises": _raising_handler,
    "a filter raises": _raising_filter,
    "filters are None": _patched("logging:root", "filters", lambda _: None),
    "setLevel raises": _raising("logging:Logger", "setLevel", ValueError("no")),
    "logging is disabled": _disabled_logging,
    "log records raise": _log_records,
    "the environment is a dict": _patched("os", "environ", dict),
    "the environment is of another class": _patched("os", "environ", _Mapping),
    "the environment is empty": _patched("os", "environ", lambda _: {}),
    "sys.path is another list": _patched("sys", "path", list),
    "sys.path is empty": _patched("sys", "path", lambda _: []),
    "sys.meta_path is another list": _patched("sys", "meta_path", list),
    "the app's modules are purged": _purged_modules,
    "warning filters are another list": _patched("warnings", "filters", list),
    "requests are patched": _patched("requests:Session", "get_adapter", lambda before: lambda *args: before(*args)),
    "time is frozen": _frozen_time,
    "the stack is nearly full": _little_stack,
    "import_module raises": _raising("importlib", "import_module", RuntimeError("no")),
    "a lock cannot be made": _raising("threading", "Lock", RuntimeError("no")),
    "get_running_loop is asked for in vain": _raising("asyncio", "get_running_loop", RuntimeError("no")),
    "run_coroutine_threadsafe raises": _raising("asyncio", "run_coroutine_threadsafe", RuntimeError("no")),
}
STEPS = (
    "opening",
    "loading",
    "a call",
    "an async call",
    "the end of a call",
    "the start of a live server",
    "the end of a live server",
    "restarting",
    "closing",
    "everything",
)
# What nobody can do anything about while it lasts; what it keeps from being given back is given back by the row itself.
_IMPOSSIBLE = {
    **{("os.close raises", step): ("open files",) for step in STEPS},
    **{("os.unsetenv raises", step): ("environment",) for step in ("closing", "restarting", "everything")},
    # socket.socketpair() has a descriptor in its hand when socket.socket() raises, and drops it.
    **{("socket.socket raises", step): ("open files",) for step in STEPS},
    ("Thread.join raises", "the end of a live server"): ("threads", "open files"),
    ("Thread.join raises", "everything"): ("threads", "open files"),
}


def _faulty(fault: Fault, step: str, apps: Apps) -> None:
    from pytest_azfunc import Host

    class Is:
        """The fault while the named step is done."""

        def __init__(self, *steps: str) -> None:
            self.context = fault(apps) if step in steps else contextlib.nullcontext()

        def __enter__(self) -> None:
            self.context.__enter__()

        def __exit__(self, *error: Any) -> Any:
            return self.context.__exit__(*error)

    noted: list[BaseException] = []

    @contextlib.contextmanager
    def noting() -> Iterator[None]:
        try:
            yield
        except BaseException as error:
            noted.append(error)

    host = None
    with noting(), Is("everything"):
        with noting(), Is("opening"):
            host = Host.open(apps.first, settings={"GIVEN": "1"})
        if host is not None:
            with noting(), Is("loading"):
                host.worker.load("Loud")
            with noting(), Is("a call"):
                host.invoke("Loud")
            with noting(), Is("an async call"):
                host.invoke("Slow")
            with noting():
                _with_a_fault_at_its_end(host, fault(apps) if step == "the end of a call" else contextlib.nullcontext())
            if step in ("the start of a live server", "the end of a live server", "everything"):
                server = None
                with noting(), Is("the start of a live server"):
                    server = host.live_server()
                    server.start()
                with noting(), Is("the end of a live server"):
                    if server is not None:
                        server.stop()
            with noting(), Is("restarting"):
                if step == "restarting":
                    host.restart()
            with noting(), Is("closing"):
                host.close()
    if host is not None:
        with noting():
            host.close()  # does nothing, or goes on
    _use_what_may_be_wrapped()
    if noted:
        raise noted[0]


def _use_what_may_be_wrapped() -> None:
    """A wrapper that somebody has put back after the host was closed finds out at its first use."""
    import threading
    from concurrent.futures import ThreadPoolExecutor

    import requests

    thread = threading.Thread(target=int)
    thread.start()
    thread.join()
    with requests.Session() as session:
        session.get_adapter("http://localhost:7071/")
    with ThreadPoolExecutor(1) as pool:
        pool.submit(int).result()


def _with_a_fault_at_its_end(host: Any, context: Any) -> None:
    import builtins

    state: Any = builtins
    state.azfunc_switch = context.__enter__
    try:
        host.invoke("Switch")
    finally:
        del state.azfunc_switch
        context.__exit__(None, None, None)


_SELDOM = ("loading", "a call", "an async call", "restarting")
# Faults that make a difference in these steps, too.
_OFTEN = ("time", "handlers are None", "the environment is", "sys.", "os.close", "socket.socket", "no more files")
LONG = bool(os.environ.get("AZFUNC_LONG"))
for _fault in FAULTS:
    for _step in STEPS:
        if _step in _SELDOM and not LONG and not _fault.startswith(_OFTEN):
            continue
        if (_fault, _step) == ("the current folder has vanished", "the end of a call"):
            continue  # it would be the function that has gone there
        if _fault != "none" or _step == "everything":
            GROUPS["faults"].append(
                Scenario(
                    f"{_fault}: {_step}", partial(_faulty, FAULTS[_fault], _step), _IMPOSSIBLE.get((_fault, _step), ())
                )
            )


# Several hosts, in any order


def _order(opened: tuple[str, ...], closed: tuple[str, ...], apps: Apps) -> None:
    from pytest_azfunc import Host

    hosts = {}
    for name in opened:
        hosts[name] = Host.open(getattr(apps, name), settings={f"GIVEN_{name}": "1"})
        hosts[name].invoke("Changes")
        assert hosts[name].http.get("/api/hello").text == name
    still = list(opened)
    for name in closed:
        hosts[name].close()
        still.remove(name)
        assert f"GIVEN_{name}" not in os.environ, f"a setting of {name}, which is closed"
        for other in still:
            assert os.environ.get(f"GIVEN_{other}") == "1", f"no setting of {other}, which is open"
            assert os.environ.get(f"ONLY_{other.upper()}") == other, f"no setting of {other}'s file"
            assert hosts[other].http.get("/api/hello").text == other
            hosts[other].invoke("Slow")


_NAMES = ("first", "second", "third")
for _closed in [
    (0, 1, 2), (0, 2, 1), (1, 0, 2), (1, 2, 0), (2, 0, 1), (2, 1, 0)
]:  # fmt: skip
    _ordered = tuple(_NAMES[i] for i in _closed)
    GROUPS["orders"].append(
        Scenario(f"three hosts, closed as {', '.join(_ordered)}", partial(_order, _NAMES, _ordered))
    )
GROUPS["orders"].append(
    Scenario("two hosts, the first is closed first", partial(_order, ("first", "second"), ("first", "second")))
)


def scenario(group: str, name: str, *apart_from: str) -> Callable[[Callable[[Apps], object]], Callable[[Apps], object]]:
    """A row of its own."""

    def add(function: Callable[[Apps], object]) -> Callable[[Apps], object]:
        GROUPS[group].append(Scenario(name, function, apart_from))
        return function

    return add


@scenario("orders", "two hosts of one app, the first is closed first")
def _(apps: Apps) -> None:
    from pytest_azfunc import Host

    one, two = Host.open(apps.first), Host.open(apps.first)
    one.invoke("Changes")
    two.invoke("Changes")
    one.close()
    assert two.http.get("/api/hello").text == "first"
    assert os.environ["ONLY_FIRST"] == "first"
    two.close()


@scenario("orders", "a host is closed twice, and once more while another one is open")
def _(apps: Apps) -> None:
    from pytest_azfunc import Host

    one = Host.open(apps.first)
    one.close()
    one.close()
    with Host.open(apps.second) as two:
        one.close()
        assert two.http.get("/api/hello").text == "second"
        assert os.environ["SHARED"] == "second"


@scenario("orders", "a host that would not open is closed")
def _(apps: Apps) -> None:
    from pytest_azfunc import AzfuncError, Host

    with contextlib.suppress(AzfuncError, TypeError):
        Host.open(apps.first, settings={"GIVEN": "1", "NO=NAME": "2"})
    with contextlib.suppress(AzfuncError, TypeError):
        Host.open(apps.first, settings={"GIVEN": "1", "NUL": "\0"})


@scenario("orders", "a host that nobody closes is collected")
def _(apps: Apps) -> None:
    from pytest_azfunc import Host

    Host.open(apps.first).close()
    host = Host.open(apps.first)
    host.invoke("Slow")
    host.close()
    del host
    gc.collect()


@scenario("orders", "an ASGI app with a lifespan")
def _(apps: Apps) -> None:
    from pytest_azfunc import Host

    for _ in range(2):
        with Host.open(apps.decorators) as host:
            assert host.http.get("/x").text == "shop"


@scenario("orders", "opened and closed 50 times")
def _(apps: Apps) -> None:
    from pytest_azfunc import Host

    for _ in range(50):
        with Host.open(apps.first) as host:
            host.invoke("Slow")


def _on_threads(names: tuple[str, ...], rounds: int, apps: Apps) -> None:
    import threading

    from pytest_azfunc import Host

    barrier = threading.Barrier(len(names))
    wrong: list[BaseException] = []

    def use(name: str) -> None:
        try:
            for _ in range(rounds):
                barrier.wait(10)
                host = Host.open(getattr(apps, name))
                barrier.wait(10)
                try:
                    assert host.http.get("/api/hello").text == name
                    host.invoke("Quiet")
                finally:
                    barrier.wait(10)
                    host.close()
        except BaseException as error:
            wrong.append(error)
            barrier.abort()

    threads = [threading.Thread(target=use, args=(name,)) for name in names]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    real = [error for error in wrong if not isinstance(error, threading.BrokenBarrierError)]
    assert not real, repr(real[0]) + "".join(traceback.format_tb(real[0].__traceback__)[-2:])


GROUPS["orders"].append(Scenario("three apps on three threads", partial(_on_threads, _NAMES, 5)))
GROUPS["orders"].append(Scenario("one app on four threads", partial(_on_threads, ("first",) * 4, 5)))
GROUPS["orders"].append(Scenario("two apps on six threads", partial(_on_threads, ("first", "second") * 3, 3)))


@scenario("orders", "opened on one thread, closed on another")
def _(apps: Apps) -> None:
    import threading

    from pytest_azfunc import Host

    hosts: list[Any] = []
    for work in (
        lambda: hosts.append(Host.open(apps.first)),
        lambda: hosts[0].invoke("Slow"),
        lambda: hosts[0].close(),
    ):
        thread = threading.Thread(target=work)
        thread.start()
        thread.join()


# A request in flight, while the test changes something


def _in_flight(change: Callable[[], Callable[[], None]], apps: Apps) -> None:
    """The change stands when the request has come to its end, and when the host is closed; then it is taken back."""
    import builtins
    import threading

    from pytest_azfunc import Host

    state: Any = builtins
    state.azfunc_go = state.azfunc_started = False
    host = Host.open(apps.first)
    try:
        server = host.live_server()
        server.start()
        thread = threading.Thread(target=_get, args=(f"{server.url}/api/Waits",))
        thread.start()
        while not state.azfunc_started:
            time.sleep(0.002)
        take_back = change()
        state.azfunc_go = True
        thread.join()
        server.stop()
    finally:
        state.azfunc_go = True
        host.close()
    take_back()


def _changes_folder() -> Callable[[], None]:
    before = os.environ.get("HOME_OF_TEST", "")
    there = os.path.realpath(tempfile.gettempdir())
    os.chdir(there)

    def take_back() -> None:
        try:
            assert os.getcwd() == there, f"the test has gone to {there}, and is in {os.getcwd()}"
        finally:
            os.chdir(before)

    return take_back


def _changes_handlers() -> Callable[[], None]:
    import logging

    handler = logging.NullHandler()
    logging.root.addHandler(handler)

    def take_back() -> None:
        stands = handler in logging.root.handlers
        logging.root.removeHandler(handler)
        assert stands, "the test's handler is gone"

    return take_back


def _changes_level() -> Callable[[], None]:
    import logging

    logging.root.setLevel(5)

    def take_back() -> None:
        level = logging.root.level
        logging.root.setLevel(logging.WARNING)
        assert level == 5, f"the test has set level 5, and it is {level}"

    return take_back


def _changes_filters() -> Callable[[], None]:
    import logging

    def keep(_: object) -> bool:
        return True

    logging.root.addFilter(keep)

    def take_back() -> None:
        stands = keep in logging.root.filters
        logging.root.removeFilter(keep)
        assert stands, "the test's filter is gone"

    return take_back


def _changes_warnings() -> Callable[[], None]:
    import warnings

    before = warnings.filters[:]
    warnings.simplefilter("ignore")
    mine = warnings.filters[0]

    def take_back() -> None:
        stands = mine in warnings.filters
        warnings.filters[:] = before  # type: ignore[index]
        assert stands, "the test's filter of warnings is gone"

    return take_back


def _changes_path() -> Callable[[], None]:
    sys.path.insert(0, "/of/the/test")

    def take_back() -> None:
        stands = "/of/the/test" in sys.path
        sys.path[:] = [entry for entry in sys.path if entry != "/of/the/test"]
        assert stands, "the test's entry of sys.path is gone"

    return take_back


def _changes_capture() -> Callable[[], None]:
    """As a test that ends while a request is in flight: pytest takes its handlers off the root logger."""
    import logging

    # A host's own is not among them: pytest takes off no handler that it has not put there.
    before = [each for each in logging.root.handlers if not type(each).__module__.startswith("pytest_azfunc")]
    for handler in before:
        logging.root.removeHandler(handler)

    def take_back() -> None:
        there = [handler for handler in logging.root.handlers if handler in before]
        logging.root.handlers[:] = before
        assert not there, "handlers are back that the test has taken off"

    return take_back


for _what, _change in {
    "the current folder": _changes_folder,
    "handlers": _changes_handlers,
    "handlers, taking some off": _changes_capture,
    "the root level": _changes_level,
    "the root filters": _changes_filters,
    "warning filters": _changes_warnings,
    "sys.path": _changes_path,
}.items():
    GROUPS["patches"].append(Scenario(f"in flight, the test changes {_what}", partial(_in_flight, _change)))


# What was patched before the host opened, and is put back within, or after; or is patched within, and put back after


def _stub(before: Any) -> Any:
    return lambda *args, **kwargs: before(*args, **kwargs)


PATCHES: dict[str, tuple[str, str, Callable[[Any], Any]]] = {
    "Thread.start": ("threading:Thread", "start", _stub),
    "submit": ("concurrent.futures:ThreadPoolExecutor", "submit", _stub),
    "Session.get_adapter": ("requests:Session", "get_adapter", _stub),
    "Session.send": ("requests:Session", "send", _stub),
    "os.environ": ("os", "environ", lambda before: {**before, "OF_TEST": "1"}),
    "sys.path": ("sys", "path", lambda before: ["/of/test", *before]),
    "sys.meta_path": ("sys", "meta_path", list),
    "sys.path_hooks": ("sys", "path_hooks", list),
    "the root's handlers": ("logging:root", "handlers", list),
    "the root's filters": ("logging:root", "filters", lambda before: [*before, lambda record: True]),
    "warning filters": ("warnings", "filters", list),
    "logging's manager": ("logging:Logger", "callHandlers", _stub),
    "os.getcwd": ("os", "getcwd", _stub),
    "os.chdir": ("os", "chdir", _stub),
    "socket.socket": ("socket", "socket", lambda before: type("S", (before,), {})),
    "time.time": ("time", "time", _stub),
    "asyncio.new_event_loop": ("asyncio", "new_event_loop", _stub),
}


def _around(what: str, when: str, apps: Apps) -> None:
    """*when*: three letters, of what the patch is made and put back around: o(pened), c(losed), p(atched), b(ack)."""
    from pytest_azfunc import Host

    owner, name, make = PATCHES[what]
    module, _, attribute = owner.partition(":")
    target: Any = importlib.import_module(module)
    target = getattr(target, attribute) if attribute else target
    before: Any = None
    host: Any = None
    for letter in when:
        if letter == "o":
            host = Host.open(apps.first, settings={"GIVEN": "1"})
            host.invoke("Changes")
        elif letter == "c":
            host.close()
        elif letter == "p":
            before = target.__dict__[name]
            setattr(target, name, make(getattr(target, name)))
        else:
            setattr(target, name, before)
        if host is not None and letter != "c" and "c" not in when[: when.index(letter)]:
            host.invoke("Loud")
            host.invoke("Slow")
            assert host.http.get("/api/hello").text == "first"
    _use_what_may_be_wrapped()


for _what in PATCHES:
    for _when, _words in {
        "pocb": "before a host is open, and put back after it",
        "pobc": "before a host is open, and put back within",
        "opbc": "and put back while a host is open",
        "opcb": "while a host is open, and put back after it",
    }.items():
        GROUPS["patches"].append(Scenario(f"{_what} is patched {_words}", partial(_around, _what, _when)))


@scenario("patches", "a root filter of the test, added before and removed within")
def _(apps: Apps) -> None:
    import logging

    from pytest_azfunc import Host

    def keep(_: object) -> bool:
        return True

    logging.root.addFilter(keep)
    with Host.open(apps.first) as host:
        host.invoke("Changes")
        assert keep in logging.root.filters
        logging.root.removeFilter(keep)
        host.invoke("Filters")
        assert keep not in logging.root.filters


@scenario("patches", "a root filter of the app")
def _(apps: Apps) -> None:
    from pytest_azfunc import Host

    with Host.open(apps.first) as host:
        host.invoke("Filters")


@scenario("patches", "a task factory of the test's own loop")
def _(apps: Apps) -> None:
    import asyncio

    from pytest_azfunc import Host

    local: Any = vars(asyncio.get_event_loop_policy()._local)  # type: ignore[attr-defined]
    before = local.copy()
    loop = asyncio.new_event_loop()
    asyncio.set_event_loop(loop)
    made = []

    def factory(running: Any, coroutine: Any, **options: Any) -> Any:
        made.append(coroutine)
        return asyncio.Task(coroutine, loop=running, **options)

    loop.set_task_factory(factory)
    with Host.open(apps.first) as host:
        loop.run_until_complete(host.ainvoke("Slow"))
        host.invoke("Slow")
        assert loop.get_task_factory() is factory
    assert asyncio.get_event_loop_policy().get_event_loop() is loop
    local.clear()
    local.update(before)
    loop.close()


@scenario("patches", "an environment variable of the test, set within, survives another host's end")
def _(apps: Apps) -> None:
    from pytest_azfunc import Host

    one = Host.open(apps.first)
    two = Host.open(apps.second)
    os.environ["OF_TEST"] = "1"
    one.close()
    stands = os.environ.get("OF_TEST")
    two.close()
    os.environ.pop("OF_TEST", None)
    assert stands == "1", "the closing of one host has undone what the test has set"


@scenario("patches", "signal handlers of the test")
def _(apps: Apps) -> None:
    from pytest_azfunc import Host

    def mine(*_: object) -> None:
        pass

    before = signal.signal(signal.SIGINT, mine)
    with Host.open(apps.first) as host:
        host.invoke("Slow")
        with host.live_server() as server:
            _get(f"{server.url}/api/hello")
            assert signal.getsignal(signal.SIGINT) is mine
    assert signal.getsignal(signal.SIGINT) is mine
    signal.signal(signal.SIGINT, before)


# An interrupt between any two lines


def _opens(apps: Apps) -> Iterator[None]:
    from pytest_azfunc import Host

    yield
    host = Host.open(apps.first, settings={"GIVEN": "1"})
    yield
    host.close()


def _uses(name: str, apps: Apps) -> Iterator[None]:
    from pytest_azfunc import Host

    with Host.open(apps.first) as host:
        yield
        host.invoke(name)
        yield


def _requests(apps: Apps) -> Iterator[None]:
    from pytest_azfunc import Host

    with Host.open(apps.first) as host:
        yield
        host.http.get("/api/hello")
        yield


def _starts_a_server(apps: Apps) -> Iterator[None]:
    from pytest_azfunc import Host

    with Host.open(apps.first) as host:
        yield
        server = host.live_server()
        server.start()
        yield


def _closes(apps: Apps) -> Iterator[None]:
    from pytest_azfunc import Host

    host = Host.open(apps.first, settings={"GIVEN": "1"})
    host.invoke("Changes")
    host.invoke("Slow")
    try:
        yield
        host.close()
        yield
    finally:
        host.close()  # who was interrupted closes again


def _closes_a_server(apps: Apps) -> Iterator[None]:
    from pytest_azfunc import Host

    host = Host.open(apps.first)
    server = host.live_server()
    server.start()
    _get(f"{server.url}/api/hello")
    try:
        yield
        host.close()
        yield
    finally:
        host.close()


def _indexes(apps: Apps) -> Iterator[None]:
    from pytest_azfunc import Host

    yield
    with Host.open(apps.decorators) as host:
        host.http.get("/x")
    yield


# What is interrupted between the two yields of it, and how often in an ordinary run.
INTERRUPTED: dict[str, tuple[Callable[[Apps], Iterator[None]], int]] = {
    "opening": (_opens, 25),
    "a sync call": (partial(_uses, "Loud"), 12),
    "an async call": (partial(_uses, "Slow"), 12),
    "a request": (_requests, 10),
    "the start of a live server": (_starts_a_server, 10),
    "closing": (_closes, 15),
    "closing a live server": (_closes_a_server, 8),
    "a whole life with decorators": (_indexes, 8),
}
_PACKAGE = os.sep + "pytest_azfunc" + os.sep


def _trace(stop: Callable[[], None]) -> Callable[..., Any]:
    def trace(frame: Any, event: str, _: object) -> Any:
        if _PACKAGE not in frame.f_code.co_filename and not frame.f_code.co_filename.endswith("contextlib.py"):
            return None
        if event == "line":
            stop()
        return trace

    return trace


def _lines(make: Callable[[Apps], Iterator[None]], apps: Apps) -> int:
    """How many lines of the package are passed between the two yields."""
    count = 0

    def add() -> None:
        nonlocal count
        count += 1

    steps = make(apps)
    next(steps)
    sys.settrace(_trace(add))
    try:
        next(steps, None)
    finally:
        sys.settrace(None)
    for _ in steps:
        pass
    return count


def _interrupted(make: Callable[[Apps], Iterator[None]], share: float, apps: Apps) -> None:
    """An interrupt at that share of the lines, as a real signal, so that who defers signals defers this one, too."""
    total = _in_a_fork(lambda: _lines(make, apps))
    at, count = max(1, int(share * total)), 0

    def stop() -> None:
        nonlocal count
        count += 1
        if count == at:
            sys.settrace(None)
            signal.raise_signal(signal.SIGINT)

    steps = make(apps)
    next(steps)
    place = ""
    try:
        sys.settrace(_trace(stop))
        try:
            next(steps, None)
        finally:
            sys.settrace(None)
    except KeyboardInterrupt as error:
        frame = traceback.extract_tb(error.__traceback__)
        inside = [f for f in frame if _PACKAGE in f.filename]
        if inside:
            place = f"{inside[-1].filename.partition(_PACKAGE)[2]}:{inside[-1].lineno} {inside[-1].name}"
        raise KeyboardInterrupt(f"line {at} of {total}, {place}") from None
    finally:
        steps.close()  # type: ignore[attr-defined]


def _in_a_fork(count: Callable[[], int]) -> int:
    read, write = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            os.write(write, str(count()).encode())
        finally:
            os._exit(0)
    os.close(write)
    with open(read) as file:
        found = file.read()
    os.waitpid(child, 0)
    return int(found or 1)


def _shares(count: int, seed: str) -> list[float]:
    import random

    generator = random.Random(seed)
    # One in each of as many equal parts, so that every part is met.
    return [(index + generator.random()) / count for index in range(count)]


for _what, (_make, _count) in INTERRUPTED.items():
    for _number, _share in enumerate(_shares(_count * (20 if LONG else 1), _what)):
        GROUPS["interrupts"].append(
            Scenario(f"{_what}, interrupt {_number} at {_share:.4f}", partial(_interrupted, _make, _share))
        )


# Running them


def _usable(apps: Apps) -> list[str]:
    """Whether the next host works as ever."""
    from pytest_azfunc import BindingError, Host, queue

    try:
        try:
            queue("x").decode("Quiet")
        except BindingError as error:
            if error.rule != "decode-without-host":
                return [f"next: a host seems to be open: {error.rule}"]
        with Host.open(apps.first) as host:
            if host.url != "http://localhost:7071":
                return [f"next: the port of another host is not free: {host.url}"]
            host.invoke("Quiet")
            host.invoke("Slow")
            if host.http.get("/api/hello").text != "first":
                return ["next: another answer"]
            if os.environ.get("SHARED") != "first":
                return ["next: no settings"]
    except BaseException as error:
        where = traceback.extract_tb(error.__traceback__)[-1]
        return [f"next: {type(error).__name__}: {error} ({os.path.basename(where.filename)}:{where.lineno})"]
    return []


def _happens(scenario: Scenario, apps: Apps) -> dict[str, Any]:
    """Run it in this process."""
    before = snapshot(*apps.all)
    outcome, problems = "", []
    try:
        scenario.run(apps)
    except AssertionError as error:
        problems.append(f"said: {error}")
    except BaseException as error:
        where = traceback.extract_tb(error.__traceback__)[-1]
        outcome = f"{type(error).__name__}: {error} ({os.path.basename(where.filename)}:{where.lineno})"
        if scenario in (*GROUPS["orders"], *GROUPS["patches"]):
            problems.append(f"raised: {outcome}")
    settle(before)
    after = snapshot(*apps.all)
    problems += [line for line in differences(before, after) if line.partition(":")[0] not in scenario.apart_from]
    return {"name": scenario.name, "outcome": outcome, "problems": problems, "next": _usable(apps)}


def _fork(scenario: Scenario, apps: Apps) -> dict[str, Any]:
    """Run it in a copy of this process."""
    read, write = os.pipe()
    said = tempfile.TemporaryFile()  # noqa: SIM115 - the child writes into it
    child = os.fork()
    if child == 0:
        try:
            os.close(read)
            os.dup2(said.fileno(), 1)
            os.dup2(said.fileno(), 2)
            faulthandler.dump_traceback_later(PATIENCE - 1, file=said)
            found = _happens(scenario, apps)
            os.write(write, json.dumps(found).encode())
        except BaseException:
            traceback.print_exc()
        finally:
            sys.stderr.flush()
            os._exit(0)
    os.close(write)
    deadline, text = time.monotonic() + PATIENCE, b""
    while select.select([read], [], [], max(0.0, deadline - time.monotonic()))[0]:
        piece = os.read(read, 65536)
        if not piece:
            break
        text += piece
    else:
        os.kill(child, signal.SIGKILL)
    os.close(read)
    os.waitpid(child, 0)
    said.seek(0)
    output = said.read().decode(errors="replace")
    said.close()
    if text:
        result: dict[str, Any] = json.loads(text)
        return result
    return {
        "name": scenario.name,
        "outcome": "",
        "problems": [f"it hangs, or ends the process: {output[-3000:]}"],
        "next": [],
    }


def main(group: str, only: list[str]) -> None:
    """Run a group, or some of its scenarios."""
    signal.signal(signal.SIGINT, signal.default_int_handler)  # it may be ignored, in the background
    home = os.environ["HOME_OF_TEST"] = os.getcwd()
    assert home
    with tempfile.TemporaryDirectory() as folder:
        apps = write_apps(os.path.realpath(folder))
        _import_everything()
        gc.collect()
        gc.freeze()
        for scenario in GROUPS[group]:
            if not only or scenario.name in only:
                started = time.monotonic()
                found = _fork(scenario, apps)
                print(json.dumps({**found, "seconds": round(time.monotonic() - started, 3)}), flush=True)


def _import_everything() -> None:
    """Importing something for the first time is no change that has to be taken back."""
    import asyncio

    import pytest_azfunc

    for name in ("azure.functions", "freezegun", "requests", "werkzeug.serving", "urllib.request"):
        importlib.import_module(name)
    for module in pkgutil.walk_packages(pytest_azfunc.__path__, "pytest_azfunc."):
        importlib.import_module(module.name)
    asyncio.run(asyncio.sleep(0))  # from then on the thread is one that has had a loop


if __name__ == "__main__":
    # As the module that everybody imports, not as a second copy called __main__.
    importlib.import_module("tests.process.scenarios").main(sys.argv[1], sys.argv[2:])
