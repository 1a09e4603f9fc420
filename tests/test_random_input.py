"""Anything at all as project, settings, payload or request: errors of ours, the user's own, or success.

``HYPOTHESIS_PROFILE=long`` looks for as long as one likes; otherwise it is a matter of seconds.
"""

from __future__ import annotations

import json
import os
import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import pytest_azfunc as azfunc
from pytest_azfunc import AzfuncError, Host, Project
from tests.function_app import FunctionApp, http_out, http_trigger

LONG = os.environ.get("HYPOTHESIS_PROFILE") == "long"


def examples(count: int) -> settings:
    return settings(
        max_examples=count * 500 if LONG else count,
        deadline=None,
        suppress_health_check=list(HealthCheck),
        derandomize=bool(os.environ.get("CI")) and not LONG,
    )


def allowed(error: BaseException) -> bool:
    """Whether the user can make something of it: an error of ours that can be printed."""
    if not isinstance(error, AzfuncError):
        return False
    text = str(error)
    return bool(text.encode("utf-8")) and len(text) < 20_000


class judging:
    """Lets errors of ours pass, and nothing else."""

    def __enter__(self) -> None:
        pass

    def __exit__(self, kind: object, error: BaseException | None, traceback: object) -> bool:
        return error is not None and allowed(error)


# Projects

anything = st.text(max_size=12) | st.text(st.characters(codec=None), max_size=5)
scalars = st.none() | st.booleans() | st.integers() | st.floats() | anything | st.integers(10**400, 10**401)
KEYS = [
    "bindings",
    "scriptFile",
    "entryPoint",
    "retry",
    "disabled",
    "name",
    "type",
    "direction",
    "dataType",
    "cardinality",
    "authLevel",
    "methods",
    "route",
    "schedule",
    "queueName",
    "path",
    "connection",
    "strategy",
    "maxRetryCount",
    "delayInterval",
    "version",
    "functions",
    "functionTimeout",
    "extensions",
    "http",
    "routePrefix",
    "logging",
    "logLevel",
    "default",
    "Values",
    "Host",
    "CORS",
    "IsEncrypted",
    "extensionBundle",
    "id",
    "maxOutstandingRequests",
    "customHeaders",
    "hsts",
    "isEnabled",
    "watchDirectories",
    "concurrency",
    "aggregator",
    "singleton",
]
WORDS = [
    "in",
    "out",
    "inout",
    "http",
    "httpTrigger",
    "queueTrigger",
    "queue",
    "timerTrigger",
    "blobTrigger",
    "blob",
    "table",
    "msg",
    "req",
    "$return",
    "2.0",
    "fixedDelay",
    "exponentialBackoff",
    "00:00:05",
    "Information",
    "one",
    "many",
    "binary",
    "__init__.py",
    "../x.py",
    "%A%",
    "{b}",
    "a/{b:int}",
    "c/{*d}",
    "anonymous",
    "get",
    "Microsoft.Azure.Functions.ExtensionBundle",
    "[4.0.0,5.0.0)",
    "²",
    "٣",
    "-1",
    "1e9",
    "0*/5****",
]
values = st.recursive(
    scalars | st.sampled_from(WORDS),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.sampled_from(KEYS) | anything, inner, max_size=5),
    max_leaves=10,
)
some = st.sampled_from(WORDS) | values
bindings = st.fixed_dictionaries(
    {"type": st.sampled_from([w for w in WORDS if "rigger" in w]) | some, "name": some},
    optional=dict.fromkeys(
        ("direction", "dataType", "methods", "route", "schedule", "queueName", "path", "authLevel"), some
    ),
)
functions = values | st.fixed_dictionaries(
    {"bindings": st.lists(bindings, max_size=3)},
    optional={"retry": values, "scriptFile": some, "entryPoint": some, "disabled": some},
)
sections = dict.fromkeys(
    ("functionTimeout", "retry", "logging", "extensions", "extensionBundle", "watchDirectories"), values
)
hosts = st.fixed_dictionaries({"version": st.just("2.0") | values}, optional=sections) | values
local = st.fixed_dictionaries(
    {}, optional={"Values": values, "Host": values, "IsEncrypted": values, "ConnectionStrings": values}
)


