"""A web application behind AsgiFunctionApp. It is written by hand here; FastAPI's is used in the same way."""

import logging

import azure.functions as func

PRICES = {}


async def lifespan(receive, send):
    """What FastAPI does for you: load something when the app starts, and drop it when it ends."""
    await receive()
    PRICES.update(tea=450, cup=1290)
    await send({"type": "lifespan.startup.complete"})
    await receive()
    PRICES.clear()
    await send({"type": "lifespan.shutdown.complete"})


async def api(scope, receive, send):
    if scope["type"] == "lifespan":
        await lifespan(receive, send)
        return
    sku = scope["path"].rpartition("/")[2]
    logging.info("asked for %s", sku)
    await send({"type": "http.response.start", "status": 200 if sku in PRICES else 404, "headers": []})
    await send({"type": "http.response.body", "body": str(PRICES.get(sku, "")).encode()})


app = func.AsgiFunctionApp(app=api, http_auth_level=func.AuthLevel.ANONYMOUS)


@app.queue_trigger(arg_name="msg", queue_name="prices", connection="AzureWebJobsStorage")
def new_price(msg: func.QueueMessage) -> None:
    logging.info("%s", msg.get_json())
