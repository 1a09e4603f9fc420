"""A loader that hands everything on to another one, and leaves no trace in the module."""

from __future__ import annotations

import importlib.abc
from importlib.machinery import ModuleSpec
from types import ModuleType
from typing import Any

__tracebackhide__ = True


class PassingLoader(importlib.abc.Loader):
    """Loads as *loader* does. What else is to happen, a subclass does in :meth:`run`."""

    def __init__(self, loader: Any) -> None:
        self._loader = loader

    def __getattr__(self, name: str) -> Any:
        """What the other loader can do beyond importing: ``runpy`` asks for the code, ``inspect`` for the source."""
        if name.startswith("__") or name == "_loader":
            raise AttributeError(name)
        return getattr(self._loader, name)

    def create_module(self, spec: ModuleSpec) -> ModuleType | None:
        """The module, or None for an ordinary one."""
        module: ModuleType | None = self._loader.create_module(spec)
        return module

    def exec_module(self, module: ModuleType) -> None:
        """Run the module's code."""
        module.__loader__ = self._loader
        if module.__spec__ is not None:
            module.__spec__.loader = self._loader
        self.run(module)

    def run(self, module: ModuleType) -> None:
        """Run the module's code, with what is to happen around it."""
        self._loader.exec_module(module)
