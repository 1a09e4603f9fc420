"""What the tests write function apps and test files with, and how they run pytest on them."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Hashable
from functools import cached_property
from pathlib import Path
from textwrap import dedent
from typing import Any

import pytest

Binding = dict[str, Any]

# As Azure's tools write it.
HOST_JSON = {
    "version": "2.0",
    "extensionBundle": {"id": "Microsoft.Azure.Functions.ExtensionBundle", "version": "[4.*, 5.0.0)"},
}


def http_trigger(name: str = "req", **properties: Any) -> Binding:
    """An anonymous HTTP trigger."""
    return {"type": "httpTrigger", "direction": "in", "name": name, "authLevel": "anonymous", **properties}


def http_out(name: str = "$return") -> Binding:
    """The HTTP response."""
    return {"type": "http", "direction": "out", "name": name}


def queue_trigger(name: str = "msg", queue: str = "orders") -> Binding:
    """A queue trigger."""
    return {"type": "queueTrigger", "direction": "in", "name": name, "queueName": queue, "connection": "Storage"}


def queue_out(name: str, queue: str) -> Binding:
    """A queue output."""
    return {"type": "queue", "direction": "out", "name": name, "queueName": queue, "connection": "Storage"}


def timer_trigger(name: str = "timer", schedule: str = "0 30 2 * * *") -> Binding:
    """A timer trigger."""
    return {"type": "timerTrigger", "direction": "in", "name": name, "schedule": schedule}


class FunctionApp:
    """A function app's folder, with a host.json from the start."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.write({"host.json": HOST_JSON})

    def write(self, files: dict[str, Any]) -> None:
        """Write files into the app: text as it is (indentation removed), bytes raw, everything else as JSON."""
        for name, content in files.items():
            path = self.root / name
            path.parent.mkdir(parents=True, exist_ok=True)
            if isinstance(content, bytes):
                path.write_bytes(content)
            else:
                path.write_text(dedent(content) if isinstance(content, str) else json.dumps(content), encoding="utf-8")

    def function(self, name: str, script: str, *bindings: Binding, **properties: Any) -> None:
        """Write a function: its script, and a function.json with a queue trigger ``msg`` unless it has bindings."""
        declared = list(bindings) or [queue_trigger()]
        self.write({f"{name}/function.json": {"bindings": declared, **properties}, f"{name}/__init__.py": script})


def write_texts(folder: Path, files: dict[str, str]) -> None:
    """Write test files, conftest.py, pytest.ini and the like; indentation is removed."""
    for name, content in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(dedent(content), encoding="utf-8")


def with_plugins(*names: str) -> list[str]:
    """The options of pytest that load pytest-azfunc and further plugins (names of entry points)."""
    return [part for name in ("azfunc", *names) for part in ("-p", name)] + ["-p", "no:cacheprovider"]


class WarmPytest:
    """Runs pytest in processes of their own that have imported it already: forks of ``warm_pytest.py``."""

    def __init__(self, folder: Path) -> None:
        """:param folder: an empty one, for what is printed."""
        self._output, self._errors = folder / "output", folder / "errors"
        self._program: subprocess.Popen[str] | None = None

    def run(self, folder: Path, *arguments: str, **environment: str) -> pytest.RunResult:
        """Run ``pytest`` with *arguments* in *folder*, with the environment of now and the variables given."""
        path = [str(folder), *filter(None, [os.environ.get("PYTHONPATH")])]
        order = {
            "folder": str(folder),
            "arguments": arguments,
            "environment": {**os.environ, "PYTHONPATH": os.pathsep.join(path), **environment},
            "path": os.pathsep.join(path).split(os.pathsep),
            "output": str(self._output),
            "errors": str(self._errors),
        }
        code = self._order(json.dumps(order))
        output, errors = (
            file.read_text(encoding="utf-8", errors="replace").splitlines() for file in (self._output, self._errors)
        )
        print(*output, *errors, sep="\n")
        assert not [line for line in output + errors if "INTERNALERROR" in line]
        return pytest.RunResult(code, output, errors, 0)

    def _order(self, line: str) -> int:
        if self._program is None:
            environment = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
            self._program = subprocess.Popen(
                [sys.executable, str(Path(__file__).with_name("warm_pytest.py"))],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                env=environment,
                text=True,
                encoding="utf-8",
            )
        assert self._program.stdin is not None
        assert self._program.stdout is not None
        self._program.stdin.write(f"{line}\n")
        self._program.stdin.flush()
        answer = self._program.stdout.readline()
        assert answer, "warm_pytest.py has ended"
        return int(answer)

    def close(self) -> None:
        """End the program."""
        if self._program is not None:
            self._program.communicate()


