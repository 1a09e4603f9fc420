"""The host's time: what is frozen and what goes on, and that all is as it was afterwards."""

from __future__ import annotations

import copyreg
import datetime as calendar
import subprocess
import sys
import threading
import time
import types
import uuid
from collections.abc import Callable, Iterator
from datetime import date, datetime, timedelta, timezone
from time import monotonic
from typing import Any
from zoneinfo import ZoneInfo

import freezegun
import freezegun.api
import pytest
import time_machine

from pytest_azfunc import clock
from pytest_azfunc.clock import HostTime, as_moment, real

MOMENT = datetime(2031, 3, 1, 2, 29, tzinfo=timezone.utc)
DAY = timedelta(days=1)


@pytest.fixture
def host_time() -> Iterator[HostTime]:
    found = HostTime()
    yield found
    found.close()


def state() -> dict[str, object]:
    """What freezing changes of the process."""
    names = ("time", "monotonic", "perf_counter", "gmtime", "localtime", "strftime", "time_ns", "monotonic_ns")
    return {
        **{name: getattr(time, name) for name in names},
        "datetime": calendar.datetime,
        "date": calendar.date,
        "here": (datetime, date, monotonic),
        "clock": vars(clock)["datetime"],
        "stacks": [list(s) for s in (freezegun.api.freeze_factories, freezegun.api.ignore_lists)],
        "more stacks": [list(s) for s in (freezegun.api.tz_offsets, freezegun.api.tick_flags)],
        "pickling": dict(copyreg.dispatch_table),
        "uuid": vars(uuid).get("_UuidCreate"),
    }


BEFORE = state()


@pytest.fixture(autouse=True)
def _as_before() -> Iterator[None]:
    yield
    assert state() == BEFORE
    assert abs(clock.now().timestamp() - time.time()) < 5


def is_now(moment: datetime) -> bool:
    return abs(moment - freezegun.api.real_datetime.now(timezone.utc)) < timedelta(seconds=5)


# Moments that somebody gives


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2026-03-01T02:29:00Z", datetime(2026, 3, 1, 2, 29)),
        ("2026-03-01T02:29Z", datetime(2026, 3, 1, 2, 29)),
        ("2026-03-01 02:29:00z", datetime(2026, 3, 1, 2, 29)),
        ("2026-03-01t02:29:00+00:00", datetime(2026, 3, 1, 2, 29)),
        (" 2026-03-01T02:29:00Z\n", datetime(2026, 3, 1, 2, 29)),
        ("2026-03-01T02:29:00+02:00", datetime(2026, 3, 1, 0, 29)),
        ("2026-03-01T02:29:00-0530", datetime(2026, 3, 1, 7, 59)),
        ("2026-03-01T02:29:00+14", datetime(2026, 2, 28, 12, 29)),
        ("2026-03-01T02:29:00.5Z", datetime(2026, 3, 1, 2, 29, 0, 500000)),
        ("2026-03-01T02:29:00,0041234Z", datetime(2026, 3, 1, 2, 29, 0, 4123)),
        ("2024-02-29T23:59:59.999999Z", datetime(2024, 2, 29, 23, 59, 59, 999999)),
    ],
)
def test_iso_text(text: str, moment: datetime) -> None:
    assert as_moment(text) == moment.replace(tzinfo=timezone.utc)


@pytest.mark.parametrize(
    "value",
    [
        "2026-03-01T02:29:00",  # whose time?
        "2026-03-01",
        "2026-03-01Z",
        "2026-13-01T00:00:00Z",
        "2026-02-30T00:00:00Z",
        "2026-03-01T24:00:00Z",
        "2026-03-01T02:60:00Z",
        "2026-03-01T02:29:00+24:00",
        "2026-03-01T02:29:00+02:60",
        "0001-01-01T00:00:00+01:00",
        "9999-12-31T23:59:59-01:00",
        "\u0662\u0660\u0662\u0666-03-01T02:29:00Z",
        "now",
        "",
        datetime(2026, 3, 1),
        datetime.min.replace(tzinfo=timezone(timedelta(hours=1))),
        date(2026, 3, 1),
        timedelta(1),
        0,
        None,
        True,
    ],
)
def test_no_moment(value: object) -> None:
    assert as_moment(value) is None


