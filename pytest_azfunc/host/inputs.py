"""Input bindings: what a test gives by keyword, as the host would send it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pytest_azfunc.errors import BindingError, listing, suggestion
from pytest_azfunc.host.triggers.payload import content_of, is_sdk_object
from pytest_azfunc.project import Binding, Function
from pytest_azfunc.rpc import PythonObject, TypedData

NOTHING = TypedData(None, None)


def input_data(binding: Binding, value: Any) -> TypedData | PythonObject:
    """Typed data of an input's value; None stands for "nothing is stored there".

    :raises BindingError: the value has no form that this binding could deliver.
    """
    if value is None:
        return NOTHING
    if isinstance(value, TypedData):
        return value
    if is_sdk_object(value):
        return PythonObject(value)
    content = content_of(value, binding.name)
    if binding.type.lower() == "blob":
        return _blob(binding, content)
    if isinstance(content, bytes):
        return TypedData("bytes", content)
    return TypedData("string" if isinstance(value, str) else "json", content)


def _blob(binding: Binding, content: str | bytes) -> TypedData:
    if binding.data_type == "undefined":
        return NOTHING  # written out in function.json, it makes the host send nothing at all
    raw = content.encode("utf-8") if isinstance(content, str) else content
    if binding.data_type == "binary":
        return TypedData("bytes", raw)
    # The host reads the blob as text: it drops a byte order mark and replaces what is not UTF-8.
    return TypedData("string", raw.decode("utf-8-sig", "replace"))


def check_names(function: Function, given: Mapping[str, Any]) -> None:
    """Refuse names that are no input bindings of the function.

    :raises BindingError: with the nearest valid name.
    """
    known = function.inputs
    for name in given:
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
            suggestion=suggestion(name, known),
            known=listing("Input bindings", known),
        )
