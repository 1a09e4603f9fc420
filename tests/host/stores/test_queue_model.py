"""Storage queues against a model: whatever is put, delivered, waited for or failed, the messages are where they are."""

from __future__ import annotations

import tempfile
from contextlib import ExitStack
from datetime import timedelta
from pathlib import Path
from typing import Any

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from pytest_azfunc import Host
from tests.function_app import FunctionApp, queue_trigger

SCRIPT = """
    def main(msg):
        if msg.get_body().startswith(b"bad"):
            raise ValueError("bad")
"""
TIMEOUT = timedelta(seconds=30)
DEFAULT_COUNT = 3


def make_app() -> Path:
    folder = Path(tempfile.mkdtemp())
    app = FunctionApp(folder)
    queues = {"visibilityTimeout": "00:00:30", "maxDequeueCount": DEFAULT_COUNT}
    app.write({"host.json": {"version": "2.0", "extensions": {"queues": queues}}})
    app.function("Process", SCRIPT, queue_trigger())
    return folder


APP = make_app()


class Queues(RuleBasedStateMachine):
    """One queue with a function, and its poison queue."""

    def __init__(self) -> None:
        super().__init__()
        self.stack = ExitStack()
        self.host = self.stack.enter_context(Host.open(APP, raise_exceptions=False))
        self.host.clock.move_to("2026-03-01T12:00:00Z")
        self.now = self.host.now
        self.there: list[dict[str, Any]] = []
        self.poison: list[str] = []
        self.number = 0

    @rule(is_bad=st.booleans(), delay=st.sampled_from([0, 1, 30, 60]))
    def put(self, is_bad: bool, delay: int) -> None:
        self.number += 1
        body = f"{'bad' if is_bad else 'good'} {self.number}"
        self.host.queue("orders").put(body, visible_in=delay)
        self.there.append({"body": body, "count": 0, "at": self.now + timedelta(seconds=delay)})

    @rule()
    def drain(self) -> None:
        self.host.drain()
        self._deliver(self.now)

    @rule(seconds=st.sampled_from([0, 1, 29, 30, 31, 90]))
    def advance(self, seconds: int) -> None:
        self.host.advance(seconds=seconds)
        self.now += timedelta(seconds=seconds)
        self._deliver(self.now)

    @rule()
    def clear(self) -> None:
        self.host.queue("orders").clear()
        self.there.clear()

    def _deliver(self, until: Any) -> None:
        """Every message in turn: none has to do with another."""
        for message in list(self.there):
            while message["at"] <= until:
                message["count"] += 1
                if message["body"].startswith("good"):
                    self.there.remove(message)
                    break
                if message["count"] >= DEFAULT_COUNT:
                    self.there.remove(message)
                    self.poison.append(message["body"])
                    break
                message["at"] += TIMEOUT

    @invariant()
    def everything_is_where_it_should_be(self) -> None:
        found = {(m.text, m.dequeue_count) for m in self.host.queue("orders").messages}
        assert found == {(m["body"], m["count"]) for m in self.there}
        assert sorted(m.text for m in self.host.queue("orders-poison").messages) == sorted(self.poison)

    def teardown(self) -> None:
        if self.host.failures:
            self.host.failures.expect(ValueError)
        self.stack.close()


TestQueues = Queues.TestCase
TestQueues.settings = settings(max_examples=25, stateful_step_count=20)
