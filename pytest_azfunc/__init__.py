"""pytest-azfunc: test Azure Functions for Python the way they run in Azure, inside the test process.

The public names are found when they are first used, so that importing the package costs nothing. Beside fixtures'
values and errors they are the payload builders, which make what starts a function.
Not a Microsoft product.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pytest_azfunc.app import Host
    from pytest_azfunc.app_time import Clock
    from pytest_azfunc.durable.durable_entity import DurableEntity
    from pytest_azfunc.durable.durable_instance import DurableHistory, DurableInstance
    from pytest_azfunc.durable.handles import Durable
    from pytest_azfunc.durable.history import HistoryEvent
    from pytest_azfunc.durable.orchestration import DurableFailure
    from pytest_azfunc.durable.replaying import Replayed
    from pytest_azfunc.errors import (
        AppIndexError,
        ArgumentError,
        AzfuncError,
        AzfuncWarning,
        BindingError,
        DeterminismError,
        DurableError,
        FunctionFailed,
        FunctionLoadError,
        FunctionNotFound,
        FunctionTimeoutError,
        Location,
        LoopError,
        LossyOutputError,
        OutputNotSet,
        ProjectError,
        RouteOverlapWarning,
        ScheduleWarning,
        StoreError,
        UnsupportedFeature,
    )
    from pytest_azfunc.fixture_values import AsyncInvoke, ContextFactory, Invoke, PayloadBuilders
    from pytest_azfunc.host.agenda import Due
    from pytest_azfunc.host.app_settings import AppSettings
    from pytest_azfunc.host.bindings.batch import batch
    from pytest_azfunc.host.bindings.binding_type import BindingType
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
    from pytest_azfunc.host.bindings.payload import Payload
    from pytest_azfunc.host.bindings.queue import queue
    from pytest_azfunc.host.bindings.service_bus import service_bus
    from pytest_azfunc.host.bindings.signalr import signalr
    from pytest_azfunc.host.bindings.sql import mysql, sql
    from pytest_azfunc.host.bindings.timer import timer
    from pytest_azfunc.host.bindings.warmup import manual, warmup
    from pytest_azfunc.host.checked_project import Project
    from pytest_azfunc.host.failures import Failure, Failures
    from pytest_azfunc.host.invocation import Invocation
    from pytest_azfunc.host.log_capture import LogCapture
    from pytest_azfunc.host.outputs import Message, Output, Outputs
    from pytest_azfunc.host.stores.blobs import Blob, StoredBlob
    from pytest_azfunc.host.stores.cosmos_store import CosmosContainer
    from pytest_azfunc.host.stores.event_grid_store import EventGridTopic, StoredGridEvent
    from pytest_azfunc.host.stores.event_hub_store import EventHub, StoredEvent
    from pytest_azfunc.host.stores.kafka_store import KafkaTopic, StoredRecord
    from pytest_azfunc.host.stores.queue_messages import QueueMessage
    from pytest_azfunc.host.stores.queue_store import Queue
    from pytest_azfunc.host.stores.service_bus_entities import ServiceBusMessage
    from pytest_azfunc.host.stores.service_bus_store import ServiceBusEntity
    from pytest_azfunc.host.stores.sink_store import Sink, SinkMessage
    from pytest_azfunc.host.stores.sql_store import SqlTable
    from pytest_azfunc.host.stores.store import Delivering, Outcome, Sent, Store, Stored, StoreSite, Wanted
    from pytest_azfunc.host.stores.tables import Table
    from pytest_azfunc.host.web.authorization import Keys
    from pytest_azfunc.http_client.responses import AppResponse
    from pytest_azfunc.http_client.session import AppSession
    from pytest_azfunc.http_server import LiveServer
    from pytest_azfunc.project import Binding, Function
    from pytest_azfunc.worker.context import Context

    __version__: str

__all__ = [
    "AppIndexError",
    "AppResponse",
    "AppSession",
    "AppSettings",
    "ArgumentError",
    "AsyncInvoke",
    "AzfuncError",
    "AzfuncWarning",
    "Binding",
    "BindingError",
    "BindingType",
    "Blob",
    "Clock",
    "Context",
    "ContextFactory",
    "CosmosContainer",
    "Delivering",
    "DeterminismError",
    "Due",
    "Durable",
    "DurableEntity",
    "DurableError",
    "DurableFailure",
    "DurableHistory",
    "DurableInstance",
    "EventGridTopic",
    "EventHub",
    "Failure",
    "Failures",
    "Function",
    "FunctionFailed",
    "FunctionLoadError",
    "FunctionNotFound",
    "FunctionTimeoutError",
    "HistoryEvent",
    "Host",
    "Invocation",
    "Invoke",
    "KafkaTopic",
    "Keys",
    "LiveServer",
    "Location",
    "LogCapture",
    "LoopError",
    "LossyOutputError",
    "Message",
    "Outcome",
    "Output",
    "OutputNotSet",
    "Outputs",
    "Payload",
    "PayloadBuilders",
    "Project",
    "ProjectError",
    "Queue",
    "QueueMessage",
    "Replayed",
    "RouteOverlapWarning",
    "ScheduleWarning",
    "Sent",
    "ServiceBusEntity",
    "ServiceBusMessage",
    "Sink",
    "SinkMessage",
    "SqlTable",
    "Store",
    "StoreError",
    "StoreSite",
    "Stored",
    "StoredBlob",
    "StoredEvent",
    "StoredGridEvent",
    "StoredRecord",
    "Table",
    "UnsupportedFeature",
    "Wanted",
    "activity",
    "assistant_skill",
    "batch",
    "blob",
    "cloud_event",
    "connector",
    "cosmos_db",
    "dapr_binding",
    "dapr_invocation",
    "dapr_topic",
    "entity",
    "event_grid",
    "event_hub",
    "generic",
    "http",
    "kafka",
    "manual",
    "mcp_prompt",
    "mcp_resource",
    "mcp_tool",
    "mysql",
    "orchestration",
    "queue",
    "service_bus",
    "signalr",
    "sql",
    "timer",
    "warmup",
]

# The payload builders, by the module of host.bindings that they are in.
_BUILDERS = {
    "batch": "batch",
    "blob": "blob",
    "connector": "connector",
    "cosmos_db": "cosmos_db",
    "dapr": "dapr_binding dapr_invocation dapr_topic",
    "durable": "activity entity orchestration",
    "event_grid": "cloud_event event_grid",
    "event_hub": "event_hub",
    "generic": "generic",
    "http": "http",
    "kafka": "kafka",
    "mcp": "mcp_prompt mcp_resource mcp_tool",
    "openai": "assistant_skill",
    "queue": "queue",
    "service_bus": "service_bus",
    "signalr": "signalr",
    "sql": "mysql sql",
    "timer": "timer",
    "warmup": "manual warmup",
}

# What stores hold and are, by the module of host.stores that it is in.
_STORES = {
    "blobs": "Blob StoredBlob",
    "cosmos_store": "CosmosContainer",
    "event_grid_store": "EventGridTopic StoredGridEvent",
    "event_hub_store": "EventHub StoredEvent",
    "kafka_store": "KafkaTopic StoredRecord",
    "queue_messages": "QueueMessage",
    "queue_store": "Queue",
    "service_bus_entities": "ServiceBusMessage",
    "service_bus_store": "ServiceBusEntity",
    "sink_store": "Sink SinkMessage",
    "sql_store": "SqlTable",
    "store": "Delivering Outcome Sent Store Stored StoreSite Wanted",
    "tables": "Table",
}

# Where the other names are; the errors are not among them.
_MODULES = {
    "AppResponse": "http_client.responses",
    "AppSession": "http_client.session",
    "AppSettings": "host.app_settings",
    "AsyncInvoke": "fixture_values",
    "Binding": "project",
    "BindingType": "host.bindings.binding_type",
    "Clock": "app_time",
    "Durable": "durable.handles",
    "DurableEntity": "durable.durable_entity",
    "DurableFailure": "durable.orchestration",
    "DurableHistory": "durable.durable_instance",
    "DurableInstance": "durable.durable_instance",
    "Context": "worker.context",
    "ContextFactory": "fixture_values",
    "Due": "host.agenda",
    "Failure": "host.failures",
    "Failures": "host.failures",
    "Function": "project",
    "HistoryEvent": "durable.history",
    "Host": "app",
    "Invocation": "host.invocation",
    "Invoke": "fixture_values",
    "Keys": "host.web.authorization",
    "LiveServer": "http_server",
    "LogCapture": "host.log_capture",
    "Message": "host.outputs",
    "Output": "host.outputs",
    "Outputs": "host.outputs",
    "Payload": "host.bindings.payload",
    "PayloadBuilders": "fixture_values",
    "Project": "host.checked_project",
    "Replayed": "durable.replaying",
    **{name: f"host.bindings.{module}" for module, names in _BUILDERS.items() for name in names.split()},
    **{name: f"host.stores.{module}" for module, names in _STORES.items() for name in names.split()},
}

BUILDERS = tuple(sorted(name for names in _BUILDERS.values() for name in names.split()))
"""Names of all payload builders; ``azfunc_trigger`` has them as attributes."""


if not TYPE_CHECKING:  # for type checkers there are the names above, and no others

    def __getattr__(name: str) -> object:
        import importlib

        if name == "__version__":
            from importlib.metadata import version

            return version("pytest-azfunc")
        if name in ("invoke", "ainvoke") or name.startswith("azfunc_"):
            from pytest_azfunc.errors.notes import fixture_is_no_name_of_the_package

            raise ImportError(fixture_is_no_name_of_the_package(name), name=__name__)
        if name not in __all__:
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        value: object = getattr(importlib.import_module(f"{__name__}.{_MODULES.get(name, 'errors')}"), name)
        globals()[name] = value
        return value


def __dir__() -> list[str]:
    return sorted([*globals(), *__all__])
