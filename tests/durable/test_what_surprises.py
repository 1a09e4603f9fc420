"""What the library and Azure's host do although few would expect it: kept as it is, so that tests see it too."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest

from pytest_azfunc.durable.durable_instance import DurableInstance
from pytest_azfunc.errors import DurableError
from tests.durable.durable_app import MakeHost


def start(open_host: MakeHost, body: str, given: Any = None, functions: str = "") -> DurableInstance:
    """An orchestrator called ``Flow`` with that body, started."""
    lines = "\n".join(f"    {line}" for line in body.strip().splitlines())
    return open_host(f"{functions}\n@orchestrator\ndef Flow(context):\n{lines}\n").durable.start("Flow", given)


def message(flow: DurableInstance) -> str:
    assert flow.failure is not None
    return flow.failure.message


# Tasks


def test_a_task_that_is_never_yielded_is_never_scheduled(open_host: MakeHost) -> None:
    flow = start(open_host, "context.call_activity('Echo', 1)\nreturn (yield context.call_activity('Twice', 2))")

    assert (flow.activities, flow.output) == (["Twice"], 4)


def test_the_siblings_of_a_failed_task_run_all_the_same(open_host: MakeHost) -> None:
    flow = start(
        open_host,
        "try:\n    yield context.task_all([context.call_activity('Fail', 1), context.call_activity('Echo', 2)])\n"
        "except Exception:\n    return 'caught'",
    )

    assert (flow.output, flow.activities) == ("caught", ["Fail", "Echo"])
    assert [run.ok for run in flow.invocations if run.function in ("Fail", "Echo")] == [False, True]


def test_the_end_waits_for_what_is_open(open_host: MakeHost) -> None:
    host = open_host(
        """
        @orchestrator
        def Flow(context):
            forgotten = context.create_timer(minutes(context, 10))
            yield context.task_any([forgotten, context.call_activity("Echo", 1)])
            raise ValueError("over")

        @orchestrator
        def Events(context):
            yield context.task_any([context.wait_for_external_event("Never"), context.call_activity("Echo", 1)])
            return "over"
        """
    )
    flow = host.durable.start("Flow")
    assert (flow.status, host.durable.start("Events").status) == ("Running", "Completed")  # events are not waited for
    runs = len(flow.invocations)

    host.advance(minutes=10)

    assert flow.status == "Failed"
    assert len(flow.invocations) == runs + 1  # the orchestrator is asked once more, and answers the same


def test_two_waits_for_one_event_are_served_last_first(open_host: MakeHost) -> None:
    flow = start(
        open_host,
        "tasks = [context.wait_for_external_event('Go'), context.wait_for_external_event('Go')]\n"
        "return (yield context.task_all(tasks))",
    )

    flow.raise_event("Go", "first")
    flow.raise_event("Go", "second")

    assert flow.output == ["second", "first"]


# Time


def test_a_deadline_without_time_zone(open_host: MakeHost) -> None:
    flow = start(open_host, "yield context.create_timer(datetime.datetime(2030, 1, 1))")

    assert flow.status == "Failed"
    assert flow.failure is not None
    assert isinstance(flow.failure.exception, TypeError)


def created_timers(flow: DurableInstance) -> int:
    return sum(event.type.title == "TimerCreated" for event in flow.history)


def test_a_long_timer_comes_in_hops_of_three_days(open_host: MakeHost) -> None:
    host = open_host(
        "\n@orchestrator\ndef Flow(context):\n    yield context.create_timer(minutes(context, 20 * 1440))\n"
    )
    flow = host.durable.start("Flow")

    host.advance(days=20)

    assert (flow.status, created_timers(flow)) == ("Completed", 6)


def test_a_long_timer_that_is_cancelled_holds_the_instance_for_its_hop(open_host: MakeHost) -> None:
    host = open_host(
        """
        @orchestrator
        def Flow(context):
            timer = context.create_timer(minutes(context, 20 * 1440))
            yield context.task_any([timer, context.call_activity("Echo", 1)])
            timer.cancel()
            return "over"
        """
    )
    flow = host.durable.start("Flow")

    host.advance(days=2)
    assert flow.status == "Running"
    host.advance(days=1)

    assert flow.output == "over"


# Values


def test_an_object_as_output_fails_although_an_activity_may_return_one(open_host: MakeHost) -> None:
    flow = start(
        open_host,
        "return P()",
        functions="class P:\n    def to_json(self):\n        return '1'\n    @staticmethod\n    def from_json(text):\n        return P()\n",
    )

    assert "P is not JSON serializable" in message(flow)


def test_an_error_of_the_library_itself(open_host: MakeHost) -> None:
    flow = start(open_host, "context.set_custom_status({1})\nyield context.call_activity('Echo', 1)")

    assert "does not expose a `to_json` function" in message(flow)


@pytest.mark.parametrize(("length", "status"), [(8190, "Completed"), (8191, "Failed")])
def test_a_custom_status_of_16_kilobytes(length: int, status: str, open_host: MakeHost) -> None:
    flow = start(
        open_host, f"context.set_custom_status('x' * {length})\nreturn (yield context.call_activity('Echo', 1))"
    )

    assert flow.status == status  # its JSON text, in UTF-16, has two quotation marks more
    if status == "Failed":
        assert "The size of the custom status is 16 KB at most" in message(flow)


def test_a_call_by_the_function_object_ignores_its_registered_name(open_host: MakeHost) -> None:
    host = open_host(
        """
        @app.activity_trigger(input_name="value", activity="Renamed")
        def renamed(value):
            return value

        @orchestrator
        def Flow(context):
            return (yield context.call_activity(renamed, 1))

        @orchestrator
        def Named(context):
            return [(yield context.call_activity(Echo, 1)), (yield context.call_activity("renAMED", 2))]
        """
    )
    assert host.durable.start("Named").output == [1, 2]


def test_a_renamed_function_passed_as_an_object(open_host: MakeHost) -> None:
    host = open_host(
        """
        @app.activity_trigger(input_name="value", activity="Renamed")
        def other(value):
            return value

        @orchestrator
        def Flow(context):
            return (yield context.call_activity(other, 1))
        """
    )

    with pytest.raises(DurableError, match="there is no activity called 'other'"):
        host.durable.start("Flow")


# Going on as new


def test_continue_as_new_drops_what_has_come_and_what_follows(open_host: MakeHost) -> None:
    host = open_host(
        """
        @orchestrator
        def Flow(context):
            if context.get_input() == "again":
                return (yield context.wait_for_external_event("Extra"))
            yield context.wait_for_external_event("Go")
            context.continue_as_new("again")
            yield context.call_activity("Echo", "never")
        """
    )
    flow = host.durable.start("Flow", "first")
    before = flow.history[1].fields["OrchestrationInstance"]
    flow.raise_event("Extra", "dropped")

    flow.raise_event("Go")

    after = flow.history[1].fields["OrchestrationInstance"]
    assert before["InstanceId"] == after["InstanceId"] == flow.id
    assert before["ExecutionId"] != after["ExecutionId"]
    assert (flow.waits_for, flow.activities) == (["Extra"], [])
    flow.raise_event("Extra", "kept")
    assert flow.output == "kept"


# Children


def test_the_id_of_a_child(open_host: MakeHost) -> None:
    flow = start(
        open_host,
        "yield context.call_activity('Echo', 1)\nyield context.call_sub_orchestrator('Child')",
        functions="\n@orchestrator\ndef Child(context):\n    return context.parent_instance_id\n",
    )

    (child,) = flow.children
    assert child.id == f"{flow.history[1].fields['OrchestrationInstance']['ExecutionId']}:0001"
    assert child.output == flow.id


@pytest.mark.parametrize("id", ["mine", "taken"])
def test_a_child_with_an_id_that_is_taken(id: str, open_host: MakeHost) -> None:
    host = open_host(
        """
        @orchestrator
        def Waiting(context):
            yield context.wait_for_external_event("Go")

        @orchestrator
        def Flow(context):
            yield context.call_sub_orchestrator("Waiting", instance_id=context.get_input())
        """
    )
    host.durable.start("Waiting", id="taken")

    with pytest.raises(DurableError) as caught:
        host.durable.start("Flow", id, id="mine")

    assert caught.value.rule == "durable-id-taken"
    assert host.durable["taken"].name == "Waiting"
    assert host.durable["mine"].name == "Flow"


def test_an_orchestrator_that_calls_itself_without_end(open_host: MakeHost) -> None:
    host = open_host("\n@orchestrator\ndef Flow(context):\n    yield context.call_sub_orchestrator('Flow')\n")

    with pytest.raises(DurableError) as caught:
        host.durable.start("Flow")

    assert caught.value.rule == "durable-depth"


def test_going_on_as_new_without_end(open_host: MakeHost) -> None:
    host = open_host("\n@orchestrator\ndef Flow(context):\n    context.continue_as_new(1)\n    yield\n")

    with pytest.raises(DurableError) as caught:
        host.durable.start("Flow")

    assert caught.value.rule == "durable-endless"


def test_an_eternal_orchestration(open_host: MakeHost) -> None:
    host = open_host(
        """
        @orchestrator
        def Flow(context):
            yield context.call_activity("Echo", 1)
            yield context.create_timer(minutes(context, 1))
            context.continue_as_new((context.get_input() or 0) + 1)
        """
    )
    flow = host.durable.start("Flow")

    host.advance(minutes=1010)

    assert (flow.status, flow.input) == ("Running", 1010)


def test_many_steps_at_one_moment(open_host: MakeHost) -> None:
    host = open_host(
        """
        @orchestrator
        def Flow(context):
            total = yield context.task_all([context.call_activity("Echo", 1) for number in range(1500)])
            return len(total)
        """
    )
    host.clock.move_to("2031-01-01T00:00:00Z")

    assert host.durable.start("Flow").output == 1500


# Entities


def test_what_makes_an_entity_exist(open_host: MakeHost) -> None:
    host = open_host(
        """
        @entity
        def Looks(context):
            state = context.get_state(lambda: 7)
            if context.operation_name == "keep":
                context.set_state(state)
            elif context.operation_name == "tell":
                context.set_result([context.entity_name, context.entity_key, context.operation_name])
        """
    )
    entity = host.durable.entity("Looks", "A")

    entity.signal("look")
    assert not entity.exists
    assert entity.call("tell") == ["looks", "A", "tell"]
    assert (entity.exists, entity.state) == (True, None)
    entity.signal("keep")
    assert entity.state == 7


# Clients

STARTER = """
@app.route("do")
@app.durable_client_input(client_name="client")
async def Do(req: func.HttpRequest, client) -> func.HttpResponse:
    {body}

