"""What the verbs of the app's session take, for type checkers: requests' own keywords and two more."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypedDict


class _Common(TypedDict, total=False):
    headers: Mapping[str, str | bytes | None] | None
    cookies: Any
    files: Any
    auth: Any
    timeout: Any
    allow_redirects: bool
    proxies: Any
    hooks: Any
    stream: bool | None
    verify: Any
    cert: Any
    key: str | None
    principal: Mapping[str, Any] | None


class GetOptions(_Common, total=False):
    """Of ``get``, whose ``params`` may be positional."""

    data: Any
    json: Any


class Options(GetOptions, total=False):
    """Of ``options``, ``head`` and ``delete``."""

    params: Any


class PostOptions(_Common, total=False):
    """Of ``post``, whose ``data`` and ``json`` may be positional."""

    params: Any


class DataOptions(_Common, total=False):
    """Of ``put`` and ``patch``, whose ``data`` may be positional."""

    params: Any
    json: Any
