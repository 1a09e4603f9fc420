"""Moments as task hubs and the queries of clients tell them."""

from __future__ import annotations

from datetime import datetime, timezone

from pytest_azfunc.clock import as_moment

__tracebackhide__ = True


def utc_moment(value: object) -> datetime | None:
    """A moment in UTC, which one without an offset is anyway; of a date its midnight. None for what is no moment."""
    if isinstance(value, datetime):
        return as_moment(value if value.tzinfo is not None else value.replace(tzinfo=timezone.utc))
    text = str(value).strip()
    return as_moment(text) or as_moment(f"{text}Z") or as_moment(f"{text}T00:00Z")
