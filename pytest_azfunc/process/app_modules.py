"""The app's own corner of ``sys.modules``.

Azure's worker imports a function as ``__app__.<folder>[.<script>]``, a decorator app's script under its bare name, and
has the app's root at the end of ``sys.path``. In a test process that corner is put in place while a host is open and
taken out afterwards, so that two apps in one session do not see each other, and a module imported by one test is the
same object in the next.

One thing is on purpose not as in Azure: there ``import ProcessOrder`` makes a second copy of a function's module,
here it is the module that runs, because tests import it to patch it.
"""

from __future__ import annotations

import importlib
import importlib.abc
import importlib.machinery
import os
import sys
from collections.abc import Iterable, Sequence
from types import ModuleType

from pytest_azfunc.process.names_of_tests import Shadows

NAMESPACE = "__app__"
PACKAGES = os.path.join(".python_packages", "lib", "site-packages")


class AppModules:
    """Modules of one app: put in place by :meth:`activate`, taken out by :meth:`deactivate`.

    Both may nest, with other apps' too: of several the one that was activated last is in place, alone.
    """

    def __init__(self, root: str, functions: Iterable[str] = (), script: str | None = None) -> None:
        """Of the app in the folder *root*.

        :param functions: the folders of its functions, which are modules below ``__app__``.
        :param script: module name of a decorator app's script; such an app has no ``__app__``.
        """
        self.root = os.path.realpath(root)
        self.spelled_root = root
        self.functions = frozenset(functions)
        self.script = script
        self.generation = 0  # grows when other copies of modules take the place of those that were imported before
        self.shadows = Shadows(self.root)
        self._finder = _AppFinder(self)
        self._kept: dict[str, ModuleType] = {}
        self._displaced: dict[str, ModuleType] = {}
        self._paths: list[str] = []
        self._test_path: list[str] = []
        self._app_paths: tuple[list[str], list[str]] = ([], [])
        self.forget()

    @property
    def in_place(self) -> bool:
        """Whether it is this app's modules that are importable now."""
        return bool(_ACTIVE) and _ACTIVE[-1] is self

    def activate(self) -> bool:
        """Make the app importable, and put its modules back into ``sys.modules``.

        :returns: whether a test has imported one of the functions' modules by itself meanwhile. That copy is the
            one it will patch, so it takes the place of the kept one.
        """
        adopted = False
        if not _ACTIVE or _ACTIVE[-1] is not self:
            if _ACTIVE:
                _ACTIVE[-1]._take_out()
            adopted = self._put_in_place()
        _ACTIVE.append(self)
        return adopted

    def deactivate(self) -> None:
        """Take the app's modules out again, and put back what they stood in front of."""
        top = _ACTIVE[-1]
        del _ACTIVE[len(_ACTIVE) - 1 - _ACTIVE[::-1].index(self)]
        below = _ACTIVE[-1] if _ACTIVE else None
        if below is not top:
            top._take_out()
            if below is not None:
                below._put_in_place()

    def begin_code(self) -> None:
        """Code of the app is about to run: put into ``sys.path`` what the app has added to it before."""
        self._test_path = sys.path[:]
        front, back = self._app_paths
        if front or back:
            sys.path[:] = [*front, *self._test_path, *back]
        self._finder.test_path = self._test_path
        self.shadows.enter()

    def end_code(self) -> None:
        """Code of the app has run: put ``sys.path`` back, and remember what the app has added."""
        self.shadows.leave()
        self._finder.test_path = None
        if sys.path == self._test_path:
            return
        known = set(self._test_path)
        first = next((index for index, path in enumerate(sys.path) if path in known), len(sys.path))
        front, back = sys.path[:first], [path for path in sys.path[first:] if path not in known]
        self._app_paths = list(dict.fromkeys(front)), list(dict.fromkeys(back))
        sys.path[:] = self._test_path

    def _put_in_place(self) -> bool:
        if self._finder.top_level is None:
            importlib.invalidate_caches()  # the app's files may be newer than the path caches
            self._finder.top_level = self._listing()
        self._extend_path()
        self.shadows.look(self._finder.top_level - self._finder.foreign - self.functions)
        sys.meta_path.insert(0, self._finder)
        if self.script is None:
            adopted = self._adopt_native_copies()
        else:
            adopted = self._adopt_native_script(self.script)
            self._displace_other_apps()
        for name, module in self._kept.items():
            other = sys.modules.get(name)
            if other is not None and other is not module:
                self._displaced[name] = other
            sys.modules[name] = module
        return adopted

    def _adopt_native_copies(self) -> bool:
        adopted = False
        for name, module in list(self._kept.items()):
            plain = name.removeprefix(f"{NAMESPACE}.")
            if plain.partition(".")[0] not in self.functions or plain not in sys.modules:
                continue
            native, file = sys.modules[plain], getattr(module, "__file__", None)
            if native is not module and file and self.native_copy(plain, file):
                self._kept[f"{NAMESPACE}.{plain}"] = native
                self._kept.pop(plain, None)
                adopted = True
        return adopted

    def _adopt_native_script(self, script: str) -> bool:
        """Take over what a conftest.py has imported by itself: the copy it patches is the one that must run."""
        native = sys.modules.get(script)
        file = getattr(native, "__file__", None)
        if native is None or native is self._kept.get(script) or not isinstance(file, str):
            return False
        if not os.path.realpath(file).startswith(self.root + os.sep):
            return False
        self._kept[script] = native
        self.generation += 1
        return True

    def _displace_other_apps(self) -> None:
        """Take modules of another function app out of the way, until this app is taken out.

        All decorator apps call their script the same, so one that a test has imported by itself would be found here.
        """
        for head in self._finder.top_level or ():
            file = getattr(sys.modules.get(head), "__file__", None)
            if not isinstance(file, str) or head in self._kept or head in self._finder.foreign:
                continue
            if _of_another_app(file, self.root):
                names = [name for name in sys.modules if name.partition(".")[0] == head]
                self._displaced.update((name, sys.modules.pop(name)) for name in names)

    def leave_alone(self, file: str) -> None:
        """Do not take the modules around *file* for the app's: it is a test that lies within the app's folder."""
        head = os.path.relpath(os.path.realpath(file), self.root).split(os.sep)[0]
        if head not in self.functions:
            self._finder.foreign.add(os.path.splitext(head)[0])
        self.shadows.add_tests(file)

    def _take_out(self) -> None:
        if self._finder in sys.meta_path:
            sys.meta_path.remove(self._finder)
        for name in self._finder.found:
            module = sys.modules.get(name)
            if module is not None:
                self._kept[name] = module
        for name in self._kept:
            sys.modules.pop(name, None)
        sys.modules.update(self._displaced)
        self._displaced.clear()
        for path in self._paths:
            if path in sys.path:
                sys.path.remove(path)
        self._paths.clear()

    def forget(self) -> None:
        """Drop every module that was imported, as a new worker process would."""
        in_place = self.in_place  # a test within the app's folder has them in place beside every host
        if in_place:
            self._take_out()
        self._kept = {NAMESPACE: _namespace(self.spelled_root)} if self.script is None else {}
        self._app_paths = ([], [])
        self.shadows.forget()
        foreign, self._finder = self._finder.foreign, _AppFinder(self)
        self._finder.foreign = foreign
        if in_place:
            self._put_in_place()

    def native_copy(self, name: str, origin: str) -> ModuleType | None:
        """The module *name* that a test imported by itself, when it comes from the file *origin*."""
        module = sys.modules.get(name)
        file = getattr(module, "__file__", None)
        return module if isinstance(file, str) and os.path.realpath(file) == os.path.realpath(origin) else None

    def _listing(self) -> frozenset[str]:
        try:
            return frozenset(os.path.splitext(name)[0] for name in os.listdir(self.root))
        except OSError:
            return frozenset()

    def _extend_path(self) -> None:
        packages = os.path.join(self.spelled_root, PACKAGES)
        if os.path.isdir(packages):
            sys.path.insert(0, packages)
            self._paths.append(packages)
        # At the end, as in Azure: a function called `queue` must not hide the standard library's.
        sys.path.append(self.spelled_root)
        self._paths.append(self.spelled_root)


