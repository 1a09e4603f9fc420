"""What pytest sees: options, mark, fixtures, checks, what is shown. It decides nothing: the rooms below do.

This module is all that a session has of it in which no test has to do with a function app. The other parts are
imported and registered when one has; the SDK, requests and asyncio when a test needs them.
"""

from __future__ import annotations

import os
from collections.abc import Generator
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from pathlib import Path

FIXTURES = frozenset(
    [
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
    ]
)

MARK = "azfunc(*, project=None, settings=None, storage='memory', strict=True, auth=True)"


def pytest_addoption(parser: pytest.Parser) -> None:
    group = parser.getgroup("azfunc", "Azure Functions (pytest-azfunc)")
    group.addoption("--azfunc-project", metavar="PATH", help="the function app's folder (the one with host.json)")
    group.addoption(
        "--azfunc-list",
        action="store_true",
        help="print every function with its trigger and outputs, and what would not load in Azure; then exit",
    )
    group.addoption("--azfunc-check", action="store_true", help="add a test per function: it must load as in Azure")
    group.addoption("--azfunc-settings", metavar="FILE|none", help="settings file instead of local.settings.json")
    group.addoption("--azfunc-storage", metavar="memory", help="where queues and blobs are")
    parser.addini("azfunc_project", "the function app's folder, relative to the ini file")
    parser.addini("azfunc_settings", "settings file instead of local.settings.json, or none")
    parser.addini("azfunc_strict", "fail a test when Azure would drop or mangle an output", "bool", default=True)


def pytest_addhooks(pluginmanager: pytest.PytestPluginManager) -> None:
    from pytest_azfunc import hookspecs

    pluginmanager.add_hookspecs(hookspecs)


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line(
        "markers",
        f"{MARK}: which function app a test uses, and with what. 'settings' are app settings; strict=False lets "
        "outputs pass that Azure would drop or mangle; auth=False opens every HTTP function, as `func start` does. "
        "The closest mark wins, key by key.",
    )
    config.stash[_PART] = TakingPart(config)
    if config.getoption("showfixtures", False) or config.getoption("show_fixtures_per_test", False):
        _join(config)


@pytest.hookimpl(tryfirst=True)
def pytest_cmdline_main(config: pytest.Config) -> int | None:
    if not config.getoption("azfunc_list"):
        return None
    from pytest_azfunc.plugin.function_list import print_functions

    return print_functions(config)


class TakingPart:
    """Which test files and tests have to do with a function app: those that one was named for, or that have one near.

    A few file look-ups for each folder of tests.
    """

    def __init__(self, config: pytest.Config) -> None:
        self._is_named = bool(config.getoption("azfunc_project") or config.getini("azfunc_project"))
        self._root = config.rootpath
        self._is_below: bool | None = None
        self._is_above: dict[str, bool] = {}
        self._files: dict[Path, bool] = {}

    def __call__(self, node: pytest.Collector | pytest.Item) -> bool:
        """Whether a test file, or a test, takes part."""
        found = self._files.get(node.path)
        if found is None:
            found = self._files[node.path] = self._is_named or self._is_near(os.path.dirname(node.path))
        return found or self.is_marked(node)

    def is_marked(self, node: pytest.Collector | pytest.Item) -> bool:
        """Whether a mark of ours is on it: the app of a mark need not be near."""
        return "azfunc" in node.keywords and node.get_closest_marker("azfunc") is not None

    def uses_fixtures(self, item: pytest.Item) -> bool:
        """Whether a test uses a fixture of ours, itself or through other fixtures."""
        return not FIXTURES.isdisjoint(getattr(item, "fixturenames", ()))

    def _is_near(self, folder: str) -> bool:
        if self._has_above(folder):
            return True
        if self._is_below is None:
            self._is_below = any(self._root.glob("*/host.json"))
        return self._is_below

    def _has_above(self, folder: str) -> bool:
        found = self._is_above.get(folder)
        if found is None:
            parent = os.path.dirname(folder)
            found = os.path.isfile(os.path.join(folder, "host.json")) or (parent != folder and self._has_above(parent))
            self._is_above[folder] = found
        return found


_PART: pytest.StashKey[TakingPart] = pytest.StashKey()


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report(
    collector: pytest.Collector,
) -> Generator[None, pytest.CollectReport, pytest.CollectReport]:
    if not isinstance(collector, pytest.File):
        return (yield)
    config = collector.config
    takes_part = config.stash[_PART](collector)
    if takes_part or _speaks_of_us(collector.path):
        _join(config)
    if not takes_part or not isinstance(collector, pytest.Module):
        return (yield)
    from pytest_azfunc.plugin.running_tests import importing

    return (yield from importing(collector))


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(session: pytest.Session, config: pytest.Config, items: list[pytest.Item]) -> None:
    if config.getoption("azfunc_check"):
        from pytest_azfunc.plugin.checks import add_checks

        add_checks(session, items)


def pytest_collection_finish(session: pytest.Session) -> None:
    # Not in the text of their files: fixtures of ours that fixtures of others ask for, and marks that a hook has given.
    part = session.config.stash[_PART]
    if not _has_joined(session.config) and any(
        part.uses_fixtures(item) or part.is_marked(item) for item in session.items
    ):
        _join(session.config)


def pytest_assertrepr_compare(op: str, left: object, right: object) -> list[str] | None:
    for value in (left, right):
        if str(type(value).__module__).startswith("pytest_azfunc."):
            from pytest_azfunc.plugin.comparisons import explain

            return explain(op, left, right)
    return None


def _speaks_of_us(path: Path) -> bool:
    """Whether the file may ask for what is ours in a way that pytest does not know beforehand."""
    try:
        return b"azfunc" in path.read_bytes()
    except OSError:
        return False


def _has_joined(config: pytest.Config) -> bool:
    return config.pluginmanager.has_plugin("azfunc-running-tests")


def _join(config: pytest.Config) -> None:
    """Register the parts that only a session with a function app needs.

    Fixtures of plugins come before those of every conftest.py, however late they are registered; and a test that was
    collected before finds them when it asks.
    """
    if _has_joined(config):
        return
    from pytest_azfunc.plugin import fixtures
    from pytest_azfunc.plugin.running_tests import RunningTests

    part = config.stash[_PART]
    config.pluginmanager.register(fixtures, "azfunc-fixtures")
    config.pluginmanager.register(RunningTests(config, part, part.uses_fixtures), "azfunc-running-tests")
