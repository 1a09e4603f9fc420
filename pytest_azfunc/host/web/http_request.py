"""HTTP requests as the worker receives them: the message, and the trigger metadata beside it.

Sources: azure-functions-host, GrpcMessageConversionExtensions.cs (the message); webjobs-sdk-extensions,
HttpTriggerAttributeBindingProvider.cs (binding data).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache
from typing import Any, NamedTuple
from urllib.parse import SplitResult

from pytest_azfunc.host.bindings.json_body import overlay
from pytest_azfunc.host.bindings.net_values import as_json, put
from pytest_azfunc.host.bindings.payload import Delivery
from pytest_azfunc.host.routing.url_paths import encode_path, last_query_values, split_query
from pytest_azfunc.host.web.http_proxy import proxied
from pytest_azfunc.rpc import TypedData

DICTIONARIES: Mapping[str, bool] = {"query": False, "headers": True}
"""What of the metadata are .NET dictionaries, in lower case -> whether names in them are compared without case."""


class PreparedRequest(NamedTuple):
    """A request as it goes over the wire: absolute URL, headers in order, the body's bytes."""

    method: str
    url: str
    headers: tuple[tuple[str, str], ...]
    body: bytes


def make_delivery(
    request: PreparedRequest, parts: SplitResult, path: str, route_values: dict[str, str], *, streams: bool = False
) -> Delivery:
    """The message to the worker: typed data of the request, and the trigger metadata.

    :param streams: whether the function streams HTTP: then the request itself goes to the worker too.
    """
    query = parts.query
    headers = _as_sent_on(request.headers).copy()
    # Only a Content-Length above zero makes the host read the body: chunked requests arrive empty.
    body = request.body if "content-length" in headers else b""
    encoded = encode_path(path)
    url = f"{parts.scheme}://{headers.get('host', parts.netloc)}{encoded}"  # what the client calls the app
    message: dict[str, Any] = {
        "method": request.method,
        "url": f"{url}?{query}" if query else url,
        "headers": headers,
        "params": route_values,
        "query": split_query(query) if query else {},
        "body": TypedData("bytes", request.body) if body or (streams and request.body) else None,
    }
    passed_on = proxied(request.method, parts, encoded, request.headers, request.body) if streams else None
    return Delivery(TypedData("http", message), HttpMetadata(request.headers, query, route_values, body), passed_on)


@lru_cache(maxsize=64)  # clients send the same headers over and over
def _as_sent_on(headers: tuple[tuple[str, str], ...]) -> dict[str, str]:
    """Names in lower case; the values of a repeated one joined."""
    return {name.lower(): value for name, value in _joined(headers).items()}


class HttpMetadata(Mapping[str, TypedData]):
    """Trigger metadata of a request, worked out when somebody looks: the HTTP converter itself never does."""

    def __init__(
        self, headers: tuple[tuple[str, str], ...], query: str, route_values: Mapping[str, str], body: bytes
    ) -> None:
        self._headers = headers
        self._query = query
        self._route_values = route_values
        self._body = body
        self._typed: dict[str, TypedData] | None = None

    def _all(self) -> dict[str, TypedData]:
        if self._typed is None:
            self._typed = self._make()
        return self._typed

    def _make(self) -> dict[str, TypedData]:
        """Route values over query parameters over properties of a JSON body, then ``Query`` and ``Headers``."""
        typed: dict[str, TypedData] = {}
        overlay(typed, self._body.decode("utf-8-sig", "replace"))
        query = last_query_values(self._query)
        for name, value in query.items():
            if name.lower() != "code":
                put(typed, name, TypedData("string", value))
        for name, value in self._route_values.items():
            put(typed, name, TypedData("string", value))
        taken = {name.lower() for name in typed}
        for name, values in (("Query", query), ("Headers", _joined(self._headers))):
            if name.lower() not in taken:
                typed[name] = as_json(values)
        return typed

    def __getitem__(self, name: str) -> TypedData:
        return self._all()[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._all())

    def __len__(self) -> int:
        return len(self._all())


def _joined(headers: Iterable[tuple[str, str]]) -> dict[str, str]:
    """The values of each header, case ignored, under the spelling that came first; empty ones are left out.

    A header that is empty as a whole is there, as it is one value. (StringValues.cs, ToString) Blanks around a value
    have been cut off by the server. (HttpParser.cs, TakeSingleHeader)
    """
    values: dict[str, tuple[str, list[str]]] = {}
    for name, value in headers:
        values.setdefault(name.lower(), (name, []))[1].append(value.strip(" \t"))
    return {name: ",".join(filter(None, each)) for name, each in values.values()}
