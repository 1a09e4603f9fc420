"""The ``retry`` object of function.json and host.json, checked as the host checks it (Utility.ValidateRetryOptions)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any, Protocol

from pytest_azfunc.errors import ProjectError, either, json_kind, shown_json
from pytest_azfunc.project.function import RetryPolicy
from pytest_azfunc.project.timespan import parse_timespan

# In the order of .NET's numbers; the first one is what a policy without a strategy gets.
STRATEGIES = ("exponentialBackoff", "fixedDelay")


class MakeError(Protocol):
    """Makes the error of the file that holds the policy."""

    def __call__(self, rule: str, **details: object) -> ProjectError:
        """The error of *rule*; *details* are the values that its sentences mention."""


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
        found = f"{minimum}, longer than maximumInterval ({maximum})"
        raise error("retry-value", name="minimumInterval", found=found, expected="at most maximumInterval")
    return RetryPolicy("exponentialBackoff", count, minimum_interval=minimum, maximum_interval=maximum)


def _strategy(value: Any, error: MakeError) -> str:
    if value is None:
        return STRATEGIES[0]
    names = {strategy.lower(): strategy for strategy in STRATEGIES}
    names.update((str(number), strategy) for number, strategy in enumerate(STRATEGIES))
    is_number = isinstance(value, int) and not isinstance(value, bool)
    strategy = names.get(str(value).strip().lower()) if is_number or isinstance(value, str) else None
    if strategy is None:
        raise error("retry-value", name="strategy", found=shown_json(value), expected=either(STRATEGIES))
    return strategy


def _count(value: Any, strategy: str, error: MakeError) -> int:
    if value is None or value == "":
        raise error("retry-value-missing", strategy=strategy, name="maxRetryCount")
    count = value
    if isinstance(value, str) and len(value) < 20:
        try:
            count = int(value)
        except ValueError:
            pass
    if isinstance(count, bool) or not isinstance(count, int) or not -1 <= count < 2**31:
        expected = "an integer from -1 (for ever) to 2147483647"
        raise error("retry-value", name="maxRetryCount", found=shown_json(value), expected=expected)
    return count


def _interval(values: Mapping[str, Any], name: str, strategy: str, error: MakeError) -> timedelta:
    value = values.get(name.lower())
    if value is None or value == "":
        raise error("retry-value-missing", strategy=strategy, name=name)
    interval = parse_timespan(value) if isinstance(value, str) else None
    if interval is None or interval < timedelta(0):
        raise error("retry-value", name=name, found=shown_json(value), expected="a time span such as '00:00:10'")
    return interval
