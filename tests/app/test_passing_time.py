"""Time passes for a running app: which timers run, when, and what they are told."""

from __future__ import annotations

import datetime as calendar
import json
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import freezegun
import pytest
import time_machine

from pytest_azfunc import BindingError, Due, Host, Invocation, LoopError, ProjectError, ScheduleWarning
from pytest_azfunc.clock import as_moment
from pytest_azfunc.errors import AzfuncError
from tests.function_app import FunctionApp, http_out, http_trigger, queue_trigger

TELL = """
    import json, logging
    from datetime import datetime, timezone
    import azure.functions as func

    meanwhile = None

    def main(timer: func.TimerRequest):
        told = {"past_due": timer.past_due, "now": datetime.now(timezone.utc).isoformat(), **(timer.schedule_status or {})}
        logging.info(json.dumps(told))
        if meanwhile is not None:
            meanwhile()
"""
FAIL = TELL + "        raise ValueError('no rows')\n".replace("        ", "        ", 1)
START = "2026-03-01T02:00:00Z"


def utc(text: str) -> datetime:
    found = as_moment(text)
    assert found is not None
    return found


class Timers:
    """Makes apps of timers, and opens them."""

    def __init__(self, root: Path, stack: ExitStack) -> None:
        self.app = FunctionApp(root)
        self._stack = stack

    def add(self, name: str, schedule: str, script: str = TELL, **properties: Any) -> Timers:
        timer = {"type": "timerTrigger", "direction": "in", "name": "timer", "schedule": schedule, **properties}
        self.app.function(name, script, timer)
        return self

    def open(self, at: str | None = START, **options: Any) -> Host:
        host = self._stack.enter_context(Host.open(self.app.root, **options))
        if at is not None:
            assert host.clock.move_to(at) == []
        return host


@pytest.fixture
def timers(tmp_path: Path) -> Iterator[Timers]:
    with ExitStack() as stack:
        yield Timers(tmp_path, stack)
    assert calendar.datetime.__name__ == "datetime"


def told(run: Invocation) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(run.logs.messages[0])
    assert utc(found["now"]) == run.started_at
    return found


def runs(found: list[Invocation]) -> list[tuple[str, str]]:
    return [(run.function, f"{run.started_at:%d %H:%M:%S}") for run in found]


def module(host: Host, function: str) -> Any:
    import importlib

    host.worker.load(function)
    return importlib.import_module(function)


def error_of(call: Callable[[], object]) -> list[str]:
    with pytest.raises(AzfuncError) as caught:
        call()
    return str(caught.value).splitlines()


# From one due moment to the next


def test_timers_run_when_they_are_due(timers: Timers) -> None:
    host = timers.add("Nightly", "0 30 2 * * *").add("Often", "0 */20 * * * *").add("Yearly", "0 0 0 1 1 *").open()

    found = host.advance(hours=1)

    assert runs(found) == [
        ("Often", "01 02:20:00"),
        ("Nightly", "01 02:30:00"),
        ("Often", "01 02:40:00"),
        ("Often", "01 03:00:00"),
    ]
    assert host.now == host.clock.now == utc("2026-03-01T03:00:00Z") == datetime.now(timezone.utc)
    assert all(told(run)["past_due"] is False for run in found)


def test_within_one_moment_by_name_without_case(timers: Timers) -> None:
    for name in ("beta", "Alpha", "CHARLIE", "delta2", "Delta10"):
        timers.add(name, "0 30 2 * * *")
    host = timers.open()
    assert [run.function for run in host.advance(days=1)] == ["Alpha", "beta", "CHARLIE", "Delta10", "delta2"]


def test_the_end_belongs_to_it_and_the_beginning_does_not(timers: Timers) -> None:
    host = timers.add("Nightly", "0 30 2 * * *").open("2026-03-01T02:30:00Z")
    assert host.advance(hours=23, minutes=59, seconds=59.999999) == []
    assert runs(host.advance(seconds=0.000001)) == [("Nightly", "02 02:30:00")]
    assert host.advance(seconds=0) == host.advance() == host.drain() == []


