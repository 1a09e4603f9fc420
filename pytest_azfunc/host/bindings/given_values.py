"""Values that a test gives for a trigger or an input: their content, and their JSON."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Iterable, Mapping
from typing import Any

from pytest_azfunc.errors import BindingError, kind_of
from pytest_azfunc.host.bindings.builder_arguments import is_utf8, wrong_value

__tracebackhide__ = True


def is_sdk_object(value: object) -> bool:
    """Whether the value is an object of the ``azure-functions`` SDK; imports nothing to find out."""
    return any(cls.__module__.startswith("azure.functions") for cls in type(value).__mro__)


def to_json(value: Any, builder: str) -> str:
    """JSON text of a dict, list, scalar, dataclass or pydantic model, as the standard library writes it.

    :raises BindingError: the value has no JSON form; NaN and the infinities have none either.
    """
    dump = getattr(value, "model_dump_json", None)
    if callable(dump) and not isinstance(value, type):
        return str(dump())
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        value = dataclasses.asdict(value)
    try:
        return json.dumps(value, ensure_ascii=False, allow_nan=False)
    except (TypeError, ValueError, RecursionError) as error:
        raise BindingError(
            "payload-not-json", builder=builder, found=kind_of(value), reason=str(error) or type(error).__name__
        ) from None


def plain(value: Any, builder: str) -> Any:
    """The value as JSON gives it back: dicts, lists and scalars.

    :raises BindingError: it has no JSON form.
    """
    if isinstance(value, Mapping) and not isinstance(value, dict):
        value = dict(value)
    return json.loads(to_json(value, builder))


def content_of(value: Any, builder: str) -> str | bytes:
    """The content of a message: text and bytes as they are, everything else as JSON.

    :raises BindingError: text that UTF-8 cannot carry, or a value without a JSON form.
    """
    if isinstance(value, str):
        if not is_utf8(value):
            raise wrong_value(builder, "body", value, "text that UTF-8 can carry (it has a lone surrogate)")
        return value
    if isinstance(value, (bytes, bytearray, memoryview)):
        return bytes(value)
    return to_json(value, builder)


def records(values: Any, builder: str, name: str, what: str) -> tuple[dict[str, Any], ...]:
    """JSON objects of one record or several: dicts, dataclasses, pydantic models, the SDK's documents and rows.

    :raises BindingError: something is no record.
    """
    single = isinstance(values, Mapping) or not isinstance(values, Iterable) or isinstance(values, (str, bytes))
    if hasattr(values, "model_dump_json"):
        single = True  # a pydantic model can be iterated, but is one record
    found = []
    for value in [values] if single else values:
        record = None if isinstance(value, (str, bytes, bytearray)) else plain(value, builder)
        if not isinstance(record, dict):
            raise wrong_value(builder, name, value, f"{what}, or a list of them")
        found.append(record)
    return tuple(found)
