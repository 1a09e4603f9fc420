"""Every argument that a test can give, with every odd value: an error of ours that can be printed, or success.

The signatures are walked, so that a builder or an argument that is added is looked at without a new row here.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import pytest_azfunc as azfunc
from pytest_azfunc import Host
from pytest_azfunc.host.bindings.payload import Payload
from pytest_azfunc.project.binding_types import KNOWN, OUTPUT_ONLY
from pytest_azfunc.rpc import PythonObject, TypedData
from tests.function_app import FunctionApp, http_out
from tests.odd_values import ODD, for_each, judging

odd_values = st.sampled_from(sorted(ODD)).map(lambda name: ODD[name]()) | st.text(st.characters(codec=None), max_size=6)

# What the trigger of a type needs beside its type.
PROPERTIES: dict[str, dict[str, Any]] = {
    "blobTrigger": {"path": "c/{name}"},
    "httpTrigger": {"route": "{*all}", "authLevel": "anonymous"},
    "timerTrigger": {"schedule": "0 0 3 * * *"},
}
MANY = ("eventHubTrigger", "serviceBusTrigger", "kafkaTrigger")


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
