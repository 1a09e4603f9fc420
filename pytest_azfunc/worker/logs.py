"""Which log record belongs to which invocation.

Azure's worker puts a handler on the root logger and sends every record to the host, tagged with the invocation it
was logged in. Here the tag is a context variable; threads and executors that a function starts inherit it.
"""

from __future__ import annotations

import concurrent.futures
import contextvars
import logging
import os
import threading
import weakref
from collections.abc import Callable
from typing import Any, TypeVar

from pytest_azfunc.process.root_logger import RootHandler

T = TypeVar("T")


class Records(list[logging.LogRecord]):
    """The records of one invocation, in order. (A class of its own, so that it can be referred to weakly.)"""

    __slots__ = ("__weakref__",)


CURRENT: contextvars.ContextVar[Records | None] = contextvars.ContextVar("azfunc_invocation", default=None)

# Loggers of the worker and the SDK themselves: Azure does not count their lines as the user's.
SYSTEM_LOGGERS = ("azure.functions", "azure_functions_runtime", "azure_functions_worker", "proxy_worker")


_TRUE = ("1", "true", "t", "yes", "y")


def worker_log_level() -> int:
    """The root logger's level in Azure: INFO, or DEBUG with ``PYTHON_ENABLE_DEBUG_LOGGING``."""
    debug = os.environ.get("PYTHON_ENABLE_DEBUG_LOGGING", "").strip().lower() in _TRUE
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
    """While installed, a thread or an executor's task logs for the invocation that started it. May nest."""

    def __init__(self) -> None:
        self._depth = 0
        self._originals: tuple[Any, Any] = (None, None)

    def install(self) -> None:
        """Have threads and executors inherit the invocation."""
        self._depth += 1
        if self._depth > 1:
            return
        start, submit = threading.Thread.start, concurrent.futures.ThreadPoolExecutor.submit
        self._originals = start, submit

        def start_in_invocation(thread: threading.Thread) -> None:
            records = CURRENT.get()
            if records is not None:
                thread.run = _belonging_to(records, thread.run)  # type: ignore[method-assign]
            start(thread)

        def submit_in_invocation(
            executor: concurrent.futures.ThreadPoolExecutor, fn: Callable[..., T], /, *args: Any, **kwargs: Any
        ) -> concurrent.futures.Future[T]:
            records = CURRENT.get()
            return submit(executor, fn if records is None else _belonging_to(records, fn), *args, **kwargs)

        threading.Thread.start = start_in_invocation  # type: ignore[method-assign, assignment]
        concurrent.futures.ThreadPoolExecutor.submit = submit_in_invocation  # type: ignore[method-assign, assignment]

    def uninstall(self) -> None:
        """Leave them alone again."""
        self._depth -= 1
        if self._depth == 0:
            threading.Thread.start, concurrent.futures.ThreadPoolExecutor.submit = self._originals  # type: ignore[method-assign]


def _belonging_to(records: Records, function: Callable[..., T]) -> Callable[..., T]:
    def run(*args: Any, **kwargs: Any) -> T:
        token = CURRENT.set(records)
        try:
            return function(*args, **kwargs)
        finally:
            CURRENT.reset(token)

    return run


# One for the process: Thread and ThreadPoolExecutor are the process's, however many hosts are open.
THREADS = ThreadInheritance()