def test_move_to_goes_the_same_way(timers: Timers) -> None:
    host = timers.add("Nightly", "0 30 2 * * *").open()
    berlin = datetime(2026, 3, 2, 3, 30, tzinfo=ZoneInfo("Europe/Berlin"))
    assert runs(host.clock.move_to(berlin)) == [("Nightly", "01 02:30:00"), ("Nightly", "02 02:30:00")]
    assert host.clock.move_to(host.now) == []
    assert host.clock.move_to("2026-03-02T02:30:00.5Z") == []


def test_the_first_move_only_sets_the_time(timers: Timers) -> None:
    host = timers.add("Often", "0 * * * * *").open(None)
    assert host.clock.move_to("2040-01-01T00:00:00Z") == []
    assert host.due == [Due(utc("2040-01-01T00:01:00Z"), "Often", "timer")]
    other = timers.open(None)
    assert other.clock.move_to("1999-12-31T23:59:30Z") == []
    assert runs(other.advance(seconds=30)) == [("Often", "01 00:00:00")]


def test_what_is_due_can_be_seen(timers: Timers) -> None:
    host = timers.add("b", "0 30 2 * * *").add("A", "0 30 2 * * *").add("Never", "0 0 0 30 2 *").open()
    half_past_two = utc("2026-03-01T02:30:00Z")
    assert list(host.due) == [Due(half_past_two, "A", "timer"), Due(half_past_two, "b", "timer")]
    host.advance(hours=1)
    assert [due.at for due in host.due] == [half_past_two + timedelta(days=1)] * 2
    host.stop()
    assert list(host.due) == []


def test_draining_moves_nothing(timers: Timers) -> None:
    host = timers.add("Often", "* * * * * *").open()
    assert host.drain() == []
    assert host.now == utc(START)


def test_without_moving_no_timer_runs_by_chance(timers: Timers) -> None:
    host = timers.add("Often", "* * * * * *").open(None)
    first = host.due[0].at
    assert first > host.now
    before = time.monotonic()
    while host.now < first:  # at most a second
        assert time.monotonic() < before + 5
    assert host.drain() == []
    assert host.due[0].at > first


def test_advance_begins_at_the_present_moment(timers: Timers) -> None:
    host = timers.add("Hourly", "0 0 * * * *").open(None)
    before = host.now
    found = host.advance(hours=3)
    assert [run.started_at - found[0].started_at for run in found] == [timedelta(hours=n) for n in range(3)]
    assert timedelta() < found[0].started_at - before < timedelta(hours=1, seconds=5)
    assert timedelta() <= host.now - before - timedelta(hours=3) < timedelta(seconds=5)


def test_other_functions_do_not_come_due(timers: Timers) -> None:
    timers.app.function("Queue", "def main(msg): pass", queue_trigger())
    timers.app.function("Page", "def main(req): pass", http_trigger(), http_out())
    host = timers.open()
    assert (list(host.due), host.advance(days=400), host.drain()) == ([], [], [])


# What a function is told


def test_the_state_goes_from_run_to_run(timers: Timers) -> None:
    host = timers.add("Timer", "0 */5 * * * *").open()
    first, second = host.advance(minutes=10)
    assert told(first) == {
        "past_due": False,
        "now": "2026-03-01T02:05:00+00:00",
        "Last": "0001-01-01T00:00:00+00:00",
        "Next": "2026-03-01T02:05:00+00:00",
        "LastUpdated": "0001-01-01T00:00:00+00:00",
    }
    assert told(second) == {
        "past_due": False,
        "now": "2026-03-01T02:10:00+00:00",
        "Last": "2026-03-01T02:05:00+00:00",
        "Next": "2026-03-01T02:10:00+00:00",
        "LastUpdated": "2026-03-01T02:05:00+00:00",
    }


@pytest.mark.parametrize(
    ("schedule", "properties"),
    [("0 */5 * * * *", {"useMonitor": False}), ("*/20 * * * * *", {}), ("00:00:30", {"useMonitor": True})],
)
def test_without_a_monitor_there_is_no_state(timers: Timers, schedule: str, properties: dict[str, Any]) -> None:
    host = timers.add("Timer", schedule, **properties).open("2026-03-01T02:00:01Z")
    for run in host.advance(minutes=10):
        assert "Last" not in told(run)
    host.stop()
    host.advance(hours=1)
    assert host.start() == []


