"""Request lines without a version: Kestrel's HttpParser rejects them with 400, and never answers as HTTP/0.9 did."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from urllib.parse import urlsplit

import pytest

from pytest_azfunc.http_server import LiveServer
from tests.http_client.fake_app import FakeApp


@pytest.fixture
def server() -> Iterator[LiveServer]:
    with LiveServer(FakeApp().serve) as running:
        yield running


def talk(server: LiveServer, request: bytes) -> bytes:
    parts = urlsplit(server.url)
    with socket.create_connection((parts.hostname, parts.port), timeout=20) as connection:
        connection.sendall(request)
        connection.shutdown(socket.SHUT_WR)
        answer = b""
        while piece := connection.recv(65536):
            answer += piece
    return answer


@pytest.mark.parametrize(
    "line",
    [
        b"GET /api/x\r\n",
        b"GET /api/x\r\n\r\n",
        b"GET /api/x\r\nHost: x\r\n\r\n",
        b"GET /api/x \r\nHost: x\r\n\r\n",
        b"GET /\r\n\r\n",
        b"GET\r\n\r\n",
        b"GET \r\n\r\n",
        b"POST /api/x\r\nHost: x\r\nContent-Length: 1\r\n\r\na",
        b"PUT /api/x\r\n\r\n",
        b"get /api/x\r\n\r\n",
        b"/api/x HTTP/1.1\r\nHost: x\r\n\r\n",
        b"GET /api/x y HTTP/1.1\r\nHost: x\r\n\r\n",
    ],
)
def test_without_a_version(server: LiveServer, line: bytes) -> None:
    answer = talk(server, line)

    assert answer.startswith(b"HTTP/1.1 400 Bad Request\r\n"), answer[:80]
    assert b"\r\nContent-Length: 0\r\n" in answer
    assert b"\r\nConnection: close\r\n" in answer


@pytest.mark.parametrize("version", [b"HTTP/0.9", b"HTTP/0.0", b"HTTP/1", b"HTTP/", b"http/1.1", b"HTTP/1.1a", b"x"])
def test_with_a_version_that_is_none(server: LiveServer, version: bytes) -> None:
    # Kestrel says 505 where it reads a version it does not know; as a refusal either will do.
    answer = talk(server, b"GET /api/x " + version + b"\r\nHost: x\r\n\r\n")

    assert answer.startswith((b"HTTP/1.1 400 Bad Request\r\n", b"HTTP/1.1 505 ")), answer[:80]
