"""Repositories with several function apps: found wherever they are, listed and checked one by one or all at once."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.function_app import HOST_JSON, Sessions, passed, setup_error
from tests.reports.verdicts import SDK

ORDER = {"bindings": [{"type": "queueTrigger", "direction": "in", "name": "msg", "queueName": "q", "connection": "C"}]}


def app_in(folder: str, script: str = "def main(msg): pass", **host: Any) -> dict[str, str]:
    """Files of an app with one function, which has the folder's last name."""
    name = folder.rpartition("/")[2].title()
    return {
        f"{folder}/host.json": json.dumps({**HOST_JSON, **host}),
        f"{folder}/{name}/function.json": json.dumps(ORDER),
        f"{folder}/{name}/__init__.py": script,
    }


SHOP = {**app_in("services/shop/api"), **app_in("services/stock/jobs", "def mein(msg): pass")}
# Nobody means these.
OTHERS = {
    **app_in("services/shop/api/samples/old"),
    **app_in("node_modules/pack/app"),
    **app_in(".azure/copy"),
    **app_in("env/lib/template"),
    "env/pyvenv.cfg": "",
}

API = [
    f"azfunc: services/shop/api, function.json, {SDK},",
    "  settings: none",
    "",
    "  Api  queue  q",
    "",
    "1 function, all would load in Azure.",
]
JOBS = [
    f"azfunc: services/stock/jobs, function.json, {SDK},",
    "  settings: none",
    "",
    "! Jobs  queue  q",
    "    would not load: Jobs/__init__.py has no function main(). Did you mean",
    "      'mein'?",
    "    where: services/stock/jobs/Jobs/__init__.py",
    "    remedy: define it, or set entryPoint in function.json.",
    "",
    "1 function, 1 would not load in Azure.",
]


def joined(lines: list[str]) -> str:
    """The lines as one, as where the heading is broken depends on the SDK's version."""
    return " ".join(" ".join(lines).split())


def test_the_list_takes_all_or_those_that_are_named(sessions: Sessions) -> None:
    one, other = "--azfunc-project=services/shop/api", "--azfunc-project=services/stock/jobs"
    rows = {
        "all": ([], [*API, "", *JOBS], 1),
        "both": ([other, one], [*JOBS, "", *API], 1),
        "one of them twice": ([one, one], API, 0),
    }
    for row, (options, _, _) in rows.items():
        sessions.add(row, "--azfunc-list", *options).write({**SHOP, **OTHERS})

    for row, result in sessions.run().items():
        _, shown, status = rows[row]
        assert joined(result.outlines) == joined(shown), row
        assert result.ret == status, row


def test_the_checks_of_several_apps(sessions: Sessions) -> None:
    sessions.add("all", "--azfunc-check", "-v").write(SHOP)
    sessions.add("one", "--azfunc-check", "-v", "--azfunc-project=services/shop/api").write(SHOP)
    sessions.add("an id", "azfunc:services/shop/api::Api", "-v").write(SHOP)

    results = sessions.run()

    def items(row: str) -> list[str]:
        return [
            line.partition(" [")[0].strip()
            for line in results[row].outlines
            if line.startswith("azfunc:") and "::" in line
        ]

    assert items("all") == ["azfunc:services/shop/api::Api PASSED", "azfunc:services/stock/jobs::Jobs FAILED"]
    assert items("one") == ["azfunc::Api PASSED"]
    assert items("an id") == ["azfunc:services/shop/api::Api PASSED"]


def test_the_id_of_a_check_of_several_apps(sessions: Sessions) -> None:
    for name in ("azfunc:services/stock/jobs::Jobs", "azfunc:services/shop/api"):
        sessions.add(name, f"{name}::x" if name.endswith("api") else name).write(SHOP)

    one, unknown = sessions.run().values()

    assert one.parseoutcomes() == {"failed": 1}
    assert next(line for line in unknown.errlines if line) == (
        "ERROR: not found: azfunc:services/shop/api::x. Known: "
        "azfunc:services/shop/api::Api, azfunc:services/stock/jobs::Jobs."
    )


def test_one_app_that_does_not_start_keeps_no_other_from_being_seen(sessions: Sessions) -> None:
    for option in ("--azfunc-list", "--azfunc-check"):
        sessions.add(option, option).write({**SHOP, **app_in("services/broken/x", version="1.0")})

    listed, checked = sessions.run().values()

    start = listed.outlines.index("azfunc: services/broken/x")
    assert listed.outlines[start : start + 7] == [
        "azfunc: services/broken/x",
        "",
        '"1.0" is not a version that host.json may have.',
        "  where:  services/broken/x/host.json:1:2",
        "  Azure:  the host does not start; no function of the app runs.",
        '  remedy: write "version": "2.0"; it is the schema of host.json, not the version of the runtime.',
        "  rule:   host-json-version",
    ]
    assert "1 function, all would load in Azure." in listed.outlines
    assert listed.ret == 1
    assert checked.parseoutcomes() == {"passed": 1, "failed": 2}


def test_an_app_for_another_language_among_them(sessions: Sessions) -> None:
    folder = sessions.add("", "--azfunc-list")
    folder.write({**app_in("one/api"), "two/web/host.json": json.dumps(HOST_JSON), "two/web/package.json": "{}"})

    result = sessions.run()[""]

    assert result.outlines[-1].endswith("is judged here.") or "This app is not for Python" in result.stdout.str()
    assert "1 function, all would load in Azure." in result.outlines
    assert result.ret == 0


def test_a_test_takes_the_one_that_is_meant(sessions: Sessions) -> None:
    both = ("--azfunc-project=services/shop/api", "--azfunc-project=services/stock/jobs")
    test = "def test_it(invoke): invoke('Api')"
    sessions.add("the only one, several folders down").write({**app_in("a/b/c/api"), "test_it.py": test})
    sessions.add("the nearest of those named", *both).write({**SHOP, "services/shop/api/tests/test_it.py": test})
    marked = "import pytest\n@pytest.mark.azfunc(project='services/shop/api')\n"
    sessions.add("the one of the mark", *both).write({**SHOP, "tests/test_it.py": marked + test})
    for row, options in (("found", ()), ("named", both)):
        sessions.add(row, *options).write({**SHOP, "tests/test_it.py": test})

    results = sessions.run()

    for row in ("the nearest of those named", "the one of the mark"):
        passed(results[row], 1, row)
    assert setup_error(results["the only one, several folders down"], "test_it")[0].endswith(
        "or the folders right below it; there is one in a/b/c/api."
    )
    for number, row in ((3, "found"), (4, "named")):
        assert setup_error(results[row], "test_it") == [
            "pytest_azfunc.errors.ProjectError: several function apps were found: services/shop/api, "
            f"services/stock/jobs (below {sessions.root / str(number)}).",
            "  remedy: choose one with --azfunc-project PATH, the ini option azfunc_project, or "
            "@pytest.mark.azfunc(project=...).",
            "  rule:   project-ambiguous",
        ], row


@pytest.mark.parametrize("option", ["--azfunc-list", "--azfunc-check"])
def test_a_folder_above_the_apps_is_none_but_they_are_offered(sessions: Sessions, option: str) -> None:
    sessions.add("", option, "--azfunc-project=services").write(SHOP)

    result = sessions.run()[""]

    assert next(line for line in result.errlines if line).startswith("ERROR: ")
    assert (
        "services holds no function app: no host.json and no folder with a function.json. There are some below it: "
        in (result.stderr.str())
    )
    assert "services/shop/api, services/stock/jobs." in result.stderr.str()
