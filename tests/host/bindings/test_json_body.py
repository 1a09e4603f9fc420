"""A JSON object in a message: its properties lie over the trigger metadata."""

from __future__ import annotations

import json
import math
from datetime import datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pytest_azfunc.host.bindings.json_body import json_text, overlay, scalar_text, with_net_dates
from pytest_azfunc.rpc import TypedData


def laid_over(text: str, **names: str) -> dict[str, TypedData]:
    metadata = {name: TypedData("string", value) for name, value in names.items()}
    overlay(metadata, text)
    return metadata


def string(text: str) -> TypedData:
    return TypedData("string", text)


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("5", "5"),
        ("-0", "0"),
        ("1.50", "1.5"),
        ("1.0", "1"),
        ("1e3", "1000"),
        ("1e14", "100000000000000"),
        ("1e15", "1E+15"),
        ("-123456789012345000", "-123456789012345000"),
        ("-123456789012345000.0", "-1.23456789012345E+17"),
        ("1234567890123456.0", "1234567890123456"),
        ("12345678901234568.0", "12345678901234568"),
        ("1e22", "1E+22"),
        ("0.0001", "0.0001"),
        ("0.00001", "1E-05"),
        ("120.5", "120.5"),
        ("-0.0", "-0"),
        ("1.5e-7", "1.5E-07"),
        ("true", "True"),
        ("false", "False"),
        ('"x"', "x"),
        ('""', ""),
        ("NaN", "NaN"),
        ("-Infinity", "-Infinity"),
        ("0x10", "16"),
        ('"2024-01-02T03:04:05Z"', "01/02/2024 03:04:05"),
        ('"2024-01-02T03:04:05"', "01/02/2024 03:04:05"),
        ('"2024-01-02T03:04:05.1234567"', "01/02/2024 03:04:05"),
        ('"2024-01-02T03:04:05+02:00"', "01/02/2024 01:04:05"),
        ('"2024-01-01T00:30:00+02:00"', "12/31/2023 22:30:00"),
        ('"2024-01-02"', "2024-01-02"),
        ('"2024-13-02T03:04:05Z"', "2024-13-02T03:04:05Z"),
        ('"0001-01-01T00:00:00Z"', "0001-01-01T00:00:00Z"),
        ('"0001-01-01T00:00:00+09:00"', "0001-01-01T00:00:00+09:00"),
        ('"x2024-01-02T03:04:05Z"', "x2024-01-02T03:04:05Z"),
    ],
)
def test_scalars_become_text(value: str, text: str) -> None:
    assert laid_over(f'{{"a": {value}}}') == {"a": string(text)}


def test_objects_stay_json() -> None:
    found = laid_over('{"a": {"b": [1, {"ä": null}], "d": "2024-01-02T03:04:05.100+00:00"}}')
    assert found == {"a": TypedData("json", '{"b":[1,{"ä":null}],"d":"2024-01-02T03:04:05.1+00:00"}')}


@pytest.mark.parametrize("value", ["null", "[]", "[1]", "undefined"])
def test_left_out(value: str) -> None:
    assert laid_over(f'{{"id": {value}}}', Id="old") == {"Id": string("old")}


def test_names_ignore_case_and_the_old_spelling_stays() -> None:
    found = laid_over('{"ID": 7, "dequeuecount": "x", "new": 1, "NEW": 2}', Id="old", DequeueCount="1")
    assert found == {"Id": string("7"), "DequeueCount": string("x"), "new": string("2")}
    assert list(found) == ["Id", "DequeueCount", "new"]


@pytest.mark.parametrize(
    "text", ["", "x", "[]", '["a"]', '"a"', "{", "{a}", '{"a": 1} x', 'x {"a": 1}', "5", "{'a': 1}}", "null", "{}"]
)
def test_what_is_no_object_adds_nothing(text: str) -> None:
    assert laid_over(text, Id="old") == {"Id": string("old")}


@pytest.mark.parametrize("text", ["{'a': 1}", "{a: 1}", ' \r\n{"a": 1,}\n', '{/* c */"a": 1}'])
def test_lenient(text: str) -> None:
    assert laid_over(text) == {"a": string("1")}


json_values = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**63), 2**63) | st.floats() | st.text(max_size=6),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
)


