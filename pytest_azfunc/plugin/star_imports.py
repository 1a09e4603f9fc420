"""The fixtures that come into a test file by ``from module import *``: read in the text of the module, not imported."""

from __future__ import annotations

import ast
import os
import sys
from collections.abc import Iterable, Iterator
from io import FileIO

from pytest_azfunc.plugin.own_fixtures import imported, own_fixtures, starred


def fixtures_of_stars(modules: Iterable[str], folder: str) -> frozenset[str]:
    """Names of the fixtures of modules, and of those that these import in turn.

    :param modules: their names, relative ones with dots in front.
    :param folder: where the file lies that imports them.
    """
    return frozenset(_names(modules, folder, set()))


def _names(modules: Iterable[str], folder: str, seen: set[str]) -> Iterator[str]:
    for module in modules:
        path = _file(module, folder)
        if path is None or path in seen:
            continue
        seen.add(path)
        try:
            with FileIO(path) as file:
                body = ast.parse(file.read()).body
        except (OSError, SyntaxError, ValueError, RecursionError, MemoryError):
            continue
        yield from own_fixtures(body)
        yield from imported(body)
        yield from _names(starred(body), os.path.dirname(path), seen)


def _file(module: str, folder: str) -> str | None:
    """Where the module lies; None where that cannot be told."""
    name = module.lstrip(".")
    level = len(module) - len(name)
    for _ in range(level - 1):
        folder = os.path.dirname(folder)
    for place in [folder] if level else [folder, *sys.path]:
        path = os.path.join(place, *filter(None, name.split(".")))
        for found in (f"{path}.py", os.path.join(path, "__init__.py")):
            if os.path.isfile(found):
                return found
    return None
