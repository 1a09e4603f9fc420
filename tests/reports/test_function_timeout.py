"""functionTimeout in the list and the check: shown where it is set, and held against what the plan allows."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from pytest_azfunc.host.checked_project import Project
from pytest_azfunc.project.function_timeout import timeout_error, timeout_note
from tests.function_app import HOST_JSON, FunctionApp, Session

NOTE = "functionTimeout is {0}."
LONG = (
    "functionTimeout is {0}; on the Consumption plan, where 00:10:00 is the longest, the host does not start with it."
)


def read(root: Path, value: Any, over: dict[str, str] | None = None) -> Project:
    app = FunctionApp(root)
    app.function("F", "def main(msg): pass")
    app.write({"host.json": HOST_JSON if value is None else {**HOST_JSON, "functionTimeout": value}})
    return Project.read(root, settings=over or {})


@pytest.mark.parametrize(
    ("value", "note", "fits"),
    [
        (None, "", True),
        ("", "", True),
        ("00:05:00", NOTE, True),
        ("00:10:00", NOTE, True),
        ("00:10:00.0000010", LONG, False),
        ("00:10:01", LONG, False),
        ("00:30:00", LONG, False),
        ("10", LONG, False),
        ("-1", LONG, False),
        (-1, LONG, False),
        ("1.00:00:00", LONG, False),
    ],
)
def test_bounds(value: Any, note: str, fits: bool, tmp_path: Path) -> None:
    host = read(tmp_path, value).host

    shown = f'"{value}"' if isinstance(value, str) else value
    assert timeout_note(host, {}) == note.format(shown)
    assert timeout_note(host, {"WEBSITE_SKU": "ElasticPremium"}) == (note and NOTE.format(shown))
    assert (timeout_error(host, {"WEBSITE_SKU": "Dynamic"}) is None) == fits
    assert timeout_error(host, {"WEBSITE_SKU": "dynamic"}) is None or not fits
    for plan in ({}, {"WEBSITE_SKU": "FlexConsumption"}, {"WEBSITE_SKU": "ElasticPremium"}):
        assert timeout_error(host, plan) is None


def test_the_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    host = read(tmp_path, "00:30:00").host

    assert str(timeout_error(host, {"WEBSITE_SKU": "Dynamic"})).splitlines() == [
        'host.json: functionTimeout is "00:30:00", but must be at most 00:10:00, for the app\'s plan (WEBSITE_SKU) is '
        "Consumption.",
        "  where:  host.json:1:119",
        "  Azure:  the host does not start; no function of the app runs.",
        "  remedy: correct the value.",
        "  rule:   host-json-value",
    ]


def test_the_value_of_a_setting_is_not_shown(tmp_path: Path) -> None:
    name = "AzureFunctionsJobHost__functionTimeout"
    host = read(tmp_path, "00:05:00", {name: "00:47:11"}).host

    error = timeout_error(host, {"WEBSITE_SKU": "Dynamic"})

    assert timeout_note(host, {}) == LONG.format(name)
    assert name in str(error)
    assert "47" not in str(error)


def test_list_and_check(app: FunctionApp, session: Session) -> None:
    app.function("F", "def main(msg): pass")
    app.write({"host.json": {**HOST_JSON, "functionTimeout": "00:30:00"}})

    listed = session.run("--azfunc-list")
    assert listed.outlines[1:3] == [
        '  note: functionTimeout is "00:30:00"; on the Consumption plan, where 00:10:00',
        "    is the longest, the host does not start with it.",
    ]
    assert listed.ret == 0

    app.write({"local.settings.json": {"Values": {"WEBSITE_SKU": "Dynamic"}}})
    refused = session.run("--azfunc-list")
    assert "1 function, which would not run in Azure: the host does not start." in refused.outlines
    assert refused.ret == 1
    checked = session.run("--azfunc-check")
    assert "functionTimeout is" in checked.stdout.str()
    assert checked.ret == 1
