"""Retry policies: a table of which are valid, how long the host waits, and what the attempts see."""

from __future__ import annotations

import json
import random
from itertools import islice
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pytest_azfunc import Host
from pytest_azfunc.errors import ProjectError
from pytest_azfunc.host.retries import delays
from pytest_azfunc.project.retry_policy import parse_retry

TABLE: dict[str, Any] = json.loads(Path(__file__).with_name("timer_retries.json").read_text(encoding="utf-8"))


def rows(kind: str) -> pytest.MarkDecorator:
    return pytest.mark.parametrize("row", [pytest.param(row, id=row["id"]) for row in TABLE[kind]])


def refused(rule: str, **details: Any) -> ProjectError:
    return ProjectError(rule, **details)


@rows("delays")
@given(seed=st.integers())
def test_the_wait_before_a_retry(row: dict[str, Any], seed: int) -> None:
    found = islice(delays(parse_retry(row["retry"], refused), random.Random(seed)), row["number"] - 1, row["number"])

    waits = [delay.total_seconds() for delay in found]

    if row["between"] is None:
        assert waits == []
    else:
        low, high = row["between"]
        assert len(waits) == 1
        assert low - 1e-6 <= waits[0] <= high + 1e-6


def app(root: Path, retry: dict[str, Any] | None, *, of_host: bool = False, fails: int | None = 0) -> Path:
    folder = root / "F"
    folder.mkdir(parents=True)
    policy = {} if retry is None else {"retry": retry}
    (root / "host.json").write_text(json.dumps({"version": "2.0", **(policy if of_host else {})}))
    queue = {"type": "queueTrigger", "direction": "in", "name": "msg", "queueName": "q", "connection": "S"}
    (folder / "function.json").write_text(json.dumps({"bindings": [queue], **({} if of_host else policy)}))
    (folder / "__init__.py").write_text(
        "seen = []\n\n\ndef main(msg, context):\n    seen.append(context.retry_context.retry_count)\n"
        f"    if {fails is None} or len(seen) <= {fails or 0}:\n        raise ValueError\n"
    )
    return root


@rows("policies")
@pytest.mark.parametrize("of_host", [False, True], ids=["function.json", "host.json"])
def test_which_policies_are_valid(row: dict[str, Any], of_host: bool, tmp_path: Path) -> None:
    root = app(tmp_path, row["retry"], of_host=of_host)

    try:
        with Host.open(root) as host:
            host.function("F")
            is_valid = True
    except ProjectError as error:
        is_valid, rule = False, error.rule
        assert "retry" in rule

    assert is_valid == row["valid"]


@rows("attempts")
@pytest.mark.parametrize("of_host", [False, True], ids=["function.json", "host.json"])
def test_what_the_attempts_see(row: dict[str, Any], of_host: bool, tmp_path: Path) -> None:
    policy = {"strategy": "fixedDelay", "maxRetryCount": row["max"], "delayInterval": "00:01:00"}
    with Host.open(app(tmp_path, None if row["max"] is None else policy, of_host=of_host, fails=row["fails"])) as host:
        result = host.invoke("F", check=False)

    told = [attempt.context.retry_context for attempt in result.attempts]
    assert [retry.retry_count for retry in told] == row["seen"]
    assert {retry.max_retry_count for retry in told} == {row["max"] or 0}
    assert result.ok == row["ok"]
    assert result.is_exhausted == (not row["ok"] and row["max"] is not None)
