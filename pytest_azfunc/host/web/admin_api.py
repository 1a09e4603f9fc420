"""The host's own addresses: below ``admin/``, and the webhooks of extensions below ``runtime/webhooks/``.

Sources: azure-functions-host, HostController.cs, FunctionsController.cs, KeysController.cs and InstanceController.cs
(the addresses), AuthorizationOptionsExtensions.cs (who may use them), FunctionMetadataExtensions.cs (what is told of a
function).
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any, Final, NamedTuple
from urllib.parse import urlsplit

from pytest_azfunc.errors.refusals import OWN_ADDRESS, extension_webhook, management_address
from pytest_azfunc.host.routing.url_paths import split_path
from pytest_azfunc.host.web.authorization import Keys
from pytest_azfunc.host.web.http_request import PreparedRequest
from pytest_azfunc.host.web.http_response import Answer, HttpResult, Webhook
from pytest_azfunc.project import Function, Project
from pytest_azfunc.project.lenient_json import JsonError, loads
from pytest_azfunc.project.settings import is_disabled

HOST_VERSION: Final = "4.1037.0.0"

_JSON = ("Content-Type", "application/json; charset=utf-8")
_NO_CACHE = (("Cache-Control", "no-store, no-cache"), ("Pragma", "no-cache"))
_NOT_FOUND: Final = HttpResult(404)
_HOST_KEYS = ("keys", "functionkeys", "systemkeys")
_MASTER = "_master"

# What Azure has below `admin/` beside what is answered here, by how the addresses begin.
_NOT_EMULATED = tuple(
    tuple(address.split("/"))
    for address in (
        *("host/drain", "host/resume", "host/restart", "host/state", "host/scale", "host/log", "host/debug"),
        *("host/synctriggers", "host/config", "host/processes", "host/extensionbundle", "host/extensions"),
        *("functions/download", "vfs", "zip", "instance"),
    )
)
_WEBHOOKS = frozenset(("blobs", "durabletask", "eventgrid", "mcp", "sharepoint", "signalr", "sendgrid"))
_WEBHOOK_METHODS = ("GET", "POST", "DELETE", "OPTIONS")


class _Call(NamedTuple):
    """A request to one of these addresses; *segments* are those below ``admin``."""

    request: PreparedRequest
    method: str
    segments: tuple[str, ...]

    @property
    def base(self) -> str:
        """Scheme and authority of the app, as the caller knows it."""
        parts = urlsplit(self.request.url)
        return f"{parts.scheme}://{parts.netloc}"


class AdminApi:
    """Answers requests to the host's own addresses.

    :param project: the app.
    :param keys: its keys, which the API lists.
    :param run: answers a request to run a function by hand: its name, and the input of the trigger as text (or None).
    :param settings: tells which functions are disabled; the process environment by default.
    :param webhooks: what answers the webhooks of extensions, by the extension's name.
    """

    def __init__(
        self,
        project: Project,
        keys: Keys,
        run: Callable[[PreparedRequest, str, str | None], Answer],
        settings: Mapping[str, str] | None = None,
        webhooks: Mapping[str, Webhook] = MappingProxyType({}),
    ) -> None:
        self._project = project
        self._keys = keys
        self._run = run
        self._settings = os.environ if settings is None else settings
        self._webhooks = webhooks

    def answer(
        self, request: PreparedRequest, path: str, method: str, key_claims: frozenset[str] | None
    ) -> Answer | None:
        """Answer a request; None if its address is none of the host's, so that functions may have it.

        All but ``admin/host/ping`` need the master key. Without a valid key the answer is 401; with one that is not
        enough it is 403.

        :param path: the decoded path; case does not count.
        :param key_claims: the level of the request's key, from :func:`claims`; None where authorization is off.
        :raises UnsupportedFeature: Azure has the address, and it is not emulated.
        """
        segments = tuple(split_path(path))
        area = segments[0].lower() if segments else ""
        method = method.upper()
        if area == "runtime":
            webhook = self._webhook(request, segments, method, key_claims)
            return None if webhook is None else _told(request, webhook)
        if area != "admin":
            return None
        call = _Call(request, method, segments[1:])
        if _fits(call, "GET POST", "host/ping"):
            return _told(request, HttpResult(200, _NO_CACHE))
        handler = self._handler(call)
        if handler is None and not _is_azures(call):
            return None
        refused = _refusal(key_claims, "admin")
        if refused is not None:
            return _told(request, refused)
        if handler is None:
            raise management_address(method, f"/admin/{'/'.join(call.segments)}")
        answer = handler(call)
        return answer if isinstance(answer, Answer) else _told(request, answer)

    def _handler(self, call: _Call) -> Callable[[_Call], HttpResult | Answer] | None:
        if _fits(call, "GET", "functions/download"):  # a literal address comes before functions/{name}
            return None
        handler: Callable[[_Call], HttpResult | Answer]
        for methods, address, handler in (
            ("GET", "host/status", self._host_status),
            ("GET", "functions", self._list),
            ("GET", "functions/*", self._get),
            ("POST", "functions/*", self._invoke),
            ("GET", "functions/*/status", self._status),
            ("GET", "functions/*/keys", self._function_keys),
            ("GET", "functions/*/keys/*", self._function_keys),
        ):
            if _fits(call, methods, address):
                return handler
        is_host_keys = any(
            _fits(call, "GET", address) for scope in _HOST_KEYS for address in (f"host/{scope}", f"host/{scope}/*")
        )
        return self._host_keys if is_host_keys else None

    def _host_status(self, call: _Call) -> HttpResult:
        name = self._project.root.name.lower()
        return _json({"id": name, "state": "Running", "version": HOST_VERSION, "processUptime": 0})

    def _list(self, call: _Call) -> HttpResult:
        return _json([self._described(function, call.base) for function in self._project.functions.values()])

    def _get(self, call: _Call) -> HttpResult:
        function = self._project.functions.get(call.segments[1])
        return _NOT_FOUND if function is None else _json(self._described(function, call.base))

    def _described(self, function: Function, base: str) -> dict[str, Any]:
        """What the API says of a function; addresses of files are null, as they cannot be read this way."""
        return {
            "name": function.name,
            "script_root_path_href": None,
            "script_href": None,
            "config_href": None,
            "test_data_href": None,
            "href": f"{base}/admin/functions/{function.name}",
            "invoke_url_template": invoke_url_template(base, self._project.host.route_prefix, function),
            "language": "python",
            "config": dict(function.config),
            "files": None,
            "test_data": None,
            "isDisabled": is_disabled(function.name, self._settings),
            "isDirect": False,
            "isProxy": False,
        }

    def _invoke(self, call: _Call) -> HttpResult | Answer:
        if not _is_json(call.request):
            return HttpResult(415)
        try:
            body = loads(call.request.body.decode("utf-8-sig"))
        except (JsonError, UnicodeDecodeError):
            body = None
        if not isinstance(body, dict):
            return HttpResult(400)
        text = next((value for name, value in body.items() if name.lower() == "input"), None)
        if isinstance(text, (dict, list)):
            return HttpResult(400)
        function = self._project.functions.get(call.segments[1])
        if function is None:
            return _NOT_FOUND
        return self._run(
            call.request, function.name, text if text is None or isinstance(text, str) else json.dumps(text)
        )

    def _status(self, call: _Call) -> HttpResult:
        name = call.segments[1]
        error = self._project.errors.get(name)
        if error is not None:
            return _json({"errors": [error.problem]})
        return _json({}) if name in self._project.functions else _NOT_FOUND

    def _function_keys(self, call: _Call) -> HttpResult:
        own = self._keys.functions.get(call.segments[1])
        return _NOT_FOUND if own is None else _keys(call, own, call.segments[3:])

    def _host_keys(self, call: _Call) -> HttpResult:
        name = call.segments[2:]
        if call.segments[1].lower() != "systemkeys":
            return _keys(call, self._keys.host, name)
        # The master key is not listed, but it has an address among the system keys.
        return _keys(call, {**self._keys.system, _MASTER: self._keys.master} if name else self._keys.system, name)

    def _webhook(
        self,
        request: PreparedRequest,
        segments: tuple[str, ...],
        method: str,
        key_claims: frozenset[str] | None,
    ) -> HttpResult | None:
        if len(segments) < 3 or segments[1].lower() != "webhooks" or method not in _WEBHOOK_METHODS:
            return None
        refused = _refusal(key_claims, "system")
        if refused is not None:
            return refused
        extension = segments[2].lower()
        answers = self._webhooks.get(extension)
        if answers is not None:
            return answers(request, segments[3:])
        if extension not in _WEBHOOKS:
            return _NOT_FOUND
        raise extension_webhook(extension, method, "/".join(segments))


def _told(request: PreparedRequest, result: HttpResult) -> Answer:
    return Answer(request, result, None, OWN_ADDRESS)


def invoke_url_template(base: str, route_prefix: str, function: Function) -> str | None:
    """The URL that the portal shows for a function; None if its trigger is not HTTP.

    A function's name is shown in lower case there, a route as it is written.

    :param base: scheme and authority.
    """
    if function.trigger.kind != "httptrigger":
        return None
    route = function.trigger.properties.get("route")
    prefix = route_prefix.rstrip("/")
    return "/".join([base.rstrip("/"), *([prefix] if prefix else []), route or function.name.lower()])


def _refusal(key_claims: frozenset[str] | None, needed: str) -> HttpResult | None:
    if key_claims is None or "admin" in key_claims or needed in key_claims:
        return None
    return HttpResult(403 if key_claims else 401)


def _is_azures(call: _Call) -> bool:
    """Whether Azure has an address that is not emulated, also with a method that it refuses there."""
    lowered = tuple(segment.lower() for segment in call.segments)
    if any(lowered[: len(beginning)] == beginning for beginning in _NOT_EMULATED):
        return True
    changed = ("functions/*/keys/*", *(f"host/{scope}/*" for scope in _HOST_KEYS))
    return _fits(call, "PUT DELETE", "functions/*") or any(_fits(call, "POST PUT DELETE", each) for each in changed)


def _fits(call: _Call, methods: str, address: str) -> bool:
    """Whether a call has one of these methods and this address, in which a star stands for any text."""
    if call.method not in methods.split():
        return False
    wanted, found = address.split("/"), call.segments
    return len(wanted) == len(found) and all(
        text and each in ("*", text.lower()) for each, text in zip(wanted, found, strict=True)
    )


def _keys(call: _Call, keys: Mapping[str, str], name: tuple[str, ...]) -> HttpResult:
    """All keys, or the one of that name."""
    links = [{"rel": "self", "href": call.request.url.partition("?")[0]}]
    if not name:
        return _json({"keys": [{"name": key, "value": value} for key, value in keys.items()], "links": links})
    if name[0] not in keys:
        return _NOT_FOUND
    return _json({"name": name[0], "value": keys[name[0]], "links": links})


def _json(value: Any) -> HttpResult:
    return HttpResult(200, (_JSON,), json.dumps(value, separators=(",", ":"), ensure_ascii=False).encode("utf-8"))


def _is_json(request: PreparedRequest) -> bool:
    kind = next((value for name, value in request.headers if name.lower() == "content-type"), "")
    kind = kind.partition(";")[0].strip().lower()
    return kind in ("application/json", "text/json") or (kind.startswith("application/") and kind.endswith("+json"))
