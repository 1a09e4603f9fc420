"""What a new user does wrong: what he is told, the whole of it, and that the remedy works when it is followed."""

from __future__ import annotations

import sys

import pytest

from tests.mistakes.conftest import Rows
from tests.mistakes.table import MISTAKES

EVERY_MISTAKE = pytest.mark.parametrize("name", MISTAKES)


def _is_made_here(name: str) -> bool:
    for limit in filter(None, MISTAKES[name].python.split(",")):
        is_older = sys.version_info < tuple(map(int, limit.lstrip("<>=").split(".")))
        if is_older != limit.startswith("<"):
            return False
    return True


@EVERY_MISTAKE
def test_what_is_told(rows: Rows, name: str) -> None:
    if not _is_made_here(name):
        pytest.skip(f"a mistake with Python {MISTAKES[name].python}")
    found = rows.told(name, mended=False)
    assert "\n\n".join(told for outcome, told in found if outcome == "failed").strip("\n") == MISTAKES[name].told


@EVERY_MISTAKE
def test_the_remedy_works(rows: Rows, name: str) -> None:
    found = rows.told(name, mended=True)
    assert [outcome for outcome, _ in found].count("passed") >= 1
    assert not [told for outcome, told in found if outcome != "passed"]


def test_there_are_ninety() -> None:
    assert len(MISTAKES) >= 90
