"""Runs of plain items and members, which strict JSON and Newtonsoft.Json read alike: passed many at a time.

The lenient parser goes from character to character. A large file that is broken at its end would keep it busy for
minutes; nearly all of such a file is plain.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

from pytest_azfunc.project.json_marks import NOTHING, Container

_SPACE = r"[ \t\n\r]*"
_STRING = r'"[^"\\\x00-\x1f]*"'
_PLAIN = rf"(?:{_STRING}|-?(?:0|[1-9][0-9]{{0,17}})|true|false|null)"
_ITEM = rf"{_SPACE}{_PLAIN}{_SPACE},"
_MEMBER = rf"{_SPACE}{_STRING}{_SPACE}:{_ITEM}"
# `re` keeps a note of every repetition, so a run has an end.
_ITEMS = re.compile(rf"(?:{_ITEM}){{1,5000}}")
_MEMBERS = re.compile(rf"(?:{_MEMBER}){{1,5000}}")
_EACH_ITEM = re.compile(rf"{_SPACE}(){_PLAIN}{_SPACE},")
_EACH_MEMBER = re.compile(rf"{_SPACE}({_STRING}){_SPACE}:{_ITEM}")

# Of surrogates each is looked at: half of a pair alone becomes another character.
_ESCAPES = re.compile(r'(?:\\(?:["\\/bfnrt]|u(?![dD][89a-fA-F])[0-9a-fA-F]{4})[^"\\\x00-\x1f]*){2,5000}')


def escapes(text: str, at: int) -> tuple[str, int]:
    """What stands in a string between double quotes from the escape sequence at *at* on, as far as it is plain.

    :returns: the characters, and where they end; none for a single sequence.
    """
    found = _ESCAPES.match(text, at)
    return ("", at) if found is None else (json.loads(f'"{found[0]}"'), found.end())


def pass_run(text: str, at: int, inside: Container) -> int:
    """Put the run of plain items or members that begins at *at* into a container.

    :returns: where it ends, behind a comma; *at* where none begins.
    """
    found = (_ITEMS if isinstance(inside.value, list) else _MEMBERS).match(text, at)
    if found is None:
        return at
    end = found.end()
    if inside.wanted is not NOTHING:
        inside.marks.update((key, offset) for key, offset in _places(text, at, end, inside) if inside.wants(key))
    plain: Any
    if isinstance(inside.value, list):
        plain = json.loads(f"[{text[at : end - 1]}]")
        inside.value.extend(plain)
    else:
        plain = json.loads(f"{{{text[at : end - 1]}}}")
        inside.value.update(plain)
    return end


def _places(text: str, at: int, end: int, inside: Container) -> Iterator[tuple[str | int, int]]:
    if isinstance(inside.value, list):
        for index, found in enumerate(_EACH_ITEM.finditer(text, at, end), len(inside.value)):
            yield index, found.start(1)
    else:
        for found in _EACH_MEMBER.finditer(text, at, end):
            yield found[1][1:-1], found.start(1)
