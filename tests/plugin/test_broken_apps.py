"""Apps with something wrong: an error of ours that says where, or the script's own exception; the rest goes on."""

from __future__ import annotations

import json
import os

import pytest

from tests.function_app import FunctionApp, Session, Sessions, error_lines, queue_trigger, setup_error

WORKS = "def main(msg): pass"
BINDINGS = {"bindings": [queue_trigger()]}

ASK_FOR_BOTH = """
    def test_works(invoke):
        invoke("Works")

    def test_bad(invoke):
        invoke("Bad")
"""


FUNCTION_JSON: list[tuple[bytes, str | None]] = [
    (b"", "function.json is not valid JSON: the file is empty."),
    (b"{", "function.json is not valid JSON: the object that starts here is not closed."),
    (b"[]", "function.json holds an array, not a JSON object."),
    (b"null", "function.json holds null, not a JSON object."),
    (b'"text"', "function.json holds a string, not a JSON object."),
    (b'{"bindings": {}}', "function.json: bindings is an object, but must be an array."),
    (b'{"bindings": [1]}', "binding number 1 is a number, not a JSON object."),
    (b'{"bindings": [{"type": 7, "name": "msg"}]}', None),
    (b'{"bindings": [{"type": "queueTrigger", "name": ["msg"]}]}', None),
    (b'{"bindings": [{"type": "queueTriger", "name": "msg"}]}', None),
    (b'{"bindings": [{"type": "queueTrigger", "name": "msg", "direction": "sideways"}]}', None),
    (b'{"scriptFile": 5, "bindings": [{"type": "queueTrigger", "name": "msg"}]}', None),
    (b'{"scriptFile": "a\\u0000b.py", "bindings": [{"type": "queueTrigger", "name": "msg"}]}', None),
    (b'{"entryPoint": {}, "bindings": [{"type": "queueTrigger", "name": "msg"}]}', None),
    (b"\x00\x00\x00", None),
    (b"\xff\xfe{\x00}\x00", "function.json cannot be read: byte 0 is not UTF-8."),
    (b'{"bindings": ' + b"[" * 100_000, None),
    (b'{"bindings": "' + b"x" * 10_000_000 + b'"}', "function.json: bindings is a string, but must be an array."),
]


def test_function_json(sessions: Sessions) -> None:
    for content, problem in FUNCTION_JSON:
        folder = sessions.add((content, problem))
        folder.app.function("Works", WORKS)
        folder.app.write({"Bad/function.json": content, "Bad/__init__.py": WORKS})
        folder.write({"test_it.py": ASK_FOR_BOTH})

    for (content, problem), result in sessions.run().items():
        row = content[:80]
        assert result.parseoutcomes() == {"passed": 1, "failed": 1}, row
        lines = error_lines(result)
        assert lines[0].startswith("pytest_azfunc.errors.ProjectError: Bad"), row
        assert lines[1].startswith("  where:  app/Bad/function.json"), row
        assert "  Azure:  the host puts the function in error and leaves it out; the others run." in lines, row
        assert len("\n".join(lines)) < 1000, row
        if problem is not None:
            assert lines[0] == f"pytest_azfunc.errors.ProjectError: Bad: {problem}"


def test_function_json_that_the_host_accepts(sessions: Sessions) -> None:
    for row, content in {
        "byte order mark": b"\xef\xbb\xbf" + json.dumps(BINDINGS).encode(),
        "comments and a comma": b'// a comment\n{"bindings": [/* another */ {"type": "queueTrigger", "name": "msg"},]}',
        "10 MB": json.dumps({**BINDINGS, "padding": "x" * 10_000_000}).encode(),
    }.items():
        folder = sessions.add(row)
        folder.app.function("Works", WORKS)
        folder.app.write({"Bad/function.json": content, "Bad/__init__.py": WORKS})
        folder.write({"test_it.py": ASK_FOR_BOTH})

    for row, result in sessions.run().items():
        assert result.parseoutcomes() == {"passed": 2}, row


