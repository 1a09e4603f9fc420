"""What leaves the worker for which value, through ``Out`` parameters and as the return value."""

from __future__ import annotations

from pytest_azfunc.rpc import TypedData
from tests.conformance.apps import Call, Case
from tests.conformance.typed import TIMER, call, http, json, string

# Every one of them is set on, and returned through, every binding type below: each line is a call of its own.
VALUES = r"""
None
""
"text"
"é\U0001f600\x00"
"\ud800"
"[1, 2]"
b""
b"\x00\xff"
bytearray(b"ab")
memoryview(b"ab")
True
False
0
7
-1
2**31
2**63 - 1
2**63
-2**63 - 1
10**400
0.0
1.5
-0.0
nan
inf
1e308
1j
{}
{"a": 1, "b": [1, None, True]}
{"z": "é", "a": nan}
{1: 2}
{(1, 2): 3}
{"a": {1}}
{"a": b"b"}
{"a": "\ud800"}
[]
["a", "b"]
[1, 2]
["a", 1]
["a", None]
[b"a"]
["\ud800"]
[["a"], {"b": 1}]
("a", "b")
{"a"}
frozenset()
range(3)
(c for c in "ab")
(c for c in [1])
iter([])
map(str, [1, 2])
object
len
lambda: 1
...
NotImplemented
ValueError("not raised")
decimal.Decimal("1.5")
datetime.date(2024, 1, 2)
datetime.timedelta(1)
type("Text", (str,), {})("sub")
type("Loud", (str,), {"__str__": lambda self: "LOUD"})("quiet")
type("Raw", (bytes,), {})(b"sub")
type("Map", (dict,), {})(a=1)
type("Items", (list,), {})([1])
type("Number", (int,), {})(3)
type("Fraction", (float,), {})(0.5)
enum.Enum("Plain", "a b").a
enum.IntEnum("Count", "a b").b
enum.StrEnum("Word", "a b").b
collections.OrderedDict(b=1, a=2)
collections.Counter("aab")
collections.defaultdict(list, a=[1])
collections.deque(["a"])
collections.UserString("u")
collections.UserDict(a=1)
collections.UserList(["a"])
collections.namedtuple("P", "x y")("1", "2")
io.BytesIO(b"stream")
io.StringIO("stream")
type("Reader", (), {"read": lambda self: 5})()
type("Reader", (), {"read": lambda self: None})()
type("Reader", (), {"read": lambda self, size: b""})()
type("Broken", (), {"__iter__": lambda self: 1 / 0})()
type("Stops", (), {"__iter__": lambda self: next(iter([]))})()
func.HttpResponse("x")
func.QueueMessage(id="1", body=b"b")
func.QueueMessage(id="1", body="text")
func.QueueMessage(body=b"\xff")
func.QueueMessage()
[func.QueueMessage(id="1", body=b"b"), "s"]
func.Document({"id": "1"})
func.Document.from_json('{"id": "1", "n": [1]}')
[func.Document({"id": "1"})]
func.DocumentList([func.Document({"id": "1"})])
func.DocumentList([{"id": "1"}])
func.DocumentList([None])
func.SqlRow({"Id": 1})
func.SqlRowList([func.SqlRow({"Id": 1})])
[func.SqlRow({"Id": 1}), func.SqlRow({"Id": 2})]
func.MySqlRow({"Id": 1})
func.EventGridOutputEvent(id="1", data={"a": 1}, subject="s", event_type="t", event_time=datetime.datetime(2024, 1, 2), data_version="1")
[func.EventGridOutputEvent(id="1", data="d", subject="s", event_type="t", event_time=None, data_version="1")]
func.EventGridOutputEvent(id="1", data={"a": {1}}, subject="s", event_type="t", event_time=None, data_version="1")
func.EventHubEvent(body=b"b")
func.ServiceBusMessage(body=b"b") if hasattr(func, "no_such") else func.TimerRequest
""".strip().splitlines()

