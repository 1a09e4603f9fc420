"""What a function app may change of the process, as copies that can be put back."""

from __future__ import annotations

import logging
import os
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any

# pytest rewrites it in each phase of a test: it is not ours to put back.
_PYTEST_VARIABLE = "PYTEST_CURRENT_TEST"


class Environment:
    """A copy of ``os.environ`` that can be put back."""

    def __init__(self) -> None:
        self._saved = _raw_environment()

    def changed(self) -> bool:
        """Whether a variable is other than it was (pytest's own aside)."""
        return _raw_environment() != self._saved

    def differences(self) -> dict[str, str | None]:
        """Variables that are other than they were, with their present values; None for removed ones."""
        return {name: now for name, _, now in self._changes()}

    def restore(self) -> None:
        """Put every variable back; child processes see it too."""
        for name, before, _ in self._changes():
            if before is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = before

    def _changes(self) -> list[tuple[str, str | None, str | None]]:
        """Name, former and present value of each variable that has changed; only these are decoded."""
        saved, present = self._saved, _raw_environment()
        key, value = getattr(os.environ, "decodekey", str), getattr(os.environ, "decodevalue", str)
        return [
            (key(raw), value(saved[raw]) if raw in saved else None, value(present[raw]) if raw in present else None)
            for raw in {raw for raw, _ in saved.items() ^ present.items()}
        ]


def _raw_environment() -> dict[Any, Any]:
    # The mapping below os.environ copies twenty times faster than os.environ, which decodes every name and value.
    raw = getattr(os.environ, "_data", None)
    if not isinstance(raw, dict):
        return {name: value for name, value in os.environ.items() if name != _PYTEST_VARIABLE}
    copy = raw.copy()
    copy.pop(os.environ.encodekey(_PYTEST_VARIABLE), None)
    return copy


class Loggers:
    """Levels, handlers and switches of all loggers, and what makes records and loggers, to be put back.

    The root logger is the :class:`Stage`'s part.
    """

    def __init__(self) -> None:
        manager = logging.root.manager
        self._saved = {name: _state(logger) for name, logger in list(manager.loggerDict.items())}
        self._disabled = manager.disable
        self._factories = log_factories()

    def differences(self) -> dict[str, tuple[Any, ...]]:
        """Loggers that are other than they were, with their present state."""
        fresh: tuple[Any, ...] = (logging.NOTSET, [], [], True, False)
        present = {name: _state(logger) for name, logger in list(logging.root.manager.loggerDict.items())}
        return {
            name: state
            for name, state in present.items()
            if state is not None and state != (self._saved.get(name) or fresh)
        }

    def changed_factories(self) -> tuple[Any, Any] | None:
        """What makes records and loggers now; None if nobody has changed that."""
        present = log_factories()
        return None if present == self._factories else present

    def restore(self) -> None:
        """Put all loggers back; loggers that are new lose what was set on them."""
        if self.changed_factories() is not None:
            apply_factories(self._factories)
        if logging.root.manager.disable != self._disabled:
            logging.disable(self._disabled)
        fresh: tuple[Any, ...] = (logging.NOTSET, [], [], True, False)
        for name in self.differences():
            apply_state(name, self._saved.get(name) or fresh)


def log_factories() -> tuple[Any, Any]:
    """What makes log records, and the class of new loggers."""
    return logging.getLogRecordFactory(), logging.getLoggerClass()


def apply_factories(factories: tuple[Any, Any]) -> None:
    """Have these make records and loggers, as :func:`log_factories` returns them."""
    record_factory, logger_class = factories
    logging.setLogRecordFactory(record_factory)
    logging.setLoggerClass(logger_class)


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


class CurrentLoop:
    """The event loop that asyncio has for the calling thread while no loop is running, to be put back."""

    def __init__(self) -> None:
        self._state = current_loop_state()
        self._saved = None if self._state is None else self._state.copy()

    def restore(self) -> None:
        """Put it back."""
        if self._state is not None and self._saved is not None and self._state != self._saved:
            self._state.clear()
            self._state.update(self._saved)


def current_loop_state() -> dict[str, Any] | None:
    """Where the event loop policy keeps the calling thread's loop; None where no policy of asyncio's own kind is."""
    events: Any = sys.modules.get("asyncio.events")
    if events is None:
        return None
    if events._event_loop_policy is None:
        events._init_event_loop_policy()
    local = getattr(events._event_loop_policy, "_local", None)
    return vars(local) if isinstance(local, threading.local) else None


# A wrapper that an app has put around ``sys.stdout.buffer`` closes the buffer when it dies, and the buffer is pytest's.
_STREAMS_OF_APPS: list[Any] = []


@contextmanager
def streams_put_back() -> Iterator[None]:
    """For the time of an import: ``sys.stdout`` and its like are pytest's again afterwards."""
    saved = {name: getattr(sys, name, None) for name in ("stdin", "stdout", "stderr")}
    try:
        yield
    finally:
        for name, stream in saved.items():
            present: Any = getattr(sys, name, None)
            if present is not stream:
                _STREAMS_OF_APPS.append(present)
                with suppress(Exception):  # it may be anything that has a write()
                    present.flush()
                setattr(sys, name, stream)
