"""A JSON object in a text trigger value: its properties are laid over the trigger metadata. Pure.

Source: azure-webjobs-sdk, BindingDataPathHelper and UserTypeArgumentBinding: arrays and nulls are left out, objects
stay JSON, and every scalar becomes the text that .NET makes of it.
"""

from __future__ import annotations

import json
import math
import re
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any, NamedTuple

from pytest_azfunc.project.lenient_json import JsonError, loads
from pytest_azfunc.rpc import TypedData

# What Newtonsoft takes for a date when it meets a JSON string. (DateTimeUtils.cs, TryParseDateTimeIso)
_ISO_DATE = (
    r"(?P<seconds>[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2})(?P<fraction>\.[0-9]{1,7})?"
    r"(?P<zone>[Zz]|[+-][0-9]{2}(?::?[0-9]{2})?)?"
)
# (TryParseDateTimeMicrosoft) The number is milliseconds in UTC; an offset only says that it is local time.
_MICROSOFT_DATE = r"/Date\((?P<milliseconds>-?[0-9]{1,15})(?P<zone>[+-][0-9]{2}(?:[0-9]{2})?)?\)/"
# What Newtonsoft escapes in a string besides what Python does. (JavaScriptUtils.cs)
_LINE_BREAKS = {ord(character): f"\\u{ord(character):04x}" for character in "\x85\u2028\u2029"}


def overlay(metadata: dict[str, TypedData], text: str) -> None:
    """Lay the properties of *text* over *metadata*, if it is a JSON object. An old name keeps its spelling."""
    stripped = text.strip()
    if not (stripped.startswith("{") and stripped.endswith("}")):
        return
    try:
        body = loads(stripped)
    except JsonError:
        return
    if not isinstance(body, dict):
        return
    spelled = {name.lower(): name for name in metadata}
    for name, value in body.items():
        data = property_data(value)
        if data is not None:
            metadata[spelled.setdefault(name.lower(), name)] = data


def property_data(value: Any) -> TypedData | None:
    """Typed data of one property; None for what is left out."""
    if value is None or isinstance(value, list):
        return None
    if isinstance(value, dict):
        return TypedData("json", json_text(with_net_dates(value)))
    return TypedData("string", scalar_text(value))


def scalar_text(value: Any) -> str:
    """A JSON scalar as .NET prints it: ``True``, ``1.5``, ``01/02/2024 03:04:05``."""
    if isinstance(value, bool):
        return str(value)
    if isinstance(value, float):
        return _double(value)
    if isinstance(value, str):
        date = parsed_date(value)
        return value if date is None else date.seconds.strftime("%m/%d/%Y %H:%M:%S")
    return str(value)


def with_net_dates(value: Any) -> Any:
    """The value with its ISO dates as Newtonsoft writes them back; it reads such strings as dates."""
    if isinstance(value, dict):
        return {key: with_net_dates(item) for key, item in value.items()}
    if isinstance(value, list):
        return [with_net_dates(item) for item in value]
    date = parsed_date(value) if isinstance(value, str) else None
    return value if date is None else f"{date.seconds.strftime('%Y-%m-%dT%H:%M:%S')}{date.fraction}{date.zone}"


def json_text(value: Any, newline: str | None = None) -> str:
    """A value as Newtonsoft writes JSON: ``1E+21``, ``"NaN"``, and line separators escaped.

    :param newline: a line break and the indentation of the value, to have it in lines; None for compact JSON.
    """
    if isinstance(value, float):
        return _json_number(value)
    if isinstance(value, str):
        return _json_string(value)
    if not value or not isinstance(value, (dict, list)):
        return json.dumps(value)
    inner, colon = (None, ":") if newline is None else (f"{newline}  ", ": ")
    separator = f",{inner or ''}"
    if isinstance(value, dict):
        brackets = "{}"
        items = [f"{_json_string(name)}{colon}{json_text(item, inner)}" for name, item in value.items()]
    else:
        brackets = "[]"
        items = [json_text(item, inner) for item in value]
    return f"{brackets[0]}{inner or ''}{separator.join(items)}{newline or ''}{brackets[1]}"


def _json_number(value: float) -> str:
    text = _double(value)
    if not math.isfinite(value):
        return f'"{text}"'
    return text if "." in text or "E" in text else f"{text}.0"


def _json_string(text: str) -> str:
    written = json.dumps(text, ensure_ascii=False)
    return written if written.isascii() else written.translate(_LINE_BREAKS)


def _double(value: float) -> str:
    if not math.isfinite(value):
        return "NaN" if math.isnan(value) else "Infinity" if value > 0 else "-Infinity"
    sign, figures, exponent = Decimal(repr(value)).normalize().as_tuple()
    digits = "".join(map(str, figures))
    point = len(digits) + int(exponent)  # where the decimal point stands among the digits, or beside them
    if point > max(len(digits), 15) or point < -3:
        text = f"{digits[0]}{'.' if len(digits) > 1 else ''}{digits[1:]}E{point - 1:+03d}"
    elif point <= 0:
        text = f"0.{'0' * -point}{digits}"
    elif point < len(digits):
        text = f"{digits[:point]}.{digits[point:]}"
    else:
        text = digits.ljust(point, "0")
    return f"-{text}" if sign else text


class NetDate(NamedTuple):
    """A date as .NET holds it: the offset is turned into the host's local time, which in Azure is UTC."""

    seconds: datetime
    fraction: str
    zone: str


def parsed_date(text: str) -> NetDate | None:
    """The date that Newtonsoft reads in a JSON string; None where it reads none."""
    try:
        date = _microsoft_date(text) if text.startswith("/Date(") else _iso_date(text)
    except (ValueError, OverflowError):
        return None
    # strftime does not pad years below 1000 everywhere, and nobody sends them.
    return date if date is not None and date.seconds.year >= 1000 else None


def _microsoft_date(text: str) -> NetDate | None:
    found = re.fullmatch(_MICROSOFT_DATE, text)
    if found is None:
        return None
    seconds, milliseconds = divmod(int(found["milliseconds"]), 1000)
    moment = datetime(1970, 1, 1) + timedelta(seconds=seconds)
    return NetDate(moment, _fraction(f".{milliseconds:03}"), "+00:00" if found["zone"] else "Z")


def _iso_date(text: str) -> NetDate | None:
    found = re.fullmatch(_ISO_DATE, text) if text[10:11] == "T" else None
    if found is None:
        return None
    seconds, fraction, zone = found["seconds"], _fraction(found["fraction"] or ""), (found["zone"] or "").upper()
    midnight = seconds.endswith("T24:00:00") and not fraction  # that of the next day
    moment = datetime.fromisoformat(f"{seconds[:10]}T00:00:00" if midnight else seconds) + timedelta(days=midnight)
    if zone in ("", "Z"):
        return NetDate(moment, fraction, zone)
    digits = zone[1:].replace(":", "").ljust(4, "0")
    offset = timedelta(hours=int(digits[:2]), minutes=int(digits[2:]))
    return NetDate(moment + offset if zone[0] == "-" else moment - offset, fraction, "+00:00")


def _fraction(text: str) -> str:
    return text.rstrip("0").rstrip(".")
