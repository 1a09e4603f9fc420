"""Code ends in every way, in every place."""

from __future__ import annotations

import os
import signal
from functools import partial
from typing import Any

from tests.process.scenarios.apps import Apps
from tests.process.scenarios.endings import EXITS, PLACES, function_name
from tests.process.scenarios.table import Rows
from tests.process.scenarios.uses import get

ROWS = Rows(may_raise=True)


def _leaves(place: str, exit: str, apps: Apps) -> None:
    from pytest_azfunc import Host

    def ring(*_: object) -> None:
        import pytest

        pytest.fail("Timeout")  # as pytest-timeout does

    name = function_name(place, exit)
    ringing = signal.signal(signal.SIGALRM, ring)
    try:
        if place in ("decorators", "list"):
            with Host.open(os.path.join(apps.folder, f"{place}-{name}")) as host:
                host.worker.load("F")
        elif place.startswith("live"):
            with Host.open(apps.exits, raise_exceptions=False) as host, host.live_server() as server:
                get(f"{server.url}/api/{name}")
        elif place == "ainvoke":
            import asyncio

            with Host.open(apps.exits) as host:
                asyncio.run(_awaited(host, name))
        else:
            with Host.open(apps.exits) as host:
                host.invoke(name)
                host.invoke("Slow")  # the loop goes on, and with it a task
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, ringing)


async def _awaited(host: Any, name: str) -> None:
    await host.ainvoke(name)


for _place in PLACES:
    for _exit in EXITS:
        if (_place, _exit) == ("executor", "raises StopIteration"):
            continue  # a future cannot hold it, so asyncio waits for ever, here as anywhere
        ROWS.add(f"{_place}: {_exit}", partial(_leaves, _place, _exit))
