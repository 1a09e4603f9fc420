"""What stands between per cent signs in a binding's properties: the name of an app setting. Pure.

Source: azure-webjobs-sdk, NameResolverExtensions.cs (ResolveWholeString); names of settings are compared without case.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


def with_settings(text: str, settings: Mapping[str, str]) -> str | None:
    """The text with every ``%NAME%`` replaced by that app setting.

    :returns: None where a setting is missing, or a per cent sign has no partner.
    """
    if "%" not in text:
        return text
    parts = text.split("%")
    if len(parts) % 2 == 0:
        return None
    for index in range(1, len(parts), 2):
        value = _setting(parts[index], settings)
        if value is None:
            return None
        parts[index] = value
    return "".join(parts)


def _setting(name: str, settings: Mapping[str, str]) -> str | None:
    folded = name.lower()
    return next((value for key, value in settings.items() if key.lower() == folded), None)


def fixed_text(properties: Mapping[str, Any], name: str, default: str, settings: Mapping[str, str]) -> str:
    """A property's text, or the default where it has none, or one that only an invocation or a setting completes."""
    value = properties.get(name)
    if not isinstance(value, str) or not value or "{" in value:
        return default
    return with_settings(value, settings) or default
