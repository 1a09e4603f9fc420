"""Where the function app is, when nobody has said so."""

from __future__ import annotations

import os

from pytest_azfunc.errors import ProjectError

HOST_JSON = "host.json"


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


def find_project(start: str, rootdir: str) -> str:
    """The app of a test in the folder *start*: the nearest above it, else the only one at or right below *rootdir*.

    :raises ProjectError: there is none, or there are several; it says where it looked.
    """
    found = nearest_above(start)
    if found is not None:
        return found
    below = _apps_below(rootdir)
    if len(below) == 1:
        return below[0]
    if below:
        names = ", ".join(os.path.relpath(path, rootdir) for path in below)
        raise ProjectError("project-ambiguous", found=f"{names} (below {rootdir})")
    searched = f"there is no host.json in {start} or above it, nor in {rootdir} or the folders right below it"
    unfinished = next((folder for folder in (start, *_folders_at(rootdir)) if _has_function(folder)), None)
    if unfinished is not None:
        raise ProjectError("project-without-host-json", path=unfinished, searched=searched)
    raise ProjectError("project-not-found", searched=searched)


def _folders_at(rootdir: str) -> list[str]:
    """The folder and those right below it."""
    try:
        with os.scandir(rootdir) as entries:
            return [rootdir, *sorted(entry.path for entry in entries if entry.is_dir())]
    except OSError:
        return [rootdir]


def _apps_below(rootdir: str) -> list[str]:
    return [folder for folder in _folders_at(rootdir) if os.path.isfile(os.path.join(folder, HOST_JSON))]


def _has_function(folder: str) -> bool:
    try:
        names = os.listdir(folder)
    except OSError:
        return False
    return "function_app.py" in names or any(
        os.path.lexists(os.path.join(folder, name, "function.json")) for name in names
    )


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
    raise ProjectError("project-empty", path=path, hint=hint)
