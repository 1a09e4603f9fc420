"""Says what happened to which row: the trigger has no converter, so it gives JSON text."""

import json

import azure.functions as func

OPERATIONS = ("insert", "update", "delete")


def main(changes: str, changed: func.Out[str]) -> None:
    changed.set(", ".join(f"{OPERATIONS[row['Operation']]} {row['Item']['Id']}" for row in json.loads(changes)))
