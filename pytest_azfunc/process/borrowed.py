"""What an app borrows of the process as a whole: environment, loggers, event loop policy."""

from __future__ import annotations

from pytest_azfunc.process.environment import Environment
from pytest_azfunc.process.event_loops import EventLoopPolicy
from pytest_azfunc.process.loggers import Loggers


class BorrowedProcess:
    """A copy of the process as it is when this is made: before app settings are put into the environment.

    In a ``with`` block the process is given back at the end.
    """

    __slots__ = ("_parts",)

    def __init__(self) -> None:
        self._parts = Environment(), Loggers(), EventLoopPolicy()

    def give_back(self) -> None:
        """Put everything back as it was."""
        for part in self._parts:
            part.restore()

    def __enter__(self) -> BorrowedProcess:
        return self

    def __exit__(self, *_: object) -> None:
        self.give_back()
