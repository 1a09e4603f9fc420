"""Which of a function's outputs is its HTTP response."""

from __future__ import annotations

from pytest_azfunc.host.invocation import Invocation
from pytest_azfunc.host.web.http_response import HttpResult, failure, make_answer, make_response
from pytest_azfunc.project import Function
from pytest_azfunc.rpc import InvocationResponse, TypedData


def http_result(invocation: Invocation, function: Function) -> HttpResult:
    """The HTTP response that the host makes of an invocation, or passes on from the worker's own web server."""
    response = invocation.response
    passed_on = response.http_response
    if passed_on is not None:
        return HttpResult(passed_on.status_code, passed_on.headers, passed_on.body)
    if response.exception is not None:
        return failure()
    data = _output(response, function)
    if data is not None:
        return make_response(data)
    # What is returned to somebody else answers too, where no HTTP output has.
    return make_answer(None if "$return" in function.http_outputs else response.return_value)


def _output(response: InvocationResponse, function: Function) -> TypedData | None:
    """The typed data of the function's HTTP output; None when it was not set."""
    for name in reversed(function.http_outputs):
        data = response.return_value if name == "$return" else response.outputs.get(name)
        if data is not None:
            return data
    return None
