"""Asks Microsoft's worker library, which runs in a process of its own: its state is global."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import threading
from collections.abc import Sequence
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING

from tests.conformance.apps import Case, Document
from tests.conformance.decorator_apps import App

if TYPE_CHECKING:
    from typing_extensions import Self

_PATIENCE = 120.0
_KEPT_VARIABLES = ("PATH", "HOME", "TMPDIR", "LD_LIBRARY_PATH", "SYSTEMROOT")


class _Process:
    """A process with one of Microsoft's libraries: a line in, a line out."""

    child: Path

    def __enter__(self) -> Self:
        environment = {name: value for name, value in os.environ.items() if name in _KEPT_VARIABLES}
        environment.update(PYTHONUTF8="1", PYTHONDONTWRITEBYTECODE="1", TZ="UTC")
        self._errors = tempfile.TemporaryFile()
        self._process = subprocess.Popen(
            [sys.executable, "-P", os.fspath(self.child)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._errors,
            env=environment,
            text=True,
            encoding="utf-8",
        )
        return self

    def _ask(self, document: Document) -> Document:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        watchdog = threading.Timer(_PATIENCE, self._process.kill)
        watchdog.start()
        try:
            self._process.stdin.write(json.dumps(document) + "\n")
            self._process.stdin.flush()
            line = self._process.stdout.readline()
        finally:
            watchdog.cancel()
        if not line:
            raise ProcessEnded(self._said())
        answers: Document = json.loads(line)
        return answers

    def _said(self) -> str:
        self._end()
        self._errors.seek(0)
        return self._errors.read().decode("utf-8", "replace")

    def _end(self) -> None:
        try:
            self._process.wait(10)
        except subprocess.TimeoutExpired:  # a thread of a function's still runs
            self._process.kill()
            self._process.wait()

    def __exit__(self, *error: type[BaseException] | BaseException | TracebackType | None) -> None:
        for stream in (self._process.stdin, self._process.stdout):
            assert stream is not None
            stream.close()
        self._end()
        self._errors.close()


class ReferenceWorker(_Process):
    """The library for function.json. Apps that it is given must not have functions of the same name."""

    child = Path(__file__).with_name("reference_child.py")

    def answers(self, root: Path, cases: Sequence[Case]) -> dict[str, Document]:
        """What the library answers, by function.

        :raises ProcessEnded: a function ended the process, or it hung and was ended.
        """
        return self._ask({"root": str(root), "functions": [case.document(root) for case in cases]})


class IndexingReference(_Process):
    """The library for decorated functions. It answers for each app in a process of its own."""

    child = Path(__file__).with_name("decorator_child.py")

    def answer(self, root: Path, app: App) -> Document:
        """What the library answers: functions and calls, or why there are none."""
        return self._ask(app.document(root))


class ProcessEnded(Exception):
    """The worker process is gone; the text is what it wrote to stderr."""
