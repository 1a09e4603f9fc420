"""What a test passes to ``invoke``: a payload, an SDK object, or a bare value, taken by its type without guessing."""

from __future__ import annotations

from typing import Any

from pytest_azfunc.errors import BindingError, kind_of
from pytest_azfunc.host.bindings.payload import Delivery, Occasion, Payload, is_sdk_object
from pytest_azfunc.host.bindings.registry import entry
from pytest_azfunc.rpc import PythonObject


def deliver(value: Any, occasion: Occasion) -> Delivery:
    """Typed data and metadata for a payload, an SDK object or a bare value; None is "nothing given".

    :raises BindingError: it does not fit the function's trigger.
    """
    if isinstance(value, Payload):
        value.fit(occasion.function)
        return value.deliver(occasion)
    many = occasion.trigger.cardinality == "many"
    if is_sdk_object(value):
        if occasion.function.streams_http:
            remedy = "pass http(...): this app streams HTTP, so the function takes its web framework's request"
            raise _error("payload-type", occasion, type=occasion.trigger.type, found=kind_of(value), remedy=remedy)
        return Delivery(PythonObject([value] if many else value))
    if many and isinstance(value, (list, tuple)):
        raise _error("payload-list", occasion)
    how = entry(occasion.trigger.type)
    if isinstance(value, (set, frozenset)) or callable(value):
        remedy = f"pass a dict, a str, bytes, or {how.builder}(...)"
        raise _error("payload-type", occasion, type=occasion.trigger.type, found=kind_of(value), remedy=remedy)
    return how.from_bare(value, occasion).deliver(occasion)


def _error(rule: str, occasion: Occasion, **details: object) -> BindingError:
    trigger = occasion.trigger
    where = trigger.location
    return BindingError(rule, function=occasion.function.name, binding=trigger.name, location=where, **details)
