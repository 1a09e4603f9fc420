"""Function apps on disk, for tests of the project."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

HOST = {"version": "2.0"}
QUEUE_TRIGGER = {"type": "queueTrigger", "name": "msg", "queueName": "orders"}


def write_text(path: Path, text: str) -> None:
    """The text, byte for byte, in a folder that is made if need be."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(text.encode("utf-8"))


def write_app(root: Path, functions: dict[str, Any], host: Any = HOST) -> Path:
    """An app; each function is the content of its function.json, or the list of its bindings."""
    write_text(root / "host.json", json.dumps(host, indent=2))
    for name, config in functions.items():
        content = {"bindings": config} if isinstance(config, list) else config
        write_text(root / name / "function.json", json.dumps(content, indent=2))
    return root
