"""Durable triggers at the level of typed data: what the host sends, and what SDK and durable library make of it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import dataclass
from datetime import datetime, timezone
from importlib.util import find_spec
from pathlib import Path
from textwrap import dedent
from typing import Any

import azure.functions as func
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pytest_azfunc.errors import BindingError
from pytest_azfunc.host.bindings.durable import activity, entity, orchestration
from pytest_azfunc.host.bindings.payload import Delivery, Payload
from pytest_azfunc.project.binding_types import KNOWN
from pytest_azfunc.project.function_json import parse_function
from pytest_azfunc.rpc import TypedData
from pytest_azfunc.worker.converters import Converters
from tests.host.occasions import occasion_of

NOW = datetime(2026, 1, 31, 9, 30, 0, 120000, tzinfo=timezone.utc)
CONVERTERS = Converters()
TEXT = st.text(st.characters(codec="utf-8"))
JSON_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | TEXT,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXT, inner, max_size=3),
    max_leaves=6,
)
# The SDK of Python 3.13 says once per process that nobody told it which class to expect.
pytestmark = pytest.mark.filterwarnings("ignore:azure.functions df_loads:DeprecationWarning")


def delivered(payload: Payload, kind: str, **binding: Any) -> Delivery:
    """What the host sends for the payload."""
    trigger = {"name": "context", "type": kind, "direction": "in", **binding}
    occasion = occasion_of(parse_function("Ship", "/app/Ship", {"bindings": [trigger]}, KNOWN), NOW)
    payload.fit(occasion)
    return payload.deliver(occasion)


def decoded(payload: Payload, kind: str, **binding: Any) -> Any:
    """What the SDK makes of it."""
    delivery = delivered(payload, kind, **binding)
    assert isinstance(delivery.value, TypedData)
    return CONVERTERS.decode(kind, delivery.value, CONVERTERS.datums(delivery.metadata))


def object_of(delivery: Delivery) -> Any:
    """The JSON object that is sent as text."""
    assert isinstance(delivery.value, TypedData)
    assert delivery.value.kind == "string"
    return json.loads(delivery.value.value)


class Parcel:
    """A class that the durable library can carry."""

    def __init__(self, weight: int) -> None:
        self.weight = weight

    def to_json(self) -> dict[str, int]:
        return {"weight": self.weight}


@dataclass
class Address:
    """A class that it can't, but a test may use."""

    town: str


# Activities


def test_an_activity() -> None:
    assert delivered(
        activity({"id": 7, "who": {"n": 1}}, instance_id="i1"), "activityTrigger", name="order"
    ) == Delivery(
        TypedData("string", '{"id": 7, "who": {"n": 1}}'),
        {
            "instanceId": TypedData("string", "i1"),
            "order": TypedData("string", '{"id": 7, "who": {"n": 1}}'),
            "data": TypedData("json", '"{\\"id\\": 7, \\"who\\": {\\"n\\": 1}}"'),
            "id": TypedData("string", "7"),
            "who": TypedData("json", '{"n":1}'),
        },
    )


@pytest.mark.parametrize("value", [7, "7", "text", "", None, True, 1.5, [1, "a"], {"a": None}, "ä€"])
def test_an_activity_gets_what_the_orchestrator_passed(value: Any) -> None:
    result = decoded(activity(value), "activityTrigger")
    assert (result, type(result)) == (value, type(value))


@given(JSON_VALUES)
def test_inputs_come_back(value: Any) -> None:
    assert decoded(activity(value), "activityTrigger") == value


def test_nan_as_in_azure() -> None:
    assert delivered(activity(float("nan")), "activityTrigger").value == TypedData("string", "NaN")


def test_a_parameter_called_data() -> None:
    metadata = delivered(activity("x", instance_id="i1"), "activityTrigger", name="data").metadata
    assert metadata == {"instanceId": TypedData("string", "i1"), "data": TypedData("json", '"\\"x\\""')}


def test_objects_of_a_class() -> None:
    assert object_of(delivered(activity([Parcel(5)]), "activityTrigger")) == [
        {"__class__": "Parcel", "__module__": Parcel.__module__, "__data__": {"weight": 5}}
    ]
    assert object_of(delivered(activity(Address("Bern")), "activityTrigger")) == {"town": "Bern"}
    assert object_of(delivered(activity({"to": [Address("Bern")]}), "activityTrigger")) == {"to": [{"town": "Bern"}]}


# Orchestrators


