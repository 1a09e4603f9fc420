"""The process in which Microsoft's worker library runs for apps that stream HTTP. One JSON document per line in, one out.

As ``decorator_child``, but a call has ``http`` too: the request that the host would proxy to the library's own web server
while it tells the library of the invocation. The answer to such a call has ``http``: what the server answered. A call
without it is not made.
"""

from __future__ import annotations

import asyncio
import base64
import http.client
import importlib.util
import sys
import time
import uuid
from pathlib import Path
from typing import Any

Document = dict[str, Any]

_PATIENCE = 10.0
# What differs from run to run, or is the connection's.
_PASSED_OVER = ("date", "server", "transfer-encoding", "connection")


def _sibling(name: str) -> Any:
    spec = importlib.util.spec_from_file_location(f"conformance_{name}", Path(__file__).with_name(f"{name}.py"))
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


_decorators = _sibling("decorator_child")


class StreamingChannel(_decorators.IndexingChannel):  # type: ignore[name-defined, misc]
    """Calls functions as the host does that proxies requests to the worker."""

    address = ""

    async def send(self, handler: Any, **content: Any) -> Any:
        response = await super().send(handler, **content)
        capabilities = getattr(response, "capabilities", {})
        self.address = capabilities.get("HttpUri", self.address)
        return response

    async def call(self, call: Document, identity: str) -> Document:
        if "http" not in call:
            return {"status": "not called"}
        assert self.address, "the library has no web server of its own"
        call["invocation_id"] = str(uuid.uuid4())
        answered = asyncio.create_task(asyncio.to_thread(exchange, self.address, call["http"], call["invocation_id"]))
        answer: Document = await super().call(call, identity)
        return {**answer, "http": await answered}


def exchange(address: str, request: Document, invocation_id: str) -> Document:
    """Send a request and read the response, in the form of the answer."""
    connection = http.client.HTTPConnection(address.removeprefix("http://"), timeout=_PATIENCE)
    _connect(connection)
    body: Any = base64.b64decode(request["body"])
    headers = {**request["headers"], "x-ms-invocation-id": invocation_id}
    if request["chunked"]:
        body = iter([body]) if body else iter([])
    connection.request(request["method"], request["path"], body or None, headers, encode_chunked=request["chunked"])
    response = connection.getresponse()
    try:
        content, whole = response.read(), True
    except http.client.IncompleteRead as error:
        content, whole = error.partial, False
    found = [[name.lower(), value] for name, value in response.getheaders() if name.lower() not in _PASSED_OVER]
    connection.close()
    return {"status": response.status, "headers": found, "body": base64.b64encode(content).decode(), "whole": whole}


def _connect(connection: http.client.HTTPConnection) -> None:
    """The server is started beside everything else, and takes its time."""
    deadline = time.monotonic() + _PATIENCE
    while True:
        try:
            return connection.connect()
        except ConnectionRefusedError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.01)


if __name__ == "__main__":
    _decorators.IndexingChannel = StreamingChannel
    _decorators.main()
