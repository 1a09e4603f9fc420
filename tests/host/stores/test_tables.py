"""The tables of a host, against a model and by themselves."""

from __future__ import annotations

from datetime import datetime, timezone
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from pytest_azfunc import StoreError
from pytest_azfunc.host.stores.table_filter import FilterError, parse_filter
from pytest_azfunc.host.stores.tables import Table, Tables

START = datetime(2026, 3, 1, tzinfo=timezone.utc)
KEYS = st.sampled_from(("", "a", "B", "a b", "é", "'"))
VALUES = st.none() | st.booleans() | st.integers(-(2**63), 2**63 - 1) | st.text("ab'", max_size=3)
PROPERTIES = st.dictionaries(st.sampled_from(("Amount", "_x", "Größe")), VALUES)


class TableModel(RuleBasedStateMachine):
    """Upserts, inserts and deletes, beside a dict."""

    def __init__(self) -> None:
        super().__init__()
        self.tables = Tables(lambda: START)
        self.model: dict[tuple[str, str], dict[str, Any]] = {}

    @staticmethod
    def entity(partition: str, row: str, properties: dict[str, Any]) -> dict[str, Any]:
        return {"PartitionKey": partition, "RowKey": row, **properties}

    def keep(self, entity: dict[str, Any]) -> None:
        kept = {name: value for name, value in entity.items() if value is not None}
        self.model[entity["PartitionKey"], entity["RowKey"]] = kept

    @rule(partition=KEYS, row=KEYS, properties=PROPERTIES)
    def upsert(self, partition: str, row: str, properties: dict[str, Any]) -> None:
        entity = self.entity(partition, row, properties)
        self.tables.upsert("Orders", entity)
        self.keep(entity)

    @rule(partition=KEYS, rows=st.lists(st.tuples(KEYS, PROPERTIES), unique_by=lambda row: row[0]))
    def insert_all_or_nothing(self, partition: str, rows: list[tuple[str, dict[str, Any]]]) -> None:
        entities = [self.entity(partition, row, properties) for row, properties in rows]
        if any((partition, row) in self.model for row, _ in rows):
            with pytest.raises(StoreError) as caught:
                self.tables.write("orders", entities)
            assert caught.value.rule == "store-exists"
        else:
            self.tables.write("orders", entities)
            for entity in entities:
                self.keep(entity)

    @rule(partition=KEYS, row=KEYS, properties=PROPERTIES)
    def replace_what_has_not_changed(self, partition: str, row: str, properties: dict[str, Any]) -> None:
        etag = self.tables.etag("orders", partition, row)
        if etag is not None:
            entity = self.entity(partition, row, properties)
            self.tables.write("orders", [{**entity, "ETag": etag}])
            self.keep(entity)
            with pytest.raises(StoreError, match="store-changed"):
                self.tables.write("orders", [{**entity, "etag": etag}])

    @rule(partition=KEYS, row=KEYS)
    def delete(self, partition: str, row: str) -> None:
        there = self.model.pop((partition, row), None) is not None
        assert self.tables.delete("ORDERS", partition, row) is there

    @invariant()
    def is_as_the_model(self) -> None:
        assert self.tables.entities("orders") == [self.model[key] for key in sorted(self.model)]
        for key in self.model:
            assert self.tables.find("orders", *key) == self.model[key]
            quoted = " and ".join(
                f"{name} eq '{value.replace(chr(39), chr(39) * 2)}'"
                for name, value in zip(("PartitionKey", "RowKey"), key, strict=True)
            )
            assert self.tables.query("orders", quoted) == [self.model[key]]


TestTableModel = TableModel.TestCase

ENTITY: dict[str, Any] = {
    "PartitionKey": "p",
    "RowKey": "r",
    "Status": "open",
    "Amount": 5,
    "Price": 1.5,
    "Paid": False,
    "At": datetime(2026, 1, 1, tzinfo=timezone.utc),
    "Id": UUID("c9da6455-213d-42c9-9a79-3e9149a57833"),
    "Raw": b"\x01\xff",
}


