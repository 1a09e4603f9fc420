"""The blobs of a storage account: containers, content, metadata, etags.

Paths are looked at where a test gives them; those of bindings are the host's to check.

Sources: the Blob service's REST reference (Put Blob, Set Blob Metadata, naming); azure-sdk-for-net, BlobProperties
(what a trigger's metadata says of a blob). A container is made by the first blob in it, as the extension makes it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

from pytest_azfunc.errors import StoreError, UnsupportedFeature, listing, shown, suggestion
from pytest_azfunc.host.bindings.address_error import AddressError
from pytest_azfunc.host.bindings.blob_address import blob_parts, is_container
from pytest_azfunc.host.bindings.builder_arguments import wrong_value
from pytest_azfunc.host.stores.blob_metadata import checked_metadata
from pytest_azfunc.host.stores.content import bytes_of, shown_body
from pytest_azfunc.host.stores.store import Stored, bad_name, told

__tracebackhide__ = True

_DASHES = re.compile(r"^-|--|-$")
_CONTAINER_RULE = "it has 3 to 63 lower-case letters, digits and single dashes, and no dash first or last"
_PATH_RULE = (
    "it is 'container/name'; a container has 3 to 63 lower-case letters, digits and single dashes, and a name has up "
    "to 1024 characters, no backslash, and no dot or slash at its end"
)
_SHOWN_NAMES = 10


@dataclass(frozen=True, repr=False)
class StoredBlob(Stored):
    """One blob, as it was at one time.

    :ivar path: ``"container/name"``.
    :ivar etag: changes with every write.
    :ivar metadata: its user-defined metadata.
    :ivar content_type: its media type.
    :ivar created_on: when it was first written, in UTC.
    :ivar last_modified: when it was last written, in UTC.
    """

    path: str
    etag: str
    created_on: datetime
    last_modified: datetime
    metadata: Mapping[str, str] = field(default_factory=dict)
    content_type: str = "application/octet-stream"

    @property
    def container(self) -> str:
        """The container's name."""
        return self.path.partition("/")[0]

    @property
    def name(self) -> str:
        """The name within the container."""
        return self.path.partition("/")[2]

    def __repr__(self) -> str:
        return f"<blob {self.path}: {shown_body(self.body)}>"


class Blobs:
    """All blobs of a host, by path.

    :param now: the host's time, in UTC.
    :param written: is told of each blob that was written: a function may wait for it.
    """

    def __init__(self, now: Callable[[], datetime], written: Callable[[StoredBlob], None] | None = None) -> None:
        self._now = now
        self._written = written
        self._containers: dict[str, dict[str, StoredBlob]] = {}
        self._writes = 0

    @property
    def containers(self) -> list[str]:
        """The names of the containers that are there, in their order."""
        return sorted(self._containers)

    def names(self, container: str) -> list[str]:
        """The names of a container's blobs, in the service's order; none where there is no such container."""
        return sorted(self._containers.get(container, ()))

    def find(self, path: str) -> StoredBlob | None:
        """A blob, or None where there is none."""
        container, name = _parts(path)
        self._now()
        return self._containers.get(container, {}).get(name)

    def read(self, path: str) -> StoredBlob:
        """A blob that is there.

        :raises StoreError: it is not there.
        """
        found = self.find(path)
        if found is not None:
            return found
        raise self._not_stored(path)

    def write(
        self,
        path: str,
        body: bytes,
        metadata: Mapping[str, str] | None = None,
        *,
        content_type: str = "application/octet-stream",
        if_match: str | None = None,
    ) -> StoredBlob:
        """Write a blob, over what was there: content and metadata are new.

        :param if_match: the etag that the blob must still have; ``"*"`` for any blob that is there.
        :raises StoreError: metadata that no blob can have; another etag.
        """
        container, name = _parts(path)
        check_container(container, container)
        checked = checked_metadata(metadata or {}, path)
        before = self._containers.get(container, {}).get(name)
        self._check_etag(path, before, if_match)
        at = self._now()
        self._writes += 1
        etag = f'"0x{0x8DC000000000000 + self._writes:X}"'
        first = at if before is None else before.created_on
        blob = StoredBlob(body, f"{container}/{name}", etag, first, at, checked, content_type)
        self._put(container, name, blob)
        return blob

    def set_metadata(self, path: str, metadata: Mapping[str, str]) -> StoredBlob:
        """Replace the metadata of a blob; its content stays, its etag does not.

        :raises StoreError: it is not there, or metadata that no blob can have.
        """
        before = self.read(path)
        self._writes += 1
        etag = f'"0x{0x8DC000000000000 + self._writes:X}"'
        checked = checked_metadata(metadata, path)
        blob = replace(before, metadata=checked, etag=etag, last_modified=self._now())
        self._put(blob.container, blob.name, blob)
        return blob

    def _put(self, container: str, name: str, blob: StoredBlob) -> None:
        self._containers.setdefault(container, {})[name] = blob
        if self._written is not None:
            self._written(blob)

    def delete(self, path: str, *, if_match: str | None = None) -> None:
        """Delete a blob; the container stays.

        :raises StoreError: it is not there, or has another etag.
        """
        self._check_etag(path, self.find(path), if_match)
        found = self.read(path)
        del self._containers[found.container][found.name]

    def shift(self, by: timedelta) -> None:
        """Move all moments by the same span; etags stay."""
        for blobs in self._containers.values():
            for name, blob in blobs.items():
                blobs[name] = replace(blob, created_on=blob.created_on + by, last_modified=blob.last_modified + by)

    def _check_etag(self, path: str, found: StoredBlob | None, if_match: str | None) -> None:
        if if_match is None or (found is not None and if_match in ("*", found.etag)):
            return
        change = "it is not there" if found is None else f"its etag is {shown(found.etag)}, no longer {shown(if_match)}"
        raise StoreError("store-changed", what=f"the blob {path!r}", change=change)

    def _not_stored(self, path: str) -> StoreError:
        container = path.partition("/")[0]
        there = self._containers.get(container)
        if there is None:
            known = listing("Containers", self.containers[:_SHOWN_NAMES])
            near = f" Nor is there a container {container!r}.{suggestion(container, self.containers)}"
            return _missing("blob", path, near, known)
        names = sorted(there)
        near = suggestion(path, [f"{container}/{name}" for name in names])
        known = listing(f"Blobs in {container}", names[:_SHOWN_NAMES])
        return _missing("blob", path, near, known)


