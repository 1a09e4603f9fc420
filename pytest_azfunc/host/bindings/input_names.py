"""Which input bindings a test may give values for."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pytest_azfunc.errors import BindingError, listing, shown, suggestion
from pytest_azfunc.host.bindings.builder_arguments import wrong_value
from pytest_azfunc.host.bindings.builder_calls import arguments_of
from pytest_azfunc.project import Function


def check_names(function: Function, builder: str, given: Mapping[str, Any]) -> None:
    """Refuse names that are no input bindings of the function.

    :param builder: name of the builder that makes payloads for it.
    :raises BindingError: with the nearest valid name, or where the value belongs.
    """
    known = function.inputs
    for name, value in given.items():
        if not isinstance(name, str):
            raise wrong_value("invoke", "a name in inputs", name, "the name of an input binding")
        if name in known:
            continue
        binding = function.bindings.get(name)
        if binding is not None and binding.name == name:
            rule = "input-is-trigger" if binding.is_trigger else "input-is-output"
            raise BindingError(rule, function=function.name, location=binding.location, name=name)
        remedy = _where_it_belongs(function, builder, name, value)
        raise BindingError(
            "input-unknown",
            function=function.name,
            location=function.location,
            name=name,
            suggestion="" if remedy else suggestion(name, known),
            known=listing("Input bindings", known),
            remedy=remedy or "correct the name",
        )


def _where_it_belongs(function: Function, builder: str, name: str, value: object) -> str:
    """Where a value belongs that is for no input; empty where nobody knows."""
    if name == "payload":  # signatures call it so, and who reads them may take it for a keyword
        return "pass what starts the function as the second argument, without a name"
    if name == "settings":
        return "give app settings with @pytest.mark.azfunc(settings={...}), or set them in azfunc_settings"
    if name not in arguments_of(builder):
        return ""
    if function.trigger.cardinality == "many":
        builder = "batch"
    content = {"batch": "[...], ", "timer": "", "warmup": "", "manual": ""}.get(builder, "..., ")
    return f"pass it with the payload: {builder}({content}{name}={shown(value, 40)})"


def merged(function: Function, bindings: Mapping[str, Any], inputs: Mapping[str, Any] | None) -> Mapping[str, Any]:
    """The values of inputs that are given by keyword, and those that ``inputs={...}`` adds.

    :raises BindingError: ``inputs`` is no mapping, or a name is given both ways.
    """
    if inputs is None:
        return bindings
    if not isinstance(inputs, Mapping):
        raise wrong_value("invoke", "inputs", inputs, "a mapping of binding names to values")
    for name in inputs:
        if name in bindings:
            raise BindingError("input-twice", function=function.name, name=name)
    return {**bindings, **inputs}
