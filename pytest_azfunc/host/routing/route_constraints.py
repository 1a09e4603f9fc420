"""Constraints of route templates: what ``int`` in ``{id:int}`` lets through.

The host leaves them to ASP.NET Core, which reads values as ``dotnet_text`` and ``dotnet_regex`` do. Sources:
dotnet/aspnetcore, RouteOptions.cs (the names), DefaultInlineConstraintResolver.cs (the arguments) and the classes in
src/Http/Routing/src/Constraints.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import partial
from typing import NamedTuple

from pytest_azfunc.host.routing.dotnet_text import (
    WHITE,
    integer,
    is_bool,
    is_datetime,
    is_decimal,
    is_float,
    is_guid,
    is_integer,
    utf16,
)


class ConstraintError(ValueError):
    """A constraint the host refuses when it creates the route; ``str()`` gives the reason."""


class Constraint(NamedTuple):
    """One constraint of one parameter.

    :ivar text: the constraint as it stands in the template, such as ``range(1,5)``.
    :ivar accepts: tells whether a value passes.
    :ivar accepts_missing: whether it also passes a catch-all that captured nothing. Only ``nonfile`` does
        (RouteConstraintMatcher.cs).
    """

    text: str
    accepts: Callable[[str], bool]
    accepts_missing: bool = False


def resolve(text: str) -> Constraint:
    """Find the constraint that a template asks for, such as ``int`` or ``range(1,5)``.

    :raises ConstraintError: there is none of that name, or it cannot take these arguments.
    """
    name, parenthesis, argument = text.partition("(")
    if parenthesis and not text.endswith(")"):
        raise ConstraintError(f"'{text}' does not end with its parenthesis; braces in a constraint are written twice")
    key = name.lower()
    if key in _PLAIN:
        if parenthesis:
            raise ConstraintError(f"the constraint '{name}' takes no argument")
        return Constraint(text, _PLAIN[key], accepts_missing=key == "nonfile")
    if key not in _WITH_ARGUMENT:
        raise ConstraintError(f"there is no constraint named '{name}'")
    if not parenthesis:
        raise ConstraintError(f"the constraint '{name}' needs an argument")
    return Constraint(text, _WITH_ARGUMENT[key](argument[:-1]))


# Text


def _is_alpha(value: str) -> bool:
    # .NET writes it with a `$`, which also stands before a newline at the end.
    return bool(re.fullmatch(r"[A-Za-z]*\n?", value))


def _is_file(value: str) -> bool:
    return bool(value.rpartition("/")[2].partition(".")[2].strip("."))


def _is_not_file(value: str) -> bool:
    return not _is_file(value)


def _is_present(value: str) -> bool:
    return value != ""


# Constraints with arguments


def _argument(text: str, bits: int = 64) -> int:
    value = integer(text.strip(WHITE), bits)
    if value is None:
        raise ConstraintError(f"'{text}' is no number of {bits} bits")
    return value


def _size(text: str) -> int:
    value = _argument(text, 32)
    if value < 0:
        raise ConstraintError(f"a length cannot be {value}")
    return value


def _bounds(text: str, read: Callable[[str], int]) -> tuple[int, int]:
    numbers = [read(each) for each in text.split(",")]
    if len(numbers) != 2:
        raise ConstraintError(f"two bounds are needed, not '{text}'")
    low, high = numbers
    if low > high:
        raise ConstraintError(f"the lower bound {low} is above the upper bound {high}")
    return low, high


def _length(argument: str) -> Callable[[str], bool]:
    low, high = _bounds(argument, _size) if "," in argument else (_size(argument),) * 2
    return lambda value: low <= len(utf16(value)) <= high


def _min_length(argument: str) -> Callable[[str], bool]:
    low = _size(argument)
    return lambda value: low <= len(utf16(value))


def _max_length(argument: str) -> Callable[[str], bool]:
    high = _size(argument)
    return lambda value: len(utf16(value)) <= high


def _within(low: int, high: int) -> Callable[[str], bool]:
    def accepts(value: str) -> bool:
        number = integer(value, 64)
        return number is not None and low <= number <= high

    return accepts


def _regex(argument: str) -> Callable[[str], bool]:
    from pytest_azfunc.host.routing.dotnet_regex import (  # few routes need it, and it has much to compile
        RegexError,
        searcher,
    )

    try:
        return searcher(argument)
    except RegexError as error:
        raise ConstraintError(str(error)) from error


_PLAIN: dict[str, Callable[[str], bool]] = {
    "int": partial(is_integer, bits=32),
    "long": partial(is_integer, bits=64),
    "bool": is_bool,
    "datetime": is_datetime,
    "decimal": is_decimal,
    "double": is_float,
    "float": is_float,
    "guid": is_guid,
    "alpha": _is_alpha,
    "required": _is_present,
    "file": _is_file,
    "nonfile": _is_not_file,
}
_WITH_ARGUMENT: dict[str, Callable[[str], Callable[[str], bool]]] = {
    "length": _length,
    "minlength": _min_length,
    "maxlength": _max_length,
    "min": lambda argument: _within(_argument(argument), 2**63 - 1),
    "max": lambda argument: _within(-(2**63), _argument(argument)),
    "range": lambda argument: _within(*_bounds(argument, _argument)),
    "regex": _regex,
}
