"""Read JSON as leniently as the Azure Functions host does, and say where each value stands.

The host reads ``host.json``, ``function.json`` and ``local.settings.json`` with Newtonsoft.Json
(``JObject.Parse``, default settings), which takes much that :func:`json.loads` refuses. A project
that works on the host has to load here, and one that the host refuses has to fail here.

Three differences from Newtonsoft.Json stay. A string that looks like a date stays a string, as
there is no telling how the host's code will format it. ``new Date(...)`` constructors are refused,
as no plain value stands for them. A value that is not an object is returned, not refused: whether
an object is needed is for the caller to say.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import TYPE_CHECKING

from pytest_azfunc.project.newtonsoft import MAX_DEPTH, MAX_INTEGER_LENGTH, JsonError, Position

if TYPE_CHECKING:
    from pytest_azfunc.project.json_marks import Container, Path

__all__ = ["JsonError", "Position", "is_blank", "loads", "position_of", "positions"]

_SURROGATE_ESCAPE = r"\\u[dD][89a-fA-F]"
_NESTING_TOKEN = r'\\.|["{}\[\]]'


def loads(text: str) -> object:
    """The value of a JSON text, with the leniency of the Azure Functions host.

    :raises JsonError: the host would refuse the text.
    """
    text = _without_bom(text)
    if _nests_too_deeply(text) or ("\\u" in text and re.search(_SURROGATE_ESCAPE, text)):
        # The strict reader would recurse, or keep half of a surrogate pair.
        return _loads_leniently(text)
    try:
        return _strictly(text)
    except (ValueError, StopIteration):
        # Read again outside of this block, lest the strict reader's complaint about, say, a
        # comment be shown as the cause of an unrelated JsonError.
        pass
    return _loads_leniently(text)


def position_of(text: str, path: Path) -> Position:
    """Where one value stands, or the nearest one around it that the text has; names ignore case.

    :raises JsonError: the host would refuse the text.
    """
    from pytest_azfunc.project.json_marks import position
    from pytest_azfunc.project.lenient_parser import Parser

    text = _without_bom(text)
    _, root = Parser(text, marked=path).parse()
    return position(text, root if isinstance(root, int) else root.nearest(path))


def positions(text: str) -> dict[Path, Position]:
    """Where each value stands: its path of keys and indexes -> its position.

    A member stands where its key starts; an item, and the whole value (path ``()``), where the
    value starts. Of a repeated key the last counts, as in :func:`loads`.

    :raises JsonError: the host would refuse the text.
    """
    from pytest_azfunc.project.json_marks import Lines
    from pytest_azfunc.project.lenient_parser import Parser

    text = _without_bom(text)
    _, root = Parser(text).parse()
    lines = Lines(text)
    found: dict[Path, Position] = {}
    pending: list[tuple[Path, int | Container]] = [((), root)]
    while pending:
        path, mark = pending.pop()
        if isinstance(mark, int):
            found[path] = lines.position(mark)
            continue
        found[path] = lines.position(mark.offset)
        # Reversed, as the last in is the first out: the result is in the order of the value.
        pending.extend(((*path, key), inner) for key, inner in reversed(mark.marks.items()))
    return found


def is_blank(text: str) -> bool:
    """Whether a text holds no JSON value: only white space and comments."""
    from pytest_azfunc.project.lenient_parser import Parser

    return Parser(_without_bom(text)).is_blank()


def _loads_leniently(text: str) -> object:
    from pytest_azfunc.project.lenient_parser import Parser  # which few apps need

    value, _ = Parser(text, marked=()).parse()
    return value


def _without_bom(text: str) -> str:
    # Editors do not show the mark, so it does not count as a column either.
    return text.removeprefix("\ufeff")


def _strict_integer(digits: str) -> int:
    if len(digits) > MAX_INTEGER_LENGTH:
        raise ValueError("refused here to have the lenient parser say where it stands")
    return int(digits)


_STRICT = json.JSONDecoder(parse_int=_strict_integer)
_SCAN: Callable[[str, int], tuple[object, int]] = _STRICT.scan_once  # type: ignore[attr-defined]


def _strictly(text: str) -> object:
    """The value of a strict JSON text, by the standard library's scanner.

    An app has hundreds of small files, for which ``JSONDecoder.decode`` takes as long to pass the white space around
    a value as to read it.

    :raises ValueError, StopIteration: it is no strict JSON.
    """
    if text[:1] != "{":
        return _STRICT.decode(text)
    value, end = _SCAN(text, 0)
    if end != len(text) and text[end:].strip(" \t\n\r"):
        raise ValueError("there is something after the value")
    return value


def _nests_too_deeply(text: str) -> bool:
    """Whether a text, if it is strict JSON, nests deeper than Newtonsoft.Json allows.

    For other texts the answer may be wrong either way, at no cost: the strict reader refuses
    them, and does so before it gets past the depth that was counted here.
    """
    if text.count("{") + text.count("[") <= MAX_DEPTH:
        return False
    depth = 0
    in_string = False
    for match in re.finditer(_NESTING_TOKEN, text, re.DOTALL):
        token = match.group()
        if token == '"':
            in_string = not in_string
        elif in_string:
            continue
        elif token in ("{", "["):
            depth += 1
            if depth > MAX_DEPTH:
                return True
        elif token in ("}", "]"):
            depth -= 1
    return False
