"""What a connector saw. An annotation dict would load, but it is text all the same."""

import json


def main(payload: str) -> str:
    return json.loads(payload)["subject"]
