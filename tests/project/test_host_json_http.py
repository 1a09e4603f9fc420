"""host.json: what it says of HTTP in `extensions.http`."""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from pytest_azfunc.errors import ProjectError
from pytest_azfunc.project import Project
from pytest_azfunc.project.host_json import HostConfig, Hsts
from tests.project.app_on_disk import write_text


def config(root: Path, http: Any, host: str = "host.json") -> HostConfig:
    content = {"version": "2.0", "extensions": {"http": http}}
    write_text(root / host, json.dumps(content, indent=2))
    return Project.load(root).host


def refused(root: Path, http: Any) -> tuple[str, str, str]:
    """Rule, place and text of the error."""
    with pytest.raises(ProjectError) as caught:
        config(root, http)
    assert str(caught.value.location).startswith(str(root / "host.json"))
    line = str(caught.value.location).rpartition(".json:")[2]
    return caught.value.rule, line, caught.value.problem


@pytest.mark.parametrize("http", [{}, None, {"customHeaders": {}, "hsts": {}}, {"customHeaders": None, "hsts": None}])
def test_defaults(http: Any, tmp_path: Path) -> None:
    host = config(tmp_path, http)
    assert (dict(host.http_custom_headers), host.http_hsts) == ({}, None)
    assert (host.max_outstanding_requests, host.max_concurrent_requests) == (None, None)
    assert host.route_prefix == "api"


def test_no_file(tmp_path: Path) -> None:
    host = Project.load(tmp_path).host
    assert (dict(host.http_custom_headers), host.http_hsts) == ({}, None)
    assert (host.max_outstanding_requests, host.max_concurrent_requests) == (None, None)


# customHeaders


@pytest.mark.parametrize(
    ("headers", "expected"),
    [
        ({"X-A": "b", "X-C": "camera 'none'"}, {"X-A": "b", "X-C": "camera 'none'"}),
        ({"X-A": 5, "X-B": True, "X-C": None, "X-D": ""}, {"X-A": "5", "X-B": "True", "X-C": "", "X-D": ""}),
        ({"X-A": "first", "x-a": "last"}, {"X-A": "last"}),
    ],
)
def test_custom_headers(headers: Any, expected: dict[str, str], tmp_path: Path) -> None:
    assert config(tmp_path, {"CUSTOMHeaders": headers}).http_custom_headers == expected


@pytest.mark.parametrize(
    ("headers", "rule", "says"),
    [
        ([], "host-json-ignored", "extensions.http.customHeaders is an array, but must be an object."),
        (
            {"X": {}},
            "host-json-ignored",
            "extensions.http.customHeaders.X is an object, but must be the value of a header.",
        ),
        (
            {"X Y": "a"},
            "host-json-http",
            "extensions.http.customHeaders.X Y is no name of a header, but must be letters, digits and hyphens.",
        ),
        (
            {"X": "ä"},
            "host-json-http",
            'extensions.http.customHeaders.X is "ä", but must be plain ASCII without line breaks.',
        ),
        (
            {"X": "a\nb"},
            "host-json-http",
            'extensions.http.customHeaders.X is "a\\nb", but must be plain ASCII without line breaks.',
        ),
    ],
)
def test_bad_custom_headers(headers: Any, rule: str, says: str, tmp_path: Path) -> None:
    place = "6:9" if isinstance(headers, dict) else "5:7"
    assert refused(tmp_path, {"customHeaders": headers}) == (rule, place, f"host.json: {says}")


# hsts

MACHINE = {"localhost", "127.0.0.1", "[::1]"}


@pytest.mark.parametrize(
    ("section", "expected"),
    [
        ({"isEnabled": False, "maxAge": "10"}, None),
        ({"isEnabled": "false"}, None),
        ({"isEnabled": True}, Hsts()),
        ({"ISENABLED": " True ", "MAXAGE": "10"}, Hsts(timedelta(days=10))),
        ({"isEnabled": True, "maxAge": 10}, Hsts(timedelta(days=10))),
        ({"isEnabled": True, "maxAge": "00:00:30"}, Hsts(timedelta(seconds=30))),
        ({"isEnabled": True, "maxAge": ""}, Hsts()),
        (
            {"isEnabled": True, "includeSubDomains": "true", "preload": True},
            Hsts(include_sub_domains=True, preload=True),
        ),
        (
            {"isEnabled": True, "excludedHosts": ["A.test", "b.test"]},
            Hsts(excluded_hosts=frozenset(MACHINE | {"a.test", "b.test"})),
        ),
        ({"isEnabled": True, "excludedHosts": []}, Hsts(excluded_hosts=frozenset(MACHINE))),
    ],
)
def test_hsts(section: Any, expected: Hsts | None, tmp_path: Path) -> None:
    assert config(tmp_path, {"hsts": section}).http_hsts == expected
    assert timedelta(days=30) == Hsts().max_age


