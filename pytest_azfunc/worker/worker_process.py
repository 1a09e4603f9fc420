"""What lives as long as a worker process does in Azure: the app's modules, the loaded functions, the event loop.

One of them serves all tests of an app in a session, so that a module is imported once and a test that has patched
it patches the module that runs. A host borrows it while it is open.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import cached_property
from typing import TYPE_CHECKING, Any

from pytest_azfunc.errors import BindingError, kind_of
from pytest_azfunc.process.app_modules import AppModules
from pytest_azfunc.process.import_effects import ImportEffects
from pytest_azfunc.process.surroundings import surroundings_for_once
from pytest_azfunc.process.undoing import PROCESS_LOCK
from pytest_azfunc.project import Function, Project
from pytest_azfunc.worker.converters import Converters
from pytest_azfunc.worker.event_loop import WorkerLoop
from pytest_azfunc.worker.loaded_function import LoadedFunction
from pytest_azfunc.worker.logs import InvocationLogHandler
from pytest_azfunc.worker.pool_threads import PoolThreads
from pytest_azfunc.worker.worker_extensions import WorkerExtensions

if TYPE_CHECKING:
    from pytest_azfunc.project.indexing.indexer import Place
    from pytest_azfunc.project.indexing.signature import Signature


class WorkerProcess:
    """Modules, loaded functions and event loop of one app; see the module's docstring.

    :ivar root: the app's folder.
    :ivar modules: the app's corner of ``sys.modules``.
    :ivar loaded: the functions that were loaded, by name.
    :ivar effects: what importing the scripts did to the process.
    :ivar loop: runs the async functions: what a module keeps (a client, a lock, a task) works in the next test, too.
    """

    def __init__(self, project: Project) -> None:
        """Of an app that was read. A decorator app is indexed anew: each process has functions of its own."""
        if not isinstance(project, Project):  # a path, given to Host(...)
            raise BindingError("host-of-path", found=kind_of(project))
        self._project = project
        self.root = os.fspath(project.root)
        if project.script is None:
            self.modules = AppModules(self.root, list(project.declared))
        else:
            self.modules = AppModules(self.root, script=project.script.module)
        self.loop = WorkerLoop()
        self.log_handler = InvocationLogHandler()
        self.extensions = WorkerExtensions(self.root)
        self._begin_afresh()

    def _begin_afresh(self) -> None:
        self.loaded: dict[str, LoadedFunction] = {}
        self.effects = ImportEffects()
        self.pool_threads = PoolThreads()
        self._indexed = self._project if self._project.script is None else None
        self._signatures: Mapping[str, Signature] = {}
        self._script_state: tuple[object, int] = (None, 0)

    @cached_property
    def converters(self) -> Converters:
        """The SDK's converters; the SDK is imported when they are first asked for."""
        # The worker of decorator apps on Python 3.13 and later has another text for what cannot be encoded.
        is_newer = self._project.script is not None and sys.version_info >= (3, 13)
        return Converters(names_binding_types=is_newer)

    def index(self, place: Place | None) -> Project:
        """The app with its functions. A decorator app is indexed once, and again for every other copy of its script.

        :param place: opens the surroundings in which code of the app runs; None while no host is open.
        """
        project = self._indexed
        if project is self._project:  # an app of function.json files
            return project
        return project if project is not None and self._is_current() else self._index(place)

    def _is_current(self) -> bool:
        """Whether the script is still the module that was indexed."""
        return not self.modules.in_place or self.modules.script_state() == self._script_state

    def _index(self, place: Place | None) -> Project:
        script = self._project.script
        if script is None:
            return self._project
        # Which an app of function.json files has no use for.
        from pytest_azfunc.project.indexing.indexer import index
        from pytest_azfunc.project.indexing.without_host import place_without_host

        with PROCESS_LOCK:
            if self._indexed is None or not self._is_current():
                opened = place or place_without_host(script, self.modules, self._project.file_settings)
                found = index(script, lambda: self._noting_script(opened))
                self.loaded.clear()
                self._signatures = found.signatures
                self._indexed = self._project.indexed(found.contents)
            return self._indexed

    @contextmanager
    def _noting_script(self, place: Place) -> Iterator[None]:
        with place():
            try:
                yield
            finally:
                self._script_state = self.modules.script_state()

    def loaded_function(self, name: str) -> LoadedFunction | None:
        """The function of that name, if it was loaded and its module is the one that a test would import yet.

        None as well for one of a decorator app whose script is to be indexed anew.
        """
        loaded = self.loaded.get(name)
        if loaded is None or (self._project.script is not None and not self._is_current()):
            return None
        if loaded.module is None or self.modules.is_current(loaded.module):
            return loaded
        del self.loaded[name]
        return None

    def signature(self, function: Function) -> Signature | None:
        """What indexing has made of the function's parameters; None where it has not been looked at."""
        return self._signatures.get(function.name)

    @property
    def app(self) -> Any:
        """The app object of a decorator app; None before it was indexed."""
        indexed = self._indexed
        return None if indexed is None or indexed.contents is None else indexed.contents.app

    def activate(self, by: object) -> None:
        """Make the app importable.

        :param by: the worker that asks for it, and will deactivate it.
        """
        if self._indexed is not None and self._indexed.failure is not None:
            self.restart()  # as in Azure: the process ends, with all that the script has done to it until it failed
        self.modules.activate(by)

    def deactivate(self, by: object) -> None:
        """Take the app's modules out of ``sys.modules``; they are kept for the next time."""
        self.modules.deactivate(by)

    def forget_what_has_ended(self) -> None:
        """A host closes: an ASGI app whose lifespan ended with the loop of a test begins a new one for the next."""
        app = self.app
        if app is not None:
            from pytest_azfunc.worker.asgi_lifespan import forget_lifespan, has_begun, lives_on

            if has_begun(app) and not lives_on(app, self.loop):
                forget_lifespan(app)

    def end(self) -> None:
        """End what runs as long as the process does: the lifespan of an ASGI app, the loop and the tasks on it.

        Only while no host of it is open. The next one finds the modules as they are.
        """
        try:
            if self.app is not None:
                self._end_lifespan()
        finally:
            self.loop.close()

    def _end_lifespan(self) -> None:
        from pytest_azfunc.worker.asgi_lifespan import end_lifespan, has_begun

        if has_begun(self.app):
            with surroundings_for_once(self.root, self.modules, self._project.file_settings.harmless):
                end_lifespan(self.app, self.loop)

    def restart(self) -> None:
        """Forget everything, as a new process would. Only while no host of it is open."""
        self.end()
        self.modules.forget()
        self._begin_afresh()
