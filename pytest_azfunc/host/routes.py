"""HTTP routes: which function a request reaches, and with which parameters.

The host hands its routes to ASP.NET Core's old `RouteCollection`: they are tried one after another, in the order of the
functions' names, and the first that fits wins. Templates, paths and queries are read here as that router, Kestrel and
the host read them, surprises included.

Everything in this module is a pure function of its arguments. Numbers in comments such as 1.23 are the sections of the
project's notes on HTTP.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import TypeAlias
from urllib.parse import quote

from pytest_azfunc.host.route_constraints import Constraint, ConstraintError, resolve


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


def host_order(name: str) -> str:
    """The key by which the host sorts its functions: `_` comes after the letters (1.39)."""
    return name.upper()


# Templates


@dataclass(frozen=True)
class _Literal:
    folded: str


@dataclass(frozen=True)
class _Parameter:
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


_Part: TypeAlias = _Literal | _Parameter
_Segment: TypeAlias = tuple[_Part, ...]


@dataclass(frozen=True)
class Template:
    """A route template, read once and matched often; made by `Template.parse`.

    Attributes:
        text: the template as written, prefix included.
        parameters: the names of its parameters, in order and in the case they are written in.
    """

    text: str
    parameters: tuple[str, ...] = field(compare=False)
    _segments: tuple[_Segment, ...] = field(compare=False, repr=False)

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
        names = (part.name for segment in segments for part in segment if isinstance(part, _Parameter))
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
        return self._match(path, _split(path), _split(_fold(path)))

    def _match(self, path: str, segments: list[str], folded: list[str]) -> dict[str, str] | None:
        """The same for a path that is cut into segments, as written and folded."""
        values: dict[str, str] = {}
        for index, segment in enumerate(segments):
            if not segment or index == len(self._segments):
                return None
            parts = self._segments[index]
            part = parts[0]
            if len(parts) > 1:
                if not _match_parts(parts, segment, folded[index], values):
                    return None
            elif isinstance(part, _Literal):
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
        for parts in self._segments[start:]:
            part = parts[0]
            if len(parts) > 1 or isinstance(part, _Literal) or not part.may_be_missing:
                return False
            if not part.accepts(part.default):  # defaults are checked too (1.22)
                return False
            if part.default is not None:
                values[part.name] = part.default
        return True

    @property
    def _has_optional_method(self) -> bool:
        return any(
            isinstance(part, _Parameter) and part.is_optional and _fold(part.name) == "HTTPMETHOD"
            for segment in self._segments
            for part in segment
        )


def _split(path: str) -> list[str]:
    # One slash at the end does not count, a second one is an empty segment (1.17).
    segments = path[1:].split("/")
    if not segments[-1]:
        segments.pop()
    return segments


def _fold(text: str) -> str:
    """Fold case as .NET's ordinal comparison does: to upper case, letter by letter, never into or out of ASCII."""
    if text.isascii():
        return text.upper()
    return "".join(map(_fold_character, text))


def _fold_character(character: str) -> str:
    upper = character.upper()
    keeps = len(upper) != 1 or (upper.isascii() and not character.isascii())
    return character if keeps else upper


# Matching a segment of several parts, such as `{name}.{extension?}` (1.26)


def _match_parts(parts: _Segment, text: str, folded: str, values: dict[str, str]) -> bool:
    found = _match_backwards(parts, text, folded, len(parts))
    last = parts[-1]
    if found is None and isinstance(last, _Parameter) and last.is_optional and not text.endswith("."):
        # The optional part and the dot before it are missing.
        found = _match_backwards(parts, text, folded, len(parts) - 2)
    if found is None:
        return False
    values.update(reversed(found.items()))
    return all(
        part.accepts(found.get(part.name)) for part in parts if isinstance(part, _Parameter) and part.constraints
    )


def _match_backwards(parts: _Segment, text: str, folded: str, count: int) -> dict[str, str] | None:
    """Match the first so many parts, from the right, each literal as far to the right as it goes."""
    found: dict[str, str] = {}
    end = len(text)  # what is right of here is taken
    waiting: _Parameter | None = None  # a parameter ends at `end`, where it begins is not known yet
    for index in reversed(range(count)):
        part = parts[index]
        if isinstance(part, _Parameter):
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


def _parse_segments(template: str) -> tuple[_Segment, ...]:
    text = _without_root(template)
    segments: list[_Segment] = []
    parts: list[_Part] = []
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


def _parse_part(template: str, text: str, position: int) -> tuple[_Part, int]:
    # Literals first: `{{` begins one.
    literal = _LITERAL.match(text, position)
    if literal:
        if "?" in literal[0]:
            raise RouteError(template, f"the text '{literal[0]}' has a question mark")
        return _Literal(_fold(_unescape(literal[0]))), literal.end()
    parameter = _PARAMETER.match(text, position)
    if parameter:
        return _parse_parameter(template, _unescape(parameter[1])), parameter.end()
    raise RouteError(template, "a brace has no counterpart; one that is meant as text is written twice")


