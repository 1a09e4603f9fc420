"""Route templates: how they are put together, and which paths fit them.

Pure. Sources: webjobs-sdk-extensions, WebJobsRouteBuilder.cs (prefix and route); azure-functions-host, ScriptHost.cs
(ValidateHttpFunction: the name in place of a route); dotnet/aspnetcore, RoutePatternMatcher.cs and RouteBase.cs.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import chain, islice, product, takewhile

from pytest_azfunc.host.routing.dotnet_text import fold
from pytest_azfunc.host.routing.route_constraints import ConstraintError
from pytest_azfunc.host.routing.route_parser import RefusedTemplate, parse_segments
from pytest_azfunc.host.routing.route_parts import Literal, Parameter, Segment
from pytest_azfunc.host.routing.url_paths import split_path


class RouteError(ValueError):
    """A template that the host cannot make a route of. It does not start then, whatever the other functions are.

    :ivar template: the whole template, prefix included.
    :ivar reason: what is wrong with it.
    """

    def __init__(self, template: str, reason: str) -> None:
        super().__init__(template, reason)
        self.template = template
        self.reason = reason

    def __str__(self) -> str:
        return f"The route template '{self.template}' is not valid: {self.reason}."


def effective_template(prefix: str, route: str | None, function_name: str) -> str:
    """Put together the template of a function; it may turn out not to be valid.

    :param prefix: ``extensions.http.routePrefix`` of host.json.
    :param route: the trigger's route. If it is missing or blank, the name of the function stands in for it.
    :param function_name: the name of the function.
    """
    own = route if route is not None and route.strip() else function_name
    # Nothing is trimmed: prefix `api` and route `/x` make `api//x`, which is refused.
    return f"{prefix}/{own}" if prefix else own


def shown_path(template: str) -> str:
    """A template as the path of a URL, with a slash in front; it need not be valid."""
    return "/" + template.removeprefix("~/").removeprefix("/")


_MOST_SAMPLES = 300


@dataclass(frozen=True)
class Template:
    """A route template, read once and matched often; made by :meth:`parse`.

    :ivar text: the template as written, prefix included.
    :ivar parameters: the names of its parameters, in order and in the case they are written in.
    :ivar segments: what stands between its slashes, part by part.
    """

    text: str
    parameters: tuple[str, ...] = field(compare=False)
    segments: tuple[Segment, ...] = field(compare=False, repr=False)

    @classmethod
    def parse(cls, template: str) -> Template:
        """Read a whole template.

        :raises RouteError: the host would refuse it, and with it to start.
        """
        try:
            segments = parse_segments(template)
        except (RefusedTemplate, ConstraintError) as error:
            raise RouteError(template, str(error)) from error
        names = [part.name for segment in segments for part in segment if isinstance(part, Parameter)]
        return cls(template, tuple(names), segments)

    @property
    def shown(self) -> str:
        """The template as the path of a URL, with a slash in front."""
        return shown_path(self.text)

    @property
    def is_fixed(self) -> bool:
        """Whether there is no parameter, so that one path only fits (but for case and a slash at its end)."""
        return not self.parameters

    @property
    def shortest(self) -> str | None:
        """The path that fits without a value for any parameter; None where one is needed."""
        literals = takewhile(lambda parts: all(isinstance(part, Literal) for part in parts), self.segments)
        texts = ["".join(part.text for part in parts if isinstance(part, Literal)) for parts in literals]
        path = "/" + "/".join(texts)
        return None if self.match(path) is None else path

    def match(self, path: str) -> dict[str, str] | None:
        """Match a decoded path that begins with a slash.

        :returns: the parameters that have a value, or None if the path does not fit or a constraint refuses it.
        """
        if path and path[0] != "/":
            return None
        return self.match_segments(path, split_path(path), split_path(fold(path)))

    def samples(self) -> Iterator[str]:
        """Decoded paths that fit, each with other values; at most some hundred."""
        parameters = [part for segment in self.segments for part in segment if isinstance(part, Parameter)]
        choices = [part.samples() or [""] for part in parameters]
        longest = max(map(len, choices), default=1)
        # First all values change at a time, so that few paths show many of them.
        together = ([values[number % len(values)] for values in choices] for number in range(longest))
        for chosen in islice(chain(together, product(*choices)), _MOST_SAMPLES):
            path = self._built(iter(chosen))
            if self.match(path) is not None:
                yield path
        shortest = self._built(iter([values[0] for values in choices]), without_missing=True)
        if self.match(shortest) is not None:
            yield shortest

    def _built(self, values: Iterator[str], without_missing: bool = False) -> str:
        segments = []
        for parts in self.segments:
            texts = [part.text if isinstance(part, Literal) else next(values) for part in parts]
            if not (without_missing and isinstance(parts[0], Parameter) and parts[0].may_be_missing):
                segments.append("".join(texts))
        return "/" + "/".join(segments)

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
                # Slashes and all; only the first segment it takes may not be empty
                # (FullFeaturedMatcherConformanceTest.cs, Quirks_CatchAllParameter).
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
            if not part.accepts(part.default):  # defaults are checked too
                return False
            if part.default is not None:
                values[part.name] = part.default
        return True

    @property
    def has_optional_method(self) -> bool:
        """Whether an optional parameter has the name under which the router keeps its check of the method."""
        return any(
            isinstance(part, Parameter) and part.is_optional and fold(part.name) == "HTTPMETHOD"
            for segment in self.segments
            for part in segment
        )


# Matching a segment of several parts, such as `{name}.{extension?}` (RoutePatternMatcher.cs, MatchComplexSegment)


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
