"""Exceptions of the user's own code: they reach the test unchanged, with a note of what they mean in Azure."""

from __future__ import annotations

import os
import traceback
from types import TracebackType

from pytest_azfunc.errors import Location, printable


def ends_the_run(error: BaseException) -> bool:
    """Whether it is meant for whoever runs the tests: Ctrl-C, and pytest's own skip, fail and exit."""
    return isinstance(error, KeyboardInterrupt) or any(
        kind.__module__ == "_pytest.outcomes" for kind in type(error).__mro__
    )


def is_own(file: str, root: str) -> bool:
    """Whether it is a file of the app: below its folder, but not in a virtual environment or package folder there."""
    return file.startswith(root + os.sep) and f"{os.sep}site-packages{os.sep}" not in file[len(root) :]


def from_app(frames: TracebackType | None, root: str) -> TracebackType | None:
    """The traceback from the first frame of the app on, without ours and the import system's."""
    while frames is not None and not is_own(frames.tb_frame.f_code.co_filename, root):
        frames = frames.tb_next
    return frames


def place_of(error: BaseException, root: str) -> Location | None:
    """The last line of the app that *error* came through, or the line that Python could not read."""
    if isinstance(error, SyntaxError) and error.filename and not error.filename.startswith("<"):  # such as <string>
        return Location(error.filename, error.lineno)
    found = None
    for frame, line in traceback.walk_tb(error.__traceback__):
        if is_own(frame.f_code.co_filename, root):
            found = Location(frame.f_code.co_filename, line)
    return found


def add_note(error: BaseException, note: str) -> None:
    """Add *note* to the exception, once, as ``BaseException.add_note`` does (PEP 678).

    Python 3.10 has no notes, but pytest shows them there too.
    """
    note = printable(note)
    notes: list[str] = getattr(error, "__notes__", [])
    if note not in notes:
        error.__notes__ = [*notes, note]  # type: ignore[attr-defined, unused-ignore]
