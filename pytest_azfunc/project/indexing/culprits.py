"""Which function of a decorator app is to blame when nothing of it can be indexed, and what stands behind it."""

from __future__ import annotations

import sys
from typing import Any

from pytest_azfunc.errors import notes
from pytest_azfunc.project.indexing.decorators import function_inside, names_in, source_of
from pytest_azfunc.project.indexing.retries import STRATEGIES, read_time_span


def culprit_in(app: Any) -> Any | None:
    """The SDK function that the SDK refused to build: without a trigger, or the second of its name."""
    seen = set()
    for _, function in names_in(app):
        name = str(function.get_function_name())
        if function.get_trigger() is None or name in seen:
            return function
        seen.add(name)
    return None


def torn_from(app: Any, culprit: Any) -> list[Any]:
    """The other SDK functions of the same ``def``: an ordinary decorator stands between two of the app's."""
    found = []
    for _, function in names_in(app):
        inner = function_inside(function)
        if inner is not None and culprit in (function, inner):
            found.append(inner if culprit is function else function)
    return found


def hint_for_culprit(app: Any, culprit: Any) -> str:
    """What stands behind a name that is there twice, or a trigger that is not there; empty when nothing is known."""
    if culprit.get_trigger() is None:
        if any(binding.type == "durableClient" for binding in culprit.get_bindings()):
            return notes.CLIENT_HINT
        return notes.BETWEEN_HINT if torn_from(app, culprit) else notes.TRIGGER_HINT
    if hint := _hint_for_retry(culprit):
        return hint
    others = [function for name, function in names_in(app) if name == str(culprit.get_function_name())]
    if others.count(culprit) > 1:
        return " It is there twice, with a blueprint that is registered twice."
    source = source_of(others[0])
    return f" The other one is at {source.location()}." if source and others[0] is not culprit else ""


def _hint_for_retry(culprit: Any) -> str:
    """What is wrong with the retry policy; empty when nothing is."""
    policy = culprit.get_settings_dict("retry_policy")
    if not policy:
        return ""
    strategy = policy.get("strategy")
    if strategy not in STRATEGIES:
        return notes.retry_strategy(strategy)
    try:
        int(policy.get("max_retry_count"))
    except (TypeError, ValueError):
        return notes.RETRY_COUNT_HINT
    is_fixed = STRATEGIES[strategy] == "fixedDelay"
    names = ("delay_interval",) if is_fixed else ("minimum_interval", "maximum_interval")
    missing = [name for name in names if not policy.get(name)]
    if missing and (is_fixed or sys.version_info < (3, 13)):
        return notes.retry_missing("fixed_delay" if is_fixed else "exponential_backoff", " and ".join(names))
    for name in names:
        try:
            if policy.get(name):
                read_time_span(policy[name])
        except (TypeError, ValueError):
            return notes.RETRY_INTERVAL_HINT
    return ""
