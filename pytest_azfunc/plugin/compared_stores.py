"""What a failed ``assert`` shows of what was read of a store: how what it holds differs from what was expected."""

from __future__ import annotations

from typing import Any

import pytest

from pytest_azfunc.errors import shown
from pytest_azfunc.host.stores.store import Stored

_CONTENTS = ("messages", "events", "entities", "documents", "rows")
"""Where a place of a store has what is in it."""


def explain_stores(config: pytest.Config, op: str, left: object, right: object) -> list[str] | None:
    """Compares what messages hold with what is not a message; says what to write; None where pytest says enough."""
    if not (_is_stored(left) or _is_stored(right)):
        return _of_a_place(op, left, right)
    if op in ("in", "not in") and not isinstance(left, Stored) and isinstance(right, list):
        return [f"{shown(left)} {op} {shown(right)}", "", _advice(_part_for(left), is_many=True)]
    if op != "==" or not _is_stored(left) or _is_stored(right) or right == []:
        return None
    if isinstance(left, Stored):
        return _held(config, _held_by(left, right), right, _advice(_part_for(right), is_many=False))
    if not isinstance(right, (list, tuple)):
        return None
    assert isinstance(left, list)
    expected = [*right, *[right[-1]] * len(left)] if right else []
    held = [_held_by(message, other) for message, other in zip(left, expected, strict=False)]
    advice = _advice(_part_for(right[0]), is_many=True)
    return _held(config, held, right, advice)


def _is_stored(value: object) -> bool:
    return isinstance(value[0] if type(value) is list and value else value, Stored)


def _held(config: pytest.Config, held: object, right: object, advice: str) -> list[str]:
    """How pytest would show it, had what is held been compared."""
    told = (
        [] if held == right else config.hook.pytest_assertrepr_compare(config=config, op="==", left=held, right=right)
    )
    lines = next((found for found in told if found), None) or [f"{shown(held)} == {shown(right)}"]
    return [*lines[:1], "", advice, *lines[1:]]


def _held_by(message: Stored, expected: object) -> Any:
    """What a message holds, as JSON where it is compared with that; as text or bytes where it is no JSON."""
    part = _part_for(expected)
    if part == ".body":
        return message.body
    try:
        return message.json() if part == ".json()" else message.text
    except ValueError:
        return message.body if part == ".text" else _held_by(message, "")


def _part_for(value: object) -> str:
    """What of a message can equal such a value."""
    return ".text" if isinstance(value, str) else ".body" if isinstance(value, (bytes, bytearray)) else ".json()"


def _advice(part: str, *, is_many: bool) -> str:
    what = f"[message{part} for message in ...]" if is_many else part
    return f"compare what {'messages hold' if is_many else 'it holds'}: {what}"


def _of_a_place(op: str, left: object, right: object) -> list[str] | None:
    """Of a queue, a table or a blob that is compared itself."""
    if op != "==" or str(type(right).__module__).startswith("pytest_azfunc."):
        return None
    part = next((f".{name}" for name in _CONTENTS if hasattr(type(left), name)), _part_for(right))
    return [f"{left!r} == {shown(right)}", "", f"compare what it holds: {part}"]
