"""How an error speaks of things: places, values, names, choices."""

from __future__ import annotations

import os
from collections.abc import Iterable
from typing import Final, NamedTuple


class Location(NamedTuple):
    """A place in a file: where an error is, or where a value came from.

    Lines and columns count from 1; ``None`` means the whole file.
    """

    file: str
    line: int | None = None
    column: int | None = None

    def __str__(self) -> str:
        parts = [printable(_shortest(self.file)), self.line, self.column]
        return ":".join(str(part) for part in parts if part is not None)


def _shortest(file: str) -> str:
    """The path as a terminal makes it clickable: relative when it lies below the current folder."""
    try:
        relative = os.path.relpath(file)
    except (OSError, ValueError):  # another drive, or the current folder is gone
        return file
    return file if relative.split(os.sep, 1)[0] == ".." else relative


EXPECTED_MOMENT: Final = "a datetime with a time zone, or ISO text with an offset such as '2026-03-01T02:29:00Z'"
"""What is wanted where a moment is."""


def cut(text: str, limit: int = 2000) -> str:
    """The text, cut to *limit* characters."""
    return text if len(text) <= limit else f"{text[:limit]}... ({len(text)} characters)"


def printable(text: str) -> str:
    """A name from outside on one line of a message: escapes in place of control characters and the like."""
    if text.isprintable():
        return text
    return "".join(char if char.isprintable() else char.encode("unicode_escape").decode() for char in text)


def setting_name(name: object) -> str:
    """How an error names an app setting. What follows a ``=`` is left out: it may be a value, pasted with the name."""
    if not isinstance(name, str):
        return shown(name)
    before, sign, _ = name.partition("=")
    return repr(f"{before}=..." if sign else name)


def suggestion(wrong: str, known: Iterable[str]) -> str:
    """A blank and "Did you mean 'x'?", for the nearest known name (case ignored), or an empty text."""
    import difflib

    names = {name.lower(): name for name in known}
    near = difflib.get_close_matches(wrong.lower(), names, n=1, cutoff=0.5)
    return f" Did you mean {names[near[0]]!r}?" if near else ""


def listing(label: str, names: Iterable[str]) -> str:
    """A sentence such as "Known: a, b."; it says when there are none."""
    joined = ", ".join(names)
    return f"{label}: {joined}." if joined else f"{label}: none."


def either(names: Iterable[str]) -> str:
    """The names as a choice: "'one', 'two' or 'three'"."""
    *others, last = map(repr, names)
    return f"{', '.join(others)} or {last}" if others else last


def kind_of(value: object) -> str:
    """How an error names a value without printing it: "a dict", "an int", "None"."""
    if value is None:
        return "None"
    name = type(value).__name__
    return f"{'an' if name[:1].lower() in 'aeiou' else 'a'} {name}"


def json_kind(value: object) -> str:
    """How an error names a JSON value that has the wrong type, without printing more than a scalar."""
    names = {dict: "an object", list: "an array", bool: "a boolean", type(None): "null", str: "a string"}
    return names.get(type(value), "a number")


def shown_json(value: object) -> str:
    """A JSON value as it may stand in a file, cut to a bearable length."""
    import json

    text = json.dumps(value, ensure_ascii=False)
    return cut(text, 100)


def shown(value: object, limit: int = 200) -> str:
    """``repr(value)``, cut to *limit* characters; never raises, whatever ``__repr__`` does."""
    try:
        text = repr(value)
    except Exception as error:  # a broken __repr__ must not hide the error we report
        if type(value) is int:  # Python writes none of thousands of digits
            return f"an int of {value.bit_length()} bits"
        text = f"<{type(value).__name__} whose repr() raises {type(error).__name__}>"
    return cut(text, limit)


def message_of(error: BaseException) -> str:
    """``str(error)``; never raises, whatever ``__str__`` does."""
    try:
        return str(error)
    except Exception as other:  # the user's own, which cannot print itself
        return f"<str() of it raises {type(other).__name__}>"
