"""requests, joined to the app: encodes requests that need a full client, and makes genuine responses."""

from __future__ import annotations

import io
from email.message import Message
from typing import TYPE_CHECKING, Any

from pytest_azfunc.host.http_request import PreparedRequest
from pytest_azfunc.host.http_response import HttpResult
from pytest_azfunc.host.triggers.http import HttpPayload

if TYPE_CHECKING:
    import requests


def prepare(payload: HttpPayload, url: str) -> PreparedRequest:
    """Encode *payload* as requests does: multipart bodies, authentication, cookie jars, iterables."""
    import requests

    request = requests.Request(
        payload.method,
        url,
        params=payload.params,
        headers=dict(payload.headers),
        cookies=payload.cookies,
        json=payload.json,
        data=payload.data,
        files=payload.files,
        auth=payload.auth,
    ).prepare()
    body: Any = request.body or b""
    if isinstance(body, str):
        body = body.encode("utf-8")
    elif not isinstance(body, bytes):
        body = body.read() if hasattr(body, "read") else b"".join(body)
    headers = {str(name): _text(value) for name, value in request.headers.items()}
    headers.setdefault("Host", requests.compat.urlsplit(request.url or url).netloc)
    return PreparedRequest(str(request.method), str(request.url), tuple(headers.items()), body)


def _text(value: str | bytes) -> str:
    return value.decode("latin-1") if isinstance(value, bytes) else value


def build_response(result: HttpResult, request: PreparedRequest | None) -> requests.Response:
    """A ``requests.Response`` that behaves like one from the network: cookies, reason, encoding, ``raw``."""
    import http.client

    import requests
    from requests.adapters import HTTPAdapter
    from urllib3 import HTTPResponse
    from urllib3._collections import HTTPHeaderDict

    headers = HTTPHeaderDict()
    message = Message()
    for name, value in result.headers:
        headers.add(name, value)
        message[name] = value
    raw = HTTPResponse(
        body=io.BytesIO(result.body),
        headers=headers,
        status=result.status_code,
        reason=http.client.responses.get(result.status_code, ""),
        preload_content=False,
        # requests reads Set-Cookie from the response below this one
        original_response=_Original(message),  # type: ignore[arg-type]
    )
    prepared = requests.PreparedRequest()
    if request is not None:
        prepared.prepare(method=request.method, url=request.url, headers=dict(request.headers), data=request.body)
    response = HTTPAdapter().build_response(prepared, raw)
    _ = response.content  # the whole body is there already
    return response


class _Original:
    """As much of ``http.client.HTTPResponse`` as the cookie jar looks at."""

    def __init__(self, message: Message) -> None:
        self.msg = message

    def isclosed(self) -> bool:
        return True
