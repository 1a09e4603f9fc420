"""What holds for all pages: code fits the page, JSON is JSON, and every name of ours is one."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from pytest_azfunc.plugin import FIXTURES

FOLDER = Path(__file__).parent
ROOT = FOLDER.parent
README = ROOT / "README.md"
PAGES = [README, ROOT / "CONTRIBUTING.md", *sorted(FOLDER.glob("*.md")), *sorted(FOLDER.glob("[!.]*/**/*.md"))]
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
    assert set(re.findall(r"\bazfunc_[a-z]+(?:_[a-z]+)*\b", text)) <= FIXTURES | ini


def dense(code: str) -> str:
    """Code without the blanks and commas that depend on the width of a line."""
    return re.sub(r",(?=[)\]}])", "", re.sub(r"\s", "", code))


def test_the_functions_of_the_readme_stand_in_their_files():
    text = README.read_text(encoding="utf-8")
    for name, code in re.findall(r"^```py\n# (\S+\.py)\n(.*?)^```$", text, re.MULTILINE | re.DOTALL):
        files = [folder / name for folder in (FOLDER / "examples" / "decorators_app", ROOT / "example_project")]
        assert any(dense(code) in dense(file.read_text(encoding="utf-8")) for file in files if file.exists()), name


def test_the_list_of_the_readme_is_what_is_printed():
    folder, environment = FOLDER / "examples" / "decorators_app", {**os.environ, "COLUMNS": "80"}
    command = [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", "--azfunc-list"]
    printed = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=True).stdout

    def undated(text: str) -> str:
        return re.sub(r"next \S+ \S+ UTC", "next", re.sub(r"azure-functions [\d.\w]+", "azure-functions", text))

    assert undated(printed) in undated(README.read_text(encoding="utf-8"))
