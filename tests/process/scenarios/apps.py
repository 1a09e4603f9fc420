"""The function apps that the scenarios run."""

from __future__ import annotations

import json
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.process.scenarios.endings import EXITS, PLACES, function_name, script

NAMES = ("first", "second", "third")


@dataclass
class Apps:
    """The folders of the apps."""

    folder: str

    @property
    def first(self) -> str:
        """An app with function.json."""
        return os.path.join(self.folder, "first")

    @property
    def second(self) -> str:
        """Another one."""
        return os.path.join(self.folder, "second")

    @property
    def third(self) -> str:
        """A third one."""
        return os.path.join(self.folder, "third")

    @property
    def exits(self) -> str:
        """One whose functions come to an end in every way."""
        return os.path.join(self.folder, "exits")

    @property
    def decorators(self) -> str:
        """One with decorators, that hands everything to an ASGI app with a lifespan."""
        return os.path.join(self.folder, "decorators")

    @property
    def all(self) -> tuple[str, ...]:
        """All of them."""
        return self.first, self.second, self.third, self.exits, self.decorators


def _queue(name: str = "msg") -> dict[str, Any]:
    return {"type": "queueTrigger", "direction": "in", "name": name, "queueName": "orders", "connection": "Storage"}


def _http(*methods: str) -> list[dict[str, Any]]:
    trigger = {"type": "httpTrigger", "direction": "in", "name": "req", "authLevel": "anonymous"}
    return [trigger, {"type": "http", "direction": "out", "name": "$return"}]


def _write(root: str, files: dict[str, Any]) -> None:
    for name, content in files.items():
        path = Path(root, name)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content if isinstance(content, str) else json.dumps(content), encoding="utf-8")


_LIFESPAN = """
import azure.functions as func
import logging
async def shop(scope, receive, send):
    if scope["type"] == "lifespan":
        while True:
            message = await receive()
            kind = message["type"]
            await send({"type": kind + ".complete"})
            if kind == "lifespan.shutdown":
                return
    await send({"type": "http.response.start", "status": 200, "headers": []})
    await send({"type": "http.response.body", "body": b"shop"})
app = func.AsgiFunctionApp(app=shop, http_auth_level=func.AuthLevel.ANONYMOUS)
"""


def write_apps(folder: str) -> Apps:
    """Write them."""
    apps = Apps(folder)
    for name in (*NAMES, "exits"):
        _write_usual(os.path.join(folder, name), name)
    for place in PLACES:
        for exit in EXITS:
            _write_exit(folder, place, exit)
    host = {"version": "2.0", "extensions": {"http": {"routePrefix": ""}}}
    _write(apps.decorators, {"host.json": host, "function_app.py": _LIFESPAN})
    return apps


def _write_usual(root: str, name: str) -> None:
    settings = {"Values": {"SHARED": name, f"ONLY_{name.upper()}": name}}
    functions = {
        "Quiet": (f"def main(msg):\n    global seen\n    seen = {name!r}\n", [_queue()]),
        "Loud": ("import logging\ndef main(msg): logging.warning('loud')\n", [_queue()]),
        "Slow": ("import asyncio\nasync def main(msg): await asyncio.sleep(0.001)\n", [_queue()]),
        "Hello": (f"def main(req): return {name!r}\n", _http()),
        "Waits": (
            "import time, builtins\ndef main(req):\n    builtins.azfunc_started = True\n"
            "    while not builtins.azfunc_go: time.sleep(0.002)\n    return 'done'\n",
            _http(),
        ),
        "Switch": ("import builtins\ndef main(msg): builtins.azfunc_switch()\n", [_queue()]),
        "Changes": (
            "import logging, os, sys, warnings\ndef main(msg):\n    os.environ['CHANGED'] = '1'\n    os.chdir('/')\n"
            "    sys.path.append('/nowhere')\n    logging.root.setLevel('DEBUG')\n    logging.disable(10)\n"
            "    logging.root.addHandler(logging.NullHandler())\n    warnings.simplefilter('ignore')\n",
            [_queue()],
        ),
        "Filters": ("import logging\ndef main(msg): logging.root.addFilter(lambda record: True)\n", [_queue()]),
    }
    files: dict[str, Any] = {"host.json": {"version": "2.0"}, "local.settings.json": settings}
    for function, (text, bindings) in functions.items():
        files[f"{function}/__init__.py"] = text
        files[f"{function}/function.json"] = {"bindings": bindings}
    _write(root, files)


def _write_exit(folder: str, place: str, exit: str) -> None:
    name = function_name(place, exit)
    if place in ("decorators", "list"):  # an app for each
        root = os.path.join(folder, f"{place}-{name}")
        _write(root, {"host.json": {"version": "2.0"}})
        if place == "decorators":
            _write(root, {"function_app.py": script(place, exit)})
        else:
            _write(root, {"F/__init__.py": script(place, exit), "F/function.json": {"bindings": [_queue()]}})
    else:
        bindings = _http() if place.startswith("live") else [_queue()]
        _write(
            os.path.join(folder, "exits", name),
            {"__init__.py": script(place, exit), "function.json": {"bindings": bindings}},
        )
