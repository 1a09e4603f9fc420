"""A return annotation that Python likes and the worker refuses."""

import azure.functions as func


def main(req: func.HttpRequest) -> func.HttpResponse | None:
    return func.HttpResponse("order 7")