@orchestrator
def Waiting(context):
    yield context.wait_for_external_event("Go")
"""
COUNTER = "df.EntityId('Counter', 'a')"


@pytest.mark.parametrize("value", ["0", "''", "[]", "False", "None"])
def test_a_falsy_input_of_a_clients_signal_is_none(value: str, open_host: MakeHost) -> None:
    host = open_host(STARTER.format(body=f"await client.signal_entity({COUNTER}, 'add', {value}); return 'ok'"))

    host.http.post("/api/do")
    host.drain()

    (run,) = [run for run in host.invocations if run.function == "Counter"]
    result = json.loads(run.response.return_value.value)["results"][0]  # type: ignore[union-attr]
    assert result["isError"]
    assert "the JSON object must be str, bytes or bytearray, not NoneType" in result["result"]


CLIENT = {
    "an id with a space": ("(await client.start_new('Waiting', 'a b'))", "a b"),
    "a purge of everything": ("str(await client.purge_instance_history_by())", ValueError),
    "an interval beyond the time-out": (
        "await client.wait_for_completion_or_create_check_status_response(req, 'one', 1000, 2000)",
        Exception,
    ),
    "the state of an entity without one": ("(await client.read_entity_state(df.EntityId('Bare', 'a'))).entity_state", ""),
    "the history": ("(await client.get_status('one', show_history=True)).history", None),
    "the history's events": (
        "[event['EventType'] for event in (await client.get_status('one', show_history=True)).historyEvents]",
        ["ExecutionStarted", "ExecutionTerminated", "ExecutionCompleted"],
    ),
    "the input, not asked for": ("(await client.get_status('one', show_input=False)).input_", '"given"'),
    "what restart gives": ("sorted(await client.restart('one'))[0]", "id"),
    "one that was terminated": (
        "(await client.wait_for_completion_or_create_check_status_response(req, 'one')).status_code",
        200,
    ),
}  # fmt: skip


@pytest.mark.parametrize(("call", "result"), CLIENT.values(), ids=CLIENT)
def test_of_a_client(call: str, result: Any, open_host: MakeHost) -> None:
    if "restart" in call or call == "str(await client.purge_instance_history_by())":
        library = pytest.importorskip("azure.durable_functions")
        if not hasattr(library.DurableOrchestrationClient, "restart"):
            pytest.skip("older clients have no restart, and purge without a time")
    bare = "\n@entity\ndef Bare(context):\n    context.set_result(1)\n"
    host = open_host(STARTER.format(body=f"return func.HttpResponse(json.dumps({call}))") + bare)
    host.durable.start("Waiting", "given", id="one").terminate("enough")
    host.durable.entity("Bare", "a").signal("go")

    if isinstance(result, type):
        with pytest.raises(result):
            host.http.post("/api/do")
    else:
        assert host.http.post("/api/do").json() == result


def test_the_status_of_a_failed_instance_is_no_error(open_host: MakeHost) -> None:
    flow = start(open_host, "raise ValueError('mine')")

    assert flow.status == "Failed"
    assert message(flow) == "Orchestrator function 'Flow' failed: mine"


def test_a_starter_that_is_no_coroutine_fails_when_it_is_called(open_host: MakeHost) -> None:
    host = open_host(
        """
        @app.route("sync")
        @app.durable_client_input(client_name="client")
        def Sync(req: func.HttpRequest, client) -> func.HttpResponse:
            return func.HttpResponse("never")
        """
    )

    with pytest.raises(TypeError, match="can't be used in 'await' expression"):
        host.http.get("/api/sync")


# Activities are functions as any other


def test_an_activity_has_outputs_and_a_context(open_host: MakeHost) -> None:
    host = open_host(
        """
        @app.queue_output(arg_name="out", queue_name="shipped", connection="Storage")
        @app.activity_trigger(input_name="order")
        def Ship(order, out: func.Out[str], context) -> str:
            logging.info("shipping %s", order)
            out.set(f"shipped {order}")
            return context.function_name

        @orchestrator
        def Flow(context):
            return (yield context.call_activity("Ship", 7))
        """
    )

    flow = host.durable.start("Flow")

    assert flow.output == "Ship"
    (ship,) = [run for run in flow.invocations if run.function == "Ship"]
    assert (ship.outputs["out"].text, ship.logs.messages) == ("shipped 7", ["shipping 7"])
    assert flow.created_at - flow.updated_at <= timedelta()


@pytest.mark.parametrize("kind", [SystemExit, GeneratorExit])
def test_an_activity_that_ends_the_worker(kind: type[BaseException], open_host: MakeHost) -> None:
    host = open_host(
        f"\n@activity\ndef Ends(value):\n    raise {kind.__name__}(3)\n"
        "\n@orchestrator\ndef Flow(context):\n    yield context.call_activity('Ends', 1)\n"
    )

    with pytest.raises(kind):
        host.durable.start("Flow", id="one")

    assert host.durable["one"].status == "Running"
