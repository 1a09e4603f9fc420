"""Passes the order's number on."""

import azure.functions as func


def main(msg: func.QueueMessage, done: func.Out[str]) -> None:
    done.set(f"order {msg.get_json()['number']}, try {msg.dequeue_count}")
