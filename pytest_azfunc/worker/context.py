"""The objects that Azure's worker itself makes for a function: the invocation context, and outputs to be set.

They have the names of the SDK's abstract classes and are, as in Azure, no subclasses of them.
"""

from __future__ import annotations

import threading
import uuid
from collections.abc import Iterator, Mapping, MutableMapping
from dataclasses import dataclass
from typing import Any, TypeVar

from pytest_azfunc import rpc


class Out:
    """An output parameter."""

    def __init__(self) -> None:
        self._value: Any = None

    def set(self, val: Any) -> None:
        """Set the value to send; None sends nothing."""
        self._value = val

    def get(self) -> Any:
        """The value that was set last, or None."""
        return self._value


V = TypeVar("V")


class ScalarMapContainer(MutableMapping[str, str]):
    """Named and behaving as the protobuf map that Azure hands over.

    It is no dict, so not JSON, and reading a missing key gives ``''`` and adds it.
    """

    def __init__(self, items: Mapping[str, str]) -> None:
        self._items = dict(items)

    def __getitem__(self, key: str) -> str:
        return self._items.setdefault(_checked(key), "")

    def __setitem__(self, key: str, value: str) -> None:
        self._items[_checked(key)] = _checked(value)

    def __delitem__(self, key: str) -> None:
        del self._items[_checked(key)]

    def __contains__(self, key: object) -> bool:
        return _checked(key) in self._items

    def get(self, key: str, default: V | None = None) -> str | V | None:  # type: ignore[override]
        """The value, or *default*; adds nothing."""
        return self._items.get(_checked(key), default)

    def __iter__(self) -> Iterator[str]:
        return iter(self._items)

    def __len__(self) -> int:
        return len(self._items)

    def __repr__(self) -> str:
        return repr(self._items)


def _checked(text: object) -> str:
    if not isinstance(text, str):
        raise TypeError("bad argument type for built-in operation")
    return text


class TraceContext:
    """Trace parent and state of the invocation."""

    def __init__(self, trace: rpc.TraceContext) -> None:
        self._trace = trace
        self._attributes = ScalarMapContainer(trace.attributes)

    @property
    def trace_parent(self) -> str:
        """The W3C traceparent."""
        return self._trace.trace_parent

    @property
    def trace_state(self) -> str:
        """The W3C tracestate."""
        return self._trace.trace_state

    @property
    def attributes(self) -> MutableMapping[str, str]:
        """Further attributes."""
        return self._attributes

    # The spellings of older workers, still there in Azure.

    @property
    def Traceparent(self) -> str:
        """The W3C traceparent (deprecated)."""
        return self._trace.trace_parent

    @property
    def Tracestate(self) -> str:
        """The W3C tracestate (deprecated)."""
        return self._trace.trace_state

    @property
    def Attributes(self) -> MutableMapping[str, str]:
        """Further attributes (deprecated)."""
        return self._attributes


@dataclass
class RetryContext:
    """Which attempt this is. In Azure the failure is called ``rpc_exception``, not ``exception``, and never None."""

    retry_count: int
    max_retry_count: int
    rpc_exception: rpc.RpcException


_NO_TRACE = rpc.TraceContext()
_NO_RETRY = rpc.RetryContext()


class Context:
    """What ``main(..., context)`` gets. (https://aka.ms/azfunc-invocation-context)"""

    _trace_context: TraceContext | None = None
    _retry_context: RetryContext | None = None

    def __init__(
        self,
        function_name: str,
        function_directory: str,
        request: rpc.InvocationRequest,
        thread_local_storage: threading.local,
    ) -> None:
        self._function_name = function_name
        self._function_directory = function_directory
        self._invocation_id = request.invocation_id or str(uuid.uuid4())
        self._thread_local_storage = thread_local_storage
        self._trace = request.trace_context or _NO_TRACE
        self._retry = request.retry_context or _NO_RETRY

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
            retry = self._retry
            failure = retry.exception or rpc.RpcException()
            self._retry_context = RetryContext(retry.retry_count, retry.max_retry_count, failure)
        return self._retry_context

    def __repr__(self) -> str:
        return f"<Context {self._function_name} {self._invocation_id}>"
