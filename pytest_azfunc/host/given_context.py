"""What a test wants an invocation context to say, as the request that it would come with."""

from __future__ import annotations

from collections.abc import Mapping

from pytest_azfunc.host.bindings.builder_arguments import INT32, check_numbers, check_texts, text_mapping
from pytest_azfunc.rpc import InvocationRequest, RetryContext, TraceContext

__tracebackhide__ = True

_FIXTURE = "azfunc_context"


def context_request(
    function: str,
    invocation_id: str | None,
    trace_parent: str | None,
    trace_state: str | None,
    attributes: Mapping[str, str] | None,
    retry_count: int,
    max_retry_count: int,
) -> InvocationRequest:
    """A request for an invocation whose context says this.

    :param function: the function's name; empty for none.
    :raises BindingError: an argument that no context can have.
    """
    check_texts(_FIXTURE, invocation_id=invocation_id, trace_parent=trace_parent, trace_state=trace_state)
    check_numbers(_FIXTURE, INT32, retry_count=retry_count, max_retry_count=max_retry_count)
    trace = TraceContext(trace_parent or "", trace_state or "", text_mapping(_FIXTURE, "attributes", attributes))
    retry = RetryContext(retry_count, max_retry_count)
    return InvocationRequest(function, {}, invocation_id=invocation_id, trace_context=trace, retry_context=retry)
