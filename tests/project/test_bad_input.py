"""Whatever lies in the folder, ``Project.load`` gives a project or an error of ours that says where."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from io import FileIO
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pytest_azfunc.errors import AzfuncError, ProjectError
from pytest_azfunc.project import Function, Project
from pytest_azfunc.project.json_file import JsonFile, read_text
from tests.project.app_on_disk import HOST, QUEUE_TRIGGER, write_app, write_text

FUNCTION = json.dumps({"bindings": [QUEUE_TRIGGER]})


def as_function(root: Path, content: bytes) -> AzfuncError | None:
    """What is wrong with an app's only function.json."""
    write_app(root, {"F": [QUEUE_TRIGGER]})
    (root / "F" / "function.json").write_bytes(content)
    return Project.load(root).errors.get("F")


def as_host_json(root: Path, content: bytes) -> AzfuncError | None:
    (root / "host.json").write_bytes(content)
    try:
        Project.load(root)
    except ProjectError as error:
        return error
    return None


def as_settings(root: Path, content: bytes) -> AzfuncError | None:
    write_app(root, {})
    (root / "local.settings.json").write_bytes(content)
    try:
        assert Project.load(root).file_settings == {}
    except ProjectError as error:
        return error
    return None


Read = Callable[[Path, bytes], "AzfuncError | None"]
EVERY_FILE = pytest.mark.parametrize("read", [as_function, as_host_json, as_settings])


@EVERY_FILE
@pytest.mark.parametrize(
    ("content", "place"),
    [
        (b"", "1:1"),
        (b"  \r\n ", "1:1"),
        (b"\xef\xbb\xbf", "1:1"),
        (b"\x00\x00\x00", "1:1"),
        (b'{"a": "\x00"', "1:1"),
        (b'{"bindings": [\n  {"type": "queueTrigger" "name": 5}]}', "2:27"),
        (b"{'a': 1, // comment\n /* comment */", "1:1"),
        (b"[" * 100_000, "1:65"),
        (b'{"a":' * 100_000, "1:321"),
        (b'"' + b"x" * 10_000_000, "1:1"),
        (b"9" * 10_000, "1:1"),
        (b"NaN", "1:1"),
        (b"[]", "1:1"),
        (b'"text"', "1:1"),
        (b"\xff\xfe{\x00}\x00", None),
        ("{'ä': 1}".encode("latin-1"), None),
    ],
    ids=lambda value: repr(value[:20]) if isinstance(value, bytes) else value,
)
def test_broken_files(read: Read, content: bytes, place: str | None, tmp_path: Path) -> None:
    error = read(tmp_path, content)
    assert error is not None
    assert error.location is not None
    assert Path(error.location.file).suffix == ".json"
    found = None if error.location.line is None else f"{error.location.line}:{error.location.column}"
    assert found == place
    assert len(str(error)) < 1000


@EVERY_FILE
def test_files_that_are_only_large(read: Read, tmp_path: Path) -> None:
    filler = b" " * 10_000_000
    good = FUNCTION if read is as_function else json.dumps(HOST)
    assert read(tmp_path, filler + good.encode() + b"\n//" + filler) is None


def replace_by_folder(path: Path) -> None:
    path.mkdir()


def replace_by_fifo(path: Path) -> None:
    os.mkfifo(path)


def replace_by_loop(path: Path) -> None:
    path.symlink_to(path.name)


def replace_by_dangling_link(path: Path) -> None:
    path.symlink_to("nowhere.json")


def replace_by_endless_device(path: Path) -> None:
    path.symlink_to("/dev/zero")


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="POSIX file types")
@pytest.mark.parametrize("file", ["host.json", "F/function.json", "local.settings.json"])
@pytest.mark.parametrize(
    ("replace", "reason"),
    [
        (replace_by_folder, "it is a directory"),
        (replace_by_fifo, "it is not a regular file"),
        (replace_by_endless_device, "it is not a regular file"),
        (replace_by_loop, "too many levels of symbolic links"),
        (replace_by_dangling_link, "it is a symbolic link to nothing"),
    ],
)
def test_no_regular_file(replace: Callable[[Path], None], reason: str, file: str, tmp_path: Path) -> None:
    root = write_app(tmp_path, {"F": [QUEUE_TRIGGER]})
    path = root / file
    path.unlink(missing_ok=True)
    replace(path)
    error = load_everything(root)
    assert error is not None
    assert error.location is not None
    assert error.location.file == str(path)
    assert reason in error.problem


