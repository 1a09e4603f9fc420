"""Binding expressions: ``{name}`` in a property of a binding, replaced for each call of the function. Pure.

Sources: azure-webjobs-sdk, BindingTemplateParser.cs, BindingTemplateToken.cs and BindingParameterResolver.cs. What is
between per cent signs was replaced before; see :mod:`~pytest_azfunc.project.setting_names`.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any, NamedTuple

from pytest_azfunc.host.net_formats import FormatError
from pytest_azfunc.host.net_objects import Guid, NetObject, PropertyError, property_of, text_of

# What an expression may begin with to be one of the host's own, whatever follows.
_GUID, _CLOCK = "rand-guid", "datetime"
_TOKEN = re.compile(r"(?P<escape>\{\{|\}\})|\{(?P<expression>[^{}]*)\}|(?P<literal>[^{}]+)|(?P<unbalanced>[{}])")
_LETTERS = frozenset(("Lu", "Ll", "Lt", "Lm", "Lo", "Nl"))
_PARTS = _LETTERS | {"Nd", "Pc", "Mn", "Mc", "Cf"}


class ExpressionError(ValueError):
    """What the host fails a call with.

    :ivar kind: the .NET exception.
    :ivar reason: what is wrong, in the host's words, without the template around it.
    :ivar name: the name that has no value, where that is it.
    """

    def __init__(self, kind: str, reason: str, template: str | None = None, name: str | None = None) -> None:
        super().__init__(reason if template is None else f"Invalid template '{template}'. {reason}")
        self.kind = kind
        self.reason = reason
        self.name = name


class Surroundings(NamedTuple):
    """What an expression may ask for besides the names that the trigger gives.

    :ivar now: the host's time, UTC.
    :ivar new_guid: makes a GUID, in lower case, with dashes.
    :ivar function: the function's name.
    """

    now: datetime
    new_guid: Callable[[], str]
    function: str = ""


@dataclass(frozen=True)
class Expression:
    """What stands between two braces.

    :ivar parts: the name, and the properties behind its dots.
    :ivar text_format: what follows the colon; None without one.
    :ivar built_in: the host's own name that it begins with, in lower case; None for all others.
    """

    parts: tuple[str, ...]
    text_format: str | None = None
    built_in: str | None = None

    @classmethod
    def parse(cls, text: str, template: str) -> Expression:
        """Read what stands between the braces.

        :raises ExpressionError: the host refuses it.
        """
        built_in = next((name for name in (_GUID, _CLOCK) if text.lower().startswith(name)), None)
        text_format: str | None = None
        if built_in is None:
            before, colon, after = text.partition(":")
            if colon and before:
                text, text_format = before, after
            if not _is_identifier(text):
                raise ExpressionError("FormatException", f"Invalid template expression '{text}", template)
        parts = tuple(text.split("."))
        if built_in is None and "-" in parts[0]:
            raise ExpressionError("FormatException", f"The parameter name '{parts[0]}' is invalid.", template)
        if not all(part.strip() for part in parts):
            raise ExpressionError("InvalidOperationException", "Illegal expression: System.String[]")
        return cls(parts, text_format, built_in)

    def evaluate(self, names: Mapping[str, Any], surroundings: Surroundings) -> str:
        """The text to put in its place.

        :param names: what the trigger gives; a mapping that ignores case.
        :raises ExpressionError: a name or a property that is not there, or a format that .NET refuses.
        """
        first, *others = self.parts
        try:
            if first in names:
                value = names[first]
            elif first.lower() == "sys":
                value = _system(surroundings)
            elif self.built_in is not None:
                return self._built_in(first, surroundings)
            else:
                reason = f"No value for named parameter '{first}'."
                raise ExpressionError("InvalidOperationException", reason, name=first)
            return text_of(_behind_dots(value, others), self.text_format)
        except FormatError as error:
            raise ExpressionError("FormatException", str(error)) from None

    def _built_in(self, text: str, surroundings: Surroundings) -> str:
        """The time or a GUID. What follows the name without a colon does not count."""
        name = self.built_in or ""
        text_format = text[len(name) + 1 :] if text[len(name) : len(name) + 1] == ":" else None
        value: Any = Guid(surroundings.new_guid()) if name == _GUID else surroundings.now
        return text_of(value, text_format)


def _behind_dots(value: Any, names: list[str]) -> Any:
    for name in names:
        try:
            value = property_of(value, name)
        except PropertyError as error:
            reason = f"Error while accessing '{name}': {error}"
            raise ExpressionError("InvalidOperationException", reason) from None
    return value


def _system(surroundings: Surroundings) -> NetObject:
    guid = Guid(surroundings.new_guid())
    return NetObject({"MethodName": surroundings.function, "UtcNow": surroundings.now, "RandGuid": guid})


def _is_identifier(text: str) -> bool:
    """Whether it is a name as C# has them, in which dots and dashes may be, too."""
    if not text or not (text[0] == "_" or unicodedata.category(text[0]) in _LETTERS):
        return False
    return all(char in ".-" or unicodedata.category(char) in _PARTS for char in text[1:])


@dataclass(frozen=True)
class Template:
    """A text with expressions in it.

    :ivar literals: what stands before, between and behind the expressions: one more than these.
    """

    literals: tuple[str, ...]
    expressions: tuple[Expression, ...]

    @classmethod
    def parse(cls, text: str) -> Template:
        """Read a text. ``{{`` and ``}}`` stand for one brace.

        :raises ExpressionError: a brace without a partner, or an expression that the host refuses.
        """
        literals, expressions = [""], []
        for token in _TOKEN.finditer(text):
            match token.lastgroup:
                case "escape":
                    literals[-1] += token.group()[0]
                case "literal":
                    literals[-1] += token.group()
                case "unbalanced":
                    side = "closing" if token.group() == "{" else "opening"
                    reason = f"Missing {side} bracket at position {token.start() + 1}."
                    raise ExpressionError("FormatException", reason, text)
                case _:
                    if not token.group("expression"):
                        reason = f"The parameter name at position {token.start() + 1} is empty."
                        raise ExpressionError("FormatException", reason, text)
                    expressions.append(Expression.parse(token.group("expression"), text))
                    literals.append("")
        return cls(tuple(literals), tuple(expressions))

    def values(self, names: Mapping[str, Any], surroundings: Surroundings) -> list[str]:
        """The text of each expression, in their order; see :meth:`Expression.evaluate`."""
        return [expression.evaluate(names, surroundings) for expression in self.expressions]

    def filled(self, values: list[str]) -> str:
        """The text with these in the place of its expressions."""
        parts = [self.literals[0]]
        for value, literal in zip(values, self.literals[1:], strict=True):
            parts += (value, literal)
        return "".join(parts)

    def evaluate(self, names: Mapping[str, Any], surroundings: Surroundings) -> str:
        """The text of a call; see :meth:`Expression.evaluate`."""
        return self.filled(self.values(names, surroundings))


parse = lru_cache(maxsize=1024)(Template.parse)
"""As :meth:`Template.parse`. A test opens a host of its own, but its templates are those of the test before."""