class Blob:
    """A blob by its path, whether it is there or not; what it says is what is there at that moment.

    :param blobs: where it is looked up.
    :param path: ``"container/name"``.
    :param given: how a test has written it, where app settings were put in.
    :raises StoreError: no blob can have the path.
    :raises UnsupportedFeature: it is that of a snapshot.
    """

    def __init__(self, blobs: Blobs, path: str, given: str | None = None) -> None:
        self._blobs = blobs
        self._path = path
        _check_path(path, given or path)

    @property
    def path(self) -> str:
        """``"container/name"``."""
        return self._path

    def write(self, content: Any, *, metadata: Mapping[str, str] | None = None, if_match: str | None = None) -> None:
        """Write it, over what was there.

        :param content: ``bytes`` as they are, ``str`` as UTF-8, everything else as JSON.
        :param metadata: its user-defined metadata.
        :param if_match: write only where its :attr:`etag` is still this one, as a writer does that minds others.
        :raises BindingError: content that has no JSON form, or an etag that is none.
        :raises StoreError: what no blob can have, or another etag.
        """
        _check_etag("blob.write", if_match)
        self._blobs.write(self._path, bytes_of(content, "blob.write"), metadata, if_match=if_match)

    def delete(self, *, if_match: str | None = None) -> None:
        """Delete it.

        :param if_match: delete it only where its :attr:`etag` is still this one.
        :raises BindingError: an etag that is none.
        :raises StoreError: it is not there, or has another etag.
        """
        _check_etag("blob.delete", if_match)
        self._blobs.delete(self._path, if_match=if_match)

    @property
    def exists(self) -> bool:
        """Whether it is there."""
        return self._blobs.find(self._path) is not None

    @property
    def body(self) -> bytes:
        """Its content.

        :raises StoreError: it is not there.
        """
        return self._blobs.read(self._path).body

    @property
    def text(self) -> str:
        """Its content as UTF-8 text.

        :raises StoreError: it is not there.
        """
        return self._blobs.read(self._path).text

    def json(self) -> Any:
        """Its content as JSON.

        :raises StoreError: it is not there.
        :raises ValueError: it is none.
        """
        return self._blobs.read(self._path).json()

    @property
    def metadata(self) -> dict[str, str]:
        """Its user-defined metadata.

        :raises StoreError: it is not there.
        """
        return dict(self._blobs.read(self._path).metadata)

    @property
    def etag(self) -> str:
        """Its etag.

        :raises StoreError: it is not there.
        """
        return self._blobs.read(self._path).etag

    def __repr__(self) -> str:
        return told(f"blob {self._path}", self._told)

    def _told(self) -> str:
        found = self._blobs.find(self._path)
        return "not there" if found is None else shown_body(found.body)


def _check_path(path: str, given: str) -> None:
    if "?snapshot=" in path or "&snapshot=" in path:
        raise UnsupportedFeature(
            "unsupported",
            feature=f"a snapshot of a blob ({given!r})",
            azure="a snapshot is read with the blob as it was then.",
            remedy="write what it held to a blob of its own.",
        )
    try:
        container, _ = blob_parts(path)
    except AddressError as error:
        raise bad_name("blob", given, error if path == given else _PATH_RULE, path) from None
    if _DASHES.search(container):
        raise bad_name("blob", given, _PATH_RULE, path)


def check_container(name: str, given: str) -> None:
    """Look at a container's name.

    :param name: with its app settings put in.
    :param given: as a test has written it.
    :raises StoreError: none can have it.
    """
    # The extension takes more dashes than the service does.
    if not is_container(name) or _DASHES.search(name):
        raise bad_name("container", given, _CONTAINER_RULE, name)


def _missing(what: str, name: str, near: str, known: str) -> StoreError:
    return StoreError("not-stored", what=what, name=shown(name), suggestion=near, known=f" {known}", look=".exists")


def _check_etag(call: str, etag: object) -> None:
    if etag is not None and not isinstance(etag, str):
        raise wrong_value(call, "if_match", etag, 'a text: the .etag of a blob, or "*" for any')


def _parts(path: str) -> tuple[str, str]:
    """Container and name, also of a blob's address."""
    if path.lower().startswith(("http://", "https://")):
        path = path.partition("://")[2].partition("/")[2]
    container, _, name = path.partition("/")
    return container, name
