"""Entities of Table storage.

Source: azure-sdk-for-net, Extensions.Tables, TablesExtensionConfigProvider.cs (what a function gets, and what becomes
of a JSON object), TableEntityWriter.cs and TableClientHelpers.cs (keys); azure-functions-host, FunctionBinding.cs
(ReadAsEnumerable).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from pytest_azfunc.errors import kind_of, shown
from pytest_azfunc.host.bindings.binding_type import BindingType, Refusal
from pytest_azfunc.host.bindings.inputs import Input
from pytest_azfunc.host.bindings.json_body import scalar_text
from pytest_azfunc.host.bindings.net_values import compact
from pytest_azfunc.project.lenient_json import JsonError, loads
from pytest_azfunc.rpc import TypedData

__tracebackhide__ = True

_KEYS = ("PartitionKey", "RowKey")
_OF_BINDING = "what the binding says, and no table takes"  # there may be the value of an app setting in it
_NO_KEY = re.compile(r"[/\\#?\x00-\x1f\x7f-\x9f]")


def _entities(given: Input, value: Any) -> TypedData:
    """Always an array, with both keys too: the extension narrows its query by the partition alone."""
    expected = "a list of entities (dicts, or the JSON text of all)"
    return TypedData("json", compact(given.records(value, expected)))


def _refusal(properties: Mapping[str, Any], data: TypedData) -> Refusal | None:
    """What the extension has against the first entity that it cannot write."""
    entities = _sent(data)
    if entities is None:
        return "table-entity", {"reason": f"{kind_of(data.value)} that is no JSON object"}
    for entity in entities:
        refused = _refused_entity(properties, entity)
        if refused is not None:
            return refused
    return None


def _sent(data: TypedData) -> list[Any] | None:
    """The entities of an output, of which an array holds many; None for what is no JSON at all."""
    if data.kind not in ("string", "json"):
        return None
    try:
        value = loads(data.value)
    except JsonError:
        return None
    return value if isinstance(value, list) else [value]


def _refused_entity(properties: Mapping[str, Any], entity: Any) -> Refusal | None:
    if not isinstance(entity, dict):
        return "table-entity", {"reason": f"{shown(entity)}, which is no JSON object"}
    missing = []
    for key in _KEYS:
        given = [name for name in entity if name.lower() == key.lower()]
        if len(given) > 1:
            return "table-entity", {"reason": f"an entity with both {given[0]!r} and {given[1]!r}"}
        value = entity[given[0]] if given else properties.get(key)
        if value is None:
            missing.append(key)
        elif isinstance(value, (dict, list)):
            return "table-entity", {"reason": f"an entity whose {key} is {kind_of(value)}"}
        elif (given or not _is_completed_later(value)) and _NO_KEY.search(_key_text(value)):
            return "table-key", {"key": key, "found": shown(value) if given else _OF_BINDING}
    if missing:
        return "table-keys-missing", {"missing": " and ".join(missing)}
    nested = next((name for name, value in entity.items() if isinstance(value, (dict, list))), None)
    return nested and ("table-entity", {"reason": f"an entity whose {nested!r} is {kind_of(entity[nested])}"})


_EXPRESSIONS = ("partitionKey", "rowKey", "filter")


def _is_completed_later(value: object) -> bool:
    """Whether a key of the binding is one that nothing has completed: what it would be is not known."""
    return isinstance(value, str) and ("{" in value or "%" in value)


def _key_text(value: object) -> str:
    return value if isinstance(value, str) else scalar_text(value)


TYPES = (
    BindingType(
        "table",
        input=_entities,
        refusal=_refusal,
        address=("tableName",),
        expressions=_EXPRESSIONS,
        store="table",
    ),
)
