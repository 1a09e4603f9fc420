"""One line about an app: which it is, which SDK runs it, and with which settings."""

from __future__ import annotations

import os
from collections.abc import Mapping

from pytest_azfunc.project.app_script import SCRIPT_SETTING
from pytest_azfunc.project.function_app import Project


def declared_by(project: Project) -> str:
    """The file that declares the app's functions: ``function.json``, or the name of a decorator app's script."""
    return "function.json" if project.script is None else project.script.name or SCRIPT_SETTING


def app_line(project: Project, settings: Mapping[str, str], source: str) -> list[str]:
    """The parts of the line. No code of the app is imported for it; settings are counted, values never shown.

    :param source: the name of the settings file.
    """
    from importlib.metadata import version

    names = f"{len(settings)} name{'' if len(settings) == 1 else 's'}"
    return [
        f"azfunc: {os.path.relpath(project.root)}",
        declared_by(project),
        f"azure-functions {version('azure-functions')}",
        f"settings: {source} ({names})" if settings else "settings: none",
    ]
