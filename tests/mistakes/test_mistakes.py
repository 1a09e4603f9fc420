"""What a new user does wrong: what he is told, the whole of it, and that the remedy works when it is followed."""

from __future__ import annotations

import os
import sys

import pytest

from tests.mistakes.conftest import Rows
from tests.mistakes.table import MISTAKES

# In these it is pytest, or requests, that says most of it: in other words, in the oldest that is supported.
IN_WORDS_OF_OTHERS = {
    "http: A key that no function takes",
    "http: A route without the prefix",
    "fixtures: A fixture of a module that wants to invoke",
    "fixtures: A fixture of a session that wants a host",
}

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
    if "AZFUNC_OLDEST" in os.environ and name in IN_WORDS_OF_OTHERS:
        pytest.skip("told in other words")
    found = rows.told(name, mended=False)
    assert "\n\n".join(told for outcome, told in found if outcome == "failed").strip("\n") == MISTAKES[name].told


@EVERY_MISTAKE
def test_the_remedy_works(rows: Rows, name: str) -> None:
    found = rows.told(name, mended=True)
    assert [outcome for outcome, _ in found].count("passed") >= 1
    assert not [told for outcome, told in found if outcome != "passed"]


def test_there_are_ninety() -> None:
    assert len(MISTAKES) >= 90
