"""What an app borrows of the process as a whole: environment, loggers, event loop policy.

Hosts may be open one beside the other, and close in any order. Each has a copy of the process as it was when the host
opened. Who closes last, or as the one that was opened last, puts its copy back. Any other takes back what has changed
until the next host was opened, as far as it still stands, and corrects the copies of the later ones.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping

from pytest_azfunc.process.environment import Environment, has_lent, variables_not_lent
from pytest_azfunc.process.loggers import Loggers
from pytest_azfunc.process.undoing import PROCESS_LOCK, undo


class BorrowedProcess:
    """A copy of the process as it is when it is borrowed: before app settings are put into the environment.

    In a ``with`` block the process is given back at the end.
    """

    __slots__ = ("_environment", "_loggers")

    def borrow(self) -> BorrowedProcess:
        """Make the copy.

        :returns: this object.
        """
        with PROCESS_LOCK:
            self._environment, self._loggers = Environment(), Loggers()
            _LAYERS.append(self)
        return self

    def lend(self, values: Mapping[str, str]) -> None:
        """Set the variables that are not set yet; they are there until this is given back."""
        self._environment.lend(values)

    def note(self, values: Mapping[str, str]) -> None:
        """Remember the variables that were set for it in another way: see :func:`give_back_what_came_back`."""
        self._environment.note(values)

    def give_back(self) -> None:
        """Put everything back as it was. A second call does nothing, and so does one before :meth:`borrow`."""
        with PROCESS_LOCK:
            if self not in _LAYERS:
                return
            above = _LAYERS[_LAYERS.index(self) + 1 :]
            environments, loggers = [each._environment for each in above], [each._loggers for each in above]
            undo(
                [
                    lambda: _LAYERS.remove(self),
                    lambda: self._loggers.give_back(loggers),
                    lambda: self._environment.give_back(environments),
                ]
            )
            _LATELY.append(self._environment)

    def __enter__(self) -> BorrowedProcess:
        return self.borrow()

    def __exit__(self, *_: object) -> None:
        self.give_back()


def give_back_what_came_back() -> None:
    """Put back once more the variables of those that were given back lately, where a fixture has set them since."""
    while _LATELY:
        environment = _LATELY.pop()
        if not _LAYERS:
            environment.restore_what_came_back()


def given_variables() -> dict[str, str]:
    """The variables that no app has lent: what the environment had before, and what a test has set since."""
    return variables_not_lent([layer._environment for layer in list(_LAYERS)])


def is_lent(name: str) -> bool:
    """Whether a variable that is there was lent by an app, and not set by anybody since."""
    return has_lent([layer._environment for layer in list(_LAYERS)], name)


# Those that are not given back yet, in the order in which they were made.
_LAYERS: list[BorrowedProcess] = []
# As many as one test may have; nobody looks after those of a program that runs no tests.
_LATELY: deque[Environment] = deque(maxlen=16)
