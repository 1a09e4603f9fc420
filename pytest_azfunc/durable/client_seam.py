"""The library's client, whose requests are answered within the process.

The client keeps three functions of its module for its requests, and takes ``sleep`` and ``time`` from there. While an
app with a client is open, ours are in their place; nothing else of the library is touched, and nothing goes over a
network.
(azure-functions-durable, DurableOrchestrationClient.py)
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Awaitable, Callable
from contextvars import ContextVar
from typing import Any, Protocol

from pytest_azfunc.durable.management_api import Call, Reply, call_of
from pytest_azfunc.process.undoing import PROCESS_LOCK

__tracebackhide__ = True

_MODULE = "azure.durable_functions.models.DurableOrchestrationClient"
_NAMES = ("post_async_request", "get_async_request", "delete_async_request", "sleep", "time")


class ClientHost(Protocol):
    """The app whose clients are answered."""

    @property
    def rpc_base_url(self) -> str:
        """Where its clients send their requests to; each app has its own."""

    def answer(self, call: Call) -> Reply:
        """Answer a request."""

    def time(self) -> float:
        """The host's time, in seconds since 1970."""

    async def wait(self, seconds: float) -> None:
        """Let so many seconds pass on the host's clock."""


_ASKED: ContextVar[ClientHost | None] = ContextVar("azfunc_durable_host", default=None)


class _Seam:
    """Which apps are open, and what was in the module before."""

    def __init__(self) -> None:
        self._hosts: list[ClientHost] = []
        self._before: dict[str, Any] = {}

    def open(self, host: ClientHost) -> None:
        """Answer the clients of *host*; a second call does nothing."""
        with PROCESS_LOCK:
            if host not in self._hosts:
                self._hosts.append(host)
            module = sys.modules.get(_MODULE)
            if module is not None and not self._before:
                for name in _NAMES:
                    self._before[name] = getattr(module, name)
                    setattr(module, name, getattr(self, f"_{name}"))

    def close(self, host: ClientHost) -> None:
        """Answer them no longer; after the last one everything is as it was."""
        with PROCESS_LOCK:
            if host in self._hosts:
                self._hosts.remove(host)
            module = sys.modules.get(_MODULE)
            if self._hosts or not self._before:
                return
            before, self._before = self._before, {}
            for name, value in before.items():
                if module is not None and getattr(module, name) == getattr(self, f"_{name}"):
                    setattr(module, name, value)

    def _of_url(self, url: str) -> ClientHost | None:
        found = next((host for host in self._hosts if url.startswith(host.rpc_base_url)), None)
        if found is not None:
            _ASKED.set(found)
        return found

    def _answer(self, method: str, url: str, body: str | None) -> list[Any] | None:
        host = self._of_url(url)
        if host is None:
            return None
        base = host.rpc_base_url
        path, _, query = url[len(base) :].partition("?")
        reply = host.answer(call_of(method, path, query, body, base.removesuffix("/durabletask/")))
        # The library reads nothing, and a null, as an empty text.
        return [reply.status, "" if method == "GET" and reply.body is None else reply.body]

    async def _post_async_request(self, url: str, data: Any = None, *rest: Any, **named: Any) -> Any:
        answer = self._answer("POST", url, None if data is None else json.dumps(data))
        return await self._before["post_async_request"](url, data, *rest, **named) if answer is None else answer

    async def _get_async_request(self, url: str, *rest: Any, **named: Any) -> Any:
        answer = self._answer("GET", url, None)
        return await self._before["get_async_request"](url, *rest, **named) if answer is None else answer

    async def _delete_async_request(self, url: str, *rest: Any, **named: Any) -> Any:
        answer = self._answer("DELETE", url, None)
        return await self._before["delete_async_request"](url, *rest, **named) if answer is None else answer

    def _asked(self) -> ClientHost | None:
        """The app whose client was asked last here, or the only one."""
        asked = _ASKED.get()
        if asked in self._hosts:
            return asked
        return self._hosts[-1] if self._hosts else None

    def _sleep(self, delay: float, result: Any = None) -> Awaitable[Any]:
        host = self._asked()
        if host is None:
            sleep: Callable[..., Awaitable[Any]] = self._before["sleep"]
            return sleep(delay, result)
        return host.wait(delay)

    def _time(self) -> float:
        host = self._asked()
        return time.time() if host is None else host.time()


CLIENT_SEAM = _Seam()
