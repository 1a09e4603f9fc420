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
    - The frames of an import of the app's modules, which Python itself leaves out where nobody has a part in it.
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
        while following is not None and following.tb_next is not None and _is_import(following.tb_frame):
            has_ours = has_ours or _room(following.tb_frame) == "pytest_azfunc"
            following = following.tb_next
        if has_ours:
            traceback.tb_next = following
        traceback = following


def _is_import(frame: FrameType) -> bool:
    name = str(frame.f_globals.get("__name__"))
    return name.startswith("pytest_azfunc.process.") or frame.f_code.co_filename.startswith("<frozen importlib")


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
    if last is not None and _room(last.tb_frame) not in ("_pytest", "pluggy"):
        last.tb_next = None


def _room(frame: FrameType) -> str:
    return str(frame.f_globals.get("__name__")).partition(".")[0]


def without_advice(report: pytest.TestReport) -> None:
    """Take out pytest's advice to look at our frames, of a report that shows an error of ours without any."""
    shown = getattr(report.longrepr, "reprtraceback", None)
    if shown is not None and str(getattr(shown, "extraline", None)).startswith("All traceback entries are hidden"):
        shown.extraline = None
