"""The store of tables beside Azurite's, operation by operation."""

from __future__ import annotations

from datetime import datetime, timezone
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pytest_azfunc.host.stores.tables import Table, Tables
from tests.azurite.account import Account, new_name, unchanged
from tests.azurite.answers import FEW, REFUSED, compare, ours, theirs

START = datetime(2026, 3, 1, tzinfo=timezone.utc)
WRONG = "W/\"datetime'2026-03-01T00%3A00%3A00.0000000Z'\""
BAD_CHARACTERS = ("a\\b", "a#b", "a?b", "a\tb")

KEYS = st.sampled_from(("", "a", "B", "a b", "é", "'"))
ODD_KEYS = st.sampled_from(BAD_CHARACTERS)
# A property has one type: Azurite compares those of different types as JavaScript does, and the service never.
PROPERTIES = st.fixed_dictionaries(
    {},
    optional={
        "Amount": st.none() | st.integers(-(2**31), 2**31 - 1),
        "Price": st.floats(allow_nan=False, width=32),
        "Text": st.text("ab'", max_size=3),
        "_flag": st.booleans(),
        "Raw": st.binary(max_size=3),
        "Id": st.just(UUID("c9da6455-213d-42c9-9a79-3e9149a57833")),
        "At": st.datetimes(datetime(1601, 1, 1), timezones=st.just(timezone.utc)),
    },
)


def entities(keys: st.SearchStrategy[str], properties: Any) -> st.SearchStrategy[dict[str, Any]]:
    return st.builds(
        lambda partition, row, more: {"PartitionKey": partition, "RowKey": row, **more}, keys, keys, properties
    )


FILTERS = st.sampled_from(
    (
        "PartitionKey eq 'a'",
        "PartitionKey ge 'B' and RowKey ne 'a'",
        "Amount gt 0",
        "Text lt 'b'",
        "_flag eq true and Amount le 0",
        "not (PartitionKey eq 'a')",
        "PartitionKey eq 'a' or RowKey eq 'a'",
        "Amount eq",
        "(Amount eq 1",
        "PartitionKey eq 'p' and",
    )
)
STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("upsert"), entities(KEYS, PROPERTIES)),
        st.tuples(st.just("upsert"), entities(ODD_KEYS, PROPERTIES)),
        st.tuples(st.just("insert"), entities(KEYS, PROPERTIES)),
        st.tuples(st.just("insert_all"), KEYS, st.lists(KEYS, min_size=1, max_size=3, unique=True)),
        st.tuples(st.just("replace_unchanged"), entities(KEYS, PROPERTIES), st.booleans()),
        st.tuples(st.just("delete"), KEYS, KEYS),
        st.tuples(st.just("query"), FILTERS),
        st.tuples(st.just("entities")),
    ),
    max_size=15,
)


class OurTable:
    """A table in memory."""

    def __init__(self) -> None:
        self.tables = Tables(lambda: START)

    def upsert(self, entity: dict[str, Any]) -> None:
        self.tables.upsert("orders", entity)

    def insert(self, entity: dict[str, Any]) -> None:
        self.tables.write("orders", [entity])

    def insert_all(self, partition: str, rows: list[str]) -> None:
        self.tables.write("orders", [{"PartitionKey": partition, "RowKey": row} for row in rows])

    def replace_unchanged(self, entity: dict[str, Any], is_right: bool) -> None:
        etag = self.tables.etag("orders", entity["PartitionKey"], entity["RowKey"])
        self.tables.write("orders", [{**entity, "ETag": etag if etag and is_right else WRONG}])

    def delete(self, partition: str, row: str) -> None:
        self.tables.delete("orders", partition, row)

    def delete_what_is_there(self, partition: str, row: str) -> None:
        Table(self.tables, "orders").delete(partition, row)

    def query(self, text: str) -> Any:
        return self.tables.query("orders", text)

    def entities(self) -> Any:
        return self.tables.entities("orders")


class TheirTable:
    """A table in Azurite."""

    def __init__(self, account: Account, is_made: bool = True) -> None:
        self.table = account.tables.get_table_client(new_name("t"))
        if is_made:
            self.table.create_table()

    def upsert(self, entity: dict[str, Any]) -> None:
        self.table.upsert_entity(entity, mode="replace")

    def insert(self, entity: dict[str, Any]) -> None:
        self.table.create_entity(entity)

    def insert_all(self, partition: str, rows: list[str]) -> None:
        self.table.submit_transaction([("create", {"PartitionKey": partition, "RowKey": row}) for row in rows])

    def replace_unchanged(self, entity: dict[str, Any], is_right: bool) -> None:
        partition, row = entity["PartitionKey"], entity["RowKey"]
        there = [
            found
            for found in self.table.list_entities()
            if (found["PartitionKey"], found["RowKey"]) == (partition, row)
        ]
        etag = there[0].metadata["etag"] if there and is_right else WRONG
        self.table.update_entity(entity, mode="replace", **unchanged(etag))

    def delete(self, partition: str, row: str) -> None:
        self.table.delete_entity(partition, row)  # which takes one that is not there

    delete_what_is_there = delete

    def query(self, text: str) -> Any:
        return [dict(entity) for entity in self.table.query_entities(text)]

    def entities(self) -> Any:
        return [dict(entity) for entity in self.table.list_entities()]


@FEW
@given(STEPS)
def test_tables_answer_as_azurite_does(account: Account, steps: list[Any]) -> None:
    compare(OurTable(), TheirTable(account), steps)


@pytest.mark.parametrize(
    ("more", "is_taken"),
    [
        ({"RowKey": "x" * 512}, True),
        ({"RowKey": "x" * 513}, False),
        ({"PartitionKey": "x" * 513}, False),
        ({"RowKey": 7}, False),
        ({"Text": "x" * 32_768}, True),
        ({"Text": "x" * 32_769}, False),
        ({"Raw": b"x" * 65_536}, True),
        ({"Raw": b"x" * 65_537}, False),
        ({"Nested": {"a": 1}}, False),
        ({"List": [1]}, False),
        ({"Number": 2**63}, False),
        ({"Number": float("inf")}, True),
        ({"Number": 1j}, False),
        ({"Much": "x" * 32_768, "More": "x" * 32_768}, True),
        ({"odata.etag": "x", "Timestamp": START}, True),
    ],
    ids=lambda value: ascii(value)[:40],
)
def test_entities_that_azurite_takes(account: Account, more: dict[str, Any], is_taken: bool) -> None:
    mine, other = OurTable(), TheirTable(account)
    entity = {"PartitionKey": "p", "RowKey": "r", **more}
    answers = ours(lambda: mine.upsert(entity)), theirs(lambda: other.upsert(entity))
    assert answers == ((None, None) if is_taken else (REFUSED, REFUSED))
    assert mine.entities() == other.entities()


@FEW
@given(st.text(st.sampled_from("abA-_1"), min_size=1, max_size=6))
def test_tables_have_names_as_azurite_has_them(account: Account, name: str) -> None:
    def create() -> None:
        account.tables.create_table(name)
        account.tables.delete_table(name)

    assert (ours(lambda: Table(Tables(lambda: START), name)) == REFUSED) == (theirs(create) == REFUSED)
