"""Why nothing of a decorator app can be indexed: the cause, its place, what is lost with it, and what Azure shows."""

from __future__ import annotations

import os
import traceback
from typing import Any

from pytest_azfunc.errors import AzfuncError, FunctionLoadError, Location
from pytest_azfunc.errors.notes import raised_by_indexing, raised_by_reading, raised_by_script
from pytest_azfunc.project.contents import IndexFailure
from pytest_azfunc.project.hints import hint_for, is_of_environment
from pytest_azfunc.project.indexing.culprits import hint_for_culprit, torn_from
from pytest_azfunc.project.indexing.decorators import names_in, source_of
from pytest_azfunc.project.user_errors import add_note, ends_the_run, from_app, place_of


def failure_of(error: BaseException, script: str, app: Any = None, culprit: Any = None) -> IndexFailure:
    """*error* with its place and what is lost with it, its traceback cut to the app's own frames.

    :param script: the path of the script.
    :param app: the app object, if it was found before.
    :param culprit: the SDK's object of the function that is to blame, if it is one.
    :raises BaseException: the error itself, if it is meant for whoever runs the tests.
    """
    if ends_the_run(error):
        raise error
    root = os.path.dirname(script)
    if isinstance(error, SystemExit):
        error = _exit_refused(error, script)
    error = error.with_traceback(from_app(error.__traceback__, root))
    names = names_in(app)
    name = next((found for found, function in names if function is culprit), None)
    same = [culprit, *([] if culprit is None else torn_from(app, culprit))]
    lost = tuple(dict.fromkeys(found for found, function in names if not any(function is one for one in same)))
    place = error.location if isinstance(error, AzfuncError) else place_of(error, root)
    source = None if culprit is None else source_of(culprit)
    if place is None and source is not None:
        place = source.location()
    hint = ""
    if not isinstance(error, AzfuncError):
        hint = hint_for(error) if app is None else "" if name is None else hint_for_culprit(app, culprit)
        file = os.path.basename(script)
        if app is None:
            note = raised_by_script(file, None if _ends_there(error, place) else place, error, hint)
        elif name is None:
            note = raised_by_reading(file, error, lost)
        else:
            note = raised_by_indexing(name, place, error, lost, hint)
        add_note(error, note)
    return IndexFailure(error, place, name, lost, error.__traceback__, hint.strip())


def _ends_there(error: BaseException, place: Location | None) -> bool:
    """Whether pytest shows the line of the app by itself: the last of the traceback, or the one that cannot be read."""
    last = None
    for frame, line in traceback.walk_tb(error.__traceback__):
        if not is_of_environment(frame.f_code):
            last = Location(frame.f_code.co_filename, line)
    return isinstance(error, SyntaxError) or place == last


def _exit_refused(exit_: SystemExit, script: str) -> FunctionLoadError:
    where = place_of(exit_, os.path.dirname(script)) or Location(script)
    refusal = FunctionLoadError("import-exits", location=where, script=os.path.basename(script))
    refusal.__context__, refusal.__suppress_context__ = exit_, True
    return refusal
