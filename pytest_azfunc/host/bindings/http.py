"""The HTTP trigger: what a test says of a request, made into one."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, ClassVar, NamedTuple
from urllib.parse import urlencode, urlsplit

from pytest_azfunc.errors import BindingError
from pytest_azfunc.host.bindings.binding_type import BindingType
from pytest_azfunc.host.bindings.builder_arguments import check_line, check_texts, wrong_value
from pytest_azfunc.host.bindings.builder_calls import payload_builder
from pytest_azfunc.host.bindings.given_values import to_json
from pytest_azfunc.host.bindings.payload import Delivery, Occasion, Payload, Target
from pytest_azfunc.host.bindings.principal import principal_headers
from pytest_azfunc.host.routing.function_routes import function_template
from pytest_azfunc.host.routing.route_templates import Template, effective_template, shown_path
from pytest_azfunc.host.routing.url_paths import decode_path
from pytest_azfunc.host.web.http_request import DICTIONARIES, PreparedRequest, make_delivery

__tracebackhide__ = True

BODY_METHODS = ("POST", "PUT", "PATCH")

_SCHEME = re.compile("[a-z][a-z0-9+.-]*://", re.IGNORECASE)


@dataclass(frozen=True)
class HttpPayload(Payload):
    """One HTTP request; see :func:`http`."""

    builder: ClassVar[str] = "http"
    makes: ClassVar[str] = "an httpTrigger"
    trigger_types: ClassVar[frozenset[str] | None] = frozenset(("httptrigger",))

    method: str
    url: str | None = None
    params: Any = None
    headers: Mapping[str, str] = field(default_factory=dict)
    cookies: Any = None
    json: Any = None
    data: Any = None
    files: Any = None
    auth: Any = None

    def deliver(self, occasion: Occasion) -> Delivery:
        """The request as it reaches the worker.

        :raises BindingError: the function's route or its methods do not take it.
        """
        target = occasion.target
        endpoint: _Endpoint = target.listener
        template, methods, only_path = endpoint
        if methods is not None and self.method not in methods:
            declared = ", ".join(methods) or "none"
            raise _url_error(
                "http-method-not-declared", occasion, template=template, method=self.method, methods=declared
            )
        request = self._prepared(self._absolute(occasion, template), target)
        parts = urlsplit(request.url)
        path = decode_path(parts.path or "/")
        route_values = {} if path == only_path else template.match(path)
        if route_values is None:
            raise _url_error("http-url", occasion, url=self.url, template=template)
        return make_delivery(request, parts, path, route_values, streams=target.function.streams_http)

    def _absolute(self, occasion: Occasion, template: Template) -> str:
        base_url = occasion.target.base_url
        if self.url is None:
            path = template.text.lstrip("/") if template.is_fixed else template.shortest
            if path is None:
                raise _url_error("http-url-missing", occasion, template=template, method=self.method)
            return f"{base_url}/{path.lstrip('/')}"
        if self.url[0:1] != "/" and _SCHEME.match(self.url):
            return self.url
        return f"{base_url}/{self.url.lstrip('/')}"

    def _prepared(self, url: str, target: Target) -> PreparedRequest:
        if self._is_plain():
            try:
                return self._encoded(url)
            except ValueError:  # such as half of a surrogate pair: the full client finds out where
                pass
        if target.prepare_http is None:
            raise wrong_value("http", "files", self.files, "given to invoke() of an open host")
        prepared: PreparedRequest = target.prepare_http(self, url)
        return prepared

    def _encoded(self, url: str) -> PreparedRequest:
        """The request as a client makes it of plain parts.

        :raises ValueError: one of them cannot be encoded.
        """
        if self.params:
            separator = "&" if "?" in url else "?"
            url = f"{url}{separator}{urlencode(self.params, doseq=True)}"
        body, content_type = self._encoded_body()
        headers, named = dict(self.headers), {name.lower() for name in self.headers}
        if body:  # whatever the test says of it, as in requests
            headers = {name: value for name, value in headers.items() if name.lower() != "content-length"}
            headers["Content-Length"] = str(len(body))
        elif self.method in BODY_METHODS and "content-length" not in named:
            headers["Content-Length"] = "0"
        if content_type and "content-type" not in named:
            headers["Content-Type"] = content_type
        if "host" not in named:
            headers["Host"] = urlsplit(url).netloc
        return PreparedRequest(self.method, url, tuple(headers.items()), body)

    def _encoded_body(self) -> tuple[bytes, str | None]:
        """The body as bytes, and the content type that a client gives it by itself."""
        if self.data:
            if isinstance(self.data, (str, bytes)):
                return self.data.encode("utf-8") if isinstance(self.data, str) else self.data, None
            return urlencode(self.data, doseq=True).encode(), "application/x-www-form-urlencoded"
        if self.json is not None:
            # requests' own form, which escapes what is not ASCII
            return _json_body(self.json), "application/json"
        return b"", None

    def _is_plain(self) -> bool:
        """Whether no HTTP client is needed to encode the request; most are, and it would cost more than the call."""
        if self.files or self.auth or self.cookies:
            return False
        data_ok = self.data is None or isinstance(self.data, (str, bytes)) or _is_flat(self.data)
        return data_ok and (not self.params or _is_flat(self.params)) and (self.url or "").isascii()


def _is_flat(mapping: Any) -> bool:
    return isinstance(mapping, Mapping) and all(
        isinstance(key, str) and isinstance(value, (str, int)) and not isinstance(value, bool)
        for key, value in mapping.items()
    )


def _json_body(value: Any) -> bytes:
    if isinstance(value, (dict, list, str, int, float, bool)):
        try:
            return json.dumps(value, allow_nan=False).encode()
        except (TypeError, ValueError, RecursionError):
            pass  # to_json has the error for it
    return to_json(value, "http").encode()


def _url_error(rule: str, occasion: Occasion, *, template: Template, **details: object) -> BindingError:
    return occasion.error(rule, route="/" + template.text.lstrip("/"), **details)


def _for_content(content: Any, occasion: Occasion) -> HttpPayload:
    """The request for a bare payload: its body, with the one declared method that takes a body."""
    methods = _declared_methods(occasion.target)
    if content is None:
        method = "GET" if not methods or "GET" in methods else methods[0]
        return HttpPayload(method)
    fitting = ["POST"] if methods is None else [method for method in methods if method in BODY_METHODS]
    if len(fitting) != 1:
        raise occasion.error(
            "http-method",
            methods=", ".join(methods or ()) or "none",
            fitting=" and ".join(fitting) or "none of them",
            remedy=f'name the method: http("{fitting[0]}", json=...)'
            if fitting
            else f'pass what there is to say in the URL: http("{(methods or ["GET"])[0]}", params=...)',
        )
    if isinstance(content, (str, bytes)):
        return HttpPayload(fitting[0], data=content)
    return HttpPayload(fitting[0], json=content)


class _Endpoint(NamedTuple):
    """Where an HTTP function listens.

    :ivar template: its route, prefix included.
    :ivar methods: its methods in upper case; None for all.
    :ivar only_path: how the one path that fits is usually written; None where several fit.
    """

    template: Template
    methods: tuple[str, ...] | None
    only_path: str | None


def _declared_methods(target: Target) -> tuple[str, ...] | None:
    methods = target.trigger.properties.get("methods")
    return tuple(method.upper() for method in methods) if isinstance(methods, list) else None


def _listen(target: Target) -> _Endpoint:
    """Where the function listens.

    :raises ProjectError: the host cannot make a route of it, and does not start.
    """
    template = function_template(target.function, target.trigger.properties, target.route_prefix)
    is_plain = template.is_fixed and "{" not in template.text and "/." not in template.text
    return _Endpoint(template, _declared_methods(target), f"/{template.text}" if is_plain else None)


def _column(target: Target, _: datetime) -> str:
    """Methods, route and authorization level."""
    properties = target.trigger.properties
    methods, route = _declared_methods(target), properties.get("route")
    verbs = "any method" if methods is None else " ".join(methods) or "no method"
    path = effective_template(target.route_prefix, route if isinstance(route, str) else None, target.function.name)
    level = str(properties.get("authLevel") or "function").lower()
    return f"{verbs} {shown_path(path)} ({level})"


@payload_builder
def http(
    method: str = "GET",
    url: str | None = None,
    *,
    params: Any = None,
    headers: Mapping[str, str] | None = None,
    cookies: Any = None,
    json: Any = None,
    data: Any = None,
    files: Any = None,
    auth: Any = None,
    principal: Mapping[str, Any] | None = None,
) -> HttpPayload:
    """A request, for a function with an ``httpTrigger``. Arguments have requests' names and meanings.

    :param method: any method; sent in upper case.
    :param url: path (``"/api/orders/7?v=2"``) or whole URL; the function's route when None. It must match the route.
    :param params: query parameters, appended to the URL.
    :param headers: request headers.
    :param cookies: a dict or a cookie jar.
    :param json: body, sent as JSON.
    :param data: body: ``str``, ``bytes``, or form fields.
    :param files: files of a multipart form.
    :param auth: ``(user, password)`` or a callable, as in requests.
    :param principal: the signed-in user as Easy Auth tells the function: ``name``, ``id``, ``roles``, ``claims``,
        ``provider`` (``"aad"``); or as Static Web Apps do: ``userId``, ``userDetails``, ``userRoles``,
        ``identityProvider``.
    :raises BindingError: an argument that no request can have.
        (https://learn.microsoft.com/azure/azure-functions/functions-bindings-http-webhook-trigger)
    """
    if not isinstance(method, str) or not _is_token(method):
        raise wrong_value("http", "method", method, "a method name such as 'GET'")
    if url is not None:
        if not isinstance(url, str) or not _is_address(url):
            raise wrong_value("http", "url", url, "a path or a URL without blanks")
        check_texts("http", url=url)
        url = url.partition("#")[0]  # a fragment stays with the client
    sent = {**(principal_headers(principal) if principal is not None else {}), **_headers(headers)}
    return HttpPayload(method.upper(), url, params, sent, cookies, json, data, files, auth)


def _headers(headers: Mapping[str, str] | None) -> dict[str, str]:
    if headers is None:
        return {}
    if not isinstance(headers, Mapping):
        raise wrong_value("http", "headers", headers, "a mapping of names to texts")
    for name, value in headers.items():
        if not isinstance(name, str) or not _is_token(name):
            raise wrong_value("http", "headers", name, "named with letters, digits and dashes")
        check_line("http", f"headers[{name!r}]", value)
    return dict(headers)


def _is_address(url: str) -> bool:
    """Whether it is a path, or a URL with a host and a port that make sense."""
    if any(character in url for character in "\r\n\0 "):
        return False
    if not _SCHEME.match(url):
        return True
    try:
        parts = urlsplit(url)
        return parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:  # brackets that do not close, a port that is no number
        return False


def _is_token(text: str) -> bool:
    return bool(text) and text.isascii() and all(c.isalnum() or c in "!#$%&'*+-.^_`|~" for c in text)


TYPES = (
    BindingType(
        "httpTrigger", builder="http", payload=_for_content, listen=_listen, dictionaries=DICTIONARIES, column=_column
    ),
    BindingType("http", store=None),
)
