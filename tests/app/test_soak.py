"""A hundred thousand messages, with ``AZFUNC_LONG``: memory stays as it is."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from textwrap import dedent

import pytest

from tests.function_app import FunctionApp, queue_out, queue_trigger

COUNT = 100_000
pytestmark = pytest.mark.skipif(not os.environ.get("AZFUNC_LONG"), reason="a soak, for AZFUNC_LONG=1")

AT_ONCE = """
    def rounds(host, count):
        put_and_drain(host, 15_000)  # by then the host keeps as many invocations as it ever will
        for number in range(count):
            host.queue("given").put({"n": number})
        yield
        assert len(host.drain()) == count
        assert host.queue("given").messages == []
        yield

    def put_and_drain(host, count):
        for number in range(count):
            host.queue("given").put({"n": number})
        host.drain()
"""
BIT_BY_BIT = """
    def rounds(host, count):
        for step in range(count // 1000):
            for number in range(1000):
                host.queue("orders").put({"n": number})
            assert len(host.drain()) == 2000
            host.queue("kept").clear()
            if step in (20, count // 1000 - 1):
                yield
"""
REST = """
    import resource, sys
    from pytest_azfunc import Host

    peaks = []
    with Host.open(sys.argv[1]) as host:
        for _ in rounds(host, int(sys.argv[2])):
            peaks.append(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)
    print(*peaks)
"""


@pytest.mark.parametrize("rounds", [AT_ONCE, BIT_BY_BIT], ids=["at once", "bit by bit"])
def test_memory_stays_flat(tmp_path: Path, rounds: str) -> None:
    app = FunctionApp(tmp_path)
    app.function("Take", "def main(msg): pass", queue_trigger(queue="given"))
    app.function("Pass", "def main(msg, out): out.set(msg.get_body())", queue_trigger(), queue_out("out", "passed"))
    app.function("Keep", "def main(msg, out): out.set('x')", queue_trigger(queue="passed"), queue_out("out", "kept"))
    script = dedent(rounds) + dedent(REST)

    done = subprocess.run(
        [sys.executable, "-c", script, str(app.root), str(COUNT)], check=True, capture_output=True, text=True
    )

    before, after = map(int, done.stdout.split())
    assert after < before * 1.1, f"{before} kB before, {after} kB after"