@pytest.mark.parametrize(
    ("section", "rule", "place", "says"),
    [
        ({"maxAge": "10"}, "host-json-value", "5:7", "hsts.isEnabled is missing, but must be true or false."),
        ({"isEnabled": None}, "host-json-value", "6:9", "hsts.isEnabled is missing, but must be true or false."),
        ({"isEnabled": 1}, "host-json-value", "6:9", "hsts.isEnabled is 1, but must be true or false."),
        ({"isEnabled": []}, "host-json-ignored", "6:9", "hsts.isEnabled is an array, but must be true or false."),
        (
            {"isEnabled": True, "preload": "yes"},
            "host-json-value",
            "7:9",
            'hsts.preload is "yes", but must be true or false.',
        ),
        (
            {"isEnabled": False, "maxAge": "30 days"},
            "host-json-value",
            "7:9",
            "hsts.maxAge is \"30 days\", but must be a time span such as '30.00:00:00'.",
        ),
        (
            {"isEnabled": True, "excludedHosts": "a.test"},
            "host-json-ignored",
            "7:9",
            "hsts.excludedHosts is a string, but must be an array of host names.",
        ),
        (
            {"isEnabled": True, "excludedHosts": ["a.test", {}]},
            "host-json-ignored",
            "9:11",
            "hsts.excludedHosts.1 is an object, but must be the name of a host.",
        ),
    ],
)
def test_bad_hsts(section: Any, rule: str, place: str, says: str, tmp_path: Path) -> None:
    assert refused(tmp_path, {"hsts": section}) == (rule, place, f"host.json: extensions.http.{says}")


# Limits of requests

LIMITS = pytest.mark.parametrize("name", ["maxOutstandingRequests", "maxConcurrentRequests"])


@LIMITS
@pytest.mark.parametrize(
    ("value", "expected"), [(200, 200), ("10", 10), (" +1 ", 1), (-1, None), ("-1", None), ("", None), (None, None)]
)
def test_limits(name: str, value: Any, expected: int | None, tmp_path: Path) -> None:
    host = config(tmp_path, {name.upper(): value})
    limits = {
        "maxOutstandingRequests": host.max_outstanding_requests,
        "maxConcurrentRequests": host.max_concurrent_requests,
    }
    assert limits.pop(name) == expected
    assert list(limits.values()) == [None]


@LIMITS
@pytest.mark.parametrize(
    ("value", "rule"),
    [
        (0, "host-json-http"),
        (-2, "host-json-http"),
        ("many", "host-json-value"),
        (1.5, "host-json-value"),
        (2**31, "host-json-value"),
        ("9" * 5000, "host-json-value"),
        (True, "host-json-value"),
        ([], "host-json-ignored"),
    ],
)
def test_bad_limits(name: str, value: Any, rule: str, tmp_path: Path) -> None:
    found, place, says = refused(tmp_path, {name: value})
    assert (found, place) == (rule, "5:7")
    assert says.startswith(f"host.json: extensions.http.{name} is ")
    assert says.endswith("but must be a whole number of at least 1, or -1 for no limit.")


# Host of local.settings.json


def section(root: Path, content: Any) -> Any:
    write_text(root / "local.settings.json", content if isinstance(content, str) else json.dumps(content, indent=2))
    return Project.load(root).local_host_section


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        ({}, {}),
        ([], {}),
        ({"Host": None}, {}),
        ({"Host": {}}, {}),
        ({"Values": {"CORS": "*"}}, {}),
        (
            {"Host": {"LocalHttpPort": 7071, "CORS": "*", "CORSCredentials": False}},
            {"localhttpport": 7071, "cors": "*", "corscredentials": False},
        ),
        ({"host": {"cors": None, "CorsCredentials": "True"}}, {"cors": None, "corscredentials": True}),
        ({"IsEncrypted": True, "Host": {"CORS": "a"}}, {"cors": "a"}),
        ("// c\n{'Host': {'CORS': 'a',}}", {"cors": "a"}),
    ],
)
def test_local_host_section(content: Any, expected: dict[str, Any], tmp_path: Path) -> None:
    assert section(tmp_path, content) == expected


def test_no_local_settings(tmp_path: Path) -> None:
    assert Project.load(tmp_path).local_host_section == {}


@pytest.mark.parametrize(
    ("content", "rule", "place", "says"),
    [
        (
            {"Host": []},
            "settings-host-section",
            "2:3",
            "local.settings.json: Host is an array, but must be an object.",
        ),
        (
            {"Host": {"CORS": ["a"]}},
            "settings-host-section",
            "3:5",
            "local.settings.json: Host.CORS is an array, but must be a string: origins, separated by commas.",
        ),
        (
            {"Host": {"CORS": "a", "corsCredentials": "maybe"}},
            "settings-host-section",
            "4:5",
            "local.settings.json: Host.corsCredentials is a string, but must be true or false.",
        ),
        ('{"Host": s3cret}', "settings-invalid", "1:10", "local.settings.json is not valid: its JSON is broken here."),
    ],
)
def test_bad_local_host_section(content: Any, rule: str, place: str, says: str, tmp_path: Path) -> None:
    with pytest.raises(ProjectError) as caught:
        section(tmp_path, content)
    assert (caught.value.rule, caught.value.problem) == (rule, says)
    assert str(caught.value.location).endswith(f"local.settings.json:{place}")
