"""Imports a function's script as Azure's worker does, and finds its entry point."""

from __future__ import annotations

import os
from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Any

from pytest_azfunc.errors import FunctionLoadError, Location, suggestion
from pytest_azfunc.process.app_files import NAMESPACE
from pytest_azfunc.process.app_modules import FunctionModule
from pytest_azfunc.process.standard_streams import streams_put_back
from pytest_azfunc.project import Function


def import_entry_point(
    function: Function,
    root: str,
    import_function: Callable[[str], FunctionModule],
    on_event_loop: Callable[[], AbstractContextManager[None]],
) -> tuple[FunctionModule, Callable[..., Any]]:
    """Import the script of *function*.

    :param root: the app's root, which scripts must lie below.
    :param import_function: imports a function's module by Azure's name of it.
    :param on_event_loop: makes the surroundings in which Azure's worker imports modules: its loop is running.
    :returns: its module, and its entry point.
    :raises FunctionLoadError: the script is no Python file of the app, ends the process, or has no entry point.
    :raises Exception: whatever the script raises while it is imported, unchanged.
    """
    __tracebackhide__ = True
    script = os.fspath(function.script_file)
    name = module_name(function, script, root)
    shown = os.path.relpath(script, root)
    if not os.path.exists(script):
        raise FunctionLoadError("script-is-missing", function=function.name, location=function.location, script=shown)
    try:
        with on_event_loop(), streams_put_back():
            found = import_function(name)
    except SystemExit as exit_:
        from pytest_azfunc.project.user_errors import place_of

        where = place_of(exit_, root) or Location(script)
        raise FunctionLoadError("import-exits", function=function.name, location=where, script=shown) from exit_
    except Exception as error:
        from pytest_azfunc.errors.notes import raised_by_import
        from pytest_azfunc.project.hints import hint_for
        from pytest_azfunc.project.user_errors import add_note, from_app

        add_note(error, raised_by_import(os.path.basename(script), function.name, hint_for(error)))
        raise error.with_traceback(from_app(error.__traceback__, root))  # noqa: B904 - the user's own, unwrapped
    module = found.module
    entry_point = getattr(module, function.entry_point, None)
    if entry_point is None or not callable(entry_point):
        names = [n for n, v in getattr(module, "__dict__", {}).items() if callable(v) and not n.startswith("_")]
        raise FunctionLoadError(
            "entry-point-missing",
            function=function.name,
            location=Location(script),
            script=shown,
            entry_point=function.entry_point,
            suggestion=suggestion(function.entry_point, names),
        )
    return found, entry_point


def module_name(function: Function, script: str, root: str) -> str:
    """``__app__.<folders>[.<script>]``; the ``__init__`` of a package is the package itself.

    :raises FunctionLoadError: the script lies outside the app or does not end in ``.py``.
    """
    relative = os.path.relpath(script, root)
    if relative.startswith(".."):
        raise FunctionLoadError(
            "script-outside-app", function=function.name, location=function.location, script=script, root=root
        )
    *folders, file = relative.split(os.sep)
    stem, extension = os.path.splitext(file)
    if extension != ".py":
        raise FunctionLoadError(
            "script-not-python", function=function.name, location=function.location, script=relative
        )
    return ".".join([NAMESPACE, *folders] + ([] if stem.lower() == "__init__" else [stem]))
