"""Reads entities of a table and writes another one. Both are JSON text."""

import json

import azure.functions as func


def main(msg: func.QueueMessage, customer: str, visits: func.Out[str]) -> None:
    found = json.loads(customer)
    name = found[0]["Name"] if found else "a stranger"
    visits.set(json.dumps({"PartitionKey": "eu", "RowKey": msg.id, "Who": name}))
