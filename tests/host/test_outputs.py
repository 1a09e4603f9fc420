"""What Azure makes of outputs: bodies, messages, and losses."""

from __future__ import annotations

import json
from typing import Any

import azure.functions as func
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pytest_azfunc.errors import BindingError, OutputNotSet
from pytest_azfunc.host.bindings.catalogue import BUILT_IN
from pytest_azfunc.host.bindings.lossy_outputs import find_loss
from pytest_azfunc.host.outputs import Output, Outputs
from pytest_azfunc.rpc import TypedData
from pytest_azfunc.worker.converters import Converters
from tests.host.occasions import function


def output(name: str, kind: str, value: Any, data: TypedData) -> Output:
    """An output as the host presents it."""
    return Output(name, kind, value, data, BUILT_IN.find(kind.lower()))


@pytest.mark.parametrize(
    ("kind", "data", "body"),
    [
        ("queue", TypedData(None, None), b""),
        ("queue", TypedData("string", "ä"), "ä".encode()),
        ("queue", TypedData("bytes", b"\xff"), b"\xff"),
        ("queue", TypedData("json", '{"a": 1}'), b'{"a": 1}'),
        ("queue", TypedData("int", 7), b"7"),
        ("queue", TypedData("double", 1.0), b"1"),
        ("queue", TypedData("double", 1e22), b"1E+22"),
        ("blob", TypedData("string", "x"), b"x"),
        ("blob", TypedData("json", "[1]"), b"[1]"),
        ("blob", TypedData("int", 7), b"\x07\0\0\0"),
        ("BLOB", TypedData("int", -1), b"\xff\xff\xff\xff"),
        ("blob", TypedData("int", 2**32 + 5), b"\x05\0\0\0"),
        ("blob", TypedData("double", 1.5), b"\0\0\0\0\0\0\xf8?"),
        ("http", TypedData("http", {"body": None}), b""),
        ("http", TypedData("http", {"body": TypedData("bytes", b"x")}), b"x"),
    ],
)
def test_body(kind: str, data: TypedData, body: bytes) -> None:
    assert output("out", kind, None, data).body == body


def messages(kind: str, data: TypedData) -> list[bytes]:
    return [message.body for message in output("out", kind, None, data).messages]


@pytest.mark.parametrize("kind", ["queue", "eventHub", "serviceBus", "eventGrid", "QUEUE"])
@pytest.mark.parametrize("data_kind", ["string", "json"])
def test_arrays_are_split(kind: str, data_kind: Any) -> None:
    text = ' ["a", {"b": [1]}, 5, 1.0, true, null, [2], "[3]"] '
    assert messages(kind, TypedData(data_kind, text)) == [
        *(b"a", b'{\n  "b": [\n    1\n  ]\n}', b"5", b"1", b"True", b"", b"[\n  2\n]", b"[3]"),
    ]


@pytest.mark.parametrize(
    ("kind", "data", "expected"),
    [
        ("queue", TypedData(None, None), []),
        ("queue", TypedData("json", "[]"), []),
        ("queue", TypedData("string", "['a', // c\n 'b']"), [b"a", b"b"]),
        ("queue", TypedData("string", "[no json]"), [b"[no json]"]),
        ("queue", TypedData("string", '{"a": [1]}'), [b'{"a": [1]}']),
        ("queue", TypedData("string", "[1] and more"), [b"[1] and more"]),
        ("queue", TypedData("bytes", b"[1, 2]"), [b"[1, 2]"]),
        ("blob", TypedData("string", "[1, 2]"), [b"[1, 2]"]),
        ("queue", TypedData("int", 7), [b"7"]),
    ],
)
def test_messages(kind: str, data: TypedData, expected: list[bytes]) -> None:
    assert messages(kind, data) == expected


@given(st.lists(st.text() | st.dictionaries(st.text(), st.integers() | st.text())))
def test_as_many_messages_as_items(items: list[Any]) -> None:
    found = output("out", "queue", None, TypedData("json", json.dumps(items))).messages
    assert [m.text if isinstance(item, str) else m.json() for m, item in zip(found, items, strict=True)] == items


