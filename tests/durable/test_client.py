"""The library's own client, in functions that start and manage orchestrations."""

from __future__ import annotations

import textwrap
from typing import Any

import pytest

from tests.durable.durable_app import MakeHost

FLOWS = """
@orchestrator
def Flow(context):
    return [context.get_input(), (yield context.call_activity("Echo", 1))]


@orchestrator
def Waiting(context):
    return (yield context.wait_for_external_event("Go"))


@orchestrator
def Slow(context):
    yield context.create_timer(minutes(context, context.get_input()))
    return {"slow": True}


@orchestrator
def Broken(context):
    yield context.call_activity("Fail", 1)


def starter(function):
    return app.route("do")(app.durable_client_input(client_name="client")(function))
"""


def run(open_host: MakeHost, body: str) -> tuple[Any, Any]:
    """The host, and the JSON answer of a function whose body is *body*."""
    indented = textwrap.indent(textwrap.dedent(body).strip(), "    ")
    host = open_host(f"{FLOWS}\n@starter\nasync def Do(req: func.HttpRequest, client):\n{indented}\n")
    response = host.http.post("/api/do")
    assert response.status_code == 200, response.text
    return host, response.json()


def answer(value: str) -> str:
    return f"return func.HttpResponse(json.dumps({value}))"


def test_a_starter_and_the_addresses_that_it_returns(open_host: MakeHost) -> None:
    host = open_host(FLOWS)

    started = host.http.post("/api/start/Flow", json={"id": 7})
    assert started.status_code == 202
    assert (started.headers["Location"], started.headers["Retry-After"]) == (started.json()["statusQueryGetUri"], "10")
    host.drain()

    (flow,) = host.durable.instances
    assert started.json()["id"] == flow.id
    assert (flow.input, flow.output) == ({"id": 7}, [{"id": 7}, 1])


@pytest.mark.parametrize("given", ["None", "0", "''", "'text'", "'{\"a\": 1}'", "[1, 2]", "{'a': [True, None]}"])
def test_the_input_arrives(given: str, open_host: MakeHost) -> None:
    host, instance_id = run(
        open_host, f"return func.HttpResponse(json.dumps(await client.start_new('Flow', None, {given})))"
    )

    host.drain()

    assert host.durable[instance_id].output == [eval(given), 1]


@pytest.mark.parametrize(
    ("value", "arrives"),
    [("True", "true"), ("{'a': 1}", '{"a": 1}'), ("'abc'", '"abc"'), ("None", "null"), ("5", "5")],
)
def test_events_arrive_as_json_text(value: str, arrives: str, open_host: MakeHost) -> None:
    host = open_host(
        f"{FLOWS}\n@starter\nasync def Do(req: func.HttpRequest, client):\n"
        f"    await client.raise_event('one', 'Go', {value})\n    return 'ok'\n"
    )
    flow = host.durable.start("Waiting", id="one")

    host.http.post("/api/do")
    host.drain()

    assert (flow.status, flow.output) == ("Completed", arrives)


def test_status(open_host: MakeHost) -> None:
    host = open_host(
        f"{FLOWS}\n@starter\nasync def Do(req: func.HttpRequest, client):\n"
        "    one, nobody = await client.get_status('one'), await client.get_status('nobody')\n"
        f"    {answer('[one.to_json(), bool(nobody), nobody.instance_id]')}\n"
    )
    host.durable.start("Waiting", "x", id="one")

    status, is_there, nobody = host.http.post("/api/do").json()

    assert (is_there, nobody) == (False, None)
    assert {name: status[name] for name in ("name", "instanceId", "runtimeStatus", "input")} == {
        "name": "Waiting",
        "instanceId": "one",
        "runtimeStatus": "Running",
        "input": '"x"',
    }
    assert status["createdTime"].endswith("Z")


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("get_status_all()", ["a1", "a2", "b1"]),
        ("get_status_by(runtime_status=[df.OrchestrationRuntimeStatus.Completed])", ["b1"]),
        ("get_status_by(created_time_from=datetime.datetime(2000, 1, 1))", ["a1", "a2", "b1"]),
        ("get_status_by(created_time_to=datetime.datetime(2000, 1, 1))", []),
    ],
)
def test_many(query: str, found: list[str], open_host: MakeHost) -> None:
    host = open_host(
        f"{FLOWS}\n@starter\nasync def Do(req: func.HttpRequest, client):\n"
        f"    found = await client.{query}\n    {answer('[one.instance_id for one in found]')}\n"
    )
    for name, instance_id in (("Waiting", "a1"), ("Waiting", "a2"), ("Flow", "b1")):
        host.durable.start(name, id=instance_id)

    assert host.http.post("/api/do").json() == found


OPERATIONS = {
    "terminate": ("await client.terminate('one', 'why not')", "Terminated", "why not"),
    "suspend": ("await client.suspend('one', 'pause')", "Suspended", None),
    "suspend and resume": ("await client.suspend('one', 'a b'); await client.resume('one', 'a b')", "Running", None),
    "terminating twice is fine": (
        "await client.terminate('one', 'a'); await client.terminate('one', 'b')",
        "Terminated",
        "a",
    ),
}


