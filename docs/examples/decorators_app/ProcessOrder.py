"""Takes an order from the queue, charges it, and puts a receipt on the next queue."""

import json
import logging
import os

import azure.functions as func
from shared.orders import total
from shared.payments import charge

bp = func.Blueprint()


@bp.function_name("ProcessOrder")
@bp.queue_trigger(arg_name="msg", queue_name="orders", connection="AzureWebJobsStorage")
@bp.queue_output(arg_name="receipts", queue_name="receipts", connection="AzureWebJobsStorage")
def process_order(msg: func.QueueMessage, receipts: func.Out[str], context: func.Context) -> None:
    order = json.loads(msg.get_body())
    if msg.dequeue_count and msg.dequeue_count > 1:
        logging.warning("order %s seen %s times", order["id"], msg.dequeue_count)
    cents = total(order)
    reference = charge(order["id"], cents)
    logging.info("charged %s cents for order %s", cents, order["id"])
    receipt = {
        "id": order["id"],
        "status": "paid",
        "total": cents,
        "currency": os.environ["SHOP_CURRENCY"],
        "reference": reference,
        "invocation": context.invocation_id,
    }
    receipts.set(json.dumps(receipt))
