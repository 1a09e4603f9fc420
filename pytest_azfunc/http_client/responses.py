"""Genuine responses of requests, made of what the host answered."""

from __future__ import annotations

import http.client
import io
import re
from collections.abc import Mapping
from email.message import Message
from functools import cached_property, lru_cache
from typing import TYPE_CHECKING, Any, NamedTuple, TypeVar

import requests
from requests.cookies import RequestsCookieJar, extract_cookies_to_jar
from requests.structures import CaseInsensitiveDict
from requests.utils import get_encoding_from_headers
from urllib3 import HTTPResponse

from pytest_azfunc.host.web.http_request import PreparedRequest
from pytest_azfunc.host.web.http_response import HttpResult
from pytest_azfunc.http_client import requests_internals as internals

if TYPE_CHECKING:
    from pytest_azfunc.host.invocation import Invocation

_BODILESS = (204, 304)
_NO_DOMAIN = re.compile(r";\s*domain\s*=\s*(?=;|$)", re.IGNORECASE)

Pairs = tuple[tuple[str, str], ...]


class AppResponse(requests.Response):
    """A response of the app, with the :attr:`invocation` that made it."""

    invocation: Invocation | None = None
    """What the function did, its logs and outputs included; None when the host answered without running one."""

    _answered: tuple[HttpResult, str | None] | None = None
    """The host's answer and the method of the request, for who looks at :attr:`raw`."""

    @cached_property
    def cookies(self) -> RequestsCookieJar:  # type: ignore[override, unused-ignore]
        """The cookies that the server set."""
        return internals.empty_jar()

    @cached_property
    def raw(self) -> Any:  # type: ignore[override, unused-ignore]
        """urllib3's response, made when somebody looks; its body has been handed out already."""
        return None if self._answered is None else _raw(*self._answered)


def empty_response() -> AppResponse:
    """A response of the app about which nothing is known yet."""
    return internals.empty_response(AppResponse)


Made = TypeVar("Made", bound=requests.Response)


def fill(response: Made, result: HttpResult, request: requests.PreparedRequest, *, stream: bool = False) -> Made:
    """Make *response* what requests makes of an answer from the network.

    :param response: an empty response.
    :param result: what the host answered.
    :param request: the request that was sent.
    :param stream: whether the body is left unread, for ``iter_content`` and ``raw``.
    :returns: *response*.
    """
    status, method = result.status_code, request.method
    body = b"" if method == "HEAD" or status in _BODILESS else result.body
    received = _received(result.headers)
    read_later = stream or received.is_coded
    if read_later:
        response.raw = _raw(result, method, body)
    elif isinstance(response, AppResponse):
        response._answered = (result, method)
    else:
        response.raw = _raw(result, method)
    response.status_code = status
    response.headers = internals.headers_of(received.items)
    response.encoding = received.encoding
    response.reason = http.client.responses.get(status, "")
    response.url = request.url or ""
    response.request = request
    if received.sets_cookies:
        keep_cookies(response.cookies, request, response)
    if not read_later:
        internals.set_content(response, body)
    elif not stream:
        _ = response.content
    return response


def keep_cookies(jar: Any, request: requests.PreparedRequest, response: requests.Response) -> None:
    """Put the cookies of a response into a jar, as requests does."""
    extract: Any = extract_cookies_to_jar
    extract(jar, request, response.raw)


def sets_cookies(response: requests.Response) -> bool:
    """Whether a cookie jar would find something in it."""
    return internals.has_header(response.headers, "set-cookie")


class _Received(NamedTuple):
    """Headers as a client has them."""

    items: Mapping[str, internals.Item]
    encoding: str | None
    sets_cookies: bool
    is_coded: bool


@lru_cache(maxsize=64)  # an app sends the same headers over and over
def _received(headers: Pairs) -> _Received:
    pairs = _as_received(headers)
    items = {name.lower(): (name, value) for name, value in pairs}
    if len(items) < len(pairs):
        # The two kinds of headers differ where a name repeats: only urllib3's knows all its values.
        joined = HTTPResponse(headers=pairs, preload_content=False).headers  # type: ignore[arg-type, unused-ignore]
        items = dict(internals.items_by_name(CaseInsensitiveDict(joined)))
    content_type = items.get("content-type")
    encoding = get_encoding_from_headers({"content-type": content_type[1]}) if content_type else None
    return _Received(items, encoding, "set-cookie" in items, "content-encoding" in items)


def _raw(result: HttpResult, method: str | None, body: bytes | None = None) -> HTTPResponse:
    """urllib3's response, with *body* still to be read; one that has been read to its end without it."""
    pairs: Any = _as_received(result.headers)
    raw = HTTPResponse(
        body=io.BytesIO(body or b""),
        headers=pairs,
        status=result.status_code,
        version=11,
        reason=http.client.responses.get(result.status_code, ""),
        preload_content=False,
        enforce_content_length=False,  # a function may claim any length
        request_method=method,
        # requests reads Set-Cookie from the response below this one
        original_response=_Original(pairs) if any(name.lower() == "set-cookie" for name, _ in pairs) else None,  # type: ignore[arg-type]
    )
    if body is None:
        raw.close()
    return raw


def _as_received(headers: Pairs) -> Pairs:
    return tuple((name, _text_as_received(value)) for name, value in headers)


def _text_as_received(value: str) -> str:
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
    headers: CaseInsensitiveDict[Any] = CaseInsensitiveDict(() if request is None else request.headers)
    sent: Any = internals.prepared_request("", "", headers)
    if request is None:
        sent.method = sent.url = None
    else:
        sent.method, sent.url, sent.body = request.method, request.url, request.body or None
    made: requests.PreparedRequest = sent
    return made


class _Original:
    """As much of ``http.client.HTTPResponse`` as the cookie jar and urllib3 look at."""

    def __init__(self, headers: Pairs) -> None:
        self.msg = Message()
        for name, value in headers:
            # The host writes `domain=` where a cookie has none. Browsers read it as none (RFC 6265, 5.2.3);
            # http.cookiejar takes it for a domain, and would never send the cookie again.
            self.msg[name] = _NO_DOMAIN.sub("", value) if name.lower() == "set-cookie" else value

    def isclosed(self) -> bool:
        """It has been read."""
        return True

    def close(self) -> None:
        """Nothing is open."""
