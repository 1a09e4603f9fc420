"""A tool of an MCP server."""

import json


def main(call: str) -> str:
    return f"It rains in {json.loads(call)['arguments']['city']}."
