"""The one way by which a function runs: request, answer, invocation; what a worker need not tell; app settings."""

from __future__ import annotations

import asyncio
import re
from typing import Any

import pytest

from pytest_azfunc.errors import BindingError, LossyOutputError, ProjectError
from pytest_azfunc.host.bindings.queue import queue
from pytest_azfunc.host.bound_function import BoundFunction, HostOptions
from pytest_azfunc.host.given_context import ContextOverrides
from pytest_azfunc.host.invocation import Invocation
from pytest_azfunc.host.schedules import parse
from pytest_azfunc.host.script_host import ScriptHost
from pytest_azfunc.project import Function
from pytest_azfunc.reports.trace import describe
from pytest_azfunc.rpc import InvocationRequest, InvocationResponse, RetryContext, TypedData
from tests.host.occasions import NOW, function, occasion_of

RECEIPT = {"type": "queue", "name": "receipt", "direction": "out"}
CUSTOMER = {"type": "blob", "name": "customer", "direction": "in", "path": "c/b"}


class FakeWorker:
    """A worker that answers everything alike."""

    def __init__(self, **answer: Any) -> None:
        self.answer = answer
        self.asked: list[InvocationRequest] = []
        self.loaded: list[str] = []

    def load(self, name: str) -> None:
        self.loaded.append(name)

    def invoke(self, request: InvocationRequest) -> InvocationResponse:
        self.asked.append(request)
        return InvocationResponse(str(request.invocation_id), **self.answer)

    async def ainvoke(self, request: InvocationRequest) -> InvocationResponse:
        await asyncio.sleep(0)
        return self.invoke(request)


def host_of(worker: Any, **options: Any) -> ScriptHost:
    return ScriptHost(worker, now=lambda: NOW, **options)


def either_way(host: ScriptHost, way: str, target: Function, payload: Any = None, **options: Any) -> Invocation:
    """The invocation, by the sync or by the async driver."""
    if way == "run":
        return host.run(target, payload, **options)
    return asyncio.run(host.arun(target, payload, **options))


EITHER_WAY = pytest.mark.parametrize("way", ["run", "arun"])


@EITHER_WAY
def test_expressions_are_evaluated_at_the_hosts_time(way: str) -> None:
    archive = {"type": "blob", "name": "old", "direction": "in", "path": "old/{rand-guid}/{Id}"}
    stamped = {"type": "blob", "name": "copy", "direction": "out", "path": "new/{datetime:yyyyMMddHHmmss}/{sys.utcnow}"}
    unset = {"type": "queue", "name": "unset", "direction": "out", "queueName": "{nobody}"}
    worker = FakeWorker(outputs={"copy": TypedData("string", "x"), "unset": TypedData(None, None)}, python_values=None)
    target = function("queueTrigger", archive, stamped, unset)
    invocation = either_way(host_of(worker), way, target, queue("x", id="m1"))
    assert invocation.ok
    assert invocation.outputs["copy"].address == "new/20260301123015/2026-03-01T12-30-15Z"
    assert re.fullmatch("old/[0-9a-f-]{36}/m1", invocation.resolved["old"].properties["path"])
    assert set(invocation.resolved) == {"old", "copy"}


@EITHER_WAY
def test_an_input_that_fails_a_call_keeps_the_worker_out_of_it(way: str) -> None:
    seen: list[Invocation] = []
    worker = FakeWorker(outputs={"out": TypedData("string", "x")}, python_values=None)
    given = {"type": "blob", "name": "old", "direction": "in", "path": "old/{nobody}"}
    invocation = either_way(host_of(worker, observers=[seen.append]), way, function("queueTrigger", given))
    assert isinstance(invocation.exception, BindingError)
    assert (invocation.exception.rule, worker.asked, seen) == ("expression-name", [], [invocation])
    failing = {"type": "blob", "name": "out", "direction": "out", "path": "old/{nobody}"}
    invocation = either_way(host_of(worker, observers=[seen.append]), way, function("queueTrigger", failing))
    assert isinstance(invocation.exception, BindingError)
    assert (len(worker.asked), seen[1:], invocation.outputs["out"].address) == (1, [invocation], "old/{nobody}")


@EITHER_WAY
def test_request_and_invocation(way: str) -> None:
    seen: list[Invocation] = []
    worker = FakeWorker(return_value=TypedData("string", "done"), python_values={"$return": "done"})
    retry = RetryContext(1, 2)
    result = either_way(
        host_of(worker, observers=[seen.append]),
        way,
        function("queueTrigger", CUSTOMER),
        "order",
        inputs={"customer": "Ada"},
        context=ContextOverrides("an-id", None, retry),
    )
    (request,) = worker.asked
    assert seen == [result]
    assert (result.function, result.request, result.return_value) == ("F", request, "done")
    assert dict(request.inputs) == {"t": TypedData("string", "order"), "customer": TypedData("string", "Ada")}
    assert (request.invocation_id, request.retry_context) == ("an-id", retry)
    assert request.trigger_metadata["QueueTrigger"] == TypedData("string", "order")
    assert not result.is_loss_unknown


@EITHER_WAY
def test_what_does_not_fit_never_reaches_the_worker(way: str) -> None:
    worker = FakeWorker()
    with pytest.raises(BindingError, match="no input binding"):
        either_way(host_of(worker), way, function("queueTrigger"), inputs={"customers": "Ada"})
    assert worker.asked == []


