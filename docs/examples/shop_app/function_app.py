import json
import logging

import azure.functions as func

app = func.FunctionApp()


@app.route(route="orders", methods=["POST"], auth_level=func.AuthLevel.ANONYMOUS)
@app.queue_output("order", queue_name="orders", connection="AzureWebJobsStorage")
def accept(req: func.HttpRequest, order: func.Out[str]) -> func.HttpResponse:
    order.set(req.get_body().decode())
    return func.HttpResponse(status_code=202)


@app.queue_trigger("msg", queue_name="orders", connection="AzureWebJobsStorage")
@app.queue_output("receipt", queue_name="receipts", connection="AzureWebJobsStorage")
def process(msg: func.QueueMessage, receipt: func.Out[str]) -> None:
    order = msg.get_json()
    if order["id"] < 0:
        raise ValueError(f"no order has the number {order['id']}")
    receipt.set(json.dumps({"id": order["id"], "status": "paid"}))


@app.queue_trigger(
    "msg", queue_name="orders-poison", connection="AzureWebJobsStorage"
)
def alarm(msg: func.QueueMessage) -> None:
    logging.warning("given up: %s", msg.get_body().decode())
