"""Undoing, one by one, what was done to the process; and the one lock under which it is changed."""

from __future__ import annotations

import threading
from collections.abc import Callable
from contextlib import suppress

__tracebackhide__ = True

Step = Callable[[], object]

# The process has one environment, one current folder, one root logger, however many hosts and threads there are.
PROCESS_LOCK = threading.RLock()


class UndoSteps:
    """How to undo what was done. Each step is added before its change is made, and may be done twice, or in vain.

    In a ``with`` block: when it fails, all is undone.
    """

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

    def __enter__(self) -> None:
        pass

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        if kind is not None:
            with suppress(Exception):  # what was raised first is worth more
                self.undo()


def undo(steps: list[Step]) -> None:
    """Do every step, the last first, and take it off the list.

    An interrupt waits until all is done: the step that it has met is done once more. A second one is let through.

    :raises BaseException: an interrupt, or else the first that a step has raised.
    """
    first: BaseException | None = None
    was_interrupted = False
    while steps:
        try:
            while steps:
                steps[-1]()
                steps.pop()
        except Exception as error:
            first = first or error
            steps.pop()
        except BaseException as error:
            if was_interrupted:
                raise
            first, was_interrupted = error, True
    if first is not None:
        raise first
