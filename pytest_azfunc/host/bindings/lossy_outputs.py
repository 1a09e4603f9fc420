"""Outputs that Azure drops or mangles while it reports success. Pure.

Each rule compares what the function set with the typed data that left the worker, so it holds for every binding
whose converter behaves that way, not for a list of them. What goes for one type alone is in the type's record.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from pytest_azfunc.errors import LossyOutputError, kind_of, shown
from pytest_azfunc.host.bindings.binding_type import BindingType, Loss
from pytest_azfunc.project import Function
from pytest_azfunc.rpc import TypedData


def find_loss(
    function: Function, name: str, written: str, binding_type: BindingType, value: Any, data: TypedData | None
) -> LossyOutputError | None:
    """What is lost when *value* leaves as *data*; None when nothing is.

    :param name: of the output, or ``$return``.
    :param written: the output's type as it is declared.
    :param binding_type: what the host knows of the type.
    """
    if value is None:
        return None
    found = _loss(value, data)
    if found is None and data is not None and binding_type.loss is not None:
        found = binding_type.loss(value, data)
    if found is None:
        return None
    rule, sent = found
    return LossyOutputError(
        rule,
        function=function.name,
        location=(function.bindings.get(name) or function.trigger).location,
        name=name,
        type=written,
        found=f"{kind_of(value)}: {shown(value)}",
        sent=sent,
    )


def _loss(value: Any, data: TypedData | None) -> Loss | None:
    if data is None or data.kind is None:
        return "output-dropped", "nothing"
    kind = data.kind
    if kind == "json":
        return ("output-keys-only", shown(data.value)) if _is_keys(value, data.value) else None
    if kind == "string" and not isinstance(value, (str, bytes)) and data.value == _repr(value):
        return "output-repr", shown(data.value)
    if kind == "int" and isinstance(value, bool):
        return "output-number", f"the number {data.value} is sent"
    return None


def _is_keys(value: Any, sent: str) -> bool:
    """Whether the JSON that was sent is the list of a mapping's keys: a converter took it for an iterable.

    (A Document or a SqlRow is a mapping too, and goes as a list with the whole of it inside.)
    """
    return isinstance(value, Mapping) and sent.lstrip().startswith("[") and json.loads(sent) == list(value)


def _repr(value: Any) -> str | None:
    """``str(value)`` for containers, whose text is Python's and not JSON; other objects may mean their text."""
    return str(value) if isinstance(value, (Mapping, list, tuple, set, frozenset)) else None
