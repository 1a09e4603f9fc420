"""What it costs to find the function for a request, among ten functions and among a thousand; and to get there."""

from __future__ import annotations

from typing import Any

import pytest

from pytest_azfunc.host.routing.route_table import Route, RouteTable
from pytest_azfunc.host.routing.route_templates import Template

SHAPES = ("api/products{}/list", "api/items{}/{{id:int}}", "api/{{tenant}}/v{}/{{id}}", "api/files{}/{{*path}}")

# Two of each kind, so that the last of ten and the last of a thousand functions are asked for.
REQUESTS = {
    "literal": "/api/products{0}/list",
    "parameter": "/api/items{1}/5",
    "parameter first": "/api/acme/v{2}/7",
    "catch-all": "/api/files{3}/a/b.txt",
    "miss at the end": "/api/items{1}/five",
    "miss at once": "/elsewhere",
}


def templates(functions: int) -> list[str]:
    """Routes of all kinds, equally many of each."""
    return [SHAPES[number % 4].format(number) for number in range(functions)]


def table(functions: int) -> RouteTable:
    """A table of so many functions."""
    return RouteTable(
        Route(f"Function{number:04}", Template.parse(text), ("GET",))
        for number, text in enumerate(templates(functions))
    )


@pytest.mark.parametrize("functions", ["10 functions", "1000 functions"])
@pytest.mark.parametrize("kind", REQUESTS)
def test_lookup(benchmark: Any, kind: str, functions: str) -> None:
    benchmark.group = f"find a route: {kind}"
    count = int(functions.split()[0])
    last = [max(n for n in range(count) if n % 4 == shape) for shape in range(4)]
    path = REQUESTS[kind].format(*last)
    routes = table(count)
    found = benchmark(routes.find, "GET", path)
    assert (found is None) is kind.startswith("miss")


@pytest.mark.parametrize("way", ["read the templates", "build the table", "build it, first request"])
def test_build(benchmark: Any, way: str) -> None:
    benchmark.group = "a route table of 1,000 functions"
    texts = templates(1000)
    if way == "read the templates":
        benchmark(lambda: [Template.parse(text) for text in texts])
        return
    routes = table(1000).routes
    if way == "build the table":
        benchmark(RouteTable, routes)
    else:
        assert benchmark(lambda: RouteTable(routes).find("GET", "/api/products996/list")) is not None
