"""What main() gets for which typed data."""

from __future__ import annotations

from pytest_azfunc.rpc import TypedData
from tests.conformance.apps import Call, Case
from tests.conformance.typed import (
    BLOB_METADATA,
    CLOUD_EVENT,
    EMPTY,
    EVENT_GRID,
    EVENT_HUB_BATCH,
    EVENT_HUB_METADATA,
    KAFKA_BATCH,
    QUEUE_METADATA,
    SERVICE_BUS_BATCH,
    SERVICE_BUS_METADATA,
    TIMER,
    as_json,
    blobs,
    call,
    http,
    json,
    numbers,
    raw,
    string,
    strings,
)
from tests.host.occasions import function, input_data

# One of every kind, for the question which of them a binding takes.
_EVERY_KIND = [
    call(data)
    for data in (
        string("text"),
        string(""),
        string('{"a": [1, 2]}'),
        raw(b"\x00\xff"),
        raw(b""),
        json('{"a": 1}'),
        json("[1]"),
        json("null"),
        json("not json"),
        http(),
        TypedData("int", 5),
        TypedData("double", 1.5),
        strings("a", "b"),
        strings(),
        blobs(b"a", b"\xff"),
        numbers(1, -2),
        TypedData("collection_double", [1.5]),
        EMPTY,
        None,
    )
]

# A reference to an object in the place of its content. Bindings that pass on whatever they get are not asked: they
# would hand over protobuf's own object.
_DEFERRED = TypedData("model_binding_data", {"version": "1.0", "source": "AzureStorageBlobs"})
_PASS_ANYTHING_ON = ("mcpToolTrigger", "mcpResourceTrigger", "connectorTrigger")

# Binding type | annotation
_EVERY_BINDING = """
httpTrigger | func.HttpRequest
httpTrigger | str
timerTrigger | func.TimerRequest
timerTrigger | str
queueTrigger | func.QueueMessage
queueTrigger | str
queueTrigger |
blobTrigger | func.InputStream
blobTrigger | bytes
eventGridTrigger | func.EventGridEvent
eventHubTrigger | func.EventHubEvent
serviceBusTrigger | func.ServiceBusMessage
serviceBusTrigger | str
cosmosDBTrigger | func.DocumentList
kafkaTrigger | func.KafkaEvent
sqlTrigger |
sqlTrigger | str
mysqlTrigger | func.MySqlRowList
activityTrigger | str
activityTrigger | int
activityTrigger |
orchestrationTrigger | func.OrchestrationContext
entityTrigger | func.EntityContext
warmupTrigger | WarmUpContext
warmupTrigger |
mcpToolTrigger | str
mcpResourceTrigger |
mcpPromptTrigger |
connectorTrigger | dict
daprTopicTrigger | str
signalRTrigger |
"""


def _every_binding() -> list[Case]:
    cases = []
    for line in _EVERY_BINDING.strip().splitlines():
        kind, annotation = (part.strip() for part in line.split("|"))
        parameter = f"x: {annotation}" if annotation else "x"
        script = f"def main({parameter}):\n    tell(x)\n"
        calls = _EVERY_KIND if kind in _PASS_ANYTHING_ON else [*_EVERY_KIND, call(_DEFERRED)]
        cases.append(Case(f"every kind to {kind} as {annotation or 'anything'}", [f"in {kind} x"], script, calls))
    return cases


def _second_inputs() -> list[Case]:
    """An input beside the trigger: only ``blob`` is given the trigger's metadata, too."""
    cases = []
    for kind, annotation in [
        ("blob", "func.InputStream"),
        ("blob", "str"),
        ("cosmosDB", "func.DocumentList"),
        ("sql", "func.SqlRowList"),
        ("mysql", "func.MySqlRowList"),
        ("table", "str"),
        ("durableClient", "str"),
        ("signalRConnectionInfo", "bytes"),
        ("daprState", ""),
    ]:
        parameter = f"y: {annotation}" if annotation else "y"
        calls = [Call({"x": string("m"), "y": data.inputs["x"]}, QUEUE_METADATA) for data in _EVERY_KIND] + [
            Call({"x": string("m")})
        ]
        script = f"def main(x: str, {parameter}):\n    tell(x, y)\n"
        name = f"second input {kind} {annotation}"
        cases.append(Case(name, ["in queueTrigger x", f"in {kind} y"], script, calls))
    return cases