@given(st.dictionaries(st.text(max_size=4), json_values, max_size=5), st.dictionaries(st.text(max_size=4), st.text()))
def test_overlay(body: dict[str, Any], old: dict[str, str]) -> None:
    metadata = {name: string(value) for name, value in old.items()}
    overlay(metadata, json.dumps(body))
    assert set(old) <= set(metadata)
    assert {name.lower() for name in metadata} <= {name.lower() for name in [*old, *body]}
    for data in metadata.values():
        assert data.kind in ("string", "json")
        assert data.kind == "string" or isinstance(json.loads(data.value), dict)


@given(st.text())
def test_any_text(text: str) -> None:
    metadata: dict[str, TypedData] = {}
    overlay(metadata, text)
    assert all(isinstance(data.value, str) for data in metadata.values())


@given(st.floats())
def test_numbers_keep_their_value(value: float) -> None:
    text = scalar_text(value)
    assert float(text) == value or text == "NaN"
    assert "e" not in text.replace("Infinity", "")


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ([1.0, 1e15, 1e21, 0.00001, 1.5], "[1.0,1E+15,1E+21,1E-05,1.5]"),
        ([math.nan, math.inf, -math.inf], '["NaN","Infinity","-Infinity"]'),
        ({"\u2028": "\x85\u2029\x1f\x7f/é"}, '{"\\u2028":"\\u0085\\u2029\\u001f\x7f/é"}'),
        (
            {"a": {}, "b": [], "c": [None, True, {"d": 2**64}]},
            '{"a":{},"b":[],"c":[null,true,{"d":18446744073709551616}]}',
        ),
    ],
)
def test_json_as_newtonsoft_writes_it(value: Any, text: str) -> None:
    assert json_text(value) == text


def test_json_in_lines() -> None:
    assert json_text({"a": [1.0, {}], "b": {"c": []}}, "\n") == (
        '{\n  "a": [\n    1.0,\n    {}\n  ],\n  "b": {\n    "c": []\n  }\n}'
    )


@given(json_values)
def test_json_keeps_its_value(value: Any) -> None:
    plain = json.dumps(value, separators=(",", ":"))
    if "NaN" not in plain and "Infinity" not in plain:
        assert repr(json.loads(json_text(value, "\n"))) == repr(json.loads(plain))


@given(json_values)
def test_only_dates_change(value: Any) -> None:
    # Strings of six characters are no dates.
    assert repr(with_net_dates(value)) == repr(value)


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("2024-01-02T03:04:05z", "2024-01-02T03:04:05Z"),
        ("2024-01-02T03:04:05+02", "2024-01-02T01:04:05+00:00"),
        ("2024-01-02T03:04:05-0230", "2024-01-02T05:34:05+00:00"),
        ("2024-12-31T24:00:00Z", "2025-01-01T00:00:00Z"),
        ("2024-12-31T24:00:00.0", "2025-01-01T00:00:00"),
        ("2024-12-31T24:00:00.5", "2024-12-31T24:00:00.5"),
        ("2024-12-31T24:00:01Z", "2024-12-31T24:00:01Z"),
        ("9999-12-31T24:00:00Z", "9999-12-31T24:00:00Z"),
        ("/Date(1704067200000)/", "2024-01-01T00:00:00Z"),
        ("/Date(1704067200120+0200)/", "2024-01-01T00:00:00.12+00:00"),
        ("/Date(-1)/", "1969-12-31T23:59:59.999Z"),
        ("/Date(999999999999999)/", "/Date(999999999999999)/"),
        ("/Date(x)/", "/Date(x)/"),
        ("/Date(1)/ ", "/Date(1)/ "),
    ],
)
def test_what_else_is_a_date(text: str, written: str) -> None:
    assert with_net_dates([text, {"d": text}]) == [written, {"d": written}]


@given(
    st.datetimes(min_value=datetime(1000, 1, 2), max_value=datetime(9999, 12, 30)),
    st.sampled_from(["", "Z", "+00:00", "-05:30"]),
)
def test_dates_are_stable(moment: Any, zone: str) -> None:
    once = with_net_dates(moment.isoformat() + zone)
    assert with_net_dates(once) == once
    assert scalar_text(once) == scalar_text(moment.isoformat() + zone)
