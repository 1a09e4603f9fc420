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

from tests.conformance.apps import Case, Document

_CHILD = Path(__file__).with_name("reference_child.py")
_PATIENCE = 120.0
_KEPT_VARIABLES = ("PATH", "HOME", "TMPDIR", "LD_LIBRARY_PATH", "SYSTEMROOT")


class ReferenceWorker:
    """One worker process. Apps that it is given must not have functions of the same name."""

    def __enter__(self) -> ReferenceWorker:
        environment = {name: value for name, value in os.environ.items() if name in _KEPT_VARIABLES}
        environment.update(PYTHONUTF8="1", PYTHONDONTWRITEBYTECODE="1", TZ="UTC")
        self._errors = tempfile.TemporaryFile()
        self._process = subprocess.Popen(
            [sys.executable, "-P", os.fspath(_CHILD)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._errors,
            env=environment,
            text=True,
            encoding="utf-8",
        )
        return self

    def answers(self, root: Path, cases: Sequence[Case]) -> dict[str, Document]:
        """What the library answers, by function.

        :raises ProcessEnded: a function ended the process, or it hung and was ended.
        """
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        document = {"root": str(root), "functions": [case.document(root) for case in cases]}
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
        answers: dict[str, Document] = json.loads(line)
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


class ProcessEnded(Exception):
    """The worker process is gone; the text is what it wrote to stderr."""
