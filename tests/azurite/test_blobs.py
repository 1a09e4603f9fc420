"""The store of blobs beside Azurite's, operation by operation."""

from __future__ import annotations

from datetime import datetime, timezone
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from pytest_azfunc.host.stores.blobs import Blob, Blobs
from tests.azurite.account import Account, new_name, unchanged
from tests.azurite.answers import FEW, REFUSED, compare, ours, theirs

START = datetime(2026, 3, 1, tzinfo=timezone.utc)
WRONG = '"0x0"'
SNAPSHOT = "a snapshot"

NAMES = st.sampled_from(("a", "b.txt", "folder/a", "ä", "50%", "a b", "A"))
METADATA = st.sampled_from(({}, {"kind": "x"}, {"B_2": " y z "}))
STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("write"), NAMES, st.binary(max_size=3), METADATA),
        st.tuples(st.just("write_unchanged"), NAMES, st.binary(max_size=3), st.booleans()),
        st.tuples(st.just("delete_unchanged"), NAMES, st.booleans()),
        st.tuples(st.just("set_metadata"), NAMES, METADATA),
        st.tuples(st.just("read"), NAMES),
        st.tuples(st.just("delete"), NAMES),
        st.tuples(st.just("names")),
    ),
    max_size=15,
)


class OurBlobs:
    """A container in memory."""

    def __init__(self, container: str = "inbox") -> None:
        self.blobs = Blobs(lambda: START)
        self.container = container

    def write(self, name: str, content: bytes, metadata: dict[str, str]) -> None:
        self.blobs.write(f"{self.container}/{name}", content, metadata)

    def etag(self, name: str) -> str:
        found = self.blobs.find(f"{self.container}/{name}")
        return WRONG if found is None else found.etag

    def make(self, name: str) -> None:
        Blob(self.blobs, f"{self.container}/{name}").write("")

    def write_where(self, name: str, content: bytes, etag: str) -> None:
        self.blobs.write(f"{self.container}/{name}", content, if_match=etag)

    def write_unchanged(self, name: str, content: bytes, is_right: bool) -> None:
        self.write_where(name, content, self.etag(name) if is_right else WRONG)

    def snapshot(self, name: str) -> Blob:
        return Blob(self.blobs, f"{self.container}/{name}?snapshot=2026-03-01T00:00:00.0000000Z")

    def delete_unchanged(self, name: str, is_right: bool) -> None:
        self.blobs.delete(f"{self.container}/{name}", if_match=self.etag(name) if is_right else WRONG)

    def set_metadata(self, name: str, metadata: dict[str, str]) -> None:
        self.blobs.set_metadata(f"{self.container}/{name}", metadata)

    def read(self, name: str) -> Any:
        found = self.blobs.read(f"{self.container}/{name}")
        return found.body, found.metadata, found.content_type

    def delete(self, name: str) -> None:
        self.blobs.delete(f"{self.container}/{name}")

    def names(self) -> list[str]:
        return self.blobs.names(self.container)


class TheirBlobs:
    """A container in Azurite."""

    def __init__(self, account: Account, is_made: bool = True) -> None:
        self.container = account.blobs.get_container_client(new_name("c"))
        if is_made:
            self.container.create_container()

    def write(self, name: str, content: bytes, metadata: dict[str, str]) -> None:
        self.container.upload_blob(name, content, metadata=metadata, overwrite=True)

    def make(self, name: str) -> None:
        self.write(name, b"", {})

    def etag(self, name: str) -> str:
        blob = self.container.get_blob_client(name)
        return str(blob.get_blob_properties().etag) if blob.exists() else WRONG

    def write_where(self, name: str, content: bytes, etag: str) -> None:
        self.container.upload_blob(name, content, overwrite=True, **unchanged(etag))

    def write_unchanged(self, name: str, content: bytes, is_right: bool) -> None:
        self.write_where(name, content, self.etag(name) if is_right else WRONG)

    def snapshot(self, name: str) -> str:
        self.container.get_blob_client(name).create_snapshot()
        return SNAPSHOT

    def delete_unchanged(self, name: str, is_right: bool) -> None:
        self.container.delete_blob(name, **unchanged(self.etag(name) if is_right else WRONG))

    def set_metadata(self, name: str, metadata: dict[str, str]) -> None:
        self.container.get_blob_client(name).set_blob_metadata(metadata)

    def read(self, name: str) -> Any:
        found = self.container.download_blob(name)
        return found.readall(), found.properties.metadata, found.properties.content_settings.content_type

    def delete(self, name: str) -> None:
        self.container.delete_blob(name)

    def names(self) -> list[str]:
        return list(self.container.list_blob_names())


@FEW
@given(STEPS)
def test_blobs_answer_as_azurite_does(account: Account, steps: list[Any]) -> None:
    compare(OurBlobs(), TheirBlobs(account), steps)


@FEW
@given(st.text(st.sampled_from("abcA-_. 1"), min_size=1, max_size=6))
def test_containers_have_names_as_azurite_has_them(account: Account, name: str) -> None:
    def create() -> None:
        account.blobs.create_container(name).delete_container()

    assert (ours(lambda: Blob(Blobs(lambda: START), f"{name}/a")) == REFUSED) == (theirs(create) == REFUSED)
