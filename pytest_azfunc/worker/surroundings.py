"""What a function app may change of the process, and how it is put back.

While a host is open, the process has two faces: the test's and the worker's. The worker's working directory, root
log level and root handlers are in place only while code of the app runs; environment, loggers and the rest are put
back when the host closes.
"""

from __future__ import annotations

import logging
import os
import sys
import warnings
from typing import Any

from pytest_azfunc.worker.app_modules import AppModules
from pytest_azfunc.worker.logs import InvocationLogHandler

_TRUE = ("1", "true", "t", "yes", "y")
# pytest rewrites it in each phase of a test: it is not ours to put back.
_PYTEST_VARIABLE = "PYTEST_CURRENT_TEST"


def worker_log_level() -> int:
    """The root logger's level in Azure: INFO, or DEBUG with ``PYTHON_ENABLE_DEBUG_LOGGING``."""
    debug = os.environ.get("PYTHON_ENABLE_DEBUG_LOGGING", "").strip().lower() in _TRUE
    return logging.DEBUG if debug else logging.INFO


class Environment:
    """A copy of ``os.environ`` that can be put back."""

    def __init__(self) -> None:
        self._saved = _raw_environment()

    def changed(self) -> bool:
        """Whether a variable is other than it was (pytest's own aside)."""
        return _raw_environment() != self._saved

    def differences(self) -> dict[str, str | None]:
        """Variables that are other than they were, with their present values; None for removed ones."""
        present = dict(os.environ)
        saved = self._decoded()
        return {
            name: present.get(name)
            for name in present.keys() | saved.keys()
            if present.get(name) != saved.get(name) and name != _PYTEST_VARIABLE
        }

    def restore(self) -> None:
        """Put every variable back; child processes see it too."""
        if self.changed():
            saved = self._decoded()
            for name in self.differences():
                if name in saved:
                    os.environ[name] = saved[name]
                else:
                    os.environ.pop(name, None)

    def _decoded(self) -> dict[str, str]:
        decode = getattr(os.environ, "decodevalue", str), getattr(os.environ, "decodekey", str)
        return {decode[1](key): decode[0](value) for key, value in self._saved.items()}


def _raw_environment() -> dict[Any, Any]:
    # The mapping below os.environ copies twenty times faster than os.environ, which decodes every name and value.
    raw = getattr(os.environ, "_data", None)
    if not isinstance(raw, dict):
        return {name: value for name, value in os.environ.items() if name != _PYTEST_VARIABLE}
    copy = raw.copy()
    copy.pop(os.environ.encodekey(_PYTEST_VARIABLE), None)
    return copy


class Loggers:
    """Levels, handlers and switches of all loggers, to be put back. The root logger is the :class:`Stage`'s part."""

    def __init__(self) -> None:
        manager = logging.root.manager
        self._saved = {name: _state(logger) for name, logger in list(manager.loggerDict.items())}
        self._disabled = manager.disable

    def differences(self) -> dict[str, tuple[Any, ...]]:
        """Loggers that are other than they were, with their present state."""
        fresh: tuple[Any, ...] = (logging.NOTSET, [], [], True, False)
        present = {name: _state(logger) for name, logger in list(logging.root.manager.loggerDict.items())}
        return {
            name: state
            for name, state in present.items()
            if state is not None and state != (self._saved.get(name) or fresh)
        }

    def restore(self) -> None:
        """Put all loggers back; loggers that are new lose what was set on them."""
        if logging.root.manager.disable != self._disabled:
            logging.disable(self._disabled)
        fresh: tuple[Any, ...] = (logging.NOTSET, [], [], True, False)
        for name in self.differences():
            apply_state(name, self._saved.get(name) or fresh)


def _state(logger: Any) -> tuple[Any, ...] | None:
    if not isinstance(logger, logging.Logger):  # a PlaceHolder for a name that only has children
        return None
    return (logger.level, logger.handlers[:], logger.filters[:], logger.propagate, logger.disabled)


def apply_state(name: str, state: tuple[Any, ...]) -> None:
    """Give the logger *name* a state as :meth:`Loggers.differences` returns it."""
    logger = logging.getLogger(name)
    level, handlers, filters, propagate, disabled = state
    if logger.level != level:
        logger.setLevel(level)
    logger.handlers[:] = handlers
    logger.filters[:] = filters
    logger.propagate, logger.disabled = propagate, disabled


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
        self._test_cwd: str | None = None
        self._home = _cwd()
        self._folders = _Folders(self._home, root)

    def close(self) -> None:
        """Let go of the folders that were kept open."""
        self._folders.close()

    def enter(self) -> None:
        """Put the worker's surroundings in place."""
        self._depth += 1
        if self._depth > 1:
            return
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
        root.handlers.append(self.handler)
        root.handlers.extend(self.app_handlers)
        self._enter_root_folder()

    def leave(self) -> None:
        """Put the test's surroundings back."""
        self._depth -= 1
        if self._depth:
            return
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


class EventLoopPolicy:
    """The event loop policy, to be put back if the app replaces it."""

    def __init__(self) -> None:
        self._saved = self._present()

    @staticmethod
    def _present() -> Any:
        # Asking asyncio would import it, and create a policy where there is none.
        return getattr(sys.modules.get("asyncio.events"), "_event_loop_policy", None)

    def restore(self) -> None:
        """Put the policy back."""
        events: Any = sys.modules.get("asyncio.events")
        if self._present() is not self._saved and events is not None:
            events._event_loop_policy = self._saved
