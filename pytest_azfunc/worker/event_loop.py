"""The worker's event loop: async functions run on it, and modules are imported while it is "running"."""

from __future__ import annotations

import sys
import threading
from collections.abc import Coroutine, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, TypeVar

if TYPE_CHECKING:
    import asyncio

T = TypeVar("T")

# Seconds that a function which blocks the loop has for coming to an end when the loop's thread is stopped.
_PATIENCE = 5.0


class WorkerLoop:
    """One loop that lives as long as the host, made when it is first needed.

    It runs on the thread that invokes an async function. While a live server is up it runs on a thread of its own, as
    in Azure's worker, because several threads invoke functions then.
    """

    def __init__(self) -> None:
        self._loop: asyncio.AbstractEventLoop | None = None
        self._turn = threading.RLock()
        self._thread: threading.Thread | None = None
        self._stopping = False

    def _get(self) -> asyncio.AbstractEventLoop:
        if self._loop is None:
            import asyncio

            self._loop = asyncio.new_event_loop()
        return self._loop

    def run(self, coroutine: Coroutine[Any, Any, T]) -> T:
        """Run the coroutine to its end; tasks that it leaves behind go on at the next run."""
        if self._thread is not None:
            import asyncio

            return asyncio.run_coroutine_threadsafe(coroutine, self._get()).result()
        with self._turn:
            return self._get().run_until_complete(coroutine)

    def is_this(self, loop: object) -> bool:
        """Whether *loop* is the asyncio loop that functions run on here."""
        return loop is not None and loop is self._loop

    @property
    def is_busy(self) -> bool:
        """Whether the calling thread is inside the loop already, so that :meth:`run` could not wait for it."""
        if self._loop is None or not self._loop.is_running():
            return False
        return self._thread is None or self._thread is threading.current_thread()

    def start_thread(self) -> None:
        """Run the loop on a thread of its own from now on."""
        with self._turn:
            if self._thread is None:
                self._stopping = False
                self._thread = threading.Thread(
                    target=self._run_on, args=(self._get(),), name="azfunc-event-loop", daemon=True
                )
                self._thread.start()

    def _run_on(self, loop: asyncio.AbstractEventLoop) -> None:
        while not self._stopping:
            try:
                loop.run_forever()
            except BaseException:  # SystemExit of a task ends run_forever(); whoever waits for the task gets it too
                continue

    def stop_thread(self) -> None:
        """End the loop's thread. What was running stays unfinished; it goes on with the next :meth:`run`."""
        with self._turn:
            thread, self._thread = self._thread, None
            if thread is None:
                return
            self._stopping = True
            self._get().call_soon_threadsafe(self._get().stop)
            thread.join(_PATIENCE)
            if thread.is_alive():  # a function that blocks the loop for ever: thread and loop are beyond help
                self._loop = None

    @contextmanager
    def appears_running(self) -> Iterator[None]:
        """As while Azure's worker imports a script: on the loop's thread, so ``asyncio.run()`` fails."""
        import asyncio.events as events

        if events._get_running_loop() is not None:
            yield
            return
        events._set_running_loop(self._get())
        try:
            yield
        finally:
            events._set_running_loop(None)

    def close(self) -> None:
        """Cancel what still runs and close the loop."""
        self.stop_thread()
        loop, self._loop = self._loop, None
        if loop is None or loop.is_closed():
            return
        import asyncio

        try:
            tasks = asyncio.all_tasks(loop)
            for task in tasks:
                task.cancel()
            if tasks:
                loop.run_until_complete(asyncio.gather(*tasks, return_exceptions=True))
            loop.run_until_complete(loop.shutdown_asyncgens())
        finally:
            loop.close()


@contextmanager
def no_running_loop() -> Iterator[None]:
    """As in the worker's threads for sync functions: no loop is running, so ``asyncio.run()`` works."""
    import asyncio.events as events

    running = events._get_running_loop()
    events._set_running_loop(None)
    try:
        yield
    finally:
        events._set_running_loop(running)


def is_loop_running() -> bool:
    """Whether the calling thread is inside a running event loop; imports nothing to find out."""
    events: Any = sys.modules.get("asyncio.events")
    return events is not None and events._get_running_loop() is not None
