"""Runs a group, or some of its scenarios: ``python -m tests.process.scenarios GROUP [NAME ...]``."""

from __future__ import annotations

import gc
import importlib
import json
import os
import pkgutil
import signal
import sys
import tempfile
import time

from tests.process.scenarios import GROUPS
from tests.process.scenarios.apps import write_apps
from tests.process.scenarios.running import fork


def main(group: str, only: list[str]) -> None:
    """Run a group, or some of its scenarios."""
    signal.signal(signal.SIGINT, signal.default_int_handler)  # it may be ignored, in the background
    home = os.environ["HOME_OF_TEST"] = os.getcwd()
    assert home
    with tempfile.TemporaryDirectory() as folder:
        apps = write_apps(os.path.realpath(folder))
        _import_everything()
        gc.collect()
        gc.freeze()
        for scenario in GROUPS[group]:
            if not only or scenario.name in only:
                started = time.monotonic()
                found = fork(scenario, apps)
                print(json.dumps({**found, "seconds": round(time.monotonic() - started, 3)}), flush=True)


def _import_everything() -> None:
    """Importing something for the first time is no change that has to be taken back."""
    import asyncio

    import pytest_azfunc

    for name in ("aiohttp.connector", "azure.functions", "freezegun", "requests", "werkzeug.serving", "urllib.request"):
        importlib.import_module(name)
    for module in pkgutil.walk_packages(pytest_azfunc.__path__, "pytest_azfunc."):
        importlib.import_module(module.name)
    asyncio.run(asyncio.sleep(0))  # from then on the thread is one that has had a loop


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2:])
