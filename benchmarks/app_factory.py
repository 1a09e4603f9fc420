"""The function apps that the benchmarks run."""

from __future__ import annotations

import json
from pathlib import Path

HELLO = """
import azure.functions as func


def main(req: func.HttpRequest) -> func.HttpResponse:
    return func.HttpResponse(f"Hello {req.params['name']}")
"""

ORDERS = """
import azure.functions as func


def main(msg: func.QueueMessage) -> None:
    msg.get_body()
"""

HTTP_BINDINGS = [
    {"type": "httpTrigger", "direction": "in", "name": "req", "authLevel": "anonymous", "route": "hello"},
    {"type": "http", "direction": "out", "name": "$return"},
]
QUEUE_BINDINGS = [{"type": "queueTrigger", "direction": "in", "name": "msg", "queueName": "orders"}]


def write_app(root: Path) -> Path:
    """An app with one HTTP and one queue function."""
    root.joinpath("host.json").write_text('{"version": "2.0"}')
    write_function(root, "Hello", HTTP_BINDINGS, HELLO)
    write_function(root, "Orders", QUEUE_BINDINGS, ORDERS)
    return root


def write_function(root: Path, name: str, bindings: list[dict[str, str]], script: str) -> None:
    folder = root / name
    folder.mkdir()
    folder.joinpath("function.json").write_text(
        json.dumps({"scriptFile": "__init__.py", "bindings": bindings}, indent=2)
    )
    folder.joinpath("__init__.py").write_text(script)


def write_large_app(root: Path, functions: int) -> Path:
    """An app of many functions with four bindings each."""
    root.joinpath("host.json").write_text('{"version": "2.0"}')
    for number in range(functions):
        bindings = [
            {
                "type": "queueTrigger",
                "direction": "in",
                "name": "msg",
                "queueName": f"orders{number}",
                "connection": "C",
            },
            {"type": "blob", "direction": "in", "name": "customer", "path": "customers/{id}.json", "connection": "C"},
            {"type": "queue", "direction": "out", "name": "receipt", "queueName": "receipts", "connection": "C"},
            {"type": "blob", "direction": "out", "name": "archive", "path": "archive/{id}.json", "connection": "C"},
        ]
        write_function(root, f"Function{number:04}", bindings, "def main(msg, customer, receipt, archive): pass\n")
    return root
