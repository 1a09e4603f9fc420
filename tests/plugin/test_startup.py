"""A session that has the plugin but no function app pays next to nothing for it."""

from __future__ import annotations

from textwrap import dedent

import pytest

from tests.function_app import Session, passed

# A plugin for the inner session: the modules that are there at its very end.
MODULES = """
    import sys

    import pytest

    @pytest.hookimpl(trylast=True)
    def pytest_unconfigure():
        with open("modules.txt", "w") as file:
            file.write("\\n".join(sorted(sys.modules)))
"""

UNUSED = {"pytest_azfunc", "pytest_azfunc.plugin", "pytest_azfunc.hookspecs"}


def of_ours(added: set[str]) -> set[str]:
    """Without what pytest itself imports to find a plugin by its name: on Python 3.10 the parser of its metadata."""
    return {name for name in added if not name.startswith("email.")}


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
    assert of_ours(added) == UNUSED


def test_no_option_of_pytest_itself_changes_that(plain: Session) -> None:
    without = modules_of(plain, "-v", "-rA", "--durations=2", "-k", "test")
    with_plugin = modules_of(plain, "-v", "-rA", "--durations=2", "-k", "test", "-p", "azfunc")

    assert of_ours(with_plugin - without) == UNUSED


def test_every_fixture_is_known_before_it_is_there() -> None:
    from pytest_azfunc import plugin
    from pytest_azfunc.plugin import fixtures

    names = {name for name in vars(fixtures) if name in ("invoke", "ainvoke") or name.startswith("azfunc_")}
    assert names == plugin.FIXTURES


ASKING = {
    "in the signature": "def test_it(invoke): pass",
    "by a mark": "import pytest\n@pytest.mark.usefixtures('invoke')\ndef test_it(): pass",
    "for the whole file": "import pytest\npytestmark = pytest.mark.usefixtures('azfunc_host')\ndef test_it(): pass",
    "by name": "def test_it(request): request.getfixturevalue('azfunc_host')",
    "through a fixture of the file": """
        import pytest
        @pytest.fixture
        def order(invoke): pass
        def test_it(order): pass
    """,
    "through a fixture of conftest.py": "def test_it(of_conftest): pass",
    "through a fixture of another plugin": "def test_it(of_plugin): pass",
    "through one that overrides it": """
        import pytest
        @pytest.fixture
        def azfunc_host(azfunc_host): return azfunc_host
        def test_it(azfunc_host): pass
    """,
    "in a unittest": """
        import unittest
        import pytest
        @pytest.mark.usefixtures("invoke")
        class TestIt(unittest.TestCase):
            def test_it(self): pass
    """,
}
FIXTURES_OF_OTHERS = {
    "conftest.py": """
        import pytest
        @pytest.fixture
        def of_conftest(invoke): pass
    """,
    "other_plugin.py": """
        import pytest
        @pytest.fixture
        def of_plugin(invoke): pass
    """,
}


@pytest.mark.parametrize("asked", ASKING)
def test_a_fixture_is_found_where_no_app_is(session: Session, asked: str) -> None:
    session.write({**FIXTURES_OF_OTHERS, "test_it.py": ASKING[asked]})

    result = session.run("-p", "other_plugin", "test_it.py")

    result.stdout.fnmatch_lines(["*ProjectError: no function app was found*"])


def test_a_fixture_is_found_where_the_app_is_far(session: Session) -> None:
    marking = """
    @pytest.hookimpl(trylast=True)
    def pytest_collection_modifyitems(items):
        for item in items:
            item.add_marker(pytest.mark.azfunc(project="apps/deep/billing"))
    """
    session.write({**FIXTURES_OF_OTHERS, "apps/deep/billing/host.json": '{"version": "2.0"}'})
    session.write({"conftest.py": dedent(FIXTURES_OF_OTHERS["conftest.py"]) + dedent(marking)})
    session.write({f"test_{number}.py": text for number, text in enumerate(ASKING.values())})

    passed(session.run("-p", "other_plugin"), len(ASKING))


def test_importing_the_package_imports_nothing(session: Session) -> None:
    result = session.pytester.runpython_c(
        "import sys, __future__, typing; before = set(sys.modules); import pytest_azfunc; print(sorted(set(sys.modules) - before))"
    )

    result.stdout.fnmatch_lines(["[[]'pytest_azfunc'[]]"])


def test_no_fixture_is_used_unless_a_test_asks_for_it(plain: Session) -> None:
    result = plain.run("--setup-show", "test_plain.py::test_one")

    assert [line for line in result.outlines if "SETUP" in line] == []


# What a queue function has no use for.
NOT_FOR_A_QUEUE = {
    "requests",
    "urllib3",
    "freezegun",
    "http.client",
    "importlib.metadata",
    "pytest_azfunc.host.routing",
    "pytest_azfunc.host.web.web_host",
    "pytest_azfunc.host.bindings.http",
    "pytest_azfunc.http_client.session",
    "pytest_azfunc.http_server",
    "pytest_azfunc.project.lenient_parser",
    "pytest_azfunc.project.live_resources",
    "pytest_azfunc.project.indexing.indexer",
    "pytest_azfunc.project.indexing.decorators",
    "pytest_azfunc.reports",
}


def test_the_first_test_of_a_queue_function_imports_no_http_client(session: Session) -> None:
    session.write(
        {
            "host.json": '{"version": "2.0"}',
            "Works/function.json": '{"bindings": [{"type": "queueTrigger", "name": "msg"}]}',
            "Works/__init__.py": "def main(msg): pass",
        }
    )
    result = session.test(
        f"""
        import sys
        before = set(sys.modules)

        def test_it(invoke):
            invoke("Works", {{}})
            assert {NOT_FOR_A_QUEUE!r} & (set(sys.modules) - before) == set()
        """
    )

    passed(result, 1)


# Of the plugin's own: each module that is loaded takes a quarter of a millisecond under pytest.
NOT_FOR_ITS_FIRST_TEST = {
    *(f"pytest_azfunc.{name}" for name in ("errors.refusals", "errors.rules", "project.retry_policy")),
    *(f"pytest_azfunc.host.{name}" for name in ("console", "log_capture", "outputs", "timers", "web")),
    *(f"pytest_azfunc.http_client.{name}" for name in ("origin", "routed_adapters")),
    *(f"pytest_azfunc.worker.{name}" for name in ("asgi_lifespan", "cookies", "streaming_call", "web_server")),
}
MODULES_OF_ITS_FIRST_TEST = 145


def test_the_first_test_of_a_queue_function_loads_no_more_than_it_needs(session: Session) -> None:
    session.write(
        {
            "modules.py": MODULES,
            "host.json": '{"version": "2.0"}',
            "Works/function.json": '{"bindings": [{"type": "queueTrigger", "name": "msg"}]}',
            "Works/__init__.py": "def main(msg): pass",
            "test_it.py": "def test_one(invoke): invoke('Works', {})\ndef test_two(invoke): invoke('Works', 'text')",
        }
    )
    loaded = modules_of(session, "-p", "azfunc")

    assert loaded & NOT_FOR_ITS_FIRST_TEST == set()
    assert len([name for name in loaded if name.startswith("pytest_azfunc")]) <= MODULES_OF_ITS_FIRST_TEST


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
