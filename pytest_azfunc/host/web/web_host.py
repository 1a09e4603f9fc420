"""The web host: one HTTP request on its way through Azure's pipeline, and the response on its way back.

The order is that of azure-functions-host, WebJobsApplicationBuilderExtension.cs: the server itself, throttle, CORS, the
host's own addresses, routes, keys, disabled functions, the function; then the headers that host.json adds.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from functools import cached_property
from typing import NamedTuple
from urllib.parse import SplitResult, urlsplit

from pytest_azfunc.errors import BindingError, refusals
from pytest_azfunc.host.bindings.by_hand import NotStarted, RunByHand
from pytest_azfunc.host.bindings.payload import Delivery, Occasion, Payload
from pytest_azfunc.host.routing.route_table import RouteTable
from pytest_azfunc.host.routing.url_paths import decode_path
from pytest_azfunc.host.script_host import ScriptHost
from pytest_azfunc.host.web import kestrel
from pytest_azfunc.host.web.admin_api import AdminApi
from pytest_azfunc.host.web.authorization import (
    DEFAULT_LEVEL,
    KEY_HEADER,
    Keys,
    claims,
    given_key,
    is_authorized,
    key_for,
)
from pytest_azfunc.host.web.cors import CorsPolicy
from pytest_azfunc.host.web.home_page import home_page
from pytest_azfunc.host.web.http_request import PreparedRequest, make_delivery
from pytest_azfunc.host.web.http_response import Answer, HttpResult, failure
from pytest_azfunc.host.web.http_result import http_result
from pytest_azfunc.host.web.response_headers import hsts_header, with_custom_headers
from pytest_azfunc.host.web.sendable import check_sendable
from pytest_azfunc.host.web.throttle import Throttle
from pytest_azfunc.host.web.warmup import Warmup, is_warmup
from pytest_azfunc.project import Function, Project
from pytest_azfunc.project.settings import is_disabled

__tracebackhide__ = True

_NOBODY: frozenset[str] = frozenset()
_ADMIN: frozenset[str] = frozenset(("admin",))
_ACCEPTED = HttpResult(202)


class _Target(NamedTuple):
    """A function that routes lead to, and the level of the key that it asks for."""

    function: Function
    level: str


class RoutedRequest(Payload):
    """A request that has found its function: the payload of its trigger."""

    builder = "http"
    makes = "an httpTrigger"
    trigger_types = frozenset(("httptrigger",))

    def __init__(self, request: PreparedRequest, parts: SplitResult, path: str, params: dict[str, str]) -> None:
        self._made_of = request, parts, path, params

    def deliver(self, occasion: Occasion) -> Delivery:
        """The request as it reaches the worker."""
        return make_delivery(*self._made_of, streams=occasion.function.streams_http)


class WebHost:
    """Answers HTTP requests as the host of an app does.

    :param script_host: runs functions.
    :param settings: the app settings, asked for at the first request.
    :param auth: whether authorization levels are enforced; asked at each request.
    """

    def __init__(
        self, script_host: ScriptHost, settings: Callable[[], Mapping[str, str]], auth: Callable[[], bool]
    ) -> None:
        self._script_host = script_host
        self._settings = settings
        self._auth = auth
        self._targets: dict[str, _Target] = {}

    @property
    def _project(self) -> Project:
        return self._script_host.project

    @cached_property
    def keys(self) -> Keys:
        """The keys of the app."""
        return Keys.for_app(self._project.functions)

    @cached_property
    def _routes(self) -> RouteTable:
        return RouteTable.of(self._project)

    @cached_property
    def _body_limit(self) -> int:
        return kestrel.body_limit(self._settings())

    @cached_property
    def _throttle(self) -> Throttle | None:
        return Throttle.of(self._project.host, self._script_host.worker.is_inside)

    @cached_property
    def _cors(self) -> CorsPolicy | None:
        return CorsPolicy.of(self._settings(), self._project.local_host_section)

    @cached_property
    def _warmup(self) -> Warmup:
        return Warmup(self._script_host)

    @cached_property
    def _admin(self) -> AdminApi:
        webhooks = self._script_host.options.webhooks
        return AdminApi(self._project, self.keys, self._run_by_hand, webhooks=webhooks)

    def answer(self, request: PreparedRequest, add_key: bool = False) -> Answer:
        """Answer one request.

        :param add_key: give the request a key that opens the function it is for, if it has none.
        :raises AzfuncError: what is wrong with the app, or not emulated.
        :raises Exception: what the function's script raises while it is imported. What the function raises is in the
            answer's invocation.
        """
        refused = kestrel.refusal(request)
        if refused is not None:
            return Answer(request, refused, None, refusals.malformed(refused.status_code))
        if self._throttle is None:
            return self._through_cors(request, add_key)
        with self._throttle.admitted(urlsplit(request.url).path) as too_many:
            if too_many is not None:
                return Answer(request, too_many, None, refusals.TOO_MANY)
            return self._through_cors(request, add_key)

    def _through_cors(self, request: PreparedRequest, add_key: bool) -> Answer:
        if self._cors is None:
            return self._finished(self._routed(request, add_key))
        preflight = self._cors.preflight(request)
        if preflight is not None:
            return Answer(request, preflight, None, refusals.PREFLIGHT)
        answer = self._finished(self._routed(request, add_key))
        return answer._replace(result=self._cors.applied(answer.result, request))

    def _finished(self, answer: Answer) -> Answer:
        """The headers of host.json are added, and what has no body on the wire loses it."""
        host, result = self._project.host, answer.result
        if host.http_custom_headers:
            result = with_custom_headers(result, host.http_custom_headers)
        if host.http_hsts is not None:
            result = hsts_header(result, host.http_hsts, answer.request)
        result = kestrel.on_the_wire(result, answer.request.method)
        return answer if result is answer.result else answer._replace(result=result)

    def _routed(self, request: PreparedRequest, add_key: bool) -> Answer:
        parts = urlsplit(request.url)
        path = decode_path(parts.path or "/")
        own = self._own_address(request, path, add_key)
        if own is not None:
            return own
        match = self._routes.find(request.method, path)
        if match is None:
            return self._unrouted(request, path)
        function, level = self._targets.get(match.function) or self._target(match.function)
        is_off = is_disabled(function.name, os.environ)
        held = _NOBODY if level == "anonymous" else _ADMIN  # as `func start` has it
        if (is_off or level != "anonymous") and self._auth():
            if add_key and given_key(request) is None:
                request = _with_key(request, key_for(level, function.name, self.keys))
            held = claims(self.keys, function.name, given_key(request))
            if not is_authorized(level, held):
                return Answer(request, HttpResult(401), None, refusals.missing_key(level, function.name))
        if is_off and "admin" not in held:
            return Answer(request, HttpResult(404), None, refusals.disabled(function.name))
        if kestrel.is_too_large(request, self._body_limit):
            # The server's own 413 does not reach the caller: it is raised where the host reads the body.
            return Answer(request, failure(), None, refusals.too_long(self._body_limit))
        return self._run(request, RoutedRequest(kestrel.as_read(request), parts, path, match.params), function)

    def _target(self, name: str) -> _Target:
        function = self._project.functions.get(name)
        if function is None:  # one that only Azure can run
            raise self._project.errors[name]
        level = (function.trigger.properties.get("authLevel") or DEFAULT_LEVEL).lower()
        target = self._targets[name] = _Target(function, level)
        return target

    def _own_address(self, request: PreparedRequest, path: str, add_key: bool) -> Answer | None:
        """The host's own addresses come before all functions."""
        if path[1:6].lower() != "admin" and path[1:8].lower() != "runtime":
            return None
        if is_warmup(path):
            return self._warmup.answer(request)
        held = None
        if self._auth():
            if add_key and given_key(request) is None:
                request = _with_key(request, self.keys.master)
            held = claims(self.keys, None, given_key(request))
        return self._admin.answer(request, path, request.method, held)

    def _unrouted(self, request: PreparedRequest, path: str) -> Answer:
        hidden = self._project.failure
        if path == "/":
            return Answer(request, home_page(self._settings()), None, refusals.HOME_PAGE)
        if hidden is not None:
            culprit = hidden.function or hidden.location or "its script"
            return Answer(request, HttpResult(404), None, refusals.nothing_indexed(str(culprit)))
        cause = refusals.no_route(request.method, path, self._routes.near(path), self._project.errors)
        return Answer(request, HttpResult(404), None, cause)

    def _run(self, request: PreparedRequest, payload: RoutedRequest, function: Function) -> Answer:
        try:
            invocation = self._script_host.run(function, payload)
        except BindingError as error:
            if error.rule == "async-in-running-loop":
                raise BindingError("http-async-in-running-loop", function=function.name) from None
            raise
        result = http_result(invocation, function)
        check_sendable(result, function, request.method)
        return Answer(request, result, invocation)

    def _run_by_hand(self, request: PreparedRequest, name: str, text: str | None) -> Answer:
        """``POST /admin/functions/{name}``: the caller is told nothing of what comes of it."""
        function = self._project.find(name)
        if function.trigger.kind == "httptrigger":
            raise refusals.http_by_hand(function.name)
        try:
            return Answer(request, _ACCEPTED, self._script_host.run(function, RunByHand(text)))
        except NotStarted as error:
            return Answer(request, _ACCEPTED, None, error.reason.problem, error.reason)


def _with_key(request: PreparedRequest, key: str | None) -> PreparedRequest:
    if key is None:
        return request
    return request._replace(headers=(*request.headers, (KEY_HEADER, key)))
