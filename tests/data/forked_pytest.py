"""Runs pytest many times: each run is a fork of this process, which has imported pytest and nothing else.

A run so costs a fraction of what a fresh interpreter costs. One JSON line on stdin asks for a run, one on stdout answers:
``{"argv": [...], "cwd": ..., "environment": {...}, "path": [...], "output": FILE}`` and ``{"status": 0}``. *path* comes
before the rest of ``sys.path``. What the run prints goes to *output*. This script is started with a folder that is left
out of ``sys.path``, and the names of modules that all runs have imported already.
"""

from __future__ import annotations

import gc
import json
import os
import signal
import sys
import time
from typing import Any

LONGEST = 120.0  # seconds


def _serve() -> None:
    import importlib

    import pytest
    from _pytest.config import default_plugins

    left_out, *modules = sys.argv[1:]
    for name in [*(f"_pytest.{plugin}" for plugin in default_plugins), *modules]:
        importlib.import_module(name)
    gc.collect()
    gc.freeze()  # a run need not look at what it has from here
    here = os.path.dirname(os.path.abspath(__file__))
    rest = [path for path in sys.path if os.path.abspath(path) not in (here, left_out)]
    for line in sys.stdin:
        job = json.loads(line)
        child = os.fork()
        if child == 0:
            _become(job, rest)
            sys.exit(pytest.main(job["argv"]))  # not os._exit: what is registered with atexit belongs to a run
        print(json.dumps({"status": _status(child)}), flush=True)


def _become(job: dict[str, Any], rest: list[str]) -> None:
    os.setsid()
    output = os.open(job["output"], os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
    nothing = os.open(os.devnull, os.O_RDONLY)
    for old, new in ((nothing, 0), (output, 1), (output, 2)):
        os.dup2(old, new)
    os.chdir(job["cwd"])
    os.environ.clear()
    os.environ.update(job["environment"])
    sys.argv[:] = ["pytest", *job["argv"]]
    sys.path[:] = [*job["path"], *rest]
    sys.dont_write_bytecode = True


def _status(child: int) -> int:
    end = time.monotonic() + LONGEST
    while time.monotonic() < end:
        pid, status = os.waitpid(child, os.WNOHANG)
        if pid:
            return os.waitstatus_to_exitcode(status)
        time.sleep(0.005)
    os.killpg(child, signal.SIGKILL)
    os.waitpid(child, 0)
    return -1


if __name__ == "__main__":
    _serve()
