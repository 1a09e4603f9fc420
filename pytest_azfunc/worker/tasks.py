"""The tasks that a function leaves behind: each of their steps runs in the app's surroundings, as in Azure.

They may run when their call has ended, on the loop of an async test or beside a live server's test, which is somewhere
else. So what a task does up to its next ``await`` is as a call of its own.
"""

from __future__ import annotations

from collections.abc import Callable, Coroutine, Generator, Iterator
from contextlib import contextmanager
from functools import cache
from typing import TYPE_CHECKING, Any

from pytest_azfunc.process.event_loops import is_loop_running, kept_exception
from pytest_azfunc.worker.logs import CURRENT, Records

if TYPE_CHECKING:
    import asyncio

    from pytest_azfunc.process.surroundings import Surroundings

__tracebackhide__ = True


@contextmanager
def tasks_run_in_surroundings() -> Iterator[None]:
    """For the time of a call: tasks that it makes on the running loop, of asyncio, run in their invocation's place."""
    if not is_loop_running():
        yield
        return
    import asyncio

    loop = asyncio.get_running_loop()
    present = loop.get_task_factory()
    factory = present if isinstance(present, InvocationTasks) else InvocationTasks(present)
    if factory is not present:
        loop.set_task_factory(factory)
    factory.calls += 1
    try:
        yield
    finally:
        factory.calls -= 1
        if factory.calls == 0 and loop.get_task_factory() is factory:
            loop.set_task_factory(factory.before)


class InvocationTasks:
    """A task factory for which a task that is made in an invocation belongs to it.

    :ivar before: the factory that makes the tasks; None for asyncio's own.
    :ivar calls: how many calls need it now.
    :ivar has_made: whether it has made one that belongs to an invocation; for others to reset.
    """

    def __init__(self, before: Any = None) -> None:
        self.before = before
        self.calls = 0
        self.has_made = False

    def __call__(self, loop: asyncio.AbstractEventLoop, coroutine: Any, **options: Any) -> Any:
        """Make a task, as a loop's ``create_task()`` asks for it."""
        context = options.get("context")
        records: Records | None = CURRENT.get() if context is None else context.get(CURRENT)
        if records is None or not loop.is_running():  # what a call itself waits for
            return self._make(loop, coroutine, options)
        task = self._make(loop, _InSteps(coroutine, records.surroundings), options)
        task.add_done_callback(_tidy)
        self.has_made = True
        return task

    def _make(self, loop: asyncio.AbstractEventLoop, coroutine: Any, options: dict[str, Any]) -> Any:
        if self.before is not None:
            return self.before(loop, coroutine, **options)
        return _task_class()(coroutine, loop=loop, **options)


@cache
def _task_class() -> type[asyncio.Task[Any]]:
    import asyncio

    class Task(asyncio.Task[Any]):
        def set_name(self, value: object) -> None:
            if value is not None:  # Python 3.13.0 so names a task of a factory that was given no name
                super().set_name(value)

    return Task


class _InSteps(Coroutine[Any, Any, Any]):
    """A coroutine, each step of which runs in the surroundings of its invocation."""

    def __init__(self, coroutine: Coroutine[Any, Any, Any], place: Surroundings) -> None:
        self._coroutine = coroutine
        self._place = place

    def send(self, value: Any) -> Any:
        return self._step(self._coroutine.send, value)

    def throw(self, *error: Any) -> Any:
        return self._step(self._coroutine.throw, *error)

    def _step(self, step: Callable[..., Any], *arguments: Any) -> Any:
        self._place.enter()
        try:
            return step(*arguments)
        finally:
            self._place.leave()

    def close(self) -> None:
        self._coroutine.close()

    def __await__(self) -> Generator[Any, Any, Any]:
        return self._coroutine.__await__()

    def __getattr__(self, name: str) -> Any:
        return getattr(self._coroutine, name)  # asyncio shows a task by its coroutine's names and frames


def _tidy(task: asyncio.Task[Any]) -> None:
    """What a task has raised begins in the app; what has ended the loop's run was raised there, too."""
    error = kept_exception(task)
    if isinstance(error, (KeyboardInterrupt, SystemExit)):
        task.exception()  # so asyncio need not warn that nobody knows of it
    while error is not None and error.__traceback__ is not None:
        if error.__traceback__.tb_frame.f_globals is not globals():
            break
        error.__traceback__ = error.__traceback__.tb_next
