"""Mocks where data is wanted: refused, whatever they are specified to look like."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any
from unittest import mock

import azure.functions as func
import pytest

from pytest_azfunc import Host, batch, event_hub, queue, sql
from pytest_azfunc.errors import BindingError
from tests.function_app import FunctionApp, queue_trigger

INPUTS = {
    "blob": {"path": "c/b"},
    "table": {"tableName": "t"},
    "cosmosDB": {"databaseName": "d", "containerName": "c"},
    "sql": {"commandText": "select 1"},
    "durableClient": {},
    "signalRConnectionInfo": {"hubName": "h"},
    "daprState": {},
    "generic": {},
}


class Stub(mock.MagicMock):
    """A subclass of a user's own."""


class SdkStub(mock.MagicMock, func.QueueMessage):
    """One that is an SDK object as well."""


MOCKS: list[Callable[[], Any]] = [
    mock.Mock,
    mock.MagicMock,
    mock.AsyncMock,
    mock.NonCallableMock,
    mock.NonCallableMagicMock,
    Stub,
    SdkStub,
    lambda: mock.MagicMock(spec=func.InputStream),
    lambda: mock.MagicMock(spec=dict),
    lambda: mock.NonCallableMagicMock(spec=func.QueueMessage),
    lambda: mock.create_autospec(func.InputStream, instance=True),
    lambda: mock.mock_open(read_data="Hello")(),
    lambda: mock.MagicMock(read=mock.Mock(return_value=b"Hello")),
    lambda: mock.sentinel.blob,
    lambda: mock.ANY,
]
EVERY_MOCK = pytest.mark.parametrize("make", MOCKS)


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    app = FunctionApp(tmp_path_factory.mktemp("mocks"))
    for kind, properties in INPUTS.items():
        binding = {"type": kind if kind != "generic" else "kusto", "direction": "in", "name": "source", **properties}
        app.function(kind, "def main(msg, source): return None", queue_trigger(), binding)
    hubs = {"type": "eventHubTrigger", "direction": "in", "name": "t", "eventHubName": "h", "cardinality": "many"}
    app.function("Hubs", "def main(t): pass", hubs)
    app.function("Context", "def main(msg, context): pass")
    return app.root


@EVERY_MOCK
@pytest.mark.parametrize("kind", INPUTS)
def test_as_an_input(root: Path, kind: str, make: Callable[[], Any]) -> None:
    with Host.open(root) as host, pytest.raises(BindingError) as caught:
        host.invoke(kind, "x", source=make())
    error = caught.value
    assert (error.rule, error.function, error.binding) == ("input-mock", kind, "source")
    assert error.location is not None


@EVERY_MOCK
def test_as_a_trigger(root: Path, make: Callable[[], Any]) -> None:
    with Host.open(root) as host:
        for function in ("blob", "Hubs"):
            with pytest.raises(BindingError) as caught:
                host.invoke(function, make())
            assert caught.value.rule == "payload-type"
            assert caught.value.remedy.startswith("pass a dict, a str, bytes, or ")


@pytest.mark.parametrize("make", [mock.Mock, mock.MagicMock, mock.NonCallableMock])
@pytest.mark.parametrize(
    "build",
    [
        queue,
        event_hub,
        sql,
        lambda value: queue({"id": value}),
        lambda value: queue([value]),
        lambda value: batch([value]),
    ],
)
def test_within_a_payload(root: Path, make: Callable[[], Any], build: Callable[[Any], Any]) -> None:
    with Host.open(root) as host, pytest.raises(BindingError, match="has no JSON form"):
        host.invoke("Hubs", build(make()))


@pytest.mark.parametrize("value", [lambda m: [m], lambda m: {"a": m}, lambda m: {"a": [m]}])
def test_within_an_input(root: Path, value: Callable[[Any], Any]) -> None:
    with Host.open(root) as host:
        for kind in INPUTS:
            with pytest.raises(BindingError) as caught:
                host.invoke(kind, "x", source=value(mock.MagicMock()))
            assert caught.value.rule in ("payload-not-json", "input-value")


def test_as_the_context(root: Path) -> None:
    with Host.open(root) as host, pytest.raises(BindingError, match="context is a MagicMock"):
        host.invoke("Context", "x", context=mock.MagicMock())


def test_what_a_function_uses_may_be_a_mock(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with Host.open(root) as host:
        host.worker.load("Context")
        import Context  # type: ignore[import-not-found]

        monkeypatch.setattr(Context, "client", mock.MagicMock(), raising=False)
        assert host.invoke("Context", "x").ok
