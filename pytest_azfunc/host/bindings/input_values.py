"""Input bindings: what a test gives for one, as the host would send it. Pure.

What the host sends depends on the extension and on the binding's properties, not on the Python type of the value: a
query of Cosmos DB is always a JSON array, a row of a table always JSON text. So a value that the binding could not
deliver is refused here, instead of reaching the function in a form that Azure never sends.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from pytest_azfunc.errors import BindingError, kind_of
from pytest_azfunc.host.bindings.payload import content_of, is_sdk_object, to_json
from pytest_azfunc.project import Binding
from pytest_azfunc.rpc import PythonObject, TypedData

NOTHING = TypedData(None, None)

_BASE_URL = "http://localhost:7071"
_RPC_URL = "http://127.0.0.1:17071/durabletask/"
_KEY = "code=azfunc"  # the system key of a host that does not exist


def input_data(
    binding: Binding, value: Any = None, *, function: str | None = None, base_url: str = _BASE_URL
) -> TypedData | PythonObject:
    """Typed data of an input's value.

    :param binding: the input binding.
    :param value: what is there; None for nothing: the function then gets what Azure gives it, which for a
        ``durableClient`` or ``signalRConnectionInfo`` is a realistic one.
    :param function: name of the function, for the error.
    :param base_url: address of the host, which a ``durableClient`` names.
    :raises BindingError: the binding could not deliver the value; the message says what it takes.
    """
    if isinstance(value, TypedData):
        return value
    if is_sdk_object(value):
        return PythonObject(value)
    make = _MAKERS.get(binding.kind, _by_type)
    return make(_Input(binding, function, base_url), value)


class _Input:
    """One input binding, and how an error speaks of it."""

    __slots__ = ("base_url", "binding", "function")

    def __init__(self, binding: Binding, function: str | None, base_url: str) -> None:
        self.binding = binding
        self.function = function
        self.base_url = base_url

    def has(self, *names: str) -> bool:
        """Whether function.json gives all these properties a value."""
        return all(self.binding.properties.get(name) not in (None, "") for name in names)

    def text(self, name: str, default: str) -> str:
        """A property's text, or the default where there is none or an app setting stands in for it."""
        value = self.binding.properties.get(name)
        return value if isinstance(value, str) and value and "%" not in value and "{" not in value else default

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

    def parsed(self, value: Any, expected: str) -> Any:
        """The value as JSON gives it back; text and bytes are JSON text."""
        if isinstance(value, (str, bytes, bytearray)):
            try:
                return json.loads(value)
            except ValueError:
                raise self.error(value, expected) from None
        return self.plain(value)

    def plain(self, value: Any) -> Any:
        """The value as JSON gives it back; text stays text."""
        try:
            return json.loads(to_json(_records(value), self.binding.name))
        except BindingError as error:
            raise self.located(error) from None

    def located(self, error: BindingError) -> BindingError:
        """An error about the value's JSON form, with the place of the binding."""
        binding = self.binding
        return BindingError(
            error.rule, function=self.function, binding=binding.name, location=binding.location, **error.details
        )

    def utf8(self, value: str | bytes | bytearray, expected: str) -> str:
        """Text of text or bytes."""
        try:
            text = value if isinstance(value, str) else bytes(value).decode("utf-8")
            text.encode("utf-8")
        except UnicodeError:
            raise self.error(value, expected) from None
        return text


def _records(value: Any) -> Any:
    """Mappings of other classes, such as the SDK's documents and rows, as dicts; likewise in a list."""
    if isinstance(value, Mapping):
        return dict(value)
    if dump := getattr(value, "model_dump", None):
        return dump(mode="json") if callable(dump) and not isinstance(value, type) else value
    if isinstance(value, Iterable) and not isinstance(value, (str, bytes, bytearray, set, frozenset)):
        return [json.loads(to_json(_records(item), "input")) for item in value]
    return value


def _compact(value: Any) -> str:
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False)


# --- blobs


def _blob(given: _Input, value: Any) -> TypedData:
    if value is None or given.binding.data_type in ("undefined", "stream"):
        return NOTHING  # these two, written out in function.json, make the host send nothing at all
    try:
        content = content_of(value, given.binding.name)
    except BindingError as error:
        raise given.located(error) from None
    raw = content.encode("utf-8") if isinstance(content, str) else content
    if given.binding.data_type == "binary":
        return TypedData("bytes", raw)
    # The host reads the blob as text: it drops a byte order mark and replaces what is not UTF-8.
    return TypedData("string", raw.decode("utf-8-sig", "replace"))


# --- Cosmos DB


def _cosmos_db(given: _Input, value: Any) -> TypedData:
    if given.has("id") and not given.has("sqlQuery"):
        expected = "one document (a dict, or its JSON text), or None when there is none: the binding has an id"
        if value is None:
            return NOTHING
        document = given.parsed(value, expected)
        if not isinstance(document, dict):
            raise given.error(value, expected)
        return TypedData("string", _compact(document))
    documents = _array(given, value, "a list of documents (dicts, or the JSON text of all)")
    return TypedData("json", _compact(documents))


