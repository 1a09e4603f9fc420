"""The place of a finder of ours among those of ``sys.meta_path``, and one that tells when a module was imported."""

from __future__ import annotations

import sys
import threading
from collections.abc import Callable, Sequence
from importlib import import_module
from importlib.abc import MetaPathFinder
from importlib.machinery import ModuleSpec, PathFinder
from importlib.util import find_spec
from types import ModuleType
from typing import Any

from pytest_azfunc.process.passing_loader import PassingLoader


class ImportHook:
    """Puts a finder right before Python's own, behind the import hooks of others, and takes it away again."""

    def __init__(self, finder: MetaPathFinder) -> None:
        self._finder = finder
        self._finders = sys.meta_path  # the list itself: somebody may put another in its place, and take it away again

    @property
    def is_installed(self) -> bool:
        """Whether the import system asks the finder now."""
        return self._finder in sys.meta_path

    def install(self) -> None:
        """Put it there, once."""
        self._finders = finders = sys.meta_path
        if self._finder not in finders:
            finders.insert(finders.index(PathFinder) if PathFinder in finders else len(finders), self._finder)

    def uninstall(self) -> None:
        """Take it away."""
        for finders in (self._finders, sys.meta_path):
            while self._finder in finders:
                finders.remove(self._finder)


class ImportWatch:
    """Calls back with a module once it is there, between :meth:`start` and :meth:`stop`; nobody imports it for that.

    :param name: the module's.
    :param imported: called at once where it was imported before, and perhaps several times.
    """

    def __init__(self, name: str, imported: Callable[[Any], None]) -> None:
        self._name = name
        self._imported = imported
        self._hook = ImportHook(_WatchingFinder(name, imported))

    def start(self) -> None:
        """Begin."""
        self._hook.install()
        if self._name in sys.modules:
            # Not out of sys.modules: another thread may be at its import this moment.
            self._imported(import_module(self._name))

    def stop(self) -> None:
        """End. What the callback has done is its own affair."""
        self._hook.uninstall()


class _WatchingFinder(MetaPathFinder):
    def __init__(self, name: str, imported: Callable[[ModuleType], None]) -> None:
        self._name = name
        self._imported = imported
        self._asking = threading.local()

    def find_spec(self, name: str, path: Sequence[str] | None, target: ModuleType | None = None) -> ModuleSpec | None:
        if name != self._name or getattr(self._asking, "others", False):
            return None
        self._asking.others = True
        try:
            spec = find_spec(name)
        finally:
            self._asking.others = False
        if spec is not None and spec.loader is not None:
            spec.loader = _CallingBack(spec.loader, self._imported)
        return spec


class _CallingBack(PassingLoader):
    def __init__(self, loader: Any, imported: Callable[[ModuleType], None]) -> None:
        super().__init__(loader)
        self._imported = imported

    def run(self, module: ModuleType) -> None:
        super().run(module)
        self._imported(module)
