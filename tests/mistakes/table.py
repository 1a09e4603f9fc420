"""The table of mistakes: text files in the folder ``rows``, and how to read them.

A file holds the mistakes of one subject. ``=== name`` begins a mistake, ``--- file`` a file of its function app, which
replaces the one of the folder ``app``. A line that begins with ``-`` is the mistake; one that begins with ``+`` stands
there instead once the remedy was followed. ``--- told`` is what the user reads, whole: of each failed test the error and
its place, or with ``--- options`` everything that pytest prints.

``--- options`` are options of pytest for a run of the mistake's own; so has a mistake with an ini file or a conftest.py.
``--- python`` are the versions of Python that make the mistake, such as ``>=3.11,<3.13``. A file whose mended
version is empty is not there then, and one whose mistaken version is empty is not there yet.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

ROWS = Path(__file__).with_name("rows")
APP = Path(__file__).with_name("app")

# What stands in the table beside the files.
_TOLD, _OPTIONS, _PYTHON = "told", "options", "python"


@dataclass(frozen=True)
class Mistake:
    """One row.

    :ivar name: what is done wrong.
    :ivar parts: the texts by file, and ``told``.
    """

    name: str
    parts: dict[str, str] = field(repr=False)

    @property
    def told(self) -> str:
        """What the user reads."""
        return self.parts[_TOLD].strip("\n")

    @property
    def options(self) -> list[str]:
        """Options of pytest."""
        return self.parts.get(_OPTIONS, "").split()

    @property
    def python(self) -> str:
        """The versions of Python that make the mistake; empty for all."""
        return self.parts.get(_PYTHON, "").strip()

    @property
    def runs_alone(self) -> bool:
        """Whether it says something to the whole session."""
        alone = {_OPTIONS, "conftest.py", "pytest.ini", "local.settings.json"}
        return not alone.isdisjoint(self.parts)

    def files(self, mended: bool) -> dict[str, str]:
        """The files of the app and of its tests, as they are with the mistake, or without it."""
        files = {path.name: path.read_text(encoding="utf-8") for path in APP.iterdir() if path.is_file()}
        for name, text in self.parts.items():
            if name not in (_TOLD, _OPTIONS, _PYTHON):
                files[name] = "".join(_version(text, "+" if mended else "-"))
        return {name: text for name, text in files.items() if text.strip()}


def _version(text: str, sign: str) -> Iterator[str]:
    for line in text.splitlines(keepends=True):
        if not line.startswith(("+", "-")):
            yield line
        elif line.startswith(sign):
            yield line[1:]


def read(file: Path) -> Iterator[Mistake]:
    """The mistakes of a file."""
    _, *rows = re.split(r"^=== (.*)\n", file.read_text(encoding="utf-8"), flags=re.MULTILINE)
    for name, text in zip(rows[::2], rows[1::2], strict=True):
        _, *parts = re.split(r"^--- (.*)\n", text, flags=re.MULTILINE)
        yield Mistake(name, dict(zip(parts[::2], parts[1::2], strict=True)))


MISTAKES = {f"{file.stem}: {row.name}": row for file in sorted(ROWS.glob("*.txt")) for row in read(file)}
