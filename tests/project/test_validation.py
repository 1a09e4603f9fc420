"""What the host accepts when it loads an app: a table of inputs, each with the rule of the error, if there is one."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from pytest_azfunc.errors import AzfuncError, ProjectError
from pytest_azfunc.project import Function, Project
from pytest_azfunc.project.binding_checks import is_function_name
from pytest_azfunc.project.script_file import choose_script
from pytest_azfunc.project.settings import is_disabled
from tests.project.app_on_disk import HOST, QUEUE_TRIGGER, write_app, write_text

CASES: list[dict[str, Any]] = json.loads(Path(__file__).with_name("validation.json").read_text(encoding="utf-8"))[
    "cases"
]


def cases(kind: str) -> pytest.MarkDecorator:
    """Parametrize a test with the cases of one kind."""
    chosen = [pytest.param(case, id=case["id"]) for case in CASES if case["kind"] == kind]
    assert chosen
    return pytest.mark.parametrize("case", chosen)


def load(root: Path, functions: dict[str, Any], host: Any = HOST) -> Project:
    return Project.load(write_app(root, functions, host))


def rule_of(project: Project, name: str) -> str | None:
    """The rule that the function breaks, None when it loads; it is always one or the other."""
    assert (name in project.functions) != (name in project.errors)
    error = project.errors.get(name)
    if error is None:
        return None
    assert error.function == name
    assert error.location is not None
    assert str(error)
    return error.rule


def test_every_kind_has_a_test() -> None:
    assert {case["kind"] for case in CASES} == {
        *("function_name", "binding_name", "function_json", "function_json_text", "worker_bindings", "script_file"),
        *("host_json", "host_json_options", "functions_allow_list", "http_routes", "disabled"),
    }


@cases("function_name")
def test_function_name(case: dict[str, Any], tmp_path: Path) -> None:
    name = case["input"]
    project = load(tmp_path, {name: [QUEUE_TRIGGER]})
    assert rule_of(project, name) == case.get("rule")
    assert is_function_name(name) == ("rule" not in case)


@cases("binding_name")
def test_binding_name(case: dict[str, Any], tmp_path: Path) -> None:
    binding = {"type": "blob", "path": "c/n", **case["input"]}
    assert rule_of(load(tmp_path, {"F": [QUEUE_TRIGGER, binding]}), "F") == case.get("rule")


@cases("worker_bindings")
def test_bindings(case: dict[str, Any], tmp_path: Path) -> None:
    assert rule_of(load(tmp_path, {"F": case["input"]}), "F") == case.get("rule")


@cases("function_json")
def test_function_json(case: dict[str, Any], tmp_path: Path) -> None:
    assert rule_of(load(tmp_path, {"MyFunc": case["input"]}), "MyFunc") == case.get("rule")


@cases("function_json_text")
def test_function_json_text(case: dict[str, Any], tmp_path: Path) -> None:
    write_text(tmp_path / "F" / "function.json", case["input"])
    assert rule_of(Project.load(tmp_path), "F") == case.get("rule")


@cases("script_file")
def test_script_file(case: dict[str, Any], tmp_path: Path) -> None:
    given = case["input"]
    for file in given["files"]:
        write_text(tmp_path / "F" / file, "")
    project = load(tmp_path, {"F": {"bindings": [QUEUE_TRIGGER], "scriptFile": given["scriptFile"]}})
    expected = case["script"] or "__init__.py"  # where the host finds none, the worker takes this one
    assert project.functions["F"].script_file == (tmp_path / "F" / expected).resolve()
    if not given["scriptFile"]:
        assert choose_script(given["files"]) == case["script"]


def host_rule(root: Path) -> str | None:
    try:
        Project.load(root)
    except ProjectError as error:
        found = error
    else:
        return None
    assert found.location is not None
    assert found.location.file == str(root / "host.json")
    assert found.location.line is not None
    assert found.location.column is not None
    return found.rule


@cases("host_json")
def test_host_json(case: dict[str, Any], tmp_path: Path) -> None:
    if case["input"] is not None:
        write_text(tmp_path / "host.json", case["input"])
    assert host_rule(tmp_path) == case.get("rule")


@cases("host_json_options")
def test_host_json_options(case: dict[str, Any], tmp_path: Path) -> None:
    write_text(tmp_path / "host.json", json.dumps(case["input"], indent=2))
    assert host_rule(tmp_path) == case.get("rule")


@cases("functions_allow_list")
def test_allow_list(case: dict[str, Any], tmp_path: Path) -> None:
    functions = {"First": [QUEUE_TRIGGER], "Second": [QUEUE_TRIGGER], "Broken": []}
    project = load(tmp_path, functions, {**HOST, **case["input"]})
    assert sorted([*project.functions, *project.errors]) == sorted(case["loaded"])
    assert sorted(project.excluded) == sorted(functions.keys() - case["loaded"])


@cases("http_routes")
def test_http_routes(case: dict[str, Any], tmp_path: Path) -> None:
    functions = {}
    for given in case["input"]:
        trigger = {"type": "httpTrigger", "name": "req", **{k: v for k, v in given.items() if k != "name"}}
        functions[given["name"]] = [trigger, {"type": "http", "name": "$return", "direction": "out"}]
    project = load(tmp_path, functions)
    *others, last = functions
    assert [rule_of(project, name) for name in others] == [None] * len(others)
    assert rule_of(project, last) == case.get("rule")


@cases("disabled")
def test_disabled(case: dict[str, Any], tmp_path: Path) -> None:
    name = case["input"]["function"]
    assert is_disabled(name, case["input"]["settings"]) == case["disabled"]
    assert rule_of(load(tmp_path, {name: [QUEUE_TRIGGER]}), name) is None


# What a table of inputs and rules cannot say


def test_functions_come_in_the_hosts_order(tmp_path: Path) -> None:
    names = ["b", "A", "a-b", "a_b", "a1", "B2"]
    project = load(tmp_path, {name: [QUEUE_TRIGGER] for name in names})
    assert list(project.functions) == ["A", "a-b", "a1", "a_b", "b", "B2"]


def test_one_bad_function_does_not_stop_the_others(tmp_path: Path) -> None:
    project = load(tmp_path, {"Bad": [], "Good": [QUEUE_TRIGGER]})
    assert list(project.functions) == ["Good"]
    assert list(project.errors) == ["Bad"]
    assert project.functions["GOOD"].name == "Good"
    with pytest.raises(ProjectError) as caught:
        project.find("bad")
    assert caught.value.rule == "bindings-missing"


def test_folders_without_function_json_are_passed_over(tmp_path: Path) -> None:
    for folder in (".git", "shared code", "__pycache__", "tests"):
        (tmp_path / folder).mkdir()
    (tmp_path / "function.json").write_text("not a function")
    project = load(tmp_path, {"F": [QUEUE_TRIGGER]})
    assert list(project.functions) == ["F"]
    assert not project.errors


def test_names_that_differ_only_in_case(tmp_path: Path) -> None:
    project = load(tmp_path, {"foo": [QUEUE_TRIGGER], "Foo": [QUEUE_TRIGGER], "FOO": []})
    if (tmp_path / "fOO").exists():
        pytest.skip("the file system ignores case")
    assert list(project.functions) == ["Foo"]
    rules = {error.function: error.rule for error in project.errors.values()}
    assert rules == {"foo": "function-name-duplicate", "FOO": "bindings-missing"}
    assert project.find("FOO").name == "Foo"


def test_a_function_in_error_does_not_take_a_route_or_a_name(tmp_path: Path) -> None:
    http = {"type": "httpTrigger", "name": "req", "route": "same"}
    project = load(tmp_path, {"A": [http, {"type": "http", "name": "res"}], "B": [http]})
    assert rule_of(project, "A") == "http-direction"
    assert rule_of(project, "B") is None


def test_the_later_function_loses_its_route(tmp_path: Path) -> None:
    http = {"type": "httpTrigger", "name": "req", "route": "same"}
    project = load(tmp_path, {"b": [http], "A": [http], "C": [http]})
    assert list(project.functions) == ["A"]
    assert [error.details["other"] for error in project.errors.values()] == ["A", "A"]


def test_excluded_functions_take_no_route(tmp_path: Path) -> None:
    http = {"type": "httpTrigger", "name": "req", "route": "same"}
    project = load(tmp_path, {"A": [http], "B": [http]}, {**HOST, "functions": ["b"]})
    assert list(project.functions) == ["B"]
    assert project.excluded == ("A",)
    with pytest.raises(AzfuncError) as caught:
        project.find("a")
    assert caught.value.rule == "function-excluded"


def test_a_function_as_it_is_declared(tmp_path: Path) -> None:
    write_text(tmp_path / "F" / "code" / "start.py", "")
    function: Function = load(
        tmp_path,
        {
            "F": {
                "scriptFile": "code/start.py",
                "entryPoint": "begin",
                "disabled": True,
                "bindings": [
                    {
                        "TYPE": "serviceBusTrigger",
                        "name": "msg",
                        "Cardinality": "MANY",
                        "DATATYPE": 2,
                        "queueName": "q",
                    },
                    {"type": "blob", "name": "Customer", "path": "c/{id}"},
                    {"type": "queue", "name": "$return", "direction": "Out"},
                ],
            }
        },
    ).functions["F"]
    assert function.script_file == tmp_path / "F" / "code" / "start.py"
    assert function.entry_point == "begin"
    assert function.ignored_disabled_property
    assert list(function.bindings) == ["msg", "Customer", "$return"]
    trigger = function.trigger
    assert (trigger.name, trigger.type, trigger.direction) == ("msg", "serviceBusTrigger", "in")
    assert (trigger.cardinality, trigger.data_type) == ("many", "binary")
    assert trigger.properties["QUEUEname"] == "q"
    assert list(function.inputs) == ["Customer"]
    assert list(function.outputs) == ["$return"]
    assert function.bindings["customer"] is function.inputs["Customer"]
    assert [str(b.location).rpartition("function.json:")[2] for b in function.bindings.values()] == [
        "6:5",
        "13:5",
        "18:5",
    ]


def test_defaults(tmp_path: Path) -> None:
    function = load(tmp_path, {"F": [QUEUE_TRIGGER]}).functions["F"]
    assert (function.entry_point, function.retry, function.script_file_setting) == ("main", None, None)
    assert (function.trigger.data_type, function.trigger.cardinality) == (None, None)
    assert not function.ignored_disabled_property


def test_host_json_as_it_is_declared(tmp_path: Path) -> None:
    host = load(
        tmp_path,
        {},
        {
            "version": "2.0",
            "functionTimeout": "00:10:00",
            "Extensions": {"HTTP": {"RoutePrefix": "v1"}},
            "logging": {"LogLevel": {"Default": "WARNING", "Function.F": 1, "Quiet": None}},
            "retry": {"strategy": "fixedDelay", "maxRetryCount": "2", "delayInterval": "00:00:05"},
        },
    ).host
    assert host.exists
    assert host.route_prefix == "v1"
    assert host.log_levels == {"Default": "warning", "Function.F": "debug"}
    assert host.function_timeout is not None
    assert host.function_timeout.total_seconds() == 600
    assert host.retry is not None
    assert (host.retry.strategy, host.retry.max_retry_count) == ("fixedDelay", 2)
    assert host.retry.delay_interval is not None
    assert host.retry.delay_interval.total_seconds() == 5


@pytest.mark.parametrize("text", [None, "{}", '{"version": "2.0"}'])
def test_host_json_defaults(text: str | None, tmp_path: Path) -> None:
    if text is not None:
        write_text(tmp_path / "host.json", text)
    host = Project.load(tmp_path).host
    assert host.exists == (text is not None)
    assert (host.route_prefix, host.functions, host.retry, dict(host.log_levels)) == ("api", None, None, {})
    assert host.function_timeout is not None
    assert host.function_timeout.total_seconds() == 1800
    assert (tmp_path / "host.json").exists() == (text is not None)  # unlike the host, we write nothing


def test_no_limit(tmp_path: Path) -> None:
    assert load(tmp_path, {}, {**HOST, "functionTimeout": "-1"}).host.function_timeout is None


def test_binding_types_of_an_extension(tmp_path: Path) -> None:
    root = write_app(tmp_path, {"F": [{"type": "PIGEONTrigger", "name": "msg"}]})
    assert rule_of(Project.load(root), "F") == "binding-type-unknown"
    assert rule_of(Project.load(root, binding_types={"PigeonTrigger": "carrier pigeons"}), "F") is None


@pytest.mark.parametrize(
    ("bindings", "place"),
    [
        ([{"type": "queueTrigger", "name": "a_b"}], "5:7"),
        ([{"TYPE": "x", "NAME": "a_b"}], "5:7"),
        ([QUEUE_TRIGGER, {"type": "pigeon", "name": "b"}], "9:7"),
        ([QUEUE_TRIGGER, {"name": "b"}], "8:5"),
        ([{**QUEUE_TRIGGER, "DIRECTION": "up"}], "7:7"),
        ([QUEUE_TRIGGER, "x"], "8:5"),
        ([], "1:1"),
    ],
)
def test_places(bindings: list[Any], place: str, tmp_path: Path) -> None:
    error = load(tmp_path, {"F": bindings}).errors["F"]
    assert str(error.location).endswith(f"function.json:{place}")


def test_place_of_a_retry_value(tmp_path: Path) -> None:
    config = {"retry": {"strategy": "fixedDelay", "MaxRetryCount": -5}, "bindings": [QUEUE_TRIGGER]}
    error = load(tmp_path, {"F": config}).errors["F"]
    assert str(error.location).endswith("function.json:4:5")
