"""A limit to how long functions may run here, in real time: one that hangs fails its test instead of keeping it.

A sync function on the main thread is interrupted where it stands; an async one is cancelled, on any thread. A sync one
on another thread cannot be: it runs on.
"""

from __future__ import annotations

import asyncio
import os
import threading
from collections.abc import Iterator
from contextlib import suppress
from itertools import pairwise
from types import FrameType
from typing import Any

from pytest_azfunc.errors import FunctionTimeoutError, Location
from pytest_azfunc.process.alarm import Alarm
from pytest_azfunc.process.event_loops import running_loop
from pytest_azfunc.project import HostConfig
from pytest_azfunc.project.user_errors import is_own
from pytest_azfunc.rpc import InvocationRequest, InvocationResponse
from pytest_azfunc.worker.call import ENTER_FUNCTION, Call
from pytest_azfunc.worker.worker import Worker
from pytest_azfunc.worker.worker_process import WorkerProcess

__tracebackhide__ = True

_PACKAGE = os.path.dirname(os.path.dirname(__file__)) + os.sep


class _TimeIsUp(BaseException):
    """Interrupts a function. No ``except Exception`` of the function's keeps it."""


class LimitedWorker(Worker):
    """A worker whose functions may not run longer than so many seconds."""

    def __init__(
        self, process: WorkerProcess, *, seconds: float, config: HostConfig | None = None, ends_process: bool = False
    ) -> None:
        super().__init__(process, config=config, ends_process=ends_process)
        self._seconds = seconds
        self._root = process.root

    def invoke(self, request: InvocationRequest) -> InvocationResponse:
        """Run a function and wait for it.

        :raises FunctionTimeoutError: it has run for too long.
        """
        self.load(request.function)  # which is no part of its run
        stand = _Stand(self._root)

        def ring(frame: FrameType | None) -> None:
            if self._is_function(list(_callers(frame))):
                stand.note(_callers(frame))
                raise _TimeIsUp

        try:
            with Alarm(self._seconds, ring):
                response = super().invoke(request)
        except _TimeIsUp:
            if not stand.is_over:
                raise  # of the invocation around this one
            raise self._error(request.function, stand) from None
        if stand.is_over:  # the function has kept the interruption for itself
            raise self._error(request.function, stand)
        return response

    def _is_function(self, frames: list[FrameType]) -> bool:
        """Whether a function runs in these frames: we ourselves are not to be interrupted, and will soon be done."""
        for inner, outer in pairwise(frames):
            if outer.f_code in ENTER_FUNCTION and inner.f_code not in ENTER_FUNCTION:
                return not inner.f_code.co_filename.startswith(_PACKAGE)
        # Another task of the function's may keep the loop. While all of them wait, the loop's own frames are here.
        loop = running_loop()
        is_of_invocation = any(frame.f_code is Call.arun.__code__ for frame in frames)
        return not is_of_invocation and self.is_loop(loop) and asyncio.current_task(loop) is not None

    async def _arun(self, call: Call) -> None:
        task, loop = asyncio.current_task(), asyncio.get_running_loop()
        assert task is not None
        stand, has_ended = _Stand(self._root), threading.Event()

        def cancel() -> None:
            if not has_ended.is_set():
                stand.note(_awaited(task.get_coro()))
                task.cancel()

        def watch() -> None:  # a loop's own clock may be frozen
            while not has_ended.wait(self._seconds):
                with suppress(RuntimeError):  # the loop has been closed
                    loop.call_soon_threadsafe(cancel)

        thread = threading.Thread(target=watch, name="azfunc-time-limit", daemon=True)
        thread.start()
        try:
            await super()._arun(call)
        except asyncio.CancelledError:
            if not stand.is_over:
                raise
        finally:
            has_ended.set()
            thread.join()
        if stand.is_over:
            if hasattr(task, "uncancel"):  # since Python 3.11
                task.uncancel()
            raise self._error(call.loaded.function.name, stand) from None

    def _error(self, function: str, stand: _Stand) -> FunctionTimeoutError:
        limit = self.index().host.function_timeout
        return FunctionTimeoutError(
            "function-timeout",
            function=self.index().find(function).name,
            location=stand.place,
            seconds=f"{self._seconds:g}",
            stood=f" It stood in {stand.name}()." if stand.name else "",
            limit="-1, which is never" if limit is None else str(limit),
        )


class _Stand:
    """Where a function stood when its time was up.

    :ivar is_over: whether it is up.
    :ivar place: the line of the app, as far as it is known.
    :ivar name: of the function there.
    """

    def __init__(self, root: str) -> None:
        self._root = root
        self.is_over = False
        self.place: Location | None = None
        self.name = ""

    def note(self, frames: Iterator[FrameType]) -> None:
        """Time is up. What is first found counts: later on the function may be cleaning up."""
        if self.is_over:
            return
        self.is_over = True
        for frame in frames:
            code = frame.f_code
            if is_own(code.co_filename, self._root):
                self.place, self.name = Location(code.co_filename, frame.f_lineno), code.co_name
                return


def _callers(frame: FrameType | None) -> Iterator[FrameType]:
    """The frame, and those that have called it, from the inside."""
    while frame is not None:
        yield frame
        frame = frame.f_back


def _awaited(coroutine: Any) -> Iterator[FrameType]:
    """The frames of a coroutine and of what it awaits, from the inside."""
    frames: list[FrameType] = []
    while coroutine is not None:
        kind = next((kind for kind in ("cr", "gi", "ag") if hasattr(coroutine, f"{kind}_frame")), None)
        if kind is None:
            break
        if (frame := getattr(coroutine, f"{kind}_frame")) is not None:
            frames.append(frame)
        coroutine = getattr(coroutine, "gi_yieldfrom" if kind == "gi" else f"{kind}_await")
    return reversed(frames)