class Session:
    """Runs pytest in a process of its own."""

    def __init__(self, pytester: pytest.Pytester, warm: WarmPytest) -> None:
        self.pytester = pytester
        self._warm = warm

    def write(self, files: dict[str, str]) -> None:
        """Write test files, conftest.py, pytest.ini and the like; indentation is removed."""
        write_texts(self.pytester.path, files)

    def run(self, *options: str, plugins: tuple[str, ...] = ()) -> pytest.RunResult:
        """Run pytest with pytest-azfunc and the *plugins* (names of entry points), where the test is at the moment."""
        temporary = f"--basetemp={self.pytester.path / 'runpytest'}"
        return self._warm.run(Path.cwd(), temporary, *with_plugins(*plugins), *options)

    def test(self, code: str, *options: str, plugins: tuple[str, ...] = ()) -> pytest.RunResult:
        """Write *code* as the file test_it.py and run it."""
        self.write({"test_it.py": code})
        return self.run(*options, plugins=plugins)


class Folder:
    """Where one of several sessions runs: test files, and beside them a function app in the folder ``app``."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.path.mkdir(parents=True)

    @cached_property
    def app(self) -> FunctionApp:
        """The function app; there is none until somebody asks for it."""
        return FunctionApp(self.path / "app")

    def write(self, files: dict[str, str]) -> None:
        """Write test files, conftest.py, pytest.ini and the like; indentation is removed."""
        write_texts(self.path, files)


class Sessions:
    """Runs pytest in many folders, one for each row of a table."""

    def __init__(self, root: Path, warm: WarmPytest) -> None:
        self.root = root
        self._warm = warm
        self._runs: dict[Hashable, tuple[Folder, list[str], dict[str, str]]] = {}

    def add(
        self,
        row: Hashable,
        *options: str,
        plugins: tuple[str, ...] = (),
        environment: dict[str, str] | None = None,
    ) -> Folder:
        """Announce a run, known as *row*, in a new folder, which is returned."""
        assert row not in self._runs
        folder = Folder(self.root / str(len(self._runs)))
        arguments = [f"--basetemp={folder.path / 'runpytest'}", *with_plugins(*plugins), *options]
        self._runs[row] = (folder, arguments, environment or {})
        return folder

    def run(self) -> dict[Any, pytest.RunResult]:
        """Run what was announced; the results by row."""
        return {row: self._run(row) for row in self._runs}

    def _run(self, row: Hashable) -> pytest.RunResult:
        folder, arguments, environment = self._runs[row]
        print(f"### {row!r:.200}")
        return self._warm.run(folder.path, *arguments, **environment)


def passed(result: pytest.RunResult, count: int, row: Hashable = "") -> None:
    """Check that exactly *count* tests ran, and that all passed; *row* tells one session from others."""
    assert result.parseoutcomes() == {"passed": count}, f"{row}\n{result.stdout.str()}"


def error_lines(result: pytest.RunResult) -> list[str]:
    """The ``E`` lines of the output, without their mark: what a user reads of an exception."""
    lines = [line[1:] for line in result.outlines if re.match(r"E($| {3})", line)]
    return dedent("\n".join(lines)).splitlines()


def setup_error(result: pytest.RunResult, test: str) -> list[str]:
    """What a user reads when a fixture of ours raises: the error, and no frame of ours."""
    assert "All traceback entries are hidden" not in result.stdout.str()
    return [line[4:] for line in section(result, f"ERROR at setup of {test} ") if line]


def section(result: pytest.RunResult, title: str) -> list[str]:
    """The lines below the heading that contains *title*, down to the next heading."""
    lines = result.outlines
    start = next(index for index, line in enumerate(lines) if title in line and line.startswith(("-", "=", "_")))
    end = next((i for i, line in enumerate(lines) if i > start and re.match(r"(-{3}|={3}|_{3}|_ )", line)), len(lines))
    return lines[start + 1 : end]
