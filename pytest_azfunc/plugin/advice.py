"""What the report of a failed test adds where a fixture is not used as it is meant, and pytest does not say why."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

import pytest

from pytest_azfunc.errors import Location, message_of, notes
from pytest_azfunc.plugin.known_fixtures import KnownFixtures

TITLE = "azfunc: fixtures"

_SCOPE = re.compile(r"ScopeMismatch: .* the function scoped fixture (\w+) with a (\w+) scoped request")


def fixture_advice(item: pytest.Item, error: BaseException, known: KnownFixtures) -> str:
    """The advice, a sentence or two per line; empty where there is none."""
    return "\n".join([*_scopes(message_of(error), known.ours), *_stand_ins(item, known), *_awaits(item, error)])


def _scopes(text: str, ours: Iterable[str]) -> Iterator[str]:
    found = _SCOPE.search(text)
    if found is not None and found[1] in ours:
        yield notes.narrow_fixture(found[1], found[2])


def _awaits(item: pytest.Item, error: BaseException) -> Iterator[str]:
    is_confusion = isinstance(error, (AttributeError, TypeError)) and "coroutine" in message_of(error)
    if is_confusion and "ainvoke" in getattr(item, "fixturenames", ()):
        yield notes.AWAIT_AINVOKE


def _stand_ins(item: pytest.Item, known: KnownFixtures) -> Iterator[str]:
    for name, function in known.stand_ins(item):
        code = getattr(function, "__code__", None)
        place = Location(code.co_filename, code.co_firstlineno) if code is not None else None
        yield notes.other_fixture(name, place)
