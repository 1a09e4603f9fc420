"""Loads functions into Microsoft's worker library (azure-functions-runtime-v1, Python 3.13 and later)."""

from __future__ import annotations

import asyncio
import json
import os
import sys
from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from types import SimpleNamespace
from typing import Any


class _Message(SimpleNamespace):
    """Stands in for every protobuf message that loading makes."""


class _Protos:
    """As much of the generated protobuf module as loading a function needs."""

    BindingInfo = SimpleNamespace(out=1, inout=2, undefined=0)
    StatusResult: Any = type("StatusResult", (_Message,), {"Success": 0, "Failure": 1})

    def __getattr__(self, name: str) -> type[_Message]:
        return type(name, (_Message,), {})


def load(app: Path) -> Callable[[str, str, Any, dict[str, Any]], None]:
    """Load every function of the app; returns a call of one: name, parameter, value, trigger metadata."""
    handle_event = import_module("azure_functions_runtime_v1.handle_event")
    run_invocation_sync = import_module("azure_functions_runtime_v1.native_invocation").run_invocation_sync
    start_threadpool_executor = import_module("azure_functions_runtime_v1.utils.threadpool").start_threadpool_executor
    protos = _Protos()
    sys.path.append(os.fspath(app))
    properties = {"protos": protos, "host": "127.0.0.1"}

    def request(**content: Any) -> Any:
        return SimpleNamespace(request=SimpleNamespace(**content), properties=properties)

    init = SimpleNamespace(capabilities={}, function_app_directory=os.fspath(app))
    start_threadpool_executor()
    asyncio.run(handle_event.worker_init_request(request(worker_init_request=init)))
    for folder in app.iterdir():
        if (folder / "function.json").is_file():
            asked = SimpleNamespace(function_id=folder.name, metadata=_metadata(folder))
            answer = asyncio.run(handle_event.function_load_request(request(function_load_request=asked)))
            assert answer.result.status == protos.StatusResult.Success, vars(answer.result)

    def run(function: str, parameter: str, value: Any, metadata: dict[str, Any]) -> None:
        answer = run_invocation_sync("1", function, [(parameter, value)], metadata)
        assert answer[1], answer

    return run


def _metadata(folder: Path) -> SimpleNamespace:
    config = json.loads((folder / "function.json").read_text())
    bindings = {
        b["name"]: SimpleNamespace(type=b["type"], direction=("in", "out").index(b["direction"]), data_type=0)
        for b in config["bindings"]
    }
    script = os.fspath(folder / "__init__.py")
    return SimpleNamespace(
        name=folder.name, directory=os.fspath(folder), script_file=script, entry_point="", bindings=bindings
    )
