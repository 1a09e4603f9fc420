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
import importlib.machinery
import os
import sys
from collections.abc import Iterable
from types import ModuleType

from pytest_azfunc.process.app_files import NAMESPACE, AppFiles, module_from
from pytest_azfunc.process.app_finder import AppFinder
from pytest_azfunc.process.app_path import AppPath
from pytest_azfunc.process.modules_of_tests import ModulesOfTests


class AppModules:
    """Modules of one app: put in place by :meth:`activate`, taken out by :meth:`deactivate`.

    Both may nest, with other apps' too: of several the one that was activated last is in place, alone.

    :ivar generation: grows when other copies of modules take the place of those that were imported before.
    """

    def __init__(self, root: str, functions: Iterable[str] = (), script: str | None = None) -> None:
        """Of the app in the folder *root*; for the arguments see :class:`AppFiles`."""
        self.generation = 0
        self._files = AppFiles(root, functions, script)
        self._of_tests = ModulesOfTests(self._files.root)
        self._path = AppPath()
        self._finder = AppFinder(self._files, self._path, self._of_tests)
        self._kept: dict[str, ModuleType] = {}
        self._displaced: dict[str, ModuleType] = {}
        self._path_entries: list[str] = []
        # The lists themselves: somebody may put others in their place, and take them away again.
        self._sys_path, self._meta_path = sys.path, sys.meta_path
        self._packages: str | None = None
        self._begin_afresh()

    @property
    def in_place(self) -> bool:
        """Whether it is this app's modules that are importable now."""
        return bool(_ACTIVE) and _ACTIVE[-1] is self

    def activate(self) -> bool:
        """Make the app importable, and put its modules back into ``sys.modules``.

        :returns: whether a test has imported one of the functions' modules by itself meanwhile. That copy is the
            one it will patch, so it takes the place of the kept one.
        """
        top = _ACTIVE[-1] if _ACTIVE else None
        _ACTIVE.append(self)  # from now on there is something to be taken out
        if top is self:
            return False
        if top is not None:
            top._take_out()
        return self._put_in_place()

    def deactivate(self) -> None:
        """Take the app's modules out again, and put back what they stood in front of."""
        if self not in _ACTIVE:
            return
        top = _ACTIVE[-1]
        del _ACTIVE[len(_ACTIVE) - 1 - _ACTIVE[::-1].index(self)]
        below = _ACTIVE[-1] if _ACTIVE else None
        if below is not top:
            top._take_out()
            if below is not None:
                below._put_in_place()

    def begin_code(self) -> None:
        """Code of the app is about to run: what it has added to ``sys.path`` is there, and its names mean its own."""
        self._path.begin()
        self._of_tests.make_way()

    def end_code(self, is_alone: bool = True) -> None:
        """Code of the app has run: ``sys.path`` and the modules of the tests are back.

        :param is_alone: whether nobody but the app can have changed ``sys.path`` meanwhile.
        """
        self._of_tests.come_back()
        self._path.end(is_alone)

    def leave_alone(self, file: str) -> None:
        """Do not take the modules around *file* for the app's: it is a test that lies within the app's folder."""
        head = os.path.relpath(os.path.realpath(file), self._files.root).split(os.sep)[0]
        if head not in self._files.functions:
            self._finder.foreign.add(os.path.splitext(head)[0])
        self._of_tests.add(file)

    def forget(self) -> None:
        """Drop every module that was imported, as a new worker process would."""
        in_place = self.in_place  # a test within the app's folder has them in place beside every host
        if in_place:
            self._take_out()
        self._begin_afresh()
        if in_place:
            self._put_in_place()

    def _begin_afresh(self) -> None:
        self._kept = {NAMESPACE: _namespace(self._files.spelled_root)} if self._files.script is None else {}
        self._path.forget()
        self._of_tests.forget()
        self._finder.forget()

    def _put_in_place(self) -> bool:
        if self._finder.top_level is None:
            importlib.invalidate_caches()  # the app's files may be newer than the path caches
            self._finder.top_level = self._files.top_level()
            self._packages = self._files.packages()
        self._extend_path()
        self._of_tests.look(self._finder.top_level - self._finder.foreign - self._files.functions)
        self._meta_path = sys.meta_path
        sys.meta_path.insert(0, self._finder)
        if self._files.script is None:
            adopted = self._adopt_native_copies()
        else:
            adopted = self._adopt_native_script(self._files.script)
            self._displace_other_apps()
        for name, module in self._kept.items():
            other = sys.modules.get(name)
            if other is not None and other is not module:
                self._displaced[name] = other
            sys.modules[name] = module
        return adopted

    def _extend_path(self) -> None:
        self._sys_path = sys.path
        if self._packages is not None:
            self._path_entries.append(self._packages)
            sys.path.insert(0, self._packages)
        # At the end, as in Azure: a function called `queue` must not hide the standard library's.
        self._path_entries.append(self._files.spelled_root)
        sys.path.append(self._files.spelled_root)

    def _adopt_native_copies(self) -> bool:
        """Take over the modules of functions that a test has imported by itself."""
        adopted = False
        for name, module in list(self._kept.items()):
            plain = name.removeprefix(f"{NAMESPACE}.")
            if plain.partition(".")[0] not in self._files.functions or plain not in sys.modules:
                continue
            native, file = sys.modules[plain], getattr(module, "__file__", None)
            if native is not module and file and module_from(plain, file):
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
        if not os.path.realpath(file).startswith(self._files.root + os.sep):
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
            if self._files.are_of_another(file):
                names = [name for name in sys.modules if name.partition(".")[0] == head]
                self._displaced.update((name, sys.modules.pop(name)) for name in names)

    def _take_out(self) -> None:
        found = set(self._finder.found)
        if self._finder not in sys.meta_path:  # another list was there for a time: Python has found some by itself
            found.update(name for name in sys.modules if name.startswith(f"{NAMESPACE}."))
        for finders in (self._meta_path, sys.meta_path):
            if self._finder in finders:
                finders.remove(self._finder)
        for name in found:
            module = sys.modules.get(name)
            if module is not None:
                self._kept[name] = module
        for name in self._kept:
            sys.modules.pop(name, None)
        sys.modules.update(self._displaced)
        self._displaced.clear()
        for entries in (self._sys_path, sys.path) if sys.path is not self._sys_path else (sys.path,):
            for path in self._path_entries:
                if path in entries:
                    entries.remove(path)
        self._path_entries.clear()


# Which apps are active, the one that is in place last. The process has one sys.modules, however many hosts are open.
_ACTIVE: list[AppModules] = []


def _namespace(root: str) -> ModuleType:
    module = ModuleType(NAMESPACE, "The function app, as Azure's worker names it.")
    module.__path__ = [root]
    module.__spec__ = importlib.machinery.ModuleSpec(NAMESPACE, None, is_package=True)
    module.__spec__.submodule_search_locations = [root]
    return module
