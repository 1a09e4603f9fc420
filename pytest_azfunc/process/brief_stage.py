"""A short stay in the surroundings that Azure's worker gives an app, for reading one while no host is open."""

from __future__ import annotations

import logging
import os
import warnings
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager

from pytest_azfunc.process.app_modules import AppModules
from pytest_azfunc.process.process_state import CurrentLoop, Environment, EventLoopPolicy, Loggers


@contextmanager
def brief_stage(root: str, modules: AppModules, settings: Mapping[str, str]) -> Iterator[None]:
    """While it is open, code of the app in *root* can run; afterwards the process is as it was.

    :param settings: app settings; the environment goes over them.
    """
    with ExitStack() as stack:
        for part in (EventLoopPolicy(), Loggers(), Environment()):
            stack.callback(part.restore)
        for name, value in settings.items():
            os.environ.setdefault(name, value)
        stack.enter_context(_root_logger_and_warnings())
        stack.callback(os.chdir, os.getcwd())
        os.chdir(root)
        modules.activate()
        stack.callback(modules.deactivate)
        modules.begin_code()
        stack.callback(modules.end_code)
        stack.enter_context(_loop_that_appears_running())
        yield


@contextmanager
def _root_logger_and_warnings() -> Iterator[None]:
    root = logging.root
    level, handlers, filters = root.level, root.handlers[:], warnings.filters[:]
    root.handlers.append(logging.NullHandler())  # without any, logging.warning() would add one that prints
    try:
        yield
    finally:
        root.setLevel(level)
        root.handlers[:] = handlers
        warnings.filters[:] = filters  # type: ignore[index]
        getattr(warnings, "_filters_mutated", lambda: None)()


@contextmanager
def _loop_that_appears_running() -> Iterator[None]:
    """Azure's worker imports modules on its loop's thread, so ``asyncio.run()`` fails there."""
    import asyncio
    import asyncio.events as events

    before, current = events._get_running_loop(), CurrentLoop()
    loop = asyncio.new_event_loop()
    events._set_running_loop(loop)
    try:
        yield
    finally:
        events._set_running_loop(before)
        current.restore()
        loop.close()
