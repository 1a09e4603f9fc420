"""``--azfunc-list``: every function of the app, and what would not load in Azure."""

from __future__ import annotations

import contextlib
import io
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

from pytest_azfunc.errors import AzfuncError, Location, ProjectError, UnsupportedFeature
from pytest_azfunc.host.bound_function import BoundFunction
from pytest_azfunc.host.named_settings import NamedSettings
from pytest_azfunc.project import Function, Project
from pytest_azfunc.project.app_line import declared_by
from pytest_azfunc.project.contents import IndexFailure, in_host_order
from pytest_azfunc.project.folders import HOST_JSON
from pytest_azfunc.project.names import host_order
from pytest_azfunc.reports.app_check import AppCheck, unfit_setting

# What a problem means: for this function, or for the whole app.
NOT_LOADED: Final = "would not load"
NOT_WORKING: Final = "would not work in Azure"
NOT_STARTED: Final = "the host does not start"
NOT_INDEXED: Final = "hides the whole app"
NOT_FOUND: Final = "0 functions found"
NOT_EMULATED: Final = "cannot be tested here"


@dataclass(frozen=True)
class Entry:
    """One function in the list.

    :ivar trigger: the kind of trigger, such as ``queue``.
    :ivar detail: what starts the function: method and route, queue, or schedule with its next run.
    :ivar flows: inputs and outputs, a line each.
    :ivar notes: what else is worth knowing.
    :ivar missing: app settings that it needs in Azure, and that are not there.
    :ivar problem: what is wrong with it, or None.
    :ivar fault: what the problem means: one of the constants above.
    :ivar place: the line to blame, where the problem does not know it.
    :ivar hint: what to look at, where the problem does not say; empty when nothing is known.
    :ivar lost_with: name of the function that hides this one with all the others, or None.
    :ivar is_app: whether it is no function, but the app as a whole.
    """

    name: str
    trigger: str = ""
    detail: str = ""
    flows: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()
    problem: BaseException | None = None
    fault: str = NOT_LOADED
    place: Location | None = None
    hint: str = ""
    lost_with: str | None = None
    is_app: bool = False

    @property
    def fails(self) -> bool:
        """Whether Azure would not run the function, as far as that is its own fault."""
        return self.problem is not None and self.fault != NOT_EMULATED


def list_functions(
    project: Project,
    check: AppCheck,
    load: Callable[[str], object],
    bind: Callable[[Function], BoundFunction],
    is_disabled: Callable[[str], bool],
    now: datetime,
) -> list[Entry]:
    """All functions in the host's order, each loaded once to see whether it would.

    :param check: the look at the app as a whole.
    :param load: imports a function and checks it; raises what is wrong with it.
    :param bind: the function as it is on the host.
    """
    if project.failure is not None:
        return [*_of_app(project, check), *_hidden(project, project.failure)]
    entries = [_refused(project, name, error, bind, now) for name, error in project.errors.items()]
    for function in project.functions.values():
        bound = bind(function)
        entry = _entry(bound, is_disabled, now)
        notes = (*entry.notes, *map(_unreached, check.overlaps(function.name)))
        if function.name in check.durable.notes:
            notes += (check.durable.notes[function.name],)
        problem = _problem(load, bound) or check.unregistered.get(function.name) or unfit_setting(bound)
        problem = problem or check.durable.errors.get(function.name)
        if problem is None:
            missing = [named for named in bound.named_settings if named.missing]
            notes += tuple(_needed(named) for named in missing)
            entry = replace(entry, missing=tuple(name for named in missing for name in named.missing))
        entries.append(replace(entry, notes=notes, problem=problem, fault=_fault(problem)))
    return [*_of_app(project, check), *sorted(entries, key=lambda entry: host_order(entry.name))]


def _of_app(project: Project, check: AppCheck) -> Iterator[Entry]:
    """What is wrong with the app as a whole."""
    if check.start_error is not None:
        yield Entry(HOST_JSON, problem=check.start_error, fault=NOT_STARTED, is_app=True)
    for error in check.none:
        yield Entry(where_none(project), problem=error, fault=NOT_FOUND, is_app=True)


def where_none(project: Project) -> str:
    """Where functions are looked for, and none is found: the name of a file."""
    return HOST_JSON if project.script is None else declared_by(project)


def _refused(
    project: Project, name: str, error: AzfuncError, bind: Callable[[Function], BoundFunction], now: datetime
) -> Entry:
    """A function that the host leaves out, with as much as could be read of it."""
    function = project.refused.get(name)
    entry = Entry(name) if function is None else _entry(bind(function), lambda _: False, now)
    fault = NOT_STARTED if error.rule == "route-invalid" else _fault(error)
    return replace(entry, name=name, notes=(), problem=error, fault=fault)


def _hidden(project: Project, failure: IndexFailure) -> list[Entry]:
    """Of an app that cannot be indexed: the culprit, and what is lost with it."""
    culprit = failure.function or declared_by(project)
    first = Entry(culprit, problem=failure.error, fault=NOT_INDEXED, place=failure.location, hint=failure.hint)
    return [first, *(Entry(name, lost_with=culprit) for name in in_host_order(failure.lost))]


def _fault(problem: BaseException | None) -> str:
    if isinstance(problem, UnsupportedFeature):
        return NOT_EMULATED
    return NOT_WORKING if isinstance(problem, ProjectError) and problem.rule.startswith("durable-") else NOT_LOADED


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


def _entry(bound: BoundFunction, is_disabled: Callable[[str], bool], now: datetime) -> Entry:
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
    )


def _unreached(overlap: ProjectError) -> str:
    return f"{overlap.problem} T{overlap.azure[1:]} Remedy: {overlap.remedy}"


def _needed(named: NamedSettings) -> str:
    names = ", ".join(named.missing)
    return f"{named.binding.name} needs the app setting{'s' if len(named.missing) > 1 else ''} {names}"


def _count(number: int) -> str:
    return "for ever" if number == -1 else f"up to {number} times"


def _flows(bound: BoundFunction) -> Iterator[str]:
    for binding in bound.function.bindings.values():
        if not binding.is_trigger:
            arrow = "->" if binding.direction == "out" else "<-"
            address = bound.address(binding)
            yield f"{arrow} {binding.name}: {binding.type}{' ' + address if address else ''}"