_FULL = [
    Case(
        "a full HTTP request",
        ["in httpTrigger x"],
        """
        def main(x: func.HttpRequest):
            tell(x)
            tell(x.headers["X-ONE"], x.headers.get("none"), "x-two" in x.headers, x.params.get("q"))
            tell([(file.filename, file.stream.read()) for file in x.files.values()], dict(x.form))
        """,
        [
            call(
                http(
                    "POST",
                    "http://localhost/api/f/7?q=1,2&e=%C3%A9",
                    headers={"x-one": "1", "X-Two": "zwei", "content-type": content_type, "cookie": "a=b"},
                    params={"id": "7"},
                    query={"q": "1,2", "e": "é"},
                    body=body,
                ),
                Query=as_json({"q": "2"}),
                id=string("7"),
            )
            for content_type, body in [
                ("application/json", raw(b'{"a": "\xc3\xa9"}')),
                ("application/json", string('{"a": 1}')),
                ("application/json", json('{"a": 1}')),
                ("application/json", raw(b"\xff")),
                ("application/x-www-form-urlencoded", raw(b"a=1&b=2&b=3")),
                (
                    "multipart/form-data; boundary=xx",
                    raw(
                        b'--xx\r\nContent-Disposition: form-data; name="f"; filename="n.txt"\r\n\r\nhello\r\n--xx--\r\n'
                    ),
                ),
                ("text/plain", None),
                ("text/plain", EMPTY),
                ("text/plain", raw(b"")),
                ("text/plain", TypedData("int", 1)),
                ("text/plain", strings("a")),
                ("text/plain", http()),
            ]
        ],
    ),
    Case(
        "a full queue message",
        ["in queueTrigger x"],
        "def main(x: func.QueueMessage): tell(x)\n",
        [call(string('{"id": 7}'), **QUEUE_METADATA), call(raw(b"\xff"), **QUEUE_METADATA)],
    ),
    Case(
        "queue metadata of odd forms",
        ["in queueTrigger x"],
        "def main(x: func.QueueMessage): tell(x)\n",
        [
            call(string("m"), **{**QUEUE_METADATA, key: value})
            for key, value in [
                ("Id", json("7")),
                ("Id", json('{"a": 1}')),
                ("Id", EMPTY),
                ("Id", raw(b"x")),
                ("Id", TypedData("int", 1)),
                ("Id", TypedData("double", 1.0)),
                ("Id", TypedData("collection_double", [1.0])),
                ("DequeueCount", string("3")),
                ("DequeueCount", string("x")),
                ("DequeueCount", json("2.7")),
                ("DequeueCount", json("true")),
                ("DequeueCount", json("[1]")),
                ("InsertionTime", string("2024-01-02T03:04:05Z")),
                ("InsertionTime", string("2024-01-02T03:04:05.1234567+00:00")),
                ("InsertionTime", string("2024-01-02T03:04:05+01:00")),
                ("InsertionTime", string("2024-01-02T03:04:05")),
                ("InsertionTime", string("01/02/2024 03:04:05")),
                ("InsertionTime", string("01/02/2024 03:04:05Z")),
                ("InsertionTime", string("")),
                ("InsertionTime", string("yesterday")),
                ("dequeueCount", json("9")),
                ("unheard of", TypedData("int", 1)),
            ]
        ],
    ),
    Case(
        "a collection where the metadata should hold a text",
        ["in queueTrigger x"],
        "def main(x: func.QueueMessage): tell(x.id)\n",
        [call(string("m"), Id=strings("a"))],
        differs={"logs": "the SDK makes a text of it with str(), which in Azure is protobuf's text format"},
    ),
    Case(
        "metadata that nobody decodes",
        ["in queueTrigger x"],
        "def main(x: str): tell(x)\n",
        [call(string("m"), Id=TypedData("int", 1)), call(string("m"), **QUEUE_METADATA)],
    ),
    Case(
        "metadata with a blob input",
        ["in queueTrigger x", "in blob y"],
        "def main(x: str, y: func.InputStream): tell(y)\n",
        [
            Call({"x": string("m"), "y": string("é")}, QUEUE_METADATA),
            Call({"x": string("m"), "y": string("b")}, BLOB_METADATA),
            Call({"x": string("m"), "y": string("b")}, {"Properties": string("abc")}),
            Call({"x": string("m"), "y": None}, {"Id": TypedData("int", 1)}),
        ],
    ),
    Case(
        "a full blob",
        ["in blobTrigger x", "in blob y"],
        """
        def main(x: func.InputStream, y: func.InputStream):
            tell(x.read(2), x.read1(1), x.read(), x.readable(), x.seekable(), x.writable(), x, y)
        """,
        [Call({"x": raw(b"hello"), "y": string("other")}, BLOB_METADATA)],
    ),
    Case(
        "blob metadata of odd forms",
        ["in blobTrigger x"],
        "def main(x: func.InputStream): tell(x)\n",
        [
            call(raw(b"b"), **{**BLOB_METADATA, key: value})
            for key, value in [
                ("Properties", json("null")),
                ("Properties", json("[]")),
                ("Properties", as_json({"Length": "12"})),
                ("Properties", as_json({"ContentLength": "x"})),
                ("Metadata", string("{}")),
                ("Metadata", json("[1]")),
                ("Uri", string("u")),
                ("BlobTrigger", json("7")),
            ]
        ],
    ),
    Case(
        "timers",
        ["in timerTrigger x"],
        "def main(x: func.TimerRequest): tell(x)\n",
        [
            call(as_json({"IsPastDue": True, "ScheduleStatus": {"Last": "a", "Next": "b", "LastUpdated": "c"}})),
            call(as_json({"isPastDue": True})),
            call(as_json({})),
            call(as_json([])),
            call(json("{")),
            call(
                as_json({"Schedule": {"AdjustForDST": False}, "ScheduleStatus": {}, "IsPastDue": 1}),
                TimerTrigger=string("t"),
            ),
        ],
    ),
    Case(
        "event grid events",
        ["in eventGridTrigger x"],
        "def main(x: func.EventGridEvent): tell(x)\n",
        [
            call(as_json(EVENT_GRID), data=as_json({"n": 1})),
            call(as_json(CLOUD_EVENT)),
            call(as_json({**EVENT_GRID, "eventTime": "2024-01-02T03:04:05+02:00"})),
            call(as_json({**CLOUD_EVENT, "self": 1})),
            call(as_json([EVENT_GRID])),
        ],
    ),
    Case("event grid as str", ["in eventGridTrigger x"], "def main(x: str): tell(x)\n", [call(as_json(EVENT_GRID))]),
    Case(
        "event hub, one",
        ["in eventHubTrigger x"],
        "def main(x: func.EventHubEvent): tell(x)\n",
        [
            call(data, **EVENT_HUB_METADATA)
            for data in (string("a"), raw(b"\xff"), json('{"a":1}'), strings("a"), EMPTY)
        ],
    ),
    Case(
        "event hub, many",
        ["in eventHubTrigger x"],
        "def main(x: typing.List[func.EventHubEvent]): tell(x)\n",
        [
            call(data, **EVENT_HUB_BATCH)
            for data in (strings("a", "b"), blobs(b"a", b"b"), json('[{"a":1}, "x"]'), strings("a"), string("a"), EMPTY)
        ],
    ),
    Case(
        "service bus, one",
        ["in serviceBusTrigger x"],
        "def main(x: func.ServiceBusMessage): tell(x)\n",
        [
            call(data, **SERVICE_BUS_METADATA)
            for data in (string("a"), raw(b"\xff"), json("{}"), strings("a"), EMPTY, None)
        ],
    ),
    Case(
        "service bus, many",
        ["in serviceBusTrigger x"],
        "def main(x: typing.List[func.ServiceBusMessage]): tell(x)\n",
        [
            call(data, **SERVICE_BUS_BATCH)
            for data in (
                strings("a", "b"),
                blobs(b"a", b"b"),
                json('["a", {"b": 1}]'),
                strings("a"),
                string("a"),
                EMPTY,
            )
        ],
    ),
    Case(
        "kafka",
        ["in kafkaTrigger x"],
        "def main(x): tell(x)\n",
        [
            call(
                string('{"Value":"v"}'),
                Key=string("k"),
                Partition=json("1"),
                Offset=json("2"),
                Topic=string("t"),
                Timestamp=json('"2024-01-02T03:04:05Z"'),
                Headers=as_json([{"Key": "h", "Value": "dg=="}]),
            ),
            call(raw(b"v"), Key=raw(b"k")),
            call(strings("a", "b"), **KAFKA_BATCH),
            call(blobs(b"a", b"b"), **KAFKA_BATCH),
            call(json('["a", "b"]'), **KAFKA_BATCH),
            call(strings("a", "b"), TopicArray=strings("t", "t")),
        ],
    ),
    Case(
        "cosmos documents",
        ["in timerTrigger x", "in cosmosDB y"],
        "def main(x, y: func.DocumentList): tell(y)\n",
        [
            Call({"x": TIMER, "y": data})
            for data in (
                json('[{"id": "1"}, null]'),
                string('{"id": "1"}'),
                raw(b'[{"id": "1"}]'),
                json("null"),
                json("5"),
                EMPTY,
            )
        ],
    ),
    Case(
        "sql rows",
        ["in timerTrigger x", "in sql y"],
        "def main(x, y: func.SqlRowList): tell(y)\n",
        [
            Call({"x": TIMER, "y": data})
            for data in (string('[{"Id": 1}]'), json('{"Id": 1}'), string("null"), string(""))
        ],
    ),
    Case(
        "activity inputs",
        ["in activityTrigger x"],
        """
        def main(x): tell(x)
        main.__annotations__ = {}
        """,
        [call(string(text)) for text in ('"a"', "1", "1.5", "null", "NaN", "True", "abc", "", "[1]", '{"a": 1}')],
    ),
    Case(
        "durable client",
        ["in httpTrigger x", "in durableClient y"],
        "def main(x, y: str): tell(y)\n",
        [Call({"x": http(), "y": string('{"taskHubName": "t"}')})],
    ),
    Case(
        "orchestration and entity",
        ["in orchestrationTrigger x"],
        "def main(x: func.OrchestrationContext): tell(x)\n",
        [call(string('{"history": []}'), isReplaying=string("True"))],
    ),
    Case(
        "prompt",
        ["in mcpPromptTrigger x"],
        "def main(x): tell(x)\n",
        [call(string('{"name": "n", "arguments": {"a": "1"}, "sessionid": "s"}')), call(string("{")), call(json("{}"))],
    ),
]


