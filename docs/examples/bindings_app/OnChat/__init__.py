"""What a SignalR client said goes to all."""

import json

import azure.functions as func


def main(call: str, out: func.Out[str]) -> None:
    said = json.loads(call)
    out.set(json.dumps({"target": "said", "arguments": [said["UserId"], *said["Arguments"]]}))
