"""A test file takes part when it, or a conftest.py above it, uses a fixture of ours, the mark or the package.

What that means is asked from outside: whether the file can import a module of the app, which is not on the path of the
tests, and whether that module saw the settings of the app's file.
"""

from __future__ import annotations

import json
from pathlib import Path
from textwrap import dedent
from typing import Any

import pytest

from tests.plugin.pytest_runs import WITH, WITHOUT, PytestRuns, Run, write_files

APP: dict[str, object] = {
    "app/host.json": {"version": "2.0"},
    "app/local.settings.json": {"IsEncrypted": False, "Values": {"MODE": "dev"}},
    "app/modes.py": 'import os\n\nMODE = os.environ.get("MODE", "unset")\n',
    "app/Greet/__init__.py": "def main(req):\n    return 'hi'\n",
    "app/Greet/function.json": {
        "bindings": [
            {"type": "httpTrigger", "direction": "in", "name": "req", "authLevel": "anonymous"},
            {"type": "http", "direction": "out", "name": "$return"},
        ]
    },
}

# The top of each test file. It is called once more in the tests of mixed sessions.
LOOK = """
import json as _json
import os as _os
import sys as _sys


def look(when):
    try:
        import modes
    except ImportError:
        modes = None
    seen = {
        "the app's module": getattr(modes, "__name__", "cannot be imported"),
        "setting in the app's module": getattr(modes, "MODE", None),
        "setting in the file": _os.environ.get("MODE"),
        "hooks": [getattr(f, "__name__", type(f).__name__) for f in _sys.meta_path if f.__module__.startswith("pytest_azfunc")],
        "path": [path for path in _sys.path if path.endswith("app")],
        "__app__": sorted(name for name in _sys.modules if name.startswith("__app__")),
    }
    with open(_os.environ["SEEN"], "a") as file:
        file.write(_json.dumps([_os.path.basename(__file__), when, seen]) + "\\n")


look("top")
"""

FIXTURES = (
    "invoke",
    "ainvoke",
    "azfunc_context",
    "azfunc_host",
    "azfunc_http",
    "azfunc_live_server",
    "azfunc_logs",
    "azfunc_project",
    "azfunc_settings",
    "azfunc_trigger",
)

PLAIN = """
    def test_it():
        pass
"""
INVOKES = """
    def test_it(invoke):
        assert invoke("Greet").text == "hi"
"""
USES_GREET = """
    def test_it(greet):
        assert greet() == "hi"
"""
GREET_FIXTURE = """
    import pytest

    @pytest.fixture
    def greet(invoke):
        return lambda: invoke("Greet").text
"""
OWN_INVOKE = """
    import pytest

    @pytest.fixture
    def invoke():
        return "own"
"""
USES_OWN = """
    def test_it(invoke):
        assert invoke == "own"
"""


def one_file(text: str, *, pytest: str = "[pytest]\n", **others: str) -> dict[str, str]:
    """The files of a row: the test file, pytest.ini, and other modules by their paths, in which ``__`` is a slash."""
    modules = {f"{name.replace('__', '/')}.py": content for name, content in others.items()}
    return {"tests/test_it.py": text, "pytest.ini": pytest, **modules}


