"""Time spans as .NET reads them (``TimeSpan.TryParse``): in schedules and in retry policies. Pure."""

from __future__ import annotations

import re
from datetime import timedelta

# The forms of TimeSpan.TryParse (dotnet/runtime, TimeSpanParse.cs), with 0 for every number, and what the numbers mean:
# days, hours, minutes, seconds, fraction. Of two meanings the first one with all numbers in range is taken, so
# 24:00:00 is 24 days. The forms that end in `:.0` are kept by .NET for the sake of old programs.
_TIMESPAN_FORMS: dict[str, tuple[str, ...]] = {
    "0": ("d",),
    "0:0": ("hm",),
    "0:0:0": ("hms", "dhm"),
    "0.0:0": ("dhm",),
    "0:0:.0": ("hmf",),
    "0:0:0.0": ("hmsf",),
    "0:0:0:0": ("dhms",),
    "0.0:0:0": ("dhms",),
    "0:0:0:.0": ("dhmf",),
    "0.0:0:.0": ("dhmf",),
    "0:0:0:0.0": ("dhmsf",),
    "0.0:0:0.0": ("dhmsf",),
}
_TIMESPAN_LIMITS = {"d": 10_675_199, "h": 23, "m": 59, "s": 59}
_TICKS = {"d": 864_000_000_000, "h": 36_000_000_000, "m": 600_000_000, "s": 10_000_000}  # of 100 ns
_LONGEST_NUMBER = 0x0FFF_FFFF
_FRACTION_DIGITS = 7

# Char.IsWhiteSpace; str.strip() would also take the separators U+001C to U+001F.
_WHITE_SPACE = (
    "\t\n\v\f\r \x85\xa0\u1680\u2000\u2001\u2002\u2003\u2004\u2005"
    "\u2006\u2007\u2008\u2009\u200a\u2028\u2029\u202f\u205f\u3000"
)


def parse_timespan(text: str) -> timedelta | None:
    """Read a time span as .NET's ``TimeSpan.TryParse`` does in an English culture.

    One number is days, two are hours and minutes, three are hours, minutes and seconds, or days, hours and minutes if
    the first is above 23.

    :param text: for example ``00:05:00``, ``1.00:00:00`` or ``-00:00:00.5``.
    :returns: the span, or None if .NET refuses the text. .NET counts in 100 ns, Python in 1 us; what is smaller is cut
        off.
    """
    body = text.strip(_WHITE_SPACE)
    negative = body.startswith("-")
    body = body[1:] if negative else body
    numbers = re.findall("[0-9]+", body)
    for units in _TIMESPAN_FORMS.get(re.sub("[0-9]+", "0", body), ()):
        ticks = _ticks(units, numbers)
        # 64 bits hold one tick more on the negative side.
        if ticks is not None and ticks < 2**63 + negative:
            span = timedelta(microseconds=ticks // 10)
            return -span if negative else span
    return None


def _ticks(units: str, numbers: list[str]) -> int | None:
    total = 0
    for unit, digits in zip(units, numbers, strict=True):
        significant = digits.lstrip("0")
        # The length is looked at first because Python refuses to convert thousands of digits.
        if len(significant) > 9 or int(significant or "0") > _LONGEST_NUMBER:
            return None
        value = int(significant or "0")
        ticks = _fraction(digits, value) if unit == "f" else value * _TICKS[unit]
        if ticks is None or (unit != "f" and value > _TIMESPAN_LIMITS[unit]):
            return None
        total += ticks
    return total


def _fraction(digits: str, value: int) -> int | None:
    """Ticks of a fraction; more than seven digits are only allowed, and rounded, behind a leading zero."""
    excess = len(digits) - _FRACTION_DIGITS
    if excess <= 0:
        return int(digits.ljust(_FRACTION_DIGITS, "0"))
    if not digits.startswith("0"):
        return None
    unit: int = 10**excess
    return (2 * value + unit) // (2 * unit)