def test_the_first_episode() -> None:
    delivery = delivered(orchestration({"id": 7}, instance_id="i1"), "orchestrationTrigger")
    context = object_of(delivery)
    execution = context["history"][1]["OrchestrationInstance"].pop("ExecutionId")
    assert len(execution) == 32
    assert context == {
        "history": [
            {"EventType": 12, "EventId": -1, "IsPlayed": False, "Timestamp": "2026-01-31T09:30:00.12Z"},
            {
                "EventType": 0,
                "ParentInstance": None,
                "Name": "Ship",
                "Version": "",
                "Input": '"{\\"id\\": 7}"',
                "Tags": None,
                "OrchestrationInstance": {"InstanceId": "i1"},
                "EventId": -1,
                "IsPlayed": False,
                "Timestamp": "2026-01-31T09:30:00.12Z",
            },
        ],
        "input": '{"id": 7}',
        "instanceId": "i1",
        "isReplaying": False,
        "parentInstanceId": None,
        "upperSchemaVersion": 1,
        "upperSchemaVersionNew": 2,
        "longRunningTimerIntervalDuration": "3.00:00:00",
        "maximumShortTimerDuration": "6.00:00:00",
        "defaultHttpAsyncRequestSleepTimeMillseconds": 30000,
    }


def test_metadata_of_an_orchestration() -> None:
    delivery = delivered(orchestration("x", instance_id="i1"), "orchestrationTrigger")
    assert isinstance(delivery.value, TypedData)
    assert dict(delivery.metadata) == {
        "context": delivery.value,
        "input": TypedData("string", '"x"'),
        "instanceId": TypedData("string", "i1"),
        "isReplaying": TypedData("string", "False"),
        "upperSchemaVersion": TypedData("string", "1"),
        "upperSchemaVersionNew": TypedData("string", "2"),
        "longRunningTimerIntervalDuration": TypedData("string", "3.00:00:00"),
        "maximumShortTimerDuration": TypedData("string", "6.00:00:00"),
        "defaultHttpAsyncRequestSleepTimeMillseconds": TypedData("string", "30000"),
    }


def test_the_text_is_indented_as_the_extension_does() -> None:
    value = delivered(orchestration(), "orchestrationTrigger").value
    assert isinstance(value, TypedData)
    assert value.value.startswith('{\n  "history": [\n    {\n      "EventType": 12,\n')


def test_what_the_orchestrator_gets() -> None:
    context = decoded(orchestration(5), "orchestrationTrigger")
    assert isinstance(context, func.OrchestrationContext)
    assert json.loads(context.body)["input"] == "5"


def test_a_history_of_ones_own() -> None:
    history = [{"EventType": 12, "EventId": -1, "IsPlayed": True, "Timestamp": "2026-01-01T00:00:00Z"}]
    payload = orchestration(history=history, is_replaying=True, parent_instance_id="p")
    context = object_of(delivered(payload, "orchestrationTrigger"))
    assert context["history"] == history
    assert (context["isReplaying"], context["parentInstanceId"], context["input"]) == (True, "p", None)


def test_the_beginning_of_a_child() -> None:
    payload = orchestration(parent_instance_id="p", is_replaying=True)
    started = object_of(delivered(payload, "orchestrationTrigger", orchestration="Pack"))["history"][1]
    assert (started["Name"], started["IsPlayed"], started["Input"]) == ("Pack", True, None)
    assert started["ParentInstance"]["OrchestrationInstance"]["InstanceId"] == "p"


# Entities


def test_an_entity() -> None:
    payload = entity(
        ["get", ("add", 5), {"name": "note", "input": "x", "isSignal": True}], name="Counter", key="k", state=3
    )
    delivery = delivered(payload, "entityTrigger")
    assert object_of(delivery) == {
        "self": {"name": "counter", "key": "k"},
        "exists": True,
        "state": "3",
        "batch": [
            {"name": "get", "input": None, "isSignal": False},
            {"name": "add", "input": '"5"', "isSignal": False},
            {"name": "note", "input": '"\\"x\\""', "isSignal": True},
        ],
    }
    assert dict(delivery.metadata) == {
        "context": delivery.value,
        "self": TypedData("json", '{"name":"counter","key":"k"}'),
        "exists": TypedData("string", "True"),
        "state": TypedData("string", "3"),
    }