# Row -> files; "tests/test_it.py" is the one that is asked.
TAKE_PART: dict[str, dict[str, str]] = {
    **{f"argument: {name}": one_file(f"def test_it({name}):\n    assert {name} is not None\n") for name in FIXTURES},
    "argument that can only be named": one_file("def test_it(*, invoke):\n    assert invoke('Greet').ok\n"),
    "argument among others": one_file("def test_it(tmp_path, capsys, invoke):\n    assert invoke('Greet').ok\n"),
    "argument of one of many tests": one_file(PLAIN + INVOKES.replace("test_it", "test_other")),
    "argument of an async test": one_file(
        """
        import pytest

        @pytest.mark.asyncio
        async def test_it(ainvoke):
            assert (await ainvoke("Greet")).text == "hi"
        """
    ),
    "argument of a method": one_file(
        """
        class TestIt:
            class TestInner:
                def test_it(self, invoke):
                    assert invoke("Greet").ok
        """
    ),
    "argument of a test of a name that the ini gives": one_file(
        "def check_it(invoke):\n    assert invoke('Greet').ok\n", pytest="[pytest]\npython_functions = check_*\n"
    ),
    "argument of a method of a class that the ini names": one_file(
        "class Greeting:\n    def test_it(self, invoke):\n        assert invoke('Greet').ok\n",
        pytest="[pytest]\npython_classes = *ing\n",
    ),
    "argument of a test within an if": one_file(
        """
        import sys

        if sys.platform:
            def test_it(invoke):
                assert invoke("Greet").ok
        """
    ),
    "usefixtures on a function": one_file(
        """
        import pytest

        @pytest.mark.usefixtures("azfunc_host")
        def test_it():
            pass
        """
    ),
    "usefixtures on a class": one_file(
        """
        import pytest

        @pytest.mark.usefixtures("tmp_path", "azfunc_host")
        class TestIt:
            def test_it(self):
                pass
        """
    ),
    "usefixtures for a file": one_file(
        """
        import pytest

        pytestmark = [pytest.mark.usefixtures("azfunc_host")]

        def test_it():
            pass
        """
    ),
    "usefixtures of a unittest class": one_file(
        """
        import unittest

        import pytest

        @pytest.mark.usefixtures("azfunc_host")
        class It(unittest.TestCase):
            def test_it(self):
                pass
        """
    ),
    "usefixtures in the ini": one_file(PLAIN, pytest="[pytest]\nusefixtures = azfunc_host\n"),
    "autouse fixture of a unittest class": one_file(
        """
        import unittest

        import pytest

        class It(unittest.TestCase):
            @pytest.fixture(autouse=True)
            def app(self, invoke):
                self.invoke = invoke

            def test_it(self):
                assert self.invoke("Greet").ok
        """
    ),
    "getfixturevalue": one_file(
        """
        def test_it(request):
            assert request.getfixturevalue("invoke")("Greet").ok
        """
    ),
    "getfixturevalue of a parameter": one_file(
        """
        import pytest

        @pytest.mark.parametrize("name", ["azfunc_http", "azfunc_host"])
        def test_it(name, request):
            assert request.getfixturevalue(name)
        """
    ),
    "fixture of the file": one_file(GREET_FIXTURE + USES_GREET),
    "fixture of the file with a name": one_file(
        """
        import pytest

        @pytest.fixture(name="greet")
        def _greet(invoke):
            return lambda: invoke("Greet").text

        def test_it(greet):
            assert greet() == "hi"
        """
    ),
    "autouse fixture of the file": one_file(
        """
        import pytest

        @pytest.fixture(autouse=True)
        def settings(azfunc_settings):
            azfunc_settings["OTHER"] = "1"

        def test_it():
            pass
        """
    ),
    "fixture of a class": one_file(
        """
        import pytest

        class TestIt:
            @pytest.fixture
            def greet(self, invoke):
                return lambda: invoke("Greet").text

            def test_it(self, greet):
                assert greet() == "hi"
        """
    ),
    "fixture of the conftest": one_file(USES_GREET, tests__conftest=GREET_FIXTURE),
    "fixture of a conftest further up": one_file(USES_GREET, conftest=GREET_FIXTURE),
    "autouse fixture of the conftest": one_file(
        PLAIN, conftest=GREET_FIXTURE.replace("@pytest.fixture", "@pytest.fixture(autouse=True)")
    ),
    "conftest that uses a fixture, which the file does not": one_file(PLAIN, conftest=GREET_FIXTURE),
    "conftest that imports the package": one_file(PLAIN, tests__conftest="from pytest_azfunc import Host\n"),
    "conftest that marks all tests": one_file(
        PLAIN,
        conftest="""
        import pytest

        def pytest_collection_modifyitems(items):
            for item in items:
                item.add_marker(pytest.mark.azfunc(strict=False))
        """,
    ),
    "fixture of a plugin module that the conftest names": one_file(
        USES_GREET,
        conftest="""
        import os
        import sys

        sys.path.insert(0, os.path.join(os.path.dirname(__file__), "plugins"))
        pytest_plugins = ["greeting"]
        """,
        plugins__greeting=GREET_FIXTURE,
    ),
    "fixture of a plugin module, through one of the conftest": one_file(
        USES_GREET.replace("greet", "welcome"),
        pytest="[pytest]\naddopts = -p greeting\n",
        conftest="import pytest\n\n@pytest.fixture\ndef welcome(greet):\n    return greet\n",
        greeting=GREET_FIXTURE,
    ),
    "fixture of a plugin that stands in for ours and uses it": one_file(
        INVOKES,
        pytest="[pytest]\naddopts = -p greeting\n",
        greeting="import pytest\n\n@pytest.fixture\ndef invoke(invoke):\n    return invoke\n",
    ),
    "own fixture that uses ours of that name, in the file": one_file(
        "import pytest\n\n@pytest.fixture\ndef invoke(invoke):\n    return invoke\n\n" + dedent(INVOKES)
    ),
    "own fixture that uses ours of that name, in the conftest": one_file(
        INVOKES, conftest="import pytest\n\n@pytest.fixture\ndef invoke(invoke):\n    return invoke\n"
    ),
    "own fixture that uses ours of another name": one_file(
        "import pytest\n\n@pytest.fixture\ndef invoke(azfunc_host):\n    return azfunc_host.invoke\n\n"
        + dedent(INVOKES)
    ),
    "own fixture for one class only": one_file(
        """
        import pytest

        class TestOwn:
            @pytest.fixture
            def invoke(self):
                return "own"

            def test_it(self, invoke):
                assert invoke == "own"

        def test_it(invoke):
            assert invoke("Greet").ok
        """
    ),
    "mark on a function": one_file(
        "import pytest\n\n@pytest.mark.azfunc(strict=False)\ndef test_it():\n    pass\n",
    ),
    "mark on a class": one_file(
        "from pytest import mark\n\n@mark.azfunc(auth=False)\nclass TestIt:\n    def test_it(self):\n        pass\n"
    ),
    "mark for a file": one_file("import pytest\n\npytestmark = pytest.mark.azfunc\n\ndef test_it():\n    pass\n"),
    "mark by another name": one_file(
        "import pytest as pt\n\nlenient = pt.mark.azfunc(strict=False)\n\n@lenient\ndef test_it():\n    pass\n"
    ),
    "mark of a parameter": one_file(
        """
        import pytest

        @pytest.mark.parametrize("n", [pytest.param(1, marks=pytest.mark.azfunc(strict=False))])
        def test_it(n):
            pass
        """
    ),
    "import of the package": one_file("import pytest_azfunc\n" + dedent(PLAIN)),
    "import of the package by another name": one_file("import pytest_azfunc as az\n" + dedent(PLAIN)),
    "import from the package": one_file("from pytest_azfunc import queue as q, http\n" + dedent(PLAIN)),
    "import of a module of the package": one_file("import pytest_azfunc.rpc\n" + dedent(PLAIN)),
    "import within a test": one_file(
        "def test_it():\n    from pytest_azfunc import Project\n\n    assert Project\n",
    ),
    "importorskip of the package": one_file(
        "import pytest\n\naz = pytest.importorskip('pytest_azfunc')\n" + dedent(PLAIN)
    ),
}

