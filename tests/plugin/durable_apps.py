"""One app with durable functions, written in each of the ways that there are."""

from __future__ import annotations

from textwrap import dedent

from tests.function_app import Binding, FunctionApp, http_out, http_trigger

FLOWS = """
    import datetime
    import azure.durable_functions as df
    import azure.functions as func

    def order_flow(context):
        order = context.get_input()
        yield context.call_activity("Reserve", order)
        yield context.call_activity_with_retry("Charge", df.RetryOptions(5000, 3), order)
        yield context.call_activity("Ship", order)
        return {**order, "status": "paid"}

    def approval(context):
        deadline = context.create_timer(context.current_utc_datetime + datetime.timedelta(hours=72))
        approved = context.wait_for_external_event("Approved")
        winner = yield context.task_any([approved, deadline])
        if winner == deadline:
            return "escalated"
        deadline.cancel()
        return "approved"

    def month(context):
        yield context.create_timer(context.current_utc_datetime + datetime.timedelta(days=30))
        return "a month later"

    def reserve(order):
        return order["id"]

    def charge(order):
        return None

    async def ship(order):
        return True

    def counter(context):
        number = context.get_state(lambda: 0)
        if context.operation_name == "add":
            number += context.get_input()
            context.set_state(number)
        context.set_result(number)

    async def start(req, client):
        id = await df.DurableOrchestrationClient(client).start_new("OrderFlow", None, req.get_json())
        return df.DurableOrchestrationClient(client).create_check_status_response(req, id)
"""
DECORATED = """
    import azure.durable_functions as df
    import azure.functions as func
    import flows

    {variable} = {maker}

    @{variable}.function_name("StartOrder")
    @{variable}.route("orders", methods=["POST"], auth_level=func.AuthLevel.ANONYMOUS)
    @{variable}.durable_client_input(client_name="client")
    async def start_order(req: func.HttpRequest, client) -> func.HttpResponse:
        id = await client.start_new("OrderFlow", None, req.get_json())
        return client.create_check_status_response(req, id)

    @{variable}.orchestration_trigger(context_name="context", orchestration="OrderFlow")
    def order_flow(context: df.DurableOrchestrationContext):
        return (yield from flows.order_flow(context))

    @{variable}.orchestration_trigger(context_name="context")
    def Approval(context):
        return (yield from flows.approval(context))

    @{variable}.orchestration_trigger(context_name="context")
    def Month(context):
        return (yield from flows.month(context))

    @{variable}.activity_trigger(input_name="order", activity="Reserve")
    def reserve(order):
        return flows.reserve(order)

    @{variable}.activity_trigger(input_name="order")
    def Charge(order):
        return flows.charge(order)

    @{variable}.activity_trigger(input_name="order")
    async def Ship(order: dict) -> bool:
        return await flows.ship(order)

    @{variable}.entity_trigger(context_name="context", entity_name="Counter")
    def counter(context):
        flows.counter(context)
"""


def write_decorators(app: FunctionApp) -> None:
    """The app as a ``DFApp``."""
    app.write({"flows.py": FLOWS, "function_app.py": dedent(DECORATED).format(variable="app", maker="df.DFApp()")})


def write_blueprint(app: FunctionApp) -> None:
    """The app as a ``Blueprint`` that a ``FunctionApp`` registers."""
    body = dedent(DECORATED).format(variable="bp", maker="df.Blueprint()")
    main = (
        "import azure.functions as func\nfrom orders import bp\napp = func.FunctionApp()\napp.register_functions(bp)\n"
    )
    app.write({"flows.py": FLOWS, "orders.py": body, "function_app.py": main})


def write_folders(app: FunctionApp) -> None:
    """The app as folders with a function.json each."""
    app.write({"flows.py": FLOWS})
    orchestrators = {"OrderFlow": "order_flow", "Approval": "approval", "Month": "month"}
    for name, flow in orchestrators.items():
        script = f"import azure.durable_functions as df\nimport flows\nmain = df.Orchestrator.create(flows.{flow})\n"
        app.function(name, script, durable("orchestrationTrigger", "context"))
    app.function("Reserve", "from flows import reserve as main\n", durable("activityTrigger", "order"))
    app.function("Charge", "from flows import charge as main\n", durable("activityTrigger", "order"))
    app.function("Ship", "from flows import ship as main\n", durable("activityTrigger", "order"))
    counter = "import azure.durable_functions as df\nimport flows\nmain = df.Entity.create(flows.counter)\n"
    app.function("Counter", counter, durable("entityTrigger", "context"))
    starter = """
        import azure.functions as func
        import flows

        async def main(req: func.HttpRequest, client: str) -> func.HttpResponse:
            return await flows.start(req, client)
    """
    app.function(
        "StartOrder",
        starter,
        http_trigger(route="orders", methods=["post"]),
        http_out(),
        durable("durableClient", "client"),
    )


def durable(kind: str, name: str) -> Binding:
    """A binding of Durable Functions."""
    return {"type": kind, "direction": "in", "name": name}


WAYS = {"decorators": write_decorators, "blueprint": write_blueprint, "function.json": write_folders}
