"""The routes of whole apps: from function.json and host.json on disk to the function that answers."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from pytest_azfunc import Host, http
from pytest_azfunc.errors import ProjectError
from pytest_azfunc.host.routing.function_routes import invalid_templates
from pytest_azfunc.host.routing.route_overlaps import Overlap, overlap_errors, overlaps
from pytest_azfunc.host.routing.route_table import RouteMatch, RouteTable
from pytest_azfunc.host.web.admin_api import invoke_url_template
from pytest_azfunc.project import Project
from tests.project.app_on_disk import write_app

TABLE: dict[str, Any] = json.loads(Path(__file__).with_name("http_functions.json").read_text(encoding="utf-8"))


def rows(kind: str) -> pytest.MarkDecorator:
    """Parametrize a test with the rows of the table that are of this kind."""
    return pytest.mark.parametrize("row", [pytest.param(row, id=row["id"]) for row in TABLE[kind]])


def app(root: Path, functions: list[dict[str, Any]], route_prefix: str = "api") -> Project:
    """An app with these HTTP functions (name, and properties of the trigger)."""
    bindings = {}
    for given in functions:
        trigger = {
            "type": "httpTrigger",
            "name": "req",
            **{key: value for key, value in given.items() if key != "name"},
        }
        bindings[given["name"]] = [trigger, {"type": "http", "name": "$return", "direction": "out"}]
    host = {"version": "2.0", "extensions": {"http": {"routePrefix": route_prefix}}}
    project = Project.load(write_app(root, bindings, host))
    for name in project.functions:
        (root / name / "__init__.py").write_text("def main(req): pass")
    return project


@rows("function_order")
def test_who_answers(row: dict[str, Any], tmp_path: Path) -> None:
    project = app(tmp_path, row["functions"], row["route_prefix"])
    assert list(project.errors) == row.get("errors", [])
    expected = None if row["winner"] is None else RouteMatch(row["winner"], row["params"])
    assert RouteTable.of(project).find(row["method"], row["path"]) == expected


@rows("route_conflict")
def test_conflict(row: dict[str, Any], tmp_path: Path) -> None:
    project = app(tmp_path, [{"name": "first", **row["a"]}, {"name": "Second", **row["b"]}])
    assert {name: error.rule for name, error in project.errors.items()} == (
        {"Second": "route-conflict"} if row["conflict"] else {}
    )
    assert list(project.functions) == (["first"] if row["conflict"] else ["first", "Second"])


@rows("route_validation")
def test_reserved_routes(row: dict[str, Any], tmp_path: Path) -> None:
    project = app(tmp_path, [{"name": row["function"], "route": row["route"]}, {"name": "Other"}])
    assert {error.rule for error in project.errors.values()} == (set() if row["accepted"] else {"route-reserved"})
    assert "Other" in [route.function for route in RouteTable.of(project).routes]


@rows("invoke_url")
def test_url_that_is_shown(row: dict[str, Any], tmp_path: Path) -> None:
    project = app(tmp_path, [{"name": row["function"], "route": row["route"]}], row["route_prefix"])
    function = project.functions[row["function"]]
    assert invoke_url_template(row["base"], row["route_prefix"], function) == row["url"]


@rows("invoke_url")
def test_url_that_is_shown_leads_to_the_function(row: dict[str, Any], tmp_path: Path) -> None:
    project = app(tmp_path, [{"name": row["function"], "route": row["route"]}], row["route_prefix"].rstrip("/"))
    path = "/" + row["url"].removeprefix(row["base"].rstrip("/")).lstrip("/")
    match = RouteTable.of(project).find("GET", path)
    assert match is not None
    assert match.function == row["function"]


@rows("route_prefix")
def test_route_prefix(row: dict[str, Any], tmp_path: Path) -> None:
    write_app(tmp_path, {"F": [{"type": "httpTrigger", "name": "req"}]})
    (tmp_path / "host.json").write_text(row["host_json"])
    (route,) = RouteTable.of(Project.load(tmp_path)).routes
    assert route.template.text == "/".join(filter(None, (row["route_prefix"], "F")))


@rows("function_name")
def test_function_name(row: dict[str, Any], tmp_path: Path) -> None:
    project = app(tmp_path, [{"name": row["name"], "route": "x"}])
    assert ("function-name" in [error.rule for error in project.errors.values()]) is not row["valid"]
    assert (RouteTable.of(project).find("GET", "/api/x") is not None) is row["valid"]


@rows("invalid_template")
def test_invalid_template(row: dict[str, Any], tmp_path: Path) -> None:
    functions = [{"name": "F", "route": row["route"]}, {"name": "Good", "route": "good"}]
    project = app(tmp_path, functions, row["route_prefix"])
    with pytest.raises(ProjectError) as caught:
        RouteTable.of(project)
    problem, remedy = row["text"]
    assert str(caught.value).splitlines() == [
        problem,
        f"  where:  {tmp_path / 'F' / 'function.json'}:3:5",
        "  Azure:  the host does not start; no function of the app runs.",
        f"  {remedy}",
        "  rule:   route-invalid",
    ]
    found = invalid_templates(project)
    assert str(found["F"]) == str(caught.value)
    assert ("Good" in found) is ("extensions.http.routePrefix in host.json." in remedy and "correct ext" in remedy)


def test_an_invalid_template_of_the_function_that_is_invoked(tmp_path: Path) -> None:
    project = app(tmp_path, [{"name": "F", "route": "{id"}])
    (expected,) = invalid_templates(project).values()
    with Host.open(tmp_path) as host, pytest.raises(ProjectError) as caught:
        host.invoke("F", http("GET", "/api/1"))
    assert str(caught.value) == str(expected)


@rows("overlap")
def test_overlaps(row: dict[str, Any], tmp_path: Path) -> None:
    table = RouteTable.of(app(tmp_path, row["functions"]))
    expected = [Overlap(each[0], tuple(each[1].split()), *each[2:]) for each in row["overlaps"]]
    assert overlaps(table) == expected
    for overlap in expected:  # what is said of it is so
        for method in overlap.methods:
            assert "%" in overlap.path or table.find(method, overlap.path).function == overlap.winner  # type: ignore[union-attr]


@pytest.mark.parametrize(
    ("methods", "problem"),
    [
        (["get"], "B: no request reaches it: GET /api/x/y is answered by 'A', whose route is /api/x/{id}."),
        (
            ["get", "post", "put"],
            "B: no GET or POST request reaches it: GET /api/x/y is answered by 'A', whose route is /api/x/{id}.",
        ),
    ],
)
def test_what_is_said_of_an_overlap(tmp_path: Path, methods: list[str], problem: str) -> None:
    functions = [
        {"name": "A", "route": "x/{id}", "methods": ["post", "get"]},
        {"name": "B", "route": "x/y", "methods": methods},
    ]
    project = app(tmp_path, functions)
    (error,) = overlap_errors(project, RouteTable.of(project))
    assert str(error).splitlines() == [
        problem,
        f"  where:  {tmp_path / 'B' / 'function.json'}:3:5",
        "  Azure:  the host tries functions in the order of their names, ignoring case, and the first whose route fits "
        "answers.",
        "  remedy: rename one of the two so that this one comes first, or change a route.",
        "  rule:   route-overlap",
    ]


@pytest.mark.parametrize(
    ("method", "path", "hint"),
    [
        ("GET", "/api/orders", "; there Cancel takes DELETE and PlaceOrder takes POST, PUT"),
        ("GET", "/api/nothing", "; there Nothing takes no method at all"),
        ("GET", "/orders/7", "; did you mean /api/orders/{id}?"),
        ("GET", "/api/order/7", "; did you mean /api/orders/{id}?"),
        ("POST", "/API/ORDRES", "; did you mean /api/orders?"),
        ("GET", "/quite/different/from/all", ""),
        ("OPTIONS", "*", ""),
    ],
)
def test_what_is_near_a_request_without_a_route(tmp_path: Path, method: str, path: str, hint: str) -> None:
    functions = [
        {"name": "PlaceOrder", "route": "orders", "methods": ["post", "put"]},
        {"name": "Cancel", "route": "orders", "methods": ["delete"]},
        {"name": "GetOrder", "route": "orders/{id}", "methods": ["get"]},
        {"name": "Nothing", "methods": []},
    ]
    table = RouteTable.of(app(tmp_path, functions))
    assert table.find(method, path) is None
    assert table.near(path) == hint


def test_functions_without_an_http_trigger_have_no_route(tmp_path: Path) -> None:
    queue = [{"type": "queueTrigger", "name": "msg", "queueName": "q"}]
    project = Project.load(write_app(tmp_path, {"Q": queue, "H": [{"type": "HTTPTRIGGER", "name": "req"}]}))
    assert [route.function for route in RouteTable.of(project).routes] == ["H"]
    assert invalid_templates(project) == {}
