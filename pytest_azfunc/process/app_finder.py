"""Finds an app's modules when they are imported, and makes plain names mean ``__app__`` ones."""

from __future__ import annotations

import importlib.abc
import importlib.machinery
import sys
from collections.abc import Sequence
from types import ModuleType

from pytest_azfunc.process.alias_loader import alias
from pytest_azfunc.process.app_files import NAMESPACE, AppFiles, is_test, module_from
from pytest_azfunc.process.app_path import AppPath
from pytest_azfunc.process.import_state import is_being_imported
from pytest_azfunc.process.modules_of_tests import ModulesOfTests


class AppFinder(importlib.abc.MetaPathFinder):
    """Finds the app's modules the ordinary way, and keeps note of them.

    :ivar top_level: the names that may be modules of the app; None before they were looked for.
    :ivar found: the names of the modules that were found.
    :ivar foreign: names that look like the app's, and are not.
    """

    def __init__(self, files: AppFiles, path: AppPath, of_tests: ModulesOfTests) -> None:
        self.top_level: frozenset[str] | None = None
        self.found: list[str] = []
        self.foreign: set[str] = {"conftest"}
        self._files = files
        self._path = path
        self._of_tests = of_tests

    def forget(self) -> None:
        """Begin afresh, as a new worker process would."""
        self.top_level = None
        self.found = []

    def find_spec(
        self, name: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> importlib.machinery.ModuleSpec | None:
        """The spec of a module of the app; None for all others, and for those that are found anyway."""
        head, _, rest = name.partition(".")
        if head == NAMESPACE and self._files.script is None:
            return self._in_namespace(name, rest, path)
        if not self._may_be_app(head) or head in self.foreign or is_test(name):
            return None
        if head in self._of_tests.names:  # it is the tests' too
            return self._of_tests.find(name) if path is None else None
        spec = importlib.machinery.PathFinder.find_spec(name, path, target)
        if spec is None:
            return None
        if not self._files.has(spec):
            return self._instead_of(spec) if path is None else None
        self.found.append(name)
        if head in self._files.functions and f"{NAMESPACE}.{name}" not in _being_imported():
            return alias(name, spec, f"{NAMESPACE}.{name}")
        # Mostly None: the other finders import it as ever, and only the note was wanted.
        return self._of_tests.app_first_in(spec)

    def _instead_of(self, other: importlib.machinery.ModuleSpec) -> importlib.machinery.ModuleSpec | None:
        """The module of this app where the one of another app is found first: both are on the path of the tests."""
        if self._files.script is None or not other.origin or not self._files.are_of_another(other.origin):
            return None
        spec = importlib.machinery.PathFinder.find_spec(other.name, [self._files.spelled_root])
        if spec is not None:
            self.found.append(other.name)
        return spec

    def _may_be_app(self, head: str) -> bool:
        """A cheap look before the search: most imports are of other things than the app's."""
        return (self.top_level is not None and head in self.top_level) or self._path.has_grown

    def _in_namespace(self, name: str, plain: str, path: Sequence[str] | None) -> importlib.machinery.ModuleSpec | None:
        spec = importlib.machinery.PathFinder.find_spec(name, path)
        if spec is None:
            return None
        self.found.append(name)
        head = plain.partition(".")[0]
        if head in self._files.functions and spec.origin and module_from(plain, spec.origin):
            return alias(name, spec, plain)
        return self._of_tests.app_first_in(spec) or spec


def _being_imported() -> frozenset[str]:
    """Names under ``__app__`` whose code is running right now.

    A function that imports its own plain name while it loads gets a copy of its own, as in Azure: the alias would
    lead in a circle.
    """
    names = (name for name in list(sys.modules) if name.startswith(f"{NAMESPACE}."))
    return frozenset(name for name in names if is_being_imported(sys.modules.get(name)))
