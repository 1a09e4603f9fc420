"""The signed-in user of a request, in the two forms in which Azure tells a function of one.

Easy Auth of App Service lists claims; Static Web Apps, in front of an API, have a form of their own.
Source: learn.microsoft.com, app-service/configure-authentication-user-identities and static-web-apps/user-information.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Iterable, Mapping
from typing import Any

from pytest_azfunc.errors import suggestion
from pytest_azfunc.host.bindings.builder_arguments import UTF8_TEXT, check_line, is_utf8, wrong_value

__tracebackhide__ = True

_EASY_AUTH = ("name", "id", "roles", "claims", "provider")
_STATIC_WEB_APPS = ("userId", "userDetails", "userRoles", "identityProvider")


def principal_headers(principal: Mapping[str, Any], builder: str = "http") -> dict[str, str]:
    """The headers that tell a function of a signed-in user.

    :param principal: as Easy Auth has it, some of ``name``, ``id``, ``roles`` (a list), ``claims`` (a mapping; a list
        as value is a claim for each item), ``provider`` (``"aad"``); or as Static Web Apps do, some of ``userId``,
        ``userDetails``, ``userRoles`` (a list), ``identityProvider``.
    :param builder: what an error is about.
    :raises BindingError: another key, keys of both forms, or a value of another kind.
    """
    either = f"{', '.join(_EASY_AUTH)}; or of {', '.join(_STATIC_WEB_APPS)} (Static Web Apps)"
    if not isinstance(principal, Mapping):
        raise wrong_value(builder, "principal", principal, f"a mapping with some of {either}")
    is_static = not principal.keys().isdisjoint(_STATIC_WEB_APPS)
    known = _STATIC_WEB_APPS if is_static else _EASY_AUTH
    for name in principal:
        if name not in known:
            near = suggestion(str(name), _STATIC_WEB_APPS if is_static else _EASY_AUTH + _STATIC_WEB_APPS).rstrip(".")
            expected = f"one of {', '.join(known)}" if is_static else f"one of {either}"
            raise wrong_value(builder, "principal's key", name, f"{expected}.{near}")
    return (_static_web_apps if is_static else _easy_auth)(principal, builder)


def _easy_auth(principal: Mapping[str, Any], builder: str) -> dict[str, str]:
    claims = principal.get("claims", {})
    if not isinstance(claims, Mapping):
        raise wrong_value(builder, "principal['claims']", claims, "a mapping of claim types to values")
    roles = _roles(builder, "roles", principal.get("roles", ()))
    told = {name: _text(builder, name, principal[name]) for name in ("provider", "id", "name") if name in principal}
    provider = told.get("provider", "aad")
    listed = [("name", told["name"])] if "name" in told else []
    for kind, value in claims.items():
        values = value if isinstance(value, (list, tuple)) else [value]
        listed += [(_text(builder, "claims", kind), _text(builder, "claims", each)) for each in values]
    listed += [("roles", role) for role in roles]
    token = {
        "auth_typ": provider,
        "claims": [{"typ": kind, "val": value} for kind, value in listed],
        "name_typ": "name",
        "role_typ": "roles",
    }
    headers = {"X-MS-CLIENT-PRINCIPAL": _encoded(token), "X-MS-CLIENT-PRINCIPAL-IDP": provider}
    for name, header in (("id", "X-MS-CLIENT-PRINCIPAL-ID"), ("name", "X-MS-CLIENT-PRINCIPAL-NAME")):
        if name in told:
            headers[header] = told[name]
    for name, value in told.items():
        check_line(builder, f"principal[{name!r}]", value)
    return headers


def _static_web_apps(principal: Mapping[str, Any], builder: str) -> dict[str, str]:
    # Whoever is signed in has the two roles, whatever others there are.
    usual = {"identityProvider": "aad", "userId": "0" * 31 + "1", "userDetails": "user"}
    token: dict[str, Any] = {name: _text(builder, name, principal.get(name, value)) for name, value in usual.items()}
    token["userRoles"] = _roles(builder, "userRoles", principal.get("userRoles", ("anonymous", "authenticated")))
    return {"X-MS-CLIENT-PRINCIPAL": _encoded(token)}


def _encoded(token: Mapping[str, Any]) -> str:
    return base64.b64encode(json.dumps(token).encode()).decode()


def _roles(builder: str, name: str, roles: object) -> list[str]:
    if isinstance(roles, (str, bytes)) or not isinstance(roles, Iterable):
        raise wrong_value(builder, f"principal[{name!r}]", roles, "a list of texts")
    return [_text(builder, name, role) for role in roles]


def _text(builder: str, name: str, value: object) -> str:
    """What is said of a user, as text.

    :raises BindingError: it is none that a token can hold.
    """
    try:
        text = str(value)
    except ValueError:  # an integer of thousands of digits
        raise wrong_value(builder, f"principal[{name!r}]", value, "a text") from None
    if not is_utf8(text):
        raise wrong_value(builder, f"principal[{name!r}]", value, UTF8_TEXT)
    return text
