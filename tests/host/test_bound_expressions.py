"""Binding expressions of a function on a host: what each trigger gives, and what is shown of it."""

from __future__ import annotations

from typing import Any

import pytest

from pytest_azfunc import (
    activity,
    blob,
    cloud_event,
    event_grid,
    event_hub,
    generic,
    http,
    kafka,
    manual,
    queue,
    service_bus,
    timer,
)
from pytest_azfunc.errors import BindingError
from pytest_azfunc.host.bound_function import HostOptions
from pytest_azfunc.host.invocation import Invocation
from pytest_azfunc.host.script_host import ScriptHost
from pytest_azfunc.reports.trace import describe
from pytest_azfunc.rpc import TypedData
from tests.host.occasions import NOW, function
from tests.host.test_script_host import FakeWorker


def run(
    trigger: dict[str, Any], payload: Any, output: dict[str, Any], settings: dict[str, str] | None = None
) -> Invocation:
    """Run a function that sets its one output."""
    worker: Any = FakeWorker(outputs={"out": TypedData("string", "x")}, python_values=None)
    host = ScriptHost(worker, HostOptions(settings=lambda: settings or {}), now=lambda: NOW)
    properties = {name: value for name, value in trigger.items() if name != "type"}
    return host.run(function(trigger["type"], {"name": "out", "direction": "out", **output}, **properties), payload)


def path_of(trigger: dict[str, Any], payload: Any, text: str) -> str:
    """What comes of a path in a call of a function with such a trigger."""
    invocation = run(trigger, payload, {"type": "blob", "path": f"box/{text}"})
    if invocation.exception is not None:
        raise invocation.exception
    return invocation.outputs["out"].address.removeprefix("box/")


HUB = {"type": "eventHubTrigger", "eventHubName": "readings"}
BUS = {"type": "serviceBusTrigger", "queueName": "orders"}
GRID = {"type": "eventGridTrigger"}
BLOB = {"type": "blobTrigger", "path": "in/{name}"}
QUEUE = {"type": "queueTrigger", "queueName": "orders"}
WEB = {"type": "httpTrigger", "route": "items/{kind?}"}


@pytest.mark.parametrize(
    ("trigger", "payload", "text", "expected"),
    [
        (QUEUE, queue("hello", id="m1"), "{queueTrigger}/{QUEUETRIGGER.length}/{id}/{dequeueCount}", "hello/5/m1/1"),
        (QUEUE, queue({"id": 7, "who": {"Name": "Ada"}, "ok": True}), "{Id}/{who.name}/{ok}", "7/Ada/True"),
        (QUEUE, queue(b'{"id": 7}'), "{id}", "7"),
        (QUEUE, {"at": "2024-01-02T03:04:05Z"}, "{at}", "01/02/2024 03:04:05"),
        (BLOB, blob(b"x", name="in/a/b.c", metadata={"Key": "v"}), "{name}/{metadata.KEY}/{blobTrigger}", "a/b.c/v/in/a/b.c"),
        (BLOB, blob(b"four", name="in/a"), "{properties.ContentLength}.{Properties.BlobType}x", "4.0x"),
        (WEB, http("GET", "/api/items/cups?n=1&n=2"), "{kind}/{n}/{Query.n}", "cups/2/2"),
        (WEB, http("POST", "/api/items/a", json={"n": 5, "kind": "body"}), "{kind}/{n}", "a/5"),
        (WEB, http("GET", "/api/items/a", headers={"X-Ms-Id": "9"}), "{headers.x-ms-id}", "9"),
        (GRID, event_grid({"url": "u", "In": {"a": 1}}), "{data.URL}/{data.in.a}", "u/1"),
        (GRID, cloud_event({"url": "u"}), "{data.url}", "u"),
        (HUB, event_hub({"id": 7}, properties={"Kind": "k"}, partition_key="p"), "{id}/{Properties.Kind}/{partitionKey}", "7/k/p"),
        (HUB, event_hub("x", sequence_number=3), "{sequenceNumber}/{enqueuedTimeUtc:yyyy}", "3/2026"),
        (BUS, service_bus("x", message_id="m", application_properties={"A": 1}), "{MessageId}/{userProperties.A}", "m/1"),
        ({"type": "kafkaTrigger", "topic": "t"}, kafka("x", partition=3), "{partition}/{topic}", "3/t"),
        ({"type": "timerTrigger", "schedule": "0 0 * * * *"}, timer(now=NOW), "{timerTrigger}", "03/01/2026 12:30:15"),
        ({"type": "activityTrigger"}, activity({"id": 7}), "{id}", "7"),
        ({"type": "manualTrigger"}, manual('{"id": 7}'), "{id}", "7"),
        ({"type": "rabbitMQTrigger"}, generic({"id": 7}, metadata={"n": 3}), "{id}/{n}", "7/3"),
    ],
)  # fmt: skip
def test_what_a_trigger_gives(trigger: dict[str, Any], payload: Any, text: str, expected: str) -> None:
    assert path_of(trigger, payload, text) == expected


