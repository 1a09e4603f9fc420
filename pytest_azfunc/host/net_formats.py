"""Dates and GUIDs as .NET prints them with a format, in the invariant culture and a host whose time is UTC. Pure.

Source: .NET's documentation of standard and custom date and time format strings, and of Guid.ToString.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import datetime
from typing import Final


class FormatError(ValueError):
    """A format that .NET refuses, in its words."""


_WRONG_FORMAT: Final = "Input string was not in a correct format."
_WRONG_GUID_FORMAT: Final = 'Format string can be only "D", "d", "N", "n", "P", "p", "B", "b", "X" or "x".'

_DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_MONTHS = (
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
)

# The formats of a single letter, and what they stand for.
_STANDARD: Final[dict[str, str]] = {
    "d": "MM/dd/yyyy",
    "D": "dddd, dd MMMM yyyy",
    "f": "dddd, dd MMMM yyyy HH:mm",
    "F": "dddd, dd MMMM yyyy HH:mm:ss",
    "g": "MM/dd/yyyy HH:mm",
    "G": "MM/dd/yyyy HH:mm:ss",
    "m": "MMMM dd",
    "M": "MMMM dd",
    "o": "yyyy-MM-ddTHH:mm:ss.fffffffK",
    "O": "yyyy-MM-ddTHH:mm:ss.fffffffK",
    "r": "ddd, dd MMM yyyy HH:mm:ss 'GMT'",
    "R": "ddd, dd MMM yyyy HH:mm:ss 'GMT'",
    "s": "yyyy-MM-ddTHH:mm:ss",
    "t": "HH:mm",
    "T": "HH:mm:ss",
    "u": "yyyy-MM-dd HH:mm:ss'Z'",
    "U": "dddd, dd MMMM yyyy HH:mm:ss",
    "y": "yyyy MMMM",
    "Y": "yyyy MMMM",
}
_TOKEN = re.compile(r"""(['"])(?:\\.|(?!\1|\\).)*\1|\\.|%[^%]|([dfFghHKmMstyz])\2*|[^'"\\%]""", re.DOTALL)


def date_text(moment: datetime, text_format: str) -> str:
    """A moment with a standard or a custom format.

    :param moment: aware for UTC; naive for a time of which nobody has said where it holds.
    :raises FormatError: .NET refuses the format.
    """
    if len(text_format) <= 1:
        custom = _STANDARD.get(text_format or "G")
        if custom is None:
            raise FormatError(_WRONG_FORMAT)
        return _custom(moment, custom)
    return _custom(moment, text_format)


def _custom(moment: datetime, text_format: str) -> str:
    parts, position = [], 0
    while position < len(text_format):
        token = _TOKEN.match(text_format, position)
        if token is None:  # a quote that is not closed, or nothing behind a backslash or a per cent sign
            raise FormatError(_WRONG_FORMAT)
        position = token.end()
        parts.append(_token(moment, token.group()))
    return "".join(parts)


def _token(moment: datetime, token: str) -> str:
    first = token[0]
    if first in "'\"":
        return re.sub(r"\\(.)", r"\1", token[1:-1], flags=re.DOTALL)
    if first == "\\":
        return token[1]
    if first == "%":
        return _custom(moment, token[1])
    write = _SPECIFIERS.get(first)
    return token if write is None else write(moment, len(token))


def _day(moment: datetime, length: int) -> str:
    if length > 2:
        name = _DAYS[moment.weekday()]
        return name[:3] if length == 3 else name
    return f"{moment.day:0{length}d}"


def _month(moment: datetime, length: int) -> str:
    if length > 2:
        name = _MONTHS[moment.month - 1]
        return name[:3] if length == 3 else name
    return f"{moment.month:0{length}d}"


def _year(moment: datetime, length: int) -> str:
    return f"{moment.year % 100:0{length}d}" if length <= 2 else f"{moment.year:0{length}d}"


def _fraction(moment: datetime, length: int) -> str:
    if length > 7:
        raise FormatError(_WRONG_FORMAT)
    return f"{moment.microsecond:06d}0"[:length]


def _short_fraction(moment: datetime, length: int) -> str:
    return _fraction(moment, length).rstrip("0")


def _offset(_: datetime, length: int) -> str:
    return ("+0", "+00", "+00:00")[min(length, 3) - 1]


def _kind(moment: datetime, length: int) -> str:
    return "" if moment.tzinfo is None else "Z" * length  # a K stands for itself, however many follow each other


def _number(value: Callable[[datetime], int]) -> Callable[[datetime, int], str]:
    return lambda moment, length: f"{value(moment):0{min(length, 2)}d}"


_SPECIFIERS: Final[dict[str, Callable[[datetime, int], str]]] = {
    "d": _day,
    "M": _month,
    "y": _year,
    "f": _fraction,
    "F": _short_fraction,
    "z": _offset,
    "K": _kind,
    "g": lambda _, __: "A.D.",
    "H": _number(lambda moment: moment.hour),
    "h": _number(lambda moment: (moment.hour + 11) % 12 + 1),
    "m": _number(lambda moment: moment.minute),
    "s": _number(lambda moment: moment.second),
    "t": lambda moment, length: ("AM" if moment.hour < 12 else "PM")[: min(length, 2)],
}


def guid_text(guid: str, text_format: str) -> str:
    """A GUID with a format.

    :param guid: in lower case, with dashes.
    :raises FormatError: .NET refuses the format.
    """
    digits = guid.replace("-", "")
    match text_format.upper():
        case "D" | "":
            return guid
        case "N":
            return digits
        case "B":
            return f"{{{guid}}}"
        case "P":
            return f"({guid})"
        case "X":
            tail = ",".join(f"0x{digits[at : at + 2]}" for at in range(16, 32, 2))
            return f"{{0x{digits[:8]},0x{digits[8:12]},0x{digits[12:16]},{{{tail}}}}}"
    raise FormatError(_WRONG_GUID_FORMAT)
