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


class ModulesOfTests:
    """Which names both an app and its tests have, and the modules that are out of place at the moment.

    :ivar has_candidates: whether there may be such names; in nearly all projects there are none.
    """

    def __init__(self, root: str) -> None:
        """Of the app in the folder *root*, a real path."""
        self._root = root
        self._folders: set[str] = set()
        self._has_looked = True
        self._of_app: dict[str, ModuleType] = {}
        self._of_tests: dict[str, ModuleType] = {}
        self._depth = 0
        self._candidates: dict[str, frozenset[str]] = {}  # folder of tests -> names
        self.has_candidates = False
        self._every: frozenset[str] = frozenset()  # the names of all folders
        self._names: frozenset[str] = frozenset()
        self._on_path: frozenset[str] = frozenset()
        self._on_path_for: list[str] = []  # the sys.path that they were found for

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
        wanted = frozenset(of_app) - {"conftest"}
        found = {folder: _listed(folder, wanted) for folder in self._folders}
        self._candidates = {folder: names for folder, names in found.items() if names}
        self.has_candidates = bool(self._candidates) or self._depth > 0
        self._every = frozenset().union(*self._candidates.values())
        self._on_path, self._on_path_for = frozenset(), []

    @property
    def names(self) -> frozenset[str]:
        """The names that both have; none in nearly all projects, and then nothing here costs anything."""
        if self._every and not self._depth:
            if self._on_path_for != sys.path:
                # pytest puts a folder there when it imports the first test of it, if at all (``--import-mode``).
                self._on_path = frozenset(filter(self._is_found_first, self._every))
                self._on_path_for = sys.path[:]
            loaded = [name for name in self._every - self._on_path if self._is_loaded(name)]
            self._names = self._on_path.union(loaded) if loaded else self._on_path
        return self._names

    def _is_found_first(self, name: str) -> bool:
        """Whether an import gives the tests' module: a mere folder never hides a package of the app."""
        spec = importlib.machinery.PathFinder.find_spec(name)
        if spec is None:
            return False
        places = [spec.origin] if spec.origin and spec.has_location else list(spec.submodule_search_locations or ())
        return any(self._is_candidate(name, os.path.realpath(place)) for place in places)

    def _is_candidate(self, name: str, place: str) -> bool:
        folder = os.path.dirname(place)
        if os.path.basename(place) == "__init__.py":
            folder = os.path.dirname(folder)
        return name in self._candidates.get(folder, ())

    def _is_loaded(self, name: str) -> bool:
        """Whether the tests' module is there, however pytest has imported it."""
        module = sys.modules.get(name)
        return module is not None and self._is_of_tests(module)

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
        if not self.has_candidates:
            return
        names = self.names
        self._depth += 1
        if self._depth > 1 or not names:
            return
        for name, module in self._present():
            if self._is_of_tests(module):
                self._of_tests[name] = sys.modules.pop(name)
        for name, module in self._of_app.items():
            sys.modules.setdefault(name, module)

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
        return [(name, module) for name, module in list(sys.modules.items()) if name.partition(".")[0] in self._names]

    def _is_of_tests(self, module: ModuleType) -> bool:
        place = _place(module)
        if not place:  # a stub that somebody has put there
            return False
        for _ in range(module.__name__.count(".") + (os.path.basename(place) == "__init__.py")):
            place = os.path.dirname(place)
        return os.path.dirname(place) in self._folders

    def path_of_app(self) -> list[str] | None:
        """``sys.path`` as Azure has it, without folders of tests; None while the tests' code runs."""
        if not self._depth:
            return None
        return [entry for entry in sys.path if os.path.realpath(entry) not in self._folders]

    def app_module(self, name: str) -> ModuleType | None:
        """The app's module of that name, which may have to wait while the tests' is in its place."""
        if self._of_app and not self._depth and name in self._of_app:
            return self._of_app[name]
        return sys.modules.get(name)

    def forget(self) -> None:
        """Drop the app's modules, as a new worker process would."""
        self._of_app.clear()


def _place(module: ModuleType) -> str:
    """The file of a module, or the folder of a namespace package; empty where it has neither."""
    places = [getattr(module, "__file__", None), *getattr(module, "__path__", ())]
    return os.path.realpath(next((place for place in places if isinstance(place, str)), "")) if any(places) else ""


def _listed(folder: str, wanted: frozenset[str]) -> frozenset[str]:
    """Which of the names *wanted* are those of modules and packages in a folder."""
    try:
        with os.scandir(folder) as entries:
            found = [(os.path.splitext(entry.name)[0], entry) for entry in entries]
    except OSError:
        return frozenset()
    return frozenset(name for name, entry in found if name in wanted and _can_be_imported(entry))


def _can_be_imported(entry: os.DirEntry[str]) -> bool:
    """Whether it is a script, or a folder with scripts in it."""
    if not entry.is_dir():
        return entry.name.endswith(".py")
    return any(name.endswith(".py") for _, _, names in os.walk(entry.path) for name in names)
