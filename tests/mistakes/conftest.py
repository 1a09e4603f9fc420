"""Runs the rows of the table: most of them in one process, each as it is with its mistake and as it is without."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.function_app import WarmPytest, with_plugins, write_texts
from tests.mistakes.table import MISTAKES, Mistake

PLUGINS = Path(__file__).parent.parent / "data"
VERSIONS = {False: "wrong", True: "right"}

Told = tuple[str, str]
"""The outcome of a test, and what a user reads of it."""


class Rows:
    """What came of each row: of its version with the mistake, and of the other."""

    def __init__(self, folder: Path, warm: WarmPytest) -> None:
        self._folder, self._warm = folder, warm
        self._places = {name: folder / str(number) for number, name in enumerate(MISTAKES)}
        self._together: dict[Path, list[Told]] | None = None

    def told(self, name: str, mended: bool) -> list[Told]:
        """The outcome of each test of a row, and what is told of it."""
        place = self._places[name] / VERSIONS[mended]
        if MISTAKES[name].runs_alone:
            return self._alone(MISTAKES[name], place, mended)
        if self._together is None:
            self._together = self._run_together()
        return self._together.get(place, [])

    def _alone(self, mistake: Mistake, place: Path, mended: bool) -> list[Told]:
        write_texts(place, mistake.files(mended))
        if "options" in mistake.parts:
            result = self._warm.run(place, *with_plugins(), *mistake.options)
            told = "\n".join([*result.outlines, *result.errlines]).replace(f"{place}", ".")
            return [("passed" if result.ret == 0 else "failed", re.sub(r"\d+\.\d+s", "0s", told))]
        return self._run(place).get(place, [])

    def _run_together(self) -> dict[Path, list[Told]]:
        for name, mistake in MISTAKES.items():
            if not mistake.runs_alone:
                for mended, version in VERSIONS.items():
                    write_texts(self._places[name] / version, mistake.files(mended))
        return self._run(self._folder)

    def _run(self, folder: Path) -> dict[Path, list[Told]]:
        file = folder / "told.jsonl"
        options = [
            *with_plugins("mistakes_watch"),
            "-q",
            "--continue-on-collection-errors",
            "--import-mode=importlib",
            f"--rootdir={folder}",
        ]
        self._warm.run(folder, *options, MISTAKES_TOLD=str(file))
        found: dict[Path, list[Told]] = {}
        for line in file.read_text(encoding="utf-8").splitlines():
            report = json.loads(line)
            place = (folder / report["file"]).parent
            shown = f"{os.path.relpath(place, folder)}{os.sep}"
            told = report["told"].replace(f"{place}{os.sep}", "").replace(shown, "").replace(str(place), ".")
            told = told.replace(f"{folder}{os.sep}", "")
            found.setdefault(place, []).append((report["outcome"], told))
        return found


@pytest.fixture(scope="session")
def rows(tmp_path_factory: pytest.TempPathFactory, warm_pytest: WarmPytest) -> Iterator[Rows]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")
        patch.setenv("COLUMNS", "80")
        patch.setenv("PYTHONPATH", str(PLUGINS))
        patch.setenv("PYTHONDONTWRITEBYTECODE", "1")
        for name in ("PYTEST_ADDOPTS", "PYTEST_PLUGINS", "CI", "BUILD_NUMBER"):
            patch.delenv(name, raising=False)
        yield Rows(tmp_path_factory.mktemp("mistakes").resolve(), warm_pytest)