def _unescape(text: str) -> str:
    return text.replace("}}", "}").replace("{{", "{")


def _parse_parameter(template: str, text: str) -> _Parameter:
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
    return _Parameter(name, is_optional, bool(start), default, tuple(map(resolve, constraints)))


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


def _check(template: str, segments: Sequence[_Segment]) -> None:
    names: set[str] = set()
    for index, parts in enumerate(segments):
        _check_parts(template, parts)
        for part in parts:
            if isinstance(part, _Literal):
                continue
            if _fold(part.name) in names:
                raise RouteError(template, f"the parameter '{part.name}' appears twice")
            names.add(_fold(part.name))
            if part.is_catch_all and index != len(segments) - 1:
                raise RouteError(template, f"something follows the catch-all parameter '{part.name}'")


def _check_parts(template: str, parts: _Segment) -> None:
    for index, part in enumerate(parts):
        if isinstance(part, _Literal) or len(parts) == 1:
            continue
        if part.is_catch_all:
            raise RouteError(template, f"the catch-all parameter '{part.name}' shares its segment")
        before = parts[index - 1] if index else None
        if isinstance(before, _Parameter):
            raise RouteError(template, f"nothing separates the parameters '{before.name}' and '{part.name}'")
        if part.is_optional and index != len(parts) - 1:
            raise RouteError(template, f"something follows the optional parameter '{part.name}' in its segment")
        if part.is_optional and before != _Literal("."):
            raise RouteError(template, f"the optional parameter '{part.name}' may follow nothing but a dot")


# Which function wins


@dataclass(frozen=True)
class Route:
    """A function's place in the route table.

    Attributes:
        function: the name of the function, which decides when it is tried.
        template: its whole template.
        methods: the HTTP methods it takes, case ignored. None takes any, an empty tuple none at all (2.1, 2.5).
    """

    function: str
    template: Template
    methods: tuple[str, ...] | None = None


@dataclass(frozen=True)
class RouteMatch:
    """What a request came to.

    Attributes:
        function: the name of the function.
        params: the route parameters that have a value, as text.
    """

    function: str
    params: dict[str, str]


class RouteTable:
    """All routes of an app, in the order in which the host tries them.

    More specific templates do not come first, only the names count (1.38, 1.39). The host's own addresses below
    `admin` and `runtime/webhooks`, which come before all functions (1.41), are not in it.

    Attributes:
        routes: the routes in the host's order.
    """

    def __init__(self, routes: Iterable[Route]) -> None:
        self.routes = tuple(sorted(routes, key=lambda route: host_order(route.function)))
        self._root = _Node()
        for order, route in enumerate(self.routes):
            self._root.add(route.template._segments, order)

    def find(self, method: str, path: str) -> RouteMatch | None:
        """Find the function that answers, or None: 404, also if only the method is wrong (2.3).

        Args:
            method: the method of the request; HEAD is not taken for GET (2.4).
            path: the decoded path of the request.
        """
        if path and path[0] != "/":
            return None
        segments = _split(path)
        folded = _split(_fold(path))
        for order in self._root.candidates(folded):
            route = self.routes[order]
            params = route.template._match(path, segments, folded)
            if params is not None and _takes(route, method, params):
                return RouteMatch(route.function, params)
        return None


def _takes(route: Route, method: str, params: dict[str, str]) -> bool:
    if route.methods is None or _fold(method) in map(_fold, route.methods):
        return True
    # The check goes by the name of a route value. So an optional parameter of that name takes it over, and like all
    # checks of an optional parameter it is left out where the value is missing (1.32, 1.35).
    return route.template._has_optional_method and "HTTPMETHOD" not in map(_fold, params)


@dataclass
class _Node:
    """Routes whose templates begin alike, so that a request meets only those that its segments can lead to.

    Attributes:
        literals: where to go on for a segment that is written out in the template.
        beginnings: where to go on for a segment that begins with this text and has parameters further on.
        lengths: the lengths of those texts.
        anything: where to go on for any segment, because a parameter is in it.
        ends: the routes that fit a path that ends here.
        rests: the routes whose catch-all begins here, for a path that goes on.
    """

    literals: dict[str, _Node] = field(default_factory=dict)
    beginnings: dict[str, _Node] = field(default_factory=dict)
    lengths: set[int] = field(default_factory=set)
    anything: _Node | None = None
    ends: list[int] = field(default_factory=list)
    rests: list[int] = field(default_factory=list)

    def add(self, segments: Sequence[_Segment], order: int) -> None:
        if all(_may_be_missing(segment) for segment in segments):
            self.ends.append(order)
        if not segments:
            return
        part = segments[0][0]
        if isinstance(part, _Parameter) and part.is_catch_all:
            self.rests.append(order)
        else:
            self._step(segments[0]).add(segments[1:], order)

    def _step(self, segment: _Segment) -> _Node:
        part = segment[0]
        if isinstance(part, _Parameter):
            self.anything = self.anything or _Node()
            return self.anything
        if len(segment) == 1:
            return self.literals.setdefault(part.folded, _Node())
        self.lengths.add(len(part.folded))
        return self.beginnings.setdefault(part.folded, _Node())

    def candidates(self, folded: list[str]) -> list[int]:
        """The routes a path can lead to, in order. Values and constraints still have to be looked at."""
        nodes = [self]
        found: list[int] = []
        for segment in folded:
            if not segment:  # neither a parameter nor a catch-all begins with an empty segment
                nodes = []
                break
            following: list[_Node] = []
            for node in nodes:
                found += node.rests
                node._follow(segment, following)
            nodes = following
        for node in nodes:
            found += node.ends
        found.sort()
        return found

    def _follow(self, segment: str, following: list[_Node]) -> None:
        if segment in self.literals:
            following.append(self.literals[segment])
        if self.anything:
            following.append(self.anything)
        for length in self.lengths:
            if segment[:length] in self.beginnings:
                following.append(self.beginnings[segment[:length]])


