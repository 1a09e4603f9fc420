"""App settings: local.settings.json, and the questions that the host asks of settings."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from typing import Any

from pytest_azfunc.errors import Location, ProjectError, json_kind
from pytest_azfunc.project.json_file import JsonFile, read_json

FILE_NAME = "local.settings.json"

# Where a value points at something live in Azure: its host names, and the secrets that open it.
_LIVE_HOST = re.compile(
    r"[\w.-]*\b(?:core\.windows\.net|core\.chinacloudapi\.cn|core\.usgovcloudapi\.net|servicebus\.windows\.net"
    r"|servicebus\.usgovcloudapi\.net|documents\.azure\.com|cosmos\.azure\.com|database\.windows\.net"
    r"|mysql\.database\.azure\.com|postgres\.database\.azure\.com|azurewebsites\.net|azure-devices\.net"
    r"|eventgrid\.azure\.net|service\.signalr\.net|webpubsub\.azure\.com|vault\.azure\.net|redis\.cache\.windows\.net"
    r"|applicationinsights\.azure\.com|openai\.azure\.com|cognitiveservices\.azure\.com|search\.windows\.net"
    r"|azurecr\.io|azconfig\.io)\b",
    re.IGNORECASE,
)
_SECRET = re.compile(r"((?:AccountKey|SharedAccessKey|SharedAccessSignature|Password|Pwd|sig)\s*=)[^;&]*", re.IGNORECASE)
_ACCOUNT = re.compile(r"AccountName\s*=", re.IGNORECASE)
_INSTRUMENTATION = re.compile(r"InstrumentationKey\s*=\s*[^;]+", re.IGNORECASE)
_DEAD_KEY = "ZGVhZA=="  # "dead" in base64: clients decode the key before they connect
_DEAD_HOST = "dead.azfunc.invalid"  # RFC 2606: .invalid resolves nowhere


def read_settings_file(path: str) -> dict[str, str]:
    """``Values`` of a local.settings.json, as Core Tools hands them to the host: all text.

    :raises ProjectError: not JSON, encrypted, or a value that is an object or an array. Values are never shown.
    """
    content = read_json(path, unreadable="settings-invalid", invalid="settings-invalid")
    source, name = JsonFile(path), os.path.basename(path)

    def invalid(reason: str, *keys: str) -> ProjectError:
        return ProjectError("settings-invalid", location=source.location(*keys), file=name, reason=reason)

    if not isinstance(content, dict):
        raise ProjectError(
            "settings-invalid", location=Location(path, 1, 1), file=name, reason=f"{json_kind(content)}, not an object"
        )
    if content.get("IsEncrypted") is True:
        raise ProjectError("settings-encrypted", location=source.location("IsEncrypted"))
    values = content.get("Values")
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
        if "\0" in f"{key}{value}" or "=" in key or not key:
            raise invalid(f"{key!r} cannot be the name of an environment variable", "Values", key)
        settings[key] = _as_text(value)
    return settings


def _as_text(value: Any) -> str:
    """A scalar as Newtonsoft makes text of it."""
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value)


def without_live_resources(value: str) -> str:
    """*value* with anything live in Azure replaced by something dead of the same shape.

    A connection string still parses, so that clients can be built; whoever uses them reaches nothing.
    """
    dead = _LIVE_HOST.sub(_DEAD_HOST, value)
    dead = _INSTRUMENTATION.sub("InstrumentationKey=00000000-0000-0000-0000-000000000000", dead)
    named_account = _ACCOUNT.search(dead) is not None
    if named_account or dead != value or "endpoint=" in dead.lower():
        dead = _SECRET.sub(rf"\g<1>{_DEAD_KEY}", dead)
    if named_account and "endpoint" not in dead.lower() and "devstoreaccount1" not in dead.lower():
        # Without an EndpointSuffix the storage clients would fill in the live one.
        dead = f"{dead.rstrip(';')};EndpointSuffix={_DEAD_HOST}"
    return dead


def is_disabled(function: str, settings: Mapping[str, str]) -> bool:
    """Whether an app setting disables the function: only ``1`` and ``true`` do (HostListenerFactory.IsDisabled)."""
    names = {f"azurewebjobs.{function}.disabled".lower(), f"azurewebjobs_{function}_disabled".lower()}
    return any(value.strip().lower() in ("1", "true") for key, value in settings.items() if key.lower() in names)
