"""Runs the tests that stand in the pages: each page's Python blocks are one module. ``pytest docs``.

Blocks that are no Python of a test (shell, JSON, output) have another language, so they are left alone. A block with a
title is a file of the page's own app: those in a tab make an app each, and the tests of the page run with every one.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from textwrap import dedent

import pytest

BLOCK = re.compile(
    r'^(?P<indent> *)```(?P<language>\w+)(?: title="(?P<title>[^"]+)")?\n(?P<code>.*?)^(?P=indent)```$',
    re.MULTILINE | re.DOTALL,
)
TAB = re.compile(r'^=== "(?P<name>[^"]+)"$|^(?=\S)', re.MULTILINE)
FRONT = Path(__file__).parent / "index.md"
README = FRONT.parent.parent / "README.md"
EXAMPLES = FRONT.parent / "examples"
# The tests of the README run with the example project in both models.
DECORATORS = EXAMPLES / "decorators_app"


@dataclass(frozen=True)
class Block:
    """A block of code in a page.

    :ivar line: of its first line of code, from 0.
    :ivar title: the file that it is, in an app of the page.
    :ivar tab: the tab in which it stands; empty outside.
    """

    language: str
    code: str
    line: int
    title: str | None
    tab: str


def blocks_of(page: str) -> Iterator[Block]:
    """All blocks of a page."""
    for found in BLOCK.finditer(page):
        before = page[: found.start()]
        tab = "" if not found["indent"] else [tab["name"] or "" for tab in TAB.finditer(before)][-1]
        line = page.count("\n", 0, found.start("code"))
        yield Block(found["language"], dedent(found["code"]), line, found["title"], tab)


class Page(pytest.File):
    """One Markdown page; the front page brings the README along."""

    def collect(self) -> Iterator[pytest.Module]:
        for path in [self.path, README] if self.path == FRONT else [self.path]:
            blocks = list(blocks_of(path.read_text(encoding="utf-8")))
            stem = "_".join([*path.parts[len(FRONT.parent.parts) : -1], path.stem.lower()])
            apps = {block.tab: f"{stem}_{block.tab}" for block in blocks if block.title and is_function(block.title)}
            for tab, name in apps.items() or [("", stem)]:
                chosen = [block for block in blocks if not apps or block.tab in ("", tab)]
                code = python_of(chosen)
                if tab in apps:
                    code += self.mark(self.app(name, chosen))
                if "def test_" in code:
                    yield self.module(name, code)
                if path == README:
                    yield self.module(f"{name}_decorators", code + self.mark(DECORATORS))

    def mark(self, app: Path) -> str:
        return f'\nimport pytest as _pytest\npytestmark = _pytest.mark.azfunc(project=r"{app}")\n'

    def app(self, name: str, blocks: list[Block]) -> Path:
        """The app that the titled blocks make."""
        folder = self.folder() / re.sub(r"\W", "_", name)
        files = {"host.json": (EXAMPLES / "bindings_app" / "host.json").read_text(encoding="utf-8")}
        files.update((block.title, block.code) for block in blocks if block.title)
        for title, code in files.items():
            write(folder / title, code)
        return folder

    def module(self, name: str, code: str) -> pytest.Module:
        """The code as a real file, so that pytest rewrites its assertions and a traceback shows its lines."""
        file = self.folder() / f"test_{re.sub(r'[^a-z0-9_]', '_', name.lower())}_page.py"
        write(file, code)
        return pytest.Module.from_parent(self, path=file)

    def folder(self) -> Path:
        assert self.config.cache is not None
        return self.config.cache.mkdir("pages")


def write(file: Path, text: str) -> None:
    """Write a file, unless it is there: workers of pytest-xdist share it."""
    if not file.exists() or file.read_text(encoding="utf-8") != text:
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")


def is_function(title: str) -> bool:
    """Whether a file declares functions."""
    return title.rpartition("/")[2] in ("function_app.py", "function.json")


def python_of(blocks: list[Block]) -> str:
    """The Python of the page's tests, each block on the lines on which it stands in the page."""
    lines: list[str] = []
    for block in blocks:
        if block.language == "python" and not block.title:
            lines += [""] * (block.line - len(lines)) + block.code.splitlines()
    code = "\n".join(lines) + "\n"
    names = re.findall(r"^(?:async )?def (test_\w+)", code, re.MULTILINE)
    twice = {name for name in names if names.count(name) > 1}
    assert not twice, f"tests of the same name on one page: {', '.join(twice)}"
    return code


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    if not config.pluginmanager.has_plugin("pytest_mock"):
        for item in items:
            if "mocker" in getattr(item, "fixturenames", ()):
                item.add_marker(pytest.mark.skip(reason="needs pytest-mock"))


def pytest_collect_file(file_path: Path, parent: pytest.Collector) -> Page | None:
    return Page.from_parent(parent, path=file_path) if file_path.suffix == ".md" else None
