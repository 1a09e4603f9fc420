"""Which invocation has caused which, as a tree: payloads, deliveries, delays, and where each message went."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import timedelta
from typing import Any

from pytest_azfunc.errors import message_of, shown
from pytest_azfunc.host.invocation import Invocation
from pytest_azfunc.host.outputs import Output
from pytest_azfunc.reports.trace import data_shown, place_shown
from pytest_azfunc.rpc import TypedData

_INDENT = "   "
_COUNTS = ("DequeueCount", "DeliveryCount")
_WIDTH = 120
_EVENT = '{"EventType": '


def chains(invocations: Iterable[Invocation], most_lines: int | None = None) -> str:
    """The invocations as trees, each below the one that has caused it; in their order.

    :param most_lines: so many at most; None for all.
    """
    every = list(invocations)
    ids = {id(invocation) for invocation in every}
    below: dict[int, list[Invocation]] = {}
    roots = []
    for invocation in every:
        cause = invocation.caused_by
        if cause is not None and id(cause) in ids:
            below.setdefault(id(cause), []).append(invocation)
        else:
            roots.append(invocation)
    lines = list(_lines(roots, below))
    if most_lines is not None and len(lines) > most_lines:
        left = len(lines) - most_lines
        lines = [*lines[:most_lines], f"... and {left} more lines: azfunc_host.trace has them all"]
    return "\n".join(lines)


def _lines(roots: list[Invocation], below: dict[int, list[Invocation]]) -> Iterator[str]:
    waiting = [(root, 0) for root in reversed(roots)]
    while waiting:
        invocation, depth = waiting.pop()
        for line in _of(invocation):
            yield _INDENT * depth + line
        waiting += [(child, depth + 1) for child in reversed(below.get(id(invocation), []))]


def _of(invocation: Invocation) -> Iterator[str]:
    trigger = next(iter(invocation.request.inputs), None)
    data = None if trigger is None else invocation.request.inputs[trigger]
    yield f"{invocation.function} <- {_history(invocation) or data_shown(data)}{_count(invocation)}{_delay(invocation)}"
    attempts = invocation.attempts
    for number, attempt in enumerate(attempts, 1) if len(attempts) > 1 else ():
        waited = f" after {attempt.delay}" if attempt.delay else ""
        yield f"{_INDENT}attempt {number}{waited}: {_ended(attempt.exception)}"
    for output in invocation.outputs.values() if invocation.ok else ():
        state = _state(output)
        if state is None:
            yield f"{_INDENT}{output.name}{_where(invocation, output)}: {_sent(output)}"
        elif state.get("isDone"):
            yield f"{_INDENT}output: {shown(state.get('output'), _WIDTH)}"
    if invocation.exception is not None:
        yield f"{_INDENT}{_ended(invocation.exception)}"
    if invocation.given_up_to:
        yield f"{_INDENT}given up -> {invocation.given_up_to}"


def _history(invocation: Invocation) -> str:
    """What an orchestrator was given, in short: what it has asked for so far stands in the tree. Empty for others."""
    if "isReplaying" not in invocation.request.trigger_metadata:
        return ""
    events = sum(str(data.value).count(_EVENT) for data in invocation.request.inputs.values() if data is not None)
    return f"a history of {events} events"


def _state(output: Output) -> Mapping[str, Any] | None:
    """What an orchestrator has answered; None for other outputs."""
    if output.type.lower() != "orchestrationtrigger":
        return None
    try:
        found = output.json()
    except ValueError:
        return None
    return found if isinstance(found, Mapping) else None


def _count(invocation: Invocation) -> str:
    for name in _COUNTS:
        data = invocation.request.trigger_metadata.get(name)
        if isinstance(data, TypedData) and str(data.value) not in ("0", "1"):
            return f", delivery {data.value}"
    return ""


def _delay(invocation: Invocation) -> str:
    cause = invocation.caused_by
    if cause is None:
        return ""
    delay = invocation.started_at - cause.started_at
    return f", {delay} later" if delay >= timedelta(seconds=1) else ""


def _where(invocation: Invocation, output: Output) -> str:
    place = place_shown(" -> ", invocation, output.name)
    return place or (f" -> {output.address}" if output.address else "")


def _sent(output: Output) -> str:
    messages = output.messages if output.binding_type.fan_out is not None else []
    if len(messages) > 1:
        return f"{len(messages)} messages, {shown(messages[0].body, _WIDTH)} first"
    return data_shown(output.typed_data)


def _ended(error: BaseException | None) -> str:
    if error is None:
        return "ok"
    text = " ".join(message_of(error).split())
    return f"raised {type(error).__name__}: {text if len(text) <= _WIDTH else text[:_WIDTH] + '...'}"
