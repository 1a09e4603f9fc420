"""requests' way to the host: a transport adapter without a network."""

from __future__ import annotations

from collections.abc import Iterable
from contextvars import ContextVar
from functools import lru_cache
from typing import Any

import requests
import urllib3
from requests.adapters import BaseAdapter

from pytest_azfunc.host.bindings.builder_arguments import wrong_value
from pytest_azfunc.host.web.http_request import PreparedRequest
from pytest_azfunc.host.web.http_response import Serve
from pytest_azfunc.http_client import requests_internals as internals
from pytest_azfunc.http_client.origin import Origin
from pytest_azfunc.http_client.responses import AppResponse, empty_response, fill

__tracebackhide__ = True

# Whether the request that is on its way in this thread or task gets a key; redirects are part of it.
ADD_KEY: ContextVar[bool] = ContextVar("ADD_KEY", default=True)

# What urllib3 writes into a request whose headers lack it.
_WIRE_DEFAULTS = (("Accept-Encoding", "identity"), ("User-Agent", f"python-urllib3/{vars(urllib3)['__version__']}"))
_BODY = "text, bytes, or what gives them when it is read or iterated over"
# An endless body must end somewhere: the host refuses bodies far smaller than this (bytes).
_LONGEST_BODY = 1 << 30


class AppAdapter(BaseAdapter):
    """Answers requests with what the host says to them.

    :param base_url: scheme, host and port of the app.
    :param serve: answers requests.
    :param adds_key: whether requests without a key may get one.
    """

    def __init__(self, base_url: str, serve: Serve, *, adds_key: bool = True) -> None:
        super().__init__()
        self._origin = Origin.of(base_url)
        self._root = f"{self._origin.url}/"
        self._host = self._origin.host_header
        self._serve = serve
        self._adds_key = adds_key

    def send(  # type: ignore[override, unused-ignore]
        self,
        request: requests.PreparedRequest,
        stream: bool = False,
        timeout: Any = None,
        verify: Any = True,
        cert: Any = None,
        proxies: Any = None,
    ) -> AppResponse:
        """Answer *request*. Network options have no meaning here.

        :param stream: whether the body is left for ``iter_content`` and ``raw``.
        :raises Exception: what the app raises.
        """
        add_key = self._adds_key and ADD_KEY.get()
        sent = self._on_the_wire(request)
        answer = self._serve(sent, add_key)
        response = empty_response()
        fill(response, answer.result, _as_sent(request, sent, answer.request), stream=bool(stream))
        response.connection = self  # type: ignore[assignment, attr-defined, unused-ignore]
        response.invocation = answer.invocation
        return response

    def _on_the_wire(self, request: requests.PreparedRequest) -> PreparedRequest:
        """The request with what http.client and urllib3 add to it, and all of its body."""
        url, host, body = request.url or "", self._host, request.body
        if not url.startswith(self._root) or "#" in url:
            origin = Origin.of(url)  # another name of the same machine; the client calls the server by it
            host = origin.host_header
            url = f"{origin.scheme}://{host}{request.path_url}"
        headers = _headers_on_the_wire(internals.items_of(request.headers), host, bool(body))
        content = b""
        if body:
            content = read_body(body)
            length = request.headers.get("Content-Length", "")
            if length.isdecimal():
                content = content[: int(length)]  # the server reads no further
        return PreparedRequest(request.method or "GET", url, headers, content)

    def close(self) -> None:
        """Nothing is open."""


@lru_cache(maxsize=256)  # a session sends the same headers over and over
def _headers_on_the_wire(
    given: tuple[tuple[str | bytes, str | bytes], ...], host: str, has_body: bool
) -> tuple[tuple[str, str], ...]:
    headers = [(_text(name), _text(value)) for name, value in given]
    named = {name.lower() for name, _ in headers}
    if "host" not in named:
        headers.insert(0, ("Host", host))
    headers += [item for item in _WIRE_DEFAULTS if item[0].lower() not in named]
    if "proxy-authorization" in named:  # a proxy would have kept it for itself
        headers = [item for item in headers if item[0].lower() != "proxy-authorization"]
    if has_body and not named & {"content-length", "transfer-encoding"}:
        headers.append(("Transfer-Encoding", "chunked"))
    return tuple(headers)


def _text(value: str | bytes) -> str:
    """A header as it is on the wire, each byte a character.

    :raises UnicodeEncodeError: http.client could not send it either.
    """
    if isinstance(value, bytes):
        return value.decode("latin-1")
    if not value.isascii():
        value.encode("latin-1")
    return value


def read_body(body: Any, builder: str = "azfunc_http") -> bytes:
    """All of a request's body: text, bytes, a file, or anything to iterate over.

    :param builder: what an error is about.
    :raises BindingError: it gives something else.
    """
    if isinstance(body, str):
        return body.encode("utf-8")
    if isinstance(body, (bytes, bytearray, memoryview)):
        return bytes(body)
    pieces = _pieces(body, builder)
    whole = bytearray()
    for piece in pieces:
        if not piece and hasattr(body, "read"):
            break
        if not isinstance(piece, (str, bytes, bytearray, memoryview)):
            raise wrong_value(builder, "data", piece, _BODY)
        whole += piece.encode("utf-8") if isinstance(piece, str) else piece
        if len(whole) > _LONGEST_BODY:
            break
    return bytes(whole)


def _pieces(body: Any, builder: str) -> Iterable[Any]:
    if hasattr(body, "read"):
        return iter(lambda: body.read(1 << 16), None)
    if not isinstance(body, Iterable):
        raise wrong_value(builder, "data", body, _BODY)
    return body


def _as_sent(
    request: requests.PreparedRequest, sent: PreparedRequest, answered: PreparedRequest
) -> requests.PreparedRequest:
    """The request that ``response.request`` shows: with the headers that the host added for the test."""
    if answered is sent or answered.headers == sent.headers:
        return request
    return internals.with_headers(request, [header for header in answered.headers if header not in sent.headers])
