"""Prints the table of ``bindings/index.md``: ``python docs/binding_table.py``.

It asks the code itself: which builder an error would name, and which typed data a payload or an input makes. With
``--write`` the page gets the table. ``test_binding_table.py`` fails when the page and the code have come apart.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Callable
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

import azure.functions  # noqa: F401  (fills the registry)
from azure.functions.meta import _ConverterMeta

from pytest_azfunc.errors import BindingError
from pytest_azfunc.host.bindings.batch import batch
from pytest_azfunc.host.bindings.binding_type import BindingType
from pytest_azfunc.host.bindings.catalogue import BUILT_IN
from pytest_azfunc.host.bindings.payload import Occasion
from pytest_azfunc.host.bound_function import BoundFunction, HostOptions
from pytest_azfunc.project.binding_types import KNOWN
from pytest_azfunc.project.function_json import parse_function

PAGE = Path(__file__).parent / "bindings" / "index.md"
TABLE = re.compile(r"(?<=<!-- table -->\n\n).*?(?=\n\n<!-- end -->)", re.DOTALL)
NOT_IN_AZURE = "\N{EN DASH}"
NOW = datetime(2026, 1, 31, 9, 30, tzinfo=timezone.utc)

# Where each binding that is no trigger may stand, from the sources of the extensions.
DIRECTIONS = {
    **dict.fromkeys(["blob", "cosmosDB", "sql", "mysql", "kusto", "table", "redis", "daprState"], "in out"),
    **dict.fromkeys(
        ["http", "queue", "eventGrid", "eventHub", "serviceBus", "kafka", "rabbitMQ", "signalR", "webPubSub"], "out"
    ),
    **dict.fromkeys(["sendGrid", "twilioSms", "daprInvoke", "daprPublish", "daprBinding"], "out"),
    **dict.fromkeys(["assistantCreate", "embeddingsStore"], "out"),
    **dict.fromkeys(["durableClient", "orchestrationClient", "daprSecret", "textCompletion", "assistantQuery"], "in"),
    **dict.fromkeys(["assistantPost", "embeddings", "semanticSearch", "webPubSubConnection", "webPubSubContext"], "in"),
    **dict.fromkeys(["signalRConnectionInfo", "signalRNegotiation", "signalREndpoints"], "in"),
}
# The page of a type, by how its name begins; table-and-generic has the rest.
PAGES = {
    "http": "http",
    "timer": "timer",
    "queue": "queue",
    "blob": "blob",
    "eventgrid": "event-grid",
    "eventhub": "event-hubs",
    "servicebus": "service-bus",
    "kafka": "kafka",
    "cosmosdb": "cosmos-db",
    "sql": "sql-mysql",
    "mysql": "sql-mysql",
    "orchestration": "durable",
    "activity": "durable",
    "entity": "durable",
    "durable": "durable",
    "mcp": "mcp",
    "dapr": "dapr",
    **dict.fromkeys(
        ["warmup", "manual", "signalr", "connector", "assistant", "textcompletion"], "signalr-warmup-others"
    ),
    **dict.fromkeys(["embeddings", "semanticsearch"], "signalr-warmup-others"),
}


def table() -> str:
    """The table in Markdown."""
    sdk = {name for name in _ConverterMeta._bindings if isinstance(name, str)}
    unknown = sdk - set(KNOWN.values())
    assert not unknown, f"types of the SDK that the host's list lacks: {unknown}"
    lines = [
        "| Type | Trigger | Input | Output | Cardinality | Typed data, by `dataType` |",
        "|---|---|---|---|---|---|",
    ]
    for name in sorted(KNOWN.values(), key=str.lower):
        cells = _trigger(name) if name.lower().endswith("trigger") else _binding(name, name in sdk)
        lines.append(f"| {' | '.join([_linked(name), *cells])} |")
    return "\n".join(lines)


def _record(name: str) -> BindingType:
    return BUILT_IN.find(name.lower())


def _linked(name: str) -> str:
    found = next((page for start, page in PAGES.items() if name.lower().startswith(start)), "table-and-generic")
    return f"[`{name}`]({found}.md)"


def _trigger(name: str) -> list[str]:
    converter = _ConverterMeta._bindings.get(name)
    builder = f"`{_record(name).builder}`{'' if converter else ' (generic)'}"
    output = "return value" if converter is None or converter.has_implicit_output() else NOT_IN_AZURE
    if _record(name).many is None:
        kinds = _kinds(lambda data_type: _delivered(name, data_type))
        return [builder, NOT_IN_AZURE, output, "one", kinds]
    one = _kinds(lambda data_type: _delivered(name, data_type))
    many = _kinds(lambda data_type: _delivered(name, data_type, cardinality="many"))
    return [f"{builder}, `batch`", NOT_IN_AZURE, output, "one, many", f"{one}; many: {many}"]


def _binding(name: str, in_sdk: bool) -> list[str]:
    directions = DIRECTIONS[name].split()
    converter = "SDK" if in_sdk else "generic"
    takes = converter if "in" in directions else NOT_IN_AZURE
    gives = converter if "out" in directions else NOT_IN_AZURE
    kinds = NOT_IN_AZURE
    if "in" in directions:
        kinds = _kinds(lambda data_type: _input(name, data_type))
    return [NOT_IN_AZURE, takes, gives, NOT_IN_AZURE, kinds]


def _kinds(made: Callable[[str | None], str]) -> str:
    """The kinds of typed data: without a dataType, and with the two that may make a difference."""
    plain, text, binary = made(None), made("string"), made("binary")
    if plain == text == binary:
        return f"always {plain}"
    parts = [plain] if plain == text else [plain, f'`"string"`: {text}']
    return ", ".join([*parts, f'`"binary"`: {binary}'])


def _function(name: str, data_type: str | None, **properties: Any) -> BoundFunction:
    more = {} if data_type is None else {"dataType": data_type}
    path = {"path": "container/{name}"} if name.lower().startswith("blob") else {}
    schedule = {"schedule": "0 0 2 * * *"} if name == "timerTrigger" else {}
    trigger = {"name": "x", "type": name, "direction": "in", **path, **schedule, **more, **properties}
    declared = parse_function("Example", "/app/Example", {"bindings": [trigger]}, KNOWN)
    return BoundFunction(declared, HostOptions())


def _delivered(name: str, data_type: str | None, **properties: Any) -> str:
    occasion = Occasion(_function(name, data_type, **properties), NOW)
    value: Any = None if name in ("timerTrigger", "warmupTrigger", "mcpResourceTrigger") else {"name": "1"}
    try:
        payload = batch([value]) if properties else _record(name).payload(value, occasion)
        delivery = payload.deliver(occasion)
    except BindingError as error:
        if error.rule != "payload-data-type":
            raise
        return "refused"
    return f"`{delivery.value.kind}`"


def _input(name: str, data_type: str | None) -> str:
    more = {} if data_type is None else {"dataType": data_type}
    path = {"path": "container/blob"} if name == "blob" else {}
    bindings = [
        {"name": "t", "type": "timerTrigger", "direction": "in", "schedule": "0 0 2 * * *"},
        {"name": "x", "type": name, "direction": "in", **path, **more},
    ]
    declared = parse_function("Example", "/app/Example", {"bindings": bindings}, KNOWN)
    (given,) = BoundFunction(declared, HostOptions()).inputs
    kinds = {given.data(value).kind for value in ('{"a": 1}', {"a": 1})}
    return f"`{kinds.pop()}`" if len(kinds) == 1 else "as given"


def page_with(text: str, new: str) -> str:
    """The page with the table replaced."""
    assert TABLE.search(text), "the page has no <!-- table --> and <!-- end -->"
    return TABLE.sub(lambda _: new, text)


if __name__ == "__main__":
    if "--write" in sys.argv:
        PAGE.write_text(page_with(PAGE.read_text(encoding="utf-8"), table()), encoding="utf-8")
    else:
        sys.stdout.write(f"{table()}\n")
