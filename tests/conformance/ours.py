"""Asks our worker, and puts its answers into the same form as those of Microsoft's library."""

from __future__ import annotations

import gc
import logging
import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from pytest_azfunc import Project
from pytest_azfunc.errors import AzfuncError
from pytest_azfunc.process.borrowed import BorrowedProcess
from pytest_azfunc.rpc import InvocationResponse
from pytest_azfunc.worker import Worker, WorkerProcess
from tests.conformance.apps import Call, Case, Document, typed_data

# What Azure's worker reports of an exception whose str() fails.
_UNPRINTABLE = "Unhandled exception in function. Could not serialize original exception message."


def our_answers(root: Path, cases: Sequence[Case]) -> dict[str, Document]:
    """What our worker answers, by function. It runs in this process, as it does in everybody's tests."""
    worker = Worker(WorkerProcess(Project.read(root)), ends_process=True)
    with unheard(), BorrowedProcess():
        worker.open()
        try:
            return {case.function: _answer(worker, case) for case in cases}
        finally:
            worker.close()


class _AsPytest(logging.Handler):
    """Does with a record what pytest's handlers do, formats it and lets errors pass, but keeps nothing.

    A text that is not UTF-8, which pytest would put into its reports, ends pytest-xdist.
    """

    def handle(self, record: logging.LogRecord) -> bool:
        self.format(record)
        return True


@contextmanager
def unheard() -> Iterator[None]:
    """The functions may warn, leave coroutines behind and log thousands of lines: no report of pytest's is meant."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        handlers, logging.root.handlers[:] = logging.root.handlers[:], [_AsPytest()]
        try:
            yield
        finally:
            logging.root.handlers[:] = handlers


def _answer(worker: Worker, case: Case) -> Document:
    refusal = _refusal(worker, case.function)
    return {
        "load": refusal,
        "calls": [] if refusal else [call_answer(worker, case.function, call) for call in case.calls],
    }


def _refusal(worker: Worker, function: str) -> Document | None:
    try:
        worker.load(function)
    except AzfuncError as error:
        return refusal_of(error)
    except Exception as error:
        return {"error": error_text(error)}
    return None


def refusal_of(error: AzfuncError) -> Document:
    """An error of ours: its rule, the binding, and the names that it lists."""
    names = str(error.details.get("names", ""))
    return {"rule": error.rule, "binding": error.binding, "names": sorted(names.split(", ")) if names else []}


def call_answer(worker: Worker, function: str, call: Call) -> Document:
    """What our worker answers to one call of a function that loads."""
    try:
        response = worker.invoke(call.request(function))
    except (SystemExit, KeyboardInterrupt):
        return {"status": "process ended"}
    except BaseException:  # Azure's worker sends nothing, and the host waits
        return {"status": "no response", "logs": []}
    finally:
        gc.collect(0)
    logs = [_log(record) for record in response.logs]
    if response.exception is not None:
        return {"status": "failed", "error": error_text(response.exception), "logs": logs}
    return {"status": "done", "return": _returned(response), "outputs": _outputs(response), "logs": logs}


def error_text(error: BaseException) -> str:
    """Class and text of an exception, as Azure's worker reports it."""
    try:
        return f"{type(error).__name__}: {error}"
    except Exception:
        return _UNPRINTABLE


def _log(record: logging.LogRecord) -> list[str]:
    return [record.name, record.levelname, record.getMessage()]


def _returned(response: InvocationResponse) -> Document | None:
    return None if response.return_value is None else typed_data(response.return_value)


def _outputs(response: InvocationResponse) -> Document:
    return {name: typed_data(data) for name, data in response.outputs.items()}
