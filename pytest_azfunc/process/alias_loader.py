"""A second name for a module: importing the one gives the object of the other."""

from __future__ import annotations

import importlib
import importlib.abc
from collections.abc import Callable
from importlib.machinery import ModuleSpec
from types import ModuleType
from typing import Any

# What the import system writes into a module that it loads.
_WRITTEN = ("__name__", "__loader__", "__package__", "__spec__", "__path__", "__file__", "__cached__")

__tracebackhide__ = True


class AliasLoader(importlib.abc.Loader):
    """Imports the module *target* instead, and leaves it as it is."""

    def __init__(self, name: str, target: str, led: Callable[[str, ModuleType], None]) -> None:
        self._name = name
        self._target = target
        self._led = led
        self._before: dict[str, Any] = {}

    def create_module(self, spec: ModuleSpec) -> ModuleType:
        """The other module, or what stands in its place in ``sys.modules``."""
        module = importlib.import_module(self._target)
        attributes = getattr(module, "__dict__", {})
        self._before = {name: attributes[name] for name in _WRITTEN if name in attributes}
        return module

    def exec_module(self, module: ModuleType) -> None:
        """Nothing is left to run; the import system has just written into the module as if it were new."""
        attributes = getattr(module, "__dict__", {})
        for name in _WRITTEN:
            if name in self._before:
                attributes[name] = self._before[name]
            else:
                attributes.pop(name, None)
        self._led(self._name, module)


def alias(name: str, target: str, places: list[str] | None, led: Callable[[str, ModuleType], None]) -> ModuleSpec:
    """What makes *name* mean the module *target*.

    :param places: where the submodules are, when it is a package.
    :param led: called with name and module when the one leads to the other.
    """
    found = ModuleSpec(name, AliasLoader(name, target, led), is_package=places is not None)
    if places is not None:
        found.submodule_search_locations = list(places)
    return found
