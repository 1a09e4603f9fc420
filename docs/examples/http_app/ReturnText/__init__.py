"""Returns a str, not a response: what was posted."""

import azure.functions as func


def main(req: func.HttpRequest) -> str:
    return req.get_body().decode()
