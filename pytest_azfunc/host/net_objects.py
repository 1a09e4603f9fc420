"""Values that a binding expression meets: what .NET makes of them as text, and the properties behind a dot. Pure.

Sources: azure-webjobs-sdk, BindingDataPathHelper.cs (text) and BindingTemplateToken.cs (properties). A ``str`` stands
for a string, an ``int`` for any integer, a ``datetime`` for a DateTime: an aware one is UTC, a naive one is of no kind.
Of all other types the text is empty.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Final

from pytest_azfunc.host.bindings.json_body import scalar_text
from pytest_azfunc.host.net_formats import date_text, guid_text

_DATE_FORMAT: Final = "yyyy-MM-ddTHH-mm-ssK"
_MISSING: Final = object()
_NO_PROPERTY: Final = "property doesn't exist."
_NULL: Final = "Object reference not set to an instance of an object."


class PropertyError(LookupError):
    """A property that is not there, in the host's words."""


@dataclass(frozen=True)
class Guid:
    """A GUID: in lower case, with dashes."""

    text: str


@dataclass(frozen=True)
class Json:
    """A JSON value as Newtonsoft holds it: an object, an array or a scalar."""

    value: Any


@dataclass(frozen=True)
class Names:
    """A dictionary: its keys are behind the dot.

    :ivar ignores_case: whether it compares its keys without case.
    """

    values: Mapping[str, Any]
    ignores_case: bool = False


@dataclass(frozen=True)
class NetObject:
    """Any other object: its public properties are behind the dot, and it has no text."""

    properties: Mapping[str, Any] = field(default_factory=dict)


def text_of(value: Any, text_format: str | None) -> str:
    """The text that an expression puts in the place of a value.

    :param text_format: what follows the colon; None without one. Only dates and GUIDs heed it.
    :raises FormatError: .NET refuses the format.
    """
    if isinstance(value, str):
        return value
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    if isinstance(value, datetime):
        return date_text(value, _DATE_FORMAT if text_format is None else text_format)
    if isinstance(value, Guid):
        return guid_text(value.text, text_format or "")
    if isinstance(value, Json) and value.value is not None and not isinstance(value.value, (dict, list)):
        return scalar_text(value.value)
    return ""


def property_of(value: Any, name: str) -> Any:
    """What is behind a dot.

    :raises PropertyError: there is nothing of that name.
    """
    if value is None:
        raise PropertyError(_NULL)
    found = _property(value, name)
    if found is _MISSING:
        raise PropertyError(_NO_PROPERTY)
    return found


def _property(value: Any, name: str) -> Any:
    if isinstance(value, Names) and not value.ignores_case:
        return value.values.get(name, _MISSING)
    if isinstance(value, Json):
        return _json_property(value.value, name)
    if isinstance(value, (Names, NetObject)):
        return _without_case(value.values if isinstance(value, Names) else value.properties, name)
    if isinstance(value, datetime):
        return _without_case(date_properties(value), name)
    if isinstance(value, str) and name.lower() == "length":
        return len(value.encode("utf-16-le", "surrogatepass")) // 2  # .NET counts in UTF-16
    return _MISSING


def _json_property(value: Any, name: str) -> Any:
    if isinstance(value, dict):
        found = _without_case(value, name)
        return found if found is _MISSING else Json(found)
    known: dict[str, Any] = {"hasvalues": bool(value) and isinstance(value, list)}
    if isinstance(value, list):
        known["count"] = len(value)
    else:
        known["value"] = value
    return known.get(name.lower(), _MISSING)


def _without_case(values: Mapping[str, Any], name: str) -> Any:
    if name in values:
        return values[name]
    return next((value for key, value in values.items() if key.lower() == name.lower()), _MISSING)


_TICKS = 10  # in a microsecond
_BEGINNING = datetime(1, 1, 1)


def date_properties(moment: datetime) -> dict[str, Any]:
    """The properties of a DateTime, by name, which those of a DateTimeOffset are too."""
    return {
        "Year": moment.year,
        "Month": moment.month,
        "Day": moment.day,
        "Hour": moment.hour,
        "Minute": moment.minute,
        "Second": moment.second,
        "Millisecond": moment.microsecond // 1000,
        "DayOfWeek": moment.isoweekday() % 7,
        "DayOfYear": moment.timetuple().tm_yday,
        "Date": moment.replace(hour=0, minute=0, second=0, microsecond=0),
        "Kind": 0 if moment.tzinfo is None else 1,
        "Ticks": (moment.replace(tzinfo=None) - _BEGINNING) // timedelta(microseconds=1) * _TICKS,
        "TimeOfDay": NetObject(),
    }
