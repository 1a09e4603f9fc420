"""What happens around the import of a test file that takes part, and around each test of it."""

from __future__ import annotations

import os
from collections.abc import Callable, Generator

import pytest

from pytest_azfunc.plugin.choice import session_apps
from pytest_azfunc.plugin.current_test import begin, current_test
from pytest_azfunc.plugin.marks import lenient_arguments

_NOT_IMPORTABLE = "azfunc: why no module of the app can be imported"

Importing = Generator[None, pytest.CollectReport, pytest.CollectReport]


def importing(collector: pytest.Collector) -> Importing:
    """A wrapper around the collection of a test file: it may import the app's modules, and they are those that run."""
    apps, file = session_apps(collector.config), str(collector.path)
    apps.leave_alone(file)
    with apps.importable(os.path.dirname(file), {}, with_settings=True) as problem:
        report = yield
    if problem is not None and "No module named" in str(report.longrepr):
        report.sections.append((_NOT_IMPORTABLE, problem))
    return report


class RunningTests:
    """The hooks around each test.

    :param takes_part: whether a test has to do with a function app.
    :param uses_fixtures: whether it uses a fixture of ours.
    """

    def __init__(
        self,
        config: pytest.Config,
        takes_part: Callable[[pytest.Item], bool],
        uses_fixtures: Callable[[pytest.Item], bool],
    ) -> None:
        self._config = config
        self._takes_part = takes_part
        self._uses_fixtures = uses_fixtures

    @pytest.hookimpl(wrapper=True)
    def pytest_runtestloop(self) -> Generator[None, object, object]:
        try:
            return (yield)
        finally:  # here an interrupt of the app's tasks ends the session as any other does
            session_apps(self._config).close()

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_protocol(self, item: pytest.Item) -> Generator[None, object, object]:
        test = begin(item)
        # A fixture or a test's body may import them too, or patch them by name, with or without a fixture of ours.
        if not hasattr(item, "fixturenames") or not self._takes_part(item):
            try:
                return (yield)
            finally:
                test.end()
        importable = session_apps(self._config).importable(
            os.path.dirname(item.path), lenient_arguments(item), with_settings=self._uses_fixtures(item)
        )
        with importable as test.problem:
            try:
                return (yield)
            finally:
                test.end()

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_makereport(
        self, item: pytest.Item, call: pytest.CallInfo[None]
    ) -> Generator[None, pytest.TestReport, pytest.TestReport]:
        if call.excinfo is None:
            return (yield)
        from pytest_azfunc.plugin.tracebacks import shorten, without_advice

        shorten(call.excinfo.value)
        report = yield
        without_advice(report)
        test = current_test()
        if test.problem is not None and isinstance(call.excinfo.value, ModuleNotFoundError):
            report.sections.append((_NOT_IMPORTABLE, test.problem))
        host = test.host
        if host is not None and report.failed and (host.invocations or host.refusals):
            from pytest_azfunc.reports.trace import describe

            title = f"azfunc invocations ({report.when})"
            report.sections.append((title, describe(host.invocations, host.refusals)))
        return report
