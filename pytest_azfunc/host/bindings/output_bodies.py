"""What the host's extensions make of an output's typed data: a body, or several messages. Pure."""

from __future__ import annotations

import json
from typing import Any

from pytest_azfunc.host.bindings.json_body import scalar_text
from pytest_azfunc.project.lenient_json import JsonError, loads
from pytest_azfunc.rpc import TypedData


def body_of(data: TypedData) -> bytes:
    """The bytes that most extensions make of typed data."""
    kind, value = data.kind, data.value
    if kind is None:
        return b""
    if kind == "http":
        body = value.get("body")
        return b"" if body is None else body_of(body)
    if kind == "bytes":
        return bytes(value)
    text = scalar_text(value) if kind in ("int", "double") else str(value)
    return text.encode("utf-8")


def array_items(data: TypedData) -> list[bytes] | None:
    """The items of a JSON array, also of a string that looks like one; None for everything else."""
    if data.kind not in ("json", "string"):
        return None
    text = data.value.strip()
    if not (text.startswith("[") and text.endswith("]")):
        return None
    try:
        value = loads(text)
    except JsonError:
        return None
    return [_item(item) for item in value] if isinstance(value, list) else None


def _item(item: Any) -> bytes:
    """One item: text as it is, the rest as Newtonsoft prints it, objects indented."""
    if item is None:
        return b""
    if isinstance(item, (dict, list)):
        return json.dumps(item, indent=2, ensure_ascii=False).encode("utf-8")
    return (item if isinstance(item, str) else scalar_text(item)).encode("utf-8")
