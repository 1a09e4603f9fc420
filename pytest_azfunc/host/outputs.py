"""What an invocation sent: typed data, and what Azure makes of it."""

from __future__ import annotations

import json
import struct
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from pytest_azfunc.errors import OutputNotSet, listing, shown, suggestion
from pytest_azfunc.host.bindings.json_body import scalar_text
from pytest_azfunc.project.lenient_json import JsonError, loads
from pytest_azfunc.rpc import TypedData

# Outputs whose extension takes a JSON array - also a string that looks like one - for several messages.
FANNING_OUT = frozenset(("queue", "eventhub", "servicebus", "eventgrid"))


@dataclass(frozen=True)
class Message:
    """One message, event or document of an output."""

    body: bytes

    @property
    def text(self) -> str:
        """The body as UTF-8 text."""
        return self.body.decode("utf-8")

    def json(self) -> Any:
        """The body as JSON."""
        return json.loads(self.body)


@dataclass(frozen=True)
class Output:
    """One output binding of an invocation.

    :ivar name: the binding's name, or ``$return``.
    :ivar type: the binding's type, such as ``"queue"``.
    :ivar value: the Python object that the function set or returned.
    :ivar typed_data: what the worker sent to the host.
    """

    name: str
    type: str
    value: Any
    typed_data: TypedData = field(repr=False)

    @cached_property
    def body(self) -> bytes:
        """The bytes that Azure would hand on."""
        return body_of(self.type, self.typed_data)

    @property
    def text(self) -> str:
        """The body as UTF-8 text."""
        return self.body.decode("utf-8")

    def json(self) -> Any:
        """The body as JSON.

        :raises ValueError: the body is no JSON.
        """
        return json.loads(self.body)

    @cached_property
    def messages(self) -> list[Message]:
        """The single messages: a JSON array on a queue, Event Hub, Service Bus or Event Grid output is split."""
        if self.typed_data.kind is None:
            return []
        if self.type.lower() in FANNING_OUT and self.typed_data.kind in ("json", "string"):
            items = _array(self.typed_data.value)
            if items is not None:
                return [Message(_element(item)) for item in items]
        return [Message(self.body)]

    def __repr__(self) -> str:
        return f"<Output {self.name} ({self.type}): {shown(self.value)}>"


class Outputs(Mapping[str, Output]):
    """The outputs that were set, by binding name; ``$return`` among them when the function returned something."""

    def __init__(self, function: str, outputs: Mapping[str, Output], declared: Mapping[str, Any]) -> None:
        self._function = function
        self._outputs = outputs
        self._declared = declared

    def __getitem__(self, name: str) -> Output:
        output = self._outputs.get(name)
        if output is not None:
            return output
        known = list(self._declared)
        raise OutputNotSet(
            "output-missing",
            function=self._function,
            name=name,
            suggestion="" if name in known else suggestion(name, known),
            known=listing("Outputs that it set", self._outputs),
        )

    def __iter__(self) -> Iterator[str]:
        return iter(self._outputs)

    def __len__(self) -> int:
        return len(self._outputs)

    def __repr__(self) -> str:
        return "{" + ", ".join(f"{name!r}: {shown(out.value)}" for name, out in self._outputs.items()) + "}"


def body_of(binding_type: str, data: TypedData) -> bytes:
    """The bytes that the host's extension makes of typed data."""
    kind, value = data.kind, data.value
    if kind is None:
        return b""
    if kind == "http":
        body = value.get("body")
        return b"" if body is None else body_of("http", body)
    if kind == "bytes":
        return bytes(value)
    if kind in ("int", "double") and binding_type.lower() == "blob":
        # .NET's BitConverter: a number becomes raw bytes in the blob. An integer is cut to 32 bits before.
        return struct.pack("<d", value) if kind == "double" else struct.pack("<I", value & 0xFFFFFFFF)
    text = scalar_text(value) if kind in ("int", "double") else str(value)
    return text.encode("utf-8")


def _array(text: str) -> list[Any] | None:
    stripped = text.strip()
    if not (stripped.startswith("[") and stripped.endswith("]")):
        return None
    try:
        value = loads(stripped)
    except JsonError:
        return None
    return value if isinstance(value, list) else None


def _element(item: Any) -> bytes:
    """One element of a split array: text as it is, the rest as Newtonsoft prints it, objects indented."""
    if item is None:
        return b""
    if isinstance(item, (dict, list)):
        return json.dumps(item, indent=2, ensure_ascii=False).encode("utf-8")
    return (item if isinstance(item, str) else scalar_text(item)).encode("utf-8")
