"""What is worth knowing of a decorator app as a whole although nothing is wrong: what Azure would pass over."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from types import FunctionType, ModuleType
from typing import Any

from pytest_azfunc.errors import Location, app_notes
from pytest_azfunc.project import Project
from pytest_azfunc.project.app_line import declared_by
from pytest_azfunc.project.app_script import SCRIPT_SETTING
from pytest_azfunc.project.indexing.decorators import names_in, source_of
from pytest_azfunc.project.names import host_order
from pytest_azfunc.project.user_errors import is_own

_SDK_DECORATORS = "azure.functions.decorators.function_app"


def notes_of(project: Project) -> list[str]:
    """The notes, a sentence or two each. Call it while the app's host is open."""
    if project.script is None:
        return [app_notes.script_not_there(SCRIPT_SETTING)] if SCRIPT_SETTING in os.environ else []
    if project.failure is not None:
        return []
    script = declared_by(project)
    is_empty = not (project.functions or project.errors or project.excluded)
    folders = ", ".join(_function_json_folders(os.fspath(project.root)))
    notes = [found.note(script) for found in _passed_over(project)]
    notes += [
        app_notes.no_parentheses(name, place)
        for name, place in _without_parentheses(_modules_below(os.fspath(project.root)))
    ]
    if is_empty and not notes:
        notes.append(app_notes.no_function(script))
    if folders:
        notes.append(app_notes.falls_back(folders) if is_empty else app_notes.folders_not_read(folders, script))
    return notes


def _function_json_folders(root: str) -> list[str]:
    """Names of the folders that declare a function in the other model, in the host's order."""
    with os.scandir(root) as entries:
        names = [entry.name for entry in entries if os.path.isfile(os.path.join(entry.path, "function.json"))]
    return sorted(names, key=host_order)


@dataclass(frozen=True)
class _PassedOver:
    """A blueprint, or a further app, with functions that the app object has not.

    :ivar name: what it is called in its module.
    :ivar place: of the first of the functions.
    """

    name: str
    functions: tuple[str, ...]
    place: Location | None
    is_app: bool

    def note(self, script: str) -> str:
        """What Azure makes of it, and what to do."""
        functions = ", ".join(self.functions)
        functions += f" ({self.place})" if self.place else ""
        say = app_notes.further_app if self.is_app else app_notes.blueprint_not_registered
        return say(functions, self.name, script)


def _passed_over(project: Project) -> Iterator[_PassedOver]:
    app = None if project.contents is None else project.contents.app
    if app is None:
        return
    known = {id(function) for _, function in names_in(app)}
    for name, container, is_app in _containers(_modules_below(os.fspath(project.root))):
        missing = [(found, function) for found, function in names_in(container) if id(function) not in known]
        if missing:
            known.update(id(function) for _, function in missing)  # other modules may have imported it
            source = source_of(missing[0][1])
            yield _PassedOver(name, tuple(found for found, _ in missing), source and source.location(), is_app)


def _without_parentheses(modules: Iterable[ModuleType]) -> Iterator[tuple[str, Location]]:
    """Functions that were handed to ``app.route`` itself, which has made a decorator of them: names and places."""
    known = set()
    for module in modules:
        for name, value in list(vars(module).items()):
            if type(value) is not FunctionType or value.__module__ != _SDK_DECORATORS or id(value) in known:
                continue
            known.add(id(value))  # other modules may have imported it
            # A decorator that is kept under a name to be used later has no function of the app in it.
            for function in _functions_in(value):
                if function.__module__ == module.__name__:
                    yield name, Location(function.__code__.co_filename, function.__code__.co_firstlineno)


def _functions_in(function: FunctionType) -> Iterator[FunctionType]:
    """The functions that *function* keeps in its closure, and those in theirs."""
    for cell in function.__closure__ or ():
        if type(cell.cell_contents) is FunctionType:
            yield cell.cell_contents
            yield from _functions_in(cell.cell_contents)


def _containers(modules: Iterable[ModuleType]) -> Iterator[tuple[str, Any, bool]]:
    """What functions can be declared with, at the top level of the modules: its name, it, and whether it is an app."""
    sdk = sys.modules.get(_SDK_DECORATORS)
    kind, app = getattr(sdk, "DecoratorApi", ()), getattr(sdk, "FunctionRegister", ())
    for module in modules:
        for name, value in list(vars(module).items()):
            # The type is asked, not the object: what stands for something else may run code to answer, or raise.
            if issubclass(type(value), kind):
                yield name, value, issubclass(type(value), app)


def _modules_below(root: str) -> list[ModuleType]:
    modules = [module for module in list(sys.modules.values()) if isinstance(module, ModuleType)]
    return [module for module in modules if is_own(getattr(module, "__file__", None) or "", root)]
