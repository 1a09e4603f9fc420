"""The stores of blobs and tables against Azurite, through Microsoft's SDKs, operation by operation (``tox -e azurite``).

``AZURITE`` names its command, such as ``node_modules/.bin/azurite`` after ``npm install azurite``.
"""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import time
from collections.abc import Callable, Iterator
from datetime import datetime, timezone
from functools import partial
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pytest_azfunc import StoreError
from pytest_azfunc.host.stores.blobs import Blob, Blobs
from pytest_azfunc.host.stores.tables import Table, Tables

COMMAND = os.environ.get("AZURITE", "azurite")
STORAGE = partial(pytest.importorskip, "azure.storage.blob")
TABLES = partial(pytest.importorskip, "azure.data.tables")
CORE = partial(pytest.importorskip, "azure.core")
CORE_ERRORS = partial(pytest.importorskip, "azure.core.exceptions")
pytestmark = pytest.mark.skipif(shutil.which(COMMAND) is None, reason="Azurite is not installed")

KEY = "Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw=="  # its own, for all
START = datetime(2026, 3, 1, tzinfo=timezone.utc)
SLOW = settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
MISSING, REFUSED, CHANGED, EXISTS = "missing", "refused", "changed", "exists"
RULES = {
    "not-stored": MISSING,
    "store-name": REFUSED,
    "store-value": REFUSED,
    "store-too-large": REFUSED,
    "store-filter": REFUSED,
    "store-changed": CHANGED,
    "store-exists": EXISTS,
}
STATUS = {404: MISSING, 400: REFUSED, 412: CHANGED, 409: EXISTS, 413: REFUSED}


def free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        port: int = found.getsockname()[1]
        return port


