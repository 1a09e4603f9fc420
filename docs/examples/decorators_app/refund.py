"""Receipts: each is kept as a blob, and a refund makes one, by returning it."""

import json

import azure.functions as func

bp = func.Blueprint()


@bp.function_name("RefundOrder")
@bp.queue_trigger(arg_name="request", queue_name="refunds", connection="AzureWebJobsStorage")
@bp.queue_output(arg_name="$return", queue_name="receipts", connection="AzureWebJobsStorage")
def refund_order(request: str) -> str:
    order = json.loads(request)
    return json.dumps({"id": order["id"], "status": "refunded"})


@bp.function_name("StoreReceipt")
@bp.queue_trigger(arg_name="msg", queue_name="receipts", connection="AzureWebJobsStorage")
@bp.blob_output(arg_name="stored", path="receipts/{id}.json", connection="AzureWebJobsStorage")
def store_receipt(msg: func.QueueMessage, stored: func.Out[bytes]) -> None:
    stored.set(msg.get_body())
