"""A plugin that writes down what pytest reports, and what each test file and each test sees of the process.

It changes nothing. Loaded with ``-p foreign_watch``; one JSON line per record goes to the file ``FOREIGN_WATCH``.
Modules of pytest-azfunc itself are left out.
"""

from __future__ import annotations

import atexit
import gc
import hashlib
import json
import logging
import os
import re
import signal
import sys
import threading
import warnings
from collections.abc import Generator
from types import ModuleType
from typing import Any

import pytest

FILE = os.environ["FOREIGN_WATCH"]
ROOT = os.path.realpath(os.environ["FOREIGN_ROOT"])
OURS = ("pytest_azfunc", "foreign_watch")
# Functions that plugins like to replace.
WATCHED = (
    "threading.Thread.start",
    "time.time",
    "logging.getLogger",
    "logging.Logger.handle",
    "builtins.__import__",
    "importlib.import_module",
    "os.getcwd",
    "os.chdir",
    "sys.excepthook",
    "threading.excepthook",
    "warnings.showwarning",
    "asyncio.run",
    "asyncio.new_event_loop",
    "socket.socket.connect",
    "requests.sessions.Session.get_adapter",
)


def _write(**record: Any) -> None:
    with open(FILE, "a", encoding="utf-8") as file:
        file.write(json.dumps(record, default=repr) + "\n")


def _place(module: ModuleType) -> str:
    file = getattr(module, "__file__", None)
    if isinstance(file, str):
        return os.path.realpath(file)
    try:
        return os.path.realpath(next(iter(module.__path__)))
    except Exception:
        return ""


def _identity(module: ModuleType) -> list[object]:
    """What pickles, loggers, ``inspect`` and ``importlib.reload`` know a module by."""
    spec = getattr(module, "__spec__", None)
    return [
        getattr(module, "__name__", None),
        getattr(module, "__package__", None),
        getattr(spec, "name", None),
        getattr(spec, "parent", None),
        type(getattr(spec, "loader", None)).__name__,
        type(getattr(module, "__loader__", None)).__name__,
        type(module).__name__,
        os.path.relpath(_place(module), ROOT),
    ]


def _modules() -> tuple[list[str], dict[str, list[object]], list[list[str]]]:
    """Names of all modules; of those below the suite's folder also what they are, and which have two names."""
    names: list[str] = []
    own: dict[str, list[object]] = {}
    same: dict[int, list[str]] = {}
    for name, module in list(sys.modules.items()):
        # (Old versions of pytest read with email what the distribution of any plugin says, for the header line.)
        if name.partition(".")[0] in OURS or name.startswith("email."):
            continue
        names.append(name)
        if _place(module).startswith(ROOT + os.sep):
            own[name] = _identity(module)
            same.setdefault(id(module), []).append(name)
    return sorted(names), own, sorted(sorted(found) for found in same.values() if len(found) > 1)


def _function(path: str) -> str:
    name = path
    while name not in sys.modules and "." in name:
        name = name.rpartition(".")[0]
    thing: Any = sys.modules.get(name)
    for part in path[len(name) + 1 :].split(".") if thing is not None else ():
        thing = getattr(thing, part, None)
    return f"{getattr(thing, '__module__', None)}.{getattr(thing, '__qualname__', type(thing).__name__)}"


def _kind(thing: object) -> str:
    kind = thing if isinstance(thing, type) else type(thing)
    return f"{kind.__module__}.{kind.__qualname__}"


def _state() -> dict[str, Any]:
    names, own, same = _modules()
    environment = {
        name: hashlib.sha256(value.encode("utf-8", "surrogateescape")).hexdigest()[:12]
        for name, value in os.environ.items()
        if name != "PYTEST_CURRENT_TEST" and not name.startswith("PYTEST_XDIST")
    }
    try:
        folder = os.getcwd()
    except OSError:
        folder = "has vanished"
    return {
        "sys.modules": names,
        "modules of the suite": own,
        "modules with two names": same,
        "sys.path": list(sys.path),
        "sys.meta_path": [_kind(finder) for finder in sys.meta_path],
        "sys.path_hooks": len(sys.path_hooks),
        "os.environ": environment,
        "class of os.environ": _kind(os.environ),
        "current folder": folder,
        "warnings.filters": [repr(entry) for entry in warnings.filters],
        "loggers": {
            name: [logger.level, [_kind(h) for h in logger.handlers], logger.propagate, logger.disabled]
            for name, logger in sorted(logging.root.manager.loggerDict.items())
            if isinstance(logger, logging.Logger)
        },
        "root logger": [
            logging.root.level,
            [_kind(handler) for handler in logging.root.handlers],
            len(logging.root.filters),
            logging.root.manager.disable,
        ],
        "factories of logging": [logging.getLogRecordFactory().__qualname__, logging.getLoggerClass().__qualname__],
        "threads": sorted(re.sub(r"[-_0-9a-f]{6,}$", "", thread.name) for thread in threading.enumerate()),
        "functions of libraries": {path: _function(path) for path in WATCHED},
        "handler of SIGINT": _kind(signal.getsignal(signal.SIGINT)),
        "atexit": atexit._ncallbacks(),
        "gc.callbacks": len(gc.callbacks),
        "trace function": _kind(sys.gettrace()),
        "standard streams": [_kind(sys.stdin), _kind(sys.stdout), _kind(sys.stderr)],
    }


@pytest.hookimpl(wrapper=True, trylast=True)
def pytest_make_collect_report(
    collector: pytest.Collector,
) -> Generator[None, pytest.CollectReport, pytest.CollectReport]:
    # The last of the wrappers is the innermost: what stands here is what the file's own code is about to see.
    if isinstance(collector, pytest.File):
        _write(kind="state", id=collector.nodeid, when="collection", state=_state())
    return (yield)


@pytest.hookimpl(wrapper=True, trylast=True)
def pytest_runtest_setup(item: pytest.Item) -> Generator[None, object, object]:
    _write(kind="state", id=item.nodeid, when="setup", state=_state())
    return (yield)


@pytest.hookimpl(wrapper=True, trylast=True)
def pytest_runtest_call(item: pytest.Item) -> Generator[None, object, object]:
    seen = {
        "fixtures of the test": list(getattr(item, "fixturenames", [])),
        "keywords of the test": sorted(map(str, item.keywords)),
    }
    _write(kind="state", id=item.nodeid, when="call", state={**_state(), **seen})
    return (yield)


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_runtest_teardown(item: pytest.Item) -> Generator[None, object, object]:
    try:
        return (yield)
    finally:
        _write(kind="state", id=item.nodeid, when="end", state=_state())


def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    _report(report, report.when or "")


def pytest_collectreport(report: pytest.CollectReport) -> None:
    if report.outcome != "passed":
        _report(report, "collection")


def _report(report: pytest.TestReport | pytest.CollectReport, when: str) -> None:
    if "PYTEST_XDIST_WORKER" not in os.environ:
        sections = [title for title, _ in report.sections]
        _write(kind="outcome", id=report.nodeid, when=when, outcome=report.outcome, sections=sections)


@pytest.hookimpl(trylast=True)
def pytest_unconfigure() -> None:
    if "PYTEST_XDIST_WORKER" not in os.environ:
        _write(kind="state", id="the session", when="end", state=_state())
