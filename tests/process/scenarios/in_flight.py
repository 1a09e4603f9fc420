"""A request is in flight while the test changes something."""

from __future__ import annotations

import os
import sys
import tempfile
import time
from collections.abc import Callable
from functools import partial
from typing import Any

from tests.process.scenarios.apps import Apps
from tests.process.scenarios.table import Rows
from tests.process.scenarios.uses import get

ROWS = Rows()


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
        thread = threading.Thread(target=get, args=(f"{server.url}/api/Waits",))
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
    ROWS.add(f"in flight, the test changes {_what}", partial(_in_flight, _change))
