"""Every argument that a test can give, with every odd value: an error of ours that can be printed, or success.

The signatures are walked, so that a builder or an argument that is added is looked at without a new row here.
"""

from __future__ import annotations

import dataclasses
import decimal
import inspect
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime, timedelta, timezone
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import pytest_azfunc as azfunc
from pytest_azfunc import AzfuncError, Host
from pytest_azfunc.host.bindings.payload import Payload
from pytest_azfunc.project.binding_types import KNOWN, OUTPUT_ONLY
from pytest_azfunc.rpc import PythonObject, TypedData
from tests.function_app import FunctionApp, http_out

HALF = "\ud800"  # half of a surrogate pair
UTC = timezone.utc


@dataclasses.dataclass
class Node:
    """Something that may hold itself."""

    child: Any = None


class Nameless:
    """Something that cannot be printed."""

    def __repr__(self) -> str:
        raise LookupError


class Stranger:
    """A time zone that knows no offset."""

    def utcoffset(self, moment: object) -> None:
        return None


def ring() -> Node:
    node = Node()
    node.child = node
    return node


def endless_list() -> list[Any]:
    found: list[Any] = []
    found.append(found)
    return found


def nested(depth: int, around: Callable[[Any], Any] = lambda inner: [inner]) -> Any:
    found: Any = 1
    for _ in range(depth):
        found = around(found)
    return found


# Made anew for each call: some are used up.
ODD: dict[str, Callable[[], Any]] = {
    "None": lambda: None,
    "half a character": lambda: HALF,
    "text with half a character": lambda: f"/api/a{HALF}b",
    "the other half": lambda: "\udcff",
    "no text": lambda: "",
    "a blank": lambda: " ",
    "ESC and bidi": lambda: "\x1b[31m\u202e\u2066",
    "NUL": lambda: "a\0b",
    "lines": lambda: "a\r\nb: c\n\u2028",
    "letters": lambda: "é€😀",
    "braces": lambda: "{a}{0}%A%{",
    "long": lambda: "x" * 70_000,
    "True": lambda: True,
    "-1": lambda: -1,
    "0": lambda: 0,
    "2**63": lambda: 2**63,
    "5,000 digits": lambda: 10**5000,
    "minus 5,000 digits": lambda: -(10**5000),
    "NaN": lambda: float("nan"),
    "infinity": lambda: float("-inf"),
    "1e308": lambda: 1e308,
    "complex": lambda: 1j,
    "decimal": lambda: decimal.Decimal("1.5"),
    "bytes": lambda: b"\xff\xed\xa0\x80",
    "bytearray": lambda: bytearray(b"x"),
    "memoryview": lambda: memoryview(b"abcd")[::2],
    "too early": lambda: datetime.min.replace(tzinfo=timezone(timedelta(hours=14))),
    "too late": lambda: datetime.max.replace(tzinfo=timezone(timedelta(hours=-12))),
    "the first moment": lambda: datetime.min.replace(tzinfo=UTC),
    "the last moment": lambda: datetime.max.replace(tzinfo=UTC),
    "without a time zone": lambda: datetime(2024, 1, 2),
    "a date": lambda: datetime(2024, 1, 2).date(),
    "a span": lambda: timedelta(1),
    "a list": list,
    "a list of halves": lambda: [HALF],
    "a list of pairs of halves": lambda: [(HALF, HALF)],
    "a list of texts": lambda: ["a", "b"],
    "a list of odd things": lambda: [None, 1, b"\xff", {}, object()],
    "a tuple": lambda: ("a", HALF),
    "a set": lambda: {1},
    "a generator": lambda: iter(["a"]),
    "a dict": dict,
    "a dict of halves": lambda: {HALF: HALF},
    "a half in a dict": lambda: {"a": {"b": [HALF]}},
    "a huge integer in a dict": lambda: {"a": 10**5000, "id": 10**5000},
    "NaN in a dict": lambda: {"a": float("nan")},
    "a dict with other keys": lambda: {1: 2, None: 3, 1.5: 4},
    "a dict with keys that JSON has not": lambda: {(1, 2): 3},
    "a dict of None": lambda: {"a": None, "name": None, "roles": None, "claims": None, "id": None},
    "a dict of objects": lambda: {"a": object(), "name": object(), "id": object()},
    "a user with halves": lambda: {"name": HALF, "id": HALF, "roles": [HALF], "claims": {HALF: HALF}},
    "a user with lines": lambda: {"name": "a\r\nb: c", "id": "\0", "provider": "\n"},
    "a user with numbers": lambda: {"name": 10**5000, "roles": [10**5000], "claims": {1: [2, 10**5000]}},
    "a read-only mapping": lambda: type("M", (Mapping,), {"__getitem__": lambda s, k: k, "__iter__": lambda s: iter("ab"), "__len__": lambda s: 2})(),
    "itself": ring,
    "a list of itself": endless_list,
    "deep": lambda: nested(20_000),
    "rather deep": lambda: nested(940),
    "deeper than Json.NET reads": lambda: nested(65),
    "deep objects": lambda: nested(940, lambda inner: {"a": inner}),
    "deep in a dataclass": lambda: Node(nested(900)),
    "a half in a dataclass": lambda: Node(HALF),
    "a class": lambda: Node,
    "a function": lambda: ring,
    "an object": object,
    "what cannot be printed": Nameless,
    "an exception": lambda: ValueError(HALF),
    "typed data": lambda: TypedData("string", "x"),
    "a payload": lambda: azfunc.queue("x"),
    "a module": lambda: decimal,
}  # fmt: skip
odd_values = st.sampled_from(sorted(ODD)).map(lambda name: ODD[name]()) | st.text(st.characters(codec=None), max_size=6)

