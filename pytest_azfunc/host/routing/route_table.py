"""HTTP routes: which function a request reaches, and with which parameters.

The host hands its routes to ASP.NET Core's old ``RouteCollection``: they are tried one after another, in the order of
the functions' names, and the first that fits wins.

Pure. Sources: azure-functions-host, FunctionMetadataManager.cs (the order) and WebScriptHostHttpRoutesManager.cs (the
methods); webjobs-sdk-extensions, WebJobsRouter.cs; dotnet/aspnetcore, RouteCollection.cs and
HttpMethodRouteConstraint.cs.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import chain, repeat
from typing import NamedTuple, TypeAlias

from pytest_azfunc.errors.refusals import nearby
from pytest_azfunc.host.routing.dotnet_text import fold
from pytest_azfunc.host.routing.function_routes import function_template
from pytest_azfunc.host.routing.route_parts import Literal, Parameter, Segment
from pytest_azfunc.host.routing.route_templates import Template
from pytest_azfunc.host.routing.url_paths import split_path
from pytest_azfunc.project import Project
from pytest_azfunc.project.http_routes import http_trigger
from pytest_azfunc.project.names import host_order


@dataclass(frozen=True)
class Route:
    """A function's place in the route table.

    :ivar function: the name of the function, which decides when it is tried.
    :ivar template: its whole template.
    :ivar methods: the HTTP methods it takes, case ignored. None takes any, an empty tuple none at all.
    """

    function: str
    template: Template
    methods: tuple[str, ...] | None = None


class RouteMatch(NamedTuple):
    """What a request came to.

    :ivar function: the name of the function.
    :ivar params: the route parameters that have a value, as text.
    """

    function: str
    params: dict[str, str]


class RouteTable:
    """All routes of an app, in the order in which the host tries them.

    More specific templates do not come first, only the names count. The host's own addresses below ``admin`` and
    ``runtime/webhooks``, which come before all functions (WebJobsApplicationBuilderExtension.cs), are not in it.

    :ivar routes: the routes in the host's order.
    """

    def __init__(self, routes: Iterable[Route]) -> None:
        # Their order is that of the names, and `_` comes after the letters in it.
        self.routes = tuple(sorted(routes, key=lambda route: host_order(route.function)))
        self._root = _Node([(route.template.segments, order) for order, route in enumerate(self.routes)])

    @classmethod
    def of(cls, project: Project) -> RouteTable:
        """The routes of an app's HTTP functions.

        Disabled functions are among them: they keep their place and hide what comes after them. So are those that only
        we cannot run.

        :raises ProjectError: the host would not start with one of the templates (``route-invalid``).
        """
        return cls(_routes(project))

    def find(self, method: str, path: str) -> RouteMatch | None:
        """Find the function that answers, or None: 404, also if only the method is wrong.

        :param method: the method of the request; HEAD is not taken for GET.
        :param path: the decoded path of the request.
        """
        if path and path[0] != "/":
            return None
        segments = split_path(path)
        folded = split_path(fold(path))
        for order in self._root.candidates(folded):
            route = self.routes[order]
            params = route.template.match_segments(path, segments, folded)
            if params is not None and _takes(route, method, params):
                return RouteMatch(route.function, params)
        return None

    def near(self, path: str) -> str:
        """What to say of a request that no route takes: which functions the path would reach, or the nearest route."""
        takers = {
            route.function: list(map(fold, route.methods or ()))
            for route in self.routes
            if route.template.match(path) is not None
        }
        return nearby(takers, None if takers else self._nearest(path))

    def _nearest(self, path: str) -> str | None:
        known = {_filled_in(route.template, path): route.template.shown for route in reversed(self.routes)}
        near = difflib.get_close_matches(path.lower(), known, n=1, cutoff=0.8)
        return next(self._with_prefix(path), known[near[0]] if near else None)

    def _with_prefix(self, path: str) -> Iterator[str]:
        """The routes that would take the path if it had their first segment in front."""
        for route in self.routes:
            shown = route.template.shown
            if route.template.match(f"/{shown[1:].partition('/')[0]}{path}") is not None:
                yield shown


def _filled_in(template: Template, path: str) -> str:
    """A template as text to compare a path with: values of that path in the place of its parameters, from the end."""
    values = reversed(path.strip("/").lower().split("/"))
    segments = reversed(template.shown.strip("/").lower().split("/"))
    pairs = zip(segments, chain(values, repeat("")), strict=False)
    filled = [value or segment if "{" in segment else segment for segment, value in pairs]
    return "/" + "/".join(reversed(filled))


def _routes(project: Project) -> Iterator[Route]:
    for error in project.errors.values():
        if error.rule == "route-invalid":  # which is the end of all routes
            raise error.with_traceback(None)
    for function in chain(project.functions.values(), project.unsupported.values()):
        trigger = http_trigger(function)
        if trigger is not None:
            template = function_template(function, trigger, project.host.route_prefix)
            methods = trigger.get("methods")
            yield Route(function.name, template, None if methods is None else tuple(methods))


def _takes(route: Route, method: str, params: dict[str, str]) -> bool:
    if route.methods is None or fold(method) in map(fold, route.methods):
        return True
    # The check goes by the name of a route value. So an optional parameter of that name takes it over, and like all
    # checks of an optional parameter it is left out where the value is missing
    # (OptionalRouteConstraint.cs).
    return route.template.has_optional_method and "HTTPMETHOD" not in map(fold, params)


_Entry: TypeAlias = tuple[tuple[Segment, ...], int]  # what is left of a template, and its place in the order


class _Node:
    """Routes whose templates begin alike, so that a request meets only those that its segments can lead to.

    It is sorted out when a request first comes by. A few routes are never sorted out: all of them are candidates.

    :ivar literals: where to go on for a segment that is written out in the template.
    :ivar beginnings: where to go on for a segment that begins with this text and has parameters further on.
    :ivar lengths: the lengths of those texts.
    :ivar anything: where to go on for any segment, because a parameter is in it.
    :ivar ends: the routes that fit a path that ends here.
    :ivar rests: the routes whose catch-all begins here, for a path that goes on.
    """

    __slots__ = ("anything", "beginnings", "ends", "entries", "lengths", "literals", "rests")

    FEW = 4

    def __init__(self, entries: list[_Entry]) -> None:
        self.entries: list[_Entry] | None = entries

    def _sort_out(self, entries: list[_Entry]) -> None:
        self.ends = [order for segments, order in entries if all(map(_may_be_missing, segments))]
        self.rests: list[int] = []
        literals: dict[str, list[_Entry]] = {}
        beginnings: dict[str, list[_Entry]] = {}
        anything: list[_Entry] = []
        for segments, order in entries:
            if not segments:
                continue
            part = segments[0][0]
            if isinstance(part, Literal):
                texts = literals if len(segments[0]) == 1 else beginnings
                texts.setdefault(part.folded, []).append((segments[1:], order))
            elif part.is_catch_all:
                self.rests.append(order)
            else:
                anything.append((segments[1:], order))
        self.literals = {text: _Node(each) for text, each in literals.items()}
        self.beginnings = {text: _Node(each) for text, each in beginnings.items()}
        self.lengths = set(map(len, beginnings))
        self.anything = _Node(anything) if anything else None
        self.entries = None

    def candidates(self, folded: list[str]) -> list[int]:
        """The routes a path can lead to, in order. Values and constraints still have to be looked at."""
        nodes = [self]
        found: list[int] = []
        for segment in folded:
            if not segment:  # neither a parameter nor a catch-all begins with an empty segment
                return sorted(found)
            following: list[_Node] = []
            for node in nodes:
                if node._is_sorted_out(found):
                    found += node.rests
                    node._follow(segment, following)
            nodes = following
        for node in nodes:
            if node._is_sorted_out(found):
                found += node.ends
        found.sort()
        return found

    def _is_sorted_out(self, found: list[int]) -> bool:
        """Sort the routes out; if they are few, they go to *found* instead."""
        entries = self.entries
        if entries is None:
            return True
        if len(entries) <= self.FEW:
            found += [order for _, order in entries]
            return False
        self._sort_out(entries)
        return True

    def _follow(self, segment: str, following: list[_Node]) -> None:
        node = self.literals.get(segment)
        if node is not None:
            following.append(node)
        if self.anything:
            following.append(self.anything)
        for length in self.lengths:
            node = self.beginnings.get(segment[:length])
            if node is not None:
                following.append(node)


def _may_be_missing(segment: Segment) -> bool:
    part = segment[0]
    return len(segment) == 1 and isinstance(part, Parameter) and part.may_be_missing
