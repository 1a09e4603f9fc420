"""The host's time."""

from __future__ import annotations

from datetime import datetime, timezone


def now() -> datetime:
    """The present moment in UTC. It is asked each time, so that freezegun and time-machine are seen."""
    return datetime.now(timezone.utc)
