"""``--azfunc-list``: every function, and what would not load in Azure."""

from __future__ import annotations

from importlib.metadata import version

import pytest

from tests.function_app import (
    FunctionApp,
    Session,
    http_out,
    http_trigger,
    queue_out,
    queue_trigger,
    timer_trigger,
)

SDK = f"azure-functions {version('azure-functions')}"
HEADING = [f"azfunc: app, function.json, {SDK},", "  settings: local.settings.json (2 names)"]


@pytest.fixture
def shop(app: FunctionApp, session: Session) -> FunctionApp:
    """An app in which everything loads; the time is the first of March 2026."""
    app.write({"local.settings.json": {"Values": {"SCHEDULE": "0 0 3 * * *", "PASSWORD": "hunter2"}}})
    app.function(
        "CreateOrder",
        "def main(req, msg): pass",
        http_trigger(methods=["post", "put"], route="orders/{id:int}", authLevel="function"),
        http_out(),
        queue_out("msg", "orders"),
    )
    app.function("Health", "print('imported')\ndef main(req): pass", http_trigger(), http_out())
    customer = {"type": "blob", "direction": "in", "name": "customer", "path": "customers/{id}.json"}
    retry = {"strategy": "fixedDelay", "maxRetryCount": 3, "delayInterval": "00:00:10"}
    bindings = [queue_trigger(), customer, queue_out("receipt", "receipts")]
    app.function("ProcessOrder", "def main(msg, customer, receipt): pass", *bindings, retry=retry)
    app.function("Nightly", "def main(timer): pass", timer_trigger())
    app.function("Weekly", "def main(timer): pass", timer_trigger(schedule="%SCHEDULE%"))
    session.write(
        {
            "conftest.py": """
                from freezegun import freeze_time

                freeze_time("2026-03-01 02:29:00").start()
            """
        }
    )
    return app


@pytest.mark.usefixtures("shop")
def test_all_functions_load(session: Session) -> None:
    result = session.run("--azfunc-list")

    assert result.outlines == [
        *HEADING,
        "",
        "  CreateOrder   http   POST PUT /api/orders/{id:int} (function)",
        "                       -> $return: http",
        "                       -> msg: queue orders",
        "  Health        http   any method /api/Health (anonymous)  -> $return: http",
        "  Nightly       timer  0 30 2 * * *  next 2026-03-01 02:30:00 UTC",
        "  ProcessOrder  queue  orders",
        "                       <- customer: blob customers/{id}.json",
        "                       -> receipt: queue receipts",
        "                       note: retry: fixedDelay, up to 3 times",
        "  Weekly        timer  %SCHEDULE%  next 2026-03-01 03:00:00 UTC",
        "",
        "5 functions, all would load in Azure.",
    ]
    assert result.errlines == []
    assert result.ret == 0


BROKEN = {
    "AppSetting": "import os\nNAME = os.environ['MISSING']\ndef main(msg): pass",
    "Exits": "import sys\n\nsys.exit(2)",
    "Import": "from . import helper\ndef main(msg): pass",
    "Loud": "import sys\nprint('out')\nprint('err', file=sys.stderr)\ndef main(msg): pass",
    "NoEntryPoint": "def mein(msg): pass",
    "Parameters": "def main(msg, receit): pass",
    "Unprintable": """
        class Unprintable(Exception):
            def __str__(self):
                raise RuntimeError

        raise Unprintable
    """,
    "Syntax": "def main(msg)\n    pass",
}


@pytest.fixture
def broken(app: FunctionApp) -> FunctionApp:
    """An app with all sorts of faults, and one function without."""
    for name, script in BROKEN.items():
        app.function(name, script)
    app.write(
        {
            "Import/helper.py": "\nimport nothing_like_this\n",
            "Json/function.json": '{\n  "bindings": [\n    {"type": "queueTrigger"}\n}',
            "Json/__init__.py": "",
        }
    )
    return app


