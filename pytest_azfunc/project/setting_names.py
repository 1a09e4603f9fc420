"""What stands between per cent signs in a binding's properties: the name of an app setting. Pure.

Sources: azure-webjobs-sdk, NameResolverExtensions.cs (ResolveWholeString); azure-functions-host,
ScriptEnvironmentVariablesConfigurationSource.cs: names are compared without case, and ``__`` is the same as ``:``.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


class SettingNameError(ValueError):
    """A per cent sign that begins no name of a setting: the host refuses the text, whatever the settings are.

    Its own text is the host's.
    """


def setting_names(text: str) -> tuple[str, ...]:
    """The settings that a text names, in their order; one that it names twice is there twice.

    :raises SettingNameError: a per cent sign has no partner, or there is nothing between the two.
    """
    if "%" not in text:
        return ()
    parts = text.split("%")
    if len(parts) % 2 == 0:
        position = text.rindex("%")
        raise SettingNameError(f"The '%' at position {position} does not have a closing '%'")
    names = tuple(parts[1::2])
    if "" in names:
        raise SettingNameError("'%%' does not resolve to a value.")
    return names


def find_setting(name: str, settings: Mapping[str, str]) -> str | None:
    """The value of a setting; names ignore case, and ``:`` stands for ``__`` and the other way round."""
    found = settings.get(name)
    if found is not None:
        return found
    key = _key(name)
    return next((value for given, value in settings.items() if _key(given) == key), None)


def _key(name: str) -> str:
    return name.lower().replace("__", ":")


def missing_settings(text: str, settings: Mapping[str, str]) -> tuple[str, ...]:
    """Which of the settings that a text names are not there, each once.

    :raises SettingNameError: as :func:`setting_names`.
    """
    return tuple(dict.fromkeys(name for name in setting_names(text) if find_setting(name, settings) is None))


def filled_in(text: str, settings: Mapping[str, str]) -> str:
    """The text with every ``%NAME%`` replaced by that setting; one that is not there stays as it is written.

    A value is not looked through again, whatever it has in it.

    :raises SettingNameError: as :func:`setting_names`.
    """
    if not setting_names(text):
        return text
    parts = text.split("%")
    for index in range(1, len(parts), 2):
        value = find_setting(parts[index], settings)
        parts[index] = f"%{parts[index]}%" if value is None else value
    return "".join(parts)


def with_settings(text: str, settings: Mapping[str, str]) -> str | None:
    """The text with every ``%NAME%`` replaced by that setting; None where one is missing, or where there is no name."""
    if "%" not in text:
        return text
    try:
        return None if missing_settings(text, settings) else filled_in(text, settings)
    except SettingNameError:
        return None


def fixed_text(properties: Mapping[str, Any], name: str, default: str, settings: Mapping[str, str]) -> str:
    """A property's text, or the default where it has none, or one that only an invocation or a setting completes."""
    value = properties.get(name)
    if not isinstance(value, str) or not value or "{" in value:
        return default
    return with_settings(value, settings) or default
