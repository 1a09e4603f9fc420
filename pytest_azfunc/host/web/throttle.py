"""How many HTTP requests host.json lets run and wait.

Sources: azure-functions-host, HttpThrottleMiddleware.cs; webjobs-sdk-extensions, HttpRequestQueue.cs.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Final

from pytest_azfunc.errors import BindingError
from pytest_azfunc.host.web.http_response import HttpResult
from pytest_azfunc.project.host_json import HostConfig

LONGEST_WAIT = 230.0
"""Seconds until Azure's load balancer gives up waiting for an answer."""

TOO_MANY: Final = HttpResult(429, (("X-FUNCTION-SCALEOUT", "1"),))


class Throttle:
    """Counts the requests of one host; threads may share it.

    :param outstanding: how many requests may be running or waiting; None for no limit.
    :param concurrent: how many of them run at a time; None for no limit.
    :param is_inside: whether a function sends the request that is to be admitted now.
    """

    def __init__(
        self, outstanding: int | None, concurrent: int | None, is_inside: Callable[[], bool] = lambda: False
    ) -> None:
        self._outstanding = outstanding
        self._concurrent = concurrent
        self._count = 0
        self._running = 0
        self._changed = threading.Condition()
        self._is_inside = is_inside

    @classmethod
    def of(cls, host: HostConfig, is_inside: Callable[[], bool] = lambda: False) -> Throttle | None:
        """The throttle that host.json asks for, or None: requests then cost nothing more."""
        if host.max_outstanding_requests is None and host.max_concurrent_requests is None:
            return None
        return cls(host.max_outstanding_requests, host.max_concurrent_requests, is_inside)

    @contextmanager
    def admitted(self, path: str) -> Iterator[HttpResult | None]:
        """Admit one request for the length of a ``with`` block, which it may have to wait for.

        The block gets None, or the 429 with which the request is refused. Addresses below ``/admin`` are exempt.

        A function that calls its own app is not made to wait for itself: in Azure such a call hangs until it times
        out, when no more requests may run.

        :raises BindingError: a request would wait longer than Azure's load balancer lets any client wait.
        """
        if _is_admin(path):
            yield None
            return
        with self._changed:
            if self._outstanding is not None and self._count >= self._outstanding:
                refused: HttpResult | None = TOO_MANY
            else:
                refused = None
                self._count += 1
        if refused is not None:
            yield refused
            return
        try:
            with self._turn():
                yield None
        finally:
            with self._changed:
                self._count -= 1

    @contextmanager
    def _turn(self) -> Iterator[None]:
        """Wait until fewer than the allowed number of requests run."""
        if self._concurrent is None or self._is_inside():
            yield
            return
        with self._changed:
            if not self._changed.wait_for(self._is_free, LONGEST_WAIT):
                raise BindingError("http-throttled-for-ever", limit=self._concurrent, seconds=LONGEST_WAIT)
            self._running += 1
        try:
            yield
        finally:
            with self._changed:
                self._running -= 1
                self._changed.notify()

    def _is_free(self) -> bool:
        return self._concurrent is None or self._running < self._concurrent


def _is_admin(path: str) -> bool:
    return path[:6].lower() == "/admin" and path[6:7] in ("", "/")
