"""Many trades at once: with dataType binary, the body is the value."""

from typing import List

import azure.functions as func


def main(events: List[func.KafkaEvent], seen: func.Out[str]) -> None:
    seen.set(" ".join(f"{event.offset}:{event.get_body().decode()}" for event in events))
