"""Exceptions of the user's own code: they reach the test unchanged, with a note of what they mean in Azure."""

from __future__ import annotations

import enum
import os
import traceback
from types import TracebackType

from pytest_azfunc.errors import Location, printable
from pytest_azfunc.errors.notes import BARE_NAME_HINT, LEVEL_HINT, NO_NAMESPACE_HINT, PACKAGE_HINT, SETTING_HINT

_DECORATORS = os.path.join("azure", "functions", "decorators", "")


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


def hint_for(error: BaseException) -> str:
    """What to look at when this exception comes out of an import; empty when nothing is known."""
    if isinstance(error, KeyError):
        return _hint_for_key(error)
    return _hint_for_import(error) if isinstance(error, ImportError) else ""


def _hint_for_key(error: KeyError) -> str:
    files = [frame.f_code.co_filename for frame, _ in traceback.walk_tb(error.__traceback__)]
    if not any(_DECORATORS in file for file in files):
        return SETTING_HINT
    # A word that the SDK knows not. It lists the words that it knows, but not for the one that it looks up as it is.
    return LEVEL_HINT if files[-1] == enum.__file__ else ""


def _hint_for_import(error: ImportError) -> str:
    if "no known parent package" in str(error):
        return BARE_NAME_HINT
    if error.name == "__app__":
        return NO_NAMESPACE_HINT
    # Which names a module has is no matter of requirements.txt, unless it comes from there.
    is_library = not error.path or f"{os.sep}site-packages{os.sep}" in error.path
    return PACKAGE_HINT if is_library or isinstance(error, ModuleNotFoundError) else ""
