"""``--azfunc-check`` of both models: each function is a test before anyone has written one.

In a decorator app one bad function hides the whole app, and the check says which.
"""

from __future__ import annotations

import itertools
import re

import pytest

from tests.function_app import (
    FunctionApp,
    Session,
    Sessions,
    http_out,
    http_trigger,
    passed,
    section,
    timer_trigger,
)

HEAD = "import azure.functions as func\napp = func.FunctionApp()\n"
GOOD = """
@app.route()
def hello(req): ...
@app.queue_trigger(arg_name="msg", queue_name="orders", connection="Storage")
def Process(msg): ...
"""
BAD = """
@app.route()
def broken(req: int): ...
"""


MODELS = ("function.json", "decorators")


def write_checked(app: FunctionApp) -> None:
    """An app of which only two functions would load."""
    app.function("Works", "def main(msg): pass")
    app.function("AlsoWorks", "async def main(msg): pass")
    app.function("Parameters", "def main(msg, receit): pass")
    app.function("Raises", "def limit():\n    return 1 / 0\n\nLIMIT = limit()\n\ndef main(msg): pass")
    app.function("Syntax", "def main(msg)\n    pass")
    app.write({"Json/function.json": {"bindings": []}, "Json/__init__.py": ""})


@pytest.fixture
def checked(app: FunctionApp) -> FunctionApp:
    write_checked(app)
    return app


def items(result: pytest.RunResult) -> list[str]:
    return [line for line in result.outlines if line.startswith("azfunc::")]


AZURE_SEES_NONE = {
    "function.json": [
        "the app has no function: there is no function_app.py, and no folder with a function.json.",
        "  where:  app",
        "  Azure:  0 functions found, and nothing says why.",
        "  remedy: write one, or name another folder with --azfunc-project PATH.",
        "  rule:   functions-none-in-folders",
    ],
    "decorators": [
        "function_app.py declares no function.",
        "  where:  app/function_app.py",
        "  Azure:  0 functions found, and nothing says why.",
        "  remedy: declare one, or register a blueprint.",
        "  rule:   functions-none",
    ],
}


def test_an_app_without_functions(sessions: Sessions) -> None:
    for model in MODELS:
        app = sessions.add(model, "--azfunc-check").app
        app.write({"notes.txt": ""} if model == "function.json" else {"function_app.py": HEAD})

    for model, result in sessions.run().items():
        name = "host.json" if model == "function.json" else "function_app.py"
        assert result.parseoutcomes() == {"failed": 1}, model
        assert section(result, f" azfunc: {name} ") == AZURE_SEES_NONE[model]


@pytest.mark.parametrize("model", MODELS)
def test_xdist(app: FunctionApp, session: Session, model: str) -> None:
    if model == "function.json":
        write_checked(app)
        outcomes = {"passed": 2, "failed": 4}
    else:
        app.write({"function_app.py": HEAD + GOOD + BAD})
        outcomes = {"failed": 3}

    result = session.run("--azfunc-check", "-n", "2", plugins=("xdist",))

    assert result.parseoutcomes() == outcomes
    assert result.ret == pytest.ExitCode.TESTS_FAILED


def test_each_function_is_an_item(sessions: Sessions) -> None:
    write_checked(sessions.add("function.json", "--azfunc-check", "--collect-only", "-q").app)
    sessions.add("decorators", "--azfunc-check", "-v").app.write({"function_app.py": HEAD + GOOD})

    collected, run = sessions.run().values()

    assert [line for line in collected.outlines if "::" in line] == [
        "azfunc::AlsoWorks",
        "azfunc::Json",
        "azfunc::Parameters",
        "azfunc::Raises",
        "azfunc::Syntax",
        "azfunc::Works",
    ]
    assert "6 tests collected" in collected.stdout.str()
    assert collected.ret == 0
    assert [item.split()[:2] for item in items(run)] == [["azfunc::hello", "PASSED"], ["azfunc::Process", "PASSED"]]
    passed(run, 2)


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
  remedy: correct the name, add a binding for it, or remove the parameter.
  rule:   params-missing-in-function-json
