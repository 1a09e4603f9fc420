"""POST /api/orders: check an order and put it on the queue."""

import json

import azure.functions as func
from shared.orders import total

bp = func.Blueprint()


@bp.function_name("PlaceOrder")
@bp.route(route="orders", methods=["POST"], auth_level=func.AuthLevel.FUNCTION)
@bp.queue_output(arg_name="orders", queue_name="orders", connection="AzureWebJobsStorage")
def place_order(req: func.HttpRequest, orders: func.Out[str]) -> func.HttpResponse:
    try:
        order = req.get_json()
        answer = {"id": order["id"], "total": total(order)}
    except (ValueError, KeyError, TypeError) as error:
        return func.HttpResponse(f"not an order: {error}", status_code=400)
    orders.set(json.dumps(order))
    return func.HttpResponse(json.dumps(answer), status_code=202, mimetype="application/json")
