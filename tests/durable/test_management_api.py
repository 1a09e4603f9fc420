"""The HTTP API, for anybody's requests."""

from __future__ import annotations

from typing import Any

import pytest
import requests
import responses

from tests.durable.durable_app import MakeHost

FLOWS = """
@orchestrator
def Waiting(context):
    return (yield context.wait_for_external_event("Go"))


@orchestrator
def Broken(context):
    yield context.call_activity("Fail", context.get_input())


@orchestrator
def Given(context):
    return context.get_input()
"""
API = "/runtime/webhooks/durabletask"


def test_the_addresses_can_be_called(open_host: MakeHost) -> None:
    host = open_host(FLOWS)
    started = host.http.post("/api/start/Waiting").json()
    host.drain()

    status = requests.get(started["statusQueryGetUri"])
    assert (status.status_code, status.json()["runtimeStatus"]) == (202, "Running")
    assert requests.post(started["suspendPostUri"].replace("{text}", "pause")).status_code == 202
    assert requests.get(started["statusQueryGetUri"]).json()["runtimeStatus"] == "Suspended"
    assert requests.post(started["resumePostUri"].replace("{text}", "on")).status_code == 202
    assert requests.post(started["sendEventPostUri"].replace("{eventName}", "Go"), json={"a": 1}).status_code == 202
    host.drain()

    status = requests.get(started["statusQueryGetUri"])
    assert (status.status_code, status.json()["output"]) == (200, {"a": 1})
    assert requests.post(started["terminatePostUri"].replace("{text}", "x")).status_code == 410
    assert requests.delete(started["purgeHistoryDeleteUri"]).json() == {"instancesDeleted": 1}
    assert requests.get(started["statusQueryGetUri"]).status_code == 404


def test_keys(open_host: MakeHost) -> None:
    host = open_host(FLOWS)
    host.durable.start("Waiting", id="one")

    assert requests.get(f"{host.url}{API}/instances/one").status_code == 401
    assert requests.get(f"{host.url}{API}/instances/one?code=wrong").status_code == 401
    assert requests.get(f"{host.url}{API}/instances/one?code={host.keys.system['default']}").status_code == 202
    assert host.http.get(f"{API}/instances/one").status_code == 202


@pytest.mark.parametrize(("given", "output"), [({"a": 1}, {"a": 1}), ("text", None)])
def test_started_with_a_json_body(given: Any, output: Any, open_host: MakeHost) -> None:
    host = open_host(FLOWS)

    started = host.http.post(f"{API}/orchestrators/Given/one", json=given)
    host.drain()

    assert (started.status_code, started.json()["id"]) == (202, "one")
    if output is not None:
        assert host.durable["one"].output == output
    else:  # the library reads the text as JSON once more
        assert host.durable["one"].status == "Failed"


def test_a_list_as_input_fails_in_the_library(open_host: MakeHost) -> None:
    host = open_host(FLOWS)

    host.http.post(f"{API}/orchestrators/Given/one", json=[1])
    host.drain()

    failure = host.durable["one"].failure
    assert failure is not None
    assert isinstance(failure.exception, TypeError)


REFUSED = {
    "an unknown orchestrator": ("POST", "orchestrators/None", 400),
    "a forbidden id": ("POST", "orchestrators/Given/@a", 400),
    "an id that is taken": ("POST", "orchestrators/Given/one", 409),
    "an unknown instance": ("GET", "instances/none", 404),
    "an event for nobody": ("POST", "instances/none/raiseEvent/Go", 404),
    "terminating nobody": ("POST", "instances/none/terminate", 404),
    "rewinding what runs": ("POST", "instances/one/rewind", 412),
    "resuming what runs": ("POST", "instances/one/resume", 500),
    "purging what runs": ("DELETE", "instances/one", 404),
    "an unknown operation": ("POST", "instances/one/dance", 404),
    "an unknown address": ("GET", "dances", 404),
    "an unknown entity's state": ("GET", "entities/Counter/none", 404),
}


@pytest.mark.parametrize(("method", "path", "status"), REFUSED.values(), ids=REFUSED)
def test_refused(method: str, path: str, status: int, open_host: MakeHost) -> None:
    host = open_host(FLOWS)
    host.durable.start("Waiting", id="one")

    assert host.http.request(method, f"{API}/{path}").status_code == status


