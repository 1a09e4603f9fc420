"""Every error of ours: its whole text, as a user reads it, and what programs can do with it."""

from __future__ import annotations

import ast
import copy
import json
import os
import pickle
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pytest_azfunc import errors
from pytest_azfunc.errors import (
    RULES,
    AzfuncError,
    BindingError,
    Location,
    OutputNotSet,
    ProjectError,
    either,
    json_kind,
    kind_of,
    listing,
    printable,
    shown,
    shown_json,
    suggestion,
)
from pytest_azfunc.errors.rules import PARTS

PACKAGE = Path(errors.__file__).parent.parent
EXAMPLES: list[dict[str, Any]] = json.loads(Path(__file__).with_name("error_messages.json").read_text(encoding="utf-8"))
EVERY_EXAMPLE = pytest.mark.parametrize("row", [pytest.param(row, id=row["rule"]) for row in EXAMPLES])
EVERY_RULE = pytest.mark.parametrize("rule", RULES)


def made(row: dict[str, Any]) -> AzfuncError:
    """The error of a row of the table."""
    where = Location(*row["location"]) if "location" in row else None
    error = getattr(errors, row["class"])(
        row["rule"],
        function=row.get("function"),
        binding=row.get("binding"),
        location=where,
        **row.get("details", {}),
    )
    assert isinstance(error, AzfuncError)
    return error


# What a user reads


@EVERY_EXAMPLE
def test_text(row: dict[str, Any], monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)  # so that all places are shown whole
    assert str(made(row)).splitlines() == row["text"]


def test_no_rule_has_two_sets_of_sentences() -> None:
    assert sum(map(len, PARTS)) == len(RULES)


def test_every_rule_has_an_example() -> None:
    assert {row["rule"] for row in EXAMPLES} == set(RULES)


@EVERY_EXAMPLE
def test_sentences_are_well_formed(row: dict[str, Any]) -> None:
    error = made(row)
    assert error.problem
    assert error.remedy
    for sentence in filter(None, (error.problem, error.azure, error.remedy)):
        assert sentence[-1] in ".?)"
        assert not re.search(r"  |\n|[?.]\.$|\s[,;:]|\s\.(\s|$)", sentence), sentence
        assert "{}" not in sentence
        assert "None" not in sentence.replace("id=None", "")


@EVERY_RULE
def test_rules_are_stable_names(rule: str) -> None:
    assert re.fullmatch("[a-z0-9]+(-[a-z0-9]+)*", rule)


@EVERY_RULE
def test_remedies_tell_what_to_do(rule: str) -> None:
    remedy = RULES[rule].remedy
    assert remedy
    assert remedy[0].islower() or remedy.startswith(("{", '"'))


def test_a_full_stop_is_not_doubled() -> None:
    assert BindingError("mark", reason="what? Did you mean 'x'?", known="x").problem.endswith("Did you mean 'x'?")
    assert BindingError("setting", name="A", reason="no.").problem == "the app setting A: no."
    assert BindingError("setting", name="A", reason="cut..").problem.endswith("cut...")


def test_braces_in_values_are_harmless() -> None:
    error = BindingError("blob-name", name="{0}{x!r}", path="a/{b}.{c}")
    assert error.problem == "the blob '{0}{x!r}' does not match the trigger's path 'a/{b}.{c}'."


def test_text_can_always_be_written() -> None:
    error = ProjectError("project-missing", function="a\nb", location=Location("/x/\udcff\t.json"), path="\ud800")
    lines = str(error).splitlines()
    assert lines[0] == r"a\nb: \ud800 is not a folder."
    assert str(error).encode("utf-8")
    assert len(lines) == 4


# Rules in the package's source


