"""Input bindings: what a test gives for one, as the host would send it.

What the host sends depends on the extension and on the binding's properties, not on the Python type of the value: a
query of Cosmos DB is always a JSON array, a row of a table always JSON text. So a value that the binding could not
deliver is refused here, instead of reaching the function in a form that Azure never sends.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from types import MappingProxyType
from typing import Any

from pytest_azfunc.errors import BindingError, kind_of
from pytest_azfunc.host.bindings.given_values import is_mock, is_sdk_object, not_json, to_json
from pytest_azfunc.host.bindings.net_values import compact
from pytest_azfunc.project import Binding
from pytest_azfunc.project.setting_names import fixed_text
from pytest_azfunc.rpc import PythonObject, TypedData

__tracebackhide__ = True

NOTHING = TypedData(None, None)

Settings = Callable[[], Mapping[str, str]]
DurableClients = Callable[[str, str], Mapping[str, Any]]
"""What a durable client is told, of the name of its task hub and the address of the app."""


def no_settings() -> Mapping[str, str]:
    """The app settings of an app that has none."""
    return MappingProxyType({})


class Input:
    """One input binding of a running host: makes typed data of a value, and says what is wrong with one.

    :param make: the maker of its type.
    :param function: name of the function, for the errors.
    :param base_url: where the app is, which a ``durableClient`` names.
    :param settings: the app settings, asked for when a property names one.
    :param durable_client: makes what a ``durableClient`` is told; None where nobody runs orchestrations.
    """

    __slots__ = ("base_url", "binding", "durable_client", "function", "make", "settings")

    def __init__(
        self,
        binding: Binding,
        make: InputMaker,
        *,
        function: str | None = None,
        base_url: str = "http://localhost:7071",
        settings: Settings = no_settings,
        durable_client: DurableClients | None = None,
    ) -> None:
        self.binding = binding
        self.make = make
        self.function = function
        self.base_url = base_url
        self.settings = settings
        self.durable_client = durable_client

    def data(self, value: Any = None) -> TypedData | PythonObject:
        """Typed data of the input's value.

        :param value: what is there; None for nothing: the function then gets what Azure gives it, which for a
            ``durableClient`` or ``signalRConnectionInfo`` is a realistic one.
        :raises BindingError: the binding could not deliver the value; the message says what it takes.
        """
        if isinstance(value, TypedData):
            return value
        if is_mock(value):
            raise self.located(
                BindingError("input-mock", name=self.binding.name, type=self.binding.type, found=kind_of(value))
            )
        if is_sdk_object(value):
            return PythonObject(value)
        try:
            return self.make(self, value)
        except RecursionError as error:
            raise self.located(not_json(self.binding.name, kind_of(value), error)) from None

    def has(self, *names: str) -> bool:
        """Whether function.json gives all these properties a value."""
        return all(self.binding.properties.get(name) not in (None, "") for name in names)

    def text(self, name: str, default: str) -> str:
        """A property's text with its app settings put in, or the default where it has no text to give."""
        return fixed_text(self.binding.properties, name, default, self.settings())

    def error(self, value: object, expected: str) -> BindingError:
        """The error for a value that the binding could not deliver."""
        return BindingError(
            "input-value",
            function=self.function,
            binding=self.binding.name,
            location=self.binding.location,
            name=self.binding.name,
            type=self.binding.type,
            found=kind_of(value),
            expected=expected,
        )

    def located(self, error: BindingError) -> BindingError:
        """An error about the value alone, with the place of the binding."""
        binding = self.binding
        return BindingError(
            error.rule, function=self.function, binding=binding.name, location=binding.location, **error.details
        )

    def plain(self, value: Any) -> Any:
        """The value as JSON gives it back; text stays text."""
        try:
            return json.loads(to_json(_as_dicts(value), self.binding.name))
        except BindingError as error:
            raise self.located(error) from None

    def parsed(self, value: Any, expected: str) -> Any:
        """The value as JSON gives it back; text and bytes are JSON text."""
        if isinstance(value, (str, bytes, bytearray)):
            try:
                return json.loads(value)
            except ValueError:
                raise self.error(value, expected) from None
        return self.plain(value)

    def record(self, value: Any, expected: str) -> dict[str, Any]:
        """One record: a dict, or its JSON text."""
        found = self.parsed(value, expected)
        if not isinstance(found, dict):
            raise self.error(value, expected)
        return found

    def records(self, value: Any, expected: str) -> list[Any]:
        """Records, of which a single one stands for a list of one, and None for none."""
        found = [] if value is None else self.parsed(value, expected)
        found = [found] if isinstance(found, dict) else found
        if not isinstance(found, list) or not all(isinstance(item, dict) for item in found):
            raise self.error(value, expected)
        return found

    def utf8(self, value: str | bytes | bytearray, expected: str) -> str:
        """Text of text or bytes."""
        try:
            text = value if isinstance(value, str) else bytes(value).decode("utf-8")
            text.encode("utf-8")
        except UnicodeError:
            raise self.error(value, expected) from None
        return text


InputMaker = Callable[[Input, Any], TypedData]
"""Makes the typed data of a value, which is None where nothing is given."""


def _as_dicts(value: Any) -> Any:
    """Mappings of other classes, such as the SDK's documents and rows, as dicts; likewise in a list."""
    if isinstance(value, Mapping):
        return dict(value)
    if dump := getattr(value, "model_dump", None):
        return dump(mode="json") if callable(dump) and not isinstance(value, type) else value
    if isinstance(value, Iterable) and not isinstance(value, (str, bytes, bytearray, set, frozenset)):
        return [json.loads(to_json(_as_dicts(item), "input")) for item in value]
    return value


# --- makers that several services share


def by_value(given: Input, value: Any) -> TypedData:
    """The kind that the value has: what a type gets of which no more is known."""
    if value is None:
        return NOTHING
    expected = "a str, bytes, or what JSON can say"
    if isinstance(value, str):
        return TypedData("string", given.utf8(value, expected))
    if isinstance(value, (bytes, bytearray, memoryview)):
        return TypedData("bytes", bytes(value))
    return TypedData("json", compact(given.plain(value)))


def as_text(given: Input, value: Any) -> TypedData:
    """Text as it is, everything else as JSON text."""
    if value is None:
        return NOTHING
    expected = "a str, or what JSON can say: the function gets its JSON text"
    if isinstance(value, (str, bytes, bytearray)):
        return TypedData("string", given.utf8(value, expected))
    return TypedData("string", compact(given.plain(value)))


def object_text(given: Input, value: Any, default: Mapping[str, Any]) -> TypedData:
    """JSON text of an object: text as it is, a mapping laid over the default, and the default alone for None."""
    expected = f"a dict with {', '.join(default)} (what it leaves out is made up), its JSON text, or None"
    if isinstance(value, (str, bytes, bytearray)):
        given.record(value, expected)
        return TypedData("string", given.utf8(value, expected))
    fields = {} if value is None else given.plain(value)
    if not isinstance(fields, dict):
        raise given.error(value, expected)
    return TypedData("string", compact({**default, **fields}))
