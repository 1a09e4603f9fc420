"""App settings over host.json, in tests: from the file, the environment and the mark."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from pytest_azfunc import Host, Project
from tests.function_app import FunctionApp, Session, http_out, http_trigger, passed

JOB_HOST = "AzureFunctionsJobHost__"
VERSION = "def main(req): return '7'"


@pytest.fixture
def shop(app: FunctionApp) -> FunctionApp:
    """An app whose settings file says more than its host.json."""
    app.write({"host.json": {"version": "2.0", "logging": {"logLevel": {"default": "Warning"}}}})
    values = {
        f"{JOB_HOST}extensions__http__routePrefix": "shop",
        "AzureFunctionsJobHost:logging:LogLevel:Function": "Error",
    }
    app.write({"local.settings.json": {"Values": values}})
    app.function("Version", VERSION, http_trigger(route="version"), http_out())
    app.function("Say", "import logging\n\ndef main(msg):\n    logging.warning('quiet')\n    logging.error('loud')")
    return app


TESTS = """
    import pytest

    JOB_HOST = "AzureFunctionsJobHost__"

    def statuses(session, *paths):
        return [session.get(path).status_code for path in paths]

    def test_the_file(azfunc_http, invoke, azfunc_project):
        assert statuses(azfunc_http, "/shop/version", "/api/version") == [200, 404]
        assert invoke("Say", "x").logs.console == ["loud"]
        assert azfunc_project.host.route_prefix == "shop"

    @pytest.mark.azfunc(settings={"azurefunctionsjobhost:EXTENSIONS__HTTP:routeprefix": ""})
    def test_the_mark_in_another_spelling(azfunc_http, azfunc_project):
        assert statuses(azfunc_http, "/version", "/shop/version") == [200, 404]
        assert azfunc_project.host.route_prefix == ""

    @pytest.mark.azfunc(settings={JOB_HOST + "extensions__http__customHeaders__X-Frame": "none"})
    def test_headers(azfunc_http):
        assert azfunc_http.get("/shop/version").headers["X-Frame"] == "none"

    def test_no_headers(azfunc_http):
        assert "X-Frame" not in azfunc_http.get("/shop/version").headers

    @pytest.mark.azfunc(settings={JOB_HOST + "logging__logLevel__Function.Say.User": "Warning"})
    def test_levels(invoke):
        assert invoke("Say", "x").logs.console == ["quiet", "loud"]

    @pytest.mark.azfunc(settings={JOB_HOST + "functions__0": "say"})
    def test_the_functions_that_run(azfunc_project, azfunc_http):
        assert (list(azfunc_project.functions), azfunc_project.excluded) == (["Say"], ("Version",))
        assert statuses(azfunc_http, "/shop/version") == [404]

    def test_all_functions_run(azfunc_project):
        assert list(azfunc_project.functions) == ["Say", "Version"]

    @pytest.mark.azfunc(settings={JOB_HOST + "extensions__http__routePrefix": "other"})
    def test_the_modules_are_those_of_other_tests(invoke, monkeypatch):
        import Say

        monkeypatch.setattr("Say.logging.error", lambda text: None)
        assert Say.__name__ and invoke("Say", "x").logs.console == []
"""


def test_where_they_come_from(shop: FunctionApp, session: Session) -> None:
    passed(session.test(TESTS), 8)


def test_the_environment_and_another_file(shop: FunctionApp, session: Session, monkeypatch: pytest.MonkeyPatch) -> None:
    code = """
        def test_prefix(azfunc_http, request):
            assert azfunc_http.get("/env/version").status_code == 200
    """
    monkeypatch.setenv("AZUREFUNCTIONSJOBHOST__extensions__http__routePrefix", "env")
    passed(session.test(code), 1)
    monkeypatch.delenv("AZUREFUNCTIONSJOBHOST__extensions__http__routePrefix")
    other = {"Values": {f"{JOB_HOST}extensions__http__routePrefix": "env"}}
    session.write({"other.json": json.dumps(other)})
    passed(session.test(code, "--azfunc-settings=other.json"), 1)


def test_a_wrong_value(shop: FunctionApp, session: Session) -> None:
    result = session.test(
        """
        import pytest

        @pytest.mark.azfunc(settings={"AzureFunctionsJobHost__functionTimeout": "s3cr3t-value"})
        def test_it(invoke):
            invoke("Say", "x")
        """
    )
    output = result.stdout.str()
    result.assert_outcomes(errors=1)
    assert (
        "the app setting AzureFunctionsJobHost__functionTimeout lies over host.json, and is not a time span" in output
    )
    assert "rule:   host-setting-value" in output
    assert output.count("s3cr3t-value") == output.count('settings={"AzureFunctionsJobHost__functionTimeout": "s3cr3t')


@pytest.mark.parametrize(
    ("prefix", "route", "says"),
    [
        (
            "s3cr3t/{",
            "version",
            "the app setting AzureFunctionsJobHost__extensions__http__routePrefix lies over host.json",
        ),
        ("{s3cr3t}", "{S3CR3T}", "and is not a prefix that goes with the route '{S3CR3T}'"),
        ("s3cr3t", "a/{", "the route template 'a/{' (no prefix, route 'a/{') is not valid"),
    ],
)
def test_a_prefix_that_makes_no_route(app: FunctionApp, prefix: str, route: str, says: str) -> None:
    app.function("F", VERSION, http_trigger(route=route), http_out())
    settings = {f"{JOB_HOST}extensions__http__routePrefix": prefix}
    with Host.open(Path(os.fspath(app.root)), settings=settings) as host:
        error = str(host.project.errors["F"])
    assert says in error
    assert prefix not in error


def test_the_list(shop: FunctionApp, session: Session) -> None:
    output = session.run("--azfunc-list").stdout.str()
    assert "/shop/version" in output
    assert "/api/version" not in output


def test_decorators(app: FunctionApp, session: Session) -> None:
    script = """
        import azure.functions as func

        app = func.FunctionApp(http_auth_level=func.AuthLevel.ANONYMOUS)

        @app.route(route="version")
        def version(req: func.HttpRequest) -> func.HttpResponse:
            return func.HttpResponse("7")

        @app.route(route="other")
        def other(req: func.HttpRequest) -> func.HttpResponse:
            return func.HttpResponse("8")
    """
    app.write({"function_app.py": script})
    result = session.test(
        """
        import pytest

        @pytest.mark.parametrize("prefix", ["one", "two"])
        def test_prefix(azfunc_http, prefix):
            assert azfunc_http.get("/api/version").text == "7"

        @pytest.mark.azfunc(settings={"AzureFunctionsJobHost__extensions__http__routePrefix": "shop"})
        def test_another_prefix(azfunc_http, azfunc_project):
            assert azfunc_http.get("/shop/version").text == "7"
            assert azfunc_project.host.route_prefix == "shop"

        @pytest.mark.azfunc(settings={"AzureFunctionsJobHost__functions__0": "OTHER"})
        def test_the_functions_that_run(azfunc_project):
            assert list(azfunc_project.functions) == ["other"]
        """
    )
    passed(result, 4)


def test_hosts_without_pytest(shop: FunctionApp) -> None:
    settings = {f"{JOB_HOST}extensions__http__routePrefix": "mine"}
    root = Path(os.fspath(shop.root))
    for app in (root, Project.load(root)):
        with Host.open(app, settings=settings) as host:
            assert host.http.get("/mine/version").text == "7"
    with Host.open(root, settings={f"{JOB_HOST}functions__0": "Version"}) as host:
        assert list(host.project.functions) == ["Version"]
    with Host.open(root) as host:
        assert host.http.get("/shop/version").text == "7"
