"""What the stores in memory answer, and what Azurite answers: a value, or the kind of an error."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from importlib import import_module
from typing import Any

from hypothesis import HealthCheck, settings

from pytest_azfunc import StoreError, UnsupportedFeature

FEW = settings(max_examples=100, deadline=None, suppress_health_check=list(HealthCheck))
"""Each of their steps is a request."""

MISSING, REFUSED, CHANGED, EXISTS = "missing", "refused", "changed", "exists"

RULES = {
    "not-stored": MISSING,
    "store-name": REFUSED,
    "store-value": REFUSED,
    "store-too-large": REFUSED,
    "store-message-size": REFUSED,
    "store-filter": REFUSED,
    "store-changed": CHANGED,
    "store-exists": EXISTS,
}
STATUS = {404: MISSING, 400: REFUSED, 412: CHANGED, 409: EXISTS, 413: REFUSED}


def ours(call: Callable[[], Any]) -> Any:
    """What the store in memory answers."""
    try:
        return call()
    except UnsupportedFeature:
        return REFUSED
    except StoreError as error:
        return RULES[error.rule]


def theirs(call: Callable[[], Any]) -> Any:
    """What Azurite answers, or Microsoft's SDK before it."""
    try:
        return call()
    except import_module("azure.core.exceptions").HttpResponseError as error:
        return STATUS.get(error.status_code or 0, f"status {error.status_code}")
    except (ValueError, TypeError):  # the SDK itself refuses it
        return REFUSED


def compare(mine: object, other: object, steps: Sequence[Sequence[Any]]) -> None:
    """Do the same with both, step by step: the name of a method, and its arguments."""
    for number, (name, *arguments) in enumerate(steps):
        answer = ours(lambda: getattr(mine, name)(*arguments))  # noqa: B023 - called at once
        assert answer == theirs(lambda: getattr(other, name)(*arguments)), steps[: number + 1]  # noqa: B023
