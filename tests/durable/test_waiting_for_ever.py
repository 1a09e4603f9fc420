"""What would wait for ever in Azure, and what is not deterministic, is told."""

from __future__ import annotations

from pathlib import Path

import pytest

from pytest_azfunc.errors import DeterminismError, DurableError
from tests.durable.durable_app import MakeHost

STUCK = {
    "a bare yield": "yield",
    "a second compound over the same tasks": """
    tasks = [context.call_activity("Echo", 1), context.call_activity("Echo", 2)]
    first = context.task_all(tasks)
    second = context.task_any(tasks)
    yield first
    """,
}


@pytest.mark.parametrize("body", STUCK.values(), ids=STUCK)
def test_stuck(body: str, open_host: MakeHost) -> None:
    host = open_host(f"\n@orchestrator\ndef Flow(context):\n    {body.strip()}\n")

    with pytest.raises(DurableError) as caught:
        host.durable.start("Flow", id="one")

    place = caught.value.location
    assert place is not None
    assert str(caught.value) == (
        "Flow: the orchestration 'one' waits for nothing that can ever happen.\n"
        f"  where:  {place}\n"
        "  Azure:  it stays in Running for ever.\n"
        "  remedy: yield a task that is new or still open: no bare yield, and no second task_all or task_any over tasks "
        "that another one waits for.\n"
        "  rule:   durable-stuck"
    )
    assert host.durable["one"].status == "Running"


MISSING = {
    "an activity": ("context.call_activity('Eco', 1)", "activity called 'Eco'. Did you mean 'Echo'? Known: Echo, Fail, Twice."),
    "a sub-orchestrator": ("context.call_sub_orchestrator('Flw')", "orchestrator called 'Flw'. Did you mean 'Flow'? Known: Flow."),
    "an entity": ("context.call_entity(df.EntityId('Countr', 'a'), 'get')", "entity called 'countr'. Did you mean 'Counter'? Known: Counter."),
}  # fmt: skip


@pytest.mark.parametrize(("call", "text"), MISSING.values(), ids=MISSING)
def test_missing(call: str, text: str, open_host: MakeHost) -> None:
    host = open_host(f"\n@orchestrator\ndef Flow(context):\n    yield {call}\n")

    with pytest.raises(DurableError) as caught:
        host.durable.start("Flow", id="one")

    assert caught.value.rule == "durable-missing"
    assert text in str(caught.value).splitlines()[0]
    assert host.durable["one"].status == "Running"


def test_an_unknown_orchestrator(open_host: MakeHost) -> None:
    host = open_host("\n@orchestrator\ndef OrderFlow(context):\n    return 1\n")

    with pytest.raises(DurableError) as caught:
        host.durable.start("OrdrFlow")

    assert str(caught.value) == (
        "there is no orchestrator called 'OrdrFlow'. Did you mean 'OrderFlow'? Known: OrderFlow.\n"
        "  Azure:  the host refuses to start it.\n"
        "  remedy: name an orchestrator by its registered name: that of the trigger (orchestration=), else the "
        "function's.\n"
        "  rule:   durable-not-started"
    )


NOT_DETERMINISTIC = {
    "a GUID": ("str(uuid.uuid4())", "uuid.uuid4()", "context.new_uuid() or context.new_guid()"),
    "a random number": ("random.random()", "random.random()", "an activity"),
    "the time": ("str(datetime.datetime.now())", "datetime.now()", "context.current_utc_datetime"),
    "the day": ("str(datetime.date.today())", "date.today()", "context.current_utc_datetime"),
    "seconds": ("time.time()", "time.time()", "context.current_utc_datetime"),
    "whole days": ("int(time.time() // 86400)", "time.time()", "context.current_utc_datetime"),
}


@pytest.mark.parametrize(("value", "call", "instead"), NOT_DETERMINISTIC.values(), ids=NOT_DETERMINISTIC)
def test_not_deterministic(value: str, call: str, instead: str, open_host: MakeHost) -> None:
    host = open_host(
        f"\n@orchestrator\ndef Flow(context):\n    yield context.call_activity('Echo', {value})\n    return 1\n"
    )

    flow = host.durable.start("Flow")

    assert flow.status == "Failed"
    assert flow.failure is not None
    error = flow.failure.exception
    assert isinstance(error, DeterminismError)
    assert error.location is not None
    assert error.location.line is not None
    lines = Path(error.location.file).read_text().splitlines()
    assert "call_activity" in lines[error.location.line - 1]
    assert str(error) == (
        "Flow: the orchestrator asks for call_activity('Echo') where it had asked for call_activity('Echo') when it ran "
        f"before (action 0), because of {call}.\n"
        f"  where:  {error.location}\n"
        "  Azure:  the host fails the orchestration with a non-determinism error, if it is replayed.\n"
        f"  remedy: use {instead} instead of {call}.\n"
        "  rule:   durable-nondeterministic"
    )


def test_a_branch_by_chance(open_host: MakeHost) -> None:
    host = open_host(
        """
        turns = iter([1, 2, 3, 4])

        @orchestrator
        def Flow(context):
            for number in range(next(turns)):
                yield context.call_activity("Echo", number)
        """
    )

    flow = host.durable.start("Flow")

    assert flow.failure is not None
    assert isinstance(flow.failure.exception, DeterminismError)


DETERMINISTIC: dict[str, str] = {
    "the context's time and GUIDs": "yield context.call_activity('Echo', [context.new_uuid(), str(context.current_utc_datetime)])",
    "time that is only logged": "logging.info('%s', datetime.datetime.now())\n    yield context.call_activity('Echo', 1)",
    "the time returned": "yield context.call_activity('Echo', 1)\n    return time.time()",
}  # fmt: skip


@pytest.mark.parametrize("body", DETERMINISTIC.values(), ids=DETERMINISTIC)
def test_deterministic(body: str, open_host: MakeHost) -> None:
    host = open_host(f"\n@orchestrator\ndef Flow(context):\n    {body}\n")

    assert host.durable.start("Flow").status == "Completed"


def test_what_is_logged_is_not_logged_again(open_host: MakeHost, caplog: pytest.LogCaptureFixture) -> None:
    host = open_host(
        "\n@orchestrator\ndef Flow(context):\n    logging.warning('once')\n    return datetime.datetime.now().year\n"
    )

    with caplog.at_level("INFO"):
        host.durable.start("Flow")

    assert [record.message for record in caplog.records].count("once") == 1


def test_beside_a_profiler(open_host: MakeHost) -> None:
    import cProfile

    host = open_host(
        "\n@orchestrator\ndef Flow(context):\n    yield context.call_activity('Echo', time.time())\n"
        "\n@orchestrator\ndef Sound(context):\n    return (yield context.call_activity('Echo', 1))\n"
    )
    with cProfile.Profile() as profile:
        sound, flow = host.durable.start("Sound"), host.durable.start("Flow")

    assert sound.output == 1
    assert flow.failure is not None
    assert isinstance(flow.failure.exception, DeterminismError)
    assert len(profile.getstats()) > 100
