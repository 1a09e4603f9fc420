"""The HTTP response that the host makes of what the worker sent. Pure.

Sources: azure-functions-host, HttpBinding.cs (CreateResult, SetResponse) and RawScriptResult.cs; Microsoft.AspNetCore,
SetCookieHeaderValue and the formatters of MVC.
"""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta, timezone
from functools import lru_cache
from typing import TYPE_CHECKING, Any, NamedTuple, TypeAlias
from urllib.parse import quote

from pytest_azfunc.host.bindings.json_body import json_text, scalar_text, with_net_dates
from pytest_azfunc.host.bindings.output_bodies import body_of
from pytest_azfunc.project.lenient_json import JsonError, is_blank, loads
from pytest_azfunc.rpc import TypedData

if TYPE_CHECKING:
    from pytest_azfunc.errors import AzfuncError
    from pytest_azfunc.host.invocation import Invocation
    from pytest_azfunc.host.web.http_request import PreparedRequest

_TEXT = "text/plain; charset=utf-8"
_INTEGER = r"\s*[+-]?[0-9]+\s*"


class HttpResult(NamedTuple):
    """Status, headers (names may repeat) and body, as a client receives them."""

    status_code: int
    headers: tuple[tuple[str, str], ...] = ()
    body: bytes = b""


class Answer(NamedTuple):
    """What the host answered to one request.

    :ivar request: the request as it was sent, with the key that was added to it.
    :ivar result: what the client receives.
    :ivar invocation: what the function did; None when none ran.
    :ivar cause: why no function answered; empty when one did.
    :ivar error: what kept a function from starting, where the client is not told of it.
    """

    request: PreparedRequest
    result: HttpResult
    invocation: Invocation | None = None
    cause: str = ""
    error: AzfuncError | None = None


Webhook: TypeAlias = "Callable[[PreparedRequest, tuple[str, ...]], HttpResult]"
"""Answers a request below an extension's own address, of which it is given the segments."""

Serve: TypeAlias = "Callable[[PreparedRequest, bool], Answer]"
"""Answers a request; the second argument says whether it gets a valid key when it has none."""


# The host has not started.
NOT_RUNNING = HttpResult(503, (("Content-Type", "text/plain; charset=utf-8"),), b"Function host is not running.")


def failure() -> HttpResult:
    """The function raised: a 500 without a body; the message is only logged."""
    return HttpResult(500)


def make_response(data: TypedData | None) -> HttpResult:
    """The response for the typed data of the HTTP output, or for a function that sent none."""
    if data is None or data.kind is None:
        return HttpResult(204)
    if data.kind == "http":
        return _raw(data.value)
    if data.kind == "string":
        return _from_text(data.value)
    if data.kind == "json":
        return _from_json(loads(data.value))
    return HttpResult(200, (("Content-Type", _TEXT),), body_of(data))


def make_answer(data: TypedData | None) -> HttpResult:
    """The response for a value that was returned to another binding than HTTP, or to none; for None too.

    A text is sent as it is, and may be no response object; a JSON object may. What is no text goes through the
    formatter for JSON, which writes bytes as a base64 string.
    """
    if data is None or data.kind is None:
        return HttpResult(204)
    if data.kind == "string":
        return _sent_as_text(data.value)
    if data.kind == "bytes":
        return _sent_as_json(json.dumps(base64.b64encode(data.value).decode("ascii")))
    value = loads(data.value) if data.kind == "json" else data.value
    return _from_json(value) if isinstance(value, dict) else _sent_as_json(json_text(value))


def _raw(value: Mapping[str, Any]) -> HttpResult:
    headers = [
        ("Content-Type" if len(name) == 12 and name.lower() == "content-type" else name, text)
        for name, text in value["headers"].items()
    ]
    for cookie in value.get("cookies") or ():
        headers.append(("Set-Cookie", _set_cookie(cookie)))
    body = value.get("body")
    return HttpResult(_status(str(value["status_code"])), tuple(headers), b"" if body is None else body_of(body))


@lru_cache(maxsize=64)
def _status(text: str) -> int:
    """A status is a number or a numeric text (of .NET's int); anything else leaves 200."""
    if re.fullmatch(_INTEGER, text) is None or len(text) > 20 or not -(2**31) <= int(text) < 2**31:
        return 200
    return int(text)