_OUTPUTS = (
    "http",
    "queue",
    "blob",
    "eventGrid",
    "eventHub",
    "serviceBus",
    "cosmosDB",
    "sql",
    "mysql",
    "kafka",
    "table",
    "signalR",
    "durableClient",
)

_NUMBERS = [call(string(str(index))) for index in range(len(VALUES))]
_CHOOSE = "VALUES = [\n" + "".join(f"    lambda: {value},\n" for value in VALUES) + "]\n"


def _every_value() -> list[Case]:
    cases = []
    for kind in _OUTPUTS:
        for annotation in ("", ": func.Out[str]", ": func.Out[bytes]"):
            script = f"{_CHOOSE}def main(x: str, y{annotation}): y.set(VALUES[int(x)]())\n"
            cases.append(Case(f"every value set on {kind}{annotation}", _set_on(kind), script, _NUMBERS))
        script = f"{_CHOOSE}def main(x: str): return VALUES[int(x)]()\n"
        cases.append(
            Case(f"every value returned to {kind}", ["in queueTrigger x", f"out {kind} $return"], script, _NUMBERS)
        )
    for trigger in ("activityTrigger", "mcpToolTrigger", "connectorTrigger", "entityTrigger", "orchestrationTrigger"):
        script = f"{_CHOOSE}def main(x): return VALUES[int(x.body if hasattr(x, 'body') else x)]()\n"
        cases.append(Case(f"every value returned by {trigger}", [f"in {trigger} x"], script, _NUMBERS))
    script = f"{_CHOOSE}def main(x: str): return VALUES[int(x)]()\n"
    cases.append(Case("every value returned without a $return", ["in queueTrigger x"], script, _NUMBERS))
    return cases


def _set_on(kind: str) -> list[str]:
    return ["in queueTrigger x", f"out {kind} y"]


def _numbered(number: str) -> TypedData:
    return http(query={"n": number})


