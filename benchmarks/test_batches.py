"""What it costs to decode many messages, against the SDK's converter alone."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

import pytest
from app_factory import write_function
from azure.functions.meta import get_binding_registry

from pytest_azfunc import Host, batch, queue
from pytest_azfunc.host.bindings.payload import Occasion
from pytest_azfunc.rpc import InvocationRequest, TypedData
from pytest_azfunc.worker.converters import Converters

COUNT = 1000
EVENTS: dict[str, str] = {
    "type": "eventHubTrigger",
    "direction": "in",
    "name": "events",
    "eventHubName": "readings",
    "cardinality": "many",
    "dataType": "string",
}
QUEUE: dict[str, str] = {"type": "queueTrigger", "direction": "in", "name": "msg", "queueName": "orders"}


@pytest.fixture(scope="module")
def host(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Host]:
    root: Path = tmp_path_factory.mktemp("app")
    root.joinpath("host.json").write_text('{"version": "2.0"}')
    write_function(root, "Readings", [EVENTS], "def main(events): pass\n")
    write_function(root, "Orders", [QUEUE], "def main(msg): pass\n")
    with Host.open(root) as opened:
        yield opened


def requests(host: Host, function: str, payloads: list[Any]) -> list[InvocationRequest]:
    """What the host would ask the worker for these payloads."""
    declared = host.project.functions[function]
    occasion = Occasion(host.script_host.bound(declared), datetime.now(timezone.utc))
    deliveries = [payload.deliver(occasion) for payload in payloads]
    return [InvocationRequest(function, {declared.trigger.name: d.value}, dict(d.metadata)) for d in deliveries]


def ways(host: Host, asked: list[InvocationRequest], trigger_type: str) -> dict[str, Callable[[], None]]:
    """Decoding all requests by the converter alone (its data made before), and as the worker does."""
    converters = Converters()
    converter = get_binding_registry().get(trigger_type)  # type: ignore[no-untyped-call]
    ready = [(_only(r.inputs), r.trigger_metadata) for r in asked]
    datums = [(converters.datum(data), converters.datums(metadata)) for data, metadata in ready]

    def alone() -> None:
        for datum, metadata in datums:
            converter.decode(datum, trigger_metadata=metadata)

    def ours() -> None:
        for data, metadata in ready:
            converters.decode(trigger_type, data, converters.datums(metadata))

    return {"converter alone": alone, "worker": ours}


def _only(inputs: Any) -> TypedData:
    (data,) = inputs.values()
    assert isinstance(data, TypedData)
    return data


@pytest.mark.parametrize("way", ["converter alone", "worker"])
def test_event_hub_batch(benchmark: Any, host: Host, way: str) -> None:
    benchmark.group = "decode an Event Hubs batch of 1,000"
    asked = requests(host, "Readings", [batch([{"n": n} for n in range(COUNT)])])
    benchmark(ways(host, asked, "eventHubTrigger")[way])


@pytest.mark.parametrize("way", ["converter alone", "worker"])
def test_queue_messages(benchmark: Any, host: Host, way: str) -> None:
    benchmark.group = "decode 1,000 queue messages"
    asked = requests(host, "Orders", [queue({"n": n}) for n in range(COUNT)])
    benchmark(ways(host, asked, "queueTrigger")[way])
