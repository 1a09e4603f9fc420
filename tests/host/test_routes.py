"""Routes: a table of templates, paths and queries with what the host makes of them, and rules that hold for any."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from pytest_azfunc.host.route_templates import RouteError, Template, effective_template
from pytest_azfunc.host.routes import Route, RouteMatch, RouteTable, host_order
from pytest_azfunc.host.url_paths import decode_path, encode_path, last_query_values, split_query

TABLE: dict[str, Any] = json.loads(Path(__file__).with_name("http_routes.json").read_text(encoding="utf-8"))


def rows(kind: str) -> pytest.MarkDecorator:
    """Parametrize a test with the rows of the table that are of this kind."""
    return pytest.mark.parametrize("row", [pytest.param(row, id=row["id"]) for row in TABLE[kind]])


def accepts(constraint: str, value: str) -> bool:
    """Whether a whole path segment passes a constraint, given as it stands in a template."""
    return Template.parse(f"{{*p:{constraint}}}").match(f"/{value}") is not None


# The table


@rows("route")
def test_route(row: dict[str, Any]) -> None:
    assert Template.parse(row["template"]).match(row["path"]) == row["params"]


@rows("constraint")
def test_constraint(row: dict[str, Any]) -> None:
    assert Template.parse(row["template"]).match(row["path"]) == row["params"]


@rows("invalid_template")
def test_invalid_template(row: dict[str, Any]) -> None:
    with pytest.raises(RouteError) as caught:
        Template.parse(row["template"])
    assert caught.value.template == row["template"]
    assert str(caught.value) == f"The route template '{row['template']}' is not valid: {caught.value.reason}."


@rows("precedence")
def test_precedence(row: dict[str, Any]) -> None:
    methods = row.get("methods") or [None] * len(row["templates"])
    table = RouteTable(
        Route(f"{number:03}", Template.parse(template), None if taken is None else tuple(taken))
        for number, (template, taken) in enumerate(zip(row["templates"], methods, strict=True))
    )
    expected = None if row["winner"] is None else RouteMatch(f"{row['winner']:03}", row["params"])
    assert table.find(row["method"], row["path"]) == expected


@rows("function_order")
def test_function_order(row: dict[str, Any]) -> None:
    table = RouteTable(
        Route(
            function["name"],
            Template.parse(effective_template(row["route_prefix"], function.get("route"), function["name"])),
            tuple(function["methods"]) if "methods" in function else None,
        )
        for function in row["functions"]
    )
    expected = None if row["winner"] is None else RouteMatch(row["winner"], row["params"])
    assert table.find(row["method"], row["path"]) == expected


@rows("effective_template")
def test_effective_template(row: dict[str, Any]) -> None:
    template = effective_template(row["route_prefix"], row["route"], row["function"])
    assert template == row["template"]
    if not row["valid"]:
        with pytest.raises(RouteError):
            Template.parse(template)
        return
    parsed = Template.parse(template)
    if "probe" in row:
        assert (parsed.match(row["probe"]) is not None) is row["match"]


@rows("path_decode")
def test_decode_path(row: dict[str, Any]) -> None:
    assert decode_path(row["raw"]) == row["decoded"]


@rows("url_path_encode")
def test_encode_path(row: dict[str, Any]) -> None:
    assert encode_path(row["path"]) == row["encoded"]


@rows("url")
def test_url(row: dict[str, Any]) -> None:
    assert f"{row['scheme']}://{row['host']}{encode_path(row['path'])}{row['query_string']}" == row["url"]


@rows("query")
def test_split_query(row: dict[str, Any]) -> None:
    assert split_query(row["query_string"]) == row["params"]


@rows("last_query_values")
def test_last_query_values(row: dict[str, Any]) -> None:
    assert last_query_values(row["query_string"]) == row["expected"]


# What the table leaves out


@pytest.mark.parametrize(
    ("constraint", "accepted", "refused"),
    [
        ("int", [" 42 ", "+7", "-2147483648", "0" * 30 + "42"], ["2147483648", "--1", "- 1", "9" * 5000]),
        ("decimal", ["5-", "5 -", "1,000.5", ".5", "5.", str(2**96 - 1)], ["-5-", "- 5", ".", "1e3", str(2**96)]),
        ("double", ["1e400", "nan", "+Infinity", "-1.5", "1,000"], ["1.5-", "1_000", "0x1", "1e"]),
        ("bool", [" TRUE ", "false"], ["1", "on"]),
        (
            "guid",
            [
                "12345678123412341234123456789abc",
                "(12345678-1234-1234-1234-123456789ABC)",
                "{0x12345678, 0x1234, 0x1234, {0x12,0x34,0x12,0x34,0x56,0x78,0x90,0x12}}",
            ],
            ["urn:uuid:12345678-1234-1234-1234-123456789012", "(12345678123412341234123456789012)"],
        ),
        ("length(2)", ["ab", "\U0001d11e"], ["a", "abc"]),
        ("range( 1 , 5 )", ["3", " 5"], ["6", "5.0", "x"]),
        ("required", ["x"], []),
    ],
)
def test_constraints_in_detail(constraint: str, accepted: list[str], refused: list[str]) -> None:
    assert [value for value in accepted if not accepts(constraint, value)] == []
    assert [value for value in refused if accepts(constraint, value)] == []


DATES = [
    *("12/25/2009", "12-25-2009", "4/5/09", "2009/05", "5/2009", "12/25", "2009-05-12", "2009-05-12 10:00"),
    *("2009-05-12T10:00:00Z", "2009-05-12T10:00:00.123+02:00", "Sun, 05 Apr 2009 11:45:00 GMT", "5 April 2009"),
    *("Apr 2009", "April 5", "2009 Apr 5", "Apr 5 09", "11 pm", "11:45:00 4/5/2009", "2008-02-29", "23:59:59"),
]
NO_DATES = [
    *("11", "2009", "1-2-3-4", "2009-13-01", "4/31/2009", "31/12", "Mon, 05 Apr 2009", "April", "April May 5"),
    *("24:00", "11:60", "13 pm", "10:00+15:00", "2009-05-12T10:00 11:00", "a 5/5", "5/2009/5", "2009/2/2009", "12é"),
    *("2009-05 x", "2009 2010", "April 2009 2010", "0/5/2009", "123456/5/2009"),
]


def test_dates() -> None:
    assert [value for value in DATES if not accepts("datetime", value)] == []
    assert [value for value in NO_DATES if accepts("datetime", value)] == []


@pytest.mark.parametrize(
    ("expression", "accepted", "refused"),
    [
        ("[a-z-[aeiou]]+$", ["xyz"], ["a"]),
        (r"^\p{L}+$", ["abc", "É"], ["1", "\U0001d400"]),
        (r"^[\P{L}x]+$", ["12x"], ["a"]),
        (r"^(?<y>\d{4})-\k<y>$", ["2009-2009"], ["2009-2010"]),
        (r"^(?'y'a)\k'y'\k<1>$", ["aaa"], ["aa"]),
        ("^a(?-i)b|c$", ["Ab", "xc"], ["AB", "xC"]),
        ("^(?:a(?-i)b)c$", ["AbC"], ["ABC"]),
        ("^(?n-s:a)(?#note)$", ["A"], ["b"]),
        ("^x{,5}$", ["x{,5}"], ["xxx"]),
        (r"^a\z", ["a"], ["a\n"]),
        (r"^a\Z", ["a", "a\n"], ["ab"]),
        (r"\Ga", ["ab"], ["ba"]),
        (r"^[\e\cA\x41-\x43]$", ["\x1b", "\x01", "b"], ["d"]),
        (r"^[^\]\w-]$", ["!"], ["]", "a", "-"]),
        ("^[]a]+$", ["]a"], ["b"]),
        (r"^\d+$", ["٤"], ["x"]),
        ("^s$", ["S"], ["\u017f"]),
        ("^İ$", ["İ"], ["i", "I"]),
        ("^É$", ["é"], ["e"]),
        ("^.$", ["x"], ["\U0001d11e"]),
        ("", ["x"], []),
    ],
)
def test_regular_expressions(expression: str, accepted: list[str], refused: list[str]) -> None:
    constraint = "regex(" + expression.replace("{", "{{").replace("}", "}}") + ")"
    template = Template.parse(f"{{p:{constraint}}}")
    assert [value for value in [*accepted, *refused] if template.match(f"/{value}") is not None] == accepted


@pytest.mark.parametrize(
    "expression",
    ["a++", "(?P<n>a)", "(a", "a)", "[a", "[a-[b]c]", r"\p{Zz}", r"\U00000041", r"\N", "*", "a{2}{3}", "(?<a-b>x)"],
)
def test_regular_expressions_refused(expression: str) -> None:
    with pytest.raises(RouteError):
        Template.parse("{p:regex(" + expression.replace("{", "{{").replace("}", "}}") + ")}")


@pytest.mark.parametrize(
    ("constraint", "reason"),
    [
        ("string", "there is no constraint named 'string'"),
        ("int/", "there is no constraint named 'int/'"),
        ("int()", "the constraint 'int' takes no argument"),
        ("max", "the constraint 'max' needs an argument"),
        ("max()", "'' is no number of 64 bits"),
        ("minlength(-1)", "a length cannot be -1"),
        ("length(5,3)", "the lower bound 5 is above the upper bound 3"),
        ("range(5)", "two bounds are needed, not '5'"),
        # A colon makes the router look for the next parenthesis but one.
        ("regex(a:b):length(3)", "the regular expression closes a parenthesis it has not opened"),
        ("regex(a", "'regex(a' does not end with its parenthesis; braces in a constraint are written twice"),
    ],
)
def test_reasons_of_constraints(constraint: str, reason: str) -> None:
    with pytest.raises(RouteError) as caught:
        Template.parse(f"api/{{p:{constraint}}}")
    assert caught.value.reason == reason


@pytest.mark.parametrize(
    ("template", "path", "params"),
    [
        ("{::int}", "/5", {":": "5"}),  # the first character is the name's
        ("{==5}", "/", {"=": "=5"}),  # and the last is looked at twice
        ("{a=}", "/", {"a": ""}),
        ("{a:regex(x:y):int}", "/5", None),
        ("{a:regex(y):length(1)=b}", "/", None),
        ("{a:regex(y):length(1)=y}", "/", {"a": "y"}),
        ("{a::int}", "/5", {"a": "5"}),
        ("{*p:nonfile}", "/", {}),
        ("{*p:int}", "/", None),
        ("{*p:int=x}", "/", None),
        ("{a}-{b}-x", "/-x", None),
        ("straße/{a}", "/STRAßE/1", {"a": "1"}),
        ("kelvin", "/\u212aelvin", None),
    ],
)
def test_corners(template: str, path: str, params: dict[str, str] | None) -> None:
    assert Template.parse(template).match(path) == params


def test_what_a_template_says_of_itself() -> None:
    template = Template.parse("api/{Kind}/{name}.{ext?}")
    assert (template.text, template.parameters, template.is_fixed) == (
        "api/{Kind}/{name}.{ext?}",
        ("Kind", "name", "ext"),
        False,
    )
    assert Template.parse("api/x{{y}}").is_fixed
    assert template == Template.parse("api/{Kind}/{name}.{ext?}")


def test_paths_without_a_slash_in_front_do_not_match() -> None:
    table = RouteTable([Route("f", Template.parse("{*rest}"))])
    assert table.routes[0].template.match("x") is None
    assert table.find("GET", "x") is None


def test_no_methods_is_not_any_method() -> None:
    table = RouteTable([Route("f", Template.parse("x"), ())])
    assert table.find("GET", "/x") is None


def test_parameter_named_like_the_method_check() -> None:
    table = RouteTable([Route("f", Template.parse("x/{httpmethod?}"), ("GET",))])
    assert table.find("POST", "/x") == RouteMatch("f", {})
    assert table.find("POST", "/x/y") is None
    assert table.find("GET", "/x/y") == RouteMatch("f", {"httpmethod": "y"})


def test_decode_path_leaves_what_is_not_utf8() -> None:
    assert decode_path("/%C3%A9%E0%A4%41%C3") == "/é%E0%A4A%C3"
    assert decode_path("/a%2f%00%zz") == "/a%2f%00%zz"
    assert [decode_path(raw) for raw in ("/..", "/a//..", "/a/../../b/%2e%2E/c")] == ["/", "/a/", "/c"]


def test_queries_in_detail() -> None:
    assert split_query("?a=1&&b=%zz+%2B&=x&A=&a=3&c=%C3;") == {"A": "1,3", "b": "%zz +", "": "x", "c": "%C3;"}
    assert last_query_values("a=1&a=&code=x&q") == {"a": "", "code": "x", "q": ""}
    many = "&".join(f"k{number}=1" for number in range(10))
    assert next(iter(split_query(f"a=1&{many}&A=2").items())) == ("a", "1,2")


# Rules

NAMES = st.text("abcXYZ09", min_size=1, max_size=4)
WORDS = st.text("abcXYZ09-_é .", min_size=1, max_size=6).filter(lambda word: not set(word) <= {"."})


@st.composite
def templates_with_paths(draw: st.DrawFn) -> tuple[str, str, dict[str, str]]:
    """A template, a path made from it, and the values that went into the path."""
    names = draw(st.lists(NAMES, unique_by=str.upper, max_size=5))
    template, path, values = [], [], {}
    for name in names:
        kind = draw(st.sampled_from(["literal", "value", "number", "dotted"]))
        value = str(draw(st.integers(0, 9999))) if kind == "number" else draw(WORDS)
        if kind == "literal":
            template.append(value)
            path.append(draw(st.sampled_from([value, value.upper(), value.lower()])))
            continue
        shape, text = {
            "value": (f"{{{name}}}", value),
            "number": (f"{{{name}:int}}", value),
            "dotted": (f"v-{{{name}}}!", f"V-{value}!"),
        }[kind]
        template.append(shape)
        path.append(text)
        values[name] = value
    return "/".join(template), "/" + "/".join(path), values


@given(templates_with_paths(), st.sampled_from(["", "/"]))
def test_a_path_built_from_a_template_matches_it(built: tuple[str, str, dict[str, str]], end: str) -> None:
    template, path, values = built
    assume(path != "/" or not end)
    assert Template.parse(template).match(path + end) == values


ROUTES = st.lists(
    st.sampled_from(
        [
            *("a", "a/b", "{x}", "{x}/b", "a/{y?}", "a/{x}/{y?}", "{*rest}", "a/{*rest:int}", "a/{x=1}/{y=2}", ""),
            *("a-{x}", "ab{x}", "a{x}.{y?}", "{x}.b", "a/{x:int}", "{x}/{y}/{z?}", "a/b/{*rest}", "é/{x}", "{x=5}"),
        ]
    ),
    max_size=12,
)
PATHS = st.lists(st.sampled_from(["a", "A", "b", "ab", "a-b", "a.b", "5", "É", ""]), max_size=4)
METHODS = st.sampled_from([None, (), ("GET",), ("get", "POST")])


@given(ROUTES, st.data(), PATHS, st.sampled_from(["GET", "POST", "HEAD"]))
def test_the_table_finds_what_trying_one_after_another_finds(
    templates: list[str], data: st.DataObject, segments: list[str], method: str
) -> None:
    routes = [Route(data.draw(NAMES), Template.parse(text), data.draw(METHODS)) for text in templates]
    path = "/" + "/".join(segments)
    expected = None
    for route in sorted(routes, key=lambda route: host_order(route.function)):
        params = route.template.match(path)
        allowed = route.methods is None or method in map(str.upper, route.methods)
        if params is not None and allowed:
            expected = RouteMatch(route.function, params)
            break
    assert RouteTable(routes).find(method, path) == expected


ANY_TEMPLATE = st.one_of(
    st.text(),
    st.text("{}[]()?*:=/.~-+\\^|,a1"),
    st.text("{}[]()?*:=/.-+\\^|,pkLwd<>'!#a1").map(lambda text: f"{{a:regex({text})}}"),
    st.lists(st.sampled_from(["{", "}", "a", "b", ":int", "=", "?", "*", "/", ".", ":regex(", ")", "{{", "}}"])).map(
        "".join
    ),
)


@given(ANY_TEMPLATE, st.text(), PATHS)
def test_any_text_is_a_template_or_refused(text: str, path: str, segments: list[str]) -> None:
    try:
        template = Template.parse(text)
    except RouteError:
        return
    for each in (path, "/" + path, "/" + "/".join(segments)):
        params = template.match(each)
        assert params is None or set(params) <= set(template.parameters)


CONSTRAINTS = ["int", "long", "bool", "datetime", "decimal", "double", "guid", "alpha", "file", "length(2)", "min(3)"]


@given(
    st.sampled_from(CONSTRAINTS),
    st.one_of(st.text(), st.text("0123456789abcdefxAPMTZ +-.,:/eE{}()"), st.from_regex(r"[0-9 ]{1,6}[:/-][0-9 apm]*")),
)
def test_no_value_upsets_a_constraint(constraint: str, value: str) -> None:
    assert accepts(constraint, value) in (True, False)


@given(st.text("/.%2eEfF4aé\x00"))
def test_decoded_paths_have_no_dot_segments(raw: str) -> None:
    assert not {".", ".."} & set(decode_path(f"/{raw}").split("/"))


@given(st.text())
def test_encoded_paths_are_ascii_and_decode_again(path: str) -> None:
    assume("%" not in path)
    encoded = encode_path(path)
    assert re.fullmatch(r"[A-Za-z0-9._~!$&'()*+,;=:@/%-]*", encoded)
    assert encode_path(encoded) == encoded


@given(st.text())
def test_any_text_is_a_query(query: str) -> None:
    joined, last = split_query(query), last_query_values(query)
    assert set(joined) <= set(last)
    assert all(joined.values())
