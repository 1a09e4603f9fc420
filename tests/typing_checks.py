"""What type checkers make of the public names: ``mypy --strict`` and ``pyright`` read this file, nobody runs it.

A line that must be an error says so to both checkers; both complain of such a comment that is not needed.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

import pytest
import requests
from typing_extensions import assert_type

import pytest_azfunc
from pytest_azfunc import (
    AppResponse,
    AppSession,
    AppSettings,
    AsyncInvoke,
    AzfuncError,
    AzfuncWarning,
    Binding,
    BindingError,
    Clock,
    Context,
    ContextFactory,
    DeterminismError,
    Due,
    Durable,
    DurableEntity,
    DurableError,
    DurableFailure,
    DurableHistory,
    DurableInstance,
    Failure,
    Function,
    HistoryEvent,
    Host,
    Invocation,
    Invoke,
    LiveServer,
    Location,
    LogCapture,
    LossyOutputError,
    Message,
    Output,
    OutputNotSet,
    Outputs,
    Payload,
    PayloadBuilders,
    Project,
    Replayed,
    RouteOverlapWarning,
    ScheduleWarning,
    batch,
    blob,
    http,
    queue,
    timer,
)

# What fixtures give


def main(order: Any, receipt: Any) -> None: ...


def check_invoke(invoke: Invoke, azfunc_context: ContextFactory) -> None:
    result = invoke("ProcessOrder", {"id": 7})
    assert_type(result, Invocation)
    assert_type(invoke(main), Invocation)
    assert_type(invoke("ProcessOrder", queue({"id": 7}, dequeue_count=4), check=False), Invocation)
    assert_type(invoke("Enrich", {"id": 1}, customer={"name": "Ada"}, inputs={"check": 1}), Invocation)
    assert_type(invoke("ProcessOrder", context=azfunc_context("ProcessOrder")), Invocation)

    invoke()  # type: ignore[call-arg] # pyright: ignore[reportCallIssue]
    invoke(7)  # type: ignore[arg-type] # pyright: ignore[reportArgumentType]
    invoke("ProcessOrder", payload=1, check="no")  # type: ignore[arg-type] # pyright: ignore[reportArgumentType]
    invoke("ProcessOrder", context="x")  # type: ignore[arg-type] # pyright: ignore[reportArgumentType]


async def check_ainvoke(ainvoke: AsyncInvoke) -> None:
    assert_type(await ainvoke("ProcessOrder", {"id": 7}, check=False), Invocation)
    assert_type(await ainvoke(main), Invocation)

    ainvoke("ProcessOrder").ok  # type: ignore[attr-defined] # pyright: ignore
    await ainvoke("ProcessOrder", inputs=[])  # type: ignore[arg-type] # pyright: ignore[reportArgumentType]


def check_invocation(result: Invocation) -> None:
    assert_type(result.function, str)
    assert_type(result.outputs, Outputs)
    assert_type(result.outputs["$return"], Output)
    assert_type(result.outputs["$return"].body, bytes)
    assert_type(result.outputs["$return"].address, str)
    assert_type(result.outputs["$return"].messages, list[Message])
    assert_type(result.logs, LogCapture)
    assert_type(result.exception, BaseException | None)
    assert_type(result.ok, bool)
    assert_type(result.duration, float)
    assert_type(result.http, requests.Response | None)
    assert_type(result.status_code, int)

    result.function = "Other"  # type: ignore[misc] # pyright: ignore[reportAttributeAccessIssue]
    result.output  # type: ignore[attr-defined] # pyright: ignore


def check_time(azfunc_clock: Clock, azfunc_host: Host, azfunc_project: Project) -> None:
    assert_type(azfunc_clock.now, datetime)
    assert_type(azfunc_clock.move_to("2026-03-01T02:29:00Z"), list[Invocation])
    assert_type(azfunc_host.advance(days=1, seconds=0.5, max_runs=5), list[Invocation])
    assert_type(azfunc_host.drain()[0].started_at, datetime)
    assert_type(azfunc_host.due[0], Due)
    assert_type(azfunc_host.due[0].at, datetime)
    assert_type(azfunc_host.start() + azfunc_host.restart(), list[Invocation])
    schedule = azfunc_project.functions["Nightly"].schedule
    assert schedule is not None
    assert_type(schedule.next(2, after="2026-03-01T02:29:00Z", tz="Europe/Berlin"), list[datetime])
    assert_type(schedule.between(azfunc_host.now, azfunc_host.now), list[datetime])

    azfunc_clock.move_to(7)  # type: ignore[arg-type] # pyright: ignore[reportArgumentType]
    azfunc_clock.advance(5)  # type: ignore[call-arg] # pyright: ignore[reportCallIssue]


def check_durable(azfunc_durable: Durable) -> None:
    order = azfunc_durable.start("OrderFlow", {"id": 7}, id="seven", run=False)
    assert_type(order, DurableInstance)
    assert_type(azfunc_durable["seven"], DurableInstance)
    assert_type(azfunc_durable.instances, list[DurableInstance])
    assert_type(order.status, str)
    assert_type(order.output, Any)
    assert_type(order.failure, DurableFailure | None)
    assert_type(order.history, DurableHistory)
    assert_type(order.history[0], HistoryEvent)
    assert_type(order.activities + order.waits_for, list[str])
    assert_type(order.timers, list[datetime])
    assert_type(order.restart(new_id=False), DurableInstance)
    assert_type(azfunc_durable.replay(order.history), Replayed)
    assert_type(azfunc_durable.entity("Counter", "a"), DurableEntity)
    assert_type(azfunc_durable.entity("Counter", "a").exists, bool)
    azfunc_durable.fail("Charge", TimeoutError("bank"), times=2, when=lambda given: given["id"] == 7)
    azfunc_durable.replace("Charge", lambda given: given)
    refused: list[type[DurableError]] = [DurableError, DeterminismError]
    print(refused)

    azfunc_durable.start("OrderFlow", run=None)  # type: ignore[arg-type] # pyright: ignore[reportArgumentType]
    azfunc_durable.fail("Charge", "bank")  # type: ignore[arg-type] # pyright: ignore[reportArgumentType]
    order.output = 7  # type: ignore[misc] # pyright: ignore[reportAttributeAccessIssue]


def check_logs(azfunc_logs: LogCapture) -> None:
    assert_type(azfunc_logs.messages, list[str])
    assert_type(azfunc_logs.records, list[logging.LogRecord])
    assert_type(azfunc_logs.at("WARNING").from_logger("shop"), LogCapture)
    assert "charged" in azfunc_logs


def check_http(azfunc_http: AppSession, azfunc_live_server: LiveServer) -> None:
    response = azfunc_http.post("/api/orders", json={"id": 7}, key=None, principal={"name": "Ada"})
    assert_type(response, AppResponse)
    assert_type(response.invocation, Invocation | None)
    assert_type(response.status_code, int)
    assert_type(azfunc_live_server.url, str)
    any_session(azfunc_http)

    azfunc_http.get("/api/orders", keys=None)  # type: ignore[call-arg] # pyright: ignore[reportCallIssue]


def any_session(session: requests.Session) -> None: ...


def check_settings(azfunc_settings: AppSettings, monkeypatch: pytest.MonkeyPatch) -> None:
    assert_type(azfunc_settings["SHOP_CURRENCY"], str)
    azfunc_settings["SHOP_CURRENCY"] = "NOK"
    monkeypatch.setitem(azfunc_settings, "SHOP_CURRENCY", "NOK")

    azfunc_settings["SHOP_CURRENCY"] = 7  # type: ignore[assignment] # pyright: ignore[reportArgumentType]


def check_context(azfunc_context: ContextFactory) -> None:
    context = azfunc_context("ProcessOrder", retry_count=1, max_retry_count=3)
    assert_type(context, Context)
    assert_type(context.function_name, str)
    assert_type(context.retry_context.retry_count, int)

    azfunc_context(retry=1)  # type: ignore[call-arg] # pyright: ignore[reportCallIssue]


def check_project(azfunc_project: Project) -> None:
    function = azfunc_project.functions["ProcessOrder"]
    assert_type(function, Function)
    assert_type(function.trigger, Binding)
    assert_type(function.name, str)


def check_host(azfunc_host: Host) -> None:
    invoke: Invoke = azfunc_host.invoke
    ainvoke: AsyncInvoke = azfunc_host.ainvoke
    make_context: ContextFactory = azfunc_host.context
    assert_type(azfunc_host.http, AppSession)
    assert_type(azfunc_host.settings, AppSettings)
    assert_type(azfunc_host.logs, LogCapture)
    assert_type(azfunc_host.project, Project)
    assert_type(azfunc_host.failures[0], Failure)
    with Host.open("example_project", settings={"SHOP_CURRENCY": "NOK"}) as host:
        assert_type(host, Host)
        print(invoke, ainvoke, make_context)

    Host.open("example_project", storage="azurite")  # type: ignore[arg-type] # pyright: ignore[reportArgumentType]


# Payload builders


def check_builders() -> None:
    payloads: list[Payload] = [
        batch(["a", "b"]),
        blob(b"content", name="in/a.txt"),
        http("POST", "/api/orders", json={"id": 7}),
        queue({"id": 7}),
        timer(past_due=True),
    ]
    assert_type(payloads[0].decode("ProcessOrder"), Any)

    queue({"id": 7}, dequeue="4")  # type: ignore[call-arg] # pyright: ignore[reportCallIssue]
    http("GET", url=7)  # type: ignore[arg-type] # pyright: ignore[reportArgumentType]


def check_azfunc_trigger(azfunc_trigger: PayloadBuilders) -> None:
    payloads: list[Payload] = [
        azfunc_trigger.activity({"id": 7}, instance_id="a"),
        azfunc_trigger.assistant_skill("argument"),
        azfunc_trigger.batch(["a", "b"], partition_key="k"),
        azfunc_trigger.blob(b"content", name="in/a.txt", metadata={"by": "Ada"}),
        azfunc_trigger.cloud_event({"id": 7}, subject="orders"),
        azfunc_trigger.connector({"id": 7}),
        azfunc_trigger.cosmos_db([{"id": "7"}]),
        azfunc_trigger.dapr_binding({"id": 7}),
        azfunc_trigger.dapr_invocation({"id": 7}),
        azfunc_trigger.dapr_topic({"id": 7}, pubsub_name="orders"),
        azfunc_trigger.entity(("add", 1), state=5),
        azfunc_trigger.event_grid({"id": 7}, event_type="Order.Placed"),
        azfunc_trigger.event_hub("reading", partition_key="k"),
        azfunc_trigger.generic(b"raw", metadata={"Id": "7"}),
        azfunc_trigger.http("POST", "/api/orders", json={"id": 7}),
        azfunc_trigger.kafka("value", key="k", headers={"a": b"1"}),
        azfunc_trigger.manual("input"),
        azfunc_trigger.mcp_prompt({"name": "Ada"}),
        azfunc_trigger.mcp_resource("file://readme"),
        azfunc_trigger.mcp_tool({"name": "Ada"}, session_id="s"),
        azfunc_trigger.mysql([{"id": 7}]),
        azfunc_trigger.orchestration({"id": 7}, history=[]),
        azfunc_trigger.queue({"id": 7}, dequeue_count=4),
        azfunc_trigger.service_bus({"id": 7}, subject="order"),
        azfunc_trigger.signalr("hello", user_id="ada"),
        azfunc_trigger.sql([{"id": 7}], operation="update"),
        azfunc_trigger.timer(past_due=True),
        azfunc_trigger.warmup(),
    ]
    for payload in payloads:
        payload.decode("ProcessOrder")
    same: Callable[..., Payload] = azfunc_trigger.queue
    print(same)

    azfunc_trigger.queue({"id": 7}, dequeue="4")  # type: ignore[call-arg] # pyright: ignore[reportCallIssue]
    azfunc_trigger.timer(late=True)  # type: ignore[call-arg] # pyright: ignore[reportCallIssue]
    azfunc_trigger.quue  # type: ignore[attr-defined] # pyright: ignore


# Errors


def check_errors(invoke: Invoke) -> None:
    with pytest.raises(BindingError) as caught:
        invoke("ProcessOrder", 7)
    assert_type(caught.value, BindingError)
    assert_type(caught.value.rule, str)
    assert_type(caught.value.location, Location | None)
    errors: list[type[AzfuncError]] = [LossyOutputError, OutputNotSet, pytest_azfunc.AppIndexError]
    warnings: list[type[AzfuncWarning]] = [RouteOverlapWarning, ScheduleWarning]
    missing: type[KeyError] = OutputNotSet
    print(errors, warnings, missing)


def check_names() -> None:
    assert_type(pytest_azfunc.__version__, str)
    pytest_azfunc.quue  # type: ignore[attr-defined] # pyright: ignore


def helper(run: Callable[..., Invocation], settings: Mapping[str, str]) -> None: ...


def check_older_annotations(invoke: Invoke, azfunc_settings: AppSettings) -> None:
    helper(invoke, azfunc_settings)
