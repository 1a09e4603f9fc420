"""What a function sees of a request, by the session and by ``invoke``: both send the same."""

from __future__ import annotations

import io
import json
from collections.abc import Callable
from http.client import HTTPConnection
from typing import Any

import pytest

from pytest_azfunc import BindingError, Host, http

Send = Callable[..., Any]


@pytest.fixture(params=["session", "invoke"])
def send(request: pytest.FixtureRequest, host: Host) -> Send:
    """Send a request to the function that tells what it saw."""

    def by_session(**options: Any) -> Any:
        return host.http.request("POST", "/api/anonymous", **options).json()

    def by_invoke(**options: Any) -> Any:
        return host.invoke("Anonymous", http("POST", "/api/anonymous", **options)).json()

    return by_session if request.param == "session" else by_invoke


def test_the_url_has_the_host_that_the_client_names(send: Send) -> None:
    assert send(headers={"Host": "shop.example"}, params={"a": "1"})["url"] == "http://shop.example/api/anonymous?a=1"


@pytest.mark.parametrize("name", ["Content-Length", "content-length"])
def test_the_length_is_that_of_the_body(send: Send, name: str) -> None:
    seen = send(data="tea", headers={name: "99"})
    assert (seen["body"], seen["headers"]["content-length"]) == ("tea", "3")


def test_a_text_file_as_body(send: Send) -> None:
    assert send(data=io.StringIO("tea"))["body"] == "tea"


@pytest.mark.parametrize("piece", ["tea", b"tea"])
def test_pieces_arrive_empty(send: Send, piece: str | bytes) -> None:
    seen = send(data=iter([piece]))
    assert (seen["body"], seen["headers"]["transfer-encoding"]) == ("", "chunked")


@pytest.mark.parametrize(
    ("url", "params", "seen"),
    [
        (
            "/api/anonymous?next=https://shop.example/",
            None,
            "http://localhost:7071/api/anonymous?next=https://shop.example/",
        ),
        ("/api/anonymous#top", {"a": "1"}, "http://localhost:7071/api/anonymous?a=1"),
        ("HTTPS://shop.example:8443/api/anonymous", None, "https://shop.example:8443/api/anonymous"),
    ],
)
def test_addresses_of_a_request(host: Host, url: str, params: object, seen: str) -> None:
    assert host.invoke("Anonymous", http("GET", url, params=params)).json()["url"] == seen


@pytest.mark.parametrize("url", ["http://[::1/api", "http://shop:x/api", "https:///api", "ftp://shop/api", "/a b"])
def test_malformed_addresses(url: str) -> None:
    with pytest.raises(BindingError, match=r"url is .*, but must be a path or a URL without blanks"):
        http("GET", url)


@pytest.mark.parametrize(
    ("values", "seen"), [(("a", "b"), "a,b"), (("", "a", ""), "a"), (("", ""), ""), (("",), ""), (("  a ", "\t"), "a")]
)
def test_empty_ones_of_repeated_headers_are_left_out(host: Host, values: tuple[str, ...], seen: str) -> None:
    server = host.live_server()
    server.start()
    connection = HTTPConnection(server.url.removeprefix("http://"), timeout=20)
    connection.putrequest("POST", "/api/anonymous")
    for value in values:
        connection.putheader("X-Tag", value)
    connection.endheaders()
    assert json.loads(connection.getresponse().read())["headers"]["x-tag"] == seen
    connection.close()
