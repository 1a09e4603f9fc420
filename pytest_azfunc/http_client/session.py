"""The client of an app: a ``requests.Session`` over an adapter that calls the host instead of the network."""

from __future__ import annotations

import copy
import re
import time
from collections import OrderedDict
from collections.abc import Mapping
from datetime import timedelta
from types import FunctionType, TracebackType
from typing import TYPE_CHECKING, Any

import requests
from requests.adapters import BaseAdapter
from requests.models import REDIRECT_STATI
from requests.structures import CaseInsensitiveDict

from pytest_azfunc.errors import AzfuncError, BindingError, kind_of
from pytest_azfunc.host.bindings.builder_arguments import is_utf8, wrong_value
from pytest_azfunc.host.bindings.principal import principal_headers
from pytest_azfunc.host.web.http_response import Serve
from pytest_azfunc.http_client import requests_internals as internals
from pytest_azfunc.http_client.adapter import ADD_KEY, AppAdapter
from pytest_azfunc.http_client.origin import Origin
from pytest_azfunc.http_client.preparation import prepare_plainly
from pytest_azfunc.http_client.refused_arguments import unknown_option
from pytest_azfunc.http_client.responses import AppResponse, keep_cookies, sets_cookies
from pytest_azfunc.http_client.retries import with_retries
from pytest_azfunc.http_client.routed_adapters import RoutedAdapters

if TYPE_CHECKING:
    from typing_extensions import Unpack

    from pytest_azfunc.http_client.call_options import DataOptions, GetOptions, Options, PostOptions

__tracebackhide__ = True

KEY_HEADER = "x-functions-key"
_VALID_KEY: Any = object()
_FIXTURE = "azfunc_http"  # what an error is about: nearly every session is that fixture's
_ENCODED = frozenset(("params", "data", "headers", "json", "files", "cookies", "auth"))
# Arguments that say what is sent, and not how the network is to be used.
_OF_A_REQUEST = frozenset(("json", "files", "cookies", "auth", "hooks", "allow_redirects"))
_PLAIN_PARTS = frozenset(("json", "files"))
_SCHEME = re.compile(r"[a-zA-Z][a-zA-Z0-9+.-]*://")