def test_an_invocation_by_hand_changes_nothing(timers: Timers) -> None:
    host = timers.add("Timer", "0 */5 * * * *").open()
    host.advance(minutes=6)
    host.invoke("Timer")
    (run,) = host.advance(minutes=5)
    assert told(run)["Last"] == "2026-03-01T02:05:00+00:00"


def test_a_run_by_hand_is_told_what_is_stored(timers: Timers) -> None:
    host = timers.add("Timer", "0 */5 * * * *").open()
    host.advance(minutes=7)
    host.http.post("/admin/functions/Timer", json={"input": "is ignored"}, key=host.keys.master)
    assert told(host.invocations[-1]) == {
        "past_due": False,
        "now": "2026-03-01T02:07:00+00:00",
        "Last": "2026-03-01T02:05:00+00:00",
        "Next": "2026-03-01T02:10:00+00:00",
        "LastUpdated": "2026-03-01T02:05:00+00:00",
    }
    (run,) = host.advance(minutes=5)
    assert told(run)["Last"] == "2026-03-01T02:05:00+00:00"


# Stopped, and started again


def test_past_due_once(timers: Timers) -> None:
    host = timers.add("Timer", "0 30 2 * * *").open()
    host.stop()
    assert host.advance(days=3) == host.drain() == []

    (run,) = host.start()

    assert told(run) == {
        "past_due": True,
        "now": "2026-03-04T02:00:00+00:00",
        "Last": "0001-01-01T00:00:00+00:00",
        "Next": "2026-03-01T02:30:00+00:00",
        "LastUpdated": "2026-03-01T02:00:00+00:00",
    }
    assert (host.start(), host.restart(), host.drain()) == ([], [], [])
    (run,) = host.advance(hours=1)
    assert (told(run)["past_due"], told(run)["Last"]) == (False, "2026-03-04T02:00:00+00:00")


def test_stopped_over_no_due_moment(timers: Timers) -> None:
    host = timers.add("Timer", "0 30 2 * * *").open()
    host.stop()
    host.advance(minutes=30)  # the very moment is not past, but present
    assert host.start() == []
    (run,) = host.drain()
    assert told(run)["past_due"] is False
    assert runs(host.advance(days=1)) == [("Timer", "02 02:30:00")]


def test_run_on_startup(timers: Timers) -> None:
    host = timers.add("b", "0 30 2 * * *", runOnStartup=True).add("A", "0 0 3 * * *", runOnStartup=True).open()
    assert list(host.advance(minutes=1)) == []  # the host has started before
    first, second = host.start()
    assert (first.function, second.function) == ("A", "b")
    assert told(second)["past_due"] is False
    (run,) = host.advance(minutes=29)
    assert told(run)["Last"] == "2026-03-01T02:01:00+00:00"


def test_past_due_wins_over_startup(timers: Timers) -> None:
    host = timers.add("Timer", "0 30 2 * * *", runOnStartup=True).open()
    host.stop()
    host.advance(hours=1)
    assert [told(run)["past_due"] for run in host.start()] == [True]
    assert [told(run)["past_due"] for run in host.start()] == [False]


def test_a_restart_is_both(timers: Timers) -> None:
    host = timers.add("Timer", "0 30 2 * * *", runOnStartup=True).open()
    before = module(host, "Timer")
    assert runs(host.restart()) == [("Timer", "01 02:00:00")]
    assert module(host, "Timer") is not before
    assert host.now == utc(START) == datetime.now(timezone.utc)


def test_warmup_comes_first(timers: Timers) -> None:
    timers.app.function("Zero", "def main(warm): pass", {"type": "warmupTrigger", "direction": "in", "name": "warm"})
    host = timers.add("Alpha", "0 30 2 * * *", runOnStartup=True).open()
    assert [run.function for run in host.start()] == ["Zero", "Alpha"]
    host.settings["AzureWebJobs.Zero.Disabled"] = "1"
    assert [run.function for run in host.start()] == ["Alpha"]


