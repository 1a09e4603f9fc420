"""The worker's event loop: async functions run on it, and modules are imported while it is "running"."""

from __future__ import annotations

import sys
from collections.abc import Coroutine, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, TypeVar

if TYPE_CHECKING:
    import asyncio

T = TypeVar("T")


class WorkerLoop:
    """One loop that lives as long as the host, made when it is first needed."""

    def __init__(self) -> None:
        self._loop: asyncio.AbstractEventLoop | None = None

    def _get(self) -> asyncio.AbstractEventLoop:
        if self._loop is None:
            import asyncio

            self._loop = asyncio.new_event_loop()
        return self._loop

    def run(self, coroutine: Coroutine[Any, Any, T]) -> T:
        """Run the coroutine to its end; tasks that it leaves behind go on at the next run."""
        return self._get().run_until_complete(coroutine)

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