@st.composite
def file(draw: Any, content: Any) -> bytes:
    """The JSON of a value, perhaps with something wrong in it; or anything."""
    if draw(st.integers(0, 19)) == 0:
        return bytes(draw(st.binary(max_size=50)))
    text = bytearray(json.dumps(draw(content)).encode())
    for _ in range(draw(st.sampled_from([0, 0, 0, 1, 2]))):
        place = draw(st.integers(0, len(text)))
        text[place : place + draw(st.integers(0, 3))] = draw(
            st.binary(max_size=3) | st.sampled_from([b",", b"{", b'"', b"//", b"\\u"])
        )
    return bytes(text)


@examples(60)
@given(st.data())
def test_projects(tmp_path_factory: pytest.TempPathFactory, data: st.DataObject) -> None:
    root = tmp_path_factory.mktemp("app")
    (root / "F").mkdir()
    (root / "F" / "__init__.py").write_text("def main(msg): pass")
    (root / "host.json").write_bytes(data.draw(file(hosts)) if data.draw(st.booleans()) else b'{"version": "2.0"}')
    (root / "F" / "function.json").write_bytes(data.draw(file(functions)))
    if data.draw(st.booleans()):
        (root / "local.settings.json").write_bytes(data.draw(file(local)))
    with judging():
        use(root)


def use(root: Path) -> None:
    project = Project.load(root)
    assert repr(project)
    for error in project.errors.values():
        assert allowed(error)
    with Host.open(project, auth=False) as host:
        for name in project.functions:
            with judging():
                host.invoke(name, check=False)
        with judging():
            host.http.get("/api/F")
        assert host.console is not None


# Settings


@examples(30)
@given(st.dictionaries(anything | st.sampled_from(KEYS), anything | st.integers(), max_size=4))
def test_settings(app: Host, given_settings: dict[str, Any]) -> None:
    before = dict(os.environ)
    with judging(), Host.open(app.project, settings=given_settings) as host:
        with judging():
            host.settings.update(given_settings)
        for name in given_settings:
            assert name in host.settings
            del host.settings[name]
        assert repr(host.settings)
    assert dict(os.environ) == before


# Payloads


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Host]:
    written = FunctionApp(tmp_path_factory.mktemp("app"))
    written.function("Http", "def main(req): return 'x'", http_trigger(route="{*all}"), http_out())
    for name, properties in TRIGGERS.items():
        binding = {"name": "event", "direction": "in", "connection": "C", **properties}
        written.function(name, "def main(event): pass", binding)
    with Host.open(written.root) as host:
        yield host


TRIGGERS: dict[str, dict[str, Any]] = {
    "queue": {"type": "queueTrigger", "queueName": "q"},
    "blob": {"type": "blobTrigger", "path": "c/{name}"},
    "timer": {"type": "timerTrigger", "schedule": "0 0 3 * * *"},
    "event_hub": {"type": "eventHubTrigger", "eventHubName": "h"},
    "event_grid": {"type": "eventGridTrigger"},
    "service_bus": {"type": "serviceBusTrigger", "queueName": "q"},
    "kafka": {"type": "kafkaTrigger", "topic": "t", "brokerList": "b"},
    "cosmos_db": {"type": "cosmosDBTrigger", "databaseName": "d", "containerName": "c"},
    "sql": {"type": "sqlTrigger", "tableName": "t"},
    "warmup": {"type": "warmupTrigger"},
}
moments = st.datetimes(timezones=st.timezones() | st.none())
python_values = st.recursive(
    scalars | st.binary(max_size=5) | moments | st.sets(st.integers(), max_size=2) | st.just(object()),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(anything | st.integers(), inner, max_size=3) | st.tuples(inner)
    ),
    max_leaves=6,
)


@examples(30)
@given(st.data())
@pytest.mark.parametrize("function", [*TRIGGERS, "Http"])
def test_payloads(app: Host, function: str, data: st.DataObject) -> None:
    import inspect

    value = data.draw(python_values)
    with judging():
        app.invoke(function, value, check=False)
    builder = getattr(azfunc, function.lower())
    parameters = inspect.signature(builder).parameters
    named = [name for name, found in parameters.items() if found.kind is found.KEYWORD_ONLY]
    chosen = data.draw(st.lists(st.sampled_from(named), unique=True, max_size=2)) if named else []
    arguments = {name: data.draw(python_values) for name in chosen}
    places = [
        name for name, found in parameters.items() if found.kind in (found.POSITIONAL_ONLY, found.POSITIONAL_OR_KEYWORD)
    ]
    with judging():
        app.invoke(function, builder(*[value][: len(places)], **arguments), check=False)


