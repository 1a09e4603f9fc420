"""What list and check conclude of an app as a whole: would it load in Azure, and on what does it depend."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from tests.function_app import (
    FunctionApp,
    Sessions,
    http_out,
    http_trigger,
    passed,
    queue_out,
    queue_trigger,
    timer_trigger,
)
from tests.reports.verdicts import APP, HEADING, SDK, Verdict, check_verdicts

# Extension bundles


def with_bundle(bundle: Any, *other: str) -> Callable[[FunctionApp], None]:
    def write(app: FunctionApp) -> None:
        host: Any = {"version": "2.0", "extensionBundle": bundle}
        app.write({"host.json": {key: value for key, value in host.items() if value is not None}})
        app.function("Hello", "def main(req): pass", http_trigger(), http_out())
        app.function("Order", "def main(msg): pass")
        app.write(dict.fromkeys(other, ""))

    return write


def only_of_the_host(app: FunctionApp) -> None:
    app.write({"host.json": {"version": "2.0"}})
    app.function("Hello", "def main(req): pass", http_trigger(), http_out())
    app.function("Nightly", "def main(timer): pass", timer_trigger(schedule="0 0 0 31 2 *"))
    app.function("Warm", "def main(w): pass", {"type": "warmupTrigger", "direction": "in", "name": "w"})


FUNCTIONS = [
    "  Hello  http   any method /api/Hello (anonymous)  -> $return: http",
    "  Order  queue  orders",
]
LOADS = ["", *FUNCTIONS, "", "2 functions, all would load in Azure."]
UNREGISTERED = [
    "",
    FUNCTIONS[0],
    "! Order  queue  orders",
    "    would not load: the binding type(s) 'queueTrigger' are not registered:",
    "      host.json names no extension bundle.",
    "    where: app/Order/function.json",
    '    remedy: add to host.json: "extensionBundle": {"id":',
    '      "Microsoft.Azure.Functions.ExtensionBundle", "version": "[4.*, 5.0.0)"}.',
    "",
    "2 functions, 1 would not load in Azure.",
]
BUNDLES = {
    "too old": Verdict(
        with_bundle({"id": "Microsoft.Azure.Functions.ExtensionBundle", "version": "[1.*, 2.0.0)"}),
        [
            "",
            "! host.json",
            "    the host does not start: the referenced bundle",
            "      Microsoft.Azure.Functions.ExtensionBundle of version 1.8.1 (the newest of",
            "      [1.*, 2.0.0)) does not meet the required minimum version of 2.8.2.",
            "    where: app/host.json:1:20",
            '    remedy: write "version": "[4.*, 5.0.0)" in "extensionBundle".',
            *FUNCTIONS,
            "",
            "2 functions, none of which would run in Azure: the host does not start.",
        ],
        {"failed": 1, "passed": 2},
        {
            "host.json": [
                "the referenced bundle Microsoft.Azure.Functions.ExtensionBundle of version 1.8.1 (the newest of "
                "[1.*, 2.0.0)) does not meet the required minimum version of 2.8.2.",
                "  where:  app/host.json:1:20",
                "  Azure:  the host does not start; no function of the app runs.",
                '  remedy: write "version": "[4.*, 5.0.0)" in "extensionBundle".',
                "  rule:   bundle-too-old",
            ]
        },
    ),
    "none": Verdict(
        with_bundle(None),
        UNREGISTERED,
        {"failed": 1, "passed": 1},
        {
            "Order": [
                "Order: the binding type(s) 'queueTrigger' are not registered: host.json names no extension bundle.",
                "  where:  app/Order/function.json",
                "  Azure:  the host puts the function in error and leaves it out; the others run.",
                '  remedy: add to host.json: "extensionBundle": {"id": "Microsoft.Azure.Functions.ExtensionBundle", '
                '"version": "[4.*, 5.0.0)"}.',
                "  rule:   binding-type-unregistered",
            ]
        },
    ),
    "an empty section is none": Verdict(with_bundle({}), UNREGISTERED, {"failed": 1, "passed": 1}),
    "extensions of one's own": Verdict(with_bundle(None, "extensions.csproj"), LOADS, {"passed": 2}),
    "extensions of one's own, built": Verdict(with_bundle(None, "bin/extensions.json"), LOADS, {"passed": 2}),
    "an old one of another publisher": Verdict(
        with_bundle({"id": "My.Own.Bundle", "version": "[1.*, 2.0.0)"}), LOADS, {"passed": 2}
    ),
    "what the host itself brings": Verdict(
        only_of_the_host,
        [
            "",
            "  Hello    http    any method /api/Hello (anonymous)  -> $return: http",
            "  Nightly  timer   0 0 0 31 2 *  never due",
            "  Warm     warmup",
            "",
            "3 functions, all would load in Azure.",
        ],
        {"passed": 3},
    ),
}


def test_extension_bundles(sessions: Sessions) -> None:
    check_verdicts(sessions, BUNDLES)


def test_no_host_json_and_an_empty_one(sessions: Sessions) -> None:
    for row in ("none", "empty"):
        folder = sessions.add(row, "--azfunc-list", "--azfunc-project=app")
        folder.app.function("Order", "def main(msg): pass")
        if row == "none":
            (folder.app.root / "host.json").unlink()
        else:
            folder.app.write({"host.json": {}})

    none, empty = sessions.run().values()

    blank = none.outlines.index("")
    assert " ".join(line.strip() for line in none.outlines[:blank]) == (  # where it breaks depends on the SDK's version
        f"{HEADING}, no host.json: Azure writes a default one, with an extension bundle"
    )
    assert none.outlines[blank + 1 :] == [
        "  Order  queue  orders",
        "",
        "1 function, all would load in Azure.",
    ]
    assert empty.outlines[-1] == "1 function, 1 would not load in Azure."  # Azure writes a version into it, no bundle


def test_what_azure_would_not_start_can_be_invoked(sessions: Sessions) -> None:
    for row in ("too old", "none"):
        folder = sessions.add(row)
        BUNDLES[row].write(folder.app)
        folder.write(
            {
                "test_it.py": """
                    def test_it(invoke, azfunc_project):
                        invoke("Order", "x")
                        assert not azfunc_project.errors
                """
            }
        )

    for row, result in sessions.run().items():
        passed(result, 1, row)


# App settings that bindings name


def dependent(app: FunctionApp) -> None:
    app.function("Nightly", "def main(timer): pass", timer_trigger(schedule="%WHEN%"))
    box = {"type": "blob", "direction": "in", "name": "box", "path": "%BOX%/{id}-%BOX%.txt", "connection": "%NO_NAME%"}
    bindings = [queue_trigger(queue="%ORDERS_QUEUE%"), box, queue_out("sent", "%orders__done%")]
    app.function("Order", "def main(msg, box, sent): pass", *bindings)
    app.function("Plain", "def main(req): pass", http_trigger(route="100%"), http_out())


def given(app: FunctionApp) -> None:
    dependent(app)
    app.write({"local.settings.json": {"Values": {"box": "b", "Orders_Queue": "q", "Orders:Done": "d"}}})


DEPENDENT = [
    "",
    "  Nightly  timer  %WHEN% (no such app setting)",
    "                  note: timer needs the app setting WHEN",
    "  Order    queue  %ORDERS_QUEUE%",
    "                  <- box: blob %BOX%/{id}-%BOX%.txt",
    "                  -> sent: queue %orders__done%",
    "                  note: msg needs the app setting ORDERS_QUEUE",
    "                  note: box needs the app setting BOX",
    "  Plain    http   any method /api/100% (anonymous)  -> $return: http",
    "",
    "3 functions would load in Azure, given WHEN, ORDERS_QUEUE, BOX.",
]


def broken_too(app: FunctionApp) -> None:
    dependent(app)
    app.function("Other", "def mein(msg): pass", queue_trigger(queue="%LOST%"))
    app.function("Unclosed", "def main(msg): pass", queue_trigger(queue="orders-%A%-%B"))
    app.function("Unnamed", "def main(msg): pass", queue_trigger(), queue_out("out", "a-%%"))


NAMES_IN_BINDINGS = {
    "all that are missing are named": Verdict(
        dependent,
        DEPENDENT,
        {"passed": 3, "warnings": 3},
        environment={"ORDERS:DONE": "done"},
    ),
    "with them all would load": Verdict(
        given,
        [
            "",
            "  Nightly  timer  %WHEN%  never due",
            *(line for line in DEPENDENT[3:-2] if "note" not in line),
            "",
            "3 functions, all would load in Azure.",
        ],
        {"passed": 3},
        environment={"WHEN": "0 0 0 31 2 *"},
        heading=[f"azfunc: app, function.json, {SDK},", "  settings: local.settings.json (3 names)"],
    ),
}

NAMES_IN_BINDINGS["a value that is no schedule"] = Verdict(
    lambda app: app.function("Nightly", "def main(timer): pass", timer_trigger(schedule="%WHEN%")),
    [
        "",
        "! Nightly  timer  %WHEN% (its value is not a valid schedule: the host would not",
        "                    start it)",
        "    would not load: with the value of %WHEN%, which is not shown, the",
        "      timerTrigger is none that the host can read.",
        "    where: app/Nightly/function.json:1:15",
        "    remedy: correct the app setting here; look at the one of the deployed app,",
        "      too.",
        "",
        "1 function, 1 would not load in Azure.",
    ],
    {"failed": 1},
    {
        "Nightly": [
            "Nightly.timer: with the value of %WHEN%, which is not shown, the timerTrigger is none that the host can "
            "read.",
            "  where:  app/Nightly/function.json:1:15",
            "  Azure:  the host puts the function in error and leaves it out; the others run.",
            "  remedy: correct the app setting here; look at the one of the deployed app, too.",
            "  rule:   setting-unfit",
        ]
    },
    environment={"WHEN": "every day"},
)


def test_app_settings_that_bindings_name(sessions: Sessions) -> None:
    check_verdicts(sessions, NAMES_IN_BINDINGS)


def test_the_checks_name_each_setting_at_its_binding(sessions: Sessions) -> None:
    dependent(sessions.add("check", "--azfunc-check", environment={"ORDERS:DONE": "done"}).app)
    dependent(sessions.add("strict", "--azfunc-check", "-W", "error::pytest_azfunc.errors.AzfuncWarning").app)

    results = sessions.run()

    warned = [line.strip() for line in results["check"].outlines if "AzfuncWarning" in line]
    assert [line.partition(" names ")[0].rpartition("AzfuncWarning: ")[2] for line in warned] == [
        "Nightly.timer: the timerTrigger",
        "Order.msg: the queueTrigger",
        "Order.box: the blob",
    ]
    assert all("/app/" in line and "function.json:1: " in line for line in warned)
    assert results["strict"].parseoutcomes() == {"passed": 1, "failed": 2}


def test_what_fails_beside_what_depends(sessions: Sessions) -> None:
    broken_too(sessions.add("list", "--azfunc-list").app)
    decorators = f"""{APP}
@app.queue_trigger(arg_name="msg", queue_name="%QUEUE%", connection="C")
def fine(msg): ...
@app.queue_trigger(arg_name="msg", queue_name="%QUEUE", connection="C")
def unclosed(msg): ...
"""
    sessions.add("decorators", "--azfunc-list").app.write({"function_app.py": decorators})

    results = sessions.run()

    lines = results["list"].outlines
    assert " ".join(lines[-2:]) == (
        "6 functions, 3 would not load in Azure; the others would, given WHEN, ORDERS_QUEUE, BOX, orders__done."
    )
    assert [line for line in lines if line.startswith("!")] == [
        "! Other     queue  %LOST%",
        "! Unclosed  queue  orders-%A%-%B",
        "! Unnamed   queue  orders  -> out: queue a-%%",
    ]
    assert results["list"].ret == 1
    assert results["decorators"].outlines[-1] == (
        "2 functions, 1 would not load in Azure; it would show the others, given QUEUE."
    )
