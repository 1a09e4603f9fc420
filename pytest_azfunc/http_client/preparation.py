"""Plain requests made ready to be sent without requests' detours; they come out as requests itself makes them.

requests merges settings and takes URLs apart and together again for what a network may need, and that costs more than
the function that is called. For a plain request to the app the outcome is known; a property test compares the two.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Any

import requests
from requests.structures import CaseInsensitiveDict
from requests.utils import check_header_validity

from pytest_azfunc.http_client import requests_internals as internals

__tracebackhide__ = True

# Addresses that requests leaves as they are: nothing to escape, no `.` segments, no fragment.
_PLAIN_PATH = re.compile(r"(?!.*/\.)/[A-Za-z0-9\-._~!$&'()*+,;=:@/]*(\?[A-Za-z0-9\-._~!$&'()*+,;=:@/?]+)?")
_PLAIN_METHOD = re.compile(r"[A-Z]+")


def prepare_plainly(
    session: requests.Session,
    base_url: str,
    method: Any,
    url: Any,
    headers: Any = None,
    *,
    params: Any = None,
    data: Any = None,
    files: Any = None,
    json: Any = None,
) -> requests.PreparedRequest | None:
    """What ``session.prepare_request(Request(...))`` returns; None when the request is not plain enough.

    A request that has more to it than these arguments (cookies, auth, hooks) is not plain. They are those of
    ``requests.Request``.

    :param base_url: the app; only URLs below it are plain.
    """
    if not isinstance(url, str) or not isinstance(method, str) or not url.startswith(base_url):
        return None
    path = url[len(base_url) :]
    if not (_is_plain_address(method, path) and _is_plain(session, params)):
        return None
    merged = _headers(session.headers, headers)
    if merged is None:
        return None
    query = internals.encoded_params(params) if params else ""
    if not isinstance(query, str) or "#" in query:
        return None
    if query:
        url += f"{'&' if '?' in path else '?'}{query}"
    prepared = internals.prepared_request(method, url, merged)
    if data or files or json is not None:
        prepared.prepare_body(data, files, json)
    elif method not in ("GET", "HEAD") and not internals.has_header(merged, "content-length"):
        merged["Content-Length"] = "0"
    return prepared


@lru_cache(maxsize=256)
def _is_plain_address(method: str, path: str) -> bool:
    return _PLAIN_PATH.fullmatch(path) is not None and _PLAIN_METHOD.fullmatch(method) is not None


def _is_plain(session: Any, params: Any) -> bool:
    """Whether the session has nothing that would have to be merged."""
    if session.auth or session.params or internals.has_cookies(session.cookies):
        return False
    return session.hooks.get("response") == [] and (params is None or isinstance(params, dict))


def _headers(of_session: Any, of_request: Any) -> CaseInsensitiveDict[Any] | None:
    if type(of_session) is not CaseInsensitiveDict or not _are_plain(internals.items_of(of_session)):
        return None
    merged = internals.headers_of(internals.items_by_name(of_session))
    for name, value in of_request.items() if of_request else ():
        if not isinstance(name, str) or not isinstance(value, (str, bytes)):
            return None
        _check(name, value)
        merged[name] = value
    return merged


def _are_plain(of_session: tuple[internals.Item, ...]) -> bool:
    """Whether requests has nothing against a session's headers. If it has, it says so: a request's may hide them."""
    try:
        return _are_sound(of_session)
    except (requests.exceptions.InvalidHeader, TypeError):  # a value that is no text, or no key of a cache
        return False


@lru_cache(maxsize=64)  # the headers of a session are the same each time
def _are_sound(items: tuple[internals.Item, ...]) -> bool:
    for name, value in items:
        if value is None:
            return False
        _check(name, value)
    return True


@lru_cache(maxsize=256)
def _check(name: Any, value: Any) -> None:
    """requests' own check of a header."""
    check_header_validity((name, value))
