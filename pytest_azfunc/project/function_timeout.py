"""``functionTimeout`` of host.json: how long a function may run, and how long the plan of the app lets it.

Source: azure-functions-host, ScriptJobHostOptionsSetup.cs.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any, Final

from pytest_azfunc.errors import ProjectError, app_notes, shown_json
from pytest_azfunc.project.host_json import HostConfig
from pytest_azfunc.project.host_json_source import HostJsonSource, member, wrong

_NAME: Final = "functionTimeout"
# What the platform sets on the Consumption plan, where it is known.
_PLAN_SETTING: Final = "WEBSITE_SKU"
_CONSUMPTION: Final = "dynamic"
LONGEST_ON_CONSUMPTION: Final = timedelta(minutes=10)


def timeout_error(host: HostConfig, settings: Mapping[str, str]) -> ProjectError | None:
    """Why the host does not start with it on the Consumption plan; None where it does, or the plan is another one.

    :param settings: the app settings, which name the plan.
    """
    source, value = host.source, _declared(host)
    if not isinstance(source, HostJsonSource) or value is None or not _is_too_long(host):
        return None
    if settings.get(_PLAN_SETTING, "").lower() != _CONSUMPTION:
        return None
    expected = f"at most 00:10:00, for the app's plan ({_PLAN_SETTING}) is Consumption"
    return wrong(source, (_NAME,), shown_json(value), expected)


def timeout_note(host: HostConfig, settings: Mapping[str, str]) -> str:
    """What ``--azfunc-list`` says of it; nothing where it is not set."""
    source, value = host.source, _declared(host)
    if value is None:
        return ""
    overlay = source.overlay if isinstance(source, HostJsonSource) else None
    setting = None if overlay is None else overlay.setting(_NAME)
    # Which plan it will be is mostly not known here.
    is_at_stake = _is_too_long(host) and _PLAN_SETTING not in settings
    return app_notes.function_timeout(shown_json(value) if setting is None else setting, is_at_stake)


def _declared(host: HostConfig) -> Any:
    """The value as it stands in host.json, or in a setting over it; None where there is none."""
    return member(host.content, _NAME) or None


def _is_too_long(host: HostConfig) -> bool:
    return host.function_timeout is None or host.function_timeout > LONGEST_ON_CONSUMPTION
