"""A message of a Dapr topic: a CloudEvent as JSON text."""

import json

import azure.functions as func


def main(event: str, next: func.Out[str]) -> None:
    next.set(json.dumps({"payload": json.loads(event)["data"]}))
