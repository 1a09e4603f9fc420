"""The modules that were imported for an app: in ``sys.modules`` while the app is in place, and kept meanwhile."""

from __future__ import annotations

import sys
from types import ModuleType

from pytest_azfunc.process.import_state import imported_as, is_put_by_hand


class KeptModules:
    """Which modules they are, by every name that leads to one.

    Whatever else is in ``sys.modules``, a conftest's imports and stubs too, is everybody's: it stays.
    """

    def __init__(self) -> None:
        self._names: dict[str, ModuleType | None] = {}  # None: found, and not yet loaded when it was noted
        self._runs: dict[str, int] = {}
        self._out: dict[str, ModuleType] = {}
        self._displaced: dict[str, ModuleType] = {}
        self._attributes: list[tuple[str, str, ModuleType]] = []  # of packages that are everybody's
        self._is_in_place = False
        self._leaving: dict[str, ModuleType] | None = None  # while they are taken out

    def note(self, name: str, module: ModuleType | None = None) -> None:
        """A module of the app is found, or there, under *name*."""
        self._names[name] = module

    def note_run(self, name: str) -> None:
        """Its code is run."""
        self._runs[name] = self._runs.get(name, 0) + 1

    def runs(self, name: str) -> int:
        """How often the code of a module was run: more than once when it was reloaded."""
        return self._runs.get(name, 0)

    def get(self, name: str) -> ModuleType | None:
        """What was noted under *name*, wherever it is now."""
        return self._names.get(name)

    def drop(self, name: str) -> None:
        """Forget a name and those below it: somebody has replaced the module."""
        below = f"{name}."
        for other in [other for other in self._names if other == name or other.startswith(below)]:
            module = self._names.pop(other)
            if module is None or sys.modules.get(other) is module:
                sys.modules.pop(other, None)

    def displace(self, head: str) -> None:
        """Take another app's modules out of the way, until this one is taken out."""
        below = f"{head}."
        for name in [name for name in sys.modules if name == head or name.startswith(below)]:
            self._displaced[name] = sys.modules.pop(name)

    def put_in_place(self) -> None:
        """Put them into ``sys.modules``, in front of others of their names, but for what a test has put there."""
        self._is_in_place = True
        present = sys.modules
        for name, module in self._out.items():
            other = present.get(name)
            if other is not None and other is not module:
                if is_put_by_hand(name, other):
                    continue
                self._displaced[name] = other
            present[name] = module
        for parent, leaf, module in self._attributes:
            if parent in present and present.get(f"{parent}.{leaf}") is module:
                setattr(present[parent], leaf, module)
        self._attributes = []

    def take_out(self) -> None:
        """Take them out, and put back what they stood in front of. Goes on where an interrupt has ended it."""
        if not self._is_in_place:
            return
        if self._leaving is None:
            self._leaving = self._present()
        self._out = self._leaving
        self._names = dict(self._out)
        for name, module in self._out.items():
            if sys.modules.get(name) is module:
                del sys.modules[name]
            parent, _, leaf = name.rpartition(".")
            if parent and parent not in self._out:
                self._take_attribute(parent, leaf, module)
        for name, module in self._displaced.items():
            sys.modules.setdefault(name, module)
        self._displaced, self._leaving, self._is_in_place = {}, None, False

    def _present(self) -> dict[str, ModuleType]:
        """What was noted and is there yet. A name that is gone, or another's now, is forgotten."""
        found: dict[str, ModuleType] = {}
        for name, noted in self._names.items():
            module = sys.modules.get(name)
            if module is not None and (module is noted or (noted is None and imported_as(module) == name)):
                found[name] = module
        return found

    def _take_attribute(self, parent: str, leaf: str, module: ModuleType) -> None:
        attributes = getattr(sys.modules.get(parent), "__dict__", {})
        if attributes.get(leaf) is module:
            self._attributes.append((parent, leaf, module))
            del attributes[leaf]

    def forget(self) -> None:
        """Drop all of them, as a new worker process would. Only while they are out of place."""
        self._names, self._out, self._attributes = {}, {}, []
