"""The alarm for code that hangs: it rings in time, and gives signal and timer back whatever happens meanwhile."""

from __future__ import annotations

import signal
import sys
import threading
import time
from collections.abc import Iterator
from types import FrameType

import pytest

from pytest_azfunc.process.alarm import Alarm

if sys.platform == "win32":
    pytest.skip("there is no SIGALRM", allow_module_level=True)

LONG = 600.0


class Rang(BaseException):
    """The alarm has rung."""


def ring(frame: FrameType | None) -> None:
    raise Rang


@pytest.fixture(autouse=True)
def as_before() -> Iterator[None]:
    before, timer = signal.getsignal(signal.SIGALRM), signal.getitimer(signal.ITIMER_REAL)
    signal.setitimer(signal.ITIMER_REAL, 0)
    yield
    signal.signal(signal.SIGALRM, before)
    signal.setitimer(signal.ITIMER_REAL, *timer)


def handler(number: int, frame: FrameType | None) -> None:
    """Somebody else's."""


def test_it_rings_where_the_code_stands() -> None:
    frames: list[str] = []

    def note(frame: FrameType | None) -> None:
        assert frame is not None
        frames.append(frame.f_code.co_name)
        raise Rang

    with pytest.raises(Rang), Alarm(0.01, note):
        time.sleep(LONG)
    assert frames == ["test_it_rings_where_the_code_stands"]
    assert signal.getitimer(signal.ITIMER_REAL) == (0, 0)


def test_it_rings_again_where_it_was_kept() -> None:
    kept = 0
    with Alarm(0.01, ring):
        while kept < 3:
            try:
                time.sleep(LONG)
            except Rang:
                kept += 1
    assert signal.getitimer(signal.ITIMER_REAL) == (0, 0)


@pytest.mark.parametrize("before", [signal.SIG_DFL, signal.SIG_IGN, handler])
@pytest.mark.parametrize("error", [None, ValueError, KeyboardInterrupt, SystemExit])
def test_the_handler_comes_back(before: signal.Handlers, error: type[BaseException] | None) -> None:
    signal.signal(signal.SIGALRM, before)
    try:
        with Alarm(LONG, ring):
            assert signal.getsignal(signal.SIGALRM) is not before
            if error is not None:
                raise error
    except BaseException as raised:
        assert type(raised) is error
    assert signal.getsignal(signal.SIGALRM) is before
    assert signal.getitimer(signal.ITIMER_REAL) == (0, 0)


def test_the_timer_of_another_goes_on() -> None:
    signal.signal(signal.SIGALRM, handler)
    signal.setitimer(signal.ITIMER_REAL, LONG, 7)
    with pytest.raises(Rang), Alarm(0.05, ring):
        time.sleep(LONG)
    left, interval = signal.getitimer(signal.ITIMER_REAL)
    assert (LONG - 30 < left <= LONG - 0.05, interval) == (True, 7)
    assert signal.getsignal(signal.SIGALRM) is handler


def test_one_that_rings_before_is_left_alone() -> None:
    signal.signal(signal.SIGALRM, handler)
    signal.setitimer(signal.ITIMER_REAL, LONG)
    with Alarm(LONG + 1, ring):
        assert signal.getsignal(signal.SIGALRM) is handler
    assert signal.getsignal(signal.SIGALRM) is handler
    assert signal.getitimer(signal.ITIMER_REAL)[0] > LONG - 30


def test_one_within_another() -> None:
    with pytest.raises(Rang), Alarm(0.02, ring), Alarm(LONG, ring):
        time.sleep(LONG)


def test_code_that_sets_an_alarm_of_its_own_keeps_it() -> None:
    with Alarm(LONG, ring):
        signal.signal(signal.SIGALRM, handler)
        signal.alarm(500)
    assert signal.getsignal(signal.SIGALRM) is handler
    assert signal.alarm(0) > 400


def test_nothing_rings_on_another_thread() -> None:
    before, seen = signal.getsignal(signal.SIGALRM), []

    def run() -> None:
        with Alarm(0.001, ring):
            seen.append(signal.getsignal(signal.SIGALRM))

    thread = threading.Thread(target=run)
    thread.start()
    thread.join()
    assert seen == [before]
    assert signal.getitimer(signal.ITIMER_REAL) == (0, 0)
