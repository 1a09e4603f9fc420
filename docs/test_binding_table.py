"""The table of bindings says what the code does."""

from __future__ import annotations

import importlib.util
import inspect
import re
from pathlib import Path

import pytest

import pytest_azfunc

_spec = importlib.util.spec_from_file_location("binding_table", Path(__file__).parent / "binding_table.py")
assert _spec is not None
assert _spec.loader is not None
binding_table = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(binding_table)


def test_the_table_of_the_page_is_that_of_the_code():
    found = binding_table.TABLE.search(binding_table.PAGE.read_text(encoding="utf-8"))

    assert found is not None
    assert found[0] == binding_table.table(), "run: python docs/binding_table.py --write"


@pytest.mark.parametrize("builder", [name for name in pytest_azfunc.BUILDERS if name != "batch"])
def test_a_page_has_every_option_of_a_builder(builder):
    pages = [page.read_text(encoding="utf-8") for page in binding_table.PAGE.parent.glob("*.md")]
    found = [page for page in pages if re.search(rf"^## Options\n(.*\n)+.*`{builder}\(", page, re.MULTILINE)]
    assert len(found) == 1

    options = inspect.signature(getattr(pytest_azfunc, builder)).parameters
    assert not [name for name in options if f"`{name}`" not in found[0]]
