"""The warmup trigger, and functions that are run by hand.

Source: azure-webjobs-sdk-extensions (warmup, manual).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

from pytest_azfunc.host.bindings.binding_type import BindingType, by_builder, valueless
from pytest_azfunc.host.bindings.builder_calls import payload_builder
from pytest_azfunc.host.bindings.by_hand import ignored
from pytest_azfunc.host.bindings.given_values import content_of
from pytest_azfunc.host.bindings.message_content import TextPayload
from pytest_azfunc.host.bindings.payload import Delivery, Occasion, Payload
from pytest_azfunc.rpc import TypedData


@dataclass(frozen=True)
class WarmupPayload(Payload):
    """A new instance comes up; see :func:`warmup`."""

    builder: ClassVar[str] = "warmup"
    makes: ClassVar[str] = "a warmupTrigger"
    trigger_types: ClassVar[frozenset[str] | None] = frozenset(("warmuptrigger",))

    def deliver(self, occasion: Occasion) -> Delivery:
        return Delivery(TypedData("json", "{}"))


@payload_builder
def warmup() -> WarmupPayload:
    """The call that a new instance gets before any other, for a function with a ``warmupTrigger``.

    It carries nothing: the function gets an empty ``azure.functions.warmup.WarmUpContext``.
    (https://learn.microsoft.com/azure/azure-functions/functions-bindings-warmup)
    """
    return WarmupPayload()


@dataclass(frozen=True)
class ManualPayload(TextPayload):
    """A run that somebody asked for; see :func:`manual`."""

    builder: ClassVar[str] = "manual"
    makes: ClassVar[str] = "a manualTrigger"
    trigger_types: ClassVar[frozenset[str] | None] = frozenset(("manualtrigger",))


@payload_builder
def manual(input: Any = "") -> ManualPayload:
    """A run asked for by hand (portal, or the host's admin API), for a function with a ``manualTrigger``.

    :param input: the request's ``"input"``: ``str`` as it is, everything else as JSON text.
    :raises BindingError: a value without a JSON form.

    The function gets a ``str``.
    (https://learn.microsoft.com/azure/azure-functions/functions-manually-run-non-http)
    """
    return ManualPayload(content_of(input, "manual"))


TYPES = (
    BindingType(
        "warmupTrigger",
        builder="warmup",
        payload=valueless(warmup, "pass nothing, or warmup()"),
        by_hand=ignored(WarmupPayload()),
    ),
    BindingType(
        "manualTrigger", builder="manual", payload=by_builder(manual), by_hand=lambda text, _: manual(text or "")
    ),
)
