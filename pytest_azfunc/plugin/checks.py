"""``--azfunc-check``: every function becomes a test, before anyone has written one for it."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import pytest

from pytest_azfunc.plugin.choice import session_apps, start_folder

if TYPE_CHECKING:
    from _pytest._code.code import TerminalRepr, TracebackStyle

    from pytest_azfunc.errors import AzfuncError
    from pytest_azfunc.project import Project
    from pytest_azfunc.project.contents import IndexFailure
    from pytest_azfunc.reports.route_check import RouteCheck
    from pytest_azfunc.session_apps import SessionApps


def add_checks(session: pytest.Session, items: list[pytest.Item]) -> None:
    """Put the checks of all functions in front of the tests.

    :raises pytest.UsageError: the app cannot be found or read.
    """
    checks = FunctionChecks.from_parent(session, name="azfunc", nodeid="azfunc", apps=session_apps(session.config))
    items[:0] = session.genitems(checks)
    if checks.error is not None:
        raise pytest.UsageError(str(checks.error))


class FunctionChecks(pytest.Collector):
    """All functions of the app, a test each (``--azfunc-check``).

    :ivar error: what keeps the app from being read at all, once it was tried.
    """

    def __init__(self, *, apps: SessionApps, **named: Any) -> None:
        super().__init__(**named)
        self.apps = apps
        self.error: AzfuncError | None = None

    def collect(self) -> list[pytest.Item]:
        from pytest_azfunc.errors import AzfuncError

        try:
            # The host is the one of the tests: a decorator app is imported in its surroundings, with its settings.
            host = self.apps.open_host(start_folder(self.config), {})
        except AzfuncError as error:
            self.error = error
            return []
        try:
            with _captured(self.config) as printed:
                failure = host.project.failure
            return self._checks(host.project) if failure is None else self._hidden(host.project, failure, printed)
        finally:
            host.close()

    def _checks(self, project: Project) -> list[pytest.Item]:
        from pytest_azfunc.errors import printable
        from pytest_azfunc.reports.route_check import RouteCheck

        names = sorted([*project.functions, *project.errors], key=str.upper)
        every = {"apps": self.apps, "routes": RouteCheck(project), "root": os.fspath(project.root)}
        return [FunctionCheck.from_parent(self, name=printable(name), function_name=name, **every) for name in names]

    def _hidden(self, project: Project, failure: IndexFailure, printed: dict[str, str]) -> list[pytest.Item]:
        """The culprit comes first: the others only say that they are lost with it."""
        from pytest_azfunc.errors import printable
        from pytest_azfunc.reports.app_notes import declared_by

        root, name = os.fspath(project.root), printable(failure.function or declared_by(project))
        culprit = f"{name} ({failure.location})" if failure.location else name
        first = IndexCheck.from_parent(self, name=name, root=root, failure=failure)
        for stream, text in printed.items():
            first.add_report_section("call", stream, text)
        lost = sorted(map(printable, failure.lost), key=str.upper)
        return [first, *(LostFunction.from_parent(self, name=name, root=root, culprit=culprit) for name in lost)]


@contextmanager
def _captured(config: pytest.Config) -> Iterator[dict[str, str]]:
    """What is printed meanwhile, by stream, unless pytest was told to let it through (``-s``)."""
    capture: Any = config.pluginmanager.getplugin("capturemanager")
    printed: dict[str, str] = {}
    if capture is None:
        yield printed
        return
    capture.resume_global_capture()
    try:
        yield printed
    finally:
        capture.suspend_global_capture()
        texts = zip(("stdout", "stderr"), capture.read_global_capture(), strict=True)
        printed.update((stream, text) for stream, text in texts if text)


class _Check(pytest.Item):
    """A test of the app itself.

    :ivar root: the app's folder.
    """

    def __init__(self, *, root: str, **named: Any) -> None:
        super().__init__(**named)
        self.root = root

    def repr_failure(
        self, excinfo: pytest.ExceptionInfo[BaseException], style: TracebackStyle | None = None
    ) -> str | TerminalRepr:
        """Our errors say all there is to say; of the script's own the traceback begins in the app."""
        import traceback

        from pytest_azfunc.errors import AzfuncError
        from pytest_azfunc.plugin.tracebacks import shorten
        from pytest_azfunc.project.user_errors import from_app

        error = excinfo.value
        shorten(error)
        if isinstance(error, (AzfuncError, pytest.fail.Exception)):
            return str(error)
        frames = from_app(error.__traceback__, self.root)
        if frames is None:
            return "".join(traceback.format_exception_only(type(error), error)).rstrip()
        return super().repr_failure(pytest.ExceptionInfo.from_exception(error.with_traceback(frames)), style)

    def reportinfo(self) -> tuple[os.PathLike[str] | str, int | None, str]:
        return self.config.rootpath, None, f"azfunc: {self.name}"


class FunctionCheck(_Check):
    """One function: the host accepts what declares it, its route, schedule or path, and the worker loads it.

    :ivar function_name: whose check it is; the name of the test shows nothing that steers a terminal.
    """

    def __init__(self, *, apps: SessionApps, function_name: str, routes: RouteCheck, **named: Any) -> None:
        super().__init__(**named)
        self.apps = apps
        self.function_name = function_name
        self.routes = routes

    def runtest(self) -> None:
        from pytest_azfunc.errors import UnsupportedFeature
        from pytest_azfunc.reports.schedule_check import warn_of_schedule

        __tracebackhide__ = True
        self.routes.check(self.function_name)
        host = self.apps.open_host(start_folder(self.config), {})
        try:
            host.worker.load(self.function_name)
            bound = host.script_host.bound(host.project.functions[self.function_name])
            bound.check()
            warn_of_schedule(bound)
        except UnsupportedFeature as error:  # in Azure it may well work
            pytest.skip(f"{error.subject}: {error.problem}")
        finally:
            host.close()


class IndexCheck(_Check):
    """What hides all functions of a decorator app: one function, or the script as a whole."""

    def __init__(self, *, failure: IndexFailure, **named: Any) -> None:
        super().__init__(**named)
        self.failure = failure

    def runtest(self) -> None:
        raise self.failure.error.with_traceback(self.failure.traceback)


class LostFunction(_Check):
    """A function that is lost with another one."""

    def __init__(self, *, culprit: str, **named: Any) -> None:
        super().__init__(**named)
        self.culprit = culprit

    def runtest(self) -> None:
        pytest.fail(
            f"{self.name} is lost with {self.culprit}, which hides the whole app: Azure would show 0 functions.",
            pytrace=False,
        )
