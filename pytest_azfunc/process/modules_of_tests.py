"""Modules of the tests that have the names of modules of the app.

pytest puts the folders of test files in front of ``sys.path``, and ``sys.modules`` has room for one module of a name.
In Azure there are no such folders, so what is called ``helpers`` to the app's code is the app's own. Here each side has
its own: the tests' modules make way while code of the app runs.
"""

from __future__ import annotations

import importlib.machinery
import os
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from types import ModuleType
from typing import Any

from pytest_azfunc.process.passing_loader import PassingLoader


class ModulesOfTests:
    """Which names both an app and its tests have, and the modules that are out of place at the moment."""

    def __init__(self, root: str) -> None:
        """Of the app in the folder *root*, a real path."""
        self._root = root
        self._folders: set[str] = set()
        self._has_looked = True
        self._of_app: dict[str, ModuleType] = {}
        self._of_tests: dict[str, ModuleType] = {}
        self._depth = 0
        self._candidates: dict[str, frozenset[str]] = {}  # folder of tests -> names
        self._names: frozenset[str] = frozenset()
        self._names_for: list[str] = []  # the sys.path that they were found for

    def add(self, file: str) -> None:
        """Take note of the folders that pytest puts on ``sys.path`` for a test file: its own, and its conftests'."""
        folder = os.path.dirname(os.path.realpath(file))
        self._add_folder(folder)
        while folder not in (self._root, os.path.dirname(folder)):
            folder = os.path.dirname(folder)
            if os.path.isfile(os.path.join(folder, "conftest.py")):
                self._add_folder(folder)

    def _add_folder(self, folder: str) -> None:
        while os.path.isfile(os.path.join(folder, "__init__.py")):
            folder = os.path.dirname(folder)
        if folder not in (self._root, *self._folders):
            self._folders.add(folder)
            self._has_looked = False

    def look(self, of_app: Iterable[str]) -> None:
        """Find the names: those *of_app* that are in a folder of tests, too."""
        if self._has_looked:
            return
        self._has_looked = True
        found = {folder: _listed(folder).intersection(of_app) - {"conftest"} for folder in self._folders}
        self._candidates = {folder: names for folder, names in found.items() if names}
        self._names, self._names_for = frozenset(), []

    @property
    def names(self) -> frozenset[str]:
        """The names that both have; none in nearly all projects, and then nothing here costs anything."""
        if self._candidates and not self._depth and self._names_for != sys.path:
            # pytest puts a folder there when it imports the first test of it, if at all (``--import-mode``).
            on_path = self._candidates.keys() & set(map(os.path.realpath, sys.path))
            self._names = frozenset(name for folder in on_path for name in self._candidates[folder])
            self._names_for = sys.path[:]
        return self._names

    @contextmanager
    def app_first(self) -> Iterator[None]:
        """While the block runs, the names mean the app's modules. May nest."""
        self.make_way()
        try:
            yield
        finally:
            self.come_back()

    def make_way(self) -> None:
        """Code of the app begins to run: the tests' modules make way."""
        if not self._candidates:
            return
        names = self.names
        self._depth += 1
        if self._depth > 1 or not names:
            return
        for name, module in self._present():
            if self._is_of_tests(module):
                self._of_tests[name] = sys.modules.pop(name)
        sys.modules.update(self._of_app)

    def come_back(self) -> None:
        """Code of the app has run: the tests' modules are back, and the app's wait for the next time."""
        if not self._depth:  # nobody has made way
            return
        self._depth -= 1
        if self._depth or not self._names:
            return
        for name, module in self._present():
            if _place(module).startswith(self._root + os.sep) and not self._is_of_tests(module):
                self._of_app[name] = sys.modules.pop(name)
        sys.modules.update(self._of_tests)
        self._of_tests.clear()

    def _present(self) -> list[tuple[str, ModuleType]]:
        return [(name, module) for name, module in sys.modules.items() if name.partition(".")[0] in self._names]

    def _is_of_tests(self, module: ModuleType) -> bool:
        place = _place(module)
        for _ in range(module.__name__.count(".") + (os.path.basename(place) == "__init__.py")):
            place = os.path.dirname(place)
        return os.path.dirname(place) in self._folders

    def find(self, name: str) -> importlib.machinery.ModuleSpec | None:
        """The module *name*, one of :attr:`names`, as Azure would find it; None while the tests' code runs."""
        if not self._depth:
            return None
        path = [entry for entry in sys.path if os.path.realpath(entry) not in self._folders]
        return importlib.machinery.PathFinder.find_spec(name, path)

    def app_first_in(self, spec: importlib.machinery.ModuleSpec) -> importlib.machinery.ModuleSpec | None:
        """*spec* of a module of the app, whose code is to find the app's modules whoever imports it.

        :returns: None where nothing need be done for it.
        """
        if self._depth or not self.names or spec.loader is None:
            return None
        spec.loader = _AppFirstLoader(spec.loader, self)
        return spec

    def forget(self) -> None:
        """Drop the app's modules, as a new worker process would."""
        self._of_app.clear()


class _AppFirstLoader(PassingLoader):
    def __init__(self, loader: Any, of_tests: ModulesOfTests) -> None:
        super().__init__(loader)
        self._of_tests = of_tests

    def run(self, module: ModuleType) -> None:
        with self._of_tests.app_first():
            super().run(module)


def _place(module: ModuleType) -> str:
    """The file of a module, or the folder of a namespace package; empty where it has neither."""
    places = [getattr(module, "__file__", None), *getattr(module, "__path__", ())]
    return os.path.realpath(next((place for place in places if isinstance(place, str)), "")) if any(places) else ""


def _listed(folder: str) -> frozenset[str]:
    """Names of the modules and packages in a folder."""
    try:
        with os.scandir(folder) as entries:
            found = [os.path.splitext(entry.name) for entry in entries if entry.name.endswith(".py") or entry.is_dir()]
    except OSError:
        return frozenset()
    return frozenset(name for name, _ in found)