def test_many(open_host: MakeHost) -> None:
    host = open_host(FLOWS)
    for number in range(5):
        host.durable.start("Waiting", id=f"a{number}")
    host.durable.start("Broken", 1, id="b")
    assert host.durable["b"].status == "Failed"

    def ids(**query: str) -> list[str]:
        return [found["instanceId"] for found in host.http.get(f"{API}/instances", params=query).json()]

    assert ids() == ["a0", "a1", "a2", "a3", "a4", "b"]
    assert ids(instanceIdPrefix="b") == ids(runtimeStatus="Failed") == ids(runtimeStatus="failed,completed") == ["b"]
    assert ids(createdTimeFrom="2999-01-01T00:00:00Z") == []
    first = host.http.get(f"{API}/instances", params={"top": "4"})
    assert len(first.json()) == 4
    token = first.headers["x-ms-continuation-token"]
    assert ids(top="4", **{"x-ms-continuation-token": token}) == ["a4", "b"]


def test_status_with_history(open_host: MakeHost) -> None:
    host = open_host(FLOWS)
    host.durable.start("Broken", 3, id="one")

    plain = host.http.get(f"{API}/instances/one").json()
    told = host.http.get(f"{API}/instances/one?showHistory=true&showHistoryOutput=true&showInput=false").json()

    assert "historyEvents" not in plain
    assert (plain["input"], told["input"]) == ("3", None)
    assert [event["EventType"] for event in told["historyEvents"]] == [
        "ExecutionStarted",
        "TaskFailed",
        "ExecutionCompleted",
    ]
    assert told["historyEvents"][1]["FunctionName"] == "Fail"
    answer = host.http.get(f"{API}/instances/one?returnInternalServerErrorOnFailure=true")
    assert answer.status_code == 500


def test_rewound_and_restarted(open_host: MakeHost) -> None:
    host = open_host(FLOWS)
    host.durable.start("Broken", 3, id="one")

    assert host.http.post(f"{API}/instances/one/rewind?reason=again").status_code == 202
    host.drain()
    assert host.durable["one"].status == "Failed"
    again = host.http.post(f"{API}/instances/one/restart")
    host.drain()

    assert again.status_code == 202
    assert host.durable[again.json()["id"]].status == "Failed"


def test_entities(open_host: MakeHost) -> None:
    host = open_host("")

    assert host.http.post(f"{API}/entities/Counter/a?op=add", data='"5"').status_code == 202
    host.drain()

    assert host.http.get(f"{API}/entities/counter/a").json() == 5
    (listed,) = host.http.get(f"{API}/entities").json()
    assert listed["entityId"] == {"name": "counter", "key": "a"}


@responses.activate
def test_call_http(open_host: MakeHost) -> None:
    responses.post("https://shop.example/orders", json={"n": 1}, status=201, headers={"X-A": "b"})
    host = open_host(
        """
        @orchestrator
        def Flow(context):
            answer = yield context.call_http("POST", "https://shop.example/orders", {"id": 7}, {"X-Q": "1"})
            return [answer["statusCode"], json.loads(answer["content"]), answer["headers"]["X-A"]]
        """
    )

    flow = host.durable.start("Flow")

    assert flow.output == [201, {"n": 1}, "b"]
    (call,) = responses.calls
    assert (call.request.body, call.request.headers["X-Q"]) == (b'{"id": 7}', "1")


@responses.activate
def test_call_http_without_an_answer(open_host: MakeHost) -> None:
    host = open_host(
        "\n@orchestrator\ndef Flow(context):\n    yield context.call_http('GET', 'https://shop.example/')\n"
    )

    flow = host.durable.start("Flow")

    assert flow.status == "Failed"
    assert flow.failure is not None
    assert isinstance(flow.failure.exception, requests.ConnectionError)


@pytest.mark.parametrize("body", ["yield context.call_activity('Fail', 1)", "raise ValueError('mine')\n    yield"])
def test_a_failure_that_nobody_looks_at(body: str, open_host: MakeHost) -> None:
    from pytest_azfunc.errors import FunctionFailed

    host = open_host(f"\n@orchestrator\ndef Flow(context):\n    {body}\n")
    host.durable.start("Flow", id="one")

    with pytest.raises(FunctionFailed) as caught:
        host.failures.check()

    assert str(caught.value).splitlines()[0].startswith("Flow: the orchestration one of Flow failed with ValueError: ")
    host.failures.expect(ValueError)


def test_a_failure_that_was_looked_at(open_host: MakeHost) -> None:
    host = open_host("\n@orchestrator\ndef Flow(context):\n    yield context.call_activity('Fail', 1)\n")

    assert host.durable.start("Flow").status == "Failed"

    host.failures.check()
