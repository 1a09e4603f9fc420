"""Functions that have clients of Azure's SDKs, and what each is told when it is about to send a request."""

from __future__ import annotations

from textwrap import dedent, indent
from typing import NamedTuple

DEAD = "dead.azfunc.invalid, which stands for the live address in a setting"
EMULATOR = "the storage emulator (127.0.0.1:{port})"
TOKEN = "169.254.169.254 for a token"
KEY = "c2VjcmV0LWtleS1vZi1hLXRlc3Q="

# What "UseDevelopmentStorage=true" stands for, which older SDKs do not know.
_ENDPOINTS = [
    f"{service}Endpoint=http://127.0.0.1:{port}/devstoreaccount1"
    for service, port in (("Blob", 10000), ("Queue", 10001), ("Table", 10002))
]
FILE_SETTINGS = {
    "AzureWebJobsStorage": ";".join(
        ("DefaultEndpointsProtocol=http", "AccountName=devstoreaccount1", f"AccountKey={KEY}", *_ENDPOINTS)
    ),
    "LIVE": f"DefaultEndpointsProtocol=https;AccountName=live;AccountKey={KEY};EndpointSuffix=core.windows.net",
    "COSMOS": f"AccountEndpoint=https://live.documents.azure.com:443/;AccountKey={KEY};",
    "BUS": f"Endpoint=sb://live.servicebus.windows.net/;SharedAccessKeyName=Root;SharedAccessKey={KEY}",
    "HUB": f"Endpoint=sb://live.servicebus.windows.net/;SharedAccessKeyName=Root;SharedAccessKey={KEY};EntityPath=h",
    "EVENTS": "https://live.westeurope-1.eventgrid.azure.net/api/events",
    "VAULT": "https://live.vault.azure.net/",
}


class Client(NamedTuple):
    """A function with a client.

    :ivar package: that it needs.
    :ivar code: of the function's body; ``await`` in it makes the function async.
    :ivar called: how the error names what was called.
    :ivar asked: how it names the address.
    :ivar instead: the binding and the store that it advises.
    """

    package: str
    code: str
    called: str
    asked: str = DEAD
    instead: tuple[str, str] | None = None

    @property
    def script(self) -> str:
        """Of a function with one parameter, ``msg``."""
        start = "async def" if "await" in self.code or "async with" in self.code else "def"
        return f"import os\n\n{start} main(msg):\n{indent(dedent(self.code), '    ')}"

    def text(self, name: str, line: int) -> list[str]:
        """The whole error.

        :param name: of the function.
        :param line: the one that has asked.
        """
        instead = f"let a binding do it ({self.instead[0]}), and look at {self.instead[1]}; or " if self.instead else ""
        return [
            f"{name}: {self.called} sends a request to {self.asked}. No such request leaves a test.",
            f"  where:  {name}/__init__.py:{line}",
            "  Azure:  the request is answered.",
            f"  remedy: {instead}replace the client in the test, with monkeypatch. Where a real service is meant, give its "
            "address in @pytest.mark.azfunc(settings=...), azfunc_settings or the environment.",
            "  rule:   sdk-request",
        ]


BLOB = ("blob", 'azfunc_host.blob("container/name")')
QUEUE = ("queue", 'azfunc_host.queue("name")')
TABLE = ("table", 'azfunc_host.table("name")')
COSMOS = ("cosmosDB", 'azfunc_host.cosmos("database/container")')
BUS = ("serviceBus", 'azfunc_host.service_bus("name")')
HUB = ("eventHub", 'azfunc_host.event_hub("name")')

