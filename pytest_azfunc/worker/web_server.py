"""HTTP streaming: the worker's own web server.

In Azure the web extension's app runs on a port of the worker; the host proxies the request there, and tells the worker
of the invocation beside it. The app has one handler, which waits for the invocation to take the request and for what
the function returns. Here the same app is driven as an ASGI application, without a port.

Source: azure-functions-runtime, http_v2.py (``initialize_http_server``) and handle_event.py (``invocation_request``).
"""

from __future__ import annotations

import asyncio
import importlib
import sys
from collections import deque
from collections.abc import Mapping
from contextvars import ContextVar
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote, urlsplit

from pytest_azfunc.errors import BindingError
from pytest_azfunc.project.indexing.http_streaming import web_module
from pytest_azfunc.rpc import InvocationRequest, ProxiedRequest, ProxiedResponse, TypedData

if TYPE_CHECKING:
    from pytest_azfunc.project import Function

_BASE = "azurefunctions.extensions.base"
_PIECE = 1 << 16  # bytes of a body that the server hands on at a time
_SCHEMES = ("http", "https")
_TURNS = 3  # of the event loop, in which a cancellation that was asked for arrives

# What uvicorn answers when the app has raised without an answer of its own.
_SERVER_ERROR = ProxiedResponse(500, (("content-type", "text/plain; charset=utf-8"),), b"Internal Server Error")


class WebServer:
    """The web server of one worker: the extension's app, whose handler hands every request to its exchange."""

    def __init__(self) -> None:
        self._base: Any = sys.modules[_BASE]
        extension: Any = importlib.import_module(web_module() or "")
        web_app = extension.WebApp()

        async def catch_all(request: Any) -> Any:
            return await _EXCHANGE.get().handle(request)

        catch_all.__annotations__ = {"request": self.request_type}  # the framework goes by it
        web_app.route(catch_all)
        self.app: Any = web_app.get_app()

    @property
    def request_type(self) -> Any:
        """The class of the requests that functions get."""
        return self._base.RequestTrackerMeta.get_request_type()

    def put_route_values(self, request: Any, values: Mapping[str, str]) -> None:
        """Put the route's values in place of those of the handler's own route."""
        self._base.RequestTrackerMeta.get_synchronizer().sync_route_params(request, values)

    def make_request(self, function: Function, request: InvocationRequest, parameter: str) -> Any:
        """The request that the function would get, for a direct call of it."""
        exchange = Exchange(self, function, proxied(request, parameter), "")
        made = self.request_type({**exchange.scope, "path_params": {}}, exchange.receive)
        data = request.inputs[parameter]
        self.put_route_values(made, data.value["params"] if isinstance(data, TypedData) else {})
        return made


