"""An entity without the durable library: it names its operations."""

import json


def main(context):
    work = json.loads(context.body)
    names = [operation["name"] for operation in work["batch"]]
    return json.dumps({"entityExists": True, "entityState": work["state"], "results": names})