# Each is one response; HttpResponse with everything that its constructor takes, and what is done to it afterwards.
_RESPONSES = r"""
func.HttpResponse()
func.HttpResponse("text")
func.HttpResponse("é\U0001f600")
func.HttpResponse("\ud800")
func.HttpResponse(b"\xff")
func.HttpResponse(bytearray(b"a"))
func.HttpResponse(memoryview(b"a"))
func.HttpResponse({"a": 1})
func.HttpResponse(None)
func.HttpResponse("x", status_code=404)
func.HttpResponse("x", status_code="201")
func.HttpResponse("x", status_code=0)
func.HttpResponse("x", status_code=None)
func.HttpResponse("x", status_code=True)
func.HttpResponse("x", status_code=99999)
func.HttpResponse("x", status_code="\ud800")
func.HttpResponse("x", status_code=__import__("http").HTTPStatus.CREATED)
func.HttpResponse("x", mimetype="application/json")
func.HttpResponse("x", mimetype="text/html")
func.HttpResponse("x", mimetype="image/png")
func.HttpResponse("x", mimetype="")
func.HttpResponse("é", charset="latin-1")
func.HttpResponse("é", charset="latin-1", mimetype="application/json")
func.HttpResponse("x", charset="no-such")
func.HttpResponse("x", headers={"X-A": "1", "x-b": "2"})
func.HttpResponse("x", headers={"X-A": "é"})
func.HttpResponse("x", headers={"X-A": "\ud800"})
func.HttpResponse("x", headers={"X-A": 1})
func.HttpResponse("x", headers={"X-A": None})
func.HttpResponse("x", headers={"X-A": b"1"})
func.HttpResponse("x", headers={"X-A": ["1", "2"]})
func.HttpResponse("x", headers=[("X-A", "1"), ("X-A", "2")])
func.HttpResponse("x", headers=[("X-A", "1"), ("x-a", "2")])
func.HttpResponse("x", headers={"content-type": "a/b"})
func.HttpResponse("x", headers={"Content-Type": "a/b", "CONTENT-TYPE": "c/d"})
func.HttpResponse("x", headers={"Set-Cookie": "a=b"})
func.HttpResponse("x", headers={"Set-Cookie": "a=b; Path=/; Domain=x.org; Secure; HttpOnly; SameSite=Lax; Max-Age=60"})
func.HttpResponse("x", headers={"Set-Cookie": "a=b; path=/p; max-age=1.5; samesite=STRICT"})
func.HttpResponse("x", headers={"Set-Cookie": "a=b; SameSite=None"})
func.HttpResponse("x", headers={"Set-Cookie": "a=b; SameSite=Odd"})
func.HttpResponse("x", headers={"Set-Cookie": "a=b; Expires=Thu, 12 Jan 2017 13:55:08 GMT"})
func.HttpResponse("x", headers={"Set-Cookie": "a=b; Expires=Thu, 12-Jan-2017 13:55:08 GMT"})
func.HttpResponse("x", headers={"Set-Cookie": "a=b; Expires=Thursday, 12-Jan-17 13:55:08 GMT"})
func.HttpResponse("x", headers={"Set-Cookie": "a=b; Expires=Thu Jan 12 13:55:08 2017"})
func.HttpResponse("x", headers={"Set-Cookie": "a=b; Expires=2017-01-12T13:55:08Z"})
func.HttpResponse("x", headers={"Set-Cookie": "a=b; Expires=Thu, 12 Jan 2017 13:55:08 UTC"})
func.HttpResponse("x", headers={"Set-Cookie": "a=b; Expires=Thu, 12 Jan 2017 13:55:08 +0000"})
func.HttpResponse("x", headers={"Set-Cookie": "a=b; Expires=Mon, 12 Jan 2017 13:55:08 GMT"})
func.HttpResponse("x", headers={"Set-Cookie": "a=b; Expires=Mon, 01 Jan 0001 00:00:00 GMT"})
func.HttpResponse("x", headers={"Set-Cookie": "a=b; Expires=tomorrow"})
func.HttpResponse("x", headers={"Set-Cookie": "a=b; Expires=Thu, 12 Jan 1960 13:55:08 GMT"})
func.HttpResponse("x", headers={"Set-Cookie": "a=b; Expires=0"})
func.HttpResponse("x", headers={"Set-Cookie": "a=b; Max-Age=0"})
func.HttpResponse("x", headers={"Set-Cookie": "a=b; Max-Age=-1"})
func.HttpResponse("x", headers={"Set-Cookie": "a=b; Max-Age=soon"})
func.HttpResponse("x", headers={"Set-Cookie": "a=b; Max-Age=nan"})
func.HttpResponse("x", headers={"Set-Cookie": "a=b; Max-Age=1e999"})
func.HttpResponse("x", headers={"Set-Cookie": "a=b; Partitioned"})
func.HttpResponse("x", headers={"Set-Cookie": "a=b; Unheard"})
func.HttpResponse("x", headers={"Set-Cookie": "a=b; Comment=c; Version=1"})
func.HttpResponse("x", headers={"Set-Cookie": "a=b; c=d"})
func.HttpResponse("x", headers={"Set-Cookie": "a=\"b c\""})
func.HttpResponse("x", headers={"Set-Cookie": "a=é"})
func.HttpResponse("x", headers={"Set-Cookie": "a"})
func.HttpResponse("x", headers={"Set-Cookie": ""})
func.HttpResponse("x", headers={"Set-Cookie": "=b"})
func.HttpResponse("x", headers={"Set-Cookie": "a=b; Domain"})
func.HttpResponse("x", headers=[("Set-Cookie", "a=b"), ("Set-Cookie", "c=d; Path=/"), ("set-cookie", "a=e")])
""".strip().splitlines()

_RESPONSE_NUMBERS = [Call({"x": http(query={"n": str(index)})}) for index in range(len(_RESPONSES))]
_CHOOSE_RESPONSE = "VALUES = [\n" + "".join(f"    lambda: {value},\n" for value in _RESPONSES) + "]\n"
_WEB = ["in httpTrigger x", "out http $return"]

