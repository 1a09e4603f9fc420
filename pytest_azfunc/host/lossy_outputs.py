"""Outputs that Azure drops or mangles while it reports success. Pure.

Each rule compares what the function set with the typed data that left the worker, so it holds for every binding
whose converter behaves that way, not for a list of them.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pytest_azfunc.errors import Location, LossyOutputError, kind_of, shown
from pytest_azfunc.rpc import TypedData


def find_loss(
    function: str, name: str, binding_type: str, value: Any, data: TypedData | None, location: Location | None
) -> LossyOutputError | None:
    """What is lost when *value* leaves as *data*; None when nothing is."""
    found = _loss(binding_type, value, data)
    if found is None:
        return None
    rule, details = found
    return LossyOutputError(
        rule,
        function=function,
        location=location,
        **{"name": name, "type": binding_type, "found": f"{kind_of(value)}: {shown(value)}", **details},
    )


def _loss(binding_type: str, value: Any, data: TypedData | None) -> tuple[str, dict[str, object]] | None:
    if value is None:
        return None
    if data is None or data.kind is None:
        return "output-dropped", {}
    if data.kind == "json" and isinstance(value, Mapping) and data.value.lstrip().startswith("["):
        return "output-keys-only", {"sent": shown(data.value)}
    if data.kind == "json" and binding_type == "queue" and type(value).__name__ == "QueueMessage":
        return "output-enveloped", {"sent": shown(data.value)}
    if data.kind == "string" and not isinstance(value, (str, bytes)) and data.value == _repr(value):
        return "output-repr", {"sent": shown(data.value)}
    if data.kind == "int" and isinstance(value, bool):
        return "output-number", {"sent": f"the number {data.value} is sent"}
    if data.kind in ("int", "double") and binding_type == "blob":
        return "output-number", {"sent": "the blob gets the number's raw bytes, not its digits"}
    return None


def _repr(value: Any) -> str | None:
    """``str(value)`` for containers, whose text is Python's and not JSON; other objects may mean their text."""
    return str(value) if isinstance(value, (Mapping, list, tuple, set, frozenset)) else None
