"""Which files and modules are an app's: where it lies, and what of it can be imported."""

from __future__ import annotations

import ast
import importlib.machinery
import os
import re
from collections.abc import Iterable, Iterator
from types import ModuleType

NAMESPACE = "__app__"
_CLIMBS = rb"^[ \t]*from[ \t]*\.[ \t]*\."
_PACKAGES = os.path.join(".python_packages", "lib", "site-packages")
_SUFFIXES = tuple(importlib.machinery.all_suffixes())


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
        self._climbing: dict[str, bool] = {}
        self._of_another: dict[str, bool] = {}

    def forget(self) -> None:
        """Look at the files again when they are next asked for."""
        self._climbing = {}
        self._of_another = {}

    def top_level(self) -> frozenset[str]:
        """The names that are modules in the root, or may be."""
        try:
            names = os.listdir(self.root)
        except OSError:
            return frozenset()
        # Of `greet.cpython-311.so` it is `greet`. A name without a dot may be a folder; `pytest.ini` is no `pytest`.
        return frozenset(name.partition(".")[0] for name in names if "." not in name or name.endswith(_SUFFIXES))

    def packages(self) -> str | None:
        """The folder of packages that were deployed with the app; None without one."""
        folder = os.path.join(self.spelled_root, _PACKAGES)
        return folder if os.path.isdir(folder) else None

    def has(self, spec: importlib.machinery.ModuleSpec) -> bool:
        """Whether what was found is a module of the app."""
        places = [spec.origin] if spec.origin and spec.has_location else list(spec.submodule_search_locations or ())
        return any(self._has_path(os.path.realpath(place)) for place in places)

    def has_module(self, module: ModuleType) -> bool:
        """Whether a module that is there is one of the app."""
        spec = module.__spec__
        return spec is not None and self.has(spec)

    def head_of(self, file: str) -> str:
        """The name of what lies in the root and is, or holds, a file below it."""
        return os.path.splitext(os.path.relpath(os.path.realpath(file), self.root).split(os.sep)[0])[0]

    def _has_path(self, path: str) -> bool:
        """Whether it lies below the root; the packages of a virtual environment there are the tests' too."""
        if not path.startswith(self.root + os.sep):
            return False
        inside = path[len(self.root) + 1 :]
        return inside.startswith(_PACKAGES) or f"{os.sep}site-packages{os.sep}" not in inside

    def is_package(self) -> bool:
        """Whether the root is itself a package of the name ``__app__``."""
        return os.path.basename(self.root) == NAMESPACE and os.path.isfile(os.path.join(self.root, "__init__.py"))

    def above(self) -> str:
        """The folder that the root lies in, as it was spelled."""
        return os.path.dirname(self.spelled_root)

    def climb(self, function: str) -> bool:
        """Whether the function's files import relatively from above its folder: plain Python cannot import it."""
        found = self._climbing.get(function)
        if found is None:
            found = any(_climbs(file, dots) for file, dots in self._scripts(function))
            self._climbing[function] = found
        return found

    def _scripts(self, function: str) -> Iterator[tuple[str, int]]:
        """The Python files below the folder of a function, and how many dots lead to that folder."""
        top = os.path.join(self.root, function)
        for folder, folders, files in os.walk(top):
            folders[:] = [name for name in folders if name.isidentifier()]
            dots = 1 + (0 if folder == top else os.path.relpath(folder, top).count(os.sep) + 1)
            for name in files:
                if name.endswith(".py") and not is_test(os.path.splitext(name)[0]):
                    yield os.path.join(folder, name), dots

    def are_of_another(self, file: str) -> bool:
        """Whether the file of a top-level module lies right in the folder of another function app."""
        found = self._of_another.get(file)
        if found is None:
            folder = os.path.dirname(file)
            if os.path.basename(file).partition(".")[0] == "__init__":
                folder = os.path.dirname(folder)
            found = os.path.realpath(folder) != self.root and os.path.isfile(os.path.join(folder, "host.json"))
            self._of_another[file] = found
        return found


def is_test(name: str) -> bool:
    """A test beside the function's script is pytest's to import: it rewrites the assertions."""
    leaf = name.rpartition(".")[2]
    return leaf.startswith("test_") or leaf.endswith("_test") or leaf == "conftest"


def _climbs(file: str, dots: int) -> bool:
    """Whether a file imports relatively with more dots than these."""
    try:
        with open(file, "rb") as opened:
            source = opened.read()
        if re.search(_CLIMBS, source, re.MULTILINE) is None:
            return False
        nodes = ast.walk(ast.parse(source))
    except (OSError, SyntaxError, ValueError):  # whoever imports it will say so
        return False
    return any(isinstance(node, ast.ImportFrom) and node.level > dots for node in nodes)
