"""The surroundings of the app's code.

While a host is open, the process has two faces: the test's and the worker's. The worker's modules, working folder, root
logger and warning filters are in place only while code of the app runs; environment, loggers and event loop policy are
borrowed as a whole, and given back when the host closes (:mod:`pytest_azfunc.process.borrowed`).
"""

from __future__ import annotations

import logging
import threading
import warnings
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from pytest_azfunc.process import warning_filters
from pytest_azfunc.process.app_modules import AppModules
from pytest_azfunc.process.borrowed import BorrowedProcess
from pytest_azfunc.process.environment import lend_variables
from pytest_azfunc.process.event_loops import new_loop_appears_running
from pytest_azfunc.process.root_logger import RootHandler, RootLogger
from pytest_azfunc.process.working_folder import WorkingFolder


class Surroundings:
    """The worker's face of the process: :meth:`enter` before code of the app runs, :meth:`leave` after it.

    May nest, on several threads. Where the app changes to is forgotten: every call begins in the app's root.

    :ivar root_logger: what the app has set on it.
    """

    def __init__(self, root: str, modules: AppModules, handler: RootHandler, level: int) -> None:
        """Of the app in the folder *root*.

        :param handler: the worker's, for the root logger.
        :param level: the worker's root level.
        """
        self.root_logger = RootLogger(handler, level)
        self._modules = modules
        self._folder = WorkingFolder(root)
        self._depth = 0
        self._lock = threading.Lock()  # the threads of a live server enter and leave at any time

    def enter(self) -> None:
        """Put the worker's surroundings in place."""
        with self._lock:
            self._depth += 1
            if self._depth == 1:
                self._put_in_place()

    def leave(self) -> None:
        """Put the test's surroundings back."""
        with self._lock:
            if self._depth == 1:
                self._take_out()
            self._depth = max(0, self._depth - 1)  # it is 0 when a call comes to its end after the host was closed

    def __enter__(self) -> None:
        self.enter()

    def __exit__(self, *_: object) -> None:
        self.leave()

    def close(self) -> None:
        """The test's surroundings are back, even if a call never ends; nothing is kept open."""
        with self._lock:
            if self._depth:
                self._depth = 0
                self._take_out()
        self._folder.close()

    def _put_in_place(self) -> None:
        modules = self._modules
        self._borrowed_modules = not modules.in_place
        if self._borrowed_modules:  # another app was opened meanwhile
            modules.activate()
        modules.begin_code()
        self.root_logger.enter()
        self._filters = warnings.filters[:]
        self._folder.enter()

    def _take_out(self) -> None:
        self.root_logger.leave()
        warning_filters.restore(self._filters)
        self._folder.leave()
        self._modules.end_code()
        if self._borrowed_modules:
            self._modules.deactivate()


@contextmanager
def import_surroundings_for_once(root: str, modules: AppModules, settings: Mapping[str, str]) -> Iterator[None]:
    """The same as :func:`surroundings_for_once`, on what appears to be the worker's event loop."""
    with surroundings_for_once(root, modules, settings), new_loop_appears_running():
        yield


@contextmanager
def surroundings_for_once(root: str, modules: AppModules, settings: Mapping[str, str]) -> Iterator[None]:
    """While no host is open: code of the app in *root* can run in the block, and afterwards the process is as it was.

    :param settings: app settings; the environment goes over them.
    """
    with BorrowedProcess():
        lend_variables(settings)
        level = logging.root.level  # nothing is recorded, so it need not be the worker's
        surroundings = Surroundings(root, modules, RootHandler(level), level)
        try:
            with surroundings:
                yield
        finally:
            surroundings.close()
