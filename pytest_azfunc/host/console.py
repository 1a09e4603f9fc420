"""Which log lines host.json lets through (``logging.logLevel``). Pure.

A user's line has the category ``Function.<name>.User``; the longest category of host.json that it starts with
decides, ``default`` decides for the rest. (https://learn.microsoft.com/azure/azure-functions/configure-monitoring)
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping

_LEVELS = {
    "trace": 0,
    "debug": logging.DEBUG,
    "information": logging.INFO,
    "warning": logging.WARNING,
    "error": logging.ERROR,
    "critical": logging.CRITICAL,
    "none": 1_000_000,
}


def user_category(function: str) -> str:
    """The host's log category for what a function logs itself."""
    return f"Function.{function}.User"


def minimum_level(log_levels: Mapping[str, str], category: str) -> int:
    """The level from which lines of *category* pass; Information where host.json does not say."""
    best, level = -1, _LEVELS["information"]
    for name, value in log_levels.items():
        length = 0 if name.lower() == "default" else len(name)
        if length > best and (length == 0 or _is_prefix(name, category)):
            best, level = length, _LEVELS[value]
    return level


def _is_prefix(name: str, category: str) -> bool:
    return category.lower().startswith(name.lower())


def console_filter(log_levels: Mapping[str, str], function: str) -> Callable[[logging.LogRecord], bool]:
    """Whether a record of *function* reaches the console."""
    level = minimum_level(log_levels, user_category(function))
    return lambda record: record.levelno >= level
