"""What an invocation costs, against the SDK's converters alone and against Microsoft's worker library."""

from __future__ import annotations

import importlib
import importlib.util
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import azure.functions as func
import pytest
from app_factory import write_app
from azure.functions.meta import Datum, get_binding_registry

from pytest_azfunc import Host, http, queue
from pytest_azfunc.rpc import TypedData

QUEUE_METADATA = {
    "QueueTrigger": ("string", '{"id": 1}'),
    "DequeueCount": ("json", "1"),
    "ExpirationTime": ("json", '"2024-01-08T00:00:00+00:00"'),
    "InsertionTime": ("json", '"2024-01-01T00:00:00+00:00"'),
    "NextVisibleTime": ("json", '"2024-01-01T00:10:00+00:00"'),
    "Id": ("string", "5f2a1c9e-0000-0000-0000-000000000000"),
    "PopReceipt": ("string", "cmVjZWlwdA=="),
}
URL = "http://localhost:7071/api/hello?name=bob"
HEADERS = {"host": "localhost:7071", "accept": "*/*", "user-agent": "benchmark"}


@pytest.fixture
def host(tmp_path: Path) -> Iterator[Host]:
    # Opened by each test, as tests do: under a host of a wider scope pytest puts the app that is found beside the test
    # in place, and then every call has to change places with it.
    with Host.open(write_app(tmp_path)) as opened:
        yield opened


def http_datum() -> Any:
    return Datum(
        {
            "method": Datum("GET", "string"),
            "url": Datum(URL, "string"),
            "headers": {name: Datum(value, "string") for name, value in HEADERS.items()},
            "params": {},
            "query": {"name": Datum("bob", "string")},
            "body": Datum(b"", "bytes"),
        },
        "http",
    )


def converters_http() -> None:
    registry = get_binding_registry()  # type: ignore[no-untyped-call]
    request = registry.get("httpTrigger").decode(http_datum(), trigger_metadata={})
    response = func.HttpResponse(f"Hello {request.params['name']}")
    registry.get("http").encode(response, expected_type=func.HttpResponse)


def converters_queue() -> None:
    metadata = {name: Datum(value, kind) for name, (kind, value) in QUEUE_METADATA.items()}
    registry = get_binding_registry()  # type: ignore[no-untyped-call]
    message = registry.get("queueTrigger").decode(Datum('{"id": 1}', "string"), trigger_metadata=metadata)
    message.get_body()


def library(app: Path) -> Callable[[str, str, Any, dict[str, Any]], None] | None:
    """``run_invocation_sync`` of Microsoft's worker library with the app's functions loaded; None before 3.13."""
    if importlib.util.find_spec("azure_functions_runtime_v1") is None:
        return None
    from microsoft_worker import load

    return load(app)


@pytest.mark.parametrize("way", ["converters alone", "invoke", "run_invocation_sync"])
def test_http(benchmark: Any, host: Host, way: str) -> None:
    benchmark.group = "invoke an HTTP function"
    payload = http("GET", "/api/hello?name=bob", headers={"accept": "*/*", "user-agent": "benchmark"})
    if way == "converters alone":
        benchmark(converters_http)
    elif way == "invoke":
        assert benchmark(host.invoke, "Hello", payload).ok
        host.invocations.clear()
    else:
        run = library(Path(host.project.root)) or pytest.skip("the library needs Python 3.13")
        benchmark(lambda: run("Hello", "req", http_datum(), {}))


@pytest.mark.parametrize("way", ["converters alone", "invoke", "run_invocation_sync"])
def test_queue(benchmark: Any, host: Host, way: str) -> None:
    benchmark.group = "invoke a queue function, full metadata"
    payload = queue({"id": 1})
    if way == "converters alone":
        benchmark(converters_queue)
    elif way == "invoke":
        assert benchmark(host.invoke, "Orders", payload).ok
        host.invocations.clear()
    else:
        run = library(Path(host.project.root)) or pytest.skip("the library needs Python 3.13")

        def call() -> None:
            metadata = {name: Datum(value, kind) for name, (kind, value) in QUEUE_METADATA.items()}
            run("Orders", "msg", Datum('{"id": 1}', "string"), metadata)

        benchmark(call)


def test_typed_data_is_what_the_host_sends(host: Host) -> None:
    """The comparison is fair: the same message and the same metadata names go in on every way."""
    found = host.invoke("Orders", queue({"id": 1})).request
    assert found.inputs["msg"] == TypedData("string", '{"id": 1}')
    assert {*QUEUE_METADATA} <= {*found.trigger_metadata}
