"""The templates of an app's HTTP functions, made of what function.json and host.json say.

Sources: azure-functions-host, WebScriptHostHttpRoutesManager.cs; webjobs-sdk-extensions, WebJobsRouteBuilder.cs.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from itertools import chain
from typing import Any

from pytest_azfunc.errors import ProjectError, printable
from pytest_azfunc.host.routing.route_templates import RouteError, Template, effective_template
from pytest_azfunc.project import Function, Project
from pytest_azfunc.project.host_settings import SettingText
from pytest_azfunc.project.http_routes import http_trigger

# A test opens a host of its own, but its templates are those of the test before.
_parse = lru_cache(maxsize=8192)(Template.parse)


def function_template(function: Function, trigger: Mapping[str, Any], route_prefix: str) -> Template:
    """The whole template of an HTTP function.

    :param trigger: the properties of its trigger; only ``route`` counts.
    :param route_prefix: ``extensions.http.routePrefix`` of host.json.
    :raises ProjectError: the host cannot make a route of it, so that it does not start, whatever the other functions
        are (``route-invalid``).
    """
    route = trigger.get("route")
    try:
        return _parse(effective_template(route_prefix, route, function.name))
    except RouteError as error:
        raise _invalid(function, route if route and route.strip() else function.name, route_prefix, error) from None


def invalid_templates(project: Project) -> dict[str, ProjectError]:
    """What is wrong with the templates of an app's functions, by name; each would keep the host from starting."""
    errors = {}
    for function in chain(project.functions.values(), project.refused.values()):
        trigger = http_trigger(function)
        if trigger is not None:
            try:
                function_template(function, trigger, project.host.route_prefix)
            except ProjectError as error:
                errors[function.name] = error
    return errors


def _invalid(function: Function, route: str, prefix: str, error: RouteError) -> ProjectError:
    if isinstance(prefix, SettingText):
        alone = _error_of(route) if _error_of(f"{prefix}/route") is None else None
        if alone is None:  # the prefix is to blame, which is not shown
            expected = f"a prefix that goes with the route {route!r}"
            return ProjectError("host-setting-value", function=function.name, name=prefix.setting, expected=expected)
        prefix, error = "", alone
    return ProjectError(
        "route-invalid",
        function=function.name,
        binding=function.trigger.name,
        location=function.trigger.location,
        template=error.template,
        route=route,
        prefix=prefix,
        parts=f"prefix {prefix!r}, route {route!r}" if prefix else f"no prefix, route {route!r}",
        reason=printable(error.reason),
        remedy=_remedy(route, prefix),
    )


def _remedy(route: str, prefix: str) -> str:
    """Which of the two to correct: the one that would not do without the other either."""
    if not prefix:
        return "correct the route"
    if _error_of(f"{prefix}/route") is not None:
        return "correct extensions.http.routePrefix in host.json"
    if route == "/":
        return 'set extensions.http.routePrefix to "" in host.json: with a prefix no function has the root'
    if route.startswith("/") and _error_of(f"{prefix}{route}") is None:
        return 'write the route without the slash in front, or set extensions.http.routePrefix to "" in host.json'
    if _error_of(route) is None:
        return "correct the route, or extensions.http.routePrefix in host.json: they do not fit each other"
    return "correct the route"


def _error_of(template: str) -> RouteError | None:
    try:
        _parse(template)
    except RouteError as error:
        return error
    return None