class AppSession(requests.Session):
    """A ``requests.Session`` onto one app. Other hosts than the app's are reached as in any session.

    URLs may be relative: ``"/api/orders"``. Every verb takes two more keywords:

    - ``key``: without it a request that has no key gets a valid one; ``None`` sends none; a text is sent as
      ``x-functions-key``.
    - ``principal``: the signed-in user as Easy Auth tells the function: ``name``, ``id``, ``roles``, ``claims``,
      ``provider``.

    Responses have an :attr:`~AppResponse.invocation`. Proxies and netrc are not looked up, ``timeout`` is not kept:
    a function runs on the caller's own thread.
    """

    def __init__(self, base_url: str, serve: Serve) -> None:
        """A session onto one app.

        :param base_url: scheme, host and port of the app: ``http://localhost:7071``.
        :param serve: answers requests.
        """
        super().__init__()
        self.trust_env = False
        self.base_url = base_url.rstrip("/")
        self._origin = Origin.of(self.base_url)
        self._app_adapter = AppAdapter(self.base_url, serve)
        self._has_mounted = False  # an adapter of the test's, for whose retries to look

    def __repr__(self) -> str:
        return f"<AppSession {self.base_url}>"

    def _find_adapter(self, url: str) -> BaseAdapter | None:
        if not self._origin.has(url):
            return None
        return with_retries(self._app_adapter, self, url) if self._has_mounted else self._app_adapter

    def mount(self, prefix: str | bytes, adapter: BaseAdapter) -> None:
        """Mount an adapter, as ``requests.Session.mount`` does. For the app, only its retries count."""
        self._has_mounted = True
        super().mount(prefix, adapter)  # type: ignore[arg-type, unused-ignore]

    get_adapter: Any = RoutedAdapters(_find_adapter, requests.Session)

    def request(
        self,
        method: str | bytes,
        url: str | bytes,
        params: Any = None,
        data: Any = None,
        headers: Any = None,
        *args: Any,
        key: str | None = _VALID_KEY,
        principal: Mapping[str, Any] | None = None,
        **options: Any,
    ) -> AppResponse:
        """Send a request, as ``requests.Session.request`` does.

        :param key: the function key to send; None for none; a valid one without it.
        :param principal: the signed-in user.
        :raises BindingError: a key, a user or a text that no request can carry.
        :raises Exception: what the app raises.
        """
        if principal is not None:
            # Easy Auth writes UTF-8; a text would be sent as Latin-1.
            signed_in = {name: value.encode() for name, value in principal_headers(principal, _FIXTURE).items()}
            headers = _over(signed_in, headers)
        if key is not _VALID_KEY:
            headers = _over(headers or {}, {KEY_HEADER: _checked_key(key)})
        token = ADD_KEY.set(key is _VALID_KEY)
        try:
            if args or self.trust_env or not options.keys() <= _OF_A_REQUEST or _is_tapped(requests.Session.request):
                return super().request(method, self._absolute(url), params, data, headers, *args, **options)  # type: ignore[return-value]
            return self._request(method, self._absolute(url), params, data, headers, **options)
        except Exception as error:
            if isinstance(error, TypeError) and (unknown := unknown_option(_FIXTURE, options)):
                raise unknown from None
            if isinstance(error, UnicodeEncodeError) and not is_utf8(error.object):
                _refuse(error, {"params": params, "data": data, "headers": headers, **options})
            raise error.with_traceback(_from_app(error))  # noqa: B904 - the function's own, unwrapped
        finally:
            ADD_KEY.reset(token)

    def _request(
        self, method: Any, url: str, params: Any, data: Any, headers: Any, allow_redirects: bool = True, **parts: Any
    ) -> AppResponse:
        """What requests does with a request that has no options for the network."""
        method, prepared = method.upper(), None
        if parts.keys() <= _PLAIN_PARTS:
            prepared = prepare_plainly(self, self.base_url, method, url, headers, params=params, data=data, **parts)
        if prepared is None:
            request = requests.Request(method, url, headers, data=data or {}, params=params or {}, **parts)
            prepared = super().prepare_request(request)
        return self.send(prepared, allow_redirects=allow_redirects)

    def prepare_request(self, request: requests.Request) -> requests.PreparedRequest:
        """The request with the session's headers, cookies and base URL."""
        url = self._absolute(request.url or "")
        if url != request.url:
            request = copy.copy(request)
            request.url = url
        return self._prepared_plainly(request) or super().prepare_request(request)

    def _prepared_plainly(self, request: requests.Request) -> requests.PreparedRequest | None:
        if request.auth or request.cookies or request.hooks.get("response") or len(request.hooks) != 1:
            return None
        return prepare_plainly(
            self,
            self.base_url,
            request.method,
            request.url,
            request.headers,
            params=request.params,
            data=request.data,
            files=request.files,
            json=request.json,
        )

    def send(self, request: requests.PreparedRequest, **options: Any) -> AppResponse:
        """Send a prepared request, as ``requests.Session.send`` does.

        :raises Exception: what the app raises.
        """
        if options.get("stream", self.stream) or not self._goes_straight(request):
            return super().send(request, **options)  # type: ignore[return-value]
        # The detours of requests (proxies, hooks, a connection to give back) lead nowhere here, and cost something.
        started = time.perf_counter()
        response = self._app_adapter.send(request)
        response.elapsed = timedelta(seconds=time.perf_counter() - started)
        if sets_cookies(response):
            keep_cookies(self.cookies, request, response)
        if response.status_code in REDIRECT_STATI and response.is_redirect:
            return self._follow(response, request, **options)
        return response

    def _goes_straight(self, request: requests.PreparedRequest) -> bool:
        """Whether a request is for the app, and nobody wants to see on the way what requests does with it."""
        if not isinstance(request, requests.PreparedRequest) or request.hooks.get("response"):
            return False
        if self.trust_env or self._has_mounted or _is_tapped(requests.Session.send):
            return False
        return self._origin.has(request.url or "")

    def _follow(
        self, response: AppResponse, request: requests.PreparedRequest, *, allow_redirects: bool = True, **options: Any
    ) -> AppResponse:
        for name in ("verify", "cert", "proxies"):  # the way may lead to other hosts
            options.setdefault(name, getattr(self, name))
        if allow_redirects:
            way: Any = [response, *self.resolve_redirects(response, request, **options)]
            last: AppResponse = way.pop()
            last.history = way
            return last
        following: Any = self.resolve_redirects(response, request, yield_requests=True, **options)
        internals.set_next(response, next(following, None))
        return response

    def merge_environment_settings(self, url: Any, proxies: Any, stream: Any, verify: Any, cert: Any) -> Any:
        """What requests makes of the arguments and the session's own settings; the environment has no say."""
        if proxies or self.proxies or self.trust_env:
            return super().merge_environment_settings(url, proxies, stream, verify, cert)
        return {
            "proxies": OrderedDict(),
            "stream": self.stream if stream is None else stream,
            "verify": self.verify if verify is None else verify,
            "cert": self.cert if cert is None else cert,
        }

    def _absolute(self, url: Any) -> str:
        text = url.decode("utf-8") if isinstance(url, bytes) else str(url)
        if _SCHEME.match(text):
            return text
        return self.base_url + text if text.startswith("/") else f"{self.base_url}/{text}"

    # The verbs are requests' own, once more: a failing test shall show its own line and the function's, and no other.

    def get(self, url: str | bytes, params: Any = None, **options: Unpack[GetOptions]) -> AppResponse:
        """Send a GET request; see :meth:`request`."""
        return self.request("GET", url, params=params, **options)

    def options(self, url: str | bytes, **options: Unpack[Options]) -> AppResponse:
        """Send an OPTIONS request; see :meth:`request`."""
        return self.request("OPTIONS", url, **options)

    def head(self, url: str | bytes, **options: Unpack[Options]) -> AppResponse:
        """Send a HEAD request, which follows no redirect unless told so; see :meth:`request`."""
        options.setdefault("allow_redirects", False)
        return self.request("HEAD", url, **options)

    def delete(self, url: str | bytes, **options: Unpack[Options]) -> AppResponse:
        """Send a DELETE request; see :meth:`request`."""
        return self.request("DELETE", url, **options)

    def post(self, url: str | bytes, data: Any = None, json: Any = None, **options: Unpack[PostOptions]) -> AppResponse:
        """Send a POST request; see :meth:`request`."""
        return self.request("POST", url, data=data, json=json, **options)

    def put(self, url: str | bytes, data: Any = None, **options: Unpack[DataOptions]) -> AppResponse:
        """Send a PUT request; see :meth:`request`."""
        return self.request("PUT", url, data=data, **options)

    def patch(self, url: str | bytes, data: Any = None, **options: Unpack[DataOptions]) -> AppResponse:
        """Send a PATCH request; see :meth:`request`."""
        return self.request("PATCH", url, data=data, **options)


