"""Tells what came in. No route, so its name is the route; no methods, so it takes all."""

import json
from contextlib import closing

import azure.functions as func


def content_of(file) -> str:
    with closing(file):  # or Python warns of an unclosed file, which pytest may show or make an error
        return file.read().decode()


def main(req: func.HttpRequest) -> func.HttpResponse:
    seen = {
        "method": req.method,
        "url": req.url,
        "params": dict(req.params),
        "headers": dict(req.headers),
        "body": req.get_body().decode(),
        "form": dict(req.form),
        "files": {name: content_of(file) for name, file in req.files.items()},
    }
    return func.HttpResponse(json.dumps(seen), mimetype="application/json")
