"""Triggers that can take many messages at a time: the typed data of a batch, the ``...Array`` forms of its metadata,
and the checks that their builders share.

Sources: azure-functions-host, GrpcMessageConversionExtensions.cs (what an array becomes on the wire);
azure-webjobs-sdk, PocoTriggerArgumentBinding.cs (messages of a trigger without dataType).
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from pytest_azfunc.errors import BindingError, kind_of, shown
from pytest_azfunc.host.bindings.payload import Occasion, as_utc, net_time, string_or_bytes, wrong_value
from pytest_azfunc.project.lenient_json import JsonError, loads
from pytest_azfunc.rpc import TypedData

_INT64 = 2**63

# JSON as Json.NET writes it. (`json.dumps` would make an encoder of its own for every event.)
compact_json = json.JSONEncoder(separators=(",", ":"), ensure_ascii=False).encode

# --- the value


def typed_many(contents: Sequence[str | bytes], occasion: Occasion, builder: str) -> TypedData:
    """Typed data of many messages: an array of bytes, of text, or of JSON values, as the trigger's dataType asks.

    :raises BindingError: text is asked for and a message is not UTF-8, or JSON and a message is none.
    """
    data_type = occasion.trigger.data_type
    if data_type == "binary":
        return TypedData("collection_bytes", [c.encode("utf-8") if isinstance(c, str) else c for c in contents])
    binding = occasion.trigger
    texts = [c if isinstance(c, str) else string_or_bytes(c, binding, builder).value for c in contents]
    if data_type == "string":
        return strings(texts)
    return as_json([_parsed(text, index, occasion) for index, text in enumerate(texts)])


def _parsed(text: str, index: int, occasion: Occasion) -> Any:
    """The JSON value of a message; an empty message counts as null, as it does in Json.NET."""
    if not text.strip():
        return None
    try:
        return loads(text)
    except JsonError as error:
        raise BindingError(
            "payload-many-json",
            function=occasion.function.name,
            binding=occasion.trigger.name,
            location=occasion.trigger.location,
            type=occasion.trigger.type,
            index=index,
            found=shown(text),
            reason=str(error),
        ) from None


# --- metadata


def strings(values: Iterable[str | None]) -> TypedData:
    """A .NET ``string[]``. Null and empty items get lost on the wire, and those behind them move up."""
    return TypedData("collection_string", [value for value in values if value])


def longs(values: Iterable[int]) -> TypedData:
    """A .NET ``long[]``."""
    return TypedData("collection_sint64", list(values))


def as_json(value: Any) -> TypedData:
    """Any other .NET value: JSON."""
    return TypedData("json", compact_json(value))


def texts(values: Mapping[str, str | None]) -> dict[str, TypedData]:
    """Metadata of one message that is text; the host sends none that is null."""
    return {name: TypedData("string", value) for name, value in values.items() if value is not None}


def numbered(given: Iterable[int | None], first: int = 0) -> list[int]:
    """The numbers of a batch; one that is not given follows the one before it."""
    numbers = []
    following = first
    for number in given:
        numbers.append(following if number is None else number)
        following = numbers[-1] + 1
    return numbers


def milliseconds(moment: datetime) -> datetime:
    """The moment as the services stamp it: they know milliseconds, no finer."""
    return moment.replace(microsecond=moment.microsecond // 1000 * 1000)


def naive_time(moment: datetime) -> str:
    """A moment in UTC as .NET prints a DateTime that has lost its kind: without a time zone."""
    return net_time(moment)[:-6]


def setting_free(value: object, default: str) -> str:
    """A name from function.json, or the default where it is missing or an app setting (``%NAME%``)."""
    return value if isinstance(value, str) and value and "%" not in value else default


# --- arguments of builders


def check_texts(builder: str, **given: object) -> None:
    """Refuse what is neither None nor text that UTF-8 can carry."""
    for name, value in given.items():
        if value is None:
            continue
        if not isinstance(value, str):
            raise wrong_value(builder, name, value, "a string")
        if not value.isascii():
            try:
                value.encode("utf-8")
            except UnicodeEncodeError:
                raise wrong_value(builder, name, value, "text that UTF-8 can carry (no lone surrogate)") from None


def check_numbers(builder: str, limit: int = _INT64, **given: object) -> None:
    """Refuse what is not a whole number from 0 that .NET's type holds."""
    for name, value in given.items():
        if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value < limit:
            raise wrong_value(builder, name, value, f"a whole number from 0 to {limit - 1}")


def utc(builder: str, name: str, moment: datetime | None) -> datetime | None:
    """The moment in UTC, or None; it must know its time zone."""
    return None if moment is None else as_utc(moment, moment, builder, name)


def properties_of(builder: str, name: str, given: Mapping[str, Any] | None) -> dict[str, Any]:
    """A copy of user-defined properties: text to JSON values.

    :raises BindingError: no mapping, or a value without a JSON form.
    """
    if not given and (given is None or isinstance(given, Mapping)):
        return {}
    if not isinstance(given, Mapping) or not all(isinstance(key, str) for key in given):
        raise wrong_value(builder, name, given, "a mapping from names to JSON values")
    try:
        text = json.dumps(dict(given), ensure_ascii=False, allow_nan=False)
        text.encode("utf-8")
    except (TypeError, ValueError, RecursionError) as error:
        found = f"{name} ({kind_of(given)})"
        raise BindingError("payload-not-json", builder=builder, found=found, reason=str(error)) from None
    copied: dict[str, Any] = json.loads(text)
    return copied
