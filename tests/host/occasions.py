"""Functions, occasions and inputs without a disk, for tests of what the host sends."""

from __future__ import annotations

from datetime import datetime, timezone
from typing import Any

from pytest_azfunc.host.bindings.catalogue import BUILT_IN
from pytest_azfunc.host.bindings.inputs import Input
from pytest_azfunc.host.bindings.payload import Occasion
from pytest_azfunc.host.bound_function import BoundFunction, HostOptions
from pytest_azfunc.project import Binding, Function
from pytest_azfunc.project.binding_types import KNOWN
from pytest_azfunc.project.function_json import parse_function
from pytest_azfunc.rpc import PythonObject, TypedData

NOW = datetime(2026, 3, 1, 12, 30, 15, 123400, tzinfo=timezone.utc)


def function(trigger: str, *others: dict[str, Any], **properties: Any) -> Function:
    """A function ``F`` with a trigger ``t`` of that type."""
    bindings = [{"type": trigger, "name": "t", **properties}, *others]
    return parse_function("F", "/app/F", {"bindings": bindings}, KNOWN)


def occasion_of(declared: Function, at: datetime = NOW, **options: Any) -> Occasion:
    """The occasion to deliver a payload to the function on a host with these options."""
    return Occasion(BoundFunction(declared, HostOptions(**options)), at)


def occasion(trigger: str, at: datetime = NOW, **properties: Any) -> Occasion:
    """The occasion to deliver a payload to a function with such a trigger."""
    return occasion_of(function(trigger, **properties), at)


def input_data(binding: Binding, value: Any = None, **options: Any) -> TypedData | PythonObject:
    """Typed data of an input's value."""
    return Input(binding, BUILT_IN.find(binding.kind).input, **options).data(value)
