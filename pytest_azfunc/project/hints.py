"""What may be behind an exception of the user's own code, where the cause is ours to know."""

from __future__ import annotations

import difflib
import enum
import os
import re
import sys
import traceback
from collections.abc import Callable
from contextlib import suppress
from types import CodeType, ModuleType
from typing import Any, Final, TypeAlias

from pytest_azfunc.errors import message_of, notes, suggestion

_DECORATORS = os.path.join("azure", "functions", "decorators", "")
_NO_NAME = re.compile(r"cannot import name '(\w+)' from '([\w.]+)' \(")
_COROUTINE = re.compile(r"\bcoroutine\b")
_RUNNING_LOOP = ("asyncio.run() cannot be called from a running event loop", "This event loop is already running")
_ENVIRONMENT: Final[tuple[CodeType, ...]] = (
    type(os.environ).__getitem__.__code__,
    type(os.environ).__delitem__.__code__,
)


# Kinds of exceptions, and what finds a hint for one of them; the first that fits counts.
Table: TypeAlias = "tuple[tuple[tuple[type[BaseException], ...], Callable[[Any], str]], ...]"


def hint_for(error: BaseException) -> str:
    """What to look at when this exception comes out of an import; empty when nothing is known."""
    if isinstance(error, RuntimeError) and _hint_for_loop(error):
        return notes.LOOP_AT_IMPORT_HINT
    hint = hint_at_call(error)
    if hint:
        return hint
    for kinds, find in _AT_IMPORT:
        if isinstance(error, kinds):
            return find(error)
    return ""


def hint_at_call(error: BaseException) -> str:
    """What to look at when a function raises this exception; empty when nothing is known."""
    for kinds, find in _AT_CALL:
        if isinstance(error, kinds):
            return find(error)
    return ""


def is_of_environment(code: CodeType) -> bool:
    """Whether it is code of ``os.environ`` itself, which nobody is shown."""
    return code in _ENVIRONMENT


def _hint_for_environment(error: Any) -> str:
    frames = [frame.f_code for frame, _ in traceback.walk_tb(error.__traceback__)]
    if not frames or not is_of_environment(frames[-1]) or not error.args or not isinstance(error.args[0], str):
        return ""
    name = error.args[0]
    return notes.no_setting(name, suggestion(name, os.environ) if name.upper() in map(str.upper, os.environ) else "")


def _hint_for_module(error: Any) -> str:
    """Whether a package is missing: not where the app or the installed package has no module of that name."""
    top = (error.name or "").partition(".")[0]
    if not top or top == "__app__" or top in sys.builtin_module_names or top in sys.stdlib_module_names:
        return ""
    if top == error.name:
        near = difflib.get_close_matches(top, _modules_around(error), n=1, cutoff=0.8)
        return notes.other_module(near[0]) if near else notes.PACKAGE_HINT
    loaded = sys.modules.get(top)
    return notes.PACKAGE_HINT if loaded is None or getattr(loaded, "__file__", None) is None else ""


def _modules_around(error: BaseException) -> list[str]:
    """The modules and packages beside the file that imports something, and in the folder above it."""
    files = [frame.f_code.co_filename for frame, _ in traceback.walk_tb(error.__traceback__)]
    folder = os.path.dirname(next((file for file in reversed(files) if not file.startswith("<")), ""))
    found = []
    for place in filter(None, (folder, os.path.dirname(folder))):
        with suppress(OSError), os.scandir(place) as entries:
            found += [
                entry.name.removesuffix(".py") for entry in entries if entry.name.endswith(".py") or entry.is_dir()
            ]
    return [name for name in found if name.isidentifier()]


def _hint_for_coroutine(error: Any) -> str:
    text = message_of(error)
    if _COROUTINE.search(text) and not text.startswith("unable to encode"):  # of which more is known
        return notes.AWAIT_HINT
    return notes.BODY_HINT if text.startswith("response is expected to be either of str") else ""


def _hint_for_loop(error: Any) -> str:
    return notes.LOOP_HINT if message_of(error).startswith(_RUNNING_LOOP) else ""


def _hint_for_key(error: KeyError) -> str:
    files = [frame.f_code.co_filename for frame, _ in traceback.walk_tb(error.__traceback__)]
    if not any(_DECORATORS in file for file in files):
        return notes.SETTING_HINT
    if "HttpMethod" in message_of(error):
        return notes.METHODS_HINT
    # A word that the SDK knows not. It lists the words that it knows, but not for the one that it looks up as it is.
    return notes.LEVEL_HINT if files[-1] == enum.__file__ else ""


def _hint_for_import(error: ImportError) -> str:
    if "no known parent package" in message_of(error):
        return notes.BARE_NAME_HINT
    return notes.NO_NAMESPACE_HINT if error.name == "__app__" else ""


def _hint_for_value(error: Any) -> str:
    return notes.ONE_TRIGGER_HINT if message_of(error).startswith("A trigger was already registered") else ""


def _hint_for_attribute(error: Any) -> str:
    """The nearest name, where the SDK's objects or modules lack one: of a decorator, mostly."""
    owner, name = getattr(error, "obj", None), getattr(error, "name", None)
    module = owner.__name__ if isinstance(owner, ModuleType) else type(owner).__module__
    return suggestion(name, _names_of(owner)) if name and module.startswith("azure.") else ""


def _hint_for_name(error: Any) -> str:
    """The nearest name, where a module lacks the one that is imported from it."""
    found = _NO_NAME.match(message_of(error))
    module = sys.modules.get(found[2]) if found else None
    return suggestion(found[1], _names_of(module)) if found and module else ""


def _names_of(owner: object) -> list[str]:
    return [name for name in dir(owner) if not name.startswith("_")]


_AT_CALL: Final[Table] = (
    ((KeyError,), _hint_for_environment),
    ((ModuleNotFoundError,), _hint_for_module),
    ((TypeError,), _hint_for_coroutine),
    ((AttributeError,), lambda error: _hint_for_coroutine(error) or _hint_for_attribute(error)),
    ((ImportError,), _hint_for_name),
    ((RuntimeError,), _hint_for_loop),
)
_AT_IMPORT: Final[Table] = (
    ((KeyError,), _hint_for_key),
    ((ImportError,), _hint_for_import),
    ((ValueError,), _hint_for_value),
)
