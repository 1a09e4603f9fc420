"""A dict as an event: nothing arrives."""


def main(msg):
    return {"id": 7, "total": 900}