@pytest.fixture(scope="module")
def account(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The connection string of an Azurite that runs."""
    blob, queue, table = free_port(), free_port(), free_port()
    folder: Path = tmp_path_factory.mktemp("azurite")
    ports = ["--blobPort", str(blob), "--queuePort", str(queue), "--tablePort", str(table)]
    options = ["--silent", "--skipApiVersionCheck", "--location", str(folder), *ports]
    process = subprocess.Popen([COMMAND, *options], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        for port in (blob, table):
            wait_for(port, process)
        endpoints = f"BlobEndpoint=http://127.0.0.1:{blob}/devstoreaccount1;"
        endpoints += f"TableEndpoint=http://127.0.0.1:{table}/devstoreaccount1;"
        yield f"DefaultEndpointsProtocol=http;AccountName=devstoreaccount1;AccountKey={KEY};{endpoints}"
    finally:
        process.terminate()
        process.wait(20)


def wait_for(port: int, process: subprocess.Popen[bytes]) -> None:
    until = time.monotonic() + 60
    while time.monotonic() < until and process.poll() is None:
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.1)  # until another process listens
    pytest.fail("Azurite does not listen")


def ours(call: Callable[[], Any]) -> Any:
    """What the store in memory answers: a value, or the kind of its error."""
    try:
        return call()
    except StoreError as error:
        return RULES[error.rule]


def theirs(call: Callable[[], Any]) -> Any:
    """The same of Azurite."""
    try:
        return call()
    except CORE_ERRORS().HttpResponseError as error:
        return STATUS.get(error.status_code or 0, f"status {error.status_code}")
    except ValueError:  # the SDK itself refuses it
        return REFUSED


NAMES = st.sampled_from(("a", "b.txt", "folder/a", "ä"))
METADATA = st.sampled_from(({}, {"kind": "x"}, {"B_2": "y"}))
BLOB_STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("write"), NAMES, st.binary(max_size=3), METADATA),
        st.tuples(st.just("write_unchanged"), NAMES, st.binary(max_size=3), st.booleans()),
        st.tuples(st.just("set_metadata"), NAMES, METADATA),
        st.tuples(st.just("read"), NAMES),
        st.tuples(st.just("delete"), NAMES),
        st.tuples(st.just("names")),
    ),
    max_size=15,
)


class OurBlobs:
    def __init__(self) -> None:
        self.blobs = Blobs(lambda: START)

    def write(self, name: str, content: bytes, metadata: dict[str, str]) -> None:
        self.blobs.write(f"inbox/{name}", content, metadata)

    def write_unchanged(self, name: str, content: bytes, is_right: bool) -> None:
        found = self.blobs.find(f"inbox/{name}")
        if found is not None:
            self.blobs.write(f"inbox/{name}", content, if_match=found.etag if is_right else '"0x0"')

    def set_metadata(self, name: str, metadata: dict[str, str]) -> None:
        self.blobs.set_metadata(f"inbox/{name}", metadata)

    def read(self, name: str) -> Any:
        found = self.blobs.read(f"inbox/{name}")
        return found.body, found.metadata

    def delete(self, name: str) -> None:
        self.blobs.delete(f"inbox/{name}")

    def names(self) -> list[str]:
        return self.blobs.names("inbox")


class TheirBlobs:
    def __init__(self, account: str) -> None:
        self.container = STORAGE().BlobServiceClient.from_connection_string(account).create_container(f"c{uuid4().hex}")

    def write(self, name: str, content: bytes, metadata: dict[str, str]) -> None:
        self.container.upload_blob(name, content, metadata=metadata, overwrite=True)

    def write_unchanged(self, name: str, content: bytes, is_right: bool) -> None:
        blob = self.container.get_blob_client(name)
        if blob.exists():
            etag = blob.get_blob_properties().etag if is_right else '"0x0"'
            blob.upload_blob(content, overwrite=True, etag=etag, match_condition=CORE().MatchConditions.IfNotModified)

    def set_metadata(self, name: str, metadata: dict[str, str]) -> None:
        self.container.get_blob_client(name).set_blob_metadata(metadata)

    def read(self, name: str) -> Any:
        found = self.container.download_blob(name)
        return found.readall(), found.properties.metadata

    def delete(self, name: str) -> None:
        self.container.delete_blob(name)

    def names(self) -> list[str]:
        return sorted(self.container.list_blob_names())


@SLOW
@given(BLOB_STEPS)
def test_blobs_answer_as_azurite_does(account: str, steps: list[Any]) -> None:
    mine, other = OurBlobs(), TheirBlobs(account)
    for name, *arguments in steps:
        answer = ours(lambda: getattr(mine, name)(*arguments))  # noqa: B023 - called at once
        assert answer == theirs(lambda: getattr(other, name)(*arguments)), (name, arguments)  # noqa: B023


@SLOW
@given(st.text(st.sampled_from("abcA-_. 1"), min_size=1, max_size=6))
def test_containers_have_names_as_azurite_has_them(account: str, name: str) -> None:
    def create() -> None:
        STORAGE().BlobServiceClient.from_connection_string(account).create_container(name).delete_container()

    if "--" in name or name.startswith("-") or name.endswith("-"):
        return  # the extension leaves these to the service
    assert (ours(lambda: Blob(Blobs(lambda: START), f"{name}/a")) == REFUSED) == (theirs(create) == REFUSED)


KEYS = st.sampled_from(("", "a", "B", "a b", "é"))
# A property has one type: Azurite compares those of different types as JavaScript does, and the service never.
PROPERTIES = st.fixed_dictionaries(
    {},
    optional={
        "Amount": st.none() | st.integers(-(2**31), 2**31 - 1),
        "Text": st.text("ab'", max_size=3),
        "_flag": st.booleans(),
    },
)
ENTITIES = st.builds(
    lambda partition, row, properties: {"PartitionKey": partition, "RowKey": row, **properties},
    KEYS,
    KEYS,
    PROPERTIES,
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
    )
)
TABLE_STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("upsert"), ENTITIES),
        st.tuples(st.just("insert"), ENTITIES),
        st.tuples(st.just("delete"), KEYS, KEYS),
        st.tuples(st.just("query"), FILTERS),
        st.tuples(st.just("entities")),
    ),
    max_size=15,
)


class OurTable:
    def __init__(self) -> None:
        self.tables = Tables(lambda: START)

    def upsert(self, entity: dict[str, Any]) -> None:
        self.tables.upsert("orders", entity)

    def insert(self, entity: dict[str, Any]) -> None:
        self.tables.write("orders", [entity])

    def delete(self, partition: str, row: str) -> None:
        self.tables.delete("orders", partition, row)

    def query(self, text: str) -> Any:
        return self.tables.query("orders", text)

    def entities(self) -> Any:
        return self.tables.entities("orders")


class TheirTable:
    def __init__(self, account: str) -> None:
        self.table = TABLES().TableServiceClient.from_connection_string(account).create_table(f"t{uuid4().hex}")

    def upsert(self, entity: dict[str, Any]) -> None:
        self.table.upsert_entity(entity, mode=TABLES().UpdateMode.REPLACE)

    def insert(self, entity: dict[str, Any]) -> None:
        self.table.create_entity(entity)

    def delete(self, partition: str, row: str) -> None:
        self.table.delete_entity(partition, row)  # which takes one that is not there

    def query(self, text: str) -> Any:
        return [dict(entity) for entity in self.table.query_entities(text)]

    def entities(self) -> Any:
        return [dict(entity) for entity in self.table.list_entities()]


@SLOW
@given(TABLE_STEPS)
def test_tables_answer_as_azurite_does(account: str, steps: list[Any]) -> None:
    mine, other = OurTable(), TheirTable(account)
    for name, *arguments in steps:
        answer = ours(lambda: getattr(mine, name)(*arguments))  # noqa: B023 - called at once
        assert answer == theirs(lambda: getattr(other, name)(*arguments)), (name, arguments)  # noqa: B023


@SLOW
@given(st.text(st.sampled_from("abA-_1"), min_size=1, max_size=6))
def test_tables_have_names_as_azurite_has_them(account: str, name: str) -> None:
    def create() -> None:
        service = TABLES().TableServiceClient.from_connection_string(account)
        service.create_table(name)
        service.delete_table(name)

    assert (ours(lambda: Table(Tables(lambda: START), name)) == REFUSED) == (theirs(create) == REFUSED)