_HTTP = [
    Case(
        "every response returned",
        _WEB,
        f"{_CHOOSE_RESPONSE}def main(x: func.HttpRequest) -> func.HttpResponse: return VALUES[int(x.params['n'])]()\n",
        _RESPONSE_NUMBERS,
    ),
    Case(
        "every response set",
        ["in httpTrigger x", "out http y"],
        f"{_CHOOSE_RESPONSE}def main(x, y: func.Out[func.HttpResponse]): y.set(VALUES[int(x.params['n'])]())\n",
        _RESPONSE_NUMBERS,
    ),
    Case(
        "a response that is sent twice",
        _WEB,
        """
        R = func.HttpResponse('x', headers={'Set-Cookie': 'a=b'})
        def main(x):
            tell(dict(R.headers))
            return R
        """,
        [call(http()), call(http())],
    ),
    Case(
        "headers added later",
        _WEB,
        """
        def main(x):
            r = func.HttpResponse('x')
            r.headers['X-A'] = '1'
            r.headers.add('Set-Cookie', 'a=b')
            r.headers.add('X-A', '2')
            return r
        """,
        [call(http())],
    ),
    Case(
        "a response subclass",
        _WEB,
        """
        class R(func.HttpResponse):
            @property
            def status_code(self): return 'teapot'
        def main(x): return R('x')
        """,
        [call(http())],
    ),
    Case(
        "body of a response is no bytes",
        _WEB,
        """
        class R(func.HttpResponse):
            def get_body(self): return 'text'
        def main(x): return R('x')
        """,
        [call(http())],
    ),
    Case(
        "a response beside outputs",
        [*_WEB, "out queue q", "out blob b"],
        """
        def main(x, q: func.Out[str], b: func.Out[bytes]):
            q.set('1'); b.set(b'2')
            return func.HttpResponse('x')
        """,
        [call(http())],
    ),
]

_TIMER = "in timerTrigger x"

