"""An interrupt between any two lines of the package."""

from __future__ import annotations

import contextlib
import linecache
import os
import random
import signal
import sys
import traceback
from collections.abc import Callable, Iterator
from functools import cache, partial
from types import CodeType
from typing import Any

from tests.process.scenarios.apps import Apps
from tests.process.scenarios.table import LONG, Rows
from tests.process.scenarios.uses import get

ROWS = Rows(may_raise=True)
# Another seed interrupts other lines.
SEED = os.environ.get("AZFUNC_SEED", "")


def _opens(apps: Apps) -> Iterator[None]:
    from pytest_azfunc import Host

    yield
    host = Host.open(apps.first, settings={"GIVEN": "1"})
    yield
    host.close()


def _uses(name: str, apps: Apps) -> Iterator[None]:
    from pytest_azfunc import Host

    with Host.open(apps.first) as host:
        yield
        host.invoke(name)
        yield


def _requests(apps: Apps) -> Iterator[None]:
    from pytest_azfunc import Host

    with Host.open(apps.first) as host:
        yield
        host.http.get("/api/hello")
        yield


def _starts_a_server(apps: Apps) -> Iterator[None]:
    from pytest_azfunc import Host

    with Host.open(apps.first) as host:
        yield
        server = host.live_server()
        server.start()
        yield


def _closes(apps: Apps) -> Iterator[None]:
    from pytest_azfunc import Host

    host = Host.open(apps.first, settings={"GIVEN": "1"})
    host.invoke("Changes")
    host.invoke("Slow")
    try:
        yield
        host.close()
        yield
    finally:
        host.close()  # who was interrupted closes again


def _closes_a_server(apps: Apps) -> Iterator[None]:
    from pytest_azfunc import Host

    host = Host.open(apps.first)
    server = host.live_server()
    server.start()
    get(f"{server.url}/api/hello")
    try:
        yield
        host.close()
        yield
    finally:
        host.close()


def _moves_time(apps: Apps) -> Iterator[None]:
    from pytest_azfunc import Host

    host = Host.open(apps.first)
    try:
        yield
        host.clock.move_to("2031-03-01T02:29:00Z")
        host.advance(minutes=1)
        host.restart()
        yield
    finally:
        host.close()


def _closes_in_moved_time(apps: Apps) -> Iterator[None]:
    from pytest_azfunc import Host

    host = Host.open(apps.first)
    host.clock.move_to("2031-03-01T02:29:00Z")
    host.invoke("Slow")
    try:
        yield
        host.close()
        yield
    finally:
        host.close()


def _indexes(apps: Apps) -> Iterator[None]:
    from pytest_azfunc import Host

    yield
    with Host.open(apps.decorators) as host, contextlib.ExitStack() as stack:
        # Who was interrupted when `with` has just begun to close it closes again.
        stack.callback(host.close)
        host.http.get("/x")
    yield


# What is interrupted between the two yields of it, and how often in an ordinary run.
INTERRUPTED: dict[str, tuple[Callable[[Apps], Iterator[None]], int]] = {
    "opening": (_opens, 25),
    "a sync call": (partial(_uses, "Loud"), 12),
    "an async call": (partial(_uses, "Slow"), 12),
    "a request": (_requests, 10),
    "the start of a live server": (_starts_a_server, 10),
    "closing": (_closes, 15),
    "closing a live server": (_closes_a_server, 8),
    "moving time": (_moves_time, 12),
    "closing in moved time": (_closes_in_moved_time, 8),
    "a whole life with decorators": (_indexes, 8),
}
_PACKAGE = os.sep + "pytest_azfunc" + os.sep


def _trace(stop: Callable[[], None]) -> Callable[..., Any]:
    def trace(frame: Any, event: str, _: object) -> Any:
        if _PACKAGE not in frame.f_code.co_filename and not frame.f_code.co_filename.endswith("contextlib.py"):
            return None
        if event == "line" and not _leaves_with(frame.f_code, frame.f_lasti, frame.f_lineno):
            stop()
        return trace

    return trace


@cache
def _leaves_with(code: CodeType, offset: int, line: int) -> bool:
    """Whether a ``with`` block is at its end: traced as a line, but no signal is handled between it and ``__exit__``."""
    if not linecache.getline(code.co_filename, line).lstrip().startswith("with "):
        return False
    return offset > min(start for start, _, of in code.co_lines() if of == line)


def _lines(make: Callable[[Apps], Iterator[None]], apps: Apps) -> int:
    """How many lines of the package are passed between the two yields."""
    count = 0

    def add() -> None:
        nonlocal count
        count += 1

    steps = make(apps)
    next(steps)
    sys.settrace(_trace(add))
    try:
        next(steps, None)
    finally:
        sys.settrace(None)
    for _ in steps:
        pass
    return count


def _interrupted(make: Callable[[Apps], Iterator[None]], share: float, apps: Apps) -> None:
    """An interrupt at that share of the lines, as a real signal, so that who defers signals defers this one, too."""
    total = _in_a_fork(lambda: _lines(make, apps))
    at, count = max(1, int(share * total)), 0

    def stop() -> None:
        nonlocal count
        count += 1
        if count == at:
            sys.settrace(None)
            signal.raise_signal(signal.SIGINT)

    steps = make(apps)
    next(steps)
    place = ""
    try:
        sys.settrace(_trace(stop))
        try:
            next(steps, None)
        finally:
            sys.settrace(None)
    except KeyboardInterrupt as error:
        frame = traceback.extract_tb(error.__traceback__)
        inside = [f for f in frame if _PACKAGE in f.filename]
        if inside:
            place = f"{inside[-1].filename.partition(_PACKAGE)[2]}:{inside[-1].lineno} {inside[-1].name}"
        raise KeyboardInterrupt(f"line {at} of {total}, {place}") from None
    finally:
        steps.close()  # type: ignore[attr-defined]


def _in_a_fork(count: Callable[[], int]) -> int:
    read, write = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            os.write(write, str(count()).encode())
        finally:
            os._exit(0)
    os.close(write)
    with open(read) as file:
        found = file.read()
    os.waitpid(child, 0)
    return int(found or 1)


def _shares(count: int, seed: str) -> list[float]:
    generator = random.Random(seed)
    # One in each of as many equal parts, so that every part is met.
    return [(index + generator.random()) / count for index in range(count)]


for _what, (_make, _count) in INTERRUPTED.items():
    for _number, _share in enumerate(_shares(_count * (20 if LONG else 1), SEED + _what)):
        ROWS.add(f"{_what}, interrupt {_number} at {_share:.4f}", partial(_interrupted, _make, _share))
