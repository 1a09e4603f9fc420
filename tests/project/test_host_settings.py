"""App settings that lie over host.json: which they are, what comes of both, and what is said of a wrong one."""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pytest_azfunc.errors import ProjectError
from pytest_azfunc.project import Project
from pytest_azfunc.project.host_json import HostConfig, read_host_json
from pytest_azfunc.project.host_settings import Overlay, settings_over_host_json
from tests.project.app_on_disk import write_text

JOB_HOST = "AzureFunctionsJobHost__"


def config(root: Path, content: Any, settings: dict[str, str]) -> HostConfig:
    if content is not None:
        write_text(root / "host.json", json.dumps({"version": "2.0", **content}, indent=2))
    return read_host_json(str(root), {f"{JOB_HOST}{name}": value for name, value in settings.items()})


# Which settings lie over host.json


def test_sources(monkeypatch: pytest.MonkeyPatch) -> None:
    """What a test gives goes over the environment, and that over the settings file, however each is spelled."""
    file = {"AzureFunctionsJobHost__a": "1", "AzureFunctionsJobHost:b__C": "2", "A": "x", "AzureFunctionsJobHost": "x"}
    monkeypatch.setenv("AZUREFUNCTIONSJOBHOST__B:c", "3")
    monkeypatch.setenv("AzureFunctionsJobHosts__d", "x")
    found = settings_over_host_json(file, {"azurefunctionsjobhost__e": "4", f"{JOB_HOST}A": "5"})
    assert found == {
        f"{JOB_HOST}A": "5",
        "AZUREFUNCTIONSJOBHOST__B:c": "3",
        "azurefunctionsjobhost__e": "4",
    }
    monkeypatch.delenv("AZUREFUNCTIONSJOBHOST__B:c")
    assert settings_over_host_json() == {}


# What comes of both


@pytest.mark.parametrize(
    ("content", "settings", "expected"),
    [
        ({}, {"extensions__http__routePrefix": "shop"}, {"route_prefix": "shop"}),
        (None, {"extensions__http__routePrefix": "shop"}, {"route_prefix": "shop", "exists": False}),
        (
            {"Extensions": {"HTTP": {"routeprefix": "api2"}}},
            {"extensions:http:ROUTEPREFIX": ""},
            {"route_prefix": ""},
        ),
        (
            {"extensions": {"http": {"customHeaders": {"X-A": "1", "X-B": "2"}}}},
            {"extensions__http__customheaders__x-a": "3", "extensions__http__customHeaders__X-C": "4"},
            {"http_custom_headers": {"X-A": "3", "X-B": "2", "X-C": "4"}},
        ),
        (
            {"logging": {"logLevel": {"default": "Warning", "Function.F": "Error"}}},
            {"logging__LogLevel__Default": "debug", "logging__logLevel__Host": "5"},
            {"log_levels": {"default": "debug", "Function.F": "error", "Host": "critical"}},
        ),
        ({"functions": ["A", "B"]}, {"functions__1": "C"}, {"functions": ("A", "C")}),
        ({"functions": ["A", "B"]}, {"functions__7": "D", "functions__5": "C"}, {"functions": ("A", "B", "C", "D")}),
        ({}, {"functions__10": "B", "functions__9": "A"}, {"functions": ("A", "B")}),
        ({}, {"functionTimeout": "00:01:00"}, {"function_timeout": timedelta(minutes=1)}),
        ({"functionTimeout": "00:01:00"}, {"functionTimeout": "-1"}, {"function_timeout": None}),
        (
            {"extensions": {"http": {"maxOutstandingRequests": 5, "maxConcurrentRequests": 2}}},
            {"extensions__http__maxOutstandingRequests": "-1", "extensions__http__maxConcurrentRequests": " +7 "},
            {"max_outstanding_requests": None, "max_concurrent_requests": 7},
        ),
        ({"functions": ["A"]}, {"functions": "B"}, {"functions": ("A",)}),
        ({"logging": {"logLevel": {"default": "Error"}}}, {"logging": "x"}, {"log_levels": {"default": "error"}}),
        ({}, {"version": "3.0", "unknown__key": "x", "healthMonitor__enabled": "maybe"}, {"route_prefix": "api"}),
    ],
)
def test_values(content: Any, settings: dict[str, str], expected: dict[str, Any], tmp_path: Path) -> None:
    found = config(tmp_path, content, settings)
    assert {name: getattr(found, name) for name in expected} == expected


def test_a_retry_policy_of_both(tmp_path: Path) -> None:
    content = {"retry": {"strategy": "fixedDelay", "maxRetryCount": 2, "delayInterval": "00:00:10"}}
    found = config(tmp_path, content, {"retry__MaxRetryCount": "5"}).retry
    assert found is not None
    assert (found.strategy, found.max_retry_count, found.delay_interval) == ("fixedDelay", 5, timedelta(seconds=10))
    alone = {"retry__strategy": "fixedDelay", "retry__maxRetryCount": "-1", "retry__delayInterval": "00:00:01"}
    found = config(tmp_path, {}, alone).retry
    assert found is not None
    assert (found.max_retry_count, found.delay_interval) == (-1, timedelta(seconds=1))


