"""What happens around the import of a test file that takes part, and around each test of it."""

from __future__ import annotations

import os
from collections.abc import Callable, Generator

import pytest

from pytest_azfunc.plugin.choice import close_session_apps, session_apps
from pytest_azfunc.plugin.current_test import CurrentTest, begin, current_test
from pytest_azfunc.plugin.marks import lenient_arguments
from pytest_azfunc.plugin.taking_part import TakingPart

__tracebackhide__ = True

_NOT_IMPORTABLE = "azfunc: why no module of the app can be imported"

Importing = Generator[None, pytest.CollectReport, pytest.CollectReport]


def importing(collector: pytest.Collector) -> Importing:
    """A wrapper around the collection of a test file: it may import the app's modules, and they are those that run."""
    apps, file = session_apps(collector.config), str(collector.path)
    apps.leave_alone(file)
    with apps.importable(os.path.dirname(file), {}) as problem:
        report = yield
    if problem is not None and "No module named" in str(report.longrepr):
        report.sections.append((_NOT_IMPORTABLE, problem))
    if report.failed:
        from pytest_azfunc.plugin.masked_reports import mask

        mask(report, apps.values_to_hide(os.path.dirname(file), {}))
    return report


class RunningTests:
    """The hooks around each test.

    :param part: which tests have to do with a function app.
    """

    def __init__(self, config: pytest.Config, part: TakingPart) -> None:
        self._config = config
        self._takes_part: Callable[[pytest.Item], bool] = part.item
        self._known = part.known

    @pytest.hookimpl(wrapper=True)
    def pytest_runtestloop(self) -> Generator[None, object, object]:
        try:
            return (yield)
        finally:  # here an interrupt of the app's tasks ends the session as any other does
            close_session_apps(self._config)

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_protocol(self, item: pytest.Item) -> Generator[None, object, object]:
        test = begin(item)
        try:
            return (yield)
        finally:
            try:
                test.end()
            finally:
                if test.importable is not None:
                    test.importable.__exit__(None, None, None)

    @pytest.hookimpl(wrapper=True, trylast=True)  # the innermost, as when its file was imported
    def pytest_runtest_setup(self, item: pytest.Item) -> Generator[None, object, object]:
        test = current_test()
        # A fixture or a test's body may import them too, or patch them by name, with or without a fixture of ours.
        if test.importable is None and hasattr(item, "fixturenames") and self._takes_part(item):
            folder, mark = os.path.dirname(item.path), lenient_arguments(item)
            test.importable = session_apps(self._config).importable(folder, mark)
            test.problem = test.importable.__enter__()
        return (yield)

    @pytest.hookimpl(wrapper=True, tryfirst=True)  # the outermost: nobody gets to see what is not to be shown
    def pytest_runtest_makereport(
        self, item: pytest.Item, call: pytest.CallInfo[None]
    ) -> Generator[None, pytest.TestReport, pytest.TestReport]:
        test = current_test()
        if call.excinfo is not None and self._has_to_do_with_an_app(test):
            from pytest_azfunc.plugin.tracebacks import shorten, without_hooks

            shorten(call.excinfo.value)
            without_hooks(call.excinfo)
        report = yield
        # What a unittest raises is not known before.
        if call.excinfo is not None and self._has_to_do_with_an_app(test):
            self._complete(report, test, call.excinfo.value)
        return report

    def _has_to_do_with_an_app(self, test: CurrentTest) -> bool:
        return test.host is not None or self._takes_part(test.item)

    def _complete(self, report: pytest.TestReport, test: CurrentTest, error: BaseException) -> None:
        """Take out of a report what is not to be shown, and add what the app has done."""
        from pytest_azfunc.plugin.advice import TITLE, fixture_advice
        from pytest_azfunc.plugin.masked_reports import mask
        from pytest_azfunc.plugin.tracebacks import without_advice

        without_advice(report)
        if test.problem is not None and isinstance(error, ModuleNotFoundError):
            report.sections.append((_NOT_IMPORTABLE, test.problem))
        advice = fixture_advice(test.item, error, self._known) if report.failed else ""
        if advice:
            report.sections.append((TITLE, advice))
        host = test.host
        # Each of its sections is there only where it has something to tell.
        if host is not None and report.failed:
            from pytest_azfunc.plugin.failure_sections import add_invocations

            add_invocations(report, host, self._config)
        apps, folder = session_apps(self._config), os.path.dirname(test.item.path)
        settings = apps.values_to_hide(folder, lenient_arguments(test.item))
        mask(report, settings | (test.settings.set_by_test() if test.settings is not None else {}))
