"""Several messages at a time, for triggers with cardinality ``many``."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Any, ClassVar

from pytest_azfunc.errors import BindingError, kind_of, listing, suggestion
from pytest_azfunc.host.bindings.builder_calls import payload_builder
from pytest_azfunc.host.bindings.given_values import is_sdk_object
from pytest_azfunc.host.bindings.payload import Delivery, ManyPayload, Occasion, Payload
from pytest_azfunc.rpc import PythonObject

__tracebackhide__ = True

Builder = Callable[..., Payload]


@dataclass(frozen=True)
class BatchPayload(Payload):
    """Several messages; see :func:`batch`."""

    builder: ClassVar[str] = "batch"
    makes: ClassVar[str] = "a trigger with cardinality many"
    trigger_types: ClassVar[frozenset[str] | None] = None

    items: tuple[Any, ...]
    metadata: Mapping[str, Any] = field(default_factory=dict)

    def fit(self, occasion: Occasion) -> None:
        if occasion.trigger.cardinality != "many" or occasion.target.many is None:
            raise occasion.error("payload-batch")

    def deliver(self, occasion: Occasion) -> Delivery:
        self.fit(occasion)
        many = occasion.target.many
        assert many is not None
        if not self.items:
            raise occasion.error("payload-batch-empty")
        columns = self._columns(many.build, occasion)
        if not columns and all(map(is_sdk_object, self.items)):
            return Delivery(PythonObject(list(self.items)))
        for index, item in enumerate(self.items):
            if isinstance(item, Payload) or is_sdk_object(item):
                _check_ready(item, index, many.payload_class, occasion)
                if columns:
                    raise occasion.error("payload-batch-ready", index=index, names=", ".join(columns))
        if columns:
            rows = zip(*columns.values(), strict=True)
            payloads = [
                many.build(item, **dict(zip(columns, row, strict=True)))
                for item, row in zip(self.items, rows, strict=True)
            ]
        else:
            payloads = [item if isinstance(item, Payload) else many.build(item) for item in self.items]
        return many.payload_class.deliver_many(payloads, occasion)

    def _columns(self, builder: Builder, occasion: Occasion) -> dict[str, Sequence[Any]]:
        """Each keyword with one value for every message."""
        known = _keywords(builder)
        columns: dict[str, Sequence[Any]] = {}
        for name, value in self.metadata.items():
            if name not in known:
                raise occasion.error(
                    "payload-batch-keyword",
                    name=name,
                    builder=builder.__name__,
                    suggestion=suggestion(name, known),
                    known=listing("Known", known),
                )
            if not isinstance(value, list):
                columns[name] = (value,) * len(self.items)
            elif len(value) == len(self.items):
                columns[name] = value
            else:
                expected = len(self.items)
                raise occasion.error("payload-batch-length", name=name, found=len(value), expected=expected)
        return columns


@cache
def _keywords(builder: Builder) -> tuple[str, ...]:
    parameters = inspect.signature(builder).parameters.values()
    return tuple(parameter.name for parameter in parameters if parameter.kind is parameter.KEYWORD_ONLY)


def _check_ready(item: object, index: int, payload_class: type[ManyPayload], occasion: Occasion) -> None:
    """Refuse a payload that another builder made, and an SDK object among other things."""
    if isinstance(item, payload_class):
        return
    found = f"{item.builder}(...)" if isinstance(item, Payload) else kind_of(item)
    raise occasion.error("payload-batch-item", index=index, found=found, builder=payload_class.builder)


@payload_builder
def batch(items: Iterable[Any], **metadata: Any) -> BatchPayload:
    """Several messages at once, for a trigger with ``"cardinality": "many"``: of event hubs, Service Bus or Kafka.

    :param items: the messages: ``str`` is text, ``bytes`` raw, everything else JSON; or payloads that the builder of
        the trigger has made, such as ``batch([event_hub("a", partition_key="k"), event_hub("b")])``.
    :param metadata: arguments of that builder, each with one value for all messages, or with a list of one value for
        each: ``batch(["a", "b"], partition_key="k", sequence_number=[7, 9])``.
    :raises BindingError: no iterable. What does not fit the trigger is found when the batch is delivered.

    As in Azure, what the function gets depends on ``dataType``: without it every message must be JSON; with
    ``"string"`` empty messages get lost; ``"binary"`` keeps all as they are.
    """
    if isinstance(items, (str, bytes, bytearray, Mapping)) or not isinstance(items, Iterable):
        raise BindingError("payload-value", builder="batch", name="items", found=kind_of(items), expected="a list")
    given = {name: list(value) if isinstance(value, list) else value for name, value in metadata.items()}
    return BatchPayload(tuple(items), given)