def _is_tapped(method: Any) -> bool:
    """Whether somebody who wants to see all of requests has put another method in its place."""
    return type(method) is not FunctionType or method.__globals__ is not vars(requests.sessions)


def _from_app(error: Exception) -> TracebackType | None:
    """The traceback without the frames of requests and of ours that led to the function; whole if none did.

    Of an error that ends in our worker, such as a value that cannot be returned, nothing is left: it says it all.
    """
    if isinstance(error, AzfuncError):
        return None  # it says all there is to say
    frames, package = error.__traceback__, ""
    while frames is not None:
        package = frames.tb_frame.f_globals.get("__name__", "").partition(".")[0]
        if package not in ("requests", "pytest_azfunc"):
            return frames
        frames = frames.tb_next
    return None if package == "pytest_azfunc" else error.__traceback__


def _checked_key(key: object) -> str | None:
    """A key that a header can carry; None is none. An error does not show it."""
    if key is None:
        return None
    if not isinstance(key, str):
        raise _wrong_key(kind_of(key))
    if not key.isascii() or not key.isprintable() or key != key.strip():
        raise _wrong_key("a text with other characters in it")
    return key


def _wrong_key(found: str) -> BindingError:
    expected = "a text of printable ASCII without blanks around it, or None to send none"
    return BindingError("payload-value", builder=_FIXTURE, name="key", found=found, expected=expected)


def _refuse(error: Exception, arguments: Mapping[str, Any]) -> None:
    """Raise our error if it is an argument of the request that could not be encoded."""
    from pytest_azfunc.http_client.refused_arguments import refusal

    refused = refusal(_FIXTURE, error, {name: value for name, value in arguments.items() if name in _ENCODED})
    if refused is not None:
        raise refused from None


def _over(below: Any, above: Any) -> CaseInsensitiveDict[Any]:
    """Headers of both; *above* wins, whatever the case of a name.

    :raises BindingError: one of them is no mapping.
    """
    try:
        headers = CaseInsensitiveDict(below)
        headers.update(above or {})
    except (TypeError, ValueError, AttributeError):
        raise wrong_value(_FIXTURE, "headers", above if isinstance(below, dict) else below, "a mapping") from None
    return headers
