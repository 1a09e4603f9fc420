"""``--azfunc-check``: each function is a test before anyone has written one."""

from __future__ import annotations

import pytest

from tests.function_app import FunctionApp, Session, http_out, http_trigger, passed, section, timer_trigger


@pytest.fixture
def checked(app: FunctionApp) -> FunctionApp:
    app.function("Works", "def main(msg): pass")
    app.function("AlsoWorks", "async def main(msg): pass")
    app.function("Parameters", "def main(msg, receit): pass")
    app.function("Raises", "def limit():\n    return 1 / 0\n\nLIMIT = limit()\n\ndef main(msg): pass")
    app.function("Syntax", "def main(msg)\n    pass")
    app.write({"Json/function.json": {"bindings": []}, "Json/__init__.py": ""})
    return app


@pytest.mark.usefixtures("checked")
def test_each_function_is_an_item(session: Session) -> None:
    result = session.run("--azfunc-check", "--collect-only", "-q")

    assert [line for line in result.outlines if "::" in line] == [
        "azfunc::AlsoWorks",
        "azfunc::Json",
        "azfunc::Parameters",
        "azfunc::Raises",
        "azfunc::Syntax",
        "azfunc::Works",
    ]
    assert "6 tests collected" in result.stdout.str()
    assert result.ret == 0


@pytest.mark.usefixtures("checked")
def test_what_fails_and_why(session: Session) -> None:
    result = session.run("--azfunc-check")

    assert result.parseoutcomes() == {"passed": 2, "failed": 4}
    assert result.ret == pytest.ExitCode.TESTS_FAILED
    output = result.stdout.str()
    assert (
        output[output.index("=== FAILURES") :]
        .partition("\n")[2]
        .startswith(
            """\
_________________________________ azfunc: Json _________________________________
Json: at least one binding must be declared.
  where:  app/Json/function.json:1:1
  Azure:  the host puts the function in error and leaves it out; the others run.
  remedy: add "bindings" (the name is case-sensitive) with a trigger.
  rule:   bindings-missing
______________________________ azfunc: Parameters ______________________________
Parameters: the following parameters are declared in Python but not in function.json: receit.
  where:  app/Parameters/__init__.py:1
  Azure:  the worker refuses to load the function; every call of it fails.
  remedy: add a binding for each, or remove the parameters; a default value does not help.
  rule:   params-missing-in-function-json
________________________________ azfunc: Raises ________________________________

    def limit():
        return 1 / 0
"""
        )
    )
    assert "SyntaxError: expected ':'" in output
    assert "worker.py" not in output
    result.stdout.fnmatch_lines([">   LIMIT = limit()", "E       ZeroDivisionError: division by zero"])


def test_routes(app: FunctionApp, session: Session) -> None:
    script = "def main(req): pass"
    app.function("Bad", script, http_trigger(route="/orders"), http_out())
    app.function("Details", script, http_trigger(route="products/{id}"), http_out())
    app.function("List", script, http_trigger(route="products/list"), http_out())
    app.function("Search", script, http_trigger(route="Products/List"), http_out())

    result = session.run("--azfunc-check")

    assert result.parseoutcomes() == {"passed": 2, "failed": 2}
    assert section(result, " azfunc: Bad ") == [
        "Bad.req: the route template 'api//orders' (prefix 'api', route '/orders') is not valid: two slashes follow "
        "each other.",
        "  where:  app/Bad/function.json:1:15",
        "  Azure:  the host does not start; no function of the app runs.",
        '  remedy: write the route without the slash in front, or set extensions.http.routePrefix to "" in host.json.',
        "  rule:   route-invalid",
    ]
    assert section(result, " azfunc: Search ")[0] == (
        "Search: the route 'Products/List' conflicts with the one of function 'List': same text, shared methods."
    )


@pytest.fixture
def hidden(app: FunctionApp) -> FunctionApp:
    """An app in which one function answers the requests of another one."""
    app.function("Details", "def main(req): pass", http_trigger(route="products/{id}"), http_out())
    app.function("List", "def main(req): pass", http_trigger(route="products/list", methods=["get"]), http_out())
    return app


OVERLAP = [
    "List: no request reaches it: GET /api/products/list is answered by 'Details', whose route is /api/products/{id}.",
    "  where:  app/List/function.json:1:15",
    "  Azure:  the host tries functions in the order of their names, ignoring case, and the first whose route fits "
    "answers.",
    "  remedy: rename one of the two so that this one comes first, or change a route.",
    "  rule:   route-overlap",
]


