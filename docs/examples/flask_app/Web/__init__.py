"""The one function of the app: it hands every request to Flask."""

import azure.functions as func
from blog.site import app


def main(req: func.HttpRequest, context: func.Context) -> func.HttpResponse:
    # One middleware for each request: what Flask writes to wsgi.errors stays in it, and fails every later request.
    return func.WsgiMiddleware(app.wsgi_app).handle(req, context)
