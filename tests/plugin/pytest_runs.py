"""Runs pytest from outside on suites that are given as text, and tells what two runs of the same suite differ in."""

from __future__ import annotations

import difflib
import json
import os
import re
import subprocess
import sys
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from textwrap import dedent
from typing import Any

import pytest

DATA = Path(__file__).parent.parent / "data"
PACKAGE = Path(__file__).parent.parent.parent / "pytest_azfunc"
WITHOUT, WITH = ("-p", "no:azfunc"), ("-p", "azfunc")
# Which of two processes of pytest-xdist runs a test is chance, and these depend on what it has run before.
CHANCE = frozenset({"sys.modules", "modules of the suite", "modules with two names", "loggers", "atexit", "threads"})


def write_files(folder: Path, files: Mapping[str, object]) -> None:
    """Write files below *folder*: text as it is (indentation removed), everything else as JSON."""
    for name, content in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(dedent(content) if isinstance(content, str) else json.dumps(content), encoding="utf-8")


@dataclass
class Run:
    """What one run of pytest has told and shown."""

    status: int
    output: str
    outcomes: dict[str, str] = field(default_factory=dict)
    states: dict[str, dict[str, Any]] = field(default_factory=dict, repr=False)

    def counts(self) -> dict[str, int]:
        """How many tests passed, failed and so on, as pytest's last line says."""
        return pytest.RunResult.parse_summary_nouns(self.output.splitlines())


class PytestRuns:
    """Starts runs of pytest, each in a process of its own. To be closed at the end."""

    def __init__(self, folder: Path, *modules: str) -> None:
        """Keep files of the runs in *folder*, a fresh one.

        :param modules: those that all runs have imported already, which makes them faster. To a run that asks what is
            imported, there are none.
        """
        self.folder = folder
        self._watch, self._output = folder / "watch.jsonl", folder / "output.txt"
        self._home = folder / "home"
        self._home.mkdir()
        self._links = folder / "installed"
        self._links.mkdir()
        (self._links / PACKAGE.name).symlink_to(PACKAGE)
        (self._links / "foreign_watch.py").symlink_to(DATA / "foreign_watch.py")
        self._server = subprocess.Popen(
            # Where the package is installed in place, the repository's other folders must not be importable.
            [sys.executable, str(DATA / "forked_pytest.py"), str(PACKAGE.parent), *modules],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env={name: os.environ[name] for name in ("PATH", "LANG", "LD_LIBRARY_PATH") if name in os.environ},
        )

    def close(self) -> None:
        """End the process that the runs are forks of."""
        self._server.communicate(timeout=10)

    def run(
        self,
        suite: Path,
        *arguments: str,
        plugins: Iterable[str] = (),
        environment: Mapping[str, str] | None = None,
        as_module: bool = False,
        watched: bool = False,
    ) -> Run:
        """Run pytest in the folder *suite*.

        :param arguments: after those that every run has.
        :param plugins: names of entry points; no other is loaded, pytest-azfunc neither.
        :param environment: more variables; of the machine's own only a few are there.
        :param as_module: as by ``python -m pytest``, which puts the current folder on ``sys.path``.
        :param watched: whether what each file and test sees of the process is written down.
        """
        self._watch.unlink(missing_ok=True)
        wanted = [*plugins, *(["foreign_watch"] if watched else [])]
        job = {
            "argv": ["-p", "no:cacheprovider", *(part for name in wanted for part in ("-p", name)), *arguments],
            "cwd": str(suite),
            "output": str(self._output),
            "path": [str(suite) if as_module else os.path.dirname(sys.executable), str(self._links)],
            "environment": {
                "COLUMNS": "100",
                "FOREIGN_ROOT": str(suite),
                "FOREIGN_WATCH": str(self._watch),
                "HOME": str(self._home),
                "LANG": "C.UTF-8",
                "PATH": os.environ.get("PATH", ""),
                "PWD": str(suite),
                "PYTEST_DEBUG_TEMPROOT": str(self._home),
                "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1",
                "PYTHONDONTWRITEBYTECODE": "1",
                "PYTHONPATH": str(self._links),
                **(environment or {}),
            },
        }
        assert self._server.stdin is not None
        assert self._server.stdout is not None
        self._server.stdin.write(json.dumps(job) + "\n")
        self._server.stdin.flush()
        status = json.loads(self._server.stdout.readline())["status"]
        run = Run(status, self._output.read_text(encoding="utf-8", errors="replace"))
        if watched and self._watch.is_file():
            self._read(run)
        return run

    def _read(self, run: Run) -> None:
        for line in self._watch.read_text(encoding="utf-8").splitlines():
            record = json.loads(line)
            key = f"{record['id']} [{record['when']}]"
            if record["kind"] == "state":
                run.states[key] = record["state"]
            else:
                told = [*record["sections"], *([] if record["outcome"] == "passed" else [record["when"]])]
                outcome = record["outcome"] + (f" ({', '.join(told)})" if told else "")
                if run.outcomes.get(record["id"], "passed").startswith("passed"):  # the first phase that went wrong
                    run.outcomes[record["id"]] = outcome