def test_a_function_that_is_never_reached_is_a_warning(hidden: FunctionApp, session: Session) -> None:
    result = session.run("--azfunc-check")

    assert result.parseoutcomes() == {"passed": 2, "warnings": 1}
    lines = section(result, " warnings summary ")
    assert lines[0] == "azfunc::List"
    assert lines[1] == f"  {hidden.root / 'List' / 'function.json'}:1: RouteOverlapWarning: {OVERLAP[0]}"
    assert [line[2:] for line in lines[2:6]] == OVERLAP[1:]


@pytest.mark.usefixtures("hidden")
def test_a_function_that_is_never_reached_as_an_error_or_not_at_all(session: Session) -> None:
    name = "pytest_azfunc.errors.RouteOverlapWarning"

    failed = session.run("--azfunc-check", "-W", f"error::{name}")
    assert failed.parseoutcomes() == {"passed": 1, "failed": 1}
    assert section(failed, " azfunc: List ") == [f"{name}: {OVERLAP[0]}", *OVERLAP[1:]]

    session.write({"pytest.ini": f"[pytest]\nfilterwarnings =\n    ignore::{name}\n"})
    passed(session.run("--azfunc-check"), 2)


@pytest.mark.usefixtures("checked")
def test_selection_and_xdist(session: Session) -> None:
    passed_only = session.run("--azfunc-check", "-k", "Works")
    assert passed_only.parseoutcomes() == {"passed": 2, "deselected": 4}
    assert passed_only.ret == 0

    distributed = session.run("--azfunc-check", "-n", "2", plugins=("xdist",))
    assert distributed.parseoutcomes() == {"passed": 2, "failed": 4}
    assert distributed.ret == pytest.ExitCode.TESTS_FAILED

    deselected = session.run("--azfunc-check", "--deselect", "azfunc::Json", "-x")
    assert deselected.parseoutcomes() == {"passed": 1, "failed": 1, "deselected": 1}


def test_checks_come_before_the_tests_and_share_their_worker(app: FunctionApp, session: Session) -> None:
    app.function("Works", "print('imported')\ndef main(msg): pass")

    result = session.test("def test_it(invoke): invoke('Works')", "--azfunc-check", "-v", "-s")

    passed(result, 2)
    assert result.stdout.str().count("imported") == 1
    assert [line.partition(" ")[0] for line in result.outlines if "::" in line] == [
        "azfunc::Works",
        "test_it.py::test_it",
    ]


def test_no_app(session: Session) -> None:
    result = session.run("--azfunc-check")

    assert result.ret == pytest.ExitCode.USAGE_ERROR
    assert result.errlines[0].startswith("ERROR: no function app was found: there is no host.json in")


def test_an_app_without_functions(app: FunctionApp, session: Session) -> None:
    app.write({"notes.txt": ""})

    assert session.run("--azfunc-check").ret == pytest.ExitCode.NO_TESTS_COLLECTED


def test_schedules_and_paths_that_the_host_does_not_take(app: FunctionApp, session: Session) -> None:
    app.function("Hourly", "def main(timer): pass", timer_trigger(schedule="0 0 * * * *"))
    app.function("Setting", "def main(timer): pass", timer_trigger(schedule="%WHEN%"))
    blob = {"type": "blobTrigger", "direction": "in", "name": "file", "connection": "Storage"}
    app.function("Files", "def main(file): pass", {**blob, "path": "files/{name}"})
    app.function("NoPath", "def main(file): pass", {**blob, "path": "{name}"})
    app.function("Wrong", "def main(timer): pass", timer_trigger(schedule="0 0 * * * * MON"))

    checked = session.run("--azfunc-check")
    listed = session.run("--azfunc-list")

    assert checked.parseoutcomes() == {"passed": 3, "failed": 2}
    problem = "The schedule expression '0 0 * * * * MON' was not recognized as a valid cron expression"
    assert section(checked, "azfunc: Wrong")[0].startswith(f"Wrong.timer: {problem}")
    assert "  where:  app/Wrong/function.json:1:15" in checked.outlines
    assert "! Wrong    timer  0 0 * * * * MON" in listed.outlines
    assert section(checked, "azfunc: NoPath")[0].startswith("NoPath.file: the path '{name}' is not valid:")
    assert "! NoPath   blob   {name}" in listed.outlines
    assert "5 functions, 2 would not load in Azure." in listed.outlines
    assert listed.ret == 1
