"""What the host does with the outputs of a function that has succeeded: it binds them, and may fail with one.

Source: azure-functions-host, WorkerFunctionInvoker.cs (HandleOutputDictionary, BindOutputsAsync).
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Protocol

from pytest_azfunc.errors import BindingError
from pytest_azfunc.host.bindings.binding_type import BindingType
from pytest_azfunc.host.bindings.net_values import compact
from pytest_azfunc.project import Function
from pytest_azfunc.project.lenient_json import JsonError, loads
from pytest_azfunc.rpc import InvocationResponse, TypedData

if TYPE_CHECKING:
    from pytest_azfunc.host.bound_expressions import ResolvedBinding

_INT64 = 2**63
_NOT_RESOLVED: Mapping[str, ResolvedBinding] = MappingProxyType({})


class Bound(Protocol):
    """A function on a host, and what that knows of the types of its outputs."""

    @property
    def function(self) -> Function:
        """The function."""

    @property
    def binds_return(self) -> bool:
        """Whether a binding takes what it returns."""

    @property
    def may_refuse(self) -> bool:
        """Whether there is an output with which its extension may fail the call."""

    def output_type(self, name: str) -> tuple[str, BindingType]:
        """The type of an output, as it is declared, and what the host knows of it."""


def with_returned(bound: Bound, response: InvocationResponse) -> InvocationResponse:
    """The response of a call, with the outputs that its return value fills.

    Without a ``$return`` binding, a returned JSON object fills the outputs that have the names of its keys.
    """
    if response.return_value is None or bound.binds_return or response.exception is not None:
        return response
    return _filled(bound.function, response)


def with_refusal(
    bound: Bound, response: InvocationResponse, resolved: Mapping[str, ResolvedBinding] = _NOT_RESOLVED
) -> InvocationResponse:
    """The response of a call, which an output fails that its extension cannot write.

    :param resolved: the bindings whose expressions the call has completed, by name.
    """
    if not bound.may_refuse or response.exception is not None:
        return response
    function = bound.function
    for name, data in _bound(function, response).items():
        _, binding_type = bound.output_type(name)
        binding = function.bindings[name]
        properties = resolved[name].properties if name in resolved else binding.properties
        refused = None if binding_type.refusal is None else binding_type.refusal(properties, data)
        if refused is not None:
            rule, details = refused
            place = {"function": function.name, "binding": name, "location": binding.location}
            error = BindingError(rule, **place, name=name, type=binding.type, **details)  # type: ignore[arg-type]
            return response._replace(exception=error)
    return response


def _bound(function: Function, response: InvocationResponse) -> dict[str, TypedData]:
    """All that has a value, the returned one among them where a binding takes it; an empty message has none."""
    sent = dict(response.outputs)
    if response.return_value is not None and "$return" in function.outputs:
        sent["$return"] = response.return_value
    return {name: data for name, data in sent.items() if data.kind is not None}


def _filled(function: Function, response: InvocationResponse) -> InvocationResponse:
    returned = _returned_object(response.return_value)
    named = {name: returned[name] for name in function.outputs if returned.get(name) is not None}
    if not named:
        return response
    values = response.python_values
    return response._replace(
        outputs={**response.outputs, **{name: _typed(value) for name, value in named.items()}},
        python_values=None if values is None else {**values, **named},
    )


def _returned_object(data: TypedData | None) -> dict[str, Any]:
    """The JSON object that was returned; an empty one for all else, a text that looks like one included."""
    if data is None or data.kind != "json":
        return {}
    try:
        found = loads(data.value)
    except JsonError:
        return {}
    return found if isinstance(found, dict) else {}


def _typed(value: Any) -> TypedData:
    """A value of a JSON object as the host then has it: what a scalar is in .NET, or the JSON itself."""
    if isinstance(value, bool):
        return TypedData("string", str(value))
    if isinstance(value, int) and -_INT64 <= value < _INT64:
        return TypedData("int", value)
    if isinstance(value, float):
        return TypedData("double", value)
    return TypedData("string", value) if isinstance(value, str) else TypedData("json", compact(value))
