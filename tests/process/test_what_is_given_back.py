"""What is borrowed of the process, part by part: the copy, and what is put back."""

from __future__ import annotations

import asyncio
import logging
import os
import threading
import warnings
from collections.abc import Iterator
from pathlib import Path

import pytest

from pytest_azfunc.process.borrowed import BorrowedProcess, give_back_what_came_back, given_variables, is_lent
from pytest_azfunc.process.environment import Environment, variable_names
from pytest_azfunc.process.event_loops import (
    NEW_THREAD,
    LoopOfThread,
    is_loop_running,
    loop_appears_running,
    new_loop_appears_running,
    no_running_loop,
)
from pytest_azfunc.process.loggers import Loggers, set_root_level
from pytest_azfunc.process.root_logger import RootHandler, RootLogger
from pytest_azfunc.process.switches import Switches
from pytest_azfunc.process.undoing import UndoSteps
from pytest_azfunc.process.warning_filters import WarningFilters
from pytest_azfunc.process.working_folder import WorkingFolder


@pytest.fixture
def root_level() -> Iterator[None]:
    level = logging.root.level
    yield
    logging.root.setLevel(level)


# The environment


def test_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CHANGED", "before")
    monkeypatch.setenv("REMOVED", "before")
    monkeypatch.delenv("ADDED", raising=False)
    saved = Environment()
    assert saved.differences() == {}
    os.environ["CHANGED"], os.environ["ADDED"] = "after", "after"
    del os.environ["REMOVED"]
    os.environ["PYTEST_CURRENT_TEST"] = "pytest's own"
    assert saved.differences() == {"CHANGED": "after", "ADDED": "after", "REMOVED": None}
    saved.restore()
    assert (os.environ["CHANGED"], os.environ["REMOVED"], "ADDED" in os.environ) == ("before", "before", False)
    assert saved.differences() == {}


def test_an_environment_that_was_replaced(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "environ", {"A": "1"})
    saved = Environment()
    os.environ["B"] = "2"
    assert (saved.differences(), variable_names()) == ({"B": "2"}, ["A", "B"])
    saved.restore()
    assert os.environ == {"A": "1"}


# Loggers


def test_loggers() -> None:
    changed, kept = logging.getLogger("test.given_back.changed"), logging.getLogger("test.given_back.kept")
    handler = logging.NullHandler()
    changed.addHandler(handler)
    changed.setLevel(logging.ERROR)
    saved = Loggers()
    assert saved.differences() == {}
    changed.handlers.clear()
    changed.setLevel(logging.NOTSET)  # now there is nothing to remember of it
    new = logging.getLogger("test.given_back.new")
    new.propagate = False
    assert saved.differences() == {
        changed.name: (logging.NOTSET, [], [], True, False),
        new.name: (logging.NOTSET, [], [], False, False),
    }
    saved.restore()
    assert (changed.level, changed.handlers, new.propagate, kept.level) == (logging.ERROR, [handler], True, 0)
    changed.handlers.clear()
    changed.setLevel(logging.NOTSET)


def test_the_root_level_counts_at_once(root_level: None) -> None:
    """Whatever loggers have been asked before: their caches are cleared, those of new loggers too."""
    old, placeholder = logging.getLogger("test.cache.old"), logging.getLogger("test.cache.parent.child")
    for level in (logging.INFO, logging.WARNING, logging.INFO):
        set_root_level(level)
        new = logging.getLogger("test.cache.parent")  # which only stood for a name until now
        other = logging.getLogger(f"test.cache.{level}")
        for logger in (logging.root, old, placeholder, new, other):
            assert logger.isEnabledFor(logging.INFO) is (level == logging.INFO)


def test_the_root_logger_has_two_faces(root_level: None) -> None:
    logging.root.setLevel(logging.WARNING)
    before, mine, handler = logging.root.handlers[:], logging.NullHandler(), RootHandler()
    root = RootLogger(handler, logging.INFO)
    root.enter()
    assert (logging.root.level, logging.root.handlers) == (logging.INFO, [*before, handler])
    logging.root.setLevel(logging.ERROR)
    logging.root.addHandler(mine)
    root.leave()
    assert (logging.root.level, logging.root.handlers) == (logging.WARNING, before)
    root.enter()
    assert (logging.root.level, logging.root.handlers) == (logging.ERROR, [*before, handler, mine])
    assert (handler.root_level, handler.floor) == (logging.ERROR, logging.ERROR)
    root.leave()
    assert (logging.root.level, logging.root.handlers) == (logging.WARNING, before)


# Event loops


def test_a_loop_appears_running() -> None:
    loop = asyncio.new_event_loop()
    with loop_appears_running(lambda: loop):
        assert asyncio.get_running_loop() is loop
        with no_running_loop():
            assert not is_loop_running()
        assert is_loop_running()
    assert not is_loop_running()
    loop.close()


def test_a_loop_that_runs_goes_on_running() -> None:
    async def look() -> None:
        loop = asyncio.get_running_loop()
        with new_loop_appears_running():
            assert asyncio.get_running_loop() is loop
        assert asyncio.get_running_loop() is loop

    asyncio.run(look())


