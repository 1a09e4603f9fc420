"""An object that a test gives for a function, and that is none of the app: what it is, and what was meant."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from types import ModuleType
from typing import Any

from pytest_azfunc.errors import FunctionNotFound, kind_of

IsEntryPoint = Callable[[str, Any], bool]

_NAMED = 3  # of a module's functions, only the first are named


def unknown_object(
    candidate: Any, functions: Iterable[str], declared_name: str | None, is_entry_point: IsEntryPoint
) -> FunctionNotFound:
    """The error for an object that is the entry point of no function.

    :param functions: the names of the app's functions.
    :param declared_name: what decorators have called the object; None for a plain one.
    :param is_entry_point: whether an object may be the entry point of the function of that name.
    """
    found, remedy = kind_of(candidate), "pass the name of a function, or the object that its entry point is"
    if isinstance(candidate, ModuleType):
        found = f"the module {candidate.__name__}"
        inside = list(_inside(candidate, list(functions), is_entry_point))
        if inside:
            remedy = f"pass a function of the module: {', '.join(inside[:_NAMED])}"
    elif candidate is None:
        remedy = "pass the function itself, without calling it, or its name"
    elif declared_name is not None:
        found = f"the function {declared_name}"
        remedy = "register the blueprint that it is declared with: app.register_functions(...)"
    elif isinstance(name := getattr(candidate, "__qualname__", None), str):
        found = f"{'the class' if isinstance(candidate, type) else 'the function'} {name}"
    return FunctionNotFound("function-object-unknown", found=found, remedy=remedy)


def _inside(module: ModuleType, functions: list[str], is_entry_point: IsEntryPoint) -> Iterable[str]:
    """The names in a module under which entry points of functions stand."""
    for name, value in list(vars(module).items()):
        if callable(value) and any(is_entry_point(function, value) for function in functions):
            yield f"{module.__name__}.{name}"