STAY_OUT: dict[str, dict[str, str]] = {
    "nothing": one_file(PLAIN),
    "words in comments and texts": one_file(
        '''
        """Would be ``import pytest_azfunc``, with ``invoke``.

        >>> getfixture("invoke")
        """
        # import pytest_azfunc; pytest.mark.azfunc
        WORDS = ["invoke", "pytest_azfunc", "azfunc_host", "from pytest_azfunc import http"]

        def test_it():
            """azfunc_http"""
            assert "invoke" in WORDS
        '''
    ),
    "other packages of such names": one_file(
        "import pytest_azfunc_of_ours\nfrom beside import pytest_azfunc\n" + dedent(PLAIN),
        tests__pytest_azfunc_of_ours="",
        tests__beside="pytest_azfunc = 1\n",
    ),
    "methods, variables and attributes of such names": one_file(
        """
        import pytest

        class Runner:
            azfunc_host = 1

            def invoke(self, invoke, azfunc_http=None):
                return invoke

        def invoke(command):
            return command

        azfunc_settings = ainvoke = lambda azfunc_http: azfunc_http

        def test_it():
            def inner(invoke, azfunc_host):
                return invoke

            assert Runner().invoke(1) == Runner.azfunc_host == inner(1, 2) == invoke(1) == ainvoke(1)
        """
    ),
    "argument with a default, which is no fixture": one_file("def test_it(invoke=None):\n    assert invoke is None\n"),
    "function that is no test": one_file("def helper(invoke):\n    return invoke\n" + dedent(PLAIN)),
    "class that is no test": one_file(
        "class Helper:\n    def test_it(self, invoke):\n        return invoke\n" + dedent(PLAIN)
    ),
    "parameters": one_file(
        """
        import pytest

        @pytest.mark.parametrize("invoke, azfunc_host", [(1, 2)])
        @pytest.mark.parametrize(("ainvoke",), [(3,)])
        def test_it(invoke, azfunc_host, ainvoke):
            assert (invoke, azfunc_host, ainvoke) == (1, 2, 3)
        """
    ),
    "arguments that patches give": one_file(
        """
        from unittest import mock

        @mock.patch("os.getcwd")
        def test_it(invoke):
            assert isinstance(invoke, mock.Mock)
        """
    ),
    "own mark of that name on another object": one_file(
        """
        class mark:
            @staticmethod
            def azfunc(function):
                return function

        @mark.azfunc
        def test_it():
            pass
        """
    ),
    "own fixture in the file": one_file(OWN_INVOKE + USES_OWN),
    "own fixture below its test": one_file(USES_OWN + OWN_INVOKE),
    "own fixture in the file, by name": one_file(
        OWN_INVOKE.replace("@pytest.fixture", "@pytest.fixture(name='invoke')").replace("def invoke", "def own")
        + USES_OWN
    ),
    "own fixture in a class": one_file(
        """
        from pytest import fixture

        class TestIt:
            @fixture(scope="class")
            def azfunc_http(self):
                return "own"

            def test_it(self, azfunc_http):
                assert azfunc_http == "own"
        """
    ),
    "own fixture in the conftest": one_file(USES_OWN, tests__conftest=OWN_INVOKE),
    "own fixture in a conftest further up": one_file(USES_OWN, conftest=OWN_INVOKE),
    "own fixture of the conftest, asked for in all ways": one_file(
        """
        import pytest

        @pytest.mark.usefixtures("invoke")
        def test_mark():
            pass

        def test_value(request):
            assert request.getfixturevalue("invoke") == "own"

        @pytest.fixture
        def other(invoke):
            return invoke

        def test_it(other):
            assert other == "own"
        """,
        conftest=OWN_INVOKE,
    ),
    "own fixture that uses an own one of that name": one_file(
        "import pytest\n\n@pytest.fixture\ndef invoke(invoke):\n    return invoke\n\n" + dedent(USES_OWN),
        conftest=OWN_INVOKE,
    ),
    "own fixture in a plugin module": one_file(USES_OWN, pytest="[pytest]\naddopts = -p owner\n", owner=OWN_INVOKE),
    "own fixture in a plugin module that the conftest names": one_file(
        USES_OWN,
        pytest="[pytest]\npythonpath = plugins\n",
        conftest="pytest_plugins = 'owner'\n",
        plugins__owner=OWN_INVOKE,
    ),
    "conftest of another folder": one_file(
        PLAIN, tests__other__conftest=GREET_FIXTURE, tests__other__test_other=USES_GREET
    ),
    "conftest below": one_file(PLAIN, tests__below__conftest="import pytest_azfunc\n", tests__below__test_it_too=PLAIN),
    "another file": one_file(PLAIN, tests__test_a=INVOKES, tests__test_z=INVOKES),
    "plugin module whose fixture the file does not use": one_file(
        PLAIN, pytest="[pytest]\naddopts = -p greeting\n", greeting=GREET_FIXTURE
    ),
    "ini that names the app": one_file(PLAIN, pytest="[pytest]\nazfunc_project = app\nazfunc_settings = none\n"),
    "option that names the app": one_file(PLAIN, pytest="[pytest]\naddopts = --azfunc-project=app\n"),
    "option that names settings": one_file(
        PLAIN, pytest="[pytest]\naddopts = --azfunc-settings=app/local.settings.json --azfunc-storage=memory\n"
    ),
    "checks of the app": one_file(PLAIN, pytest="[pytest]\naddopts = --azfunc-check\n"),
    "hook of ours in the conftest": one_file(
        PLAIN,
        conftest="""
        import pytest

        @pytest.hookimpl(optionalhook=True)
        def pytest_azfunc_invoked(invocation):
            pass
        """,
    ),
    "doctests": one_file(
        '''
        def double(number):
            """
            >>> double(2)
            4
            """
            return number * 2

        def test_it():
            pass
        ''',
        pytest="[pytest]\naddopts = --doctest-modules --ignore=app\n",
    ),
}

