"""What the host asks the worker for in each attempt of a call."""

from __future__ import annotations

from pytest_azfunc.host.bindings.net_values import new_guid
from pytest_azfunc.rpc import (
    InvocationRequest,
    InvocationResponse,
    ProxiedRequest,
    RetryContext,
    TraceContext,
    TypedData,
)

__tracebackhide__ = True


def failed(request: InvocationRequest, error: BaseException) -> InvocationResponse:
    """How a call ends that never came to the function."""
    return InvocationResponse(request.invocation_id or "", exception=error)


def again(request: InvocationRequest, retry: RetryContext) -> InvocationRequest:
    """The request of a retry: the same id, but for HTTP, where each attempt has its own (JobHost.cs)."""
    invocation_id, trace, streamed = request.invocation_id or "", request.trace_context, request.http_request
    if any(isinstance(data, TypedData) and data.kind == "http" for data in request.inputs.values()):
        before, invocation_id = invocation_id, new_guid()
        trace = TraceContext(trace_parent(invocation_id))
        streamed = streamed and proxied(streamed, invocation_id, before)
    return InvocationRequest(
        request.function, request.inputs, request.trigger_metadata, invocation_id, trace, retry, streamed
    )


def proxied(request: ProxiedRequest, invocation_id: str, before: str | None = None) -> ProxiedRequest:
    """A request that comes to the function as a stream, as the host passes it on for this invocation.

    :param before: the invocation for which it was passed on before.
    """
    from pytest_azfunc.host.web.http_proxy import for_invocation  # few apps stream HTTP

    return for_invocation(request, invocation_id, before)


def trace_parent(invocation_id: str) -> str:
    """A W3C traceparent, made of the invocation's GUID."""
    digits = invocation_id.replace("-", "")
    return f"00-{digits}-{digits[:16]}-00"
