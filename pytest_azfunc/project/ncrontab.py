"""NCRONTAB expressions: what each of their fields allows, and how the host writes them back.

All as NCrontab 3.3.3 reads and writes them, surprises included.
"""

from __future__ import annotations

import re
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Expression:
    """An expression of five (minute first) or six (second first) fields.

    :ivar allowed: the values each field allows, ascending; Sunday is 0.
    :ivar written: each field as the host writes it back, in numbers only.
    """

    allowed: tuple[tuple[int, ...], ...]
    written: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Field:
    """What a field may hold.

    :ivar name: what people call it.
    :ivar low: its least value.
    :ivar high: its greatest value.
    :ivar names: those that its values have, the least first.
    """

    name: str
    low: int
    high: int
    names: tuple[str, ...] = ()


# NCrontab 3.3.3, CrontabFieldImpl.cs
_MONTHS = (
    "january",
    "february",
    "march",
    "april",
    "may",
    "june",
    "july",
    "august",
    "september",
    "october",
    "november",
    "december",
)
_WEEKDAYS = ("sunday", "monday", "tuesday", "wednesday", "thursday", "friday", "saturday")
FIELDS = (
    Field("second", 0, 59),
    Field("minute", 0, 59),
    Field("hour", 0, 23),
    Field("day", 1, 31),
    Field("month", 1, 12, _MONTHS),
    Field("weekday", 0, 6, _WEEKDAYS),  # there is no 7 for Sunday
)

_INT32_MAX = 2**31 - 1

# .NET's Int32.Parse: ASCII digits, white space around them, null characters after them.
_INTEGER = re.compile(r"[\t-\r ]*([+-]?)0*([0-9]{1,10})[\t-\r ]*\0*")


class NotCron(Exception):
    """A field that is not valid."""


def read_expression(text: str) -> Expression | None:
    """Read an expression; None if it is not valid."""
    # NCrontab splits at U+0020 only.
    parts = [part for part in text.split(" ") if part]
    if len(parts) not in (5, 6):
        return None
    fields = FIELDS[-len(parts) :]
    try:
        allowed = tuple(_values(part, field) for part, field in zip(parts, fields, strict=True))
    except NotCron:
        return None
    return Expression(
        allowed, tuple(_written_back(values, field) for values, field in zip(allowed, fields, strict=True))
    )


def _values(text: str, field: Field) -> tuple[int, ...]:
    values: set[int] = set()
    for item in text.split(","):
        values.update(read_item(item, field))
    return tuple(sorted(values))


def read_item(text: str, field: Field) -> range:
    """The values that one item of a field's list allows.

    :raises NotCron: it is not valid.
    """
    # NCrontab 3.3.3, CrontabFieldImpl.cs (InternalParse) and CrontabField.cs (Accumulate)
    span, slash, step_text = text.partition("/")
    step = max(_integer(step_text), 1) if slash else 1
    first, dash, last = span.partition("-")
    if span == "*":
        low, high = field.low, field.high
    elif dash:
        # A falling range is swapped, it does not wrap around.
        low, high = sorted((_value(first, field), _value(last, field)))
    else:
        low = _value(span, field)
        high = field.high if slash else low
    if low < field.low or low > field.high or high > field.high:
        raise NotCron
    values = range(low, high + 1, step)
    if values[-1] - field.low + step > _INT32_MAX:
        # NCrontab's loop counter overflows and the exception passes by the host's handler.
        raise NotCron
    return values


def _value(text: str, field: Field) -> int:
    if "0" <= text[:1] <= "9":
        return _integer(text)
    # Any beginning of a name will do, and the calendar's first match is taken: J is January, W is Wednesday.
    for value, name in enumerate(field.names, field.low):
        if text and name.startswith(text.lower()):
            return value
    raise NotCron


def _integer(text: str) -> int:
    match = _INTEGER.fullmatch(text)
    if match is None:
        raise NotCron
    sign, digits = match.groups()
    value = -int(digits) if sign == "-" else int(digits)
    if not -_INT32_MAX - 1 <= value <= _INT32_MAX:
        raise NotCron
    return value


def _written_back(values: tuple[int, ...], field: Field) -> str:
    # NCrontab 3.3.3, CrontabFieldImpl.cs (Format): two consecutive values are already a range.
    if len(values) == field.high - field.low + 1:
        return "*"
    runs: list[list[int]] = []
    for value in values:
        if runs and runs[-1][-1] == value - 1:
            runs[-1].append(value)
        else:
            runs.append([value])
    return ",".join(str(run[0]) if len(run) == 1 else f"{run[0]}-{run[-1]}" for run in runs)
