"""What Azure has against an app beside what the worker refuses: for ``--azfunc-list`` and ``--azfunc-check``."""

from __future__ import annotations

import os
import warnings
from collections.abc import Collection, Mapping

from pytest_azfunc.errors import AzfuncWarning, ProjectError, RouteOverlapWarning
from pytest_azfunc.host.bound_function import BoundFunction
from pytest_azfunc.host.checked_project import Project
from pytest_azfunc.host.routing.function_routes import invalid_templates
from pytest_azfunc.host.routing.route_overlaps import overlap_errors
from pytest_azfunc.host.routing.route_table import RouteTable
from pytest_azfunc.project.extension_bundle import bundle_error, unregistered
from pytest_azfunc.project.function_timeout import timeout_error
from pytest_azfunc.project.language import other_language
from pytest_azfunc.project.without_functions import why_none
from pytest_azfunc.reports.durable_check import DurableCheck

__tracebackhide__ = True


class AppCheck:
    """An app that was read, looked at as a whole. Make it while the app's host is open.

    :param contributed: binding types of the user's own extensions, in lower case.
    :ivar other_language: what tells that the app is not for Python, so that nothing of it is judged; empty for others.
    :ivar start_error: why the host does not start, whatever the functions are; None where it does.
    :ivar none: why the host finds no function at all; empty where it finds one.
    :ivar unseen: functions that Azure does not see, in an app in which it sees others.
    :ivar invalid: name -> why the host does not start because of this function.
    :ivar unregistered: name -> which binding types of it no extension registers. It can be invoked here.
    :ivar durable: what there is to say of durable functions.
    """

    def __init__(self, project: Project, contributed: Collection[str] = ()) -> None:
        host, root = project.host, os.fspath(project.root)
        self.other_language = other_language(root, project.script, project.read_contents, host, os.environ)
        place = None if host.source is None else host.source.location("extensionBundle")
        self.start_error = bundle_error(host.bundle, place) or timeout_error(host, os.environ)
        self.none = why_none(root, project.script, project.read_contents)
        self.unseen = [] if self.none else _unseen(project)
        self.invalid: Mapping[str, ProjectError] = invalid_templates(project)
        self.unregistered = unregistered(project.declared.values(), root, host.bundle, contributed)
        self.durable = DurableCheck(project)
        self._overlaps: dict[str, list[ProjectError]] = {}
        if not self.invalid:  # otherwise the host has no routes
            for error in overlap_errors(project, RouteTable.of(project)):
                self._overlaps.setdefault(str(error.function), []).append(error)

    @property
    def app_errors(self) -> list[ProjectError]:
        """What is wrong with the app as a whole."""
        return [*([self.start_error] if self.start_error else ()), *self.none]

    def overlaps(self, function: str) -> list[ProjectError]:
        """Which other functions answer the requests of this one."""
        return self._overlaps.get(function, [])

    def raise_unregistered(self, function: str) -> None:
        """Raise what the host has against the binding types of a function."""
        error = self.unregistered.get(function)
        if error is not None:
            raise error.with_traceback(None)


def unfit_setting(bound: BoundFunction) -> ProjectError | None:
    """What is wrong with the values of app settings that a trigger names, and that are all there; None for nothing."""
    named = [found for found in bound.named_settings if found.binding.is_trigger]
    if not named or any(found.missing for found in named) or bound.trigger_type.listen is None:
        return None
    if bound.listener is not None:
        return None
    trigger, names = bound.trigger, " and ".join(f"%{name}%" for found in named for name in found.names)
    return ProjectError(
        "setting-unfit",
        function=bound.function.name,
        binding=trigger.name,
        location=trigger.location,
        names=names,
        type=trigger.type,
    )


def _unseen(project: Project) -> list[ProjectError]:
    if project.script is None or project.failure is not None:
        return []
    from pytest_azfunc.project.indexing.unseen import unseen_functions

    return unseen_functions(project.script, project.read_contents.app)


def warn_of(error: ProjectError) -> None:
    """Warn of what no test fails of, at the place in the app."""
    category = RouteOverlapWarning if error.rule == "route-overlap" else AzfuncWarning
    place = error.location
    file, line = (place.file, place.line) if place else ("function.json", None)
    warnings.warn_explicit(str(error), category, file, line or 1)