def _from_text(text: str) -> HttpResult:
    """A plain text is parsed as JSON first; an object with a ``body`` is a response object."""
    if text.startswith("\ufeff"):
        return _sent_as_text(text)  # the mark is overlooked in files only
    try:
        value = None if is_blank(text) else with_net_dates(loads(text))
    except JsonError:
        return _sent_as_text(text)
    if isinstance(value, dict) and _key(value, "body") is not None:
        return _response_object(value)
    return _sent_as_text(_printed(value))


def _from_json(value: Any) -> HttpResult:
    """A JSON value, whose dates are texts."""
    if isinstance(value, dict) and _key(value, "body") is not None:
        return _response_object(with_net_dates(value))
    return _sent_as_text(_printed(value))


def _sent_as_json(text: str) -> HttpResult:
    return HttpResult(200, (("Content-Type", "application/json; charset=utf-8"),), text.encode("utf-8"))


def _sent_as_text(text: str) -> HttpResult:
    return HttpResult(200, (("Content-Type", _TEXT),), text.encode("utf-8"))


def _printed(value: Any) -> str:
    """A JSON value as Newtonsoft's ``ToString`` prints it."""
    if value is None:
        return ""
    if isinstance(value, (dict, list)):
        return json_text(value, newline="\n")
    return scalar_text(value)


def _key(members: Mapping[str, Any], name: str) -> str | None:
    """The key for a name, case ignored: this very spelling if it is there, else the first one."""
    return name if name in members else next((key for key in members if key.lower() == name.lower()), None)


def _response_object(members: Mapping[str, Any]) -> HttpResult:
    status_key = _key(members, "statusCode") or _key(members, "status")
    body, headers, status = (
        members[key] if key else None for key in (_key(members, "body"), _key(members, "headers"), status_key)
    )
    given = headers if isinstance(headers, dict) else {}
    if None in given.values():
        return failure()  # null.ToString(), after the function has succeeded
    sent = [(name, _header_text(value)) for name, value in given.items()]
    text = json_text(body) if isinstance(body, (dict, list)) else _printed(body)
    content_type = next((value for name, value in sent if name.lower() == "content-type"), None)
    if content_type is None:
        sent.append(("Content-Type", _TEXT))
    elif isinstance(body, str) and "charset" not in content_type.lower():
        sent = [(n, f"{t}; charset=utf-8" if n.lower() == "content-type" else t) for n, t in sent]
    return HttpResult(_status(str(status)), tuple(sent), text.encode("utf-8"))


def _header_text(value: Any) -> str:
    """A header's value as .NET's ``ToString`` prints it: of an object or array, the name of its type."""
    if isinstance(value, dict):
        return "System.Dynamic.ExpandoObject"
    if isinstance(value, list):
        return "System.Collections.Generic.List`1[System.Object]"
    return scalar_text(value)


def _set_cookie(cookie: Mapping[str, Any]) -> str:
    """One ``Set-Cookie`` value as ASP.NET Core writes it."""
    parts = [f"{cookie['name']}={quote(cookie['value'], safe='-_.~')}"]
    if cookie.get("expires") is not None:
        from email.utils import format_datetime  # a module with a long train, for few responses

        moment = datetime(1970, 1, 1, tzinfo=timezone.utc) + timedelta(seconds=cookie["expires"])
        parts.append(f"expires={format_datetime(moment, usegmt=True)}")  # strftime would speak the user's language
    if cookie.get("max_age") is not None:
        parts.append(f"max-age={int(cookie['max_age'])}")
    if cookie.get("domain") is not None:
        parts.append(f"domain={cookie['domain']}")
    path = cookie.get("path")
    parts.append(f"path={'/' if path is None else path}")
    if cookie.get("secure"):
        parts.append("secure")
    same_site = {"Lax": "lax", "Strict": "strict", "ExplicitNone": "none"}.get(cookie.get("same_site", "None"))
    if same_site:
        parts.append(f"samesite={same_site}")
    if cookie.get("http_only"):
        parts.append("httponly")
    return "; ".join(parts)
