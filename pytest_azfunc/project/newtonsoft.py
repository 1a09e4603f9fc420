"""The limits of Newtonsoft.Json, with which the host reads JSON, and how it is said what it refuses, and where."""

from __future__ import annotations

from typing import NamedTuple

MAX_DEPTH = 64
MAX_INTEGER_LENGTH = 380


class JsonError(ValueError):
    """A text the host would not read.

    :ivar problem: what is wrong.
    :ivar line: where it is wrong, counted from 1.
    :ivar column: the same.
    """

    def __init__(self, problem: str, line: int, column: int) -> None:
        super().__init__(problem, line, column)
        self.problem = problem
        self.line = line
        self.column = column

    def __str__(self) -> str:
        return f"{self.problem} (line {self.line}, column {self.column})"


class Position(NamedTuple):
    """A place in a text: line and column, both counted from 1."""

    line: int
    column: int
