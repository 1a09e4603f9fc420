"""The content of messages as triggers send it: one, or many at a time.

Sources: azure-functions-host, GrpcMessageConversionExtensions.cs; azure-webjobs-sdk, PocoTriggerArgumentBinding.cs
(messages of a trigger without dataType).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from pytest_azfunc.errors import BindingError, shown
from pytest_azfunc.host.bindings.given_values import content_of
from pytest_azfunc.host.bindings.json_body import overlay
from pytest_azfunc.host.bindings.net_values import as_json, strings
from pytest_azfunc.host.bindings.payload import Delivery, Occasion, Payload
from pytest_azfunc.project import Binding
from pytest_azfunc.project.lenient_json import JsonError, loads
from pytest_azfunc.rpc import TypedData

__tracebackhide__ = True


def string_or_bytes(content: str | bytes, binding: Binding, builder: str) -> TypedData:
    """The typed data of a trigger that gives the type it is asked for: bytes for dataType binary, else string.

    :raises BindingError: text is asked for, and the content is not UTF-8.
    """
    if binding.data_type == "binary":
        return TypedData("bytes", content.encode("utf-8") if isinstance(content, str) else content)
    if isinstance(content, str):
        return TypedData("string", content)
    try:
        return TypedData("string", content.decode("utf-8"))
    except UnicodeDecodeError:
        raise BindingError(
            "payload-not-utf8", builder=builder, binding=binding.name, type=binding.type, location=binding.location
        ) from None


# --- triggers that send text only


def check_asks_for_text(occasion: Occasion, builder: str) -> None:
    """Refuse a dataType that makes the extension look for another .NET type than a string.

    :raises BindingError: it is ``binary`` or ``stream``.
    """
    trigger = occasion.target.trigger
    if trigger.data_type in ("binary", "stream"):
        raise occasion.error("payload-data-type", builder=builder, type=trigger.type, data_type=trigger.data_type)


def text_delivery(
    text: str, occasion: Occasion, builder: str, metadata: dict[str, TypedData] | None = None
) -> Delivery:
    """A text value of a trigger whose extension delivers text only, with what its JSON lays over the metadata.

    :raises BindingError: the binding asks for binary data, or the text is none that UTF-8 can carry.
    """
    check_asks_for_text(occasion, builder)
    content_of(text, builder)
    metadata = {} if metadata is None else metadata
    overlay(metadata, text)
    return Delivery(TypedData("string", text), metadata)


@dataclass(frozen=True)
class TextPayload(Payload):
    """A text of its own, which may have been given as bytes."""

    content: str | bytes

    def deliver(self, occasion: Occasion) -> Delivery:
        check_asks_for_text(occasion, self.builder)
        text = string_or_bytes(self.content, occasion.target.trigger, self.builder).value
        return text_delivery(text, occasion, self.builder)


# --- many messages at a time


def typed_many(contents: Sequence[str | bytes], occasion: Occasion, builder: str) -> TypedData:
    """Typed data of many messages: an array of bytes, of text, or of JSON values, as the trigger's dataType asks.

    :raises BindingError: text is asked for and a message is not UTF-8, or JSON and a message is none.
    """
    binding = occasion.target.trigger
    if binding.data_type == "binary":
        return TypedData("collection_bytes", [c.encode("utf-8") if isinstance(c, str) else c for c in contents])
    texts = [c if isinstance(c, str) else string_or_bytes(c, binding, builder).value for c in contents]
    if binding.data_type == "string":
        return strings(texts)
    return as_json([_parsed(text, index, occasion) for index, text in enumerate(texts)])


def _parsed(text: str, index: int, occasion: Occasion) -> Any:
    """The JSON value of a message; an empty message counts as null, as it does in Json.NET."""
    if not text.strip():
        return None
    try:
        return loads(text)
    except JsonError as error:
        raise occasion.error(
            "payload-many-json",
            type=occasion.target.trigger.type,
            index=index,
            found=shown(text),
            reason=str(error),
        ) from None


def numbered(given: Iterable[int | None], first: int = 0) -> list[int]:
    """The numbers of a batch; one that is not given follows the one before it."""
    numbers = []
    following = first
    for number in given:
        numbers.append(following if number is None else number)
        following = numbers[-1] + 1
    return numbers
