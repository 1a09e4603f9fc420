"""A number in a blob: four raw bytes arrive, not its digits."""

import azure.functions as func


def main(msg: func.QueueMessage, count: func.Out[str]) -> None:
    count.set(42)
