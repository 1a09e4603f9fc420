"""Finds an app's modules when they are imported, and makes both of their names mean one module.

In Azure a function's module is ``__app__.Greet``, and ``Greet`` would be a second copy of it. Here the two are one: the
name that was imported first is the module's own, the other one leads to it.
"""

from __future__ import annotations

import importlib.abc
import importlib.machinery
import sys
from collections.abc import Sequence
from functools import partial
from importlib.machinery import ModuleSpec
from types import ModuleType
from typing import Any

from pytest_azfunc.process.app_files import NAMESPACE, AppFiles, is_test
from pytest_azfunc.process.app_path import AppPath
from pytest_azfunc.process.import_state import imported_as, is_being_imported
from pytest_azfunc.process.kept_modules import KeptModules
from pytest_azfunc.process.lent_settings import LentSettings
from pytest_azfunc.process.modules_of_tests import ModulesOfTests
from pytest_azfunc.process.outgoing import OUTGOING, RUNS_MODULE, RequestRefused
from pytest_azfunc.process.passing_loader import PassingLoader
from pytest_azfunc.process.undoing import undo

_BELOW = f"{NAMESPACE}."

__tracebackhide__ = True


def plain(name: str) -> str:
    """The name without Azure's package in front of it."""
    return name.removeprefix(_BELOW)


class AppFinder(importlib.abc.MetaPathFinder):
    """Finds the app's modules the ordinary way, and keeps note of them.

    :ivar top_level: the names that may be modules of the app; None before they were looked for.
    :ivar foreign: names that look like the app's, and are not.
    """

    def __init__(
        self, files: AppFiles, path: AppPath, of_tests: ModulesOfTests, kept: KeptModules, settings: LentSettings
    ) -> None:
        self.top_level: frozenset[str] | None = None
        self.foreign: set[str] = {"conftest"}
        self._files = files
        self._path = path
        self._of_tests = of_tests
        self._kept = kept
        self._settings = settings
        self._second: dict[str, ModuleType] = {}  # the names that led to a module which has another of its own

    def forget(self) -> None:
        """Begin afresh, as a new worker process would."""
        self.top_level = None
        self._second = {}

    def find_spec(self, name: str, path: Sequence[str] | None, target: ModuleType | None = None) -> ModuleSpec | None:
        """The spec of a module of the app; None for all others."""
        head, _, rest = name.partition(".")
        if head == NAMESPACE and self._files.script is None:
            return self._find(name, rest, path, target) if rest else self._namespace()
        if not self._may_be_app(head) or head in self.foreign or is_test(name):
            return None
        return self._find(name, name, path, target)

    def _may_be_app(self, head: str) -> bool:
        """A cheap look before the search: most imports are of other things than the app's."""
        return (self.top_level is not None and head in self.top_level) or self._path.has_grown

    def _find(
        self, name: str, plain_name: str, path: Sequence[str] | None, target: ModuleType | None
    ) -> ModuleSpec | None:
        if path is None and name in self._of_tests.names:
            path = self._of_tests.path_of_app()
            if path is None:  # code of the tests asks: it gets theirs
                return None
        spec = importlib.machinery.PathFinder.find_spec(name, path, target)
        if spec is not None and not self._files.has(spec):
            if name != plain_name:
                return spec
            spec = self._instead_of(spec) if "." not in name else None
        if spec is None:
            return None
        own = name if target is not None else self._own_name(name, plain_name, spec)
        if own != name:
            return self._leading_to(own, name, spec)
        return self._ordinary(spec)

    def _namespace(self) -> ModuleSpec:
        """The package ``__app__``: the app's own, when its root is one, or as Azure's worker makes it."""
        if self._files.is_package():
            spec = importlib.machinery.PathFinder.find_spec(NAMESPACE, [self._files.above()])
            if spec is not None:
                return self._ordinary(spec)
        spec = ModuleSpec(NAMESPACE, None, is_package=True)
        spec.submodule_search_locations = [self._files.spelled_root]
        self._kept.note(NAMESPACE)
        return spec

    def _instead_of(self, other: ModuleSpec) -> ModuleSpec | None:
        """The module of this app where the one of another app is found first: both are on the path of the tests."""
        if not other.origin or not self._files.are_of_another(other.origin):
            return None
        return importlib.machinery.PathFinder.find_spec(other.name, [self._files.spelled_root])

    def _own_name(self, name: str, plain_name: str, spec: ModuleSpec) -> str:
        """The name that a module has of its own, when it is imported by the name of *name*."""
        if self._files.script is not None:
            return name
        package, _, leaf = plain_name.rpartition(".")
        if package:  # a module lies where its package does
            own = imported_as(sys.modules.get(name.rpartition(".")[0]))
            return f"{own}.{leaf}" if own in (package, _BELOW + package) else name
        azure = _BELOW + plain_name
        other = plain_name if name == azure else azure
        if self._leads_on(other, name, spec):
            return other
        return azure if plain_name in self._files.functions and self._files.climb(plain_name) else name

    def _leads_on(self, other: str, name: str, spec: ModuleSpec) -> bool:
        """Whether the module is there under its other name, and is to be it under this name, too."""
        module = self._of_tests.app_module(other)
        # A function that imports its own plain name while it loads gets a copy of its own, as in Azure: the other
        # name would lead in a circle.
        if module is None or is_being_imported(module):
            return False
        own = imported_as(module)
        if own == name or self._second.get(name) is module:
            # The name was there, and somebody has removed it to have the module imported anew.
            self._second.pop(name, None)
            self._kept.drop(other)
            return False
        return own not in (other, name) or _is_from(module, spec)

    def _leading_to(self, own: str, name: str, spec: ModuleSpec) -> ModuleSpec:
        from pytest_azfunc.process.alias_loader import alias  # most modules go by one name

        return alias(name, own, spec.submodule_search_locations, self._led)

    def _led(self, name: str, module: ModuleType) -> None:
        self._kept.note(name, module)
        self.note_second(name, module)

    def note_second(self, name: str, module: ModuleType) -> None:
        """Remember that *name* leads to a module: when it no longer does, somebody has removed it."""
        self._second[name] = module

    def _ordinary(self, spec: ModuleSpec) -> ModuleSpec:
        if spec.loader is None:  # a folder without a script of its own
            self._kept.note(spec.name)
        else:
            spec.loader = _AppLoader(spec.loader, self._files.spelled_root, self._kept, self._settings, self._of_tests)
        return spec


