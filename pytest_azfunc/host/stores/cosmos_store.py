"""The containers of Cosmos DB in memory: documents, and the feed of their changes.

Sources: azure-webjobs-sdk-extensions, CosmosDBTriggerListener.cs (batches), CosmosDBItemValueBinder.cs and
CosmosDBEnumerableBuilder.cs (inputs), CosmosDBAsyncCollector.cs (outputs are upserts); quotas of the service. The feed
shows the latest version of what has changed, and no deletions.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import TYPE_CHECKING, Any, NamedTuple

from pytest_azfunc.errors import StoreError, UnsupportedFeature, shown
from pytest_azfunc.host.bindings.builder_arguments import check_required_texts
from pytest_azfunc.host.bindings.cosmos_db import CosmosDBPayload
from pytest_azfunc.host.bindings.given_values import plain
from pytest_azfunc.host.bindings.net_values import compact, new_guid
from pytest_azfunc.host.stores.content import record_of
from pytest_azfunc.host.stores.feeds import Feed, Reading
from pytest_azfunc.host.stores.store import OF_TEST, Origin, Sent, Site, Wanted, bad_name, told
from pytest_azfunc.project.lenient_json import JsonError, loads

if TYPE_CHECKING:
    from pytest_azfunc.host.bound_function import BoundFunction

__tracebackhide__ = True

Document = dict[str, Any]

_NAME = re.compile(r"[^/\\#?\x00-\x1f]{1,255}")
_BAD_ID = re.compile(r"[/\\?#]")
_LONGEST_ID = 1023
_LARGEST = 2 * 1024 * 1024
_BATCH = 100
_OF_SERVICE = ("_rid", "_self", "_etag", "_attachments", "_ts")


class _Kept(NamedTuple):
    """A document as the service has it: what was written, what the service puts beside it, its place in the feed."""

    document: Document
    system: Document
    place: int

    @property
    def whole(self) -> Document:
        return {**self.document, **self.system}


class _Container:
    __slots__ = ("documents", "feed")

    def __init__(self, site: Site) -> None:
        self.documents: dict[str, _Kept] = {}
        self.feed: Feed[Document] = Feed(site)


class CosmosStore:
    """The containers of a host, by ``database/container``; names are compared with case. An id is there once."""

    def __init__(self, site: Site) -> None:
        self._site = site
        self._containers: dict[str, _Container] = {}
        self._writes = 0

    def container(self, name: str) -> CosmosContainer:
        """A container, by the name that a test gives it.

        :raises StoreError: none can have it.
        """
        resolved = self._site.address(name, "container")
        _check_name(resolved, name)
        return CosmosContainer(self, resolved)

    # --- what the host asks for

    def take(self, sent: Sent) -> None:
        """Upsert the documents of an output.

        :raises StoreError: one that the service refuses; those before it are stored.
        """
        if not sent.address:
            return
        name = f"{sent.properties.get('databaseName') or ''}/{sent.address}"
        for body in sent.bodies:
            for document in _documents(body):
                self.upsert(name, document, sent.origin)

    def read(self, wanted: Wanted) -> Any:
        """One document by its id, or all of the container.

        :raises UnsupportedFeature: a query.
        """
        properties = wanted.properties
        if properties.get("sqlQuery"):
            raise UnsupportedFeature(
                "unsupported",
                feature=f"the sqlQuery of the input {wanted.binding.name!r}",
                azure="Cosmos DB runs the query.",
                remedy=f"give its documents to invoke: {wanted.binding.name}=[...].",
            )
        found = self._containers.get(f"{properties.get('databaseName') or ''}/{wanted.address}")
        documents = {} if found is None else found.documents
        if properties.get("id"):
            kept = documents.get(str(properties["id"]))
            return None if kept is None else kept.whole
        return [kept.whole for kept in documents.values()]

    def look(self) -> None:
        """Have the changes delivered for which nobody listened before."""
        for name in self._containers:
            self._wake(name)

    def shift(self, by: timedelta) -> None:
        """Nothing here has a moment but ``_ts``, which stays what it was."""

    def contents(self) -> Mapping[str, Sequence[str]]:
        """The documents of each container."""
        return {
            f"cosmos {name}": [shown(kept.document) for kept in container.documents.values()]
            for name, container in self._containers.items()
        }

    # --- documents

    def upsert(self, name: str, document: Any, origin: Origin = OF_TEST) -> None:
        """Put a document into a container, in the place of one with its id.

        :raises StoreError: the service refuses it.
        """
        call = f"cosmos({name!r}).upsert"
        kept = _checked(document, call)
        container = self._containers.get(name)
        if container is None:
            container = self._containers[name] = _Container(self._site)
        before = container.documents.get(kept["id"])
        if before is not None:
            container.feed.withdraw(before.place)  # the feed has the latest version only
        self._writes += 1
        rid = f"AAAA{self._writes:08}==" if before is None else before.system["_rid"]
        system = {
            "_rid": rid,
            "_self": f"dbs/AAAA==/colls/AAAAAAA=/docs/{rid}/",
            "_etag": f'"{new_guid()}"',
            "_attachments": "attachments/",
            "_ts": int(self._site.now().timestamp()),
        }
        place = container.feed.add({**kept, **system}, origin)
        container.documents[kept["id"]] = _Kept(kept, system, place)
        self._wake(name)

    def documents(self, name: str) -> list[Document]:
        """Copies of a container's documents, in the order in which they first came."""
        self._site.now()
        container = self._containers.get(name)
        return [] if container is None else [_copy(kept.document) for kept in container.documents.values()]

    def find(self, name: str, id: str) -> Document | None:
        """A copy of a document, or None where there is none."""
        self._site.now()
        container = self._containers.get(name)
        kept = None if container is None else container.documents.get(id)
        return None if kept is None else _copy(kept.document)

    def delete(self, name: str, id: str) -> None:
        """Delete a document, of which the feed says nothing.

        :raises StoreError: it is not there.
        """
        self._site.now()
        container = self._containers.get(name)
        kept = None if container is None else container.documents.pop(id, None)
        if container is None or kept is None:
            what = f"document in {name} with the id"
            raise StoreError("not-stored", what=what, name=shown(id), look=".documents")
        container.feed.withdraw(kept.place)

    def _wake(self, name: str) -> None:
        for bound in self._site.listeners("cosmosdbtrigger"):
            if _listens_to(bound) == name:
                self._containers[name].feed.wake(_reading(name, bound))