def _may_be_missing(segment: _Segment) -> bool:
    part = segment[0]
    return len(segment) == 1 and isinstance(part, _Parameter) and part.may_be_missing


# Paths and queries on their way in

_ESCAPES = re.compile("(?:%[0-9A-Fa-f]{2})+")
_TO_ESCAPE = re.compile(r"[^A-Za-z0-9._~!$&'()*+,;=:@/%-]+|%(?![0-9A-Fa-f]{2})")
_SURROGATE = re.compile("[\ud800-\udfff]")


def decode_path(raw: str) -> str:
    """Decode the path of a request line as Kestrel does, before any route sees it.

    Percent-encoded UTF-8 becomes text, except `%2F`; sequences that are not valid stay as they are (1.14, 1.15). The
    segments `.` and `..` are gone afterwards, encoded ones too. Kestrel answers 400 to `%00`, which stays here.
    """
    decoded = _decode(raw, keep=("%2F", "%2f", "%00"))
    if "/." not in decoded:
        return decoded
    kept: list[str] = []
    first, *segments = decoded.split("/")
    for segment in segments:
        if segment == "..":
            del kept[-1:]
        elif segment != ".":
            kept.append(segment)
    if segments[-1] in (".", ".."):
        kept.append("")
    return "/".join([first, *kept])


def encode_path(decoded: str) -> str:
    """Encode a decoded path again, as the host does for the URL it sends to the worker (4.3)."""
    return _TO_ESCAPE.sub(lambda found: quote(_SURROGATE.sub("\ufffd", found[0]), safe=""), decoded)


def split_query(query: str) -> dict[str, str]:
    """Read a query string into what the worker gets as `Query`.

    Values of the same key are joined with a comma; empty ones are left out, and keys without another value (4.5, 4.6).
    """
    joined = {key: ",".join(filter(None, values)) for key, values in _query_values(query).items()}
    return {key: value for key, value in joined.items() if value}


def last_query_values(query: str) -> dict[str, str]:
    """Read a query string into what binding expressions see: the last value of each key, even if it is empty.

    A key `code` is here as well: `{query.code}` reaches it, while the plain `{code}` does not look here (4.16, 4.19).
    """
    return {key: values[-1] for key, values in _query_values(query).items()}


def _query_values(query: str) -> dict[str, list[str]]:
    """The values of each key, case ignored, under the spelling the host keeps."""
    spellings: dict[str, str] = {}
    values: dict[str, list[str]] = {}
    for pair in query.removeprefix("?").split("&"):
        if not pair:
            continue
        name, _, value = (_decode(each) for each in pair.replace("+", " ").partition("="))
        folded = _fold(name)
        # The second spelling replaces the first, unless the dictionary has outgrown its small form (4.6).
        if folded not in values or (len(values[folded]) == 1 and len(values) <= 10):
            spellings[folded] = name
        values.setdefault(folded, []).append(value)
    return {spellings[folded]: each for folded, each in values.items()}


def _decode(text: str, keep: Sequence[str] = ()) -> str:
    """Decode percent-encoded UTF-8, leaving what is not valid as it is written."""
    if "%" not in text:
        return text
    return _ESCAPES.sub(lambda found: _decode_run(found[0], keep), text)


def _decode_run(run: str, keep: Sequence[str]) -> str:
    escapes = [run[start : start + 3] for start in range(0, len(run), 3)]
    data = bytes.fromhex(run.replace("%", ""))
    decoded: list[str] = []
    position = 0
    while position < len(data):
        escape = escapes[position]
        character = "" if escape in keep else _first_character(data[position : position + 4])
        decoded.append(character or escape)
        position += len(character.encode()) or 1
    return "".join(decoded)


def _first_character(data: bytes) -> str:
    """The character that these bytes begin with; empty if they are no UTF-8."""
    for size in range(1, len(data) + 1):
        try:
            return data[:size].decode()
        except UnicodeDecodeError:
            continue
    return ""
