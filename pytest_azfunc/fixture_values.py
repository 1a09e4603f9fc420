"""What the fixtures of functions are called with and return, for annotations: ``def test_order(invoke: Invoke)``."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from types import ModuleType

    from pytest_azfunc.host.bindings.batch import batch
    from pytest_azfunc.host.bindings.blob import blob
    from pytest_azfunc.host.bindings.connector import connector
    from pytest_azfunc.host.bindings.cosmos_db import cosmos_db
    from pytest_azfunc.host.bindings.dapr import dapr_binding, dapr_invocation, dapr_topic
    from pytest_azfunc.host.bindings.durable import activity, entity, orchestration
    from pytest_azfunc.host.bindings.event_grid import cloud_event, event_grid
    from pytest_azfunc.host.bindings.event_hub import event_hub
    from pytest_azfunc.host.bindings.generic import generic
    from pytest_azfunc.host.bindings.http import http
    from pytest_azfunc.host.bindings.kafka import kafka
    from pytest_azfunc.host.bindings.mcp import mcp_prompt, mcp_resource, mcp_tool
    from pytest_azfunc.host.bindings.openai import assistant_skill
    from pytest_azfunc.host.bindings.queue import queue
    from pytest_azfunc.host.bindings.service_bus import service_bus
    from pytest_azfunc.host.bindings.signalr import signalr
    from pytest_azfunc.host.bindings.sql import mysql, sql
    from pytest_azfunc.host.bindings.timer import timer
    from pytest_azfunc.host.bindings.warmup import manual, warmup
    from pytest_azfunc.host.invocation import Invocation
    from pytest_azfunc.worker.context import Context


class Invoke(Protocol):
    """The type of the fixture ``invoke``, and of ``Host.invoke``."""

    def __call__(
        self,
        function: str | Callable[..., Any],
        payload: Any = None,
        /,
        *,
        check: bool = True,
        context: Context | None = None,
        inputs: Mapping[str, Any] | None = None,
        retry: bool = True,
        **bindings: Any,
    ) -> Invocation:
        """Run a function as the host does, and wait for it.

        :param function: its name (case does not count), or the object that its entry point is.
        :param payload: what starts it: a plain value, or what a payload builder makes; the trigger's default when None.
        :param check: whether the function's own exception is raised; False keeps it in ``.exception``.
        :param context: an invocation context from ``azfunc_context``.
        :param inputs: values of input bindings by name, for names that cannot be keywords.
        :param retry: whether the function's retry policy is carried out, the host's clock moving over the waits.
        :param bindings: values of input bindings by name.
        :raises FunctionNotFound: no function of that name.
        :raises FunctionLoadError: the worker refuses the function.
        :raises BindingError: a value that does not fit the binding it is meant for.
        :raises LossyOutputError: an output that Azure would drop or mangle.
        :raises Exception: the function's own.
        """


class AsyncInvoke(Protocol):
    """The type of the fixture ``ainvoke``, and of ``Host.ainvoke``: what is awaited is an ``Invocation``."""

    async def __call__(
        self,
        function: str | Callable[..., Any],
        payload: Any = None,
        /,
        *,
        check: bool = True,
        context: Context | None = None,
        inputs: Mapping[str, Any] | None = None,
        retry: bool = True,
        **bindings: Any,
    ) -> Invocation:
        """Run a function inside a running event loop; otherwise as :class:`Invoke`."""


class ContextFactory(Protocol):
    """The type of the fixture ``azfunc_context``, and of ``Host.context``."""

    def __call__(
        self,
        function: str | Callable[..., Any] | None = None,
        *,
        invocation_id: str | None = None,
        trace_parent: str | None = None,
        trace_state: str | None = None,
        attributes: Mapping[str, str] | None = None,
        retry_count: int = 0,
        max_retry_count: int | None = None,
    ) -> Context:
        """Build an invocation context.

        :param function: its name, or the object that its entry point is; None for a context of no function.
        :param invocation_id: a GUID, made up when None.
        :param trace_parent: the W3C traceparent.
        :param trace_state: the W3C tracestate.
        :param attributes: further attributes of the trace.
        :param retry_count: which attempt it is, 0 being the first.
        :param max_retry_count: how many retries there may be, -1 for any number; when None, those of the function's
            retry policy.
        :raises FunctionNotFound: no function of that name.
        """


class PayloadBuilders:
    """The type of the fixture ``azfunc_trigger``: every payload builder as an attribute.

    ``azfunc_trigger.queue({"id": 7}).decode("ProcessOrder")`` is the SDK object for a direct call of the function.
    """

    if TYPE_CHECKING:
        activity = staticmethod(activity)
        assistant_skill = staticmethod(assistant_skill)
        batch = staticmethod(batch)
        blob = staticmethod(blob)
        cloud_event = staticmethod(cloud_event)
        connector = staticmethod(connector)
        cosmos_db = staticmethod(cosmos_db)
        dapr_binding = staticmethod(dapr_binding)
        dapr_invocation = staticmethod(dapr_invocation)
        dapr_topic = staticmethod(dapr_topic)
        entity = staticmethod(entity)
        event_grid = staticmethod(event_grid)
        event_hub = staticmethod(event_hub)
        generic = staticmethod(generic)
        http = staticmethod(http)
        kafka = staticmethod(kafka)
        manual = staticmethod(manual)
        mcp_prompt = staticmethod(mcp_prompt)
        mcp_resource = staticmethod(mcp_resource)
        mcp_tool = staticmethod(mcp_tool)
        mysql = staticmethod(mysql)
        orchestration = staticmethod(orchestration)
        queue = staticmethod(queue)
        service_bus = staticmethod(service_bus)
        signalr = staticmethod(signalr)
        sql = staticmethod(sql)
        timer = staticmethod(timer)
        warmup = staticmethod(warmup)

    def __init__(self, package: ModuleType) -> None:
        """Take the builders of *package*, which is ``pytest_azfunc``."""
        vars(self).update((name, getattr(package, name)) for name in package.BUILDERS)

    if not TYPE_CHECKING:

        def __getattr__(self, name: str) -> object:
            from pytest_azfunc.host.bindings.builder_calls import unknown_builder

            raise unknown_builder(name, vars(self))
