"""An Azurite that runs. The tests here run in their own environment of tox only (``tox -e azurite``).

``AZFUNC_AZURITE`` switches them on. With ``if-installed`` they are skipped where Azurite is not installed, with
``required``, as in the project's build, they fail there. ``AZURITE`` names its command; without it, it is looked for on
the PATH (``npm install -g azurite``).
"""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator

import pytest

from tests.azurite.account import Account

SWITCH = os.environ.get("AZFUNC_AZURITE")
collect_ignore_glob = [] if SWITCH else ["*.py"]


@pytest.fixture(scope="session")
def account() -> Iterator[Account]:
    """The storage account of an Azurite, for all tests: each of them makes its own containers, queues and tables."""
    ports = {service: free_port() for service in ("blob", "queue", "table")}
    options = [part for service, port in ports.items() for part in (f"--{service}Port", str(port))]
    command = [
        installed(),
        "--silent",
        "--disableTelemetry",
        "--skipApiVersionCheck",
        "--inMemoryPersistence",
        *options,
    ]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        for port in ports.values():
            wait_for(port, process)
        yield Account(ports)
    finally:
        process.terminate()
        process.wait(20)


def installed() -> str:
    """The command that starts Azurite, where the SDKs are there too."""
    command = os.environ.get("AZURITE") or "azurite"
    found = shutil.which(command)
    if found is not None:
        return found
    missing = f"Azurite is not installed: there is no command {command!r} (npm install -g azurite)"
    if SWITCH == "required":
        pytest.fail(missing)
    pytest.skip(missing)


def free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        port: int = found.getsockname()[1]
        return port


def wait_for(port: int, process: subprocess.Popen[bytes]) -> None:
    until = time.monotonic() + 60
    while time.monotonic() < until and process.poll() is None:
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.05)  # until another process listens
    pytest.fail("Azurite does not listen")
