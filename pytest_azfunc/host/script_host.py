"""One function app on the host's side: makes requests of payloads, asks the worker, takes the answers."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timezone
from typing import TYPE_CHECKING, Any

from pytest_azfunc.errors import LossyOutputError
from pytest_azfunc.host.bindings.input_names import check_names
from pytest_azfunc.host.bindings.input_values import input_data
from pytest_azfunc.host.bindings.lossy_outputs import find_loss
from pytest_azfunc.host.bindings.payload import Occasion, Prepare, new_guid, wrong_value
from pytest_azfunc.host.bindings.trigger_values import deliver
from pytest_azfunc.host.console import console_filter
from pytest_azfunc.host.invocation import Invocation
from pytest_azfunc.host.outputs import Output, Outputs
from pytest_azfunc.host.web.http_proxy import for_invocation
from pytest_azfunc.host.web.http_response import HttpResult, failure, make_response
from pytest_azfunc.project import Function, Project
from pytest_azfunc.rpc import (
    InvocationRequest,
    InvocationResponse,
    PythonObject,
    RetryContext,
    RpcException,
    TraceContext,
    TypedData,
    WorkerChannel,
)

if TYPE_CHECKING:
    import requests


# Makes the response that a caller of the function would get.
HttpResponder = Callable[[Invocation, Function], "requests.Response | None"]


@dataclass(frozen=True)
class ContextOverrides:
    """What a test wants the invocation context to say."""

    invocation_id: str | None = None
    trace: TraceContext | None = None
    retry: RetryContext | None = None

    @classmethod
    def of(cls, context: Any) -> ContextOverrides | None:
        """What the SDK's view of a context says, such as one of ``azfunc_context``; None for None.

        :raises BindingError: no context.
        """
        if context is None:
            return None
        try:
            trace, retry, error = context.trace_context, context.retry_context, context.retry_context.rpc_exception
        except AttributeError:
            raise wrong_value("invoke", "context", context, "what azfunc_context(...) returns") from None
        return cls(
            context.invocation_id,
            TraceContext(trace.trace_parent, trace.trace_state, dict(trace.attributes)),
            RetryContext(
                retry.retry_count,
                retry.max_retry_count,
                RpcException(error.message, error.stack_trace, error.source),
            ),
        )


@dataclass
class ScriptHost:
    """The part of Azure's host that runs functions.

    :ivar project: the function app on disk.
    :ivar worker: answers invocation requests.
    :ivar strict: whether an output that Azure would drop or mangle is an error.
    :ivar now: the host's clock.
    :ivar prepare_http: an HTTP client's encoding of requests that need one.
    :ivar http_response: makes a ``requests.Response`` of an invocation.
    """

    project: Project
    worker: WorkerChannel
    strict: bool = True
    now: Callable[[], datetime] = lambda: datetime.now(timezone.utc)
    prepare_http: Prepare | None = None
    http_response: HttpResponder | None = None
    base_url: str = "http://localhost:7071"
    observers: list[Callable[[Invocation], None]] = field(default_factory=list)
    _views: dict[str, FunctionView] = field(default_factory=dict)

    def request(
        self,
        function: Function,
        payload: Any,
        inputs: Mapping[str, Any],
        overrides: ContextOverrides | None = None,
    ) -> InvocationRequest:
        """What the host asks the worker for this payload.

        :raises BindingError: the payload or an input does not fit the function's bindings.
        """
        if inputs:
            check_names(function, inputs)
        occasion = Occasion(function, self.now(), self.base_url, self.project.host.route_prefix, self.prepare_http)
        delivery = deliver(payload, occasion)
        data: dict[str, TypedData | PythonObject | None] = {function.trigger.name: delivery.value}
        for name, binding in function.inputs.items():
            data[name] = input_data(binding, inputs.get(name), function=function.name, base_url=self.base_url)
        overrides = overrides or _NO_OVERRIDES
        invocation_id = overrides.invocation_id or new_guid()
        trace = overrides.trace or TraceContext(_trace_parent(invocation_id))
        http_request = delivery.proxied and for_invocation(delivery.proxied, invocation_id)
        retry = overrides.retry or _NO_RETRY
        return InvocationRequest(function.name, data, delivery.metadata, invocation_id, trace, retry, http_request)

    def invoke(self, request: InvocationRequest) -> Invocation:
        """Run a request; the function's exception is a field of the result.

        :raises LossyOutputError: in strict mode, an output that Azure would drop or mangle.
        """
        __tracebackhide__ = True
        started = time.perf_counter()
        response = self.worker.invoke(request)
        return self._finish(request, response, time.perf_counter() - started)

    async def ainvoke(self, request: InvocationRequest) -> Invocation:
        """The same inside a running event loop."""
        __tracebackhide__ = True
        started = time.perf_counter()
        response = await self.worker.ainvoke(request)
        return self._finish(request, response, time.perf_counter() - started)

    def _finish(self, request: InvocationRequest, response: InvocationResponse, duration: float) -> Invocation:
        __tracebackhide__ = True
        view = self._views.get(request.function)
        if view is None:
            function = self.project.functions[request.function]
            console = console_filter(self.project.host.log_levels, function.name)
            view = self._views[request.function] = FunctionView(function, console, self.http_response)
        invocation = Invocation(view.function.name, request, response, duration, view)
        for observer in self.observers:
            observer(invocation)
        if self.strict and response.exception is None:
            loss = view.loss(response)
            if loss is not None:
                raise loss
        return invocation


@dataclass(frozen=True)
class FunctionView:
    """How invocations of one function are presented."""

    function: Function
    reaches_console: Callable[[logging.LogRecord], bool]
    make_response: HttpResponder | None

    def outputs(self, invocation: Invocation) -> Outputs:
        """The outputs that were set, by binding name."""
        response, function = invocation.response, self.function
        values = response.python_values
        outputs = {
            name: Output(name, function.bindings[name].type, values.get(name), data)
            for name, data in response.outputs.items()
        }
        if response.return_value is not None:
            kind = function.return_type
            outputs["$return"] = Output("$return", kind, values.get("$return"), response.return_value)
        return Outputs(function.name, outputs, function.outputs)

    def http_response(self, invocation: Invocation) -> requests.Response | None:
        """The response that a caller would get; None without one."""
        return None if self.make_response is None else self.make_response(invocation, self.function)

    def loss(self, response: InvocationResponse) -> LossyOutputError | None:
        """What Azure would drop or mangle of the outputs; None when nothing is."""
        for name, value in response.python_values.items():
            if value is None:
                continue
            returned = name == "$return"
            if returned and response.http_response is not None:  # it went another way, as an HTTP response
                continue
            data = response.return_value if returned else response.outputs.get(name)
            kind = self.function.return_type if returned else self.function.bindings[name].type
            loss = find_loss(self.function, name, kind, value, data)
            if loss is not None:
                return loss
        return None


def http_result(invocation: Invocation, function: Function) -> HttpResult:
    """The HTTP response that the host makes of an invocation, or passes on from the worker's own web server."""
    response = invocation.response
    passed_on = response.http_response
    if passed_on is not None:
        return HttpResult(passed_on.status_code, passed_on.headers, passed_on.body)
    return failure() if response.exception is not None else make_response(http_output(response, function))


def http_output(response: InvocationResponse, function: Function) -> TypedData | None:
    """The typed data of the function's HTTP output; None when it was not set."""
    if not function.http_outputs:
        return response.return_value  # any other return value is written as the response too
    for name in reversed(function.http_outputs):
        data = response.return_value if name == "$return" else response.outputs.get(name)
        if data is not None:
            return data
    return None


def _trace_parent(invocation_id: str) -> str:
    """A W3C traceparent, made of the invocation's GUID."""
    digits = invocation_id.replace("-", "")
    return f"00-{digits}-{digits[:16]}-00"


_NO_OVERRIDES = ContextOverrides()
_NO_RETRY = RetryContext()