def rules_in_source() -> Iterator[tuple[str, str]]:
    """Rules that the package passes to its exceptions and to what makes them, each with its place."""
    for path in sorted(PACKAGE.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and _makes_an_error(node.func):
                yield from ((rule, f"{path.name}:{node.lineno}") for rule in _rules_of(node))


def _makes_an_error(function: ast.expr) -> bool:
    name = function.attr if isinstance(function, ast.Attribute) else getattr(function, "id", "")
    known = getattr(errors, name, None)
    return (isinstance(known, type) and issubclass(known, AzfuncError)) or name in (
        *("error", "_error", "_url_error", "find_loss"),
    )


def _rules_of(call: ast.Call) -> list[str]:
    first = call.args[:1]
    if isinstance(call.func, ast.Name) and call.func.id == "_error":
        first = call.args
    if isinstance(call.func, ast.Attribute) and call.func.attr == "_error":
        first = call.args
    return [
        arg.value
        for arg in first
        if isinstance(arg, ast.Constant) and isinstance(arg.value, str) and "-" in arg.value and " " not in arg.value
    ]


def test_rules_in_the_source_exist() -> None:
    found = list(rules_in_source())
    assert len(found) > 50
    assert [(rule, place) for rule, place in found if rule not in RULES] == []


def test_every_rule_is_used() -> None:
    literals = {
        node.value
        for path in PACKAGE.rglob("*.py")
        if "rules" not in path.parts
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    }
    assert set(RULES) - literals == set()


def test_sentences_are_imported_when_an_error_is_read() -> None:
    code = """
import sys
import pytest_azfunc.errors as errors

def late():
    return [name for name in sys.modules if name in ("difflib", "json") or name.startswith("pytest_azfunc.errors.rules")]

error = errors.BindingError("host-closed")
assert late() == [], late()
assert str(error).startswith("the host is closed.")
assert errors.RULES["host-closed"].problem in str(error)
try:
    errors.Nothing
except AttributeError as missing:
    assert str(missing) == "module 'pytest_azfunc.errors' has no attribute 'Nothing'"
"""
    subprocess.run([sys.executable, "-c", code], check=True)


def test_classes_are_known_by_the_name_of_the_room() -> None:
    classes = [kind for kind in vars(errors).values() if isinstance(kind, type) and issubclass(kind, Exception)]
    assert len(classes) > 10
    assert {kind.__module__ for kind in classes} == {"pytest_azfunc.errors"}


# What programs can do with them


@EVERY_EXAMPLE
@pytest.mark.parametrize("copied", [lambda e: pickle.loads(pickle.dumps(e)), copy.copy, copy.deepcopy])
def test_copies_say_the_same(row: dict[str, Any], copied: Any) -> None:
    error = made(row)
    again = copied(error)
    assert type(again) is type(error)
    assert str(again) == str(error)
    assert (again.rule, again.function, again.binding) == (error.rule, error.function, error.binding)
    assert (again.location, again.details, again.args) == (error.location, error.details, error.args)


def test_attributes() -> None:
    where = Location("f.json", 3, 4)
    error = BindingError("input-unknown", function="F", binding="b", location=where, name="x", known="Known: y.")
    assert (error.rule, error.function, error.binding, error.location) == ("input-unknown", "F", "b", where)
    assert error.details == {"name": "x", "known": "Known: y."}
    assert error.subject == "F.b"
    assert error.problem == "there is no input binding 'x'. Known: y."
    assert error.azure == ""
    assert BindingError("host-closed").subject == ""


def test_output_not_set_is_a_key_error() -> None:
    error = OutputNotSet("output-missing", function="F", name="x", known="Outputs that it set: none.", remedy="set it")
    assert isinstance(error, KeyError)
    assert str(error).startswith("F: the output 'x' was not set. Outputs that it set: none.\n")


@pytest.mark.parametrize(
    ("location", "text"),
    [
        (Location("{cwd}/app/function.json", 3, 7), "app/function.json:3:7"),
        (Location("{cwd}/app/function.json", 3), "app/function.json:3"),
        (Location("{cwd}/app/function.json"), "app/function.json"),
        (Location("app/function.json", 1, 1), "app/function.json:1:1"),
        (Location("{parent}/other/host.json", 1, 1), "{parent}/other/host.json:1:1"),
        (Location("{parent}/..hidden"), "{parent}/..hidden"),
    ],
)
def test_location(location: Location, text: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    cwd = tmp_path / "cwd"
    cwd.mkdir()
    monkeypatch.chdir(cwd)
    places = {"cwd": str(cwd), "parent": str(tmp_path)}
    shown_as = str(Location(location.file.format(**places), location.line, location.column))
    assert shown_as == text.format(**places).replace("/", os.sep)


def test_location_below_a_folder_with_dots(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert str(Location(str(tmp_path / "..hidden" / "host.json"))) == os.path.join("..hidden", "host.json")


def test_location_when_the_current_folder_is_gone(monkeypatch: pytest.MonkeyPatch) -> None:
    def gone() -> str:
        raise FileNotFoundError

    monkeypatch.setattr(os, "getcwd", gone)
    assert str(Location("/app/host.json", 2)) == "/app/host.json:2"


# The parts of sentences


@pytest.mark.parametrize(
    ("wrong", "known", "expected"),
    [
        ("Ordr", ["Order", "Invoice"], " Did you mean 'Order'?"),
        ("ORDER", ["Order"], " Did you mean 'Order'?"),
        ("xyz", ["Order", "Invoice"], ""),
        ("Order", [], ""),
        ("", ["Order"], ""),
    ],
)
def test_suggestion(wrong: str, known: list[str], expected: str) -> None:
    assert suggestion(wrong, known) == expected


@given(st.text(min_size=1), st.lists(st.text(max_size=8)))
def test_suggestion_knows_only_known_names(wrong: str, known: list[str]) -> None:
    found = suggestion(wrong, iter(known))
    assert found == "" or found in {f" Did you mean {name!r}?" for name in known}


def test_listing() -> None:
    assert listing("Known", ["b", "a"]) == "Known: b, a."
    assert listing("Known", []) == "Known: none."


def test_either() -> None:
    assert either(["a"]) == "'a'"
    assert either(("a", "b")) == "'a' or 'b'"
    assert either(name for name in ("a", "b", "c")) == "'a', 'b' or 'c'"


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (None, "None"),
        ({}, "a dict"),
        (5, "an int"),
        (Location("x"), "a Location"),
        ("secret", "a str"),
        (object, "a type"),
    ],
)
def test_kind_of(value: Any, text: str) -> None:
    assert kind_of(value) == text


@pytest.mark.parametrize(
    ("value", "text"),
    [({}, "an object"), ([], "an array"), (True, "a boolean"), (None, "null"), ("x", "a string"), (1, "a number")],
)
def test_json_kind(value: object, text: str) -> None:
    assert json_kind(value) == text
    assert json_kind(1.5) == "a number"


def test_shown() -> None:
    class Broken:
        def __repr__(self) -> str:
            raise RuntimeError("no")

    assert shown("x") == "'x'"
    assert shown(Broken()) == "<Broken whose repr() raises RuntimeError>"
    assert shown("x" * 300) == "'" + "x" * 199 + "... (302 characters)"


def test_shown_json() -> None:
    values: list[Any] = [None, True, "ä", 1.5, {"a": []}]
    assert [shown_json(value) for value in values] == [
        "null",
        "true",
        '"ä"',
        "1.5",
        '{"a": []}',
    ]
    assert shown_json("x" * 300) == '"' + "x" * 99 + "... (302 characters)"


def test_printable() -> None:
    assert printable("Order ä") == "Order ä"
    assert printable("a\n\tb\udcff") == r"a\n\tb\udcff"
