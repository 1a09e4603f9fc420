"""The app as a WSGI application (PEP 3333), for werkzeug's client, WebTest, a browser driver's server and the like."""

from __future__ import annotations

import http.client
from collections.abc import Callable, Iterable, Mapping
from typing import Any
from urllib.parse import quote, unquote, unquote_to_bytes, urlsplit

from pytest_azfunc.host.web.http_request import PreparedRequest
from pytest_azfunc.host.web.http_response import HttpResult, Serve

__tracebackhide__ = True

Environ = dict[str, Any]
StartResponse = Callable[..., Any]
WsgiApp = Callable[[Environ, StartResponse], Iterable[bytes]]

RAW_HEADERS = "pytest_azfunc.headers"
"""A server of ours leaves the headers here as they came: repeated ones, and names with underscores."""

# The host refuses bodies far smaller than this (bytes); more is not even read.
_LONGEST_BODY = 1 << 30
_BLOCK = 1 << 20
_UNRESERVED = "/-._~!$&'()*+,;=:@"
# What is between two servers only; an application may not send it.
_HOP_BY_HOP = frozenset(
    (
        *("connection", "keep-alive", "proxy-authenticate", "proxy-authorization"),
        *("te", "trailer", "trailers", "transfer-encoding", "upgrade"),
    )
)


class BadRequest(Exception):
    """No request can be made of what the client sent. Carries the status to answer."""

    def __init__(self, status: int = 400) -> None:
        super().__init__(status)
        self.status = status


