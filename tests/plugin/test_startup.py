"""A session that has the plugin but no function app pays next to nothing for it."""

from __future__ import annotations

import pytest

from tests.function_app import Session

# A plugin for the inner session: the modules that are there at its very end.
MODULES = """
    import sys

    import pytest

    @pytest.hookimpl(trylast=True)
    def pytest_unconfigure():
        with open("modules.txt", "w") as file:
            file.write("\\n".join(sorted(sys.modules)))
"""

HEAVY = {
    "azure",
    "requests",
    "urllib3",
    "freezegun",
    "aiohttp",
    "werkzeug",
    "asyncio",
    "concurrent.futures",
    "hypothesis",
}


def modules_of(session: Session, *options: str) -> set[str]:
    session.pytester.runpytest_subprocess("-p", "no:cacheprovider", "-p", "modules", *options).assert_outcomes(passed=2)
    return set((session.pytester.path / "modules.txt").read_text().splitlines())


@pytest.fixture
def plain(session: Session, monkeypatch: pytest.MonkeyPatch) -> Session:
    session.write(
        {
            "modules.py": MODULES,
            "test_plain.py": """
                def test_one():
                    pass

                def test_two(tmp_path, monkeypatch, capsys, caplog):
                    pass
            """,
        }
    )
    monkeypatch.setenv("PYTHONPATH", str(session.pytester.path), prepend=":")
    return session


def test_an_unused_plugin_loads_next_to_nothing(plain: Session) -> None:
    without = modules_of(plain)
    with_plugin = modules_of(plain, "-p", "azfunc")

    added = with_plugin - without
    assert {"pytest_azfunc", "pytest_azfunc.plugin"} <= added
    assert len(added) <= 5, sorted(added)
    assert not {name for name in added if name in HEAVY or name.partition(".")[0] in HEAVY}


def test_no_option_of_pytest_itself_changes_that(plain: Session) -> None:
    without = modules_of(plain, "-v", "-rA", "--durations=2", "-k", "test")
    with_plugin = modules_of(plain, "-v", "-rA", "--durations=2", "-k", "test", "-p", "azfunc")

    assert len(with_plugin - without) <= 5


def test_importing_the_package_imports_nothing(session: Session) -> None:
    result = session.pytester.runpython_c(
        "import sys, __future__, typing; before = set(sys.modules); import pytest_azfunc; print(sorted(set(sys.modules) - before))"
    )

    result.stdout.fnmatch_lines(["[[]'pytest_azfunc'[]]"])


def test_no_fixture_is_used_unless_a_test_asks_for_it(plain: Session) -> None:
    result = plain.run("--setup-show", "test_plain.py::test_one")

    assert [line for line in result.outlines if "SETUP" in line] == []


def test_reading_an_app_needs_neither_the_sdk_nor_requests(session: Session) -> None:
    session.write(
        {
            "app/host.json": '{"version": "2.0"}',
            "app/Works/function.json": '{"bindings": [{"type": "queueTrigger", "name": "msg"}]}',
            "app/Works/__init__.py": "def main(msg): pass",
        }
    )

    result = session.pytester.runpython_c(
        """import sys
from pytest_azfunc import Project
assert list(Project.load("app").functions) == ["Works"]
print(sorted({"azure", "requests", "freezegun", "asyncio", "pytest"} & set(sys.modules)))"""
    )

    assert result.outlines == ["[]"]