class Exchange:
    """One request on its way through the web server: to the function, and the function's answer back.

    :ivar scope: the request as ASGI describes it, with what uvicorn makes of a proxied one.
    :ivar error: what the web app raised, the function's own exception included.
    """

    def __init__(self, server: WebServer, function: Function, request: ProxiedRequest, invocation_id: str) -> None:
        self.server = server
        self.function = function
        self.scope = _scope(request)
        self.error: Exception | None = None
        self._invocation_id = invocation_id
        body = request.body
        self._pieces = deque(body[start : start + _PIECE] for start in range(0, len(body), _PIECE)) or deque((b"",))
        self._task: asyncio.Task[None] | None = None
        self._is_awaited = False
        self._status: int | None = None
        self._headers: tuple[tuple[str, str], ...] = ()
        self._sent: list[bytes] = []

    async def begin(self) -> Any:
        """Let the web app handle the request, up to where it asks for the function's answer.

        :returns: the web framework's request.
        :raises BindingError: the app has answered without asking.
        """
        loop = asyncio.get_running_loop()
        self._arrived: asyncio.Future[Any] = loop.create_future()
        self._answer: asyncio.Future[Any] = loop.create_future()
        self._over = asyncio.Event()
        token = _EXCHANGE.set(self)
        try:
            self._task = loop.create_task(self._serve())
        finally:
            _EXCHANGE.reset(token)
        await asyncio.wait((self._task, self._arrived), return_when=asyncio.FIRST_COMPLETED)
        if not self._arrived.done():
            scope, status = self.scope, self._status
            raise self._error("http-answered-by-server", method=scope["method"], path=scope["path"], status=status)
        return self._arrived.result()

    async def finish(self, result: Any) -> ProxiedResponse:
        """Give the function's answer to the web app, and wait until all of the response is there.

        :param result: what the function returned, or what it raised.
        """
        if self._task is None:  # the call failed before it asked for the request, which is there all the same
            try:
                await self.begin()
            except BindingError:
                pass
        assert self._task is not None
        if self._arrived.done():
            missing = ValueError(f"No http response found for invocation {self._invocation_id}")
            self._answer.set_result(missing if result is None else result)
        await self._task
        await self._close_request()
        if self._status is None:
            return _SERVER_ERROR
        return ProxiedResponse(self._status, self._headers, b"".join(self._sent))

    async def _close_request(self) -> None:
        """Close the files of a form. In Azure the garbage collector does it, and warns nobody."""
        request = self._arrived.result() if self._arrived.done() else None
        close = getattr(request, "close", None)
        if close is not None:
            await close()

    def abandon(self) -> None:
        """Nobody will come for the response."""
        if self._task is not None and not self._task.done():
            self._task.get_loop().call_soon_threadsafe(self._task.cancel)

    async def handle(self, request: Any) -> Any:
        """The web app's handler: hand out the request, and return or raise what the function does."""
        self._arrived.set_result(request)
        answer = await self._answer
        if isinstance(answer, Exception):
            raise answer
        return answer

    async def _serve(self) -> None:
        try:
            await self.server.app(self.scope, self.receive, self._send)
        except Exception as error:
            self.error = _single(error)
        finally:
            self._over.set()

    async def receive(self) -> dict[str, Any]:
        """ASGI: the next piece of the body; after the last, that the client has gone once it has its response."""
        if self._pieces:
            piece = self._pieces.popleft()
            return {"type": "http.request", "body": piece, "more_body": bool(self._pieces)}
        if self._task is not None and not self._over.is_set():
            await self._wait_for_the_end()
        return {"type": "http.disconnect"}

    async def _wait_for_the_end(self) -> None:
        """Wait for what uvicorn tells last: the client has gone, for it has its response.

        :raises BindingError: somebody waits for it already. That is Starlette while it streams a response, which takes
            the rest of the body too; who reads now, to make the response, would wait for ever.
        """
        if self._is_awaited:
            for _ in range(_TURNS):  # Starlette's is_disconnected() has itself cancelled at once
                await asyncio.sleep(0)
            raise self._error("http-body-taken")
        self._is_awaited = True
        try:
            await self._over.wait()
        finally:
            self._is_awaited = False

    def _error(self, rule: str, **details: Any) -> BindingError:
        return BindingError(rule, function=self.function.name, location=self.function.location, **details)

    async def _send(self, message: Mapping[str, Any]) -> None:
        if message["type"] == "http.response.start":
            self._status = int(message["status"])
            headers = message.get("headers", ())
            self._headers = tuple((bytes(n).decode("latin-1"), bytes(v).decode("latin-1")) for n, v in headers)
        elif message["type"] == "http.response.body":
            self._sent.append(bytes(message.get("body", b"")))
            if not message.get("more_body", False):
                self._over.set()


# Whose request the web app's task is about: the app knows no other way to tell its handler.
_EXCHANGE: ContextVar[Exchange] = ContextVar("azfunc_exchange")


def proxied(request: InvocationRequest, parameter: str) -> ProxiedRequest:
    """The HTTP request of an invocation; made of the message where the host has passed none on."""
    if request.http_request is not None:
        return request.http_request
    data = request.inputs.get(parameter)
    value = data.value if isinstance(data, TypedData) and data.kind == "http" else {}
    body = value.get("body")
    content = body.value if isinstance(body, TypedData) else b""
    headers = tuple(value.get("headers", {}).items())
    return ProxiedRequest(value.get("method", "GET"), value.get("url", "/"), headers, content)


def _scope(request: ProxiedRequest) -> dict[str, Any]:
    parts = urlsplit(request.url)
    headers = [(name.lower(), value) for name, value in request.headers]
    named = dict(headers)
    scheme = named.get("x-forwarded-proto", parts.scheme)
    return {
        "type": "http",
        "asgi": {"version": "3.0", "spec_version": "2.3"},  # uvicorn's; what Starlette does depends on it
        "http_version": "1.1",
        "server": (parts.hostname or "127.0.0.1", parts.port or 80),
        "client": (named.get("x-forwarded-for", "127.0.0.1"), 0),
        "scheme": scheme if scheme in _SCHEMES else "http",
        "root_path": "",
        "method": request.method,
        "path": unquote(parts.path) or "/",
        "raw_path": parts.path.encode("ascii", "replace"),
        "query_string": parts.query.encode("utf-8"),
        "headers": [(name.encode("ascii", "replace"), value.encode("utf-8")) for name, value in headers],
        "state": {},
    }


def _single(error: Exception) -> Exception:
    """The one exception of a group that task groups make of it."""
    while type(error).__name__ == "ExceptionGroup" and len(error.exceptions) == 1:  # type: ignore[attr-defined]
        error = error.exceptions[0]  # type: ignore[attr-defined]
    return error
