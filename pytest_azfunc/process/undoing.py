"""Undoing, one by one, what was done to the process; and the one lock under which it is changed."""

from __future__ import annotations

import threading
from collections.abc import Callable
from contextlib import suppress
from typing import TypeVar

__tracebackhide__ = True

Step = Callable[[], object]
T = TypeVar("T")

# The process has one environment, one current folder, one root logger, however many hosts and threads there are.
PROCESS_LOCK = threading.RLock()


class UndoSteps:
    """How to undo what was done. Each step is added before its change is made, and may be done twice, or in vain."""

    __slots__ = ("_steps",)

    def __init__(self) -> None:
        self._steps: list[Step] = []

    def add(self, step: Step) -> None:
        """Add the step that undoes what is about to be done."""
        self._steps.append(step)

    def undo(self) -> None:
        """Do every step, the latest first. A second call does nothing, or goes on where the first was interrupted.

        :raises BaseException: an interrupt, or else the first that a step has raised, when all the others were done.
        """
        undo(self._steps)

    def unless_done(self, make: Callable[[], T]) -> T:
        """Call *make*; when it fails, all is undone.

        No ``with`` block: an interrupt could come when the block is at its end, and the caller has nothing to close.

        :returns: what it returns.
        """
        try:
            return make()
        except BaseException:
            with suppress(Exception):  # what was raised first is worth more
                self.undo()
            raise


def undo(steps: list[Step]) -> None:
    """Do every step, the last first, and take it off the list.

    An interrupt waits until all is done: the step that it has met is done once more. A second one is let through. What
    the stack is too full for stays on the list, for whoever tries again further up.

    :raises BaseException: an interrupt, or else the first that a step has raised.
    """
    first: BaseException | None = None
    was_interrupted = False
    left: list[Step] = []
    while steps:
        try:
            while steps:
                steps[-1]()
                steps.pop()
        except Exception as error:
            first = first or error
            step = steps.pop()
            if isinstance(error, RecursionError):
                left.insert(0, step)
        except BaseException as error:
            if was_interrupted:
                raise
            first, was_interrupted = error, True
    steps += left
    if first is not None:
        raise first