def _listens_to(bound: BoundFunction) -> str:
    container = bound.resolved("containerName") or bound.resolved("collectionName") or ""
    return f"{bound.resolved('databaseName') or ''}/{container}"


def _reading(name: str, bound: BoundFunction) -> Reading[Document]:
    given = bound.trigger.properties.get("maxItemsPerInvocation")
    size = given if isinstance(given, int) and not isinstance(given, bool) and given > 0 else _BATCH
    how = f"change of {name}"
    return Reading(bound, size, lambda documents: CosmosDBPayload(tuple(documents)), how, "changes")


def _check_name(name: str, given: str) -> None:
    database, slash, container = name.partition("/")
    if not slash or any(_NAME.fullmatch(part) is None or part.endswith(" ") for part in (database, container)):
        rule = "it is 'database/container', each of up to 255 characters without / \\ ? #"
        raise bad_name("container", given, rule, name)


def _documents(body: bytes) -> Sequence[Any]:
    try:
        found = loads(body.decode("utf-8"))
    except (JsonError, UnicodeDecodeError):
        raise StoreError("store-value", call="the output", reason="it is no JSON") from None
    return found if isinstance(found, list) else [found]


def _checked(document: Any, call: str) -> Document:
    found = record_of(document, call, "document")
    kept = {name: value for name, value in found.items() if name not in _OF_SERVICE}
    id = kept.get("id")
    if not isinstance(id, str) or not id:
        reason = f"its id is {shown(id)}, but must be a text" if "id" in kept else "it has no id"
        raise StoreError("store-value", call=call, reason=reason)
    if _BAD_ID.search(id) or len(id.encode("utf-8", "surrogatepass")) > _LONGEST_ID:
        reason = f"its id {shown(id)} has one of / \\ ? #, or more than {_LONGEST_ID} bytes"
        raise StoreError("store-value", call=call, reason=reason)
    size = len(compact(kept).encode("utf-8"))
    if size > _LARGEST:
        raise StoreError("store-too-large", what=f"{call}: {id!r}", size=size, limit=_LARGEST, service="Cosmos DB")
    return kept


def _copy(document: Document) -> Document:
    copied: Document = plain(document, "cosmos")
    return copied


class CosmosContainer:
    """A container of the test, from ``azfunc_host.cosmos("shop/orders")``."""

    def __init__(self, store: CosmosStore, name: str) -> None:
        self._store = store
        self.name = name

    def upsert(self, document: Mapping[str, Any]) -> None:
        """Put a document there, in the place of one with its id; ``drain()`` delivers the change.

        :param document: a dict with an ``id`` that is text, a dataclass or a pydantic model. What the service puts
            in itself, such as ``_ts``, is its own.
        :raises StoreError: the service refuses it.
        """
        self._store.upsert(self.name, document)

    def get(self, id: str) -> Document | None:
        """A copy of the document with that id, or None where there is none.

        :raises BindingError: an id that is no text.
        """
        check_required_texts("cosmos.get", id=id)
        return self._store.find(self.name, id)

    def delete(self, id: str) -> None:
        """Delete a document. The change feed does not tell of it.

        :raises BindingError: an id that is no text.
        :raises StoreError: it is not there.
        """
        check_required_texts("cosmos.delete", id=id)
        self._store.delete(self.name, id)

    @property
    def documents(self) -> list[Document]:
        """Copies of all documents, as they were written: without ``_ts`` and what else the service puts in."""
        return self._store.documents(self.name)

    def __repr__(self) -> str:
        return told(f"CosmosContainer {self.name}", lambda: f"{len(self.documents)} documents")
