"""What may be broken or changed in a process, as contexts that mend it afterwards."""

from __future__ import annotations

import contextlib
import importlib
import os
import sys
import tempfile
from collections.abc import Callable, Iterator
from typing import Any

from tests.process.scenarios.apps import Apps

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
