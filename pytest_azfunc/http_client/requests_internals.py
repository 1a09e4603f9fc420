"""What requests keeps to itself and the session must reach: the only module that knows the private names.

Each function says why the public way does not do. Most of them save a detour that costs more than the function which is
called; the rest have no public way at all.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterable, Mapping
from http.cookiejar import DefaultCookiePolicy
from typing import Any, TypeVar

import requests
from requests.cookies import RequestsCookieJar
from requests.structures import CaseInsensitiveDict

Item = tuple[str, Any]
Made = TypeVar("Made", bound=requests.Response)

# What an empty request and response have, and the usual rules for cookies: to make them anew each time takes longer.
_REQUEST = {name: value for name, value in vars(requests.PreparedRequest()).items() if name != "hooks"}
_RESPONSE = {
    name: value
    for name, value in vars(requests.Response()).items()
    if name not in ("headers", "history", "cookies", "raw")
}
_COOKIE_POLICY = DefaultCookiePolicy()


def headers_of(items: Mapping[str, Item]) -> CaseInsensitiveDict[Any]:
    """Headers with these names and values, by the name in lower case.

    The constructor asks abc what kind of mapping it is given, and then sets one header after another.
    """
    headers: Any = CaseInsensitiveDict.__new__(CaseInsensitiveDict)
    headers._store = OrderedDict(items)
    made: CaseInsensitiveDict[Any] = headers
    return made


def items_of(headers: Any) -> tuple[Item, ...]:
    """Names and values. ``items()`` looks each of them up once more."""
    if type(headers) is CaseInsensitiveDict:
        return tuple(headers._store.values())  # type: ignore[attr-defined, unused-ignore]
    return tuple(headers.items())


def items_by_name(headers: Any) -> Mapping[str, Item]:
    """The same by the name in lower case, as :func:`headers_of` takes them."""
    store: Mapping[str, Item] = headers._store
    return store


def has_header(headers: Any, name: str) -> bool:
    """Whether there is a header, its name in lower case. ``in`` tells that by catching an exception."""
    return name in headers._store


def empty_jar() -> RequestsCookieJar:
    """What ``RequestsCookieJar()`` makes."""
    return RequestsCookieJar(_COOKIE_POLICY)


def has_cookies(jar: Any) -> bool:
    """Whether a jar has any cookie. To iterate over an empty one takes a lock and a recursive generator."""
    return bool(jar._cookies)


def prepared_request(method: str, url: str, headers: CaseInsensitiveDict[Any]) -> requests.PreparedRequest:
    """A prepared request without a body, as ``prepare()`` leaves it: the jar has no public name."""
    prepared = requests.PreparedRequest.__new__(requests.PreparedRequest)
    vars(prepared).update(
        _REQUEST, method=method, url=url, headers=headers, hooks={"response": []}, _cookies=empty_jar()
    )
    return prepared


def with_headers(request: requests.PreparedRequest, added: Iterable[tuple[str, str]]) -> requests.PreparedRequest:
    """A copy with more headers. ``copy()`` would copy the cookies, too, and the place in a body that is a file."""
    copied = requests.PreparedRequest()
    vars(copied).update(vars(request))
    copied.headers = request.headers.copy()
    copied.headers.update(added)
    return copied


def encoded_params(params: Any) -> Any:
    """A query as requests writes it; ``prepare_url`` does so only together with the URL, which it takes apart."""
    encode: Any = requests.PreparedRequest._encode_params  # type: ignore[attr-defined, unused-ignore]
    return encode(params)


def body_position(request: requests.PreparedRequest) -> Any:
    """Where the body began that is a file, to go back to for another attempt; the adapter of requests asks here too."""
    return getattr(request, "_body_position", None)


def empty_response(kind: type[Made]) -> Made:
    """What ``kind()`` makes, but for ``raw`` and ``cookies``: nearly nobody looks at them."""
    response = kind.__new__(kind)
    vars(response).update(_RESPONSE, history=[])
    return response


def set_content(response: Any, body: bytes) -> None:
    """Leave the body behind as if it had been read; there is no public way but to read it from ``raw``."""
    response._content, response._content_consumed = body, True


def set_next(response: Any, request: requests.PreparedRequest | None) -> None:
    """Say what ``response.next`` shall be: requests sets it itself, in ``Session.send``."""
    response._next = request
