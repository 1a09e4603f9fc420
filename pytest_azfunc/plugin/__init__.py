"""What pytest sees: options, mark, fixtures, checks, what is shown. It decides nothing: the rooms below do.

This module is all that a session has of it in which no test has to do with a function app. The other parts are
imported and registered when one has; the SDK, requests and asyncio when a test needs them.
"""

from __future__ import annotations

import os
from collections.abc import Generator
from io import FileIO
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from pathlib import Path

    from pytest_azfunc.plugin.taking_part import TakingPart

Texts = tuple[bytes, ...]

FIXTURES = frozenset(
    [
        "invoke",
        "ainvoke",
        "azfunc_clock",
        "azfunc_context",
        "azfunc_durable",
        "azfunc_host",
        "azfunc_http",
        "azfunc_live_server",
        "azfunc_logs",
        "azfunc_project",
        "azfunc_settings",
        "azfunc_trigger",
    ]
)

# One of these is in every text that speaks of us; all our fixtures have them in their names.
_WORDS = (b"azfunc", b"invoke")
# What the decorator gives: before pytest 8.4, and since.
_FIXTURES_ARE = ("function", "FixtureFunctionDefinition")
# Whose modules need no look.
_PYTEST = ("_pytest", "pytest_azfunc")

MARK = "azfunc(*, project=None, settings=None, storage='memory', strict=True, auth=True, retry=True)"


def pytest_addoption(parser: pytest.Parser) -> None:
    group = parser.getgroup("azfunc", "Azure Functions (pytest-azfunc)")
    group.addoption(
        "--azfunc-project",
        metavar="PATH",
        action="append",
        default=[],
        help="the function app's folder (the one with host.json); may be given several times",
    )
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
    parser.addini("azfunc_timeout", "fail a test whose function runs for so many seconds; nothing for no limit")


def pytest_addhooks(pluginmanager: pytest.PytestPluginManager) -> None:
    from pytest_azfunc import hookspecs

    pluginmanager.add_hookspecs(hookspecs)


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line(
        "markers",
        f"{MARK}: which function app a test uses, and with what. 'settings' are app settings; strict=False lets "
        "outputs pass that Azure would drop or mangle; auth=False opens every HTTP function, as `func start` does; "
        "retry=False runs every function once, whatever its retry policy. "
        "The closest mark wins, key by key.",
    )
    config.stash[_LOOK] = FirstLook(config)
    if any("azfunc" in argument and "::" in argument for argument in config.args):
        from pytest_azfunc.plugin.check_ids import take_ids

        take_ids(config)


@pytest.hookimpl(tryfirst=True)
def pytest_cmdline_main(config: pytest.Config) -> int | None:
    if not config.getoption("azfunc_list"):
        return None
    from pytest_azfunc.plugin.function_list import print_functions

    return print_functions(config)


class FirstLook:
    """Whether a test file may take part: whether anything around it speaks of us at all. Mostly nothing does."""

    def __init__(self, config: pytest.Config) -> None:
        self._plugins = config.pluginmanager
        self._is_named = not FIXTURES.isdisjoint(config.getini("usefixtures"))
        self._conftests: dict[str, Texts] = {}
        self._plugins_seen: set[object] = set()
        self._lead_to_ours = False

    def texts(self, file: Path) -> Texts:
        """The texts of a test file and of every conftest.py above it."""
        return (_read(file), *self._above(os.path.dirname(file)))

    def _above(self, folder: str) -> Texts:
        found = self._conftests.get(folder)
        if found is None:
            parent, conftest = os.path.dirname(folder), os.path.join(folder, "conftest.py")
            found = self._above(parent) if parent != folder else ()
            if self._plugins.has_plugin(conftest):
                found = (_read(conftest), *found)
            self._conftests[folder] = found
        return found

    def may_take_part(self, texts: Texts) -> bool:
        """Whether it is worth to look closer."""
        return any(word in text for text in texts for word in _WORDS) or self._is_named or self._plugins_ask()

    def _plugins_ask(self) -> bool:
        """Whether a plugin of others has a function with an argument that is called like a fixture of ours."""
        for plugin in self._plugins.get_plugins() - self._plugins_seen:
            self._plugins_seen.add(plugin)
            if not self._lead_to_ours and not str(getattr(plugin, "__name__", "_pytest")).startswith(_PYTEST):
                self._lead_to_ours = any(map(_asks, vars(plugin).values()))
        return self._lead_to_ours


def _read(path: str | Path) -> bytes:
    """The text of a file; nothing where it cannot be read, which its import will tell."""
    try:
        with FileIO(path) as file:  # a conftest.py may have patched open()
            return file.readall()
    except OSError:
        return b""


