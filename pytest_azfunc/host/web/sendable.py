"""Whether the server sends the response that a function has made, or fails with it."""

from __future__ import annotations

from pytest_azfunc.errors import BindingError, shown
from pytest_azfunc.host.web import kestrel
from pytest_azfunc.host.web.http_response import HttpResult
from pytest_azfunc.project import Function

__tracebackhide__ = True


def check_sendable(result: HttpResult, function: Function, method: str) -> None:
    """Refuse a response with which the server ends the call, after the function has succeeded.

    :param method: of the request.
    :raises BindingError: a header that no server sends, or a Content-Length that is not the body's.
    """
    unsendable = kestrel.unsendable_header(result)
    if unsendable is not None:
        name, value = unsendable
        raise BindingError(
            "http-response-header", function=function.name, location=function.location, name=name, found=shown(value)
        )
    length = kestrel.wrong_length(result, method)
    if length is not None:
        raise BindingError(
            "http-response-length",
            function=function.name,
            location=function.location,
            claimed=length,
            length=len(result.body),
        )
