"""The line that says which app the tests are about, below the number of tests."""

from __future__ import annotations

from importlib.metadata import version

from tests.function_app import Sessions

SDK = f"azure-functions {version('azure-functions')}"
USES = "def test_it(invoke): pass"
ROWS = {
    "used": ((), USES, [f"azfunc: app, function.json, {SDK}, settings: local.settings.json (2 names)"]),
    "decorators": ((), USES, [f"azfunc: app, function_app.py, {SDK}, settings: none"]),
    "settings of an option": (
        ("--azfunc-settings=other.json",),
        USES,
        [f"azfunc: app, function.json, {SDK}, settings: other.json (1 name)"],
    ),
    "a check": (("--azfunc-check",), "", [f"azfunc: app, function.json, {SDK}, settings: none"]),
    "a check and tests": (("--azfunc-check",), USES, [f"azfunc: app, function.json, {SDK}, settings: none"]),
    "a mark": (
        (),
        "import pytest\n@pytest.mark.azfunc(project='other')\ndef test_it(invoke): pass",
        [f"azfunc: other, function.json, {SDK}, settings: none"],
    ),
    "broken settings": ((), USES, [f"azfunc: app, function.json, {SDK}, settings: none"]),
    "unused": ((), "def test_it(): pass", []),
    "unused, with a project": (("--azfunc-project=app",), "def test_it(): pass", []),
    "quiet": (("-q",), USES, []),
    "no header": (("--no-header",), USES, []),
}


def test_the_header(sessions: Sessions) -> None:
    for row, (options, test, _) in ROWS.items():
        folder = sessions.add(row, *options)
        folder.app.function("Works", "print('imported')\ndef main(msg): pass")
        if row == "decorators":
            folder.app.write({"function_app.py": "raise RuntimeError('imported too early')"})
        if row in ("used", "broken settings"):
            values = '{"Values": {"PASSWORD": "hunter2", "A": "1"}}' if row == "used" else "{"
            folder.app.write({"local.settings.json": values})
        folder.write({"test_it.py": test, "other.json": '{"Values": {"A": "b"}}'})
        if row == "a mark":
            folder.write({"other/host.json": "{}"})

    for row, result in sessions.run().items():
        shown = [line for line in result.outlines if line.startswith("azfunc: ")]
        assert shown == ROWS[row][2], row
        if shown and row != "decorators":
            assert result.outlines[result.outlines.index(shown[0]) - 1].startswith("collected "), row
            assert "hunter2" not in result.stdout.str()
