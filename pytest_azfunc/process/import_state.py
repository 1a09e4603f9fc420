"""How far the import of a module has come. The import system keeps it to itself; it is known here alone."""

from __future__ import annotations

from types import ModuleType


def is_being_imported(module: ModuleType | None) -> bool:
    """Whether the module's code is running right now."""
    return bool(getattr(getattr(module, "__spec__", None), "_initializing", False))
