"""Storage queue messages."""

from __future__ import annotations

import base64
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any, ClassVar

from pytest_azfunc.errors import shown
from pytest_azfunc.host.bindings.binding_type import BindingType, Loss, by_builder
from pytest_azfunc.host.bindings.builder_arguments import check_texts, utc, wrong_value
from pytest_azfunc.host.bindings.builder_calls import payload_builder
from pytest_azfunc.host.bindings.given_values import content_of
from pytest_azfunc.host.bindings.json_body import overlay
from pytest_azfunc.host.bindings.message_content import string_or_bytes
from pytest_azfunc.host.bindings.net_values import later, net_time, new_guid
from pytest_azfunc.host.bindings.output_bodies import array_items
from pytest_azfunc.host.bindings.payload import Delivery, Occasion, Payload
from pytest_azfunc.host.bindings.queue_names import queue_name
from pytest_azfunc.rpc import TypedData

__tracebackhide__ = True


@dataclass(frozen=True)
class QueuePayload(Payload):
    """One message of a storage queue; see :func:`queue`."""

    builder: ClassVar[str] = "queue"
    makes: ClassVar[str] = "a queueTrigger"
    trigger_types: ClassVar[frozenset[str] | None] = frozenset(("queuetrigger",))

    body: str | bytes
    id: str | None = None
    dequeue_count: int = 1
    insertion_time: datetime | None = None
    expiration_time: datetime | None = None
    next_visible_time: datetime | None = None
    pop_receipt: str | None = None

    def deliver(self, occasion: Occasion) -> Delivery:
        value = string_or_bytes(self.body, occasion.target.trigger, self.builder)
        now = occasion.at.replace(microsecond=0)  # the queue service knows whole seconds only
        expiration, insertion, next_visible = _times(
            now, self.insertion_time, self.expiration_time, self.next_visible_time
        )
        metadata = {
            "DequeueCount": TypedData("json", str(self.dequeue_count)),
            "ExpirationTime": expiration,
            "InsertionTime": insertion,
            "NextVisibleTime": next_visible,
            "Id": TypedData("string", self.id or new_guid()),
            "PopReceipt": TypedData("string", self.pop_receipt or _POP_RECEIPT),
        }
        text = _text(self.body)
        if text is not None:
            metadata = {"QueueTrigger": TypedData("string", text), **metadata}
            if value.kind == "string":
                overlay(metadata, text)
        return Delivery(value, metadata)


_POP_RECEIPT = base64.b64encode(b"pytest-azfunc-01").decode()


def _text(body: str | bytes) -> str | None:
    if isinstance(body, str):
        return body
    try:
        return body.decode("utf-8")
    except UnicodeDecodeError:
        return None


# The queue service keeps messages for a week, and hides one for ten minutes while it is processed.
_WEEK = timedelta(days=7)
_TEN_MINUTES = timedelta(minutes=10)


@lru_cache(maxsize=64)  # messages of the same second have the same times
def _times(
    now: datetime, inserted: datetime | None, expires: datetime | None, visible: datetime | None
) -> tuple[TypedData, TypedData, TypedData]:
    """Expiration, insertion and next visible time of a message that is fetched now; None for what is not given."""
    inserted = inserted or now
    moments = (expires or later(inserted, _WEEK), inserted, visible or now + _TEN_MINUTES)
    first, second, third = (TypedData("json", f'"{net_time(moment)}"') for moment in moments)
    return first, second, third


@payload_builder
def queue(
    body: Any = "",
    *,
    id: str | None = None,
    dequeue_count: int = 1,
    insertion_time: datetime | str | None = None,
    expiration_time: datetime | str | None = None,
    next_visible_time: datetime | str | None = None,
    pop_receipt: str | None = None,
) -> QueuePayload:
    """A message of a storage queue, for a function with a ``queueTrigger``.

    :param body: ``str`` is the text of the message, ``bytes`` its raw content; everything else is sent as JSON.
    :param id: message id; a new GUID when None.
    :param dequeue_count: how often the message was fetched, this time included; from 1.
    :param insertion_time: when it was put on the queue (with a time zone; or ISO text); the host's time when None.
    :param expiration_time: when it expires; a week after its insertion when None.
    :param next_visible_time: until when others do not see it; ten minutes from now when None.
    :param pop_receipt: the receipt to delete it with.
    :raises BindingError: an argument that no queue message can have.

    As in Azure, the properties of a JSON object in *body* are laid over the metadata: with ``{"id": 7}`` the
    function sees ``msg.id == "7"``.
    (https://learn.microsoft.com/azure/azure-functions/functions-bindings-storage-queue-trigger)
    """
    if isinstance(dequeue_count, bool) or not isinstance(dequeue_count, int) or not 0 <= dequeue_count < 2**63:
        raise wrong_value("queue", "dequeue_count", dequeue_count, "a whole number from 0")
    check_texts("queue", id=id, pop_receipt=pop_receipt)
    return QueuePayload(
        content_of(body, "queue"),
        id,
        dequeue_count,
        utc("queue", "insertion_time", insertion_time),
        utc("queue", "expiration_time", expiration_time),
        utc("queue", "next_visible_time", next_visible_time),
        pop_receipt,
    )


def _enveloped(value: Any, data: TypedData) -> Loss | None:
    """A message of the SDK leaves as JSON that has the message's content in it, among other things."""
    if data.kind == "json" and type(value).__name__ == "QueueMessage":
        return "output-enveloped", shown(data.value)
    return None


_QUEUE = ("queueName",)

TYPES = (
    BindingType("queueTrigger", builder="queue", payload=by_builder(queue), address=_QUEUE, store="queue"),
    BindingType("queue", fan_out=array_items, loss=_enveloped, address=_QUEUE, check_address=queue_name, store="queue"),
)
