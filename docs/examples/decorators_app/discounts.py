"""A discount waits three days for somebody to approve it."""

import json
from datetime import timedelta

import azure.durable_functions as df
import azure.functions as func

bp = df.Blueprint()


@bp.function_name("AskForDiscount")
@bp.route(route="discounts", methods=["POST"], auth_level=func.AuthLevel.FUNCTION)
@bp.durable_client_input(client_name="client")
async def ask_for_discount(req: func.HttpRequest, client) -> func.HttpResponse:  # type: ignore[no-untyped-def]
    instance_id = await client.start_new("DiscountApproval", None, req.get_json())
    return client.create_check_status_response(req, instance_id)


@bp.function_name("DiscountApproval")
@bp.orchestration_trigger(context_name="context")
def discount_approval(context):  # type: ignore[no-untyped-def]
    discount = context.get_input()
    deadline = context.create_timer(context.current_utc_datetime + timedelta(hours=72))
    approved = context.wait_for_external_event("Approved")
    winner = yield context.task_any([approved, deadline])
    if winner == deadline:
        answer = "refused: nobody has approved it"
    else:
        deadline.cancel()
        answer = f"approved by {approved.result}"
    yield context.call_activity("TellCustomer", {**discount, "answer": answer})
    return answer


@bp.function_name("TellCustomer")
@bp.activity_trigger(input_name="message")
@bp.queue_output(arg_name="mails", queue_name="mails", connection="AzureWebJobsStorage")
def tell_customer(message: dict, mails: func.Out[str]) -> None:  # type: ignore[type-arg]
    mails.set(json.dumps(message))
