"""A function that is run by hand: what its trigger makes of the text that ``POST /admin/functions/<name>`` has brought.

Source: azure-webjobs-sdk, JobHost.CallAsync, which hands the text to the trigger's own binding
(ITriggerBinding.BindAsync); what that does with it stands in the extension, and here in the record of the trigger's
type.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from pytest_azfunc.errors import BindingError, shown
from pytest_azfunc.host.bindings.batch import batch
from pytest_azfunc.host.bindings.message_content import text_delivery
from pytest_azfunc.host.bindings.payload import ByHand, Delivery, Occasion, Payload
from pytest_azfunc.project.lenient_json import JsonError, loads

__tracebackhide__ = True


class NotStarted(Exception):
    """A call by hand that comes to its end before the function starts.

    :ivar reason: why.
    """

    def __init__(self, reason: BindingError) -> None:
        super().__init__(str(reason))
        self.reason = reason


@dataclass(frozen=True)
class RunByHand(Payload):
    """The text of a run by hand; None where the request had none.

    Delivering it raises :class:`NotStarted` where the trigger can make nothing of it.
    """

    builder: ClassVar[str] = "by hand"
    makes: ClassVar[str] = "any trigger"
    trigger_types: ClassVar[frozenset[str] | None] = None

    text: str | None

    def deliver(self, occasion: Occasion) -> Delivery:
        make = occasion.target.by_hand or _as_message
        try:
            return make(self.text, occasion).deliver(occasion)
        except BindingError as error:
            raise NotStarted(error) from None


def _as_message(text: str | None, occasion: Occasion) -> Payload:
    """One message with this body: what most triggers make of a text."""
    if text is None:
        raise unfit(text, occasion, "a text")
    many = occasion.trigger.cardinality == "many" and occasion.target.many is not None
    return batch([text]) if many else occasion.target.payload(text, occasion)


def json_value(text: str | None, occasion: Occasion, expected: str) -> object:
    """The JSON value of a text.

    :raises BindingError: it is none.
    """
    try:
        return loads(text or "")
    except JsonError:
        raise unfit(text, occasion, expected) from None


def unfit(text: str | None, occasion: Occasion, expected: str) -> BindingError:
    """The error for a text of which the trigger can make nothing."""
    found = "missing" if text is None else shown(text)
    return occasion.error("by-hand-input", type=occasion.trigger.type, found=found, expected=expected)


def ignored(payload: Payload) -> ByHand:
    """For a trigger that makes the same payload of every text."""
    return lambda text, occasion: payload


@dataclass(frozen=True)
class _Text(Payload):
    """A text that the trigger hands on."""

    builder: ClassVar[str] = "by hand"
    makes: ClassVar[str] = "any trigger"
    trigger_types: ClassVar[frozenset[str] | None] = None

    text: str

    def deliver(self, occasion: Occasion) -> Delivery:
        return text_delivery(self.text, occasion, occasion.target.builder)


def as_it_is(text: str | None, occasion: Occasion) -> Payload:
    """For a trigger whose value is a text that it does not look into.

    :raises BindingError: there is none.
    """
    if text is None:
        raise unfit(text, occasion, "a text")
    return _Text(text)


def never(text: str | None, occasion: Occasion) -> Payload:
    """For a trigger that takes what its own listener makes, and no text.

    :raises BindingError: always.
    """
    raise occasion.error("by-hand-never", type=occasion.trigger.type, builder=occasion.target.builder)
