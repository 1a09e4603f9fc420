"""Failures that a test asks for: a function that fails so many times, without being run."""

from __future__ import annotations

from collections import deque


class _Fault:
    __slots__ = ("error", "left")

    def __init__(self, error: BaseException, left: int) -> None:
        self.error = error
        self.left = left


class Faults:
    """What functions are to fail with."""

    def __init__(self) -> None:
        self._waiting: dict[str, deque[_Fault]] = {}
        self._taken: dict[int, BaseException] = {}

    def add(self, function: str, exception: BaseException, times: int) -> None:
        """Let a function fail.

        :param function: its name, as it is declared.
        :param times: how often.
        """
        self._waiting.setdefault(function, deque()).append(_Fault(exception, times))

    def take(self, function: str) -> BaseException | None:
        """What the function fails with now; None where it runs."""
        waiting = self._waiting.get(function)
        if not waiting:
            return None
        fault = waiting[0]
        fault.left -= 1
        if not fault.left:
            waiting.popleft()
        self._taken[id(fault.error)] = fault.error
        return fault.error

    def were_asked_for(self, error: BaseException) -> bool:
        """Whether a test has asked for this very exception."""
        return id(error) in self._taken
