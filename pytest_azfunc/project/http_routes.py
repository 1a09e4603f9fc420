"""What the host checks of HTTP routes when it loads an app (ScriptHost.cs, ValidateHttpFunction)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from pytest_azfunc.errors import ProjectError
from pytest_azfunc.project.function import Function

RESERVED = ("admin", "runtime")


def http_trigger(function: Function) -> Mapping[str, Any] | None:
    """The HTTP trigger as function.json declares it, its keys in lower case; None for a function that has none."""
    # From what is declared: the bindings of a thousand functions take longer to make than all the rest.
    for raw in function.declared:
        if raw["type"].lower() == "httptrigger" and raw["direction"] != "out":
            return raw
    return None


def _route(function: Function, trigger: Mapping[str, Any]) -> str:
    route = trigger.get("route")
    return route if isinstance(route, str) and route.strip() else function.name


def conflicts(functions: Iterable[Function]) -> dict[str, ProjectError]:
    """The functions that the host drops for their route, by name. *functions* come in the host's order."""
    errors: dict[str, ProjectError] = {}
    taken: dict[str, list[tuple[Function, frozenset[str]]]] = {}
    for function in functions:
        trigger = http_trigger(function)
        if trigger is None:
            continue
        route = _route(function, trigger)
        text, methods = route.strip("/").lower(), frozenset(trigger.get("methods") or ())
        others = taken.setdefault(text, [])
        error = _reserved(function, route, text) if text.startswith(RESERVED) else None
        error = error or (_conflict(function, route, methods, others) if others else None)
        if error:
            errors[function.name] = error
        else:
            others.append((function, methods))
    return errors


def _reserved(function: Function, route: str, text: str) -> ProjectError:
    # A plain prefix of the text, also of a default route: a function AdminPanel is refused too.
    prefix = next(prefix for prefix in RESERVED if text.startswith(prefix))
    return ProjectError(
        "route-reserved", function=function.name, location=function.trigger.location, route=route, prefix=prefix
    )


def _conflict(
    function: Function,
    route: str,
    methods: frozenset[str],
    others: Iterable[tuple[Function, frozenset[str]]],
) -> ProjectError | None:
    for other, taken in others:
        if not methods or not taken or methods & taken:  # compared with case: get and GET do not conflict
            return ProjectError(
                "route-conflict",
                function=function.name,
                location=function.trigger.location,
                route=route,
                other=other.name,
            )
    return None