@pytest.mark.usefixtures("broken")
def test_what_would_not_load(session: Session) -> None:
    result = session.run("--azfunc-list")

    assert result.outlines[2:] == [
        "! AppSetting    queue  orders",
        "    would not load: KeyError: 'MISSING'",
        "    where: app/AppSetting/__init__.py:2",
        "    hint: If the key is an app setting: it is not in local.settings.json, the",
        "      environment, or @pytest.mark.azfunc(settings={...}).",
        "! Exits         queue  orders",
        "    would not load: Exits/__init__.py calls sys.exit() while it is imported.",
        "    where: app/Exits/__init__.py:3",
        "    remedy: keep sys.exit() for scripts: guard it with if __name__ ==",
        "      '__main__'.",
        "! Import        queue  orders",
        "    would not load: ModuleNotFoundError: No module named 'nothing_like_this'",
        "    where: app/Import/helper.py:2",
        "    hint: Is the package in requirements.txt?",
        "! Json",
        "    would not load: function.json is not valid JSON: '}' cannot close an array.",
        "    where: app/Json/function.json:4:1",
        "    remedy: correct the JSON.",
        "  Loud          queue  orders",
        "! NoEntryPoint  queue  orders",
        "    would not load: NoEntryPoint/__init__.py has no function main(). Did you",
        "      mean 'mein'?",
        "    where: app/NoEntryPoint/__init__.py",
        "    remedy: define it, or set entryPoint in function.json.",
        "! Parameters    queue  orders",
        "    would not load: the following parameters are declared in Python but not in",
        "      function.json: receit.",
        "    where: app/Parameters/__init__.py:1",
        "    remedy: add a binding for each, or remove the parameters; a default value",
        "      does not help.",
        "! Syntax        queue  orders",
        "    would not load: SyntaxError: expected ':'",
        "    where: app/Syntax/__init__.py:1",
        "! Unprintable   queue  orders",
        "    would not load: Unprintable: <str() of it raises RuntimeError>",
        "    where: app/Unprintable/__init__.py:6",
        "",
        "9 functions, 8 would not load in Azure.",
    ]
    assert result.errlines == []
    assert result.ret == 1


@pytest.mark.usefixtures("broken")
def test_a_wide_terminal(session: Session, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "160")

    result = session.run("--azfunc-list")

    assert [line for line in result.outlines if "remedy" in line or "array" in line] == [
        "    remedy: keep sys.exit() for scripts: guard it with if __name__ == '__main__'.",
        "    would not load: function.json is not valid JSON: '}' cannot close an array.",
        "    remedy: correct the JSON.",
        "    remedy: define it, or set entryPoint in function.json.",
        "    remedy: add a binding for each, or remove the parameters; a default value does not help.",
    ]


@pytest.mark.parametrize("columns", ["20", "40", "60", "80", "132"])
@pytest.mark.usefixtures("shop", "broken")
def test_no_line_is_longer_than_the_terminal(session: Session, monkeypatch: pytest.MonkeyPatch, columns: str) -> None:
    monkeypatch.setenv("COLUMNS", columns)

    result = session.run("--azfunc-list")

    # Forty columns are the least that is written to; a long word is not broken.
    allowed = max(int(columns), 40)
    assert [line for line in result.outlines if len(line) > allowed and len(line.split()) > 2] == []


def test_an_app_without_functions_and_without_tests(app: FunctionApp, session: Session) -> None:
    app.write({"notes.txt": "a function app needs no function to start"})

    result = session.run("--azfunc-list", "--azfunc-project=app")

    assert result.outlines == [
        f"azfunc: app, function.json, {SDK}, settings: none",
        "",
        "",
        "0 functions found.",
    ]
    assert result.ret == 0


def test_no_app_at_all(session: Session) -> None:
    here = session.pytester.path

    result = session.run("--azfunc-list")

    assert result.outlines == []
    assert [line for line in result.errlines if line] == [
        f"ERROR: no function app was found: there is no host.json in {here} or above it, nor in {here} or the folders "
        "right below it.",
        "  remedy: name its folder (the one with host.json) with --azfunc-project PATH, the ini option azfunc_project, "
        "or @pytest.mark.azfunc(project=...).",
        "  rule:   project-not-found",
    ]
    assert result.ret == pytest.ExitCode.USAGE_ERROR