def test_startup_needs_no_moved_clock(timers: Timers) -> None:
    host = timers.add("Timer", "0 0 0 * * *", runOnStartup=True).open(None)
    (started,) = host.start()
    assert calendar.datetime.__name__ == "datetime"
    (run,) = host.advance(days=1)
    assert abs(utc(told(run)["Last"]) - started.started_at) < timedelta(seconds=1)


def test_a_retry_at_startup_waits_also_while_the_machines_clock_goes_on(timers: Timers) -> None:
    script = "runs = []\ndef main(timer):\n    runs.append(1)\n    assert len(runs) > 1"
    policy = {"strategy": "fixedDelay", "maxRetryCount": 1, "delayInterval": "01:00:00"}
    timer = {
        "type": "timerTrigger",
        "direction": "in",
        "name": "timer",
        "schedule": "0 0 0 1 1 *",
        "runOnStartup": True,
    }
    timers.app.function("Timer", script, timer, retry=policy)
    host = timers.open(None)
    assert host.start() == []
    assert [due.function for due in host.due] == ["Timer"]
    assert host.drain() == []
    assert [run.ok for run in host.advance(hours=1)] == [True]


def test_another_schedule_wipes_what_was_remembered(timers: Timers) -> None:
    host = timers.add("Timer", "%WHEN%").open(settings={"WHEN": "0 30 2 * * *"})
    host.advance(hours=1)
    host.settings["WHEN"] = "0 15 * * * *"
    assert [due.at for due in host.due] == [utc("2026-03-01T03:15:00Z")]
    (run,) = host.advance(minutes=20)
    assert (told(run)["past_due"], told(run)["Last"]) == (False, "0001-01-01T00:00:00+00:00")


def test_a_disabled_timer_does_not_run(timers: Timers) -> None:
    host = timers.add("Timer", "0 30 2 * * *").open()
    host.settings["AzureWebJobs.Timer.Disabled"] = "true"
    assert (list(host.due), host.advance(days=1), host.start()) == ([], [], [])
    host.settings["AzureWebJobs.Timer.Disabled"] = "false"
    assert [told(run)["past_due"] for run in host.drain()] == [True]  # the host starts anew when a setting changes


# Runs that take time, and runs that fail


def test_missed_runs_are_one_late_run(timers: Timers) -> None:
    host = timers.add("Timer", "0 */5 * * * *").open()
    slow = module(host, "Timer")

    def takes_long() -> None:
        slow.meanwhile = None
        assert host.advance(minutes=18, seconds=30) == []

    slow.meanwhile = takes_long
    found = host.advance(minutes=25)

    assert runs(found) == [("Timer", "01 02:05:00"), ("Timer", "01 02:23:30"), ("Timer", "01 02:25:00")]
    late = told(found[1])
    assert (late["past_due"], late["Next"]) == (False, "2026-03-01T02:10:00+00:00")
    assert told(found[2])["Last"] == "2026-03-01T02:23:30+00:00"


def test_others_run_while_one_takes_its_time(timers: Timers) -> None:
    host = timers.add("Slow", "0 30 2 * * *").add("Often", "0 */20 * * * *").open()
    within: list[Invocation] = []
    module(host, "Slow").meanwhile = lambda: within.extend(host.advance(minutes=45))

    found = host.advance(minutes=40)

    assert runs(within) == [("Often", "01 02:40:00"), ("Often", "01 03:00:00")]
    assert sorted(runs(found)) == sorted([("Often", "01 02:20:00"), ("Slow", "01 02:30:00"), *runs(within)])
    assert host.now == utc("2026-03-01T03:15:00Z")


def test_a_function_that_lets_time_pass_does_not_run_for_ever(timers: Timers) -> None:
    host = timers.add("Timer", "0 0 * * * *").open()
    module(host, "Timer").meanwhile = lambda: host.advance(hours=1)
    assert runs(host.advance(hours=3)) == [("Timer", "01 03:00:00"), ("Timer", "01 04:00:00"), ("Timer", "01 05:00:00")]
    assert host.now == utc("2026-03-01T06:00:00Z")


