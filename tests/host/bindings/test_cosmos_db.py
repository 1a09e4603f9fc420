"""Cosmos DB's change feed: what the host sends, and what the installed SDK makes of it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timezone
from typing import Any

import azure.functions as func
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pytest_azfunc.errors import BindingError
from pytest_azfunc.host.bindings.cosmos_db import cosmos_db
from pytest_azfunc.host.bindings.payload import Delivery, Payload
from pytest_azfunc.project.binding_types import KNOWN
from pytest_azfunc.project.function_json import parse_function
from pytest_azfunc.rpc import TypedData
from pytest_azfunc.worker.converters import Converters
from tests.host.occasions import occasion_of

NOW = datetime(2026, 1, 31, 9, 30, tzinfo=timezone.utc)
CONVERTERS = Converters()
TEXT = st.text(st.characters(codec="utf-8"))
DOCUMENTS = st.lists(st.dictionaries(TEXT, st.none() | st.booleans() | st.integers(-(2**53), 2**53) | TEXT), max_size=4)


def delivered(payload: Payload, **binding: Any) -> Delivery:
    """What the host sends for the payload."""
    trigger = {"name": "documents", "type": "cosmosDBTrigger", "direction": "in", **binding}
    occasion = occasion_of(parse_function("F", "/app/F", {"bindings": [trigger]}, KNOWN), NOW)
    payload.fit(occasion)
    return payload.deliver(occasion)


def decoded(payload: Payload) -> Any:
    """What the SDK makes of it."""
    delivery = delivered(payload)
    assert isinstance(delivery.value, TypedData)
    return CONVERTERS.decode("cosmosDBTrigger", delivery.value, CONVERTERS.datums(delivery.metadata))


@dataclass
class Order:
    """A document of a test's own."""

    id: str
    paid: bool = False


def test_text_and_no_metadata() -> None:
    payload = cosmos_db([{"id": "1", "name": "Zoë"}, {"id": "2", "total": 1.5}])
    assert delivered(payload) == Delivery(TypedData("string", '[{"id":"1","name":"Zoë"},{"id":"2","total":1.5}]'), {})


def test_what_the_function_gets() -> None:
    documents = decoded(cosmos_db([{"id": "1", "_ts": 5}]))
    assert isinstance(documents, func.DocumentList)
    assert isinstance(documents[0], func.Document)
    assert documents[0].to_dict() == {"id": "1", "_ts": 5}


@pytest.mark.parametrize(
    "documents", [{"id": "1", "paid": False}, Order("1"), func.Document({"id": "1", "paid": False})]
)
def test_one_document_stands_for_a_list_of_one(documents: Any) -> None:
    assert delivered(cosmos_db(documents)).value == TypedData("string", '[{"id":"1","paid":false}]')
    assert delivered(cosmos_db((documents,))).value == delivered(cosmos_db(documents)).value


def test_documents_of_the_sdk() -> None:
    documents = func.DocumentList([func.Document.from_dict({"id": "1"})])
    assert delivered(cosmos_db(documents)).value == TypedData("string", '[{"id":"1"}]')


def test_a_document_by_default() -> None:
    first, second = decoded(cosmos_db())[0]["id"], decoded(cosmos_db())[0]["id"]
    assert first != second


@given(DOCUMENTS)
def test_documents_come_back(documents: list[dict[str, Any]]) -> None:
    assert [dict(document) for document in decoded(cosmos_db(documents))] == documents


@pytest.mark.parametrize("documents", ["[]", b"[]", 5, [5], [["id"]], [None], ["x"], True])
def test_what_is_no_document(documents: Any) -> None:
    with pytest.raises(BindingError) as caught:
        cosmos_db(documents)
    assert caught.value.rule == "payload-value"


def test_no_json_form() -> None:
    with pytest.raises(BindingError) as caught:
        cosmos_db({"id": {1}})
    assert caught.value.rule == "payload-not-json"


@pytest.mark.parametrize("data_type", ["binary", "stream"])
def test_the_extension_gives_text_only(data_type: str) -> None:
    with pytest.raises(BindingError) as caught:
        delivered(cosmos_db(), dataType=data_type)
    assert (caught.value.rule, caught.value.details["data_type"]) == ("payload-data-type", data_type)
