"""What all payloads have in common: they are delivered, on an occasion, to the function that they are for."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextvars import ContextVar
from datetime import datetime, tzinfo
from types import MappingProxyType
from typing import Any, ClassVar, NamedTuple, Protocol

from pytest_azfunc.errors import BindingError
from pytest_azfunc.project import Binding, Function
from pytest_azfunc.rpc import ProxiedRequest, PythonObject, TypedData

__tracebackhide__ = True

# Encodes, with a full HTTP client, what takes one: a payload and its URL -> a prepared request.
Prepare = Callable[[Any, str], Any]
Decoder = Callable[["Payload", Any], Any]

# The host that `payload.decode(function)` asks: the one opened last in this context.
DECODER: ContextVar[Decoder | None] = ContextVar("azfunc_decoder", default=None)


class Delivery(NamedTuple):
    """What the host sends for one trigger value: typed data and trigger metadata.

    :ivar proxied: the HTTP request itself, for a function that streams HTTP.
    """

    value: TypedData | PythonObject | None
    metadata: Mapping[str, TypedData] = MappingProxyType({})
    proxied: ProxiedRequest | None = None


class ManyPayload(Protocol):
    """A class of payloads whose trigger can take many of them at a time."""

    builder: ClassVar[str]

    @classmethod
    def deliver_many(cls, payloads: Sequence[Any], occasion: Occasion) -> Delivery:
        """Typed data and metadata of one batch, as the host would send them."""


class Many(NamedTuple):
    """How a trigger with cardinality many gets its messages.

    :ivar build: the builder of one message.
    :ivar payload_class: what it builds, which delivers several.
    """

    build: Callable[..., Payload]
    payload_class: type[ManyPayload]


class Target(Protocol):
    """The function that a payload is for, as a running host knows it."""

    @property
    def function(self) -> Function:
        """The function."""

    @property
    def trigger(self) -> Binding:
        """Its trigger."""

    @property
    def builder(self) -> str:
        """Name of the builder whose payloads fit the trigger."""

    @property
    def payload(self) -> Callable[[Any, Occasion], Payload]:
        """Makes a payload of a bare value, or of None when nothing is given."""

    @property
    def many(self) -> Many | None:
        """How its trigger gets many messages; None for one that knows no cardinality."""

    @property
    def by_hand(self) -> ByHand | None:
        """What its trigger makes of the text of a run by hand; None for a message with that body."""

    @property
    def listener(self) -> Any:
        """What the host has worked out of the trigger to listen: a schedule, a path's pattern, a route's template."""

    @property
    def base_url(self) -> str:
        """Where the app is."""

    @property
    def remembered(self) -> Any:
        """What the host has stored of its trigger, such as the status of a timer; None where it has stored nothing."""

    @property
    def time_zone(self) -> tzinfo:
        """The host's time zone.

        :raises ProjectError: an app setting names one that there is not.
        """

    @property
    def route_prefix(self) -> str:
        """What host.json puts before its routes."""

    @property
    def prepare_http(self) -> Prepare | None:
        """An HTTP client's encoding of requests that need one."""

    def resolved(self, name: str) -> str | None:
        """A property of the trigger with its app settings put in; None where it is no text, or a setting is missing."""

    def text(self, name: str, default: str) -> str:
        """The same for a name that something has in Azure; the default where it is not known."""


class Occasion(NamedTuple):
    """When and to which function a payload is delivered."""

    target: Target
    at: datetime

    @property
    def function(self) -> Function:
        """The function."""
        return self.target.function

    @property
    def trigger(self) -> Binding:
        """The function's trigger."""
        return self.target.trigger

    def error(self, rule: str, **details: object) -> BindingError:
        """An error about what was to be delivered, with the place of the trigger."""
        trigger = self.target.trigger
        name, place = self.target.function.name, trigger.location
        return BindingError(rule, function=name, binding=trigger.name, location=place, **details)


ByHand = Callable[[str | None, Occasion], "Payload"]
"""Makes a payload of the text that a run by hand gives the trigger, None for no text; raises what is wrong with it."""


class Payload:
    """A trigger value that a test has built. Subclasses are frozen dataclasses."""

    builder: ClassVar[str]
    """Name of the function that builds it."""
    makes: ClassVar[str]
    """What an error says that it is for."""
    trigger_types: ClassVar[frozenset[str] | None]
    """Trigger types it fits, in lower case; None for all."""

    def deliver(self, occasion: Occasion) -> Delivery:
        """Typed data and metadata, as the host would send them.

        :raises BindingError: the payload does not fit the function's binding.
        """
        raise NotImplementedError

    def decode(self, function: Any) -> Any:
        """The SDK object that *function* (a name or the function object) would get, for a direct call of it.

        A host must be open: use the fixture ``azfunc_trigger``, ``invoke`` or ``azfunc_host``.
        """
        decoder = DECODER.get()
        if decoder is None:
            raise BindingError("decode-without-host", builder=self.builder)
        return decoder(self, function)

    def fit(self, occasion: Occasion) -> None:
        """Check that the payload is meant for the function's trigger.

        :raises BindingError: it is not; the message names the right builder.
        """
        target = occasion.target
        if self.trigger_types is not None and target.trigger.kind not in self.trigger_types:
            raise occasion.error(
                "payload-builder",
                builder=self.builder,
                makes=self.makes,
                type=target.trigger.type,
                remedy=f"{target.builder}(...)",
            )
