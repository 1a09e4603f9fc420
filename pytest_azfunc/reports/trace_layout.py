"""The rows of :mod:`~pytest_azfunc.reports.trace` as lines that fit the terminal. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable

from pytest_azfunc.reports.styled_line import Role, StyledLine, whole, wrapped

_HEADING = re.compile(r"\d+\. (?P<name>.*) \([\d.]+ ms\)")
_ROW = re.compile(r"   (?P<label>in|out|log|raised|try) +(?=\S)")
_LEVELS: dict[str, Role] = {"WARNING": "caution", "ERROR": "problem", "CRITICAL": "problem"}


def lay_out(text: str, width: int) -> list[StyledLine]:
    """The rows, each broken into lines of at most *width* columns that hang below its beginning."""
    return [line for row in text.splitlines() for line in _lines(row, width)]


def _lines(row: str, width: int) -> list[StyledLine]:
    heading, found = _HEADING.fullmatch(row), _ROW.match(row)
    if heading is not None:
        return [StyledLine(row).with_part(heading.start("name"), len(heading["name"]), "name")]
    if found is None:
        return [StyledLine(line) for line in wrapped(row, "", "   ", width, breaks_words=True)]
    start, label = found[0], found["label"]
    content = row[len(start) :]
    lines = wrapped(content, start, " " * len(start) + "  ", width, breaks_words=True)
    role: Role | None = "problem" if label == "raised" else None
    if label == "log":
        role = _LEVELS.get(content.partition(" ")[0])
    if role is not None:
        return [whole(line, role) for line in lines]
    first, *others = lines
    return [StyledLine(first).with_part(found.start("label"), len(label), "kind"), *map(StyledLine, others)]


def without(text: str, entries: Iterable[str]) -> str:
    """A captured log without these entries, each taken out once and only where it stands as a whole."""
    found = f"\n{text}\n"
    for entry in entries:
        found = found.replace(f"\n{entry}\n", "\n", 1)
    return found.strip("\n")
