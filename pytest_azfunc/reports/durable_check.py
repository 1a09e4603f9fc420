"""What can be seen of durable functions without running them: who calls whom, and what would fail or hang in Azure."""

from __future__ import annotations

import inspect
import os
import re
from collections.abc import Iterator, Mapping

from pytest_azfunc.errors import ProjectError, app_notes
from pytest_azfunc.project import Binding, Function, Project

__tracebackhide__ = True

_KINDS = frozenset(("orchestrationtrigger", "activitytrigger", "entitytrigger"))
_CALL = re.compile(
    r"\bcall_activity(?:_with_retry)?\(\s*(?:(?P<text>['\"])|(?P<name>[A-Za-z_]\w*)\s*[,)]|(?P<other>.))", re.S
)
_NO_SOURCES = frozenset(("__pycache__", "node_modules", "site-packages", "tests", "test"))


def sync_clients(project: Project) -> Iterator[ProjectError]:
    """Functions with a durable client that are no coroutine functions: the library awaits what they return."""
    for function in project.functions.values():
        client = getattr(function.user_function, "client_function", None)
        if client is not None and not inspect.iscoroutinefunction(client):
            yield ProjectError("durable-client-sync", function=function.name, location=function.location)


def renamed(project: Project) -> Iterator[ProjectError]:
    """Orchestrators that pass an activity as an object although its registered name is another one.

    Source: azure-functions-durable, whose ``call_activity`` takes the object's name in Python.
    """
    activities = {f.entry_point: f for f in _of_kind(project, "activitytrigger") if f.user_function is not None}
    known = {registered_name(function).lower() for function in activities.values()}
    for function in _of_kind(project, "orchestrationtrigger"):
        flow = getattr(function.user_function, "orchestrator_function", None)
        for name in _passed_objects(flow):
            found = activities.get(name)
            if found is not None and name.lower() not in known:
                yield ProjectError(
                    "durable-renamed",
                    function=function.name,
                    location=function.location,
                    name=name,
                    registered=registered_name(found),
                )


def _passed_objects(flow: object) -> list[str]:
    if not inspect.isfunction(flow):
        return []
    try:
        source = inspect.getsource(flow)
    except (OSError, TypeError, SyntaxError):
        return []
    names = [found["name"] for found in _CALL.finditer(source) if found["name"]]
    own = {*flow.__code__.co_varnames, *flow.__code__.co_freevars, *flow.__code__.co_cellvars}
    return [name for name in names if name not in own and not isinstance(flow.__globals__.get(name), str)]


def registered_name(function: Function) -> str:
    """The name under which orchestrators call an activity."""
    declared = function.trigger.properties.get("activity")
    return declared if isinstance(declared, str) and declared else function.name


def uncalled(project: Project) -> Mapping[str, str]:
    """Activities that no orchestrator of the app names, with a note; none where names are worked out at run time."""
    activities = _of_kind(project, "activitytrigger")
    if not activities or not _of_kind(project, "orchestrationtrigger"):
        return {}
    text = "\n".join(_sources(os.fspath(project.root)))
    calls = list(_CALL.finditer(text))
    if any(call["other"] for call in calls):
        return {}
    objects = {call["name"] for call in calls if call["name"]}
    notes = {}
    for function in activities:
        name = re.escape(registered_name(function))
        told = re.sub(rf"(?i)\b(activity|function_name)\s*[=(]\s*(name\s*=\s*)?['\"]{name}['\"]", "", text)
        if function.entry_point not in objects and not re.search(rf"(?i)['\"]{name}['\"]", told):
            notes[function.name] = app_notes.UNCALLED_ACTIVITY
    return notes


def _of_kind(project: Project, kind: str) -> list[Function]:
    return [function for function in project.functions.values() if function.trigger.kind == kind]


def _sources(root: str) -> Iterator[str]:
    for folder, folders, files in os.walk(root):
        folders[:] = [
            name
            for name in folders
            if name not in _NO_SOURCES and not name.startswith(".") and not _is_environment(os.path.join(folder, name))
        ]
        for name in files:
            if name.endswith(".py"):
                with open(os.path.join(folder, name), encoding="utf-8", errors="replace") as file:
                    yield file.read()


def _is_environment(folder: str) -> bool:
    return os.path.isfile(os.path.join(folder, "pyvenv.cfg"))


class DurableCheck:
    """What there is to say of durable functions, of each by its name.

    :ivar errors: name -> what would fail or hang in Azure.
    :ivar notes: name -> what is worth knowing.
    """

    def __init__(self, project: Project) -> None:
        self.errors: dict[str, ProjectError] = {}
        self.notes: Mapping[str, str] = {}
        if any(binding.kind in _KINDS or binding.kind == "durableclient" for binding in _bindings(project)):
            for error in (*sync_clients(project), *renamed(project)):
                self.errors.setdefault(str(error.function), error)
            self.notes = uncalled(project)

    def raise_error(self, function: str) -> None:
        """Raise what is wrong with a function."""
        error = self.errors.get(function)
        if error is not None:
            raise error.with_traceback(None)


def _bindings(project: Project) -> Iterator[Binding]:
    for function in project.functions.values():
        yield from function.bindings.values()
