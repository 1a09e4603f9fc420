"""What list and check make of durable functions without running them."""

from __future__ import annotations

import pytest

from tests.function_app import FunctionApp, Sessions
from tests.plugin.durable_apps import write_blueprint, write_decorators
from tests.reports.verdicts import DECORATOR_HEADING, Verdict, check_verdicts

pytest.importorskip("azure.durable_functions")

HEAD = "import azure.durable_functions as df\nimport azure.functions as func\napp = df.DFApp()\n"


def written(body: str) -> object:
    def write(app: FunctionApp) -> None:
        app.write({"function_app.py": HEAD + body})

    return write


SYNC = """
@app.route("go", auth_level="ANONYMOUS")
@app.durable_client_input(client_name="client")
def Go(req: func.HttpRequest, client) -> func.HttpResponse:
    return func.HttpResponse()
"""
RENAMED = """
@app.orchestration_trigger(context_name="context")
def Flow(context):
    yield context.call_activity(charge, 1)

@app.activity_trigger(input_name="order", activity="Charge card")
def charge(order):
    return order

@app.activity_trigger(input_name="order")
def Forgotten(order):
    return order
"""
DYNAMIC = """
@app.orchestration_trigger(context_name="context")
def Flow(context):
    for step in context.get_input():
        yield context.call_activity(f"Step{step}", 1)

@app.activity_trigger(input_name="order")
def Step1(order):
    return order
"""
FLOW_SOUND = [
    "",
    "  Flow   orchestration",
    "  Step1  activity",
    "",
    "2 functions, all would load in Azure.",
]


def test_verdicts(sessions: Sessions) -> None:
    heading = [DECORATOR_HEADING]
    check_verdicts(
        sessions,
        {
            "sync": Verdict(
                written(SYNC),  # type: ignore[arg-type]
                [
                    "",
                    "! Go  http  any method /api/go (anonymous)",
                    "            <- client: durableClient",
                    "            -> $return: http",
                    "    would not work in Azure: it has a durable client and is no async function:",
                    "      the library awaits what it returns.",
                    "    where: app/function_app.py:5",
                    "    remedy: write async def, and await what the client does.",
                    "",
                    "1 function, 1 would not work in Azure.",
                ],
                {"failed": 1},
                heading=heading,
            ),
            "dynamic": Verdict(written(DYNAMIC), FLOW_SOUND, {"passed": 2}, heading=heading),  # type: ignore[arg-type]
        },
    )


def test_a_renamed_activity_and_one_that_nobody_calls(sessions: Sessions) -> None:
    for option in ("--azfunc-list", "--azfunc-check"):
        written(RENAMED)(sessions.add(option, option).app)  # type: ignore[operator]

    results = sessions.run()

    text = " ".join(results["--azfunc-list"].stdout.str().split())
    assert "it calls the activity 'Charge card' as the object charge" in text
    assert "Forgotten activity note: no orchestrator of the app names it" in text
    assert text.count("no orchestrator of the app names it") == 1
    assert results["--azfunc-check"].parseoutcomes() == {"failed": 1, "passed": 2}


def test_nothing_is_said_of_a_sound_app(sessions: Sessions) -> None:
    for name, write in (("decorators", write_decorators), ("blueprint", write_blueprint)):
        write(sessions.add(name, "--azfunc-list").app)

    for name, result in sessions.run().items():
        assert "note" not in result.stdout.str(), name
        assert result.outlines[-1].endswith("8 functions, all would load in Azure."), name
