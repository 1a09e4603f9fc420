"""All loggers, the root logger apart: a copy that can be put back.

What the logging module keeps to itself, its table of loggers and each logger's cache of levels, is known here alone.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from typing import Any

State = tuple[int, list[logging.Handler], list[Any], bool, bool]  # level, handlers, filters, propagate, disabled
_FRESH: State = (logging.NOTSET, [], [], True, False)


class Loggers:
    """Levels, handlers and switches of all loggers, to be put back.

    The root logger is the part of :class:`~pytest_azfunc.process.surroundings.Surroundings`.
    """

    __slots__ = ("_saved",)

    def __init__(self) -> None:
        self._saved = _states()

    def differences(self) -> dict[str, State]:
        """Loggers that are other than they were, with their present state."""
        saved, present = self._saved, _states()
        if saved == present:
            return {}
        names = [*present, *(name for name in saved if name not in present and _is_logger(name))]
        states = {name: present.get(name, _FRESH) for name in names}
        return {name: state for name, state in states.items() if state != saved.get(name, _FRESH)}

    def restore(self) -> None:
        """Put all loggers back; loggers that are new lose what was set on them."""
        for name in self.differences():
            apply_state(name, self._saved.get(name, _FRESH))

    def give_back(self, later: Sequence[Loggers]) -> None:
        """Put back what is not that of *later* copies, and correct these."""
        if not later:
            self.restore()
            return
        from pytest_azfunc.process.layers import withdraw  # mostly one host is open

        for name, before in withdraw(self._saved, [other._saved for other in later], _states()).items():
            apply_state(name, before or _FRESH)


def _states() -> dict[str, State]:
    """The state of each logger on which something was set: of most of them there is nothing to remember."""
    return {
        name: (logger.level, logger.handlers[:], logger.filters[:], logger.propagate, logger.disabled)
        for name, logger in list(logging.root.manager.loggerDict.items())
        if isinstance(logger, logging.Logger)  # else it stands for a name that only has children
        and (logger.handlers or logger.level or logger.filters or not logger.propagate or logger.disabled)
    }


def replaceable() -> tuple[Any, ...]:
    """What of the logging module a program may replace: below which level it is silent, and its two factories."""
    return logging.root.manager._disable, logging._logRecordFactory, logging._loggerClass  # type: ignore[attr-defined]


def _is_logger(name: str) -> bool:
    return isinstance(logging.root.manager.loggerDict.get(name), logging.Logger)


def apply_state(name: str, state: State) -> None:
    """Give the logger *name* a state as :meth:`Loggers.differences` returns it."""
    logger = logging.getLogger(name)
    level, handlers, filters, propagate, disabled = state
    if logger.level != level:
        logger.setLevel(level)
    logger.handlers[:] = handlers
    logger.filters[:] = filters
    logger.propagate, logger.disabled = propagate, disabled


class _LevelCaches:
    """What each logger remembers of the levels that it has been asked for; most have been asked for none.

    ``setLevel`` goes through all loggers to clear them, under a lock. Every invocation changes the root's level twice,
    so here the caches are kept at hand for as long as the loggers are the same.
    """

    def __init__(self) -> None:
        self._loggers: list[Any] = []
        self._caches: list[dict[int, bool]] = []

    def set_root_level(self, level: int) -> None:
        """``logging.root.setLevel()``, for a level that is known to be one."""
        root = logging.root
        root.level = level
        loggers = list(root.manager.loggerDict.values())
        if loggers != self._loggers:
            found = (getattr(logger, "_cache", None) for logger in (root, *loggers))
            self._loggers, self._caches = loggers, [cache for cache in found if cache is not None]
        for cache in filter(None, self._caches):
            cache.clear()


set_root_level = _LevelCaches().set_root_level