# What the trigger of a type needs beside its type.
PROPERTIES: dict[str, dict[str, Any]] = {
    "blobTrigger": {"path": "c/{name}"},
    "httpTrigger": {"route": "{*all}", "authLevel": "anonymous"},
    "timerTrigger": {"schedule": "0 0 3 * * *"},
}
MANY = ("eventHubTrigger", "serviceBusTrigger", "kafkaTrigger")


def says_it(error: AzfuncError) -> None:
    text = str(error)
    assert all(line.isprintable() for line in text.split("\n")), ascii(text)
    assert len(text) < 4000
    assert "set_int_max_str_digits" not in text
    assert "recursion depth" not in text


class judging:
    """Lets errors of ours pass that can be printed, and nothing else."""

    def __enter__(self) -> None:
        pass

    def __exit__(self, kind: object, error: BaseException | None, traceback: object) -> bool:
        if isinstance(error, AzfuncError):
            says_it(error)
            return True
        return False


@pytest.fixture(scope="module")
def host(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Host]:
    app = FunctionApp(tmp_path_factory.mktemp("app"))
    for name in KNOWN.values():
        if "Trigger" not in name:
            continue
        binding = {"name": "event", "direction": "in", "type": name, "connection": "C", **PROPERTIES.get(name, {})}
        outputs = [http_out()] if name == "httpTrigger" else []
        returned = "'x'" if outputs else "None"
        app.function(name, f"def main(event): return {returned}", binding, *outputs)
        for data_type in ("", "string", "binary") if name in MANY else ():
            kind = {"cardinality": "many", **({"dataType": data_type} if data_type else {})}
            app.function(f"{name}-many-{data_type}", "def main(event): pass", {**binding, **kind})
    with Host.open(app.root, auth=False, raise_exceptions=False) as opened:
        yield opened


def targets(payload: Payload) -> list[str]:
    """The functions that a payload is for."""
    if payload.trigger_types is None:
        return ["queueTrigger", "eventHubTrigger", *(f"{name}-many-" for name in MANY), "kafkaTrigger-many-binary"]
    names = [KNOWN[kind] for kind in sorted(payload.trigger_types)]
    return [*names, *(f"{name}-many-{kind}" for name in names if name in MANY for kind in ("", "string", "binary"))]


