"""What a test does with an orchestration: events, suspending, ending, rewinding, starting again."""

from __future__ import annotations

import pytest

from pytest_azfunc.errors import DurableError
from tests.durable.durable_app import MakeHost

FLOWS = """
@orchestrator
def Approval(context):
    timer = context.create_timer(minutes(context, 60))
    event = context.wait_for_external_event("Approved")
    winner = yield context.task_any([timer, event])
    if winner == timer:
        return "escalated"
    timer.cancel()
    return ["approved", event.result]


@orchestrator
def Twice2(context):
    first = yield context.wait_for_external_event("A")
    second = yield context.wait_for_external_event("A")
    return [first, second]


@orchestrator
def Late(context):
    yield context.wait_for_external_event("Go")
    first = yield context.wait_for_external_event("A")
    second = yield context.wait_for_external_event("A")
    return [first, second]


@orchestrator
def Status(context):
    context.set_custom_status({"step": 1})
    yield context.wait_for_external_event("Go")
    context.set_custom_status(context.get_input())
    return 1


@orchestrator
def Parent(context):
    return (yield context.call_sub_orchestrator("Waiting", None, "child"))


@orchestrator
def Waiting(context):
    return (yield context.wait_for_external_event("Go"))


@orchestrator
def Mended(context):
    first = yield context.call_activity("Echo", 1)
    second = yield context.call_activity("Sometimes", 2)
    third = yield context.call_activity("Echo", 3)
    return [first, second, third]


@orchestrator
def MendedParent(context):
    return (yield context.call_sub_orchestrator("Mended"))


broken = [True]


@activity
def Sometimes(value):
    if broken[0]:
        raise ValueError("broken")
    return value


@orchestrator
def Mend(context):
    broken[0] = False
    return None
"""


def test_an_event_arrives(open_host: MakeHost) -> None:
    request = open_host(FLOWS).durable.start("approval")
    assert (request.status, request.waits_for, len(request.timers)) == ("Running", ["Approved"], 1)

    request.raise_event("Approved", {"by": "Ada"})

    assert (request.status, request.output) == ("Completed", ["approved", {"by": "Ada"}])
    assert (request.waits_for, request.timers) == ([], [])


def test_nobody_approves(open_host: MakeHost) -> None:
    host = open_host(FLOWS)
    request = host.durable.start("Approval")

    host.advance(minutes=59)
    assert request.status == "Running"
    host.advance(minutes=1)

    assert request.output == "escalated"


@pytest.mark.parametrize("value", [None, True, 0, "text", "1", [1, 2], {"a": None}])
def test_the_value_itself_arrives(value: object, open_host: MakeHost) -> None:
    request = open_host(FLOWS).durable.start("Approval")

    request.raise_event("Approved", value)

    assert request.output == ["approved", value]


def test_only_the_last_early_event_is_kept_and_goes_to_every_wait(open_host: MakeHost) -> None:
    flow = open_host(FLOWS).durable.start("Late")
    flow.raise_event("A", 1)
    flow.raise_event("A", 2)
    assert flow.waits_for == ["Go"]

    flow.raise_event("Go")

    assert (flow.status, flow.output) == ("Completed", [2, 2])


def test_an_event_before_the_first_episode(open_host: MakeHost) -> None:
    flow = open_host(FLOWS).durable.start("Twice2", run=False)
    assert flow.status == "Pending"

    flow.raise_event("A", 1)

    assert (flow.status, flow.waits_for) == ("Running", ["A"])


def test_events_in_time_go_one_by_one(open_host: MakeHost) -> None:
    flow = open_host(FLOWS).durable.start("Twice2")

    flow.raise_event("A", 1)
    assert flow.waits_for == ["A"]
    flow.raise_event("A", 2)

    assert flow.output == [1, 2]


@pytest.mark.parametrize(("given", "shown"), [("done", "done"), ([1], [1]), ("", None), ({}, None), (0, None)])
def test_custom_status(given: object, shown: object, open_host: MakeHost) -> None:
    flow = open_host(FLOWS).durable.start("Status", given)
    assert flow.custom_status == {"step": 1}

    flow.raise_event("Go")

    assert flow.custom_status == shown


def test_suspended_events_wait_and_timers_too(open_host: MakeHost) -> None:
    host = open_host(FLOWS)
    request = host.durable.start("Approval")
    request.suspend("pause")
    assert request.status == "Suspended"

    host.advance(minutes=61)
    request.raise_event("Approved", 1)
    assert request.status == "Suspended"
    request.resume()

    assert (request.status, request.output) == ("Completed", "escalated")


def test_terminated(open_host: MakeHost) -> None:
    host = open_host(FLOWS)
    parent = host.durable.start("Parent")
    assert [child.id for child in parent.children] == ["child"]

    parent.terminate("enough")

    assert (parent.status, parent.output) == ("Terminated", "enough")
    child = host.durable["child"]
    assert child.status == "Running"
    child.raise_event("Go", 1)
    assert (child.status, parent.status) == ("Completed", "Terminated")


@pytest.mark.parametrize(("reason", "output"), [('{"a": 1}', {"a": 1}), ("5", 5), ("why", "why"), (None, None)])
def test_the_reason_is_read_as_json(reason: str | None, output: object, open_host: MakeHost) -> None:
    flow = open_host(FLOWS).durable.start("Waiting")

    flow.terminate(reason)

    assert flow.output == output