def test_an_aware_datetime_is_taken_in_utc() -> None:
    berlin = datetime(2026, 10, 25, 2, 30, tzinfo=ZoneInfo("Europe/Berlin"))
    assert as_moment(berlin) == datetime(2026, 10, 25, 0, 30, tzinfo=timezone.utc)
    assert as_moment(berlin.replace(fold=1)) == datetime(2026, 10, 25, 1, 30, tzinfo=timezone.utc)


def test_moments_are_genuine_while_time_is_frozen() -> None:
    with freezegun.freeze_time(MOMENT):
        fake = datetime(2026, 10, 25, 2, 30, tzinfo=ZoneInfo("Europe/Berlin"), fold=1)
        assert type(fake) is not freezegun.api.real_datetime
        for found in (clock.now(), as_moment(fake), as_moment("2026-10-25T02:30:00Z"), real(fake)):
            assert type(found) is freezegun.api.real_datetime
        assert (real(fake).fold, as_moment(fake)) == (
            1,
            freezegun.api.real_datetime(2026, 10, 25, 1, 30, tzinfo=timezone.utc),
        )


# Frozen


def test_it_is_the_machines_until_it_is_set(host_time: HostTime) -> None:
    assert not host_time.stands
    assert is_now(host_time.now())
    assert host_time.now() <= host_time.now()


def test_all_code_sees_the_time_that_was_set(host_time: HostTime) -> None:
    host_time.set(MOMENT)

    assert host_time.stands
    assert host_time.now() == MOMENT == datetime.now(timezone.utc) == calendar.datetime.now(timezone.utc)
    assert time.time() == MOMENT.timestamp() == time.time_ns() / 1e9
    assert date.today() == calendar.date.today() == date(2031, 3, 1)
    assert time.gmtime()[:5] == (2031, 3, 1, 2, 29)

    host_time.set(MOMENT - DAY)
    assert datetime.now(timezone.utc) == MOMENT - DAY == host_time.now()


def test_waiting_goes_on(host_time: HostTime) -> None:
    host_time.set(MOMENT)
    for name in ("monotonic", "perf_counter", "monotonic_ns", "perf_counter_ns"):
        assert getattr(time, name) is getattr(freezegun.api, f"real_{name}")
    assert monotonic is freezegun.api.real_monotonic
    started = time.monotonic()
    assert not threading.Event().wait(0.01)
    assert 0.009 < time.monotonic() - started < 5


def test_threads_see_the_time_that_was_set(host_time: HostTime) -> None:
    host_time.set(MOMENT)
    seen: list[object] = []
    thread = threading.Thread(target=lambda: seen.extend((time.time(), datetime.now(timezone.utc))))
    thread.start()
    thread.join()
    assert seen == [MOMENT.timestamp(), MOMENT]


def test_a_module_that_is_imported_meanwhile(host_time: HostTime, monkeypatch: pytest.MonkeyPatch) -> None:
    host_time.set(MOMENT)
    module = types.ModuleType("imported_meanwhile")
    exec("from datetime import datetime\nfrom time import time, monotonic", vars(module))
    monkeypatch.setitem(sys.modules, module.__name__, module)
    assert module.datetime.now(timezone.utc) == MOMENT
    host_time.close()
    assert (module.datetime, module.time, module.monotonic) == (datetime, time.time, time.monotonic)


def test_closed_twice_and_never_set() -> None:
    host_time = HostTime()
    host_time.close()
    host_time.set(MOMENT)
    host_time.close()
    host_time.close()
    assert not host_time.stands
    assert is_now(host_time.now())
    host_time.set(MOMENT)
    assert host_time.now() == MOMENT
    host_time.close()


def test_two_hosts_share_one_time() -> None:
    first, second = HostTime(), HostTime()
    first.set(MOMENT)
    second.set(MOMENT + DAY)
    assert first.now() == second.now() == MOMENT + DAY
    second.close()
    assert first.now() == MOMENT == datetime.now(timezone.utc)
    first.close()
    second.set(MOMENT)
    first.set(MOMENT + DAY)
    second.close()
    assert is_now(first.now())
    first.close()


# What the test itself freezes


def freezing() -> Callable[[datetime], object]:
    return lambda moment: freezegun.freeze_time(moment)


