"""The reference says what the code does."""

from __future__ import annotations

import importlib.util
from pathlib import Path

import pytest

_spec = importlib.util.spec_from_file_location("reference_tables", Path(__file__).parent / "reference_tables.py")
assert _spec is not None
assert _spec.loader is not None
reference_tables = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(reference_tables)


@pytest.mark.parametrize("page", reference_tables.PAGES)
def test_a_page_says_what_the_code_says(page):
    text = (reference_tables.FOLDER / page).read_text(encoding="utf-8")

    assert text == reference_tables.filled(page), "run: python docs/reference_tables.py --write"


def test_every_fixture_has_a_guide():
    assert set(reference_tables.GUIDES) == reference_tables.plugin.FIXTURES
