"""host.json: what it says to the host, checked as the host checks it.

Sources: Azure/azure-functions-host, HostJsonFileConfigurationSource.cs and ScriptJobHostOptionsSetup.cs. The host turns
the file into .NET configuration: names ignore case, every scalar is text, and null is an empty text. An object or array
in the place of something else is passed over in silence there; here it is an error, for nobody means that. For
``extensions.http``: CustomHttpHeadersOptionsSetup.cs, HostHstsOptionsSetup.cs; webjobs-sdk-extensions, HttpOptions.cs.
"""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, Final, NamedTuple

from pytest_azfunc.errors import Location, ProjectError, either, json_kind, shown_json
from pytest_azfunc.project.extension_bundle import DEFAULT, ExtensionBundle
from pytest_azfunc.project.function import RetryPolicy
from pytest_azfunc.project.host_json_source import (
    HostJsonSource,
    fatal,
    flag,
    ignored,
    member,
    section_of,
    text_of,
    wrong,
)
from pytest_azfunc.project.host_settings import Overlay, SettingText
from pytest_azfunc.project.json_file import JsonFile, read_json

# In the order of .NET's numbers.
LOG_LEVELS = ("trace", "debug", "information", "warning", "error", "critical", "none")
_NUMBERS = tuple(str(number) for number in range(len(LOG_LEVELS)))

DEFAULT_TIMEOUT: Final = timedelta(minutes=30)
_NO_TIMEOUT = timedelta(days=-1)  # -1 is a time span of minus one day
_SHORTEST_TIMEOUT = timedelta(seconds=1)
# Not compiled before they are needed: most files ask for none of it.
_INTEGER = r"\s*[+-]?[0-9]+\s*"
_HEADER_NAME = r"[A-Za-z0-9!#$%&'*+.^_`|~-]+"
_NO_SETTINGS: Final[Mapping[str, str]] = {}
_RETRY_RULES = {"retry-value": "host-json-retry", "retry-value-missing": "host-json-retry-missing"}


class Hsts(NamedTuple):
    """``extensions.http.hsts`` of host.json, where it is enabled.

    :ivar max_age: how long browsers remember to use https.
    :ivar excluded_hosts: hosts in lower case that get no header: those of the file, and the machine itself.
    """

    max_age: timedelta = timedelta(days=30)
    include_sub_domains: bool = False
    preload: bool = False
    excluded_hosts: frozenset[str] = frozenset(("localhost", "127.0.0.1", "[::1]"))


@dataclass(frozen=True)
class HostConfig:
    """What host.json says, with the host's defaults.

    :ivar exists: whether there is a file; without one the host writes a default.
    :ivar functions: the allow-list of function names, or None for all.
    :ivar route_prefix: the text before every route, ``"api"`` by default.
    :ivar log_levels: log category -> level name in lower case; ``"default"`` stands for all others.
    :ivar retry: the retry policy of functions that have none of their own.
    :ivar function_timeout: how long a function may run; None for no limit. 30 minutes by default, as outside of the
        Consumption plan.
    :ivar http_custom_headers: names and values of the headers that every HTTP response gets.
    :ivar http_hsts: what HSTS says to browsers, or None where it is off.
    :ivar max_outstanding_requests: how many HTTP requests may be running or waiting; None for no limit.
    :ivar max_concurrent_requests: how many of them run at a time; None for no limit.
    :ivar bundle: the extension bundle, or None without one; where there is no file, the host writes one with a bundle.
    :ivar content: the whole file.
    """

    exists: bool = False
    functions: tuple[str, ...] | None = None
    route_prefix: str = "api"
    log_levels: Mapping[str, str] = field(default_factory=dict)
    retry: RetryPolicy | None = None
    function_timeout: timedelta | None = DEFAULT_TIMEOUT
    http_custom_headers: Mapping[str, str] = field(default_factory=dict)
    http_hsts: Hsts | None = None
    max_outstanding_requests: int | None = None
    max_concurrent_requests: int | None = None
    bundle: ExtensionBundle | None = DEFAULT
    content: Mapping[str, Any] = field(default_factory=dict, repr=False)
    source: JsonFile | None = field(default=None, repr=False, compare=False)


