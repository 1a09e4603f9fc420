"""Looks an article up by its id, and others by a query."""

import azure.functions as func


def main(req: func.HttpRequest, found: func.DocumentList, similar: func.DocumentList) -> func.HttpResponse:
    if not found:
        return func.HttpResponse(status_code=404)
    return func.HttpResponse(f"{found[0]['name']} and {len(similar)} others")
