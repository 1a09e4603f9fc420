"""requests, joined to the app: encodes requests that need a full client, makes genuine responses, is a client itself.

What is here imports requests when it is called, and what the host knows of HTTP as well: most functions have nothing to
do with it. The modules ``session`` and ``responses`` import it at once: import them inside functions.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from pytest_azfunc.http_client.plain_requests import PlainRequests

if TYPE_CHECKING:
    import requests

    from pytest_azfunc.host.bindings.http import HttpPayload
    from pytest_azfunc.host.web.http_request import PreparedRequest
    from pytest_azfunc.host.web.http_response import HttpResult, Serve
    from pytest_azfunc.http_client.session import AppSession as AppSession

plain_requests = PlainRequests


def prepare(payload: HttpPayload, url: str) -> PreparedRequest:
    """Encode *payload* as requests does: multipart bodies, authentication, cookie jars, iterables.

    :raises BindingError: one of its arguments is none that requests can send.
    """
    import requests

    from pytest_azfunc.host.web.http_request import PreparedRequest
    from pytest_azfunc.http_client.adapter import read_body
    from pytest_azfunc.http_client.refused_arguments import refusal

    arguments = {
        "params": payload.params,
        "headers": dict(payload.headers),
        "cookies": payload.cookies,
        "json": payload.json,
        "data": payload.data,
        "files": payload.files,
        "auth": payload.auth,
    }
    try:
        request = requests.Request(payload.method, url, **arguments).prepare()
        body = read_body(request.body, payload.builder) if request.body else b""
        for value in request.headers.values():
            _text(value).encode()  # cookies come in unseen
    except Exception as error:
        refused = refusal(payload.builder, error, arguments)
        if refused is None:
            raise
        raise refused from None
    headers = {str(name): _text(value) for name, value in request.headers.items()}
    headers.setdefault("Host", requests.compat.urlsplit(request.url or url).netloc)
    return PreparedRequest(str(request.method), str(request.url), tuple(headers.items()), body)


def send(method: str, url: str, content: str | None, headers: Mapping[str, str]) -> requests.Response:
    """Send a request as anybody's code would: ``responses`` and its like answer it, and so do running apps.

    :raises OSError: no answer came.
    """
    import requests

    data = None if content is None else content.encode()
    return requests.request(method, url, data=data, headers=dict(headers), allow_redirects=False)


def _text(value: str | bytes) -> str:
    return value.decode("latin-1") if isinstance(value, bytes) else value


def build_response(result: HttpResult, request: PreparedRequest | None) -> requests.Response:
    """A ``requests.Response`` that behaves like one from the network: cookies, reason, encoding, ``raw``."""
    from requests import Response

    from pytest_azfunc.http_client.responses import fill, sent_request

    return fill(Response(), result, sent_request(request))


def app_session(base_url: str, serve: Serve) -> AppSession:
    """A ``requests.Session`` onto an app.

    :param base_url: scheme, host and port of the app: ``http://localhost:7071``.
    :param serve: answers requests.
    """
    from pytest_azfunc.http_client.session import AppSession

    return AppSession(base_url, serve)
