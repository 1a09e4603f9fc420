"""A message of RabbitMQ: a trigger without a converter."""

import azure.functions as func


def main(msg: str, seen: func.Out[str]) -> None:
    seen.set(msg.upper())
