"""Messages of Storage queues: what a test sees of one, and what a queue holds."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Final

from pytest_azfunc.host.bindings.net_values import later, new_guid
from pytest_azfunc.host.bindings.queue import QueuePayload
from pytest_azfunc.host.stores.store import Origin, Stored

if TYPE_CHECKING:
    from pytest_azfunc.host.agenda import Entry

__tracebackhide__ = True

WEEK: Final = timedelta(days=7)
"""How long a message lives, and how long it can be hidden."""


@dataclass(frozen=True, repr=False)
class QueueMessage(Stored):
    """One message of a queue, as it was when it was looked at.

    :ivar id: its id.
    :ivar dequeue_count: how often it was fetched.
    :ivar inserted_at: when it was put there.
    :ivar visible_at: from when on it can be fetched.
    :ivar expires_at: when it is gone.
    """

    id: str = field(compare=False)
    dequeue_count: int
    inserted_at: datetime = field(compare=False)
    visible_at: datetime = field(compare=False)
    expires_at: datetime = field(compare=False)


class Message:
    """A message as the service has it.

    :ivar visible: from when on it can be fetched.
    :ivar entry: on the agenda, when it waits for a function.
    :ivar is_given_up: whether it is fetched over and over again, and never run.
    :ivar origin: where it comes from.
    """

    __slots__ = (
        "_id",
        "body",
        "dequeue_count",
        "entry",
        "expires_at",
        "inserted_at",
        "is_given_up",
        "origin",
        "visible",
    )

    def __init__(self, body: bytes, now: datetime, visible: datetime, origin: Origin) -> None:
        self.body = body
        self.origin = origin
        self._id: str | None = None
        self.dequeue_count = 0
        self.inserted_at = now
        self.visible = visible
        self.expires_at = now + WEEK
        self.entry: Entry | None = None
        self.is_given_up = False

    @property
    def id(self) -> str:
        """Its id, made up when somebody asks."""
        if self._id is None:
            self._id = new_guid()
        return self._id

    def become(self, built: QueuePayload) -> None:
        """Take over what a test says of it: it was fetched before, once less than the function will be told."""
        self._id = built.id
        self.dequeue_count = max(built.dequeue_count - 1, 0)
        self.inserted_at = built.insertion_time or self.inserted_at
        self.expires_at = built.expiration_time or later(self.inserted_at, WEEK)


class Messages:
    """The messages of one queue.

    :ivar all: the messages, oldest first.
    :ivar turn: which of the functions that listen to it has its turn.
    """

    __slots__ = ("all", "turn")

    def __init__(self) -> None:
        self.all: dict[Message, None] = {}
        self.turn = 0
