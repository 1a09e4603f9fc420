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

from pytest_azfunc.process.app_modules import AppModules
from pytest_azfunc.process.borrowed import BorrowedProcess
from pytest_azfunc.process.event_loops import new_loop_appears_running
from pytest_azfunc.process.root_logger import RootHandler, RootLogger
from pytest_azfunc.process.switches import Switches
from pytest_azfunc.process.undoing import PROCESS_LOCK, UndoSteps, undo
from pytest_azfunc.process.warning_filters import WarningFilters
from pytest_azfunc.process.working_folder import WorkingFolder

__tracebackhide__ = True


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
        self._modules = modules
        self._folder = WorkingFolder(root)
        self._warnings = WarningFilters()
        self._home = self._thread = threading.get_ident()
        self._depth = 0
        self._is_alone = True
        self._threads = 0
        self._is_closed = False
        self._borrowed_modules = self._runs_code = False

    def enter(self) -> None:
        """Put the worker's surroundings in place. Does nothing when they are closed."""
        with PROCESS_LOCK:
            if self._is_closed:
                return
            if self._depth == 0:
                self._is_alone = True
                self._put_in_place()
            self._depth += 1
            if threading.get_ident() != self._home:
                self._is_alone = False

    def leave(self) -> None:
        """Put the test's surroundings back."""
        with PROCESS_LOCK:
            if self._depth == 1:
                self._take_out()
            self._depth = max(0, self._depth - 1)  # it is 0 when a call comes to its end after the host was closed

    def __enter__(self) -> None:
        self.enter()

    def __exit__(self, *_: object) -> None:
        self.leave()

    def begin_thread(self) -> bool:
        """A thread of the app begins to run, perhaps beside the test: what it logs is recorded.

        :returns: whether :meth:`end_thread` is to be called; False when they are closed.
        """
        with PROCESS_LOCK:
            if self._is_closed:
                return False
            if self._threads == 0 and self._depth == 0:
                self.root_logger.enter()
            self._threads += 1
            return True

    def end_thread(self) -> None:
        """It has come to its end."""
        with PROCESS_LOCK:
            self._threads = max(0, self._threads - 1)
            if self._threads == 0 and self._depth == 0:
                self.root_logger.leave(is_alone=False)

    def close(self) -> None:
        """The test's surroundings are back, even if a call never ends; nothing is kept open. May be called again."""
        with PROCESS_LOCK:
            self._is_closed = True
            steps = UndoSteps()
            steps.add(self._folder.close)
            steps.add(self.switches.give_back)
            steps.add(self._take_out)
            self._threads = self._depth = 0
            steps.undo()

    def _put_in_place(self) -> None:
        modules = self._modules
        self._thread = threading.get_ident()
        for other in _IN_PLACE:
            if other._thread != self._thread:  # code of another app runs beside that of this one
                other._is_alone = self._is_alone = False
        _IN_PLACE.append(self)
        try:
            self.switches.enter()
            if self._threads:  # as the test is now
                self.root_logger.leave(is_alone=False)
            self.root_logger.enter()
            self._warnings.enter()
            self._folder.enter()
            if not modules.in_place:  # another app was opened meanwhile
                self._borrowed_modules = True
                modules.activate(self)
            self._runs_code = True
            modules.begin_code()
        except BaseException:
            self._take_out()
            raise

    def _take_out(self) -> None:
        if self in _IN_PLACE:
            _IN_PLACE.remove(self)
        try:
            for leave in self._LEAVING:
                leave(self)
        except BaseException:
            undo([partial(leave, self) for leave in reversed(self._LEAVING)])  # each may be done twice
            raise

    def _leave_switches(self) -> None:
        if self._is_alone:
            self.switches.leave()

    def _leave_root_logger(self) -> None:
        self.root_logger.leave(self._is_alone)
        if self._threads:
            self.root_logger.enter()

    def _leave_warnings(self) -> None:
        self._warnings.leave(self._is_alone)

    def _leave_folder(self) -> None:
        self._folder.leave(self._is_alone)

    def _leave_modules(self) -> None:
        if self._runs_code:
            self._modules.end_code(self._is_alone)
            self._runs_code = False
        if self._borrowed_modules:
            self._modules.deactivate(self)
            self._borrowed_modules = False

    # Of the class: an object that held its own methods would wait for the garbage collector.
    _LEAVING = (_leave_switches, _leave_root_logger, _leave_warnings, _leave_folder, _leave_modules)


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
