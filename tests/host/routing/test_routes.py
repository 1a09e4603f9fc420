"""Routes: a table of templates, paths and queries with what the host makes of them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from pytest_azfunc.host.routing.route_table import Route, RouteMatch, RouteTable
from pytest_azfunc.host.routing.route_templates import RouteError, Template, effective_template
from pytest_azfunc.host.routing.url_paths import decode_path, encode_path, last_query_values, split_query

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
    assert split_query("a=1&&b=%zz+%2B&=x&A=&a=3&c=%C3;") == {"A": "1,3", "b": "%zz +", "": "x", "c": "%C3;"}
    assert last_query_values("a=1&a=&code=x&q") == {"a": "", "code": "x", "q": ""}
    many = "&".join(f"k{number}=1" for number in range(10))
    assert next(iter(split_query(f"a=1&{many}&A=2").items())) == ("a", "1,2")


# The path without values


@pytest.mark.parametrize(
    ("template", "path"),
    [
        ("api/orders", "/api/orders"),
        ("api/orders/{id?}", "/api/orders"),
        ("api/orders/{id:int?}", "/api/orders"),
        ("api/orders/{id=7}", "/api/orders"),
        ("api/orders/{id:int=x}", None),
        ("api/files/{*path}", "/api/files"),
        ("api/files/{*path:length(2)}", None),
        ("{id?}", "/"),
        ("api/{a?}/{b?}", "/api"),
        ("api/{a}/{b?}", None),
        ("api/{a?}/end", None),
        ("api/{name}.{ext?}", None),
    ],
)
def test_the_path_that_needs_no_value(template: str, path: str | None) -> None:
    assert Template.parse(template).shortest == path
