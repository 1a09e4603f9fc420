"""A program that runs pytest again and again, in one folder after the other: a start of Python for many sessions.

It takes one argument, the JSON of a list of runs: each with ``folder``, ``arguments`` of pytest, ``environment``, and
the files that take its ``output``, ``errors`` and exit ``code``. ``Sessions`` in ``function_app.py`` starts it.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest


@contextmanager
def written_to(file: str, descriptor: int) -> Iterator[None]:
    """Let all that the process writes to a standard stream go to a file."""
    stream = {1: sys.stdout, 2: sys.stderr}[descriptor]
    kept = os.dup(descriptor)
    with open(file, "wb") as target:
        os.dup2(target.fileno(), descriptor)
        try:
            yield
        finally:
            stream.flush()
            os.dup2(kept, descriptor)
            os.close(kept)


@contextmanager
def fresh(folder: str, environment: dict[str, str]) -> Iterator[None]:
    """The process as a new one in this folder would be: nothing is left there of the runs before."""
    path, variables = sys.path[:], dict(os.environ)
    os.chdir(folder)
    os.environ.update(environment)
    sys.path.insert(0, folder)  # as `python -m pytest` does
    try:
        yield
    finally:
        os.environ.clear()
        os.environ.update(variables)
        sys.path[:] = path
        for name, module in list(sys.modules.items()):
            if (getattr(module, "__file__", None) or "").startswith(folder + os.sep):
                del sys.modules[name]


def run(folder: str, arguments: list[str], environment: dict[str, str], output: str, errors: str, code: str) -> None:
    """One session."""
    with written_to(output, 1), written_to(errors, 2), fresh(folder, environment):
        ended_with = pytest.main(arguments)
    Path(code).write_text(str(int(ended_with)), encoding="ascii")


if __name__ == "__main__":
    del sys.path[0]  # this program's folder, whose modules no session is to find
    runs: list[dict[str, Any]] = json.loads(sys.argv[1])
    for one in runs:
        run(**one)
