"""What type checkers make of stores: ``mypy --strict`` and ``pyright`` read this file, nobody runs it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from typing_extensions import assert_type

from pytest_azfunc import (
    Blob,
    CosmosContainer,
    Delivering,
    EventGridTopic,
    EventHub,
    Host,
    KafkaTopic,
    Outcome,
    Queue,
    QueueMessage,
    Sent,
    ServiceBusEntity,
    ServiceBusMessage,
    Sink,
    SinkMessage,
    SqlTable,
    Store,
    Stored,
    StoredEvent,
    StoredGridEvent,
    StoredRecord,
    StoreSite,
    Table,
    Wanted,
    generic,
)


def check_what_a_test_is_given(azfunc_host: Host) -> None:
    assert_type(azfunc_host.queue("orders"), Queue)
    assert_type(azfunc_host.queue("orders").messages, Sequence[QueueMessage])
    assert_type(azfunc_host.queue("orders").messages[0].visible_at, datetime)
    assert_type(azfunc_host.blob("inbox/a.txt"), Blob)
    assert_type(azfunc_host.blob("inbox/a.txt").body, bytes)
    assert_type(azfunc_host.table("orders"), Table)
    assert_type(azfunc_host.cosmos("shop/orders"), CosmosContainer)
    assert_type(azfunc_host.service_bus("orders"), ServiceBusEntity)
    assert_type(azfunc_host.service_bus("orders").dead_letters, Sequence[ServiceBusMessage])
    assert_type(azfunc_host.event_hub("readings"), EventHub)
    assert_type(azfunc_host.event_hub("readings").events, Sequence[StoredEvent])
    assert_type(azfunc_host.kafka("orders"), KafkaTopic)
    assert_type(azfunc_host.kafka("orders").events, Sequence[StoredRecord])
    assert_type(azfunc_host.event_grid(), EventGridTopic)
    assert_type(azfunc_host.event_grid().events, Sequence[StoredGridEvent])
    assert_type(azfunc_host.sql("dbo.Orders", key="OrderId"), SqlTable)
    assert_type(azfunc_host.mysql("Orders"), SqlTable)
    assert_type(azfunc_host.sink("sendGrid"), Sink)
    assert_type(azfunc_host.sink("sendGrid").messages, Sequence[SinkMessage])
    assert_type(azfunc_host.sink("sendGrid").messages[0].text, str)


class Meter:
    """A store of a plugin's own."""

    def __init__(self, site: StoreSite) -> None:
        self.site = site
        self.readings: list[Stored] = []

    def take(self, sent: Sent) -> None:
        self.readings += [Stored(body) for body in sent.bodies]

    def read(self, wanted: Wanted) -> Any:
        return [reading.text for reading in self.readings if wanted.address]

    def look(self) -> None:
        for function in self.site.listeners("acmetrigger"):
            self.site.put(self.site.now(), function, "reading", lambda: None)

            def ended(outcome: Outcome) -> None:
                assert_type(outcome.error, BaseException | None)

            self.site.deliver(function, Delivering(lambda: generic("20.5"), ended, "reading of the meter"))

    def shift(self, by: timedelta) -> None:
        pass

    def contents(self) -> Mapping[str, Sequence[str]]:
        return {}


def pytest_azfunc_stores(config: object) -> Mapping[str, Callable[[StoreSite], Store]]:
    return {"meter": Meter}