def load_everything(root: Path) -> AzfuncError | None:
    """The first error of an app with one function."""
    try:
        project = Project.load(root)
        assert project.file_settings == {}
    except ProjectError as error:
        return error
    return project.errors.get("F")


@pytest.mark.parametrize("file", ["host.json", "F/function.json", "local.settings.json"])
def test_files_that_may_not_be_read(file: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    root = write_app(tmp_path, {"F": [QUEUE_TRIGGER]})
    write_text(root / "local.settings.json", "{}")

    def refuse(path: Any, *args: Any) -> FileIO:
        if str(path) == str(root / file):
            raise PermissionError(13, "Permission denied", path)
        return FileIO(path, *args)

    monkeypatch.setattr("pytest_azfunc.project.json_file.FileIO", refuse)  # chmod does not stop root
    error = load_everything(root)
    assert error is not None
    assert "permission denied" in error.problem
    assert "readable" in error.remedy or error.rule == "settings-invalid"


def test_a_loop_of_folders_is_passed_over(tmp_path: Path) -> None:
    root = write_app(tmp_path, {"F": [QUEUE_TRIGGER]})
    (root / "loop").symlink_to("loop")
    (root / "self").symlink_to(".")
    project = Project.load(root)
    assert list(project.functions) == ["F"]
    assert not project.errors


def test_a_linked_folder_is_a_function(tmp_path: Path) -> None:
    write_app(tmp_path / "elsewhere", {"F": [QUEUE_TRIGGER]})
    root = write_app(tmp_path / "app", {})
    (root / "Linked").symlink_to(tmp_path / "elsewhere" / "F")
    assert list(Project.load(root).functions) == ["Linked"]


@pytest.mark.parametrize("make", [lambda p: None, lambda p: p.write_text(""), lambda p: p.symlink_to(p.name)])
def test_no_folder(make: Callable[[Path], object], tmp_path: Path) -> None:
    make(tmp_path / "app")
    with pytest.raises(ProjectError) as caught:
        Project.load(tmp_path / "app")
    assert caught.value.rule == "project-missing"


@pytest.mark.parametrize("path", ["", "a\0b", "x" * 5000])
def test_paths_that_cannot_be(path: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    if path:
        with pytest.raises(ProjectError):
            Project.load(path)
    else:
        assert Project.load(path).root == tmp_path  # an empty path is the current folder


def test_bytes_and_relative_paths(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    write_app(tmp_path / "app", {"F": [QUEUE_TRIGGER]})
    monkeypatch.chdir(tmp_path)
    for path in ("app", os.fsencode(tmp_path / "app"), Path("app"), "app/../app/"):
        project = Project.load(path)  # type: ignore[arg-type]
        assert project.root == tmp_path / "app"
        assert list(project.functions) == ["F"]


def test_a_folder_that_may_not_be_listed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(path: Any) -> Any:
        raise PermissionError(13, "Permission denied", path)

    monkeypatch.setattr(os, "scandir", refuse)
    with pytest.raises(ProjectError) as caught:
        Project.load(tmp_path)
    assert caught.value.rule == "project-unreadable"


@pytest.mark.parametrize("name", [b"\xff\xfe", b"line\nbreak", b"a\tb", "ä".encode()])
def test_names_that_cannot_be_printed_as_they_are(name: bytes, tmp_path: Path) -> None:
    folder = os.path.join(os.fsencode(tmp_path), name)
    try:
        os.mkdir(folder)
    except OSError:
        pytest.skip("the file system does not take such names")
    with open(os.path.join(folder, b"function.json"), "w") as file:
        file.write(FUNCTION)
    [error] = Project.load(tmp_path).errors.values()
    assert error.rule == "function-name"
    text = str(error)
    assert text.encode("utf-8")
    assert len(text.splitlines()) == 5


def test_half_of_a_surrogate_pair(tmp_path: Path) -> None:
    error = as_function(tmp_path, b'{"bindings": [{"type": "\\ud800Trigger", "name": "x"}]}')
    assert error is not None
    assert error.rule == "binding-type-unknown"
    assert "\ufffdTrigger" in str(error)


def test_text_is_read_to_the_end_of_a_growing_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "f"
    file.write_text("x" * 100)
    real = os.fstat

    def too_small(descriptor: int) -> os.stat_result:
        found = list(real(descriptor))
        found[6] = 10  # st_size
        return os.stat_result(found)

    monkeypatch.setattr(os, "fstat", too_small)
    assert read_text(str(file)) == "x" * 100


def test_the_place_in_a_file_that_has_changed(tmp_path: Path) -> None:
    path = tmp_path / "gone.json"
    assert JsonFile(str(path)).location("a").line is None
    path.write_text("{")
    assert JsonFile(str(path)).location("a").line is None
    path.write_text('{"b": 1}')
    assert JsonFile(str(path)).location("a", 0).line == 1


# Any JSON value at all

scalars = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5)
KEYS = """
    bindings scriptFile entryPoint retry disabled configurationSource name type direction dataType cardinality
    authLevel methods route strategy maxRetryCount delayInterval minimumInterval maximumInterval version functions
    functionTimeout extensions http routePrefix logging logLevel default Values IsEncrypted
"""
WORDS = """
    in out inout http httpTrigger queueTrigger queue msg $return 2.0 fixedDelay exponentialBackoff 00:00:05
    Information one many binary attributes __init__.py
"""
names = st.sampled_from(KEYS.split())
words = st.sampled_from(WORDS.split())
values = st.recursive(
    scalars | words,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(names | st.text(max_size=3), inner, max_size=6),
    max_leaves=12,
)
bindings = st.fixed_dictionaries(
    {}, optional={"name": words | values, "type": words | values, "direction": words | values, "dataType": values}
)
functions = values | st.fixed_dictionaries(
    {"bindings": st.lists(bindings, max_size=3)},
    optional={"retry": values, "scriptFile": words | values, "configurationSource": words | values},
)
hosts = values | st.fixed_dictionaries(
    {"version": st.just("2.0")},
    optional={"functionTimeout": words | values, "retry": values, "logging": values, "extensions": values},
)
local_settings = values | st.fixed_dictionaries({"Values": values}, optional={"IsEncrypted": values})
relaxed = settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)


@relaxed
@given(functions)
def test_any_value_as_function_json(tmp_path: Path, value: Any) -> None:
    path = tmp_path / "F" / "function.json"
    write_text(path, json.dumps(value))
    project = Project.load(tmp_path)
    if "F" in project.functions:
        assert isinstance(project.functions["F"], Function)
        assert project.functions["F"].trigger.is_trigger
        assert repr(project.functions["F"])
        assert not project.errors
    else:
        check_error(project.errors["F"], path)


@relaxed
@given(hosts)
def test_any_value_as_host_json(tmp_path: Path, value: Any) -> None:
    write_text(tmp_path / "host.json", json.dumps(value))
    try:
        project = Project.load(tmp_path)
    except ProjectError as error:
        check_error(error, tmp_path / "host.json")
    else:
        assert value == {} or value["version"] == "2.0"
        assert project.host.exists


@relaxed
@given(local_settings)
def test_any_value_as_local_settings(tmp_path: Path, value: Any) -> None:
    path = tmp_path / "local.settings.json"
    write_text(path, json.dumps(value))
    try:
        found = Project.load(tmp_path).file_settings
    except ProjectError as error:
        check_error(error, path)
    else:
        assert all(isinstance(name, str) and isinstance(text, str) for name, text in found.items())


@relaxed
@given(st.binary(max_size=60))
def test_any_bytes_as_files(tmp_path: Path, content: bytes) -> None:
    for read in (as_function, as_host_json, as_settings):
        error = read(tmp_path, content)
        if error is not None:
            assert str(error)
            assert error.location is not None
    (tmp_path / "host.json").unlink()


def check_error(error: AzfuncError, path: Path) -> None:
    assert error.location is not None
    assert error.location.file == str(path)
    assert error.location.line is not None
    assert error.location.column is not None
    assert str(error.location) in str(error)
    assert "rule:   " + error.rule in str(error)