def _tables() -> list[Case]:
    """Entities as the host has made typed data of a test's."""
    calls = []
    for keys in ({}, {"partitionKey": "p"}, {"partitionKey": "p", "rowKey": "r"}):
        table = function("queueTrigger", {"type": "table", "name": "y", "tableName": "t", **keys}).bindings["y"]
        for rows in (None, [], {"RowKey": "r"}, [{"RowKey": "r"}, {"Name": "é", "n": 1.5, "none": None}]):
            data = input_data(table, rows)
            assert isinstance(data, TypedData)
            calls.append(Call({"x": string("m"), "y": data}))
    return [
        Case(
            f"entities of a table{annotation}",
            ["in queueTrigger x", "in table y"],
            f"def main(x: str, y{annotation}): tell(type(y), y, json.loads(y))\n",
            calls,
        )
        for annotation in ("", ": str", ": bytes")
    ]


_REQUESTS = [
    Case(
        "an input is missing",
        ["in queueTrigger x", "in table y"],
        "def main(x: str, y: str): tell(x, y)\n",
        [Call({"x": string("m")}), Call({"y": string("m")}), Call()],
    ),
    Case(
        "a default for a missing input",
        ["in queueTrigger x", "in table y"],
        "def main(x: str, y: str = 'd'): tell(x, y)\n",
        [Call({"x": string("m")}), Call({"x": string("m"), "y": EMPTY})],
    ),
    Case(
        "an input that is not bound",
        ["in queueTrigger x", "out queue y"],
        "def main(x: str, y: func.Out[str]): tell(x)\n",
        [
            Call({"x": string("m"), "z": string("m")}),
            Call({"x": string("m"), "y": string("m")}),
            Call({"x": string("m"), "context": string("m")}),
            Call({"X": string("m")}),
            Call({"x": string("m"), "$return": EMPTY}),
        ],
    ),
    Case("a parameter without data", ["in queueTrigger x"], "def main(x: str = 'd'): tell(x)\n", [call(None), Call()]),
    Case(
        "text beyond ASCII",
        ["in queueTrigger x"],
        "def main(x: str): tell(x, len(x))\n",
        [call(string("é \U0001f600 \x00 \n"))],
    ),
]

CASES = [*_every_binding(), *_second_inputs(), *_FULL, *_tables(), *_REQUESTS]
