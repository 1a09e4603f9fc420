"""Several messages at a time, for triggers with cardinality ``many``."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar

from pytest_azfunc.errors import BindingError, kind_of
from pytest_azfunc.host.triggers.payload import Delivery, Occasion, Payload, content_of, to_json
from pytest_azfunc.project import Function
from pytest_azfunc.rpc import TypedData


@dataclass(frozen=True)
class BatchPayload(Payload):
    """Several messages; see :func:`batch`."""

    builder: ClassVar[str] = "batch"
    makes: ClassVar[str] = "a trigger with cardinality many"
    trigger_types: ClassVar[frozenset[str] | None] = None

    items: tuple[Any, ...]
    metadata: Mapping[str, TypedData] = field(default_factory=dict)

    def fit(self, function: Function) -> None:
        if function.trigger.cardinality != "many":
            raise BindingError(
                "payload-batch",
                function=function.name,
                binding=function.trigger.name,
                location=function.trigger.location,
            )

    def deliver(self, occasion: Occasion) -> Delivery:
        return Delivery(self._value(occasion.trigger.data_type), self.metadata)

    def _value(self, data_type: str | None) -> TypedData:
        contents = [content_of(item, self.builder) for item in self.items]
        if data_type == "binary":
            raw = [c.encode("utf-8") if isinstance(c, str) else c for c in contents]
            return TypedData("collection_bytes", raw)
        texts = [c if isinstance(c, str) else c.decode("utf-8") for c in contents]
        if data_type == "string":
            return TypedData("collection_string", [text for text in texts if text])  # the host drops empty items
        return TypedData("json", json.dumps([_parsed(text) for text in texts], ensure_ascii=False))


def _parsed(text: str) -> Any:
    try:
        return json.loads(text)
    except ValueError:
        return text


def batch(items: Iterable[Any], **metadata: Any) -> BatchPayload:
    """Several messages at once, for a trigger with ``"cardinality": "many"``.

    :param items: the messages: ``str`` is text, ``bytes`` raw, everything else JSON.
    :param metadata: trigger metadata by name, each a value for the whole batch.
    :raises BindingError: no iterable, or a message without a JSON form.
    """
    if isinstance(items, (str, bytes, Mapping)) or not isinstance(items, Iterable):
        raise BindingError("payload-value", builder="batch", name="items", found=kind_of(items), expected="a list")
    typed = {
        name: value if isinstance(value, TypedData) else TypedData("json", to_json(value, "batch"))
        for name, value in metadata.items()
    }
    return BatchPayload(tuple(items), typed)
