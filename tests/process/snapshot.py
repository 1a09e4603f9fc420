"""Everything of a Python process that a host may touch, as one copy to be compared with a later one.

It stands alone, so that a session which pytester runs can be given a copy of this file.
"""

from __future__ import annotations

import concurrent.futures
import gc
import logging
import os
import signal
import socket
import sys
import threading
import time
import warnings
from typing import Any

_FRESH_LOGGER: tuple[Any, ...] = (logging.NOTSET, [], [], True, False)
_SETTLING = 2.0  # seconds that a thread has for coming to its end


def snapshot(*apps: str) -> dict[str, Any]:
    """The process as it is now. Values of two snapshots are compared with ``==``; they keep alive what they show.

    :param apps: folders (as they are spelled in modules) whose modules are to be looked for in ``sys.modules``.
    """
    return {
        "environment": {name: value for name, value in os.environ.items() if name != "PYTEST_CURRENT_TEST"},
        "environment's object": (id(os.environ), type(os.environ)),
        "current folder": _folder(),
        "sys.path": list(sys.path),
        "sys.modules": _modules_of(apps),
        "sys.meta_path": list(sys.meta_path),
        "sys.path_hooks": list(sys.path_hooks),
        "streams": (sys.stdin, sys.stdout, sys.stderr),
        "hooks of sys": (sys.excepthook, sys.displayhook, sys.unraisablehook, sys.getrecursionlimit()),
        "root logger": _root_logger(),
        "loggers": _loggers(),
        "logging": (logging.root.manager.disable, logging.getLogRecordFactory(), logging.getLoggerClass()),
        "logging's functions": (logging.Logger.handle, logging.Logger.callHandlers, logging.basicConfig),
        "warnings": (list(warnings.filters), warnings.showwarning),
        "threads": _threads(),
        "threads begin with": (
            threading.Thread.__dict__["start"],
            threading.Thread.__dict__["run"],
            concurrent.futures.ThreadPoolExecutor.__dict__["submit"],
            threading.excepthook,
        ),
        "event loops": _event_loops(),
        "signals": {number: signal.getsignal(number) for number in signal.valid_signals()},
        "timers": signal.getitimer(signal.ITIMER_REAL)[0] > 0,
        "requests": _methods("requests.sessions", "Session"),
        "aiohttp": _methods("aiohttp.connector", "BaseConnector"),
        "sockets": (socket.socket, socket.create_connection, socket.getaddrinfo),
        "functions of os": (os.chdir, os.getcwd, os.fork, os.environ.__class__),
        "time": (time.time, time.monotonic, time.sleep, _frozen()),
        "open files": _open_files(),
    }


def differences(before: dict[str, Any], after: dict[str, Any]) -> list[str]:
    """What is other in the second snapshot, a line for each."""
    return [f"{name}: {_difference(before[name], after[name])}" for name in before if before[name] != after[name]]


def settle(before: dict[str, Any]) -> None:
    """Wait for threads that are about to end, for a short time."""
    deadline = time.monotonic() + _SETTLING
    while _threads() - before["threads"] and time.monotonic() < deadline:
        time.sleep(0.005)
    gc.collect()  # what closes a file when it dies


def _difference(before: Any, after: Any) -> str:
    if isinstance(before, dict) and isinstance(after, dict):
        names = sorted((n for n in before.keys() | after.keys() if before.get(n) != after.get(n)), key=str)
        return ", ".join(f"{name}: {before.get(name)!r} -> {after.get(name)!r}" for name in names)[:600]
    if isinstance(before, (list, set, frozenset)) and isinstance(after, (list, set, frozenset)):
        gone = [repr(each) for each in before if each not in after]
        new = [repr(each) for each in after if each not in before]
        return f"gone {gone}, new {new}"[:600] if gone or new else f"order: {before!r} -> {after!r}"[:600]
    if isinstance(before, tuple) and isinstance(after, tuple) and len(before) == len(after):
        return ", ".join(_difference(b, a) for b, a in zip(before, after, strict=True) if b != a)
    return f"{before!r} -> {after!r}"[:600]


def _folder() -> str:
    try:
        return os.getcwd()
    except OSError as error:
        return type(error).__name__


def _modules_of(apps: tuple[str, ...]) -> dict[str, int]:
    roots = tuple(app + os.sep for app in apps)
    found = {}
    for name, module in list(sys.modules.items()):
        places = [getattr(module, "__file__", None), *list(getattr(module, "__path__", None) or ())]
        inside = any(isinstance(place, str) and (place + os.sep).startswith(roots) for place in places)
        if inside or name.partition(".")[0] == "__app__":
            found[name] = id(module)
    return found


def _root_logger() -> dict[str, Any]:
    root = logging.root
    handlers: Any = root.handlers
    return {
        "level": root.level,
        "handlers": None if handlers is None else [*handlers],
        "filters": root.filters[:],
        "disabled": root.disabled,
        "class": type(root),
    }


def _loggers() -> dict[str, Any]:
    found = {}
    for name, logger in list(logging.root.manager.loggerDict.items()):
        if isinstance(logger, logging.Logger):
            state = (logger.level, logger.handlers[:], logger.filters[:], logger.propagate, logger.disabled)
            if state != _FRESH_LOGGER:
                found[name] = state
    return found


def _threads() -> set[threading.Thread]:
    return {thread for thread in threading.enumerate() if thread.is_alive()}


def _event_loops() -> Any:
    events: Any = sys.modules.get("asyncio.events")
    if events is None:
        return None
    policy = events._event_loop_policy
    local = getattr(policy, "_local", None)
    loop = getattr(local, "_loop", None)
    factory = None if loop is None or loop.is_closed() else loop.get_task_factory()
    # (That a loop was ever set is known for ever: asyncio.run() of a scenario leaves it behind, too.)
    return (policy, loop, events._get_running_loop(), factory)


def _methods(module: str, kind: str) -> dict[str, Any] | None:
    found = getattr(sys.modules.get(module), kind, None)
    return None if found is None else {name: value for name, value in vars(found).items() if callable(value)}


def _frozen() -> int:
    api = sys.modules.get("freezegun.api")
    return 0 if api is None else len(getattr(api, "freeze_factories", ()))


def _open_files() -> list[str]:
    """Where the descriptors of this process lead to; empty where no such folder is."""
    found = []
    try:
        names = os.listdir("/proc/self/fd")
    except OSError:
        return []
    for name in names:
        try:
            found.append(os.readlink(f"/proc/self/fd/{name}").partition(":[")[0])
        except OSError:
            continue  # the folder's own
    return sorted(found)
