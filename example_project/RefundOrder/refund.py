"""Turns a request for a refund into a receipt, by returning it. The script has a name of its own: scriptFile."""

import json


def main(request: str) -> str:
    order = json.loads(request)
    return json.dumps({"id": order["id"], "status": "refunded"})
