"""Input bindings: what the host sends for a value, and what the installed SDK makes of it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import azure.functions as func
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pytest_azfunc.errors import BindingError
from pytest_azfunc.host.bindings.durable import durable_client
from pytest_azfunc.project import Binding
from pytest_azfunc.project.binding_types import KNOWN, OUTPUT_ONLY
from pytest_azfunc.project.function_json import parse_function
from pytest_azfunc.rpc import PythonObject, TypedData
from pytest_azfunc.worker.converters import Converters
from tests.host.occasions import input_data

CONVERTERS = Converters()
NOTHING = TypedData(None, None)
TEXT = st.text(st.characters(codec="utf-8"))
ROW = st.dictionaries(TEXT, st.none() | st.booleans() | st.integers(-(2**53), 2**53) | TEXT, max_size=4)


@dataclass
class Order:
    """A row of a test's own."""

    id: int = 7


def binding(kind: str, **properties: Any) -> Binding:
    """An input binding ``item`` as function.json declares it."""
    declared = [
        {"name": "timer", "type": "timerTrigger", "direction": "in", "schedule": "0 * * * * *"},
        {"name": "item", "type": kind, "direction": "in", **properties},
    ]
    return parse_function("F", "/app/F", {"bindings": declared}, KNOWN).bindings["item"]


def decoded(kind: str, value: Any, **properties: Any) -> Any:
    """What the worker makes of it."""
    data = input_data(binding(kind, **properties), value)
    assert isinstance(data, TypedData)
    return CONVERTERS.decode(kind, data, {})


def string(text: str) -> TypedData:
    return TypedData("string", text)


def as_json(text: str) -> TypedData:
    return TypedData("json", text)


# Blobs


@pytest.mark.parametrize(
    ("data_type", "value", "data"),
    [
        (None, "text", string("text")),
        ("string", b"\xef\xbb\xbfbom \xff", string("bom �")),
        ("binary", "ä", TypedData("bytes", b"\xc3\xa4")),
        ("binary", bytearray(b"\xff"), TypedData("bytes", b"\xff")),
        (None, {"a": [1]}, string('{"a": [1]}')),
        (None, "", string("")),
        ("undefined", "text", NOTHING),
        ("stream", "text", NOTHING),
        (None, None, NOTHING),
        ("binary", None, NOTHING),
    ],
)
def test_blobs(data_type: str | None, value: Any, data: TypedData) -> None:
    properties = {} if data_type is None else {"dataType": data_type}
    assert input_data(binding("blob", path="c/b", **properties), value) == data


def test_what_the_function_gets_of_a_blob() -> None:
    assert decoded("blob", "text", path="c/b").read() == b"text"
    assert decoded("blob", None, path="c/b") is None


# Cosmos DB


def test_documents_of_a_query() -> None:
    for properties in ({}, {"sqlQuery": "SELECT * FROM c"}, {"id": "{id}", "sqlQuery": "SELECT * FROM c"}, {"id": ""}):
        one = binding("cosmosDB", **properties)
        assert input_data(one, [{"id": "1"}, {"id": "2"}]) == as_json('[{"id":"1"},{"id":"2"}]')
        assert input_data(one, {"id": "1"}) == as_json('[{"id":"1"}]')
        assert input_data(one, []) == input_data(one, None) == input_data(one) == as_json("[]")
        assert input_data(one, '[{"id": "1"}]') == as_json('[{"id":"1"}]')


def test_a_document_by_id() -> None:
    one = binding("cosmosDB", id="{id}", partitionKey="p")
    assert input_data(one, {"id": "1", "n": "Zoë"}) == string('{"id":"1","n":"Zoë"}')
    assert input_data(one, b'{"id": "1"}') == string('{"id":"1"}')
    assert input_data(one, None) == NOTHING


def test_what_the_function_gets_of_cosmos_db() -> None:
    for properties in ({"id": "1"}, {"Id": "1"}, {}):
        documents = decoded("cosmosDB", {"id": "1"}, **properties)
        assert isinstance(documents, func.DocumentList)
        assert [dict(document) for document in documents] == [{"id": "1"}]
    assert decoded("cosmosDB", None, id="1") is None
    assert list(decoded("cosmosDB", None)) == []


# SQL, MySQL