def _asks(thing: object) -> bool:
    if type(thing).__name__ not in _FIXTURES_ARE:  # a look at anything else may wake up what is lazy
        return False
    code = getattr(getattr(thing, "__wrapped__", None), "__code__", None)
    return code is not None and not FIXTURES.isdisjoint(
        (*code.co_varnames[: code.co_argcount + code.co_kwonlyargcount], *code.co_consts)
    )


_LOOK: pytest.StashKey[FirstLook] = pytest.StashKey()
_PART: pytest.StashKey[TakingPart] = pytest.StashKey()


@pytest.hookimpl(wrapper=True, trylast=True)  # the innermost: hooks of others see nothing of it
def pytest_make_collect_report(
    collector: pytest.Collector,
) -> Generator[None, pytest.CollectReport, pytest.CollectReport]:
    if not isinstance(collector, pytest.File) or collector.path.suffix != ".py":
        return (yield)
    look = collector.config.stash[_LOOK]
    texts = look.texts(collector.path)
    if look.may_take_part(texts) and _those_taking_part(collector.session).file(collector, texts):
        from pytest_azfunc.plugin.running_tests import importing

        _join(collector.session)
        return (yield from importing(collector))
    if any(b"getfixturevalue" in text for text in texts):  # maybe of one of ours, in a way that no text tells
        _join(collector.session)
    return (yield)


def _those_taking_part(session: pytest.Session) -> TakingPart:
    """Which files and tests of the session take part."""
    found = session.config.stash.get(_PART, None)
    if found is None:
        from pytest_azfunc.plugin.taking_part import TakingPart

        found = session.config.stash[_PART] = TakingPart(session, FIXTURES)
    return found


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(session: pytest.Session, config: pytest.Config, items: list[pytest.Item]) -> None:
    if config.getoption("azfunc_check"):
        from pytest_azfunc.plugin.checks import add_checks

        add_checks(session, items)


def pytest_collection_finish(session: pytest.Session) -> None:
    if _has_joined(session.config):
        return
    # Not in any text: tests that a file inherits, fixtures that it imports, marks that a hook has given.
    late = any(map(_may_ask, session.items)) and any(map(_those_taking_part(session).item, session.items))
    # Of one that nobody has, pytest lists those that there are.
    late = late or any(
        not _those_taking_part(session).known.definitions(name, item)
        for item in session.items
        for name in _misspelled(item)
    )
    if late or session.config.getoption("showfixtures", False):
        _join(session)


def _may_ask(item: pytest.Item) -> bool:
    return "azfunc" in item.keywords or not FIXTURES.isdisjoint(getattr(item, "fixturenames", ()))


def _misspelled(item: pytest.Item) -> list[str]:
    """The fixtures that it asks for, that are called as ours are, and that are none."""
    values = getattr(getattr(item, "callspec", None), "params", ())
    asked = getattr(item, "fixturenames", ())
    return [name for name in asked if name.startswith("azfunc_") and name not in FIXTURES and name not in values]


def pytest_assertrepr_compare(config: pytest.Config, op: str, left: object, right: object) -> list[str] | None:
    for value in (left, right):
        first = value[0] if type(value) is list and value else value
        if str(type(first).__module__).startswith("pytest_azfunc."):
            from pytest_azfunc.plugin.comparisons import explain

            return explain(config, op, left, right)
    return None


@pytest.hookimpl(wrapper=True, tryfirst=True)  # before the failures are written
def pytest_terminal_summary(
    terminalreporter: pytest.TerminalReporter, config: pytest.Config
) -> Generator[None, None, None]:
    failed = [found for kind in ("failed", "error") for found in terminalreporter.stats.get(kind, ())]
    ours = [report for report in failed if hasattr(report, "azfunc_shown_logs")]  # see failure_sections
    if not ours:
        return (yield)
    from pytest_azfunc.plugin.failure_sections import laid_out

    with laid_out(ours, config.get_terminal_writer()):
        return (yield)


def _has_joined(config: pytest.Config) -> bool:
    return config.pluginmanager.has_plugin("azfunc-running-tests")


def _join(session: pytest.Session) -> None:
    """Register the parts that only a session with a function app needs.

    A test that was collected before finds the fixtures when it asks for them.
    """
    if _has_joined(session.config):
        return
    from pytest_azfunc.plugin import fixtures, header
    from pytest_azfunc.plugin.running_tests import RunningTests

    part, plugins = _those_taking_part(session), session.config.pluginmanager
    plugins.register(fixtures, "azfunc-fixtures")
    if not plugins.has_plugin(header.NAME):
        plugins.register(header, header.NAME)
    part.known.put_ours_last()
    plugins.register(RunningTests(session.config, part), "azfunc-running-tests")
