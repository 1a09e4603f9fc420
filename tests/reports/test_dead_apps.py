"""Apps in which Azure finds no function, and functions that it does not see: both look sound there."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from tests.function_app import HOST_JSON, FunctionApp, Sessions, section
from tests.reports.verdicts import APP, DECORATOR_HEADING, HEADING, Verdict, check_verdicts

HELLO = "@app.route()\ndef hello(req): ...\n"
BLUEPRINT = 'import azure.functions as func\nbp = func.Blueprint()\n@bp.route(route="orders")\ndef orders(req): ...\n'
ORDER = {"bindings": [{"type": "queueTrigger", "direction": "in", "name": "msg", "queueName": "q", "connection": "C"}]}


def files(content: dict[str, Any]) -> Callable[[FunctionApp], None]:
    return lambda app: app.write(content)


def dead(
    content: dict[str, Any],
    listed: list[str],
    *checked: str,
    item: str = "host.json",
    heading: str = HEADING,
    **environment: str,
) -> Verdict:
    """An app without functions.

    :param listed: the lines on why, in the list.
    :param checked: the lines of the one check, without what Azure does.
    """
    problem, where, remedy, rule = checked
    shown = [
        problem,
        f"  where:  {where}",
        "  Azure:  0 functions found, and nothing says why."
        if rule.startswith(("functions", "script"))
        else "  Azure:  they are not there, and nothing says so.",
        f"  remedy: {remedy}",
        f"  rule:   {rule}",
    ]
    return Verdict(
        files(content),
        ["", f"! {item}", *listed, "", "0 functions found."],
        {"failed": 1},
        {item: shown},
        environment,
        [heading],
    )


DEAD = {
    "host.json in the parent": dead(
        {"src/function_app.py": APP + HELLO},
        [
            "    0 functions found: the host finds no function beside host.json; there is one",
            "      in src, where it does not look.",
            "    where: app/src/function_app.py",
            "    remedy: move host.json into src, or function_app.py beside host.json.",
        ],
        "the host finds no function beside host.json; there is one in src, where it does not look.",
        "app/src/function_app.py",
        "move host.json into src, or function_app.py beside host.json.",
        "functions-elsewhere",
    ),
    "folders further down": dead(
        {"code/functions/Order/function.json": ORDER, "code/functions/Order/__init__.py": "def main(msg): pass"},
        [
            "    0 functions found: the host finds no function beside host.json; there are",
            "      folders with function.json in code/functions, where it does not look.",
            "    where: app/code/functions",
            "    remedy: move host.json into code/functions, or them beside host.json.",
        ],
        "the host finds no function beside host.json; there are folders with function.json in code/functions, where "
        "it does not look.",
        "app/code/functions",
        "move host.json into code/functions, or them beside host.json.",
        "functions-elsewhere",
    ),
    "a script of another name": dead(
        {"main.py": APP + HELLO, "test_main.py": "# func.FunctionApp()"},
        [
            "    0 functions found: the host finds no function beside host.json; main.py",
            "      makes a function app, but the host reads function_app.py.",
            "    where: app/main.py",
            "    remedy: rename it to function_app.py, or set PYTHON_SCRIPT_FILE_NAME to",
            "      main.py.",
        ],
        "the host finds no function beside host.json; main.py makes a function app, but the host reads "
        "function_app.py.",
        "app/main.py",
        "rename it to function_app.py, or set PYTHON_SCRIPT_FILE_NAME to main.py.",
        "functions-elsewhere",
    ),
    "another app further down": dead(
        {"api/host.json": HOST_JSON, "api/function_app.py": APP + HELLO, ".venv/x/function_app.py": APP},
        [
            "    0 functions found: the host finds no function beside host.json; api is a",
            "      function app of its own.",
            "    where: app/api",
            "    remedy: name it: --azfunc-project app/api.",
        ],
        "the host finds no function beside host.json; api is a function app of its own.",
        "app/api",
        "name it: --azfunc-project app/api.",
        "functions-elsewhere",
    ),
    "all left out": dead(
        {"host.json": {**HOST_JSON, "functions": ["Other"]}, "Order/function.json": ORDER},
        [
            "    0 functions found: the list 'functions' of host.json leaves out all",
            "      functions: Order.",
            "    where: app/host.json",
            "    remedy: add them to it, or remove it.",
        ],
        "the list 'functions' of host.json leaves out all functions: Order.",
        "app/host.json",
        "add them to it, or remove it.",
        "functions-left-out",
    ),
    "the only blueprint is not registered": dead(
        {"function_app.py": f"{APP}import orders\n", "orders.py": BLUEPRINT},
        [
            "    0 functions found: Azure does not see orders (app/orders.py:3), as 'bp' is",
            "      registered too early or not at all.",
            "    where: app/orders.py:3",
            "    remedy: write app.register_functions(bp) in function_app.py, after all its",
            "      functions are declared.",
        ],
        "Azure does not see orders (app/orders.py:3), as 'bp' is registered too early or not at all.",
        "app/orders.py:3",
        "write app.register_functions(bp) in function_app.py, after all its functions are declared.",
        "blueprint-not-registered",
        item="function_app.py",
        heading=DECORATOR_HEADING,
    ),
    "the only decorator has no parentheses": dead(
        {"function_app.py": f"{APP}@app.route\ndef hello(req): ...\n"},
        [
            "    0 functions found: Azure does not see hello (app/function_app.py:3), as its",
            "      decorator is written without parentheses, such as @app.route instead of",
            "      @app.route().",
            "    where: app/function_app.py:3",
            "    remedy: write the parentheses.",
        ],
        "Azure does not see hello (app/function_app.py:3), as its decorator is written without parentheses, such as "
        "@app.route instead of @app.route().",
        "app/function_app.py:3",
        "write the parentheses.",
        "decorator-without-parentheses",
        item="function_app.py",
        heading=DECORATOR_HEADING,
    ),
    "the script of the setting is not there": dead(
        {"function_app.py": APP + HELLO},
        [
            "    0 functions found: PYTHON_SCRIPT_FILE_NAME names a file that is not there,",
            "      and there is no function.json either.",
            "    where: app",
            "    remedy: correct the app setting, or remove it.",
        ],
        "PYTHON_SCRIPT_FILE_NAME names a file that is not there, and there is no function.json either.",
        "app",
        "correct the app setting, or remove it.",
        "script-not-there",
        PYTHON_SCRIPT_FILE_NAME="shop.py",
    ),
}


def test_apps_without_functions(sessions: Sessions) -> None:
    check_verdicts(sessions, {name: row for name, row in DEAD.items() if name != "all left out"})


def test_an_app_of_which_host_json_leaves_out_everything(sessions: Sessions) -> None:
    row = DEAD["all left out"]
    for option in ("--azfunc-list", "--azfunc-check"):
        row.write(sessions.add(option, option).app)

    listed, checked = sessions.run().values()

    assert listed.outlines[listed.outlines.index("") :] == row.listed
    assert section(checked, " azfunc: host.json ") == row.failures["host.json"]


def test_invoking_a_function_of_such_an_app_says_why(sessions: Sessions) -> None:
    for name, row in DEAD.items():
        folder = sessions.add(name, environment=row.environment)
        row.write(folder.app)
        folder.write({"test_it.py": "def test_it(invoke): invoke('hello')"})

    for name, result in sessions.run().items():
        problem, _, _, remedy, _ = next(iter(DEAD[name].failures.values()))
        lines = [line[4:] for line in result.outlines if line.startswith("E   ")]
        assert lines == [
            f"pytest_azfunc.errors.FunctionNotFound: there is no function 'hello'. Known: none. {problem}",
            "  Azure:  0 functions found, and nothing says why.",
            remedy,
            "  rule:   function-of-none",
        ], name


PARTLY_SEEN = Verdict(
    files({"function_app.py": f"{APP}{HELLO}import orders\n", "orders.py": BLUEPRINT}),
    [
        "  note: Azure does not see orders (app/orders.py:3), as 'bp' is registered too",
        "    early or not at all. Write app.register_functions(bp) in function_app.py,",
        "    after all its functions are declared.",
        "",
        "  hello  http  any method /api/hello (function)  -> $return: http",
        "",
        "1 function, all would load in Azure.",
    ],
    {"passed": 1, "warnings": 1},
    heading=[DECORATOR_HEADING],
)


def test_a_blueprint_that_is_not_registered_beside_other_functions(sessions: Sessions) -> None:
    check_verdicts(sessions, {"partly seen": PARTLY_SEEN})


def test_the_warning_of_a_blueprint_is_whole_and_may_be_an_error(sessions: Sessions) -> None:
    folder = sessions.add("warning", "--azfunc-check")
    PARTLY_SEEN.write(folder.app)
    PARTLY_SEEN.write(sessions.add("error", "--azfunc-check", "-W", "error::pytest_azfunc.errors.AzfuncWarning").app)

    warned, failed = sessions.run().values()

    assert failed.parseoutcomes() == {"passed": 1, "failed": 1}
    assert section(failed, " azfunc: function_app.py ")[0] == (
        "Azure does not see orders (app/orders.py:3), as 'bp' is registered too early or not at all."
    )
    lines = section(warned, " warnings summary ")

    start = next(number for number, line in enumerate(lines) if "AzfuncWarning" in line)
    place = folder.app.root / "orders.py"
    assert lines[start] == (
        f"  {place}:3: AzfuncWarning: Azure does not see orders (app/orders.py:3), as 'bp' is registered too early or "
        "not at all."
    )
    assert [line[2:] for line in lines[start + 1 : start + 5]] == [
        "  where:  app/orders.py:3",
        "  Azure:  they are not there, and nothing says so.",
        "  remedy: write app.register_functions(bp) in function_app.py, after all its functions are declared.",
        "  rule:   blueprint-not-registered",
    ]
