"""The worker's event loop: async functions run on it, and modules are imported while it is "running"."""

from __future__ import annotations

import threading
from collections.abc import Awaitable, Coroutine
from contextlib import AbstractContextManager
from typing import TYPE_CHECKING, Any, TypeVar

from pytest_azfunc.process.event_loops import LoopOfThread, forget_running, loop_appears_running, new_loop_of_real_time
from pytest_azfunc.process.undoing import undo
from pytest_azfunc.worker.tasks import InvocationTasks

if TYPE_CHECKING:
    import asyncio
    from concurrent.futures import Future

T = TypeVar("T")

# Seconds that a function which blocks the loop has for coming to an end when the loop's thread is stopped.
_PATIENCE = 5.0


class WorkerLoop:
    """One loop that lives as long as the worker process, made when it is first needed.

    It runs on the thread that invokes an async function. Threads that come meanwhile have theirs run there too, as
    functions share Azure's loop, and the next of them goes on with it. While a live server is up it runs on a thread of
    its own.
    """

    def __init__(self) -> None:
        self._loop: asyncio.AbstractEventLoop | None = None
        self._tasks = InvocationTasks()
        self._changed = threading.Condition()  # guards the next three
        self._runner: int | None = None  # the thread that runs the loop
        self._waiting = 0  # threads whose coroutines another one runs
        self._closing = False
        self._thread: threading.Thread | None = None
        self._stopping = threading.Event()  # of that thread

    def _get(self) -> asyncio.AbstractEventLoop:
        if self._loop is None:
            loop = new_loop_of_real_time()
            self._tasks = InvocationTasks(loop.get_task_factory())
            loop.set_task_factory(self._tasks)
            self._loop = loop
        return self._loop

    def run(self, coroutine: Coroutine[Any, Any, T]) -> T:
        """Run the coroutine to its end; tasks that it leaves behind go on at the next run."""
        outer, is_ours = None, False
        try:
            with self._changed:
                loop, outer, here = self._get(), self._runner, threading.get_ident()
                if outer is None or outer == here:
                    self._runner, is_ours = here, True
            return self._run_here(loop, coroutine) if is_ours else self._run_there(loop, coroutine)
        finally:
            coroutine.close()  # it has run, unless there was no loop, or an interrupt
            if is_ours:
                self._let_go(outer)

    def _run_here(self, loop: asyncio.AbstractEventLoop, awaited: Awaitable[T]) -> T:
        with LoopOfThread():
            future = self._future(loop, awaited)
            try:
                return self._run_until_complete(loop, future)
            finally:
                future.add_done_callback(_is_told)
                if not future.done():  # another task has ended the run: whoever waits for this one is gone
                    future.cancel()

    def _future(self, loop: asyncio.AbstractEventLoop, awaited: Awaitable[T]) -> asyncio.Future[T]:
        import asyncio

        tasks = self._tasks
        if isinstance(awaited, Coroutine) and tasks.before is None and loop.get_task_factory() is tasks:
            return asyncio.Task(awaited, loop=loop)  # what the factory would make of it, too
        return asyncio.ensure_future(awaited, loop=loop)

    def _run_until_complete(self, loop: asyncio.AbstractEventLoop, future: asyncio.Future[T]) -> T:
        self._tasks.has_made = False
        try:
            return loop.run_until_complete(future)
        finally:
            if self._tasks.has_made and future.done():  # another that has ended is gone after one more round
                loop.call_soon(loop.stop)
                loop.run_forever()

    def _let_go(self, outer: int | None = None) -> None:
        with self._changed:
            self._runner = outer
            if self._waiting:
                self._changed.notify_all()

    def _run_there(self, loop: asyncio.AbstractEventLoop, coroutine: Coroutine[Any, Any, T]) -> T:
        """Have the coroutine run by the thread that runs the loop; should that one come to its own end, go on here."""
        import asyncio

        future = asyncio.run_coroutine_threadsafe(_outcome(coroutine), loop)
        with self._changed:
            self._waiting += 1
        try:
            future.add_done_callback(self._wake)
            while self._takes_over(future):
                try:
                    self._run_here(loop, asyncio.wrap_future(future, loop=loop))
                finally:
                    self._let_go()
        finally:
            with self._changed:
                self._waiting -= 1
        value, error = future.result()
        if error is not None:
            raise error
        result: T = value
        return result

    def _takes_over(self, future: Future[Any]) -> bool:
        """Wait until the coroutine has come to its end, or nobody runs the loop any more: then it is for us."""
        with self._changed:
            self._changed.wait_for(lambda: future.done() or (self._runner is None and not self._closing))
            if future.done():
                return False
            self._runner = threading.get_ident()
            return True

    def _wake(self, _: object) -> None:
        with self._changed:
            self._changed.notify_all()

    def is_this(self, loop: object) -> bool:
        """Whether *loop* is the asyncio loop that functions run on here."""
        return loop is not None and loop is self._loop

    @property
    def is_busy(self) -> bool:
        """Whether the calling thread is inside the loop already, so that :meth:`run` could not wait for it."""
        return self._runner == threading.get_ident()

    def start_thread(self) -> None:
        """Run the loop on a thread of its own from now on."""
        with self._changed:
            if self._thread is not None:
                return
            self._changed.wait_for(lambda: self._runner in (None, threading.get_ident()))
            loop, self._stopping = self._get(), threading.Event()
            self._thread = thread = threading.Thread(
                target=self._run_on, args=(loop, self._stopping), name="azfunc-event-loop", daemon=True
            )
            try:
                thread.start()
            except Exception:  # after an interrupt it may have started all the same
                self._thread = None
                raise
            assert thread.ident is not None
            self._runner = thread.ident

    def _run_on(self, loop: asyncio.AbstractEventLoop, stopping: threading.Event) -> None:
        try:
            while not stopping.is_set():
                try:
                    loop.run_forever()
                except BaseException:  # SystemExit of a task ends run_forever(); whoever waits for the task gets it too
                    continue
        finally:
            self._let_go()

    def stop_thread(self) -> None:
        """End the loop's thread. What was running stays unfinished; it goes on with the next :meth:`run`."""
        thread = self._thread
        if thread is None:
            return
        self._stopping.set()
        if thread.ident is not None:
            self._get().call_soon_threadsafe(self._get().stop)
            thread.join(_PATIENCE)
        if thread.is_alive():  # a function that blocks the loop for ever: thread and loop are beyond help
            self._loop = self._runner = None
        self._thread = None

    def appears_running(self) -> AbstractContextManager[None]:
        """As while Azure's worker imports a script: on the loop's thread, so ``asyncio.run()`` fails."""
        return loop_appears_running(self._get)

    def close(self) -> None:
        """Cancel what still runs and close the loop."""
        with self._changed:
            self._closing = True  # nobody else goes on with the loop
        try:
            self.stop_thread()
            loop = self._loop
            if loop is not None and not loop.is_closed() and self._is_ours(loop):
                if not loop.is_running():
                    forget_running(loop)
                _end(loop)
            self._loop = None
        finally:
            with self._changed:
                self._closing = False

    def _is_ours(self, loop: asyncio.AbstractEventLoop) -> bool:
        """Whether no other thread runs the loop; one that does is told to leave off."""

        def is_free() -> bool:
            return self._runner is None or self._runner == threading.get_ident()

        with self._changed:
            if is_free():
                return True
            loop.call_soon_threadsafe(_cancel_all, loop)
            self._waiting += 1
            try:
                return self._changed.wait_for(is_free, _PATIENCE)
            finally:
                self._waiting -= 1


def _is_told(future: asyncio.Future[Any]) -> None:
    """Let asyncio know that nobody will ask what came of it: it was raised already, or whoever waited is gone."""
    if not future.cancelled():
        future.exception()


async def _outcome(coroutine: Coroutine[Any, Any, T]) -> tuple[Any, BaseException | None]:
    """What the coroutine returns, or what would otherwise end the loop, on the thread of somebody else."""
    try:
        return await coroutine, None
    except (SystemExit, KeyboardInterrupt) as error:
        return None, error


def _cancel_all(loop: asyncio.AbstractEventLoop) -> set[asyncio.Task[Any]]:
    import asyncio

    tasks = asyncio.all_tasks(loop)
    for task in tasks:
        task.cancel()
    return tasks


def _end(loop: asyncio.AbstractEventLoop) -> None:
    undo([loop.close, lambda: loop.run_until_complete(loop.shutdown_asyncgens()), lambda: _end_tasks(loop)])


def _end_tasks(loop: asyncio.AbstractEventLoop) -> None:
    import asyncio

    tasks = _cancel_all(loop)
    if tasks:
        loop.run_until_complete(asyncio.gather(*tasks, return_exceptions=True))