def test_hsts_of_both(tmp_path: Path) -> None:
    settings = {"isEnabled": "True", "maxAge": "1.00:00:00", "excludedHosts__0": "a.example", "preload": "false"}
    prefixed = {f"extensions__http__hsts__{name}": value for name, value in settings.items()}
    found = config(tmp_path, {}, prefixed).http_hsts
    assert found is not None
    assert (found.max_age, found.preload, "a.example" in found.excluded_hosts) == (timedelta(days=1), False, True)


# A wrong value: the setting's name, and never the value

SECRET = "s3cr3t"


@pytest.mark.parametrize(
    ("name", "rule", "expected"),
    [
        ("functionTimeout", "host-setting-value", "a time span such as '00:05:00', or -1 for none"),
        ("extensions__http__hsts__isEnabled", "host-setting-value", "true or false"),
        (
            "extensions__http__maxConcurrentRequests",
            "host-setting-value",
            "a whole number of at least 1, or -1 for no limit",
        ),
        (
            "logging__logLevel__default",
            "host-setting-value",
            "'Trace', 'Debug', 'Information', 'Warning', 'Error', 'Critical' or 'None'",
        ),
        ("retry__strategy", "host-setting-value", "'exponentialBackoff' or 'fixedDelay'"),
        ("functions", "host-setting-ignored", "an array of function names"),
        ("logging", "host-setting-ignored", "an object"),
        ("functions__0__name", "host-setting-ignored", "the name of a function"),
        ("logging__logLevel__Function__F", "host-setting-ignored", "a level"),
        ("extensions__http__routePrefix__x", "host-setting-ignored", "a string"),
        ("extensions__http__customHeaders__X-A__x", "host-setting-ignored", "the value of a header"),
        ("retry__strategy__x", "host-setting-ignored", "a scalar"),
    ],
)
def test_wrong_values(name: str, rule: str, expected: str, tmp_path: Path) -> None:
    with pytest.raises(ProjectError) as caught:
        config(tmp_path, {}, {name: SECRET})
    assert caught.value.rule == rule
    assert caught.value.details == {"name": f"{JOB_HOST}{name}", "expected": expected}
    assert SECRET not in str(caught.value)


def test_wrong_headers(tmp_path: Path) -> None:
    with pytest.raises(ProjectError) as caught:
        config(tmp_path, {}, {"extensions__http__customHeaders__X-A": f"{SECRET}\n"})
    assert (caught.value.rule, SECRET in str(caught.value)) == ("host-setting-http", False)


def test_intervals_that_do_not_fit(tmp_path: Path) -> None:
    content = {"retry": {"strategy": "exponentialBackoff", "maxRetryCount": 2, "minimumInterval": "00:01:00"}}
    with pytest.raises(ProjectError) as caught:
        config(tmp_path, content, {"retry__maximumInterval": "00:00:07"})
    assert caught.value.details["name"] == f"{JOB_HOST}retry__maximumInterval"
    assert "07" not in str(caught.value)
    with pytest.raises(ProjectError) as caught:
        config(tmp_path, content, {"retry__strategy": "fixedDelay"})
    assert caught.value.rule == "host-json-retry-missing"


def test_a_wrong_value_of_the_file_that_a_setting_replaces_is_none(tmp_path: Path) -> None:
    assert config(tmp_path, {"functionTimeout": "soon"}, {"functionTimeout": "00:00:01"}).function_timeout
    with pytest.raises(ProjectError, match=r"host\.json: functionTimeout is"):
        config(tmp_path, {"functionTimeout": "soon"}, {"functions__0": "A"})


# The app


def test_the_projects_own_sources(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_text(tmp_path / "host.json", '{"version": "2.0"}')
    values = {f"{JOB_HOST}extensions__http__routePrefix": "a", f"{JOB_HOST}functions__0": "F"}
    write_text(tmp_path / "local.settings.json", json.dumps({"Values": values}))
    for name in "FG":
        binding = {"type": "queueTrigger", "name": "msg", "direction": "in", "queueName": "orders"}
        write_text(tmp_path / name / "function.json", json.dumps({"bindings": [binding]}))
    project = Project.load(tmp_path)
    assert (project.host.route_prefix, list(project.functions), project.excluded) == ("a", ["F"], ("G",))
    monkeypatch.setenv(f"{JOB_HOST}functions__1", "G")
    assert list(Project.load(tmp_path).functions) == ["F", "G"]
    assert project.configured({"OTHER": "x"}) is project
    again = project.configured({f"{JOB_HOST}extensions:http:routePrefix": "b"})
    assert (again.host.route_prefix, list(again.functions)) == ("b", ["F", "G"])


# Any settings

PARTS = st.lists(st.sampled_from(["a", "A", "b", "0", "1", "7", ""]), min_size=1, max_size=4)
NODES: st.SearchStrategy[Any] = st.recursive(
    st.one_of(st.none(), st.text(max_size=3)),
    lambda inner: st.one_of(st.lists(inner, max_size=2), st.dictionaries(st.sampled_from("ab01"), inner, max_size=2)),
    max_leaves=6,
)


@given(
    st.dictionaries(st.sampled_from("ab01"), NODES, max_size=3),
    st.dictionaries(PARTS.map(lambda parts: "__".join(["AzureFunctionsJobHost", *parts])), st.text(max_size=3)),
)
def test_any_settings_over_any_file(content: dict[str, Any], settings: dict[str, str]) -> None:
    before = json.dumps(content)
    overlay = Overlay(content, settings)
    assert json.dumps(content) == before  # the file's own content is another's
    assert set(content) <= set(overlay.content)
    assert Overlay(content, {}).content == content
