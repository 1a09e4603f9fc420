"""Headers that host.json adds to every response.

Sources: azure-functions-host, CustomHttpHeadersMiddleware.cs and HstsConfigurationMiddleware.cs; dotnet/aspnetcore,
HstsMiddleware.cs.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta

from pytest_azfunc.host.web.http_request import PreparedRequest
from pytest_azfunc.host.web.http_response import HttpResult
from pytest_azfunc.project.host_json import Hsts

_HSTS = "Strict-Transport-Security"


def with_custom_headers(result: HttpResult, custom: Mapping[str, str]) -> HttpResult:
    """The response with host.json's ``customHeaders``; what is there already (names ignore case) stays.

    :param custom: names and values, from :attr:`HostConfig.http_custom_headers`.
    """
    present = {name.lower() for name, _ in result.headers}
    added = tuple((name, value) for name, value in custom.items() if name.lower() not in present)
    return HttpResult(result.status_code, (*result.headers, *added), result.body) if added else result


def hsts_header(result: HttpResult, hsts: Hsts | None, request: PreparedRequest) -> HttpResult:
    """The response with ``Strict-Transport-Security``, if the request came by https to a host not excluded.

    It takes the place of one that the function set.

    :param hsts: from :attr:`HostConfig.http_hsts`; None where HSTS is off.
    """
    if hsts is None or request.url[:6].lower() != "https:" or _host(request).lower() in hsts.excluded_hosts:
        return result
    value = f"max-age={hsts.max_age // timedelta(seconds=1)}"
    value += "; includeSubDomains" if hsts.include_sub_domains else ""
    value += "; preload" if hsts.preload else ""
    others = (header for header in result.headers if header[0].lower() != _HSTS.lower())
    return HttpResult(result.status_code, (*others, (_HSTS, value)), result.body)


def _host(request: PreparedRequest) -> str:
    """The Host header without its port."""
    host = next((value for name, value in request.headers if name.lower() == "host"), "").strip()
    before, colon, after = host.rpartition(":")
    return before if colon and "]" not in after else host
