"""Parameters and type hints of many functions, read fast.

``inspect.signature`` and ``typing.get_type_hints`` take most of the time that indexing takes. Plain functions with
plain annotations are read without them; everything else goes to them.
"""

from __future__ import annotations

import inspect
import sys
import typing
from collections.abc import Callable, Mapping
from types import FunctionType
from typing import Any

_ALIAS = type(typing.List[int])  # noqa: UP006 - what `typing` makes of it
# Up to Python 3.10 a default of None makes the annotation Optional.
_DEFAULTS_COUNT = sys.version_info < (3, 11)


class AnnotationReader:
    """Reads functions of the same modules one after the other, and remembers what their texts mean.

    :ivar signatures: room for what was concluded, by parameters, annotations and bindings.
    """

    def __init__(self) -> None:
        self._known: dict[tuple[int, str], Any] = {}
        self._kept: dict[int, Any] = {}  # hints by their ids, which no other object can get as long as they are here
        self.signatures: dict[tuple[Any, ...] | None, Any] = {}

    def parameters(self, function: Callable[..., Any]) -> list[str]:
        """Names of the parameters.

        :raises TypeError, ValueError: what ``inspect.signature`` raises.
        """
        if not _is_plain(function):
            return list(inspect.signature(function).parameters)
        code = function.__code__
        if code.co_flags & _VARIADIC:  # they stand at another place than among the variables
            return list(inspect.signature(function).parameters)
        return list(code.co_varnames[: code.co_argcount + code.co_kwonlyargcount])

    @staticmethod
    def is_async(function: Callable[..., Any]) -> bool:
        """Whether calling it makes a coroutine."""
        if _is_plain(function):
            return bool(function.__code__.co_flags & inspect.CO_COROUTINE)
        return inspect.iscoroutinefunction(function)

    def outline(self, function: Callable[..., Any]) -> tuple[Any, ...]:
        """All of a function that its signature depends on, in a form to be looked up by.

        :raises Exception: what :meth:`parameters` and :meth:`hints` raise.
        """
        if not _is_plain(function) or function.__code__.co_flags & _VARIADIC or not self._knows_hints(function):
            hints = self.hints(function)
            for hint in hints.values():
                self._kept[id(hint)] = hint
            return _outline(tuple(self.parameters(function)), hints, self.is_async(function))
        code = function.__code__
        names = code.co_varnames[: code.co_argcount + code.co_kwonlyargcount]
        return _outline(names, function.__annotations__, bool(code.co_flags & inspect.CO_COROUTINE))

    def _knows_hints(self, function: FunctionType) -> bool:
        """Whether all annotations have been read before, and mean what they are."""
        if _has_defaults_that_count(function):
            return False
        return all(map(self._kept.__contains__, map(id, function.__annotations__.values())))

    def hints(self, function: Callable[..., Any]) -> dict[str, Any]:
        """The annotations, as ``typing.get_type_hints`` gives them.

        :raises Exception: what ``typing.get_type_hints`` raises: an annotation is code.
        """
        if not _is_plain(function) or _has_defaults_that_count(function):
            return typing.get_type_hints(function)
        namespace = id(function.__globals__)
        hints = {}
        for name, annotation in function.__annotations__.items():
            if annotation is None:
                annotation = type(None)
            elif type(annotation) is str:
                annotation = self._known.get((namespace, annotation), _UNKNOWN)
            elif id(annotation) not in self._kept and not _is_ready(annotation):
                annotation = _UNKNOWN
            if annotation is _UNKNOWN:
                return self._slowly(function)
            hints[name] = annotation
        return hints

    def _slowly(self, function: FunctionType) -> dict[str, Any]:
        hints = typing.get_type_hints(function)
        if not getattr(function, "__type_params__", ()):
            for name, annotation in function.__annotations__.items():
                if type(annotation) is str and name in hints:
                    self._known[id(function.__globals__), annotation] = hints[name]
        return hints


def _outline(names: tuple[str, ...], hints: Mapping[str, Any], is_async: bool) -> tuple[Any, ...]:
    # By their identity: to hash a generic of `typing` takes longer than all the rest.
    return names, *hints, *map(id, hints.values()), is_async


_UNKNOWN = object()
_VARIADIC = inspect.CO_VARARGS | inspect.CO_VARKEYWORDS


def _is_plain(function: Callable[..., Any]) -> typing.TypeGuard[FunctionType]:
    """Whether it is a function as ``def`` made it: wrappers and the like have attributes of their own."""
    return type(function) is FunctionType and not function.__dict__


def _has_defaults_that_count(function: FunctionType) -> bool:
    return _DEFAULTS_COUNT and bool(function.__defaults__ or function.__kwdefaults__)


def _is_ready(annotation: Any) -> bool:
    """Whether it is a class, or a generic of ``typing`` with classes as its arguments: nothing to evaluate in it."""
    kind = type(annotation)  # not isinstance: list[int] says of itself that it is a class
    if kind is _ALIAS and issubclass(type(annotation.__origin__), type):  # Required[...] and its like are no generics
        return all(issubclass(type(argument), type) for argument in annotation.__args__)
    return issubclass(kind, type)
