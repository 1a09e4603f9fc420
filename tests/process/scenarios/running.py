"""Runs scenarios, each in a fork, and compares the process before and after."""

from __future__ import annotations

import faulthandler
import json
import os
import select
import signal
import sys
import tempfile
import time
import traceback
from typing import Any

from tests.process.scenarios.apps import Apps
from tests.process.scenarios.table import Scenario
from tests.process.snapshot import differences, settle, snapshot

PATIENCE = 20.0  # seconds until a scenario is said to hang; the slowest waits for the grace of a live server


def _usable(apps: Apps) -> list[str]:
    """Whether the next host works as ever."""
    from pytest_azfunc import BindingError, Host, queue

    try:
        try:
            queue("x").decode("Quiet")
        except BindingError as error:
            if error.rule != "decode-without-host":
                return [f"next: a host seems to be open: {error.rule}"]
        with Host.open(apps.first) as host:
            if host.url != "http://localhost:7071":
                return [f"next: the port of another host is not free: {host.url}"]
            host.invoke("Quiet")
            host.invoke("Slow")
            if host.http.get("/api/hello").text != "first":
                return ["next: another answer"]
            if os.environ.get("SHARED") != "first":
                return ["next: no settings"]
    except BaseException as error:
        where = traceback.extract_tb(error.__traceback__)[-1]
        return [f"next: {type(error).__name__}: {error} ({os.path.basename(where.filename)}:{where.lineno})"]
    return []


def _happens(scenario: Scenario, apps: Apps) -> dict[str, Any]:
    """Run it in this process."""
    before = snapshot(*apps.all)
    outcome, problems = "", []
    try:
        scenario.run(apps)
    except AssertionError as error:
        problems.append(f"said: {error}")
    except BaseException as error:
        where = traceback.extract_tb(error.__traceback__)[-1]
        outcome = f"{type(error).__name__}: {error} ({os.path.basename(where.filename)}:{where.lineno})"
        if not scenario.may_raise:
            problems.append(f"raised: {outcome}")
    settle(before)
    after = snapshot(*apps.all)
    problems += [line for line in differences(before, after) if line.partition(":")[0] not in scenario.apart_from]
    return {"name": scenario.name, "outcome": outcome, "problems": problems, "next": _usable(apps)}


def fork(scenario: Scenario, apps: Apps) -> dict[str, Any]:
    """Run it in a copy of this process."""
    read, write = os.pipe()
    said = tempfile.TemporaryFile()  # noqa: SIM115 - the child writes into it
    child = os.fork()
    if child == 0:
        try:
            os.close(read)
            os.dup2(said.fileno(), 1)
            os.dup2(said.fileno(), 2)
            faulthandler.dump_traceback_later(PATIENCE - 1, file=said)
            found = _happens(scenario, apps)
            os.write(write, json.dumps(found).encode())
        except BaseException:
            traceback.print_exc()
        finally:
            sys.stderr.flush()
            os._exit(0)
    os.close(write)
    deadline, text = time.monotonic() + PATIENCE, b""
    while select.select([read], [], [], max(0.0, deadline - time.monotonic()))[0]:
        piece = os.read(read, 65536)
        if not piece:
            break
        text += piece
    else:
        os.kill(child, signal.SIGKILL)
    os.close(read)
    os.waitpid(child, 0)
    said.seek(0)
    output = said.read().decode(errors="replace")
    said.close()
    if text:
        result: dict[str, Any] = json.loads(text)
        return result
    return {
        "name": scenario.name,
        "outcome": "",
        "problems": [f"it hangs, or ends the process: {output[-3000:]}"],
        "next": [],
    }
