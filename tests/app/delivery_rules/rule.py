"""One rule of delivery: an app, what happens to it, and what comes of that in Azure."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from pytest_azfunc import Host

Binding = dict[str, Any]
Step = Callable[[Host], object]

ALWAYS = 1_000_000
"""A function that fails each time."""


@dataclass(frozen=True)
class F:
    """A function of an app.

    :ivar trigger: its trigger.
    :ivar fails: how often it fails at first, or with which message it does; 0 where it succeeds.
    :ivar retry: its retry policy.
    :ivar script: its script, where it is another one than that of :data:`SCRIPT`.
    """

    trigger: Binding
    fails: int | str = 0
    retry: Mapping[str, Any] | None = None
    also: Sequence[Binding] = ()
    script: str = ""


@dataclass(frozen=True)
class Rule:
    """A rule of delivery.

    :ivar name: the rule, in words.
    :ivar functions: the app, by name.
    :ivar steps: what happens, from noon on; the clock stands still but for ``advance``.
    :ivar runs: each attempt of each function, by the moment at which it began, and within one moment as the deliveries
        ended: the moment, the function, the service's count of deliveries (``-`` where it has none), what it was given.
        One that did not run has the exception instead.
    :ivar ends: what is where at the end, by place; each message with its count.
    :ivar source: where it is said that Azure does so: ``repository@commit path``, or a page.
    :ivar extensions: of host.json.
    :ivar host_retry: the retry policy of host.json.
    """

    name: str
    functions: Mapping[str, F]
    steps: Sequence[Step]
    runs: Sequence[str]
    source: str
    ends: Mapping[str, Sequence[str]] = field(default_factory=dict)
    extensions: Mapping[str, Any] = field(default_factory=dict)
    host_retry: Mapping[str, Any] | None = None


def runs(at: str, function: str, counts: Sequence[object], text: str) -> list[str]:
    """One run for each of the counts, all at one moment."""
    return [f"{at} {function} {count} {text}" for count in counts]


def drain(host: Host) -> None:
    """Deliver what is due."""
    host.drain()


def advance(**span: float) -> Step:
    """Let time pass."""
    return lambda host: host.advance(**span)  # type: ignore[arg-type]


def stop(host: Host) -> None:
    """Stop the host."""
    host.stop()


def start(host: Host) -> None:
    """Start it again."""
    host.start()


def restart(host: Host) -> None:
    """Start a new host and worker process."""
    host.restart()


def fixed(count: int, delay: str = "00:00:10") -> dict[str, Any]:
    """A retry policy with a fixed delay."""
    return {"strategy": "fixedDelay", "maxRetryCount": count, "delayInterval": delay}


SCRIPT = """
    import collections
    import json
    import logging

    FAILS = {fails!r}
    runs = []

    def text_of(item):
        if isinstance(item, str):
            return item
        if hasattr(item, "past_due"):
            return "timer"
        for name in ("get_body", "read"):
            if hasattr(item, name):
                return getattr(item, name)().decode()
        if hasattr(item, "get_json"):
            return json.dumps(item.get_json())
        found = item.to_dict() if hasattr(item, "to_dict") else dict(item)
        if "Item" in found:
            return "IUD"[found["Operation"]] + str(found["Item"]["id"])
        return found["id"]

    def items_of(msg):
        if isinstance(msg, str) and msg.startswith("[{{"):
            return ["IUD"[change["Operation"]] + str(change["Item"]["id"]) for change in json.loads(msg)]
        return [text_of(item) for item in (msg if isinstance(msg, (list, collections.UserList)) else [msg])]

    def main(msg, context):
        texts = items_of(msg)
        first = msg[0] if isinstance(msg, list) else msg
        count = getattr(first, "dequeue_count", None) or getattr(first, "delivery_count", None) or "-"
        retry = context.retry_context.retry_count
        logging.info("%s %s%s", count, ",".join(texts), f" retry {{retry}}" if retry else "")
        runs.append(1)
        if len(runs) <= FAILS if isinstance(FAILS, int) else FAILS in texts:
            raise ValueError("no")
"""
"""Says what it was given, and fails as it is to."""
