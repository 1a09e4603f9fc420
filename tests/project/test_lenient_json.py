from __future__ import annotations

import json
import math
import re
import time
from collections.abc import Callable
from contextlib import suppress
from typing import cast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pytest_azfunc.project import lenient_json
from pytest_azfunc.project.json_marks import Lines, position
from pytest_azfunc.project.lenient_json import JsonError, Position, loads, position_of, positions

Path = tuple["str | int", ...]


def read_leniently(text: str) -> object:
    return lenient_json._loads_leniently(text)


STRICT = [
    ("{}", {}),
    ("[]", []),
    (' {"a": [1, -2.5e3, true, false, null, "x"]} ', {"a": [1, -2500.0, True, False, None, "x"]}),
    ('"\\u00e9\\n\\/"', "é\n/"),
    ('{"a": 1, "a": 2}', {"a": 2}),
    ("-Infinity", -math.inf),
    ("1e999", math.inf),
]

LENIENT = [
    # comments
    ("// first\n{} // last", {}),
    ("//\r{}", {}),
    ("{}// ", {}),
    ("{}//\n", {}),
    ("/* a */ {/* b */ 'x' : /* c */ 1 /* d */, /* e */} /* f */", {"x": 1}),
    ("[/*/*/ 1 /***/]", [1]),
    ("[1/**/,2//x\n]", [1, 2]),
    ('{"url": "http://x/*y*/"}', {"url": "http://x/*y*/"}),
    # strings
    ("'a'", "a"),
    ("'say \"hi\"'", 'say "hi"'),
    (r"""'it\'s'""", "it's"),
    (r'''"it\'s"''', "it's"),
    ('"a\nb\r\nc\td\x00e"', "a\nb\r\nc\td\x00e"),
    (r"'\" \\ \/ \b \f \n \r \t \u0041'", '" \\ / \b \f \n \r \t A'),
    (r'"\ud83d\ude00"', "😀"),
    (r'"\ud83d"', "\ufffd"),
    (r'"\ude00x"', "\ufffdx"),
    (r'"\ud83d\ud83d\ude00\u0041"', "\ufffd😀A"),
    # property names
    ("{a: 1, _b$2 : 2, 3: 3, é:4}", {"a": 1, "_b$2": 2, "3": 3, "é": 4}),
    ("{'a b': 1}", {"a b": 1}),
    ("{true: 1, null: 2}", {"true": 1, "null": 2}),
    ("{'': 1}", {"": 1}),
    # commas
    ('{"a": 1,}', {"a": 1}),
    ("[1, 2,]", [1, 2]),
    ("[,]", [None]),
    ("[1,,2,,]", [1, None, 2, None]),
    ('{"a":, "b": 1}', {"a": None, "b": 1}),
    # numbers
    ("0x10", 16),
    ("0XfF", 255),
    ("017", 15),
    ("00", 0),
    ("0x7fffffffffffffff", 2**63 - 1),
    ("0xffffffffffffffff", -1),
    ("01777777777777777777777", -1),
    ("-017", -17),
    (".5", 0.5),
    ("-.5", -0.5),
    ("5.", 5.0),
    ("0.e1", 0.0),
    ("[0e1/**/]", [0.0]),
    # literals
    ("undefined", None),
    ("[Infinity, -Infinity, undefined,]", [math.inf, -math.inf, None]),
    # white space and the byte order mark
    ("\ufeff{}", {}),
    ("\ufeff// x\n{}", {}),
    ("\u00a0{\u2003'a'\u3000:\x001\x00}\x0b\x0c\x85\u2028", {"a": 1}),
    # a repeated key
    ("{a: {b: 1}, a: 2}", {"a": 2}),
    # as deep as it goes
    ("[" * 64 + "]" * 64 + "//-", json.loads("[" * 64 + "]" * 64)),
]

TOO_DEEP = "the nesting is deeper than 64 levels, the MaxDepth of Newtonsoft.Json"
TOO_LONG = "the integer has more than 380 characters, the most that Newtonsoft.Json reads"
TOO_MANY_BITS = "the hexadecimal or octal number needs more than 64 bits"
COMMENT_BEFORE_COLON = "a comment cannot stand between a property name and its ':'"
AFTER_ZERO = "is not a number: after a leading 0 only octal digits can follow"

