"""A program that has run pytest once, and then runs it in forks of itself: each in a process of its own that is warm.

To import pytest, the plugin and the SDK costs ten times what a small session costs. ``WarmPytest`` in ``function_app.py``
starts the program; its orders come as lines of JSON, each is answered with the exit code.
"""

from __future__ import annotations

import gc
import json
import os
import sys
import tempfile
from pathlib import Path

import pytest

FUNCTION = '{"bindings": [{"type": "queueTrigger", "name": "msg", "queueName": "q", "connection": "C"}]}'
TEST = "def test_it(invoke): assert invoke('Works').ok"


def warm_up() -> None:
    """Run a session that invokes a function, so that what every session imports is there."""
    here = os.getcwd()
    with tempfile.TemporaryDirectory() as folder:
        app = Path(folder, "app")
        (app / "Works").mkdir(parents=True)
        (app / "host.json").write_text("{}", encoding="utf-8")
        (app / "Works" / "function.json").write_text(FUNCTION, encoding="utf-8")
        (app / "Works" / "__init__.py").write_text("def main(msg): pass", encoding="utf-8")
        (app.parent / "test_warm_up.py").write_text(TEST, encoding="utf-8")
        os.chdir(folder)
        path = sys.path[:]
        assert pytest.main(["-q", "-p", "azfunc", "-p", "no:cacheprovider"]) == 0
        sys.path[:] = path
        del sys.modules["test_warm_up"]
        os.chdir(here)


def run(
    folder: str, arguments: list[str], environment: dict[str, str], path: list[str], output: str, errors: str
) -> int:
    """One session, in this process: what ``python -m pytest`` does in *folder*."""
    for descriptor, file in enumerate((os.devnull, output, errors)):
        opened = os.open(file, os.O_RDWR | os.O_CREAT | os.O_TRUNC)
        os.dup2(opened, descriptor)
        os.close(opened)
    os.chdir(folder)
    os.environ.clear()
    os.environ.update(environment)
    sys.path[:0] = path
    sys.argv = ["pytest", *arguments]
    code = int(pytest.main(arguments))
    sys.stdout.flush()
    sys.stderr.flush()
    return code


def serve() -> None:
    """Run a session in a fork for each line of the standard input."""
    for line in sys.stdin:
        process = os.fork()
        if process == 0:
            code = 70  # of an error in this program
            try:
                code = run(**json.loads(line))
            finally:
                os._exit(code)
        _, status = os.waitpid(process, 0)
        answers.write(f"{os.waitstatus_to_exitcode(status)}\n")
        answers.flush()


if __name__ == "__main__":
    del sys.path[0]  # this program's folder, whose modules no session is to find
    # What the warm-up prints is no answer.
    answers = os.fdopen(os.dup(1), "w", encoding="ascii")
    os.dup2(2, 1)
    warm_up()
    sys.stdout.flush()  # what is left in it would be written by every fork
    sys.stderr.flush()
    gc.freeze()  # what the forks share is theirs to read, and not to count
    serve()
