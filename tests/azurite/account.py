"""A storage account in Azurite, through Microsoft's SDKs; they are imported when a test runs."""

from __future__ import annotations

from collections.abc import Mapping
from importlib import import_module
from typing import Any
from uuid import uuid4

# Its own account, for everybody who has an Azurite.
NAME = "devstoreaccount1"
KEY = "Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw=="


def new_name(first: str) -> str:
    """A name that nothing has yet, for a container, a queue or a table."""
    return f"{first}{uuid4().hex}"


class Account:
    """The clients of its three services.

    :param ports: where the services listen, by name.
    """

    def __init__(self, ports: Mapping[str, int]) -> None:
        ends = [f"{name.title()}Endpoint=http://127.0.0.1:{port}/{NAME};" for name, port in ports.items()]
        self._connection = f"DefaultEndpointsProtocol=http;AccountName={NAME};AccountKey={KEY};{''.join(ends)}"

    @property
    def blobs(self) -> Any:
        """A ``BlobServiceClient``."""
        return import_module("azure.storage.blob").BlobServiceClient.from_connection_string(
            self._connection, retry_total=0
        )

    @property
    def queues(self) -> Any:
        """A ``QueueServiceClient``."""
        return import_module("azure.storage.queue").QueueServiceClient.from_connection_string(
            self._connection, retry_total=0
        )

    @property
    def tables(self) -> Any:
        """A ``TableServiceClient``."""
        return import_module("azure.data.tables").TableServiceClient.from_connection_string(
            self._connection, retry_total=0
        )


def unchanged(etag: str) -> dict[str, Any]:
    """The arguments of a call that is to be made only where the etag is still this one; ``"*"`` for any."""
    conditions = import_module("azure.core").MatchConditions
    if etag == "*":
        return {"match_condition": conditions.IfPresent}
    return {"etag": etag, "match_condition": conditions.IfNotModified}
