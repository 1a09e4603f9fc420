"""Asks our project reader and worker about an app of decorated functions."""

from __future__ import annotations

import gc
import os
from collections.abc import Sequence
from pathlib import Path
from unittest.mock import patch

from pytest_azfunc.errors import AzfuncError
from pytest_azfunc.process.borrowed import BorrowedProcess
from pytest_azfunc.project import Binding, Function, Project, RetryPolicy
from pytest_azfunc.worker import Worker, WorkerProcess
from tests.conformance.apps import Call, Document
from tests.conformance.decorator_apps import App
from tests.conformance.ours import call_answer, error_text, refusal_of, unheard

# The types that apps of the tests make up; to the host they are those of an extension.
_MADE_UP = {
    name.lower(): name
    for name in ("someTrigger", "customTrigger", "customIn", "customOut", "anyTrigger", "any", "some")
}


def our_answer(root: Path, app: App, calls: Sequence[tuple[str, Call]]) -> Document:
    """What we make of the app, and of the *calls* of those of its functions that we list."""
    with patch.dict(os.environ, app.settings), unheard(), BorrowedProcess():
        worker = Worker(WorkerProcess(Project.read(root, binding_types=_MADE_UP)), ends_process=True)
        try:
            worker.open()
            return _open_answer(worker, calls)
        finally:
            worker.close()
            gc.collect(1)


def _open_answer(worker: Worker, calls: Sequence[tuple[str, Call]]) -> Document:
    project = worker.index()
    if project.index_error is not None:
        return _failed(project.index_error)
    return {
        "status": "indexed",
        "functions": {function.name: _function(function) for function in project.functions.values()},
        "refused": {str(error.function): error.rule for error in project.errors.values()},
        "calls": [_answer(worker, project, name, call) for name, call in calls],
    }


def _failed(error: BaseException) -> Document:
    if not isinstance(error, Exception):
        return {"status": "no response", "error": type(error).__name__}
    if not isinstance(error, AzfuncError):
        return {"status": "failed", "error": error_text(error)}
    if error.rule == "import-exits":  # what ends a process must not end a test run
        return {
            "status": "process ended",
            "code": error.__context__.code if isinstance(error.__context__, SystemExit) else None,
        }
    return {"status": "failed", **refusal_of(error)}


def _answer(worker: Worker, project: Project, name: str, call: Call) -> Document | None:
    return call_answer(worker, name, call) if any(f.name == name for f in project.functions.values()) else None


def _function(function: Function) -> Document:
    return {
        "bindings": [_binding(binding) for binding in function.bindings.values()],
        "retry": _retry(function.retry),
    }


def _binding(binding: Binding) -> Document:
    return {name.lower(): value for name, value in binding.properties.items()}


def _retry(retry: RetryPolicy | None) -> Document | None:
    if retry is None:
        return None
    intervals = {field: getattr(retry, field) for field in ("delay_interval", "minimum_interval", "maximum_interval")}
    seconds = {field: None if span is None else span.total_seconds() for field, span in intervals.items()}
    return {"count": retry.max_retry_count, "strategy": retry.strategy, **seconds}
