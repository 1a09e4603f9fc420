"""What the import system knows of a module. How far its import has come, it keeps to itself; it is known here alone."""

from __future__ import annotations

from types import ModuleType


def is_being_imported(module: ModuleType | None) -> bool:
    """Whether the module's code is running right now."""
    return bool(getattr(getattr(module, "__spec__", None), "_initializing", False))


def imported_as(module: object) -> str | None:
    """The name under which a module was imported; None of what somebody has made by hand, such as a mock."""
    name = getattr(getattr(module, "__spec__", None), "name", None)
    return name if isinstance(name, str) else None


def is_put_by_hand(name: str, module: object) -> bool:
    """Whether *module* was not imported under this name: somebody has put it into ``sys.modules``, as tests do."""
    return imported_as(module) != name
