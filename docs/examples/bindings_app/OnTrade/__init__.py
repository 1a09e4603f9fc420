"""One trade: its body is a JSON text with all of the event."""

import json

import azure.functions as func


def main(event: func.KafkaEvent, seen: func.Out[str]) -> None:
    seen.set(f"{event.key}: {json.loads(event.get_body())['Value']}")
