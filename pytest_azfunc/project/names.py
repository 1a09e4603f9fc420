"""Names that the host compares without case."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import TypeVar, overload

from pytest_azfunc.errors import listing, suggestion
from pytest_azfunc.errors.notes import unknown_name
from pytest_azfunc.project.user_errors import add_note

__tracebackhide__ = True

T = TypeVar("T")
U = TypeVar("U")


class NameMapping(Mapping[str, T]):
    """A read-only mapping from names to values that ignores case on look-up and keeps the spelling it was given."""

    __slots__ = ("_items",)

    def __init__(self, items: Iterable[tuple[str, T]] = ()) -> None:
        self._items = {name.lower(): (name, value) for name, value in items}

    def __getitem__(self, name: str) -> T:
        try:
            return self._items[name.lower()][1]
        except KeyError:
            error = KeyError(name)
            add_note(error, unknown_name(name, suggestion(name, self), listing("Known", self)))
            raise error from None

    @overload
    def get(self, name: str, /) -> T | None: ...

    @overload
    def get(self, name: str, /, default: T | U) -> T | U: ...

    def get(self, name: str, /, default: T | U | None = None) -> T | U | None:
        """The value of *name*, or the default. (The inherited one raises and catches an error for a missing name.)"""
        item = self._items.get(name.lower())
        return default if item is None else item[1]

    def __contains__(self, name: object) -> bool:
        return isinstance(name, str) and name.lower() in self._items

    def __iter__(self) -> Iterator[str]:
        return (name for name, _ in self._items.values())

    def __len__(self) -> int:
        return len(self._items)

    def __repr__(self) -> str:
        return f"{type(self).__name__}({dict(self)!r})"


def host_order(name: str) -> str:
    """Sort key of the host's order of functions: ordinal, ignoring case (which .NET does by upper-casing)."""
    return name.upper()