def test_output_and_message() -> None:
    receipt = output("receipt", "queue", {"a": 1}, TypedData("string", '[{"a": 1}]'))
    assert receipt.text == '[{"a": 1}]'
    assert receipt.json() == [{"a": 1}]
    assert receipt.messages[0].json() == {"a": 1}
    assert receipt.messages[0].text == '{\n  "a": 1\n}'
    assert repr(receipt) == "<Output receipt (queue): {'a': 1}>"
    with pytest.raises(ValueError, match="Expecting value"):
        output("x", "queue", "x", TypedData("string", "x")).json()


def test_outputs() -> None:
    one = output("receipt", "queue", "x", TypedData("string", "x"))
    outputs = Outputs("F", {"receipt": one}, {"receipt": None, "archive": None})
    assert outputs["receipt"] is one
    assert list(outputs) == ["receipt"]
    assert len(outputs) == 1
    assert "archive" not in outputs
    assert outputs.get("archive") is None
    assert repr(outputs) == "{'receipt': 'x'}"
    with pytest.raises(KeyError) as caught:
        outputs["archive"]
    assert isinstance(caught.value, BindingError)
    assert isinstance(caught.value, OutputNotSet)
    assert caught.value.problem == "the output 'archive' was not set. Outputs that it set: receipt."
    with pytest.raises(OutputNotSet, match="Did you mean 'archive'"):
        outputs["archiv"]


# What is lost


def loss(kind: str, value: Any) -> str | None:
    """The rule that an output of this value breaks, with the SDK's own conversion in between."""
    converters = Converters()
    target = function("queueTrigger", {"type": kind, "name": "out", "direction": "out"})
    error = find_loss(target, "out", kind, BUILT_IN.find(kind.lower()), value, converters.encode(kind, value, None))
    if error is None:
        return None
    assert str(error)
    assert error.function == "F"
    assert error.location is not None
    return error.rule


@pytest.mark.parametrize(
    ("kind", "value", "rule"),
    [
        ("queue", {"a": 1}, "output-keys-only"),
        ("queue", {}, "output-keys-only"),
        ("eventGrid", {"a": 1, "b": 2}, "output-keys-only"),
        ("eventHub", {"a": 1}, "output-dropped"),
        ("eventHub", 1.5, "output-dropped"),
        ("eventHub", object(), "output-dropped"),
        ("queue", func.QueueMessage(body=b"x"), "output-enveloped"),
        ("table", True, "output-number"),
        ("blob", "x", None),
        ("queue", "x", None),
        ("queue", '["a"]', None),
        ("queue", b"x", None),
        ("queue", ["a", "b"], None),
        ("queue", [], None),
        ("eventHub", ["a"], None),
        ("eventHub", 7, None),
        ("eventHub", None, None),
        ("table", {"a": 1}, None),
        ("table", ["a"], None),
        ("table", "x", None),
        ("cosmosDB", func.Document.from_dict({"a": 1}), None),
        ("cosmosDB", func.DocumentList([func.Document.from_dict({"a": 1})]), None),
        ("sql", func.SqlRow.from_dict({"a": 1}), None),
    ],
)
def test_loss(kind: str, value: Any, rule: str | None) -> None:
    assert loss(kind, value) == rule


@pytest.mark.parametrize(
    ("kind", "value", "data", "rule"),
    [
        ("mcpToolTrigger", {"a": 1}, TypedData("string", "{'a': 1}"), "output-repr"),
        ("mcpToolTrigger", (1, 2), TypedData("string", "(1, 2)"), "output-repr"),
        ("mcpToolTrigger", "{'a': 1}", TypedData("string", "{'a': 1}"), None),
        ("connectorTrigger", {"a": 1}, TypedData("string", '{"a": 1}'), None),
        ("blob", 7, TypedData("int", 7), "output-number"),
        ("Blob", 7.5, TypedData("double", 7.5), "output-number"),
        ("queue", 7, TypedData("int", 7), None),
        ("queue", "x", TypedData(None, None), "output-dropped"),
        ("queue", None, TypedData(None, None), None),
        ("queue", None, None, None),
    ],
)
def test_loss_on_the_wire(kind: str, value: Any, data: TypedData | None, rule: str | None) -> None:
    error = find_loss(function("queueTrigger"), "$return", kind, BUILT_IN.find(kind.lower()), value, data)
    assert (None if error is None else error.rule) == rule
