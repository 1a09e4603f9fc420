"""The calls of functions whose HTTP requests come from the worker's own web server.

Source: azure-functions-runtime, handle_event.py (``invocation_request``).
"""

from __future__ import annotations

from collections.abc import Coroutine
from typing import Any

from pytest_azfunc.process.event_loops import is_loop_running, no_running_loop
from pytest_azfunc.project.user_errors import from_app
from pytest_azfunc.rpc import InvocationRequest, InvocationResponse, ProxiedResponse, TypedData
from pytest_azfunc.worker.call import REFUSED, Call
from pytest_azfunc.worker.event_loop import WorkerLoop
from pytest_azfunc.worker.loaded_function import LoadedFunction
from pytest_azfunc.worker.runtime import Runtime
from pytest_azfunc.worker.web_server import Exchange, proxied

__tracebackhide__ = True


class StreamingCall(Call):
    """The invocation of a function whose request comes from the web server, and whose answer goes there."""

    __slots__ = ("exchange", "server")

    def __init__(self, runtime: Runtime, loaded: LoadedFunction, request: InvocationRequest) -> None:
        super().__init__(runtime, loaded, request)
        assert loaded.http_parameter is not None
        self.server = runtime.web_server
        http_request = proxied(request, loaded.http_parameter)
        self.exchange = Exchange(self.server, loaded.function, http_request, self.context.invocation_id)

    def run(self) -> None:
        """Run a sync function on the calling thread; the web server waits on the worker's loop."""
        loop = WorkerLoop() if self.runtime.loop.is_busy else self.runtime.loop
        result: Any
        try:
            try:
                arguments = self._decode()
                self._take(loop.run(self.exchange.begin()), arguments)
                result = self._main(arguments)
                self._encode(result)
            except Exception as error:
                self._fail(error)
                result = error
            except REFUSED as error:
                result = self._refusal(error)
                self._fail(result)
            self._answered(loop.run(self._finish(result)))
        finally:
            self.exchange.abandon()
            if loop is not self.runtime.loop:
                loop.close()

    async def arun(self) -> None:
        """Run an async function on the running loop, or a sync one inside it."""
        result: Any
        try:
            try:
                arguments = self._decode()
                self._take(await self._on_loop(self.exchange.begin()), arguments)
                if self.loaded.signature.is_async:
                    result = await self._amain(arguments)
                else:
                    with no_running_loop():
                        result = self._main(arguments)
                self._encode(result)
            except Exception as error:
                self._fail(error)
                result = error
            except REFUSED as error:
                result = self._refusal(error)
                self._fail(result)
            self._answered(await self._on_loop(self._finish(result)))
        finally:
            self.exchange.abandon()

    async def _on_loop(self, coroutine: Coroutine[Any, Any, Any]) -> Any:
        """Where no asyncio loop runs, such as under trio, the worker's own does it."""
        return await coroutine if is_loop_running() else self.runtime.loop.run(coroutine)

    def _take(self, request: Any, arguments: dict[str, Any]) -> None:
        """Put the web framework's request in place of the one that came with the message."""
        name = self.loaded.http_parameter
        assert name is not None
        self.server.put_route_values(request, arguments[name].route_params)
        arguments[name] = request

    async def _finish(self, result: Any) -> ProxiedResponse:
        if not isinstance(result, Exception):
            return await self.exchange.finish(result)
        # On its way through the web framework it collects frames that are nobody's business.
        kept = result.__traceback__, result.__context__
        try:
            return await self.exchange.finish(result)
        finally:
            result.__traceback__, result.__context__ = kept

    def _encode_return(self, result: Any) -> TypedData | None:
        return None  # it goes through the web server

    def _answered(self, http_response: ProxiedResponse) -> None:
        """Add what came of the web server: the response, and its own failure to make one."""
        response, error = self.response, self.response.exception
        if error is None and self.exchange.error is not None:
            error = self.exchange.error
            error = error.with_traceback(from_app(error.__traceback__, self.runtime.root))
        self.response = InvocationResponse(
            response.invocation_id,
            None,
            response.outputs,
            error,
            response.logs,
            response.python_values,
            response.context,
            http_response,
        )
