"""Constraints of route templates: what `int` in `{id:int}` lets through.

The host leaves them to ASP.NET Core, which parses with .NET's invariant culture. So `42 ` is an int, `4_2` is none and
`Infinity` is a float; nothing here may be left to Python's own idea of a number or a date. Numbers in comments such as
1.34 are the sections of the project's notes on HTTP.
"""

from __future__ import annotations

import re
import unicodedata
from calendar import monthrange
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import lru_cache, partial


class ConstraintError(ValueError):
    """A constraint the host refuses when it creates the route; `str()` gives the reason."""


@dataclass(frozen=True)
class Constraint:
    """One constraint of one parameter.

    Attributes:
        accepts: tells whether a value passes.
        accepts_missing: whether it also passes a catch-all that captured nothing. Only `nonfile` does (1.25, 1.35).
    """

    accepts: Callable[[str], bool]
    accepts_missing: bool = False


def resolve(text: str) -> Constraint:
    """Find the constraint that a template asks for, such as `int` or `range(1,5)`.

    Raises:
        ConstraintError: there is none of that name, or it cannot take these arguments (1.29).
    """
    name, parenthesis, argument = text.partition("(")
    if parenthesis and not text.endswith(")"):
        raise ConstraintError(f"'{text}' does not end with its parenthesis; braces in a constraint are written twice")
    key = name.lower()
    if key in _PLAIN:
        if parenthesis:
            raise ConstraintError(f"the constraint '{name}' takes no argument")
        return Constraint(_PLAIN[key], accepts_missing=key == "nonfile")
    if key not in _WITH_ARGUMENT:
        raise ConstraintError(f"there is no constraint named '{name}'")
    if not parenthesis:
        raise ConstraintError(f"the constraint '{name}' needs an argument")
    return Constraint(_WITH_ARGUMENT[key](argument[:-1]))


def utf16(text: str) -> str:
    """Spell characters beyond U+FFFF as two surrogates, because .NET counts and matches UTF-16 units."""
    return text if text.isascii() else _ASTRAL.sub(_surrogates, text)


_ASTRAL = re.compile("[\U00010000-\U0010ffff]")


def _surrogates(found: re.Match[str]) -> str:
    offset = ord(found[0]) - 0x10000
    return chr(0xD800 + (offset >> 10)) + chr(0xDC00 + (offset & 0x3FF))


# Numbers (1.34). The parser's white space is ASCII only, and it overlooks null characters at the very end.

_SPACE = r"[\t-\r ]*"
_DIGITS = r"(?P<digits>,*[0-9][0-9,]*(?:\.[0-9]*)?|,*\.[0-9]+)"
_INTEGER = re.compile(rf"{_SPACE}([+-]?)0*([0-9]+){_SPACE}\0*")
_DECIMAL = re.compile(rf"{_SPACE}(?P<before>[+-]?){_DIGITS}{_SPACE}(?P<behind>[+-]?){_SPACE}\0*")
_FLOAT = re.compile(rf"{_SPACE}[+-]?{_DIGITS}(?:[eE][+-]?[0-9]+)?{_SPACE}\0*")
_FLOAT_NAME = re.compile("[+-]?(?:infinity|nan)", re.IGNORECASE | re.ASCII)
_DECIMAL_LIMIT = Decimal(f"{2**96 - 1}.5")

# char.IsWhiteSpace; str.strip() alone would also take U+001C to U+001F.
_WHITE = (
    "\t\n\v\f\r \x85\xa0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u2028\u2029\u202f\u205f"
    "\u3000"
)


def _integer(text: str, bits: int) -> int | None:
    found = _INTEGER.fullmatch(text)
    # The length is looked at first: Python refuses to convert thousands of digits.
    if found is None or len(found[2]) > 19:
        return None
    value = int(found[1] + found[2])
    return value if -(2 ** (bits - 1)) <= value < 2 ** (bits - 1) else None


def _is_integer(value: str, bits: int) -> bool:
    return _integer(value, bits) is not None


