"""The stores of a running app beside its queues, as a test names them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, cast

if TYPE_CHECKING:
    from pytest_azfunc.host.stores.blob_store import BlobStore
    from pytest_azfunc.host.stores.blobs import Blob
    from pytest_azfunc.host.stores.cosmos_store import CosmosContainer, CosmosStore
    from pytest_azfunc.host.stores.event_grid_store import EventGridStore, EventGridTopic
    from pytest_azfunc.host.stores.event_hub_store import EventHub, EventHubStore
    from pytest_azfunc.host.stores.kafka_store import KafkaStore, KafkaTopic
    from pytest_azfunc.host.stores.service_bus_store import ServiceBusEntity, ServiceBusStore
    from pytest_azfunc.host.stores.sql_store import SqlStore, SqlTable
    from pytest_azfunc.host.stores.stores import Stores
    from pytest_azfunc.host.stores.table_store import TableStore
    from pytest_azfunc.host.stores.tables import Table

__tracebackhide__ = True


class ServicesApp:
    """What of a running app has to do with one service each.

    In every name ``%NAME%`` stands for an app setting, as in a binding. A name that its service would not take raises
    ``StoreError``, and all raise ``BindingError`` when the host is closed. Nothing is created by looking.
    """

    if TYPE_CHECKING:

        def _find_stores(self) -> Stores:
            """The stores of the app."""

    def blob(self, path: str) -> Blob:
        """A blob: ``.write(b"..")``, ``.body``, ``.text``, ``.json()``, ``.exists``, ``.metadata``, ``.delete()``.

        :param path: ``"container/name"``.
        """
        return cast("BlobStore", self._find_stores().find("blob")).blob(path)

    def blobs(self, container: str) -> list[str]:
        """The names of the blobs in a container; none where there is no such container."""
        return cast("BlobStore", self._find_stores().find("blob")).names(container)

    def table(self, name: str) -> Table:
        """A table of Table storage: ``.upsert({...})``, ``.get(partition_key, row_key)``, ``.entities``."""
        return cast("TableStore", self._find_stores().find("table")).table(name)

    def cosmos(self, name: str) -> CosmosContainer:
        """A container of Cosmos DB: ``.upsert({...})``, ``.get(id)``, ``.documents``.

        :param name: ``"database/container"``.
        """
        return cast("CosmosStore", self._find_stores().find("cosmos")).container(name)

    def service_bus(self, name: str) -> ServiceBusEntity:
        """A queue, topic or subscription of Service Bus: ``.send({...})``, ``.messages``, ``.dead_letters``.

        :param name: ``"queue"``, ``"topic"`` or ``"topic/subscription"``.
        """
        return cast("ServiceBusStore", self._find_stores().find("service_bus")).entity(name)

    def event_hub(self, name: str) -> EventHub:
        """An event hub: ``.send({...})``, ``.events``."""
        return cast("EventHubStore", self._find_stores().find("event_hub")).event_hub(name)

    def kafka(self, topic: str) -> KafkaTopic:
        """A topic of Kafka: ``.send({...})``, ``.events``."""
        return cast("KafkaStore", self._find_stores().find("kafka")).topic(topic)

    def event_grid(self, topic: str | None = None) -> EventGridTopic:
        """Event Grid: ``.publish(event_grid({...}))``, ``.events``.

        :param topic: the name of the app setting with the topic's address, as in a binding; None for all topics.
        """
        return cast("EventGridStore", self._find_stores().find("event_grid")).topic(topic)

    def sql(self, table: str, key: str | Sequence[str] | None = None) -> SqlTable:
        """A table of Azure SQL: ``.upsert({...})``, ``.rows``.

        :param table: ``"schema.table"``; the schema is ``dbo`` where none is named.
        :param key: the column of its primary key, or several; ``id`` when nobody says.
        """
        return cast("SqlStore", self._find_stores().find("sql")).table(table, key)

    def mysql(self, table: str, key: str | Sequence[str] | None = None) -> SqlTable:
        """A table of MySQL, likewise."""
        return cast("SqlStore", self._find_stores().find("mysql")).table(table, key)
