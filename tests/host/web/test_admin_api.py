"""The host's own addresses."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from pytest_azfunc.errors import UnsupportedFeature
from pytest_azfunc.host.web.admin_api import AdminApi, invoke_url_template
from pytest_azfunc.host.web.authorization import Keys
from pytest_azfunc.host.web.http_request import PreparedRequest
from pytest_azfunc.host.web.http_response import Answer, HttpResult
from pytest_azfunc.project import Project
from tests.host.occasions import function
from tests.host.web.requests import request
from tests.project.app_on_disk import write_app

ADMIN, SYSTEM, FUNCTION, NOBODY = (frozenset({level} - {""}) for level in ("admin", "system", "function", ""))
HTTP = [
    {"type": "httpTrigger", "name": "req", "route": "Orders/{id}", "authLevel": "anonymous"},
    {"type": "http", "direction": "out", "name": "$return"},
]
QUEUE = [{"type": "queueTrigger", "name": "msg", "queueName": "orders"}]
JSON = {"Content-Type": "application/json"}


class Api:
    """The API of an app with two functions, and what it has run."""

    def __init__(self, root: Path) -> None:
        self.project = Project.load(write_app(root / "MyApp", {"Order": HTTP, "Report": QUEUE, "Broken": []}))
        self.keys = Keys.for_app(self.project.functions)
        self.runs: list[tuple[str, str | None]] = []
        self.settings: dict[str, str] = {}
        self.api = AdminApi(self.project, self.keys, self._run, self.settings)

    def __call__(
        self, method: str, path: str, claims: frozenset[str] | None = ADMIN, sent: PreparedRequest | None = None
    ) -> HttpResult | None:
        sent = sent or request(method, f"http://localhost:7071{path}?x=1")
        answer = self.api.answer(sent, path, method, claims)
        assert answer is None or (answer.request, answer.cause) == (sent, "the host's own address")
        return None if answer is None else answer.result

    def _run(self, sent: PreparedRequest, name: str, text: str | None) -> Answer:
        self.runs.append((name, text))
        return Answer(sent, HttpResult(202), None, "the host's own address")

    def json(self, path: str) -> Any:
        result = self("GET", path)
        assert result is not None
        assert (result.status_code, result.headers) == (200, (("Content-Type", "application/json; charset=utf-8"),))
        return json.loads(result.body)


@pytest.fixture
def api(tmp_path: Path) -> Api:
    return Api(tmp_path)


# Which addresses


@pytest.mark.parametrize(
    "path",
    [
        "/",
        "",
        "/api/admin/host/status",
        "/admin",
        "/admin/",
        "/admin/host",
        "/admin/nothing",
        "/admin/host/status/more",
        "/admin//host/status",
        "/adminhost/status",
        "/administrators",
        "/runtime",
        "/runtime/webhooks",
        "/runtime/other/blobs",
        "/admin/host/otherkeys",
        "/admin/functions/Order/other",
        "/admin/functions/Order/keys/default/more",
    ],
)
@pytest.mark.parametrize("claims", [NOBODY, ADMIN])
def test_addresses_of_others(path: str, claims: frozenset[str], api: Api) -> None:
    assert api("GET", path, claims) is None


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("POST", "/admin/host/status"),
        ("DELETE", "/admin/host/ping"),
        ("POST", "/admin/functions"),
        ("PATCH", "/admin/functions/Order"),
        ("POST", "/admin/functions/Order/status"),
        ("PUT", "/admin/host/keys"),
        ("PUT", "/runtime/webhooks/blobs"),
        ("HEAD", "/admin/host/ping"),
    ],
)
def test_a_wrong_method_is_no_address(method: str, path: str, api: Api) -> None:
    assert api(method, path) is None


# Who may


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/admin/host/status"),
        ("GET", "/admin/functions"),
        ("GET", "/admin/functions/Nothing"),
        ("POST", "/admin/functions/Order"),
        ("GET", "/admin/functions/Order/keys"),
        ("GET", "/admin/host/keys"),
        ("POST", "/admin/host/restart"),
        ("GET", "/admin/vfs/x/y"),
    ],
)
def test_only_the_master_key(method: str, path: str, api: Api) -> None:
    assert api(method, path, NOBODY) == HttpResult(401)
    assert api(method, path, FUNCTION) == HttpResult(403)
    assert api(method, path, SYSTEM) == HttpResult(403)
    assert api.runs == []


@pytest.mark.parametrize("claims", [ADMIN, None])
def test_master_key_or_no_authorization(claims: frozenset[str] | None, api: Api) -> None:
    result = api("GET", "/admin/host/status", claims)
    assert result is not None
    assert result.status_code == 200


@pytest.mark.parametrize("method", ["GET", "POST"])
@pytest.mark.parametrize("claims", [NOBODY, FUNCTION, ADMIN, None])
def test_ping(method: str, claims: frozenset[str] | None, api: Api) -> None:
    expected = HttpResult(200, (("Cache-Control", "no-store, no-cache"), ("Pragma", "no-cache")))
    assert api(method, "/admin/host/ping", claims) == expected


# What it says


@pytest.mark.parametrize("path", ["/admin/host/status", "/ADMIN/Host/STATUS", "/admin/host/status/"])
def test_status(path: str, api: Api) -> None:
    status = api.json(path)
    assert (status["id"], status["state"]) == ("myapp", "Running")
    assert status["version"].startswith("4.")


def test_functions(api: Api) -> None:
    order, report = api.json("/admin/functions")
    assert (order["name"], report["name"]) == ("Order", "Report")
    assert order["href"] == "http://localhost:7071/admin/functions/Order"
    assert order["invoke_url_template"] == "http://localhost:7071/api/Orders/{id}"
    assert report["invoke_url_template"] is None
    assert order["config"] == {"bindings": HTTP}
    assert (order["language"], order["isDisabled"], order["isProxy"]) == ("python", False, False)
    assert api.json("/admin/functions/ORDER") == order
    api.settings["AzureWebJobs.Report.Disabled"] = "1"
    assert api.json("/admin/functions/Report") == {**report, "isDisabled": True}


@pytest.mark.parametrize(
    "path", ["/admin/functions/Nothing", "/admin/functions/Nothing/status", "/admin/functions/Nothing/keys"]
)
def test_no_such_function(path: str, api: Api) -> None:
    assert api("GET", path) == HttpResult(404)


def test_function_status(api: Api) -> None:
    assert api.json("/admin/functions/order/status") == {}
    problem = api.project.errors["Broken"].problem
    assert api.json("/admin/functions/broken/status") == {"errors": [problem]}
    assert problem.startswith("at least one binding must be declared.")


@pytest.mark.parametrize(
    ("base", "prefix", "route", "expected"),
    [
        ("https://localhost", "api", None, "https://localhost/api/f"),
        ("https://localhost/", "", None, "https://localhost/f"),
        ("https://localhost", "api", "", "https://localhost/api/f"),
        ("https://localhost", "Api/", "Orders/{Id}", "https://localhost/Api/Orders/{Id}"),
    ],
)
def test_invoke_url_template(base: str, prefix: str, route: str | None, expected: str) -> None:
    properties = {} if route is None else {"route": route}
    assert invoke_url_template(base, prefix, function("httpTrigger", **properties)) == expected
    assert invoke_url_template(base, prefix, function("queueTrigger", queueName="q")) is None


# Keys


def links(path: str) -> list[dict[str, str]]:
    return [{"rel": "self", "href": f"http://localhost:7071{path}"}]


@pytest.mark.parametrize("scope", ["keys", "functionkeys", "FunctionKeys"])
def test_host_keys(scope: str, api: Api) -> None:
    path = f"/admin/host/{scope}"
    assert api.json(path) == {"keys": [{"name": "default", "value": "host-key"}], "links": links(path)}
    assert api.json(f"{path}/default") == {"name": "default", "value": "host-key", "links": links(f"{path}/default")}
    assert api("GET", f"{path}/_master") == HttpResult(404)


def test_system_keys(api: Api) -> None:
    path = "/admin/host/systemkeys"
    assert api.json(path)["keys"] == [{"name": "default", "value": "system-key"}]
    assert api.json(f"{path}/_master")["value"] == "master-key"
    assert api("GET", f"{path}/other") == HttpResult(404)


def test_function_keys(api: Api) -> None:
    path = "/admin/functions/order/keys"
    assert api.json(path)["keys"] == [{"name": "default", "value": "function-key-of-Order"}]
    assert api.json(f"{path}/default")["value"] == "function-key-of-Order"
    assert api("GET", f"{path}/Default") == HttpResult(404)


# Running a function by hand


@pytest.mark.parametrize(
    ("body", "text"),
    [
        ('{"input": "hello"}', "hello"),
        ('{"INPUT": ""}', ""),
        ('{"input": null}', None),
        ("{}", None),
        ('{"input": 5, "other": []}', "5"),
        ('{"input": true}', "true"),
        ('\ufeff{"input": "ä"}', "ä"),
        ("{'input': 'lenient'}", "lenient"),
    ],
)
@pytest.mark.parametrize(
    "kind", ["application/json", "Application/JSON; charset=utf-8", "text/json", "application/x+json"]
)
def test_run(body: str, text: str | None, kind: str, api: Api) -> None:
    sent = request("POST", headers={"content-type": kind}, body=body.encode())
    assert api("POST", "/admin/functions/ORDER", sent=sent) == HttpResult(202)
    assert api.runs == [("Order", text)]


@pytest.mark.parametrize(
    ("name", "headers", "body", "status"),
    [
        ("Order", JSON, b"", 400),
        ("Order", JSON, b"null", 400),
        ("Order", JSON, b"[]", 400),
        ("Order", JSON, b"{", 400),
        ("Order", JSON, b"\xff", 400),
        ("Order", JSON, b'{"input": {}}', 400),
        ("Order", JSON, b'{"input": []}', 400),
        ("Order", {}, b'{"input": "x"}', 415),
        ("Order", {"Content-Type": "text/plain"}, b'{"input": "x"}', 415),
        ("Nothing", JSON, b'{"input": "x"}', 404),
        ("Nothing", JSON, b"", 400),
        ("Broken", JSON, b"{}", 404),
    ],
)
def test_nothing_is_run(name: str, headers: dict[str, str], body: bytes, status: int, api: Api) -> None:
    assert api("POST", f"/admin/functions/{name}", sent=request("POST", headers=headers, body=body)) == HttpResult(
        status
    )
    assert api.runs == []


def test_what_running_raises_is_raised(tmp_path: Path) -> None:
    def run(sent: PreparedRequest, name: str, text: str | None) -> Answer:
        raise ValueError(name)

    project = Api(tmp_path).project
    sent = request("POST", headers=JSON, body=b"{}")
    with pytest.raises(ValueError, match="Report"):
        AdminApi(project, Keys.for_app([]), run).answer(sent, "/admin/functions/report", "POST", None)


# What is not emulated


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("POST", "/admin/host/drain"),
        ("GET", "/admin/host/drain/status"),
        ("POST", "/admin/host/restart"),
        ("PUT", "/admin/host/state"),
        ("POST", "/admin/host/synctriggers"),
        ("GET", "/admin/host/config"),
        ("GET", "/admin/host/extensionBundle/v1/templates"),
        ("POST", "/admin/host/keys/default"),
        ("PUT", "/admin/host/systemkeys/_master"),
        ("DELETE", "/admin/functions/Order/keys/default"),
        ("GET", "/admin/functions/download"),
        ("PUT", "/admin/functions/New"),
        ("DELETE", "/admin/functions/Order"),
        ("GET", "/admin/vfs/site/wwwroot/host.json"),
        ("PATCH", "/admin/VFS"),
        ("POST", "/admin/instance/assign"),
    ],
)
def test_not_emulated(method: str, path: str, api: Api) -> None:
    with pytest.raises(UnsupportedFeature) as caught:
        api(method, path, None)
    error = caught.value
    assert error.problem == f"{method} {path} is not emulated by pytest-azfunc."
    assert error.azure.endswith(".")
    assert error.remedy.endswith(".")


def test_text_of_what_is_not_emulated(api: Api) -> None:
    with pytest.raises(UnsupportedFeature) as caught:
        api("PUT", "/admin/host/keys/mine")
    assert str(caught.value).splitlines() == [
        "PUT /admin/host/keys/mine is not emulated by pytest-azfunc.",
        "  Azure:  it belongs to the API by which the portal and the platform look after a deployed app.",
        "  remedy: do it with azfunc_host, or read it there: .restart(), .keys, .settings, .project, .invoke(name).",
        "  rule:   unsupported",
    ]


@pytest.mark.parametrize("method", ["GET", "POST", "DELETE", "OPTIONS"])
@pytest.mark.parametrize("claims", [SYSTEM, ADMIN, None])
def test_webhooks(method: str, claims: frozenset[str] | None, api: Api) -> None:
    for path in ("/runtime/webhooks/other", "/Runtime/WebHooks/other/a/b"):
        assert api(method, path, claims) == HttpResult(404)
        assert api(method, path, FUNCTION) == HttpResult(403)
        assert api(method, path, NOBODY) == HttpResult(401)
    with pytest.raises(UnsupportedFeature) as caught:
        api(method, "/runtime/webhooks/EventGrid", claims)
    assert str(caught.value).splitlines() == [
        f"the webhook of the extension 'eventgrid' ({method} /runtime/webhooks/EventGrid) is not emulated by pytest-azfunc.",
        "  Azure:  the extension takes the request and starts functions with it.",
        "  remedy: start the function with the payload of its trigger: host.invoke(name, payload).",
        "  rule:   unsupported",
    ]
