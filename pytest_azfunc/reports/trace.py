"""What a failed test shows of its invocations: payload in, outputs, logs, cause.

A row each, of any length: :mod:`~pytest_azfunc.reports.trace_layout` makes lines of them that fit a terminal.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable, Iterator, Sequence

from pytest_azfunc.errors import message_of, printable, shown
from pytest_azfunc.host.invocation import Invocation
from pytest_azfunc.host.log_capture import LogCapture
from pytest_azfunc.host.outputs import Output
from pytest_azfunc.host.retries import Attempt
from pytest_azfunc.host.web.http_response import Answer
from pytest_azfunc.rpc import PythonObject, TypedData

_WIDTH = 300
_SHOWN = 10


def describe(invocations: Iterable[Invocation], refusals: Iterable[Answer] = ()) -> str:
    """The invocations of a test, one after the other, then the HTTP requests that reached no function.

    At most ten of each: of more invocations those that failed, and the latest.
    """
    every, answers = list(invocations), list(refusals)
    chosen = _chosen(every)
    lines = [line for number in chosen for line in _lines(number + 1, every[number])]
    if len(chosen) < len(every):
        lines.insert(0, f"{len(chosen)} of {len(every)} invocations; azfunc_host.invocations has them all")
    return "\n".join([*lines, *(_refusal(answer) for answer in answers[-_SHOWN:])])


def _chosen(invocations: Sequence[Invocation]) -> list[int]:
    """Which ones are shown, in their order."""
    numbers = sorted(range(len(invocations)), key=lambda number: (invocations[number].ok, -number))
    return sorted(numbers[:_SHOWN])


def records_shown(invocations: Iterable[Invocation]) -> Iterator[logging.LogRecord]:
    """The log records that :func:`describe` shows in full."""
    every = list(invocations)
    for number in _chosen(every):
        for record in every[number].logs.records:
            if all(len(line) <= _WIDTH for line in LogCapture([record]).text.splitlines()):
                yield record


def _refusal(answer: Answer) -> str:
    request = answer.request
    return printable(f"-  {request.method} {request.url}: {answer.result.status_code}, {answer.cause}")


def _lines(number: int, invocation: Invocation) -> list[str]:
    lines = [f"{number}. {invocation.function} ({invocation.duration * 1000:.1f} ms)"]
    for name, data in invocation.request.inputs.items():
        lines.append(f"   in   {name}{place_shown(' <- ', invocation, name)}: {data_shown(data)}")
    for output in invocation.outputs.values():
        place = place_shown(" -> ", invocation, output.name)
        lines.append(f"   out  {output.name}{place}: {data_shown(output.typed_data)}{_value(output)}")
    if invocation.is_loss_unknown:
        lines.append("   out  not checked for losses: the worker does not tell what the function set")
    if invocation.response.http_response is not None:
        answer = invocation.response.http_response
        lines.append(f"   out  http {answer.status_code}, body {shown(answer.body, _WIDTH)}")
    if invocation.exception is not None:
        error = invocation.exception
        lines.append(f"   raised {type(error).__name__}: {_one_line(message_of(error))}")
    attempts = invocation.attempts
    if len(attempts) > 1:
        return [*lines, *(line for number, attempt in enumerate(attempts, 1) for line in _attempt(number, attempt))]
    return [*lines, *(f"   log  {line}" for line in logged(invocation.logs))]


def _attempt(number: int, attempt: Attempt) -> list[str]:
    """One run of an invocation that was retried, with what it logged."""
    error, waited = attempt.exception, attempt.delay.total_seconds()
    outcome = "succeeded" if error is None else f"{type(error).__name__}: {_one_line(message_of(error))}"
    delay = f", after {waited:g} s" if number > 1 else ""
    return [f"   try  {number}{delay}: {outcome}", *(f"   log  {line}" for line in logged(attempt.logs))]


def place_shown(arrow: str, invocation: Invocation, name: str) -> str:
    """Where a binding has read or written, where its expressions have said it."""
    resolved = invocation.resolved.get(name)
    return "" if resolved is None else f"{arrow}{printable(resolved.shown)}"


def data_shown(data: TypedData | PythonObject | None) -> str:
    """What the host and the worker have told each other, in short."""
    if isinstance(data, PythonObject):
        return f"as given: {shown(data.value, _WIDTH)}"
    if data is None or data.kind is None:
        return "nothing"
    if data.kind == "http":
        return _http(data.value)
    return f"{data.kind} {shown(data.value, _WIDTH)}"


def _http(value: dict[str, object]) -> str:
    body = value.get("body")
    text = f", body {shown(body.value, _WIDTH)}" if isinstance(body, TypedData) else ""
    if "status_code" in value:
        return f"http {value['status_code']}{text}"
    return printable(f"http {value['method']} {value['url']}{text}")


def _value(output: Output) -> str:
    if isinstance(output.value, (str, bytes)) or output.value is None:
        return ""
    return f"  (from {shown(output.value, 120)})"


def logged(logs: object) -> list[str]:
    """The lines of a :class:`LogCapture`, or that there are none."""
    if not isinstance(logs, LogCapture) or not len(logs):
        return ["nothing was logged"]
    return [_one_line(line) for line in logs.text.splitlines()]


def _one_line(text: str) -> str:
    line = " ".join(text.split()) if "\n" in text else text
    return line if len(line) <= _WIDTH else line[:_WIDTH] + "..."