________________________________ azfunc: Raises ________________________________

    def limit():
        return 1 / 0
"""
        )
    )
    assert "SyntaxError: expected ':'" in output
    assert "pytest_azfunc/" not in output
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


def write_hidden(app: FunctionApp) -> None:
    """An app in which one function answers the requests of another one."""
    app.function("Details", "def main(req): pass", http_trigger(route="products/{id}"), http_out())
    app.function("List", "def main(req): pass", http_trigger(route="products/list", methods=["get"]), http_out())


OVERLAP = [
    "List: no request reaches it: GET /api/products/list is answered by 'Details', whose route is /api/products/{id}.",
    "  where:  app/List/function.json:1:15",
    "  Azure:  the host tries functions in the order of their names, ignoring case, and the first whose route fits "
    "answers.",
    "  remedy: rename one of the two so that this one comes first, or change a route.",
    "  rule:   route-overlap",
]


def test_a_function_that_is_never_reached(sessions: Sessions) -> None:
    name = "pytest_azfunc.errors.RouteOverlapWarning"
    warned = sessions.add("warned", "--azfunc-check")
    write_hidden(warned.app)
    write_hidden(sessions.add("failed", "--azfunc-check", "-W", f"error::{name}").app)
    ignored = sessions.add("ignored", "--azfunc-check")
    ignored.write({"pytest.ini": f"[pytest]\nfilterwarnings =\n    ignore::{name}\n"})
    write_hidden(ignored.app)

    results = sessions.run()

    assert results["warned"].parseoutcomes() == {"passed": 2, "warnings": 1}
    lines = section(results["warned"], " warnings summary ")
    assert lines[0] == "azfunc::List"
    place = warned.app.root / "List" / "function.json"
    assert lines[1] == f"  {place}:1: RouteOverlapWarning: {OVERLAP[0]}"
    assert [line[2:] for line in lines[2:6]] == OVERLAP[1:]

    assert results["failed"].parseoutcomes() == {"passed": 1, "failed": 1}
    assert section(results["failed"], " azfunc: List ") == [f"{name}: {OVERLAP[0]}", *OVERLAP[1:]]

    passed(results["ignored"], 2)


def test_selection(sessions: Sessions) -> None:
    for row in (("-k", "Works"), ("--deselect", "azfunc::Json", "-x")):
        write_checked(sessions.add(row, "--azfunc-check", *row).app)

    passed_only, deselected = sessions.run().values()

    assert passed_only.parseoutcomes() == {"passed": 2, "deselected": 4}
    assert passed_only.ret == 0
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


def test_schedules_and_paths_that_the_host_does_not_take(sessions: Sessions) -> None:
    for option in ("--azfunc-check", "--azfunc-list"):
        folder = sessions.add(option, option)
        folder.app.function("Hourly", "def main(timer): pass", timer_trigger(schedule="0 0 * * * *"))
        folder.app.function("Setting", "def main(timer): pass", timer_trigger(schedule="%WHEN%"))
        blob = {"type": "blobTrigger", "direction": "in", "name": "file", "connection": "Storage"}
        folder.app.function("Files", "def main(file): pass", {**blob, "path": "files/{name}"})
        folder.app.function("NoPath", "def main(file): pass", {**blob, "path": "{name}"})
        folder.app.function("Wrong", "def main(timer): pass", timer_trigger(schedule="0 0 * * * * MON"))

    checked, listed = sessions.run().values()

    assert checked.parseoutcomes() == {"passed": 3, "failed": 2, "warnings": 1}
    problem = "The schedule expression '0 0 * * * * MON' was not recognized as a valid cron expression"
    assert section(checked, "azfunc: Wrong")[0].startswith(f"Wrong.timer: {problem}")
    assert "  where:  app/Wrong/function.json:1:15" in checked.outlines
    assert "! Wrong    timer  0 0 * * * * MON" in listed.outlines
    assert section(checked, "azfunc: NoPath")[0].startswith("NoPath.file: the path '{name}' is not valid:")
    assert "! NoPath   blob   {name}" in listed.outlines
    assert "5 functions, 2 would not load in Azure; the others would, given WHEN." in listed.outlines
    assert listed.ret == 1


# Decorator apps


def test_one_function_hides_the_others(app: FunctionApp, session: Session) -> None:
    app.write({"function_app.py": HEAD + GOOD + BAD})

    result = session.run("--azfunc-check", "-v")

    assert [item.split()[:2] for item in items(result)] == [
        ["azfunc::broken", "FAILED"],
        ["azfunc::hello", "FAILED"],
        ["azfunc::Process", "FAILED"],
    ]
    assert section(result, " azfunc: broken ") == [
        "broken.req: the httpTrigger binding 'req' does not take the annotation int.",
        "  where:  app/function_app.py:9",
        "  Azure:  the worker indexes no function of the app: 0 functions found.",
        "  remedy: annotate it with one of the binding's classes (func.HttpRequest), or leave the annotation out.",
        "  rule:   annotation-mismatch",
    ]
    lost = "is lost with broken (app/function_app.py:9), which hides the whole app: Azure would show 0 functions."
    assert section(result, " azfunc: hello ") == [f"hello {lost}"]
    assert section(result, " azfunc: Process ") == [f"Process {lost}"]
    assert result.parseoutcomes() == {"failed": 3}
    assert result.ret == pytest.ExitCode.TESTS_FAILED


def test_a_function_that_is_lost_alone_names_the_culprit(app: FunctionApp, session: Session) -> None:
    app.write({"function_app.py": HEAD + GOOD + BAD})

    result = session.run("--azfunc-check", "-k", "hello")

    assert result.parseoutcomes() == {"failed": 1, "deselected": 2}
    assert "hello is lost with broken (app/function_app.py:9), which hides" in result.stdout.str()


def test_the_sdk_refuses_a_function(app: FunctionApp, session: Session) -> None:
    app.write({"function_app.py": f"{HEAD}{GOOD}@app.function_name('Nightly')\ndef nightly(timer): ..."})

    result = session.run("--azfunc-check", "-x")

    message, *notes = section(result, " azfunc: Nightly ")
    assert message == (
        "ValueError: Function Nightly does not have a trigger. A valid function must have one and only one trigger "
        "registered."
    )
    assert notes == [
        "azfunc: raised for the function 'Nightly' (function_app.py:8) while it was indexed. In Azure the "
        "worker indexes no function of the app then: 0 functions found. Lost with it: hello, Process. "
        "Add the decorator of a trigger, such as @app.route() or @app.queue_trigger(...)."
    ]
    assert result.parseoutcomes() == {"failed": 1}  # with -x the culprit is the one that is shown


def test_an_exception_of_the_script_begins_in_the_app(app: FunctionApp, session: Session) -> None:
    app.write(
        {
            "function_app.py": f"{HEAD}import prices\n{GOOD}",
            "prices.py": "def limit():\n    return 1 / 0\n\nprint('about to fail')\nLIMIT = limit()\n",
        }
    )

    result = session.run("--azfunc-check", "-v")

    assert [item.split()[:2] for item in items(result)] == [["azfunc::function_app.py", "FAILED"]]
    shown = [line for line in section(result, " azfunc: function_app.py ") if line]
    assert shown[:3] == ["    import azure.functions as func", "    app = func.FunctionApp()", ">   import prices"]
    result.stdout.fnmatch_lines([">   LIMIT = limit()", "E       ZeroDivisionError: division by zero"])
    assert section(result, "Captured stdout call")[:1] == ["about to fail"]
    assert "pytest_azfunc/" not in result.stdout.str()


NO_EXCEPTIONS = ("SystemExit(2)", "GeneratorExit()", "asyncio.CancelledError()")


def test_what_is_no_exception_is_no_end_of_the_run(sessions: Sessions) -> None:
    for raised, option in itertools.product(NO_EXCEPTIONS, ("--azfunc-check", "--azfunc-list")):
        script = f"""
            import asyncio
            import azure.functions as func

            class Mine(func.FunctionApp):
                def get_functions(self):
                    raise {raised}

            app = Mine()
        """
        sessions.add((raised, option), option).app.write({"function_app.py": script})

    for row, result in sessions.run().items():
        assert "app/function_app.py:7" in result.stdout.str(), row
        assert "pytest_azfunc/" not in result.stdout.str() + result.stderr.str(), row
        assert result.ret == pytest.ExitCode.TESTS_FAILED, row


def test_what_the_host_drops_leaves_the_others(app: FunctionApp, session: Session) -> None:
    app.write({"function_app.py": f"{HEAD}{GOOD}@app.route(route='runtime/x')\ndef x(req): ..."})

    result = session.run("--azfunc-check")

    assert result.parseoutcomes() == {"passed": 2, "failed": 1}
    assert section(result, " azfunc: x ") == [
        "x: the route 'runtime/x' begins with 'runtime', which the host keeps for itself.",
        "  where:  app/function_app.py:8",
        "  Azure:  the host puts the function in error and leaves it out; the others run.",
        "  remedy: choose another route.",
        "  rule:   route-reserved",
    ]


def test_what_is_not_emulated_is_skipped(app: FunctionApp, session: Session) -> None:
    session.write(
        {
            "conftest.py": """
                import sys
                from types import SimpleNamespace

                SdkType = type("SdkType", (), {})
                base = SimpleNamespace(SdkType=SdkType, BlobClient=type("BlobClient", (SdkType,), {}))
                sys.modules["azurefunctions.extensions.base"] = base
            """
        }
    )
    upload = """