def read_host_json(root: str, settings: Mapping[str, str] = _NO_SETTINGS) -> HostConfig:
    """The app's host.json.

    :param settings: app settings that lie over it, from :func:`settings_over_host_json`.
    :raises ProjectError: where the host would refuse to start, with file, line and column, or the name of the setting.
    """
    path = os.path.join(root, "host.json")
    exists = os.path.lexists(path)
    content = _content(path) if exists else {}
    if not content and not settings:  # the host replaces {} by its default
        return HostConfig(exists, source=JsonFile(path), bundle=None) if exists else HostConfig()
    if content:
        _check_version(content, JsonFile(path))
    overlay = Overlay(content, settings) if settings else None
    source = HostJsonSource(path, overlay)
    content = content if overlay is None else overlay.content
    http = section_of(section_of(content, source, "extensions"), source, "extensions", "http")
    return HostConfig(
        exists=exists,
        functions=_functions(content, source),
        route_prefix=_route_prefix(http, source),
        log_levels=_log_levels(content, source),
        retry=_retry(content, source),
        function_timeout=_function_timeout(content, source),
        http_custom_headers=_custom_headers(http, source),
        http_hsts=_hsts(http, source),
        max_outstanding_requests=_limit(http, source, "maxOutstandingRequests"),
        max_concurrent_requests=_limit(http, source, "maxConcurrentRequests"),
        bundle=_bundle(content, source, DEFAULT if not exists else None),
        content=content,
        source=source if exists else None,
    )


def _content(path: str) -> Mapping[str, Any]:
    content = read_json(path, unreadable="host-json-unreadable", invalid="host-json-invalid")
    if not isinstance(content, dict):
        raise ProjectError("host-json-not-an-object", location=Location(path, 1, 1), found=json_kind(content))
    return content


def _check_version(content: Mapping[str, Any], source: JsonFile) -> None:
    version = content.get("version")
    if version is None or version == "":
        raise ProjectError("host-json-version-missing", location=source.location("version"))
    if version != "2.0":
        hint = " (The runtime's version is the app setting FUNCTIONS_EXTENSION_VERSION.)"
        newer = str(version).startswith(("3", "4"))
        raise ProjectError(
            "host-json-version",
            location=source.location("version"),
            found=shown_json(version),
            hint=hint if newer else "",
        )


def _functions(content: Mapping[str, Any], source: HostJsonSource) -> tuple[str, ...] | None:
    names = member(content, "functions")
    if names is None or names == []:  # an empty array leaves nothing in .NET configuration, as if it were not there
        return None
    if not isinstance(names, list):
        raise ignored(source, ("functions",), json_kind(names), "an array of function names")
    for index, name in enumerate(names):
        if not isinstance(name, str):
            raise ignored(source, ("functions", index), json_kind(name), "the name of a function")
    return tuple(names)


def _route_prefix(http: Mapping[str, Any], source: HostJsonSource) -> str:
    keys = ("extensions", "http", "routePrefix")
    if not any(key.lower() == "routeprefix" for key in http):
        return "api"
    prefix = text_of(member(http, "routePrefix"), source, keys, "a string")
    setting = None if source.overlay is None else source.overlay.setting(*keys)
    return prefix if setting is None else SettingText.of(prefix, setting)


def _custom_headers(http: Mapping[str, Any], source: HostJsonSource) -> Mapping[str, str]:
    """Names and values; of names that differ only in case the last one counts, under the first spelling."""
    headers: dict[str, str] = {}
    for name, value in section_of(http, source, "extensions", "http", "customHeaders").items():
        keys = ("extensions", "http", "customHeaders", name)
        text = text_of(value, source, keys, "the value of a header")
        if not re.fullmatch(_HEADER_NAME, name):
            raise fatal(source, keys, "no name of a header", "letters, digits and hyphens")
        if not (text.isascii() and text.isprintable()):
            raise fatal(source, keys, shown_json(value), "plain ASCII without line breaks")
        spelled = next((known for known in headers if known.lower() == name.lower()), name)
        headers[spelled] = text
    return headers


def _hsts(http: Mapping[str, Any], source: HostJsonSource) -> Hsts | None:
    keys = ("extensions", "http", "hsts")
    section = section_of(http, source, *keys)
    if not section:
        return None
    if not text_of(member(section, "isEnabled"), source, (*keys, "isEnabled"), "true or false").strip():
        raise wrong(source, (*keys, "isEnabled"), "missing", "true or false")
    enabled, sub_domains, preload = (
        flag(section, source, *keys, name) for name in ("isEnabled", "includeSubDomains", "preload")
    )
    hosts = member(section, "excludedHosts")
    if hosts is not None and not isinstance(hosts, list):
        raise ignored(source, (*keys, "excludedHosts"), json_kind(hosts), "an array of host names")
    excluded = {
        text_of(host, source, (*keys, "excludedHosts", index), "the name of a host").lower()
        for index, host in enumerate(hosts or ())
    }
    max_age, default = _max_age(section, source, *keys, "maxAge"), Hsts()
    hsts = Hsts(max_age, sub_domains, preload, default.excluded_hosts | excluded)
    return hsts if enabled else None