def _is_decimal(value: str) -> bool:
    found = _DECIMAL.fullmatch(value)
    if found is None or (found["before"] and found["behind"]):
        return False
    # Rounded to the last place that 96 bits can hold, a half goes up here, because the limit is odd.
    return Decimal(found["digits"].replace(",", "")) < _DECIMAL_LIMIT


def _is_float(value: str) -> bool:
    # What is too large becomes infinity, for `float` as for `double`.
    return bool(_FLOAT.fullmatch(value) or _FLOAT_NAME.fullmatch(value.strip(_WHITE)))


def _is_bool(value: str) -> bool:
    return value.strip(_WHITE + "\0").lower() in ("true", "false")


# Guids

_D = "[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}"
_X = r"\{0x0*[0-9a-f]{1,8}(?:,0x0*[0-9a-f]{1,4}){2},\{0x0*[0-9a-f]{1,2}(?:,0x0*[0-9a-f]{1,2}){7}\}\}"
_GUID = re.compile(rf"[0-9a-f]{{32}}|{_D}|\{{{_D}\}}|\({_D}\)", re.IGNORECASE | re.ASCII)
_GUID_X = re.compile(_X, re.IGNORECASE | re.ASCII)


def _is_guid(value: str) -> bool:
    trimmed = value.strip(_WHITE)
    if _GUID.fullmatch(trimmed):
        return True
    # Only the form of nested braces may have white space inside.
    return bool(_GUID_X.fullmatch("".join(each for each in trimmed if each not in _WHITE)))


# Text


def _is_alpha(value: str) -> bool:
    # .NET writes it with a `$`, which also stands before a newline at the end.
    return bool(re.fullmatch(r"[A-Za-z]*\n?", value))


def _is_file(value: str) -> bool:
    return bool(value.rpartition("/")[2].partition(".")[2].strip("."))


def _is_not_file(value: str) -> bool:
    return not _is_file(value)


def _is_present(value: str) -> bool:
    return value != ""


# Dates, in the order of the invariant culture: month, day, year

_MONTHS = (
    *("january", "february", "march", "april", "may", "june"),
    *("july", "august", "september", "october", "november", "december"),
)
_DAY_NAMES = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_TIME = re.compile(
    r"(?<![0-9:])(?:(?P<hour>[0-9]{1,2}):(?P<minute>[0-9]{1,2})(?::(?P<second>[0-9]{1,2})(?:\.[0-9]+)?)?"
    r"\s*(?P<half>[ap]m)?(?:\s*(?:z|gmt|[+-](?P<zone_hour>[0-9]{1,2})(?::?(?P<zone_minute>[0-9]{2}))?))?"
    r"|(?P<only_hour>[0-9]{1,2})\s*[ap]m)(?![0-9:a-z])"
)
_DATE_WORD = re.compile(r"[0-9]+|[a-z]+")
_DATE_TEXT = re.compile(r"(?:[0-9]+|[a-z]+|[\s,./-])*")


def _is_datetime(value: str) -> bool:
    """What `DateTime.TryParse` takes, as far as a route is likely to meet it."""
    text = value.strip(_WHITE).lower()
    if not text.isascii():
        return False
    time = _TIME.search(text)
    if time is None:
        return _is_date(text)
    before, after = text[: time.start()], text[time.end() :]
    if not _is_time(time):
        return False
    # The T of ISO 8601 stands between the day and the hour only.
    before = re.sub(r"(?<=[0-9])t$", " ", before)
    date_text = f"{before} {after}"
    return not date_text.strip() or _is_date(date_text)


def _is_time(found: re.Match[str]) -> bool:
    if found["only_hour"]:
        return int(found["only_hour"]) <= 12
    last_hour = 12 if found["half"] else 23
    in_range = int(found["hour"]) <= last_hour and int(found["minute"]) < 60 and int(found["second"] or 0) < 60
    zone = int(found["zone_hour"] or 0) * 60 + int(found["zone_minute"] or 0)
    return in_range and zone <= 14 * 60 and int(found["zone_minute"] or 0) < 60


