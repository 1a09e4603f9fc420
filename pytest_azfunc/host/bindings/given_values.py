"""Values that a test gives for a trigger or an input: their content, and their JSON."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Iterable, Mapping
from typing import Any

from pytest_azfunc.errors import BindingError, kind_of
from pytest_azfunc.host.bindings.builder_arguments import UTF8_TEXT, is_utf8, wrong_value
from pytest_azfunc.host.bindings.payload import Payload

__tracebackhide__ = True


def is_sdk_object(value: object) -> bool:
    """Whether the value is an object of the ``azure-functions`` SDK; imports nothing to find out."""
    return any(cls.__module__.startswith("azure.functions") for cls in type(value).__mro__)


# unittest.mock, and its backport, in both of its spellings.
_MOCKING = frozenset(("unittest.mock", "mock", "mock.mock"))


def is_mock(value: object) -> bool:
    """Whether the value is an object of ``unittest.mock``, whatever it is specified to look like; imports nothing."""
    return any(cls.__module__ in _MOCKING for cls in type(value).__mro__)


def to_json(value: Any, builder: str) -> str:
    """JSON text of a dict, list, scalar, dataclass or pydantic model, as the standard library writes it.

    :raises BindingError: the value has no JSON form; NaN, the infinities and half a surrogate pair have none either.
        Nor has what a builder has made for a trigger.
    """
    if isinstance(value, Payload):
        raise BindingError("payload-as-content", builder=builder, found=value.builder, makes=value.makes)
    try:
        text = _written(value)
    except (TypeError, ValueError, RecursionError) as error:
        raise not_json(builder, kind_of(value), error) from None
    if not is_utf8(text):
        raise BindingError("payload-not-json", builder=builder, found=kind_of(value), reason=_LONE_SURROGATE)
    return text


def _written(value: Any) -> str:
    if is_mock(value):  # it would answer to every name below
        raise TypeError("it is a mock, and has no data of its own")
    dump = getattr(value, "model_dump_json", None)
    if callable(dump) and not isinstance(value, type):
        return str(dump())
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        value = dataclasses.asdict(value)
    return json.dumps(value, ensure_ascii=False, allow_nan=False)


_LONE_SURROGATE = "there is text in it that UTF-8 cannot carry (a lone surrogate)"
# How the standard library begins to say what is wrong, and what we say: its own words are about Python's settings.
_REASONS = (
    ("Exceeds the limit", "there is an integer in it with more digits than Python writes"),
    ("Circular reference", "it holds itself"),
    ("Out of range float", "NaN and the infinities are no JSON"),
)


def not_json(builder: str, found: str, error: Exception) -> BindingError:
    """The error for a value of which JSON can say nothing.

    :param found: what the value is called.
    :param error: why: what its writer raised.
    """
    text = str(error)
    if isinstance(error, RecursionError):
        reason = "it holds itself, or nests too deeply"
    else:
        reason = next((ours for start, ours in _REASONS if text.startswith(start)), text or type(error).__name__)
    return BindingError("payload-not-json", builder=builder, found=found, reason=reason)


def plain(value: Any, builder: str) -> Any:
    """The value as JSON gives it back: dicts, lists and scalars.

    :raises BindingError: it has no JSON form.
    """
    if isinstance(value, Mapping) and not isinstance(value, dict):
        value = dict(value)
    try:
        return json.loads(to_json(value, builder))
    except RecursionError as error:
        raise not_json(builder, kind_of(value), error) from None


def properties_of(builder: str, name: str, given: Mapping[str, Any] | None) -> dict[str, Any]:
    """A copy of user-defined properties: text to JSON values.

    :raises BindingError: no mapping, or a value without a JSON form.
    """
    if given is None:
        return {}
    if not isinstance(given, Mapping) or not all(isinstance(key, str) for key in given):
        raise wrong_value(builder, name, given, "a mapping from names to JSON values")
    copied: dict[str, Any] = plain(given, builder)
    return copied


def content_of(value: Any, builder: str) -> str | bytes:
    """The content of a message: text and bytes as they are, everything else as JSON.

    :raises BindingError: text that UTF-8 cannot carry, or a value without a JSON form.
    """
    if isinstance(value, str):
        if not is_utf8(value):
            raise wrong_value(builder, "body", value, UTF8_TEXT)
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
