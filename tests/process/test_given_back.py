"""Whatever happens to a host, the process is afterwards as it was, and the next host works.

The rows stand in :mod:`tests.process.scenarios`, by theme. Each runs in a fork of one process per group, so none
disturbs another.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from tests.process.scenarios import GROUPS, scenarios

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="scenarios run in forks")
ROOT = Path(__file__).parent.parent.parent
ROWS = [pytest.param(group, name, id=f"{group}: {name}") for group in GROUPS for name in scenarios(group)]

Found = dict[str, dict[str, Any]]


class Groups:
    """What became of the scenarios, group by group; each group runs once, however many workers pytest-xdist has."""

    def __init__(self, shared: Path) -> None:
        self._shared = shared
        self._found: dict[str, Found] = {}

    def of(self, group: str) -> Found:
        """The rows of a group, by name."""
        if group not in self._found:
            self._found[group] = {row["name"]: row for row in map(json.loads, self._lines(group))}
        return self._found[group]

    def _lines(self, group: str) -> list[str]:
        done = self._shared / f"given-back-{group}.jsonl"
        try:
            os.close(os.open(done.with_suffix(".mine"), os.O_CREAT | os.O_EXCL))
        except FileExistsError:  # another worker is at it
            while not done.exists():
                time.sleep(0.05)
        else:
            text = _run(group)
            done.with_suffix(".part").write_text(text, encoding="utf-8")
            done.with_suffix(".part").rename(done)
        return done.read_text(encoding="utf-8").splitlines()


def _run(group: str) -> str:
    command = [sys.executable, "-m", "tests.process.scenarios", group]
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("PYTEST_", "COV_"))}
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True)
    return done.stdout if done.returncode == 0 else json.dumps({"name": "", "problems": [done.stderr[-2000:]]})


@pytest.fixture(scope="session")
def groups(tmp_path_factory: pytest.TempPathFactory) -> Groups:
    base = tmp_path_factory.getbasetemp()
    return Groups(base.parent if "PYTEST_XDIST_WORKER" in os.environ else base)


@pytest.mark.parametrize(("group", "name"), ROWS)
def test_given_back(groups: Groups, group: str, name: str) -> None:
    found = groups.of(group)
    row = found.get(name) or found.get("") or {"problems": ["it was not run"]}

    assert row["problems"] + row.get("next", []) == [], row.get("outcome")
