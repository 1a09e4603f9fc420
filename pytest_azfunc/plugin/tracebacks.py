"""What a failed test shows of a traceback: the lines of the test and of the app, and no value of a setting."""

from __future__ import annotations

import builtins
import os
from types import FrameType
from typing import Any

import pytest

_GROUP: Any = getattr(builtins, "BaseExceptionGroup", ())  # from Python 3.11 on


def shorten(error: BaseException) -> None:
    """Cut off the ends of the tracebacks of *error*, and of the exceptions behind it, that say nothing of the test.

    - Frames of ``os.environ`` and of the app settings. pytest prints the arguments of the last frame: there the whole
      environment, with the app settings at its end, or a value that was about to be set.
    - Our own frames, when the error is ours: it says all there is to say.
    - The frames of an import of the app's modules, which Python itself leaves out where nobody has a part in it, and
      those of the patch that it is for.
    """
    from pytest_azfunc.errors import AzfuncError

    behind: list[BaseException | None] = [error]
    seen: set[int] = set()
    while behind:
        found = behind.pop()
        if found is None or id(found) in seen:
            continue
        seen.add(id(found))
        _cut_environment(found)
        _close_imports(found)
        if isinstance(found, AzfuncError):
            _cut_ours(found)
        behind += (found.__cause__, found.__context__)
        if isinstance(found, _GROUP):
            behind += found.exceptions


def _cut_environment(error: BaseException) -> None:
    traceback = error.__traceback__
    while traceback is not None:
        if traceback.tb_next is not None and _is_environment(traceback.tb_next.tb_frame):
            traceback.tb_next = None
        traceback = traceback.tb_next


def _close_imports(error: BaseException) -> None:
    traceback = error.__traceback__
    while traceback is not None:
        following, has_ours = traceback.tb_next, False
        while following is not None and following.tb_next is not None and _leads_to_import(following.tb_frame):
            has_ours = has_ours or _room(following.tb_frame) == "pytest_azfunc"
            following = following.tb_next
        if has_ours:
            traceback.tb_next = following
            _explain(error)
        traceback = following


def _explain(error: BaseException) -> None:
    """Say what is behind an exception that comes out of an import of the test's own, such as that of a patch."""
    from pytest_azfunc.errors.notes import raised_by_module
    from pytest_azfunc.project.hints import hint_for
    from pytest_azfunc.project.user_errors import add_note

    hint = hint_for(error)
    if hint and not any(note.startswith("azfunc:") for note in getattr(error, "__notes__", ())):
        add_note(error, raised_by_module(hint))


# Who imports what a text names, for a patch or for a test.
_BY_NAME = frozenset(
    ("importlib", "pkgutil", "contextlib", "unittest.mock", "mock.mock", "_pytest.monkeypatch", "pytest_mock.plugin")
)


def _leads_to_import(frame: FrameType) -> bool:
    name = str(frame.f_globals.get("__name__"))
    is_import = name.startswith("pytest_azfunc.process.") or frame.f_code.co_filename.startswith("<frozen importlib")
    return is_import or name in _BY_NAME


def _is_environment(frame: FrameType) -> bool:
    if frame.f_code.co_varnames[:1] != ("self",):
        return False
    owner = frame.f_locals.get("self")
    return owner is os.environ or type(owner).__module__ == "pytest_azfunc.host.app_settings"


def _cut_ours(error: BaseException) -> None:
    traceback, last = error.__traceback__, None
    while traceback is not None:
        if _room(traceback.tb_frame) != "pytest_azfunc":
            last = traceback
        traceback = traceback.tb_next
    # Where pytest itself called us, as it does a fixture of ours, its line would be the last: worse than nothing.
    if last is not None and not _is_pytests(last.tb_frame):
        last.tb_next = None


def _is_pytests(frame: FrameType) -> bool:
    """Whether it is a frame of pytest, or of a hook of a plugin around what pytest does."""
    return _room(frame) in ("_pytest", "pluggy") or frame.f_code.co_name.startswith("pytest_")


def without_hooks(excinfo: pytest.ExceptionInfo[BaseException]) -> None:
    """Leave out the hooks of other plugins where an error of ours comes out of a fixture of ours: they tell nothing."""
    from pytest_azfunc.errors import AzfuncError

    if isinstance(excinfo.value, AzfuncError):
        excinfo.traceback = excinfo.traceback.filter(lambda entry: not _is_pytests(entry.frame.raw))


def _room(frame: FrameType) -> str:
    return str(frame.f_globals.get("__name__")).partition(".")[0]


def without_advice(report: pytest.TestReport) -> None:
    """Take out pytest's advice to look at our frames, of a report that shows an error of ours without any."""
    shown = getattr(report.longrepr, "reprtraceback", None)
    if shown is not None and str(getattr(shown, "extraline", None)).startswith("All traceback entries are hidden"):
        shown.extraline = None
