"""Takes an order and puts it on a queue. An order without lines is one that nobody has thought of."""

import json
import logging

import azure.functions as func


def main(req: func.HttpRequest, orders: func.Out[str]) -> func.HttpResponse:
    order = req.get_json()
    logging.info("order %s for %s", order["id"], order["lines"][0]["sku"])
    orders.set(json.dumps(order))
    return func.HttpResponse(status_code=202, headers={"Location": f"/api/orders/{order['id']}"})
