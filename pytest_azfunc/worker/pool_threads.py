"""The worker's threads for sync functions, as far as asyncio can tell them apart."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pytest_azfunc.process.event_loops import NEW_THREAD, LoopOfThread


class PoolThreads:
    """What asyncio knows of the worker's threads for sync functions: the loop of each, once a function has set one.

    Such a thread begins without one, and ``asyncio.get_event_loop()`` fails there. Here functions run on the test's own
    thread, whose loop they neither see nor change. Which pool thread stands for it is as in an executor: one that is
    idle, else a new one.
    """

    def __init__(self) -> None:
        self._idle: list[Mapping[str, Any]] = []

    def enter(self) -> LoopOfThread:
        """A call begins: the calling thread is one of these until :meth:`leave` gets what this returns."""
        return LoopOfThread(self._idle.pop() if self._idle else NEW_THREAD)

    def leave(self, caller: LoopOfThread) -> None:
        """The call has come to its end."""
        state = caller.restore()
        if state is not None:
            self._idle.append(state)