def deliver(host: Host, payload: Payload) -> None:
    """Deliver a payload to all that take it: what is sent can be sent."""
    for name in targets(payload):
        with judging():
            function = host.function(name)
            request = host.script_host.request(function, payload)
            for data in (*request.inputs.values(), *request.trigger_metadata.values()):
                check_sendable(data)


def check_sendable(data: Any) -> None:
    if isinstance(data, TypedData):
        if data.kind in ("string", "json"):
            assert isinstance(data.value, str)
        check_sendable(data.value)
    elif isinstance(data, PythonObject):
        pass
    elif isinstance(data, str):
        data.encode("utf-8")
    elif isinstance(data, dict):
        for key, value in data.items():
            check_sendable(key)
            check_sendable(value)
    elif isinstance(data, (list, tuple)):
        for item in data:
            check_sendable(item)


def arguments_of(builder: Callable[..., Any]) -> list[inspect.Parameter]:
    return list(inspect.signature(builder).parameters.values())


def call(builder: Callable[..., Any], given: Mapping[str, Any]) -> Any:
    """Call a builder; what stands for many positional arguments is given twice."""
    positional: list[Any] = []
    named: dict[str, Any] = {}
    for parameter in arguments_of(builder):
        if parameter.name not in given:
            continue
        value = given[parameter.name]
        if parameter.kind is parameter.VAR_POSITIONAL:
            positional += [value, value]
        elif parameter.kind is parameter.VAR_KEYWORD:
            named["dataschema"] = value
        else:
            named[parameter.name] = value
    if positional:
        return builder(*positional, **named)
    return builder(**named)


def needed(builder: Callable[..., Any]) -> dict[str, Any]:
    """What a builder has to be given."""
    return {
        parameter.name: ["x"] if parameter.name == "items" else "x"
        for parameter in arguments_of(builder)
        if parameter.default is parameter.empty and parameter.kind is parameter.POSITIONAL_OR_KEYWORD
    }


def for_each(check: Callable[[Any], object], odd: Mapping[str, Callable[[], Any]] = ODD) -> None:
    """Check each odd value; what goes wrong is told with its name."""
    for name, make in odd.items():
        try:
            with judging():
                check(make())
        except Exception as error:
            raise AssertionError(f"with {name}") from error


@pytest.mark.parametrize("name", azfunc.BUILDERS)
def test_every_argument_of_every_builder(host: Host, name: str) -> None:
    builder = getattr(azfunc, name)
    for parameter in arguments_of(builder):

        def check(value: Any, argument: str = parameter.name) -> None:
            deliver(host, call(builder, {**needed(builder), argument: value}))

        for_each(check)


@settings(max_examples=200, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.data())
def test_odd_values_together(host: Host, data: st.DataObject) -> None:
    builder = getattr(azfunc, data.draw(st.sampled_from(azfunc.BUILDERS)))
    names = [parameter.name for parameter in arguments_of(builder)]
    chosen = data.draw(st.lists(st.sampled_from(names), unique=True)) if names else []
    with judging():
        deliver(host, call(builder, {**needed(builder), **{name: data.draw(odd_values) for name in chosen}}))


def test_as_a_bare_value(host: Host) -> None:
    for name in host.project.functions:
        for_each(lambda value, name=name: host.script_host.request(host.function(name), value))  # type: ignore[misc]


# Requests


@pytest.mark.parametrize("argument", ["key", "principal"])
def test_of_the_session_ours(host: Host, argument: str) -> None:
    def check(value: Any) -> None:
        named: Any = {argument: value}
        assert host.http.get("/api/x", **named).status_code < 500

    for_each(check)


