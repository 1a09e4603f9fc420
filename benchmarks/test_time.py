"""What it costs to find when a timer is due, to keep an agenda, and to let a year pass."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from pytest_azfunc import Host
from pytest_azfunc.host.agenda import Agenda
from pytest_azfunc.host.bindings.timer import DueRun
from pytest_azfunc.host.schedules import HostSchedule, ScheduleStatus, parse

START = datetime(2026, 1, 1, 12, 0, 7, tzinfo=timezone.utc)
EVERYDAY = {
    "every five minutes": "0 */5 * * * *",
    "every ten seconds": "*/10 * * * * *",
    "every hour": "0 0 * * * *",
    "nightly": "0 30 2 * * *",
    "on weekdays": "0 0 9 * * 1-5",
    "once a month": "0 0 0 1 * *",
}


def hundred(step: Callable[[], object]) -> Callable[[], None]:
    def steps() -> None:
        for _ in range(100):
            step()

    return steps


def croniter_steps(text: str, zone: Any) -> Callable[[], object]:
    from croniter import croniter

    # As the host reads an expression: seconds first, and both day fields must fit.
    found = croniter(text, START.astimezone(zone), ret_type=datetime, day_or=False, second_at_beginning=True)
    return found.get_next


def our_steps(text: str, zone: Any) -> Callable[[], object]:
    schedule, moment = parse(text), START.astimezone(zone)

    def step() -> None:
        nonlocal moment
        moment = schedule.next_after(moment) or START.astimezone(zone)

    return step


@pytest.mark.parametrize("way", ["croniter", "next_after"])
@pytest.mark.parametrize("zone", ["UTC", "Europe/Berlin"])
@pytest.mark.parametrize("kind", EVERYDAY)
def test_next_occurrence(benchmark: Any, kind: str, zone: str, way: str) -> None:
    benchmark.group = f"100 next occurrences, {kind}, {zone}"
    steps = croniter_steps if way == "croniter" else our_steps
    benchmark(hundred(steps(EVERYDAY[kind], timezone.utc if zone == "UTC" else ZoneInfo(zone))))


@pytest.mark.parametrize("way", ["10 moments", "100,000 moments"])
def test_agenda(benchmark: Any, way: str) -> None:
    benchmark.group = "1,000 steps of an agenda"
    agenda, count = Agenda(), int(way.split()[0].replace(",", ""))
    for number in range(count):
        agenda.put(START + timedelta(seconds=number * 7919 % count), "A", lambda: None, reason="retry")

    def steps() -> None:
        for _ in range(1000):
            entry = agenda.next()
            assert entry is not None
            agenda.run(entry, entry.at)
            agenda.put(entry.at + timedelta(seconds=count), "A", lambda: None, reason="retry")

    benchmark(steps)


@pytest.fixture
def hourly(tmp_path: Path) -> Iterator[Host]:
    folder = tmp_path / "Hourly"
    folder.mkdir()
    (tmp_path / "host.json").write_text('{"version": "2.0"}')
    timer = '{"type": "timerTrigger", "direction": "in", "name": "timer", "schedule": "0 0 * * * *"}'
    (folder / "function.json").write_text(f'{{"bindings": [{timer}]}}')
    (folder / "__init__.py").write_text("def main(timer): pass")
    with Host.open(tmp_path) as host:
        host.clock.move_to("2026-01-01T00:00:00Z")
        yield host


@pytest.mark.parametrize("way", ["invocations alone", "advance"])
def test_year_of_an_hourly_timer(benchmark: Any, hourly: Host, way: str) -> None:
    benchmark.group = "a year of an hourly timer"
    function = hourly.function("Hourly")
    run = DueRun(HostSchedule(parse("0 0 * * * *")), ScheduleStatus(START, START, START))

    def alone() -> None:
        for _ in range(8760):
            hourly.script_host.run(function, run)

    def year() -> None:
        assert len(hourly.advance(hours=8760)) == 8760

    benchmark.pedantic(alone if way == "invocations alone" else year, rounds=3)
