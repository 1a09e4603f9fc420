"""What a trigger gives to binding expressions: its metadata, as the .NET values that they were before they were sent.

Source: azure-webjobs-sdk, BindingDataPathHelper.cs. On the wire a string is a string, and all else is JSON: which
type of .NET it was, its form tells.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime, timezone
from typing import Any
from urllib.parse import unquote, urlsplit

from pytest_azfunc.host.bindings.json_body import overlay, parsed_date
from pytest_azfunc.host.net_objects import Json, Names, NetObject, date_properties
from pytest_azfunc.project.names import NameMapping
from pytest_azfunc.rpc import TypedData


def binding_data(
    value: object, metadata: Mapping[str, TypedData], dictionaries: Mapping[str, bool]
) -> NameMapping[Any]:
    """The names that expressions may use, and their values.

    :param value: what the trigger sends: the properties of a JSON object that is text are names, too. They are in the
        metadata already, unless a test has given these by hand.
    :param metadata: the trigger metadata of the call.
    :param dictionaries: which of it are .NET dictionaries or objects, and no JSON of a payload, in lower case ->
        whether names in them are compared without case.
    """
    given = dict(metadata)
    if isinstance(value, TypedData) and value.kind == "string":
        overlay(given, value.value)
    return NameMapping((name, _value(data, dictionaries.get(name.lower()))) for name, data in given.items())


def _value(data: TypedData, ignores_case: bool | None) -> Any:
    if data.kind == "string" or data.kind is None or data.kind == "int":
        return data.value
    if data.kind != "json":
        return NetObject()
    try:
        value = json.loads(data.value)
    except ValueError:  # metadata that a test has given by hand
        return NetObject()
    if isinstance(value, (dict, list)):
        return Json(value) if ignores_case is None else _net_value(value, ignores_case)
    return _net_scalar(value) if isinstance(value, str) else value


def _net_value(value: Any, ignores_case: bool = True) -> Any:
    """A value in a dictionary: strings are strings there, unless they are times."""
    if isinstance(value, dict):
        return Names({name: _net_value(item) for name, item in value.items()}, ignores_case)
    if isinstance(value, list):
        return NetObject()
    if isinstance(value, str):
        return value if parsed_date(value) is None else _net_scalar(value)
    return value


def _net_scalar(text: str) -> Any:
    """What was no string, although JSON has none but strings for it: a time, or an address."""
    date = parsed_date(text)
    if date is None:
        return _uri(text) if "://" in text else NetObject()
    moment = date.seconds.replace(microsecond=int(date.fraction[1:7].ljust(6, "0")))
    if date.zone == "":
        return moment
    in_utc = moment.replace(tzinfo=timezone.utc)
    return in_utc if date.zone == "Z" else _date_time_offset(moment, in_utc)


def _date_time_offset(moment: datetime, in_utc: datetime) -> NetObject:
    return NetObject({**date_properties(moment), "DateTime": moment, "UtcDateTime": in_utc, "LocalDateTime": in_utc})


def _uri(text: str) -> NetObject:
    parts = urlsplit(text)
    query = f"?{parts.query}" if parts.query else ""
    return NetObject(
        {
            "AbsoluteUri": text,
            "OriginalString": text,
            "Scheme": parts.scheme,
            "Authority": parts.netloc,
            "Host": parts.hostname or "",
            "AbsolutePath": parts.path,
            "LocalPath": unquote(parts.path),
            "Query": query,
            "PathAndQuery": f"{parts.path}{query}",
        }
    )
