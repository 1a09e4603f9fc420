"""Routes: rules that hold for any template, path, value and table."""

from __future__ import annotations

import re

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from pytest_azfunc.host.routing.route_overlaps import overlaps
from pytest_azfunc.host.routing.route_table import Route, RouteMatch, RouteTable
from pytest_azfunc.host.routing.route_templates import RouteError, Template
from pytest_azfunc.host.routing.url_paths import decode_path, encode_path, last_query_values, split_query
from pytest_azfunc.project.names import host_order

NAMES = st.text("abcXYZ09", min_size=1, max_size=4)
WORDS = st.text("abcXYZ09-_é .", min_size=1, max_size=6).filter(lambda word: not set(word) <= {"."})
METHODS = st.sampled_from([None, (), ("GET",), ("get", "POST")])


# Templates and paths


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


@given(templates_with_paths(), st.text("abé/", max_size=8))
def test_a_catch_all_takes_what_is_left(built: tuple[str, str, dict[str, str]], rest: str) -> None:
    template, path, values = built
    assume(path != "/" and not rest.startswith("/") and "rest" not in values)
    matched = Template.parse(f"{template}/{{*rest}}").match(f"{path}/{rest}")
    assert matched == ({**values, "rest": rest} if rest else values)


@given(templates_with_paths())
def test_case_counts_in_values_and_nowhere_else(built: tuple[str, str, dict[str, str]]) -> None:
    template, path, values = built
    parsed = Template.parse(template)
    assert parsed.match(path.upper()) == {name: value.upper() for name, value in values.items()}
    # Names keep the case of the template.
    assert set(parsed.match(path.lower()) or ()) == set(values) == set(parsed.parameters)


SEGMENTS = st.sampled_from(
    [
        *("a", "b", "A", "é", "ab", "{x}", "{y}", "{z?}", "{x=1}", "{y=b}", "{x:int}", "{y:alpha?}", "{z:length(2)}"),
        *(
            "{*rest}",
            "{*rest:int}",
            "a-{x}",
            "{x}.b",
            "a{y}.{z?}",
            "{x:int}-{y}",
            "v{x:range(1,5)}",
            "{y:regex(^a|5$)}",
        ),
    ]
)
TEMPLATES = st.lists(SEGMENTS, max_size=4).map("/".join)


def parsed(text: str) -> Template | None:
    """The template, or None where the text is none."""
    try:
        return Template.parse(text)
    except RouteError:
        return None


VALID = TEMPLATES.map(parsed).filter(bool)
PATHS = st.lists(st.sampled_from(["a", "A", "b", "ab", "a-b", "a.b", "5", "5-a", "v3", "É", ""]), max_size=5).map(
    lambda segments: "/" + "/".join(segments)
)


@given(VALID)
def test_a_sample_matches_its_template(template: Template) -> None:
    samples = list(template.samples())
    assert [path for path in samples if template.match(path) is None] == []
    assert len(samples) < 500


@given(
    st.lists(st.sampled_from(["int", "min(3)", "max(9)", "length(2)", "range(-7,12)", "long", "required"]), max_size=2)
)
def test_numbers_have_samples(constraints: list[str]) -> None:
    template = Template.parse("{n" + "".join(f":{constraint}" for constraint in constraints) + "}")
    assert template.match(next(template.samples(), "")) is not None


@pytest.mark.parametrize(
    "constraint",
    [
        *("int", "bool", "datetime", "decimal", "double", "float", "guid", "long", "minlength(7)", "maxlength(1)"),
        *("length(3)", "length(20,30)", "min(100000)", "max(-100000)", "range(77,78)", "alpha", "required", "file"),
        *("nonfile", r"regex(^\d+$)", r"regex(^\w+$)", "alpha:length(9)", "int:length(9)"),
    ],
)
def test_every_constraint_has_a_sample(constraint: str) -> None:
    template = Template.parse(f"api/{{p:{constraint}}}/x")
    assert template.match(next(template.samples(), "")) is not None


def test_a_template_that_hardly_anything_fits_has_no_sample() -> None:
    assert list(Template.parse("{p:regex(^zz$)}").samples()) == []
    assert list(Template.parse("{p:int:alpha}").samples()) == []


# Tables


def first_that_fits(routes: list[Route], method: str, path: str) -> RouteMatch | None:
    """What the host does, in the plainest way: it tries one route after another."""
    for route in sorted(routes, key=lambda route: host_order(route.function)):
        params = route.template.match(path)
        if params is not None and (route.methods is None or method in map(str.upper, route.methods)):
            return RouteMatch(route.function, params)
    return None


