"""Looking through folders for function apps, past what holds none."""

from __future__ import annotations

import os
from collections.abc import Iterator

HOST_JSON = "host.json"
# Folders with other people's files, of which there may be many.
_PASSED_BY = frozenset(("node_modules", "site-packages", "bin", "obj", "build", "dist", "target", "__pycache__"))


def walk(top: str, deepest: int) -> Iterator[tuple[str, frozenset[str]]]:
    """Folders from *top* downwards, the higher ones first, each with the names of the files in it.

    Folders in a function app are not looked through, unless *top* is one; nor are hidden ones, and virtual
    environments.

    :param deepest: how many levels below *top*.
    """
    level = [top]
    for depth in range(deepest + 1):
        below: list[str] = []
        for folder in level:
            files, folders = _contents(folder)
            if depth and "pyvenv.cfg" in files:
                continue
            yield folder, files
            if not depth or not (HOST_JSON in files or os.path.islink(folder)):  # a link may lead to where we are
                below += folders
        level = below


def _contents(folder: str) -> tuple[frozenset[str], list[str]]:
    try:
        with os.scandir(folder) as found:
            entries = sorted(found, key=lambda entry: entry.name)
    except OSError:
        return frozenset(), []
    folders = {entry.name: entry for entry in entries if _is_folder(entry)}
    files = frozenset(entry.name for entry in entries if entry.name not in folders)
    return files, [entry.path for entry in folders.values() if _is_looked_at(entry)]


def _is_folder(entry: os.DirEntry[str]) -> bool:
    try:
        return entry.is_dir()
    except OSError:  # a loop of symbolic links
        return False


def _is_looked_at(entry: os.DirEntry[str]) -> bool:
    return not entry.name.startswith(".") and entry.name.lower() not in _PASSED_BY


def has_function_folder(folder: str) -> bool:
    """Whether a folder in it has a function.json."""
    try:
        names = os.listdir(folder)
    except OSError:
        return False
    return any(os.path.lexists(os.path.join(folder, name, "function.json")) for name in names)
