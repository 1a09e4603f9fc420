"""The app's own corner of ``sys.modules``.

A module that a test imports is an ordinary one, found on ``sys.path``, and it is the one that runs. What no test has
imported is imported as Azure's worker does: a function as ``__app__.<folder>[.<script>]``, a decorator app's script
under its bare name, with the app's root at the end of ``sys.path``. The corner is in place while a host is open, a test
file that takes part is imported, or a test of it runs, and is taken out in between: others do not see it, two apps in
one session do not see each other, and a module imported by one test is the same object in the next.
"""

from __future__ import annotations

import importlib
import sys
from collections.abc import Iterable, Mapping
from types import MappingProxyType, ModuleType
from typing import NamedTuple

from pytest_azfunc.process.app_files import NAMESPACE, AppFiles
from pytest_azfunc.process.app_finder import AppFinder, plain
from pytest_azfunc.process.app_path import AppPath
from pytest_azfunc.process.import_hooks import ImportHook
from pytest_azfunc.process.import_state import imported_as, is_put_by_hand
from pytest_azfunc.process.kept_modules import KeptModules
from pytest_azfunc.process.lent_settings import LentSettings
from pytest_azfunc.process.modules_of_tests import ModulesOfTests
from pytest_azfunc.process.undoing import PROCESS_LOCK

_NO_SETTINGS: Mapping[str, str] = MappingProxyType({})

__tracebackhide__ = True


class FunctionModule(NamedTuple):
    """The module that runs a function.

    :ivar name: Azure's name of it, below ``__app__``.
    :ivar plain: the name by which a test imports it.
    :ivar is_ordinary: whether the plain name is its own.
    """

    module: ModuleType
    name: str
    plain: str
    is_ordinary: bool


class AppModules:
    """Modules of one app: put in place by :meth:`activate`, taken out by :meth:`deactivate`.

    Both may nest, with other apps' too, and be undone in any order: of several the one that was activated last is in
    place, alone.
    """

    def __init__(self, root: str, functions: Iterable[str] = (), script: str | None = None) -> None:
        """Of the app in the folder *root*; for the arguments see :class:`AppFiles`."""
        self._files = AppFiles(root, functions, script)
        self._of_tests = ModulesOfTests(self._files.root)
        self._path = AppPath()
        self._kept = KeptModules()
        self._settings = LentSettings()
        self._finder = AppFinder(self._files, self._path, self._of_tests, self._kept, self._settings)
        self._hook = ImportHook(self._finder)
        self._packages: str | None = None
        self._begin_afresh()

    @property
    def in_place(self) -> bool:
        """Whether it is this app's modules that are importable now."""
        return _PLACE.app is self

    def activate(self, by: object, settings: Mapping[str, str] = _NO_SETTINGS) -> None:
        """Make the app importable, and put its modules back into ``sys.modules``.

        :param by: who asks for it, and will deactivate it.
        :param settings: app settings that are in ``os.environ`` while a module of the app is imported.
        """
        _PLACE.add(_Layer(self, by, settings))

    def deactivate(self, by: object) -> None:
        """Take the app's modules out again, and put back what they stood in front of.

        A second call does nothing, or goes on where the first was interrupted.
        """
        _PLACE.remove(self, by)

    def import_function(self, name: str) -> FunctionModule:
        """The module of a function: the one that was imported under its plain name, or else as Azure imports it.

        :param name: Azure's name of it, below ``__app__``.
        :raises Exception: whatever its code raises.
        """
        module = self._import_function(name)
        own = plain(name)
        return FunctionModule(module, name, own, is_ordinary=imported_as(module) == own)

    def _import_function(self, name: str) -> ModuleType:
        present, running = self._of_tests.app_module(plain(name)), sys.modules.get(name)
        if present is running or not self._is_replaced(name, running, present):
            return importlib.import_module(name)
        self._kept.drop(name)
        if present is None:
            return importlib.import_module(name)
        importlib.import_module(name.rpartition(".")[0])
        self._kept.lead(name, present)
        self._finder.note_second(plain(name), present)
        return present

    def is_current(self, found: FunctionModule) -> bool:
        """Whether a function's module is still what a test would import and patch. Asked before each invocation."""
        present, module = sys.modules.get(found.plain), found.module
        if sys.modules.get(found.name) is module and (present is module or (present is None and not found.is_ordinary)):
            return True
        if not self.in_place:
            return True
        return sys.modules.get(found.name) is module and not self._is_replaced(found.name, module, present)

    def _is_replaced(self, name: str, running: ModuleType | None, present: ModuleType | None) -> bool:
        """Whether what is *present* under the plain name of a function, or nothing, takes the place of what runs."""
        own = plain(name)
        if present is None:
            return imported_as(running) == own  # removed, to have it imported anew
        return is_put_by_hand(own, present) or self._files.has_module(present)

    def script_state(self) -> tuple[object, int]:
        """Tells one run of a decorator app's script from another: it was imported anew, reloaded or replaced."""
        script = self._files.script or ""
        return self._of_tests.app_module(script), self._kept.runs(script)

    def leave_alone(self, file: str) -> None:
        """Do not take the modules around *file* for the app's: it is a test that lies within the app's folder."""
        head = self._files.head_of(file)
        if head not in self._files.functions:
            self._finder.foreign.add(head)
        self._of_tests.add(file)

    def forget(self) -> None:
        """Drop every module that was imported, as a new worker process would."""
        with PROCESS_LOCK:
            in_place = self.in_place  # a test has them in place beside every host
            if in_place:
                self.take_out()
            self._begin_afresh()
            if in_place:
                self.put_in_place(self._settings.values)

    def _begin_afresh(self) -> None:
        self._kept.forget()
        self._path.forget()
        self._of_tests.forget()
        self._finder.forget()
        self._files.forget()

    def lend(self, settings: Mapping[str, str]) -> None:
        """From now on these settings are there while a module is imported."""
        self._settings.values = settings

    def put_in_place(self, settings: Mapping[str, str]) -> None:
        """Put finder, path and modules there. For the one that knows which app's turn it is."""
        self.lend(settings)
        if self._finder.top_level is None:
            importlib.invalidate_caches()  # the app's files may be newer than the path caches
            self._finder.top_level = self._files.top_level()
            self._packages = self._files.packages()
        # At the end, as in Azure: a function called `queue` must not hide the standard library's.
        self._path.extend(self._packages, self._files.spelled_root)
        self._of_tests.look(self._finder.top_level - self._finder.foreign)
        self._hook.install()
        self._kept.put_in_place()
        self._displace_other_apps()

    def _displace_other_apps(self) -> None:
        """Take modules of another function app out of the way, until this app is taken out.

        All decorator apps call their script the same, so one that a test has imported by itself would be found here.
        """
        present = sys.modules
        for head in self._finder.top_level or ():
            module = present.get(head)
            if module is None or self._kept.get(head) is module or head in self._finder.foreign:
                continue
            file = getattr(module, "__file__", None)
            if isinstance(file, str) and self._files.are_of_another(file) and not is_put_by_hand(head, module):
                self._kept.displace(head)

    def take_out(self) -> None:
        """Take them out again. For the one that knows which app's turn it is."""
        if not self._hook.is_installed:  # another list was there for a time: Python has found some by itself
            self._kept.note_below(NAMESPACE)
        self._hook.uninstall()
        self._kept.take_out()
        self._path.shorten()


