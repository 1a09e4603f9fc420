"""Blobs as bindings use them: what an input reads, what an output writes, and which functions a blob starts.

Sources: azure-sdk-for-net, Extensions.Storage.Blobs: BlobTriggerExecutor.cs (receipts: a version of a blob runs once),
BlobQueueTriggerExecutor.cs (a version that was replaced starts nothing), BlobsOptions.cs and
SharedBlobQueueListenerFactory.cs (five tries of each version, then a message on the poison queue).
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from datetime import timedelta
from typing import TYPE_CHECKING, Any, cast

from pytest_azfunc.host.bindings.blob import BlobPayload
from pytest_azfunc.host.bindings.net_values import net_time
from pytest_azfunc.host.stores.blobs import Blob, Blobs, StoredBlob, check_container
from pytest_azfunc.host.stores.content import shown_body
from pytest_azfunc.host.stores.options import count
from pytest_azfunc.host.stores.store import OF_TEST, Delivering, Origin, Outcome, Sent, Site, Store, Wanted, is_waiting

if TYPE_CHECKING:
    from pytest_azfunc.host.agenda import Entry
    from pytest_azfunc.host.bound_function import BoundFunction
    from pytest_azfunc.host.invocation import Invocation
    from pytest_azfunc.host.stores.queue_store import QueueStore

__tracebackhide__ = True

_POISON = "webjobs-blobtrigger-poison"
_MOST_TRIES = 5


class _Receipt:
    """What became of one blob with one function."""

    __slots__ = ("entry", "etag", "tried", "tries")

    def __init__(self) -> None:
        self.etag = ""  # of the version that was done, or given up
        self.tried = ""  # of the version that was tried last, and how often
        self.tries = 0
        self.entry: Entry | None = None


class BlobStore:
    """The blobs of a storage account.

    :param find: finds the store of another service, by its name.
    """

    def __init__(self, site: Site, find: Callable[[str], Store]) -> None:
        self._site = site
        self._find = find
        self._origin = OF_TEST
        self._origins: dict[str, Origin] = {}
        self._receipts: dict[tuple[str, str], _Receipt] = {}
        self.blobs = Blobs(site.now, self._written)

    def blob(self, path: str) -> Blob:
        """A blob, by the path that a test gives it.

        :raises StoreError: none can have it.
        """
        return Blob(self.blobs, self._site.address(path, "blob"), path)

    def names(self, container: str) -> list[str]:
        """The names of a container's blobs.

        :raises StoreError: no container can have the name.
        """
        resolved = self._site.address(container, "container")
        check_container(resolved, container)
        return self.blobs.names(resolved)

    # --- what the host asks for

    def take(self, sent: Sent) -> None:
        """Write the content of an output, over what was there."""
        if not sent.address:
            return
        self._origin = sent.origin
        try:
            self.blobs.write(sent.address, sent.binding_type.body(sent.data))
        finally:
            self._origin = OF_TEST

    def read(self, wanted: Wanted) -> Any:
        """The content of a blob, or None where there is none."""
        found = self.blobs.find(wanted.address)
        return None if found is None else found.body

    def look(self) -> None:
        """Have the blobs delivered for which nobody listened before."""
        for container in self.blobs.containers:
            for name in self.blobs.names(container):
                self._wake(f"{container}/{name}")

    def shift(self, by: timedelta) -> None:
        """Move all moments by the same span."""
        self.blobs.shift(by)

    def contents(self) -> Mapping[str, Sequence[str]]:
        """The content of each blob."""
        return {
            f"blob {container}/{name}": [shown_body(self.blobs.read(f"{container}/{name}").body)]
            for container in self.blobs.containers
            for name in self.blobs.names(container)
        }

    # --- deliveries

    def _written(self, blob: StoredBlob) -> None:
        self._origins[blob.path] = self._origin
        self._wake(blob.path)

    def _wake(self, path: str) -> None:
        for bound in self._site.listeners("blobtrigger"):
            pattern = bound.listener
            if pattern is None or pattern.match(path) is None:
                continue
            receipt = self._receipts.setdefault((bound.function.name, path), _Receipt())
            blob = self.blobs.find(path)
            if blob is not None and receipt.etag != blob.etag and not is_waiting(receipt.entry):
                self._put(bound, path, receipt)

    def _put(self, bound: BoundFunction, path: str, receipt: _Receipt) -> None:
        at = self._site.now()
        receipt.entry = self._site.put(at, bound, "blob", lambda: self._deliver(bound, path, receipt))

    def _deliver(self, bound: BoundFunction, path: str, receipt: _Receipt) -> Invocation | None:
        """Run the function for the blob as it is now; one that is gone, or was done, starts nothing."""
        blob = self.blobs.find(path)
        if blob is None or blob.etag == receipt.etag:
            return None

        if receipt.tried != blob.etag:
            receipt.tried, receipt.tries = blob.etag, 0

        def take() -> BlobPayload:
            receipt.etag = blob.etag  # what is written from now on is another version
            receipt.tries += 1
            properties = {
                "CreatedOn": net_time(blob.created_on),
                "LastModified": net_time(blob.last_modified),
                "ContentType": blob.content_type,
            }
            return BlobPayload(blob.body, path, None, blob.metadata, properties)

        def ended(outcome: Outcome) -> None:
            if outcome.error is not None:
                if receipt.tries >= self._most_tries:
                    self._give_up(bound, blob, outcome.origin)
                else:
                    receipt.etag = ""
            self._wake(path)

        how = f"blob {path}, try {receipt.tries + 1}"
        return self._site.deliver(bound, Delivering(take, ended, how, self._origins.get(path, OF_TEST)))

    @property
    def _most_tries(self) -> int:
        return count(self._site, "blobs", "poisonBlobThreshold", default=_MOST_TRIES)

    def _give_up(self, bound: BoundFunction, blob: StoredBlob, origin: Origin) -> None:
        message: Mapping[str, str] = {
            "Type": "BlobTrigger",
            "FunctionId": f"Host.Functions.{bound.function.name}",
            "BlobType": "BlockBlob",
            "ContainerName": blob.container,
            "BlobName": blob.name,
            "ETag": blob.etag,
        }
        queues = cast("QueueStore", self._find("queue"))
        queues.add(_POISON, json.dumps(message, indent=2, ensure_ascii=False).encode("utf-8"), origin)
        origin.given_up_to = _POISON
