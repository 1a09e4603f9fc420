"""Outputs that Azure drops or mangles while it reports success. Pure.

Each rule compares what the function set with the typed data that left the worker, so it holds for every binding
whose converter behaves that way, not for a list of them.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from pytest_azfunc.errors import LossyOutputError, kind_of, shown
from pytest_azfunc.project import Function
from pytest_azfunc.rpc import TypedData


def find_loss(
    function: Function, name: str, binding_type: str, value: Any, data: TypedData | None
) -> LossyOutputError | None:
    """What is lost when *value* leaves as *data*; None when nothing is."""
    found = _loss(binding_type, value, data)
    if found is None:
        return None
    rule, sent = found
    return LossyOutputError(
        rule,
        function=function.name,
        location=(function.bindings.get(name) or function.trigger).location,
        name=name,
        type=binding_type,
        found=f"{kind_of(value)}: {shown(value)}",
        sent=sent,
    )


def _loss(binding_type: str, value: Any, data: TypedData | None) -> tuple[str, str] | None:
    """The rule that is broken, and what Azure sends instead."""
    if value is None:
        return None
    if data is None or data.kind is None:
        return "output-dropped", "nothing"
    if data.kind == "json" and isinstance(value, Mapping) and _is_keys(value, data.value):
        return "output-keys-only", shown(data.value)
    if data.kind == "json" and binding_type == "queue" and type(value).__name__ == "QueueMessage":
        return "output-enveloped", shown(data.value)
    if data.kind == "string" and not isinstance(value, (str, bytes)) and data.value == _repr(value):
        return "output-repr", shown(data.value)
    if data.kind == "int" and isinstance(value, bool):
        return "output-number", f"the number {data.value} is sent"
    if data.kind in ("int", "double") and binding_type.lower() == "blob":
        return "output-number", "the blob gets the number's raw bytes, not its digits"
    return None


def _is_keys(value: Mapping[Any, Any], sent: str) -> bool:
    """Whether the JSON that was sent is the list of the mapping's keys: a converter took it for an iterable.

    (A Document or a SqlRow is a mapping too, and goes as a list with the whole of it inside.)
    """
    return sent.lstrip().startswith("[") and json.loads(sent) == list(value)


def _repr(value: Any) -> str | None:
    """``str(value)`` for containers, whose text is Python's and not JSON; other objects may mean their text."""
    return str(value) if isinstance(value, (Mapping, list, tuple, set, frozenset)) else None
