"""What a test passes to ``invoke``: a payload, an SDK object, or a bare value, taken by its type without guessing."""

from __future__ import annotations

from typing import Any

from pytest_azfunc.errors import BindingError, kind_of
from pytest_azfunc.host.bindings.given_values import is_mock, is_sdk_object, not_json
from pytest_azfunc.host.bindings.payload import Delivery, Occasion, Payload
from pytest_azfunc.rpc import PythonObject

__tracebackhide__ = True


def deliver(value: Any, occasion: Occasion) -> Delivery:
    """Typed data and metadata for a payload, an SDK object or a bare value; None is "nothing given".

    :raises BindingError: it does not fit the function's trigger.
    """
    try:
        if isinstance(value, Payload):
            value.fit(occasion)
            return value.deliver(occasion)
        return _deliver_bare(value, occasion)
    except RecursionError as error:
        builder = value.builder if isinstance(value, Payload) else occasion.target.builder
        raise not_json(builder, kind_of(value), error) from None


def _deliver_bare(value: Any, occasion: Occasion) -> Delivery:
    target = occasion.target
    many = target.trigger.cardinality == "many"
    if is_mock(value):  # also one that is a subclass of the SDK's, or cannot be called
        raise _no_data(value, occasion)
    if is_sdk_object(value):
        if target.function.streams_http:
            remedy = "pass http(...): this app streams HTTP, so the function takes its web framework's request"
            raise _wrong_type(value, occasion, remedy)
        return Delivery(PythonObject([value] if many else value))
    if many and isinstance(value, (list, tuple)):
        raise occasion.error("payload-list")
    if isinstance(value, (set, frozenset)) or callable(value):
        raise _no_data(value, occasion)
    return target.payload(value, occasion).deliver(occasion)


def _no_data(value: object, occasion: Occasion) -> BindingError:
    return _wrong_type(value, occasion, f"pass a dict, a str, bytes, or {occasion.target.builder}(...)")


def _wrong_type(value: object, occasion: Occasion, remedy: str) -> BindingError:
    return occasion.error("payload-type", type=occasion.trigger.type, found=kind_of(value), remedy=remedy)