ERRORS = [
    # nothing there
    ("", "the file is empty (line 1, column 1)"),
    ("\ufeff", "the file is empty (line 1, column 1)"),
    (" \r\n\t\u00a0", "the file is empty (line 1, column 1)"),
    ("// only\n/* this */", "the file holds no JSON value (line 1, column 1)"),
    # not closed
    ('{"a": [1, 2', "the array that starts here is not closed (line 1, column 7)"),
    ('\n  {"a": [1, 2]', "the object that starts here is not closed (line 2, column 3)"),
    ('{"a"', "the object that starts here is not closed (line 1, column 1)"),
    ('{"a" :', "the object that starts here is not closed (line 1, column 1)"),
    ('{"a": 1,', "the object that starts here is not closed (line 1, column 1)"),
    ("{a", "the object that starts here is not closed (line 1, column 1)"),
    ('{\n"a": "b\n}', "the string that starts here is not closed (line 2, column 6)"),
    ("['", "the string that starts here is not closed (line 1, column 2)"),
    ('"a\\', "the string that starts here is not closed (line 1, column 1)"),
    ("{} /* a\n*", "the comment that starts here is not closed (line 1, column 4)"),
    ("[/*/", "the comment that starts here is not closed (line 1, column 2)"),
    ("/", "'/' does not start a comment here, '//' or '/*' would (line 1, column 1)"),
    ("[1 / 2]", "'/' does not start a comment here, '//' or '/*' would (line 1, column 4)"),
    ("{}//", "the file cannot end with an empty '//' comment (line 1, column 3)"),
    # brackets and commas
    ('{"a": 1\r "b": 2}', "a comma or '}' is missing (line 2, column 2)"),
    ("[1 2]", "a comma or ']' is missing (line 1, column 4)"),
    ("[1:2]", "a comma or ']' is missing (line 1, column 3)"),
    ("['a''b']", "a comma or ']' is missing (line 1, column 5)"),
    ("[true{}]", "a comma or ']' is missing (line 1, column 6)"),
    ("[1}", "'}' cannot close an array (line 1, column 3)"),
    ("[}", "'}' cannot close an array (line 1, column 2)"),
    ('{"a": 1]', "']' cannot close an object (line 1, column 8)"),
    ("{]", "']' cannot close an object (line 1, column 2)"),
    ("{} x", "there is text after the end of the JSON value (line 1, column 4)"),
    ("{},", "there is text after the end of the JSON value (line 1, column 3)"),
    ("1 2", "there is text after the end of the JSON value (line 1, column 3)"),
    # property names
    ("{,}", "',' cannot start a property name (line 1, column 2)"),
    ('{"a": 1,,}', "',' cannot start a property name (line 1, column 9)"),
    ("{-a: 1}", "'-' cannot start a property name (line 1, column 2)"),
    ("{: 1}", "':' cannot start a property name (line 1, column 2)"),
    ("{a-b: 1}", "'-' cannot stand in an unquoted property name (line 1, column 3)"),
    ("{a\x1fb: 1}", "'U+001F' cannot stand in an unquoted property name (line 1, column 3)"),
    ("{a b: 1}", "a ':' is missing after the property name (line 1, column 4)"),
    ('{"a" 1}', "a ':' is missing after the property name (line 1, column 6)"),
    ("{a}", "a ':' is missing after the property name (line 1, column 3)"),
    ('{"a", 1}', "a ':' is missing after the property name (line 1, column 5)"),
    ('{"a" /* b */ : 1}', f"{COMMENT_BEFORE_COLON} (line 1, column 6)"),
    ("{a// b\n: 1}", f"{COMMENT_BEFORE_COLON} (line 1, column 3)"),
    # values
    ('{"a":}', "a value is missing before '}' (line 1, column 6)"),
    ('{"a":]', "a value is missing before ']' (line 1, column 6)"),
    ("]", "']' is not a JSON value (line 1, column 1)"),
    (",", "',' is not a JSON value (line 1, column 1)"),
    ("x", "'x' is not a JSON value (line 1, column 1)"),
    ("[True]", "'True' is not a JSON value (line 1, column 2)"),
    ("[nulls]", "'nulls' is not a JSON value (line 1, column 2)"),
    ("{a: new Date(0)}", "'new' is not a JSON value (line 1, column 5)"),
    ("[(]", "'(' is not a JSON value (line 1, column 2)"),
    ("[\ufeff1]", "'U+FEFF' is not a JSON value (line 1, column 2)"),
    ("y" * 41, f"'{'y' * 40}…' is not a JSON value (line 1, column 1)"),
    # numbers
    ("-", "'-' is not a number (line 1, column 1)"),
    ("+1", "'+1' is not a JSON value (line 1, column 1)"),
    (".", "'.' is not a number (line 1, column 1)"),
    ("[1e]", "'1e' is not a number (line 1, column 2)"),
    ("[1.2.3]", "'1.2.3' is not a number (line 1, column 2)"),
    ("[1_000]", "'1_000' is not a number (line 1, column 2)"),
    ("-NaN", "'-NaN' is not a number (line 1, column 1)"),
    ("-0x10", "'-0x10' is not a number (line 1, column 1)"),
    ("0x", "'0x' is not a hexadecimal number (line 1, column 1)"),
    ("0xg", "'0xg' is not a hexadecimal number (line 1, column 1)"),
    ("08", f"'08' {AFTER_ZERO} (line 1, column 1)"),
    ("01.5", f"'01.5' {AFTER_ZERO} (line 1, column 1)"),
    ("0x10000000000000000", f"{TOO_MANY_BITS} (line 1, column 1)"),
    ("[02000000000000000000000]", f"{TOO_MANY_BITS} (line 1, column 2)"),
    ("[" + "1" * 381 + "]", f"{TOO_LONG} (line 1, column 2)"),
    ("[-" + "1" * 5000 + "]", f"{TOO_LONG} (line 1, column 2)"),
    # escapes
    (r'"a\qb"', r"'\q' is not a JSON escape sequence (line 1, column 3)"),
    ('"a\\\nb"', r"'\U+000A' is not a JSON escape sequence (line 1, column 3)"),
    (r'"\u12"', r"four hexadecimal digits have to follow '\u' (line 1, column 2)"),
    (r"'\u12x4'", r"four hexadecimal digits have to follow '\u' (line 1, column 2)"),
    # depth
    ("[" * 65 + "]" * 65, f"{TOO_DEEP} (line 1, column 65)"),
    ("[" * 200_000, f"{TOO_DEEP} (line 1, column 65)"),
    ('{"a":' * 200_000, f"{TOO_DEEP} (line 1, column 321)"),
    ("//\n" + "[{a:" * 33, f"{TOO_DEEP} (line 2, column 129)"),
    # lines and columns
    ("\ufeffx", "'x' is not a JSON value (line 1, column 1)"),
    ("\n\r\n\r\n\r x", "'x' is not a JSON value (line 5, column 2)"),
    ("['\n\r\r\n', '😀é', x]", "'x' is not a JSON value (line 4, column 10)"),
]


