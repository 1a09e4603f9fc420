"""Changed documents of Cosmos DB.

Source: azure-webjobs-sdk-extensions, CosmosDBTriggerValueBinder: text with a JSON array, and no metadata.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from pytest_azfunc.host.bindings.payload import Delivery, Occasion, Payload, new_guid, wrong_value
from pytest_azfunc.host.bindings.simple import compact, plain, text_delivery


@dataclass(frozen=True)
class CosmosDBPayload(Payload):
    """Documents of a change feed; see :func:`cosmos_db`."""

    builder: ClassVar[str] = "cosmos_db"
    makes: ClassVar[str] = "a cosmosDBTrigger"
    trigger_types: ClassVar[frozenset[str] | None] = frozenset(("cosmosdbtrigger",))

    documents: tuple[Mapping[str, Any], ...]

    def deliver(self, occasion: Occasion) -> Delivery:
        return text_delivery(compact(list(self.documents)), occasion, self.builder)


def records(values: Any, builder: str, name: str, what: str) -> tuple[dict[str, Any], ...]:
    """JSON objects of one record or several: dicts, dataclasses, pydantic models, the SDK's documents and rows.

    :raises BindingError: something is no record.
    """
    single = isinstance(values, Mapping) or not isinstance(values, Iterable) or isinstance(values, (str, bytes))
    if hasattr(values, "model_dump_json"):
        single = True  # a pydantic model can be iterated, but is one record
    found = []
    for value in [values] if single else values:
        record = None if isinstance(value, (str, bytes, bytearray)) else plain(value, builder)
        if not isinstance(record, dict):
            raise wrong_value(builder, name, value, f"{what}, or a list of them")
        found.append(record)
    return tuple(found)


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
