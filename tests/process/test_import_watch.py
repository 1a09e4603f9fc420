"""Modules that are watched for: what is done to them when somebody imports them, and that nobody does it for that."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import pytest

from pytest_azfunc.process.import_hooks import ImportWatch

NAME = "azfunc_watched"


@pytest.fixture
def watched(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    (tmp_path / f"{NAME}.py").write_text("VALUE = 1\n")
    monkeypatch.syspath_prepend(tmp_path)
    yield NAME
    sys.modules.pop(NAME, None)


def test_a_module_that_is_imported_later(watched: str) -> None:
    seen: list[ModuleType] = []
    finders = sys.meta_path[:]
    watch = ImportWatch(watched, seen.append)
    watch.start()
    assert watched not in sys.modules
    module = __import__(watched)
    assert [each.VALUE for each in seen] == [1]
    assert seen == [module]
    assert module.__spec__ is not None
    assert module.__loader__ is module.__spec__.loader
    assert type(module.__loader__).__module__ == "_frozen_importlib_external"
    watch.stop()
    assert sys.meta_path == finders


def test_a_module_that_is_there(watched: str) -> None:
    module = __import__(watched)
    seen: list[ModuleType] = []
    watch = ImportWatch(watched, seen.append)
    watch.start()
    watch.stop()
    assert seen == [module]


def test_a_module_that_is_imported_afterwards(watched: str) -> None:
    seen: list[ModuleType] = []
    watch = ImportWatch(watched, seen.append)
    watch.start()
    watch.stop()
    __import__(watched)
    assert seen == []


IN_THE_FUNCTION = """
import logging

def main(msg):
    from concurrent.futures import ThreadPoolExecutor

    with ThreadPoolExecutor(1) as pool:
        pool.submit(logging.warning, "from the pool").result()
"""
PROGRAM = """
import sys
from pytest_azfunc import Host

assert "concurrent.futures.thread" not in sys.modules, "before"
with Host.open(sys.argv[1]) as host:
    host.worker.load("Pooling")
    assert "concurrent.futures.thread" not in sys.modules, "open"
    assert "from the pool" in host.invoke("Pooling").logs
    from concurrent.futures import ThreadPoolExecutor
assert ThreadPoolExecutor.submit.__module__ == "concurrent.futures.thread"
assert not hasattr(ThreadPoolExecutor.submit, "__wrapped__")
with Host.open(sys.argv[1]) as host:
    assert "from the pool" in host.invoke("Pooling").logs
assert not hasattr(ThreadPoolExecutor.submit, "__wrapped__")
"""


def test_executors_are_not_imported_for_their_sake(tmp_path: Path) -> None:
    (tmp_path / "host.json").write_text('{"version": "2.0"}')
    (tmp_path / "Pooling").mkdir()
    (tmp_path / "Pooling" / "function.json").write_text(
        '{"bindings": [{"type": "queueTrigger", "direction": "in", "name": "msg", "queueName": "orders"}]}'
    )
    (tmp_path / "Pooling" / "__init__.py").write_text(IN_THE_FUNCTION)
    done = subprocess.run([sys.executable, "-c", PROGRAM, str(tmp_path)], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
