"""Requests to other machines, looked at where a connection is about to be opened, and nowhere above.

So whatever answers in the place of the network (a mocking library, a transport of a test's own) is asked before.
"""

from __future__ import annotations

import socket
from collections.abc import Callable
from contextvars import ContextVar
from typing import Any

from pytest_azfunc.process.import_hooks import ImportWatch
from pytest_azfunc.process.replaced_function import ReplacedFunction
from pytest_azfunc.process.undoing import PROCESS_LOCK

__tracebackhide__ = True

Check = Callable[[Any, Any, str], None]

RUNS_MODULE = ContextVar("azfunc_runs_module", default=False)
"""Whether a module of an app is being imported."""


class RequestRefused(BaseException):
    """Stops code that is about to send a request.

    No ``except Exception`` keeps it: clients would try again for a minute or two, and credentials ask elsewhere.
    """

    def as_error(self, root: str, function: str | None = None) -> Exception:
        """What the test is told in the place of this.

        :param root: the app's folder.
        :param function: the one that was running; None while a module was imported.
        """
        raise NotImplementedError


def refusal_in(error: BaseException) -> RequestRefused | None:
    """The refused request behind an exception, such as a group of those of several tasks; None where there is none."""
    if isinstance(error, RequestRefused):
        return error
    inner: tuple[BaseException, ...] = getattr(error, "exceptions", ())
    return next((found for each in inner if (found := refusal_in(each)) is not None), None)


class OutgoingRequests:
    """While it serves anybody, requests are checked: names that are looked up, and connections of aiohttp.

    aiohttp looks up no address that is a number, or does so in a task of its own, which shows nothing of who asks.

    :ivar check: called with host, port and, where it is known, the URL; it may raise. It is the worker who sets it, as
        it knows whose code runs.
    """

    def __init__(self) -> None:
        self.check: Check = _let_pass
        self._served: list[object] = []
        self._patches = [ReplacedFunction(socket, "getaddrinfo", self._looking_up, self._is_needed)]
        self._aiohttp = ImportWatch("aiohttp.connector", self._patch_aiohttp)
        self._over_tcp: type = object

    def serve(self, whom: object) -> None:
        """Check each request, until :meth:`leave`."""
        with PROCESS_LOCK:
            self._served.append(whom)
            for patch in self._patches:
                patch.put()
            is_first = len(self._served) == 1
        if is_first:
            self._aiohttp.start()  # without the lock: it may wait for an import on another thread

    def serve_import(self, whom: object) -> None:
        """The same for the import of a module. While a host is open it is checked anyway, and nothing changes."""
        if not self._served:
            self.serve(whom)

    def leave(self, whom: object) -> None:
        """It needs that no more. A second call does nothing, and so does one of what was never served."""
        with PROCESS_LOCK:
            self._served = [each for each in self._served if each is not whom]
            if not self._served:
                self._aiohttp.stop()
                for patch in self._patches:
                    patch.take_away()

    def _is_needed(self) -> bool:
        return bool(self._served)

    def _patch_aiohttp(self, module: Any) -> None:
        owner = module.BaseConnector
        if self._served and not any(patch.is_of(owner) for patch in self._patches):
            self._over_tcp = module.TCPConnector
            self._patches.append(ReplacedFunction(owner, "connect", self._connecting, self._is_needed))
            self._patches[-1].put()

    def _looking_up(self, getaddrinfo: Callable[..., Any]) -> Callable[..., Any]:
        def look_up(host: Any, port: Any, *args: Any, **kwargs: Any) -> Any:
            self.check(host, port, "")
            return getaddrinfo(host, port, *args, **kwargs)

        return look_up

    def _connecting(self, connect: Callable[..., Any]) -> Callable[..., Any]:
        def checked(connector: Any, request: Any, *args: Any, **kwargs: Any) -> Any:
            if isinstance(connector, self._over_tcp):
                self.check(request.url.host, request.url.port, str(request.url))
            return connect(connector, request, *args, **kwargs)

        return checked


def _let_pass(host: Any, port: Any, url: str) -> None:
    """Nobody knows yet whose code runs."""


# One for the process: so are its sockets, however many hosts are open.
OUTGOING = OutgoingRequests()
