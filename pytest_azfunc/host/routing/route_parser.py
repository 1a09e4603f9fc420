"""Reads route templates as ASP.NET Core's old router reads them, surprises included.

Pure. Sources: dotnet/aspnetcore, RoutePatternParser.cs and RouteParameterParser.cs (templates), TemplateParserTests.cs
(what they refuse), RouteBase.cs (defaults).
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache

from pytest_azfunc.host.routing.dotnet_text import fold
from pytest_azfunc.host.routing.route_constraints import resolve
from pytest_azfunc.host.routing.route_parts import Literal, Parameter, Part, Segment


class RefusedTemplate(ValueError):
    """What the router objects to in a template; ``str()`` gives the reason."""


_LITERAL = re.compile(r"(?:[^{}/]|\{\{|\}\})+")
_PARAMETER = re.compile(r"\{((?:[^{}]|\{\{|\}\})*)\}")
_FORBIDDEN_IN_NAME = re.compile(r"[/{}?*]")
_SPECIAL = re.compile("[{}?]")
_LONE_PARAMETER = re.compile(r"\{[^{}]*\}\Z")
_NAME_STOP = re.compile("[:=]")
_CONSTRAINT_STOP = re.compile("[:=(]")


def parse_segments(template: str) -> tuple[Segment, ...]:
    """Read a whole template.

    :raises RefusedTemplate: it is not valid.
    :raises ConstraintError: one of its constraints is not.
    """
    text = _without_root(template)
    segments: list[Segment] = []
    position = 0
    while position < len(text):
        segment, position = _parse_segment(text, position)
        segments.append(segment)
    if "{" in text:
        _check(segments)
    return tuple(segments)


def _parse_segment(text: str, position: int) -> tuple[Segment, int]:
    """Read from here to the next slash, and go behind it."""
    end = text.find("/", position)
    whole = text[position:] if end < 0 else text[position:end]
    if whole and not _SPECIAL.search(whole):
        return (Literal(fold(whole), whole),), position + len(whole) + 1
    if _LONE_PARAMETER.match(whole):
        return (_parse_parameter(whole[1:-1]),), position + len(whole) + 1
    parts: list[Part] = []
    while position < len(text) and text[position] != "/":
        part, position = _parse_part(text, position)
        parts.append(part)
    if not parts:
        raise RefusedTemplate("two slashes follow each other")
    return tuple(parts), position + 1


def _without_root(template: str) -> str:
    # Only here, at the very start, do `/` and `~/` mean nothing.
    if template.startswith("~") and not template.startswith("~/"):
        raise RefusedTemplate("a tilde at the start needs a slash behind it")
    return template.removeprefix("~").removeprefix("/")


def _parse_part(text: str, position: int) -> tuple[Part, int]:
    # Literals first: `{{` begins one.
    literal = _LITERAL.match(text, position)
    if literal:
        if "?" in literal[0]:
            raise RefusedTemplate(f"the text '{literal[0]}' has a question mark")
        plain = _unescape(literal[0])
        return Literal(fold(plain), plain), literal.end()
    parameter = _PARAMETER.match(text, position)
    if parameter:
        return _parse_parameter(_unescape(parameter[1])), parameter.end()
    raise RefusedTemplate("a brace has no counterpart; one that is meant as text is written twice")


def _unescape(text: str) -> str:
    return text.replace("}}", "}").replace("{{", "{")


@lru_cache(maxsize=1024)  # the functions of an app have many in common
def _parse_parameter(text: str) -> Parameter:
    is_optional = text.endswith("?")
    inside = text.removesuffix("?")
    start = 2 if text.startswith("**") else int(text.startswith("*"))
    # The first character belongs to the name even if it is a colon or an equals sign.
    stop = _NAME_STOP.search(inside, start + 1)
    name = inside[start : stop.start()] if stop else inside[start:]
    if not name or _FORBIDDEN_IN_NAME.search(name):
        last = "; the question mark stands last, as in {id:int?}" if name.endswith("?") else ""
        raise RefusedTemplate(f"'{name}' cannot be the name of a parameter{last}")
    # The router looks at the last character of the name once more, which shows when that is one of `:=(`.
    constraints, default = _parse_rules(inside, stop.start() - 1) if stop else ([], None)
    if is_optional and start:
        raise RefusedTemplate(f"the catch-all parameter '{name}' cannot be optional")
    if is_optional and default is not None:
        raise RefusedTemplate(f"the optional parameter '{name}' cannot have a default")
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


def _check(segments: Sequence[Segment]) -> None:
    names: set[str] = set()
    for index, parts in enumerate(segments):
        if len(parts) > 1:
            _check_parts(parts)
        for part in parts:
            if isinstance(part, Literal):
                continue
            if fold(part.name) in names:
                raise RefusedTemplate(f"the parameter '{part.name}' appears twice")
            names.add(fold(part.name))
            if part.is_catch_all and index != len(segments) - 1:
                raise RefusedTemplate(f"something follows the catch-all parameter '{part.name}'")


def _check_parts(parts: Segment) -> None:
    for index, part in enumerate(parts):
        if isinstance(part, Literal):
            continue
        if part.is_catch_all:
            raise RefusedTemplate(f"the catch-all parameter '{part.name}' shares its segment")
        before = parts[index - 1] if index else None
        if isinstance(before, Parameter):
            raise RefusedTemplate(f"nothing separates the parameters '{before.name}' and '{part.name}'")
        if part.is_optional and index != len(parts) - 1:
            raise RefusedTemplate(f"something follows the optional parameter '{part.name}' in its segment")
        if part.is_optional and before != Literal(".", "."):
            raise RefusedTemplate(f"the optional parameter '{part.name}' may follow nothing but a dot")
