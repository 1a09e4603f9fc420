"""The registry of triggers: complete, and each entry makes what its trigger delivers."""

from __future__ import annotations

import inspect
import sys
from collections.abc import Iterator
from datetime import datetime, timezone
from subprocess import run
from typing import Any

import azure.functions
import pytest

from pytest_azfunc.errors import BindingError
from pytest_azfunc.host.bindings.payload import Occasion
from pytest_azfunc.host.bindings.registry import ENTRIES, entry
from pytest_azfunc.project.binding_types import KNOWN
from pytest_azfunc.project.function_json import parse_function
from pytest_azfunc.rpc import TypedData
from pytest_azfunc.worker.converters import Converters

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
    return Occasion(parse_function("F", "/app/F", {"bindings": [trigger]}, KNOWN), NOW)


def delivered(kind: str, value: Any) -> TypedData:
    """The typed data of a bare value."""
    when = occasion(kind)
    payload = entry(kind).from_bare(value, when)
    payload.fit(when.function)
    delivery = payload.deliver(when)
    assert isinstance(delivery.value, TypedData)
    CONVERTERS.decode(kind, delivery.value, CONVERTERS.datums(dict(delivery.metadata)))
    return delivery.value


def sdk_triggers() -> Iterator[str]:
    """The triggers that the installed SDK converts."""
    registry = azure.functions.get_binding_registry()  # type: ignore[no-untyped-call]
    yield from (name for name in registry._bindings if isinstance(name, str) and name.endswith("Trigger"))


def test_every_trigger_type_has_an_entry() -> None:
    assert set(ENTRIES) == {name.lower() for name in TRIGGERS}


def test_every_trigger_of_the_sdk_has_an_entry() -> None:
    assert {name for name in sdk_triggers() if name.lower() not in ENTRIES} == set()
    assert {name for name in SDK_TYPES if name.endswith("Trigger") and name.lower() not in ENTRIES} == set()
    assert {name for name in SDK_TYPES if name.lower() not in KNOWN} == set()


@pytest.mark.parametrize("kind", TRIGGERS)
def test_the_builder_fits_its_trigger(kind: str) -> None:
    payload = entry(kind).from_bare(None, occasion(kind))
    assert payload.builder == entry(kind).builder
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
    assert entry("pigeonTrigger").builder == "generic"
    assert entry("QUEUETRIGGER").builder == "queue"


def test_builders_are_imported_when_they_are_needed() -> None:
    script = (
        "import sys, pytest_azfunc.host.bindings.registry;"
        "print([m for m in sys.modules if m.startswith('pytest_azfunc.host.bindings.')])"
    )
    done = run([sys.executable, "-c", script], capture_output=True, text=True, timeout=60, check=True)
    assert done.stdout.strip() == "['pytest_azfunc.host.bindings.payload', 'pytest_azfunc.host.bindings.registry']"
