"""One request through the whole host: routes, keys, disabled functions, failures, and what an answer's cause says."""

from __future__ import annotations

import asyncio
import os
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest
import requests

from pytest_azfunc import (
    BindingError,
    FunctionLoadError,
    Host,
    LossyOutputError,
    ProjectError,
    UnsupportedFeature,
    http,
)
from pytest_azfunc.errors import FunctionFailed
from pytest_azfunc.host.web.home_page import home_page
from tests.function_app import FunctionApp, http_out, http_trigger, queue_out, queue_trigger


def causes(host: Host) -> list[str]:
    return [answer.cause for answer in host.refusals]


def statuses(host: Host, key: str | None) -> dict[str, int]:
    names = ("Anonymous", "Function", "Other", "System", "User", "Master")
    return {name: host.http.get(f"/api/{name}", key=key).status_code for name in names}


# Keys


def test_by_default_every_function_opens(host: Host) -> None:
    assert {host.http.get(f"/api/{n}").status_code for n in ("Anonymous", "Function", "System", "User", "Master")} == {
        200
    }


def test_the_added_key_is_the_least_that_opens_the_function(host: Host) -> None:
    def key_of(name: str) -> object:
        return host.http.get(f"/api/{name}").json()["headers"].get("x-functions-key")

    keys = host.keys
    assert [key_of(name) for name in ("Anonymous", "Function", "System", "Master")] == [
        None,
        keys.function("Function"),
        keys.system["default"],
        keys.master,
    ]


def test_no_key(host: Host) -> None:
    found = statuses(host, None)
    assert found == {"Anonymous": 200, "Function": 401, "Other": 401, "System": 401, "User": 401, "Master": 401}
    assert causes(host)[0] == (
        "Function asks for a key of the level function: send x-functions-key, such as azfunc_host.keys.function('Function')"
    )


@pytest.mark.parametrize(
    ("key", "opens"),
    [
        ("master", ["Anonymous", "Function", "Other", "System", "User", "Master"]),
        ("host", ["Anonymous", "Function", "Other"]),
        ("function", ["Anonymous", "Function"]),
        ("system", ["Anonymous", "System"]),
        ("wrong", ["Anonymous"]),
    ],
)
def test_what_a_key_opens(host: Host, key: str, opens: list[str]) -> None:
    keys = host.keys
    text = {
        "master": keys.master,
        "host": keys.host["default"],
        "function": keys.function("function"),
        "system": keys.system["default"],
        "wrong": "wrong",
    }[key]
    assert [name for name, status in statuses(host, text).items() if status == 200] == opens


def test_a_key_in_the_query(host: Host) -> None:
    plain = requests.Session()
    url = f"{host.url}/api/Function"
    assert plain.get(url).status_code == 401
    found = plain.get(url, params={"code": host.keys.function("Function")})
    assert found.status_code == 200
    assert found.json()["params"] == {"code": host.keys.function("Function")}
    assert plain.get(f"{url}?code={host.keys.master}", headers={"x-functions-key": ""}).status_code == 401


def test_levels_can_be_switched_off(http_app: FunctionApp) -> None:
    with Host.open(http_app.root, auth=False) as host:
        assert set(statuses(host, None).values()) == {200}


def test_the_cause_names_functions_that_the_host_leaves_out(http_app: FunctionApp) -> None:
    http_app.function("AdminPanel", "def main(req): return 'x'", http_trigger(), http_out())
    with Host.open(http_app.root) as host:
        assert host.http.get("/api/AdminPanel").status_code == 404
        assert causes(host) == ["no route takes GET /api/AdminPanel; the host leaves out AdminPanel"]


def test_an_unknown_address_is_404_whatever_the_key(host: Host) -> None:
    assert host.http.get("/api/nothing", key=None).status_code == 404
    assert host.http.get("/api/Mastre").status_code == 404
    assert causes(host) == [
        "no route takes GET /api/nothing",
        "no route takes GET /api/Mastre; did you mean /api/Master?",
    ]


# Disabled functions


@pytest.mark.parametrize(
    ("name", "key", "status"),
    [
        ("Anonymous", None, 404),
        ("Function", None, 401),
        ("Function", "function", 404),
        ("Function", "master", 200),
        ("Master", "master", 200),
    ],
)
def test_disabled(http_app: FunctionApp, name: str, key: str | None, status: int) -> None:
    with Host.open(http_app.root, settings={f"AzureWebJobs.{name}.Disabled": "true"}) as host:
        given = {None: None, "function": host.keys.function(name), "master": host.keys.master}[key]
        assert host.http.get(f"/api/{name}", key=given).status_code == status


