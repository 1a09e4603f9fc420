"""Function apps for other languages, which whoever looks at a whole repository meets: nothing of them is judged."""

from __future__ import annotations

from typing import Any

from tests.function_app import HOST_JSON, Sessions
from tests.reports.verdicts import APP

HTTP = [{"type": "httpTrigger", "direction": "in", "name": "req"}, {"type": "http", "direction": "out", "name": "res"}]
NODE: dict[str, Any] = {
    "Hello/function.json": {"scriptFile": "index.js", "bindings": HTTP},
    "Hello/index.js": "module.exports = async (context) => {}",
}
NOTHING: dict[str, Any] = {}


def runtime(name: str) -> dict[str, Any]:
    return {"local.settings.json": {"Values": {"FUNCTIONS_WORKER_RUNTIME": name}}}


SETTING = "FUNCTIONS_WORKER_RUNTIME names another language"
# An app -> what tells the language; empty for an app that is one for Python, and is judged.
APPS: dict[str, tuple[dict[str, Any], str]] = {
    "node, by setting": ({**NODE, **runtime("node")}, SETTING),
    "node, by setting alone": ({"src/functions/hello.js": "", **runtime(" Node ")}, SETTING),
    "dotnet": ({"Program.cs": "", **runtime("dotnet-isolated")}, SETTING),
    "node, by its script": (NODE, "its functions have scripts such as Hello/index.js"),
    "node, by package.json": ({"package.json": {}}, "there is package.json"),
    "C#": ({"Api.csproj": "<Project/>"}, "there is Api.csproj"),
    "F#": ({"Api.fsproj": "<Project/>"}, "there is Api.fsproj"),
    "Java": ({"pom.xml": "<project/>"}, "there is pom.xml"),
    "Java, with Gradle": ({"build.gradle": ""}, "there is build.gradle"),
    "PowerShell": ({"profile.ps1": ""}, "there is profile.ps1"),
    "custom handler": (
        {"host.json": {**HOST_JSON, "customHandler": {"description": {"defaultExecutablePath": "app"}}}},
        "host.json has a customHandler",
    ),
    "python, with a front end beside it": ({"package.json": {}, "function_app.py": APP}, ""),
    "python, in folders": ({"package.json": {}, "Hi/function.json": {"bindings": HTTP}, "Hi/__init__.py": ""}, ""),
    "python, in a folder that cannot be read": (
        {"package.json": {}, "Hi/function.json": "{", "Hi/__init__.py": ""},
        "",
    ),
    "python, by setting": ({"package.json": {}, **runtime("Python")}, ""),
    "python, by requirements.txt": ({"package.json": {}, "requirements.txt": ""}, ""),
    "python, although the setting says otherwise": ({"function_app.py": APP, **runtime("node")}, ""),
    "neither": (NOTHING, ""),
}


def test_list_and_check(sessions: Sessions) -> None:
    for name, (content, _) in APPS.items():
        for option in ("--azfunc-list", "--azfunc-check"):
            sessions.add((name, option), option, "-rs").app.write(content)

    results = sessions.run()
    for name, (_, reason) in APPS.items():
        listed, checked = results[name, "--azfunc-list"], results[name, "--azfunc-check"]
        if reason:
            blank = listed.outlines.index("")
            assert " ".join(listed.outlines[blank + 1 :]) == (
                f"This app is not for Python: {reason}. Nothing of it is judged here."
            ), name
            assert checked.parseoutcomes() == {"skipped": 1}, name
            assert any(line.endswith(f": this app is not for Python: {reason}") for line in checked.outlines), name
        else:
            assert "0 functions found" in listed.stdout.str() or "would not load" in listed.stdout.str(), name
            assert "failed" in checked.parseoutcomes(), name
        assert (listed.ret, checked.ret) == ((0, 0) if reason else (1, 1)), name


def test_the_setting_may_come_from_the_environment(sessions: Sessions) -> None:
    for row in ("java", "python"):
        folder = sessions.add(row, "--azfunc-list", environment={"FUNCTIONS_WORKER_RUNTIME": row})
        folder.app.write({"pom.xml": "<project/>"})

    results = sessions.run()

    assert {row: result.ret for row, result in results.items()} == {"java": 0, "python": 1}
