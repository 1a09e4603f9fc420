"""A second name for a module: importing the one gives the object of the other."""

from __future__ import annotations

import importlib
import importlib.abc
from importlib.machinery import ModuleSpec
from types import ModuleType


class AliasLoader(importlib.abc.Loader):
    """Imports the module *target* instead."""

    def __init__(self, target: str) -> None:
        self._target = target
        self._spec: ModuleSpec | None = None

    def create_module(self, spec: ModuleSpec) -> ModuleType:
        """The other module."""
        module = importlib.import_module(self._target)
        self._spec = module.__spec__
        return module

    def exec_module(self, module: ModuleType) -> None:
        """Nothing is left to run; the import system has just put the alias's spec there."""
        module.__spec__ = self._spec


def alias(name: str, spec: ModuleSpec, target: str) -> ModuleSpec:
    """What makes *name* mean the module *target*.

    :param spec: of the module that *name* would be.
    """
    found = ModuleSpec(
        name, AliasLoader(target), origin=spec.origin, is_package=spec.submodule_search_locations is not None
    )
    if spec.submodule_search_locations is not None:
        found.submodule_search_locations = list(spec.submodule_search_locations)
    return found