_SEVERAL = [
    Case("never set", [_TIMER, "out queue y"], "def main(x, y: func.Out[str]): tell(y.get())\n", [call(TIMER)]),
    Case(
        "set twice",
        [_TIMER, "out queue y"],
        "def main(x, y: func.Out[str]): y.set('a'); y.set('b'); tell(y.get())\n",
        [call(TIMER)],
    ),
    Case(
        "set and taken back",
        [_TIMER, "out queue y"],
        "def main(x, y: func.Out[str]): y.set('a'); y.set(None)\n",
        [call(TIMER)],
    ),
    Case("set by keyword", [_TIMER, "out queue y"], "def main(x, y: func.Out[str]): y.set(val='a')\n", [call(TIMER)]),
    Case("set returns None", [_TIMER, "out queue y"], "def main(x, y): tell(y.set('a'))\n", [call(TIMER)]),
    Case(
        "an attribute on the Out",
        [_TIMER, "out queue y"],
        """
        def main(x, y):
            y.note = 1
            tell(y.note)
        """,
        [call(TIMER)],
    ),
    Case(
        "what an Out is",
        [_TIMER, "out queue y"],
        "def main(x, y): tell(type(y).__name__, isinstance(y, func.Out), bool(y), hasattr(y, '__dict__'))\n",
        [call(TIMER)],
    ),
    Case("set on another Out", [_TIMER, "out queue y"], "def main(x, y): y = func.Out(); y.set('a')\n", [call(TIMER)]),
    Case(
        "two outputs, the second fails",
        [_TIMER, "out queue y", "out queue z"],
        "def main(x, y, z): y.set('a'); z.set(5)\n",
        [call(TIMER)],
    ),
    Case(
        "two outputs fail, parameters the other way round",
        [_TIMER, "out queue y", "out eventGrid z"],
        "def main(x, z, y): y.set(5); z.set(1.5)\n",
        [call(TIMER)],
    ),
    Case(
        "two outputs, parameters the other way round",
        [_TIMER, "out queue y", "out queue z"],
        "def main(x, z, y): y.set('a'); z.set('b')\n",
        [call(TIMER)],
    ),
    Case(
        "two outputs fail",
        [_TIMER, "out queue y", "out eventGrid z"],
        "def main(x, y, z): y.set(5); z.set(1.5)\n",
        [call(TIMER)],
    ),
    Case(
        "an output fails and so does the return value",
        [_TIMER, "out queue y", "out queue $return"],
        """
        def main(x, y):
            y.set(5)
            return 1.5
        """,
        [call(TIMER)],
    ),
    Case(
        "the return value fails after an output",
        [_TIMER, "out queue y", "out queue $return"],
        """
        def main(x, y):
            y.set('a')
            return 5
        """,
        [call(TIMER)],
    ),
    Case(
        "set and raised",
        [_TIMER, "out queue y"],
        """
        def main(x, y):
            y.set('a')
            raise ValueError('v')
        """,
        [call(TIMER)],
    ),
    Case(
        "implicit output, returned None",
        [_TIMER, "out table y"],
        "def main(x, y: func.Out[str]): y.set('a')\n",
        [call(TIMER)],
    ),
    Case(
        "implicit output, returned text",
        [_TIMER, "out table y"],
        """
        def main(x, y: func.Out[str]):
            y.set('a')
            return 'r'
        """,
        [call(TIMER)],
    ),
    Case(
        "implicit output of an input",
        [_TIMER, "in table y"],
        "def main(x, y: str): return {'a': 1}\n",
        [Call({"x": TIMER, "y": string("t")})],
    ),
    Case(
        "implicit and explicit output",
        [_TIMER, "in table y", "out queue $return"],
        "def main(x, y: str) -> str: return 'a'\n",
        [Call({"x": TIMER, "y": string("t")})],
    ),
    Case(
        "an http response to an implicit output",
        ["in httpTrigger x", "out table y"],
        "def main(x, y): return func.HttpResponse('x')\n",
        [call(http())],
    ),
    Case(
        "durable client has no implicit output",
        ["in httpTrigger x", "in durableClient y"],
        "def main(x, y: str): return 'a'\n",
        [Call({"x": http(), "y": string("{}")})],
    ),
    *(
        Case(
            f"every value returned by {trigger}, with {others}",
            [f"in {trigger} x", *others],
            f"{_CHOOSE}def main({parameters}): return VALUES[int({index})]()\n",
            [Call({"x": data(str(index)), **more}) for index in range(len(VALUES))],
        )
        for trigger, data, index, parameters, others, more in (
            ("queueTrigger", string, "x", "x: str, y, z", ["in table y", "out queue z"], {"y": json("[]")}),
            ("queueTrigger", string, "x", "x: str, y, z", ["out table y", "out blob z"], {}),
            ("httpTrigger", _numbered, "x.params['n']", "x, y", ["out http y", "out queue $return"], {}),
            ("httpTrigger", _numbered, "x.params['n']", "x, y", ["out http y", "out table $return"], {}),
            ("httpTrigger", _numbered, "x.params['n']", "x, y, z", ["out http y", "in table z"], {"z": json("[]")}),
            ("httpTrigger", _numbered, "x.params['n']", "x", ["out blob $return"], {}),
        )
    ),
    Case(
        "an output that is set beside what an implicit output takes",
        [_TIMER, "in table y", "out queue z"],
        """
        def main(x, y, z):
            z.set('set')
            return {'z': 'returned'}
        """,
        [Call({"x": TIMER, "y": json("[]")})],
    ),
    Case("None through a typed return", [_TIMER, "out serviceBus $return"], "def main(x): pass\n", [call(TIMER)]),
    Case("what is returned without $return is falsy", [_TIMER], "def main(x): return 0\n", [call(TIMER)]),
    Case(
        "a coroutine is returned",
        [_TIMER, "out table $return"],
        """
        async def f(): ...
        def main(x): return f()
        """,
        [call(TIMER)],
    ),
    Case(
        "a queue of many",
        [_TIMER, "out queue y"],
        "def main(x, y: func.Out[typing.List[str]]): y.set(['a', 'b'])\n",
        [call(TIMER)],
    ),
]

CASES = [*_every_value(), *_HTTP, *_SEVERAL]
