"""The function app with what the host's own rooms know of triggers: schedules, paths, routes, texts with settings."""

from __future__ import annotations

import os
from collections.abc import Mapping
from functools import cached_property

from pytest_azfunc import project
from pytest_azfunc.errors import AzfuncError, ProjectError
from pytest_azfunc.host.bindings.catalogue import BUILT_IN
from pytest_azfunc.host.bound_function import BoundFunction, HostOptions
from pytest_azfunc.project import Function
from pytest_azfunc.project.app_script import SCRIPT_SETTING


class Project(project.Project):
    """What the host finds in a function app's folder, and what it has against the functions there.

    Whatever a test, ``--azfunc-list`` or ``--azfunc-check`` refuses of what is declared is in :attr:`errors`. Only
    what depends on app settings, or on the worker loading a script, is not.
    """

    @classmethod
    def given(cls, path: str | os.PathLike[str] | Project, settings: Mapping[str, str]) -> Project:
        """The function app in the folder *path*, or one that was loaded, with these app settings over its own.

        :raises ProjectError: see :meth:`load`.
        """
        app = cls.read(path, script=settings.get(SCRIPT_SETTING)) if isinstance(path, (str, os.PathLike)) else path
        return app.configured(settings)

    def refusal(self, function: Function) -> AzfuncError | None:
        """What the host has against a function that could be read; looked for once."""
        found = self._refusals
        if function.name not in found:
            found[function.name] = self._refusal(function)
        return found[function.name]

    @cached_property
    def _refusals(self) -> dict[str, AzfuncError | None]:
        return {}

    def _refusal(self, function: Function) -> AzfuncError | None:
        if not _is_checked(function):
            return None
        try:
            BoundFunction(function, HostOptions(config=self.host)).check()
        except ProjectError as error:
            return error
        return None


def _is_checked(function: Function) -> bool:
    """Whether there is anything to check: to look at a thousand functions takes its time."""
    for raw in function.declared:
        kind = raw["type"].lower()
        if kind.endswith("trigger") and BUILT_IN.find(kind).listen is not None:
            return True
        if any(type(value) is str and "%" in value for value in raw.values()):
            return True
    return False
