"""What an ``azfunc`` mark may say, and what several of them say together. Pure."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from typing import Any

from pytest_azfunc.errors import BindingError, Location, kind_of, setting_name, suggestion

MARK_ARGUMENTS: dict[str, type | tuple[type, ...]] = {
    "project": (str, os.PathLike),
    "settings": Mapping,
    "storage": str,
    "strict": bool,
    "auth": bool,
    "retry": bool,
}
_WANTED = {
    "project": "a path",
    "settings": "a mapping of names to strings",
    "storage": "a string",
    "strict": "True or False",
    "auth": "True or False",
    "retry": "True or False",
}


def merge_marks(marks: Iterable[tuple[tuple[Any, ...], Mapping[str, Any]]], test: Location) -> dict[str, Any]:
    """The arguments of all ``azfunc`` marks of a test, closest first; the closest wins key by key.

    :param test: where the test is.
    :raises BindingError: a positional argument, an unknown name, a wrong type.
    """
    merged: dict[str, Any] = {}
    for positional, named in marks:
        _check_mark(positional, named, test)
        for name, value in named.items():
            if name == "settings":
                merged[name] = {**value, **merged.get(name, {})}
            else:
                merged.setdefault(name, value)
    return merged


def _check_mark(positional: tuple[Any, ...], named: Mapping[str, Any], test: Location) -> None:
    known = ", ".join(MARK_ARGUMENTS)

    def wrong(reason: str, remedy: str = f"its arguments are {known}, by keyword") -> BindingError:
        return BindingError("mark", location=test, reason=reason, remedy=remedy)

    if positional:
        raise wrong(f"{kind_of(positional[0])} is given without a name")
    for name, value in named.items():
        kind = MARK_ARGUMENTS.get(name)
        if kind is None:
            raise wrong(f"{name!r} is no argument of it.{suggestion(name, MARK_ARGUMENTS)}".rstrip("."))
        if not isinstance(value, kind):
            raise wrong(f"{name} is {kind_of(value)}, but must be {_WANTED[name]}", "correct the value")
    for name, value in named.get("settings", {}).items():
        if not isinstance(name, str) or not isinstance(value, str):
            reason = f"the setting {setting_name(name)} is {kind_of(value)}, but must be a string"
            raise wrong(reason, "write the value as text, such as '3' or 'true'")
