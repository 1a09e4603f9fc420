"""Installed and unused, the plugin changes nothing.

Each file of ``tests/data/foreign`` is a test suite that does not use the plugin, and whose tests watch the process. Its
first lines say what it is about, then how it is run: ``run``, a command (several times); ``modes``, those of
:data:`MODES` that matter to it; ``never``, one in which no two runs of it are alike; ``plugins``, which others it
needs; ``exit``, its status; ``ours-listed``, whether its output lists all fixtures there are. Then come its files, each
below a line ``-- NAME --``.

It is run without the plugin and with it, in the same folder. With ``AZFUNC_LONG`` each command runs in each mode.
"""

from __future__ import annotations

import os
import re
import shlex
import shutil
from dataclasses import dataclass
from importlib.metadata import entry_points
from pathlib import Path

import pytest

from tests.plugin.pytest_runs import DATA, WITH, WITHOUT, PytestRuns, Run, differences, write_files

LONG = bool(os.environ.get("AZFUNC_LONG"))
# Each test runs in both processes of pytest-xdist, so that which of them does is no chance.
TWO_PROCESSES = ("-n", "2", "--dist", "each")
MODES: dict[str, tuple[str, ...]] = {
    "prepend": (),
    "append": ("--import-mode=append",),
    "importlib": ("--import-mode=importlib",),
    "xdist": TWO_PROCESSES,
    # Without its files host.json; or with one, and settings, where it has none.
    "other-host-json": (),
}
LONG_MODES = {
    **MODES,
    "append-xdist": ("--import-mode=append", *TWO_PROCESSES),
    "importlib-xdist": ("--import-mode=importlib", *TWO_PROCESSES),
    "append-other-host-json": ("--import-mode=append",),
    "importlib-other-host-json": ("--import-mode=importlib",),
    "xdist-other-host-json": TWO_PROCESSES,
}
SETTINGS = {"IsEncrypted": False, "Values": {"MODE": "dev", "REGION": "north", "RUN_LIVE": "1"}}


@dataclass(frozen=True)
class Suite:
    """A foreign suite, as its file describes it."""

    name: str
    runs: tuple[str, ...]
    modes: tuple[str, ...]
    never: str
    plugins: tuple[str, ...]
    exit: int
    ours_listed: bool
    files: dict[str, str]

    @classmethod
    def read(cls, path: Path) -> Suite:
        """The suite that the file *path* describes."""
        head, *parts = re.split(r"^-- (\S+) --\n", path.read_text(encoding="utf-8"), flags=re.MULTILINE)
        said = re.findall(r"^([a-z-]+): (.+)$", head, flags=re.MULTILINE)
        only = dict(said)
        return cls(
            path.stem,
            tuple(value for key, value in said if key == "run"),
            tuple(only.get("modes", "prepend").split(", ")),
            only.get("never", "-"),
            tuple(only["plugins"].split(", ")) if "plugins" in only else (),
            int(only.get("exit", "0")),
            "ours-listed" in only,
            dict(zip(parts[::2], parts[1::2], strict=True)),
        )

    def write(self, folder: Path, *, other_host_json: bool) -> None:
        """Write its files into *folder*, anew."""
        shutil.rmtree(folder, ignore_errors=True)
        files: dict[str, object] = dict(self.files)
        if other_host_json:
            had = [name for name in files if name.endswith("host.json")]
            for name in had:
                del files[name]
            if not had:
                files |= {"host.json": {"version": "2.0"}, "local.settings.json": SETTINGS}
        write_files(folder, files)


SUITES = [Suite.read(path) for path in sorted((DATA / "foreign").glob("*.txt"))]
ROWS = [
    pytest.param(suite, mode, id=f"{suite.name}-{mode}")
    for suite in SUITES
    for mode in (LONG_MODES if LONG else suite.modes)
    if suite.never not in mode.split("-")
]


def run(runs: PytestRuns, suite: Suite, command: str, mode: str, folder: Path, plugin: tuple[str, ...]) -> Run:
    """Run a command of the suite in a fresh copy of it."""
    suite.write(folder, other_host_json="other-host-json" in mode)
    words = shlex.split(command)
    as_module = words[0] == "python"
    arguments = words[3:] if as_module else words[1:]
    plugins = dict.fromkeys([*(("xdist",) if "xdist" in mode else ()), *suite.plugins])
    return runs.run(folder, *plugin, *LONG_MODES[mode], *arguments, plugins=plugins, as_module=as_module, watched=True)


FOR_PRESENT_PYTEST = {"fixture-overrides-of-parameters", "usefixtures-in-ini"}


def test_there_are_enough() -> None:
    assert len(SUITES) >= 25
    assert {mode for suite in SUITES for mode in suite.modes} == MODES.keys()


@pytest.mark.parametrize(("suite", "mode"), ROWS)
def test_nothing_changes(runs: PytestRuns, tmp_path: Path, suite: Suite, mode: str) -> None:
    missing = {*suite.plugins} - {entry.name for entry in entry_points(group="pytest11")}
    if missing:
        pytest.skip(f"not installed: {', '.join(missing)}")
    if "AZFUNC_OLDEST" in os.environ and suite.name in FOR_PRESENT_PYTEST:
        pytest.skip("it fails with the oldest pytest, also without the plugin")
    folder = tmp_path.resolve() / suite.name
    found = []
    for command in suite.runs if LONG or mode == suite.modes[0] else suite.runs[:1]:
        without = run(runs, suite, command, mode, folder, WITHOUT)
        if mode == suite.modes[0]:
            assert without.status == suite.exit, f"{suite.name} is wrong by itself: {command}\n{without.output}"
        with_plugin = run(runs, suite, command, mode, folder, WITH)
        if suite.ours_listed:
            for either in (without, with_plugin):
                either.output = without_our_fixtures(either.output)
        changed = differences(without, with_plugin, folder, any_order="xdist" in mode)
        found += [f"{suite.name}, {mode}, {command}: {line}" for line in changed]
    assert not found, "\n" + "\n".join(found)


def without_our_fixtures(output: str) -> str:
    """Take our fixtures off the list of those that a test could use: they are there, and may be what it looked for."""
    ours = r"(ainvoke|invoke|azfunc_\w+)"
    return re.sub(
        r"^([E>]? *available fixtures: )(.*)$",
        lambda found: found[1] + ", ".join(name for name in found[2].split(", ") if not re.fullmatch(ours, name)),
        output,
        flags=re.MULTILINE,
    )
