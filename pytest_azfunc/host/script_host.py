"""The part of Azure's host that runs functions: makes requests of payloads, asks the worker, takes the answers."""

from __future__ import annotations

import time
from collections.abc import Callable, Generator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any

from pytest_azfunc import clock
from pytest_azfunc.errors import BindingError, kind_of, shown
from pytest_azfunc.host.bindings.given_values import is_mock
from pytest_azfunc.host.bindings.input_names import check_names
from pytest_azfunc.host.bindings.net_values import new_guid
from pytest_azfunc.host.bindings.payload import Occasion
from pytest_azfunc.host.bindings.trigger_values import deliver
from pytest_azfunc.host.bound_function import BoundFunction, HostOptions
from pytest_azfunc.host.invocation import Invocation
from pytest_azfunc.host.output_bindings import bind_outputs
from pytest_azfunc.host.web.http_proxy import for_invocation
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
    from pytest_azfunc.host.bound_expressions import BoundExpressions, ResolvedBinding

__tracebackhide__ = True

_NO_INPUTS: Mapping[str, Any] = {}
_NOTHING_OF_RETRIES = RetryContext(0, 0, RpcException())

Steps = Generator[InvocationRequest, InvocationResponse, Invocation]
"""What the host does around an invocation: asks for what it yields, is sent the answer, returns the invocation."""


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
        if is_mock(context):  # it would answer to every name below
            raise _no_context(context)
        try:
            trace, retry, error = context.trace_context, context.retry_context, context.retry_context.rpc_exception
        except AttributeError:
            raise _no_context(context) from None
        attempt = RetryContext(
            retry.retry_count, retry.max_retry_count, RpcException(error.message, error.stack_trace, error.source)
        )
        # A context of no function knows of no policy: unless it says something of retries, the function's own counts.
        says_nothing = not context.function_name and attempt == _NOTHING_OF_RETRIES
        return cls(
            context.invocation_id,
            TraceContext(trace.trace_parent, trace.trace_state, dict(trace.attributes)),
            None if says_nothing else attempt,
        )


def _no_context(value: object) -> BindingError:
    found = kind_of(value) if is_mock(value) else shown(value)  # a mock's repr says nothing but its id
    expected = "what azfunc_context(...) returns"
    return BindingError("payload-value", builder="invoke", name="context", found=found, expected=expected)


_NO_OVERRIDES = ContextOverrides()