@pytest.mark.parametrize(("text", "value"), STRICT)
def test_strict_json(text: str, value: object) -> None:
    assert loads(text) == value
    assert read_leniently(text) == value


@pytest.mark.parametrize(("text", "value"), LENIENT)
def test_leniency(text: str, value: object) -> None:
    assert repr(loads(text)) == repr(value)


@pytest.mark.parametrize("text", ["NaN", "/**/NaN"])
def test_not_a_number(text: str) -> None:
    assert math.isnan(cast("float", loads(text)))


@pytest.mark.parametrize(("text", "message"), ERRORS)
def test_error(text: str, message: str) -> None:
    for function in (loads, positions):
        with pytest.raises(JsonError, match=re.escape(message)) as caught:
            function(text)
        assert str(caught.value) == message
        assert caught.value.__context__ is None


def test_error_attributes() -> None:
    with pytest.raises(JsonError) as caught:
        loads("[\n x]")
    error = caught.value
    assert isinstance(error, ValueError)
    assert (error.problem, error.line, error.column) == ("'x' is not a JSON value", 2, 2)


def test_longest_integer() -> None:
    for text in ("1" * 380, "-" + "1" * 379):
        assert loads(text) == loads(text + "//-") == int(text)


def test_depth_counts_brackets_outside_of_strings_only() -> None:
    text = '["' + "[{" * 100 + '\\"[", [' + "[], " * 100 + "[]]]"
    assert loads(text) == json.loads(text)


def test_depth_limit_without_leniency() -> None:
    objects_and_arrays = '{"a":[' * 32 + "]}" * 32
    assert loads(objects_and_arrays) == json.loads(objects_and_arrays)


def test_positions() -> None:
    text = "// host\n{\r\n  'a': [1, [], {b: 2}],\r  /* c */ c :\n 3, d: [,]\n}"
    assert positions(text) == {
        (): Position(2, 1),
        ("a",): Position(3, 3),
        ("a", 0): Position(3, 9),
        ("a", 1): Position(3, 12),
        ("a", 2): Position(3, 16),
        ("a", 2, "b"): Position(3, 17),
        ("c",): Position(4, 11),
        ("d",): Position(5, 5),
        ("d", 0): Position(5, 9),
    }


def test_positions_are_in_the_order_of_the_value() -> None:
    assert list(positions('{"b": [1, 2], "a": 3}')) == [(), ("b",), ("b", 0), ("b", 1), ("a",)]


def test_positions_of_a_repeated_key_are_those_of_the_last() -> None:
    assert positions('{"a": {"b": 1}, "a": [2]}') == {
        (): Position(1, 1),
        ("a",): Position(1, 17),
        ("a", 0): Position(1, 23),
    }


def test_positions_of_a_lone_value_and_after_a_byte_order_mark() -> None:
    assert positions(" 1") == {(): Position(1, 2)}
    assert positions("\ufeff{}") == {(): Position(1, 1)}


