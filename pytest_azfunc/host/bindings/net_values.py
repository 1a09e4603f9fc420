"""Values as .NET writes them, and the typed data that the host makes of them.

Source: azure-functions-host, GrpcMessageConversionExtensions.cs (what an array becomes on the wire).
"""

from __future__ import annotations

import json
import random
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any

from pytest_azfunc.rpc import TypedData

# JSON without spaces, as Newtonsoft writes it. (`json.dumps` would make an encoder of its own for every value.)
compact = json.JSONEncoder(separators=(",", ":"), ensure_ascii=False).encode

# --- texts

# Ids need to differ, not to be secret. A generator of our own leaves the one that a test may have seeded alone.
_RANDOM = random.Random()


def new_guid() -> str:
    """A random GUID. (``str(uuid.uuid4())`` takes ten times as long for the same.)"""
    digits = _RANDOM.getrandbits(128).to_bytes(16, "big").hex()
    return f"{digits[:8]}-{digits[8:12]}-4{digits[13:16]}-a{digits[17:20]}-{digits[20:]}"


def new_guid_digits() -> str:
    """The digits of a new GUID alone, as Durable Functions write ids."""
    return new_guid().replace("-", "")


def net_time(moment: datetime) -> str:
    """A moment in UTC as .NET's DateTimeOffset prints it in JSON: offset ``+00:00``, no needless zeros."""
    text = moment.isoformat()
    return f"{text[:-6].rstrip('0')}{text[-6:]}" if moment.microsecond else text


def naive_time(moment: datetime) -> str:
    """A moment in UTC as .NET prints a DateTime that has lost its kind: without a time zone."""
    return net_time(moment)[:-6]


def utc_text(moment: datetime) -> str:
    """A moment in UTC as ``2024-01-02T03:04:05.5Z``, the form of events."""
    return f"{naive_time(moment)}Z"


def later(moment: datetime, span: timedelta) -> datetime:
    """The moment after *span*; the last of all moments where it would come after that, as with .NET's clients."""
    try:
        return moment + span
    except OverflowError:
        return datetime.max.replace(tzinfo=moment.tzinfo)


def milliseconds(moment: datetime) -> datetime:
    """The moment as the services stamp it: they know milliseconds, no finer."""
    return moment.replace(microsecond=moment.microsecond // 1000 * 1000)


# --- typed data


def strings(values: Iterable[str | None]) -> TypedData:
    """A .NET ``string[]``. Null and empty items get lost on the wire, and those behind them move up."""
    return TypedData("collection_string", [value for value in values if value])


def longs(values: Iterable[int]) -> TypedData:
    """A .NET ``long[]``."""
    return TypedData("collection_sint64", list(values))


def as_json(value: Any) -> TypedData:
    """Any other .NET value: JSON."""
    return TypedData("json", compact(value))


def json_or_string(value: Any) -> TypedData | None:
    """Typed data of one piece of trigger metadata; None for null, which the host leaves out."""
    if value is None:
        return None
    return TypedData("string", value) if isinstance(value, str) else as_json(value)


# --- metadata


def texts(values: Mapping[str, str | None]) -> dict[str, TypedData]:
    """Metadata of one message that is text; the host sends none that is null."""
    return {name: TypedData("string", value) for name, value in values.items() if value is not None}


def put(metadata: dict[str, TypedData], name: str, data: TypedData) -> None:
    """Set a piece of metadata; names ignore case, and the first spelling stays."""
    spelled = next((key for key in metadata if key.lower() == name.lower()), name)
    metadata[spelled] = data