def test_a_failure_reaches_the_test_and_the_schedule_goes_on(timers: Timers) -> None:
    host = (
        timers.add("Fails", "0 30 2 * * *", "def main(timer): raise ValueError('no rows')")
        .add("Later", "0 31 2 * * *")
        .open()
    )
    with pytest.raises(ValueError, match="no rows"):
        host.advance(days=1)
    assert host.now == utc("2026-03-01T02:30:00Z")
    assert runs(host.advance(hours=12)) == [("Later", "01 02:31:00")]
    with pytest.raises(ValueError, match="no rows"):
        host.advance(days=1)
    assert host.now == utc("2026-03-02T02:30:00Z")


def test_a_failure_as_in_azure(timers: Timers) -> None:
    host = timers.add("Fails", "0 30 2 * * *", "def main(timer): raise ValueError('no rows')").open()
    host.raise_exceptions = False
    host.failures.expect(ValueError)
    assert [run.ok for run in host.advance(days=2)] == [False, False]
    assert [failure.how for failure in host.failures] == [
        "timer, 2026-03-01 02:30:00Z",
        "timer, 2026-03-02 02:30:00Z",
    ]


def test_a_failure_that_nobody_claims(timers: Timers) -> None:
    timers.add("Fails", "0 30 2 * * *", "def main(timer): raise ValueError('no rows')")

    def leave_alone() -> None:
        with Host.open(timers.app.root, raise_exceptions=False) as host:
            host.clock.move_to(START)
            host.advance(hours=1)

    assert error_of(leave_alone) == [
        "Fails: the run (timer, 2026-03-01 02:30:00Z) failed with ValueError: no rows, and nobody saw it.",
        "  Azure:  the exception is in the log only; the schedule goes on.",
        "  remedy: mend it, or claim it: azfunc_host.failures.expect(ValueError).",
        "  rule:   failure-unclaimed-due",
    ]


def test_a_lossy_output_is_an_error_here_too(timers: Timers) -> None:
    host = timers.add("Returns", "0 30 2 * * *", "def main(timer): return 1").open()
    with pytest.raises(RuntimeError, match=r"without a \$return binding"):
        host.advance(hours=1)
    assert host.due[0].at == utc("2026-03-02T02:30:00Z")


def test_an_overflow_of_the_function_is_the_functions(timers: Timers) -> None:
    host = timers.add("Fails", "0 30 2 * * *", "def main(timer): raise OverflowError('too much')").open()
    with pytest.raises(OverflowError, match="too much"):
        host.advance(hours=1)


def test_a_skip_passes_through(timers: Timers) -> None:
    host = timers.add("Skips", "0 30 2 * * *", "import pytest\ndef main(timer): pytest.skip('not today')").open()
    with pytest.raises(pytest.skip.Exception):
        host.advance(hours=1)
    assert host.due[0].at == utc("2026-03-02T02:30:00Z")


# Time zones


def test_a_time_zone_and_spring(timers: Timers) -> None:
    host = timers.add("Nightly", "0 30 2 * * *").open(
        "2026-03-28T00:00:00Z", settings={"WEBSITE_TIME_ZONE": "Europe/Berlin"}
    )
    found = host.advance(days=3)
    assert [run.started_at.isoformat()[5:16] for run in found] == ["03-28T01:30", "03-29T01:30", "03-30T00:30"]
    assert [told(run)["Next"] for run in found] == [
        "2026-03-28T02:30:00+01:00",
        "2026-03-29T03:30:00+02:00",  # this day has no 02:30
        "2026-03-30T02:30:00+02:00",
    ]
    assert told(found[1])["Last"] == "2026-03-28T02:30:00+01:00"


def test_a_time_zone_and_autumn(timers: Timers) -> None:
    timers.add("Nightly", "0 30 2 * * *").add("Half", "0 */30 * * * *")
    host = timers.open("2026-10-24T23:00:00Z", settings={"WEBSITE_TIME_ZONE": "Europe/Berlin"})
    found = host.advance(hours=3)
    assert [(run.function, run.started_at.isoformat()[11:16]) for run in found] == [
        ("Half", "23:30"),
        ("Half", "00:00"),
        ("Half", "00:30"),
        ("Nightly", "00:30"),
        ("Half", "01:00"),
        ("Half", "01:30"),
        ("Half", "02:00"),
    ]


