"""``--azfunc-check``: every function becomes a test, before anyone has written one for it."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from pytest_azfunc.plugin import header
from pytest_azfunc.plugin.check_ids import ROOT, chosen_checks
from pytest_azfunc.plugin.choice import session_apps, start_folder

HOST_JSON = "host.json"

if TYPE_CHECKING:
    from _pytest._code.code import TerminalRepr, TracebackStyle

    from pytest_azfunc.errors import AzfuncError, Location, ProjectError
    from pytest_azfunc.host.checked_project import Project
    from pytest_azfunc.project.contents import IndexFailure
    from pytest_azfunc.reports.app_check import AppCheck
    from pytest_azfunc.session_apps import SessionApps


def add_checks(session: pytest.Session, items: list[pytest.Item]) -> None:
    """Put the checks of all functions, of every app that may be meant, in front of the tests.

    :raises pytest.UsageError: the app cannot be found; or there is only one, and it cannot be read.
    """
    from pytest_azfunc.errors import AzfuncError

    apps, config = session_apps(session.config), session.config
    try:
        roots = apps.roots(start_folder(config))
    except AzfuncError as error:
        raise pytest.UsageError(str(error)) from None
    found: list[pytest.Item] = []
    for root in roots:
        name = ROOT if len(roots) == 1 else f"{ROOT}:{os.path.relpath(root, config.rootpath)}"
        checks = FunctionChecks.from_parent(session, name=name, nodeid=name, apps=apps, root=root)
        found += session.genitems(checks)
        if checks.error is not None and len(roots) == 1:
            raise pytest.UsageError(str(checks.error))
    chosen_checks(config).complain()
    items[:0] = found
    if not config.pluginmanager.has_plugin(header.NAME):
        config.pluginmanager.register(header, header.NAME)


class FunctionChecks(pytest.Collector):
    """All functions of an app, a test each (``--azfunc-check``).

    :ivar root: the app's folder.
    :ivar error: what keeps the app from being read at all, once it was tried.
    """

    def __init__(self, *, apps: SessionApps, root: str, **named: Any) -> None:
        super().__init__(**named)
        self.apps = apps
        self.root = root
        self.error: AzfuncError | None = None

    def collect(self) -> list[pytest.Item]:
        from pytest_azfunc.errors import AzfuncError

        try:
            # The host is the one of the tests: a decorator app is imported in its surroundings, with its settings.
            host = self.apps.open_host(self.root, {"project": self.root})
        except AzfuncError as error:
            self.error = error
            failed = AppCheckItem.from_parent(self, name=HOST_JSON, root=self.root, error=error)
            return chosen_checks(self.config).among([failed])
        try:
            with _captured(self.config) as printed:
                _ = host.project.failure
            return chosen_checks(self.config).among(self._checks(host.project, printed))
        finally:
            host.close()

    def _checks(self, project: Project, printed: dict[str, str]) -> list[pytest.Item]:
        of_app, check = self._of_app(project)
        if check.other_language:
            return of_app
        if project.failure is not None:
            return [*of_app, *self._hidden(project, project.failure, printed)]
        return [*of_app, *self._of_functions(project, check)]

    def _of_app(self, project: Project) -> tuple[list[pytest.Item], AppCheck]:
        """What is to be said of the app as a whole."""
        from pytest_azfunc.errors import printable
        from pytest_azfunc.reports.app_check import AppCheck
        from pytest_azfunc.reports.function_list import where_none

        check, named = AppCheck(project, self.apps.types.contributed), {"root": self.root}
        if check.other_language:
            return [OtherLanguage.from_parent(self, name=HOST_JSON, reason=check.other_language, **named)], check
        errors = [(HOST_JSON, check.start_error)] if check.start_error else []
        errors += [(printable(where_none(project)), error) for error in check.none]
        errors += [(printable(where_none(project)), error) for error in _not_warned_of(check.unseen)]
        return [AppCheckItem.from_parent(self, name=name, error=error, **named) for name, error in errors], check

    def _of_functions(self, project: Project, check: AppCheck) -> list[pytest.Item]:
        from pytest_azfunc.errors import printable

        names = sorted([*project.functions, *project.errors], key=str.upper)
        every = {"apps": self.apps, "check": check, "root": self.root}
        return [
            FunctionCheck.from_parent(
                self, name=printable(name), function_name=name, place=_declared(project, name), **every
            )
            for name in names
        ]

    def _hidden(self, project: Project, failure: IndexFailure, printed: dict[str, str]) -> list[pytest.Item]:
        """The culprit comes first: the others only say that they are lost with it."""
        from pytest_azfunc.errors import Location, printable
        from pytest_azfunc.project.app_line import declared_by

        root, name = self.root, printable(failure.function or declared_by(project))
        culprit = f"{name} ({failure.location})" if failure.location else name
        where = {"root": root, "place": failure.location or Location(os.path.join(root, declared_by(project)))}
        first = IndexCheck.from_parent(self, name=name, failure=failure, **where)
        for stream, text in printed.items():
            first.add_report_section("call", stream, text)
        lost = sorted(map(printable, failure.lost), key=str.upper)
        return [first, *(LostFunction.from_parent(self, name=name, culprit=culprit, **where) for name in lost)]


def _not_warned_of(unseen: Iterable[ProjectError]) -> Iterator[ProjectError]:
    """Warn of functions that Azure does not see; what is returned is to be an error, as the user's filters have it."""
    from pytest_azfunc.errors import AzfuncWarning
    from pytest_azfunc.reports.app_check import warn_of

    for error in unseen:
        try:
            warn_of(error)
        except AzfuncWarning:
            yield error


