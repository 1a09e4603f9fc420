"""``Set-Cookie`` headers of a response -> the cookies that go to the host, as Azure's worker reads them."""

from __future__ import annotations

import logging
from collections.abc import Iterable
from datetime import datetime, timezone
from typing import Any

_SAME_SITE = {"lax": "Lax", "strict": "Strict", "none": "ExplicitNone"}


def rpc_cookies(jars: Iterable[Any] | None) -> list[dict[str, Any]]:
    """One dict per cookie; *jars* are ``http.cookies.SimpleCookie`` objects as the SDK's converter makes them.

    :raises ValueError: an ``Expires`` that is no HTTP date.
    :raises TypeError: a ``Max-Age`` that is no number.
    """
    return [_cookie(name, morsel) for jar in jars or () for name, morsel in jar.items()]


def _cookie(name: str, morsel: Any) -> dict[str, Any]:
    return {
        "name": name,
        "value": morsel.value,
        "domain": morsel["domain"],
        "path": morsel["path"],
        "expires": _expires(morsel["expires"]),
        "secure": bool(morsel["secure"]),
        "http_only": bool(morsel["httponly"]),
        "same_site": _SAME_SITE.get(morsel["samesite"].lower(), "None"),
        "max_age": _max_age(morsel["max-age"]),
    }


def _expires(text: str) -> int | None:
    """Seconds since 1970, UTC."""
    if not text:
        return None
    try:
        moment = datetime.strptime(text, "%a, %d %b %Y %H:%M:%S GMT")
    except ValueError:
        # Azure's worker logs to the root logger here, so the line shows up among the user's.
        logging.error("Can not parse value %s of expires in the cookie due to invalid format.", text)
        raise
    return int(moment.replace(tzinfo=timezone.utc).timestamp())


def _max_age(value: str | int | float) -> float | None:
    if value == "":
        return None
    try:
        return float(value)
    except ValueError:
        raise TypeError(f"Cannot parse value {value} of 'cookie.maxAge' to float.") from None
