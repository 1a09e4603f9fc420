"""Bare payloads: a value that a test passes to ``invoke`` without a builder. Taken by its type, nothing is guessed."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from pytest_azfunc.errors import BindingError, kind_of
from pytest_azfunc.host.triggers import http as http_trigger
from pytest_azfunc.host.triggers.blob import blob
from pytest_azfunc.host.triggers.generic import generic
from pytest_azfunc.host.triggers.payload import BUILDER_OF, Delivery, Occasion, Payload, is_sdk_object
from pytest_azfunc.host.triggers.queue import queue
from pytest_azfunc.host.triggers.timer import timer
from pytest_azfunc.rpc import PythonObject

# What makes a payload of a bare value, by trigger type. None stands for "nothing given".
FromBare = Callable[[Any, Occasion], Payload]


def _timer(value: Any, occasion: Occasion) -> Payload:
    if value is not None:
        raise BindingError(
            "payload-type",
            function=occasion.function.name,
            binding=occasion.trigger.name,
            location=occasion.trigger.location,
            type=occasion.trigger.type,
            found=kind_of(value),
            remedy="pass nothing, or timer(past_due=True)",
        )
    return timer()


def _generic(value: Any, _: Occasion) -> Payload:
    return generic("" if value is None else value)


BARE: dict[str, FromBare] = {
    "httptrigger": http_trigger.for_content,
    "timertrigger": _timer,
    "queuetrigger": lambda value, _: queue("" if value is None else value),
    "blobtrigger": lambda value, _: blob(b"" if value is None else value),
}


def deliver(value: Any, occasion: Occasion) -> Delivery:
    """Typed data and metadata for what a test passed to ``invoke``: a payload, an SDK object, or a bare value.

    :raises BindingError: it does not fit the function's trigger.
    """
    trigger = occasion.trigger
    if isinstance(value, Payload):
        value.fit(occasion.function)
        return value.deliver(occasion)
    if is_sdk_object(value):
        return Delivery(PythonObject(value))
    if isinstance(value, (list, tuple)) and trigger.cardinality == "many":
        raise BindingError(
            "payload-list", function=occasion.function.name, binding=trigger.name, location=trigger.location
        )
    if isinstance(value, (set, frozenset)) or callable(value):
        raise BindingError(
            "payload-type",
            function=occasion.function.name,
            binding=trigger.name,
            location=trigger.location,
            type=trigger.type,
            found=kind_of(value),
            remedy=f"pass a dict, a str, bytes, or {BUILDER_OF.get(trigger.type.lower(), 'generic(...)')}",
        )
    from_bare = BARE.get(trigger.type.lower(), _generic)
    payload = from_bare(value, occasion)
    return payload.deliver(occasion)
