"""The blobs of a host, against a model and by themselves."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone

import pytest
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from pytest_azfunc import StoreError, UnsupportedFeature
from pytest_azfunc.host.stores.blobs import Blob, Blobs

START = datetime(2026, 3, 1, tzinfo=timezone.utc)
CONTAINERS = st.sampled_from(("inbox", "out-box", "$web"))
NAMES = st.sampled_from(("a", "b.txt", "folder/a", "Ä b"))
CONTENT = st.binary(max_size=5)
METADATA = st.dictionaries(st.sampled_from(("kind", "B_2")), st.sampled_from(("", "x", "y z")))


class BlobModel(RuleBasedStateMachine):
    """Writes and deletes, beside a dict; etags differ from write to write."""

    def __init__(self) -> None:
        super().__init__()
        self.time = START
        self.blobs = Blobs(lambda: self.time)
        self.model: dict[str, tuple[bytes, dict[str, str]]] = {}
        self.containers: set[str] = set()
        self.etags: list[str] = []

    @rule(container=CONTAINERS, name=NAMES, content=CONTENT, metadata=METADATA)
    def write(self, container: str, name: str, content: bytes, metadata: dict[str, str]) -> None:
        self.time += timedelta(seconds=1)
        path = f"{container}/{name}"
        self.etags.append(self.blobs.write(path, content, metadata).etag)
        self.model[path] = content, metadata
        self.containers.add(container)

    @rule(container=CONTAINERS, name=NAMES, metadata=METADATA)
    def set_metadata(self, container: str, name: str, metadata: dict[str, str]) -> None:
        path = f"{container}/{name}"
        if path in self.model:
            self.etags.append(self.blobs.set_metadata(path, metadata).etag)
            self.model[path] = self.model[path][0], metadata
        else:
            with pytest.raises(StoreError):
                self.blobs.set_metadata(path, metadata)

    @rule(container=CONTAINERS, name=NAMES)
    def delete(self, container: str, name: str) -> None:
        path = f"{container}/{name}"
        if self.model.pop(path, None) is None:
            with pytest.raises(StoreError):
                self.blobs.delete(path)
        else:
            self.blobs.delete(path)

    @rule(container=CONTAINERS, name=NAMES, content=CONTENT)
    def write_what_was_changed(self, container: str, name: str, content: bytes) -> None:
        path = f"{container}/{name}"
        with pytest.raises(StoreError):
            self.blobs.write(path, content, if_match='"0x0"')

    @invariant()
    def is_as_the_model(self) -> None:
        assert self.blobs.containers == sorted(self.containers)
        found = [f"{container}/{name}" for container in self.containers for name in self.blobs.names(container)]
        assert sorted(found) == sorted(self.model)
        for path, (content, metadata) in self.model.items():
            blob = self.blobs.read(path)
            assert (blob.body, blob.metadata) == (content, metadata)
            assert START <= blob.created_on <= blob.last_modified <= self.time
        assert len(set(self.etags)) == len(self.etags)


TestBlobModel = BlobModel.TestCase


@pytest.fixture
def blobs() -> Blobs:
    return Blobs(lambda: START)


@pytest.mark.parametrize(
    "path",
    ["a.txt", "/a", "ab/a", "Inbox/a", "in_box/a", "inbox/", "inbox/a.", "inbox/a/", r"inbox/a\b", "x" * 64 + "/a"],
)
def test_paths_that_no_blob_has(blobs: Blobs, path: str) -> None:
    with pytest.raises(StoreError) as caught:
        Blob(blobs, path)
    assert caught.value.rule == "store-name"


def test_a_snapshot_is_refused_by_name(blobs: Blobs) -> None:
    with pytest.raises(UnsupportedFeature, match="snapshot"):
        Blob(blobs, "inbox/a.txt?snapshot=2026-03-01T00:00:00.0000000Z")


def test_reading_what_is_not_there(blobs: Blobs) -> None:
    blobs.write("inbox/report.txt", b"")
    with pytest.raises(StoreError) as caught:
        blobs.read("inbox/reprot.txt")
    assert caught.value.rule == "not-stored"
    assert caught.value.problem == (
        "there is no blob 'inbox/reprot.txt'. Did you mean 'inbox/report.txt'? Blobs in inbox: report.txt."
    )


def test_reading_in_a_container_that_is_not_there(blobs: Blobs) -> None:
    blobs.write("inbox/a", b"")
    with pytest.raises(StoreError) as caught:
        blobs.read("inbx/a")
    assert caught.value.problem == (
        "there is no blob 'inbx/a'. Nor is there a container 'inbx'. Did you mean 'inbox'? Containers: inbox."
    )
    assert blobs.containers == ["inbox"]


@pytest.mark.parametrize("metadata", [{"a-b": ""}, {"1a": ""}, {"a": "ä"}, {"a": "\n"}, {"a": "", "A": ""}])
def test_metadata_that_no_blob_has(blobs: Blobs, metadata: dict[str, str]) -> None:
    with pytest.raises(StoreError) as caught:
        blobs.write("inbox/a", b"", metadata)
    assert caught.value.rule == "store-value"


def test_metadata_that_is_too_large(blobs: Blobs) -> None:
    blobs.write("inbox/a", b"", {"a": "x" * 8191})
    with pytest.raises(StoreError) as caught:
        blobs.write("inbox/a", b"", {"a": "x" * 8192})
    assert caught.value.rule == "store-too-large"


def test_only_the_first_of_two_writers_that_mind_each_other_writes(blobs: Blobs) -> None:
    etag = blobs.write("inbox/a", b"0").etag
    blobs.write("inbox/a", b"1", if_match=etag)
    with pytest.raises(StoreError) as caught:
        blobs.write("inbox/a", b"2", if_match=etag)
    assert caught.value.rule == "store-changed"
    assert blobs.read("inbox/a").body == b"1"


def test_a_writer_that_minds_others_minds_that_it_is_gone(blobs: Blobs) -> None:
    for late in (lambda: blobs.write("inbox/a", b"2", if_match='"0x1"'), lambda: blobs.delete("inbox/a", if_match="*")):
        with pytest.raises(StoreError) as caught:
            late()
        assert caught.value.problem == "the blob 'inbox/a' was changed by somebody else: it is not there."


def test_a_container_has_no_more_dashes_than_the_service_takes(blobs: Blobs) -> None:
    with pytest.raises(StoreError) as caught:
        blobs.write("in--box/a", b"")
    assert caught.value.rule == "store-name"
    assert blobs.containers == []


def test_blanks_around_metadata_are_lost(blobs: Blobs) -> None:
    assert blobs.write("inbox/a", b"", {"kind": " x y "}).metadata == {"kind": "x y"}
