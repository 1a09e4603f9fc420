"""The records of the binding types: complete, and each trigger's makes what the trigger delivers."""

from __future__ import annotations

import ast
import importlib
import inspect
import sys
from collections.abc import Iterator
from datetime import datetime, timezone
from pathlib import Path
from subprocess import run
from typing import Any

import azure.functions
import pytest

import pytest_azfunc
from pytest_azfunc import BUILDERS, BindingType, generic
from pytest_azfunc.errors import BindingError
from pytest_azfunc.host.bindings.catalogue import BUILT_IN, Catalogue
from pytest_azfunc.host.bindings.payload import Occasion
from pytest_azfunc.project.binding_types import KNOWN, SERVICES
from pytest_azfunc.project.function_json import parse_function
from pytest_azfunc.rpc import TypedData
from pytest_azfunc.worker.converters import Converters
from tests.host.occasions import function, occasion_of

NOW = datetime(2026, 1, 31, 9, 30, tzinfo=timezone.utc)
CONVERTERS = Converters()
# The string keys of the SDK's registry, in both lines (1.26.0, 2.3.0).
SDK_TYPES = set(
    """
    activityTrigger blob blobTrigger connectorTrigger cosmosDB cosmosDBTrigger durableClient entityTrigger eventGrid
    eventGridTrigger eventHub eventHubTrigger http httpTrigger kafka kafkaTrigger mcpPromptTrigger mcpResourceTrigger
    mcpToolTrigger mysql mysqlTrigger orchestrationTrigger queue queueTrigger serviceBus serviceBusTrigger sql
    timerTrigger warmupTrigger
    """.split()  # noqa: SIM905
)
# Written by hand for each trigger type: what the host sends for nothing, a dict, text.
KINDS = {
    "httpTrigger": "http",
    "timerTrigger": "json",
    "blobTrigger": "bytes",
    "eventGridTrigger": "json",
    "signalRTrigger": "json",
    "warmupTrigger": "json",
}
NO_DICT = {"timerTrigger", "warmupTrigger", "mcpResourceTrigger", "entityTrigger"}
NO_TEXT = {
    "timerTrigger",
    "warmupTrigger",
    "cosmosDBTrigger",
    "sqlTrigger",
    "mysqlTrigger",
    "mcpToolTrigger",
    "mcpPromptTrigger",
}
BINDINGS = "pytest_azfunc.host.bindings"
TRIGGERS = sorted(name for name in KNOWN.values() if name.lower().endswith("trigger"))

# The SDK of Python 3.13 says once per process that nobody told it which class to expect.
pytestmark = pytest.mark.filterwarnings("ignore:azure.functions df_loads:DeprecationWarning")


def occasion(kind: str) -> Occasion:
    """An occasion for a function with this trigger."""
    trigger: dict[str, Any] = {"name": "value", "type": kind, "direction": "in"}
    if kind == "timerTrigger":
        trigger["schedule"] = "0 */5 * * * *"
    if kind == "blobTrigger":
        trigger["path"] = "in/{name}"
    return occasion_of(parse_function("F", "/app/F", {"bindings": [trigger]}, KNOWN), NOW)


def delivered(kind: str, value: Any) -> TypedData:
    """The typed data of a bare value."""
    when = occasion(kind)
    payload = find(kind).payload(value, when)
    payload.fit(when)
    delivery = payload.deliver(when)
    assert isinstance(delivery.value, TypedData)
    CONVERTERS.decode(kind, delivery.value, CONVERTERS.datums(dict(delivery.metadata)))
    return delivery.value


def sdk_triggers() -> Iterator[str]:
    """The triggers that the installed SDK converts."""
    registry = azure.functions.get_binding_registry()  # type: ignore[no-untyped-call]
    yield from (name for name in registry._bindings if isinstance(name, str) and name.endswith("Trigger"))


def find(kind: str) -> BindingType:
    """The record of a type, whatever its case."""
    return BUILT_IN.find(kind.lower())


@pytest.mark.parametrize("service", sorted(set(SERVICES.values())))
def test_names_and_records_go_together(service: str) -> None:
    records = importlib.import_module(f"{BINDINGS}.{service}").TYPES
    named = {KNOWN[kind] for kind, of in SERVICES.items() if of == service}
    assert {record.name for record in records} == named
    assert len(records) == len(named)


def test_all_services_have_a_module() -> None:
    assert set(KNOWN) == set(SERVICES)
    folder = Path(str(importlib.import_module(BINDINGS).__file__)).parent
    with_records = {path.stem for path in folder.glob("*.py") if "\nTYPES = " in path.read_text(encoding="utf-8")}
    assert with_records == set(SERVICES.values())


