"""What a store is to the host, and the host to a store.

A store holds all that one service has in one host: its queues, or its containers. It is made when something is first
put into it or looked for. It alone knows the rules of its service: what may be put there, whom it wakes, and what
becomes of a message when the function has failed.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, ClassVar, NamedTuple, Protocol

from pytest_azfunc.errors import AzfuncError, BindingError, StoreError, shown
from pytest_azfunc.rpc import TypedData

if TYPE_CHECKING:
    from pytest_azfunc.host.agenda import By, Cause, Entry
    from pytest_azfunc.host.bindings.binding_type import BindingType
    from pytest_azfunc.host.bound_function import BoundFunction
    from pytest_azfunc.host.invocation import Invocation
    from pytest_azfunc.project import Binding

__tracebackhide__ = True


class Origin:
    """Where something stored or started comes from: most of it comes before the invocation is over.

    :ivar invocation: what it comes from; None for what a test has put there or started itself.
    :ivar given_up_to: where the message was moved with which the invocation has failed once too often; empty for none.
    """

    __slots__ = ("given_up_to", "invocation")

    def __init__(self, invocation: Invocation | None = None) -> None:
        self.invocation = invocation
        self.given_up_to = ""


OF_TEST = Origin()
"""The origin of what a test has put there."""


class Sent(NamedTuple):
    """An output that a function has set.

    :ivar address: where it goes, as the service has it; empty where the binding says nothing of it.
    :ivar properties: of the binding, as the service is asked with them; names ignore case.
    :ivar data: what the worker sent.
    :ivar binding_type: what the host knows of its type.
    :ivar origin: what has set it.
    :ivar function: the function that has set it.
    :ivar name: the binding's name, or ``$return``.
    """

    address: str
    properties: Mapping[str, Any]
    data: TypedData
    binding_type: BindingType
    origin: Origin
    function: str = ""
    name: str = ""

    @property
    def bodies(self) -> list[bytes]:
        """The bodies of the single messages, events or documents."""
        fan_out = self.binding_type.fan_out
        bodies = None if fan_out is None else fan_out(self.data)
        return [self.binding_type.body(self.data)] if bodies is None else bodies


class Wanted(NamedTuple):
    """An input of a function for which the test has given nothing.

    :ivar address: where it is read, as the service has it.
    :ivar properties: of the binding, as the service is asked with them; names ignore case.
    :ivar binding: the binding as it is declared.
    :ivar binding_type: what the host knows of its type.
    """

    address: str
    properties: Mapping[str, Any]
    binding: Binding
    binding_type: BindingType


class Store(Protocol):
    """What one service holds in one host. Its class is made of a :class:`Site`."""

    def take(self, sent: Sent) -> None:
        """Store what a function has set.

        :raises StoreError: the service refuses it, with which the host fails the call.
        """

    def read(self, wanted: Wanted) -> Any:
        """What an input binding is given, as a test would give it by keyword; None where nothing is stored.

        :raises UnsupportedFeature: only the service itself can answer.
        """

    def look(self) -> None:
        """Put all on the agenda that waits for a function and is not on it: somebody may listen by now."""

    def shift(self, by: timedelta) -> None:
        """Move all moments by the same span: time was set anew, and nothing of it has passed."""

    def contents(self) -> Mapping[str, Sequence[str]]:
        """All that is there, to be compared and shown: place -> an item each, such as a message or a row, as text.

        What differs by chance and time, such as ids and moments, is left out.
        """


class Outcome(NamedTuple):
    """How a delivery has ended.

    :ivar error: what the function, or the host before it, has failed with; None where it has succeeded.
    :ivar origin: of what is stored because of it, such as a poison message.
    :ivar is_cut: whether the host has stopped while the function waited for a retry: the failure stands, and no
        checkpoint is set.
    """

    error: BaseException | None
    origin: Origin
    is_cut: bool = False


class Delivering(NamedTuple):
    """One delivery to a function.

    :ivar take: takes it out of the store when the function is about to run; returns the payload.
    :ivar ended: is told that the function has run; it puts things where they then are.
    :ivar how: how the function came to run, in errors: ``message of the queue orders``.
    :ivar origin: where it comes from.
    """

    take: Callable[[], Any]
    ended: Callable[[Outcome], None]
    how: str
    origin: Origin = OF_TEST


class Site(Protocol):
    """What a host is to its stores."""

    def now(self) -> datetime:
        """The host's time, UTC.

        :raises BindingError: the host is closed. So whatever a test does with a store begins with it.
        """

    def address(self, name: str, what: str = "place of a store") -> str:
        """A name that a test has given, with its app settings put in, as in a binding.

        A per cent sign that begins no name of a setting stands for itself: a blob's name may have one.

        :param what: of what it is the name, such as ``queue``.
        :raises StoreError: it is no text, or names a setting that is not there.
        :raises BindingError: the host is closed.
        """

    def option(self, *names: str) -> Any:
        """What host.json says below ``extensions``, such as ``("queues", "maxDequeueCount")``; None for nothing."""

    def wrong_option(self, names: Sequence[str], found: object, expected: str) -> AzfuncError:
        """The error for what host.json says there."""

    def listeners(self, trigger: str, hears: Callable[[BoundFunction], bool] | None = None) -> Sequence[BoundFunction]:
        """The functions with that trigger type (in lower case) to which the host listens, in the host's order.

        :param hears: whether a function listens to the place in question; None for all places.
        """

    def running(self) -> Cause | None:
        """What is being done at the moment, or None: a store that has something done only later says so."""

    def put(
        self,
        at: datetime,
        function: BoundFunction,
        reason: str,
        work: Callable[[], Invocation | None],
        cause: Cause | By | None = ...,
    ) -> Entry:
        """Have something done at a moment; the entry ``is_over`` when it was done, and when the host stops."""

    def cancel(self, entry: Entry) -> None:
        """Strike something off."""

    def deliver(self, function: BoundFunction, delivering: Delivering) -> Invocation | None:
        """Run a function for a delivery, its retry policy included; this is what ``work`` ends in.

        :returns: the invocation; None where it waits before a retry.
        :raises BaseException: what the function raises, unless the host is to behave as in Azure; by then ``ended`` was
            told of it.
        """

    def stop(self) -> None:
        """Listen no more."""

    def start(self) -> None:
        """Listen again."""


StoreSite = Site
"""The same, by the name that a plugin imports it with."""


@dataclass(frozen=True, repr=False)
class Stored:
    """What was read: plain data. Two are equal when they hold the same; ids, numbers and moments do not count.

    :ivar body: the content, as bytes.
    """

    word: ClassVar[str] = "message"
    """What its ``repr`` calls it."""

    body: bytes

    @property
    def text(self) -> str:
        """The body as UTF-8 text.

        :raises ValueError: it is none.
        """
        return self.body.decode("utf-8")

    def json(self) -> Any:
        """The body as JSON.

        :raises ValueError: it is none.
        """
        return json.loads(self.body)

    def __repr__(self) -> str:
        from pytest_azfunc.host.stores.content import shown_body  # few tests look at one

        counts = [part.name for part in fields(self) if part.compare and part.name != "body"]
        rest = "".join(f", {name}={shown(getattr(self, name))}" for name in counts if getattr(self, name))
        return f"<{self.word}: {shown_body(self.body)}{rest}>"


def told(thing: str, look: Callable[[], str]) -> str:
    """The ``repr`` of what a test holds of a store; that can be asked for when the host is closed.

    :param thing: what it is, and its name.
    :param look: says what is in it.
    """
    try:
        return f"<{thing}: {look()}>"
    except BindingError:
        return f"<{thing}: the host is closed>"


def is_waiting(entry: Entry | None) -> bool:
    """Whether something is on the agenda, and was not done yet; what a function is at, retries included, was not."""
    return entry is not None and not entry.is_over


def bad_name(what: str, name: object, reason: object, resolved: object = None) -> AzfuncError:
    """The error for a name that the service cannot have.

    :param what: of what it is the name, such as ``queue``.
    :param name: as the test has given it.
    :param reason: what is wrong; it does not show what an app setting has put in.
    :param resolved: the name with its app settings put in; None where it is the same.
    """
    told = shown(name)
    if resolved not in (None, name):
        told += " with its app settings put in"
    return StoreError("store-name", what=what, name=told, reason=str(reason).rstrip("."))
