"""HTTP requests on their way from the host to a worker's own web server (HTTP streaming).

Sources: azure-functions-host, DefaultHttpProxyService.cs; YARP, whose default transforms the host uses
(HttpTransformer.cs, RequestUtilities.cs).
"""

from __future__ import annotations

from collections.abc import Iterable
from urllib.parse import SplitResult

from pytest_azfunc.rpc import ProxiedRequest

INVOCATION_ID = "x-ms-invocation-id"

# The worker takes any free port and tells the host of it. Here nothing listens on one.
_WORKER = "127.0.0.1:50505"
_CLIENT = "127.0.0.1"

# What is between two servers only, and Host, in whose place comes the worker's.
_NOT_PASSED_ON = frozenset(
    (
        *("host", "connection", "keep-alive", "proxy-connection", "proxy-authenticate", "proxy-authorization"),
        *("proxy-authentication-info", "upgrade", "http2-settings"),
        *("x-forwarded-for", "x-forwarded-host", "x-forwarded-proto"),  # the host sets its own
    )
)


def proxied(
    method: str, parts: SplitResult, path: str, headers: Iterable[tuple[str, str]], body: bytes
) -> ProxiedRequest:
    """The request as the worker's web server gets it.

    :param parts: the URL that the client asked for.
    :param path: its path, percent-encoded as the host does it.
    :param headers: as they came from the client.
    """
    host = next((value for name, value in headers if name.lower() == "host"), parts.netloc)
    passed_on = [item for item in headers if item[0].lower() not in _NOT_PASSED_ON]
    forwarded = [("X-Forwarded-For", _CLIENT), ("X-Forwarded-Host", host), ("X-Forwarded-Proto", parts.scheme)]
    url = f"http://{_WORKER}{path}"
    return ProxiedRequest(
        method,
        f"{url}?{parts.query}" if parts.query else url,
        (("Host", _WORKER), *passed_on, *forwarded),
        body,
    )


def for_invocation(request: ProxiedRequest, invocation_id: str, before: str | None = None) -> ProxiedRequest:
    """The request with the header by which the worker finds the invocation that it belongs to.

    :param before: the id of the attempt before, where it is sent for another one.
    """
    headers = tuple(header for header in request.headers if header != (INVOCATION_ID, before))
    if any(name.lower() == INVOCATION_ID for name, _ in headers):
        return request
    return ProxiedRequest(request.method, request.url, (*headers, (INVOCATION_ID, invocation_id)), request.body)
