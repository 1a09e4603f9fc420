"""A function of somebody else's module or class that is replaced for some time, and put back."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any


class ReplacedFunction:
    """A function that is replaced, and put back where nobody else has replaced it meanwhile.

    Who had replaced it may put ours back when it is no longer needed. Then it takes itself away when it is used.
    """

    __slots__ = ("_is_needed", "_make", "_name", "_ours", "_owner")

    def __init__(
        self, owner: Any, name: str, make: Callable[[Callable[..., Any]], Any], is_needed: Callable[[], bool]
    ) -> None:
        """Of a module or class.

        :param make: makes what is called instead, of what stood there before.
        :param is_needed: whether it is called at all by now.
        """
        self._owner, self._name, self._make, self._is_needed = owner, name, make, is_needed
        self._ours: Any = None  # the latest

    def is_of(self, owner: Any) -> bool:
        """Whether it replaces a function of that module or class."""
        return owner is self._owner

    def put(self) -> None:
        """Replace what is there now, unless it is ours; may be called again when others have replaced it."""
        present = self._owner.__dict__[self._name]
        if self._is_ours(present):
            return
        if self._ours is None or self._ours.__wrapped__ is not present:
            self._ours = self._around(present)
        setattr(self._owner, self._name, self._ours)

    def take_away(self) -> None:
        """Put back what was there before."""
        while self._is_ours(present := self._owner.__dict__[self._name]):
            setattr(self._owner, self._name, present.__wrapped__)

    def _is_ours(self, function: Any) -> bool:
        # By its code, which all of ours share: what functools.wraps makes of one has the attributes, too.
        return self._ours is not None and getattr(function, "__code__", None) is self._ours.__code__

    def _around(self, before: Callable[..., Any]) -> Callable[..., Any]:
        replaced = self._make(before)

        @functools.wraps(before)
        def ours(*args: Any, **kwargs: Any) -> Any:
            if self._is_needed():
                return replaced(*args, **kwargs)
            if self._owner.__dict__[self._name] is ours:
                setattr(self._owner, self._name, before)
            return before(*args, **kwargs)

        return ours
