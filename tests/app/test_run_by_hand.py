"""``POST /admin/functions/{name}``: what each trigger makes of the text; and ``/admin/warmup``."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest
import requests

from pytest_azfunc import Host
from pytest_azfunc.errors import BindingError, UnsupportedFeature
from tests.function_app import FunctionApp, http_out, http_trigger, queue_trigger, timer_trigger

# The SDK's, the first time that an activity gets an input.
pytestmark = pytest.mark.filterwarnings("ignore:azure.functions df_loads:DeprecationWarning")

EVENT = {
    "id": "1",
    "subject": "s",
    "eventType": "t",
    "eventTime": "2026-01-01T00:00:00Z",
    "topic": "o",
    "dataVersion": "1",
    "data": {"a": 1},
}
CLOUD_EVENT = {
    "specversion": "1.0",
    "id": "2",
    "source": "/s",
    "type": "t",
    "subject": "x",
    "data": {"b": 2},
    "own": "y",
}


def trigger(kind: str, **properties: Any) -> dict[str, Any]:
    return {"type": kind, "direction": "in", "name": "t", **properties}


HUB = {"eventHubName": "h", "connection": "C"}
BUS = {"queueName": "q", "connection": "C"}
FUNCTIONS = {
    "Queue": ("t.get_body().decode()", queue_trigger("t")),
    "Timer": ("t.past_due", timer_trigger("t")),
    "Manual": ("t", trigger("manualTrigger")),
    "Grid": ("(t.id, t.subject, t.get_json())", trigger("eventGridTrigger")),
    "Documents": ("[dict(d) for d in t]", trigger("cosmosDBTrigger")),
    "Hub": ("t.get_body().decode()", trigger("eventHubTrigger", **HUB)),
    "Hubs": (
        "[e.get_body().decode() for e in t]",
        trigger("eventHubTrigger", cardinality="many", dataType="string", **HUB),
    ),
    "JsonHubs": ("[e.get_body().decode() for e in t]", trigger("eventHubTrigger", cardinality="many", **HUB)),
    "Bus": ("t.get_body().decode()", trigger("serviceBusTrigger", **BUS)),
    "Buses": (
        "[m.get_body().decode() for m in t]",
        trigger("serviceBusTrigger", cardinality="many", dataType="string", **BUS),
    ),
    "Kafka": ("json.loads(t.get_body())['Value']", trigger("kafkaTrigger", topic="k", brokerList="B")),
    "Sql": ("t", trigger("sqlTrigger", tableName="T", connectionStringSetting="C")),
    "MySql": ("[dict(r) for r in t]", trigger("mysqlTrigger", tableName="T", connectionStringSetting="C")),
    "Activity": ("t", trigger("activityTrigger")),
    "Flow": ("t", trigger("orchestrationTrigger")),
    "Counter": ("t", trigger("entityTrigger")),
    "Tool": ("t", trigger("mcpToolTrigger", toolName="tool")),
    "Blob": ("(t.name, t.read())", trigger("blobTrigger", path="in/{name}", connection="C")),
    "Skill": ("t", trigger("assistantSkillTrigger")),
}


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    app = FunctionApp(tmp_path_factory.mktemp("by_hand"))
    for name, (got, declared) in FUNCTIONS.items():
        app.function(name, f"import json, logging\ndef main(t): logging.info('%s', repr({got}))\n", declared)
    app.function("Http", "def main(req): return 'x'", http_trigger(), http_out())
    return app.root


def body(text: object) -> dict[str, object]:
    return {} if text is None else {"input": text}


@pytest.mark.parametrize(
    ("function", "text", "got"),
    [
        ("Queue", "tea", "tea"),
        ("Queue", "", ""),
        ("Queue", '["a", "b"]', '["a", "b"]'),
        ("Queue", 5, "5"),
        ("Timer", "", False),
        ("Timer", None, False),
        ("Timer", "any text", False),
        ("Manual", "by hand", "by hand"),
        ("Manual", None, ""),
        ("Grid", json.dumps(EVENT), ("1", "s", {"a": 1})),
        ("Grid", json.dumps(CLOUD_EVENT), ("2", "x", {"b": 2})),
        ("Grid", "{}", (None, None, None)),
        ("Documents", '[{"id": "7"}, {"id": "8"}]', [{"id": "7"}, {"id": "8"}]),
        ("Documents", "[]", []),
        ("Hub", "tea", "tea"),
        ("Hubs", "tea", ["tea"]),
        ("Hubs", '["tea"]', ['["tea"]']),
        ("JsonHubs", '"tea"', ['"tea"']),
        ("Bus", "tea", "tea"),
        ("Buses", "tea", ["tea"]),
        ("Kafka", "tea", "tea"),
        ("Sql", '[{"Operation": 0, "Item": {"Id": 1}}]', '[{"Operation": 0, "Item": {"Id": 1}}]'),
        ("Sql", "tea", "tea"),
        pytest.param(
            "MySql",
            '[{"Operation": 0, "Item": {"Id": 1}}]',
            [{"Operation": 0, "Item": {"Id": 1}}],
            marks=pytest.mark.skipif("AZFUNC_OLDEST" in os.environ, reason="the oldest SDK does not know MySQL"),
        ),
        ("Activity", '"tea"', "tea"),
        ("Activity", '{"a": [1]}', {"a": [1]}),
        ("Activity", 7, 7),
        ("Activity", "null", None),
        ("Skill", "tea", "tea"),
    ],
)
@pytest.mark.parametrize("raise_exceptions", [True, False])
def test_what_the_trigger_makes_of_the_text(
    root: Path, function: str, text: object, got: Any, raise_exceptions: bool
) -> None:
    with Host.open(root, raise_exceptions=raise_exceptions) as host:
        response = host.http.post(f"/admin/functions/{function}", json=body(text))
        assert (response.status_code, response.content) == (202, b"")
        assert response.invocation is host.invocations[-1]
        assert [invocation.logs.messages for invocation in host.invocations] == [[repr(got)]]


NO_EVENT = "an event, as a JSON object"
NO_DOCUMENTS = "a list of documents, as a JSON array of objects"


@pytest.mark.parametrize(
    ("function", "text", "rule", "said"),
    [
        ("Grid", json.dumps([EVENT]), "by-hand-input", NO_EVENT),
        ("Grid", "tea", "by-hand-input", NO_EVENT),
        ("Grid", "", "by-hand-input", NO_EVENT),
        ("Grid", None, "by-hand-input", f"the input is missing, but the eventGridTrigger takes {NO_EVENT}"),
        ("Documents", '{"id": "7"}', "by-hand-input", NO_DOCUMENTS),
        ("Documents", '["7"]', "by-hand-input", NO_DOCUMENTS),
        ("Documents", "7", "by-hand-input", NO_DOCUMENTS),
        ("Documents", None, "by-hand-input", NO_DOCUMENTS),
        ("Queue", None, "by-hand-input", "the input is missing, but the queueTrigger takes a text"),
        ("Sql", None, "by-hand-input", "a text"),
        ("JsonHubs", "tea", "payload-many-json", "every message must be JSON"),
        ("Activity", "tea", "by-hand-input", "the activity's input, as JSON"),
        ("Flow", "{}", "by-hand-never", "the orchestrationTrigger is not started by hand"),
        ("Counter", "{}", "by-hand-never", "the entityTrigger is not started by hand"),
        ("Tool", "{}", "by-hand-never", "the mcpToolTrigger is not started by hand"),
        ("Blob", "in/cat.png", "by-hand-blob", "there is no blob 'in/cat.png'"),
        ("Blob", "cat.png", "by-hand-input", "the path of a blob, 'container/name'"),
    ],
)
def test_what_it_can_make_nothing_of(root: Path, function: str, text: object, rule: str, said: str) -> None:
    with Host.open(root) as host:
        with pytest.raises(BindingError) as caught:
            host.http.post(f"/admin/functions/{function}", json=body(text))
        assert (caught.value.rule, caught.value.function, caught.value.binding) == (rule, function, "t")
        assert said in caught.value.problem
        assert not host.invocations
    with Host.open(root, raise_exceptions=False) as host:
        response = host.http.post(f"/admin/functions/{function}", json=body(text))
        assert (response.status_code, response.content, response.invocation) == (202, b"", None)
        assert not host.invocations
        assert [answer.cause for answer in host.refusals] == [caught.value.problem]


def test_over_a_socket_it_is_a_failure_that_nobody_was_told_of(root: Path) -> None:
    with Host.open(root) as host:
        server = host.live_server()
        server.start()
        key = {"x-functions-key": host.keys.master}
        response = requests.post(f"{server.url}/admin/functions/Grid", json={"input": "tea"}, headers=key, timeout=20)
        assert (response.status_code, [failure.answered for failure in host.failures]) == (202, [False])
        host.failures.expect(BindingError, match=NO_EVENT)


def test_http_is_not_run_by_hand(root: Path) -> None:
    with Host.open(root) as host, pytest.raises(UnsupportedFeature, match="running an HTTP function by hand"):
        host.http.post("/admin/functions/Http", json={"input": "x"})


# Warmup

WARMUP = "import logging\ndef main(warmupContext): logging.info('warm')"


def warm(tmp_path: Path, script: str = WARMUP) -> Path:
    app = FunctionApp(tmp_path)
    app.function("Warmup", script, {"type": "warmupTrigger", "direction": "in", "name": "warmupContext"})
    app.function("Rest", "def main(req): return 'rest'", http_trigger(route="{*path}"), http_out())
    return app.root


@pytest.mark.parametrize("path", ["/admin/warmup", "/Admin/WarmUp", "/admin/warmup/", "/admin/warmup?a=1"])
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_warmup_asks_for_no_key_and_runs_once(tmp_path: Path, path: str, method: str) -> None:
    with Host.open(warm(tmp_path)) as host:
        first = host.http.request(method, path, key=None)
        assert (first.status_code, first.content) == (200, b"")
        assert first.invocation is not None
        assert first.invocation.logs.messages == ["warm"]
        second = host.http.request(method, path, key=None)
        assert (second.status_code, second.invocation, len(host.invocations)) == (200, None, 1)
        host.restart()
        assert host.http.get("/admin/warmup", key=None).invocation is not None


def test_warmup_without_such_a_function(root: Path) -> None:
    with Host.open(root) as host:
        response = host.http.get("/admin/warmup", key=None)
        assert (response.status_code, response.content, response.invocation) == (200, b"", None)


@pytest.mark.parametrize("plan", ["Dynamic", "dynamic", "FlexConsumption"])
def test_a_plan_without_warmup(tmp_path: Path, plan: str) -> None:
    with Host.open(warm(tmp_path), settings={"WEBSITE_SKU": plan}) as host:
        response = host.http.get("/admin/warmup", key=None)
        assert (response.status_code, response.content, len(host.invocations)) == (400, b"", 0)
        assert host.refusals[-1].cause == "the app's plan (WEBSITE_SKU) has no warmup"


def test_the_plan_may_change(tmp_path: Path) -> None:
    with Host.open(warm(tmp_path)) as host:
        host.settings["WEBSITE_SKU"] = "Dynamic"
        assert host.http.get("/admin/warmup", key=None).status_code == 400
        host.settings["WEBSITE_SKU"] = "ElasticPremium"
        assert host.http.get("/admin/warmup", key="wrong").status_code == 200
        assert len(host.invocations) == 1


@pytest.mark.parametrize("plan", ["ElasticPremium", "Standard", ""])
def test_a_plan_with_warmup(tmp_path: Path, plan: str) -> None:
    with Host.open(warm(tmp_path), settings={"WEBSITE_SKU": plan}) as host:
        assert host.http.get("/admin/warmup", key=None).invocation is not None


def test_a_warmup_that_fails(tmp_path: Path) -> None:
    with Host.open(warm(tmp_path, "def main(warmupContext): raise ValueError('cold')")) as host:
        with pytest.raises(ValueError, match="cold"):
            host.http.get("/admin/warmup")
        host.raise_exceptions = False
        host.restart()  # which warms up, too
        assert host.http.get("/admin/warmup").status_code == 500
        host.failures.expect(ValueError)


def test_a_warmup_that_is_disabled(tmp_path: Path) -> None:
    with Host.open(warm(tmp_path), settings={"AzureWebJobs.Warmup.Disabled": "1"}) as host:
        assert host.http.get("/admin/warmup").status_code == 404
        assert not host.invocations


def test_what_lies_below_it_is_no_address(tmp_path: Path) -> None:
    with Host.open(warm(tmp_path), raise_exceptions=False) as host:
        assert host.http.get("/admin/warmup/more").status_code == 404
