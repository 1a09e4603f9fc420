"""Retry policies of decorators, in the form of function.json.

Source: azure-functions-runtime, loader.py.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Mapping
from typing import Any

_INT32 = 2**31
# Of the enum in the RPC protocol, which takes its numbers too; the worker fails on any other name.
STRATEGIES: dict[object, str] = {
    "fixed_delay": "fixedDelay",
    "exponential_backoff": "exponentialBackoff",
    None: "exponentialBackoff",
    0: "exponentialBackoff",
    1: "fixedDelay",
}


def retry_of(function: Any) -> Mapping[str, Any] | None:
    """The retry policy of an SDK function in the form of function.json; None without one.

    :raises Exception: what the worker raises for a policy that it cannot read, with the same words.
    """
    policy = function.get_settings_dict("retry_policy")
    if not policy:
        return None
    count = int(policy.get("max_retry_count"))
    strategy = policy.get("strategy")
    retry: dict[str, Any] = {"maxRetryCount": count}
    if strategy == "fixed_delay":
        retry["delayInterval"] = read_time_span(policy.get("delay_interval"))
    else:
        retry["minimumInterval"] = _interval(policy.get("minimum_interval"), "00:00:00")
        retry["maximumInterval"] = _interval(policy.get("maximum_interval"), "24855.03:14:07")  # int32's most seconds
    if strategy not in STRATEGIES:
        raise ValueError(f'unknown enum label "{strategy}"')
    if not -_INT32 <= count < _INT32:
        raise ValueError(f"Value out of range: {count}")
    retry["strategy"] = STRATEGIES[strategy]
    return retry


def _interval(text: Any, default: str) -> str:
    """Of a growing delay. The worker of Python 3.12 and older asks for both ends, the later one does not."""
    return read_time_span(text) if text or sys.version_info < (3, 13) else default


def read_time_span(text: Any) -> str:
    """An interval of a retry policy, as function.json writes it.

    :raises Exception: what the worker raises for one that it cannot read.
    """
    parsed = time.strptime(text, "%H:%M:%S")  # which lets a minute have 61 seconds
    minutes, seconds = divmod(parsed.tm_min * 60 + parsed.tm_sec, 60)
    hours, minutes = divmod(parsed.tm_hour * 60 + minutes, 60)
    days, hours = divmod(hours, 24)
    return f"{days}.{hours:02}:{minutes:02}:{seconds:02}"
