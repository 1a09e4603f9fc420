"""How azure-functions-durable 1.x and the host write to each other: JSON texts, one each way per episode.

The context goes as JSON with the whole history, the state comes back as JSON with every action since the start. Source:
durable extension, OrchestrationTriggerAttributeBindingProvider.cs, OutOfProcOrchestrationShim.cs and
OutOfProcExceptionHelpers.cs; azure-functions-durable, OrchestratorState.py.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime, timezone
from typing import Any

from pytest_azfunc.durable.actions import (
    Action,
    CallActivity,
    CallEntity,
    CallHttp,
    CallSubOrchestrator,
    ContinueAsNew,
    CreateTimer,
    Decision,
    EntityId,
    Retrying,
    SignalEntity,
    WaitForEvent,
)
from pytest_azfunc.durable.history import EventType, HistoryEvent

__tracebackhide__ = True

_STATE_LABEL = "\n\n$OutOfProcData$:"
_STATUS_LIMIT = 16 * 1024  # bytes of UTF-16
_DURATIONS = {
    # The library's second and third replay schema: it takes the later one that it knows.
    "upperSchemaVersion": 1,
    "upperSchemaVersionNew": 2,
    "longRunningTimerIntervalDuration": "3.00:00:00",
    "maximumShortTimerDuration": "6.00:00:00",
    "defaultHttpAsyncRequestSleepTimeMillseconds": 30000,  # spelled so
}


def utc_text(moment: datetime) -> str:
    """A moment as the host writes it, in UTC with microseconds."""
    return moment.astimezone(timezone.utc).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def parsed(text: str | None) -> Any:
    """What a text says as JSON; the text itself where it is none."""
    try:
        return None if text is None else json.loads(text)
    except ValueError:
        return text


def context_text(instance_id: str, parent_id: str | None, input: Any, history: Sequence[HistoryEvent]) -> str:
    """What an orchestrator is given for an episode.

    :param input: JSON text for what the library has sent, or what JSON says where somebody else has started it.
    :param history: all events; those before the last OrchestratorStarted were played before.
    """
    news = max(index for index, event in enumerate(history) if event.type is EventType.ORCHESTRATOR_STARTED)
    texts = [_played_text(event) for event in history[:news]]
    texts += [_event_text(event, is_played=False) for event in history[news:]]
    rest = {
        "input": input,
        "instanceId": instance_id,
        "isReplaying": news > 0,
        "parentInstanceId": parent_id,
        **_DURATIONS,
    }
    return f'{{"history": [{", ".join(texts)}], {json.dumps(rest)[1:]}'


def _played_text(event: HistoryEvent) -> str:
    """The text of an event that was played; written once, since each episode sends it again."""
    text = event.wire_text
    if text is None:
        text = event.wire_text = _event_text(event, is_played=True)
    return text


def _event_text(event: HistoryEvent, is_played: bool) -> str:
    return json.dumps(
        {
            "EventType": int(event.type),
            **{name: utc_text(value) if isinstance(value, datetime) else value for name, value in event.fields.items()},
            "EventId": event.event_id,
            "IsPlayed": is_played,
            "Timestamp": utc_text(event.timestamp),
        }
    )


def decision(answer: str | None, exception: BaseException | None) -> Decision:
    """What an orchestrator has decided.

    :param answer: the JSON text that its function has returned.
    :param exception: what it has raised instead.
    :raises ValueError: an answer that the host cannot read.
    """
    if exception is not None:
        return _failure(exception)
    state = json.loads(answer or "null")
    if not isinstance(state, Mapping):
        raise ValueError("no state of an orchestrator")
    return _decision(state)


def _failure(exception: BaseException) -> Decision:
    """What the library raises carries the state behind a label; what fails within the library carries none."""
    text = str(exception)
    message, label, rest = text.partition(_STATE_LABEL)
    if not label:
        return Decision(error=text or type(exception).__name__, exception=exception)
    state = json.loads(rest)
    found = _decision(state)
    return Decision(
        found.actions,
        error=state.get("error") or message,
        custom_status=found.custom_status,
        exception=exception.__cause__ or exception,
    )


def _decision(state: Mapping[str, Any]) -> Decision:
    actions = tuple(action for actions in state.get("actions") or () for action in _flat(actions))
    status = state.get("customStatus")
    size = 0 if status is None else len(json.dumps(status, ensure_ascii=False).encode("utf-16-le", "surrogatepass"))
    if size > _STATUS_LIMIT:
        return Decision(
            actions, error=f"The size of the custom status is 16 KB at most, in UTF-16; it has {size} bytes."
        )
    return Decision(actions, state.get("isDone") is True, state.get("output"), None, state.get("customStatus"))


def _flat(actions: Sequence[Mapping[str, Any]]) -> Iterator[Action]:
    """The actions in the order in which both sides number them; compounds are what their parts are."""
    for action in actions:
        kind = action["actionType"]
        if kind in (11, 12):
            yield from _flat(action["compoundActions"])
        else:
            yield _READERS[kind](action)


def _retrying(action: Mapping[str, Any]) -> Retrying | None:
    options = action.get("retryOptions")
    if not options:
        return None
    return Retrying(int(options["firstRetryIntervalInMilliseconds"]), int(options["maxNumberOfAttempts"]))


def _activity(action: Mapping[str, Any]) -> Action:
    return CallActivity(action["functionName"], action.get("input"), _retrying(action))


def _sub_orchestrator(action: Mapping[str, Any]) -> Action:
    return CallSubOrchestrator(
        action["functionName"],
        action.get("input"),
        action.get("instanceId"),
        action.get("version"),
        _retrying(action),
    )


def _timer(action: Mapping[str, Any]) -> Action:
    moment = datetime.strptime(action["fireAt"], "%Y-%m-%dT%H:%M:%S.%fZ").replace(tzinfo=timezone.utc)
    return CreateTimer(moment, action.get("isCanceled") is True)


def _entity(action: Mapping[str, Any]) -> EntityId:
    name, _, key = action["instanceId"][1:].partition("@")
    return EntityId(name.lower(), key)


def _http(action: Mapping[str, Any]) -> Action:
    request = action["httpRequest"]
    return CallHttp(
        request["method"],
        request["uri"],
        request.get("content"),
        request.get("headers") or {},
        request.get("tokenSource"),
    )


_READERS: Mapping[int, Callable[[Mapping[str, Any]], Action]] = {
    0: _activity,
    1: _activity,
    2: _sub_orchestrator,
    3: _sub_orchestrator,
    4: lambda action: ContinueAsNew(action.get("input")),
    5: _timer,
    6: lambda action: WaitForEvent(action["externalEventName"]),
    7: lambda action: CallEntity(_entity(action), action["operation"], action.get("input")),
    8: _http,
    9: lambda action: SignalEntity(_entity(action), action["operation"], action.get("input")),
}
