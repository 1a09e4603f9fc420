"""Blob paths of triggers: what matches, what is captured, what the host refuses."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pytest_azfunc.host.bindings.blob_path import BlobPathError, BlobPattern


@pytest.mark.parametrize(
    ("path", "blob", "captures"),
    [
        (
            "input/{name}.{extension}/foo/{part}",
            "input/foo.txt/foo/part",
            {"name": "foo", "extension": "txt", "part": "part"},
        ),
        ("input/{name}/{extension}", "input/foo/txt", {"name": "foo", "extension": "txt"}),
        ("input/foo/{name}.{extension}", "input/foo/skip/bar.txt", {"name": "skip/bar", "extension": "txt"}),
        (
            "input/{name}.{ext}-/{other}",
            "input/foo.bar.txt-/asd-/ijij",
            {"name": "foo.bar", "ext": "txt-/asd", "other": "ijij"},
        ),
        ("container", "container/item", {}),
        ("container", "container/a/b.c", {}),
        ("container", "container", None),
        ("container", "containers/a", None),
        ("container/{name}.txt", "container/bob.txtoutput", None),
        ("container/{name}-{date}.csv", "container/foo-Jan1st.csv", {"name": "foo", "date": "Jan1st"}),
        ("container/{name}", "other/foo", None),
        ("container/{name}", "container/a/b/c.txt", {"name": "a/b/c.txt"}),
        ("container/{name}", "container/", {"name": ""}),
        ("container/{a}.{b}", "container/x.y.z", {"a": "x.y", "b": "z"}),
        ("container/{a}{b}", "container/xyz", {"a": "xyz", "b": ""}),
        ("container/{name}", "container/line\nbreak", {"name": "line\nbreak"}),
        ("container/{x:yyyy}.txt", "container/1.txt", {"x": "1"}),
        ("container/{datetime}", "container/now", {"datetime": "now"}),
        ("container/{x}-{x}", "container/1-2", {"x": "2"}),
        ("container/{x}-{y}-{x}", "container/1-2-3", {"x": "3", "y": "2"}),
        ("container/{{x}}-{y}", "container/{x}-1", {"y": "1"}),
        ("container/{{x}}.txt", "container/{{x}}.txt", {}),
        ("container/{{x}}.txt", "container/{x}.txt", None),
        ("container/a.b", "container/a.b", {}),
        ("container/a.b", "container/aXb", None),
        ("container/File", "container/file", None),
        ("container/{Name}", "container/x", {"Name": "x"}),
        ("Container/{n}", "container/f", None),
        ("Container/{n}", "Container/f", None),
    ],
)
def test_match(path: str, blob: str, captures: dict[str, str] | None) -> None:
    assert BlobPattern.parse(path).match(blob) == captures


@pytest.mark.parametrize(
    "path",
    [
        *("", "/", "x/", "/x", "/{name}", "a\\b/c", "{c}/x", "a{c}/x", "c/{a.b}", "c/{rand-guid}", "c/{datetime:yyyy}"),
        *("c/{DateTime:yyyy}", "c/{}", "c/{a b}", "c/{1}", "c/{a", "c/a}", "c/{a}}", "c/{{a}", "ccc/blob.", "ccc/dir/"),
        *("ccc/a\\b", "My/blob", "ab/blob", "c_c/blob", "ccc/" + "x" * 1025),
    ],
)
def test_refused(path: str) -> None:
    with pytest.raises(BlobPathError) as caught:
        BlobPattern.parse(path)
    assert str(caught.value)


@pytest.mark.parametrize(
    ("path", "blob", "captures"),
    [
        ("images/{name}.png", "images/name.png", {"name": "name"}),
        ("images", "images/blob", {}),
        ("images/fixed.png", "images/fixed.png", {}),
        ("images/{{x}}-{y:D}", "images/{x}-y", {"y": "y"}),
        ("images/{{x}}", "images/{{x}}", {}),
        ("$web/{name}", "$web/name", {"name": "name"}),
    ],
)
def test_example(path: str, blob: str, captures: dict[str, str]) -> None:
    assert BlobPattern.parse(path).example() == (blob, captures)


def test_hopeless() -> None:
    assert BlobPattern.parse("Container/{n}").is_hopeless
    assert not BlobPattern.parse("container/{N}").is_hopeless


parts = st.lists(
    st.sampled_from(["{a}", "{b}", "{c:fmt}", "{{", "}}", "x", ".", "/", "-", "(", "*", "[a]", "\\d", "$"]),
    min_size=1,
    max_size=6,
)


@given(parts)
def test_an_example_matches_its_pattern(pieces: list[str]) -> None:
    try:
        pattern = BlobPattern.parse("box/" + "".join(pieces))
    except BlobPathError:
        return
    blob, captures = pattern.example()
    assert pattern.match(blob) == captures
    assert set(captures) == set(pattern.captures)


@given(st.text(max_size=12))
def test_any_text_is_a_path_or_refused(path: str) -> None:
    try:
        pattern = BlobPattern.parse(path)
    except BlobPathError:
        return
    assert pattern.match("no such/blob") is None
    assert pattern.container