@pytest.mark.parametrize(("name", "status"), [("Anonymous", 404), ("Function", 200)])
def test_disabled_without_levels(http_app: FunctionApp, name: str, status: int) -> None:
    with Host.open(http_app.root, settings={f"AzureWebJobs_{name}_Disabled": "1"}, auth=False) as host:
        assert host.http.get(f"/api/{name}").status_code == status


def test_disabling_takes_effect_at_once(host: Host) -> None:
    assert host.http.get("/api/Anonymous").status_code == 200
    host.settings["AzureWebJobs.Anonymous.Disabled"] = "1"
    assert host.http.get("/api/Anonymous").status_code == 404
    assert causes(host) == ["Anonymous is disabled by an app setting"]
    host.settings["AzureWebJobs.Anonymous.Disabled"] = "0"
    assert host.http.get("/api/Anonymous").status_code == 200
    del host.settings["AzureWebJobs.Anonymous.Disabled"]
    host.settings["AZUREWEBJOBS_ANONYMOUS_DISABLED"] = "True"
    assert host.http.get("/api/Anonymous").status_code == 404


# Functions that only Azure can run


def test_a_request_for_one_is_refused_by_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It has its route as in Azure: no 404, and no function that comes after it answers."""

    class SdkType: ...

    monkeypatch.setitem(sys.modules, "azurefunctions.extensions.base", SimpleNamespace(SdkType=SdkType))
    app = FunctionApp(tmp_path)
    script = """
    import sys
    import azure.functions as func

    app = func.FunctionApp()

    @app.route("files/{name}")
    @app.blob_input("client", "files/{name}", "Storage")
    def a(req, client: sys.modules["azurefunctions.extensions.base"].SdkType): ...

    @app.route("{*path}")
    def b(req): return "any"
    """
    app.write({"host.json": "{}", "function_app.py": script})
    with Host.open(app.root) as host:
        assert host.http.get("/api/x").text == "any"
        for _ in range(2):
            with pytest.raises(UnsupportedFeature, match="the SDK type SdkType on a blob binding"):
                host.http.get("/api/files/x")
        host.raise_exceptions = False
        with pytest.raises(UnsupportedFeature):
            host.http.get("/api/files/x")


# The invocation, and failures


def test_the_response_has_its_invocation(host: Host) -> None:
    response = host.http.post("/api/anonymous?a=1", data="text")
    invocation = response.invocation
    assert invocation is not None
    assert invocation.function == "Anonymous"
    assert "called" in invocation.logs
    assert invocation is host.invocations[-1]
    assert host.http.get("/api/nothing").invocation is None


def test_the_functions_exception_reaches_the_test(host: Host) -> None:
    with pytest.raises(ValueError, match="no stock") as caught:
        host.http.get("/api/Fails")
    assert os.path.basename(caught.traceback[-1].path) == "__init__.py"
    assert len(host.failures) == 0


def test_as_azure_does(host: Host) -> None:
    host.raise_exceptions = False
    response = host.http.get("/api/Fails")
    assert (response.status_code, response.content, dict(response.headers)) == (500, b"", {})
    assert response.invocation is not None
    assert repr(host.failures) == "<Failures: Fails (GET /api/Fails) ValueError('no stock')>"
    assert host.failures[0].exception is response.invocation.exception
    host.failures.expect(ValueError, match="stock$")


def test_an_unclaimed_failure(http_app: FunctionApp) -> None:
    http_app.function("FailsBehind", "def main(msg): raise ValueError('no stock')", queue_trigger())
    host = Host.open(http_app.root, raise_exceptions=False)

    def failing() -> None:
        with host:
            host.http.post("/admin/functions/FailsBehind", json={"input": "1"})
            host.failures.expect(KeyError)
            host.http.post("/admin/functions/FailsBehind?again", json={"input": "2"})

    with pytest.raises(FunctionFailed) as caught:
        failing()
    assert str(caught.value).splitlines() == [
        "FailsBehind: POST /admin/functions/FailsBehind failed with ValueError: no stock, and nobody saw it. 1 more "
        "failed: FailsBehind (POST /admin/functions/FailsBehind?again) ValueError('no stock'). Expected was KeyError, "
        "and did not come.",
        "  Azure:  the caller gets a 202; the exception is in the log only.",
        "  remedy: mend it, or claim it: azfunc_host.failures.expect(ValueError).",
        "  rule:   failure-unclaimed",
    ]
    assert isinstance(caught.value.__cause__, ValueError)


def test_an_unclaimed_failure_of_ours_is_one_sentence(http_app: FunctionApp) -> None:
    http_app.function("Bad", "def main(req, more): pass", http_trigger(), http_out())
    http_app.function(
        "Asks",
        """
        import requests

        def main(req):
            return str(requests.get(req.url.replace("Asks", "Bad")).status_code)
        """,
        http_trigger(),
        http_out(),
    )
    with pytest.raises(FunctionFailed) as caught, Host.open(http_app.root, raise_exceptions=False) as host:
        assert host.http.get("/api/Asks").text == "500"
    first, second, *_ = str(caught.value).splitlines()
    assert first.startswith("Bad: GET /api/Bad failed with FunctionLoadError: ")
    assert first.endswith(", and nobody saw it.")
    assert second.startswith("  Azure:")
    assert isinstance(caught.value.__cause__, FunctionLoadError)


def test_an_expected_failure_that_does_not_come(http_app: FunctionApp) -> None:
    host = Host.open(http_app.root, raise_exceptions=False)

    def calm() -> None:
        with host:
            host.failures.expect((KeyError, OSError), match="x")
            host.http.get("/api/Async")

    with pytest.raises(FunctionFailed) as caught:
        calm()
    assert str(caught.value).splitlines() == [
        "KeyError or OSError that matches 'x' was expected, but nothing failed.",
        "  remedy: correct azfunc_host.failures.expect(...).",
        "  rule:   failure-not-seen",
    ]


def test_an_error_in_the_block_is_not_hidden_by_its_failures(http_app: FunctionApp) -> None:
    host = Host.open(http_app.root, raise_exceptions=False)

    def failing() -> None:
        with host:
            host.http.get("/api/Fails")
            raise KeyError("mine")

    with pytest.raises(KeyError, match="mine"):
        failing()


# What is wrong with a function


def test_a_function_that_does_not_load(http_app: FunctionApp) -> None:
    http_app.function("Bad", "def main(req, more): pass", http_trigger(), http_out())
    with Host.open(http_app.root) as host:
        with pytest.raises(FunctionLoadError):
            host.http.get("/api/Bad")
        host.raise_exceptions = False
        assert host.http.get("/api/Bad").status_code == 500
        host.failures.expect(FunctionLoadError)


@pytest.mark.parametrize(
    ("method", "status", "length", "is_sent"),
    [
        ("GET", 200, 3, False),
        ("GET", 200, 5, True),
        ("GET", 200, 8, False),
        ("GET", 304, 8, True),
        ("GET", 304, 3, False),
        ("HEAD", 200, 8, True),
        ("HEAD", 200, 3, False),
    ],
)
def test_a_length_that_is_not_the_body_s(
    http_app: FunctionApp, method: str, status: int, length: int, is_sent: bool
) -> None:
    headers = {"Content-Length": str(length)}
    script = f"""
    import azure.functions as func

    def main(req):
        return func.HttpResponse("12345", status_code={status}, headers={headers})
    """
    http_app.function("Answer", script, http_trigger(), http_out())
    with Host.open(http_app.root) as host:
        result = host.invoke("Answer", http(method, "/api/Answer"))
        if is_sent:
            assert host.http.request(method, "/api/Answer").status_code == result.status_code == status
            return
        for send in (lambda: host.http.request(method, "/api/Answer"), lambda: result.status_code):
            with pytest.raises(BindingError) as caught:
                send()
            assert caught.value.rule == "http-response-length"
        host.raise_exceptions = False
        assert host.http.request(method, "/api/Answer").status_code == 500
        host.failures.expect(BindingError)


@pytest.mark.parametrize("value", ["gr\u00fc\u00df", "\x00"])
def test_a_header_that_no_server_sends(http_app: FunctionApp, value: str) -> None:
    script = (
        f"import azure.functions as func\ndef main(req): return func.HttpResponse('x', headers={{'X-A': {value!r}}})"
    )
    http_app.function("Bad", script, http_trigger(), http_out())
    with Host.open(http_app.root) as host:
        with pytest.raises(BindingError) as caught:
            host.http.get("/api/Bad")
        assert caught.value.rule == "http-response-header"
        result = host.invoke("Bad")
        with pytest.raises(BindingError, match="http-response-header"):
            _ = result.status_code
        assert result.return_value.status_code == 200
        host.raise_exceptions = False
        assert host.http.get("/api/Bad").status_code == 500
        host.failures.expect(BindingError)


def test_a_host_that_does_not_start(http_app: FunctionApp) -> None:
    http_app.function("Bad", "def main(req): return 'x'", http_trigger(route="{id"), http_out())
    with Host.open(http_app.root) as host:
        with pytest.raises(ProjectError) as caught:
            host.http.get("/api/Anonymous")
        assert caught.value.rule == "route-invalid"
        host.raise_exceptions = False
        response = host.http.get("/api/Anonymous")
        assert (response.status_code, response.text) == (503, "Function host is not running.")
        host.failures.expect(ProjectError)


@pytest.mark.parametrize("raise_exceptions", [True, False])
def test_what_azure_knows_nothing_of_is_raised_always(http_app: FunctionApp, raise_exceptions: bool) -> None:
    script = "def main(req, jobs):\n    jobs.set({'id': 1})\n    return 'done'"
    http_app.function("Lossy", script, http_trigger(), http_out(), queue_out("jobs", "jobs"))
    with Host.open(http_app.root, raise_exceptions=raise_exceptions) as host:
        with pytest.raises(LossyOutputError):
            host.http.get("/api/Lossy")
        with pytest.raises(UnsupportedFeature):
            host.http.post("/admin/functions/Anonymous", json={"input": "x"})


def test_a_restart_reads_routes_and_settings_again(tmp_path: Path) -> None:
    app = FunctionApp(tmp_path)
    script = """
        import os
        import azure.functions as func

        app = func.FunctionApp(http_auth_level=func.AuthLevel.ANONYMOUS)

        @app.route(route=os.environ.get("ROUTE", "old"))
        def Here(req: func.HttpRequest) -> str:
            return "here"
    """
    app.write({"function_app.py": script})
    with Host.open(app.root) as host:
        session = host.http
        assert session.get("/api/old").text == "here"
        host.settings["ROUTE"] = "new"
        host.restart()
        assert session.get("/api/new").text == "here"
        assert session.get("/api/old").status_code == 404
        assert host.http is session


def test_outputs_beside_the_response(http_app: FunctionApp) -> None:
    script = "def main(req, jobs):\n    jobs.set('job')\n    return 'done'"
    http_app.function("Both", script, http_trigger(), http_out(), queue_out("jobs", "jobs"))
    with Host.open(http_app.root) as host:
        response = host.http.get("/api/Both")
        assert response.text == "done"
        assert response.invocation is not None
        assert response.invocation.outputs["jobs"].text == "job"


# The host's own answers


def test_the_home_page(host: Host) -> None:
    response = host.http.get("/")
    assert response.status_code == 200
    assert response.content == home_page({}).body
    host.settings["AzureWebJobsDisableHomepage"] = "true"
    assert host.http.get("/").status_code == 204


def test_a_function_may_take_the_root(tmp_path_factory: pytest.TempPathFactory) -> None:
    app = FunctionApp(tmp_path_factory.mktemp("rooted"))
    app.write({"host.json": {"version": "2.0", "extensions": {"http": {"routePrefix": ""}}}})
    app.function("Root", "def main(req): return 'mine'", http_trigger(route="/"), http_out())
    with Host.open(app.root) as host:
        assert host.http.get("/").text == "mine"


def test_headers_of_host_json(http_app: FunctionApp) -> None:
    settings = {"customHeaders": {"X-Frame-Options": "DENY"}}
    http_app.write({"host.json": {"version": "2.0", "extensions": {"http": settings}}})
    with Host.open(http_app.root, raise_exceptions=False) as host:
        for path in ("/api/Anonymous", "/api/nothing", "/api/Fails"):
            assert host.http.get(path).headers["X-Frame-Options"] == "DENY"
        host.failures.expect(ValueError)


def test_cors(http_app: FunctionApp) -> None:
    http_app.write({"local.settings.json": {"Values": {}, "Host": {"CORS": "https://shop.example"}}})
    with Host.open(http_app.root) as host:
        origin = {"Origin": "https://shop.example"}
        assert (
            host.http.get("/api/Anonymous", headers=origin).headers["Access-Control-Allow-Origin"] == origin["Origin"]
        )
        assert "Access-Control-Allow-Origin" not in host.http.get("/api/Anonymous").headers
        preflight = {**origin, "Access-Control-Request-Method": "POST"}
        response = host.http.options("/api/Anonymous", headers=preflight)
        assert response.status_code == 204
        assert response.invocation is None


def test_the_master_key_opens_the_hosts_own_addresses(host: Host) -> None:
    assert host.http.get("/admin/host/status", key=None).status_code == 401
    assert host.http.get("/admin/host/status").status_code == 200
    assert host.http.get("/ADMIN/host/status").status_code == 200


# Two apps, async, and the process


def test_two_hosts_have_addresses_of_their_own(http_app: FunctionApp) -> None:
    with Host.open(http_app.root) as one, Host.open(http_app.root) as other:
        assert one.url != other.url
        for host in (other, one):
            assert requests.get(f"{host.url}/api/Anonymous").json()["url"] == f"{host.url}/api/Anonymous"
            assert len(host.invocations) == 1
    with Host.open(http_app.root) as host:
        assert host.url == "http://localhost:7071"


def test_async_functions(host: Host) -> None:
    assert host.http.get("/api/Async").text == "async"


def test_an_async_function_below_an_async_function_on_the_same_thread(http_app: FunctionApp) -> None:
    calls = "import azure.functions as func, os, requests\n{0} main(req):\n    return requests.get(os.environ['NEXT_{1}']).text\n"
    http_app.function("Outer", calls.format("async def", 1), {**http_trigger(), "authLevel": "anonymous"}, http_out())
    http_app.function("Middle", calls.format("def", 2), {**http_trigger(), "authLevel": "anonymous"}, http_out())
    with Host.open(http_app.root) as host:
        host.settings["NEXT_1"], host.settings["NEXT_2"] = f"{host.url}/api/Middle", f"{host.url}/api/Async"
        with pytest.raises(BindingError) as caught:
            host.http.get("/api/Outer")
    assert (caught.value.rule, caught.value.function) == ("http-async-in-running-loop", "Async")


def test_throttled_functions_may_call_their_own_app(http_app: FunctionApp) -> None:
    http_app.write({"host.json": '{"version": "2.0", "extensions": {"http": {"maxConcurrentRequests": 1}}}'})
    script = """
    import os
    from concurrent.futures import ThreadPoolExecutor
    import requests

    def main(req):
        with ThreadPoolExecutor(1) as pool:
            return pool.submit(requests.get, os.environ["OTHER"]).result().text + " by another thread"
    """
    http_app.function("Calling", script, http_trigger(), http_out())
    http_app.function(
        "Called", "def main(req): return 'called'", {**http_trigger(), "authLevel": "anonymous"}, http_out()
    )
    with Host.open(http_app.root) as host:
        host.settings["OTHER"] = f"{host.url}/api/Called"
        assert host.http.get("/api/Calling").text == "called by another thread"


def test_an_async_function_in_a_running_loop(host: Host) -> None:
    async def call() -> None:
        assert host.http.get("/api/Anonymous").status_code == 200
        with pytest.raises(BindingError) as caught:
            host.http.get("/api/Async")
        assert caught.value.rule == "http-async-in-running-loop"

    asyncio.run(call())


def test_a_closed_host(http_app: FunctionApp) -> None:
    with Host.open(http_app.root) as host:
        session = host.http
    for use in (lambda: host.http, lambda: host.wsgi, host.live_server):
        with pytest.raises(BindingError) as caught:
            use()
        assert caught.value.rule == "host-closed"
    with pytest.raises(BindingError) as caught:
        session.get("/api/Anonymous")
    assert caught.value.rule == "host-closed"


# Decorator apps


@pytest.fixture
def hidden_app(tmp_path_factory: pytest.TempPathFactory) -> FunctionApp:
    app = FunctionApp(tmp_path_factory.mktemp("hidden"))
    script = """
        import azure.functions as func

        app = func.FunctionApp()

        @app.route(route="good")
        def good(req: func.HttpRequest) -> str:
            return "good"

        @app.route(route="bad")
        def bad(req: int) -> str:
            return "bad"
    """
    app.write({"function_app.py": script})
    return app


def test_what_hides_the_whole_app_reaches_the_test(hidden_app: FunctionApp) -> None:
    with Host.open(hidden_app.root) as host, pytest.raises(FunctionLoadError) as caught:
        host.http.get("/api/good")
    assert caught.value.function == "bad"


def test_as_azure_does_an_app_without_functions_is_404(hidden_app: FunctionApp) -> None:
    with Host.open(hidden_app.root, raise_exceptions=False) as host:
        assert host.http.get("/api/good").status_code == 404
        assert causes(host) == ["no function of the app is indexed: bad is to blame"]
        assert host.http.get("/").status_code == 200
