"""Keeps each receipt as a blob. The function is not called main: function.json has an entryPoint."""

import azure.functions as func


def store_receipt(msg: func.QueueMessage, stored: func.Out[bytes]) -> None:
    stored.set(msg.get_body())