@pytest.mark.parametrize(("call", "status", "output"), OPERATIONS.values(), ids=OPERATIONS)
def test_operations(call: str, status: str, output: object, open_host: MakeHost) -> None:
    host = open_host(f"{FLOWS}\n@starter\nasync def Do(req: func.HttpRequest, client):\n    {call}\n    return 'ok'\n")
    flow = host.durable.start("Waiting", id="one")

    assert host.http.post("/api/do").text == "ok"
    host.drain()

    assert (flow.status, flow.output) == (status, output)


REFUSED = {
    "an event for nobody": ("client.raise_event('none', 'Go')", "No instance with ID none found."),
    "an event after the end": (
        "client.raise_event('done', 'Go')",
        "Instance with ID done is gone: either completed or failed",
    ),
    "terminating nobody": ("client.terminate('none', 'x')", "No instance with ID 'none' found."),
    "suspending nobody": ("client.suspend('none', 'x')", "No instance with ID 'none' found."),
    "suspending twice": ("client.suspend('paused', 'x')", "The operation failed with an unexpected status code 500"),
    "resuming one that runs": ("client.resume('one', 'x')", "The operation failed with an unexpected status code 500"),
    "rewinding nobody": ("client.rewind('none', 'x')", "No instance with ID none found."),
    "rewinding one that has completed": (
        "client.rewind('done', 'x')",
        "The rewind operation is only supported on failed orchestration instances.",
    ),
    "an id that is taken": (
        "client.start_new('Flow', 'one')",
        "An Orchestration instance with the status Running already exists.",
    ),
}


@pytest.mark.parametrize(("call", "text"), REFUSED.values(), ids=REFUSED)
def test_refused(call: str, text: str, open_host: MakeHost) -> None:
    host = open_host(
        f"{FLOWS}\n@starter\nasync def Do(req: func.HttpRequest, client):\n"
        f"    try:\n        await {call}\n    except Exception as error:\n        return str(error)\n    return 'fine'\n"
    )
    for name, instance_id in (("Waiting", "one"), ("Flow", "done"), ("Waiting", "paused")):
        host.durable.start(name, id=instance_id)
    host.durable["paused"].suspend()

    assert host.http.post("/api/do").text == text


def test_an_unknown_orchestrator(open_host: MakeHost) -> None:
    host = open_host(FLOWS)

    with pytest.raises(Exception, match="there is no orchestrator called 'Flo'"):
        host.http.post("/api/start/Flo")


def test_purged(open_host: MakeHost) -> None:
    host = open_host(
        f"{FLOWS}\n@starter\nasync def Do(req: func.HttpRequest, client):\n"
        "    one = await client.purge_instance_history('done')\n"
        "    none = await client.purge_instance_history('nobody')\n"
        "    all = await client.purge_instance_history_by(datetime.datetime(2000, 1, 1))\n"
        "    again = await client.purge_instance_history_by(datetime.datetime(2000, 1, 1))\n"
        f"    {answer('[found.instances_deleted for found in (one, none, all, again)]')}\n"
    )
    for name, instance_id in (("Flow", "done"), ("Flow", "other"), ("Waiting", "one")):
        host.durable.start(name, id=instance_id)

    assert host.http.post("/api/do").json() == [1, 0, 1, 0]
    assert [flow.id for flow in host.durable.instances] == ["one"]


def test_entities(open_host: MakeHost) -> None:
    host = open_host(
        f"{FLOWS}\n@starter\nasync def Do(req: func.HttpRequest, client):\n"
        "    counter = df.EntityId('Counter', 'a')\n"
        "    found = await client.read_entity_state(counter)\n"
        "    await client.signal_entity(counter, 'add', 5)\n"
        f"    {answer('[found.entity_exists, found.entity_state]')}\n"
    )

    assert host.http.post("/api/do").json() == [False, None]
    host.drain()

    assert host.durable.entity("Counter", "a").state == 5
    assert host.http.post("/api/do").json() == [True, 5]


WAITS = {
    "completed": ("Flow", "1", "10000", 200, "[1, 1]"),
    "in virtual time": ("Slow", "5", "600000", 200, '{"slow": true}'),
    "not in time": ("Slow", "50", "60000", 202, None),
    "failed": ("Broken", "1", "10000", 500, None),
}


@pytest.mark.parametrize(("name", "given", "timeout", "status", "text"), WAITS.values(), ids=WAITS)
def test_waiting_for_completion(
    name: str, given: str, timeout: str, status: int, text: str | None, open_host: MakeHost
) -> None:
    host = open_host(
        f"{FLOWS}\n@starter\nasync def Do(req: func.HttpRequest, client):\n"
        f"    found = await client.start_new('{name}', None, {given})\n"
        f"    return await client.wait_for_completion_or_create_check_status_response(req, found, {timeout}, 1000)\n"
    )

    response = host.http.post("/api/do")

    assert response.status_code == status
    if text is not None:
        assert response.text == text


def test_nothing_of_the_library_stays_changed(open_host: MakeHost) -> None:
    import sys

    host = open_host(FLOWS)
    host.http.post("/api/start/Flow")
    module = sys.modules["azure.durable_functions.models.DurableOrchestrationClient"]
    assert module.post_async_request.__module__ != "azure.durable_functions.models.utils.http_utils"

    host.close()

    assert module.post_async_request.__module__ == "azure.durable_functions.models.utils.http_utils"
    assert (module.time.__name__, module.sleep.__module__) == ("time", "asyncio.tasks")
