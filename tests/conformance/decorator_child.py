"""The process in which Microsoft's worker library for decorated functions runs. One JSON document per line in, one out.

In: ``{"root": folder, "settings": {name: value}, "calls": [call with the "function" that it is of]}``. Out:
``{"status": "indexed", "functions": [what the host is told of each], "calls": [answers], "logs": [...]}``, or the status
``failed`` with the error, or ``process ended``. The library indexes one app in the life of a process, so this one loads it and
then makes a copy of itself for every app. It knows nothing of our package.
"""

from __future__ import annotations

import asyncio
import importlib
import importlib.util
import json
import logging
import os
import select
import signal
import sys
import time
from pathlib import Path
from typing import Any

Document = dict[str, Any]

_PATIENCE = 30.0


def _sibling(name: str) -> Any:
    """A module of this folder, which is not on ``sys.path``: the apps must not find it."""
    spec = importlib.util.spec_from_file_location(f"conformance_{name}", Path(__file__).with_name(f"{name}.py"))
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


_channel = _sibling("reference_child")


class IndexingChannel(_channel.Channel):  # type: ignore[name-defined, misc]
    """Lets the library find the functions of one app, and calls them."""

    def __init__(self, records: Any) -> None:
        self.protos = _channel.load_protos()
        self.records = records
        self.runtime = importlib.import_module("azure_functions_runtime")

    async def answer(self, app: Document) -> Document:
        root = app["root"]
        os.environ.update(app["settings"])
        os.chdir(root)
        sys.path.append(root)
        self.runtime.start_threadpool_executor()
        init = self.protos.WorkerInitRequest(host_version="4.1037.0", function_app_directory=root)
        response = await self.send(self.runtime.worker_init_request, worker_init_request=init)
        logs = self.records.take()
        if isinstance(response, BaseException):
            return {"status": "no response", "error": type(response).__name__, "logs": logs}
        failure = self.failure(response)
        if failure is not None:
            return {"status": "failed", **failure, "logs": logs}
        request = self.protos.FunctionsMetadataRequest(function_app_directory=root)
        listing = await self.send(self.runtime.functions_metadata_request, functions_metadata_request=request)
        if isinstance(listing, BaseException):
            return {"status": "no response", "error": type(listing).__name__, "logs": logs}
        assert not listing.use_default_metadata_indexing
        found = [_function(metadata) for metadata in listing.function_metadata_results]
        calls = app["calls"] or [_usual_call(function, app["usual"]) for function in found]
        identities = {function["name"]: function["function_id"] for function in found}
        answers = [
            {"function": call["function"], **await self.call(call, identities[call["function"]])} for call in calls
        ]
        return {"status": "indexed", "functions": found, "calls": answers, "logs": logs}


def _usual_call(function: Document, usual: Document) -> Document:
    """The call with the data that its inputs' types usually get."""
    call: Document = {
        "function": function["name"],
        "inputs": {},
        "metadata": {},
        "invocation_id": usual[""]["invocation_id"],
    }
    for name, (kind, direction, _) in function["types"].items():
        if direction == "in":
            known = usual[kind.lower() if kind.lower() in usual else ""]
            call["inputs"][name] = known["inputs"]["x"]
            if kind.lower().endswith("trigger"):
                call["metadata"].update(known["metadata"])
    return call


def _function(metadata: Any) -> Document:
    """What the host is told of one function."""
    function = {
        name: getattr(metadata, name) for name in ("name", "function_id", "script_file", "entry_point", "language")
    }
    # Each on its own: a list of texts would hide that one of them is no JSON.
    function["bindings"] = [json.loads(text) for text in metadata.raw_bindings]
    function["types"] = {
        name: [info.type, info.Direction.Name(info.direction), info.DataType.Name(info.data_type)]
        for name, info in metadata.bindings.items()
    }
    function["properties"] = dict(metadata.properties)
    function["retry"] = _retry(metadata.retry_options) if metadata.HasField("retry_options") else None
    return function


def _retry(options: Any) -> Document:
    def seconds(field: str) -> float | None:
        return getattr(options, field).ToTimedelta().total_seconds() if options.HasField(field) else None

    return {
        "count": options.max_retry_count,
        "strategy": options.RetryStrategy.Name(options.retry_strategy),
        **{field: seconds(field) for field in ("delay_interval", "minimum_interval", "maximum_interval")},
    }


def _run(channel: IndexingChannel, app: Document, out: int) -> None:
    """Answer for one app, in the copy of the process."""
    logging.root.addHandler(channel.records)
    logging.root.setLevel(logging.INFO)
    answer = asyncio.run(channel.answer(app))
    with os.fdopen(out, "w", encoding="utf-8") as stream:
        json.dump(answer, stream)


def _answer(channel: IndexingChannel, app: Document) -> Document:
    reading, writing = os.pipe()
    process = os.fork()
    if process == 0:
        os.close(reading)
        status = 1
        try:
            _run(channel, app, writing)
            status = 0
        except SystemExit:
            status = 3
        except KeyboardInterrupt:
            status = 4
        except BaseException:
            import traceback

            traceback.print_exc()
        finally:
            os._exit(status)  # not what is registered to happen at exit, and no thread is waited for
    os.close(writing)
    text = _read(reading, time.monotonic() + _PATIENCE)
    if text is None:
        os.kill(process, signal.SIGKILL)
    _, status = os.waitpid(process, 0)
    if text:
        answer: Document = json.loads(text)
        return answer
    return {"status": "process ended", "code": os.waitstatus_to_exitcode(status)}


def _read(source: int, deadline: float) -> bytes | None:
    """Everything that comes until the other side closes; None when it takes too long."""
    chunks: list[bytes] = []
    with os.fdopen(source, "rb", buffering=0) as stream:
        while select.select([stream], [], [], max(0.0, deadline - time.monotonic()))[0]:
            chunk = stream.read(1 << 16)
            if not chunk:
                return b"".join(chunks)
            chunks.append(chunk)
    return None


def main() -> None:
    out = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)
    channel = IndexingChannel(_channel.Records())
    importlib.import_module("azure.functions")
    for line in sys.stdin:
        out.write(json.dumps(_answer(channel, json.loads(line))) + "\n")
        out.flush()


if __name__ == "__main__":
    main()
