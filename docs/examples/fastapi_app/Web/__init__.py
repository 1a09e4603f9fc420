"""The one function of the app: it hands every request to FastAPI."""

import azure.functions as func
from shop.api import app
from shop.outbox import opened

middleware = func.AsgiMiddleware(app)


async def main(req: func.HttpRequest, context: func.Context, orders: func.Out[str]) -> func.HttpResponse:
    with opened(orders):
        return await middleware.handle_async(req, context)
