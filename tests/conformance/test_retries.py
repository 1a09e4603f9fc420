"""The attempts of a retry policy: our host makes the requests, and both workers get the same ones."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from pytest_azfunc import Host
from pytest_azfunc.host.checked_project import Project
from pytest_azfunc.host.invocation import Invocation
from pytest_azfunc.rpc import InvocationRequest, InvocationResponse, TypedData
from pytest_azfunc.worker import Worker, WorkerProcess
from tests.conformance.apps import Call, Case, write_app
from tests.conformance.comparison import differences
from tests.conformance.ours import our_answers
from tests.conformance.reference import ReferenceWorker

SCRIPT = """
{asynchronous}def main(msg, context):
    retry = context.retry_context
    tell(retry.retry_count, retry.max_retry_count)
    tell(type(retry.rpc_exception).__name__, retry.rpc_exception.message)
    tell(retry.rpc_exception.stack_trace, retry.rpc_exception.source)
    if retry.retry_count < {fails}:
        raise ValueError(f"attempt {{retry.retry_count}}")
"""


class Listening(Worker):
    """Our worker, which notes what it is asked."""

    def __init__(self, process: WorkerProcess) -> None:
        super().__init__(process, ends_process=True)
        self.requests: list[InvocationRequest] = []

    def invoke(self, request: InvocationRequest) -> InvocationResponse:
        self.requests.append(request)
        return super().invoke(request)


@pytest.mark.parametrize("asynchronous", ["", "async "], ids=["sync", "async"])
@pytest.mark.parametrize(
    ("most", "fails", "attempts"),
    [(None, 9, 1), (0, 9, 1), (1, 0, 1), (1, 1, 2), (1, 9, 2), (3, 2, 3), (3, 9, 4), (-1, 5, 6)],
)
def test_what_each_attempt_sees(
    most: int | None, fails: int, attempts: int, asynchronous: str, reference_worker: ReferenceWorker, tmp_path: Path
) -> None:
    name = f"retry{asynchronous.strip()}{most}fails{fails}"
    case = Case(name, ["in queueTrigger msg"], SCRIPT.format(fails=fails, asynchronous=asynchronous), folder=name)
    write_app(tmp_path, [case])
    if most is not None:
        policy = {"strategy": "fixedDelay", "maxRetryCount": most, "delayInterval": "00:00:05"}
        _declare(tmp_path / name / "function.json", retry=policy)

    requests, invocation = _ours(tmp_path, name)
    calls = [_call(request) for request in requests]
    case = replace(case, calls=calls)
    ours, theirs = our_answers(tmp_path, [case])[name], reference_worker.answers(tmp_path, [case])[name]

    assert len(calls) == len(invocation.attempts) == attempts
    assert differences(case, ours, theirs) == {}
    # What the attempts have logged in our host's run is what Microsoft's library has logged for them.
    assert [attempt.logs.messages for attempt in invocation.attempts] == [
        [message for _, _, message in call["logs"]] for call in theirs["calls"]
    ]
    assert [call["status"] for call in theirs["calls"]] == ["failed"] * (attempts - 1) + [
        "done" if invocation.ok else "failed"
    ]


def _declare(path: Path, **properties: Any) -> None:
    path.write_text(json.dumps({**json.loads(path.read_text()), **properties}))


def _ours(root: Path, function: str) -> tuple[list[InvocationRequest], Invocation]:
    """What our host asks the worker, and the invocation that comes of it."""
    project = Project.read(root)
    worker = Listening(WorkerProcess(project))
    with Host(project, worker=worker).begin() as host:
        return worker.requests, host.invoke(function, "m", check=False)


def _call(request: InvocationRequest) -> Call:
    def typed() -> Iterator[tuple[str, TypedData | None]]:
        for name, data in request.inputs.items():
            assert data is None or isinstance(data, TypedData)
            yield name, data

    return Call(dict(typed()), request.trigger_metadata, request.trace_context, request.retry_context)