# Nothing in the file tells of it, nor a fixture that is known before the file is imported. It works all the same.
FOUND_OUT_LATE: dict[str, dict[str, str]] = {
    "test of a base class": one_file(
        "from base import Base\n\nclass TestIt(Base):\n    pass\n",
        tests__base="class Base:\n    def test_it(self, invoke):\n        assert invoke('Greet').text == 'hi'\n",
    ),
    "fixture that is imported": one_file(
        "from fixtures import greet\n" + dedent(USES_GREET), tests__fixtures=GREET_FIXTURE
    ),
    "fixture by a name that is put together": one_file(
        "def test_it(request):\n    assert request.getfixturevalue('in' + 'voke')('Greet').ok\n"
    ),
    "test that pytest_generate_tests gives its fixture": one_file(
        """
        def pytest_generate_tests(metafunc):
            metafunc.fixturenames.append("azfunc_host")

        def test_it(request):
            assert request.getfixturevalue("azfunc" + "_host")
        """
    ),
}


def seen_by(
    runs: PytestRuns, folder: Path, files: dict[str, str], *options: str, plugin: bool = True
) -> tuple[Run, Any]:
    """Run the files; returns the run, and what each file saw: (file, when) -> what."""
    write_files(folder, APP)
    for name, text in files.items():
        looks = Path(name).name.startswith("test_")
        write_files(folder, {name: LOOK + dedent(text) if looks else text})
    seen_file = folder / "seen.jsonl"
    seen_file.unlink(missing_ok=True)
    plugins = ["xdist"] * ("-n" in options) + ["randomly"] * any("seed" in option for option in options)
    if "asyncio" in "".join(files.values()):
        plugins.append("asyncio")
    run = runs.run(
        folder,
        *(WITH if plugin else WITHOUT),
        "-q",
        *options,
        plugins=plugins,
        environment={"SEEN": str(seen_file)},
        as_module="addopts = -p" in files.get("pytest.ini", ""),  # older versions look for it before they know the ini
        watched=True,
    )
    lines = seen_file.read_text().splitlines() if seen_file.is_file() else []
    return run, {(file, when): seen for file, when, seen in map(json.loads, lines)}


