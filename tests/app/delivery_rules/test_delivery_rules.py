"""Every rule of delivery, carried out by what tests are given: an app, its stores, and time."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime, timezone
from pathlib import Path

import pytest

from pytest_azfunc import Host
from tests.app.delivery_rules import blobs, other_triggers, queues, service_bus, sql, streams
from tests.app.delivery_rules.rule import SCRIPT, Rule
from tests.function_app import HOST_JSON, FunctionApp

NOON = datetime(2026, 3, 1, 12, tzinfo=timezone.utc)
TABLES = (queues, blobs, service_bus, streams, sql, other_triggers)
RULES: Sequence[Rule] = [rule for table in TABLES for rule in table.RULES]


@pytest.fixture
def app(tmp_path: Path) -> FunctionApp:
    return FunctionApp(tmp_path)


def write(app: FunctionApp, rule: Rule) -> None:
    host = {**HOST_JSON, "extensions": rule.extensions}
    app.write({"host.json": host if rule.host_retry is None else {**host, "retry": rule.host_retry}})
    for name, function in rule.functions.items():
        properties = {} if function.retry is None else {"retry": function.retry}
        script = function.script or SCRIPT.format(fails=function.fails)
        app.function(name, script, {"name": "msg", "direction": "in", **function.trigger}, *function.also, **properties)


def attempts(host: Host) -> Iterator[str]:
    """Each attempt of each function, as the rules write them."""
    found = []
    for invocation in host.invocations:
        for attempt in invocation.attempts:
            at = attempt.started_at - NOON
            said = attempt.logs.messages[0] if len(attempt.logs) else f"({type(attempt.exception).__name__})"
            found.append((at, f"{at} {invocation.function} {said}"))
    return (text for _, text in sorted(found, key=lambda item: item[0]))


def at(host: Host, place: str) -> list[str]:
    """What is at a place, as the rules write it."""
    service, _, name = place.partition(" ")
    if service == "queue":
        return [f"{message.dequeue_count} {message.text}" for message in host.queue(name).messages]
    if service == "dead":
        return [f"{message.delivery_count} {message.text}" for message in host.service_bus(name).dead_letters]
    if service == "bus":
        return [f"{message.delivery_count} {message.text}" for message in host.service_bus(name).messages]
    if service == "poison-blobs":
        found = [message.json() for message in host.queue("webjobs-blobtrigger-poison").messages]
        return [f"{told['FunctionId']} {told['ContainerName']}/{told['BlobName']}" for told in found]
    assert service == "due", place
    return [f"{due.at - NOON} {due.function}" for due in host.due]


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.name)
def test_delivery(app: FunctionApp, rule: Rule) -> None:
    write(app, rule)
    with Host.open(app.root, raise_exceptions=False) as host:
        host.keep_all()
        host.clock.move_to(NOON)
        for step in rule.steps:
            step(host)
        if host.failures:
            host.failures.expect(Exception)
        assert list(attempts(host)) == list(rule.runs)
        assert {place: at(host, place) for place in rule.ends} == {k: list(found) for k, found in rule.ends.items()}


def test_each_rule_has_its_source() -> None:
    assert [rule.name for rule in RULES if "@" not in rule.source and not rule.source.startswith("https://")] == []
    assert len({rule.name for rule in RULES}) == len(RULES)
