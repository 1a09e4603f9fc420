"""Arguments of the payload builders: what they have to be, and the errors for what they are not."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from pytest_azfunc.clock import as_moment
from pytest_azfunc.errors import EXPECTED_MOMENT, BindingError, shown

__tracebackhide__ = True

UTF8_TEXT = "text that UTF-8 can carry (no lone surrogate)"
"""What an error expects where :func:`is_utf8` says no."""

INT32 = 2**31
"""How many whole numbers from 0 .NET's ``int`` has."""

_INT64 = 2**63


def wrong_value(builder: str, name: str, value: object, expected: str) -> BindingError:
    """The error for an argument of a builder."""
    return BindingError("payload-value", builder=builder, name=name, found=shown(value), expected=expected)


def check_texts(builder: str, **given: object) -> None:
    """Refuse what is neither None nor text that UTF-8 can carry.

    :raises BindingError: naming the first of them.
    """
    for name, value in given.items():
        if value is not None:
            _check_text(builder, name, value)


def check_required_texts(builder: str, **given: object) -> None:
    """The same, and None is refused too.

    :raises BindingError: naming the first of them.
    """
    for name, value in given.items():
        _check_text(builder, name, value)


def check_filled_texts(builder: str, **given: object) -> None:
    """The same, and the empty text is refused too.

    :raises BindingError: naming the first of them.
    """
    for name, value in given.items():
        if not isinstance(value, str) or not value:
            raise wrong_value(builder, name, value, "a text")
        _check_text(builder, name, value)


def _check_text(builder: str, name: str, value: object) -> None:
    if not isinstance(value, str):
        raise wrong_value(builder, name, value, "a string")
    if not is_utf8(value):
        raise wrong_value(builder, name, value, UTF8_TEXT)


def is_utf8(text: str) -> bool:
    """Whether UTF-8 can carry the text: a lone surrogate has no place in it."""
    if text.isascii():
        return True
    try:
        text.encode("utf-8")
    except UnicodeEncodeError:
        return False
    return True


def check_line(builder: str, name: str, value: object) -> None:
    """Refuse what no header can say.

    :raises BindingError: it is no text, or has more than one line.
    """
    if not isinstance(value, str) or any(character in value for character in "\r\n\0"):
        raise wrong_value(builder, name, value, "a text of one line")
    check_texts(builder, **{name: value})


def text_mapping(builder: str, name: str, value: object) -> dict[str, str]:
    """A copy of a mapping of texts, or an empty one for None.

    :raises BindingError: it is something else.
    """
    if value is None:
        return {}
    if not isinstance(value, Mapping) or not all(
        isinstance(key, str) and isinstance(item, str) for key, item in value.items()
    ):
        raise wrong_value(builder, name, value, "a mapping of strings")
    for key, item in value.items():
        check_texts(builder, **{name: key})
        check_texts(builder, **{f"{name}[{key!r}]": item})
    return dict(value)


def check_numbers(builder: str, limit: int = _INT64, **given: object) -> None:
    """Refuse what is not a whole number from 0 that .NET's type holds.

    :raises BindingError: naming the first of them.
    """
    for name, value in given.items():
        if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value < limit:
            raise wrong_value(builder, name, value, f"a whole number from 0 to {limit - 1}")


def utc(builder: str, name: str, moment: datetime | str | None) -> datetime | None:
    """The moment in UTC, or None for None.

    :param moment: a datetime with a time zone, or ISO text with an offset.
    :raises BindingError: it does not know its time zone, or is one that no calendar has in UTC.
    """
    if moment is None:
        return None
    found = as_moment(moment)
    if found is None:
        is_aware = isinstance(moment, datetime) and moment.utcoffset() is not None
        expected = "a moment that lies in the years 1 to 9999 in UTC" if is_aware else EXPECTED_MOMENT
        raise wrong_value(builder, name, moment, expected)
    return found
