"""What a function app may change of the process, and how it is put back.

While a host is open, the process has two faces: the test's and the worker's. The worker's working directory, root
log level and root handlers are in place only while code of the app runs; environment, loggers and the rest are put
back when the host closes.
"""

from __future__ import annotations

import logging
import os
import threading
import warnings

from pytest_azfunc.process.app_modules import AppModules
from pytest_azfunc.worker.logs import InvocationLogHandler

_TRUE = ("1", "true", "t", "yes", "y")


def worker_log_level() -> int:
    """The root logger's level in Azure: INFO, or DEBUG with ``PYTHON_ENABLE_DEBUG_LOGGING``."""
    debug = os.environ.get("PYTHON_ENABLE_DEBUG_LOGGING", "").strip().lower() in _TRUE
    return logging.DEBUG if debug else logging.INFO


class Stage:
    """The worker's face of the process: :meth:`enter` before code of the app runs, :meth:`leave` after it.

    What the app sets on the root logger is there again at the next :meth:`enter`. Where it changes to is not: every
    call begins in the app's root.
    """

    def __init__(self, root: str, handler: InvocationLogHandler, level: int, modules: AppModules) -> None:
        self.handler = handler
        self._root = root
        self._modules = modules
        self._level = level
        self.app_root_level: int | None = None
        self.app_handlers: list[logging.Handler] = []
        self._depth = 0
        self._lock = threading.Lock()  # the threads of a live server enter and leave at any time
        self._test_cwd: str | None = None
        self._home = _cwd()
        self._folders = _Folders(self._home, root)

    def close(self) -> None:
        """Let go of the folders that were kept open; the test's surroundings are back, even if a call never ends."""
        with self._lock:
            if self._depth:
                self._depth = 0
                self._leave()
        self._folders.close()

    def enter(self) -> None:
        """Put the worker's surroundings in place."""
        with self._lock:
            self._depth += 1
            if self._depth == 1:
                self._enter()

    def leave(self) -> None:
        """Put the test's surroundings back."""
        with self._lock:
            if self._depth == 1:
                self._leave()
            self._depth = max(0, self._depth - 1)  # it is 0 when a call comes to its end after the host was closed

    def _enter(self) -> None:
        self._borrowed_modules = not self._modules.in_place
        if self._borrowed_modules:  # another app was opened meanwhile
            self._modules.activate()
        self._modules.begin_code()
        root = logging.root
        self._test_level, self._test_handlers = root.level, root.handlers[:]
        self._filters = warnings.filters[:]
        # A test may have lowered the level (caplog.set_level); it may not silence what Azure would record.
        app_level = self.app_root_level
        self._entered_level = min(self._test_level, self._level) if app_level is None else app_level
        if self._entered_level != self._test_level:
            root.setLevel(self._entered_level)
        self.handler.root_level = self._entered_level
        self.handler.floor = self._level if app_level is None else app_level
        root.handlers.append(self.handler)
        root.handlers.extend(self.app_handlers)
        self._enter_root_folder()

    def _leave(self) -> None:
        root = logging.root
        if root.level != self._entered_level:
            self.app_root_level = root.level
        if root.level != self._test_level:
            root.setLevel(self._test_level)
        if len(root.handlers) != len(self._test_handlers) + 1 or self.app_handlers:
            ours = (*self._test_handlers, self.handler)
            self.app_handlers = [handler for handler in root.handlers if handler not in ours]
        root.handlers[:] = self._test_handlers
        if warnings.filters != self._filters:
            warnings.filters[:] = self._filters  # type: ignore[index]
            getattr(warnings, "_filters_mutated", lambda: None)()
        self._leave_root_folder()
        self._modules.end_code()
        if self._borrowed_modules:
            self._modules.deactivate()

    def _enter_root_folder(self) -> None:
        self._test_cwd = cwd = _cwd()
        # A test that has moved elsewhere (monkeypatch.chdir) has its reasons, so the function follows it.
        if cwd == self._home:
            self._folders.enter_root()

    def _leave_root_folder(self) -> None:
        if self._test_cwd == self._home:
            self._folders.enter_home()
        elif self._test_cwd is not None:
            os.chdir(self._test_cwd)


class _Folders:
    """Where the test is and where the worker is, kept open: to change there and back is part of every call."""

    def __init__(self, home: str | None, root: str) -> None:
        self._home, self._root = home, root
        self._descriptors: list[int] = []
        if home is not None and os.chdir in os.supports_fd:
            try:
                for folder in (home, root):
                    self._descriptors.append(os.open(folder, os.O_RDONLY))
            except OSError:  # one of them is gone, or may not be read
                self.close()

    def enter_root(self) -> None:
        os.chdir(self._descriptors[1] if self._descriptors else self._root)

    def enter_home(self) -> None:
        if self._home is not None:
            os.chdir(self._descriptors[0] if self._descriptors else self._home)

    def close(self) -> None:
        for descriptor in self._descriptors:
            os.close(descriptor)
        self._descriptors.clear()


def _cwd() -> str | None:
    try:
        return os.getcwd()
    except OSError:  # the folder was deleted
        return None