NOTHING: dict[str, object] = {
    "the app's module": "cannot be imported",
    "setting in the app's module": None,
    "setting in the file": None,
    "hooks": [],
    "path": [],
    "__app__": [],
}


@pytest.mark.parametrize("row", TAKE_PART)
def test_takes_part(warm_runs: PytestRuns, tmp_path: Path, row: str) -> None:
    run, seen = seen_by(warm_runs, tmp_path.resolve(), TAKE_PART[row])

    top = seen.get(("test_it.py", "top"), {})
    wanted = {"the app's module": "modes", "setting in the app's module": "dev"}
    told = {key: top.get(key) for key in wanted}
    assert told == wanted, f"{row}: the file takes part, but sees {told} instead of {wanted}\n{run.output}"
    assert run.status == 0, f"{row}\n{run.output}"


@pytest.mark.parametrize("row", STAY_OUT)
def test_stays_out(warm_runs: PytestRuns, tmp_path: Path, row: str) -> None:
    run, seen = seen_by(warm_runs, tmp_path.resolve(), STAY_OUT[row])

    top = seen.get(("test_it.py", "top"))
    assert top == NOTHING, f"{row}: the file does not take part, but sees {top}\n{run.output}"
    assert run.status == 0, f"{row}\n{run.output}"


@pytest.mark.parametrize("row", FOUND_OUT_LATE)
def test_works_where_it_is_found_out_late(warm_runs: PytestRuns, tmp_path: Path, row: str) -> None:
    run, _ = seen_by(warm_runs, tmp_path.resolve(), FOUND_OUT_LATE[row])

    assert run.status == 0, f"{row}\n{run.output}"


