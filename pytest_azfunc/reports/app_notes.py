"""What is worth knowing of an app as a whole although nothing is wrong: its time-out, what Azure would pass over."""

from __future__ import annotations

import os
from collections.abc import Iterable

from pytest_azfunc.errors import AzfuncError, app_notes
from pytest_azfunc.project import Project
from pytest_azfunc.project.app_line import declared_by
from pytest_azfunc.project.app_script import SCRIPT_SETTING
from pytest_azfunc.project.function_timeout import timeout_note
from pytest_azfunc.project.names import host_order


def notes_of(project: Project, unseen: Iterable[AzfuncError]) -> list[str]:
    """The notes, a sentence or two each.

    :param unseen: about functions that Azure does not see.
    """
    timeout = timeout_note(project.host, os.environ)
    return [*([timeout] if timeout else ()), *_passed_over(project, unseen)]


def _passed_over(project: Project, unseen: Iterable[AzfuncError]) -> list[str]:
    is_empty = not (project.functions or project.errors)
    if project.script is None:
        return [app_notes.script_not_there(SCRIPT_SETTING)] if SCRIPT_SETTING in os.environ and not is_empty else []
    if project.failure is not None:
        return []
    script = declared_by(project)
    folders = ", ".join(_function_json_folders(os.fspath(project.root)))
    notes = [f"{error.problem} {error.remedy[:1].upper()}{error.remedy[1:]}" for error in unseen]
    if folders:
        notes.append(app_notes.falls_back(folders) if is_empty else app_notes.folders_not_read(folders, script))
    return notes


def _function_json_folders(root: str) -> list[str]:
    """Names of the folders that declare a function in the other model, in the host's order."""
    with os.scandir(root) as entries:
        names = [entry.name for entry in entries if os.path.isfile(os.path.join(entry.path, "function.json"))]
    return sorted(names, key=host_order)