@pytest.mark.parametrize("kind", TRIGGERS)
def test_builders_are_public(kind: str) -> None:
    record = find(kind)
    assert record.builder in BUILDERS
    if record.builder != "generic":
        assert getattr(pytest_azfunc, record.builder).__module__ == f"{BINDINGS}.{SERVICES[kind.lower()]}"


def test_every_type_of_the_sdk_is_known() -> None:
    assert {name for name in sdk_triggers() if name.lower() not in KNOWN} == set()
    assert {name for name in SDK_TYPES if name.lower() not in KNOWN} == set()


@pytest.mark.parametrize("kind", TRIGGERS)
def test_the_builder_fits_its_trigger(kind: str) -> None:
    payload = find(kind).payload(None, occasion(kind))
    assert payload.builder == find(kind).builder
    assert payload.trigger_types is None or kind.lower() in payload.trigger_types
    assert inspect.getdoc(type(payload))


@pytest.mark.parametrize("kind", TRIGGERS)
def test_nothing_given(kind: str) -> None:
    data = delivered(kind, None)
    expected = None if kind.startswith("dapr") and kind != "daprTopicTrigger" else KINDS.get(kind, "string")
    assert data.kind == expected


@pytest.mark.parametrize("kind", sorted(set(TRIGGERS) - NO_DICT))
def test_a_dict(kind: str) -> None:
    assert delivered(kind, {"id": "1"}).kind == KINDS.get(kind, "string")


@pytest.mark.parametrize("kind", sorted(set(TRIGGERS) - NO_TEXT))
def test_text(kind: str) -> None:
    assert delivered(kind, "text").kind == KINDS.get(kind, "string")


@pytest.mark.parametrize(
    ("kind", "value"), [(kind, {"id": "1"}) for kind in sorted(NO_DICT)] + [(kind, "text") for kind in sorted(NO_TEXT)]
)
def test_what_a_trigger_cannot_take(kind: str, value: Any) -> None:
    with pytest.raises(BindingError) as caught:
        delivered(kind, value)
    assert caught.value.rule in ("payload-type", "payload-value")


def test_a_contributed_type_is_generic() -> None:
    assert find("pigeonTrigger").builder == "generic"
    assert find("QUEUETRIGGER").builder == "queue"
    assert Catalogue(["pigeonTrigger"]).find("pigeontrigger").name == "pigeonTrigger"


def test_a_contributed_record() -> None:
    pigeon = BindingType("pigeonTrigger", payload=lambda value, _: generic({"note": value}), address=("loft",))
    other_queue = BindingType("queue", address=("loft",))
    types = Catalogue([pigeon, other_queue])
    assert types.find("pigeontrigger") is pigeon
    assert types.find("queue") is other_queue
    assert types.find("queuetrigger").builder == "queue"
    when = occasion_of(function("queueTrigger"))
    assert pigeon.payload("hi", when).deliver(when).value == TypedData("string", '{"note": "hi"}')


@pytest.mark.parametrize(
    ("kind", "properties", "address"),
    [
        ("queueTrigger", {"queueName": "q"}, "q"),
        ("serviceBusTrigger", {"topicName": "t", "subscriptionName": "s"}, "t/s"),
        ("serviceBus", {"topicName": "t"}, "t"),
        ("blob", {"path": "c/{id}"}, "c/{id}"),
        ("sql", {"commandText": "dbo.Orders"}, "dbo.Orders"),
        ("cosmosDB", {"databaseName": "d", "collectionName": "c"}, "c"),
        ("pigeonTrigger", {"topicName": "t", "subscriptionName": "s"}, "t/s"),
        ("eventGridTrigger", {}, ""),
    ],
)
def test_addresses(kind: str, properties: dict[str, Any], address: str) -> None:
    assert find(kind).address_of(properties) == address


def test_records_are_imported_when_they_are_needed() -> None:
    script = (
        f"import sys; from {BINDINGS}.catalogue import BUILT_IN; BUILT_IN.find('queuetrigger');"
        f"print(sorted(m.rpartition('.')[2] for m in sys.modules if m.startswith('{BINDINGS}.')))"
    )
    done = run([sys.executable, "-c", script], capture_output=True, text=True, timeout=60, check=True)
    loaded = ast.literal_eval(done.stdout)
    assert set(loaded) & set(SERVICES.values()) == {"plain_types", "queue"}