def _max_age(section: Mapping[str, Any], source: HostJsonSource, *keys: str) -> timedelta:
    expected = "a time span such as '30.00:00:00'"
    value = member(section, keys[-1])
    text = text_of(value, source, keys, expected)
    if not text:
        return Hsts().max_age
    from pytest_azfunc.project.timespan import parse_timespan

    span = parse_timespan(text)
    if span is None:
        raise wrong(source, keys, shown_json(value), expected)
    return span


def _limit(http: Mapping[str, Any], source: HostJsonSource, name: str) -> int | None:
    """A limit of requests; -1 stands for none."""
    keys, expected = ("extensions", "http", name), "a whole number of at least 1, or -1 for no limit"
    value = member(http, name)
    text = text_of(value, source, keys, expected)
    if not text:
        return None
    if re.fullmatch(_INTEGER, text, re.ASCII) is None or len(text) > 20 or not -(2**31) <= int(text) < 2**31:
        raise wrong(source, keys, shown_json(value), expected)
    limit = int(text)
    if limit == 0 or limit < -1:
        raise fatal(source, keys, shown_json(value), expected)
    return None if limit == -1 else limit


def _log_levels(content: Mapping[str, Any], source: HostJsonSource) -> Mapping[str, str]:
    levels = section_of(section_of(content, source, "logging"), source, "logging", "logLevel")
    result = {}
    for category, level in levels.items():
        keys = ("logging", "logLevel", category)
        text = text_of(level, source, keys, "a level").strip().lower()
        if not text:
            continue
        if text in _NUMBERS:
            text = LOG_LEVELS[int(text)]
        if text not in LOG_LEVELS:
            raise wrong(source, keys, shown_json(level), either(level.title() for level in LOG_LEVELS))
        result[category] = text
    return result


def _retry(content: Mapping[str, Any], source: HostJsonSource) -> RetryPolicy | None:
    values = section_of(content, source, "retry")
    if not values:
        return None
    from pytest_azfunc.project.retry_policy import parse_retry

    def error(rule: str, **details: Any) -> ProjectError:
        setting = _setting_of_retry(source, rule, details)
        if setting is not None:
            return ProjectError("host-setting-value", name=setting, expected=details["expected"])
        where = source.location("retry", str(details["name"]))
        return ProjectError(_RETRY_RULES[rule], location=where, **details)

    texts = {key: text_of(value, source, ("retry", key), "a scalar") for key, value in values.items()}
    return parse_retry({key: text or None for key, text in texts.items()}, error)


def _setting_of_retry(source: HostJsonSource, rule: str, details: Mapping[str, Any]) -> str | None:
    """The app setting that is to blame, where one is."""
    overlay, name = source.overlay, str(details["name"])
    if overlay is None or rule == "retry-value-missing":
        return None
    found = overlay.setting("retry", name)
    if found is None and details["expected"] == "at most maximumInterval":
        return overlay.setting("retry", "maximumInterval")
    return found


def _function_timeout(content: Mapping[str, Any], source: HostJsonSource) -> timedelta | None:
    keys, expected = ("functionTimeout",), "a time span such as '00:05:00', or -1 for none"
    value = member(content, "functionTimeout")
    text = text_of(value, source, keys, expected)
    if not text:
        return DEFAULT_TIMEOUT
    from pytest_azfunc.project.timespan import parse_timespan

    timeout = parse_timespan(text)
    if timeout == _NO_TIMEOUT:
        return None
    if timeout is None:
        raise wrong(source, keys, shown_json(value), expected)
    if timeout < _SHORTEST_TIMEOUT:
        raise wrong(source, keys, shown_json(value), "at least one second, or -1 for none")
    return timeout


def _bundle(
    content: Mapping[str, Any], source: HostJsonSource, default: ExtensionBundle | None
) -> ExtensionBundle | None:
    section = section_of(content, source, "extensionBundle")
    if not section:  # an empty section does not exist for .NET
        return default
    name, version = (
        text_of(member(section, key), source, ("extensionBundle", key), "a string") for key in ("id", "version")
    )
    return ExtensionBundle(name, version)
