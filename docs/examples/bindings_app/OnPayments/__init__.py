"""Many payments at once."""

from typing import List

import azure.functions as func


def main(msgs: List[func.ServiceBusMessage], seen: func.Out[str]) -> None:
    seen.set(" ".join(f"{msg.get_body().decode()}/{msg.correlation_id}" for msg in msgs))