@pytest.mark.parametrize("freeze", [freezegun.freeze_time, lambda at: time_machine.travel(at, tick=False)])
def test_in_the_repeated_hour_nothing_comes_due_for_ever(timers: Timers, freeze: Callable[[str], Any]) -> None:
    with freeze("2026-10-25T00:00:00Z"):
        host = timers.add("Nightly", "0 30 2 * * *").open(None, settings={"WEBSITE_TIME_ZONE": "Europe/Berlin"})
        assert runs(host.advance(hours=12)) == [("Nightly", "25 00:30:00")]


def test_a_name_of_windows(timers: Timers) -> None:
    host = timers.add("Timer", "0 30 2 * * *").open(None, settings={"WEBSITE_TIME_ZONE": "W. Europe Standard Time"})
    assert error_of(lambda: host.advance(days=1)) == [
        "the app setting WEBSITE_TIME_ZONE has a name that Windows gives to a time zone.",
        "  Azure:  Python apps run on Linux plans, where the names are those of the IANA database; with another one the "
        "host goes by UTC.",
        "  remedy: write Europe/Berlin.",
        "  rule:   time-zone-windows",
    ]


def test_no_time_zone_at_all(timers: Timers) -> None:
    host = timers.add("Timer", "0 30 2 * * *").open(None, settings={"WEBSITE_TIME_ZONE": "Europe/Berln"})
    assert error_of(lambda: host.due)[0] == (
        "the app setting WEBSITE_TIME_ZONE names no time zone. Did you mean 'Europe/Berlin'?"
    )


# What the test has frozen itself


def test_time_that_the_test_has_frozen(timers: Timers) -> None:
    timers.add("Nightly", "0 30 2 * * *")
    with freezegun.freeze_time("2026-03-01T02:29:00Z") as frozen:
        host = timers.open(None)
        assert host.now == utc("2026-03-01T02:29:00Z")
        assert runs(host.advance(minutes=2)) == [("Nightly", "01 02:30:00")]
        assert datetime.now(timezone.utc) == utc("2026-03-01T02:31:00Z")
        frozen.tick(timedelta(days=1))
        assert runs(host.drain()) == [("Nightly", "02 02:31:00")]  # late, as nobody let it run at its moment
        assert host.drain() == []


def test_ticks_before_anybody_has_asked(timers: Timers) -> None:
    timers.add("Nightly", "0 30 2 * * *")
    with freezegun.freeze_time("2026-03-01T02:29:00Z") as frozen:
        host = timers.open(None)
        frozen.move_to("2026-03-01T02:31:00Z")
        assert runs(host.drain()) == [("Nightly", "01 02:31:00")]


def test_frozen_after_somebody_has_asked(timers: Timers) -> None:
    host = timers.add("Nightly", "0 30 2 * * *").open(None)
    assert len(host.due) == 1
    assert host.drain() == []
    with freezegun.freeze_time("2040-03-01T02:29:00Z"):
        assert host.drain() == []  # the years in between have not passed
        assert runs(host.advance(minutes=2)) == [("Nightly", "01 02:30:00")]
    assert host.drain() == []


def test_set_back_by_the_test(timers: Timers) -> None:
    timers.add("Nightly", "0 30 2 * * *")
    with freezegun.freeze_time("2026-03-05T02:29:00Z") as frozen:
        host = timers.open(None)
        host.advance(hours=1)
        frozen.move_to("2026-03-01T02:29:00Z")
        assert runs(host.advance(hours=1)) == [("Nightly", "01 02:30:00")]


# Bad input


def test_time_goes_forward(timers: Timers) -> None:
    host = timers.open()
    assert error_of(lambda: host.clock.move_to("2026-03-01T01:59:59.5Z")) == [
        "azfunc_clock.move_to(): time would go back from 2026-03-01 02:00:00Z to 2026-03-01 01:59:59.5Z.",
        "  remedy: give a later moment: only the first move_to() of a test may set the time back.",
        "  rule:   clock-backwards",
    ]
    assert host.now == utc(START)


