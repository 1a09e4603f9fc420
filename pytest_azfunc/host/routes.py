"""HTTP routes: which function a request reaches, and with which parameters.

The host hands its routes to ASP.NET Core's old `RouteCollection`: they are tried one after another, in the order of the
functions' names, and the first that fits wins.

Everything in this module is a pure function of its arguments. Numbers in comments such as 1.23 are the sections of the
project's notes on HTTP.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from pytest_azfunc.host.dotnet_text import fold
from pytest_azfunc.host.route_templates import Parameter, Segment, Template
from pytest_azfunc.host.url_paths import split_path


def host_order(name: str) -> str:
    """The key by which the host sorts its functions: `_` comes after the letters (1.39)."""
    return name.upper()


@dataclass(frozen=True)
class Route:
    """A function's place in the route table.

    Attributes:
        function: the name of the function, which decides when it is tried.
        template: its whole template.
        methods: the HTTP methods it takes, case ignored. None takes any, an empty tuple none at all (2.1, 2.5).
    """

    function: str
    template: Template
    methods: tuple[str, ...] | None = None


@dataclass(frozen=True)
class RouteMatch:
    """What a request came to.

    Attributes:
        function: the name of the function.
        params: the route parameters that have a value, as text.
    """

    function: str
    params: dict[str, str]


class RouteTable:
    """All routes of an app, in the order in which the host tries them.

    More specific templates do not come first, only the names count (1.38, 1.39). The host's own addresses below
    `admin` and `runtime/webhooks`, which come before all functions (1.41), are not in it.

    Attributes:
        routes: the routes in the host's order.
    """

    def __init__(self, routes: Iterable[Route]) -> None:
        self.routes = tuple(sorted(routes, key=lambda route: host_order(route.function)))
        self._root = _Node()
        for order, route in enumerate(self.routes):
            self._root.add(route.template.segments, order)

    def find(self, method: str, path: str) -> RouteMatch | None:
        """Find the function that answers, or None: 404, also if only the method is wrong (2.3).

        Args:
            method: the method of the request; HEAD is not taken for GET (2.4).
            path: the decoded path of the request.
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


def _takes(route: Route, method: str, params: dict[str, str]) -> bool:
    if route.methods is None or fold(method) in map(fold, route.methods):
        return True
    # The check goes by the name of a route value. So an optional parameter of that name takes it over, and like all
    # checks of an optional parameter it is left out where the value is missing (1.32, 1.35).
    return route.template.has_optional_method and "HTTPMETHOD" not in map(fold, params)


@dataclass
class _Node:
    """Routes whose templates begin alike, so that a request meets only those that its segments can lead to.

    Attributes:
        literals: where to go on for a segment that is written out in the template.
        beginnings: where to go on for a segment that begins with this text and has parameters further on.
        lengths: the lengths of those texts.
        anything: where to go on for any segment, because a parameter is in it.
        ends: the routes that fit a path that ends here.
        rests: the routes whose catch-all begins here, for a path that goes on.
    """

    literals: dict[str, _Node] = field(default_factory=dict)
    beginnings: dict[str, _Node] = field(default_factory=dict)
    lengths: set[int] = field(default_factory=set)
    anything: _Node | None = None
    ends: list[int] = field(default_factory=list)
    rests: list[int] = field(default_factory=list)

    def add(self, segments: Sequence[Segment], order: int) -> None:
        if all(_may_be_missing(segment) for segment in segments):
            self.ends.append(order)
        if not segments:
            return
        part = segments[0][0]
        if isinstance(part, Parameter) and part.is_catch_all:
            self.rests.append(order)
        else:
            self._step(segments[0]).add(segments[1:], order)

    def _step(self, segment: Segment) -> _Node:
        part = segment[0]
        if isinstance(part, Parameter):
            self.anything = self.anything or _Node()
            return self.anything
        if len(segment) == 1:
            return self.literals.setdefault(part.folded, _Node())
        self.lengths.add(len(part.folded))
        return self.beginnings.setdefault(part.folded, _Node())

    def candidates(self, folded: list[str]) -> list[int]:
        """The routes a path can lead to, in order. Values and constraints still have to be looked at."""
        nodes = [self]
        found: list[int] = []
        for segment in folded:
            if not segment:  # neither a parameter nor a catch-all begins with an empty segment
                nodes = []
                break
            following: list[_Node] = []
            for node in nodes:
                found += node.rests
                node._follow(segment, following)
            nodes = following
        for node in nodes:
            found += node.ends
        found.sort()
        return found

    def _follow(self, segment: str, following: list[_Node]) -> None:
        if segment in self.literals:
            following.append(self.literals[segment])
        if self.anything:
            following.append(self.anything)
        for length in self.lengths:
            if segment[:length] in self.beginnings:
                following.append(self.beginnings[segment[:length]])


def _may_be_missing(segment: Segment) -> bool:
    part = segment[0]
    return len(segment) == 1 and isinstance(part, Parameter) and part.may_be_missing
