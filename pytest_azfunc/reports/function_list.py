"""``--azfunc-list``: every function of the app, and what would not load in Azure."""

from __future__ import annotations

import contextlib
import io
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

from pytest_azfunc.errors import Location, ProjectError, UnsupportedFeature
from pytest_azfunc.host.bound_function import BoundFunction
from pytest_azfunc.project import Function, Project
from pytest_azfunc.project.contents import IndexFailure, in_host_order
from pytest_azfunc.project.names import host_order
from pytest_azfunc.reports.app_notes import declared_by
from pytest_azfunc.reports.route_check import RouteCheck

# What a problem means: for this function, or for the whole app.
NOT_LOADED: Final = "would not load"
NOT_STARTED: Final = "the host does not start"
NOT_INDEXED: Final = "hides the whole app"
NOT_EMULATED: Final = "cannot be tested here"


@dataclass(frozen=True)
class Entry:
    """One function in the list.

    :ivar trigger: the kind of trigger, such as ``queue``.
    :ivar detail: what starts the function: method and route, queue, or schedule with its next run.
    :ivar flows: inputs and outputs, a line each.
    :ivar notes: what else is worth knowing.
    :ivar problem: what is wrong with it, or None.
    :ivar fault: what the problem means: one of the constants above.
    :ivar place: the line to blame, where the problem does not know it.
    :ivar hint: what to look at, where the problem does not say; empty when nothing is known.
    :ivar lost_with: name of the function that hides this one with all the others, or None.
    """

    name: str
    trigger: str = ""
    detail: str = ""
    flows: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    problem: BaseException | None = None
    fault: str = NOT_LOADED
    place: Location | None = None
    hint: str = ""
    lost_with: str | None = None

    @property
    def fails(self) -> bool:
        """Whether Azure would not run the function, as far as that is its own fault."""
        return self.problem is not None and self.fault != NOT_EMULATED


def list_functions(
    project: Project,
    load: Callable[[str], object],
    bind: Callable[[Function], BoundFunction],
    is_disabled: Callable[[str], bool],
    now: datetime,
) -> list[Entry]:
    """All functions in the host's order, each loaded once to see whether it would.

    :param load: imports a function and checks it; raises what is wrong with it.
    :param bind: the function as it is on the host.
    """
    if project.failure is not None:
        return _hidden(project, project.failure)
    entries = [Entry(name, problem=error, fault=_fault(error)) for name, error in project.errors.items()]
    routes = RouteCheck(project)
    for function in project.functions.values():
        bound = bind(function)
        entry = _entry(bound, _problem(load, bound), is_disabled, now)
        notes = (*entry.notes, *map(_unreached, routes.overlaps.get(function.name, ())))
        invalid = routes.invalid.get(function.name)
        problem = invalid or entry.problem
        fault = NOT_STARTED if invalid else _fault(problem)
        entries.append(replace(entry, notes=notes, problem=problem, fault=fault))
    return sorted(entries, key=lambda entry: host_order(entry.name))


def _hidden(project: Project, failure: IndexFailure) -> list[Entry]:
    """Of an app that cannot be indexed: the culprit, and what is lost with it."""
    culprit = failure.function or declared_by(project)
    first = Entry(culprit, problem=failure.error, fault=NOT_INDEXED, place=failure.location, hint=failure.hint)
    return [first, *(Entry(name, lost_with=culprit) for name in in_host_order(failure.lost))]


def _fault(problem: BaseException | None) -> str:
    return NOT_EMULATED if isinstance(problem, UnsupportedFeature) else NOT_LOADED


@contextlib.contextmanager
def silence() -> Iterator[None]:
    """Keep what scripts print while they are imported out of the list, which it would tear apart."""
    # As the real ones they have a buffer, and can be reconfigured: scripts do that.
    out, err = (io.TextIOWrapper(io.BytesIO(), encoding="utf-8") for _ in range(2))
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        yield


def _problem(load: Callable[[str], object], bound: BoundFunction) -> BaseException | None:
    with silence():
        try:
            load(bound.function.name)
            bound.check()
        except KeyboardInterrupt:
            raise
        except BaseException as error:
            return error
    return None


def _entry(
    bound: BoundFunction, problem: BaseException | None, is_disabled: Callable[[str], bool], now: datetime
) -> Entry:
    function = bound.function
    notes = []
    if is_disabled(function.name):
        notes.append("disabled by an app setting: its trigger does not fire")
    if function.ignored_disabled_property:
        notes.append('"disabled" in function.json is not read by today\'s host: the function runs')
    if function.retry is not None:
        notes.append(f"retry: {function.retry.strategy}, {_count(function.retry.max_retry_count)}")
    return Entry(
        function.name,
        bound.trigger.type[: -len("Trigger")],
        bound.column(now),
        tuple(_flows(bound)),
        tuple(notes),
        problem,
    )


def _unreached(overlap: ProjectError) -> str:
    return f"{overlap.problem} T{overlap.azure[1:]} Remedy: {overlap.remedy}"


def _count(number: int) -> str:
    return "for ever" if number == -1 else f"up to {number} times"


def _flows(bound: BoundFunction) -> Iterator[str]:
    for binding in bound.function.bindings.values():
        if not binding.is_trigger:
            arrow = "->" if binding.direction == "out" else "<-"
            address = bound.address(binding)
            yield f"{arrow} {binding.name}: {binding.type}{' ' + address if address else ''}"
