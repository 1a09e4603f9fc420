"""Single values of the process that code of an app may replace: what makes log records, the event loop policy."""

from __future__ import annotations

import logging
from typing import Any

from pytest_azfunc.process.event_loops import loop_policy, set_loop_policy
from pytest_azfunc.process.loggers import replaceable

_PUT = (logging.disable, logging.setLogRecordFactory, logging.setLoggerClass, set_loop_policy)
_FACTORIES = (1, 2)


class Switches:
    """Notes what the app has replaced between :meth:`enter` and :meth:`leave`. What a test replaces is its affair."""

    __slots__ = ("_before", "_replaced")

    def __init__(self) -> None:
        self._before: tuple[Any, ...] = ()
        self._replaced: dict[int, tuple[Any, Any]] = {}  # the former value, and the app's

    def enter(self) -> None:
        """Code of the app is about to run."""
        self._before = (*replaceable(), loop_policy())

    def leave(self, is_alone: bool = True) -> None:
        """It has run.

        :param is_alone: whether nobody but the app can have replaced anything meanwhile; else nothing is noted.
        """
        before = self._before
        if is_alone and before and before != (present := (*replaceable(), loop_policy())):
            for index, (old, new) in enumerate(zip(before, present, strict=True)):
                if old is not new:
                    self._replaced[index] = self._replaced.get(index, (old,))[0], new
        self._before = ()

    @property
    def factories(self) -> dict[int, Any]:
        """What the app has put in the place of logging's own factories, for :meth:`apply`."""
        return {index: self._replaced[index][1] for index in _FACTORIES if index in self._replaced}

    def apply(self, factories: dict[int, Any]) -> None:
        """Replace them again."""
        if factories:
            self.enter()
            for index, factory in factories.items():
                _PUT[index](factory)
            self.leave()

    def give_back(self) -> None:
        """Put back the former values, unless somebody else has put others there."""
        present = (*replaceable(), loop_policy())
        for index, (old, new) in list(self._replaced.items()):
            if present[index] is new:
                _PUT[index](old)
            self._replaced.pop(index, None)
