"""Typed data <-> Python objects, through the converters of the user's own ``azure-functions`` SDK."""

from __future__ import annotations

import importlib
import json
import sys
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from pytest_azfunc.project import Function
from pytest_azfunc.project.indexing.binding_registry import BindingRegistry
from pytest_azfunc.rpc import Kind, TypedData
from pytest_azfunc.worker.generic import GenericConverter

_INT64 = 2**63


class Converters(BindingRegistry):
    """The converters of the installed SDK, by binding type. Imports the SDK when it is made."""

    generic = GenericConverter

    def __init__(self, *, names_binding_types: bool = False) -> None:
        """Import the SDK.

        :param names_binding_types: whether the error for a value that cannot be encoded names the binding's type,
            not its converter.
        """
        super().__init__()
        self._names_binding_types = names_binding_types
        self._datum: Any = importlib.import_module("azure.functions.meta").Datum
        self._no_body = self._datum(b"", "bytes")

    def datums(self, typed: Mapping[str, TypedData]) -> Mapping[str, Any]:
        """Trigger metadata in the SDK's form."""
        if not isinstance(typed, dict):  # worked out on demand, and so is this
            return _DatumsOnDemand(self, typed)
        datum = self._datum
        return {
            key: datum(data.value, data.kind) if data.kind in _PLAIN else self.datum(data)
            for key, data in typed.items()
        }

    def datum(self, data: TypedData) -> Any:
        """One value in the SDK's form; None for an empty message.

        :raises NotImplementedError: a kind that no Python worker decodes, with the worker's own text.
        """
        kind = data.kind
        if kind is None:
            return None
        if kind in _PLAIN or kind == "model_binding_data":
            return self._datum(data.value, kind)
        if kind == "http":
            return self._datum(self._http(data.value), kind)
        collection = _COLLECTIONS.get(kind)
        if collection is not None:
            return self._datum(collection(data.value), kind)
        raise NotImplementedError(f"unsupported TypeData kind: {kind!r}")

    def _http(self, request: Mapping[str, Any]) -> dict[str, Any]:
        datum = self._datum
        body = request.get("body")
        decoded = None if body is None else self.datum(body)
        return {
            "method": datum(request["method"], "string"),
            "url": datum(request["url"], "string"),
            "headers": {name: datum(value, "string") for name, value in request["headers"].items()},
            "params": {name: datum(value, "string") for name, value in request["params"].items()},
            "query": {name: datum(value, "string") for name, value in request["query"].items()},
            "body": decoded or self._no_body,
        }

    def decode(self, binding_type: str, data: TypedData | None, metadata: Mapping[str, Any]) -> Any:
        """The Python object that ``main()`` gets.

        :raises TypeError: the kind and the binding do not go together; other exceptions are the converter's own.
        """
        __tracebackhide__ = True
        converter = self.converter(binding_type)
        if data is None:
            raise TypeError("Unknown ParameterBindingType: None")
        datum = self.datum(data)
        try:
            return converter.decode(datum, trigger_metadata=metadata)
        except NotImplementedError:
            raise TypeError(
                "unable to decode incoming TypedData: unsupported combination of TypedData field "
                f"{data.kind!r} and expected binding type {self._shown(converter)}"
            ) from None

    def _shown(self, converter: Any) -> str:
        """The converter's class, as the worker names it: the generic one is a class of its own."""
        if converter is not GenericConverter:
            return str(converter)
        library = "azure_functions_worker"
        if sys.version_info >= (3, 13):
            library = "azure_functions_runtime" if self._names_binding_types else "azure_functions_runtime_v1"
        return f"<class '{library}.bindings.generic.GenericBinding'>"

    def encode(
        self,
        binding_type: str,
        value: Any,
        annotation: Any,
        function: Function | None = None,
        name: str = "$return",
    ) -> TypedData | None:
        """The typed data that leaves the worker; None where the converter sends nothing.

        :param binding_type: the type by whose rules it is encoded, which an annotation may have changed.
        :param function: whose output it is, for the error.
        :param name: the output's name, for the error.
        :raises TypeError: the binding does not take the value; other exceptions are the converter's own.
        """
        __tracebackhide__ = True
        converter = self.converter(binding_type)
        try:
            encoded = converter.encode(value, expected_type=annotation)
        except NotImplementedError:
            from pytest_azfunc.errors.notes import refused_output
            from pytest_azfunc.project.user_errors import add_note

            shown = binding_type if self._names_binding_types else self._shown(converter)
            error = TypeError(
                f'unable to encode outgoing TypedData: unsupported type "{shown}" '
                f'for Python type "{type(value).__name__}"'
            )
            if function is not None and name != "$return":
                binding_type = function.bindings[name].type
            add_note(error, refused_output(binding_type, name, value))
            raise error from None
        kind, content = encoded if converter is GenericConverter else (encoded.type, encoded.value)
        return _on_the_wire(kind, content)


