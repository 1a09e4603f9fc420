"""The colours of what is written to the terminal. Whether there are any is for pytest to say (``--color``)."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from _pytest._io import TerminalWriter

    from pytest_azfunc.reports.styled_line import Role, StyledLine

_MARKUP: dict[Role, dict[str, bool]] = {
    "heading": {"bold": True},
    "name": {"bold": True},
    "kind": {"cyan": True},
    "label": {"bold": True},
    "problem": {"red": True, "bold": True},
    "caution": {"yellow": True},
    "faint": {"light": True},
    "good": {"green": True},
}


def coloured(writer: TerminalWriter, line: StyledLine) -> str:
    """The text of a line, with escape sequences where *writer* wants colours."""
    return "".join(text if role is None else writer.markup(text, **_MARKUP[role]) for text, role in line.pieces())


def write_lines(writer: TerminalWriter, lines: Iterable[StyledLine]) -> None:
    """Write lines of a report."""
    for line in lines:
        writer.line(coloured(writer, line))
