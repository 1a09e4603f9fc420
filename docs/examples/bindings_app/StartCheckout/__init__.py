"""What a durable client is told."""

import json

import azure.functions as func


def main(msg: func.QueueMessage, client: str, hub: func.Out[str]) -> None:
    hub.set(json.loads(client)["taskHubName"])
