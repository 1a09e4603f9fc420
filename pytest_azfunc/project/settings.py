"""App settings: local.settings.json, and the questions that the host asks of settings."""

from __future__ import annotations

import os
from collections.abc import Mapping
from functools import cached_property
from typing import Any

from pytest_azfunc.errors import Location, ProjectError, json_kind, setting_name
from pytest_azfunc.process.environment import variable_names
from pytest_azfunc.project.json_file import JsonFile, read_json_text
from pytest_azfunc.project.lenient_json import JsonError, loads

FILE_NAME = "local.settings.json"


class FileSettings(dict[str, str]):
    """Values of a settings file, as they stand there."""

    @cached_property
    def harmless(self) -> Mapping[str, str]:
        """The same with nothing live in them: what is put into the environment."""
        if not self:
            return {}
        from pytest_azfunc.project.live_resources import without_live_resources  # which few tests need

        return {name: without_live_resources(value) for name, value in self.items()}


def read_settings_file(path: str) -> FileSettings:
    """``Values`` of a local.settings.json, as Core Tools hands them to the host: all text.

    :raises ProjectError: not JSON, encrypted, or a value that is an object or an array. Values are never shown.
    """
    name = os.path.basename(path)
    source = JsonFile(path)
    try:
        content = loads(read_json_text(path, unreadable="settings-invalid"))
    except FileNotFoundError:
        raise ProjectError("settings-file-missing", path=path) from None
    except JsonError as error:
        # What the parser says may quote the text, and the text holds secrets.
        where, reason = Location(path, error.line, error.column), "its JSON is broken here"
        raise ProjectError("settings-invalid", location=where, file=name, reason=reason) from None

    def invalid(reason: str, *keys: str) -> ProjectError:
        return ProjectError("settings-invalid", location=source.location(*keys), file=name, reason=reason)

    if not isinstance(content, dict):
        raise invalid(f"it holds {json_kind(content)}, not an object")
    members = {key.lower(): value for key, value in content.items()}
    if str(members.get("isencrypted")).lower() == "true":
        raise ProjectError("settings-encrypted", location=source.location("IsEncrypted"))
    values = members.get("values")
    if values is None:
        return FileSettings()
    if not isinstance(values, dict):
        raise invalid(f"Values is {json_kind(values)}, not an object", "Values")
    settings = FileSettings()
    for key, value in values.items():
        if value is None:
            continue
        if "\0" in key or "=" in key or not key:
            raise invalid(f"{setting_name(key)} cannot be the name of an environment variable", "Values", key)
        if isinstance(value, (dict, list)):
            raise invalid(f"the value of {key} is {json_kind(value)}, not a string", "Values", key)
        settings[key] = _as_text(value)
        if "\0" in settings[key]:
            raise invalid(f"the value of {key} has a NUL character in it", "Values", key)
    return settings


def every_value(path: str) -> dict[str, str]:
    """All texts in a settings file, by their keys, to be kept from being shown; empty where it cannot be read."""
    try:
        content = loads(read_json_text(path, unreadable="settings-invalid"))
    except (OSError, ProjectError, JsonError):
        return {}
    found: dict[str, str] = {}
    left = [("", content)]
    while left:
        name, value = left.pop()
        if isinstance(value, dict):
            left += [(f"{name}:{key}" if name else key, inner) for key, inner in value.items()]
        elif isinstance(value, list):
            left += [(name, inner) for inner in value]
        elif isinstance(value, str):
            found[name.removeprefix("Values:")] = value
    return found


def read_host_section(path: str) -> dict[str, Any]:
    """``Host`` of a local.settings.json: what ``func start`` reads for itself.

    :returns: the names in lower case, of which ``cors`` (a string) and ``corscredentials`` (a boolean) are checked;
        empty where the file or the section is missing.
    :raises ProjectError: not JSON, or a value of the wrong type. Values are never shown.
    """
    name, source = os.path.basename(path), JsonFile(path)
    try:
        content = loads(read_json_text(path, unreadable="settings-invalid"))
    except FileNotFoundError:
        return {}
    except JsonError as error:
        where, reason = Location(path, error.line, error.column), "its JSON is broken here"
        raise ProjectError("settings-invalid", location=where, file=name, reason=reason) from None

    def invalid(found: object, expected: str, *keys: str) -> ProjectError:
        dotted = ".".join(keys)
        return ProjectError(
            "settings-host-section",
            location=source.location(*keys),
            file=name,
            name=dotted,
            found=json_kind(found),
            expected=expected,
        )

    members = {key.lower(): (key, value) for key, value in content.items()} if isinstance(content, dict) else {}
    host_key, section = members.get("host", ("Host", None))
    if section is None:
        return {}
    if not isinstance(section, dict):
        raise invalid(section, "an object", host_key)
    result: dict[str, Any] = {}
    for key, value in section.items():
        if key.lower() == "cors" and not isinstance(value, (str, type(None))):
            raise invalid(value, "a string: origins, separated by commas", host_key, key)
        if key.lower() == "corscredentials":
            if str(value).lower() not in ("true", "false", "none"):
                raise invalid(value, "true or false", host_key, key)
            value = str(value).lower() == "true"
        result[key.lower()] = value
    return result


def _as_text(value: Any) -> str:
    """A scalar as Newtonsoft makes text of it."""
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value)


class _NamesOfDisabling:
    """Whether any name in the environment speaks of disabling: a cheap look before the search for one function.

    It is asked at every HTTP request. So it looks through the names only when they are others than the last time;
    whether two lists hold the same objects is told without reading them.
    """

    def __init__(self) -> None:
        self._names: list[Any] = []
        self._found = False

    def are_there(self) -> bool:
        names = variable_names()
        if names != self._names:
            self._names, self._found = names, any("disabled" in os.fsdecode(name).lower() for name in names)
        return self._found


_NAMES_OF_DISABLING = _NamesOfDisabling()


def is_disabled(function: str, settings: Mapping[str, str]) -> bool:
    """Whether an app setting disables the function: only ``1`` and ``true`` do (HostListenerFactory.IsDisabled)."""
    if settings is os.environ and not _NAMES_OF_DISABLING.are_there():
        return False
    names = {f"azurewebjobs.{function}.disabled".lower(), f"azurewebjobs_{function}_disabled".lower()}
    return any(value.lower() in ("1", "true") for key, value in settings.items() if key.lower() in names)