def differences(before: Run, after: Run, folder: Path, *, any_order: bool = False) -> list[str]:
    """What differs between two runs of one suite, a line each; empty when nothing does.

    :param folder: where the suite lies, which is taken out of the output.
    :param any_order: whether pytest-xdist ran the tests.
    """
    found = []
    if before.status != after.status:
        found.append(f"exit status: {before.status} -> {after.status}")
    for key in dict.fromkeys([*before.outcomes, *after.outcomes]):
        old, new = before.outcomes.get(key, "absent"), after.outcomes.get(key, "absent")
        if old != new:
            found.append(f"outcome of {key}: {old} -> {new}")
    old_lines, new_lines = (_lines(run.output, folder, any_order) for run in (before, after))
    if old_lines != new_lines:
        changed = list(difflib.unified_diff(old_lines, new_lines, "without", "with", n=0, lineterm=""))[2:]
        found.append("output:\n" + "\n".join(f"        {line}" for line in changed[:12]))
    states = _differing_states(before.states, after.states, any_order)
    return found + [line.replace(str(folder), "SUITE") for line in states]


def _differing_states(
    before: Mapping[str, dict[str, Any]], after: Mapping[str, dict[str, Any]], any_order: bool
) -> list[str]:
    places: dict[str, list[tuple[str, str]]] = {}
    for key in before.keys() & after.keys():
        chance: frozenset[str] = CHANCE if any_order and not key.endswith("[collection]") else frozenset()
        for part in (before[key].keys() | after[key].keys()) - chance:
            old, new = before[key].get(part), after[key].get(part)
            if old != new:
                places.setdefault(part, []).append((key, _change(old, new)))
    order = list(before)
    found = []
    for part, where in sorted(places.items()):
        key, change = min(where, key=lambda entry: order.index(entry[0]))
        found.append(f"state, {part}, in {len(where)} places, first at {key}: {change}")
    return found


def _change(old: Any, new: Any) -> str:
    if isinstance(old, dict) and isinstance(new, dict):
        keys = [key for key in {**old, **new} if old.get(key) != new.get(key)]
        return _brief("; ".join(f"{key}: {old.get(key)} -> {new.get(key)}" for key in keys))
    if isinstance(old, list) and isinstance(new, list):
        less, more = [x for x in old if x not in new], [x for x in new if x not in old]
        return _brief(f"less {less} more {more}" if less or more else f"another order: {old} -> {new}")
    return _brief(f"{old} -> {new}")


def _brief(text: str) -> str:
    return text if len(text) < 400 else text[:400] + "..."


def _lines(output: str, folder: Path, any_order: bool) -> Sequence[str]:
    text = output.replace(str(folder), "SUITE")
    text = re.sub(r"\b\d+\.\d+s( \(\d:\d\d:\d\d\))?", "0s", text)
    text = re.sub(r"0x[0-9a-f]{6,}", "0x", text)
    text = re.sub(r"=+( [^=]* )=+", r"=\1=", text)
    lines = [line.rstrip() for line in text.splitlines() if not line.startswith("plugins: ")]
    if any_order:
        progress = re.compile(r"[.FEsxX]+( *\[ *\d+%\][.FEsxX]*)*|\[gw\d+\] .*|\S+::\S.*")
        lines = sorted(line for line in lines if not progress.fullmatch(line))
    return lines
