"""Route templates: how they are put together and read, and which paths fit them.

Templates are read here as ASP.NET Core's old router reads them, surprises included.

Everything in this module is a pure function of its arguments. Numbers in comments such as 1.23 are the sections of the
project's notes on HTTP.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TypeAlias

from pytest_azfunc.host.dotnet_text import fold
from pytest_azfunc.host.route_constraints import Constraint, ConstraintError, resolve
from pytest_azfunc.host.url_paths import split_path


class RouteError(ValueError):
    """A template that the host cannot make a route of. It does not start then, whatever the other functions are.

    Attributes:
        template: the whole template, prefix included.
        reason: what is wrong with it.
    """

    def __init__(self, template: str, reason: str) -> None:
        super().__init__(template, reason)
        self.template = template
        self.reason = reason

    def __str__(self) -> str:
        return f"The route template '{self.template}' is not valid: {self.reason}."


def effective_template(prefix: str, route: str | None, function_name: str) -> str:
    """Put together the template of a function; it may turn out not to be valid.

    Args:
        prefix: `extensions.http.routePrefix` of host.json.
        route: the trigger's route. If it is missing or blank, the name of the function stands in for it (1.4).
        function_name: the name of the function.
    """
    own = route if route is not None and route.strip() else function_name
    # Nothing is trimmed: prefix `api` and route `/x` make `api//x`, which is refused (1.1, 1.5).
    return f"{prefix}/{own}" if prefix else own


# Templates


@dataclass(frozen=True)
class Literal:
    """Text in a segment, with its case folded."""

    folded: str


@dataclass(frozen=True)
class Parameter:
    """A parameter in a segment, with its constraints."""

    name: str
    is_optional: bool = False
    is_catch_all: bool = False
    default: str | None = None
    constraints: tuple[Constraint, ...] = ()

    @property
    def may_be_missing(self) -> bool:
        return self.is_optional or self.is_catch_all or self.default is not None

    def accepts(self, value: str | None) -> bool:
        """Check the constraints; None is a catch-all that captured nothing, or an optional that is left out."""
        if value is not None:
            return all(constraint.accepts(value) for constraint in self.constraints)
        # A missing optional is not looked at, the empty rest of a catch-all is (1.25, 1.35).
        return self.is_optional or all(constraint.accepts_missing for constraint in self.constraints)


Part: TypeAlias = Literal | Parameter
Segment: TypeAlias = tuple[Part, ...]


@dataclass(frozen=True)
class Template:
    """A route template, read once and matched often; made by `Template.parse`.

    Attributes:
        text: the template as written, prefix included.
        parameters: the names of its parameters, in order and in the case they are written in.
        segments: what stands between its slashes, part by part.
    """

    text: str
    parameters: tuple[str, ...] = field(compare=False)
    segments: tuple[Segment, ...] = field(compare=False, repr=False)

    @classmethod
    def parse(cls, template: str) -> Template:
        """Read a whole template.

        Raises:
            RouteError: the host would refuse it, and with it to start (1.27 to 1.30).
        """
        try:
            segments = _parse_segments(template)
        except ConstraintError as error:
            raise RouteError(template, str(error)) from error
        names = (part.name for segment in segments for part in segment if isinstance(part, Parameter))
        return cls(template, tuple(names), segments)

    @property
    def is_fixed(self) -> bool:
        """Whether there is no parameter, so that one path only fits (but for case and a slash at its end)."""
        return not self.parameters

    def match(self, path: str) -> dict[str, str] | None:
        """Match a decoded path that begins with a slash.

        Returns:
            The parameters that have a value, or None if the path does not fit or a constraint refuses it.
        """
        if path and path[0] != "/":
            return None
        return self.match_segments(path, split_path(path), split_path(fold(path)))

    def match_segments(self, path: str, segments: list[str], folded: list[str]) -> dict[str, str] | None:
        """The same for a path that is cut into segments, as written and folded."""
        values: dict[str, str] = {}
        for index, segment in enumerate(segments):
            if not segment or index == len(self.segments):
                return None
            parts = self.segments[index]
            part = parts[0]
            if len(parts) > 1:
                if not _match_parts(parts, segment, folded[index], values):
                    return None
            elif isinstance(part, Literal):
                if part.folded != folded[index]:
                    return None
            elif part.is_catch_all:
                # Slashes and all; only the first segment it takes may not be empty (1.23).
                values[part.name] = path.split("/", index + 1)[-1]
                return values if part.accepts(values[part.name]) else None
            elif part.accepts(segment):
                values[part.name] = segment
            else:
                return None
        return values if self._fill_up(values, len(segments)) else None

    def _fill_up(self, values: dict[str, str], start: int) -> bool:
        """Give the parameters beyond the end of the path their defaults; False if something cannot be left out."""
        for parts in self.segments[start:]:
            part = parts[0]
            if len(parts) > 1 or isinstance(part, Literal) or not part.may_be_missing:
                return False
            if not part.accepts(part.default):  # defaults are checked too (1.22)
                return False
            if part.default is not None:
                values[part.name] = part.default
        return True

    @property
    def has_optional_method(self) -> bool:
        return any(
            isinstance(part, Parameter) and part.is_optional and fold(part.name) == "HTTPMETHOD"
            for segment in self.segments
            for part in segment
        )


# Matching a segment of several parts, such as `{name}.{extension?}` (1.26)


def _match_parts(parts: Segment, text: str, folded: str, values: dict[str, str]) -> bool:
    found = _match_backwards(parts, text, folded, len(parts))
    last = parts[-1]
    if found is None and isinstance(last, Parameter) and last.is_optional and not text.endswith("."):
        # The optional part and the dot before it are missing.
        found = _match_backwards(parts, text, folded, len(parts) - 2)
    if found is None:
        return False
    values.update(reversed(found.items()))
    return all(part.accepts(found.get(part.name)) for part in parts if isinstance(part, Parameter) and part.constraints)


def _match_backwards(parts: Segment, text: str, folded: str, count: int) -> dict[str, str] | None:
    """Match the first so many parts, from the right, each literal as far to the right as it goes."""
    found: dict[str, str] = {}
    end = len(text)  # what is right of here is taken
    waiting: Parameter | None = None  # a parameter ends at `end`, where it begins is not known yet
    for index in reversed(range(count)):
        part = parts[index]
        if isinstance(part, Parameter):
            waiting = part
            continue
        # The waiting parameter gets a character at least.
        limit = end - 1 if waiting else end
        position = folded.rfind(part.folded, 0, limit) if limit > 0 else -1
        after = position + len(part.folded)
        if position < 0 or (index == len(parts) - 1 and after != len(text)):
            return None
        if waiting:
            found[waiting.name] = text[after:end]
            waiting = None
        end = position
    if waiting:
        found[waiting.name] = text[:end]
        end = 0 if end else -1  # it may not be empty
    return found if end == 0 else None


# Reading templates (1.27 to 1.31)

_LITERAL = re.compile(r"(?:[^{}/]|\{\{|\}\})+")
_PARAMETER = re.compile(r"\{((?:[^{}]|\{\{|\}\})*)\}")
_FORBIDDEN_IN_NAME = re.compile(r"[/{}?*]")
_NAME_STOP = re.compile("[:=]")
_CONSTRAINT_STOP = re.compile("[:=(]")


def _parse_segments(template: str) -> tuple[Segment, ...]:
    text = _without_root(template)
    segments: list[Segment] = []
    parts: list[Part] = []
    position = 0
    while position < len(text):
        if text[position] != "/":
            part, position = _parse_part(template, text, position)
            parts.append(part)
            continue
        if not parts:
            raise RouteError(template, "two slashes follow each other")
        segments.append(tuple(parts))
        parts = []
        position += 1
    if parts:
        segments.append(tuple(parts))
    _check(template, segments)
    return tuple(segments)


def _without_root(template: str) -> str:
    # Only here, at the very start, do `/` and `~/` mean nothing (1.6).
    if template.startswith("~") and not template.startswith("~/"):
        raise RouteError(template, "a tilde at the start needs a slash behind it")
    return template.removeprefix("~").removeprefix("/")


def _parse_part(template: str, text: str, position: int) -> tuple[Part, int]:
    # Literals first: `{{` begins one.
    literal = _LITERAL.match(text, position)
    if literal:
        if "?" in literal[0]:
            raise RouteError(template, f"the text '{literal[0]}' has a question mark")
        return Literal(fold(_unescape(literal[0]))), literal.end()
    parameter = _PARAMETER.match(text, position)
    if parameter:
        return _parse_parameter(template, _unescape(parameter[1])), parameter.end()
    raise RouteError(template, "a brace has no counterpart; one that is meant as text is written twice")


def _unescape(text: str) -> str:
    return text.replace("}}", "}").replace("{{", "{")


def _parse_parameter(template: str, text: str) -> Parameter:
    is_optional = text.endswith("?")
    inside = text.removesuffix("?")
    start = 2 if text.startswith("**") else int(text.startswith("*"))
    # The first character belongs to the name even if it is a colon or an equals sign.
    stop = _NAME_STOP.search(inside, start + 1)
    name = inside[start : stop.start()] if stop else inside[start:]
    if not name or _FORBIDDEN_IN_NAME.search(name):
        raise RouteError(template, f"'{name}' cannot be the name of a parameter")
    # The router looks at the last character of the name once more, which shows when that is one of `:=(`.
    constraints, default = _parse_rules(inside, stop.start() - 1) if stop else ([], None)
    if is_optional and start:
        raise RouteError(template, f"the catch-all parameter '{name}' cannot be optional")
    if is_optional and default is not None:
        raise RouteError(template, f"the optional parameter '{name}' cannot have a default")
    return Parameter(name, is_optional, bool(start), default, tuple(map(resolve, constraints)))


def _parse_rules(text: str, position: int) -> tuple[list[str], str | None]:
    """Read the constraints behind the name of a parameter, and its default."""
    constraints: list[str] = []
    if text[position] not in ":=(":
        position += 1
    while position < len(text) and text[position] != "=":
        start = position + 1 if text[position] == ":" else position
        position = _end_of_constraint(text, start)
        if position > start:
            constraints.append(text[start:position])
    return constraints, text[position + 1 :] if position < len(text) else None


def _end_of_constraint(text: str, start: int) -> int:
    stop = _CONSTRAINT_STOP.search(text, start)
    if stop is None:
        return len(text)
    if stop[0] != "(":
        return stop.start()
    position = stop.end()
    while position < len(text):
        # A parenthesis ends the arguments only where a constraint can end; a colon or equals sign among them makes the
        # router jump behind the next parenthesis.
        if text[position] == ")" and text[position + 1 : position + 2] in ("", ":", "="):
            return position + 1
        if text[position] in ":=":
            closing = text.find(")", position)
            if closing < 0:
                return position
            position = closing
        position += 1
    return len(text)


def _check(template: str, segments: Sequence[Segment]) -> None:
    names: set[str] = set()
    for index, parts in enumerate(segments):
        _check_parts(template, parts)
        for part in parts:
            if isinstance(part, Literal):
                continue
            if fold(part.name) in names:
                raise RouteError(template, f"the parameter '{part.name}' appears twice")
            names.add(fold(part.name))
            if part.is_catch_all and index != len(segments) - 1:
                raise RouteError(template, f"something follows the catch-all parameter '{part.name}'")


def _check_parts(template: str, parts: Segment) -> None:
    for index, part in enumerate(parts):
        if isinstance(part, Literal) or len(parts) == 1:
            continue
        if part.is_catch_all:
            raise RouteError(template, f"the catch-all parameter '{part.name}' shares its segment")
        before = parts[index - 1] if index else None
        if isinstance(before, Parameter):
            raise RouteError(template, f"nothing separates the parameters '{before.name}' and '{part.name}'")
        if part.is_optional and index != len(parts) - 1:
            raise RouteError(template, f"something follows the optional parameter '{part.name}' in its segment")
        if part.is_optional and before != Literal("."):
            raise RouteError(template, f"the optional parameter '{part.name}' may follow nothing but a dot")