def travelling() -> Callable[[datetime], object]:
    return lambda moment: time_machine.travel(moment, tick=False)


LIBRARIES = pytest.mark.parametrize("library", [freezing, travelling])


@LIBRARIES
def test_what_the_test_has_frozen_is_the_hosts_time(library: Callable[[], Callable[[datetime], object]]) -> None:
    frozen, host_time = library(), HostTime()
    with frozen(MOMENT):  # type: ignore[attr-defined]
        assert host_time.stands
        assert host_time.now() == MOMENT
        host_time.set(MOMENT + DAY)
        assert host_time.now() == MOMENT + DAY == datetime.now(timezone.utc)
    assert not host_time.stands
    assert is_now(host_time.now())
    host_time.close()


@LIBRARIES
def test_what_was_frozen_around_a_test_is_as_it_was(library: Callable[[], Callable[[datetime], object]]) -> None:
    with library()(MOMENT):  # type: ignore[attr-defined]
        host_time = HostTime()
        host_time.set(MOMENT + DAY)
        host_time.set(MOMENT + 2 * DAY)
        host_time.close()
        assert datetime.now(timezone.utc) == MOMENT


def test_frozen_anew_by_the_test(host_time: HostTime) -> None:
    host_time.set(MOMENT)
    with freezegun.freeze_time(MOMENT + DAY) as frozen:
        assert host_time.now() == MOMENT + DAY
        frozen.tick(DAY)
        assert host_time.now() == MOMENT + 2 * DAY
        host_time.set(MOMENT + 3 * DAY)
        assert datetime.now(timezone.utc) == MOMENT + 3 * DAY == host_time.now()
    assert host_time.now() == MOMENT == datetime.now(timezone.utc)


def test_closed_before_the_test_ends_its_own_freezing() -> None:
    host_time = HostTime()
    host_time.set(MOMENT)
    with freezegun.freeze_time(MOMENT + DAY):
        host_time.close()
        assert calendar.datetime.now(timezone.utc) == MOMENT + DAY


@pytest.mark.parametrize("arguments", [{"tick": True}, {"auto_tick_seconds": 15}])
def test_time_that_goes_on_by_itself(arguments: dict[str, object]) -> None:
    host_time = HostTime()
    with freezegun.freeze_time(MOMENT, **arguments):  # type: ignore[arg-type]
        host_time.set(MOMENT + DAY)
        assert MOMENT + DAY <= host_time.now() < MOMENT + DAY + timedelta(minutes=5)
        host_time.close()


# Interrupts


class Interrupted(BaseException):
    """As Ctrl-C."""


def interrupt_at(line: int, call: Callable[[], object]) -> bool:
    """Raise at the so-manieth line that freezegun or the clock executes; whether it came to that."""
    files, seen = (freezegun.api.__file__, clock.__file__), 0

    def trace(frame: types.FrameType, event: str, _: object) -> Any:
        nonlocal seen
        if frame.f_code.co_filename not in files:
            return None
        if event == "line":
            seen += 1
            if seen == line:
                raise Interrupted
        return trace

    sys.settrace(trace)
    try:
        call()
    except Interrupted:
        return True
    finally:
        sys.settrace(None)
    return False


LINES = [*range(1, 60), *range(60, 2000, 97)]


@pytest.mark.parametrize("line", LINES)
def test_interrupted_while_time_is_frozen(line: int) -> None:
    host_time = HostTime()
    interrupt_at(line, lambda: host_time.set(MOMENT))
    host_time.close()


@pytest.mark.parametrize("line", LINES)
def test_interrupted_while_time_is_let_go(line: int) -> None:
    host_time = HostTime()
    host_time.set(MOMENT)
    if interrupt_at(line, host_time.close):
        host_time.close()


# What it costs


def test_freezegun_is_not_imported_before_time_is_set() -> None:
    code = (
        "import sys\nfrom pytest_azfunc.clock import HostTime\nhost_time = HostTime()\nhost_time.now()\n"
        "assert not host_time.stands\nhost_time.close()\nassert 'freezegun' not in sys.modules\n"
        "host_time.set(host_time.now())\nassert 'freezegun' in sys.modules"
    )
    subprocess.run([sys.executable, "-c", code], check=True)