@EITHER_WAY
def test_a_loss_is_seen_after_the_observers(way: str) -> None:
    seen: list[Invocation] = []
    worker = FakeWorker(outputs={"receipt": TypedData("json", '["id"]')}, python_values={"receipt": {"id": 7}})
    with pytest.raises(LossyOutputError) as caught:
        either_way(host_of(worker, observers=[seen.append]), way, function("queueTrigger", RECEIPT))
    assert caught.value.rule == "output-keys-only"
    assert len(seen) == 1
    assert either_way(host_of(worker, strict=False), way, function("queueTrigger", RECEIPT)).ok


@pytest.mark.parametrize(
    ("way", "error"),
    [
        ("run", StopIteration("raised by a script")),
        *((way, error) for way in ("run", "arun") for error in (KeyboardInterrupt(), ValueError("x"))),
    ],
)
def test_what_the_worker_raises_passes_through(way: str, error: BaseException) -> None:
    class Raises(FakeWorker):
        def invoke(self, request: InvocationRequest) -> InvocationResponse:
            raise error

    with pytest.raises(type(error)):
        either_way(host_of(Raises()), way, function("queueTrigger"))


def test_what_a_script_raises_on_import_passes_through() -> None:
    class Raises(FakeWorker):
        def load(self, name: str) -> None:
            raise StopIteration(name)

    with pytest.raises(StopIteration, match="F"):
        host_of(Raises()).run(function("queueTrigger"))


def test_a_worker_that_tells_no_python_values() -> None:
    worker = FakeWorker(outputs={"receipt": TypedData("json", '["id"]')}, python_values=None)
    result = host_of(worker).run(function("queueTrigger", RECEIPT))
    assert result.is_loss_unknown
    assert repr(result) == "<Invocation F: ok, set receipt, outputs not checked for losses>"
    assert "   out  not checked for losses: the worker does not tell what the function set" in describe([result])
    assert (result.return_value, result.outputs["receipt"].value) == (None, None)
    assert result.outputs["receipt"].json() == ["id"]


def test_there_is_nothing_to_lose_of_a_failure() -> None:
    result = host_of(FakeWorker(exception=ValueError("x"), python_values=None)).run(function("queueTrigger"))
    assert not result.is_loss_unknown
    assert "losses" not in repr(result) + describe([result])


def test_a_function_is_bound_once() -> None:
    host, target = host_of(FakeWorker()), function("blobTrigger", path="in/{name}")
    bound = host.bound(target)
    assert host.bound(target) is bound
    assert bound.listener is bound.listener
    assert host.bound(function("blobTrigger", path="in/{name}")) is not bound


def test_a_function_is_loaded_once_and_before_its_payload_is_judged() -> None:
    worker, target = FakeWorker(), function("timerTrigger")
    host = host_of(worker)
    with pytest.raises(BindingError, match="nothing"):
        host.run(target, "text")
    host.run(target)
    host.run(target)
    assert worker.loaded == ["F"]


# App settings


def bound_to(settings: dict[str, str], trigger: str, **properties: Any) -> BoundFunction:
    return BoundFunction(function(trigger, **properties), HostOptions(settings=lambda: settings))


def listened(bound: BoundFunction) -> Any:
    """What the host listens with at the moment."""
    return bound.listener


def test_a_schedule_follows_the_settings() -> None:
    settings = {"hour": "3"}
    bound = bound_to(settings, "timerTrigger", schedule="0 0 %HOUR% * * *")
    assert listened(bound) == parse("0 0 3 * * *")
    assert bound.column(NOW) == "0 0 %HOUR% * * *  next 2026-03-02 03:00:00 UTC"
    settings["hour"] = "4"
    assert listened(bound) == parse("0 0 4 * * *")
    assert listened(bound) is listened(bound)
    settings["hour"] = "secret"
    assert listened(bound) is None
    assert bound.column(NOW) == "0 0 %HOUR% * * * (its value is not a valid schedule: the host would not start it)"
    del settings["hour"]
    assert listened(bound) is None
    assert bound.column(NOW) == "0 0 %HOUR% * * * (no such app setting)"


def test_a_path_follows_the_settings() -> None:
    settings = {"CONTAINER": "inbox"}
    bound = bound_to(settings, "blobTrigger", path="%container%/{name}.txt")
    assert listened(bound).match("inbox/a.txt") == {"name": "a"}
    settings["CONTAINER"] = "Inbox"
    assert listened(bound) is None
    settings["CONTAINER"] = "outbox"
    assert listened(bound).match("outbox/a.txt") == {"name": "a"}


@pytest.mark.parametrize(
    ("trigger", "properties"), [("timerTrigger", {"schedule": "x"}), ("blobTrigger", {"path": "/"})]
)
def test_what_is_written_out_is_judged(trigger: str, properties: dict[str, Any]) -> None:
    with pytest.raises(ProjectError) as caught:
        _ = bound_to({}, trigger, **properties).listener
    assert caught.value.rule in ("schedule-invalid", "blob-path")


def test_names_follow_the_settings() -> None:
    settings = {"HUB": "readings"}
    given = {"type": "durableClient", "name": "client", "direction": "in", "taskHub": "%HUB%"}
    target = function("kafkaTrigger", given, topic="%HUB%")
    bound = BoundFunction(target, HostOptions(settings=lambda: settings))
    assert bound.text("topic", "topic") == "readings"
    assert '"taskHubName":"readings"' in bound.inputs[0].data().value
    settings.clear()
    assert bound.text("topic", "topic") == "topic"
    assert '"taskHubName":"TestHubName"' in bound.inputs[0].data().value
    assert occasion_of(target).target.text("topic", "none") == "none"
