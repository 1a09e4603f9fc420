"""host.json: what it says to the host, checked as the host checks it (HostJsonFileConfigurationSource.cs)."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from pytest_azfunc.errors import Location, ProjectError, json_kind, shown
from pytest_azfunc.project.function import RetryPolicy
from pytest_azfunc.project.json_file import JsonFile, read_json
from pytest_azfunc.project.retry_policy import parse_retry

LOG_LEVELS = ("trace", "debug", "information", "warning", "error", "critical", "none")


@dataclass(frozen=True)
class HostConfig:
    """What host.json says, with the host's defaults.

    :ivar exists: whether there is a file; without one the host writes a default.
    :ivar functions: the allow-list of function names, or None for all.
    :ivar route_prefix: the text before every route, ``"api"`` by default.
    :ivar log_levels: log category -> level name in lower case; ``"default"`` stands for all others.
    :ivar retry: the retry policy of functions that have none of their own.
    :ivar content: the whole file.
    """

    exists: bool = False
    functions: tuple[str, ...] | None = None
    route_prefix: str = "api"
    log_levels: Mapping[str, str] = field(default_factory=dict)
    retry: RetryPolicy | None = None
    content: Mapping[str, Any] = field(default_factory=dict, repr=False)
    source: JsonFile | None = field(default=None, repr=False, compare=False)


def read_host_json(root: str) -> HostConfig:
    """The app's host.json.

    :raises ProjectError: where the host would refuse to start, with file, line and column.
    """
    path = os.path.join(root, "host.json")
    if not os.path.lexists(path):
        return HostConfig()
    content = read_json(path, unreadable="host-json-unreadable", invalid="host-json-invalid")
    source = JsonFile(path)
    if not isinstance(content, dict):
        raise ProjectError("host-json-not-an-object", location=Location(path, 1, 1), found=json_kind(content))
    if not content:  # the host replaces {} by its default
        return HostConfig(exists=True, source=source)
    _check_version(content, source)
    return HostConfig(
        exists=True,
        functions=_functions(content, source),
        route_prefix=_route_prefix(content, source),
        log_levels=_log_levels(content, source),
        retry=_retry(content, source),
        content=content,
        source=source,
    )


def _check_version(content: Mapping[str, Any], source: JsonFile) -> None:
    if "version" not in content:
        raise ProjectError("host-json-version-missing", location=source.location())
    version = content["version"]
    if version != "2.0":
        hint = " (The runtime's version is FUNCTIONS_EXTENSION_VERSION, an app setting.)"
        newer = str(version).startswith(("3", "4"))
        raise ProjectError(
            "host-json-version", location=source.location("version"), found=shown(version), hint=hint if newer else ""
        )


def _wrong(source: JsonFile, keys: tuple[str, ...], value: object, expected: str) -> ProjectError:
    return ProjectError(
        "host-json-value",
        location=source.location(*keys),
        name=".".join(keys),
        found=json_kind(value),
        expected=expected,
    )


def _functions(content: Mapping[str, Any], source: JsonFile) -> tuple[str, ...] | None:
    names = _member(content, "functions")
    if names is None:
        return None
    if not isinstance(names, list) or not all(isinstance(name, str) for name in names):
        raise _wrong(source, ("functions",), names, "an array of function names")
    return tuple(names)


def _route_prefix(content: Mapping[str, Any], source: JsonFile) -> str:
    http = _section(_section(content, source, "extensions"), source, "extensions", "http")
    for key, value in http.items():
        if key.lower() == "routeprefix":
            if value is None:  # .NET configuration has no null: it arrives as an empty text
                return ""
            if not isinstance(value, str):
                raise _wrong(source, ("extensions", "http", key), value, "a string")
            return value
    return "api"


def _log_levels(content: Mapping[str, Any], source: JsonFile) -> Mapping[str, str]:
    levels = _section(_section(content, source, "logging"), source, "logging", "logLevel")
    result = {}
    for category, level in levels.items():
        if not isinstance(level, str) or level.lower() not in LOG_LEVELS:
            raise _wrong(source, ("logging", "logLevel", category), level, "one of " + ", ".join(LOG_LEVELS).title())
        result[category] = level.lower()
    return result


def _retry(content: Mapping[str, Any], source: JsonFile) -> RetryPolicy | None:
    retry = _member(content, "retry")
    if retry is None:
        return None

    def error(rule: str, **details: object) -> ProjectError:
        return ProjectError(rule, location=source.location("retry"), **details)

    return parse_retry(retry, error)


def _section(parent: Mapping[str, Any], source: JsonFile, *keys: str) -> Mapping[str, Any]:
    """An object within host.json; empty when absent. Keys are .NET configuration keys: they ignore case."""
    value = _member(parent, keys[-1])
    if value is None:
        return {}
    if not isinstance(value, dict):
        raise _wrong(source, keys, value, "an object")
    return value


def _member(parent: Mapping[str, Any], name: str) -> Any:
    return next((value for key, value in parent.items() if key.lower() == name.lower()), None)