def test_the_list_is_printed_from_wherever_pytest_is_started(
    app: FunctionApp, session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    app.function("Works", "def main(msg): pass")
    monkeypatch.chdir(app.root / "Works")

    result = session.run("--azfunc-list", "--rootdir=..")

    assert result.outlines == [
        f"azfunc: .., function.json, {SDK}, settings: none",
        "",
        "  Works  queue  orders",
        "",
        "1 function, all would load in Azure.",
    ]


def test_with_xdist_and_with_test_files_that_are_broken(app: FunctionApp, session: Session) -> None:
    app.function("Works", "def main(msg): pass")
    session.write({"test_broken.py": "import nothing_like_this"})

    result = session.run("--azfunc-list", "-n", "2", "--collect-only", plugins=("xdist",))

    assert result.outlines[-1] == "1 function, all would load in Azure."
    assert result.ret == 0


def test_disabled_and_excluded_functions(app: FunctionApp, session: Session) -> None:
    app.write(
        {
            "host.json": {"version": "2.0", "functions": ["Off", "Old"]},
            "local.settings.json": {"Values": {"AzureWebJobs.Off.Disabled": "true"}},
        }
    )
    app.function("Off", "def main(msg): pass")
    app.function("Old", "def main(msg): pass", disabled=True)
    app.function("Other", "def main(msg): pass")

    result = session.run("--azfunc-list")

    assert " ".join(line.strip() for line in result.outlines[:2]) == (  # where it breaks depends on the SDK's version
        f"azfunc: app, function.json, {SDK}, settings: local.settings.json (1 name), left out by host.json: Other"
    )
    assert result.outlines[2:] == [
        "",
        "  Off  queue  orders",
        "              note: disabled by an app setting: its trigger does not fire",
        "  Old  queue  orders",
        '              note: "disabled" in function.json is not read by today\'s host: the',
        "                function runs",
        "",
        "2 functions, all would load in Azure.",
    ]


def test_routes_that_hide_each_other_and_routes_in_conflict(app: FunctionApp, session: Session) -> None:
    app.function("Details", "def main(req): pass", http_trigger(route="products/{id}"), http_out())
    app.function("List", "def main(req): pass", http_trigger(route="products/list", methods=["get"]), http_out())
    app.function("Search", "def main(req): pass", http_trigger(route="Products/List/", methods=["get"]), http_out())

    result = session.run("--azfunc-list")

    assert result.outlines[2:] == [
        "  Details  http  any method /api/products/{id} (anonymous)  -> $return: http",
        "  List     http  GET /api/products/list (anonymous)  -> $return: http",
        "                 note: no request reaches it: GET /api/products/list is answered",
        "                   by 'Details', whose route is /api/products/{id}. The host",
        "                   tries functions in the order of their names, ignoring case,",
        "                   and the first whose route fits answers. Remedy: rename one of",
        "                   the two so that this one comes first, or change a route.",
        "! Search",
        "    would not load: the route 'Products/List/' conflicts with the one of",
        "      function 'List': same text, shared methods.",
        "    where: app/Search/function.json:1:15",
        "    remedy: change the route or the methods of one of them.",
        "",
        "3 functions, 1 would not load in Azure.",
    ]
    assert result.ret == 1


def test_a_route_with_which_the_host_does_not_start(app: FunctionApp, session: Session) -> None:
    app.function("Details", "def main(req): pass", http_trigger(route="products/{id}"), http_out())
    app.function("List", "def main(req): pass", http_trigger(route="/products/list"), http_out())
    app.function("Other", "def mein(msg): pass")

    result = session.run("--azfunc-list")

    assert result.outlines[2:] == [
        "  Details  http   any method /api/products/{id} (anonymous)  -> $return: http",
        "! List     http   any method /api//products/list (anonymous)  -> $return: http",
        "    the host does not start: the route template 'api//products/list' (prefix",
        "      'api', route '/products/list') is not valid: two slashes follow each",
        "      other.",
        "    where: app/List/function.json:1:15",
        "    remedy: write the route without the slash in front, or set",
        '      extensions.http.routePrefix to "" in host.json.',
        "! Other    queue  orders",
        "    would not load: Other/__init__.py has no function main(). Did you mean",
        "      'mein'?",
        "    where: app/Other/__init__.py",
        "    remedy: define it, or set entryPoint in function.json.",
        "",
        "3 functions, none of which would run in Azure: the host does not start.",
    ]
    assert result.ret == 1
