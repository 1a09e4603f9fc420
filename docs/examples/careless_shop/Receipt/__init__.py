"""A dict on a queue: only its keys arrive."""


def main(msg, receipts):
    receipts.set({"id": 7, "total": 900})
