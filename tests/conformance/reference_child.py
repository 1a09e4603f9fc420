"""The process in which Microsoft's worker library runs. One JSON document per line in, one out.

In: ``{"root": folder, "functions": [what the host says of a function, with its calls]}``. Out: by function name
``{"load": null or the refusal, "calls": [answers]}``. It plays the parts around the library that are not in it: the
process (working directory, ``sys.path``, root logger) and the channel (messages pass through their wire format).
It knows nothing of our package.
"""

from __future__ import annotations

import asyncio
import base64
import contextvars
import gc
import importlib
import importlib.metadata
import json
import logging
import os
import sys
import types
from collections.abc import Coroutine
from typing import Any

Document = dict[str, Any]

_DISTRIBUTION = "azure-functions-runtime-v1"
_PACKAGE = "conformance_protos"
_SYSTEM_LOGGERS = ("azure.functions", "azure_functions_runtime", "proxy_worker")
_TIMEOUT = 20.0


def load_protos() -> Any:
    """The generated messages of the wheel, under a name of ours: its own package is called ``tests``, like ours."""
    place = str(importlib.metadata.distribution(_DISTRIBUTION).locate_file("tests/protos"))
    for name, folder in ((_PACKAGE, place), *((f"{_PACKAGE}.{p}", f"{place}/{p}") for p in ("identity", "shared"))):
        package = types.ModuleType(name)
        package.__path__ = [folder]
        sys.modules[name] = package
    protos = types.SimpleNamespace()
    for module in ("FunctionRpc_pb2", "shared.NullableTypes_pb2"):
        vars(protos).update(vars(importlib.import_module(f"{_PACKAGE}.{module}")))
    return protos


class Records(logging.Handler):
    """Stands for the channel's handler on the root logger.

    What cannot be formatted or sent raises where it was logged.
    """

    def __init__(self) -> None:
        super().__init__()
        self.seen: list[list[str]] = []

    def emit(self, record: logging.LogRecord) -> None:
        message = record.getMessage()
        message.encode("utf-8")
        if not record.name.startswith(_SYSTEM_LOGGERS):
            self.seen.append([record.name, record.levelname, message])

    def take(self) -> list[list[str]]:
        seen, self.seen = self.seen, []
        return seen


class Channel:
    """Sends requests to the library as the host's messages, and reads its responses."""

    def __init__(self, records: Records) -> None:
        self.protos = load_protos()
        self.records = records
        self.runtime = importlib.import_module("azure_functions_runtime_v1")
        self.functions = 0
        self.initialised = False

    async def answer(self, app: Document) -> Document:
        root = app["root"]
        os.chdir(root)
        importlib.invalidate_caches()  # its files may be newer than what was listed before
        sys.path.append(root)
        if not self.initialised:
            self.initialised = True
            self.runtime.start_threadpool_executor()
            init = self.protos.WorkerInitRequest(host_version="4.1037.0", function_app_directory=root)
            await self.send(self.runtime.worker_init_request, worker_init_request=init)
        answers = {function["name"]: await self.function(function) for function in app["functions"]}
        sys.path.remove(root)
        return answers

    async def send(self, handler: Any, **content: Any) -> Any:
        """The response, or the BaseException or bad message for which the host would wait in vain."""
        message = self.protos.StreamingMessage(request_id="r", **content)
        message = self.protos.StreamingMessage.FromString(message.SerializeToString())
        request = types.SimpleNamespace(request=message, properties={"host": "127.0.0.1", "protos": self.protos})
        task = _task(handler(request))
        await asyncio.wait({task}, timeout=_TIMEOUT)
        if not task.done():
            return TimeoutError()
        error = asyncio.CancelledError() if task.cancelled() else task.exception()
        if error is not None:
            return error
        try:
            return type(task.result()).FromString(task.result().SerializeToString())
        except Exception as error:
            return error

    async def function(self, function: Document) -> Document:
        self.functions += 1
        identity = f"function-{self.functions}"
        refusal = await self.load(function, identity)
        calls = [] if refusal else [await self.call(call, identity) for call in function["calls"]]
        return {"load": refusal, "calls": calls}

    async def load(self, function: Document, identity: str) -> Document | None:
        protos = self.protos
        metadata = protos.RpcFunctionMetadata(
            name=function["name"],
            directory=function["directory"],
            script_file=function["script_file"],
            entry_point=function["entry_point"],
        )
        for binding in function["bindings"]:
            info = protos.BindingInfo(
                type=binding["type"],
                direction=protos.BindingInfo.Direction.Value(binding["direction"]),
                data_type=protos.BindingInfo.DataType.Value(binding.get("dataType", "undefined")),
            )
            metadata.bindings[binding["name"]].CopyFrom(info)
        request = protos.FunctionLoadRequest(function_id=identity, metadata=metadata)
        response = await self.send(self.runtime.function_load_request, function_load_request=request)
        self.records.take()
        return {"error": type(response).__name__} if isinstance(response, BaseException) else self.failure(response)

    def failure(self, response: Any) -> Document | None:
        if response.result.status == self.protos.StatusResult.Success:
            return None
        return {"error": response.result.exception.message}

    async def call(self, call: Document, identity: str) -> Document:
        request = self.request(call, identity)
        response = await self.send(self.runtime.invocation_request, invocation_request=request)
        gc.collect(0)
        logs = self.records.take()
        if isinstance(response, BaseException):
            return {"status": "no response", "logs": logs}
        failure = self.failure(response)
        if failure is not None:
            return {"status": "failed", **failure, "logs": logs}
        returned = read(response.return_value) if response.HasField("return_value") else None
        # One without data reads as an empty message, which means the same to the host.
        outputs = {output.name: read(output.data) for output in response.output_data}
        return {"status": "done", "return": returned, "outputs": outputs, "logs": logs}

    def request(self, call: Document, identity: str) -> Any:
        request = self.protos.InvocationRequest(invocation_id=call["invocation_id"], function_id=identity)
        for name, data in call["inputs"].items():
            parameter = request.input_data.add(name=name)
            if data != "unset":
                parameter.data.SetInParent()
                fill(parameter.data, data)
        for key, data in call["metadata"].items():
            fill(request.trigger_metadata[key], data)
        trace, retry = call.get("trace"), call.get("retry")
        if trace is not None:
            request.trace_context.trace_parent = trace["trace_parent"]
            request.trace_context.trace_state = trace["trace_state"]
            request.trace_context.attributes.update(trace["attributes"])
        if retry is not None:
            request.retry_context.retry_count = retry["retry_count"]
            request.retry_context.max_retry_count = retry["max_retry_count"]
            for field, text in (retry["exception"] or {}).items():
                setattr(request.retry_context.exception, field, text)
        return request