def test_function_json_that_is_a_folder_or_a_loop(app: FunctionApp, session: Session) -> None:
    app.function("Works", WORKS)
    (app.root / "Bad" / "function.json").mkdir(parents=True)
    (app.root / "Loop").mkdir()
    os.symlink("function.json", app.root / "Loop" / "function.json")
    os.symlink("Circle", app.root / "Circle")
    os.symlink("..", app.root / "Works" / "up")

    result = session.test(
        """
        import pytest

        @pytest.mark.parametrize("function", ["Works", "Bad", "Loop"])
        def test_it(invoke, function):
            invoke(function)
        """
    )

    assert result.parseoutcomes() == {"passed": 1, "failed": 2}
    assert [line for line in error_lines(result) if "Error" in line] == [
        "pytest_azfunc.errors.ProjectError: Bad: function.json cannot be read: it is a directory.",
        "pytest_azfunc.errors.ProjectError: Loop: function.json cannot be read: too many levels of symbolic links.",
    ]


HOST_JSON: list[tuple[bytes, str | None]] = [
    (b"", "host.json is not valid JSON: the file is empty."),
    (b"[]", "host.json holds an array, not a JSON object."),
    (b'{"version": "3.0"}', None),
    (b'{"version": 2}', None),
    (b"\x00", None),
    (b"\xff\xfe{\x00}\x00", "host.json cannot be read: byte 0 is not UTF-8."),
]


def test_host_json(sessions: Sessions) -> None:
    for content, _problem in HOST_JSON:
        for option in ("", "--azfunc-list", "--azfunc-check"):
            folder = sessions.add((content, option), *option.split())
            folder.app.function("Works", WORKS)
            folder.app.write({"host.json": content})
            folder.write({"test_it.py": "def test_works(invoke): invoke('Works')\n\ndef test_other(): pass"})

    results = sessions.run()

    for content, problem in HOST_JSON:
        result, listed, checked = (results[content, option] for option in ("", "--azfunc-list", "--azfunc-check"))
        assert result.parseoutcomes() == {"passed": 1, "errors": 1}, content
        lines = setup_error(result, "test_works")
        assert lines[0].startswith("pytest_azfunc.errors.ProjectError: "), content
        assert lines[1].startswith("  where:  app/host.json"), content
        assert lines[2] == "  Azure:  the host does not start; no function of the app runs.", content
        if problem is not None:
            assert lines[0] == f"pytest_azfunc.errors.ProjectError: {problem}"
        message = lines[0].removeprefix("pytest_azfunc.errors.ProjectError")
        assert [listed.errlines[0], checked.errlines[0]] == [f"ERROR{message}"] * 2, content
        assert [listed.ret, checked.ret] == [pytest.ExitCode.USAGE_ERROR] * 2, content


def test_without_host_json(sessions: Sessions) -> None:
    for option in ("--azfunc-project=app", "--azfunc-list"):
        folder = sessions.add(option, "--azfunc-project=app", option)
        folder.app.function("Works", WORKS)
        (folder.app.root / "host.json").unlink()
        folder.write({"test_it.py": "def test_works(invoke): invoke('Works')"})

    result, listed = sessions.run().values()

    assert result.parseoutcomes() == {"passed": 1}
    assert "no host.json: Azure writes a default one" in " ".join(listed.stdout.str().split())


SCRIPTS_THAT_RAISE = [
    ("def main(msg)\n    pass", ["SyntaxError: expected ':'"]),
    ("import nothing_like_this", ["ModuleNotFoundError: No module named 'nothing_like_this'"]),
    ("from . import nothing", ["ImportError: cannot import name 'nothing' from "]),
    ("import os\nos.environ['MISSING']", ["KeyError: 'MISSING'"]),
    ("raise ValueError('first line\\nsecond line')", ["ValueError: first line", "second line"]),
    ("\x00", ["source code string cannot contain null bytes"]),  # a SyntaxError, a ValueError before Python 3.11.4
]


