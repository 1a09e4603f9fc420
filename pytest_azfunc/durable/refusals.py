"""What the engine has to say where Azure would say nothing."""

from __future__ import annotations

from collections.abc import Iterable

from pytest_azfunc.durable.actions import describe
from pytest_azfunc.durable.execution import ActionsDiffer
from pytest_azfunc.errors import DeterminismError, DurableError, Location
from pytest_azfunc.errors.wording import listing, suggestion
from pytest_azfunc.project import Function

__tracebackhide__ = True


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


def differs(function: Function, difference: ActionsDiffer) -> DeterminismError:
    """The actions of two episodes differ."""
    now = "nothing" if difference.now is None else describe(difference.now)
    before = "nothing" if difference.before is None else describe(difference.before)
    return DeterminismError(
        "durable-nondeterministic",
        function=function.name,
        location=_place(function),
        index=difference.index,
        before=before,
        now=now,
    )


def _place(function: Function) -> Location | None:
    trigger = function.trigger
    return None if trigger is None else trigger.location
