"""The time zone in which schedules are read.

Azure goes by UTC, unless the app setting ``WEBSITE_TIME_ZONE`` says otherwise; on Linux plans it has an IANA name.
(https://learn.microsoft.com/azure/azure-functions/functions-app-settings#website_time_zone)
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timezone, tzinfo
from functools import lru_cache

from pytest_azfunc.errors import BindingError, ProjectError, shown, suggestion

TIME_ZONE_SETTING = "WEBSITE_TIME_ZONE"


def time_zone(settings: Mapping[str, str]) -> tzinfo:
    """The time zone that the app settings name; UTC without one.

    :raises ProjectError: the name is none of the IANA database. (No value of a setting is shown.)
    """
    name = settings.get(TIME_ZONE_SETTING)
    if not name:
        return timezone.utc
    found = _named(name)
    if found is not None:
        return found
    what = f"the app setting {TIME_ZONE_SETTING}"
    iana = _of_windows(name)
    if iana is not None:
        raise ProjectError("time-zone-windows", what=what, iana=iana)
    raise ProjectError("time-zone", what=what, suggestion=_nearest(name))


def as_time_zone(call: str, value: str | tzinfo) -> tzinfo:
    """A time zone that a test has given: an object, or an IANA name.

    :param call: who was given it, for the error.
    :raises BindingError: it is neither.
    """
    if isinstance(value, tzinfo):
        return value
    found = _named(value) if isinstance(value, str) and value else None
    if found is None:
        iana = _of_windows(value) if isinstance(value, str) else None
        hint = f"{iana!r}, the IANA name for it" if iana else "a tzinfo, or an IANA name such as 'Europe/Berlin'"
        near = _nearest(value) if isinstance(value, str) and not iana else ""
        raise BindingError(
            "payload-value", builder=call, name="tz", found=shown(value), expected=f"{hint}.{near}" if near else hint
        )
    return found


@lru_cache(maxsize=64)
def _named(name: str) -> tzinfo | None:
    from zoneinfo import ZoneInfo

    if name == "UTC":  # whose clock never changes, and which needs no database
        return timezone.utc
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError):  # not there, no name at all, or a folder of the database
        return None


def _of_windows(name: str) -> str | None:
    from pytest_azfunc.project.windows_time_zones import IANA_NAMES

    return IANA_NAMES.get(name.strip().lower())


def _nearest(name: str) -> str:
    from zoneinfo import available_timezones

    return suggestion(name, sorted(available_timezones()))
