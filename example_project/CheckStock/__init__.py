"""GET /api/stock/tea: asks all warehouses at once, so it is async."""

import asyncio
import json
import logging
import os

import azure.functions as func


async def in_stock(warehouse: str, sku: str) -> int:
    """How many of the article a warehouse has. (A real shop would ask it over the network.)"""
    await asyncio.sleep(0)
    logging.info("%s was asked for %s", warehouse, sku)
    return len(warehouse) if sku == "tea" else 0


async def main(req: func.HttpRequest) -> func.HttpResponse:
    sku = req.route_params["sku"]
    warehouses = os.environ["WAREHOUSES"].split(",")
    counts = await asyncio.gather(*(in_stock(warehouse, sku) for warehouse in warehouses))
    found = dict(zip(warehouses, counts, strict=True))
    if not any(counts):
        logging.warning("%s is sold out", sku)
    return func.HttpResponse(json.dumps(found), mimetype="application/json")