class _DatumsOnDemand(Mapping[str, Any]):
    """The SDK's form of metadata that costs something to make: of a request, which the HTTP converter ignores."""

    def __init__(self, converters: Converters, typed: Mapping[str, TypedData]) -> None:
        self._converters = converters
        self._typed = typed

    def __getitem__(self, name: str) -> Any:
        return self._converters.datum(self._typed[name])

    def __iter__(self) -> Iterator[str]:
        return iter(self._typed)

    def __len__(self) -> int:
        return len(self._typed)


# A repeated field as the SDK's converters read it: the list under the name of its element type. The classes have
# the names of protobuf's, which show up in error messages.


class CollectionString:
    """Texts."""

    def __init__(self, string: list[str]) -> None:
        self.string = string


class CollectionBytes:
    """Contents."""

    def __init__(self, content: list[bytes]) -> None:
        self.bytes = content


class CollectionSInt64:
    """Integers."""

    def __init__(self, sint64: list[int]) -> None:
        self.sint64 = sint64


_PLAIN = frozenset(("string", "json", "bytes"))
_COLLECTIONS: dict[str, Callable[[Any], Any]] = {
    "collection_string": CollectionString,
    "collection_bytes": CollectionBytes,
    "collection_sint64": CollectionSInt64,
}


def _on_the_wire(kind: str | None, value: Any) -> TypedData | None:
    """What protobuf would carry of a converter's answer; it checks texts and number ranges, with these words.

    Only a value itself travels, not what a subclass makes of it: of a ``StrEnum`` the text.
    """
    carried = _FIELDS.get(kind)
    if carried is not None and value is not None:
        field, convert = carried
        return TypedData(field, convert(value))
    if kind is None:
        return None
    if kind in ("dict", "list"):
        return TypedData("json", json.dumps(value))
    if value is None:  # a field that is set to None is not set at all
        return TypedData(None, None)
    raise NotImplementedError(f"unexpected Datum type: {kind!r}")


def wire_text(value: Any) -> str:
    """*value* as a text field of a message carries it.

    :raises UnicodeError: a lone surrogate, or bytes that are not UTF-8.
    :raises TypeError: no text at all.
    """
    if type(value) is str and value.isascii():  # as nearly always
        return value
    if isinstance(value, bytes):
        return value.decode("utf-8")
    if not isinstance(value, str):
        raise TypeError("bad argument type for built-in operation")
    if not value.isascii():
        value.encode("utf-8")
    return value if type(value) is str else str.__str__(value)


def _content(value: Any) -> bytes:
    if not isinstance(value, bytes):
        raise TypeError(f"expected bytes, {type(value).__name__} found")
    return value if type(value) is bytes else b"".join((value,))


def _int64(value: int) -> int:
    if not -_INT64 <= value < _INT64:
        raise ValueError(f"Value out of range: {value}")
    return int.__pos__(value)


def _http_response(value: Mapping[str, Any]) -> dict[str, Any]:
    # In the order in which Azure's worker gets to them: the first that does not fit is the error.
    cookies = _cookies(value["cookies"]) if value.get("cookies") else []
    body = _on_the_wire(value["body"].type, value["body"].value)
    return {
        "status_code": wire_text(value["status_code"].value),
        "headers": {wire_text(name): wire_text(header.value) for name, header in value["headers"].items()},
        "cookies": cookies,
        "body": body,
        "enable_content_negotiation": False,
    }


def _cookies(jars: Any) -> list[dict[str, Any]]:
    from pytest_azfunc.worker.cookies import rpc_cookies  # which few functions set

    return rpc_cookies(jars)


# Of each kind that a converter answers with: the field of the message, and what carries the value there.
_FIELDS: dict[str | None, tuple[Kind, Callable[[Any], Any]]] = {
    "string": ("string", wire_text),
    "json": ("json", wire_text),
    "bytes": ("bytes", _content),
    "http": ("http", _http_response),
    "int": ("int", _int64),
    "bool": ("int", _int64),
    "double": ("double", float.__pos__),
}
