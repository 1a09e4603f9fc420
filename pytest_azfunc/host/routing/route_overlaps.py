"""Functions that the route table hides: another one, whose name comes before theirs, answers all of their requests."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from pytest_azfunc.errors import ProjectError
from pytest_azfunc.host.routing.route_table import Route, RouteTable
from pytest_azfunc.host.routing.url_paths import encode_path
from pytest_azfunc.project import Project

# What is tried of a function that takes any method.
USUAL_METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS")


@dataclass(frozen=True)
class Overlap:
    """A function that requests don't reach.

    :ivar function: the name of the function.
    :ivar methods: the methods with which it is never reached.
    :ivar is_total: whether these are all that it takes.
    :ivar path: the path of such a request, percent-encoded.
    :ivar winner: the name of the function that answers.
    :ivar winner_route: the template of that one, with a slash in front.
    """

    function: str
    methods: tuple[str, ...]
    is_total: bool
    path: str
    winner: str
    winner_route: str


def overlaps(table: RouteTable) -> list[Overlap]:
    """The functions of a table that no sample of a request reaches, in the host's order.

    A function that other ones take some requests from, as a literal before a parameter does, is not among them.
    """
    return [overlap for route in table.routes for overlap in _of_route(table, route)]


def _of_route(table: RouteTable, route: Route) -> Iterator[Overlap]:
    methods = USUAL_METHODS if route.methods is None else tuple(dict.fromkeys(map(str.upper, route.methods)))
    hidden: dict[tuple[str, str], list[str]] = {}
    for method in methods:
        found = _who_answers_instead(table, route, method)
        if found is not None:
            hidden.setdefault(found, []).append(method)
    total = sum(map(len, hidden.values())) == len(methods)
    shown = {other.function: other.template.shown for other in table.routes} if hidden else {}
    for (winner, path), taken in hidden.items():
        yield Overlap(route.function, tuple(taken), total, encode_path(path), winner, shown[winner])


def _who_answers_instead(table: RouteTable, route: Route, method: str) -> tuple[str, str] | None:
    """The function and the path of the first sample, if no sample at all reaches the route."""
    first: tuple[str, str] | None = None
    for path in route.template.samples():
        match = table.find(method, path)
        if match is None or match.function == route.function:
            return None
        first = first or (match.function, path)
    return first


def overlap_errors(project: Project, table: RouteTable) -> list[ProjectError]:
    """What there is to say of the overlaps of an app; the app runs with them (``route-overlap``)."""
    return [_described(project, overlap) for overlap in overlaps(table)]


def _described(project: Project, overlap: Overlap) -> ProjectError:
    trigger = project.functions[overlap.function].trigger
    *others, last = overlap.methods
    methods = f"{', '.join(others)} or {last}" if others else last
    return ProjectError(
        "route-overlap",
        function=overlap.function,
        location=trigger.location,
        requests="request" if overlap.is_total else f"{methods} request",
        method=overlap.methods[0],
        path=overlap.path,
        winner=overlap.winner,
        route=overlap.winner_route,
    )
