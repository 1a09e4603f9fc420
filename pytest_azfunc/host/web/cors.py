"""CORS: which other origins' pages may call the app, and what browsers are told of it.

Sources: azure-functions-host, HostCorsOptionsSetup.cs and CorsOptionsSetup.cs (app settings);
azure-functions-core-tools, Startup.cs (local.settings.json); dotnet/aspnetcore, CorsMiddleware.cs and CorsService.cs.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from pytest_azfunc.errors import BindingError
from pytest_azfunc.host.web.http_request import PreparedRequest
from pytest_azfunc.host.web.http_response import HttpResult

ENABLING_SETTING: Final = "FUNCTIONS_ENABLE_CORS_CONFIGURATION"
ORIGINS_SETTING: Final = "CORS_ALLOWED_ORIGINS"
CREDENTIALS_SETTING: Final = "CORS_SUPPORT_CREDENTIALS"

Headers = tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class CorsPolicy:
    """Who may call the app from a page of another origin. All methods and headers are allowed.

    :ivar origins: as the policy compares them, in lower case; a single ``"*"`` stands for all.
    :ivar credentials: whether pages may send cookies and the like.
    """

    origins: tuple[str, ...]
    credentials: bool = False

    @classmethod
    def of(cls, settings: Mapping[str, str], local_host_section: Mapping[str, Any]) -> CorsPolicy | None:
        """The app's policy, or None where nothing asks for CORS, so that its headers are left to the functions.

        ``Host.CORS`` of local.settings.json (as ``func start`` has it) comes before the app settings, which count only
        with ``FUNCTIONS_ENABLE_CORS_CONFIGURATION=1``.

        :param local_host_section: from :attr:`Project.local_host_section`.
        :raises BindingError: settings with which the host would not start.
        """
        section = {name.lower(): value for name, value in local_host_section.items()}
        if section.get("cors"):
            # Blanks behind a comma stay part of the origin, which no browser sends then.
            origins = tuple(filter(None, str(section["cors"]).split(",")))
            return _checked(origins, bool(section.get("corscredentials"))) if origins else None
        if settings.get(ENABLING_SETTING) != "1":
            return None
        return _checked(
            _origins(settings.get(ORIGINS_SETTING, "")), _credentials(settings.get(CREDENTIALS_SETTING, ""))
        )

    def preflight(self, request: PreparedRequest) -> HttpResult | None:
        """The answer to a browser that asks beforehand; None if the request is none of that kind.

        It is a 204 whether the origin is allowed or not, and no function runs.
        """
        asked = _values(request, "access-control-request-method")
        if request.method.upper() != "OPTIONS" or not asked or not _values(request, "origin"):
            return None
        origin = self._allowed_origin(request)
        if origin is None:
            return HttpResult(204)
        headers = [*self._origin_headers(origin)]
        wanted = [part.strip() for part in ",".join(_values(request, "access-control-request-headers")).split(",")]
        if any(wanted):
            headers.append(("Access-Control-Allow-Headers", ",".join(filter(None, wanted))))
        headers.append(("Access-Control-Allow-Methods", ",".join(asked)))
        return HttpResult(204, (*headers, *self._vary()))

    def headers(self, request: PreparedRequest) -> Headers:
        """The headers of the answer to a request that is no preflight; none for an origin that is not allowed."""
        origin = self._allowed_origin(request)
        return () if origin is None else (*self._origin_headers(origin), *self._vary())

    def applied(self, result: HttpResult, request: PreparedRequest) -> HttpResult:
        """The response with :meth:`headers`, which take the place of those that the function set; Vary is added."""
        added = self.headers(request)
        if not added:
            return result
        own = {name.lower() for name, _ in added} - {"vary"}
        kept = (header for header in result.headers if header[0].lower() not in own)
        return HttpResult(result.status_code, (*kept, *added), result.body)

    def _allowed_origin(self, request: PreparedRequest) -> str | None:
        origin = ",".join(_values(request, "origin"))
        if not origin:
            return None
        if self.origins == ("*",):
            return "*"
        return origin if origin in self.origins else None

    def _origin_headers(self, origin: str) -> Headers:
        allowed = ("Access-Control-Allow-Origin", origin)
        return (allowed, ("Access-Control-Allow-Credentials", "true")) if self.credentials else (allowed,)

    def _vary(self) -> Headers:
        return (("Vary", "Origin"),) if len(self.origins) > 1 else ()


def _checked(origins: Iterable[str], credentials: bool) -> CorsPolicy:
    policy = CorsPolicy(tuple(_normalized(origin) for origin in origins), credentials)
    if policy.origins == ("*",) and credentials:
        raise BindingError("cors-any-origin")
    return policy


def _normalized(origin: str) -> str:
    """Lower case, and international names as browsers send them."""
    if origin.isascii():
        return origin.lower()
    scheme, mark, host = origin.lower().partition("://")
    name, colon, port = host.partition(":")
    try:
        return f"{scheme}{mark}{name.encode('idna').decode('ascii')}{colon}{port}"
    except UnicodeError:
        return origin.lower()


def _origins(text: str) -> list[str]:
    if not text.strip():
        return []
    try:
        origins = json.loads(text)
    except ValueError:
        origins = None
    if not isinstance(origins, list) or not all(isinstance(origin, str) for origin in origins):
        raise BindingError("cors-setting", name=ORIGINS_SETTING, expected="a JSON array of origins")
    return origins


def _credentials(text: str) -> bool:
    value = text.strip().lower()
    if value not in ("", "true", "false"):
        raise BindingError("cors-setting", name=CREDENTIALS_SETTING, expected="true or false")
    return value == "true"


def _values(request: PreparedRequest, name: str) -> list[str]:
    return [value for key, value in request.headers if key.lower() == name]
