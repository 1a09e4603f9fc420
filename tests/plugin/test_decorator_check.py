"""``--azfunc-check`` of decorator apps: one bad function hides the whole app, and the check says which."""

from __future__ import annotations

import pytest

from tests.function_app import FunctionApp, Session, passed, section

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


def items(result: pytest.RunResult) -> list[str]:
    return [line for line in result.outlines if line.startswith("azfunc::")]


def test_each_function_is_an_item(app: FunctionApp, session: Session) -> None:
    app.write({"function_app.py": HEAD + GOOD})

    result = session.run("--azfunc-check", "-v")

    assert [item.split()[:2] for item in items(result)] == [["azfunc::hello", "PASSED"], ["azfunc::Process", "PASSED"]]
    passed(result, 2)


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
        "worker indexes no function of the app then: 0 functions found. Lost with it: hello, Process."
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
    assert "indexing.py" not in result.stdout.str()
    assert "checks.py" not in result.stdout.str()


@pytest.mark.parametrize("option", ["--azfunc-check", "--azfunc-list"])
@pytest.mark.parametrize("raised", ["SystemExit(2)", "GeneratorExit()", "asyncio.CancelledError()"])
def test_what_is_no_exception_is_no_end_of_the_run(
    app: FunctionApp, session: Session, raised: str, option: str
) -> None:
    app.write(
        {
            "function_app.py": f"""
                import asyncio
                import azure.functions as func

                class Mine(func.FunctionApp):
                    def get_functions(self):
                        raise {raised}

                app = Mine()
            """
        }
    )

    result = session.run(option)

    assert "app/function_app.py:7" in result.stdout.str()
    assert "indexing.py" not in result.stdout.str() + result.stderr.str()
    assert result.ret == pytest.ExitCode.TESTS_FAILED


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


def test_xdist(app: FunctionApp, session: Session) -> None:
    app.write({"function_app.py": HEAD + GOOD + BAD})

    result = session.run("--azfunc-check", "-n", "2", plugins=("xdist",))

    assert result.parseoutcomes() == {"failed": 3}


def test_an_app_without_functions(app: FunctionApp, session: Session) -> None:
    app.write({"function_app.py": HEAD})

    assert session.run("--azfunc-check").ret == pytest.ExitCode.NO_TESTS_COLLECTED


def test_settings_that_cannot_be_read(app: FunctionApp, session: Session) -> None:
    app.write({"function_app.py": HEAD, "local.settings.json": "{"})

    result = session.run("--azfunc-check")

    assert result.ret == pytest.ExitCode.USAGE_ERROR
    assert result.errlines[0].startswith("ERROR: local.settings.json is not valid: ")
