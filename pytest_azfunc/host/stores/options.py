"""What host.json says to extensions, below ``extensions``: read when a store needs it, as its extension reads it.

Source: .NET's configuration binder: numbers and time spans may be text, names of enumerations ignore case, and the host
does not start with what it cannot read.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import timedelta

from pytest_azfunc.host.stores.store import Site
from pytest_azfunc.project.timespan import parse_timespan

__tracebackhide__ = True

_NUMBER = r"\s*[+-]?[0-9]{1,9}\s*"


def count(site: Site, *names: str, default: int, least: int = 1) -> int:
    """A number of messages, tries or the like.

    :raises ProjectError: it is no whole number, or a smaller one than it may be.
    """
    given = site.option(*names)
    if given is None:
        return default
    found = int(given) if re.fullmatch(_NUMBER, str(given), re.ASCII) else None
    if found is None or found < least:
        raise site.wrong_option(names, given, f"a whole number from {least}")
    return found


def time_span(site: Site, *names: str) -> timedelta:
    """A time span; none where nothing is said.

    :raises ProjectError: it is none.
    """
    given = site.option(*names)
    found = timedelta() if given is None else parse_timespan(str(given))
    if found is None or found < timedelta():
        raise site.wrong_option(names, given, "a time span such as '00:00:30'")
    return found


def choice(site: Site, *names: str, choices: Sequence[str]) -> str:
    """One of several words, in lower case; the first one where nothing is said.

    :raises ProjectError: it is another one.
    """
    given = site.option(*names)
    found = choices[0] if given is None else str(given).strip().lower()
    if found not in choices:
        raise site.wrong_option(names, given, " or ".join(map(repr, choices)))
    return found