def _is_from(module: ModuleType, spec: ModuleSpec) -> bool:
    """Whether the module comes from what was found."""
    found = module.__spec__
    if found is None:
        return False
    if spec.origin is not None or found.origin is not None:
        return spec.origin == found.origin
    return bool(set(spec.submodule_search_locations or ()) & set(found.submodule_search_locations or ()))


class _AppLoader(PassingLoader):
    """Runs the code of a module as the app's: with its settings, and with the names of its own modules."""

    def __init__(
        self, loader: Any, root: str, kept: KeptModules, settings: LentSettings, of_tests: ModulesOfTests
    ) -> None:
        super().__init__(loader)
        self._root = root
        self._kept = kept
        self._settings = settings
        self._of_tests = of_tests

    def run(self, module: ModuleType) -> None:
        self._kept.note(module.__name__, module)
        self._kept.note_run(module.__name__)
        token = RUNS_MODULE.set(True)
        try:
            OUTGOING.serve_import(token)
            with self._settings.in_environment(), self._of_tests.app_first():
                super().run(module)
        except RequestRefused as refused:
            raise refused.as_error(self._root) from None
        finally:
            undo([partial(RUNS_MODULE.reset, token), partial(OUTGOING.leave, token)])
        present = sys.modules.get(module.__name__)
        if present is not None:  # a module may put another object into its place
            self._kept.note(module.__name__, present)