@pytest.mark.parametrize("kind", ["sql", "mysql"])
def test_rows(kind: str) -> None:
    one = binding(kind, commandText="select 1")
    assert input_data(one, [{"Id": 1}, {"Id": None}]) == string('[{"Id":1},{"Id":null}]')
    assert input_data(one, {"Id": 1}) == input_data(one, '{"Id": 1}') == string('[{"Id":1}]')
    assert input_data(one, [Order()]) == input_data(one, Order()) == string('[{"id":7}]')
    assert input_data(one, None) == string("[]")


def test_what_the_function_gets_of_sql() -> None:
    rows = decoded("sql", ({"Id": number} for number in (1, 2)))
    assert isinstance(rows, func.SqlRowList)
    assert [row["Id"] for row in rows] == [1, 2]


@given(st.lists(ROW, max_size=3))
def test_rows_come_back(rows: list[dict[str, Any]]) -> None:
    assert [dict(row) for row in decoded("sql", rows)] == rows
    assert [dict(document) for document in decoded("cosmosDB", rows)] == rows
    assert json.loads(decoded("table", rows)) == rows


def test_objects_of_the_sdk_within_a_list() -> None:
    assert input_data(binding("sql"), [func.SqlRow({"Id": 1})]) == string('[{"Id":1}]')
    assert input_data(binding("cosmosDB"), [func.Document({"id": "1"})]) == as_json('[{"id":"1"}]')


# Tables


@pytest.mark.parametrize(
    "properties",
    [
        {},
        {"partitionKey": "p"},
        {"rowKey": "r"},
        {"partitionKey": "p", "rowKey": "{queueTrigger}"},
        {"partitionKey": "p", "rowKey": "r", "take": 1},
        {"partitionKey": "p", "filter": "x"},
    ],
)
def test_entities(properties: dict[str, str]) -> None:
    one = binding("table", tableName="t", **properties)
    assert input_data(one, [{"RowKey": "r"}]) == input_data(one, {"RowKey": "r"}) == as_json('[{"RowKey":"r"}]')
    assert input_data(one, None) == as_json("[]")


def test_a_function_gets_the_text_of_a_table() -> None:
    assert decoded("table", [{"RowKey": "r"}]) == '[{"RowKey":"r"}]'


# Durable clients


@pytest.mark.parametrize("kind", ["durableClient", "orchestrationClient"])
def test_a_durable_client_is_made_up(kind: str) -> None:
    data = input_data(binding(kind, taskHub="Hub"), base_url="http://localhost:9")
    assert isinstance(data, TypedData)
    assert data.kind == "string"
    client = json.loads(data.value)
    assert client == durable_client("Hub", "http://localhost:9")
    assert list(client) == [
        "taskHubName",
        "creationUrls",
        "managementUrls",
        "baseUrl",
        "requiredQueryStringParameters",
        "rpcBaseUrl",
    ]
    assert client["managementUrls"]["id"] == "INSTANCEID"
    assert client["managementUrls"]["sendEventPostUri"] == (
        "http://localhost:9/runtime/webhooks/durabletask/instances/INSTANCEID/raiseEvent/{eventName}"
        "?taskHub=Hub&connection=Storage&code=system-key"
    )
    assert client["creationUrls"]["createNewInstancePostUri"] == (
        "http://localhost:9/runtime/webhooks/durabletask/orchestrators/{functionName}[/{instanceId}]?code=system-key"
    )
    assert client["rpcBaseUrl"].endswith("/durabletask/")


def test_a_durable_client_of_ones_own() -> None:
    one = binding("durableClient", taskHub="%HUB%")
    assert input_data(one) == input_data(binding("durableClient"))
    data = input_data(one, {"taskHubName": "Mine"})
    assert isinstance(data, TypedData)
    assert json.loads(data.value) == {**durable_client("TestHubName", "http://localhost:7071"), "taskHubName": "Mine"}
    assert input_data(one, '{"taskHubName": "Mine"}') == string('{"taskHubName": "Mine"}')


# SignalR


def test_signalr_connection_info() -> None:
    one = binding("signalRConnectionInfo", hubName="Chat")
    made_up = '{"url":"https://azfunc.service.signalr.net/client/?hub=chat","accessToken":"azfunc"}'
    assert input_data(one) == string(made_up)
    assert input_data(one, {"accessToken": "t"}) == string(made_up.replace('"azfunc"', '"t"'))
    assert input_data(one, '{"url": "u"}') == string('{"url": "u"}')
    assert decoded("signalRConnectionInfo", None, hubName="Chat") == made_up


# Text: Dapr, OpenAI