# Requests


@pytest.mark.skipif("AZFUNC_OLDEST" in os.environ, reason="requests 2.31 looks at names of headers in another order")
@examples(60)
@given(st.data())
def test_requests_of_the_session(app: Host, data: st.DataObject) -> None:
    import requests

    options: Any = {
        name: data.draw(python_values)
        for name in data.draw(st.lists(st.sampled_from(["params", "headers", "cookies", "json", "data", "auth", "key", "principal"]), max_size=2))
    }  # fmt: skip
    method = data.draw(st.sampled_from(["GET", "POST", "OPTIONS", "HEAD"]) | anything)
    path = "/api/" + data.draw(anything)
    try:
        app.http.request(method, path, **options)
    except AzfuncError as error:
        assert allowed(error)
    except (requests.RequestException, ValueError, TypeError, AttributeError, RecursionError, LookupError) as error:
        # requests checks few of its arguments, and what it stumbles over comes as it would without us.
        plain = {name: value for name, value in options.items() if name not in ("key", "principal")}
        assert type(error) is type(_of_requests(method, path, plain))


def _of_requests(method: str, path: str, options: dict[str, Any]) -> Exception | None:
    """What requests says to these arguments, up to the point where a server would come in."""
    import requests

    try:
        prepared = requests.Session().prepare_request(
            requests.Request(method, f"http://localhost:7071{path}", **options)
        )
        for name, value in prepared.headers.items():
            for text in (name, value):
                text.encode("latin-1") if isinstance(text, str) else None
    except Exception as error:
        return error
    return None


@examples(60)
@given(st.data())
def test_wsgi(app: Host, data: st.DataObject) -> None:
    import io

    latin = st.text(st.characters(max_codepoint=255), max_size=20)
    environ = {
        "REQUEST_METHOD": data.draw(st.sampled_from(["GET", "POST"]) | latin),
        "PATH_INFO": "/" + data.draw(latin),
        "QUERY_STRING": data.draw(latin),
        "SERVER_NAME": data.draw(st.just("localhost") | latin),
        "SERVER_PORT": data.draw(st.just("7071") | latin),
        "SERVER_PROTOCOL": "HTTP/1.1",
        "wsgi.url_scheme": "http",
        "wsgi.input": io.BytesIO(data.draw(st.binary(max_size=20))),
        "wsgi.errors": io.StringIO(),
        "CONTENT_LENGTH": data.draw(st.just("") | st.just("5") | latin),
        "CONTENT_TYPE": data.draw(latin),
        **{f"HTTP_{name}": data.draw(latin) for name in data.draw(st.lists(st.sampled_from(["HOST", "COOKIE", "X_FUNCTIONS_KEY", "X_A", "ORIGIN"]), max_size=2))},
    }  # fmt: skip
    started: list[str] = []
    with judging():
        b"".join(app.wsgi(environ, lambda status, headers, *_: started.append(status)))
        assert started
        assert 200 <= int(started[0][:3]) < 600


PIECES = [
    b"GET", b"POST", b" ", b"/", b"/api/x", b" HTTP/1.1", b"HTTP/1.0", b"\r\n", b"\r\n\r\n", b"Host: x", b"Content-Length: 3", b"abc",
    b"Transfer-Encoding: chunked", b"3\r\nabc\r\n0\r\n\r\n", b":", b"\n", b"\xff", b"%", b"?", b"\0", b"Expect: 100-continue", b"Connection: close",
]  # fmt: skip


@examples(30)
@given(st.lists(st.sampled_from(PIECES) | st.binary(max_size=4), min_size=1, max_size=12))
def test_bytes_on_a_socket(server: str, pieces: list[bytes]) -> None:
    parts = urlsplit(server)
    with socket.create_connection((parts.hostname, parts.port), timeout=20) as connection:
        connection.sendall(b"".join(pieces))
        connection.shutdown(socket.SHUT_WR)
        answer = b""
        try:
            while piece := connection.recv(65536):
                answer += piece
        except ConnectionResetError:
            pass
    assert answer == b"" or answer.startswith(b"HTTP/1.1 "), answer[:50]


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    written = FunctionApp(tmp_path_factory.mktemp("app"))
    written.function("Http", "def main(req): return 'x'", http_trigger(route="{*all}"), http_out())
    with Host.open(written.root, raise_exceptions=False) as host, host.live_server() as running:
        yield running.url
