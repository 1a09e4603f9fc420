"""The binding expressions of one call.

The host evaluates those of the inputs before the function runs, and those of the outputs that it has set afterwards.
(azure-functions-host, WorkerFunctionInvoker.cs)
"""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from pytest_azfunc.errors import BindingError
from pytest_azfunc.host.bound_function import BoundFunction
from pytest_azfunc.rpc import InvocationRequest, InvocationResponse

if TYPE_CHECKING:
    from pytest_azfunc.host.bound_expressions import BoundExpressions, ResolvedBinding


def complete_inputs(
    bound: BoundFunction,
    expressions: BoundExpressions,
    request: InvocationRequest,
    now: datetime,
    resolved: dict[str, ResolvedBinding],
) -> BindingError | None:
    """Complete the inputs of a call.

    :param resolved: gets what they have come to.
    :returns: what the call fails with; None where the function runs.
    """
    try:
        resolved.update(expressions.inputs(bound.call(request, now)))
    except BindingError as error:
        return error
    return None


def complete_outputs(
    bound: BoundFunction,
    expressions: BoundExpressions,
    request: InvocationRequest,
    response: InvocationResponse,
    now: datetime,
    resolved: dict[str, ResolvedBinding],
) -> InvocationResponse:
    """Complete the outputs that a function has set.

    :param resolved: gets what they have come to.
    :returns: the response; it has failed where an expression has.
    """
    if response.exception is not None:
        return response
    sent = {**response.outputs, "$return": response.return_value}
    names = [name for name, data in sent.items() if data is not None and data.kind is not None]
    try:
        resolved.update(expressions.outputs(names, bound.call(request, now)))
    except BindingError as error:
        return response._replace(exception=error)
    return response
