"""What asyncio knows of loops: which one runs on a thread, which one a thread has, and the policy.

asyncio's private names are known here alone. It is not imported to look: where nobody has imported it, there is nothing
to be found.
"""

from __future__ import annotations

import functools
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import asyncio

# So that asyncio makes no loop by itself, as it does on the main thread.
NEW_THREAD: Mapping[str, Any] = {"_set_called": True}

# The machine's own clock. Nothing that freezes a test's time knows it by this name, as it does time.monotonic.
_CLOCK: Callable[[], float] | None = (
    functools.partial(time.clock_gettime, time.CLOCK_MONOTONIC) if hasattr(time, "clock_gettime") else None
)


def new_loop_of_real_time() -> asyncio.AbstractEventLoop:
    """A new event loop whose clock goes on while a test has frozen its own: who waits in it need not wait for ever."""
    import asyncio

    try:
        loop = asyncio.new_event_loop()
    except Exception as error:
        raise error.with_traceback(None)  # noqa: B904 - its frames would keep the half of a loop, and its open files
    if isinstance(loop, asyncio.BaseEventLoop):  # uvloop has a clock of its own
        loop.time = _CLOCK or _unfrozen_clock()  # type: ignore[method-assign]
    return loop


def _unfrozen_clock() -> Callable[[], float]:
    freezegun: Any = sys.modules.get("freezegun.api")
    clock: Callable[[], float] = getattr(freezegun, "real_monotonic", time.monotonic)
    return clock


def is_loop_running() -> bool:
    """Whether the calling thread is inside a running event loop."""
    return running_loop() is not None


def running_loop() -> asyncio.AbstractEventLoop | None:
    """The event loop that the calling thread is inside of."""
    events: Any = sys.modules.get("asyncio.events")
    return None if events is None else events._get_running_loop()


@contextmanager
def no_running_loop() -> Iterator[None]:
    """As in the worker's threads for sync functions: no loop is running, so ``asyncio.run()`` works."""
    with _running(None):
        yield


@contextmanager
def loop_appears_running(loop: Callable[[], asyncio.AbstractEventLoop]) -> Iterator[None]:
    """As while Azure's worker imports a script: on its loop's thread, so ``asyncio.run()`` fails.

    :param loop: the loop that appears so, unless one runs anyway.
    """
    import asyncio  # noqa: F401 - so that a loop can be found running

    if is_loop_running():
        yield
        return
    with LoopOfThread(), _running(loop()):
        yield


@contextmanager
def new_loop_appears_running() -> Iterator[None]:
    """The same with a loop that is there for this only."""
    import asyncio

    with LoopOfThread():
        loop = asyncio.new_event_loop()
        try:
            with loop_appears_running(lambda: loop):
                yield
        finally:
            loop.close()


@contextmanager
def _running(loop: asyncio.AbstractEventLoop | None) -> Iterator[None]:
    import asyncio.events as events

    before = events._get_running_loop()
    try:
        events._set_running_loop(loop)
        yield
    finally:
        events._set_running_loop(before)


def kept_exception(task: asyncio.Task[Any]) -> BaseException | None:
    """What a task has raised, without being the one who has asked for it: asyncio warns if nobody does."""
    return getattr(task, "_exception", None)


def forget_running(loop: object) -> None:
    """Should *loop* still appear to run on this thread, because an interrupt came in between, it does so no more."""
    events: Any = sys.modules.get("asyncio.events")
    if events is not None and events._get_running_loop() is loop:
        events._set_running_loop(None)


def loop_of(primitive: object) -> object:
    """The loop that an ``asyncio.Event`` or its like belongs to; None before anybody has waited for it."""
    return getattr(primitive, "_loop", None)


def loop_policy() -> Any:
    """The event loop policy; None where there is none yet. Asking asyncio would create one."""
    return getattr(sys.modules.get("asyncio.events"), "_event_loop_policy", None)


def set_loop_policy(policy: Any) -> None:
    """Put it back."""
    events: Any = sys.modules.get("asyncio.events")
    if events is not None:
        events._event_loop_policy = policy


class LoopOfThread:
    """The event loop that asyncio has for the calling thread while no loop is running, to be put back.

    In a ``with`` block it is put back at the end.
    """

    __slots__ = ("_place", "_saved")

    def __init__(self, other: Mapping[str, Any] | None = None) -> None:
        """Keep a copy.

        :param other: lets the thread appear to be another one: what asyncio knows of that, :data:`NEW_THREAD` or what
            :meth:`restore` has returned.
        """
        self._place = place = _place()
        if place is not None:
            self._saved = place.copy()
            if other is not None:
                place.clear()
                place.update(other)

    def restore(self) -> Mapping[str, Any] | None:
        """Put it back.

        :returns: what was in its place; None where asyncio has no such place, and nothing was ever replaced.
        """
        place = self._place
        if place is None:
            return None
        present = place.copy()
        if present != self._saved:
            place.update(self._saved)  # first, lest an interrupt leave nothing there
            for name in present.keys() - self._saved.keys():
                place.pop(name, None)
        return present

    def __enter__(self) -> LoopOfThread:
        return self

    def __exit__(self, *_: object) -> None:
        self.restore()


def _place() -> dict[str, Any] | None:
    """Where the policy keeps the calling thread's loop; None where no policy of asyncio's own kind is."""
    events: Any = sys.modules.get("asyncio.events")
    if events is None:
        return None
    if events._event_loop_policy is None:
        events._init_event_loop_policy()
    local = getattr(events._event_loop_policy, "_local", None)
    return vars(local) if isinstance(local, threading.local) else None