@pytest.mark.parametrize(
    ("moment", "shown"),
    [
        ("2026-03-01T02:29:00", "'2026-03-01T02:29:00'"),
        (datetime(2026, 3, 1), "datetime.datetime(2026, 3, 1, 0, 0)"),
        ("tomorrow", "'tomorrow'"),
        (None, "None"),
        (1772332140, "1772332140"),
    ],
)
def test_no_moment(timers: Timers, moment: Any, shown: str) -> None:
    host = timers.open(None)
    assert error_of(lambda: host.clock.move_to(moment))[0] == (
        f"azfunc_clock.move_to(): the moment is {shown}, but must be a datetime with a time zone, or ISO text with an "
        "offset such as '2026-03-01T02:29:00Z'."
    )
    assert calendar.datetime.__name__ == "datetime"


@pytest.mark.parametrize("value", [-1, float("nan"), float("inf"), "1", None, True])
def test_no_span(timers: Timers, value: Any) -> None:
    host = timers.open()
    lines = error_of(lambda: host.advance(hours=value))
    assert lines[0].startswith("azfunc_host.advance(): hours is ")
    assert lines[0].endswith(", but must be a number from 0, as time goes forward.")


@pytest.mark.parametrize("days", [3_000_000, 1e15])
def test_beyond_the_calendar(timers: Timers, days: float) -> None:
    host = timers.open()
    assert error_of(lambda: host.clock.advance(days=days))[-1] == "  rule:   payload-value"


@pytest.mark.parametrize("max_runs", [0, -1, 1.5, "many", None, True])
def test_no_bound(timers: Timers, max_runs: Any) -> None:
    host = timers.open()
    assert "max_runs is" in error_of(lambda: host.advance(hours=1, max_runs=max_runs))[0]


def test_a_year_of_minutes_is_refused_with_the_count(timers: Timers) -> None:
    host = timers.add("Minutely", "0 * * * * *").add("Hourly", "0 0 * * * *").open("2026-01-01T00:00:00Z")
    assert error_of(lambda: host.clock.move_to("2027-01-01T00:00:00Z")) == [
        "azfunc_clock.move_to(): until 2027-01-01 00:00:00Z timers would run 534360 times, which is more than "
        "max_runs=10000: Minutely, Hourly.",
        "  remedy: go a shorter way, or ask for it: max_runs=534360.",
        "  rule:   runs-too-many",
    ]
    assert (host.now, len(host.invocations)) == (utc("2026-01-01T00:00:00Z"), 0)


def test_more_runs_when_they_are_asked_for(timers: Timers) -> None:
    host = timers.add("Minutely", "0 * * * * *", "def main(timer): pass").open()
    assert len(host.advance(hours=1, max_runs=60)) == 60
    with pytest.raises(BindingError, match="60 times, which is more than max_runs=59"):
        host.advance(hours=1, max_runs=59)
    assert len(host.advance(days=8, max_runs=20_000)) == 11_520


def test_a_span_of_zero_is_a_loop(timers: Timers) -> None:
    host = timers.add("Fine", "0 30 2 * * *").add("Zero", "00:00:00", "def main(timer): pass").open()
    with pytest.raises(LoopError) as caught:
        host.advance(minutes=1)
    assert str(caught.value).splitlines() == [
        "Zero: it has run 1000 times at 2026-03-01 02:00:00Z and is due again: its schedule is a time span of zero or less.",
        "  Azure:  the timer runs again at once, for ever.",
        "  remedy: give a time span that is longer than zero.",
        "  rule:   loop-timer",
    ]


def test_a_timer_that_the_host_leaves_out_is_warned_of_once(timers: Timers) -> None:
    host = timers.add("Bad", "0 0 0 * * 7").add("Missing", "%WHEN%").add("Good", "0 30 2 * * *").open(None)
    with pytest.warns(ScheduleWarning) as caught:
        assert len(host.advance(days=1)) == 1
    texts = [str(warning.message).splitlines()[0] for warning in caught]
    assert texts == [
        "Bad.timer: The schedule expression '0 0 0 * * 7' was not recognized as a valid cron expression or timespan "
        "string: in the weekday field, '7' is not in 0 to 6 (0 is Sunday).",
        "Missing.timer: the schedule '%WHEN%' names an app setting that is not there.",
    ]
    assert len(host.advance(days=1)) == 1