class RunningModules:
    """The app's modules while its code runs, between :meth:`enter` and :meth:`leave`: for one host of the app.

    What the code has added to ``sys.path`` is there, and its names mean its own modules, not those of the tests.
    """

    __slots__ = ("_are_borrowed", "_modules", "_of_tests", "_path", "_run")

    def __init__(self, modules: AppModules) -> None:
        self._modules = modules
        self._path, self._of_tests = modules._path, modules._of_tests
        self._are_borrowed = self._run = False

    def enter(self) -> None:
        """Code of the app is about to run."""
        if _PLACE.app is not self._modules:  # another app was opened meanwhile
            self._are_borrowed = True
            self._modules.activate(self)
        self._run = True
        self._path.begin()
        if self._of_tests.has_candidates:
            self._of_tests.make_way()

    def leave(self, is_alone: bool = True) -> None:
        """It has run. A second call does nothing.

        :param is_alone: whether nobody but the app can have changed ``sys.path`` meanwhile.
        """
        if self._run:
            if self._of_tests.has_candidates:
                self._of_tests.come_back()
            self._path.end(is_alone)
            self._run = False
        if self._are_borrowed:
            self._modules.deactivate(self)
            self._are_borrowed = False


class _Layer:
    """An app that somebody has activated."""

    __slots__ = ("app", "by", "settings")

    def __init__(self, app: AppModules, by: object, settings: Mapping[str, str]) -> None:
        self.app = app
        self.by = by
        self.settings = settings


class _Place:
    """Which app is in place: the process has one ``sys.modules``, however many hosts are open.

    :ivar app: the one that is in place; None while none is.
    """

    def __init__(self) -> None:
        self.app: AppModules | None = None
        self._layers: list[_Layer] = []

    def add(self, layer: _Layer) -> None:
        """It is the turn of its app, until it is removed or another one comes."""
        with PROCESS_LOCK:
            try:
                self._layers.append(layer)
                self._settle()
            except BaseException:
                self._layers = [other for other in self._layers if other is not layer]
                self._settle()
                raise

    def remove(self, app: AppModules, by: object) -> None:
        """The turn that *app* had of somebody is over; the layers around stay as they are."""
        with PROCESS_LOCK:
            self._layers = [layer for layer in self._layers if layer.app is not app or layer.by is not by]
            self._settle()

    def _settle(self) -> None:
        """Bring about what the layers ask for. What an interrupt has left undone, the next call does."""
        top = self._layers[-1] if self._layers else None
        if top is not None and top.app is self.app:
            top.app.lend(top.settings)
            return
        if self.app is not None:
            self.app.take_out()
            self.app = None
        if top is not None:
            self.app = top.app
            top.app.put_in_place(top.settings)


_PLACE = _Place()
