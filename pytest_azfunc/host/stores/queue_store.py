"""Storage queues in memory, and what the host does with their messages.

Sources: azure-webjobs-sdk, Extensions.Storage Queues: QueueProcessor.cs and QueueListener.cs (a message that fails is
visible again after visibilityTimeout, the last time it goes to the poison queue); the Queue service's REST reference
(Put Message: sizes, and text that XML can carry).
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from pytest_azfunc.errors import StoreError
from pytest_azfunc.host.bindings.address_error import AddressError
from pytest_azfunc.host.bindings.builder_arguments import wrong_value
from pytest_azfunc.host.bindings.queue import QueuePayload
from pytest_azfunc.host.bindings.queue_names import queue_name
from pytest_azfunc.host.stores.content import bytes_of, shown_body
from pytest_azfunc.host.stores.options import choice, count, time_span
from pytest_azfunc.host.stores.queue_messages import WEEK, Message, Messages, QueueMessage
from pytest_azfunc.host.stores.store import (
    OF_TEST,
    Delivering,
    Origin,
    Outcome,
    Sent,
    Site,
    Wanted,
    bad_name,
    is_waiting,
    told,
)

if TYPE_CHECKING:
    from pytest_azfunc.host.bound_function import BoundFunction
    from pytest_azfunc.host.invocation import Invocation

__tracebackhide__ = True

MESSAGE = "message"
"""The reason of a run for a message."""

_NAME_RULE = "it has 3 to 63 letters, digits and single dashes, and no dash first or last"
_NOT_OF_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_SUFFIX = "-poison"
_MOST_SHOWN = 5
_LARGEST = 64 * 1024
_PROCESSING = timedelta(minutes=10)
_MAX_DEQUEUE_COUNT = 5


class QueueStore:
    """The queues of a storage account."""

    def __init__(self, site: Site) -> None:
        self.site = site
        self._queues: dict[str, Messages] = {}
        self._max_dequeue_count = count(site, "queues", "maxDequeueCount", default=_MAX_DEQUEUE_COUNT)
        self._visibility_timeout = time_span(site, "queues", "visibilityTimeout")
        self._is_base64 = choice(site, "queues", "messageEncoding", choices=("base64", "none")) == "base64"

    def queue(self, name: str) -> Queue:
        """A queue, by the name that a test gives it.

        :raises StoreError: no queue can have it.
        """
        resolved = self.site.address(name, "queue")
        try:
            return Queue(self, queue_name(resolved))
        except AddressError as error:
            reason = error if resolved == name else _NAME_RULE
            raise bad_name("queue", name, reason, resolved) from None

    # --- what the host asks for

    def take(self, sent: Sent) -> None:
        """Put the messages of an output on its queue."""
        for body in sent.bodies:
            self.add(sent.address, body, sent.origin)

    def read(self, wanted: Wanted) -> Any:
        """No input binding reads a queue."""
        return None

    def look(self) -> None:
        """Have the messages delivered for which nobody listened before."""
        for name, messages in self._queues.items():
            for message in messages.all:
                self._schedule(name, messages, message)

    def shift(self, by: timedelta) -> None:
        """Move all moments by the same span."""
        for messages in self._queues.values():
            for message in messages.all:
                message.inserted_at += by
                message.visible += by
                message.expires_at += by

    def contents(self) -> Mapping[str, Sequence[str]]:
        """The messages of each queue."""
        return {
            f"queue {name}": [shown_body(message.body, 300) for message in found.all]
            for name, found in self._queues.items()
            if found.all
        }

    # --- queues

    def add(
        self,
        name: str,
        body: bytes,
        origin: Origin = OF_TEST,
        visible_in: timedelta = timedelta(),
        built: QueuePayload | None = None,
    ) -> None:
        """Put a message on a queue, which is made if there is none.

        :param built: what else is said of it.
        :raises StoreError: it is too large, or can only be sent in base64, which host.json does without.
        """
        self._check_body(name, body)
        now = self.site.now()
        messages = self._queues.get(name)
        if messages is None:
            messages = self._queues[name] = Messages()
        message = Message(body, now, now + visible_in, origin)
        if built is not None:
            message.become(built)
        messages.all[message] = None
        self._schedule(name, messages, message)

    def messages(self, name: str) -> list[QueueMessage]:
        """The messages that are there, oldest first."""
        now = self.site.now()
        messages = self._queues.get(name)
        return [
            QueueMessage(m.body, m.id, m.dequeue_count, m.inserted_at, m.visible, m.expires_at)
            for m in (() if messages is None else messages.all)
            if m.expires_at > now
        ]

    def clear(self, name: str) -> None:
        """Delete all messages of a queue."""
        self.site.now()
        messages = self._queues.get(name)
        if messages is None:
            return
        for message in messages.all:
            if message.entry is not None:
                self.site.cancel(message.entry)
        messages.all.clear()  # also those that a function has: when it fails, nothing comes back

    def _check_body(self, name: str, body: bytes) -> None:
        if not self._is_base64:
            _check_text(name, body)
        size = -(-len(body) // 3) * 4 if self._is_base64 else len(body)
        if size > _LARGEST:
            raise StoreError("store-message-size", name=name, size=len(body), sent=size, limit=_LARGEST)

    # --- deliveries

    def _listeners(self, name: str) -> Sequence[BoundFunction]:
        return self.site.listeners("queuetrigger", lambda bound: (bound.resolved("queueName") or "").lower() == name)

    def _schedule(self, name: str, messages: Messages, message: Message) -> None:
        """Have a message delivered when it is visible: functions that listen to the same queue take turns."""
        if message.is_given_up or is_waiting(message.entry):
            return
        listeners = self._listeners(name)
        if listeners:
            bound = listeners[messages.turn % len(listeners)]
            messages.turn += 1
            message.entry = self.site.put(
                message.visible, bound, MESSAGE, lambda: self._deliver(name, messages, message, bound)
            )

    def _deliver(self, name: str, messages: Messages, message: Message, bound: BoundFunction) -> Invocation | None:
        if message not in messages.all:
            return None
        if self.site.now() >= message.expires_at:
            del messages.all[message]
            return None
        if message.dequeue_count >= self._max_dequeue_count:  # the host has fetched it more often than it may
            message.dequeue_count += 1
            self._give_up(name, messages, message, message.origin)
            return None

        def take() -> QueuePayload:
            message.dequeue_count += 1
            message.visible = self.site.now() + _PROCESSING
            # The queue service tells whole seconds only.
            inserted, expires, visible = (
                moment.replace(microsecond=0) for moment in (message.inserted_at, message.expires_at, message.visible)
            )
            return QueuePayload(message.body, message.id, message.dequeue_count, inserted, expires, visible)

        def ended(outcome: Outcome) -> None:
            if outcome.error is None:
                messages.all.pop(message, None)
            else:
                self._failed(name, messages, message, outcome.origin)

        how = f"message of the queue {name}, delivery {message.dequeue_count + 1}"
        return self.site.deliver(bound, Delivering(take, ended, how, message.origin))

    def _failed(self, name: str, messages: Messages, message: Message, origin: Origin) -> None:
        if message not in messages.all:
            return
        if message.dequeue_count >= self._max_dequeue_count or _poison_queue(name) is None:
            self._give_up(name, messages, message, origin)
            origin.given_up_to = _poison_queue(name) or ""
            return
        message.visible = self.site.now() + self._visibility_timeout
        self._schedule(name, messages, message)

    def _give_up(self, name: str, messages: Messages, message: Message, origin: Origin) -> None:
        """Move a message to the poison queue; where there can be none it stays hidden, until it is no longer run."""
        poison = _poison_queue(name)
        if poison is not None:
            messages.all.pop(message, None)
            self.add(poison, message.body, origin)
            return
        message.visible = self.site.now() + _PROCESSING
        message.is_given_up = message.dequeue_count > self._max_dequeue_count
        self._schedule(name, messages, message)


def _check_text(name: str, body: bytes) -> None:
    """Look at a message that is sent as it is: as text in XML."""
    try:
        text = body.decode("utf-8")
    except UnicodeDecodeError:
        reason = "it is no UTF-8"
    else:
        if _NOT_OF_XML.search(text) is None:
            return
        reason = "it has a character that XML cannot have"
    call = f"a message for the queue {name!r}"
    raise StoreError("store-value", call=call, reason=f'{reason}, and host.json has the messageEncoding "none"')


def _poison_queue(name: str) -> str | None:
    """The name of the queue for messages that have failed too often; None where there can be none."""
    if name.endswith(_SUFFIX):
        return None
    try:
        return queue_name(name + _SUFFIX)
    except AddressError:
        return None


class Queue:
    """A storage queue of the test, from ``azfunc_host.queue("orders")``."""

    def __init__(self, store: QueueStore, name: str) -> None:
        self._store = store
        self.name = name

    def put(self, body: Any, *, visible_in: float | timedelta | None = None) -> None:
        """Put a message there; ``drain()`` or ``advance()`` delivers it.

        :param body: ``str`` is its text, ``bytes`` its raw content; everything else is sent as JSON. What is built by
            ``queue(...)`` keeps its id and times; with ``dequeue_count=5`` the next delivery is the fifth.
        :param visible_in: when it can be fetched: seconds from now, or a timedelta, of at most seven days; None is now.
        :raises BindingError: no message can have such a body, or the moment is none.
        :raises StoreError: it is over 64 KB as it is sent, which is in base64 unless host.json says otherwise.
        """
        delay = _delay(visible_in)
        built = body if isinstance(body, QueuePayload) else None
        for name, instead in () if built is None else _OF_A_DELIVERY.items():
            if getattr(built, name) is not None:
                raise wrong_value("queue.put", name, getattr(built, name), instead)
        raw = bytes_of(body if built is None else built.body, "queue.put")
        self._store.add(self.name, raw, visible_in=delay, built=built)

    @property
    def messages(self) -> Sequence[QueueMessage]:
        """The messages that are there, also those that cannot be fetched yet; oldest first."""
        return self._store.messages(self.name)

    def clear(self) -> None:
        """Delete all messages."""
        self._store.clear(self.name)

    def __len__(self) -> int:
        return len(self.messages)

    def __repr__(self) -> str:
        return told(f"Queue {self.name}", self._told)

    def _told(self) -> str:
        found = self.messages
        more = f", and {len(found) - _MOST_SHOWN} more" if len(found) > _MOST_SHOWN else ""
        return f"{', '.join(shown_body(message.body, 40) for message in found[:_MOST_SHOWN]) or 'empty'}{more}"


_OF_A_DELIVERY = {
    "next_visible_time": "left out: visible_in says when it can be fetched",
    "pop_receipt": "left out: each delivery has its own",
}


def _delay(given: Any) -> timedelta:
    if given is None:
        return timedelta()
    try:
        found = given if isinstance(given, timedelta) else timedelta(seconds=given)
    except (TypeError, ValueError, OverflowError):
        found = timedelta(-1)
    if isinstance(given, bool) or not timedelta() <= found <= WEEK:
        raise wrong_value("queue.put", "visible_in", given, "seconds from 0, or a timedelta, of at most seven days")
    return found
