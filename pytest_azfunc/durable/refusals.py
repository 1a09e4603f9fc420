"""What the engine has to say where Azure would say nothing."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from pytest_azfunc.durable.actions import Action, describe
from pytest_azfunc.durable.determinism import Suspect
from pytest_azfunc.durable.execution import ActionsDiffer
from pytest_azfunc.durable.history import HistoryEvent
from pytest_azfunc.durable.orchestration import Orchestration
from pytest_azfunc.errors import DeterminismError, DurableError, Location
from pytest_azfunc.errors.wording import listing, suggestion
from pytest_azfunc.project import Function

__tracebackhide__ = True

_DEEPEST = _MOST_RESTARTS = 1000
_REMEDY = (
    "take time, random numbers and GUIDs from the context (current_utc_datetime, new_uuid), and do everything else in "
    "activities."
)


def missing(kind: str, name: str, known: Iterable[str], orchestrator: str | None = None) -> DurableError:
    """No function of that name.

    :param kind: what was looked for, such as ``"activity"``.
    :param orchestrator: who calls it; None for a client.
    """
    names = list(known)
    return DurableError(
        "durable-not-started" if orchestrator is None and kind == "orchestrator" else "durable-missing",
        function=orchestrator,
        kind=kind,
        name=name,
        suggestion=suggestion(name, names),
        known=listing("Known", names),
    )


def stuck(function: Function, instance_id: str) -> DurableError:
    """Nothing is open, and nothing is waited for."""
    return DurableError("durable-stuck", function=function.name, location=_place(function), id=instance_id)


def no_child(parent: Orchestration, instance_id: str, present: Mapping[str, Orchestration]) -> DurableError | None:
    """Why *parent* cannot have a sub-orchestration of that id; None where it can.

    Source: durable extension, DurableOrchestrationContext.cs, for the ids of the caller and of its parent.
    """
    taken = present.get(instance_id)
    if taken is not None and not taken.is_over:
        return DurableError(
            "durable-id-taken",
            function=parent.name,
            location=_place(parent.function),
            id=instance_id,
            status=taken.shown_status.value,
        )
    if parent.depth < _DEEPEST:
        return None
    return DurableError("durable-depth", function=parent.name, location=_place(parent.function), depth=parent.depth)


def endless(found: Orchestration) -> DurableError | None:
    """Why it must not go on as new once more; None where it may."""
    if found.restarts < _MOST_RESTARTS:
        return None
    return DurableError(
        "durable-endless", function=found.name, location=_place(found.function), id=found.id, count=found.restarts
    )


def differs(function: Function, difference: ActionsDiffer, suspect: Suspect | None = None) -> DeterminismError:
    """The actions of two episodes differ.

    :param suspect: the call that is to blame, as far as it was seen.
    """
    cause, remedy = "", _REMEDY
    location = _place(function)
    if suspect is not None:
        cause = f", because of {suspect.call}"
        remedy = f"use {suspect.instead} instead of {suspect.call}."
        location = Location(suspect.file, suspect.line)
    return DeterminismError(
        "durable-nondeterministic",
        function=function.name,
        location=location,
        index=difference.index,
        before=_told(difference.before),
        now=_told(difference.now),
        cause=cause,
        instead=remedy,
    )


def replay_differs(function: Function, difference: ActionsDiffer) -> DeterminismError:
    """Today's code asks for something else than a recorded history tells."""
    return DeterminismError(
        "durable-replay-differs",
        function=function.name,
        location=_place(function),
        index=difference.index,
        before=_told(difference.before),
        now=_told(difference.now),
    )


def _told(what: Action | HistoryEvent | None) -> str:
    if what is None:
        return "nothing"
    return (
        f"{what.type.title} {what.fields.get('Name') or ''}".rstrip()
        if isinstance(what, HistoryEvent)
        else describe(what)
    )


def _place(function: Function) -> Location | None:
    trigger = function.trigger
    return None if trigger is None else trigger.location