@pytest.mark.parametrize(
    ("start", "piece", "end", "count"),
    [
        ("[", "[], 1, 'x'\n,", "]", 3_000),
        ("'", r"\u0041\n\"", "'", 10_000),
        ('"', '\\"', "", 50_000),
        ("[", "/**/", "]", 25_000),
        ("[", "1", "e]", 250_000),
        ("{", "a", "}", 250_000),
        ('{"', "[", "", 250_000),
    ],
    ids=["items", "escapes", "unclosed string", "comments", "number", "name", "brackets"],
)
@pytest.mark.parametrize("function", [loads, positions])
def test_long_texts_take_linear_time(
    start: str, piece: str, end: str, count: int, function: Callable[[str], object]
) -> None:
    """Four times the text takes four times as long; in quadratic time it would be sixteen times."""

    def seconds(times: int) -> float:
        text = start + piece * (count * times) + end
        begun = time.process_time()
        with suppress(JsonError):
            function(text)
        return time.process_time() - begun

    seconds(1)
    # Once is enough: other things than the reader make it slower, and nothing makes it quicker.
    assert any(seconds(4) < 8 * seconds(1) for _ in range(5))


scalars = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=8)
values = st.recursive(
    scalars,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=4), inner),
    max_leaves=20,
)
pieces = st.sampled_from(
    [*"{}[],:'\"\\\n\r a10x-.e\ufeff", "//", "/*", "*/", "'a'", "a:"]
    + ["null", "NaN", "Infinity", r"\u", "d83d", "de00"]
)
json_like_texts = st.lists(pieces, max_size=30).map("".join)


def paths_of(value: object, path: Path = ()) -> set[Path]:
    found = {path}
    inner: list[tuple[str | int, object]] = []
    if isinstance(value, dict):
        inner = list(value.items())
    elif isinstance(value, list):
        inner = list(enumerate(value))
    for key, item in inner:
        found |= paths_of(item, (*path, key))
    return found


@given(values, st.booleans(), st.sampled_from([None, 2]))
def test_round_trip(value: object, ensure_ascii: bool, indent: int | None) -> None:
    text = json.dumps(value, ensure_ascii=ensure_ascii, indent=indent)
    assert loads(text) == value
    assert repr(read_leniently(text)) == repr(json.loads(text))
    assert repr(loads(text + "//-")) == repr(json.loads(text))
    assert set(positions(text)) == paths_of(value)


@given(st.text() | json_like_texts)
def test_any_text_gives_a_value_or_a_json_error(text: str) -> None:
    try:
        value = loads(text)
    except JsonError as error:
        lines = re.split("\r\n|\r|\n", text)
        assert 1 <= error.line <= len(lines)
        assert 1 <= error.column <= len(lines[error.line - 1]) + 1
        with pytest.raises(JsonError, match=re.escape(str(error))):
            positions(text)
    else:
        assert set(positions(text)) == paths_of(value)


@given(values.map(json.dumps), st.data())
def test_a_damaged_text_is_read_alike_by_both_parsers(text: str, data: st.DataObject) -> None:
    at = data.draw(st.integers(0, len(text)))
    damaged = text[:at] + data.draw(pieces) + text[at + data.draw(st.integers(0, 2)) :]
    try:
        value = read_leniently(damaged.removeprefix("\ufeff"))
    except JsonError as error:
        with pytest.raises(JsonError, match=re.escape(str(error))):
            loads(damaged)
    else:
        assert repr(loads(damaged)) == repr(value)


@given(st.text(alphabet="\r\nab", max_size=20), st.data())
def test_one_position_is_that_of_many(text: str, data: st.DataObject) -> None:
    offset = data.draw(st.integers(0, len(text)))
    assert position(text, offset) == Lines(text).position(offset)


@given(values)
def test_where_one_value_stands(value: object) -> None:
    text = json.dumps(value, indent=1)
    for path, place in positions(text).items():
        assert position_of(text, path) == place
        assert position_of(text, (*path, "absent")) == place


def test_where_a_name_of_another_case_stands() -> None:
    text = '{"Values": {"a": 1, "A": 2},\n "b": [0]}'
    assert position_of(text, ("VALUES", "a")) == Position(1, 13)
    assert position_of(text, ("values", "A", "more")) == Position(1, 21)
    assert position_of(text, ("B", 0)) == Position(2, 8)
    assert position_of(text, ("B", 1)) == Position(2, 2)


@given(st.lists(st.sampled_from([r"\n", r"\"", r"\\", r"\/", r"\u00e4", r"\ud83d", r"\ude00", "\\", "a", "\n"])))
def test_escapes_are_read_alike_one_by_one_and_in_runs(pieces: list[str]) -> None:
    def read(text: str) -> object:
        try:
            return read_leniently(text)
        except JsonError as error:
            return str(error).replace("'", '"')

    body = "".join(pieces)
    if r"\"" not in body:
        assert read(f"'{body}'") == read(f'"{body}"')
