"""Blob paths of triggers: ``container/{name}.png``. Pure.

Source: azure-webjobs-sdk, Extensions.Storage Blobs, BlobPathSource and ParameterizedBlobPath.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from pytest_azfunc.host.bindings.blob_address import LONGEST_NAME, is_container

_TOKEN = re.compile(r"\{\{|\}\}|\{([^{}]*)\}")


class BlobPathError(ValueError):
    """A path that the host refuses when it loads the function."""


@dataclass(frozen=True)
class BlobPattern:
    """A trigger's path, ready to be matched against ``container/blob``.

    :ivar container: the container.
    :ivar pattern: what follows it; empty for a path that is a container alone, which stands for all its blobs.
    :ivar captures: the names in braces, in their order.
    """

    container: str
    pattern: str
    captures: tuple[str, ...]
    _regex: re.Pattern[str] = field(repr=False)
    _groups: Mapping[str, int] = field(repr=False)

    @classmethod
    def parse(cls, path: str) -> BlobPattern:
        """Read a path.

        :raises BlobPathError: the host would refuse it.
        """
        container, slash, rest = path.partition("/")
        if not container or (slash and not rest) or "\\" in container:
            raise BlobPathError(f"{path!r} is not of the form 'container/blob'")
        if "{" in container:
            raise BlobPathError("the container cannot contain {captures}")
        regex, groups = _compile(rest) if rest else (".*", {})
        if rest and not groups:
            _check_fixed(container, rest)
        whole = re.compile(f"{re.escape(container)}/{regex}", re.DOTALL)
        return cls(container, rest, tuple(groups), whole, groups)

    @property
    def is_hopeless(self) -> bool:
        """Whether no blob can ever match: the path is compared with case, and containers have lower-case names."""
        return self.container != self.container.lower()

    def match(self, name: str) -> dict[str, str] | None:
        """What the captures hold for the blob ``container/name``; None when it does not start the function."""
        found = None if self.is_hopeless else self._regex.fullmatch(name)
        return None if found is None else {key: found.group(group) for key, group in self._groups.items()}

    def example(self) -> tuple[str, dict[str, str]]:
        """A blob that matches, unless none can: every capture holds its own name."""
        name = _TOKEN.sub(self._example_of, self.pattern)
        full = f"{self.container}/{name or 'blob'}"
        return full, self.match(full) or {}

    def _example_of(self, token: re.Match[str]) -> str:
        if token.group(1) is not None:
            return _name(token.group(1))
        return token.group(0)[:1] if self.captures else token.group(0)


def _name(capture: str) -> str:
    return capture.partition(":")[0]  # a format is dropped


def _compile(pattern: str) -> tuple[str, dict[str, int]]:
    """The regular expression of a pattern, and the number of the group that each capture's value is in."""
    groups: dict[str, int] = {}
    parts, position, number = [], 0, 0
    has_capture = any(token.group(1) is not None for token in _TOKEN.finditer(pattern))
    for token in _TOKEN.finditer(pattern):
        parts.append(_literal(pattern[position : token.start()]))
        position = token.end()
        if token.group(1) is None:
            # Doubled braces stand for one - but only when there is a capture as well.
            parts.append(re.escape(token.group(0)[:1] if has_capture else token.group(0)))
            continue
        number += 1
        groups[_checked_name(token.group(1))] = number  # of several captures of one name, the last one counts
        parts.append("(.*)")  # greedy, across slashes, possibly empty
    parts.append(_literal(pattern[position:]))
    return "".join(parts), groups


def _checked_name(capture: str) -> str:
    name = _name(capture)
    if "." in name:
        raise BlobPathError(f"the capture {{{name}}} cannot contain a dot")
    # The host takes {datetime:...} for its built-in clock, whose text is no name of a group.
    if not name.isidentifier() or (name.lower() == "datetime" and name != capture):
        raise BlobPathError(f"the capture {{{capture}}} is not a valid name")
    return name


def _literal(text: str) -> str:
    if "{" in text or "}" in text:
        raise BlobPathError("a brace is not closed or not opened")
    return re.escape(text)


def _check_fixed(container: str, name: str) -> None:
    """The names of the one blob that a path without captures stands for."""
    if not is_container(container):
        raise BlobPathError(f"{container!r} is not a valid container name")
    if len(name) > LONGEST_NAME or "\\" in name:
        raise BlobPathError("the blob's name is longer than 1024 characters, or has a backslash in it")
    if name.endswith((".", "/")):
        raise BlobPathError("the blob's name has an invalid suffix: it cannot end in '.' or '/'")
