"""A function app of decorated functions as a case describes it, written to disk for both workers, with what is called."""

from __future__ import annotations

import textwrap
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from pytest_azfunc.rpc import TypedData
from tests.conformance.apps import Call, Document
from tests.conformance.typed import (
    BLOB_METADATA,
    EVENT_GRID,
    EVENT_HUB_METADATA,
    QUEUE_METADATA,
    SERVICE_BUS_METADATA,
    TIMER,
    as_json,
    http,
    raw,
    string,
)

# Stands before every script, so that the cases show what they are about. `tell(...)` logs what a function got.
PRELUDE = """\
import asyncio, datetime, functools, io, json, logging, os, sys, typing
import azure.functions as func
from telling import tell
"""

SCRIPT = "function_app.py"


@dataclass(frozen=True)
class App:
    """One app. What should come of it is not said here: Microsoft's library decides.

    :ivar name: what it is about.
    :ivar script: the script; :data:`PRELUDE` goes before it unless it begins with ``# bare``. None for no script at all.
    :ivar calls: ``(function, call)``; without any, every function is called once with the usual data of its inputs.
    :ivar files: further files, by path from the app's root.
    :ivar settings: app settings.
    :ivar script_file: where the script is written.
    :ivar host_refuses: functions that the host leaves out after the worker has listed them -> the rule that it names.
    :ivar differs: parts of the answer in which we differ on purpose, each with the reason.
    """

    name: str
    script: str | None
    calls: Sequence[tuple[str, Call]] = ()
    files: Mapping[str, str] = field(default_factory=dict)
    settings: Mapping[str, str] = field(default_factory=dict)
    script_file: str = SCRIPT
    host_refuses: Mapping[str, str] = field(default_factory=dict)
    differs: Mapping[str, str] = field(default_factory=dict)

    def write(self, root: Path) -> None:
        """Write the app into the empty folder *root*."""
        files = {"host.json": '{"version": "2.0"}', **self.files}
        files["telling.py"] = (Path(__file__).parent / "telling.py").read_text(encoding="utf-8")
        if self.script is not None:
            script = textwrap.dedent(self.script)
            files[self.script_file] = script if script.lstrip().startswith("# bare") else PRELUDE + script
        for path, text in files.items():
            (root / path).parent.mkdir(parents=True, exist_ok=True)
            (root / path).write_text(textwrap.dedent(text), encoding="utf-8")

    def document(self, root: Path) -> Document:
        """The app as JSON, for the process that Microsoft's library runs in."""
        calls = [{"function": function, **call.document()} for function, call in self.calls]
        usual = {kind: Call({"x": data}, metadata).document() for kind, (data, metadata) in _USUAL.items()}
        return {"root": str(root), "settings": dict(self.settings), "calls": calls, "usual": usual}


# What an input of each type gets when a case does not say, and the trigger metadata that come with it.
_USUAL: dict[str, tuple[TypedData, Mapping[str, TypedData]]] = {
    "httptrigger": (http("POST", "http://localhost/api/f?n=1", query={"n": "1"}, body=raw(b'{"a": 1}')), {}),
    "timertrigger": (TIMER, {}),
    "queuetrigger": (string('{"id": 7}'), QUEUE_METADATA),
    "blobtrigger": (raw(b"hello"), BLOB_METADATA),
    "blob": (raw(b"hello"), {}),
    "eventgridtrigger": (as_json(EVENT_GRID), {}),
    "eventhubtrigger": (string("event"), EVENT_HUB_METADATA),
    "servicebustrigger": (string("message"), SERVICE_BUS_METADATA),
    "kafkatrigger": (as_json({"Offset": 1, "Partition": 0, "Topic": "t", "Timestamp": "t", "Value": "v", "Headers": []}), {}),
    "cosmosdbtrigger": (as_json([{"id": "1"}]), {}),
    "cosmosdb": (as_json([{"id": "1"}]), {}),
    "sql": (as_json([{"Id": 1}]), {}),
    "mysql": (as_json([{"Id": 1}]), {}),
    "sqltrigger": (as_json([{"Operation": 0, "Item": {"Id": 1}}]), {}),
    "mysqltrigger": (as_json([{"Operation": 0, "Item": {"Id": 1}}]), {}),
    "activitytrigger": (as_json({"a": 1}), {}),
    "mcptooltrigger": (string('{"arguments": {"a": "A", "b": 2}}'), {}),
    "": (string("text"), {"name": string("n")}),
}  # fmt: skip


def usual_call(inputs: Mapping[str, str]) -> Call:
    """The call of a function with these inputs: parameter -> binding type."""
    data: dict[str, TypedData | None] = {}
    metadata: dict[str, TypedData] = {}
    for name, kind in inputs.items():
        data[name], more = _USUAL.get(kind.lower(), _USUAL[""])
        if kind.lower().endswith("trigger"):
            metadata.update(more)
    return Call(data, metadata)


def calls_of(app: App, answer: Document) -> list[tuple[str, Call]]:
    """The calls that *answer*, Microsoft's, tells the outcome of."""
    if app.calls or answer["status"] != "indexed":
        return list(app.calls)
    kinds = {function["name"]: function["types"] for function in answer["functions"]}
    inputs = {
        name: {parameter: kind for parameter, (kind, direction, _) in types.items() if direction == "in"}
        for name, types in kinds.items()
    }
    return [(call["function"], usual_call(inputs[call["function"]])) for call in answer["calls"]]
