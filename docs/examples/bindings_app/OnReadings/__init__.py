"""Many readings at once."""

from typing import List

import azure.functions as func


def main(events: List[func.EventHubEvent], seen: func.Out[str]) -> None:  # list[...] would not load in Azure
    seen.set(" ".join(f"{event.sequence_number}:{event.get_body().decode()}" for event in events))
