"""Where the values of a JSON text stand: marks, which are offsets, and the lines and columns that people read."""

from __future__ import annotations

import re
from bisect import bisect_right
from dataclasses import dataclass, field
from typing import Final

from pytest_azfunc.project.newtonsoft import Position

Path = tuple["str | int", ...]

_LINE_END = re.compile(r"\r\n|\r|\n")


def position(text: str, offset: int) -> Position:
    """The position of one character. It keeps no list of lines: a broken file may have millions of them."""
    if text.startswith("\r\n", offset - 1) and offset:  # the second half of a line's end
        first = position(text, offset - 1)
        return Position(first.line, first.column + 1)
    ends = text.count("\n", 0, offset) + text.count("\r", 0, offset) - text.count("\r\n", 0, offset)
    start = max(text.rfind("\n", 0, offset), text.rfind("\r", 0, offset)) + 1
    return Position(ends + 1, offset - start + 1)


class Lines:
    """The lines of a text, to turn many offsets into positions."""

    def __init__(self, text: str) -> None:
        self._starts = [0, *(match.end() for match in _LINE_END.finditer(text))]

    def position(self, offset: int) -> Position:
        """The position of the character at *offset*."""
        line = bisect_right(self._starts, offset)
        return Position(line, offset - self._starts[line - 1] + 1)


EVERYTHING: Final = object()
NOTHING: Final = object()


def folded(key: str | int) -> str | int:
    """A key as names are compared: without case."""
    return key.lower() if isinstance(key, str) else key


@dataclass(slots=True)
class Container:
    """An object or array, and the marks of what is in it.

    The mark of a plain value is its offset only, as there may be millions of them.

    :ivar offset: where it stands: of the key for a member of an object, else of the bracket.
    :ivar bracket: where its bracket is.
    :ivar wanted: the key, folded, of what gets a mark in it; :data:`EVERYTHING`, or :data:`NOTHING`.
    """

    value: dict[str, object] | list[object]
    offset: int
    bracket: int = 0
    wanted: object = EVERYTHING
    needs_comma: bool = False
    marks: dict[str | int, int | Container] = field(default_factory=dict)

    @property
    def kind(self) -> str:
        """What an error calls it."""
        return "object" if isinstance(self.value, dict) else "array"

    @property
    def closer(self) -> str:
        """The bracket that ends it."""
        return "}" if isinstance(self.value, dict) else "]"

    def wants(self, key: str | int) -> bool:
        """Whether a member or an item gets a mark."""
        return self.wanted is EVERYTHING or (self.wanted is not NOTHING and folded(key) == self.wanted)

    def put(self, key: str | int, value: object, mark: int | Container) -> None:
        """Add a member or an item, with the mark of where it stands."""
        if isinstance(self.value, list):
            self.value.append(value)
        else:
            self.value[str(key)] = value
        if self.wants(key):
            self.marks[key] = mark

    def nearest(self, path: Path) -> int:
        """Where the value at *path* stands, or the nearest one around it; names ignore case."""
        if path:
            mark = self.marks.get(path[0])
            if mark is None:
                wanted = folded(path[0])
                mark = next((self.marks[key] for key in reversed(self.marks) if folded(key) == wanted), None)
            if mark is not None:
                return mark if isinstance(mark, int) else mark.nearest(path[1:])
        return self.offset
