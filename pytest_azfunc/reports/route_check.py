"""What is wrong with the routes of an app, function by function: for ``--azfunc-list`` and ``--azfunc-check``."""

from __future__ import annotations

import warnings
from collections.abc import Mapping

from pytest_azfunc.errors import ProjectError, RouteOverlapWarning
from pytest_azfunc.host.routing.function_routes import invalid_templates
from pytest_azfunc.host.routing.route_overlaps import overlap_errors
from pytest_azfunc.host.routing.route_table import RouteTable
from pytest_azfunc.project import Project

__tracebackhide__ = True


class RouteCheck:
    """The routes of an app, looked at once; routes in conflict are among the project's own errors.

    :ivar invalid: name -> why the host does not start because of this function.
    :ivar overlaps: name -> which other function answers its requests. Not looked for where the host does not start.
    """

    def __init__(self, project: Project) -> None:
        self.invalid: Mapping[str, ProjectError] = invalid_templates(project)
        self.overlaps: dict[str, list[ProjectError]] = {}
        if not self.invalid:
            for error in overlap_errors(project, RouteTable.of(project)):
                self.overlaps.setdefault(str(error.function), []).append(error)

    def check(self, function: str) -> None:
        """Raise what is wrong with a function's template, and warn of overlaps.

        :raises ProjectError: its template is not valid.
        """
        if function in self.invalid:
            raise self.invalid[function].with_traceback(None)
        for error in self.overlaps.get(function, ()):
            place = error.location
            file, line = (place.file, place.line) if place else ("function.json", None)
            warnings.warn_explicit(str(error), RouteOverlapWarning, file, line or 1)
