"""Regular expressions in routes, written as .NET has them: what is found in a value."""

from __future__ import annotations

import pytest

from pytest_azfunc.host.routing.dotnet_regex import searcher


@pytest.mark.parametrize(
    ("expression", "yes", "no"),
    [
        (r"^(?:(a+)\1)+$", "aaaa", "aab"),  # a reference to a group
        (r"^(?<x>a+)+\k<x>$", "aa", "ab"),
        (r"^(?:(a)?b(?(1)c|d))+$", "abcbc", "abd"),  # a condition
        (r"^(?:(?x: a + ) )+$", "a a ", "b"),
        (r"^(?:a{1,3000}b?){2}$", "aaba", "b"),
        (r"^(?:(?<=a)b|a)+$", "abaa", "abb"),  # a look back
        (r"^(?=(a+)+$)a", "aaa", "aab"),
        (r"^(?!(a+)+$)a", "aab", "aaa"),
        ("^[a-z0-9]+(?:-[a-z0-9]+)*$", "a-rather-long-Slug-2-for-a-product-name-of-today", "a--slug"),
    ],
)
def test_what_is_found(expression: str, yes: str, no: str) -> None:
    search = searcher(expression)
    assert (search(yes), search(no)) == (True, False)
