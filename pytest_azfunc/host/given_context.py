"""What a test wants an invocation context to say, as the request that it would come with."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from pytest_azfunc.errors import BindingError, kind_of, shown
from pytest_azfunc.host.bindings.builder_arguments import INT32, check_numbers, check_texts, text_mapping, wrong_value
from pytest_azfunc.host.bindings.given_values import is_mock
from pytest_azfunc.host.retries import FOR_EVER
from pytest_azfunc.rpc import InvocationRequest, RetryContext, RpcException, TraceContext

if TYPE_CHECKING:
    from pytest_azfunc.host.bound_function import BoundFunction

__tracebackhide__ = True

_FIXTURE = "azfunc_context"
_NOTHING_OF_RETRIES = RetryContext(0, 0, RpcException())


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


def context_request(
    bound: BoundFunction | None,
    invocation_id: str | None,
    trace_parent: str | None,
    trace_state: str | None,
    attributes: Mapping[str, str] | None,
    retry_count: int,
    max_retry_count: int | None,
) -> InvocationRequest:
    """A request for an invocation whose context says this.

    :param bound: the function, whose retry policy has the maximum where none is given; None for a context of none.
    :raises BindingError: an argument that no context can have.
    """
    check_texts(_FIXTURE, invocation_id=invocation_id, trace_parent=trace_parent, trace_state=trace_state)
    check_numbers(_FIXTURE, INT32, retry_count=retry_count)
    if max_retry_count is None:
        most = 0 if bound is None else bound.first_attempt.max_retry_count
    else:
        most = _checked_maximum(max_retry_count)
    trace = TraceContext(trace_parent or "", trace_state or "", text_mapping(_FIXTURE, "attributes", attributes))
    retry = RetryContext(retry_count, most)
    function = "" if bound is None else bound.function.name
    return InvocationRequest(function, {}, invocation_id=invocation_id, trace_context=trace, retry_context=retry)


def _checked_maximum(value: object) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or not FOR_EVER <= value < INT32:
        expected = (
            f"a whole number from 0 to {INT32 - 1}, -1 (for ever), or None for that of the function's retry policy"
        )
        raise wrong_value(_FIXTURE, "max_retry_count", value, expected)
    return value
