"""What host and worker say to each other, named as in Azure's FunctionRpc protocol.

Everything is frozen data, so that a request or a response can be kept, compared and shown. A worker is
anything that answers an :class:`InvocationRequest` with an :class:`InvocationResponse`.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, Protocol

Kind = Literal[
    "string",
    "bytes",
    "json",
    "http",
    "int",
    "double",
    "collection_string",
    "collection_bytes",
    "collection_double",
    "collection_sint64",
    "model_binding_data",
]


@dataclass(frozen=True)
class TypedData:
    """One value on the wire: what kind it is, and the value.

    ``json`` holds the JSON *text*, ``bytes`` bytes, the collections lists, ``http`` a dict (towards the worker:
    ``method, url, headers, params, query, body``; from the worker: ``status_code, headers, cookies, body,
    enable_content_negotiation``). ``TypedData(None, None)`` is an empty message; a parameter with no data at all
    is ``None`` in its place.
    """

    kind: Kind | None
    value: Any


@dataclass(frozen=True)
class PythonObject:
    """A ready-made SDK object that a test hands to ``main()`` as it stands. It never travels on a real wire."""

    value: Any


@dataclass(frozen=True)
class TraceContext:
    """W3C trace context of an invocation."""

    trace_parent: str = ""
    trace_state: str = ""
    attributes: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class RpcException:
    """A failure as the host reports it back to the worker."""

    message: str = ""
    stack_trace: str = ""
    source: str = ""


@dataclass(frozen=True)
class RetryContext:
    """Which attempt this is: ``retry_count`` 0 is the first; ``max_retry_count`` -1 means for ever."""

    retry_count: int = 0
    max_retry_count: int = 0
    exception: RpcException | None = None


@dataclass(frozen=True)
class InvocationRequest:
    """Run this function with these inputs.

    :ivar function: its name.
    :ivar inputs: parameter name to typed data, the trigger included; None for a parameter without data.
    :ivar trigger_metadata: what the trigger knows beside its value.
    :ivar invocation_id: a GUID; made up when None.
    """

    function: str
    inputs: Mapping[str, TypedData | PythonObject | None]
    trigger_metadata: Mapping[str, TypedData] = field(default_factory=dict)
    invocation_id: str | None = None
    trace_context: TraceContext | None = None
    retry_context: RetryContext | None = None


@dataclass(frozen=True)
class InvocationResponse:
    """What came of an :class:`InvocationRequest`.

    :ivar return_value: typed data of the returned value, None when there is none to send.
    :ivar outputs: typed data by output binding, in function.json's order; never-set outputs are absent.
    :ivar exception: the exception object itself, or None.
    :ivar logs: the records of this invocation; threads that outlive it may still add to the list.
    :ivar python_values: the Python objects behind ``outputs``, and behind ``return_value`` under ``"$return"``,
        for a test to look at. A worker in another process has none to offer.
    :ivar context: the ``Context`` object that the function saw, likewise for the test only.
    """

    invocation_id: str
    return_value: TypedData | None = None
    outputs: Mapping[str, TypedData] = field(default_factory=dict)
    exception: BaseException | None = None
    logs: Sequence[logging.LogRecord] = ()
    python_values: Mapping[str, Any] = field(default_factory=dict)
    context: Any = None


class WorkerChannel(Protocol):
    """The seam between host and worker: request in, response out."""

    def invoke(self, request: InvocationRequest) -> InvocationResponse:
        """Run the function on the calling thread and wait for it."""

    async def ainvoke(self, request: InvocationRequest) -> InvocationResponse:
        """The same inside a running event loop."""