def _array(given: _Input, value: Any, expected: str) -> list[Any]:
    """Records, of which a single one stands for a list of one, and None for none."""
    found = [] if value is None else given.parsed(value, expected)
    found = [found] if isinstance(found, dict) else found
    if not isinstance(found, list) or not all(isinstance(item, dict) for item in found):
        raise given.error(value, expected)
    return found


# --- SQL, MySQL


def _rows(given: _Input, value: Any) -> TypedData:
    return TypedData("string", _compact(_array(given, value, "a list of rows (dicts, or the JSON text of all)")))


# --- tables


def _table(given: _Input, value: Any) -> TypedData:
    if given.has("partitionKey", "rowKey"):
        expected = "one entity (a dict, or its JSON text), or None when there is none: the binding has both keys"
        if value is None:
            return NOTHING
        entity = given.parsed(value, expected)
        if not isinstance(entity, dict):
            raise given.error(value, expected)
        return TypedData("json", _compact(entity))
    return TypedData("json", _compact(_array(given, value, "a list of entities (dicts, or the JSON text of all)")))


# --- Durable Functions


def _durable_client(given: _Input, value: Any) -> TypedData:
    return _object_text(given, value, durable_client(given.text("taskHub", "TestHubName"), given.base_url))


def durable_client(task_hub: str, base_url: str = _BASE_URL) -> dict[str, Any]:
    """What the host tells a durable client: where to start orchestrations and how to manage them.

    :param task_hub: name of the task hub.
    :param base_url: address of the host.
    """
    base = f"{base_url}/runtime/webhooks/durabletask"
    instance = f"{base}/instances/INSTANCEID"  # the durable library puts the id in its place
    query = f"taskHub={task_hub}&connection=Storage&{_KEY}"
    start = f"{base}/orchestrators/{{functionName}}[/{{instanceId}}]"
    return {
        "taskHubName": task_hub,
        "creationUrls": {
            "createNewInstancePostUri": f"{start}?{_KEY}",
            "createAndWaitOnNewInstancePostUri": (
                f"{start}?timeout={{timeoutInSeconds}}&pollingInterval={{intervalInSeconds}}&{_KEY}"
            ),
        },
        "managementUrls": {
            "id": "INSTANCEID",
            "statusQueryGetUri": f"{instance}?{query}",
            "sendEventPostUri": f"{instance}/raiseEvent/{{eventName}}?{query}",
            "terminatePostUri": f"{instance}/terminate?reason={{text}}&{query}",
            "rewindPostUri": f"{instance}/rewind?reason={{text}}&{query}",
            "purgeHistoryDeleteUri": f"{instance}?{query}",
            "restartPostUri": f"{instance}/restart?{query}",
            "suspendPostUri": f"{instance}/suspend?reason={{text}}&{query}",
            "resumePostUri": f"{instance}/resume?reason={{text}}&{query}",
        },
        "baseUrl": base,
        "requiredQueryStringParameters": _KEY,
        "rpcBaseUrl": _RPC_URL,
    }


# --- SignalR


def _signalr_connection_info(given: _Input, value: Any) -> TypedData:
    hub = given.text("hubName", "hub").lower()
    default = {"url": f"https://azfunc.service.signalr.net/client/?hub={hub}", "accessToken": "azfunc"}
    return _object_text(given, value, default)


def _object_text(given: _Input, value: Any, default: Mapping[str, Any]) -> TypedData:
    """JSON text of an object: text as it is, a mapping laid over the default, and the default alone for None."""
    expected = f"a dict with {', '.join(default)} (what it leaves out is made up), its JSON text, or None"
    if isinstance(value, (str, bytes, bytearray)):
        if not isinstance(given.parsed(value, expected), dict):
            raise given.error(value, expected)
        return TypedData("string", given.utf8(value, expected))
    fields = {} if value is None else given.plain(value)
    if not isinstance(fields, dict):
        raise given.error(value, expected)
    return TypedData("string", _compact({**default, **fields}))


# --- Dapr, OpenAI: text


def _text(given: _Input, value: Any) -> TypedData:
    if value is None:
        return NOTHING
    expected = "a str, or what JSON can say: the function gets its JSON text"
    if isinstance(value, (str, bytes, bytearray)):
        return TypedData("string", given.utf8(value, expected))
    return TypedData("string", _compact(given.plain(value)))


# --- every other type, contributed ones too


def _by_type(given: _Input, value: Any) -> TypedData:
    if value is None:
        return NOTHING
    expected = "a str, bytes, or what JSON can say"
    if isinstance(value, str):
        return TypedData("string", given.utf8(value, expected))
    if isinstance(value, (bytes, bytearray, memoryview)):
        return TypedData("bytes", bytes(value))
    return TypedData("json", _compact(given.plain(value)))


_MAKERS: dict[str, Callable[[_Input, Any], TypedData]] = {
    "blob": _blob,
    "cosmosdb": _cosmos_db,
    "sql": _rows,
    "mysql": _rows,
    "table": _table,
    "durableclient": _durable_client,
    "orchestrationclient": _durable_client,
    "signalrconnectioninfo": _signalr_connection_info,
    "daprstate": _text,
    "daprsecret": _text,
    "textcompletion": _text,
    "assistantquery": _text,
    "assistantpost": _text,
    "embeddings": _text,
    "semanticsearch": _text,
}
