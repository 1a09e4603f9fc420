"""Genuine responses of requests, made of what the host answered."""

from __future__ import annotations

import http.client
import io
import re
from collections import OrderedDict
from email.message import Message
from functools import lru_cache
from http.cookiejar import DefaultCookiePolicy
from typing import TYPE_CHECKING, Any, TypeVar

import requests
from requests.cookies import RequestsCookieJar, extract_cookies_to_jar
from requests.structures import CaseInsensitiveDict
from requests.utils import get_encoding_from_headers
from urllib3 import HTTPResponse
from urllib3._collections import HTTPHeaderDict

from pytest_azfunc.host.web.http_request import PreparedRequest
from pytest_azfunc.host.web.http_response import HttpResult

if TYPE_CHECKING:
    from pytest_azfunc.host.invocation import Invocation

_BODILESS = (204, 304)
_NO_DOMAIN = re.compile(r";\s*domain\s*=\s*(?=;|$)", re.IGNORECASE)


class AppResponse(requests.Response):
    """A response of the app, with the :attr:`invocation` that made it."""

    invocation: Invocation | None = None
    """What the function did, its logs and outputs included; None when the host answered without running one."""


# What an empty response has, and the usual rules for cookies: to make them anew each time takes longer than the rest.
_EMPTY = vars(requests.Response())
_COOKIE_POLICY = DefaultCookiePolicy()


def empty_response() -> AppResponse:
    """What ``AppResponse()`` makes."""
    response = AppResponse.__new__(AppResponse)
    vars(response).update(_EMPTY, headers=CaseInsensitiveDict(), history=[], cookies=empty_jar())
    return response


def empty_jar() -> RequestsCookieJar:
    """What ``RequestsCookieJar()`` makes."""
    return RequestsCookieJar(_COOKIE_POLICY)


Made = TypeVar("Made", bound=requests.Response)


def fill(response: Made, result: HttpResult, request: requests.PreparedRequest, *, stream: bool = False) -> Made:
    """Make *response* what requests makes of an answer from the network.

    :param response: an empty response.
    :param result: what the host answered.
    :param request: the request that was sent.
    :param stream: whether the body is left unread, for ``iter_content`` and ``raw``.
    :returns: *response*.
    """
    body = b"" if request.method == "HEAD" or result.status_code in _BODILESS else result.body
    headers: Any = tuple((name, _as_received(value)) for name, value in result.headers)
    names = [name.lower() for name, _ in headers]
    cookies, read_later = "set-cookie" in names, stream or "content-encoding" in names
    reason = http.client.responses.get(result.status_code, "")
    response.raw = raw = (HTTPResponse if read_later or cookies else _ReadResponse)(
        body=io.BytesIO(body if read_later else b""),
        headers=headers,
        status=result.status_code,
        version=11,
        reason=reason,
        preload_content=False,
        enforce_content_length=False,  # a function may claim any length
        request_method=request.method,
        # requests reads Set-Cookie from the response below this one
        original_response=_Original(result) if cookies else None,  # type: ignore[arg-type]
    )
    response.status_code = result.status_code
    # The two kinds of headers differ where a name repeats: only urllib3's knows all its values.
    if len(set(names)) < len(names):
        response.headers = CaseInsensitiveDict(HTTPHeaderDict(headers))
    else:
        response.headers._store = OrderedDict(zip(names, headers, strict=True))  # type: ignore[attr-defined, unused-ignore]
    response.encoding = _encoding(response.headers.get("content-type"))
    response.reason = reason
    response.url = request.url or ""
    response.request = request
    if cookies:
        keep_cookies: Any = extract_cookies_to_jar
        keep_cookies(response.cookies, request, raw)
    if not read_later:
        # The whole body is there: what Response.content leaves behind when it has read it.
        state: Any = response
        state._content, state._content_consumed = body, True
    elif not stream:
        _ = response.content
    return response


def sets_cookies(response: requests.Response) -> bool:
    """Whether a cookie jar would find something in it."""
    return getattr(response.raw, "_original_response", None) is not None


@lru_cache(maxsize=64)
def _encoding(content_type: str | None) -> str | None:
    """The encoding of a body of this type, as requests tells it."""
    return get_encoding_from_headers({} if content_type is None else {"content-type": content_type})


class _ReadResponse(HTTPResponse):
    """urllib3's response whose body has been handed out already. Nearly nobody looks at it, so it is made on demand."""

    _original_response = None  # what requests looks at in every response

    def __init__(self, **arguments: Any) -> None:
        self._arguments = arguments

    def __getattr__(self, name: str) -> Any:
        arguments = self.__dict__.pop("_arguments", None)
        if arguments is None:
            raise AttributeError(f"{type(self).__name__!r} object has no attribute {name!r}")
        super().__init__(**arguments)
        return getattr(self, name)

    @property
    def closed(self) -> bool:
        """Whether it is closed; one that nobody has looked at needs no closing."""
        return "_arguments" in self.__dict__ or super().closed


def _as_received(value: str) -> str:
    """A header's value as a client decodes it: bytes of the wire, each a character."""
    if value.isascii():
        return value
    try:
        value.encode("latin-1")
    except UnicodeEncodeError:
        return value.encode("utf-8").decode("latin-1")
    return value


def sent_request(request: PreparedRequest | None) -> requests.PreparedRequest:
    """The request of requests that goes over the wire as *request*; an empty one for None."""
    sent: Any = requests.PreparedRequest()
    sent.headers, sent._cookies = CaseInsensitiveDict(), RequestsCookieJar()
    if request is not None:
        sent.method, sent.url, sent.body = request.method, request.url, request.body or None
        sent.headers = CaseInsensitiveDict(request.headers)
    made: requests.PreparedRequest = sent
    return made


class _Original:
    """As much of ``http.client.HTTPResponse`` as the cookie jar and urllib3 look at."""

    def __init__(self, result: HttpResult) -> None:
        self.msg = Message()
        for name, value in result.headers:
            # The host writes `domain=` where a cookie has none. Browsers read it as none (RFC 6265, 5.2.3);
            # http.cookiejar takes it for a domain, and would never send the cookie again.
            text = _as_received(value)
            self.msg[name] = _NO_DOMAIN.sub("", text) if name.lower() == "set-cookie" else text

    def isclosed(self) -> bool:
        return True

    def close(self) -> None:
        pass
