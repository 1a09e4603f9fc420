"""What the host does with what a function returns and sets: who takes it, and which output fails the call."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from pytest_azfunc import Host
from pytest_azfunc.errors import BindingError, LossyOutputError
from tests.function_app import FunctionApp, http_out, http_trigger, queue_out, queue_trigger, timer_trigger

TABLE_IN = {"type": "table", "direction": "in", "name": "rows", "tableName": "t", "connection": "C"}
TABLE_OUT = {"type": "table", "direction": "out", "name": "row", "tableName": "t", "connection": "C"}
BLOB_OUT = {"type": "blob", "direction": "out", "name": "copy", "path": "c/b", "connection": "C"}
ACTIVITY = {"type": "activityTrigger", "direction": "in", "name": "t"}
OWN_TRIGGER = {"type": "rabbitMQTrigger", "direction": "in", "name": "t", "queueName": "q"}
VALUES = {
    "object": {"jobs": "a", "copy": {"b": ["ä"]}, "other": 1},
    "case": {"Jobs": "a", "COPY": "b"},
    "null": {"jobs": None, "copy": None},
    "scalars": {"jobs": 7, "copy": 1.5},
    "bool": {"jobs": True, "copy": "true"},
    "list": ["jobs"],
    "text": json.dumps({"jobs": "a"}),
    "bytes": b'{"jobs": "a"}',
    "number": 7,
    "true": True,
    "array": {"jobs": ["a", "b"]},
    "big": {"jobs": 2**70},
}


def script(parameters: str, key: str) -> str:
    return f"VALUES = {VALUES!r}\ndef main({parameters}): return VALUES[{key}]\n"


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    app = FunctionApp(tmp_path_factory.mktemp("outputs"))
    outputs = queue_out("jobs", "jobs"), BLOB_OUT
    app.function("Queue", script("t: str, rows, jobs, copy", "t"), queue_trigger("t"), TABLE_IN, *outputs)
    app.function("Activity", script("t, jobs, copy", "t"), ACTIVITY, *outputs)
    app.function("Rabbit", script("t, jobs, copy", "t"), OWN_TRIGGER, *outputs)
    app.function(
        "Web",
        script("req, rows, jobs, copy, res", "req.params['v']"),
        http_trigger(),
        TABLE_IN,
        *outputs,
        http_out("res"),
    )
    app.function("Bound", script("t: str, rows", "t"), queue_trigger("t"), TABLE_IN, queue_out("$return", "q"))
    app.function("Both", "def main(t: str, rows, jobs):\n    jobs.set('set')\n    return {'jobs': 'returned'}", queue_trigger("t"), TABLE_IN, queue_out("jobs", "q"))  # fmt: skip
    app.function("Answer", "def main(req, rows, res): return {'res': {'body': {'a': 1}, 'status': 201}}", http_trigger(), TABLE_IN, http_out("res"))  # fmt: skip
    app.function("Timer", "def main(timer, rows): return 'anything'", timer_trigger(), TABLE_IN)
    return app.root


# A returned object fills outputs


@pytest.mark.parametrize("function", ["Queue", "Activity"])
@pytest.mark.parametrize(
    ("value", "filled"),
    [
        ("object", {"jobs": b"a", "copy": '{"b":["ä"]}'.encode()}),
        ("case", {}),
        ("null", {}),
        ("scalars", {"jobs": b"7", "copy": b"\0\0\0\0\0\0\xf8?"}),
        ("bool", {"jobs": b"True", "copy": b"true"}),
        ("list", {}),
        ("text", {}),
        ("number", {}),
        ("true", {}),
        ("array", {"jobs": b'["a","b"]'}),
        ("big", {"jobs": b"1180591620717411303424"}),
    ],
)
@pytest.mark.filterwarnings("ignore:azure.functions df_:DeprecationWarning")
def test_a_returned_object_fills_outputs(root: Path, function: str, value: str, filled: dict[str, bytes]) -> None:
    with Host.open(root, strict=False) as host:  # raw bytes of a number, in a blob, are a loss
        result = host.invoke(function, value)
        taken = {name: output.body for name, output in result.outputs.items() if name != "$return"}
        assert taken == filled
        assert ("$return" in result.outputs) == (function == "Activity")  # an activity's value goes to its orchestrator
        assert result.return_value == VALUES[value]


def test_what_fills_an_output_is_its_value(root: Path) -> None:
    with Host.open(root) as host:
        outputs = host.invoke("Queue", "object").outputs
        assert list(outputs) == ["jobs", "copy"]
        assert outputs["copy"].value == {"b": ["ä"]}
        assert [m.text for m in host.invoke("Queue", "array").outputs["jobs"].messages] == ["a", "b"]


def test_a_returned_object_wins_over_what_was_set(root: Path) -> None:
    with Host.open(root) as host:
        assert host.invoke("Both", "x").outputs["jobs"].text == "returned"


def test_with_a_return_binding_it_fills_nothing(root: Path) -> None:
    with Host.open(root, strict=False) as host:
        outputs = host.invoke("Bound", "object").outputs
        assert (list(outputs), outputs["$return"].json()) == (["$return"], ["jobs", "copy", "other"])


@pytest.mark.parametrize("function", ["Timer"])
def test_a_value_that_nobody_takes(root: Path, function: str) -> None:
    with Host.open(root) as host:
        result = host.invoke(function)
        assert (result.ok, dict(result.outputs), result.return_value) == (True, {}, "anything")


# It answers over HTTP


@pytest.mark.parametrize(
    ("value", "kind", "text"),
    [
        ("text", "text/plain; charset=utf-8", '{"jobs": "a"}'),
        ("list", "application/json; charset=utf-8", '["jobs"]'),
        ("number", "application/json; charset=utf-8", "7"),
        ("bytes", "application/json; charset=utf-8", '"eyJqb2JzIjogImEifQ=="'),
        ("array", "text/plain; charset=utf-8", '{\n  "jobs": [\n    "a",\n    "b"\n  ]\n}'),
    ],
)
def test_http_answers_with_what_it_returns_to_nobody(root: Path, value: str, kind: str, text: str) -> None:
    with Host.open(root) as host:
        response = host.http.get(f"/api/Web?v={value}")
        assert (response.status_code, response.headers["Content-Type"], response.text) == (200, kind, text)


def test_a_returned_object_may_fill_the_http_output(root: Path) -> None:
    with Host.open(root) as host:
        response = host.http.get("/api/Answer")
        assert (response.status_code, response.text) == (201, '{"a":1}')
        assert host.invoke("Answer").status_code == 201


@pytest.mark.parametrize("return_type", ["queue", "blob", "eventHub", "serviceBus", "eventGrid", "table"])
@pytest.mark.parametrize("outputs", [[], [http_out("res")]])
def test_http_answers_with_what_another_binding_gets(tmp_path: Path, return_type: str, outputs: list[Any]) -> None:
    event = '"id": "1", "subject": "s", "eventType": "t", "dataVersion": "1"'
    text = '{"body": "x", "PartitionKey": "p", "RowKey": "r", ' + event + "}"
    app = FunctionApp(tmp_path)
    returned = {"type": return_type, "direction": "out", "name": "$return", "queueName": "q", "path": "c/b"}
    for name, value in {"Text": text, "Nothing": None}.items():
        parameters = ", ".join(["req", *("res" for _ in outputs)])
        app.function(name, f"def main({parameters}): return {value!r}", http_trigger(), returned, *outputs)
    with Host.open(app.root) as host:
        response = host.http.get("/api/Text")
        assert (response.status_code, response.text) == (200, text)
        assert response.headers["Content-Type"] == "text/plain; charset=utf-8"
        assert host.invoke("Text").outputs["$return"].text == text
        if return_type in ("eventHub", "table"):  # these take None; all others fail on it
            assert host.http.get("/api/Nothing").status_code == 204


def test_an_http_output_that_is_set_wins(tmp_path: Path) -> None:
    app = FunctionApp(tmp_path)
    code = "def main(req, res):\n    res.set('set')\n    return 'returned'"
    app.function("Set", code, http_trigger(), queue_out("$return", "q"), http_out("res"))
    with Host.open(app.root) as host:
        response = host.http.get("/api/Set")
        assert (response.text, response.invocation and response.invocation.outputs["$return"].text) == (
            "set",
            "returned",
        )


# Entities that the table's extension cannot write

BOTH = {"PartitionKey": "p", "RowKey": "r"}


def table_app(tmp_path: Path, **keys: str) -> FunctionApp:
    app = FunctionApp(tmp_path)
    code = "import json\ndef main(t: str, row): row.set(eval(t))"
    app.function("Write", code, queue_trigger("t"), {**TABLE_OUT, **keys})
    app.function("Web", "def main(req, row):\n    row.set('{}')\n    return 'ok'", http_trigger(), {**TABLE_OUT, **keys}, http_out())  # fmt: skip
    app.function("Returns", "import json\ndef main(t: str): return eval(t)", queue_trigger("t"), {**TABLE_OUT, **keys, "name": "$return"})  # fmt: skip
    return app


@pytest.mark.parametrize("function", ["Write", "Returns"])
@pytest.mark.parametrize("dumps", ["json.dumps({})", "{}"])
@pytest.mark.parametrize(
    "value",
    [
        BOTH,
        {"partitionkey": "p", "ROWKEY": "r", "Name": "x"},
        [BOTH, {**BOTH, "RowKey": "s", "n": 1.5, "b": True, "none": None}],
        [],
        {"PartitionKey": 5, "RowKey": "", "Name": "x"},
        {"PartitionKey": "ä b", "RowKey": "a-b_c.d|e"},
    ],
)
def test_entities(tmp_path: Path, function: str, dumps: str, value: object) -> None:
    with Host.open(table_app(tmp_path).root) as host:
        result = host.invoke(function, dumps.format(repr(value)))
        assert result.outputs["row" if function == "Write" else "$return"].json() == value


@pytest.mark.parametrize(
    ("keys", "entity"),
    [
        ({"partitionKey": "p", "rowKey": "r"}, {}),
        ({"partitionKey": "p"}, {"RowKey": "r"}),
        ({"rowKey": "{rand-guid}"}, {"PartitionKey": "p"}),
        ({"PARTITIONKEY": "p", "rowkey": "%ROW%"}, {"Name": "x"}),
        ({"partitionKey": "", "rowKey": "r"}, {}),
        ({"partitionKey": "p", "rowKey": "r"}, {**BOTH}),
    ],
)
def test_the_binding_may_have_the_keys(tmp_path: Path, keys: dict[str, str], entity: dict[str, str]) -> None:
    with Host.open(table_app(tmp_path, **keys).root, settings={"ROW": "r"}) as host:
        assert host.invoke("Write", repr(json.dumps(entity))).outputs["row"].json() == entity


NO_ENTITY = "table-entity"


@pytest.mark.parametrize("function", ["Write", "Returns"])
@pytest.mark.parametrize(
    ("keys", "value", "rule", "said"),
    [
        ({}, "'{}'", "table-keys-missing", "without PartitionKey and RowKey"),
        ({}, "{'Name': 'x'}", "table-keys-missing", "without PartitionKey and RowKey"),
        ({"partitionKey": "p"}, "'{}'", "table-keys-missing", "without RowKey"),
        ({"rowKey": "r"}, "'{}'", "table-keys-missing", "without PartitionKey"),
        ({"partitionKey": "p", "rowKey": "r"}, "{'RowKey': None}", "table-keys-missing", "without RowKey"),
        ({}, "json.dumps([{'PartitionKey': 'p', 'RowKey': 'r'}, {'PartitionKey': 'p'}])", "table-keys-missing", "without RowKey"),
        ({}, "{'PartitionKey': 'a/b', 'RowKey': 'r'}", "table-key", "whose PartitionKey is 'a/b'"),
        ({}, "{'PartitionKey': 'p', 'RowKey': 'a#b'}", "table-key", "whose RowKey is 'a#b'"),
        ({}, "{'PartitionKey': 'p', 'RowKey': 'a?'}", "table-key", "whose RowKey is 'a?'"),
        ({}, "{'PartitionKey': 'p', 'rowkey': 'a\\\\b'}", "table-key", "whose RowKey is "),
        ({}, "{'PartitionKey': 'p', 'RowKey': 'a\\tb'}", "table-key", "whose RowKey is "),
        ({}, "{'PartitionKey': 'p', 'RowKey': 'a\\x85b'}", "table-key", "whose RowKey is "),
        ({}, "{'PartitionKey': 'p', 'RowKey': 'r', 'tags': ['a']}", NO_ENTITY, "an entity whose 'tags' is a list"),
        ({}, "{'PartitionKey': 'p', 'RowKey': 'r', 'o': {}}", NO_ENTITY, "an entity whose 'o' is a dict"),
        ({}, "{'PartitionKey': {}, 'RowKey': 'r'}", NO_ENTITY, "an entity whose PartitionKey is a dict"),
        ({}, "{'PartitionKey': 'p', 'partitionKey': 'p', 'RowKey': 'r'}", NO_ENTITY, "an entity with both"),
        ({}, "'no json'", NO_ENTITY, "a str that is no JSON object"),
        ({}, "''", NO_ENTITY, "a str that is no JSON object"),
        ({}, "b'{}'", NO_ENTITY, "bytes that is no JSON object"),
        ({}, "7", NO_ENTITY, "an int that is no JSON object"),
        ({}, "['a']", NO_ENTITY, "'a', which is no JSON object"),
        ({}, "'[null]'", NO_ENTITY, "None, which is no JSON object"),
        ({}, "'5'", NO_ENTITY, "5, which is no JSON object"),
    ],
)  # fmt: skip
def test_entities_that_fail_the_call(
    tmp_path: Path, keys: dict[str, str], value: str, rule: str, said: str, function: str
) -> None:
    with Host.open(table_app(tmp_path, **keys).root) as host:
        with pytest.raises(BindingError) as caught:
            host.invoke(function, value)
        error = caught.value
        name = "row" if function == "Write" else "$return"
        assert (error.rule, error.function, error.binding) == (rule, function, name)
        assert said in error.problem
        assert error.location is not None
        result = host.invoke(function, value, check=False)
        assert (result.ok, type(result.exception)) == (False, BindingError)


@pytest.mark.parametrize(
    ("key", "message", "fails"),
    [
        ("{queueTrigger}", "a-b", False),
        ("{queueTrigger}", "a/b", True),
        ("x-{queueTrigger}", "a?", True),
        ("%SECRET%", "x", True),
        ("%HARMLESS%-{queueTrigger}", "x", False),
        ("%SECRET%-{queueTrigger}", "x", True),
        ("a#b", "x", True),
    ],
)
def test_keys_of_the_binding_as_they_come_out(tmp_path: Path, key: str, message: str, fails: bool) -> None:
    app = FunctionApp(tmp_path)
    app.function("Write", "def main(t: str, row): row.set('{}')", queue_trigger("t"), {**TABLE_OUT, "partitionKey": key, "rowKey": "r"})  # fmt: skip
    settings = {"SECRET": "hush/hush", "HARMLESS": "fine"}
    with Host.open(app.root, settings=settings) as host:
        exception = host.invoke("Write", message, check=False).exception
        assert isinstance(exception, BindingError) is fails
        if fails:
            assert isinstance(exception, BindingError)
            assert exception.problem == (
                "the table output 'row' got an entity whose PartitionKey is what the binding says, and no table takes."
            )
            assert "hush" not in str(exception)


def test_over_http_it_is_a_500(tmp_path: Path) -> None:
    with Host.open(table_app(tmp_path).root) as host:
        with pytest.raises(BindingError, match="'' is not a valid value for a partition key or row key"):
            host.http.get("/api/Web")
        host.raise_exceptions = False
        response = host.http.get("/api/Web")
        assert (response.status_code, response.content) == (500, b"")


def test_a_function_that_fails_itself_says_so(tmp_path: Path) -> None:
    app = FunctionApp(tmp_path)
    app.function(
        "Fails", "def main(t: str, row):\n    row.set('{}')\n    raise KeyError(t)", queue_trigger("t"), TABLE_OUT
    )
    with Host.open(app.root) as host, pytest.raises(KeyError):
        host.invoke("Fails", "x")


def test_a_loss_is_told_where_no_output_fails(tmp_path: Path) -> None:
    app = FunctionApp(tmp_path)
    app.function("Lossy", "def main(t: str, jobs, row):\n    row.set(t)\n    jobs.set({'a': 1})", queue_trigger("t"), queue_out("jobs", "q"), TABLE_OUT)  # fmt: skip
    with Host.open(app.root) as host:
        with pytest.raises(LossyOutputError):
            host.invoke("Lossy", json.dumps(BOTH))
        with pytest.raises(BindingError):
            host.invoke("Lossy", "{}")
