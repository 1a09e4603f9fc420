"""A resource of an MCP server."""

import json


def main(call: str) -> str:
    return f"# {json.loads(call)['uri']}"
