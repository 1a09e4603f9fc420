"""How .NET reads text, with its invariant culture: numbers, guids, dates, and which letters are the same.

``42 `` is an integer, ``4_2`` is none and ``Infinity`` is a float; nothing here may be left to Python's own idea of a
number or a date. Sources: dotnet/runtime, Number.Parsing.cs, Guid.cs and DateTimeParse.cs; what routes take is shown by
the tests in src/Http/Routing/test/UnitTests/Constraints of dotnet/aspnetcore.
"""

from __future__ import annotations

import re
from calendar import monthrange
from datetime import date
from decimal import Decimal

# The patterns are texts, compiled when they are first needed: most apps have no route with a constraint.

# Letters


def utf16(text: str) -> str:
    """Spell characters beyond U+FFFF as two surrogates, because .NET counts and matches UTF-16 units."""
    return text if text.isascii() else re.sub(_ASTRAL, _surrogates, text)


_ASTRAL = "[\U00010000-\U0010ffff]"


def _surrogates(found: re.Match[str]) -> str:
    offset = ord(found[0]) - 0x10000
    return chr(0xD800 + (offset >> 10)) + chr(0xDC00 + (offset & 0x3FF))


def fold(text: str) -> str:
    """Fold case as .NET's ordinal comparison does: to upper case, letter by letter, never into or out of ASCII."""
    if text.isascii():
        return text.upper()
    return "".join(map(_fold_character, text))


def _fold_character(character: str) -> str:
    upper = character.upper()
    keeps = len(upper) != 1 or (upper.isascii() and not character.isascii())
    return character if keeps else upper


# Numbers. The parser's white space is ASCII only, and it overlooks null characters at the very end.

_SPACE = r"[\t-\r ]*"
# A separator of thousands needs a digit before it, and stands anywhere else in front of the point.
_DIGITS = r"(?P<digits>[0-9][0-9,]*(?:\.[0-9]*)?|\.[0-9]+)"
_INTEGER = rf"{_SPACE}([+-]?)0*([0-9]+){_SPACE}\0*"
_DECIMAL = rf"{_SPACE}(?P<before>[+-]?){_DIGITS}{_SPACE}(?P<behind>[+-]?){_SPACE}\0*"
_FLOAT = rf"{_SPACE}[+-]?{_DIGITS}(?:[eE][+-]?[0-9]+)?{_SPACE}\0*"
_FLOAT_NAME = "(?ai)[+-]?(?:infinity|nan)"
_DECIMAL_LIMIT = Decimal(f"{2**96 - 1}.5")

# char.IsWhiteSpace; str.strip() alone would also take U+001C to U+001F.
WHITE = (
    "\t\n\v\f\r \x85\xa0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a"
    "\u2028\u2029\u202f\u205f\u3000"
)


def integer(text: str, bits: int) -> int | None:
    """The integer that a text is, of 32 or 64 bits; None if it is none (``Int64.TryParse``)."""
    found = re.fullmatch(_INTEGER, text)
    # The length is looked at first: Python refuses to convert thousands of digits.
    if found is None or len(found[2]) > 19:
        return None
    value = int(found[1] + found[2])
    return value if -(2 ** (bits - 1)) <= value < 2 ** (bits - 1) else None


def is_integer(value: str, bits: int) -> bool:
    """Whether a text is an integer of so many bits."""
    return integer(value, bits) is not None


def is_decimal(value: str) -> bool:
    """Whether a text is a number of 96 bits and a scale (``Decimal.TryParse``)."""
    found = re.fullmatch(_DECIMAL, value)
    if found is None or (found["before"] and found["behind"]):
        return False
    # Rounded to the last place that 96 bits can hold, a half goes up here, because the limit is odd.
    return Decimal(found["digits"].replace(",", "")) < _DECIMAL_LIMIT


def is_float(value: str) -> bool:
    """Whether a text is a floating-point number (``Double.TryParse``)."""
    # What is too large becomes infinity, for `float` as for `double`.
    return bool(re.fullmatch(_FLOAT, value) or re.fullmatch(_FLOAT_NAME, value.strip(WHITE)))


def is_bool(value: str) -> bool:
    """Whether a text is a truth value (``Boolean.TryParse``)."""
    return value.strip(WHITE + "\0").lower() in ("true", "false")


# Guids

_D = "[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}"
_X = r"\{0x0*[0-9a-f]{1,8}(?:,0x0*[0-9a-f]{1,4}){2},\{0x0*[0-9a-f]{1,2}(?:,0x0*[0-9a-f]{1,2}){7}\}\}"
_GUID = rf"(?ai)[0-9a-f]{{32}}|{_D}|\{{{_D}\}}|\({_D}\)"
_GUID_X = f"(?ai){_X}"


def is_guid(value: str) -> bool:
    """Whether a text is a GUID in one of its five forms (``Guid.TryParse``)."""
    trimmed = value.strip(WHITE)
    if re.fullmatch(_GUID, trimmed):
        return True
    # Only the form of nested braces may have white space inside.
    return bool(re.fullmatch(_GUID_X, "".join(each for each in trimmed if each not in WHITE)))


# Dates, in the order of the invariant culture: month, day, year

_MONTHS = (
    *("january", "february", "march", "april", "may", "june"),
    *("july", "august", "september", "october", "november", "december"),
)
_DAY_NAMES = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_TIME = (
    r"(?<![0-9:])(?:(?P<hour>[0-9]{1,2}):(?P<minute>[0-9]{1,2})(?::(?P<second>[0-9]{1,2})(?:\.[0-9]+)?)?"
    r"\s*(?P<half>[ap]m)?(?:\s*(?:z|gmt|[+-](?P<zone_hour>[0-9]{1,2})(?::?(?P<zone_minute>[0-9]{2}))?))?"
    r"|(?P<only_hour>[0-9]{1,2})\s*[ap]m)(?![0-9:a-z])"
)
_DATE_WORD = r"[0-9]+|[a-z]+"
_DATE_TEXT = r"(?:[0-9]+|[a-z]+|[\s,./-])*"


def is_datetime(value: str) -> bool:
    """Whether a text is a date or a time: what ``DateTime.TryParse`` takes, as far as a route is likely to meet it."""
    text = value.strip(WHITE).lower()
    if not text.isascii():
        return False
    time = re.search(_TIME, text)
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
    if not re.fullmatch(_DATE_TEXT, text):
        return False
    words = re.findall(_DATE_WORD, re.sub(r"(?<=[0-9])\s*(?:z|gmt)$", "", text))
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
