"""Lines of a report that know what their parts are, such as a name or a cause; whoever writes them chooses colours."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from pytest_azfunc.errors import printable

Role = Literal["heading", "name", "kind", "label", "problem", "caution", "faint", "good"]


@dataclass(frozen=True)
class StyledLine:
    """One line.

    :ivar text: all of it.
    :ivar parts: start, end and role of the parts that have one, in their order.
    """

    text: str
    parts: tuple[tuple[int, int, Role], ...] = ()

    def with_part(self, start: int, length: int, role: Role) -> StyledLine:
        """The line with one more part, behind those that it has."""
        return StyledLine(self.text, (*self.parts, (start, start + length, role)))

    def pieces(self) -> Iterator[tuple[str, Role | None]]:
        """The text in pieces, each with its role; escapes stand for what would steer a terminal."""
        end = 0
        for start, stop, role in self.parts:
            yield printable(self.text[end:start]), None
            part = self.text[start:stop]
            yield printable(part), role if part.strip() else None
            end = stop
        yield printable(self.text[end:]), None


def whole(text: str, role: Role) -> StyledLine:
    """A line that is one part, but for its indentation."""
    indent = len(text) - len(text.lstrip())
    return StyledLine(text, ((indent, len(text), role),))


def wrapped(text: str, first: str, rest: str, width: int, *, breaks_words: bool = False) -> list[str]:
    """*text* in lines of at most *width* columns (and never less than forty), none of them empty.

    :param first: what the first line begins with.
    :param rest: what the others begin with.
    :param breaks_words: whether a word that is longer than a line is broken, which a path or a name must not be.
    """
    return textwrap.wrap(
        text,
        max(width, 40),
        initial_indent=first,
        subsequent_indent=rest,
        break_long_words=breaks_words,
        break_on_hyphens=False,
    ) or [first.rstrip()]
