"""A prompt of an MCP server."""

import azure.functions as func


def main(call: func.PromptInvocationContext) -> str:
    return f"Review this {call.arguments['language']} code."
