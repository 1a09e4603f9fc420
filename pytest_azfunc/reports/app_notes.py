"""What is worth knowing of a decorator app as a whole although nothing is wrong: what Azure would pass over."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable, Iterator
from types import ModuleType
from typing import Any

from pytest_azfunc.project import Project
from pytest_azfunc.project.decorators import names_in, source_of
from pytest_azfunc.project.names import host_order


def declared_by(project: Project) -> str:
    """The file that declares the app's functions: ``function.json``, or the name of a decorator app's script."""
    return "function.json" if project.indexer is None else project.indexer.script.name


def app_notes(project: Project) -> list[str]:
    """The notes, a sentence or two each. Call it while the app's host is open."""
    if project.indexer is None or project.failure is not None:
        return []
    script = declared_by(project)
    is_empty = not (project.functions or project.errors or project.excluded)
    folders = _function_json_folders(os.fspath(project.root))
    notes = [_unregistered(name, names, place, script) for name, names, place in _passed_over(project)]
    if is_empty and not notes:
        notes.append(f"{script} declares no function.")
    if folders and is_empty:
        notes.append(
            f"with Python 3.12 and older, Azure falls back to function.json of {', '.join(folders)}; "
            "with later versions it shows 0 functions."
        )
    elif folders:
        notes.append(
            f"function.json of {', '.join(folders)} is not read: where {script} declares functions, Azure takes no others."
        )
    return notes


def _unregistered(name: str, functions: list[str], place: str, script: str) -> str:
    at = f" ({place})" if place else ""
    return (
        f"Azure does not see {', '.join(functions)}{at}: {name!r} is not registered, or was before they were declared. "
        f"Write app.register_functions({name}) in {script}, below the import of the whole module."
    )


def _function_json_folders(root: str) -> list[str]:
    """Names of the folders that declare a function in the other model, in the host's order."""
    with os.scandir(root) as entries:
        names = [entry.name for entry in entries if os.path.isfile(os.path.join(entry.path, "function.json"))]
    return sorted(names, key=host_order)


def _passed_over(project: Project) -> Iterator[tuple[str, list[str], str]]:
    """Blueprints, or further apps, with functions that the app object has not: name, functions, and where."""
    index = project.indexer.index() if project.indexer else None
    if index is None or index.app is None:
        return
    known = {id(function) for _, function in names_in(index.app)}
    seen: set[int] = set()
    for name, container in _containers(_modules_below(os.fspath(project.root))):
        missing = [(found, function) for found, function in names_in(container) if id(function) not in known]
        if missing and id(container) not in seen:
            seen.add(id(container))
            source = source_of(missing[0][1])
            yield name, [found for found, _ in missing], str(source.location()) if source else ""


def _containers(modules: Iterable[ModuleType]) -> Iterator[tuple[str, Any]]:
    """Everything at the top level of the modules that functions can be declared with, and its name there."""
    sdk = sys.modules.get("azure.functions.decorators.function_app")
    kind = getattr(sdk, "DecoratorApi", ())
    for module in modules:
        for name, value in list(vars(module).items()):
            # The type is asked, not the object: what stands for something else may run code to answer, or raise.
            if issubclass(type(value), kind):
                yield name, value


def _modules_below(root: str) -> list[ModuleType]:
    modules = [module for module in list(sys.modules.values()) if isinstance(module, ModuleType)]
    files = [(getattr(module, "__file__", None), module) for module in modules]
    return [module for file, module in files if isinstance(file, str) and file.startswith(root + os.sep)]
