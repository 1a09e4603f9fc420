"""The parser behind :mod:`~pytest_azfunc.project.lenient_json`: JSON as Newtonsoft.Json reads it, with offsets."""

from __future__ import annotations

import re

from pytest_azfunc.project.json_marks import EVERYTHING, NOTHING, Container, Path, folded, position
from pytest_azfunc.project.json_runs import escapes, pass_run
from pytest_azfunc.project.newtonsoft import MAX_DEPTH, MAX_INTEGER_LENGTH, JsonError

# What .NET's Char.IsWhiteSpace accepts, and U+0000, which Newtonsoft.Json passes over as well.
# Python's \s is not the same set: it has U+001C to U+001F too.
_SPACE = re.compile(r"[\x00\t-\r \x85\xa0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]*")
_LINE_END = re.compile(r"[\r\n]")
_NAME = re.compile(r"[\w$]+")
_WORD = re.compile(r"[\w$.+-]+")
_DECIMAL_INTEGER = re.compile(r"-?[0-9]+")
_HEXADECIMAL = re.compile(r"0[xX][0-9a-fA-F]+")
_OCTAL = re.compile(r"0[0-7]+")
_FLOAT = re.compile(r"-?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]+)?")
_FOUR_HEX_DIGITS = re.compile(r"[0-9a-fA-F]{4}")
_PLAIN_TEXT = {'"': re.compile(r'[^"\\]*'), "'": re.compile(r"[^'\\]*")}

_ESCAPES = {
    '"': '"',
    "'": "'",
    "\\": "\\",
    "/": "/",
    "b": "\b",
    "f": "\f",
    "n": "\n",
    "r": "\r",
    "t": "\t",
}
_LITERALS: dict[str, object] = {
    "true": True,
    "false": False,
    "null": None,
    "undefined": None,
    "NaN": float("nan"),
    "Infinity": float("inf"),
    "-Infinity": float("-inf"),
}


