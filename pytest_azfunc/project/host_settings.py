"""App settings that lie over host.json: ``AzureFunctionsJobHost__extensions__http__routePrefix`` and the like.

Sources: azure-functions-host, HostJsonFileConfigurationSource.cs and ScriptEnvironmentVariablesConfigurationSource.cs;
.NET's ConfigurationKeyComparer (order of an array's items). The host turns host.json into configuration keys, and the
environment comes into the same configuration after it: a value replaces the one of its key, a new key is added, nothing
is removed. Names are compared without case, and ``__`` is the same as ``:``.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Mapping
from typing import Any, Final

from pytest_azfunc.process.environment import variable_names

_IN_SECTION: Final = re.compile("azurefunctionsjobhost(?:__|:)", re.IGNORECASE)
_SEPARATOR: Final = re.compile("__|:")
_NOTHING: Final[Mapping[str, str]] = {}

Settings = Mapping[str, str]
Key = tuple[str, ...]


def settings_over_host_json(file: Settings = _NOTHING, given: Settings = _NOTHING) -> Settings:
    """Those of an app, by their names: what is given goes over the environment, and that over the settings file.

    :param file: values of the settings file.
    :param given: values that a test or a caller gives.
    """
    found: dict[Key, tuple[str, str]] = {}
    for settings, names in ((file, file), (os.environ, _ENVIRONMENT.names()), (given, given)):
        for name in names:
            # What no setting can be is refused where the settings are put in place.
            if is_over_host_json(name) and isinstance(settings.get(name), str):
                found[_key(name)] = name, settings[name]
    return dict(found.values()) if found else _NOTHING


def is_over_host_json(name: object) -> bool:
    """Whether an app setting of that name lies over host.json."""
    return isinstance(name, str) and _IN_SECTION.match(name) is not None


def _key(name: str) -> Key:
    return tuple(_SEPARATOR.split(name.lower()))


class _NamesInEnvironment:
    """The variables whose names begin so.

    They are asked for with every test, so they are looked for only when the environment has other names than before.
    """

    def __init__(self) -> None:
        self._seen: list[Any] = []
        self._found: list[str] = []

    def names(self) -> Iterable[str]:
        present = variable_names()
        if present != self._seen:
            self._seen, self._found = present, [name for name in map(os.fsdecode, present) if is_over_host_json(name)]
        return self._found


_ENVIRONMENT = _NamesInEnvironment()


class SettingText(str):
    """The value of an app setting, which is not shown where it is wrong.

    :ivar setting: the setting's name.
    """

    setting: str

    @classmethod
    def of(cls, text: str, setting: str) -> SettingText:
        """The text, with the name of its setting."""
        made = cls(text)
        made.setting = setting
        return made


class Overlay:
    """host.json with app settings over it.

    :ivar content: what the host makes of both.
    """

    def __init__(self, content: Mapping[str, Any], settings: Settings) -> None:
        self.content: dict[str, Any] = dict(content)
        self._origins: dict[Key, str] = {}
        for name, value in _in_host_order(settings):
            path = _SEPARATOR.split(name)[1:]
            if all(path):
                self.content = self._with(self.content, path, value, name, ())

    def setting(self, *keys: str | int) -> str | None:
        """The name of the app setting that a value comes from; None where it stands in the file.

        An object or array comes from the first setting that has put something into it.
        """
        path = tuple(str(key).lower() for key in keys)
        found = self._origins.get(path)
        if found is not None:
            return found
        return next((name for key, name in self._origins.items() if key[: len(path)] == path), None)

    def _with(self, node: Any, path: list[str], value: str, name: str, above: Key) -> Any:
        """The node with a value at that path below it."""
        if not path:
            if isinstance(node, (dict, list)):
                return node  # a section has a value of its own then, which nobody reads
            self._origins[above] = name
            return value
        if isinstance(node, list) or (not isinstance(node, dict) and path[0].isdecimal()):
            return self._with_item(node if isinstance(node, list) else [], path, value, name, above)
        children = dict(node) if isinstance(node, dict) else {}
        # Of several names that differ only in case the last one counts.
        spelled = [key for key in children if key.lower() == path[0].lower()][-1:] or path[:1]
        key = spelled[0]
        children[key] = self._with(children.get(key), path[1:], value, name, (*above, key.lower()))
        return children

    def _with_item(self, items: list[Any], path: list[str], value: str, name: str, above: Key) -> list[Any]:
        index = int(path[0]) if path[0].isdecimal() and int(path[0]) < len(items) else len(items)
        present = items[index] if index < len(items) else None
        changed = self._with(present, path[1:], value, name, (*above, str(index)))
        return [*items[:index], changed, *items[index + 1 :]]


def _in_host_order(settings: Settings) -> list[tuple[str, str]]:
    """The settings in the order of .NET's configuration: the items of an array by their numbers."""

    def order(part: str) -> tuple[bool, int, str]:
        return (False, int(part), part) if part.isdecimal() else (True, 0, part)

    return sorted(settings.items(), key=lambda item: list(map(order, _key(item[0]))))
