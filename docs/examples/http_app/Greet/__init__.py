"""Answers with a greeting: a route with a parameter, and the query."""

import azure.functions as func


def main(req: func.HttpRequest) -> func.HttpResponse:
    return func.HttpResponse(f"Hello, {req.route_params['name']}{req.params.get('mark', '.')}")
