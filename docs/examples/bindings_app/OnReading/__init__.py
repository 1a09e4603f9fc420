"""One reading of a device."""

import azure.functions as func


def main(event: func.EventHubEvent, seen: func.Out[str]) -> None:
    device = event.iothub_metadata.get("connection-device-id")
    seen.set(f"{device} says {event.get_body().decode()} in {event.partition_key}")