import sys
@app.blob_trigger(arg_name="blob", path="uploads/{name}", connection="Storage")
def upload(blob: sys.modules["azurefunctions.extensions.base"].BlobClient): ...
"""
    app.write({"function_app.py": HEAD + GOOD + upload})

    result = session.run("--azfunc-check", "-rs")

    assert result.parseoutcomes() == {"passed": 2, "skipped": 1}
    assert "upload.blob: the SDK type BlobClient on a blobTrigger binding is not emulated by pytest-azfunc." in (
        result.stdout.str()
    )


def test_the_app_is_imported_once_with_its_settings_and_no_noise(app: FunctionApp, session: Session) -> None:
    app.write(
        {
            "local.settings.json": {"Values": {"ORDERS_URL": "https://orders"}},
            "function_app.py": f"import os, pathlib\nURL = os.environ['ORDERS_URL']\nprint('from the script')\n"
            f"pathlib.Path('count').open('a').write('x')\n{HEAD}{GOOD}",
        }
    )

    result = session.test("def test_it(invoke): invoke('Process')", "--azfunc-check")

    passed(result, 3)
    assert "from the script" not in result.stdout.str()
    assert "from the script" in session.run("--azfunc-check", "-s", "-k", "Process").stdout.str()
    assert (app.root / "count").read_text() == "xx"  # two sessions


def test_settings_that_cannot_be_read(app: FunctionApp, session: Session) -> None:
    app.write({"function_app.py": HEAD, "local.settings.json": "{"})

    result = session.run("--azfunc-check")

    assert result.ret == pytest.ExitCode.USAGE_ERROR
    assert result.errlines[0].startswith("ERROR: local.settings.json is not valid: ")


# Ids and places


SELECTIONS = {
    ("azfunc::Works",): ["azfunc::Works PASSED"],
    ("azfunc::works", "azfunc::Json"): ["azfunc::Json FAILED", "azfunc::Works PASSED"],
    ("azfunc::Works", "test_it.py"): ["azfunc::Works PASSED", "test_it.py::test_it PASSED"],
    ("azfunc::Works", "-n1"): [],
}


def test_an_id_can_be_given_back(sessions: Sessions) -> None:
    for row in SELECTIONS:
        folder = sessions.add(row, "-v", *row, plugins=("xdist",))
        write_checked(folder.app)
        folder.write({"test_it.py": "def test_it(): pass"})

    for row, result in sessions.run().items():
        shown = [line for line in result.outlines if re.match(r"\S+::\S+ [A-Z]", line)]
        assert [" ".join(line.split()[:2]) for line in shown] == SELECTIONS[row], row
        assert f"collected {len(shown)} item" in result.stdout.str() or not shown, row
        assert result.parseoutcomes()["passed"] == (2 if "test_it.py" in row else 1), row


def test_an_id_as_it_is_shown_from_a_folder_below(
    app: FunctionApp, session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_checked(app)
    session.write({"pytest.ini": "[pytest]"})
    monkeypatch.chdir(app.root)

    assert "../azfunc::Works PASSED" in session.run("../azfunc::Works", "-v").stdout.str()


def test_an_id_of_no_check(sessions: Sessions) -> None:
    write_checked(sessions.add("unknown", "azfunc::Work").app)
    sessions.add("no functions", "azfunc::Work").app.write({"notes.txt": ""})
    a_file = sessions.add("a file", "azfunc::Work")
    a_file.write({"azfunc": ""})

    results = sessions.run()

    names = ["AlsoWorks", "Json", "Parameters", "Raises", "Syntax", "Works"]
    assert results["unknown"].errlines == [
        "ERROR: not found: azfunc::Work. Did you mean 'Works'? Known: "
        + ", ".join(f"azfunc::{name}" for name in names)
        + ".",
        "",
    ]
    assert "ERROR: not found: azfunc::Work. Known: azfunc::host.json." in results["no functions"].errlines
    assert "Known" not in results["a file"].stderr.str()  # pytest's own words for its own ids
    assert {result.ret for result in results.values()} == {pytest.ExitCode.USAGE_ERROR}


SHOW_PLACES = """
def pytest_runtest_logreport(report):
    if report.when == "call":
        print("\\nplace", *report.location)

