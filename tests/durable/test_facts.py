"""Each fact is proved by a test that there is, or says why it is not imitated."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

import pytest_azfunc.durable
from tests.durable.facts import FACTS, NOT_IMITATED, Fact

HERE = Path(__file__).parent


@pytest.mark.parametrize("fact", FACTS, ids=lambda fact: fact.text)
def test_proof(fact: Fact) -> None:
    if fact.proof.startswith(NOT_IMITATED):
        assert len(fact.proof) > len(NOT_IMITATED)
        return
    module, _, name = fact.proof.partition("::")
    folder = HERE.parent if "/" in module else HERE
    tree = ast.parse((folder / f"{module}.py").read_text(encoding="utf-8"))
    assert name in [node.name for node in tree.body if isinstance(node, ast.FunctionDef)]


def test_no_fact_is_told_twice() -> None:
    assert len({fact.text for fact in FACTS}) == len(FACTS) >= 84


def test_the_engine_knows_nothing_of_json() -> None:
    folder = Path(pytest_azfunc.durable.__file__).parent
    protocol = (folder / "json_protocol.py").read_text(encoding="utf-8")
    execution = (folder / "execution.py").read_text(encoding="utf-8")
    assert "json_protocol" not in execution
    for name in ("task_hub", "execution", "agenda", "tasks"):
        assert f"import {name}" not in protocol
        assert f"durable.{name} " not in protocol