@st.composite
def tables(draw: st.DrawFn) -> list[Route]:
    """Routes in any order; many begin alike."""
    start = draw(st.sampled_from(["", "a/", "{p}/", "a-{p}/"]))
    texts = draw(st.lists(st.tuples(st.booleans(), TEMPLATES), max_size=30))
    found = (parsed(start + text if together else text) for together, text in texts)
    return [Route(draw(NAMES), template, draw(METHODS)) for template in found if template is not None]


@given(tables(), st.lists(PATHS, min_size=1, max_size=5), st.sampled_from(["GET", "POST", "HEAD"]))
def test_the_table_finds_what_trying_one_after_another_finds(
    routes: list[Route], paths: list[str], method: str
) -> None:
    table = RouteTable(routes)
    for path in paths:  # more than one: the table is put in order as paths come by
        assert table.find(method, path) == first_that_fits(routes, method, path)


@given(tables(), PATHS)
def test_what_is_said_of_a_miss_is_the_end_of_a_sentence(routes: list[Route], path: str) -> None:
    assert re.fullmatch(r"(?s)(; .+)?", RouteTable(routes).near(path))


@given(tables())
def test_overlaps_are_so(routes: list[Route]) -> None:
    unique = list({host_order(route.function): route for route in routes}.values())
    table = RouteTable(unique)
    by_name = {route.function: route for route in unique}
    for overlap in overlaps(table):
        assert host_order(overlap.winner) < host_order(overlap.function)
        hidden = by_name[overlap.function]
        for method in overlap.methods:
            match = first_that_fits(unique, method, decode_path(overlap.path))
            assert match is not None
            assert match.function == overlap.winner
            assert not any(
                found is not None and found.function == overlap.function
                for found in (first_that_fits(unique, method, path) for path in hidden.template.samples())
            )


# Any text at all

ANY_TEMPLATE = st.one_of(
    st.text(),
    st.text("{}[]()?*:=/.~-+\\^|,a1"),
    st.text("{}[]()?*:=/.-+\\^|,pkLwd<>'!#a1").map(lambda text: f"{{a:regex({text})}}"),
    st.lists(st.sampled_from(["{", "}", "a", "b", ":int", "=", "?", "*", "/", ".", ":regex(", ")", "{{", "}}"])).map(
        "".join
    ),
)


@given(ANY_TEMPLATE, st.text(), PATHS)
def test_any_text_is_a_template_or_refused(text: str, path: str, other: str) -> None:
    try:
        template = Template.parse(text)
    except RouteError as error:
        assert error.template == text
        assert error.reason
        return
    for each in (path, "/" + path, other, *template.samples()):
        params = template.match(each)
        assert params is None or set(params) <= set(template.parameters)


CONSTRAINTS = ["int", "long", "bool", "datetime", "decimal", "double", "guid", "alpha", "file", "length(2)", "min(3)"]


@given(
    st.sampled_from(CONSTRAINTS),
    st.one_of(st.text(), st.text("0123456789abcdefxAPMTZ +-.,:/eE{}()"), st.from_regex(r"[0-9 ]{1,6}[:/-][0-9 apm]*")),
)
def test_no_value_upsets_a_constraint(constraint: str, value: str) -> None:
    params = Template.parse(f"{{*p:{constraint}}}").match(f"/{value}")
    assert params in (None, {"p": value})


# Paths and queries


@given(st.text("/.%2eEfF4aé\x00"))
def test_decoded_paths_have_no_dot_segments(raw: str) -> None:
    assert not {".", ".."} & set(decode_path(f"/{raw}").split("/"))


@given(st.text())
def test_encoded_paths_are_ascii_and_encoded_once(path: str) -> None:
    assume("%" not in path)
    encoded = encode_path(path)
    assert re.fullmatch(r"[A-Za-z0-9._~!$&'()*+,;=:@/%-]*", encoded)
    assert encode_path(encoded) == encoded


@given(st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0")))
def test_encoded_paths_decode_to_what_they_were(path: str) -> None:
    assume("%" not in path and "/." not in path)
    assert decode_path(encode_path(path)) == path


@given(st.text())
def test_any_text_is_a_query(query: str) -> None:
    joined, last = split_query(query), last_query_values(query)
    assert set(joined) <= set(last)
    assert all(joined.values())
