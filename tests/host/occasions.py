"""Functions and occasions without a disk, for tests of what the host sends."""

from __future__ import annotations

from datetime import datetime, timezone
from typing import Any

from pytest_azfunc.host.bindings.payload import Occasion
from pytest_azfunc.project import Function
from pytest_azfunc.project.binding_types import KNOWN
from pytest_azfunc.project.function_json import parse_function

NOW = datetime(2026, 3, 1, 12, 30, 15, 123400, tzinfo=timezone.utc)


def function(trigger: str, *others: dict[str, Any], **properties: Any) -> Function:
    """A function ``F`` with a trigger ``t`` of that type."""
    bindings = [{"type": trigger, "name": "t", **properties}, *others]
    return parse_function("F", "/app/F", {"bindings": bindings}, KNOWN)


def occasion(trigger: str, at: datetime = NOW, **properties: Any) -> Occasion:
    """The occasion to deliver a payload to a function with such a trigger."""
    return Occasion(function(trigger, **properties), at)