@pytest.mark.parametrize("argument", ["params", "data", "headers", "cookies", "files", "auth", "json", "timeout"])
def test_of_the_session(host: Host, argument: str) -> None:
    """What requests itself refuses comes as it would without us, but for texts that nobody could send."""
    import requests

    for name, make in ODD.items():
        named: Any = {argument: make()}
        try:
            with judging():
                host.http.post("/api/x", **named)
        except Exception as error:
            assert not isinstance(error, UnicodeEncodeError) or error.object.isprintable(), name
            again = {} if argument == "timeout" else {argument: make()}
            with pytest.raises(type(error)):
                _send(requests.Request("POST", "http://localhost/", **again))


def _send(asked: Any) -> None:
    """What requests and http.client do with what they are given, up to the socket."""
    import requests

    request = requests.Session().prepare_request(asked)
    for name, value in request.headers.items():
        for text in (name, value):
            text.encode("latin-1") if isinstance(text, str) else None
    if request.body is not None and not isinstance(request.body, (str, bytes)):
        for piece in request.body:
            piece.encode("utf-8") if isinstance(piece, str) else memoryview(piece)


# What else a test gives


@pytest.mark.parametrize("argument", list(inspect.signature(Host.open).parameters)[1:])
def test_of_a_host(host: Host, argument: str) -> None:
    def check(value: Any) -> None:
        named: Any = {"path": host.project, argument: value}
        with Host.open(**named):
            pass

    here = ("no text", "a blank") if argument == "path" else ()  # the current folder
    for_each(check, {name: make for name, make in ODD.items() if name not in here})


@pytest.mark.parametrize("place", ["name", "value"])
def test_of_settings(host: Host, place: str) -> None:
    def check(value: Any) -> None:
        name, value = (value, "x") if place == "name" else ("NAME", value)
        host.settings[name] = value
        assert name in host.settings
        del host.settings[name]

    def open_host(value: Any) -> None:
        name, value = (value, "x") if place == "name" else ("NAME", value)
        with Host.open(host.project, settings={name: value}):
            pass

    for_each(check)
    for_each(open_host, {name: make for name, make in ODD.items() if place == "value" or _is_hashable(make())})


def _is_hashable(value: object) -> bool:
    try:
        hash(value)
    except TypeError:
        return False
    return True


@pytest.mark.parametrize("argument", list(inspect.signature(Host.context).parameters)[1:])
def test_of_a_context(host: Host, argument: str) -> None:
    def check(value: Any) -> None:
        named: Any = {argument: value}
        context = host.context(**named)
        host.invoke("queueTrigger", "x", context=context, check=False)
        assert str(context)

    for_each(check)


@pytest.mark.parametrize("argument", ["context", "inputs", "event"])
def test_of_invoke(host: Host, argument: str) -> None:
    def check(value: Any) -> None:
        named: Any = {argument: value}
        host.invoke("queueTrigger", "x", **named)

    for_each(check)


def test_of_what_is_invoked(host: Host) -> None:
    for_each(host.invoke)


@pytest.fixture(scope="module")
def readers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Host]:
    app = FunctionApp(tmp_path_factory.mktemp("inputs"))
    trigger = {"type": "queueTrigger", "name": "msg", "direction": "in", "queueName": "q"}
    for name in (KNOWN[kind] for kind in KNOWN.keys() - OUTPUT_ONLY - {"http"} if "trigger" not in kind):
        for properties in ({}, {"id": "1", "partitionKey": "1", "rowKey": "1", "dataType": "binary"}):
            other = {"type": name, "name": "x", "direction": "in", "path": "a/b", **properties}
            app.function(f"{name}{len(properties)}", "def main(msg, x): pass", trigger, other)
    with Host.open(app.root) as opened:
        yield opened


def test_of_an_input(readers: Host) -> None:
    for name in readers.project.functions:

        def check(value: Any, name: str = name) -> None:
            request = readers.script_host.request(readers.function(name), "x", {"x": value})
            check_sendable(request.inputs["x"])

        for_each(check)
