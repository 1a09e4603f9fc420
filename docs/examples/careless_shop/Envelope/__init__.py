"""A QueueMessage on a queue: its JSON form arrives, not its body."""

import azure.functions as func


def main(msg: func.QueueMessage, receipts: func.Out[func.QueueMessage]) -> None:
    receipts.set(func.QueueMessage(body="paid"))