def pytest_collection_finish(session):
    for item in session.items:
        print("\\npath", item.path.relative_to(session.path).as_posix())
"""


def test_editors_find_the_place_of_a_check(sessions: Sessions) -> None:
    written = sessions.add("function.json", "--azfunc-check", "-s")
    write_checked(written.app)
    decorated = sessions.add("decorators", "--azfunc-check", "-s")
    decorated.app.write({"function_app.py": HEAD + GOOD})
    hidden = sessions.add("hidden", "--azfunc-check", "-s")
    hidden.app.write({"function_app.py": HEAD + GOOD + BAD})
    for folder in (written, decorated, hidden):
        folder.write({"conftest.py": SHOW_PLACES})

    results = sessions.run()

    def places(row: str, label: str) -> list[str]:
        return [line.removeprefix(label) for line in results[row].outlines if line.startswith(label)]

    assert places("function.json", "place ")[:2] == [
        "app/AlsoWorks/function.json 0 azfunc: AlsoWorks",
        "app/Json/function.json 0 azfunc: Json",
    ]
    assert places("decorators", "place ") == [
        "app/function_app.py 3 azfunc: hello",
        "app/function_app.py 5 azfunc: Process",
    ]
    assert places("decorators", "path ") == ["app/function_app.py"] * 2
    names = ("broken", "hello", "Process")  # where the culprit is, of those that are lost with it
    assert places("hidden", "place ") == [f"app/function_app.py 8 azfunc: {name}" for name in names]


def test_the_first_sentence_on_one_line(sessions: Sessions) -> None:
    for style in ("line", "no"):
        write_checked(sessions.add(style, "--azfunc-check", f"--tb={style}", "-k", "Parameters").app)

    line, summary = (result.outlines for result in sessions.run().values())

    assert any(
        re.search(r"app/Parameters/__init__\.py:1: Parameters: the following parameters", found) for found in line
    )
    assert any(found.startswith("FAILED azfunc::Parameters - Parameters: the following") for found in summary)


def test_colours_of_a_failure(app: FunctionApp, session: Session) -> None:
    write_checked(app)

    lines = session.run("azfunc::Parameters", "--color=yes").outlines

    start = next(number for number, line in enumerate(lines) if "azfunc: Parameters" in line)
    assert lines[start + 1].startswith("\33[31m\33[1mParameters: the following parameters")
    assert lines[start + 2] == "  \33[1mwhere:\33[0m  app/Parameters/__init__.py:1"
