"""A JSON object in a text trigger value: its properties are laid over the trigger metadata. Pure.

Source: azure-webjobs-sdk, BindingDataPathHelper and UserTypeArgumentBinding: arrays and nulls are left out, objects
stay JSON, and every scalar becomes the text that .NET makes of it.
"""

from __future__ import annotations

import json
import re
from datetime import datetime, timezone
from typing import Any

from pytest_azfunc.project.lenient_json import JsonError, loads
from pytest_azfunc.rpc import TypedData

# What Newtonsoft takes for a date when it meets a JSON string.
_ISO_DATE = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,7})?(?:Z|[+-]\d\d:\d\d)?")


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
        return TypedData("json", json.dumps(value, separators=(",", ":"), ensure_ascii=False))
    return TypedData("string", scalar_text(value))


def scalar_text(value: Any) -> str:
    """A JSON scalar as .NET prints it: ``True``, ``1.5``, ``01/02/2024 03:04:05``."""
    if isinstance(value, bool):
        return str(value)
    if isinstance(value, float):
        return _double(value)
    if isinstance(value, str) and _ISO_DATE.fullmatch(value):
        return _date(value)
    return str(value)


def _double(value: float) -> str:
    text = repr(value)
    if value.is_integer() and "e" not in text:
        return text[:-2]  # 1.0 prints as 1
    mantissa, mark, exponent = text.partition("e")
    return f"{mantissa}E{exponent[0]}{exponent[1:].rjust(2, '0')}" if mark else text


def _date(text: str) -> str:
    head, zone = text[:19], text[19:].lstrip(".0123456789")
    try:
        moment = datetime.fromisoformat(head)
        if zone not in ("", "Z"):  # an offset is turned into the host's local time, which in Azure is UTC
            moment = datetime.fromisoformat(head + zone).astimezone(timezone.utc)
    except (ValueError, OverflowError):
        return text
    return moment.strftime("%m/%d/%Y %H:%M:%S") if moment.year >= 1000 else text
