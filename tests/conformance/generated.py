"""Functions, values and typed data, made by hypothesis."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Any

from hypothesis import strategies as st

from pytest_azfunc.rpc import TypedData
from tests.conformance.apps import Call, Case
from tests.conformance.table_outputs import VALUES
from tests.conformance.typed import (
    BLOB_METADATA,
    EVENT_GRID,
    EVENT_HUB_BATCH,
    EVENT_HUB_METADATA,
    QUEUE_METADATA,
    SERVICE_BUS_BATCH,
    SERVICE_BUS_METADATA,
)

# ---------------------------------------------------------------------------------------------------- signatures

_CLASSES = [
    "str",
    "bytes",
    "int",
    "float",
    "bool",
    "dict",
    "list",
    "tuple",
    "object",
    "bytearray",
    "None",
    "typing.Any",
    "typing.List",
    "typing.Dict[str,int]",
    "typing.Tuple[str,...]",
    "typing.Callable[...,str]",
    "typing.Literal['a']",
    "typing.Type[str]",
    "typing.Iterable",
    "datetime.datetime",
    "io.BytesIO",
    "decimal.Context",
    "func.Out",
    "func.Context",
    "func.HttpRequest",
    "func.HttpResponse",
    "func.TimerRequest",
    "func.QueueMessage",
    "func.InputStream",
    "func.EventGridEvent",
    "func.EventGridOutputEvent",
    "func.CloudEvent",
    "func.EventHubEvent",
    "func.ServiceBusMessage",
    "func.KafkaEvent",
    "func.Document",
    "func.DocumentList",
    "func.SqlRow",
    "func.SqlRowList",
    "func.MySqlRowList",
    "func.OrchestrationContext",
    "func.EntityContext",
    "WarmUpContext",
    "'str'",
    "'func.QueueMessage'",
    "'NoSuchName'",
]
_WRAPPED = ("typing.List[{}]", "list[{}]", "typing.Optional[{}]", "{} | None", "typing.Sequence[{}]", "func.Out[{}]")

# What people write, by binding type.
USUAL_INPUTS = {
    "httpTrigger": ("func.HttpRequest", ""),
    "timerTrigger": ("func.TimerRequest", "str", ""),
    "queueTrigger": ("func.QueueMessage", "str", "bytes", ""),
    "blobTrigger": ("func.InputStream", "bytes", "str", ""),
    "eventGridTrigger": ("func.EventGridEvent", ""),
    "eventHubTrigger": ("func.EventHubEvent", "typing.List[func.EventHubEvent]", "str", ""),
    "serviceBusTrigger": ("func.ServiceBusMessage", "typing.List[func.ServiceBusMessage]", ""),
    "cosmosDBTrigger": ("func.DocumentList", ""),
    "kafkaTrigger": ("func.KafkaEvent", ""),
    "sqlTrigger": ("str", ""),
    "activityTrigger": ("str", "dict", ""),
    "mcpToolTrigger": ("str", ""),
    "warmupTrigger": ("WarmUpContext", ""),
    "daprTopicTrigger": ("str", ""),
    "blob": ("func.InputStream", "str", "bytes", ""),
    "cosmosDB": ("func.DocumentList", ""),
    "sql": ("func.SqlRowList", ""),
    "table": ("str", ""),
    "durableClient": ("str", ""),
    "signalRConnectionInfo": ("str", ""),
}
USUAL_OUTPUTS = {
    "http": ("func.HttpResponse", "str"),
    "queue": ("str", "bytes", "func.QueueMessage", "typing.List[str]"),
    "blob": ("str", "bytes", "func.InputStream"),
    "eventGrid": ("func.EventGridOutputEvent", "str"),
    "eventHub": ("str", "typing.List[str]"),
    "serviceBus": ("str", "bytes"),
    "cosmosDB": ("func.Document", "func.DocumentList", "str"),
    "sql": ("func.SqlRow", "func.SqlRowList", "str"),
    "kafka": ("str",),
    "table": ("str",),
    "signalR": ("str", "bytes"),
}
_TRIGGERS = [kind for kind in USUAL_INPUTS if kind.endswith("Trigger")]
_SECOND_INPUTS = [kind for kind in USUAL_INPUTS if not kind.endswith("Trigger")]
# The SDK's types that take the return value without a $return. Which of two such bindings gets it depends, in Azure,
# on the order of a protobuf map; all the others of the kind are the generic binding, so that only these can tell.
_OWN_IMPLICIT_OUTPUT = ("activityTrigger", "mcpToolTrigger", "connectorTrigger")
_IMPLICIT_OUTPUT = ("table", "signalR", "signalRConnectionInfo")


def _beside(trigger: str, kinds: Iterable[str]) -> list[str]:
    """The *kinds* that may stand beside the trigger: not two of which Azure takes one at random."""
    return [kind for kind in kinds if not (trigger in _OWN_IMPLICIT_OUTPUT and kind in _IMPLICIT_OUTPUT)]


def usual_or_odd(usual: Sequence[str], *, out: bool = False) -> st.SearchStrategy[str]:
    """Mostly what people write for the binding, sometimes anything."""
    ordinary = st.sampled_from(list(usual)).map(lambda name: f"func.Out[{name}]" if out and name else name)
    odd = st.recursive(
        st.sampled_from(_CLASSES),
        lambda inner: st.builds(str.format, st.sampled_from(_WRAPPED), inner),
        max_leaves=2,
    )
    return st.one_of(ordinary, ordinary, ordinary, odd)


@st.composite
def _binding(draw: st.DrawFn, kinds: Sequence[str], direction: str, name: str) -> tuple[str, str]:
    """``(binding, annotation)``."""
    kind = draw(st.sampled_from(kinds))
    if kinds is _TRIGGERS and draw(seldom(30)):
        kind = kind.capitalize()  # the host knows it, the worker does not, so it is generic
    data_type = draw(st.sampled_from(["", "", "", " string", " binary"]))
    usual = (USUAL_OUTPUTS if direction == "out" else USUAL_INPUTS).get(kind, ("str",))
    return f"{direction} {kind} {name}{data_type}", draw(usual_or_odd(usual, out=direction == "out"))


def seldom(one_in: int) -> st.SearchStrategy[bool]:
    return st.integers(0, one_in - 1).map(lambda number: number == one_in - 1)


def parameter(name: str, annotation: str, default: bool) -> str:
    text = f"{name}: {annotation}" if annotation else name
    return f"{text} = None" if default else text


@st.composite
def signatures(draw: st.DrawFn) -> Case:
    """A function with any bindings and parameters; when it loads it is called once."""
    declared = [draw(_binding(_TRIGGERS, "in", "x"))]
    trigger = declared[0][0].split()[1]
    declared += [draw(_binding(_beside(trigger, _SECOND_INPUTS), "in", name)) for name in draw(_names("abc"))]
    declared += [draw(_binding(_beside(trigger, USUAL_OUTPUTS), "out", name)) for name in draw(_names("pqr"))]
    bindings = [binding for binding, _ in declared]
    returns = ""
    if draw(st.booleans()):
        kind = draw(st.sampled_from(list(USUAL_OUTPUTS)))
        bindings.append(f"out {kind} $return")
        returns = draw(usual_or_odd(["", *USUAL_OUTPUTS[kind]]))
    elif draw(st.booleans()):
        returns = draw(usual_or_odd(["None", "str"]))
    if draw(seldom(25)):
        bindings[-1] = bindings[-1].replace("in ", "inout ", 1) if bindings[-1].startswith("in ") else bindings[-1]
    names = {binding.split()[2]: annotation for binding, annotation in declared}
    parameters = draw(_parameters(names))
    return Case(
        "generated",
        draw(st.permutations(bindings)),
        _script(draw, bindings, parameters, returns),
        [draw(_call(bindings))],
    )


def _names(letters: str) -> st.SearchStrategy[str]:
    """No, one, or two of the letters."""
    return st.integers(0, 2).map(lambda count: letters[:count])


@st.composite
def _parameters(draw: st.DrawFn, annotations: dict[str, str]) -> list[str]:
    """Mostly one for each binding; sometimes one too few, too many or misspelled."""
    parameters = [parameter(name, annotation, draw(seldom(20))) for name, annotation in annotations.items()]
    if draw(st.booleans()):
        context = draw(st.sampled_from(["func.Context", "func.Context", "", "str", "typing.Optional[func.Context]"]))
        parameters.append(parameter("context", context, False))
    parameters = draw(st.permutations(parameters))
    change = draw(st.sampled_from(["none"] * 12 + ["drop", "add", "case", "stars"]))
    if change == "drop":
        parameters = parameters[1:]
    elif change == "add":
        parameters = [*parameters, draw(st.sampled_from(["z", "z: str = ''", "ctx"]))]
    elif change == "case":
        parameters = [parameters[0][0].upper() + parameters[0][1:], *parameters[1:]]
    elif change == "stars":
        parameters = [*parameters, "*args", "**kwargs"]
    return ["*", *parameters] if parameters and not parameters[-1].startswith("*") else parameters


def _script(draw: st.DrawFn, bindings: Sequence[str], parameters: Sequence[str], returns: str) -> str:
    body = []
    for binding in bindings:
        direction, _, name = binding.split()[:3]
        if direction == "in":
            body.append(f"tell({name})")
        elif name != "$return" and draw(st.booleans()):
            body.append(f"{name}.set({draw(values())})")
    sends = any(binding.split()[2] == "$return" for binding in bindings)
    if draw(st.booleans()) if sends else draw(seldom(4)):
        body.append(f"return {draw(values())}")
    start = "async def" if draw(seldom(4)) else "def"
    arrow = f" -> {returns}" if returns else ""
    return f"{start} main({', '.join(parameters)}){arrow}:\n" + "".join(f"    {line}\n" for line in body or ["pass"])


# -------------------------------------------------------------------------------------------------------- values

_text = st.text(st.characters(exclude_categories=()), max_size=8)
_wire_text = st.text(max_size=8)
_numbers = st.one_of(
    st.integers(-5, 5), st.integers(-(2**70), 2**70), st.sampled_from([2**63 - 1, 2**63, -(2**63)]), st.floats()
)
_scalars = st.one_of(st.none(), st.booleans(), _numbers, _text)
_json_values = st.recursive(
    _scalars,
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(_text, inner, max_size=3)),
    max_leaves=6,
)
_plain_json = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(-(2**60), 2**60), _wire_text),
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(_wire_text, inner, max_size=3)),
    max_leaves=6,
)
_bytes = st.binary(max_size=8)


def _call_of(name: str, **arguments: st.SearchStrategy[Any]) -> st.SearchStrategy[str]:
    """``name(argument=value, ...)`` as source text; an argument may be left out."""
    drawn = st.fixed_dictionaries({}, optional=arguments)
    return drawn.map(lambda chosen: f"{name}({', '.join(f'{key}={value!a}' for key, value in chosen.items())})")


_cookie_parts = st.one_of(
    st.sampled_from(
        [
            "Path=/",
            "Path=",
            "Domain=x.org",
            "Secure",
            "HttpOnly",
            "SameSite=Lax",
            "SameSite=strict",
            "SameSite=NONE",
            "SameSite=",
            "Max-Age=5",
            "Max-Age=1e3",
            "Max-Age=x",
            'Max-Age="7"',
            "Expires=Thu, 12 Jan 2017 13:55:08 GMT",
            "Expires=Thu, 31 Feb 2017 13:55:08 GMT",
            "Expires=Wed, 12 Jan 9999 13:55:08 GMT",
            "Expires=",
            "Comment=c",
            "Partitioned",
            "Odd",
            "c=d",
            "",
        ]
    ),
    st.builds("{}={}".format, st.text(st.characters(codec="ascii"), max_size=4), _text),
)
_cookies = st.lists(_cookie_parts, max_size=4).map(lambda parts: "; ".join(["name=value", *parts]))
_header_names = st.sampled_from(["X-A", "x-a", "X-B", "Content-Type", "content-type", "Content-Length", "Location"])
_header_values = st.one_of(_text.map(lambda text: "".join(text.split("\n"))), st.sampled_from(["a/b", "1", ""]))
_headers = st.lists(
    st.one_of(st.tuples(_header_names, _header_values), st.tuples(st.just("Set-Cookie"), _cookies)), max_size=4
)
_responses = _call_of(
    "func.HttpResponse",
    body=st.one_of(_text, _bytes, st.none()),
    status_code=st.one_of(st.integers(100, 599), st.sampled_from([0, "404", None, 10**20, True])),
    mimetype=st.sampled_from(["text/plain", "text/html", "application/json", "image/png", "", "text/"]),
    charset=st.sampled_from(["utf-8", "latin-1", "utf-16", "ascii"]),
    headers=_headers,
)
_queue_messages = _call_of(
    "func.QueueMessage", id=st.one_of(st.none(), _text), body=st.one_of(_text, _bytes), pop_receipt=_text
)
_documents = st.dictionaries(_text, _json_values, max_size=3).map(lambda value: f"func.Document({value!a})")
_rows = st.dictionaries(_text, _json_values, max_size=3).map(lambda value: f"func.SqlRow({value!a})")
_events = st.builds(
    "func.EventGridOutputEvent(id={0!a}, data={1!a}, subject='s', event_type='t', event_time={2}, data_version='1')".format,
    _text,
    _json_values,
    st.sampled_from(["None", "datetime.datetime(2024, 1, 2, 3, 4, 5)", "datetime.date(2024, 1, 2)"]),
)
_objects = st.one_of(_responses, _queue_messages, _documents, _rows, _events)


def values() -> st.SearchStrategy[str]:
    """A Python expression for a value that a function sets or returns."""
    items = st.lists(st.one_of(_text.map(ascii), _objects), max_size=3).map(", ".join)
    several = st.builds(
        str.format, st.sampled_from(["[{}]", "(item for item in [{}])", "[{}][:1]", "{{'k': [{}]}}"]), items
    )
    return st.one_of(
        _json_values.map(ascii),
        _text.map(ascii),
        _bytes.map(ascii),
        _objects,
        several,
        st.sampled_from(VALUES),
        st.one_of(_documents, _rows).map("[{}]".format),
        _documents.map("func.DocumentList([{}])".format),
    )


@st.composite
def outputs(draw: st.DrawFn) -> Case:
    """A function that loads, and sets or returns a generated value."""
    trigger = draw(st.sampled_from(["timerTrigger", "sqlTrigger", "activityTrigger", "connectorTrigger"]))
    kind = draw(st.sampled_from(_beside(trigger, USUAL_OUTPUTS)))
    value = draw(st.one_of(_responses, values()) if kind == "http" else values())
    call = Call({"x": TypedData("json" if trigger == "timerTrigger" else "string", "{}")})
    way = draw(st.sampled_from(["return", "set", "set str", "implicit"]))
    if way == "return":
        return Case(
            "generated", [f"in {trigger} x", f"out {kind} $return"], f"def main(x):\n    return {value}\n", [call]
        )
    if way == "implicit":
        return Case("generated", [f"in {trigger} x"], f"def main(x):\n    return {value}\n", [call])
    annotation = ": func.Out[str]" if way == "set str" else ""
    script = f"def main(x, y{annotation}):\n    y.set({value})\n    tell(y.get() is None)\n"
    return Case("generated", [f"in {trigger} x", f"out {kind} y"], script, [call])


# --------------------------------------------------------------------------------------------------- typed data

_json_texts = st.one_of(
    _plain_json.map(json.dumps), _wire_text, st.sampled_from(["null", "[]", "{}", "NaN", "1e999", ""])
)
_strings = st.one_of(_wire_text, _json_texts).map(lambda text: TypedData("string", text))
_jsons = _json_texts.map(lambda text: TypedData("json", text))
_raws = st.one_of(_bytes, _json_texts.map(str.encode)).map(lambda content: TypedData("bytes", content))
_int64 = st.integers(-(2**63), 2**63 - 1)
_collections = st.one_of(
    st.lists(_wire_text, max_size=3).map(lambda items: TypedData("collection_string", items)),
    st.lists(_bytes, max_size=3).map(lambda items: TypedData("collection_bytes", items)),
    st.lists(_int64, max_size=3).map(lambda items: TypedData("collection_sint64", items)),
)
_unsupported = st.one_of(
    _int64.map(lambda number: TypedData("int", number)), st.floats().map(lambda number: TypedData("double", number))
)
_empty = st.just(TypedData(None, None))
_pairs = st.dictionaries(_wire_text, _wire_text, max_size=3)
# Names that differ in case alone would reach the function in the order of a protobuf map.
_request_headers = st.dictionaries(
    st.one_of(_header_names.map(str.lower), _wire_text.map(str.casefold)), _wire_text, max_size=3
)


@st.composite
def _http(draw: st.DrawFn) -> TypedData:
    request = {
        "method": draw(st.sampled_from(["GET", "POST", "get", "PURGE", ""])),
        "url": draw(st.sampled_from(["http://localhost/api/f?q=1", "http://localhost/api/é", ""])),
        "headers": draw(_content_headers),
        "params": draw(_pairs),
        "query": draw(_pairs),
        "body": draw(st.one_of(st.none(), _raws, _raws, _strings, _jsons, _empty, _collections)),
    }
    return TypedData("http", request)


_content_types = (
    "application/json",
    "application/x-www-form-urlencoded",
    "multipart/form-data; boundary=b",
    "text/plain",
)
_content_headers = st.builds(
    lambda pairs, kind: {**pairs, "content-type": kind}, _request_headers, st.sampled_from(_content_types)
)
_anything = st.one_of(_strings, _jsons, _raws, _collections, _http(), _unsupported, _empty, st.none())

_FITTING: dict[str, st.SearchStrategy[TypedData | None]] = {
    "httpTrigger": _http(),
    "timerTrigger": st.one_of(
        _jsons,
        st.fixed_dictionaries(
            {}, optional={"IsPastDue": _plain_json, "Schedule": _plain_json, "ScheduleStatus": _plain_json}
        ).map(lambda value: TypedData("json", json.dumps(value))),
    ),
    "queueTrigger": st.one_of(_strings, _raws),
    "blobTrigger": _raws,
    "blob": st.one_of(_raws, _strings, _empty),
    "eventGridTrigger": st.builds(
        lambda key, value: TypedData("json", json.dumps({**EVENT_GRID, key: value})),
        st.sampled_from([*EVENT_GRID, "specversion", "more"]),
        _plain_json,
    ),
    "eventHubTrigger": st.one_of(_strings, _raws, _jsons, _collections),
    "serviceBusTrigger": st.one_of(_strings, _raws, _jsons, _collections, _empty),
    "cosmosDB": st.one_of(_jsons, _strings, _empty),
    "sql": _strings,
}

# Metadata that a trigger comes with, from which keys are left out and in which values are replaced.
_METADATA = {
    "queueTrigger": [QUEUE_METADATA],
    "blobTrigger": [BLOB_METADATA],
    "eventHubTrigger": [EVENT_HUB_METADATA, EVENT_HUB_BATCH],
    "serviceBusTrigger": [SERVICE_BUS_METADATA, SERVICE_BUS_BATCH],
}
_odd_metadata = st.one_of(
    _strings,
    _jsons,
    _raws,
    _empty,
    st.sampled_from(
        [
            "2024-01-02T03:04:05Z",
            "2024-01-02T03:04:05.1234567+00:00",
            "2024-01-02T03:04:05+01:00",
            "1/2/2024 03:04:05",
            "01/02/2024 03:04:05+00:00",
            "2024-01-02T03:04:05",
            "12:34:56",
            "2.03:00:00",
        ]
    ).flatmap(lambda text: st.sampled_from([TypedData("string", text), TypedData("json", json.dumps(text))])),
)


@st.composite
def _metadata(draw: st.DrawFn, trigger: str) -> dict[str, TypedData]:
    usual = draw(st.sampled_from(_METADATA.get(trigger, [{"name": TypedData("string", "n")}])))
    metadata = {key: data for key, data in usual.items() if not draw(seldom(8))}
    if draw(st.booleans()):
        metadata[draw(st.sampled_from(sorted(usual)))] = draw(_odd_metadata)
    if draw(seldom(12)):
        metadata[draw(_wire_text)] = draw(st.one_of(_unsupported, _collections, _jsons))
    return metadata


def _data(kind: str) -> st.SearchStrategy[TypedData | None]:
    fitting = _FITTING.get(kind, st.one_of(_strings, _jsons))
    return st.one_of(fitting, fitting, fitting, fitting, _anything)


@st.composite
def _call(draw: st.DrawFn, bindings: Sequence[str]) -> Call:
    """Data for every input; sometimes one is left out."""
    inputs = {}
    trigger = ""
    for binding in bindings:
        direction, kind, name = binding.split()[:3]
        if direction != "out" and not draw(seldom(30)):
            inputs[name] = draw(_data(kind))
        trigger = kind if kind.endswith("Trigger") else trigger
    return Call(inputs, draw(_metadata(trigger)))


@st.composite
def inputs(draw: st.DrawFn) -> Case:
    """A function that loads, with generated data for its inputs, called a few times."""
    trigger = draw(st.sampled_from(_TRIGGERS))
    bindings = [f"in {trigger} x"]
    parameters = [parameter("x", draw(st.sampled_from(USUAL_INPUTS[trigger])), False)]
    if draw(st.booleans()):
        second = draw(st.sampled_from(_beside(trigger, _SECOND_INPUTS)))
        bindings.append(f"in {second} y")
        parameters.append(parameter("y", draw(st.sampled_from(USUAL_INPUTS[second])), False))
    names = ", ".join(binding.split()[2] for binding in bindings)
    start = "async def" if draw(seldom(4)) else "def"
    script = f"{start} main({', '.join(parameters)}):\n    tell({names})\n"
    return Case("generated", bindings, script, draw(st.lists(_call(bindings), min_size=1, max_size=3)))


def numbered(cases: Sequence[Case], first: int) -> list[Case]:
    """The cases, with names that no other function of the reference process has."""
    return [replace(case, folder=f"G{number}") for number, case in enumerate(cases, first)]
