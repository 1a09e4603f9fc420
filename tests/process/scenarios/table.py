"""A row of the table: what may happen to a host."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass

from tests.process.scenarios.apps import Apps

# More of everything: each step with each fault, and twenty times as many interrupts.
LONG = bool(os.environ.get("AZFUNC_LONG"))


@dataclass(frozen=True)
class Scenario:
    """One row.

    :ivar run: does it. It must raise nothing but an AssertionError, unless it *may_raise*.
    :ivar may_raise: whether what it raises is noted and not judged.
    :ivar apart_from: the parts of the state that the scenario itself leaves changed, or that nobody could give back.
    """

    name: str
    run: Callable[[Apps], object]
    may_raise: bool = False
    apart_from: tuple[str, ...] = ()


class Rows(list[Scenario]):
    """The rows of one theme.

    :ivar may_raise: whether theirs is to raise.
    """

    def __init__(self, *, may_raise: bool = False) -> None:
        super().__init__()
        self.may_raise = may_raise

    def add(self, name: str, run: Callable[[Apps], object], apart_from: tuple[str, ...] = ()) -> None:
        """Append one."""
        self.append(Scenario(name, run, self.may_raise, apart_from))

    def row(self, name: str) -> Callable[[Callable[[Apps], object]], Callable[[Apps], object]]:
        """Append the decorated function."""

        def add(function: Callable[[Apps], object]) -> Callable[[Apps], object]:
            self.add(name, function)
            return function

        return add
