"""All that the host knows of one binding type, as a record. The modules beside this one declare one for each type."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from typing import Any

from pytest_azfunc.errors import kind_of
from pytest_azfunc.host.bindings.generic import generic
from pytest_azfunc.host.bindings.inputs import InputMaker, by_value
from pytest_azfunc.host.bindings.output_bodies import body_of
from pytest_azfunc.host.bindings.payload import ByHand, Many, Occasion, Payload, Target
from pytest_azfunc.rpc import TypedData

__tracebackhide__ = True

SINKS = "sinks"
"""The store that outputs go to whose type has none of its own: they are kept, and nobody gets them."""

PayloadMaker = Callable[[Any, Occasion], Payload]
"""Makes a payload of a bare value, which is None when a test gives nothing."""

Loss = tuple[str, str]
"""The rule that an output breaks, and what Azure sends instead of it."""


Refusal = tuple[str, Mapping[str, object]]
"""The rule by which an extension refuses an output, and what its sentence mentions."""


def by_builder(build: Callable[..., Payload]) -> PayloadMaker:
    """The builder takes the bare value, and no argument at all when nothing is given."""
    return lambda value, _: build() if value is None else build(value)


def valueless(build: Callable[[], Payload], hint: str) -> PayloadMaker:
    """The trigger carries nothing that a test could give without its builder.

    :param hint: what to pass instead of a value.
    """

    def payload(value: Any, occasion: Occasion) -> Payload:
        if value is not None:
            raise occasion.error("payload-type", type=occasion.trigger.type, found=kind_of(value), remedy=hint)
        return build()

    return payload


_GENERIC = by_builder(generic)


@dataclass(frozen=True)
class BindingType:
    """What the host knows of a binding type. What is not given is that of a type of which only the name is known.

    :ivar name: as it is usually spelled, such as ``"queueTrigger"``; a name that ends in ``Trigger`` is a trigger.
    :ivar builder: of a trigger: name of the builder that an error recommends.
    :ivar payload: of a trigger: makes a payload of a bare value, or of None when nothing is given.
    :ivar many: of a trigger with cardinality many: how it gets its messages.
    :ivar listen: of a trigger: works out of its declaration what the host needs to listen; raises what is wrong.
    :ivar by_hand: of a trigger: makes a payload of the text that ``POST /admin/functions/<name>`` gives it; by default
        it is the body of a message.
    :ivar input: makes the typed data of an input's value.
    :ivar body: the bytes that Azure makes of an output's typed data.
    :ivar fan_out: the messages that an output's typed data stands for; None where it is a single one.
    :ivar loss: what gets lost of an output of this type alone, between its value and its typed data.
    :ivar refusal: what its extension has against an output (properties of the binding, typed data); the call fails.
    :ivar returns: of a trigger: whether its extension takes what the function returns.
    :ivar address: which properties say where a binding reads or writes: the first that is there counts; with a slash,
        two that belong together.
    :ivar expressions: the properties, beside those of the address, in which binding expressions are replaced; of a
        trigger only ``%NAME%`` is: what is in braces there is the trigger's own affair.
    :ivar check_address: what the service makes of an address that a call has come to, such as a name in lower case;
        raises ``AddressError`` for one that it cannot have.
    :ivar store: name of the store that an output goes to, an input is read from, or a trigger listens to: one that is
        there for a service, or one of the hook ``pytest_azfunc_stores``. Where none is named outputs are kept, inputs
        are what a test gives, and None is for outputs that are kept nowhere.
    :ivar dictionaries: which of a trigger's metadata are .NET dictionaries or objects, and no JSON of its payload, in
        lower case -> whether names in them are compared without case.
    :ivar column: of a trigger: what ``--azfunc-list`` shows of it, at that moment; its address when None.
    """

    name: str
    builder: str = "generic"
    payload: PayloadMaker = _GENERIC
    many: Many | None = None
    listen: Callable[[Target], Any] | None = None
    by_hand: ByHand | None = None
    input: InputMaker = by_value
    body: Callable[[TypedData], bytes] = body_of
    fan_out: Callable[[TypedData], list[bytes] | None] | None = None
    loss: Callable[[Any, TypedData], Loss | None] | None = None
    refusal: Callable[[Mapping[str, Any], TypedData], Refusal | None] | None = None
    returns: bool = False
    address: tuple[str, ...] = ()
    expressions: tuple[str, ...] = ()
    check_address: Callable[[str], str] | None = None
    store: str | None = SINKS
    dictionaries: Mapping[str, bool] = field(default_factory=dict)
    column: Callable[[Target, datetime], str] | None = None

    @property
    def kind(self) -> str:
        """The name as the host compares it: in lower case."""
        return self.name.lower()

    @cached_property
    def replaced(self) -> Mapping[str, str]:
        """The properties in which binding expressions are replaced: in lower case -> as they are usually spelled."""
        return {name.lower(): name for name in (*self._of_address, *self.expressions)}

    @cached_property
    def _of_address(self) -> tuple[str, ...]:
        return tuple(part for names in self.address for part in names.split("/"))

    def is_address(self, name: str) -> bool:
        """Whether a property, as it is usually spelled, is a part of where a binding reads or writes."""
        return name in self._of_address

    def address_as_sent(self, address: str) -> str:
        """An address as the service has it.

        :raises AddressError: it cannot have it.
        """
        return address if self.check_address is None else self.check_address(address)

    def address_of(self, properties: Mapping[str, Any]) -> str:
        """Where a binding of this type reads or writes, as it is declared; empty where nothing says so."""
        for names in self.address:
            first, _, second = names.partition("/")
            if properties.get(first):
                found = str(properties[first])
                return f"{found}/{properties[second]}" if second and properties.get(second) else found
        return ""