def test_rewound(open_host: MakeHost) -> None:
    host = open_host(FLOWS)
    flow = host.durable.start("Mended")
    assert flow.status == "Failed"
    host.durable.start("Mend")

    flow.rewind("mended")

    assert (flow.status, flow.output) == ("Completed", [1, 2, 3])
    assert flow.activities == ["Echo", "Sometimes", "Sometimes", "Echo"]


def test_a_failed_child_is_rewound_with_its_parent(open_host: MakeHost) -> None:
    host = open_host(FLOWS)
    flow = host.durable.start("MendedParent")
    assert (flow.status, flow.children[0].status) == ("Failed", "Failed")
    host.durable.start("Mend")

    flow.rewind()

    assert (flow.status, flow.output, flow.children[0].status) == ("Completed", [1, 2, 3], "Completed")


def test_restarted(open_host: MakeHost) -> None:
    host = open_host(FLOWS)
    flow = host.durable.start("Status", "x", id="one")
    flow.raise_event("Go")

    other = flow.restart()
    again = flow.restart(new_id=False)

    assert (other.id != "one", other.input, again.id, again.status) == (True, "x", "one", "Running")
    assert host.durable["one"] == again


def test_purged(open_host: MakeHost) -> None:
    host = open_host(FLOWS)
    flow = host.durable.start("Waiting")
    flow.raise_event("Go")

    flow.purge()

    assert (len(host.durable), flow.id in host.durable) == (0, False)


REFUSED = {
    "an event after the end": (lambda flow: flow.raise_event("Go"), "raise_event needs one that has not ended", 410),
    "terminating after the end": (lambda flow: flow.terminate(), "terminate needs one that has not ended", 410),
    "suspending after the end": (lambda flow: flow.suspend(), "suspend needs one that runs", 410),
    "resuming after the end": (lambda flow: flow.resume(), "resume needs one that is suspended", 410),
    "rewinding a completed one": (lambda flow: flow.rewind(), "rewind needs one that has failed", 412),
}


@pytest.mark.parametrize(("change", "text", "code"), REFUSED.values(), ids=REFUSED)
def test_refused(change: object, text: str, code: int, open_host: MakeHost) -> None:
    flow = open_host(FLOWS).durable.start("Waiting", id="one")
    flow.raise_event("Go")

    with pytest.raises(DurableError) as caught:
        change(flow)  # type: ignore[operator]

    assert str(caught.value) == (
        f"Waiting: the orchestration 'one' is Completed; {text}.\n"
        f"  Azure:  the management API answers {code}.\n"
        "  remedy: look at its status first.\n"
        "  rule:   durable-not-running"
    )


@pytest.mark.parametrize(
    ("id", "reason"),
    [
        ("@a", "it begins with @"),
        ("", "it is empty"),
        ("x" * 257, "it has more than 256 characters"),
        *((f"a{character}b", "it has a character that no id may have") for character in "/\\#?\n\x7f"),
    ],
)
def test_ids_that_azure_refuses(id: str, reason: str, open_host: MakeHost) -> None:
    host = open_host(FLOWS)

    with pytest.raises(DurableError, match=reason) as caught:
        host.durable.start("Waiting", id=id)

    assert caught.value.rule == "durable-instance-id"


def test_an_id_that_is_taken(open_host: MakeHost) -> None:
    host = open_host(FLOWS)
    host.durable.start("Waiting", id="one")

    with pytest.raises(DurableError) as caught:
        host.durable.start("Waiting", id="one")

    assert str(caught.value) == (
        "an orchestration with the id 'one' is Running.\n"
        "  Azure:  the host refuses to start another one.\n"
        "  remedy: wait for its end, terminate it, or take another id.\n"
        "  rule:   durable-id-taken"
    )


def test_an_unknown_id(open_host: MakeHost) -> None:
    host = open_host(FLOWS)
    host.durable.start("Waiting", id="orders-1")

    with pytest.raises(DurableError) as caught:
        host.durable["order-1"]

    assert str(caught.value) == (
        "there is no orchestration 'order-1'. Did you mean 'orders-1'? Known: orders-1.\n"
        "  remedy: use the id of one that was started.\n"
        "  rule:   durable-no-instance"
    )


def test_reprs(open_host: MakeHost) -> None:
    host = open_host(FLOWS)
    host.durable.entity("Counter", "a").signal("add", 2)
    flow = host.durable.start("Waiting", id="one")
    assert repr(flow) == "<DurableInstance Waiting one: Running, waits for 'Go'>"

    flow.raise_event("Go", 5)

    assert repr(flow) == "<DurableInstance Waiting one: Completed, output 5>"
    assert repr(host.durable) == "<Durable: 1 orchestrations, 1 entities>"
    assert repr(host.durable.entity("Counter", "a")) == "<DurableEntity @counter@a: 2>"
    assert [line.split("  ")[1] for line in repr(flow.history).splitlines()] == [
        "OrchestratorStarted",
        "ExecutionStarted Waiting",
        "OrchestratorCompleted",
        "OrchestratorStarted",
        "EventRaised Go",
        "OrchestratorCompleted",
        "ExecutionCompleted",
    ]
