"""The objects that Azure's worker itself makes for a function: the invocation context, and outputs to be set.

They have the names of the SDK's abstract classes and are, as in Azure, no subclasses of them.
"""

from __future__ import annotations

import collections
import threading
from typing import Any

from pytest_azfunc import rpc


class Out:
    """An output parameter."""

    __slots__ = ("_value",)

    def __init__(self) -> None:
        self._value: Any = None

    def set(self, val: Any) -> None:
        """Set the value to send; None sends nothing."""
        self._value = val

    def get(self) -> Any:
        """The value that was set last, or None."""
        return self._value


class TraceContext:
    """Trace parent and state of the invocation."""

    def __init__(self, trace: rpc.TraceContext) -> None:
        self._trace = trace
        # Azure hands over a protobuf map: reading a missing key gives '' and adds it.
        self._attributes = collections.defaultdict(str, trace.attributes)

    @property
    def trace_parent(self) -> str:
        """The W3C traceparent."""
        return self._trace.trace_parent

    @property
    def trace_state(self) -> str:
        """The W3C tracestate."""
        return self._trace.trace_state

    @property
    def attributes(self) -> dict[str, str]:
        """Further attributes."""
        return self._attributes

    # The spellings of older workers, still there in Azure.
    Traceparent, Tracestate, Attributes = trace_parent, trace_state, attributes


class RetryContext:
    """Which attempt this is. In Azure the failure is called ``rpc_exception``, not ``exception``."""

    def __init__(self, retry: rpc.RetryContext) -> None:
        self.retry_count = retry.retry_count
        self.max_retry_count = retry.max_retry_count
        self.rpc_exception = retry.exception or rpc.RpcException()


class Context:
    """What ``main(..., context)`` gets. (https://aka.ms/azfunc-invocation-context)"""

    def __init__(
        self,
        function_name: str,
        function_directory: str,
        invocation_id: str,
        thread_local_storage: threading.local,
        trace: rpc.TraceContext,
        retry: rpc.RetryContext,
    ) -> None:
        self._function_name = function_name
        self._function_directory = function_directory
        self._invocation_id = invocation_id
        self._thread_local_storage = thread_local_storage
        self._trace = trace
        self._retry = retry
        self._trace_context: TraceContext | None = None
        self._retry_context: RetryContext | None = None

    @property
    def invocation_id(self) -> str:
        """The invocation's GUID."""
        return self._invocation_id

    @property
    def function_name(self) -> str:
        """The function's name."""
        return self._function_name

    @property
    def function_directory(self) -> str:
        """The function's folder."""
        return self._function_directory

    @property
    def thread_local_storage(self) -> threading.local:
        """One thread-local for all invocations; ``.invocation_id`` ties a thread's logs to an invocation."""
        return self._thread_local_storage

    @property
    def trace_context(self) -> TraceContext:
        """Context for distributed tracing."""
        if self._trace_context is None:
            self._trace_context = TraceContext(self._trace)
        return self._trace_context

    @property
    def retry_context(self) -> RetryContext:
        """Context for retries."""
        if self._retry_context is None:
            self._retry_context = RetryContext(self._retry)
        return self._retry_context

    def __repr__(self) -> str:
        return f"<Context {self._function_name} {self._invocation_id}>"