def test_a_thread_has_the_loop_of_another() -> None:
    found = []

    def look() -> None:
        mine, other = asyncio.new_event_loop(), asyncio.new_event_loop()
        asyncio.set_event_loop(mine)
        thread = LoopOfThread(NEW_THREAD)
        with pytest.raises(RuntimeError):
            asyncio.get_event_loop()
        asyncio.set_event_loop(other)
        state = thread.restore()
        assert state is not None
        found.append(asyncio.get_event_loop() is mine)
        with LoopOfThread(state):
            found.append(asyncio.get_event_loop() is other)
        found.append(asyncio.get_event_loop() is mine)
        mine.close()
        other.close()

    thread = threading.Thread(target=look)
    thread.start()
    thread.join()
    assert found == [True, True, True]


# The rest


def test_all_of_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("ADDED", raising=False)
    with BorrowedProcess():
        os.environ["ADDED"] = "1"
        logging.getLogger("test.given_back.all").disabled = True
    assert "ADDED" not in os.environ
    assert not logging.getLogger("test.given_back.all").disabled


def test_hosts_that_close_in_another_order(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("SHARED", "FIRST", "SECOND", "TEST"):
        monkeypatch.delenv(name, raising=False)
    logger = logging.getLogger("test.given_back.layers")
    first, second = BorrowedProcess().borrow(), BorrowedProcess()
    first.lend({"SHARED": "1", "FIRST": "1"})
    logger.disabled = True
    second.borrow()
    second.lend({"SHARED": "2", "SECOND": "2"})
    os.environ["TEST"] = "set meanwhile"
    first.give_back()
    first.give_back()
    assert not logger.disabled
    assert [os.environ.get(name) for name in ("SHARED", "FIRST", "SECOND", "TEST")] == ["2", None, "2", "set meanwhile"]
    second.give_back()
    assert [os.environ.get(name) for name in ("SHARED", "FIRST", "SECOND", "TEST")] == [None] * 4


def test_what_is_lent_is_not_given(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("LENT", "AGAIN", "REAL", "OTHER"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("REAL", "value")
    values = {"LENT": "value", "AGAIN": "value", "REAL": "value"}
    first, second = BorrowedProcess().borrow(), BorrowedProcess()
    first.lend(values)
    second.borrow()
    second.lend({**values, "OTHER": "value"})
    os.environ["AGAIN"] = "value"  # the same, set by somebody
    names = "LENT", "OTHER", "AGAIN", "REAL"
    assert [given_variables().get(name) for name in names] == [None, None, "value", "value"]
    assert [is_lent(name) for name in names] == [True, True, False, False]
    first.give_back()  # the second lends anew what was lent by the first
    assert [is_lent(name) for name in names] == [True, True, True, False]
    second.give_back()


def test_what_comes_back_is_taken_away_again(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("LENT", "SET", "TEST"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("REAL", "real")
    give_back_what_came_back()
    with BorrowedProcess() as borrowed:
        borrowed.lend({"LENT": "file"})
        borrowed.note({"SET": "mark", "REAL": "mark"})
    os.environ.update(LENT="file", SET="mark", REAL="mark", TEST="test")
    give_back_what_came_back()
    assert [os.environ.get(name) for name in ("LENT", "SET", "REAL", "TEST")] == [None, None, "real", "test"]
    os.environ.update(LENT="file")  # later on it is somebody's own
    give_back_what_came_back()
    assert os.environ.pop("LENT") == "file"
    del os.environ["TEST"]


def test_switches() -> None:
    policy, other = asyncio.get_event_loop_policy(), asyncio.DefaultEventLoopPolicy()
    switches = Switches()
    switches.enter()
    asyncio.set_event_loop_policy(other)
    logging.disable(logging.ERROR)
    switches.leave()
    logging.disable(logging.INFO)  # the test's own affair
    switches.give_back()
    assert asyncio.get_event_loop_policy() is policy
    assert logging.root.manager.disable == logging.INFO
    logging.disable(logging.NOTSET)


def test_every_step_is_undone() -> None:
    done: list[str] = []

    def fails() -> None:
        done.append("fails")
        raise ValueError

    def is_interrupted() -> None:
        done.append("interrupted")
        if done.count("interrupted") == 1:
            raise KeyboardInterrupt

    steps = UndoSteps()
    for step in (lambda: done.append("first"), is_interrupted, fails):
        steps.add(step)
    with pytest.raises(KeyboardInterrupt):  # rather than the ValueError
        steps.undo()
    steps.undo()
    assert done == ["fails", "interrupted", "interrupted", "first"]


def test_warning_filters() -> None:
    with warnings.catch_warnings():
        before, filters = warnings.filters[:], WarningFilters()
        filters.enter()
        warnings.simplefilter("ignore")
        filters.leave()
        assert warnings.filters == before


def test_the_working_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    home, root, elsewhere = (tmp_path / name for name in ("home", "root", "elsewhere"))
    for made in (home, root, elsewhere):
        made.mkdir()
    monkeypatch.chdir(home)
    folder = WorkingFolder(str(root))
    for _ in range(2):
        folder.enter()
        assert Path.cwd() == root
        os.chdir(elsewhere)
        folder.leave()
        assert Path.cwd() == home
    os.chdir(elsewhere)  # the function follows
    folder.enter()
    assert Path.cwd() == elsewhere
    folder.leave()
    assert Path.cwd() == elsewhere
    folder.close()
    folder.close()


def test_the_test_is_in_the_apps_root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    folder = WorkingFolder(os.getcwd())
    folder.enter()
    os.chdir("/")
    folder.leave()
    assert Path.cwd() == tmp_path
    folder.close()
