"""What lives as long as a worker process does in Azure: the app's modules and the functions that were loaded.

One of them serves all tests of an app in a session, so that a module is imported once and a test that has patched
it patches the module that runs. A host borrows it while it is open.
"""

from __future__ import annotations

import logging
import os
import sys
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from pytest_azfunc.process.app_modules import AppModules
from pytest_azfunc.process.process_state import Environment, Loggers, apply_factories, apply_state
from pytest_azfunc.project import Function, Project
from pytest_azfunc.project.indexing.signature import Signature
from pytest_azfunc.worker.converters import Converters
from pytest_azfunc.worker.event_loop import PoolThreads
from pytest_azfunc.worker.logs import InvocationLogHandler
from pytest_azfunc.worker.surroundings import Stage
from pytest_azfunc.worker.worker_extensions import WorkerExtensions


@dataclass(frozen=True)
class LoadedFunction:
    """A function whose script was imported and whose signature was accepted.

    :ivar decoders: parameter -> binding type, whether it is given trigger metadata.
    :ivar http_parameter: the parameter that gets the web framework's request, of a function that streams HTTP.
    """

    function: Function
    main: Callable[..., Any]
    signature: Signature
    decoders: dict[str, tuple[str, bool]]
    http_parameter: str | None = None


@dataclass
class ImportEffects:
    """What importing the app's scripts did to the process beside defining things, to be there for every host."""

    environment: dict[str, str | None] = field(default_factory=dict)
    loggers: dict[str, tuple[Any, ...]] = field(default_factory=dict)
    log_factories: tuple[Any, Any] | None = None
    root_level: int | None = None
    root_handlers: list[logging.Handler] = field(default_factory=list)

    def record(self, environment: Environment, loggers: Loggers, stage: Stage) -> None:
        """Add what is other now than in the two copies, which were made before an import."""
        if environment.changed():
            self.environment.update(environment.differences())
        self.loggers.update(loggers.differences())
        self.log_factories = loggers.changed_factories() or self.log_factories
        self.root_level, self.root_handlers = stage.app_root_level, list(stage.app_handlers)

    def apply(self, stage: Stage) -> None:
        """Do it again: the script itself is not run a second time."""
        stage.app_root_level, stage.app_handlers = self.root_level, list(self.root_handlers)
        for name, value in self.environment.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value
        if self.log_factories is not None:
            apply_factories(self.log_factories)
        for name, state in self.loggers.items():
            apply_state(name, state)


class WorkerProcess:
    """Modules and loaded functions of one app; see the module's docstring.

    :ivar project: the app as this process has it: a decorator app is indexed anew for each process.
    """

    def __init__(self, project: Project) -> None:
        self.project = project = project.of_another_process()
        if project.indexer is None:
            self.modules = AppModules(os.fspath(project.root), [f.name for f in project.functions.values()])
        else:
            self.modules = project.indexer.modules
        self.loaded: dict[str, LoadedFunction] = {}
        self.effects = ImportEffects()
        self.log_handler = InvocationLogHandler()
        self.loading = threading.RLock()
        self.pool_threads = PoolThreads()
        self.extensions = WorkerExtensions(os.fspath(project.root))

    @cached_property
    def converters(self) -> Converters:
        """The SDK's converters; the SDK is imported when they are first asked for."""
        # The worker of decorator apps on Python 3.13 and later has another text for what cannot be encoded.
        is_newer = self.project.model == "decorators" and sys.version_info >= (3, 13)
        return Converters(names_binding_types=is_newer)

    def activate(self) -> None:
        """Make the app importable. Functions whose modules a test has imported anew meanwhile are loaded again."""
        index = self.project.indexer.present if self.project.indexer is not None else None
        if index is not None and index.contents.failure is not None:
            self.restart()  # as in Azure: the process ends, with all that the script has done to it until it failed
        if self.modules.activate():
            self.loaded.clear()

    def deactivate(self) -> None:
        """Take the app's modules out of ``sys.modules``; they are kept for the next time."""
        self.modules.deactivate()

    def restart(self) -> None:
        """Forget everything, as a new process would. Only while no host of it is open."""
        self.modules.forget()
        self.loaded.clear()
        self.effects = ImportEffects()
        self.pool_threads = PoolThreads()
        if self.project.indexer is not None:
            self.project.indexer.forget()
