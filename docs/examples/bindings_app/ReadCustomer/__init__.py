"""Reads an entity of a table and writes another. Both are JSON text."""

import json

import azure.functions as func


def main(msg: func.QueueMessage, customer: str, visits: func.Out[str]) -> None:
    name = json.loads(customer)["Name"] if customer else "a stranger"
    visits.set(json.dumps({"PartitionKey": "eu", "RowKey": msg.id, "Who": name}))
