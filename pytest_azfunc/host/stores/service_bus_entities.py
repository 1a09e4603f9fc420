"""Messages of Service Bus as an entity holds them, and the names of entities."""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, Final

from pytest_azfunc.host.bindings.net_values import later, milliseconds, new_guid
from pytest_azfunc.host.bindings.service_bus import ServiceBusPayload
from pytest_azfunc.host.stores.store import Origin, Stored, bad_name, is_waiting

if TYPE_CHECKING:
    from pytest_azfunc.host.agenda import Cause, Entry

__tracebackhide__ = True

DEAD_LETTERS: Final = "/$deadletterqueue"
"""What follows the path of an entity in that of its dead letters."""

ENTITY: Final = "entity of Service Bus"
"""What names are of, in errors."""

_NAME = re.compile(r"[a-z0-9](?:[a-z0-9._~/-]{0,258}[a-z0-9])?")
_LIFE = timedelta(days=14)
_REASON = "MaxDeliveryCountExceeded"
_DESCRIPTION = "Message could not be consumed after {count} delivery attempts."


def entity_path(name: str, given: str) -> str:
    """The path of a queue, topic or subscription as it is looked up: in lower case, ``topic/subscription``.

    :param name: with its app settings put in.
    :param given: as a test has written it.
    :raises StoreError: none can have it.
    """
    path = name.lower().replace("/subscriptions/", "/")
    entity = path.removesuffix(DEAD_LETTERS)
    if _NAME.fullmatch(entity) is None or "//" in entity:
        reason = "it has up to 260 letters, digits and . - _ / ~, with a letter or digit first and last"
        raise bad_name(ENTITY, given, reason, name)
    return path


def topic_of(path: str) -> str | None:
    """The topic of a subscription's path; None where it can be none. Dead letters come from no topic."""
    topic, slash, subscription = path.rpartition("/")
    return topic if slash and not subscription.startswith("$") else None


@dataclass(frozen=True, repr=False)
class ServiceBusMessage(Stored):
    """One message, as it was when it was looked at.

    :ivar message_id: its id.
    :ivar delivery_count: how often it was delivered.
    :ivar sequence_number: its number in the queue or subscription, from 1.
    :ivar subject: what it is about, or None.
    :ivar correlation_id: the sender's id to match it with others, or None.
    :ivar session_id: its session, or None.
    :ivar content_type: the sender's word on the body, or None.
    :ivar application_properties: the sender's own properties; of a dead letter also the reason and its description.
    :ivar enqueued_time: when it came, in UTC.
    """

    message_id: str = field(compare=False)
    delivery_count: int
    sequence_number: int = field(compare=False)
    subject: str | None
    correlation_id: str | None
    session_id: str | None
    content_type: str | None
    application_properties: Mapping[str, Any]
    enqueued_time: datetime = field(compare=False)

    @property
    def dead_letter_reason(self) -> str | None:
        """Why it was given up; None for one that was not."""
        return self.application_properties.get("DeadLetterReason")

    @property
    def dead_letter_error_description(self) -> str | None:
        """The same in a sentence."""
        return self.application_properties.get("DeadLetterErrorDescription")


class Held:
    """A message as an entity holds it.

    :ivar payload: what it holds, with its id and its number.
    :ivar enqueued_at: when it came.
    :ivar delivery_count: how often it was delivered.
    :ivar is_locked: whether a function has it.
    :ivar entry: on the agenda, when it waits for a function by itself.
    :ivar pile: what it is in, when it waits for a function together with others.
    :ivar origin: where it comes from.
    :ivar cause: what was running when it came, or was abandoned.
    """

    __slots__ = (
        "cause",
        "delivery_count",
        "enqueued_at",
        "entry",
        "expires_at",
        "is_locked",
        "origin",
        "payload",
        "pile",
    )

    def __init__(self, payload: ServiceBusPayload, enqueued_at: datetime, origin: Origin) -> None:
        self.payload = payload
        self.enqueued_at = enqueued_at
        self.expires_at = payload.expires_at or later(enqueued_at, _LIFE)
        self.delivery_count = max(payload.delivery_count - 1, 0)  # the next delivery is the one that it describes
        self.is_locked = False
        self.entry: Entry | None = None
        self.pile: Pile | None = None
        self.origin = origin
        self.cause: Cause | None = None

    @property
    def is_planned(self) -> bool:
        """Whether a function will get it, or has it."""
        return is_waiting(self.entry) or (self.pile is not None and is_waiting(self.pile.entry))

    def is_expired(self, now: datetime) -> bool:
        """Whether its time is over."""
        return self.expires_at <= now

    def shift(self, by: timedelta) -> None:
        """Move its moments."""
        self.enqueued_at += by
        self.expires_at = later(self.expires_at, by)

    def locked(self) -> ServiceBusPayload:
        """Deliver it: what a function gets, once more."""
        self.delivery_count += 1
        self.is_locked = True
        return replace(
            self.payload,
            delivery_count=self.delivery_count,
            enqueued_time=self.payload.enqueued_time or milliseconds(self.enqueued_at),
            expires_at=self.expires_at,
            lock_token=new_guid(),
        )

    def shown(self) -> ServiceBusMessage:
        """What a test sees of it."""
        payload = self.payload
        return ServiceBusMessage(
            payload.body.encode("utf-8") if isinstance(payload.body, str) else payload.body,
            payload.message_id or "",
            self.delivery_count,
            payload.sequence_number or 0,
            payload.subject,
            payload.correlation_id,
            payload.session_id,
            payload.content_type,
            dict(payload.application_properties),
            payload.enqueued_time or milliseconds(self.enqueued_at),
        )


class Pile:
    """Messages that wait for one function, which gets several at a time.

    :ivar held: the messages, in their order.
    :ivar entry: on the agenda.
    """

    __slots__ = ("entry", "held")

    def __init__(self) -> None:
        self.held: deque[Held] = deque()
        self.entry: Entry | None = None


class Entity:
    """The messages of a queue, topic or subscription.

    :ivar held: the messages, in their order.
    :ivar piles: by the name of the function that will get them.
    :ivar turn: which of the functions that listen to it has its turn.
    """

    __slots__ = ("_count", "held", "piles", "turn")

    def __init__(self) -> None:
        self.held: dict[Held, None] = {}
        self.piles: dict[str, Pile] = {}
        self.turn = 0
        self._count = 0

    def add(self, payload: ServiceBusPayload, now: datetime, origin: Origin) -> Held:
        """Put a message at the end."""
        self._count += 1
        number = self._count if payload.sequence_number is None else payload.sequence_number
        complete = replace(payload, message_id=payload.message_id or new_guid(), sequence_number=number)
        held = Held(complete, now, origin)
        self.held[held] = None
        return held

    def bury(self, held: Held, now: datetime, origin: Origin, source: str) -> Held:
        """Take a message over that another entity has given up; it goes on counting."""
        told = {
            **held.payload.application_properties,
            "DeadLetterReason": _REASON,
            "DeadLetterErrorDescription": _DESCRIPTION.format(count=held.delivery_count),
        }
        payload = replace(held.payload, application_properties=told, dead_letter_source=source)
        buried = self.add(payload, now, origin)
        buried.delivery_count = held.delivery_count
        return buried

    def messages(self, now: datetime) -> list[ServiceBusMessage]:
        """The messages whose time is not over."""
        return [held.shown() for held in self.held if not held.is_expired(now)]