TAKES_PART = """
    import modes

    def test_one(invoke):
        look("test")
        assert invoke("Greet").ok

    def test_two():
        look("second test")
        assert modes.__name__ == "modes"
"""
TAKES_NO_PART = """
    import unittest

    import pytest

    @pytest.fixture(scope="module", autouse=True)
    def around():
        look("setup")
        yield
        look("teardown")

    def test_one():
        look("test")

    class Two(unittest.TestCase):
        def test_two(self):
            look("second test")
"""
SESSIONS = {
    "the other first": ["tests/test_plain_a.py", "tests/test_uses.py"],
    "the other last": ["tests/test_uses.py", "tests/test_plain_a.py"],
    "in between": ["tests/test_plain_a.py", "tests/test_uses.py", "tests/test_plain_b.py", "tests/test_uses_too.py"],
    "in two processes": ["tests", "-n", "2", "--dist", "each"],
    "in any order": ["tests", "--randomly-seed=7"],
    "importlib": ["tests", "--import-mode=importlib"],
}
MIXED = {
    "tests/test_plain_a.py": TAKES_NO_PART,
    "tests/test_plain_b.py": TAKES_NO_PART,
    "tests/test_uses.py": TAKES_PART,
    "tests/test_uses_too.py": TAKES_PART,
}


@pytest.mark.parametrize("on_path", [False, True], ids=["app is not on the path", "app is on the path"])
@pytest.mark.parametrize("session", SESSIONS)
def test_others_in_the_session_see_nothing(warm_runs: PytestRuns, tmp_path: Path, session: str, on_path: bool) -> None:
    files = {**MIXED, "pytest.ini": "[pytest]\npythonpath = app\n" if on_path else "[pytest]\n"}
    options, folder = SESSIONS[session], tmp_path.resolve()
    run, seen = seen_by(warm_runs, folder, files, *options)
    only_plain = [option for option in options if "uses" not in option]
    plain = {name: text for name, text in files.items() if "uses" not in name}
    for name in MIXED.keys() - plain.keys():
        (folder / name).unlink()
    _, alone = seen_by(warm_runs, folder, plain, *only_plain, plugin=False)

    assert run.status == 0, f"{session}\n{run.output}"
    assert alone, f"{session}: nothing ran"
    found = {
        f"{session}: {file}, {when}, {key}: {old[key]} without the plugin and its users, {seen[file, when][key]} with them"
        for (file, when), old in alone.items()
        for key in old
        if old[key] != seen[file, when][key]
    }
    assert not found, "\n" + "\n".join(sorted(found)[:12])


PARTS = (
    "sys.path",
    "sys.meta_path",
    "sys.path_hooks",
    "os.environ",
    "current folder",
    "warnings.filters",
    "root logger",
)


@pytest.mark.parametrize("session", ["the other first", "the other last", "in between"])
def test_the_process_of_others_in_the_session(warm_runs: PytestRuns, tmp_path: Path, session: str) -> None:
    folder = tmp_path.resolve()
    options = [*SESSIONS[session], "--continue-on-collection-errors"]
    write_files(folder, {"pytest.ini": "[pytest]\n"})
    with_plugin, _ = seen_by(warm_runs, folder, MIXED, *options)
    without, _ = seen_by(warm_runs, folder, MIXED, *options, plugin=False)

    assert with_plugin.status == 0, f"{session}\n{with_plugin.output}"
    plain = {key for key in without.states if "plain" in key}
    assert len(plain) > 5, f"{session}\n{without.output}"
    found = [
        f"{session}: {key}, {part}: {without.states[key][part]} -> {state[part]}"
        for key, state in with_plugin.states.items()
        if key in plain
        for part in PARTS
        if state[part] != without.states[key][part]
    ]
    assert not found, "\n" + "\n".join(found[:12])
