"""Keys and levels: a table of what the host lets pass."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pytest_azfunc.errors import FunctionNotFound
from pytest_azfunc.host.web.authorization import Keys, claims, given_key, is_authorized, key_for
from tests.host.web.requests import request

TABLE: dict[str, Any] = json.loads(Path(__file__).with_name("authorization.json").read_text(encoding="utf-8"))
LEVELS = ("anonymous", "user", "function", "system", "admin")


def rows(kind: str) -> pytest.MarkDecorator:
    """Parametrize a test with the rows of the table that are of this kind."""
    return pytest.mark.parametrize("row", [pytest.param(row, id=row["id"]) for row in TABLE[kind]])


def keys(row: dict[str, Any]) -> Keys:
    given = row["keys"]
    return Keys(given["master"], given["host_function"], given["system"], given["function"])


# The table


@rows("auth_level")
def test_level(row: dict[str, Any]) -> None:
    held = frozenset(level.lower() for level in row["claims"])
    assert is_authorized(row["required"], held) is row["authorized"]


@rows("key_level")
def test_key(row: dict[str, Any]) -> None:
    expected = {row["level"].lower()} - {"anonymous"}
    assert claims(keys(row), row["function"], row["key"]) == expected


@rows("auth_request")
def test_request(row: dict[str, Any]) -> None:
    header, code = row["header_x_functions_key"], row["query_code"]
    url = "http://localhost:7071/api/F" + ("" if code is None else f"?code={quote(code)}")
    sent = request(url=url, headers={} if header is None else {"x-functions-key": header})
    held = claims(keys(row), row["function"], given_key(sent))
    assert is_authorized(row["auth_level"], held) is (row["status"] == 200)


# Where the key stands


@pytest.mark.parametrize(
    ("query", "headers", "expected"),
    [
        ("", {}, None),
        ("?", {}, None),
        ("?x=code", {}, None),
        ("?code=K", {}, "K"),
        ("?CODE=K", {}, "K"),
        ("?x=1&code=K", {}, "K"),
        ("?code=A&code=B", {}, "A"),
        ("?code=&code=B", {}, ""),
        ("?code", {}, ""),
        ("?%63ode=a%2Bb+c%3D%3D", {}, "a+b c=="),
        ("?code=a=b==", {}, "a=b=="),
        ("#?code=K", {}, None),
        ("?code=K#&code=L", {}, "K"),
        ("", {"X-Functions-Key": "K"}, "K"),
        ("?code=Q", {"x-FUNCTIONS-key": "K"}, "K"),
        ("?code=Q", {"x-functions-key": ""}, ""),
        ("", {"x-functions-key": " K\t"}, "K"),
        ("", [("x-functions-key", "A"), ("x-functions-key", "B")], "A"),
        ("", {"x-functions-keys": "A", "functions-key": "B"}, None),
    ],
)
def test_given_key(query: str, headers: Any, expected: str | None) -> None:
    assert given_key(request(url=f"http://localhost:7071/api/F{query}", headers=headers)) == expected


# Keys


NAMES = st.lists(st.from_regex(r"[A-Za-z][A-Za-z0-9_-]{0,12}", fullmatch=True), unique_by=str.lower, max_size=6)


@given(NAMES)
def test_keys_of_an_app(names: list[str]) -> None:
    made = Keys.for_app(names)
    every = [made.master, *made.host.values(), *made.system.values(), *map(made.function, names)]
    assert len(set(every)) == len(every) == 3 + len(names)
    assert all(quote(key, safe="") == key for key in every)
    assert Keys.for_app(names) == made
    for name in names:
        own = made.function(name)
        assert {other for other in names if claims(made, other, own)} == {name}


def test_keys_are_readable() -> None:
    made = Keys.for_app(["Order", "Report"])
    assert made.master == "master-key"
    assert made.host == {"default": "host-key"}
    assert made.system == {"default": "system-key"}
    assert made.function("ORDER") == "function-key-of-Order"
    assert repr(made) == (
        "<Keys master='master-key' host={'default': 'host-key'} system={'default': 'system-key'} "
        "functions={'Order': {'default': 'function-key-of-Order'}, 'Report': {'default': 'function-key-of-Report'}}>"
    )


def test_repr_of_many_functions() -> None:
    text = repr(Keys.for_app([f"F{number}" for number in range(9)]))
    assert text.count("function-key-of-") == 5
    assert text.endswith("} and 4 more>")


def test_key_of_no_function() -> None:
    with pytest.raises(FunctionNotFound) as caught:
        Keys.for_app(["Order", "Report"]).function("Ordr")
    assert str(caught.value).splitlines() == [
        "there is no function 'Ordr'. Did you mean 'Order'? Known: Order, Report.",
        "  remedy: correct the name.",
        "  rule:   function-not-found",
    ]
    with pytest.raises(FunctionNotFound):
        Keys("M", {}, {}, {"F": {}}).function("F")


def test_default_key_comes_first() -> None:
    made = Keys("M", {}, {}, {"F": {"first": "1", "default": "2"}, "G": {"first": "3", "second": "4"}})
    assert (made.function("f"), made.function("g")) == ("2", "3")


def test_case_counts_for_keys_and_not_for_functions() -> None:
    made = Keys("M", {"h": "H"}, {"s": "S"}, {"Order": {"default": "K"}})
    assert claims(made, "oRDER", "K") == {"function"}
    assert [claims(made, "Order", key) for key in ("k", "m", "h", "s")] == [frozenset()] * 4


def test_the_first_kind_of_equal_keys_counts() -> None:
    same = {"a": "K"}
    assert claims(Keys("K", same, same, {"F": same}), "F", "K") == {"admin"}
    assert claims(Keys("M", same, same, {"F": same}), "F", "K") == {"system"}
    assert claims(Keys("M", same, {}, {"F": same}), "F", "K") == {"function"}


@pytest.mark.parametrize("key", ["", None])
def test_no_key_opens_nothing(key: str | None) -> None:
    assert claims(Keys("", {"a": ""}, {"a": ""}, {"F": {"a": ""}}), "F", key) == frozenset()


def test_addresses_of_the_host() -> None:
    made = Keys.for_app(["F"])
    assert claims(made, None, made.function("F")) == frozenset()
    assert claims(made, None, made.host["default"]) == {"function"}
    assert claims(made, None, made.master) == {"admin"}


# Levels


@pytest.mark.parametrize("level", [None, "", "function", "Function", "FUNCTION"])
def test_level_by_default(level: str | None) -> None:
    assert is_authorized(level, {"function"})
    assert not is_authorized(level, {"system"})


@pytest.mark.parametrize("level", ["superuser", "anonymous "])
def test_level_that_does_not_exist(level: str) -> None:
    assert not is_authorized(level, {"user", "function", "system"})


@given(
    st.none() | st.sampled_from(LEVELS).flatmap(lambda text: st.sampled_from([text, text.upper(), text.title()])),
    NAMES.filter(bool),
)
def test_key_for_opens_the_function_and_no_more_than_needed(level: str | None, names: list[str]) -> None:
    made = Keys.for_app(names)
    name = names[-1]
    key = key_for(level, name, made)
    assert is_authorized(level, claims(made, name, key))
    assert (key is None) == (level is not None and level.lower() == "anonymous")
    if key == made.master:
        assert level is not None
        assert level.lower() in ("user", "admin")


@pytest.mark.parametrize(
    ("level", "made", "expected"),
    [
        ("function", Keys("M", {"default": "H"}, {}, {"F": {"x": "K"}}), "K"),
        ("function", Keys("M", {"x": "X", "default": "H"}, {}, {}), "H"),
        ("function", Keys("M", {}, {}, {"F": {}}), "M"),
        ("system", Keys("M", {}, {"ext": "S"}, {}), "S"),
        ("system", Keys("M", {}, {}, {}), "M"),
        ("user", Keys("M", {"default": "H"}, {"ext": "S"}, {"F": {"x": "K"}}), "M"),
        ("admin", Keys("M", {"default": "H"}, {"ext": "S"}, {"F": {"x": "K"}}), "M"),
        ("anonymous", Keys("M", {"default": "H"}, {"ext": "S"}, {"F": {"x": "K"}}), None),
    ],
)
def test_key_for_keys_of_ones_own(level: str, made: Keys, expected: str | None) -> None:
    assert key_for(level, "f", made) == expected
