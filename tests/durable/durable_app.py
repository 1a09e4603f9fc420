"""Decorator apps with durable functions, opened on a host."""

from __future__ import annotations

import textwrap
from collections.abc import Callable
from pathlib import Path

from pytest_azfunc import Host

PRELUDE = """
import datetime, json, logging, random, time, uuid
import azure.durable_functions as df
import azure.functions as func

app = df.DFApp(http_auth_level=func.AuthLevel.ANONYMOUS)


def orchestrator(function):
    return app.orchestration_trigger(context_name="context")(function)


def activity(function):
    return app.activity_trigger(input_name="value")(function)


def entity(function):
    return app.entity_trigger(context_name="context")(function)


def minutes(context, number):
    return context.current_utc_datetime + datetime.timedelta(minutes=number)


@activity
def Echo(value):
    return value


@activity
def Twice(value):
    return value * 2


@activity
def Fail(value):
    raise ValueError(f"no {value}")


@entity
def Counter(context):
    number = context.get_state(lambda: 0)
    if context.operation_name == "add":
        number += context.get_input()
        context.set_state(number)
    elif context.operation_name == "fail":
        context.set_state(99)
        raise ValueError("not now")
    elif context.operation_name == "delete":
        context.destruct_on_exit()
        return
    elif context.operation_name == "quiet":
        return
    context.set_result(number)


@app.route("start/{name}")
@app.durable_client_input(client_name="client")
async def Start(req: func.HttpRequest, client) -> func.HttpResponse:
    given = req.get_json() if req.get_body() else None
    instance_id = await client.start_new(req.route_params["name"], req.params.get("id"), given)
    return client.create_check_status_response(req, instance_id)
"""

MakeHost = Callable[[str], Host]


def write_app(root: Path, body: str) -> Path:
    """An app in the folder *root*: the prelude, and *body* after it."""
    root.mkdir(exist_ok=True)
    (root / "host.json").write_text('{"version": "2.0"}')
    (root / "function_app.py").write_text(PRELUDE + textwrap.dedent(body))
    return root
