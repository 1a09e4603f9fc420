"""What a request through the whole host costs, against the least that an adapter can do, and against Flask's client."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import azure.functions as func
import pytest
import requests
from app_factory import HELLO, write_app
from requests.adapters import BaseAdapter
from requests.structures import CaseInsensitiveDict

from pytest_azfunc import Host

PATH = "/api/hello?name=bob"
TRIVIAL_URL = (
    "http://localhost:7999"  # not the host's: while a host is open, its own URL is the host's for every session
)
GREETING = "Hello bob"
BODY = b'{"id": 7, "lines": [{"sku": "tea", "quantity": 2}]}'

Main = Callable[[func.HttpRequest], func.HttpResponse]


class TrivialAdapter(BaseAdapter):
    """Calls the function with a request of the SDK, and makes a response of requests of what it returns. No more."""

    def __init__(self, main: Main) -> None:
        super().__init__()
        self._main = main

    def send(  # type: ignore[override, unused-ignore]
        self,
        request: requests.PreparedRequest,
        stream: bool = False,
        timeout: Any = None,
        verify: Any = True,
        cert: Any = None,
        proxies: Mapping[str, str] | None = None,
    ) -> requests.Response:
        url, body = str(request.url), request.body or b""
        answer = self._main(
            func.HttpRequest(
                str(request.method),
                url,
                headers=request.headers,
                params=dict(parse_qsl(urlsplit(url).query)),
                body=body.encode() if isinstance(body, str) else body,
            )
        )
        response = requests.Response()
        response.status_code = answer.status_code
        response.headers = CaseInsensitiveDict(answer.headers)
        response.headers.setdefault("content-type", f"{answer.mimetype}; charset={answer.charset}")
        response.encoding = answer.charset
        response.url = url
        response.request = request
        response._content = answer.get_body()
        response._content_consumed = True  # type: ignore[attr-defined]
        return response

    def close(self) -> None:
        """Nothing is open."""


def function_itself() -> Main:
    """``main`` of the app's hello function, without any worker."""
    module: dict[str, Any] = {}
    exec(HELLO, module)
    main: Main = module["main"]
    return main


def trivial_session() -> requests.Session:
    """A session onto the function alone; proxies are not looked up, which would cost more than all the rest."""
    session = requests.Session()
    session.trust_env = False
    session.mount(TRIVIAL_URL, TrivialAdapter(function_itself()))
    return session


def flask_client() -> Any:
    """Flask's test client on an app that does the same; skips where Flask is not installed."""
    flask = pytest.importorskip("flask")
    app = flask.Flask("hello")

    @app.route("/api/hello", methods=["GET", "POST"])  # type: ignore[untyped-decorator, unused-ignore]
    def hello() -> Any:
        return flask.Response(f"Hello {flask.request.args['name']}", mimetype="text/plain")

    return app.test_client()


@pytest.fixture
def host(tmp_path: Path) -> Iterator[Host]:
    with Host.open(write_app(tmp_path)) as opened:
        yield opened


@pytest.fixture
def client(request: pytest.FixtureRequest, way: str) -> tuple[Callable[..., Any], str]:
    """The ``request`` of a client, and the URL of the function for it. A host is open only where it is measured."""
    if way == "trivial adapter":
        return trivial_session().request, f"{TRIVIAL_URL}{PATH}"
    if way == "Flask's test client":
        return flask_client().open, PATH
    host: Host = request.getfixturevalue("host")
    return host.http.request, PATH


WAYS = ["Flask's test client", "azfunc_http", "trivial adapter"]  # the first is what the others are compared with


@pytest.mark.parametrize("way", WAYS)
def test_get(benchmark: Any, client: tuple[Callable[..., Any], str], way: str) -> None:
    benchmark.group = "GET hello world"
    request, path = client
    if way == "Flask's test client":
        response = benchmark(request, path)
    else:
        response = benchmark(request, "GET", path)
    assert response.status_code == 200
    assert text_of(response) == GREETING


@pytest.mark.parametrize("way", WAYS)
def test_post(benchmark: Any, client: tuple[Callable[..., Any], str], way: str) -> None:
    benchmark.group = "POST a small JSON body"
    request, path = client
    json = {"Content-Type": "application/json"}
    if way == "Flask's test client":
        response = benchmark(lambda: request(path, method="POST", data=BODY, headers=json))
    else:
        response = benchmark(lambda: request("POST", path, data=BODY, headers=json))
    assert text_of(response) == GREETING


def text_of(response: Any) -> str:
    """The body's text: requests has an attribute for it, and so has werkzeug."""
    text: str = response.text
    return text


def test_both_sessions_give_the_same(host: Host) -> None:
    """The comparison is fair: the same status, headers and content, and both are requests' own."""
    session = trivial_session()
    assert isinstance(session.get_adapter(TRIVIAL_URL), TrivialAdapter)
    trivial = session.get(f"{TRIVIAL_URL}{PATH}")
    ours = host.http.get(PATH)

    assert isinstance(trivial, requests.Response)
    assert isinstance(ours, requests.Response)
    assert (ours.status_code, ours.content, ours.headers) == (trivial.status_code, trivial.content, trivial.headers)
    assert (ours.encoding, ours.request.method) == (trivial.encoding, trivial.request.method)
    assert ours.url == trivial.url.replace("7999", "7071")
