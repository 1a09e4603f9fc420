"""``Set-Cookie`` headers of a response -> the cookies that go to the host, as Azure's worker reads them.

There are two workers, which read the date in ``Expires`` differently: azure-functions-python-worker, datumdef.py, up to
Python 3.12, and azure-functions-runtime, bindings/datumdef.py, from 3.13 on.
"""

from __future__ import annotations

import importlib
import logging
import sys
from collections.abc import Iterable
from datetime import datetime, timezone
from typing import Any

_SAME_SITE = {"lax": "Lax", "strict": "Strict", "none": "ExplicitNone"}


def rpc_cookies(jars: Iterable[Any] | None) -> list[dict[str, Any]]:
    """One dict per cookie; *jars* are ``http.cookies.SimpleCookie`` objects as the SDK's converter makes them.

    :raises ValueError: an ``Expires`` that is no HTTP date (up to Python 3.12: that is no date at all);
        ``UnicodeEncodeError`` for a lone surrogate.
    :raises TypeError: a ``Max-Age`` that is no number; from Python 3.13 on, an ``Expires`` on the first day there is.
    """
    return [_cookie(name, morsel) for jar in jars or () for name, morsel in jar.items()]


def _cookie(name: str, morsel: Any) -> dict[str, Any]:
    # In the order in which Azure's worker gets to them: the first that does not fit is the error.
    optional = {
        "domain": _text(morsel["domain"]),
        "path": _text(morsel["path"]),
        "expires": _expires(morsel["expires"]),
        "secure": bool(morsel["secure"]),
        "http_only": bool(morsel["httponly"]),
        "same_site": _SAME_SITE.get(morsel["samesite"].lower(), "None"),
        "max_age": _max_age(morsel["max-age"]),
    }
    return {"name": _text(name), "value": _text(morsel.value), **optional}


def _text(text: str) -> str:
    """The text, if a message can carry it: a quoted value may hold any character."""
    text.encode("utf-8")
    return text


def _expires(text: str) -> int | None:
    """Seconds since 1970, UTC."""
    if not text:
        return None
    return _moment_of_any_date(text) if sys.version_info < (3, 13) else _moment_of_an_http_date(text)


def _moment_of_any_date(text: str) -> int:
    """Whatever dateutil takes for a date; without a zone it is in UTC, as the workers' clocks are."""
    parser: Any = importlib.import_module("dateutil.parser")  # a module with a long train, for few responses
    try:
        moment: datetime = parser.parse(text)
    except parser.ParserError:
        logging.error("Can not parse value %s of expires in the cookie due to invalid format.", text)
        raise
    except OverflowError:
        logging.error(
            "Can not parse value %s of expires in the cookie because the parsed date exceeds the largest valid C "
            "integer on your system.",
            text,
        )
        raise
    return int((moment if moment.tzinfo else moment.replace(tzinfo=timezone.utc)).timestamp())


def _moment_of_an_http_date(text: str) -> int:
    try:
        moment = datetime.strptime(text, "%a, %d %b %Y %H:%M:%S GMT")
    except ValueError:
        # Azure's worker logs to the root logger here, so the line shows up among the user's.
        logging.error("Can not parse value %s of expires in the cookie due to invalid format.", text)
        raise
    if moment.year == moment.month == moment.day == 1:
        # Azure's worker takes the date for a local time, and to look for a change of clocks it asks for the day before.
        raise TypeError(
            f"A 'datetime' or 'int' type was expected instead of a '{datetime}' type. "
            f"Cannot parse value {moment} of 'cookie.expires'."
        )
    return int(moment.replace(tzinfo=timezone.utc).timestamp())


def _max_age(value: str | int | float) -> float | None:
    if value == "":
        return None
    try:
        return float(value)
    except ValueError:
        raise TypeError(f"Cannot parse value {value} of 'cookie.maxAge' to float.") from None
