"""Which log record belongs to which invocation.

Azure's worker puts a handler on the root logger and sends every record to the host, tagged with the invocation it
was logged in. Here the tag is a context variable; threads and executors that a function starts inherit it.
"""

from __future__ import annotations

import contextvars
import logging
import sys
import threading
import weakref
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, TypeVar

from pytest_azfunc.process.environment import variable
from pytest_azfunc.process.import_hooks import ImportWatch
from pytest_azfunc.process.replaced_function import ReplacedFunction
from pytest_azfunc.process.root_logger import RootHandler
from pytest_azfunc.process.surroundings import Surroundings

if TYPE_CHECKING:
    import concurrent.futures

T = TypeVar("T")


class Records(list[logging.LogRecord]):
    """The records of one invocation, in order. (A class of its own, so that it can be referred to weakly.)

    :ivar invocation_id: its id.
    :ivar surroundings: where its threads and tasks run.
    """

    __slots__ = ("__weakref__", "invocation_id", "surroundings")

    invocation_id: str
    surroundings: Surroundings


CURRENT: contextvars.ContextVar[Records | None] = contextvars.ContextVar("azfunc_invocation", default=None)

# Loggers of the SDK and of the worker itself: Azure does not count their lines as the user's. Up to Python 3.12 the
# worker is azure_functions_worker, from 3.13 on proxy_worker with azure_functions_runtime; the other's names are free.
SYSTEM_LOGGERS = (
    ("azure.functions", "azure_functions_worker")
    if sys.version_info < (3, 13)
    else ("azure.functions", "azure_functions_runtime", "proxy_worker")
)


_TRUE = ("1", "true", "t", "yes", "y")


def worker_log_level() -> int:
    """The root logger's level in Azure: INFO, or DEBUG with ``PYTHON_ENABLE_DEBUG_LOGGING``."""
    debug = (variable("PYTHON_ENABLE_DEBUG_LOGGING") or "").strip().lower() in _TRUE
    return logging.DEBUG if debug else logging.INFO


class InvocationLogHandler(RootHandler):
    """Sits on the root logger while code of the app runs, and sorts records by invocation."""

    def __init__(self, level: int = logging.INFO) -> None:
        super().__init__(level)
        self.thread_local = threading.local()
        self._by_id: weakref.WeakValueDictionary[str, Records] = weakref.WeakValueDictionary()

    def remember(self, invocation_id: str, records: Records) -> None:
        """Let a thread say by ``context.thread_local_storage.invocation_id`` which invocation it works for."""
        self._by_id[invocation_id] = records

    def handle(self, record: logging.LogRecord) -> bool:
        """Put the record to those of its invocation."""
        # No lock and no handleError: as in Azure, a record that cannot be formatted raises where it was logged.
        records = CURRENT.get()
        if records is None:
            records = self._by_id.get(getattr(self.thread_local, "invocation_id", None) or "")
            if records is None:
                return False
        if record.name.startswith(SYSTEM_LOGGERS):
            return False
        if record.levelno < self.floor and logging.root.level == self.root_level and _inherits_root_level(record.name):
            return False
        message = record.getMessage()
        if not message.isascii():
            message.encode("utf-8")
        records.append(record)
        return True


def _inherits_root_level(name: str) -> bool:
    """Whether the logger has no level of its own: then the worker's root level would have stopped the record.

    The root level itself may be lower in a test, for ``caplog.set_level`` and the like.
    """
    logger: logging.Logger | None = logging.getLogger(name)
    while logger is not None and logger.parent is not None:
        if logger.level:
            return False
        logger = logger.parent
    return True


class ThreadInheritance:
    """While it serves anybody, a thread or an executor's task logs for the invocation that started it."""

    def __init__(self) -> None:
        self._served: list[object] = []
        self._patches = [ReplacedFunction(threading.Thread, "start", _starting, self._is_needed)]
        self._executors = ImportWatch("concurrent.futures.thread", self._patch_executor)

    def _patch_executor(self, module: Any) -> None:
        owner = module.ThreadPoolExecutor
        if self._served and not any(patch.is_of(owner) for patch in self._patches):
            self._patches.append(ReplacedFunction(owner, "submit", _submitting, self._is_needed))
            self._patches[-1].put()

    def serve(self, worker: object) -> None:
        """Have threads and executors inherit the invocation, until :meth:`leave`."""
        self._served.append(worker)
        if len(self._served) == 1:
            for patch in self._patches:
                patch.put()
            self._executors.start()

    def leave(self, worker: object) -> None:
        """It needs that no more. A second call does nothing."""
        self._served = [other for other in self._served if other is not worker]
        if not self._served:
            self._executors.stop()
            for patch in self._patches:
                patch.take_away()

    def _is_needed(self) -> bool:
        return bool(self._served)


def _starting(start: Callable[..., None]) -> Callable[..., None]:
    def start_in_invocation(thread: threading.Thread) -> None:
        records = CURRENT.get()
        if records is not None:
            thread.run = _belonging_to(records, thread.run)  # type: ignore[method-assign]
        start(thread)

    return start_in_invocation


def _submitting(submit: Callable[..., Any]) -> Callable[..., Any]:
    def submit_in_invocation(
        executor: concurrent.futures.ThreadPoolExecutor, fn: Callable[..., T], /, *args: Any, **kwargs: Any
    ) -> concurrent.futures.Future[T]:
        records = CURRENT.get()
        if records is None:
            return submit(executor, fn, *args, **kwargs)  # type: ignore[no-any-return]
        token = CURRENT.set(None)  # a thread that is started for it will work for others, too
        try:
            return submit(executor, _belonging_to(records, fn), *args, **kwargs)  # type: ignore[no-any-return]
        finally:
            CURRENT.reset(token)

    return submit_in_invocation


def _belonging_to(records: Records, function: Callable[..., T]) -> Callable[..., T]:
    def run(*args: Any, **kwargs: Any) -> T:
        token = CURRENT.set(records)
        place = records.surroundings
        stays = place.begin_thread()
        try:
            if stays:
                from pytest_azfunc.process.thread_folder import move_thread

                move_thread(place.root)
            return function(*args, **kwargs)
        finally:
            if stays:
                place.end_thread()
            CURRENT.reset(token)

    return run


# One for the process: Thread and ThreadPoolExecutor are the process's, however many hosts are open.
THREADS = ThreadInheritance()