def _declared(project: Project, name: str) -> Location | None:
    """Where a function is declared, or what is wrong with its declaration."""
    return project.functions[name].location if name in project.functions else project.errors[name].location


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
    :param place: the file and line that an editor opens for it; None where nothing is known but the folder.
    """

    def __init__(self, *, root: str, place: Location | None = None, **named: Any) -> None:
        super().__init__(path=Path(root if place is None else place.file), **named)
        self.root = root
        self._line = None if place is None else (place.line or 1) - 1

    def repr_failure(
        self, excinfo: pytest.ExceptionInfo[BaseException], style: TracebackStyle | None = None
    ) -> str | TerminalRepr:
        """Our errors say all there is to say; of the script's own the traceback begins in the app."""
        import traceback

        from pytest_azfunc.errors import AzfuncError, Location
        from pytest_azfunc.plugin.check_failure import CheckFailure
        from pytest_azfunc.plugin.tracebacks import shorten
        from pytest_azfunc.project.user_errors import from_app

        error = excinfo.value
        shorten(error)
        if isinstance(error, (AzfuncError, pytest.fail.Exception)):
            place = error.location if isinstance(error, AzfuncError) else None
            return CheckFailure(str(error), place or Location(str(self.path), (self._line or 0) + 1))
        frames = from_app(error.__traceback__, self.root)
        if frames is None:
            return "".join(traceback.format_exception_only(type(error), error)).rstrip()
        return super().repr_failure(pytest.ExceptionInfo.from_exception(error.with_traceback(frames)), style)

    def reportinfo(self) -> tuple[os.PathLike[str] | str, int | None, str]:
        return self.path, self._line, f"azfunc: {self.name}"


class AppCheckItem(_Check):
    """What is wrong with the app as a whole."""

    def __init__(self, *, error: AzfuncError, **named: Any) -> None:
        super().__init__(place=error.location, **named)
        self.error = error

    def runtest(self) -> None:
        raise self.error.with_traceback(None)


class OtherLanguage(_Check):
    """An app that is not for Python."""

    def __init__(self, *, reason: str, **named: Any) -> None:
        super().__init__(**named)
        self.reason = reason

    def runtest(self) -> None:
        pytest.skip(f"this app is not for Python: {self.reason}")


class FunctionCheck(_Check):
    """One function: the host accepts what declares it, its route, schedule or path, and the worker loads it.

    :ivar function_name: whose check it is; the name of the test shows nothing that steers a terminal.
    """

    def __init__(self, *, apps: SessionApps, function_name: str, check: AppCheck, **named: Any) -> None:
        super().__init__(**named)
        self.apps = apps
        self.function_name = function_name
        self.check = check

    def runtest(self) -> None:
        from pytest_azfunc.errors import UnsupportedFeature
        from pytest_azfunc.reports.app_check import unfit_setting, warn_of
        from pytest_azfunc.reports.schedule_check import warn_of_schedule

        __tracebackhide__ = True
        host = self.apps.open_host(self.root, {"project": self.root})
        try:
            host.worker.load(self.function_name)
            bound = host.script_host.bound(host.project.functions[self.function_name])
            bound.check()
            self.check.raise_unregistered(self.function_name)
            unfit = unfit_setting(bound)
            if unfit is not None:
                raise unfit
            self.check.durable.raise_error(self.function_name)
            for error in self.check.overlaps(self.function_name):
                warn_of(error)
            bound.warn_of_missing_settings()
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
