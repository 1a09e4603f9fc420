"""Regular expressions of .NET, said in Python's, whose ``re`` matches them."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from functools import lru_cache

from pytest_azfunc.host.routing.dotnet_text import utf16


class RegexError(ValueError):
    """An expression that .NET refuses, or that Python cannot stand in for; ``str()`` gives the reason."""


# Python takes these three for an i and an s when case is ignored, .NET's invariant culture does not (dotnet/aspnetcore,
# RegexInlineRouteConstraintTests.cs). A letter that has no case stands in for each, in the expression and in the value
# alike; re.ASCII would cure this too, but narrow \d and \w.
_STAND_INS = {0x130: "\ua000", 0x131: "\ua001", 0x17F: "\ua002"}


def searcher(pattern: str) -> Callable[[str], bool]:
    """Make a function that tells whether the expression is found in a value, case ignored.

    .NET gives up after ten seconds (dotnet/aspnetcore, RegexRouteConstraint.cs), and the request fails. Here nothing
    gives up: an expression with more ways of matching than anybody can wait for takes as long as it takes.

    :raises RegexError: the expression cannot be used.
    """
    try:
        translated = _Translation(utf16(pattern).translate(_STAND_INS)).text
        search = re.compile(translated, re.IGNORECASE).search
    except (re.error, OverflowError, RecursionError) as error:
        raise RegexError(f"the regular expression '{pattern}' cannot be used: {error}") from error
    return lambda value: search(utf16(value).translate(_STAND_INS)) is not None


_TOKEN = re.compile(
    r"""(?P<reference>\\k(?:<(?P<angled>\w+)>|'(?P<quoted>\w+)'))
    |(?P<escape>\\(?:x[0-9a-fA-F]{2}|u[0-9a-fA-F]{4}|[0-7]{1,3}|c.|[pP]\{\w+\}|.))
    |(?P<comment>\(\?\#[^)]*\))
    |(?P<options>\(\?(?P<on>[imnsx]*)(?:-(?P<off>[imnsx]+))?(?P<scope>[:)]))
    |(?P<named>\(\?(?:<(?P<name>[A-Za-z_]\w*)>|'(?P<alias>[A-Za-z_]\w*)'))
    |(?P<group>\(\?(?:<?[=!]|>|\(\w+\))|\((?!\?))
    |(?P<close>\))
    |(?P<either>\|)
    |(?P<set>\[)
    |(?P<quantifier>(?:[*+?]|\{[0-9]+(?:,[0-9]*)?\})\??)
    |(?P<plain>.)""",
    re.DOTALL | re.VERBOSE,
)
_ANCHORS = {r"\z": r"\Z", r"\Z": r"(?=\n?\Z)", r"\G": r"\A"}
_SET_END = "a set of characters is not closed"


class _Translation:
    """A .NET expression in Python's notation; what only one of the two knows is refused."""

    def __init__(self, pattern: str) -> None:
        self._pattern = pattern
        self._position = 0
        # For each open group the options switched on inside it. Python has them for whole groups only, so they open a
        # group of their own, which ends with the group around it and is opened anew in every alternative.
        self._options: list[list[str]] = [[]]
        pieces = []
        while self._position < len(pattern):
            pieces.append(self._next())
        if len(self._options) > 1:
            raise RegexError("a parenthesis of the regular expression is not closed")
        self.text = "".join(pieces) + self._end_options()

    def _next(self) -> str:
        found = _TOKEN.match(self._pattern, self._position)
        assert found is not None  # the last branch takes anything
        self._position = found.end()
        kind = str(next(name for name, text in found.groupdict().items() if text is not None))
        handler = getattr(self, f"_on_{kind}", None)
        return str(handler(found)) if handler else found[0]

    def _end_options(self) -> str:
        return ")" * len(self._options[-1])

    def _on_reference(self, found: re.Match[str]) -> str:
        name = found["angled"] or found["quoted"]
        return rf"(?:\{name})" if name.isdigit() else f"(?P={name})"

    def _on_escape(self, found: re.Match[str]) -> str:
        if found[0][1] in "pP":
            return f"[{'^' if found[0][1] == 'P' else ''}{_category(found[0])}]"
        return _ANCHORS.get(found[0]) or _character(found[0])

    def _on_options(self, found: re.Match[str]) -> str:
        on, off = (found["on"] or "").replace("n", ""), (found["off"] or "").replace("n", "")
        opened = f"(?{on}{'-' if off else ''}{off}:"
        if found["scope"] == ":":
            self._options.append([])
        else:
            self._options[-1].append(opened)
        return opened

    def _on_named(self, found: re.Match[str]) -> str:
        self._options.append([])
        return f"(?P<{found['name'] or found['alias']}>"

    def _on_group(self, found: re.Match[str]) -> str:
        self._options.append([])
        return found[0]

    def _on_close(self, found: re.Match[str]) -> str:
        if len(self._options) == 1:
            raise RegexError("the regular expression closes a parenthesis it has not opened")
        ended = self._end_options()
        self._options.pop()
        return ended + ")"

    def _on_either(self, found: re.Match[str]) -> str:
        return self._end_options() + "|" + "".join(self._options[-1])

    def _on_quantifier(self, found: re.Match[str]) -> str:
        if self._pattern[self._position : self._position + 1] == "+":
            raise RegexError(f"'{found[0]}+' quantifies a quantifier")  # Python has possessive ones since 3.11
        return found[0]

    def _on_plain(self, found: re.Match[str]) -> str:
        if found[0] == "(":
            raise RegexError(f"'{self._pattern[found.start() : found.start() + 4]}' opens no group known here")
        return rf"\{found[0]}" if found[0] in "{\\" else found[0]  # `{,5}` is plain text in .NET

    def _on_set(self, found: re.Match[str]) -> str:
        negated = self._take("^")
        members: list[str] = []
        without = ""
        while not (members and self._take("]")):
            if members and self._take("-["):
                without = f"(?!{self._on_set(found)})"
                if not self._take("]"):
                    raise RegexError(_SET_END)
                break
            members.append(self._member())
        text = f"[{'^' if negated else ''}{''.join(members)}]"
        return f"(?:{without}{text})" if without else text

    def _take(self, text: str) -> bool:
        taken = self._pattern.startswith(text, self._position)
        self._position += len(text) if taken else 0
        return taken

    def _member(self) -> str:
        first = self._set_character()
        is_range = self._pattern.startswith("-", self._position) and self._pattern[self._position + 1 :][:1] not in "[]"
        if is_range and first[:2] not in (r"\d", r"\w", r"\s", r"\D", r"\W", r"\S"):
            self._position += 1
            return f"{first}-{self._set_character()}"
        return first

    def _set_character(self) -> str:
        found = _TOKEN.match(self._pattern, self._position)
        if found is None:
            raise RegexError(_SET_END)
        if not found["escape"]:
            self._position += 1
            return re.escape(self._pattern[self._position - 1])
        self._position = found.end()
        if found[0][1] in "pP":
            return _category(found[0], complement=found[0][1] == "P")
        return _character(found[0])


def _character(escape: str) -> str:
    """An escaped character; what Python does not know either is left for it to refuse."""
    if escape[1] in "NU":
        raise RegexError(f"'{escape}' is no escape sequence")
    if escape == r"\e":
        return r"\x1b"
    if escape[1] == "c":
        return rf"\x{ord(escape[2:].upper() or chr(64)) & 0x1F:02x}"
    return escape


@lru_cache(maxsize=64)
def _category(escape: str, complement: bool = False) -> str:
    r"""The members of a Unicode category such as ``\p{Lu}``, to stand inside a set. UTF-16 has no others than these."""
    name = escape[3:-1]
    inside = [unicodedata.category(chr(code)).startswith(name) for code in range(0x10000)]
    if len(escape) < 5 or not any(inside):
        raise RegexError(f"'{escape}' names no category known here")
    edges = [code for code in range(0x10000) if inside[code] != (code > 0 and inside[code - 1])]
    if complement:
        edges = edges[1:] if edges[0] == 0 else [0, *edges]
    edges += [0x10000] * (len(edges) % 2)
    return "".join(rf"\u{low:04x}-\u{high - 1:04x}" for low, high in zip(edges[::2], edges[1::2], strict=True))
