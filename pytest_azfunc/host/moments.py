"""Moments as text: ISO 8601 with an offset, as logs and documents write them. Pure."""

from __future__ import annotations

import re
from datetime import datetime, timedelta, timezone

_ISO = re.compile(
    r"(\d{4}-\d\d-\d\d)[Tt ](\d\d:\d\d)(:\d\d)?(?:[.,](\d{1,9}))?\s*(?:([Zz])|([+-])(\d\d):?(\d\d)?)", re.ASCII
)


def from_iso(text: str) -> datetime | None:
    """The moment that a text such as ``"2026-03-01T02:29:00Z"`` names; None where it names none.

    An offset is needed, as a moment without one is none. Of a fraction of a second, six digits count.
    """
    found = _ISO.fullmatch(text.strip())
    if found is None:
        return None
    day, minutes, seconds, fraction, zulu, sign, hours, rest = found.groups()
    if fraction and not seconds:
        return None
    try:
        moment = datetime.fromisoformat(f"{day}T{minutes}{seconds or ':00'}")
        offset = timedelta() if zulu else timedelta(hours=int(hours), minutes=int(rest or 0))
        zone = timezone.utc if not offset else timezone(-offset if sign == "-" else offset)
    except ValueError:  # a thirteenth month, an offset of more than a day
        return None
    if int(rest or 0) > 59:
        return None
    return moment.replace(microsecond=int((fraction or "0").ljust(6, "0")[:6]), tzinfo=zone)
