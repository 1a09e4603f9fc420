"""Why the host finds no function at all in an app: a host that starts with nothing to do looks sound in Azure."""

from __future__ import annotations

import os
from collections.abc import Iterator

from pytest_azfunc.errors import Location, ProjectError
from pytest_azfunc.project.app_script import DECORATOR_SCRIPT, SCRIPT_SETTING, Script
from pytest_azfunc.project.contents import Contents
from pytest_azfunc.project.folders import HOST_JSON, has_function_folder, walk

_DEEPEST = 3
_MAKES_AN_APP = (b"FunctionApp(", b"DFApp(")


def why_none(root: str, script: Script | None, contents: Contents) -> list[ProjectError]:
    """What keeps the host from finding a function; empty for an app that has one, be it one in error.

    :param contents: what was read of the app. One that is hidden by an error has functions.
    """
    if contents.functions or contents.errors or contents.failure is not None:
        return []
    if contents.excluded:
        place = Location(os.path.join(root, HOST_JSON))
        return [ProjectError("functions-left-out", location=place, names=", ".join(contents.excluded))]
    if script is None:
        return [_not_in_folders(root)]
    from pytest_azfunc.project.indexing.unseen import unseen_functions

    nothing = ProjectError("functions-none", location=Location(script.path), script=script.name)
    return unseen_functions(script, contents.app) or [nothing]


def _not_in_folders(root: str) -> ProjectError:
    if SCRIPT_SETTING in os.environ:
        return ProjectError("script-not-there", location=Location(root))
    for place, found, remedy in _elsewhere(root):
        beside = HOST_JSON if os.path.exists(os.path.join(root, HOST_JSON)) else root
        return ProjectError("functions-elsewhere", location=Location(place), beside=beside, found=found, remedy=remedy)
    return ProjectError("functions-none-in-folders", location=Location(root))


def _elsewhere(root: str) -> Iterator[tuple[str, str, str]]:
    """Where functions are instead: the place, what is there, and what to do. The likeliest comes first."""
    below = [(folder, names) for folder, names in walk(root, _DEEPEST) if folder != root]
    for folder, names in below:
        shown = os.path.relpath(folder, root)
        if HOST_JSON in names:
            continue
        if DECORATOR_SCRIPT in names:
            script = os.path.join(folder, DECORATOR_SCRIPT)
            yield script, f"there is one in {shown}, where it does not look", _move(DECORATOR_SCRIPT, shown)
        elif has_function_folder(folder):
            yield (
                folder,
                f"there are folders with function.json in {shown}, where it does not look",
                _move("them", shown),
            )
    for path in _scripts_of_another_name(root):
        name = os.path.basename(path)
        yield (
            path,
            f"{name} makes a function app, but the host reads {DECORATOR_SCRIPT}",
            f"rename it to {DECORATOR_SCRIPT}, or set {SCRIPT_SETTING} to {name}",
        )
    for folder, names in below:
        if HOST_JSON in names:
            shown = os.path.relpath(folder, root)
            yield (
                folder,
                f"{shown} is a function app of its own",
                f"name it: --azfunc-project {os.path.relpath(folder)}",
            )


def _move(what: str, folder: str) -> str:
    return f"move host.json into {folder}, or {what} beside host.json"


def _scripts_of_another_name(root: str) -> Iterator[str]:
    for name in sorted(os.listdir(root)):
        path = os.path.join(root, name)
        if name.endswith(".py") and not name.startswith(("test_", "conftest")) and os.path.isfile(path):
            with open(path, "rb") as file:
                text = file.read()
            if any(word in text for word in _MAKES_AN_APP):
                yield path
