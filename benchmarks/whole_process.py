"""Whole pytest runs, timed in pairs: A B A B ..., the CPU ratio taken pair by pair. Run it with ``run.py``."""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

from app_factory import write_app
from suite_factory import SUITE_SIZE, write_suites

QUIET = ("-q", "-p", "no:cacheprovider")
TRIVIAL = """
import pytest

@pytest.fixture
def trivial():
    yield 1

@pytest.mark.parametrize("n", range({count}))
def test_it(n, trivial):
    assert trivial
"""
INVOKING = """
import pytest

@pytest.mark.parametrize("n", range({count}))
def test_it(n, invoke):
    assert invoke("Orders", {{"id": n}}).ok
"""
DIRECT_QUEUE = """
import azure.functions as func
from Orders import main

def test_it():
    assert main(func.QueueMessage(id="1", body=b"{}")) is None
"""
FIRST_QUEUE = """
def test_it(invoke):
    assert invoke("Orders", {}).return_value is None
"""
DIRECT_HTTP = """
import azure.functions as func
from Hello import main

def test_it():
    request = func.HttpRequest("GET", "/api/hello", params={"name": "bob"}, body=b"")
    assert main(request).get_body() == b"Hello bob"
"""
FIRST_HTTP = """
from pytest_azfunc import http

def test_it(invoke):
    assert invoke("Hello", http("GET", "/api/hello", params={"name": "bob"})).return_value.get_body() == b"Hello bob"
"""


@dataclass(frozen=True)
class Pair:
    """Two commands and what their ratio means."""

    what: str
    goal: str
    ours: list[str]
    baseline: list[str]
    folder: Path
    per_test: int = 0


def cpu_seconds(command: list[str], folder: Path) -> float:
    """User and system time of one run, as the operating system accounts it."""
    with subprocess.Popen(
        command, cwd=folder, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, env=environment()
    ) as run:
        _, status, usage = os.wait4(run.pid, 0)
        run.returncode = os.waitstatus_to_exitcode(status)
        error = run.stderr.read().decode() if run.stderr else ""
    if run.returncode:
        raise SystemExit(f"{command} failed: {error}")
    return usage.ru_utime + usage.ru_stime


def environment() -> Mapping[str, str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("PYTHON", "PYTEST"))}
    return {**kept, "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1", "PYTHONDONTWRITEBYTECODE": ""}


def pairs(root: Path) -> list[Pair]:
    """What the project promises of whole runs."""
    pytest = [sys.executable, "-m", "pytest", *QUIET]
    with_plugin = [*pytest, "-p", "pytest_azfunc.plugin"]
    one, many, app = root / "one", root / "many", root / "app"
    for folder in (one, many, app):
        folder.mkdir()
    (one / "test_one.py").write_text("def test_it(): pass\n")
    empty = "import pytest\n@pytest.mark.parametrize('n', range(1000))\ndef test_it(n): pass\n"
    (many / "test_many.py").write_text(empty)
    write_app(app)
    (app / "test_trivial.py").write_text(TRIVIAL.format(count=1000))
    (app / "test_invoking.py").write_text(INVOKING.format(count=1000))
    for name, text in (
        ("direct_queue", DIRECT_QUEUE),
        ("first_queue", FIRST_QUEUE),
        ("direct_http", DIRECT_HTTP),
        ("first_http", FIRST_HTTP),
    ):
        (app / f"test_{name}.py").write_text(text)
    (app / "pytest.ini").write_text("[pytest]\npythonpath = .\n")
    return [
        Pair("installed and unused, one empty test", "at most 1.04x", with_plugin, pytest, one),
        Pair("installed and unused, 1,000 empty tests", "at most 1.05x", with_plugin, pytest, many),
        Pair(
            "a test with invoke / a test with a trivial yield fixture",
            "at most 1.6x per test",
            [*with_plugin, "test_invoking.py"],
            [*pytest, "test_trivial.py"],
            app,
            per_test=1000,
        ),
        *(
            Pair(
                f"start to first passing {kind} test / pytest + import azure.functions + direct call",
                "at most 1.10x" if kind == "queue" else "",
                [*with_plugin, f"test_first_{kind}.py"],
                [*pytest, f"test_direct_{kind}.py"],
                app,
            )
            for kind in ("queue", "http")
        ),
        *suite_pairs(root, with_plugin, pytest),
    ]


def suite_pairs(root: Path, with_plugin: list[str], pytest: list[str]) -> list[Pair]:
    """One suite written in three ways: for this plugin, with azure-functions-test, with MagicMock."""
    folder = root / "suite"
    folder.mkdir()
    write_suites(write_app(folder))
    (folder / "pytest.ini").write_text("[pytest]\npythonpath = .\n")
    others = {"azure_functions_test": "at most 1.15x", "magic_mock": "at most 1.2x"}
    return [
        Pair(
            f"{SUITE_SIZE} tests with an HTTP invoke each / the same with {other}",
            goal,
            [*with_plugin, "with_invoke"],
            [*pytest, f"with_{other}"],
            folder,
        )
        for other, goal in others.items()
        if has_distribution(other)
    ]


def has_distribution(name: str) -> bool:
    """Whether what a suite imports is installed: azure-functions-test wants Python 3.11."""
    return name == "magic_mock" or find_spec(name) is not None


def compare(pair: Pair, rounds: int) -> str:
    """One line: the median of the pairwise ratios, and the quartiles."""
    for command in (pair.ours, pair.baseline):
        cpu_seconds(command, pair.folder)  # byte code is warm afterwards
    ours, baseline = [], []
    for _ in range(rounds):
        ours.append(cpu_seconds(pair.ours, pair.folder))
        baseline.append(cpu_seconds(pair.baseline, pair.folder))
    if pair.per_test:
        # What a session costs beside its tests is the same in both; one test of each tells it.
        ours = _per_test(ours, [*pair.ours, "-k", "test_it and 0]"], pair)
        baseline = _per_test(baseline, [*pair.baseline, "-k", "test_it and 0]"], pair)
    ratios = sorted(a / b for a, b in zip(ours, baseline, strict=True))
    low, median, high = statistics.quantiles(ratios, n=4)
    figures = f"{median:5.2f}x [{low:.2f}-{high:.2f}]  best {min(ours):.4g} s / {min(baseline):.4g} s"
    return f"{pair.what:85} {figures}  goal: {pair.goal}"


def _per_test(totals: list[float], single: list[str], pair: Pair) -> list[float]:
    """Seconds per test: the whole run less a run of nearly no test."""
    session = min(cpu_seconds([*single[:-1], "[0]"], pair.folder) for _ in range(3))
    return [(total - session) / (pair.per_test - 1) for total in totals]


def main(rounds: int = 15) -> None:
    """Print a line per pair."""
    with tempfile.TemporaryDirectory() as folder:
        for pair in pairs(Path(folder).resolve()):
            print(compare(pair, rounds), flush=True)


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 15)
