"""What it costs to deliver a thousand messages, beside a thousand invocations."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from pytest_azfunc import Host
from tests.function_app import FunctionApp, queue_out, queue_trigger

COUNT = 1000


@pytest.fixture
def host(tmp_path: Path) -> Iterator[Host]:
    app = FunctionApp(tmp_path)
    app.function("Take", "def main(msg): pass", queue_trigger())
    app.function("Pass", "def main(msg, out): out.set('x')", queue_trigger(queue="given"), queue_out("out", "kept"))
    with Host.open(app.root) as opened:
        yield opened


def test_a_thousand_invocations(benchmark: Any, host: Host) -> None:
    benchmark(lambda: [host.invoke("Take", "x") for _ in range(COUNT)])


@pytest.mark.parametrize("queue", ["orders", "given"])
def test_a_thousand_messages(benchmark: Any, host: Host, queue: str) -> None:
    def put() -> None:
        host.queue("kept").clear()
        for _ in range(COUNT):
            host.queue(queue).put("x")

    benchmark.pedantic(host.drain, setup=put, rounds=5)
