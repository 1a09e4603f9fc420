"""Functions of a decorator app that are written, and that Azure passes over in silence."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator
from types import FunctionType, ModuleType
from typing import Any

from pytest_azfunc.errors import Location, ProjectError
from pytest_azfunc.project.app_script import Script
from pytest_azfunc.project.indexing.decorators import names_in, source_of
from pytest_azfunc.project.user_errors import is_own

_SDK_DECORATORS = "azure.functions.decorators.function_app"


def unseen_functions(script: Script, app: Any) -> list[ProjectError]:
    """What Azure does not see, an error for each blueprint, further app and decorator without parentheses.

    Call it while the app's modules are in ``sys.modules``.

    :param app: the app object, of which all is seen.
    """
    if app is None:
        return []
    modules = _modules_below(script.root)
    return [*_passed_over(script, app, modules), *_without_parentheses(modules)]


def _passed_over(script: Script, app: Any, modules: Iterable[ModuleType]) -> Iterator[ProjectError]:
    """Blueprints, and further apps, with functions that the app object has not."""
    known = {id(function) for _, function in names_in(app)}
    for name, container, is_app in _containers(modules):
        missing = [(found, function) for found, function in names_in(container) if id(function) not in known]
        if missing:
            known.update(id(function) for _, function in missing)  # other modules may have imported it
            source = source_of(missing[0][1])
            place = source and source.location()
            yield ProjectError(
                "app-not-read" if is_app else "blueprint-not-registered",
                location=place,
                functions=_placed(", ".join(found for found, _ in missing), place),
                name=name,
                script=script.name,
            )


def _without_parentheses(modules: Iterable[ModuleType]) -> Iterator[ProjectError]:
    """Functions that were handed to ``app.route`` itself, which has made a decorator of them."""
    known = set()
    for module in modules:
        for name, value in list(vars(module).items()):
            if type(value) is not FunctionType or value.__module__ != _SDK_DECORATORS or id(value) in known:
                continue
            known.add(id(value))  # other modules may have imported it
            # A decorator that is kept under a name to be used later has no function of the app in it.
            for function in _functions_in(value):
                if function.__module__ == module.__name__:
                    place = Location(function.__code__.co_filename, function.__code__.co_firstlineno)
                    yield ProjectError("decorator-without-parentheses", location=place, functions=_placed(name, place))


def _placed(names: str, place: Location | None) -> str:
    return f"{names} ({place})" if place else names


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
