"""The web server in front of the app: what it refuses, and what it lets out.

Kestrel checks a request before any code of the host sees it, and the headers of a response when they are set. Sources:
dotnet/aspnetcore, HttpParser.cs, Http1Connection.cs, HttpUtilities.cs, HttpProtocol.cs and HttpCharacters.cs;
azure-functions-host, HttpRequestBodySizeMiddleware.cs and Program.cs (which changes only the limit of the body).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache
from typing import Final

from pytest_azfunc.host.routing.dotnet_text import integer
from pytest_azfunc.host.web.http_request import PreparedRequest
from pytest_azfunc.host.web.http_response import HttpResult

BODY_LIMIT: Final = 104_857_600  # bytes
BODY_LIMIT_SETTING: Final = "FUNCTIONS_REQUEST_BODY_SIZE_LIMIT"

_LINE_LIMIT = 8192  # bytes of the request line, its line end included
_HEADERS_LIMIT = 32_768  # bytes of all header lines, their line ends included
_MOST_HEADERS = 100
_AROUND_TARGET = len("  HTTP/1.1\r\n")
_AROUND_HEADER = len(": \r\n")
_MOST_LENGTH = 2**63 - 1

# A request that is short and looks like this needs no closer look at its target.
_PLAIN_METHODS = frozenset(("GET", "POST", "PUT", "DELETE", "PATCH", "HEAD", "OPTIONS"))
_SHORT = 1000

_TOKEN = re.compile(r"[A-Za-z0-9!#$%&'*+.^_`|~-]+")
_NAME = re.compile(r"[^\0\t\n\r :\x80-\U0010ffff]+")
_TARGET = re.compile(r"[a-z][a-z0-9+.-]*://[^/?#]*([^#]*)", re.IGNORECASE)
_HOST = re.compile(r"(?:[A-Za-z0-9!$&'()._~-]+|\[[0-9A-Fa-f:.]{3,}\])(?::[0-9]+)?|", re.ASCII)
_NO_BODY = frozenset((204, 205, 304))

_BAD_REQUEST = HttpResult(400)
_URI_TOO_LONG = HttpResult(414)
_HEADERS_TOO_LARGE = HttpResult(431)
_VERSION_NOT_SUPPORTED = HttpResult(505)


def refusal(request: PreparedRequest) -> HttpResult | None:
    """The answer to a request that never reaches a function because the server refuses it; None for all others.

    400 for a malformed method, target, header or host; 414 and 431 for what is too long; 505 where a blank in the
    target makes the rest of the line look like a version.
    """
    method, url, headers, _ = request
    plain = len(url) < _SHORT and method in _PLAIN_METHODS and url.isascii() and url.isprintable()
    if not plain or " " in url or "%00" in url:
        refused = _bad_request_line(method, url)
        if refused is not None:
            return refused
    return _bad_headers(headers)


def as_read(request: PreparedRequest) -> PreparedRequest:
    """A request that was not refused, its headers as text: clients hand on the bytes of the wire, a character each."""
    decoded = _decoded(request.headers)
    return request if decoded is None else request._replace(headers=decoded)


@lru_cache(maxsize=64)
def _decoded(headers: tuple[tuple[str, str], ...]) -> tuple[tuple[str, str], ...] | None:
    if all(value.isascii() for _, value in headers):
        return None
    return tuple((name, _utf_8(value)) for name, value in headers)


def _utf_8(value: str) -> str:
    try:
        return value.encode("latin-1").decode("utf-8")
    except UnicodeEncodeError:  # no client sends this as Latin-1
        return value


def is_too_large(request: PreparedRequest, body_limit: int) -> bool:
    """Whether the host fails to read the request's body: a 500, for it hides Kestrel's 413 (its issue 10519).

    :param body_limit: bytes, from :func:`body_limit`. One below zero cannot be set, and every request fails.
    """
    return body_limit < 0 or len(request.body) > body_limit


def body_limit(settings: Mapping[str, str]) -> int:
    """The most bytes that a request's body may have.

    :param settings: app settings; what is no whole number in ``FUNCTIONS_REQUEST_BODY_SIZE_LIMIT`` is passed over.
    """
    limit = integer(settings.get(BODY_LIMIT_SETTING, ""), 64)
    return BODY_LIMIT if limit is None else limit


def unsendable_header(result: HttpResult) -> tuple[str, str] | None:
    """Name and value of the first header that the server refuses to send, or None.

    Names must be tokens, values printable ASCII without tabs, and a length must be a number. The host turns the
    exception into a 500 without a body.
    """
    return _unsendable(result.headers)


@lru_cache(maxsize=64)
def _unsendable(headers: tuple[tuple[str, str], ...]) -> tuple[str, str] | None:
    for name, value in headers:
        if not (value.isascii() and value.isprintable()) or _TOKEN.fullmatch(name) is None:
            return name, value
        if name.lower() == "content-length" and not _is_length(value):
            return name, value
    return None


def wrong_length(result: HttpResult, method: str) -> int | None:
    """The Content-Length of a response if it is not that of its body, else None.

    More bytes than it says are an exception while they are written. Fewer break the connection off, unless the
    response is one that has no body (HttpProtocol.cs, VerifyAndUpdateWrite and VerifyResponseContentLength).
    """
    length = _declared_length(result.headers)
    if length is None or length == len(result.body):
        return None
    has_no_body = method == "HEAD" or result.status_code == 304
    return None if len(result.body) < length and has_no_body else length


@lru_cache(maxsize=64)
def _declared_length(headers: tuple[tuple[str, str], ...]) -> int | None:
    """The Content-Length; None where there is none, or where another header decides."""
    values = {name.lower(): value for name, value in headers}
    return None if "transfer-encoding" in values or "content-length" not in values else int(values["content-length"])


def on_the_wire(result: HttpResult, method: str) -> HttpResult:
    """The response as it leaves the server: without a body for HEAD, 204, 205 and 304.

    What the function wrote is lost then; Kestrel complains of it in its own log only.
    """
    if result.body and (result.status_code in _NO_BODY or method == "HEAD"):
        return HttpResult(result.status_code, result.headers)
    return result


def _bad_request_line(method: str, url: str) -> HttpResult | None:
    found = _TARGET.match(url)
    target = (found[1] if found else url.partition("#")[0]) or "/"
    if len(method) + len(target) + _AROUND_TARGET > _LINE_LIMIT:
        return _URI_TOO_LONG
    if _TOKEN.fullmatch(method) is None or not target.isascii() or "\0" in target or "\n" in target or "\r" in target:
        return _BAD_REQUEST
    if " " in target:
        return _VERSION_NOT_SUPPORTED
    return _BAD_REQUEST if "%00" in target.partition("?")[0] else None


@lru_cache(maxsize=64)  # clients send the same headers over and over
def _bad_headers(headers: tuple[tuple[str, str], ...]) -> HttpResult | None:
    if any(_NAME.fullmatch(name) is None or _is_bad_value(value) for name, value in headers):
        return _BAD_REQUEST
    if len(headers) > _MOST_HEADERS:
        return _HEADERS_TOO_LARGE
    hosts, lengths, codings = (
        [value for name, value in headers if name.lower() == read]
        for read in ("host", "content-length", "transfer-encoding")
    )
    if len(hosts) != 1 or len(lengths) > 1 or _HOST.fullmatch(hosts[0].strip(" \t")) is None:
        return _BAD_REQUEST
    if not all(map(_is_length, lengths)) or (codings and not _ends_chunked(codings)):
        return _BAD_REQUEST
    if sum(len(name) + _bytes(value) + _AROUND_HEADER for name, value in headers) > _HEADERS_LIMIT:
        return _HEADERS_TOO_LARGE
    return None


def _is_bad_value(value: str) -> bool:
    """Kestrel minds only these of the control characters, and takes the rest for UTF-8."""
    if value.isascii() and value.isprintable():
        return False
    if "\0" in value or "\r" in value or "\n" in value:
        return True
    try:
        _utf_8(value)
    except UnicodeDecodeError:
        return True
    return False


def _is_length(value: str) -> bool:
    digits = value.strip(" \t")
    return digits.isascii() and digits.isdigit() and len(digits) < 100 and int(digits) <= _MOST_LENGTH


def _ends_chunked(values: list[str]) -> bool:
    """Whether the length of a body with these Transfer-Encodings can be told."""
    return ",".join(values).rpartition(",")[2].strip(" \t").lower() == "chunked"


def _bytes(text: str) -> int:
    return len(text) if text.isascii() or max(text) <= "\xff" else len(text.encode("utf-8", "surrogatepass"))
