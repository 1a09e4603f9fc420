"""What route templates are made of: literals and parameters, segment by segment."""

from __future__ import annotations

import re
from typing import NamedTuple, TypeAlias

from pytest_azfunc.host.routing.route_constraints import Constraint


class Literal(NamedTuple):
    """Text in a segment, with its case folded and as written."""

    folded: str
    text: str


class Parameter(NamedTuple):
    """A parameter in a segment, with its constraints."""

    name: str
    is_optional: bool = False
    is_catch_all: bool = False
    default: str | None = None
    constraints: tuple[Constraint, ...] = ()

    @property
    def may_be_missing(self) -> bool:
        """Whether a path may end before it."""
        return self.is_optional or self.is_catch_all or self.default is not None

    def accepts(self, value: str | None) -> bool:
        """Check the constraints; None is a catch-all that captured nothing, or an optional that is left out."""
        if value is not None:
            return all(constraint.accepts(value) for constraint in self.constraints)
        # A missing optional is not looked at, the empty rest of a catch-all is
        # (OptionalRouteConstraint.cs, RouteConstraintMatcher.cs).
        return self.is_optional or all(constraint.accepts_missing for constraint in self.constraints)

    def samples(self) -> list[str]:
        """Values that its constraints accept, as many as come to mind; none if that takes more than guessing."""
        numbers = [number for constraint in self.constraints for number in re.findall(_NUMBER, constraint.text)]
        lengths = [int(number) for number in numbers if len(number) < 5]
        guesses = [*_SAMPLES, *numbers, *("a" * length for length in lengths), *("1" * length for length in lengths)]
        return [guess for guess in dict.fromkeys(guesses) if guess and self.accepts(guess)]


# One or two for every constraint, and enough others that hardly any app has literals for all of them.
_SAMPLES = (
    *("1", "a", "x-1", "7919", "-5", "true", "1.5", "file.txt", "2024-02-29", "x_y", "~", "\u00e9"),
    "6f9619ff-8b86-d011-b42d-00c04fc964ff",
)
_NUMBER = "-?[0-9]+"

Part: TypeAlias = Literal | Parameter
Segment: TypeAlias = tuple[Part, ...]