def test_an_entity_that_is_not_there_yet() -> None:
    sent = object_of(delivered(entity("add"), "entityTrigger"))
    assert sent["self"] == {"name": "ship", "key": "1"}
    assert (sent["exists"], sent["state"]) == (False, None)
    assert object_of(delivered(entity(exists=True), "entityTrigger", entityName="Cart"))["self"]["name"] == "cart"
    assert object_of(delivered(entity(exists=True), "entityTrigger"))["exists"] is True


def test_what_the_entity_gets() -> None:
    context = decoded(entity(("add", {"a": 1})), "entityTrigger")
    assert isinstance(context, func.EntityContext)
    assert json.loads(json.loads(json.loads(context.body)["batch"][0]["input"])) == {"a": 1}


# The durable library itself


@pytest.mark.skipif(find_spec("azure.durable_functions") is None, reason="azure-functions-durable is not installed")
def test_the_durable_library_takes_them(tmp_path: Path) -> None:
    values = {
        "orchestration": delivered(orchestration({"id": 7}, instance_id="i1"), "orchestrationTrigger").value,
        "entity": delivered(entity([("add", 5), ("add", 0), "get"], state=3), "entityTrigger").value,
    }
    (tmp_path / "sent.json").write_text(
        json.dumps({name: value.value for name, value in values.items() if isinstance(value, TypedData)})
    )
    script = """
        import json
        import azure.durable_functions as df

        sent = json.load(open("sent.json"))

        def orchestrator(context):
            result = yield context.call_activity("Pack", context.get_input()["id"])
            return result

        def counter(context):
            amount = context.get_input() if context.operation_name == "add" else 0
            context.set_state(context.get_state() + amount)
            context.set_result(context.get_state())

        actions = json.loads(df.Orchestrator.create(orchestrator)(sent["orchestration"]))
        state = json.loads(df.Entity.create(counter)(sent["entity"]))
        print(json.dumps([actions["isDone"], actions["actions"][0][0], state["entityState"],
                          [(r["isError"], r["result"]) for r in state["results"]]]))
    """
    run = subprocess.run(
        [sys.executable, "-c", dedent(script)],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        env={**os.environ, "PYTHONWARNINGS": "ignore"},
        timeout=60,
        check=False,
    )
    assert run.stderr == ""
    done, action, state, results = json.loads(run.stdout)
    assert (done, action["functionName"], action["input"]) == (False, "Pack", "7")
    assert state == "8"
    assert results == [[False, "8"], [False, "8"], [False, "8"]]


# Refusals


@pytest.mark.parametrize(
    ("builder", "arguments", "rule"),
    [
        (activity, {"input": b"x"}, "payload-not-json"),
        (activity, {"input": {1}}, "payload-not-json"),
        (activity, {"input": Parcel}, "payload-not-json"),
        (activity, {"instance_id": 5}, "payload-value"),
        (orchestration, {"input": object()}, "payload-not-json"),
        (orchestration, {"history": "x"}, "payload-value"),
        (orchestration, {"history": [5]}, "payload-value"),
        (orchestration, {"history": 5}, "payload-value"),
        (orchestration, {"history": {}}, "payload-value"),
        (orchestration, {"instance_id": 5}, "payload-value"),
        (orchestration, {"is_replaying": 1}, "payload-value"),
        (entity, {"operations": 5}, "payload-value"),
        (entity, {"operations": ""}, "payload-value"),
        (entity, {"operations": ("add", 5, 6)}, "payload-value"),
        (entity, {"operations": {"name": "add", "inptu": 5}}, "payload-value"),
        (entity, {"operations": {"name": "add", "isSignal": "yes"}}, "payload-value"),
        (entity, {"operations": ("add", {1})}, "payload-not-json"),
        (entity, {"name": 5}, "payload-value"),
        (entity, {"key": 5}, "payload-value"),
        (entity, {"exists": 1}, "payload-value"),
        (entity, {"state": {1}}, "payload-not-json"),
    ],
)
def test_what_the_extension_cannot_send(builder: Any, arguments: dict[str, Any], rule: str) -> None:
    with pytest.raises(BindingError) as caught:
        builder(**arguments)
    assert caught.value.rule == rule


@pytest.mark.parametrize(
    ("payload", "kind"),
    [(activity(), "activityTrigger"), (orchestration(), "orchestrationTrigger"), (entity(), "entityTrigger")],
)
def test_the_extension_gives_text_only(payload: Payload, kind: str) -> None:
    with pytest.raises(BindingError) as caught:
        delivered(payload, kind, dataType="binary")
    assert caught.value.rule == "payload-data-type"
