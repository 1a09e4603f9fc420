"""One function app on the host's side: makes requests of payloads, asks the worker, takes the answers."""

from __future__ import annotations

import time
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timezone
from typing import TYPE_CHECKING, Any

from pytest_azfunc.errors import LossyOutputError
from pytest_azfunc.host.console import console_filter
from pytest_azfunc.host.inputs import NOTHING, check_names, input_data
from pytest_azfunc.host.invocation import Invocation
from pytest_azfunc.host.log_capture import LogCapture
from pytest_azfunc.host.lossy_outputs import find_loss
from pytest_azfunc.host.outputs import Output, Outputs
from pytest_azfunc.host.triggers.bare import deliver
from pytest_azfunc.host.triggers.http import HttpPayload, Prepare, with_prepare
from pytest_azfunc.host.triggers.payload import Occasion
from pytest_azfunc.project import Function, Project
from pytest_azfunc.rpc import (
    InvocationRequest,
    InvocationResponse,
    PythonObject,
    RetryContext,
    TraceContext,
    TypedData,
    WorkerChannel,
)

if TYPE_CHECKING:
    import requests


@dataclass(frozen=True)
class ContextOverrides:
    """What a test wants the invocation context to say."""

    invocation_id: str | None = None
    trace: TraceContext | None = None
    retry: RetryContext | None = None


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
    http_response: Callable[[Invocation], requests.Response | None] | None = None
    base_url: str = "http://localhost:7071"
    observers: list[Callable[[Invocation], None]] = field(default_factory=list)
    _consoles: dict[str, Callable[[Any], bool]] = field(default_factory=dict)

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
        if isinstance(payload, HttpPayload) and self.prepare_http is not None:
            payload = with_prepare(payload, self.prepare_http)
        occasion = Occasion(function, self.now(), self.base_url, self.project.host.route_prefix)
        delivery = deliver(payload, occasion)
        data: dict[str, TypedData | PythonObject | None] = {function.trigger.name: delivery.value}
        for name, binding in function.inputs.items():
            data[name] = input_data(binding, inputs[name]) if name in inputs else NOTHING
        overrides = overrides or _NO_OVERRIDES
        invocation_id = overrides.invocation_id or str(uuid.uuid4())
        trace = overrides.trace or TraceContext(_trace_parent(invocation_id))
        return InvocationRequest(
            function.name, data, delivery.metadata, invocation_id, trace, overrides.retry or _NO_RETRY
        )

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
        function = self.project.functions[request.function]
        values = response.python_values
        outputs = self._outputs(function, response)
        invocation = Invocation(
            function=function.name,
            return_value=values.get("$return"),
            outputs=Outputs(function.name, outputs, function.outputs),
            logs=LogCapture(response.logs, self._console(function.name)),
            context=response.context,
            exception=response.exception,
            duration=duration,
            request=request,
            response=response,
            _http=self.http_response,
        )
        for observer in self.observers:
            observer(invocation)
        if self.strict and response.exception is None:
            loss = self._loss(function, response)
            if loss is not None:
                raise loss
        return invocation

    def _outputs(self, function: Function, response: InvocationResponse) -> dict[str, Output]:
        values = response.python_values
        outputs = {}
        for name, data in response.outputs.items():
            outputs[name] = Output(name, function.bindings[name].type, values.get(name), data)
        if response.return_value is not None:
            outputs["$return"] = Output(
                "$return", return_type(function) or "generic", values.get("$return"), response.return_value
            )
        return outputs

    def _loss(self, function: Function, response: InvocationResponse) -> LossyOutputError | None:
        for name, value in response.python_values.items():
            binding = function.bindings.get(name)
            data = response.return_value if name == "$return" else response.outputs.get(name)
            kind = binding.type if binding is not None else return_type(function)
            if kind is None:
                continue
            loss = find_loss(function.name, name, kind, value, data, binding.location if binding and data else None)
            if loss is not None:
                return loss
        return None

    def _console(self, function: str) -> Callable[[Any], bool]:
        found = self._consoles.get(function)
        if found is None:
            found = self._consoles[function] = console_filter(self.project.host.log_levels, function)
        return found


def return_type(function: Function) -> str | None:
    """The type of the binding that takes the return value: ``$return``, else the last other output's; None without."""
    explicit = function.bindings.get("$return")
    if explicit is not None:
        return explicit.type
    others = [binding.type for binding in function.bindings.values() if binding.direction == "out"]
    return others[-1] if others else function.trigger.type


def http_output(invocation: Invocation, function: Function) -> tuple[TypedData | None, bool]:
    """The typed data of the function's HTTP output, and whether it declares one.


    """
    names = [b.name for b in function.outputs.values() if b.type.lower() == "http"]
    sent = [invocation.outputs[name].typed_data for name in names if name in invocation.outputs]
    if not names and "$return" in invocation.outputs:  # any other return value is written as the response too
        return invocation.outputs["$return"].typed_data, False
    return (sent[-1] if sent else None), bool(names)


def _trace_parent(invocation_id: str) -> str:
    """A W3C traceparent, made of the invocation's GUID."""
    digits = invocation_id.replace("-", "")
    return f"00-{digits}-{digits[:16]}-00"


_NO_OVERRIDES = ContextOverrides()
_NO_RETRY = RetryContext()
