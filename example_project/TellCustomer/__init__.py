"""What an orchestration has to say to a customer goes to the queue of the mails."""

import json

import azure.functions as func


def main(message: dict, mails: func.Out[str]) -> None:  # type: ignore[type-arg]  # the worker takes no dict[str, Any]
    mails.set(json.dumps(message))
