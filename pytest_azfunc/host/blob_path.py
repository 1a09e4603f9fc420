"""Blob paths of triggers: ``container/{name}.png``. Pure.

Source: azure-webjobs-sdk, Extensions.Storage Blobs, BlobPathSource and ParameterizedBlobPath.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

_TOKEN = re.compile(r"\{\{|\}\}|\{([^{}]*)\}")


class BlobPathError(ValueError):
    """A path that the host refuses when it loads the function."""


@dataclass(frozen=True)
class BlobPattern:
    """A trigger's path, ready to be matched against ``container/blob``."""

    container: str
    pattern: str
    captures: tuple[str, ...]
    _regex: re.Pattern[str]

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
        regex, captures = _compile(rest)
        return cls(container, rest, captures, re.compile(f"{re.escape(container)}/{regex}" if rest else f"{re.escape(container)}/.*", re.DOTALL))

    def match(self, name: str) -> dict[str, str] | None:
        """What the captures hold for the blob ``container/name``; None when it does not start the function."""
        found = self._regex.fullmatch(name)
        return None if found is None else {key: found.group(f"c{i}") for i, key in enumerate(self.captures)}

    def example(self) -> tuple[str, dict[str, str]]:
        """A blob that matches: every capture holds its own name."""
        name = _TOKEN.sub(lambda token: token.group(0)[:1] if token.group(1) is None else _name(token.group(1)), self.pattern)
        full = f"{self.container}/{name or 'blob'}"
        return full, self.match(full) or {}


def _name(capture: str) -> str:
    return capture.partition(":")[0]  # a format is dropped


def _compile(pattern: str) -> tuple[str, tuple[str, ...]]:
    captures: list[str] = []
    parts, position = [], 0
    has_capture = any(token.group(1) is not None for token in _TOKEN.finditer(pattern))
    for token in _TOKEN.finditer(pattern):
        parts.append(_literal(pattern[position : token.start()]))
        position = token.end()
        if token.group(1) is None:
            # Doubled braces stand for one - but only when there is a capture as well.
            parts.append(re.escape(token.group(0)[:1] if has_capture else token.group(0)))
            continue
        name = _name(token.group(1))
        if "." in name:
            raise BlobPathError(f"the capture {{{name}}} cannot contain a dot")
        if not name.isidentifier():
            raise BlobPathError(f"the capture {{{name}}} is not a valid name")
        # Greedy, across slashes, possibly empty; the last of several captures of one name is its value.
        if name in captures:
            parts.append(".*")
            continue
        parts.append(f"(?P<c{len(captures)}>.*)")
        captures.append(name)
    parts.append(_literal(pattern[position:]))
    return "".join(parts), tuple(captures)


def _literal(text: str) -> str:
    if "{" in text or "}" in text:
        raise BlobPathError("a brace is not closed or not opened")
    return re.escape(text)