# Which apps are active, the one that is in place last. The process has one sys.modules, however many hosts are open.
_ACTIVE: list[AppModules] = []


class _AppFinder(importlib.abc.MetaPathFinder):
    """Finds the app's modules the ordinary way, keeps note of them, and makes plain names mean ``__app__`` ones."""

    def __init__(self, modules: AppModules) -> None:
        self.modules = modules
        self.top_level: frozenset[str] | None = None
        self.test_path: list[str] | None = None  # sys.path as it was before code of the app ran; None when none runs
        self.found: list[str] = []
        self.foreign: set[str] = {"conftest"}

    def find_spec(
        self, name: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> importlib.machinery.ModuleSpec | None:
        head, _, rest = name.partition(".")
        if head == NAMESPACE and self.modules.script is None:
            return self._app_spec(name, rest, path)
        if not self._may_be_app(head) or head in self.foreign or _is_test(name):
            return None
        if head in self.modules.shadows.names:  # it is the tests' too
            return self.modules.shadows.find(name) if path is None else None
        spec = importlib.machinery.PathFinder.find_spec(name, path, target)
        if spec is None:
            return None
        if not _below(spec, self.modules.root):
            return self._instead_of(spec) if path is None else None
        self.found.append(name)
        if head in self.modules.functions and f"{NAMESPACE}.{name}" not in _being_imported():
            return _alias(name, spec, f"{NAMESPACE}.{name}")
        # Mostly None: the other finders import it as ever, and only the note was wanted.
        return self.modules.shadows.app_first_in(spec)

    def _instead_of(self, other: importlib.machinery.ModuleSpec) -> importlib.machinery.ModuleSpec | None:
        """The module of this app where the one of another app is found first: both are on the path of the tests."""
        if self.modules.script is None or not other.origin or not _of_another_app(other.origin, self.modules.root):
            return None
        spec = importlib.machinery.PathFinder.find_spec(other.name, [self.modules.spelled_root])
        if spec is not None:
            self.found.append(other.name)
        return spec

    def _may_be_app(self, head: str) -> bool:
        """A cheap look before the search: most imports are of other things than the app's."""
        if self.top_level is not None and head in self.top_level:
            return True
        return self.test_path is not None and sys.path != self.test_path  # the app has added folders of its own

    def _app_spec(self, name: str, plain: str, path: Sequence[str] | None) -> importlib.machinery.ModuleSpec | None:
        spec = importlib.machinery.PathFinder.find_spec(name, path)
        if spec is None:
            return None
        self.found.append(name)
        head = plain.partition(".")[0]
        if head in self.modules.functions and spec.origin and self.modules.native_copy(plain, spec.origin):
            return _alias(name, spec, plain)
        return self.modules.shadows.app_first_in(spec) or spec


def _is_test(name: str) -> bool:
    """A test beside the function's script is pytest's to import: it rewrites the assertions."""
    leaf = name.rpartition(".")[2]
    return leaf.startswith("test_") or leaf.endswith("_test") or leaf == "conftest"


class _AliasLoader(importlib.abc.Loader):
    """Gives a second name to a module: importing the one returns the object of the other."""

    def __init__(self, target: str) -> None:
        self.target = target
        self.spec: importlib.machinery.ModuleSpec | None = None

    def create_module(self, spec: importlib.machinery.ModuleSpec) -> ModuleType:
        module = importlib.import_module(self.target)
        self.spec = module.__spec__
        return module

    def exec_module(self, module: ModuleType) -> None:
        module.__spec__ = self.spec  # the import system has just put the alias's spec there


def _alias(name: str, spec: importlib.machinery.ModuleSpec, target: str) -> importlib.machinery.ModuleSpec:
    alias = importlib.machinery.ModuleSpec(
        name, _AliasLoader(target), origin=spec.origin, is_package=spec.submodule_search_locations is not None
    )
    if spec.submodule_search_locations is not None:
        alias.submodule_search_locations = list(spec.submodule_search_locations)
    return alias


def _being_imported() -> frozenset[str]:
    """Names under ``__app__`` whose code is running right now.

    A function that imports its own plain name while it loads gets a copy of its own, as in Azure: the alias would
    lead in a circle.
    """
    names = (name for name in list(sys.modules) if name.startswith(f"{NAMESPACE}."))
    return frozenset(
        name for name in names if getattr(getattr(sys.modules.get(name), "__spec__", None), "_initializing", False)
    )


def _namespace(root: str) -> ModuleType:
    module = ModuleType(NAMESPACE, "The function app, as Azure's worker names it.")
    module.__path__ = [root]
    module.__spec__ = importlib.machinery.ModuleSpec(NAMESPACE, None, is_package=True)
    module.__spec__.submodule_search_locations = [root]
    return module


def _below(spec: importlib.machinery.ModuleSpec, root: str) -> bool:
    places = [spec.origin] if spec.origin and spec.has_location else list(spec.submodule_search_locations or ())
    return any(_is_of_app(os.path.realpath(place), root) for place in places)


def _is_of_app(path: str, root: str) -> bool:
    """Whether it lies below the app's folder; the packages of a virtual environment there are the tests' too."""
    if not path.startswith(root + os.sep):
        return False
    inside = path[len(root) + 1 :]
    return inside.startswith(PACKAGES) or f"{os.sep}site-packages{os.sep}" not in inside


def _of_another_app(file: str, root: str) -> bool:
    """Whether the file of a top-level module lies right in the folder of a function app that is not *root*."""
    folder = os.path.dirname(file)
    if os.path.basename(file).partition(".")[0] == "__init__":
        folder = os.path.dirname(folder)
    return os.path.realpath(folder) != root and os.path.isfile(os.path.join(folder, "host.json"))
