"""What the web host says of requests that no function answers: the causes of its answers, and what is not emulated.

A cause is for the report of a failing test; it stands behind method, address and status of a request.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final

from pytest_azfunc.errors.exceptions import UnsupportedFeature

TOO_MANY: Final = "host.json allows no more requests at a time"
PREFLIGHT: Final = "CORS answered the preflight request"
OWN_ADDRESS: Final = "the host's own address"
NO_WARMUP: Final = "the app's plan (WEBSITE_SKU) has no warmup"
HOME_PAGE: Final = "the home page of the host"

_MALFORMED = {
    400: "its method, its address, its Host or one of its headers is malformed, or not UTF-8",
    414: "its address is too long",
    431: "its headers are too many or too long",
    505: "there is a blank in its address",
}


def malformed(status: int) -> str:
    """The server itself refuses the request with this status."""
    return f"the server refused it: {_MALFORMED[status]}"


def missing_key(level: str, function: str) -> str:
    """The request has no key that opens a function of this level."""
    named = f"azfunc_host.keys.function({function!r})" if level == "function" else "azfunc_host.keys.master"
    return f"{function} asks for a key of the level {level}: send x-functions-key, such as {named}"


def disabled(function: str) -> str:
    """The function is disabled, and the request has not the master key."""
    return f"{function} is disabled by an app setting"


def too_long(limit: int) -> str:
    """The body has more bytes than the limit."""
    return f"the body is longer than {limit} bytes"


def nothing_indexed(culprit: str) -> str:
    """The app has no functions, because one of them could not be indexed."""
    return f"no function of the app is indexed: {culprit} is to blame"


def no_route(method: str, path: str, near: str, left_out: Iterable[str]) -> str:
    """No route takes the request.

    :param near: from :func:`nearby`.
    :param left_out: the functions that the host leaves out.
    """
    names = ", ".join(left_out)
    return f"no route takes {method} {path}{near}" + (f"; the host leaves out {names}" if names else "")


def nearby(takers: Mapping[str, Iterable[str]], nearest: str | None) -> str:
    """What comes near a request that no route takes: the end of a sentence, empty where nothing does.

    :param takers: the functions that have this path, and the methods that they take.
    :param nearest: the route that looks most like the path; it matters where no function has the path.
    """
    if takers:
        there = (f"{function} takes {', '.join(methods) or 'no method at all'}" for function, methods in takers.items())
        return f"; there {' and '.join(there)}"
    return f"; did you mean {nearest}?" if nearest else ""


def raised(error: BaseException) -> str:
    """The answer was made of an exception that could go no other way."""
    return f"{type(error).__name__} was raised"


def management_address(method: str, path: str) -> UnsupportedFeature:
    """An address of the host's management API that is not emulated."""
    return UnsupportedFeature(
        "unsupported",
        feature=f"{method} {path}",
        azure="it belongs to the API by which the portal and the platform look after a deployed app.",
        remedy="do it with azfunc_host, or read it there: .restart(), .keys, .settings, .project, .invoke(name).",
    )


def extension_webhook(extension: str, method: str, path: str) -> UnsupportedFeature:
    """The webhook of an extension."""
    return UnsupportedFeature(
        "unsupported",
        feature=f"the webhook of the extension {extension!r} ({method} /{path})",
        azure="the extension takes the request and starts functions with it.",
        remedy="start the function with the payload of its trigger: host.invoke(name, payload).",
    )


def http_by_hand(function: str) -> UnsupportedFeature:
    """An HTTP function that is to be run through ``admin/functions``."""
    return UnsupportedFeature(
        "unsupported",
        function=function,
        feature="running an HTTP function by hand, through admin/functions",
        azure="the caller gets its 202, and the call fails before it starts: the trigger takes a request, no text.",
        remedy="send the request to the function's own address.",
    )