class Parser:
    """One pass over a text. The open containers are on a list, so nothing recurses.

    :param marked: which values get marks: those along this path; all when None.
    """

    def __init__(self, text: str, marked: Path | None = None) -> None:
        self._text = text
        self._marked = marked
        self._at = 0
        self._open: list[Container] = []

    def parse(self) -> tuple[object, int | Container]:
        """The value of the whole text, and its mark."""
        if not self._peek():
            blank = _SPACE.fullmatch(self._text) is not None
            raise self._error("the file is empty" if blank else "the file holds no JSON value", 0)
        top: list[object] = []
        around = Container(top, 0)
        self._read_value(around, 0, self._at)
        while self._open:
            self._step(self._open[-1])
        if self._peek():
            raise self._error("there is text after the end of the JSON value")
        return top[0], around.marks[0]

    def is_blank(self) -> bool:
        """Whether the text holds no value at all: white space and comments only."""
        try:
            return not self._peek()
        except JsonError:
            return False

    def _step(self, inside: Container) -> None:
        """Read one closing bracket, comma, item or member of the innermost open container."""
        char = self._peek_inside()
        if char in "}]":
            if char != inside.closer:
                raise self._error(f"'{char}' cannot close an {inside.kind}")
            self._at += 1
            self._open.pop()
        elif inside.needs_comma:
            if char != ",":
                raise self._error(f"a comma or '{inside.closer}' is missing")
            self._at += 1
            inside.needs_comma = False
        else:
            inside.needs_comma = True
            start = self._at
            self._at = pass_run(self._text, start, inside)
            if self._at > start:
                inside.needs_comma = False
            elif isinstance(inside.value, list):
                self._read_value(inside, len(inside.value), start)
            else:
                name = self._read_name()
                self._peek_inside()
                self._read_value(inside, name, start)

    def _read_value(self, parent: Container, key: str | int, offset: int) -> None:
        char = self._text[self._at]
        if char in "{[":
            self._open_container(parent, key, offset)
        elif char in "\"'":
            parent.put(key, self._read_string(), offset)
        elif char == "," and self._open:
            # Newtonsoft.Json reads an omitted value as ``undefined``; the comma is still to come.
            parent.put(key, None, offset)
        elif char in "}]" and self._open:
            raise self._error(f"a value is missing before '{char}'")
        else:
            parent.put(key, self._read_word(), offset)

    def _open_container(self, parent: Container, key: str | int, offset: int) -> None:
        if len(self._open) == MAX_DEPTH:
            raise self._error(f"the nesting is deeper than {MAX_DEPTH} levels, the MaxDepth of Newtonsoft.Json")
        value: dict[str, object] | list[object] = {} if self._text[self._at] == "{" else []
        container = Container(value, offset, bracket=self._at, wanted=self._wanted_below(parent, key))
        parent.put(key, value, container)
        self._open.append(container)
        self._at += 1

    def _wanted_below(self, parent: Container, key: str | int) -> object:
        if self._marked is None:
            return EVERYTHING
        depth = len(self._open)
        return folded(self._marked[depth]) if parent.wants(key) and depth < len(self._marked) else NOTHING

    def _read_name(self) -> str:
        """Read a property name and the colon after it."""
        char = self._text[self._at]
        quoted = char in "\"'"
        name = self._read_string() if quoted else self._take(_NAME)
        if not quoted and not name:
            raise self._error(f"{_shown(char)} cannot start a property name")
        end = self._at
        self._take(_SPACE)
        following = self._text[self._at : self._at + 1]
        if following == ":":
            self._at += 1
            return name
        if self._text.startswith(("//", "/*"), self._at):
            # The one gap between tokens where Newtonsoft.Json does not look for comments.
            raise self._error("a comment cannot stand between a property name and its ':'")
        if not following:
            raise self._unclosed()
        if not quoted and end == self._at and following not in "{}[],\"'":
            raise self._error(f"{_shown(following)} cannot stand in an unquoted property name")
        raise self._error("a ':' is missing after the property name")

    def _read_string(self) -> str:
        start = self._at
        quote = self._text[start]
        plain = _PLAIN_TEXT[quote]
        parts: list[str] = []
        has_surrogates = False
        self._at += 1
        while True:
            parts.append(self._take(plain))
            if self._text.startswith(quote, self._at):
                break
            if self._at + 1 >= len(self._text):
                raise self._error("the string that starts here is not closed", start)
            char, self._at = escapes(self._text, self._at) if quote == '"' else ("", self._at)
            char = char or self._read_escape()
            has_surrogates |= len(char) == 1 and "\ud800" <= char <= "\udfff"
            parts.append(char)
        self._at += 1
        value = "".join(parts)
        if has_surrogates:
            # Halves that belong together become one character, a half alone becomes U+FFFD.
            value = value.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
        return value

    def _read_escape(self) -> str:
        char = self._text[self._at + 1]
        if char == "u":
            digits = _FOUR_HEX_DIGITS.match(self._text, self._at + 2)
            if digits is None:
                raise self._error("four hexadecimal digits have to follow '\\u'")
            self._at = digits.end()
            return chr(int(digits.group(), 16))
        if char not in _ESCAPES:
            raise self._error(f"{_shown(chr(92) + char)} is not a JSON escape sequence")
        self._at += 2
        return _ESCAPES[char]

    def _read_word(self) -> object:
        start = self._at
        word = self._take(_WORD)
        if word in _LITERALS:
            return _LITERALS[word]
        first = word[:1]
        if not first:
            raise self._error(f"{_shown(self._text[start])} is not a JSON value")
        if first not in "-.0123456789":
            raise self._error(f"{_shown(word)} is not a JSON value", start)
        return self._number(word, start)

    def _number(self, word: str, start: int) -> int | float:
        if word[0] == "0" and len(word) > 1 and word[1] not in ".eE":
            return self._hexadecimal_or_octal(word, start)
        if _DECIMAL_INTEGER.fullmatch(word):
            if len(word) > MAX_INTEGER_LENGTH:
                raise self._error(
                    f"the integer has more than {MAX_INTEGER_LENGTH} characters, the most that Newtonsoft.Json reads",
                    start,
                )
            return int(word)
        if _FLOAT.fullmatch(word):
            return float(word)
        raise self._error(f"{_shown(word)} is not a number", start)

    def _hexadecimal_or_octal(self, word: str, start: int) -> int:
        if _HEXADECIMAL.fullmatch(word):
            number = int(word, 16)
        elif _OCTAL.fullmatch(word):
            number = int(word, 8)
        elif word[1] in "xX":
            raise self._error(f"{_shown(word)} is not a hexadecimal number", start)
        else:
            raise self._error(
                f"{_shown(word)} is not a number: after a leading 0 only octal digits can follow",
                start,
            )
        if number >= 1 << 64:
            raise self._error("the hexadecimal or octal number needs more than 64 bits", start)
        # .NET takes the digits for the bits of a signed 64-bit integer.
        return number - (1 << 64) if number >= 1 << 63 else number

    def _take(self, pattern: re.Pattern[str]) -> str:
        """Pass what the pattern matches here, and return it; '' if it does not match."""
        match = pattern.match(self._text, self._at)
        if match is None:
            return ""
        self._at = match.end()
        return match.group()

    def _peek(self) -> str:
        """Pass white space and comments; return the character there, '' at the end."""
        self._take(_SPACE)
        while self._text.startswith("/", self._at):
            self._pass_comment()
            self._take(_SPACE)
        return self._text[self._at : self._at + 1]

    def _peek_inside(self) -> str:
        """As ``_peek``, within a container: the text must not end there."""
        char = self._peek()
        if not char:
            raise self._unclosed()
        return char

    def _pass_comment(self) -> None:
        if self._text.startswith("//", self._at):
            if self._at + 2 == len(self._text):
                # Newtonsoft.Json looks for one more character before it tells // from /*.
                raise self._error("the file cannot end with an empty '//' comment")
            line_end = _LINE_END.search(self._text, self._at)
            self._at = line_end.start() if line_end else len(self._text)
        elif self._text.startswith("/*", self._at):
            end = self._text.find("*/", self._at + 2)
            if end < 0:
                raise self._error("the comment that starts here is not closed")
            self._at = end + 2
        else:
            raise self._error("'/' does not start a comment here, '//' or '/*' would")

    def _unclosed(self) -> JsonError:
        innermost = self._open[-1]
        return self._error(f"the {innermost.kind} that starts here is not closed", innermost.bracket)

    def _error(self, problem: str, offset: int | None = None) -> JsonError:
        place = position(self._text, self._at if offset is None else offset)
        return JsonError(problem, place.line, place.column)


def _shown(culprit: str) -> str:
    """A piece of the text as it is shown in a problem: quoted, short and printable."""
    if len(culprit) > 40:
        culprit = culprit[:40] + "…"
    return "'" + "".join(c if c.isprintable() else f"U+{ord(c):04X}" for c in culprit) + "'"
