"""What is read of host.json, value by value, as .NET configuration has it; and what is said of a wrong one.

Names ignore case, every scalar is text, and null is an empty text. An object or array in the place of something else is
passed over in silence by the host; here it is an error, for nobody means that.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from pytest_azfunc.errors import ProjectError, json_kind, shown_json
from pytest_azfunc.project.host_settings import Overlay
from pytest_azfunc.project.json_file import JsonFile

_RULES_OF_SETTINGS: Final = {
    "host-json-value": "host-setting-value",
    "host-json-ignored": "host-setting-ignored",
    "host-json-http": "host-setting-http",
}


class HostJsonSource(JsonFile):
    """host.json, and the app settings over it.

    :ivar overlay: both together; None where no setting lies over it.
    """

    def __init__(self, path: str, overlay: Overlay | None = None) -> None:
        super().__init__(path)
        self.overlay = overlay

    def wrong(self, rule: str, keys: tuple[str | int, ...], found: str, expected: str) -> ProjectError:
        """The error for a value of the file; for one of an app setting it tells no more than the setting's name."""
        setting = None if self.overlay is None else self.overlay.setting(*keys)
        if setting is not None:
            return ProjectError(_RULES_OF_SETTINGS[rule], name=setting, expected=expected)
        return ProjectError(
            rule, location=self.location(*keys), name=".".join(map(str, keys)), found=found, expected=expected
        )


def section_of(parent: Mapping[str, Any], source: HostJsonSource, *keys: str) -> Mapping[str, Any]:
    """An object within host.json; empty when absent."""
    value = member(parent, keys[-1])
    if value is None:
        return {}
    if not isinstance(value, dict):
        raise ignored(source, keys, json_kind(value), "an object")
    return value


def member(parent: Mapping[str, Any], name: str) -> Any:
    """The value under *name*, case ignored; of several the last one, as in .NET configuration."""
    found = None
    for key, value in parent.items():
        if key.lower() == name.lower():
            found = value
    return found


def text_of(value: object, source: HostJsonSource, keys: tuple[str | int, ...], expected: str) -> str:
    """A scalar as .NET configuration keeps it."""
    if value is None:
        return ""
    if isinstance(value, (dict, list)):
        raise ignored(source, keys, json_kind(value), expected)
    return str(value)


def wrong(source: HostJsonSource, keys: tuple[str | int, ...], found: str, expected: str) -> ProjectError:
    """The host does not start with it."""
    return source.wrong("host-json-value", keys, found, expected)


def ignored(source: HostJsonSource, keys: tuple[str | int, ...], found: str, expected: str) -> ProjectError:
    """The host passes over it."""
    return source.wrong("host-json-ignored", keys, found, expected)


def fatal(source: HostJsonSource, keys: tuple[str | int, ...], found: str, expected: str) -> ProjectError:
    """The host starts with it, but then it cannot answer."""
    return source.wrong("host-json-http", keys, found, expected)


def flag(section: Mapping[str, Any], source: HostJsonSource, *keys: str) -> bool:
    """A value that is true or false; the latter where it is absent."""
    value = member(section, keys[-1])
    text = text_of(value, source, keys, "true or false").strip().lower()
    if text not in ("", "true", "false"):
        raise wrong(source, keys, shown_json(value), "true or false")
    return text == "true"