@pytest.mark.parametrize(
    ("trigger", "payload", "text", "problem"),
    [
        (WEB, http("GET", "/api/items/a?Code=1"), "{code}", "the trigger gives no 'code'"),
        (WEB, http("GET", "/api/items"), "{kind}", "the trigger gives no 'kind'"),
        (QUEUE, "text", "{id.x}", "Error while accessing 'x': property doesn't exist"),
        (QUEUE, [1], "{lines}", "the trigger gives no 'lines'"),
        (QUEUE, {"lines": [1], "gone": None}, "{gone}", "the trigger gives no 'gone'"),
        (HUB, event_hub("x", properties={"Kind": "k"}), "{properties.kind}", "property doesn't exist"),
        (BLOB, blob(b"x"), "{extension}", "the trigger gives no 'extension'"),
    ],
)
def test_what_it_does_not_give(trigger: dict[str, Any], payload: Any, text: str, problem: str) -> None:
    with pytest.raises(BindingError) as caught:
        path_of(trigger, payload, text)
    assert problem in caught.value.problem


def test_keys_and_queries() -> None:
    box = {"type": "cosmosDB", "databaseName": "shop", "containerName": "Orders", "partitionKey": "%REGION%"}
    found = run(QUEUE, {"id": 7}, {**box, "id": "{id}"}, {"region": "eu"})
    resolved = found.resolved["out"]
    assert (resolved.properties["id"], resolved.properties["PARTITIONKEY"]) == ("7", "eu")
    assert (resolved.properties["databaseName"], found.outputs["out"].address) == ("shop", "Orders")
    assert resolved.shown == "Orders, partitionKey %REGION%, id 7"


# What is shown: never the value of a setting


def shown(text: str, settings: dict[str, str]) -> str:
    found = run(QUEUE, {"id": "box"}, {"type": "blob", "path": text}, settings)
    assert found.exception is None
    assert all(value not in describe([found]) for value in settings.values())
    return found.resolved["out"].shown


def test_settings_are_shown_by_their_names() -> None:
    assert shown("%BOX%/{id}", {"box": "s3cr3t"}) == "%BOX%/box"
    assert shown("%BOX%/{id}", {"box": "s3cr3t/{id}"}) == "%BOX%/{id}"


@pytest.mark.parametrize("value", ["{s3cr3t}", "s3cr3t}", "S3CR3T", "{s3-cr3t}", "{id.s3cr3t}"])
def test_errors_about_settings_do_not_show_them(value: str) -> None:
    found = run(QUEUE, {"id": "box"}, {"type": "blob", "path": "%BOX%/{id}"}, {"BOX": value})
    assert isinstance(found.exception, BindingError)
    assert found.exception.problem == (
        "path is '%BOX%/{id}', of which the host can make nothing: "
        "with its app settings put in, it is nothing that the host can use."
    )
    assert "cr3t" not in str(found.exception).lower()
