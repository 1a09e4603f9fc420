"""Where the function app is, when nobody has said so."""

from __future__ import annotations

import os
from collections.abc import Sequence

from pytest_azfunc.errors import ProjectError
from pytest_azfunc.project.app_script import DECORATOR_SCRIPT
from pytest_azfunc.project.folders import HOST_JSON, has_function_folder, walk

_DEEPEST = 6  # levels below the rootdir


def nearest_above(start: str) -> str | None:
    """The nearest folder with a host.json, from *start* upwards."""
    folder = os.path.abspath(start)
    while True:
        if os.path.isfile(os.path.join(folder, HOST_JSON)):
            return folder
        parent = os.path.dirname(folder)
        if parent == folder:
            return None
        folder = parent


def find_projects(start: str, rootdir: str) -> list[str]:
    """The apps that may be meant in the folder *start*.

    They are the nearest one above it, else the only one at or right below *rootdir*, else all that are below it.

    :raises ProjectError: there is none; it says where it looked.
    """
    near = _near(start, rootdir)
    if near is not None:
        return [near]
    apps = _apps_below(rootdir, _DEEPEST)
    if apps:
        return apps
    searched = f"there is no host.json in {start} or above it, nor in {rootdir} or the folders below it"
    unfinished = next(
        (folder for folder in (start, *(top for top, _ in walk(rootdir, 1))) if _has_function(folder)), None
    )
    if unfinished is not None:
        raise ProjectError("project-without-host-json", path=unfinished, searched=searched)
    raise ProjectError("project-not-found", searched=searched)


def the_nearest(start: str, rootdir: str) -> str:
    """The app of a test in the folder *start*: the nearest above it, else the only one at or right below *rootdir*.

    :raises ProjectError: there is none, or several, or one only that is further down, which a test has to name.
    """
    near = _near(start, rootdir)
    if near is not None:
        return near
    apps = find_projects(start, rootdir)
    if len(apps) > 1:
        return the_one_of(apps, start, rootdir)
    searched = f"there is no host.json in {start} or above it, nor in {rootdir} or the folders right below it"
    raise ProjectError("project-not-found", searched=f"{searched}; there is one in {os.path.relpath(apps[0], rootdir)}")


def _near(start: str, rootdir: str) -> str | None:
    """The nearest app above the folder *start*, else the only one at or right below *rootdir*."""
    found = nearest_above(start)
    if found is not None:
        return found
    apps = _apps_below(rootdir, 1)
    return apps[0] if len(apps) == 1 else None


def the_one_of(apps: Sequence[str], start: str, rootdir: str) -> str:
    """The app of a test in the folder *start*: the nearest of the *apps* above it, or the only one.

    :raises ProjectError: there are several.
    """
    above = [app for app in apps if os.path.join(os.path.abspath(start), "").startswith(os.path.join(app, ""))]
    if above or len(apps) == 1:
        return max(above or apps, key=len)
    names = ", ".join(os.path.relpath(path, rootdir) for path in apps)
    raise ProjectError("project-ambiguous", found=f"{names} (below {rootdir})")


def _apps_below(top: str, deepest: int) -> list[str]:
    return [folder for folder, files in walk(top, deepest) if HOST_JSON in files]


def _has_function(folder: str) -> bool:
    return os.path.lexists(os.path.join(folder, DECORATOR_SCRIPT)) or has_function_folder(folder)


def require_app(path: str, named_by: str = "") -> str:
    """The folder that a user has named, checked to be a function app.

    :param named_by: what has named it, for an error.
    :raises ProjectError: no folder, or one with neither a host.json nor a function.
    """
    hint = f" It is named by {named_by}." if named_by else ""
    if not os.path.isdir(path):
        raise ProjectError("project-missing", path=path, hint=hint)
    try:
        os.listdir(path)
    except OSError:
        return path  # reading it has the better message
    if os.path.lexists(os.path.join(path, HOST_JSON)) or _has_function(path):
        return path
    apps = [os.path.relpath(app) for app in _apps_below(path, _DEEPEST)]
    hint = (f" There are some below it: {', '.join(apps)}." if apps else "") + hint
    raise ProjectError("project-empty", path=path, hint=hint)
