"""What a caller gets where an error took the place of the function's answer: one of the script, or of ours."""

from __future__ import annotations

from pytest_azfunc.errors import AzfuncError, FunctionLoadError, ProjectError, refusals
from pytest_azfunc.host.web.http_request import PreparedRequest
from pytest_azfunc.host.web.http_response import NOT_RUNNING, Answer, HttpResult, failure


def failed_answer(request: PreparedRequest, error: BaseException) -> Answer:
    """A 500, with what was raised as its cause."""
    return Answer(request, failure(), None, refusals.raised(error))


def answer_of_azure(request: PreparedRequest, error: Exception) -> Answer | None:
    """What a caller gets in Azure where this is raised here; None for what Azure knows nothing of."""
    result = _result(error)
    return None if result is None else Answer(request, result, None, refusals.raised(error))


def _result(error: Exception) -> HttpResult | None:
    if isinstance(error, ProjectError):
        return NOT_RUNNING
    if isinstance(error, FunctionLoadError) or not isinstance(error, AzfuncError):
        return failure()
    return failure() if error.rule in ("http-response-header", "http-response-length") else None
