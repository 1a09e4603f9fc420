"""The surroundings of the app's code.

While a host is open, the process has two faces: the test's and the worker's. The worker's modules, working folder, root
logger and warning filters are in place only while code of the app runs; environment and loggers are borrowed as a
whole, and given back when the host closes (:mod:`pytest_azfunc.process.borrowed`).
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import partial
from typing import Protocol

from pytest_azfunc.process.app_modules import AppModules, RunningModules
from pytest_azfunc.process.borrowed import BorrowedProcess
from pytest_azfunc.process.event_loops import new_loop_appears_running
from pytest_azfunc.process.root_logger import RootHandler, RootLogger
from pytest_azfunc.process.switches import Switches
from pytest_azfunc.process.undoing import PROCESS_LOCK, undo
from pytest_azfunc.process.warning_filters import WarningFilters
from pytest_azfunc.process.working_folder import WorkingFolder

__tracebackhide__ = True


class _Part(Protocol):
    """A part of the process that has two faces."""

    def enter(self) -> None:
        """Put the worker's in place."""

    def leave(self, is_alone: bool = True) -> None:
        """Put the test's back. A second call does nothing, and so does one before :meth:`enter`.

        :param is_alone: whether nobody but the app can have changed anything meanwhile.
        """


class Surroundings:
    """The worker's face of the process: :meth:`enter` before code of the app runs, :meth:`leave` after it.

    May nest, on several threads. Where the app changes to is forgotten: every call begins in the app's root.

    What is other when a call ends was changed by the app, and is put back: it runs on the test's own thread, and the
    test waits. While a call runs on another thread, such as one of a live server, the test may change the process
    itself: then only what was made here is put back, where it still stands.

    :ivar root: the app's folder.
    :ivar root_logger: what the app has set on it.
    :ivar switches: what the app has replaced.
    """

    def __init__(self, root: str, modules: AppModules, handler: RootHandler, level: int) -> None:
        """Of the app in the folder *root*.

        :param handler: the worker's, for the root logger.
        :param level: the worker's root level.
        """
        self.root = root
        self.root_logger = RootLogger(handler, level)
        self.switches = Switches()
        self._folder = WorkingFolder(root)
        self._parts: tuple[_Part, ...] = (
            self.switches,
            self.root_logger,
            WarningFilters(),
            self._folder,
            RunningModules(modules),
        )
        self._home = self._thread = threading.get_ident()
        self._depth = 0
        self._is_alone = True
        self._is_closed = False

    def enter(self) -> None:
        """Put the worker's surroundings in place. Does nothing when they are closed."""
        with PROCESS_LOCK:
            if self._is_closed:
                return
            thread = threading.get_ident()
            if self._depth == 0:
                self._put_in_place(thread)
            elif thread != self._home:
                self._is_alone = False
            self._depth += 1

    def leave(self) -> None:
        """Put the test's surroundings back."""
        with PROCESS_LOCK:
            if self._depth == 1:
                self._take_out()
            if self._depth:  # it is 0 when a call comes to its end after the host was closed
                self._depth -= 1

    def __enter__(self) -> None:
        self.enter()

    def __exit__(self, *_: object) -> None:
        self.leave()

    def begin_thread(self) -> bool:
        """A thread of the app begins to run, perhaps beside the test: what it logs is recorded.

        :returns: whether :meth:`end_thread` is to be called; False when they are closed.
        """
        root_logger = self.root_logger
        with PROCESS_LOCK:
            if self._is_closed:
                return False
            if root_logger.threads == 0 and self._depth == 0:
                root_logger.enter()
            root_logger.threads += 1
            return True

    def end_thread(self) -> None:
        """It has come to its end."""
        root_logger = self.root_logger
        with PROCESS_LOCK:
            root_logger.threads = max(0, root_logger.threads - 1)
            if root_logger.threads == 0 and self._depth == 0:
                root_logger.leave(is_alone=False)

    def close(self) -> None:
        """The test's surroundings are back, even if a call never ends; nothing is kept open. May be called again."""
        with PROCESS_LOCK:
            self._is_closed = True
            self.root_logger.threads = self._depth = 0
            undo([self._folder.close, self.switches.give_back, self._take_out])

    def _put_in_place(self, thread: int) -> None:
        self._thread = thread
        self._is_alone = thread == self._home
        for other in _IN_PLACE:
            if other._thread != thread:  # code of another app runs beside that of this one
                other._is_alone = self._is_alone = False
        _IN_PLACE.append(self)
        try:
            for part in self._parts:
                part.enter()
        except BaseException:
            self._take_out()
            raise

    def _take_out(self) -> None:
        is_alone = self._is_alone
        if self in _IN_PLACE:
            _IN_PLACE.remove(self)
        try:
            for part in self._parts:
                part.leave(is_alone)
        except BaseException:
            undo([partial(part.leave, is_alone) for part in reversed(self._parts)])  # each may be done twice
            raise


# Those of the hosts whose code runs now.
_IN_PLACE: list[Surroundings] = []


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
    with BorrowedProcess() as borrowed:
        borrowed.lend(settings)
        level = logging.root.level  # nothing is recorded, so it need not be the worker's
        surroundings = Surroundings(root, modules, RootHandler(level), level)
        try:
            with surroundings:
                yield
        finally:
            surroundings.close()