def wsgi_app(serve: Serve) -> WsgiApp:
    """The app behind *serve* as a WSGI application. No request gets a key added.

    What *serve* raises passes through, as from any application; a malformed request is answered with 400.
    """

    def application(environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        try:
            request = read_request(environ)
        except BadRequest as error:
            result = HttpResult(error.status)
        else:
            result = serve(request, False).result
        method = str(environ.get("REQUEST_METHOD", "GET"))
        start_response(status_line(result.status_code), response_headers(result, method))
        return [result.body] if result.body and may_have_body(result.status_code, method) else []

    return application


def read_request(environ: Mapping[str, Any]) -> PreparedRequest:
    """The request that a WSGI server describes, with its whole body.

    :raises BadRequest: its target or its length make no sense, or the body ends too soon.
    """
    headers = environ.get(RAW_HEADERS)
    headers = tuple(_headers(environ)) if headers is None else tuple(headers)
    host = environ.get("HTTP_HOST") or _own_address(environ)
    if environ.get("SERVER_PROTOCOL") in ("HTTP/1.0", "HTTP/0.9") and "HTTP_HOST" not in environ:
        headers = (("Host", host), *headers)  # only newer clients must send it
    url = f"{environ.get('wsgi.url_scheme', 'http')}://{host}{_target(environ)}"
    method = str(environ.get("REQUEST_METHOD", "GET"))
    if environ.get("wsgi.input_terminated") and "HTTP_TRANSFER_ENCODING" in environ:
        headers = tuple(item for item in headers if item[0].lower() != "content-length")
        return PreparedRequest(method, url, headers, _until_end(environ["wsgi.input"]))
    return PreparedRequest(method, url, headers, _as_long_as_said(environ))


def _own_address(environ: Mapping[str, Any]) -> str:
    """What the server calls itself.

    :raises BadRequest: no URL can have such a host.
    """
    address = f"{environ.get('SERVER_NAME', 'localhost')}:{environ.get('SERVER_PORT', '80')}"
    try:
        urlsplit(f"http://{address}/")
    except ValueError:
        raise BadRequest from None
    return address


def _headers(environ: Mapping[str, Any]) -> Iterable[tuple[str, str]]:
    for key, value in environ.items():
        if key in ("CONTENT_TYPE", "CONTENT_LENGTH"):
            if value:
                yield key.replace("_", "-").title(), str(value)
        elif key.startswith("HTTP_"):
            yield key[5:].replace("_", "-").title(), str(value)


def _target(environ: Mapping[str, Any]) -> str:
    """Path and query as they came over the wire, or encoded anew where the server does not tell.

    Test clients put a raw target into the environment, too, which may lack the query or was never encoded.
    """
    raw = environ.get("REQUEST_URI") or environ.get("RAW_URI") or ""
    path_info, query = str(environ.get("PATH_INFO", "")), str(environ.get("QUERY_STRING") or "")
    path = quote(_wire(path_info), safe=_UNRESERVED) or "/"
    if raw and not environ.get("SCRIPT_NAME"):
        target = _origin_form(str(raw))
        raw_path, _, raw_query = target.partition("?")
        # Middleware may have put another path in place of the raw one.
        if _is_encoded(raw_path) and _wire(path_info).lstrip(b"/") in _decoded(raw_path):
            if raw_query == query and _is_encoded(query):
                return target
            path = raw_path
    path = path if path.startswith("/") else f"/{path}"
    if not _is_encoded(query):
        query = quote(_wire(query), safe=f"{_UNRESERVED}?%")
    return f"{path}?{query}" if query else path


def _decoded(raw_path: str) -> tuple[bytes, bytes]:
    """What servers make of a path: its bytes, or what is left of them when they have been read as UTF-8."""
    return unquote_to_bytes(raw_path).lstrip(b"/"), unquote(raw_path).lstrip("/").encode()


def _is_encoded(text: str) -> bool:
    return text.isascii() and text.isprintable() and " " not in text


def _wire(text: str) -> bytes:
    return text.encode("latin-1", "replace")


def _origin_form(raw: str) -> str:
    """The target without scheme and host, which a client may send as to a proxy.

    :raises BadRequest: it is none.
    """
    if raw.startswith("/"):
        return raw
    if raw == "*":
        return "/"
    scheme, colon, rest = raw.partition("://")
    if not colon or scheme.lower() not in ("http", "https"):
        raise BadRequest
    cut = min((place for place in (rest.find("/"), rest.find("?")) if place >= 0), default=len(rest))
    path = rest[cut:]
    return path if path.startswith("/") else f"/{path}"


def _as_long_as_said(environ: Mapping[str, Any]) -> bytes:
    text = str(environ.get("CONTENT_LENGTH") or "0").strip(" \t")
    if not (text.isascii() and text.isdigit()) or len(text) > 18:
        raise BadRequest
    left = int(text)
    if left > _LONGEST_BODY:
        raise BadRequest(413)
    body = bytearray()
    while left:
        piece = _read(environ["wsgi.input"], min(left, _BLOCK))
        if not piece:
            raise BadRequest  # the client has gone: nobody will hear it
        body += piece
        left -= len(piece)
    return bytes(body)


def _until_end(stream: Any) -> bytes:
    body = bytearray()
    while piece := _read(stream, _BLOCK):
        body += piece
        if len(body) > _LONGEST_BODY:
            raise BadRequest(413)
    return bytes(body)


def _read(stream: Any, size: int) -> bytes:
    try:
        piece: bytes = stream.read(size)
    except OSError:  # a broken chunk, a broken connection
        raise BadRequest from None
    return piece


def status_line(status: int) -> str:
    """Status and reason as WSGI has them; the reason is empty for an unknown status."""
    return f"{status} {http.client.responses.get(status, '')}"


def may_have_body(status: int, method: str) -> bool:
    """Whether the client will read a body."""
    return method != "HEAD" and not 100 <= status < 200 and status not in (204, 304)


def response_headers(result: HttpResult, method: str) -> list[tuple[str, str]]:
    """The headers for ``start_response``: those of the app, and the length unless the app said one."""
    headers = [(name, value) for name, value in result.headers if name.lower() not in _HOP_BY_HOP]
    if may_have_body(result.status_code, method) and not any(name.lower() == "content-length" for name, _ in headers):
        headers.append(("Content-Length", str(len(result.body))))
    return headers