def _is_date(text: str) -> bool:
    if not _DATE_TEXT.fullmatch(text):
        return False
    words = _DATE_WORD.findall(re.sub(r"(?<=[0-9])\s*(?:z|gmt)$", "", text))
    numbers = [word for word in words if word.isdigit()]
    names = [word for word in words if not word.isdigit()]
    months = [month for month in map(_month, names) if month]
    days = [name for name in names if not _month(name)]
    if len(months) > 1 or len(days) > 1 or len(numbers) > 3:
        return False
    return any(_is_day(each, days) for each in _readings(numbers, months[0] if months else 0))


def _month(name: str) -> int:
    return next((number for number, month in enumerate(_MONTHS, 1) if name in (month, month[:3])), 0)


def _readings(numbers: list[str], month: int) -> list[tuple[int, int, int]]:
    """The year, month and day that these numbers may stand for; three digits make a year."""
    if any(len(number) > 5 for number in numbers):
        return []
    years = [len(number) > 2 for number in numbers]
    values = [int(number) for number in numbers]
    if month:
        return _readings_with_month(values, years, month)
    if len(values) == 3 and not years[1]:
        first, second, third = values
        if years[0]:
            return [] if years[2] else [(first, second, third)]
        return [(third if years[2] else 2000 + third, first, second)]
    if len(values) == 2 and not all(years):
        first, second = values
        if years[0]:
            return [(first, second, 1)]
        # Without a year it is the present one; a leap year stands for it, since nothing here may look at the clock.
        return [(second, first, 1)] if years[1] else [(2000, first, second)]
    return []


def _readings_with_month(values: list[int], years: list[bool], month: int) -> list[tuple[int, int, int]]:
    if len(values) == 1:
        return [(values[0], month, 1)] if years[0] else [(2000, month, values[0])]
    if len(values) != 2 or all(years):
        return []
    first, second = values
    if years[0]:
        return [(first, month, second)]
    if years[1]:
        return [(second, month, first)]
    return [(2000 + second, month, first), (2000 + first, month, second)]


def _is_day(reading: tuple[int, int, int], names: list[str]) -> bool:
    year, month, day = reading
    if not (1 <= year <= 9999 and 1 <= month <= 12 and 1 <= day <= monthrange(year, month)[1]):
        return False
    # The name of a day has to be that day's name.
    weekday = _DAY_NAMES[date(year, month, day).weekday()]
    return not names or names[0] in (weekday, weekday[:3])


# Constraints with arguments


def _argument(text: str, bits: int = 64) -> int:
    value = _integer(text.strip(_WHITE), bits)
    if value is None:
        raise ConstraintError(f"'{text}' is no number of {bits} bits")
    return value


def _size(text: str) -> int:
    value = _argument(text, 32)
    if value < 0:
        raise ConstraintError(f"a length cannot be {value}")
    return value


def _bounds(text: str, read: Callable[[str], int]) -> tuple[int, int]:
    numbers = [read(each) for each in text.split(",")]
    if len(numbers) != 2:
        raise ConstraintError(f"two bounds are needed, not '{text}'")
    low, high = numbers
    if low > high:
        raise ConstraintError(f"the lower bound {low} is above the upper bound {high}")
    return low, high


def _length(argument: str) -> Callable[[str], bool]:
    low, high = _bounds(argument, _size) if "," in argument else (_size(argument),) * 2
    return lambda value: low <= len(utf16(value)) <= high


def _min_length(argument: str) -> Callable[[str], bool]:
    low = _size(argument)
    return lambda value: low <= len(utf16(value))


def _max_length(argument: str) -> Callable[[str], bool]:
    high = _size(argument)
    return lambda value: len(utf16(value)) <= high


def _within(low: int, high: int) -> Callable[[str], bool]:
    def accepts(value: str) -> bool:
        number = _integer(value, 64)
        return number is not None and low <= number <= high

    return accepts


