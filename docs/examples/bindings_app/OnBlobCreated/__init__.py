"""Names what was created."""

import azure.functions as func


def main(event: func.EventGridEvent, found: func.Out[str]) -> None:
    kind = event.event_type if isinstance(event, func.EventGridEvent) else event.type
    found.set(f"{kind} {event.subject}: {event.get_json()['url']}")
