"""How an endpoint, which knows nothing of Functions, reaches the function's queue output."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

import azure.functions as func

_orders: ContextVar[func.Out[str]] = ContextVar("_orders")


@contextmanager
def opened(orders: func.Out[str]) -> Iterator[None]:
    """Let :func:`put` write to this output."""
    token = _orders.set(orders)
    try:
        yield
    finally:
        _orders.reset(token)


def put(message: str) -> None:
    """Put a message on the queue of the request that is being answered."""
    _orders.get().set(message)