@pytest.mark.parametrize(
    ("text", "matches"),
    [
        ("", True),
        ("  ", True),
        ("Status eq 'open'", True),
        ("Status eq 'Open'", False),
        ("status eq 'open'", False),
        ("Status ne 'open'", False),
        ("'open' eq Status", True),
        ("Amount gt 4 and Amount lt 6", True),
        ("Amount ge 5L", True),
        ("Amount gt 5", False),
        ("Amount eq 5.0", True),
        ("Amount eq '5'", False),
        ("Amount ne '5'", False),
        ("Amount gt -1", True),
        ("Price le 1.5e0", True),
        ("Paid eq false", True),
        ("Paid", False),
        ("not Paid", True),
        ("not (Status eq 'open') or Amount eq 5", True),
        ("not Status eq 'open'", False),
        ("Missing eq 'x'", False),
        ("Missing ne 'x'", False),
        ("Status eq 'x' and Amount eq 5 or Price gt 1", True),
        ("Status eq 'x' and (Amount eq 5 or Price gt 1)", False),
        ("At eq datetime'2026-01-01T00:00:00Z'", True),
        ("At lt datetime'2026-01-01T00:00:01.5Z'", True),
        ("Id eq guid'c9da6455-213d-42c9-9a79-3e9149a57833'", True),
        ("Raw eq X'01ff'", True),
        ("Raw eq binary'01FF'", True),
    ],
)
def test_filter(text: str, matches: bool) -> None:
    assert parse_filter(text)(ENTITY) is matches


@pytest.mark.parametrize(
    "text",
    [
        "Status eq",
        "eq 'x'",
        "Status eq 'x",
        "(Status eq 'x'",
        "Status eq 'x')",
        "Status eq 'x' Amount eq 5",
        "Status = 'x'",
        "Status eq 'x' and",
        "At eq datetime'tomorrow'",
        "Id eq guid'1'",
        "Raw eq X'0'",
        "and",
    ],
)
def test_filters_that_the_service_refuses(text: str) -> None:
    with pytest.raises(FilterError):
        parse_filter(text)
    with pytest.raises(StoreError) as caught:
        Tables(lambda: START).query("orders", text)
    assert caught.value.rule == "store-filter"


@given(st.text(st.sampled_from(list("aeq '()1.Lnortd=\"\x00ä")), max_size=30))
def test_a_filter_is_read_or_refused(text: str) -> None:
    try:
        parse_filter(text)(ENTITY)
    except FilterError:
        pass


def test_a_filter_of_ten_thousand_parentheses() -> None:
    with pytest.raises(FilterError):
        parse_filter("(" * 10_000)


@pytest.mark.parametrize("name", ["", "ab", "1ab", "a-b-c", "a" * 64, "tables", "Tables", "a_b", "äbc"])
def test_names_that_no_table_has(name: str) -> None:
    with pytest.raises(StoreError) as caught:
        Table(Tables(lambda: START), name)
    assert caught.value.rule == "store-name"


@pytest.mark.parametrize(
    "entity",
    [
        [],
        {"PartitionKey": "a"},
        {"PartitionKey": 1},
        {"PartitionKey": "a/b"},
        {"RowKey": "a#"},
        {"x": {}},
        {"x": [1]},
        {"x": 2**63},
        {"x": "\ud800"},
        {"a-b": 1},
        {1: 1},
        {"x": datetime(2026, 1, 1)},
        {f"p{number}": 1 for number in range(253)},
    ],
)
def test_entities_that_no_table_holds(entity: Any) -> None:
    if isinstance(entity, dict) and "PartitionKey" not in entity:
        entity = {"PartitionKey": "a", "RowKey": "b", **entity}
    with pytest.raises(StoreError) as caught:
        Tables(lambda: START).upsert("orders", entity)
    assert caught.value.rule == "store-value"


@pytest.mark.parametrize(
    "entity",
    [
        {"RowKey": "a" * 513},
        {"x": "a" * 32769},
        {"x": b"a" * 65537},
        {f"p{number}": "a" * 32768 for number in range(16)},
    ],
)
def test_entities_that_are_too_large(entity: dict[str, Any]) -> None:
    with pytest.raises(StoreError) as caught:
        Tables(lambda: START).upsert("orders", {"PartitionKey": "a", "RowKey": "b", **entity})
    assert caught.value.rule == "store-too-large"


def test_what_was_read_is_a_copy() -> None:
    tables = Tables(lambda: START)
    entity = dict(ENTITY)
    tables.upsert("orders", entity)
    entity["Amount"] = 6
    found = tables.find("orders", "p", "r")
    assert found is not None
    found["Amount"] = 7
    assert tables.entities("orders")[0]["Amount"] == 5


def test_no_more_than_are_taken() -> None:
    tables = Tables(lambda: START)
    for row in ("c", "a", "b"):
        tables.upsert("orders", {"PartitionKey": "p", "RowKey": row})
    assert [entity["RowKey"] for entity in tables.query("orders", "", 2)] == ["a", "b"]
