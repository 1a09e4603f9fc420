"""Documents of Cosmos DB: those that changed, and those that a function reads.

Source: azure-webjobs-sdk-extensions, CosmosDBTriggerValueBinder: text with a JSON array, and no metadata.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from pytest_azfunc.host.bindings.binding_type import BindingType, by_builder
from pytest_azfunc.host.bindings.builder_calls import payload_builder
from pytest_azfunc.host.bindings.by_hand import json_value, unfit
from pytest_azfunc.host.bindings.given_values import records
from pytest_azfunc.host.bindings.inputs import NOTHING, Input
from pytest_azfunc.host.bindings.message_content import text_delivery
from pytest_azfunc.host.bindings.net_values import compact, new_guid
from pytest_azfunc.host.bindings.payload import Delivery, Occasion, Payload
from pytest_azfunc.rpc import TypedData


@dataclass(frozen=True)
class CosmosDBPayload(Payload):
    """Documents of a change feed; see :func:`cosmos_db`."""

    builder: ClassVar[str] = "cosmos_db"
    makes: ClassVar[str] = "a cosmosDBTrigger"
    trigger_types: ClassVar[frozenset[str] | None] = frozenset(("cosmosdbtrigger",))

    documents: tuple[Mapping[str, Any], ...]

    def deliver(self, occasion: Occasion) -> Delivery:
        return text_delivery(compact(list(self.documents)), occasion, self.builder)


@payload_builder
def cosmos_db(documents: Any = None) -> CosmosDBPayload:
    """Documents of a change feed, for a function with a ``cosmosDBTrigger``.

    :param documents: a list of documents, each a dict, a dataclass, a pydantic model or a ``func.Document``; a
        single one stands for a list of one. One document with a new id when None.
    :raises BindingError: something that is no JSON object.

    They arrive as they are: ``_ts``, ``_etag`` and the other system properties are yours to give, where the
    function reads them.
    (https://learn.microsoft.com/azure/azure-functions/functions-bindings-cosmosdb-v2-trigger)
    """
    if documents is None:
        documents = {"id": new_guid()}
    return CosmosDBPayload(records(documents, "cosmos_db", "documents", "a document (a dict)"))


def _by_hand(text: str | None, occasion: Occasion) -> Payload:
    """The text is the list of documents."""
    expected = "a list of documents, as a JSON array of objects"
    documents = json_value(text, occasion, expected)
    if not isinstance(documents, list) or not all(isinstance(document, dict) for document in documents):
        raise unfit(text, occasion, expected)
    return CosmosDBPayload(tuple(documents))


def _documents(given: Input, value: Any) -> TypedData:
    if given.has("id") and not given.has("sqlQuery"):
        expected = "one document (a dict, or its JSON text), or None when there is none: the binding has an id"
        return NOTHING if value is None else TypedData("string", compact(given.record(value, expected)))
    expected = "a list of documents (dicts, or the JSON text of all)"
    return TypedData("json", compact(given.records(value, expected)))


_CONTAINER = ("containerName", "collectionName")
_FEED = (
    "databaseName",
    "leaseDatabaseName",
    "leaseContainerName",
    "leaseContainerPrefix",
    "leaseCollectionName",
    "leaseCollectionPrefix",
    "preferredLocations",
)
_DOCUMENT = ("databaseName", "id", "partitionKey", "sqlQuery", "preferredLocations")

TYPES = (
    BindingType(
        "cosmosDBTrigger",
        builder="cosmos_db",
        payload=by_builder(cosmos_db),
        by_hand=_by_hand,
        address=_CONTAINER,
        expressions=_FEED,
        store="cosmos",
    ),
    BindingType("cosmosDB", input=_documents, address=_CONTAINER, expressions=_DOCUMENT, store="cosmos"),
)
