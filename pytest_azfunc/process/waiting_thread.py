"""A call on a thread of its own, while the caller waits for it."""

from __future__ import annotations

import contextvars
import threading
from collections.abc import Callable
from typing import TypeVar

__tracebackhide__ = True

T = TypeVar("T")


def on_a_thread(call: Callable[[], T]) -> T:
    """Call it on a new thread, with the caller's context variables, and wait until it has returned.

    :raises BaseException: what it raises.
    """
    outcome: list[T] = []
    errors: list[BaseException] = []

    def run() -> None:
        try:
            outcome.append(call())
        except BaseException as error:
            errors.append(error)

    context = contextvars.copy_context()
    thread = threading.Thread(target=context.run, args=(run,), name="azfunc due", daemon=True)
    thread.start()
    thread.join()
    if errors:
        raise errors[0]
    return outcome[0]
