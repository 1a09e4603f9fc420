"""Tells a SignalR client where to connect."""

import azure.functions as func


def main(req: func.HttpRequest, info: str) -> func.HttpResponse:
    return func.HttpResponse(info, mimetype="application/json")