@pytest.mark.parametrize(
    "kind",
    ["daprState", "daprSecret", "textCompletion", "assistantQuery", "assistantPost", "embeddings", "semanticSearch"],
)
def test_text(kind: str) -> None:
    one = binding(kind)
    assert input_data(one, {"a": [1]}) == string('{"a":[1]}')
    assert input_data(one, "plain") == input_data(one, b"plain") == string("plain")
    assert input_data(one, 5) == string("5")
    assert input_data(one, None) == NOTHING
    assert decoded(kind, {"a": 1}) == '{"a":1}'


# Every other type


@pytest.mark.parametrize("kind", ["kusto", "redis", "webPubSubConnection"])
def test_by_the_type_of_the_value(kind: str) -> None:
    one = binding(kind)
    assert input_data(one, "x") == string("x")
    assert input_data(one, b"\xff") == TypedData("bytes", b"\xff")
    assert input_data(one, {"a": 1}) == as_json('{"a":1}')
    assert input_data(one, [Order()]) == as_json('[{"id":7}]')
    assert input_data(one, 5) == as_json("5")
    assert input_data(one, None) == NOTHING


@pytest.mark.parametrize(
    "kind", sorted(KNOWN[kind] for kind in KNOWN.keys() - OUTPUT_ONLY - {"http"} if "trigger" not in kind)
)
def test_every_type_takes_nothing(kind: str) -> None:
    data = input_data(binding(kind))
    assert isinstance(data, TypedData)
    CONVERTERS.datum(data)


# What is passed on untouched


def test_typed_data_and_sdk_objects() -> None:
    data = TypedData("collection_string", ["a"])
    assert input_data(binding("sql"), data) is data
    documents = func.DocumentList([])
    assert input_data(binding("cosmosDB"), documents) == PythonObject(documents)


# Refusals


def endless() -> Iterator[int]:
    """Something that can be iterated, but holds no records."""
    yield 1


@pytest.mark.parametrize(
    ("kind", "properties", "value", "expected"),
    [
        ("cosmosDB", {"id": "1"}, [{"id": "1"}], "one document"),
        ("cosmosDB", {"id": "1"}, "no json", "one document"),
        ("cosmosDB", {"id": "1"}, 5, "one document"),
        ("cosmosDB", {}, ["id"], "a list of documents"),
        ("cosmosDB", {}, "no json", "a list of documents"),
        ("cosmosDB", {}, 5, "a list of documents"),
        ("sql", {}, "5", "a list of rows"),
        ("sql", {}, b"\xff", "a list of rows"),
        ("sql", {}, [[1]], "a list of rows"),
        ("sql", {}, endless(), "a list of rows"),
        ("mysql", {}, True, "a list of rows"),
        ("table", {"partitionKey": "p", "rowKey": "r"}, "x", "a list of entities"),
        ("table", {"partitionKey": "p"}, "x", "a list of entities"),
        ("durableClient", {}, "x", "a dict with taskHubName, creationUrls"),
        ("durableClient", {}, "[]", "a dict with taskHubName"),
        ("durableClient", {}, [1], "a dict with taskHubName"),
        ("signalRConnectionInfo", {}, 5, "a dict with url, accessToken"),
        ("daprState", {}, b"\xff", "a str"),
        ("daprState", {}, "\ud800", "a str"),
        ("kusto", {}, "\ud800", "a str, bytes"),
    ],
)
def test_what_a_binding_cannot_deliver(kind: str, properties: dict[str, Any], value: Any, expected: str) -> None:
    one = binding(kind, **properties)
    with pytest.raises(BindingError) as caught:
        input_data(one, value, function="F")
    error = caught.value
    assert (error.rule, error.function, error.binding, error.details["type"]) == ("input-value", "F", "item", kind)
    assert str(error.details["expected"]).startswith(expected)
    assert error.location == one.location


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        ("blob", {1}),
        ("blob", object()),
        ("cosmosDB", {"id": {1}}),
        ("cosmosDB", [object()]),
        ("sql", {1, 2}),
        ("durableClient", {"taskHubName": {1}}),
        ("daprSecret", {1}),
        ("kusto", float("nan")),
    ],
)
def test_values_without_a_json_form(kind: str, value: Any) -> None:
    one = binding(kind)
    with pytest.raises(BindingError) as caught:
        input_data(one, value, function="F")
    error = caught.value
    assert (error.rule, error.function, error.binding) == ("payload-not-json", "F", "item")
    assert error.location == one.location
    assert "no JSON form" in str(error)
