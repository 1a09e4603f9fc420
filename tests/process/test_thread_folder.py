"""A thread's own current folder, where the system gives none: nothing is said, and nothing else moves."""

from __future__ import annotations

import ctypes
import os
import sys
import threading
from collections.abc import Callable
from importlib.util import find_spec, module_from_spec
from pathlib import Path
from types import SimpleNamespace

import pytest


def _raises(error: Exception) -> Callable[..., object]:
    def call(*_: object) -> object:
        raise error

    return call


# What a container, or a library of C, says instead.
REFUSALS: dict[str, Callable[..., object]] = {
    "it is forbidden": lambda *_: SimpleNamespace(unshare=lambda _: -1),
    "there is no such call": lambda *_: SimpleNamespace(),
    "no library can be opened": _raises(OSError("no")),
}


@pytest.fixture
def move_thread() -> Callable[[str], None]:
    """The function, of a copy of its module that has not asked the system yet."""
    spec = find_spec("pytest_azfunc.process.thread_folder")
    assert spec is not None
    assert spec.loader is not None
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    moves: Callable[[str], None] = module.move_thread
    return moves


def _folders(move: Callable[[str], None], folder: Path) -> tuple[str, str]:
    """Where a thread is after two moves, and where the test is."""
    seen: list[str] = []

    def go() -> None:
        move(str(folder))
        move(str(folder))
        seen.append(os.getcwd())

    thread = threading.Thread(target=go)
    thread.start()
    thread.join()
    return seen[0], os.getcwd()


@pytest.mark.parametrize("refusal", REFUSALS)
def test_where_it_is_refused(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, move_thread: Callable[[str], None], refusal: str
) -> None:
    before = os.getcwd()
    monkeypatch.setattr(ctypes, "CDLL", REFUSALS[refusal])

    assert _folders(move_thread, tmp_path) == (before, before)


def test_without_ctypes(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, move_thread: Callable[[str], None]) -> None:
    before = os.getcwd()
    monkeypatch.setitem(sys.modules, "ctypes", None)

    assert _folders(move_thread, tmp_path) == (before, before)


@pytest.mark.parametrize("platform", ["darwin", "win32"])
def test_on_other_systems(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, move_thread: Callable[[str], None], platform: str
) -> None:
    before = os.getcwd()
    monkeypatch.setattr(ctypes, "CDLL", _raises(AssertionError("it is asked")))
    monkeypatch.setattr(sys, "platform", platform)

    assert _folders(move_thread, tmp_path) == (before, before)


def test_the_main_thread_stays(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, move_thread: Callable[[str], None]
) -> None:
    before = os.getcwd()
    monkeypatch.setattr(ctypes, "CDLL", _raises(AssertionError("it is asked")))

    move_thread(str(tmp_path))

    assert os.getcwd() == before


def test_a_folder_that_has_vanished(tmp_path: Path, move_thread: Callable[[str], None]) -> None:
    assert _folders(move_thread, tmp_path / "absent") == (os.getcwd(), os.getcwd())
