"""What a test has put in the place of activities and sub-orchestrations."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

__tracebackhide__ = True


class _Failing:
    """Raises an exception so many times."""

    def __init__(self, error: BaseException | type[BaseException], times: int, when: Callable[[Any], bool] | None):
        self.error = error
        self.left = times
        self.when = when

    def applies(self, value: Any) -> bool:
        """Whether this call is to fail; then it counts as one."""
        if self.left <= 0 or (self.when is not None and not self.when(value)):
            return False
        self.left -= 1
        return True


class Substitutes:
    """By registered name, without case."""

    def __init__(self) -> None:
        self._replaced: dict[str, Callable[[Any], Any]] = {}
        self._failing: dict[str, list[_Failing]] = {}

    def replace(self, name: str, function: Callable[[Any], Any]) -> None:
        """From now on *function* gets the input and gives the result."""
        self._replaced[name.lower()] = function

    def fail(
        self,
        name: str,
        error: BaseException | type[BaseException],
        times: int,
        when: Callable[[Any], bool] | None,
    ) -> None:
        """Let the next calls fail.

        :param times: how many of them.
        :param when: is given the input and says whether this call is one of them.
        """
        self._failing.setdefault(name.lower(), []).append(_Failing(error, times, when))

    def stands_for(self, name: str) -> bool:
        """Whether there is anything in the place of it."""
        return name.lower() in self._replaced or any(
            failing.left > 0 for failing in self._failing.get(name.lower(), ())
        )

    def call(self, name: str, value: Any, otherwise: Callable[[], Any]) -> Any:
        """The result of a call: of what stands for it, or of *otherwise*.

        :raises BaseException: what a test has asked for, or what the replacing function raises.
        """
        for failing in self._failing.get(name.lower(), ()):
            if failing.applies(value):
                raise failing.error
        function = self._replaced.get(name.lower())
        return otherwise() if function is None else function(value)
