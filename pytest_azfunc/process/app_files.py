"""Which files and modules are an app's: where it lies, and what of it can be imported."""

from __future__ import annotations

import importlib.machinery
import os
import sys
from collections.abc import Iterable
from types import ModuleType

NAMESPACE = "__app__"
_PACKAGES = os.path.join(".python_packages", "lib", "site-packages")


class AppFiles:
    """The files of the app in one folder.

    :ivar root: the folder, a real path.
    :ivar spelled_root: the folder as it was given, which is what paths of modules begin with.
    :ivar functions: the folders of its functions, which are modules below ``__app__``.
    :ivar script: module name of a decorator app's script; such an app has no ``__app__``.
    """

    def __init__(self, root: str, functions: Iterable[str] = (), script: str | None = None) -> None:
        self.root = os.path.realpath(root)
        self.spelled_root = root
        self.functions = frozenset(functions)
        self.script = script

    def top_level(self) -> frozenset[str]:
        """The names that are modules in the root, or may be."""
        try:
            return frozenset(os.path.splitext(name)[0] for name in os.listdir(self.root))
        except OSError:
            return frozenset()

    def packages(self) -> str | None:
        """The folder of packages that were deployed with the app; None without one."""
        folder = os.path.join(self.spelled_root, _PACKAGES)
        return folder if os.path.isdir(folder) else None

    def has(self, spec: importlib.machinery.ModuleSpec) -> bool:
        """Whether what was found is a module of the app."""
        places = [spec.origin] if spec.origin and spec.has_location else list(spec.submodule_search_locations or ())
        return any(self._has_path(os.path.realpath(place)) for place in places)

    def _has_path(self, path: str) -> bool:
        """Whether it lies below the root; the packages of a virtual environment there are the tests' too."""
        if not path.startswith(self.root + os.sep):
            return False
        inside = path[len(self.root) + 1 :]
        return inside.startswith(_PACKAGES) or f"{os.sep}site-packages{os.sep}" not in inside

    def are_of_another(self, file: str) -> bool:
        """Whether the file of a top-level module lies right in the folder of another function app."""
        folder = os.path.dirname(file)
        if os.path.basename(file).partition(".")[0] == "__init__":
            folder = os.path.dirname(folder)
        return os.path.realpath(folder) != self.root and os.path.isfile(os.path.join(folder, "host.json"))


def module_from(name: str, origin: str) -> ModuleType | None:
    """The module that is in ``sys.modules`` under *name*, when it comes from the file *origin*."""
    module = sys.modules.get(name)
    file = getattr(module, "__file__", None)
    return module if isinstance(file, str) and os.path.realpath(file) == os.path.realpath(origin) else None


def is_test(name: str) -> bool:
    """A test beside the function's script is pytest's to import: it rewrites the assertions."""
    leaf = name.rpartition(".")[2]
    return leaf.startswith("test_") or leaf.endswith("_test") or leaf == "conftest"
