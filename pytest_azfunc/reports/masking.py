"""Values of settings in what is shown of a failure: replaced. Pure.

A value is looked for wherever it stands, because a traceback shows it in many ways: as an argument, in the ``repr`` of
a mapping, in a message. Left alone is what would make a report unreadable and is no secret: short values, numbers,
schedules, single words and paths. A setting whose name says that it is a secret has less of these exceptions, and so
have parts of connection strings and addresses.
"""

from __future__ import annotations

import json
import re
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Mapping

SHOWN = "***"

_SECRET_NAME = re.compile(r"key|secret|passw|pwd|token|connection|credential|signature|^sig$|^code$|sas", re.IGNORECASE)
_HARMLESS = re.compile(r"[A-Za-z]+|[\d\s*/,.:+-]+|/.*|[A-Za-z]:\\.*|UseDevelopmentStorage=true", re.DOTALL)
_IN_ADDRESS = re.compile(r"://[^/\s:@]*:([^/\s@]+)@|[?&](?:sig|code|key|token)=([^&\s]+)", re.IGNORECASE)
_SHORTEST = 8  # characters
_SHORTEST_SECRET = 6
_CUT = "..."  # what pytest writes where it leaves out the middle
_SHORTEST_PIECE = 6


class Mask:
    """Replaces the values of *settings*."""

    def __init__(self, settings: Mapping[str, str]) -> None:
        entries = [*settings.items(), *map(_as_entry, settings)]
        secrets = {part for name, value in entries for part in _secrets(name, value)}
        others = {value for _, value in entries if _is_telling(value)}
        secrets |= {line for value in secrets for line in _lines(value)}
        others |= {line for value in others for line in _lines(value)}
        self._secrets = _Values(secrets)
        self._every = _Values(secrets | others)

    def hide(self, text: str) -> str:
        """The text without any of the values."""
        return self._every.hide(text)

    def hide_secrets(self, text: str) -> str:
        """The text without those that are secrets by their names: for what a test itself compares."""
        return self._secrets.hide(text)


class _Values:
    def __init__(self, values: Iterable[str]) -> None:
        self._forms = sorted({form for value in values for form in _forms(value)}, key=len, reverse=True)
        self._by_start = sorted(self._forms)
        self._by_end = sorted(form[::-1] for form in self._forms)

    def hide(self, text: str) -> str:
        for form in self._forms:
            if form in text:
                text = text.replace(form, SHOWN)
        return self._without_pieces(text) if _CUT in text and self._forms else text

    def _without_pieces(self, text: str) -> str:
        """Values of which pytest has left out the middle, with their ends still there."""
        pieces = text.split(_CUT)
        for number, piece in enumerate(pieces):
            if number:
                size = _longest(self._by_end, piece[:200][::-1], reverse=True)
                piece = SHOWN + piece[size:] if size else piece
            if number < len(pieces) - 1:
                size = _longest(self._by_start, piece[-200:], reverse=False)
                piece = piece[: len(piece) - size] + SHOWN if size else piece
            pieces[number] = piece
        return _CUT.join(pieces)


def _longest(sorted_forms: list[str], text: str, *, reverse: bool) -> int:
    """How much of the end of *text* is the beginning of one of the forms (all of them reversed, with *reverse*)."""
    for size in range(len(text), _SHORTEST_PIECE - 1, -1):
        start = text[-size:]
        index = bisect_left(sorted_forms, start)
        if index < len(sorted_forms) and sorted_forms[index].startswith(start):
            return size
    return 0


def _forms(value: str) -> set[str]:
    """How a value may be written: as it is, in a ``repr``, in JSON."""
    as_bytes = value.encode("utf-8", "surrogateescape")
    return {value, repr(value)[1:-1], repr(as_bytes)[2:-1], json.dumps(value)[1:-1]}


def _lines(value: str) -> Iterator[str]:
    """The lines of a value that has several, such as a private key: a message is shown line by line."""
    if "\n" in value:
        yield from filter(_is_telling, map(str.strip, value.splitlines()))


def _as_entry(name: str) -> tuple[str, str]:
    """Name and value of a setting that somebody has written as one name: ``KEY=value``."""
    key, _, value = name.partition("=")
    return key, value


def _is_telling(value: str) -> bool:
    return len(value) >= _SHORTEST and _HARMLESS.fullmatch(value) is None


def _secrets(name: str, value: str) -> Iterator[str]:
    """What of a setting is a secret: all of it, by its name; or parts of it."""
    if _SECRET_NAME.search(name) and len(value) >= _SHORTEST_SECRET and value != "UseDevelopmentStorage=true":
        yield value
    for part in value.split(";"):
        key, equals, content = part.partition("=")
        if equals and _SECRET_NAME.search(key) and len(content) >= _SHORTEST_SECRET:
            yield content
    for found in _IN_ADDRESS.finditer(value):
        yield found[1] or found[2]
