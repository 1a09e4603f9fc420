"""The order shop in decorators: the small functions are here, the others in blueprints. See README.md."""

import asyncio
import csv
import io
import json
import logging
import os
from datetime import datetime, timezone

import azure.functions as func
import PlaceOrder
import ProcessOrder
import refund

app = func.FunctionApp(http_auth_level=func.AuthLevel.ANONYMOUS)
app.register_functions(PlaceOrder.bp)
app.register_functions(ProcessOrder.bp)
app.register_functions(refund.bp)


async def in_stock(warehouse: str, sku: str) -> int:
    """How many of the article a warehouse has. (A real shop would ask it over the network.)"""
    await asyncio.sleep(0)
    logging.info("%s was asked for %s", warehouse, sku)
    return len(warehouse) if sku == "tea" else 0


@app.function_name("CheckStock")
@app.route(route="stock/{sku}", methods=["GET"])
async def check_stock(req: func.HttpRequest) -> func.HttpResponse:
    sku = req.route_params["sku"]
    warehouses = os.environ["WAREHOUSES"].split(",")
    counts = await asyncio.gather(*(in_stock(warehouse, sku) for warehouse in warehouses))
    found = dict(zip(warehouses, counts, strict=True))
    if not any(counts):
        logging.warning("%s is sold out", sku)
    return func.HttpResponse(json.dumps(found), mimetype="application/json")


@app.function_name("GetOrder")
@app.route(route="orders/{id:int}", methods=["GET"])
@app.blob_input(arg_name="receipt", path="receipts/{id}.json", connection="AzureWebJobsStorage")
def get_order(req, receipt):  # type: ignore[no-untyped-def]
    if receipt is None:  # what Azure gives a function when the blob is not there
        return func.HttpResponse(f"no order {req.route_params['id']}", status_code=404)
    return func.HttpResponse(receipt.read(), mimetype="application/json")


@app.function_name("ImportCatalogue")
@app.blob_trigger(arg_name="upload", path="uploads/{name}.csv", connection="AzureWebJobsStorage")
@app.blob_output(arg_name="catalogue", path="catalogues/{name}.json", connection="AzureWebJobsStorage")
def import_catalogue(upload: func.InputStream, catalogue: func.Out[str]) -> None:
    rows = list(csv.DictReader(io.StringIO(upload.read().decode("utf-8"))))
    logging.info("%s holds %s articles", upload.name, len(rows))
    catalogue.set(json.dumps({row["sku"]: int(row["cents"]) for row in rows}))


@app.function_name("SalesReport")
@app.timer_trigger(arg_name="timer", schedule="0 30 2 * * *")
@app.retry(
    strategy="exponential_backoff", max_retry_count="4", minimum_interval="00:01:00", maximum_interval="00:15:00"
)
@app.blob_output(arg_name="report", path="reports/latest.txt", connection="AzureWebJobsStorage")
def sales_report(timer: func.TimerRequest, report: func.Out[str]) -> None:
    if timer.past_due:
        logging.warning("the report is late")
    today = datetime.now(timezone.utc).date()
    report.set(f"Sales in {os.environ['SHOP_CURRENCY']} up to {today:%Y-%m-%d}")
