"""What an invocation sent: typed data, and what Azure makes of it."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from functools import cached_property
from typing import Any, NamedTuple

from pytest_azfunc.errors import OutputNotSet, listing, shown, suggestion
from pytest_azfunc.errors.notes import no_json_output
from pytest_azfunc.host.bindings.binding_type import BindingType
from pytest_azfunc.project.user_errors import add_note
from pytest_azfunc.rpc import TypedData

__tracebackhide__ = True


class Message(NamedTuple):
    """One message, event or document of an output."""

    body: bytes

    @property
    def text(self) -> str:
        """The body as UTF-8 text."""
        return self.body.decode("utf-8")

    def json(self) -> Any:
        """The body as JSON."""
        return json.loads(self.body)


class Output:
    """One output binding of an invocation.

    :ivar name: the binding's name, or ``$return``.
    :ivar type: the binding's type as it is declared, such as ``"queue"``.
    :ivar value: the Python object that the function set or returned; None where the worker does not tell.
    :ivar typed_data: what the worker sent to the host.
    :ivar binding_type: what the host knows of the type.
    :ivar address: where it went, such as a queue's name or ``"container/blob"``: the binding's expressions have their
        values in it. Empty where the binding says nothing of it.
    """

    def __init__(
        self,
        name: str,
        type: str,
        value: Any,
        typed_data: TypedData,
        binding_type: BindingType,
        address: str = "",
    ) -> None:
        self.name = name
        self.type = type
        self.value = value
        self.typed_data = typed_data
        self.binding_type = binding_type
        self.address = address

    @cached_property
    def body(self) -> bytes:
        """The bytes that Azure would hand on."""
        return self.binding_type.body(self.typed_data)

    @property
    def text(self) -> str:
        """The body as UTF-8 text."""
        return self.body.decode("utf-8")

    def json(self) -> Any:
        """The body as JSON.

        :raises ValueError: the body is no JSON.
        """
        try:
            return json.loads(self.body)
        except ValueError as error:
            add_note(error, no_json_output(self.name))
            raise

    @cached_property
    def messages(self) -> list[Message]:
        """The single messages: a JSON array on a queue, Event Hub, Service Bus or Event Grid output is split."""
        if self.typed_data.kind is None:
            return []
        fan_out = self.binding_type.fan_out
        bodies = None if fan_out is None else fan_out(self.typed_data)
        return [Message(body) for body in ([self.body] if bodies is None else bodies)]

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
        if name == "$return":
            remedy = "return a value" if name in known else "read result.return_value: no output takes what is returned"
        else:
            remedy = f"set it in the function: {name}.set(value)" if name in known else "correct the name"
        raise OutputNotSet(
            "output-missing",
            function=self._function,
            name=name,
            suggestion="" if name in known else suggestion(name, known),
            known=listing("Outputs that it set", self._outputs),
            remedy=remedy,
        )

    def __getattr__(self, name: str) -> Any:
        hint = f"; write outputs[{name!r}]" if not name.startswith("_") and name in self._declared else ""
        raise AttributeError(f"'Outputs' object has no attribute {name!r}{hint}")

    def __iter__(self) -> Iterator[str]:
        return iter(self._outputs)

    def __len__(self) -> int:
        return len(self._outputs)

    def __repr__(self) -> str:
        return "{" + ", ".join(f"{name!r}: {shown(out.value)}" for name, out in self._outputs.items()) + "}"