def _regex(argument: str) -> Callable[[str], bool]:
    try:
        compiled = re.compile(_Translation(utf16(argument).translate(_DOTTED)).text, re.IGNORECASE)
    except (re.error, OverflowError, RecursionError) as error:
        raise ConstraintError(f"the regular expression '{argument}' cannot be used: {error}") from error
    return lambda value: compiled.search(utf16(value).translate(_DOTTED)) is not None


_PLAIN: dict[str, Callable[[str], bool]] = {
    "int": partial(_is_integer, bits=32),
    "long": partial(_is_integer, bits=64),
    "bool": _is_bool,
    "datetime": _is_datetime,
    "decimal": _is_decimal,
    "double": _is_float,
    "float": _is_float,
    "guid": _is_guid,
    "alpha": _is_alpha,
    "required": _is_present,
    "file": _is_file,
    "nonfile": _is_not_file,
}
_WITH_ARGUMENT: dict[str, Callable[[str], Callable[[str], bool]]] = {
    "length": _length,
    "minlength": _min_length,
    "maxlength": _max_length,
    "min": lambda argument: _within(_argument(argument), 2**63 - 1),
    "max": lambda argument: _within(-(2**63), _argument(argument)),
    "range": lambda argument: _within(*_bounds(argument, _argument)),
    "regex": _regex,
}


# Regular expressions of .NET, said in Python's

# Python takes these three for an i and an s when case is ignored, .NET does not (1.37). A letter that has no case stands
# in for each, in the expression and in the value alike; re.ASCII would cure this too, but narrow \d and \w.
_DOTTED = {0x130: "\ua000", 0x131: "\ua001", 0x17F: "\ua002"}

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
            raise ConstraintError("a parenthesis of the regular expression is not closed")
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
            raise ConstraintError("the regular expression closes a parenthesis it has not opened")
        ended = self._end_options()
        self._options.pop()
        return ended + ")"

    def _on_either(self, found: re.Match[str]) -> str:
        return self._end_options() + "|" + "".join(self._options[-1])

    def _on_quantifier(self, found: re.Match[str]) -> str:
        if self._pattern[self._position : self._position + 1] == "+":
            raise ConstraintError(f"'{found[0]}+' quantifies a quantifier")  # Python has possessive ones since 3.11
        return found[0]

    def _on_plain(self, found: re.Match[str]) -> str:
        if found[0] == "(":
            raise ConstraintError(f"'{self._pattern[found.start() : found.start() + 4]}' opens no group known here")
        return rf"\{found[0]}" if found[0] in "{\\" else found[0]  # `{,5}` is plain text in .NET

    def _on_set(self, found: re.Match[str]) -> str:
        negated = self._take("^")
        members: list[str] = []
        without = ""
        while not (members and self._take("]")):
            if members and self._take("-["):
                without = f"(?!{self._on_set(found)})"
                if not self._take("]"):
                    raise ConstraintError(_SET_END)
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
            raise ConstraintError(_SET_END)
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
        raise ConstraintError(f"'{escape}' is no escape sequence")
    if escape == r"\e":
        return r"\x1b"
    if escape[1] == "c":
        return rf"\x{ord(escape[2:].upper() or chr(64)) & 0x1F:02x}"
    return escape


@lru_cache(maxsize=64)
def _category(escape: str, complement: bool = False) -> str:
    r"""The members of a Unicode category such as `\p{Lu}`, to stand inside a set. UTF-16 has no others than these."""
    name = escape[3:-1]
    inside = [unicodedata.category(chr(code)).startswith(name) for code in range(0x10000)]
    if len(escape) < 5 or not any(inside):
        raise ConstraintError(f"'{escape}' names no category known here")
    edges = [code for code in range(0x10000) if inside[code] != (code > 0 and inside[code - 1])]
    if complement:
        edges = edges[1:] if edges[0] == 0 else [0, *edges]
    edges += [0x10000] * (len(edges) % 2)
    return "".join(rf"\u{low:04x}-\u{high - 1:04x}" for low, high in zip(edges[::2], edges[1::2], strict=True))