def _task(handler: Coroutine[Any, Any, Any]) -> asyncio.Task[Any]:
    """One request is one task, in a context of its own as when it comes from the channel's thread."""
    return asyncio.get_running_loop().create_task(handler, context=contextvars.Context())


def fill(message: Any, data: Document) -> None:
    """Put the document form of typed data into a message."""
    kind, value = data["kind"], data["value"]
    if kind in ("string", "json"):
        setattr(message, kind, value)
    elif kind == "bytes":
        message.bytes = base64.b64decode(value)
    elif kind == "int":
        message.int = int(value)
    elif kind == "double":
        message.double = float(value)
    elif kind == "http":
        fill_http(message.http, value)
    elif kind == "model_binding_data":
        message.model_binding_data.SetInParent()
        for field, text in value.items():
            setattr(message.model_binding_data, field, text)
    elif kind is not None:
        element = kind.removeprefix("collection_")
        collection = getattr(message, kind)
        collection.SetInParent()
        getattr(collection, element).extend(map(base64.b64decode, value) if element == "bytes" else value)


def fill_http(message: Any, request: Document) -> None:
    message.method, message.url = request["method"], request["url"]
    for field in ("headers", "params", "query"):
        getattr(message, field).update(request[field])
    if request["body"] is not None:
        message.body.SetInParent()
        fill(message.body, request["body"])


def read(message: Any) -> Document:
    """The document form of a message."""
    kind = message.WhichOneof("data")
    value: Any = getattr(message, kind) if kind else None
    if kind == "bytes":
        value = base64.b64encode(value).decode()
    elif kind in ("int", "double"):
        value = repr(value)
    elif kind == "http":
        value = {
            "status_code": value.status_code,
            "headers": dict(value.headers),
            "cookies": [read_cookie(cookie) for cookie in value.cookies],
            "body": read(value.body) if value.HasField("body") else None,
            "enable_content_negotiation": value.enable_content_negotiation,
        }
    return {"kind": kind, "value": value}


def read_cookie(cookie: Any) -> Document:
    def optional(field: str) -> Any:
        return getattr(cookie, field).value if cookie.HasField(field) else None

    return {
        "name": cookie.name,
        "value": cookie.value,
        **{field: optional(field) for field in ("domain", "path", "secure", "http_only", "max_age")},
        "expires": cookie.expires.value.seconds if cookie.HasField("expires") else None,
        "same_site": cookie.SameSite.Name(cookie.same_site),
    }


async def serve(lines: Any, out: Any) -> None:
    records = Records()
    logging.root.addHandler(records)
    logging.root.setLevel(logging.INFO)
    channel = Channel(records)
    for line in lines:
        answers = await channel.answer(json.loads(line))
        out.write(json.dumps(answers) + "\n")
        out.flush()


def main() -> None:
    # What the functions print must not get between the answers.
    out = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)
    asyncio.run(serve(sys.stdin, out))


if __name__ == "__main__":
    main()
