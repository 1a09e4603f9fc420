"""Which input bindings a test may give values for."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pytest_azfunc.errors import BindingError, listing, suggestion
from pytest_azfunc.host.bindings.builder_arguments import wrong_value
from pytest_azfunc.project import Function

# Signatures call it so, and who reads them may take it for a keyword.
_PAYLOAD = " What starts the function is the second argument, without a name."


def check_names(function: Function, given: Mapping[str, Any]) -> None:
    """Refuse names that are no input bindings of the function.

    :raises BindingError: with the nearest valid name.
    """
    known = function.inputs
    for name in given:
        if not isinstance(name, str):
            raise wrong_value("invoke", "a name in inputs", name, "the name of an input binding")
        if name in known:
            continue
        binding = function.bindings.get(name)
        if binding is not None and binding.name == name:
            rule = "input-is-trigger" if binding.is_trigger else "input-is-output"
            raise BindingError(rule, function=function.name, location=binding.location, name=name)
        raise BindingError(
            "input-unknown",
            function=function.name,
            location=function.location,
            name=name,
            suggestion=_PAYLOAD if name == "payload" else suggestion(name, known),
            known=listing("Input bindings", known),
        )


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
