"""The ``retry`` object of function.json and host.json, checked as the host checks it (Utility.ValidateRetryOptions)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any, Protocol

from pytest_azfunc.errors import ProjectError, json_kind, shown
from pytest_azfunc.project.function import RetryPolicy
from pytest_azfunc.project.timespan import parse_timespan


class MakeError(Protocol):
    """Makes the error of the file that holds the policy."""

    def __call__(self, rule: str, **details: object) -> ProjectError: ...


def parse_retry(config: object, error: MakeError) -> RetryPolicy:
    """The policy that the JSON value *config* declares. Names inside it, and the strategy, ignore case.

    :raises ProjectError: what *error* makes of the first fault.
    """
    if not isinstance(config, Mapping):
        raise error("retry-value", name="policy", found=json_kind(config), expected="an object")
    values = {str(key).lower(): value for key, value in config.items()}
    strategy = _strategy(values.get("strategy"), error)
    count = _count(values.get("maxretrycount"), strategy, error)
    if strategy == "fixedDelay":
        delay = _interval(values, "delayInterval", strategy, error)
        return RetryPolicy("fixedDelay", count, delay_interval=delay)
    minimum = _interval(values, "minimumInterval", strategy, error)
    maximum = _interval(values, "maximumInterval", strategy, error)
    if minimum > maximum:
        raise error("retry-value", name="minimumInterval", found="longer", expected="at most maximumInterval")
    return RetryPolicy("exponentialBackoff", count, minimum_interval=minimum, maximum_interval=maximum)


def _strategy(value: Any, error: MakeError) -> str:
    if value is None:  # the enum's zero value
        return "exponentialBackoff"
    names = {"fixeddelay": "fixedDelay", "exponentialbackoff": "exponentialBackoff"}
    strategy = names.get(value.lower()) if isinstance(value, str) else None
    if strategy is None:
        raise error("retry-value", name="strategy", found=shown(value), expected="fixedDelay or exponentialBackoff")
    return strategy


def _count(value: Any, strategy: str, error: MakeError) -> int:
    if value is None:
        raise error("retry-value-missing", strategy=strategy, name="maxRetryCount")
    if isinstance(value, str):
        try:
            value = int(value)
        except ValueError:
            pass
    if isinstance(value, bool) or not isinstance(value, int) or value < -1:
        raise error("retry-value", name="maxRetryCount", found=shown(value), expected="an integer of -1 or more")
    return value


def _interval(values: Mapping[str, Any], name: str, strategy: str, error: MakeError) -> timedelta:
    value = values.get(name.lower())
    if value is None:
        raise error("retry-value-missing", strategy=strategy, name=name)
    interval = parse_timespan(value) if isinstance(value, str) else None
    if interval is None or interval < timedelta(0):
        raise error("retry-value", name=name, found=shown(value), expected="a time span such as '00:00:10'")
    return interval