# The last line of each is the one that asks.
CLIENTS = {
    "Blob": Client(
        "azure.storage.blob",
        """
        from azure.storage.blob import BlobServiceClient
        service = BlobServiceClient.from_connection_string(os.environ["LIVE"])
        service.get_blob_client("c", "b").upload_blob(b"x")
        """,
        "BlobClient.upload_blob",
        instead=BLOB,
    ),
    "BlobOfEmulator": Client(
        "azure.storage.blob",
        """
        from azure.storage.blob import ContainerClient
        container = ContainerClient.from_connection_string(os.environ["AzureWebJobsStorage"], "c")
        list(container.list_blobs())
        """,
        "BlobPropertiesPaged",
        EMULATOR.format(port=10000),
        BLOB,
    ),
    "BlobOfCode": Client(
        "azure.storage.blob",
        """
        from azure.storage.blob import BlobClient
        BlobClient("https://live.blob.core.windows.net", "c", "b").download_blob()
        """,
        "BlobClient.download_blob",
        "*.blob.core.windows.net",
        BLOB,
    ),
    "BlobInThreads": Client(
        "azure.storage.blob",
        """
        from azure.storage.blob import BlobClient
        client = BlobClient("https://live.blob.core.windows.net", "c", "b", max_block_size=4, max_single_put_size=4)
        client.upload_blob(b"x" * 100, max_concurrency=4)
        """,
        "BlobClient.upload_blob",
        "*.blob.core.windows.net",
        BLOB,
    ),
    "Queue": Client(
        "azure.storage.queue",
        """
        from azure.storage.queue import QueueClient
        QueueClient.from_connection_string(os.environ["LIVE"], "q").send_message("x")
        """,
        "QueueClient.send_message",
        instead=QUEUE,
    ),
    "QueueOfEmulator": Client(
        "azure.storage.queue",
        """
        from azure.storage.queue import QueueClient
        QueueClient.from_connection_string(os.environ["AzureWebJobsStorage"], "q").create_queue()
        """,
        "QueueClient.create_queue",
        EMULATOR.format(port=10001),
        QUEUE,
    ),
    "Table": Client(
        "azure.data.tables",
        """
        from azure.data.tables import TableServiceClient
        table = TableServiceClient.from_connection_string(os.environ["LIVE"]).get_table_client("t")
        table.create_entity({"PartitionKey": "p", "RowKey": "r"})
        """,
        "TableClient.create_entity",
        instead=TABLE,
    ),
    "TableOfEmulator": Client(
        "azure.data.tables",
        """
        from azure.data.tables import TableServiceClient
        TableServiceClient.from_connection_string(os.environ["AzureWebJobsStorage"]).create_table("t")
        """,
        "TableServiceClient.create_table",
        EMULATOR.format(port=10002),
        TABLE,
    ),
    "Cosmos": Client(
        "azure.cosmos",
        """
        from azure.cosmos import CosmosClient
        CosmosClient.from_connection_string(os.environ["COSMOS"])
        """,
        "CosmosClient.from_connection_string",
        instead=COSMOS,
    ),
    "Bus": Client(
        "azure.servicebus",
        """
        from azure.servicebus import ServiceBusClient, ServiceBusMessage
        with ServiceBusClient.from_connection_string(os.environ["BUS"]) as client:
            client.get_queue_sender("q").send_messages(ServiceBusMessage("x"))
        """,
        "ServiceBusSender.send_messages",
        instead=BUS,
    ),
    "BusOfCode": Client(
        "azure.servicebus",
        f"""
        from azure.servicebus import ServiceBusClient
        address = "Endpoint=sb://live.servicebus.windows.net/;SharedAccessKeyName=Root;SharedAccessKey={KEY}"
        with ServiceBusClient.from_connection_string(address) as client:
            client.get_queue_receiver("q").receive_messages(max_wait_time=1)
        """,
        "ServiceBusReceiver.receive_messages",
        "*.servicebus.windows.net",
        BUS,
    ),
    "Hub": Client(
        "azure.eventhub",
        """
        from azure.eventhub import EventData, EventHubProducerClient
        with EventHubProducerClient.from_connection_string(os.environ["HUB"]) as client:
            client.send_batch([EventData("x")])
        """,
        "EventHubProducerClient.send_batch",
        instead=HUB,
    ),
    "Token": Client(
        "azure.identity",
        """
        from azure.identity import DefaultAzureCredential
        DefaultAzureCredential().get_token("https://vault.azure.net/.default")
        """,
        "DefaultAzureCredential.get_token",
        TOKEN,
    ),
    "TokenOfBlob": Client(
        "azure.identity",
        """
        from azure.identity import DefaultAzureCredential
        from azure.storage.blob import BlobClient
        client = BlobClient("https://live.blob.core.windows.net", "c", "b", credential=DefaultAzureCredential())
        client.upload_blob(b"x")
        """,
        "BlobClient.upload_blob",
        TOKEN,
    ),
    "TokenOfSecret": Client(
        "azure.identity",
        """
        from azure.identity import ClientSecretCredential
        ClientSecretCredential("00000000-0000-0000-0000-000000000001", "id", "x").get_token("https://vault.azure.net/.default")
        """,
        "ClientSecretCredential.get_token",
        "login.microsoftonline.com for a token",
    ),
    "AsyncBlob": Client(
        "azure.storage.blob",
        """
        from azure.storage.blob.aio import BlobServiceClient
        async with BlobServiceClient.from_connection_string(os.environ["LIVE"]) as service:
            await service.get_blob_client("c", "b").upload_blob(b"x")
        """,
        "BlobClient.upload_blob",
        instead=BLOB,
    ),
    "AsyncBlobOfEmulator": Client(
        "azure.storage.blob",
        """
        from azure.storage.blob.aio import ContainerClient
        async with ContainerClient.from_connection_string(os.environ["AzureWebJobsStorage"], "c") as container:
            await container.create_container()
        """,
        "ContainerClient.create_container",
        EMULATOR.format(port=10000),
        BLOB,
    ),
    "AsyncBlobOfCode": Client(
        "azure.storage.blob",
        """
        from azure.storage.blob.aio import BlobClient
        async with BlobClient("https://live.blob.core.windows.net", "c", "b") as client:
            await client.exists()
        """,
        "BlobClient.exists",
        "*.blob.core.windows.net",
        BLOB,
    ),
    "AsyncQueue": Client(
        "azure.storage.queue",
        """
        from azure.storage.queue.aio import QueueClient
        async with QueueClient.from_connection_string(os.environ["LIVE"], "q") as client:
            await client.send_message("x")
        """,
        "QueueClient.send_message",
        instead=QUEUE,
    ),
    "AsyncTable": Client(
        "azure.data.tables",
        """
        from azure.data.tables.aio import TableClient
        async with TableClient.from_connection_string(os.environ["LIVE"], "t") as client:
            await client.get_entity("p", "r")
        """,
        "TableClient.get_entity",
        instead=TABLE,
    ),
    "AsyncCosmos": Client(
        "azure.cosmos",
        """
        from azure.cosmos.aio import CosmosClient
        client = CosmosClient.from_connection_string(os.environ["COSMOS"])
        try:
            await client.__aenter__()
        finally:
            await client.close()
        """,
        "CosmosClient",
        instead=COSMOS,
    ),
    "AsyncBus": Client(
        "azure.servicebus",
        """
        from azure.servicebus import ServiceBusMessage
        from azure.servicebus.aio import ServiceBusClient
        async with ServiceBusClient.from_connection_string(os.environ["BUS"]) as client:
            await client.get_queue_sender("q").send_messages(ServiceBusMessage("x"))
        """,
        "ServiceBusSender.send_messages",
        instead=BUS,
    ),
    "AsyncBusOfCode": Client(
        "azure.servicebus",
        f"""
        from azure.servicebus.aio import ServiceBusClient
        address = "Endpoint=sb://live.servicebus.windows.net/;SharedAccessKeyName=Root;SharedAccessKey={KEY}"
        async with ServiceBusClient.from_connection_string(address) as client:
            await client.get_queue_receiver("q").receive_messages(max_wait_time=1)
        """,
        "ServiceBusReceiver.receive_messages",
        "*.servicebus.windows.net",
        BUS,
    ),
    "AsyncHub": Client(
        "azure.eventhub",
        """
        from azure.eventhub import EventData
        from azure.eventhub.aio import EventHubProducerClient
        async with EventHubProducerClient.from_connection_string(os.environ["HUB"]) as client:
            await client.send_batch([EventData("x")])
        """,
        "EventHubProducerClient.send_batch",
        instead=HUB,
    ),
    "AsyncToken": Client(
        "azure.identity",
        """
        from azure.identity.aio import DefaultAzureCredential
        async with DefaultAzureCredential() as credential:
            await credential.get_token("https://vault.azure.net/.default")
        """,
        "DefaultAzureCredential.get_token",
        TOKEN,
    ),
    "Requests": Client(
        "requests",
        """
        import requests
        requests.get(os.environ["VAULT"])
        """,
        "requests",
    ),
    "Urllib": Client(
        "urllib.request",
        """
        import urllib.request
        urllib.request.urlopen(os.environ["VAULT"])
        """,
        "urllib",
    ),
    "AsyncStreams": Client(
        "asyncio",
        """
        import asyncio
        await asyncio.open_connection("dead.azfunc.invalid", 5671)
        """,
        "asyncio",
    ),
}
