"""Plain requests made ready to be sent without requests' detours; they come out as requests itself makes them.

requests merges settings and takes URLs apart and together again for what a network may need, and that costs more than
the function that is called. For a plain request to the app the outcome is known; a property test compares the two.
"""

from __future__ import annotations

import re
from collections import OrderedDict
from functools import lru_cache
from typing import Any

import requests
from requests.structures import CaseInsensitiveDict
from requests.utils import check_header_validity

from pytest_azfunc.http_client.responses import empty_jar

# Addresses that requests leaves as they are: nothing to escape, no `.` segments, no fragment.
_PLAIN_PATH = re.compile(r"(?!.*/\.)/[A-Za-z0-9\-._~!$&'()*+,;=:@/]*(\?[A-Za-z0-9\-._~!$&'()*+,;=:@/?]+)?")
_PLAIN_METHOD = re.compile(r"[A-Z]+")


def prepare_plainly(
    session: requests.Session, request: requests.Request, base_url: str
) -> requests.PreparedRequest | None:
    """What ``session.prepare_request(request)`` returns; None when the request is not plain enough.

    :param base_url: the app; only URLs below it are plain.
    """
    __tracebackhide__ = True
    url, method = request.url, request.method
    if not isinstance(url, str) or not isinstance(method, str) or not url.startswith(base_url):
        return None
    path = url[len(base_url) :]
    if (
        _PLAIN_PATH.fullmatch(path) is None
        or _PLAIN_METHOD.fullmatch(method) is None
        or not _is_plain(session, request)
    ):
        return None
    headers = _headers(session.headers, request.headers)
    if headers is None:
        return None
    prepared = requests.PreparedRequest()
    prepared.method = method
    query = prepared._encode_params(request.params) if request.params else ""  # type: ignore[attr-defined]
    if not isinstance(query, str) or "#" in query:
        return None
    if query:
        url += f"{'&' if '?' in path else '?'}{query}"
    prepared.url, prepared.headers = url, headers
    prepared._cookies = empty_jar()  # type: ignore[attr-defined]
    if request.data or request.files or request.json is not None:
        prepared.prepare_body(request.data, request.files, request.json)
    elif method not in ("GET", "HEAD") and headers.get("Content-Length") is None:
        headers["Content-Length"] = "0"
    return prepared


@lru_cache(maxsize=256)
def _check(name: Any, value: Any) -> None:
    """requests' own check; the headers of a session are the same each time."""
    __tracebackhide__ = True
    check_header_validity((name, value))


def _is_plain(session: Any, request: Any) -> bool:
    """Whether neither of the two has anything that would have to be merged."""
    if request.auth or session.auth or session.params or request.cookies or session.cookies._cookies:
        return False
    if request.hooks.get("response") or session.hooks.get("response") != [] or len(request.hooks) != 1:
        return False
    return request.params is None or isinstance(request.params, dict)


def _headers(of_session: Any, of_request: Any) -> CaseInsensitiveDict[Any] | None:
    __tracebackhide__ = True
    if type(of_session) is not CaseInsensitiveDict:
        return None
    merged: CaseInsensitiveDict[Any] = CaseInsensitiveDict()
    merged._store = OrderedDict(of_session._store)  # type: ignore[attr-defined]
    for name, value in of_request.items() if of_request else ():
        if not isinstance(name, str):
            return None
        merged[name] = value
    for name, value in merged._store.values():  # type: ignore[attr-defined]
        if value is None:
            return None
        _check(name, value)
    return merged
