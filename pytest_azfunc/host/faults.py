"""Failures that a test asks for: a function that fails so many times, without being run."""

from __future__ import annotations

from collections import deque


class Faults:
    """What functions are to fail with."""

    def __init__(self) -> None:
        self._waiting: dict[str, deque[BaseException]] = {}
        self._taken: list[BaseException] = []

    def add(self, function: str, exception: BaseException, times: int) -> None:
        """Let a function fail.

        :param function: its name, as it is declared.
        :param times: how often.
        """
        self._waiting.setdefault(function, deque()).extend([exception] * times)

    def take(self, function: str) -> BaseException | None:
        """What the function fails with now; None where it runs."""
        waiting = self._waiting.get(function)
        if not waiting:
            return None
        error = waiting.popleft()
        self._taken.append(error)
        return error

    def were_asked_for(self, error: BaseException) -> bool:
        """Whether a test has asked for this very exception."""
        return any(taken is error for taken in self._taken)
