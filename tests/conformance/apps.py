"""A function app as a case describes it, written to disk for both workers, and the calls that are made of it."""

from __future__ import annotations

import base64
import json
import textwrap
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pytest_azfunc.rpc import InvocationRequest, RetryContext, TraceContext, TypedData

Document = dict[str, Any]

# Stands before every script, so that the cases show what they are about. `tell(...)` logs what a function got.
PRELUDE = """\
import asyncio, collections, datetime, decimal, enum, functools, io, json, logging, os, sys, threading, typing
import azure.functions as func
from azure.functions.warmup import WarmUpContext
from telling import tell
nan, inf = float("nan"), float("inf")
"""

# What the host insists on in function.json beside name, type and direction.
_REQUIRED: dict[str, dict[str, Any]] = {
    "timerTrigger": {"schedule": "0 */5 * * * *"},
    "queueTrigger": {"queueName": "q", "connection": "AzureWebJobsStorage"},
    "queue": {"queueName": "q", "connection": "AzureWebJobsStorage"},
    "blobTrigger": {"path": "c/{name}", "connection": "AzureWebJobsStorage"},
    "blob": {"path": "c/b", "connection": "AzureWebJobsStorage"},
}

Inputs = Mapping[str, "TypedData | None"]
Metadata = Mapping[str, TypedData]


@dataclass(frozen=True)
class Call:
    """One invocation: the typed data that the host sends along."""

    inputs: Inputs = field(default_factory=dict)
    metadata: Metadata = field(default_factory=dict)
    trace: TraceContext | None = None
    retry: RetryContext | None = None

    def request(self, function: str) -> InvocationRequest:
        """The call as a request to our worker."""
        return InvocationRequest(function, self.inputs, self.metadata, INVOCATION_ID, self.trace, self.retry)

    def document(self) -> Document:
        """The call as JSON, for the process that Microsoft's library runs in."""
        document: Document = {
            "invocation_id": INVOCATION_ID,
            "inputs": {name: "unset" if data is None else typed_data(data) for name, data in self.inputs.items()},
            "metadata": {key: typed_data(data) for key, data in self.metadata.items()},
        }
        if self.trace is not None:
            document["trace"] = {**self.trace._asdict(), "attributes": dict(self.trace.attributes)}
        if self.retry is not None:
            exception = self.retry.exception
            document["retry"] = {
                **self.retry._asdict(),
                "exception": None if exception is None else exception._asdict(),
            }
        return document


INVOCATION_ID = "8f0c1a34-6a0e-4a0e-9d3c-0123456789ab"


@dataclass(frozen=True)
class Case:
    """One function and the calls of it. What should come of them is not said here: Microsoft's library decides.

    :ivar name: what it is about; the function's folder is called after it.
    :ivar bindings: ``"<direction> <type> <name> [dataType]"``, such as ``"out queue $return"``.
    :ivar script: the function's script; :data:`PRELUDE` goes before it unless it begins with ``# bare``.
    :ivar calls: may be empty for a function that does not load.
    :ivar files: further files, by path from the app's root.
    :ivar folder: the function's folder, when its name matters.
    :ivar script_file: ``scriptFile`` in function.json; the script is written there.
    :ivar entry_point: ``entryPoint`` in function.json.
    :ivar differs: parts of the answer in which we differ on purpose, each with the reason.
    """

    name: str
    bindings: Sequence[str]
    script: str
    calls: Sequence[Call] = ()
    files: Mapping[str, str] = field(default_factory=dict)
    folder: str | None = None
    script_file: str | None = None
    entry_point: str | None = None
    differs: Mapping[str, str] = field(default_factory=dict)

    @property
    def function(self) -> str:
        """The function's name."""
        return self.folder or "F-" + "".join(c if c.isascii() and c.isalnum() else "-" for c in self.name)[:120]

    def parsed_bindings(self) -> list[Document]:
        """The bindings as they stand in function.json."""
        parsed = []
        for text in self.bindings:
            direction, kind, name, *data_type = text.split()
            extra = {"dataType": data_type[0]} if data_type else {}
            parsed.append({"name": name, "type": kind, "direction": direction, **_REQUIRED.get(kind, {}), **extra})
        return parsed

    def write(self, root: Path) -> None:
        """Write the function's folder and further files below *root*."""
        folder = root / self.function
        function_json = {"scriptFile": self.script_file, "entryPoint": self.entry_point}
        config = {key: value for key, value in function_json.items() if value is not None}
        _write(folder / "function.json", json.dumps({**config, "bindings": self.parsed_bindings()}))
        script = textwrap.dedent(self.script)
        bare = script.lstrip().startswith("# bare")
        _write(folder / (self.script_file or "__init__.py"), script if bare else PRELUDE + script)
        for path, text in self.files.items():
            _write(root / path, textwrap.dedent(text))

    def document(self, root: Path) -> Document:
        """The function as JSON: what the host tells the worker of it, and the calls."""
        folder = root / self.function
        script = (folder / (self.script_file or "__init__.py")).resolve()
        return {
            "name": self.function,
            "directory": str(folder),
            "script_file": str(script),
            "entry_point": self.entry_point or "",
            "bindings": self.parsed_bindings(),
            "calls": [call.document() for call in self.calls],
        }


def write_app(root: Path, cases: Iterable[Case]) -> None:
    """Write one function app that holds all *cases*."""
    _write(root / "host.json", '{"version": "2.0"}')
    _write(root / "telling.py", (Path(__file__).parent / "telling.py").read_text(encoding="utf-8"))
    for case in cases:
        case.write(root)


def _write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")


def typed_data(data: TypedData) -> Document:
    """Typed data as JSON. Numbers become texts, so that NaN equals NaN and 1 differs from 1.0."""
    value = data.value
    if data.kind == "bytes":
        value = base64.b64encode(value).decode()
    elif data.kind in ("int", "double"):
        value = repr(value)
    elif data.kind == "collection_bytes":
        value = [base64.b64encode(item).decode() for item in value]
    elif data.kind == "http":
        body = value["body"]
        value = {**value, "body": None if body is None else typed_data(body)}
    return {"kind": data.kind, "value": value}