@pytest.mark.parametrize(
    ("properties", "problem"),
    [
        ({"runOnStartup": "yes"}, 'runOnStartup is "yes", but must be true or false.'),
        ({"useMonitor": []}, "useMonitor is [], but must be true or false."),
        ({"schedule": None}, "the timerTrigger has no schedule."),
    ],
)
def test_a_timer_without_sense(timers: Timers, properties: dict[str, Any], problem: str) -> None:
    host = timers.add("Timer", **{"schedule": "0 30 2 * * *", **properties}).open(None)
    with pytest.warns(ScheduleWarning) as caught:
        assert host.advance(days=1) == []
    assert str(caught[0].message).splitlines()[0] == f"Timer.timer: {problem}"


def test_flags_as_the_host_reads_them(timers: Timers) -> None:
    host = (
        timers.add("A", "0 30 2 * * *", runOnStartup="True", useMonitor="false")
        .add("B", "0 30 2 * * *", RUNONSTARTUP=1, usemonitor=0)
        .open()
    )
    assert [run.function for run in host.start()] == ["A", "B"]
    assert all("Last" not in told(run) for run in host.advance(hours=1))


def test_an_app_whose_functions_are_hidden(timers: Timers) -> None:
    timers.app.write({"function_app.py": "1 / 0"})
    host = timers.open(None)
    with pytest.raises(ZeroDivisionError):
        host.advance(days=1)


def test_a_value_of_a_setting_is_not_shown(timers: Timers) -> None:
    host = timers.add("Timer", "0 %SECRET% * * * *").open(None, settings={"SECRET": "hunter2"})
    with pytest.warns(ScheduleWarning) as caught:
        host.advance(days=1)
    assert "hunter2" not in str(caught[0].message)
    schedule = host.project.functions["Timer"].schedule
    assert schedule is not None
    with pytest.raises(ProjectError) as refused:
        schedule.next()
    assert "hunter2" not in str(refused.value)


def test_a_closed_host(timers: Timers) -> None:
    with Host.open(timers.add("Timer", "0 30 2 * * *").app.root) as host:
        pass
    for call in (host.advance, host.drain, host.start, host.stop, lambda: host.due, lambda: host.clock.move_to(START)):
        with pytest.raises(BindingError) as caught:
            call()
        assert caught.value.rule == "host-closed"


# What else stands on the agenda


def at_once(host: Host, work: Callable[[], None]) -> None:
    """Note something that is due now, as messages are."""
    agenda = vars(host)["_passing_time"].agenda
    agenda.put(host.now, "Work", work, reason="message")


@pytest.mark.parametrize("at", [None, START])
def test_what_is_due_at_once_is_drained_and_what_it_causes(timers: Timers, at: str | None) -> None:
    host, ran = timers.open(at), []

    def work() -> None:
        ran.append(host.now)
        if len(ran) < 5:
            at_once(host, work)

    at_once(host, work)
    assert host.drain() == []
    assert len(ran) == 5
    assert (host.drain(), list(host.due)) == ([], [])


@pytest.mark.parametrize("at", [None, START])
def test_a_loop_is_cut_also_while_the_machines_clock_goes_on(timers: Timers, at: str | None) -> None:
    host = timers.open(at)

    def work() -> None:
        at_once(host, work)

    at_once(host, work)
    with pytest.raises(LoopError, match="In the loop: Work"):
        host.drain()


def test_the_first_move_takes_along_what_waits(timers: Timers) -> None:
    host, ran = timers.open(None), []
    at_once(host, lambda: ran.append(host.now))
    vars(host)["_passing_time"].agenda.put(
        host.now + timedelta(minutes=5), "Later", lambda: ran.append(host.now), reason="retry"
    )
    host.clock.move_to(START)
    host.drain()
    assert len(ran) == 1
    host.advance(minutes=5)
    assert len(ran) == 2
    assert all(utc(START) - timedelta(seconds=5) <= moment <= utc(START) + timedelta(minutes=5) for moment in ran)
