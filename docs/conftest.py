"""Runs the tests that stand in the pages: each page's Python blocks are one module. ``pytest docs``.

Blocks that are no Python of a test (shell, JSON, output) have another language, so they are left alone.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

BLOCK = re.compile(r"^```python\n(.*?)^```$", re.MULTILINE | re.DOTALL)
FRONT = Path(__file__).parent / "index.md"
README = FRONT.parent.parent / "README.md"


class Page(pytest.File):
    """One Markdown page; the front page brings the README along."""

    def collect(self) -> Iterator[pytest.Module]:
        for path in [self.path, README] if self.path == FRONT else [self.path]:
            code = python_of(path.read_text(encoding="utf-8"))
            if "def test_" in code:
                yield self.module("_".join([*path.parts[len(FRONT.parent.parts) : -1], path.stem.lower()]), code)

    def module(self, name: str, code: str) -> pytest.Module:
        """The code as a real file, so that pytest rewrites its assertions and a traceback shows its lines."""
        assert self.config.cache is not None
        file = self.config.cache.mkdir("pages") / f"test_{name.replace('-', '_')}_page.py"
        if not file.exists() or file.read_text(encoding="utf-8") != code:  # workers of pytest-xdist share the file
            file.write_text(code, encoding="utf-8")
        return pytest.Module.from_parent(self, path=file)


def python_of(page: str) -> str:
    """The page's Python blocks, each on the lines on which it stands in the page."""
    lines: list[str] = []
    for block in BLOCK.finditer(page):
        first = page.count("\n", 0, block.start(1))
        lines += [""] * (first - len(lines)) + block[1].splitlines()
    code = "\n".join(lines) + "\n"
    names = re.findall(r"^(?:async )?def (test_\w+)", code, re.MULTILINE)
    twice = {name for name in names if names.count(name) > 1}
    assert not twice, f"tests of the same name on one page: {', '.join(twice)}"
    return code


def pytest_collect_file(file_path: Path, parent: pytest.Collector) -> Page | None:
    return Page.from_parent(parent, path=file_path) if file_path.suffix == ".md" else None
