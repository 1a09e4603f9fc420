"""Requests as a client puts them on the wire."""

from __future__ import annotations

from pytest_azfunc.host.web.http_request import PreparedRequest


def request(
    method: str = "GET",
    url: str = "http://localhost:7071/api/F",
    headers: dict[str, str] | list[tuple[str, str]] | None = None,
    body: bytes = b"",
    host: str | None = "localhost:7071",
) -> PreparedRequest:
    """A request with a Host header, unless *host* is None."""
    given = list(headers.items()) if isinstance(headers, dict) else list(headers or ())
    first = [] if host is None else [("Host", host)]
    return PreparedRequest(method, url, (*first, *given), body)