@dataclass
class ScriptHost:
    """Runs the functions of one app. Every way into the app ends in :meth:`run` or :meth:`arun`.

    :ivar worker: answers invocation requests.
    :ivar options: what is the same for all functions.
    :ivar strict: whether an output that Azure would drop or mangle is an error.
    :ivar now: the host's clock.
    :ivar observers: called with every invocation.
    """

    worker: WorkerChannel
    options: HostOptions = field(default_factory=HostOptions)
    strict: bool = True
    now: Callable[[], datetime] = clock.now
    observers: list[Callable[[Invocation], None]] = field(default_factory=list)
    _bound: dict[str, BoundFunction] = field(default_factory=dict)

    @property
    def project(self) -> Project:
        """The function app. A decorator app is indexed when this is first asked for."""
        return self.worker.index()

    def bound(self, function: Function) -> BoundFunction:
        """The function as it is on this host."""
        found = self._bound.get(function.name)
        if found is None or found.function is not function:  # a decorator app may have been indexed anew
            found = self._bound[function.name] = BoundFunction(function, self.options)
        return found

    def run(
        self,
        function: Function,
        payload: Any = None,
        *,
        inputs: Mapping[str, Any] = _NO_INPUTS,
        context: ContextOverrides | None = None,
    ) -> Invocation:
        """Run a function and wait for it; its exception is a field of the result.

        :param payload: a payload, an SDK object or a bare value; None for nothing.
        :param inputs: values of input bindings, by name.
        :param context: what the invocation context is to say.
        :raises BindingError: the payload or an input does not fit the function's bindings.
        :raises LossyOutputError: in strict mode, an output that Azure would drop or mangle.
        :raises AzfuncError: what else is wrong with the function, or how it is called.
        :raises Exception: what the function's script raises while it is imported.
        """
        steps = self._steps(self._loaded(function), payload, inputs, context)
        response: Any = None
        while True:
            try:
                request = steps.send(response)
            except StopIteration as done:
                invocation: Invocation = done.value
                return invocation
            response = self.worker.invoke(request)

    async def arun(
        self,
        function: Function,
        payload: Any = None,
        *,
        inputs: Mapping[str, Any] = _NO_INPUTS,
        context: ContextOverrides | None = None,
    ) -> Invocation:
        """The same, awaited inside a running event loop."""
        steps = self._steps(self._loaded(function), payload, inputs, context)
        response: Any = None
        while True:
            try:
                request = steps.send(response)
            except StopIteration as done:
                invocation: Invocation = done.value
                return invocation
            response = await self.worker.ainvoke(request)

    def _loaded(self, function: Function) -> BoundFunction:
        """The bound function. One that would not load says so before its payload is judged."""
        bound = self.bound(function)
        if not bound.is_loaded:
            self.worker.load(function.name)
            bound.warn_of_missing_settings()
            bound.is_loaded = True
        return bound

    def _steps(
        self, bound: BoundFunction, payload: Any, inputs: Mapping[str, Any], context: ContextOverrides | None
    ) -> Steps:
        request = self._request(bound, payload, inputs, context)
        started = time.perf_counter()
        if bound.expressions is None:
            response = _bound_outputs(bound, (yield request))
            invocation = Invocation(bound.function.name, request, response, time.perf_counter() - started, bound)
        else:
            resolved: dict[str, ResolvedBinding] = {}
            response = yield from self._resolving(bound, bound.expressions, request, resolved)
            duration = time.perf_counter() - started
            invocation = Invocation(bound.function.name, request, response, duration, bound, resolved)
        for observer in self.observers:
            observer(invocation)
        if self.strict and response.exception is None:
            loss = bound.loss(response)
            if loss is not None:
                raise loss
        return invocation

    def _resolving(
        self,
        bound: BoundFunction,
        expressions: BoundExpressions,
        request: InvocationRequest,
        resolved: dict[str, ResolvedBinding],
    ) -> Generator[InvocationRequest, InvocationResponse, InvocationResponse]:
        """What comes of a request where input and output bindings have expressions, which are *resolved*.

        The host evaluates those of the inputs before the function runs, and those of the outputs that it has set
        afterwards. (WorkerFunctionInvoker.cs)
        """
        try:
            resolved.update(expressions.inputs(bound.call(request, self.now())))
        except BindingError as error:
            return InvocationResponse(request.invocation_id or "", exception=error)
        response = _bound_outputs(bound, (yield request))
        if response.exception is None:
            sent = [*response.outputs, "$return"] if response.return_value is not None else response.outputs
            try:
                resolved.update(expressions.outputs(sent, bound.call(request, self.now())))
            except BindingError as error:
                return _failed(response, error)
        return response

    def request(
        self,
        function: Function,
        payload: Any,
        inputs: Mapping[str, Any] = _NO_INPUTS,
        context: ContextOverrides | None = None,
    ) -> InvocationRequest:
        """What the host asks the worker for this payload.

        :raises BindingError: the payload or an input does not fit the function's bindings.
        """
        return self._request(self.bound(function), payload, inputs, context)

    def _request(
        self, bound: BoundFunction, payload: Any, inputs: Mapping[str, Any], context: ContextOverrides | None
    ) -> InvocationRequest:
        if inputs:
            check_names(bound.function, bound.builder, inputs)
        delivery = deliver(payload, Occasion(bound, self.now()))
        data: dict[str, TypedData | PythonObject | None] = {bound.trigger.name: delivery.value}
        for given in bound.inputs:
            data[given.binding.name] = given.data(inputs.get(given.binding.name))
        context = context or _NO_OVERRIDES
        invocation_id = context.invocation_id or new_guid()
        return InvocationRequest(
            bound.function.name,
            data,
            delivery.metadata,
            invocation_id,
            context.trace or TraceContext(_trace_parent(invocation_id)),
            context.retry or bound.first_attempt,
            delivery.proxied and for_invocation(delivery.proxied, invocation_id),
        )


def _bound_outputs(bound: BoundFunction, response: InvocationResponse) -> InvocationResponse:
    """The response as the host binds it to the function's outputs."""
    return response if bound.binds_plainly or response.exception is not None else bind_outputs(bound, response)


def _failed(response: InvocationResponse, error: BindingError) -> InvocationResponse:
    """The response of a function that has run, in a call that the host fails."""
    return InvocationResponse(
        response.invocation_id,
        response.return_value,
        response.outputs,
        error,
        response.logs,
        response.python_values,
        response.context,
        response.http_response,
    )


def _trace_parent(invocation_id: str) -> str:
    """A W3C traceparent, made of the invocation's GUID."""
    digits = invocation_id.replace("-", "")
    return f"00-{digits}-{digits[:16]}-00"
