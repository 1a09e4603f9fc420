"""What holds for all pages: code fits the page, JSON is JSON, and every name of ours is one."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from pytest_azfunc.plugin import FIXTURES

FOLDER = Path(__file__).parent
PAGES = [FOLDER.parent / "README.md", FOLDER.parent / "CONTRIBUTING.md", *sorted(FOLDER.rglob("*.md"))]
NAMES = [str(page.relative_to(FOLDER.parent)) for page in PAGES]
FENCE = re.compile(r"^ *```(\w*)")
WIDTH = 88  # what the site shows without a scroll bar


def code_of(page: Path) -> list[tuple[int, str, str]]:
    """The lines of code: number, language, text without the indentation of the block."""
    found, language, margin = [], None, 0
    for number, line in enumerate(page.read_text(encoding="utf-8").splitlines(), 1):
        fence = FENCE.match(line)
        if fence is not None:
            language, margin = (fence[1], len(line) - len(line.lstrip())) if language is None else (None, 0)
        elif language is not None:
            found.append((number, language, line[margin:]))
    return found


@pytest.mark.parametrize("page", PAGES, ids=NAMES)
def test_code_fits_the_page(page):
    assert [f"{page}:{number}" for number, _, line in code_of(page) if len(line) > WIDTH] == []


@pytest.mark.parametrize("page", PAGES, ids=NAMES)
def test_json_is_json(page):
    for block in re.findall(r"^ *```json.*?\n(.*?)^ *```$", page.read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL):
        json.loads(block)


@pytest.mark.parametrize("page", PAGES, ids=NAMES)
def test_options_and_fixtures_have_their_names(page, request):
    text = page.read_text(encoding="utf-8")
    options = {name for group in request.config._parser._groups for option in group.options for name in option.names()}
    ini = {name for name in request.config._parser._inidict if name.startswith("azfunc_")}

    assert set(re.findall(r"--azfunc-[a-z]+", text)) <= options
    assert set(re.findall(r"\bazfunc_[a-z]+(?:_[a-z]+)*\b", text)) <= FIXTURES | ini | {"azfunc_strict"}
