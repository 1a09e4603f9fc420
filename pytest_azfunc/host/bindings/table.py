"""Entities of Table storage."""

from __future__ import annotations

from typing import Any

from pytest_azfunc.host.bindings.binding_type import BindingType
from pytest_azfunc.host.bindings.inputs import NOTHING, Input
from pytest_azfunc.host.bindings.net_values import compact
from pytest_azfunc.rpc import TypedData

__tracebackhide__ = True


def _entities(given: Input, value: Any) -> TypedData:
    if given.has("partitionKey", "rowKey"):
        expected = "one entity (a dict, or its JSON text), or None when there is none: the binding has both keys"
        return NOTHING if value is None else TypedData("json", compact(given.record(value, expected)))
    expected = "a list of entities (dicts, or the JSON text of all)"
    return TypedData("json", compact(given.records(value, expected)))


_KEYS = ("partitionKey", "rowKey", "filter")

TYPES = (BindingType("table", input=_entities, address=("tableName",), expressions=_KEYS),)
