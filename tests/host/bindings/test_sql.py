"""Azure SQL and MySQL triggers: what the host sends, and what the installed SDK makes of it."""

from __future__ import annotations

import json
from datetime import datetime, timezone
from typing import Any

import azure.functions as func
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pytest_azfunc.errors import BindingError
from pytest_azfunc.host.bindings.payload import Delivery, Payload
from pytest_azfunc.host.bindings.sql import mysql, sql
from pytest_azfunc.project.binding_types import KNOWN
from pytest_azfunc.project.function_json import parse_function
from pytest_azfunc.rpc import TypedData
from pytest_azfunc.worker.converters import Converters
from tests.host.occasions import occasion_of

NOW = datetime(2026, 1, 31, 9, 30, tzinfo=timezone.utc)
CONVERTERS = Converters()
TEXT = st.text(st.characters(codec="utf-8"))
ROW = st.dictionaries(TEXT, st.none() | st.booleans() | st.integers(-(2**53), 2**53) | TEXT, max_size=4)


def delivered(payload: Payload, kind: str = "sqlTrigger", **binding: Any) -> Delivery:
    """What the host sends for the payload."""
    trigger = {"name": "changes", "type": kind, "direction": "in", **binding}
    occasion = occasion_of(parse_function("F", "/app/F", {"bindings": [trigger]}, KNOWN), NOW)
    payload.fit(occasion)
    return payload.deliver(occasion)


def decoded(payload: Payload, kind: str) -> Any:
    """What the worker makes of it."""
    delivery = delivered(payload, kind)
    assert isinstance(delivery.value, TypedData)
    return CONVERTERS.decode(kind, delivery.value, CONVERTERS.datums(delivery.metadata))


def test_rows_are_inserted() -> None:
    assert delivered(sql([{"Id": 1, "Name": "Zoë"}, {"Id": 2}])) == Delivery(
        TypedData("string", '[{"Operation":0,"Item":{"Id":1,"Name":"Zoë"}},{"Operation":0,"Item":{"Id":2}}]'), {}
    )


@pytest.mark.parametrize(
    ("operation", "number"),
    [("insert", 0), ("update", 1), ("delete", 2), ("Delete", 2), (0, 0), (1, 1), (2, 2)],
)
def test_operations(operation: str | int, number: int) -> None:
    expected = TypedData("string", json.dumps([{"Operation": number, "Item": {"Id": 1}}], separators=(",", ":")))
    assert delivered(sql({"Id": 1}, operation=operation)).value == expected
    assert delivered(sql({"Operation": operation, "Item": {"Id": 1}})).value == expected


def test_a_row_that_says_what_happened_is_believed() -> None:
    payload = sql([{"Id": 1}, {"Operation": "delete", "Item": {"Id": 2}}], operation="update")
    assert [change["Operation"] for change in payload.changes] == [1, 2]


def test_a_column_called_operation_is_a_column() -> None:
    assert sql({"Operation": "x", "Id": 1}).changes == ({"Operation": 0, "Item": {"Operation": "x", "Id": 1}},)


def test_the_function_gets_text() -> None:
    assert decoded(sql({"Id": 1}), "sqlTrigger") == '[{"Operation":0,"Item":{"Id":1}}]'


def test_rows_of_the_sdk() -> None:
    rows = func.SqlRowList([func.SqlRow.from_dict({"Id": 1})])
    assert delivered(sql(rows)).value == delivered(sql({"Id": 1})).value


@given(st.lists(ROW, max_size=4))
def test_rows_come_back(rows: list[dict[str, Any]]) -> None:
    explicit = [{"Operation": "update", "Item": row} for row in rows]
    assert [change["Item"] for change in json.loads(decoded(sql(explicit), "sqlTrigger"))] == rows


# MySQL


def test_mysql_knows_updates_only() -> None:
    assert delivered(mysql([{"Id": 1}]), "mysqlTrigger") == Delivery(
        TypedData("string", '[{"Operation":0,"Item":{"Id":1}}]'), {}
    )
    assert mysql({"Operation": "update", "Item": {"Id": 1}}).changes == mysql({"Id": 1}).changes


@pytest.mark.skipif(not hasattr(func, "MySqlRowList"), reason="this SDK knows no MySQL")
def test_rows_of_mysql_are_changes() -> None:
    rows = decoded(mysql([{"Id": 1}]), "mysqlTrigger")
    assert type(rows).__name__ == "MySqlRowList"
    assert dict(rows[0]) == {"Operation": 0, "Item": {"Id": 1}}


@pytest.mark.parametrize("operation", ["insert", "delete", 1, 2])
def test_mysql_has_no_other_operation(operation: str | int) -> None:
    with pytest.raises(BindingError) as caught:
        mysql({"Operation": operation, "Item": {}})
    assert caught.value.rule == "payload-value"


# Refusals


@pytest.mark.parametrize(
    "arguments",
    [
        {"changes": "[]"},
        {"changes": [5]},
        {"changes": 5},
        {"changes": {"Operation": "upsert", "Item": {}}},
        {"changes": {"Operation": True, "Item": {}}},
        {"changes": {"Operation": 3, "Item": {}}},
        {"changes": {"Operation": 0, "Item": [1]}},
        {"changes": {}, "operation": "merge"},
        {"changes": {}, "operation": 7},
    ],
)
def test_what_is_no_change(arguments: dict[str, Any]) -> None:
    with pytest.raises(BindingError) as caught:
        sql(**arguments)
    assert caught.value.rule == "payload-value"


@pytest.mark.parametrize("data_type", ["binary", "stream"])
def test_the_extensions_give_text_only(data_type: str) -> None:
    for payload, kind in ((sql(), "sqlTrigger"), (mysql(), "mysqlTrigger")):
        with pytest.raises(BindingError) as caught:
            delivered(payload, kind, dataType=data_type)
        assert caught.value.rule == "payload-data-type"


def test_each_builder_has_its_trigger() -> None:
    for payload, kind in ((sql(), "mysqlTrigger"), (mysql(), "sqlTrigger")):
        with pytest.raises(BindingError) as caught:
            delivered(payload, kind)
        assert caught.value.rule == "payload-builder"
