"""Regular expressions in routes: no way of writing one makes a request wait, and the answer is that of `re`."""

from __future__ import annotations

import re
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pytest_azfunc.host.routing.dotnet_regex import searcher
from pytest_azfunc.host.routing.regex_automaton import steady_search

SLOW = [
    ("^(a+)+$", "a" * 60 + "b", False),
    ("^(a|a)*$", "a" * 60 + "b", False),
    ("^(?:a?){60}b$", "a" * 60, False),
    ("(x+x+)+y", "x" * 300, False),
    (".*.*.*.*.*=", "x" * 400, False),
    ("a.*b.*c$", "ab" * 400, False),
    (r"^(?=(a+)+$)b", "a" * 60 + "b", False),
    (r"^(?!(a+)+$)a", "a" * 60 + "b", True),
    (r"^(\w+\s?)*$", "some words and then some more of them!", False),
    (r"^([\w.]+)+@(\w+\.)+com$", "first.middle.last.more.and.more.of.it", False),
    ("^[a-z0-9]+(?:-[a-z0-9]+)*$", "a-rather-long-Slug-2-for-a-product-name-of-today", True),
]


@pytest.mark.parametrize(("expression", "value", "found"), SLOW)
def test_expressions_that_others_wait_for(expression: str, value: str, found: bool) -> None:
    started = time.process_time()
    assert searcher(expression)(value) is found
    # With `re` most of these would take longer than anybody lives.
    assert time.process_time() - started < 1


ATOMS = st.sampled_from(
    ["a", "b", "A", ".", "[ab]", "[^a]", r"\w", r"\d", r"\b", r"\B", "^", "$", r"\A", r"\Z", "1", " ", r"\x61", r"\-"]
)


def larger(smaller: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    """Expressions made of smaller ones, in groups so that everything can be repeated."""
    counts = st.sampled_from(["*", "+", "?", "*?", "+?", "{2}", "{1,2}", "{0,3}?", "{2,}"])
    openings = st.sampled_from(["(", "(?:", "(?i:", "(?-i:", "(?s:", "(?m-s:", "(?=", "(?!"])
    return st.one_of(
        st.lists(smaller, max_size=4).map("".join),
        st.builds("{0}{1})".format, openings, st.lists(smaller, min_size=1, max_size=3).map("|".join)),
        st.builds("(?:{0}){1}".format, smaller, counts),
        st.builds("(?:({0})|{1})*".format, smaller, smaller),
    )


EXPRESSIONS = st.recursive(ATOMS, larger, max_leaves=4)


@given(EXPRESSIONS, st.lists(st.text("abA1 -\n", max_size=3), max_size=5))
def test_the_answer_is_that_of_re(expression: str, values: list[str]) -> None:
    # Repeated beside an alternative, so that it isn't left to `re`.
    for each in (expression, f"(?:{expression}|b)+a", f"^(?:a|{expression}){{2,}}$"):
        search = steady_search(each, re.IGNORECASE)
        compiled = re.compile(each, re.IGNORECASE)
        for value in values:
            assert search(value) is (compiled.search(value) is not None)


@pytest.mark.parametrize(
    ("expression", "yes", "no"),
    [
        (r"^(?:(a+)\1)+$", "aaaa", "aab"),  # a reference to a group
        (r"^(?P<x>a+)+(?P=x)$", "aa", "ab"),
        (r"^(?:(a)?b(?(1)c|d))+$", "abcbc", "abd"),  # a condition
        (r"^(?:(?x: a + ) )+$", "a a ", "b"),
        (r"^(?:a{1,3000}b?){2}$", "aaba", "b"),  # more states than are good
        (r"^(?:(?<=a)b|a)+$", "abaa", "abb"),  # a look back
    ],
)
def test_what_is_left_to_re(expression: str, yes: str, no: str) -> None:
    search = steady_search(expression, re.IGNORECASE)
    assert (search(yes), search(no)) == (True, False)