def test_scripts_that_raise(sessions: Sessions) -> None:
    for script, _shown in SCRIPTS_THAT_RAISE:
        folder = sessions.add(script)
        folder.app.function("Works", WORKS)
        folder.app.function("Bad", script)
        folder.write({"test_it.py": ASK_FOR_BOTH})

    results = sessions.run()

    for script, shown in SCRIPTS_THAT_RAISE:
        assert results[script].parseoutcomes() == {"passed": 1, "failed": 1}, script
        text = "\n".join(line.removeprefix("E").strip() for line in results[script].outlines)
        assert [part for part in shown if part not in text] == [], script


def test_a_missing_setting_is_explained(app: FunctionApp, session: Session) -> None:
    app.function("Bad", "import os\n\nURL = os.environ['ORDERS_URL']\n\ndef main(msg): pass")

    result = session.test("def test_bad(invoke):\n    invoke('Bad')\n")

    result.stdout.fnmatch_lines(
        [
            ">       invoke('Bad')",
            "test_it.py:2: ",
            ">   URL = os.environ?'ORDERS_URL'?",
            "app/Bad/__init__.py:3: KeyError",
        ]
    )
    assert "environ({" not in result.stdout.str()
    lines = error_lines(result)
    assert lines[0] == "KeyError: 'ORDERS_URL'"
    assert lines[1:] == [
        "azfunc: raised while __init__.py of 'Bad' was imported. In Azure the worker refuses to load the function; "
        "every call of it fails. There is no app setting 'ORDERS_URL': give it in local.settings.json, the "
        "environment, or @pytest.mark.azfunc(settings={...})."
    ]


def test_a_script_that_exits(app: FunctionApp, session: Session) -> None:
    app.function("Works", WORKS)
    app.function("Bad", "import sys\n\nif True:\n    sys.exit('no settings')")

    result = session.test(ASK_FOR_BOTH)

    assert result.parseoutcomes() == {"passed": 1, "failed": 1}
    assert error_lines(result)[-5:] == [
        "pytest_azfunc.errors.FunctionLoadError: Bad: Bad/__init__.py calls sys.exit() while it is imported.",
        "  where:  app/Bad/__init__.py:4",
        "  Azure:  the worker process ends and the host starts it again, over and over.",
        "  remedy: keep sys.exit() for scripts: guard it with if __name__ == '__main__'.",
        "  rule:   import-exits",
    ]


LOCAL_SETTINGS = [
    ("{", "settings-invalid"),
    ("[]", "settings-invalid"),
    ('{"Values": []}', "settings-invalid"),
    ('{"Values": {"A": {}}}', "settings-invalid"),
    ('{"Values": {"A=B": "1"}}', "settings-invalid"),
    ('{"IsEncrypted": true, "Values": {}}', "settings-encrypted"),
]


def test_local_settings(sessions: Sessions) -> None:
    for content, rule in LOCAL_SETTINGS:
        folder = sessions.add((content, rule))
        folder.app.function("Works", WORKS)
        folder.app.write({"local.settings.json": content})
        folder.write({"test_it.py": "def test_works(invoke): invoke('Works')\n\ndef test_other(): pass"})

    for (content, rule), result in sessions.run().items():
        assert result.parseoutcomes() == {"passed": 1, "errors": 1}, content
        lines = setup_error(result, "test_works")
        assert lines[0].startswith("pytest_azfunc.errors.ProjectError: "), content
        assert lines[1].startswith("  where:  app/local.settings.json"), content
        assert lines[-1] == f"  rule:   {rule}", content


def test_a_test_file_that_imports_a_broken_function(app: FunctionApp, session: Session) -> None:
    app.function("Works", WORKS)
    app.function("Bad", "import nothing_like_this")
    session.write(
        {
            "test_bad.py": "import Bad\ndef test_it(invoke): pass",
            "test_works.py": "import Works\ndef test_it(invoke): invoke(Works.main)",
        }
    )

    result = session.run("--continue-on-collection-errors")

    assert result.parseoutcomes() == {"passed": 1, "errors": 1}
    assert "E   ModuleNotFoundError: No module named 'nothing_like_this'" in result.outlines
    assert "app/Bad/__init__.py:1: in <module>" in result.outlines
