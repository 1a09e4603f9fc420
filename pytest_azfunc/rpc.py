"""What host and worker say to each other, named as in Azure's FunctionRpc protocol.

Everything is frozen data, so that a request or a response can be kept, compared and shown. A worker is
anything that answers an :class:`InvocationRequest` with an :class:`InvocationResponse`.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Literal, NamedTuple, Protocol

if TYPE_CHECKING:
    from pytest_azfunc.project import Project

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


class TypedData(NamedTuple):
    """One value on the wire: what kind it is, and the value.

    ``json`` holds the JSON *text*, ``bytes`` bytes, the collections lists, ``http`` a dict (towards the worker:
    ``method, url, headers, params, query, body``; from the worker: ``status_code, headers, cookies, body,
    enable_content_negotiation``). ``TypedData(None, None)`` is an empty message; a parameter with no data at all
    is ``None`` in its place.
    """

    kind: Kind | None
    value: Any


class PythonObject(NamedTuple):
    """A ready-made SDK object that a test hands to ``main()`` as it stands. It never travels on a real wire."""

    value: Any


_NO_ATTRIBUTES: Mapping[str, str] = MappingProxyType({})


class TraceContext(NamedTuple):
    """W3C trace context of an invocation."""

    trace_parent: str = ""
    trace_state: str = ""
    attributes: Mapping[str, str] = _NO_ATTRIBUTES


class RpcException(NamedTuple):
    """A failure as the host reports it back to the worker."""

    message: str = ""
    stack_trace: str = ""
    source: str = ""


class RetryContext(NamedTuple):
    """Which attempt this is: ``retry_count`` 0 is the first; ``max_retry_count`` -1 means for ever."""

    retry_count: int = 0
    max_retry_count: int = 0
    exception: RpcException | None = None


class ProxiedRequest(NamedTuple):
    """An HTTP request as the host passes it on to a worker that has a web server of its own (HTTP streaming).

    :ivar url: the worker's address with the path and the query of the original; the path is percent-encoded.
    :ivar headers: in their order; names may repeat.
    """

    method: str
    url: str
    headers: tuple[tuple[str, str], ...] = ()
    body: bytes = b""


class ProxiedResponse(NamedTuple):
    """What the worker's own web server answered. The host passes it on to the caller as it is."""

    status_code: int
    headers: tuple[tuple[str, str], ...] = ()
    body: bytes = b""


_NO_METADATA: Mapping[str, TypedData] = MappingProxyType({})


class InvocationRequest(NamedTuple):
    """Run this function with these inputs.

    :ivar function: its name.
    :ivar inputs: parameter name to typed data, the trigger included; None for a parameter without data.
    :ivar trigger_metadata: what the trigger knows beside its value.
    :ivar invocation_id: a GUID; made up when None.
    :ivar http_request: the request itself, for an HTTP function that the worker's own web server answers. In Azure it
        takes another way than this message, which is empty then but for route values; here the message is whole.
    """

    function: str
    inputs: Mapping[str, TypedData | PythonObject | None]
    trigger_metadata: Mapping[str, TypedData] = _NO_METADATA
    invocation_id: str | None = None
    trace_context: TraceContext | None = None
    retry_context: RetryContext | None = None
    http_request: ProxiedRequest | None = None


_NO_OUTPUTS: Mapping[str, TypedData] = MappingProxyType({})
_NO_VALUES: Mapping[str, Any] = MappingProxyType({})


class InvocationResponse(NamedTuple):
    """What came of an :class:`InvocationRequest`.

    :ivar return_value: typed data of the returned value, None when there is none to send.
    :ivar outputs: typed data by output binding, in function.json's order; never-set outputs are absent.
    :ivar exception: the exception object itself, or None.
    :ivar logs: the records of this invocation; threads that outlive it may still add to the list.
    :ivar python_values: the Python objects behind ``outputs``, and behind ``return_value`` under ``"$return"``,
        for a test to look at; None from a worker that has none to offer, such as one in another process.
    :ivar context: the ``Context`` object that the function saw, likewise for the test only.
    :ivar http_response: what the worker's own web server answered to :attr:`InvocationRequest.http_request`, also when
        the function raised; None for all other functions.
    """

    invocation_id: str
    return_value: TypedData | None = None
    outputs: Mapping[str, TypedData] = _NO_OUTPUTS
    exception: BaseException | None = None
    logs: Sequence[logging.LogRecord] = ()
    python_values: Mapping[str, Any] | None = _NO_VALUES
    context: Any = None
    http_response: ProxiedResponse | None = None


class WorkerChannel(Protocol):
    """The seam between host and worker: all that a host, and whoever opens it, uses of a worker.

    Functions go by their names, as :meth:`index` has them.
    """

    def open(self) -> None:
        """Start. App settings are in ``os.environ`` by now; what is borrowed of the process, the caller gives back."""

    def close(self) -> None:
        """Stop, for the time being: modules and loaded functions are kept. A second call does nothing."""

    def restart(self) -> None:
        """Forget all modules and functions, as a new worker process would; called while the worker is closed."""

    def index(self) -> Project:
        """The app with its functions. A decorator app's script is imported when they are first asked for."""

    def load(self, function: str) -> None:
        """Import a function's script and check its signature, once.

        :raises FunctionNotFound: no such function; its name is looked up without case.
        :raises FunctionLoadError: the worker refuses it.
        :raises Exception: whatever the script raises while it is imported, unchanged.
        """

    def invoke(self, request: InvocationRequest) -> InvocationResponse:
        """Run the function on the calling thread and wait for it."""

    async def ainvoke(self, request: InvocationRequest) -> InvocationResponse:
        """The same inside a running event loop."""

    def is_inside(self) -> bool:
        """Whether who asks is a function that runs, or a thread or task of one."""

    def current_invocation(self) -> str | None:
        """The id of the invocation to which who asks belongs; None for who is no function that runs."""

    def run_loop_on_a_thread(self) -> None:
        """Be ready for requests from several threads: async functions share a loop on a thread of its own."""

    def decode(self, request: InvocationRequest) -> Any:
        """The Python object that the function would get for its trigger."""

    def context(self, request: InvocationRequest) -> Any:
        """The invocation context that the function would get; of the app, where the request names no function."""

    def is_entry_point(self, function: str, candidate: Any) -> bool:
        """Whether *candidate* is the function's entry point, or what a decorator has made of it."""
