"""App settings: local.settings.json, and the questions that the host asks of settings."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from typing import Any

from pytest_azfunc.errors import Location, ProjectError, json_kind
from pytest_azfunc.process.environment import variable_names
from pytest_azfunc.project.json_file import JsonFile, read_json_text
from pytest_azfunc.project.lenient_json import JsonError, loads

FILE_NAME = "local.settings.json"

# Where a value points at something live in Azure: the domains of its services, in all its clouds.
_DOMAINS = (
    r"windows\.net|azure\.com|azure\.net|azurewebsites\.net|azure-devices\.net|azure-api\.net|azurefd\.net"
    r"|azureedge\.net|azurestaticapps\.net|azuredatabricks\.net|azurecr\.io|azconfig\.io|signalr\.net|azure\.us"
    r"|applicationinsights\.io|usgovcloudapi\.net|azure\.cn|chinacloudapi\.cn|chinacloudsites\.cn|cloudapi\.de"
)
_LIVE_HOST = re.compile(rf"(?<![\w.-])(?:[\w-]+\.)+(?:{_DOMAINS})(?![\w-]|\.[\w-])", re.IGNORECASE)
# Parts of connection strings and addresses.
_SECRET_NAMES = (
    r"(?:account|access|api|primary|secondary|subscription-|shared)key|signature|password|pwd|secret|token|sig|code"
)
_SECRET = re.compile(rf"((?:{_SECRET_NAMES})\s*=\s*)[^;&]*", re.IGNORECASE)
_USER_PASSWORD = re.compile(r"(://[^:/@\s]*:)[^@\s]*(?=@)")
_ACCOUNT = re.compile(r"(?:^|;)\s*AccountName\s*=\s*([^;]*)", re.IGNORECASE)
_EMULATOR = re.compile(r"(?:^|;)\s*UseDevelopment(?:Storage|Emulator)\s*=\s*true\s*(?:;|$)", re.IGNORECASE)
_EMULATOR_ACCOUNT = "devstoreaccount1"
_SUFFIX = re.compile(r"((?:^|;)\s*EndpointSuffix\s*=\s*)[^;]*", re.IGNORECASE)
_ENDPOINT = re.compile(r"(?:^|;)\s*\w*Endpoint\s*=", re.IGNORECASE)
_INSTRUMENTATION = re.compile(r"(InstrumentationKey\s*=\s*)[^;]+", re.IGNORECASE)
_DEAD_KEY = "ZGVhZA=="  # "dead" in base64: clients decode the key before they connect
_DEAD_HOST = "dead.azfunc.invalid"  # RFC 2606: .invalid resolves nowhere
_DEAD_GUID = "00000000-0000-0000-0000-000000000000"


def read_settings_file(path: str) -> dict[str, str]:
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
        return {}
    if not isinstance(values, dict):
        raise invalid(f"Values is {json_kind(values)}, not an object", "Values")
    settings = {}
    for key, value in values.items():
        if value is None:
            continue
        if isinstance(value, (dict, list)):
            raise invalid(f"the value of {key} is {json_kind(value)}, not a string", "Values", key)
        if "\0" in key or "=" in key or not key:
            raise invalid(f"{key!r} cannot be the name of an environment variable", "Values", key)
        settings[key] = _as_text(value)
        if "\0" in settings[key]:
            raise invalid(f"the value of {key} has a NUL character in it", "Values", key)
    return settings


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


def without_live_resources(value: str) -> str:
    """*value* with anything live in Azure replaced by something dead of the same shape.

    A connection string still parses, so that clients can be built; whoever uses them reaches nothing. The storage
    emulator and what is not in Azure stay as they are.
    """
    dead = _LIVE_HOST.sub(_DEAD_HOST, value)
    accounts = {name.strip().lower() for name in _ACCOUNT.findall(value)}
    if dead == value and (accounts == {_EMULATOR_ACCOUNT} or (_EMULATOR.search(value) and not accounts)):
        return value
    if accounts:
        dead = _with_dead_suffix(dead)
    dead = _INSTRUMENTATION.sub(rf"\g<1>{_DEAD_GUID}", dead)
    if accounts or _DEAD_HOST in dead or _ENDPOINT.search(dead):
        dead = _USER_PASSWORD.sub(rf"\g<1>{_DEAD_KEY}", dead)
        dead = _SECRET.sub(rf"\g<1>{_DEAD_KEY}", dead)
    return dead


def _with_dead_suffix(connection: str) -> str:
    """A storage connection string with an EndpointSuffix: without one the clients would fill in the live one."""
    if _SUFFIX.search(connection):
        return _SUFFIX.sub(rf"\g<1>{_DEAD_HOST}", connection)
    return f"{connection.rstrip('; ')};EndpointSuffix={_DEAD_HOST}"


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
