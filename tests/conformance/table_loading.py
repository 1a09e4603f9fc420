"""What loads and what is refused: signatures, scripts, imports."""

from __future__ import annotations

from tests.conformance.apps import Call, Case
from tests.conformance.typed import TIMER, call, http, string

_TIMER = "in timerTrigger x"

# Bindings | parameters | the return annotation. Only loading is looked at.
_SIGNATURES = """
in httpTrigger x; out http $return        | x: func.HttpRequest                     | func.HttpResponse
in httpTrigger x; out http $return        | x: func.HttpRequest                     | str
in httpTrigger x; out http $return        | x: func.HttpRequest                     | bytes
in httpTrigger x; out http $return        | x: func.HttpRequest                     | dict
in httpTrigger x; out http $return        | x: func.HttpRequest                     | None
in httpTrigger x; out http $return        | x: func.HttpRequest                     | typing.Any
in httpTrigger x; out http $return        | x: func.HttpRequest                     | typing.Optional[str]
in httpTrigger x; out http $return        | x: func.HttpRequest                     | str \\| None
in httpTrigger x; out http $return        | x: func.HttpRequest                     | typing.List[str]
in httpTrigger x; out http $return        | x: func.HttpRequest                     | list[str]
in httpTrigger x; out http $return        | x: func.HttpRequest                     | func.Out[str]
in httpTrigger x; out http $return        | x: func.HttpRequest                     | func.Out
in httpTrigger x; out http $return        | x: func.HttpRequest                     | 'func.HttpResponse'
in httpTrigger x; out http $return        | x: func.HttpRequest                     | 'NoSuchName'
in httpTrigger x; out http $return        | x: func.HttpRequest                     | 5
in httpTrigger x; out http $return        | x: func.HttpRequest                     | '5'
in httpTrigger x; out http y              | x: func.HttpRequest, y: func.Out[func.HttpResponse] |
in httpTrigger x; out http y              | x: func.HttpRequest, y: func.Out[str]   | None
in httpTrigger x; out http y              | x: func.HttpRequest, y: func.Out[dict]  |
in httpTrigger x; out http y              | x: func.HttpRequest, y: func.HttpResponse |
in httpTrigger x; out http y              | x: func.HttpRequest, y: str             |
in httpTrigger x; out http y              | x: func.HttpRequest, y: func.Out        |
in httpTrigger x; out http y              | x: func.HttpRequest, y                  |
in httpTrigger x                          | x: str                                  |
in httpTrigger x                          | x: bytes                                |
in httpTrigger x                          | x: dict                                 |
in httpTrigger x                          | x: None                                 |
in httpTrigger x                          | x: typing.Any                           |
in httpTrigger x                          | x: object                               |
in httpTrigger x                          | x: typing.Optional[func.HttpRequest]    |
in httpTrigger x                          | x: func.HttpRequest \\| None            |
in httpTrigger x                          | x: typing.Union[str, bytes]             |
in httpTrigger x                          | x: func.Out[str]                        |
in httpTrigger x                          | x: func.Out                             |
in httpTrigger x                          | x: 'func.HttpRequest'                   |
in httpTrigger x                          | x: func.HttpRequest = None              |
in httpTrigger x                          | x: func.HttpRequest, y=None             |
in httpTrigger x                          | x: func.HttpRequest, *args, **kwargs    |
in httpTrigger x                          | x: func.HttpRequest, *, z: int = 1, y: int = 2 |
in httpTrigger x                          | *, x: func.HttpRequest                  |
in httpTrigger x                          | x: func.HttpRequest, ctx                |
in httpTrigger x                          | req: func.HttpRequest                   |
in httpTrigger x                          | X: func.HttpRequest                     |
in httpTrigger x                          |                                         |
in httpTrigger x; in blob y; out queue z  | x: func.HttpRequest                     |
in httpTrigger x string                   | x: dict                                 |
in queueTrigger x binary                  | x: dict                                 |
in httpTrigger x                          | x: func.HttpRequest, context            |
in httpTrigger x                          | x: func.HttpRequest, context: func.Context |
in httpTrigger x                          | x: func.HttpRequest, context: str       |
in httpTrigger x                          | x: func.HttpRequest, context: None      |
in httpTrigger x                          | x: func.HttpRequest, context: typing.Any |
in httpTrigger x                          | x: func.HttpRequest, context: typing.Optional[func.Context] |
in httpTrigger x                          | x: func.HttpRequest, context: decimal.Context |
in httpTrigger x                          | context: func.Context, x: func.HttpRequest |
in queueTrigger context                   | context: func.QueueMessage              |
in queueTrigger context                   | context: func.Context                   |
in timerTrigger x                         | x: func.TimerRequest                    |
in timerTrigger x                         | x: func.TimerRequest                    | None
in timerTrigger x                         | x: func.TimerRequest                    | str
in timerTrigger x                         | x: str                                  |
in timerTrigger x                         | x: func.QueueMessage                    |
in timerTrigger x; out queue $return      | x: func.TimerRequest                    | str
in timerTrigger x; out queue $return      | x: func.TimerRequest                    | None
in timerTrigger x; out queue $return      | x: func.TimerRequest                    | int
in timerTrigger x; out queue $return      | x: func.TimerRequest                    | func.QueueMessage
in timerTrigger x; out queue $return      | x: func.TimerRequest                    | typing.List[str]
in timerTrigger x; out queue y            | x: func.TimerRequest, y: func.Out[str]  |
in timerTrigger x; out queue y            | x: func.TimerRequest, y: func.Out[int]  |
in timerTrigger x; out queue y            | x: func.TimerRequest, y: func.Out[dict] |
in timerTrigger x; out queue y            | x: func.TimerRequest, y: func.Out[list] |
in timerTrigger x; out queue y            | x: func.TimerRequest, y: func.Out[typing.List] |
in timerTrigger x; out queue y            | x: func.TimerRequest, y: func.Out[typing.List[str]] |
in timerTrigger x; out queue y            | x: func.TimerRequest, y: func.Out[typing.List[bytes]] |
in timerTrigger x; out queue y            | x: func.TimerRequest, y: func.Out[typing.Sequence[str]] |
in timerTrigger x; out queue y            | x: func.TimerRequest, y: func.Out[typing.List[func.QueueMessage]] |
in timerTrigger x; out queue y            | x: func.TimerRequest, y: func.Out[list[str]] |
in timerTrigger x; out queue y            | x: func.TimerRequest, y: func.Out[typing.Optional[str]] |
in timerTrigger x; out queue y            | x: func.TimerRequest, y: func.Out[typing.Any] |
in timerTrigger x; out queue y            | x: func.TimerRequest, y: func.Out[typing.Literal["a"]] |
in timerTrigger x; out queue y            | x: func.TimerRequest, y: func.Out[typing.Tuple[str, str]] |
in timerTrigger x; out queue y            | x: func.TimerRequest, y: func.Out[func.Out[str]] |
in timerTrigger x; out queue y            | x: func.TimerRequest, y: func.Out['str'] |
in timerTrigger x; out queue y            | x: func.TimerRequest, y: typing.Annotated[func.Out[str], 1] |
in timerTrigger x; out queue y            | x: func.TimerRequest, y: typing.List[str] |
in timerTrigger x; out queue y            | x: func.TimerRequest, y: typing.Optional[func.Out[str]] |
in timerTrigger x; out queue y            | x: func.TimerRequest, y: func.Out[str] = None |
in queueTrigger x                         | x: func.QueueMessage                    |
in queueTrigger x                         | x: str                                  |
in queueTrigger x                         | x: bytes                                |
in queueTrigger x                         | x: bytearray                            |
in queueTrigger x                         | x: typing.List[func.QueueMessage]       |
in queueTrigger x                         | x: list[func.QueueMessage]              |
in queueTrigger x                         | x: typing.List                          |
in queueTrigger x                         | x: typing.Dict[str, str]                |
in queueTrigger x                         | x: typing.Callable[..., str]            |
in queueTrigger x                         | x: typing.Literal["a"]                  |
in queueTrigger x                         | x: typing.Type[str]                     |
in queueTrigger x                         | x: typing.TypeVar("T")                  |
in queueTrigger x                         | x: typing.NewType("N", str)             |
in queueTrigger x                         | x: enum.Enum("E", "a")                  |
in queueTrigger x                         | x: typing.NamedTuple("N", [("a", int)]) |
in queueTrigger x                         | x: typing.TypedDict("T", {"a": int})    |
in queueTrigger x                         | x: typing.Annotated[func.QueueMessage, "why"] |
in queueTrigger x                         | x: type("Text", (str,), {})             |
in QueueTrigger x                         | x: func.QueueMessage                    |
in QueueTrigger x                         | x: str                                  |
in blobTrigger x                          | x: func.InputStream                     |
in blobTrigger x                          | x: str                                  |
in blobTrigger x                          | x: io.BytesIO                           |
in blobTrigger x; in blob y; out blob z   | x: func.InputStream, y: bytes, z: func.Out[bytes] |
in blobTrigger x; in blob y               | x: func.InputStream, y: typing.List[str] |
in timerTrigger x; out blob y             | x: func.TimerRequest, y: func.Out[func.InputStream] |
in timerTrigger x; out blob y             | x: func.TimerRequest, y: func.Out[io.BytesIO] |
in timerTrigger x; out blob y             | x: func.TimerRequest, y: func.Out[typing.List[str]] |
in timerTrigger x; out blob y             | x: func.TimerRequest, y: func.Out[bytearray] |
in timerTrigger x; out blob $return       | x: func.TimerRequest                    | bytearray
in timerTrigger x; in table y             | x: func.TimerRequest, y: str            | dict
in timerTrigger x; in table y             | x: func.TimerRequest, y: dict           |
in timerTrigger x; in table y             | x: func.TimerRequest, y: typing.List[str] |
in timerTrigger x; out table y            | x: func.TimerRequest, y: func.Out[str]  |
in timerTrigger x; out table y            | x: func.TimerRequest, y: func.Out[bytearray] |
in timerTrigger x; out table y            | x: func.TimerRequest, y: func.Out[dict] |
in timerTrigger x; out table $return      | x: func.TimerRequest                    | str
in timerTrigger x; out table $return      | x: func.TimerRequest                    | dict
in timerTrigger x; out cosmosDB $return   | x: func.TimerRequest                    | str
in timerTrigger x; out cosmosDB $return   | x: func.TimerRequest                    | func.Document
in timerTrigger x; out cosmosDB y         | x: func.TimerRequest, y: func.Out[str]  |
in timerTrigger x; in cosmosDB y          | x: func.TimerRequest, y: func.DocumentList |
in timerTrigger x; in cosmosDB y          | x: func.TimerRequest, y: func.Document  |
in timerTrigger x; in cosmosDB y          | x: func.TimerRequest, y: typing.List[func.Document] |
in cosmosDBTrigger x                      | x: func.DocumentList                    |
in cosmosDBTrigger x                      | x: list                                 |
in eventGridTrigger x                     | x: func.EventGridEvent                  |
in eventGridTrigger x                     | x: func.CloudEvent                      |
in eventGridTrigger x                     | x: typing.List[func.EventGridEvent]     |
in timerTrigger x; out eventGrid y        | x: func.TimerRequest, y: func.Out[func.EventGridOutputEvent] |
in timerTrigger x; out eventGrid y        | x: func.TimerRequest, y: func.Out[typing.List[func.EventGridOutputEvent]] |
in timerTrigger x; out eventGrid y        | x: func.TimerRequest, y: func.Out[func.EventGridEvent] |
in timerTrigger x; out eventGrid y        | x: func.TimerRequest, y: func.Out[dict] |
in eventHubTrigger x                      | x: func.EventHubEvent                   |
in eventHubTrigger x                      | x: typing.List[func.EventHubEvent]      |
in eventHubTrigger x                      | x: list[func.EventHubEvent]             |
in timerTrigger x; out eventHub y         | x: func.TimerRequest, y: func.Out[typing.List[str]] |
in timerTrigger x; out eventHub y         | x: func.TimerRequest, y: func.Out[int]  |
in serviceBusTrigger x                    | x: func.ServiceBusMessage               |
in serviceBusTrigger x                    | x: typing.List[func.ServiceBusMessage]  |
in timerTrigger x; out serviceBus y       | x: func.TimerRequest, y: func.Out[typing.List[str]] |
in kafkaTrigger x                         | x: func.KafkaEvent                      |
in kafkaTrigger x                         | x: typing.List[func.KafkaEvent]         |
in timerTrigger x; out kafka y            | x: func.TimerRequest, y: func.Out[typing.List[str]] |
in timerTrigger x; in sql y               | x: func.TimerRequest, y: func.SqlRowList |
in timerTrigger x; in sql y               | x: func.TimerRequest, y: func.SqlRow    |
in timerTrigger x; out sql y              | x: func.TimerRequest, y: func.Out[func.SqlRow] |
in timerTrigger x; out sql $return        | x: func.TimerRequest                    | str
in sqlTrigger x                           | x: str                                  |
in sqlTrigger x                           | x: func.SqlRowList                      |
in mysqlTrigger x                         | x: func.MySqlRowList                    |
in warmupTrigger x                        | x: WarmUpContext                        |
in warmupTrigger x                        | x: func.TimerRequest                    |
in activityTrigger x                      | x: dict                                 |
in activityTrigger x                      | x: typing.List[str]                     |
in activityTrigger x                      | x: typing.Optional[str]                 |
in orchestrationTrigger x                 | x: func.OrchestrationContext            |
in orchestrationTrigger x                 | x: str                                  |
in entityTrigger x                        | x: func.EntityContext                   |
in httpTrigger x; in durableClient y      | x: func.HttpRequest, y: str             |
in httpTrigger x; in durableClient y      | x: func.HttpRequest, y: dict            |
in mcpToolTrigger x                       | x: str                                  |
in mcpToolTrigger x                       | x: dict                                 |
in mcpToolTrigger x                       | x: int                                  |
in connectorTrigger x                     | x: dict                                 |
in daprTopicTrigger x                     | x: str                                  | dict
in timerTrigger x; out signalR y          | x: func.TimerRequest, y: func.Out[str]  |
inout timerTrigger x                      | x: func.TimerRequest                    |
in timerTrigger x; inout blob y           | x: func.TimerRequest, y: bytes          |
in timerTrigger x; in queue $return       | x: func.TimerRequest                    | str
"""


def _signatures() -> list[Case]:
    cases: list[Case] = []
    for line in _SIGNATURES.strip().splitlines():
        bindings, parameters, returns = (part.strip() for part in line.replace("\\|", "\0").split("|"))
        parameters, returns = parameters.replace("\0", "|"), returns.replace("\0", "|")
        name = f"L{len(cases):03} {bindings} {parameters} {returns}"
        arrow = f" -> {returns}" if returns else ""
        cases.append(Case(name, bindings.split("; "), f"def main({parameters}){arrow}:\n    pass\n"))
    return cases


_SCRIPTS = [
    Case(
        "async main",
        [_TIMER],
        """
        async def main(x: func.TimerRequest) -> None:
            tell(x)
        """,
        [call(TIMER)],
    ),
    Case("no main", [_TIMER], "def run(x): pass\n"),
    Case("main is None", [_TIMER], "main = None\n"),
    Case("main is not callable", [_TIMER], "main = 5\n"),
    Case(
        "main is a class",
        [_TIMER],
        """
        class main:
            def __init__(self, x): tell(x)
        """,
        [call(TIMER)],
    ),
    Case(
        "main is a class and the result is sent",
        [_TIMER, "in table y"],
        """
        class main(str):
            def __new__(cls, x, y): return super().__new__(cls, 'made')
        """,
        [Call({"x": TIMER, "y": string("t")})],
    ),
    Case(
        "main is a class with class annotations",
        [_TIMER],
        """
        class main:
            x: int
            def __init__(self, x): ...
        """,
    ),
    Case(
        "main is a callable object",
        [_TIMER],
        """
        class C:
            def __call__(self, x): ...
        main = C()
        """,
    ),
    Case("main is a partial", [_TIMER], "main = functools.partial(lambda x, y: None, y=1)\n"),
    Case("main is a lambda", [_TIMER], "main = lambda x: tell(x)\n", [call(TIMER)]),
    Case(
        "main is a bound method",
        [_TIMER],
        """
        class C:
            def m(self, x): tell(x)
        main = C().m
        """,
        [call(TIMER)],
    ),
    Case(
        "main is a staticmethod",
        [_TIMER],
        """
        class C:
            @staticmethod
            def m(x): ...
        main = C.m
        """,
        [call(TIMER)],
    ),
    Case("main is a builtin", ["in timerTrigger obj"], "main = len\n", [Call({"obj": TIMER})]),
    Case("main is a builtin without signature", [_TIMER], "main = dict.fromkeys\n"),
    Case("main is a builtin type", [_TIMER], "main = dict\n"),
    Case("main is a module", [_TIMER], "main = json\n"),
    Case(
        "main is wrapped",
        [_TIMER],
        """
        def shout(function):
            @functools.wraps(function)
            def wrapper(*args, **kwargs):
                logging.info("before")
                return function(*args, **kwargs)
            return wrapper

        @shout
        def main(x: func.TimerRequest) -> None:
            tell(x)
        """,
        [call(TIMER)],
    ),
    Case(
        "main is wrapped without functools.wraps",
        [_TIMER],
        """
        def shout(f):
            def w(*a, **k): return f(*a, **k)
            return w
        @shout
        def main(x): ...
        """,
    ),
    Case(
        "an async main behind a sync wrapper",
        [_TIMER],
        """
        def shout(function):
            @functools.wraps(function)
            def wrapper(*args, **kwargs):
                return function(*args, **kwargs)
            return wrapper

        @shout
        async def main(x: func.TimerRequest):
            logging.info("never")
        """,
        [call(TIMER)],
    ),
    Case(
        "a sync main behind an async wrapper",
        [_TIMER],
        """
        def shout(function):
            @functools.wraps(function)
            async def wrapper(*args, **kwargs):
                return function(*args, **kwargs)
            return wrapper

        @shout
        def main(x: func.TimerRequest):
            tell(x)
        """,
        [call(TIMER)],
    ),
    Case(
        "an async generator as main",
        [_TIMER],
        """
        async def main(x):
            yield 1
        """,
        [call(TIMER)],
    ),
    Case(
        "a generator as main",
        [_TIMER],
        """
        def main(x):
            yield 1
        """,
        [call(TIMER)],
    ),
    Case("positional only parameter", [_TIMER], "def main(x, /): pass\n", [call(TIMER)]),
    Case(
        "annotations are not evaluated",
        [_TIMER, "out queue y"],
        """
        # bare
        from __future__ import annotations
        import azure.functions as func
        def main(x: func.TimerRequest, y: func.Out[str]) -> None: y.set('a')
        """,
        [call(TIMER)],
    ),
    Case(
        "an annotation that only a type checker sees",
        [_TIMER],
        """
        # bare
        from __future__ import annotations
        import typing
        if typing.TYPE_CHECKING:
            import azure.functions as func
        def main(x: func.TimerRequest) -> None: ...
        """,
    ),
    Case(
        "a class called Out",
        [_TIMER, "out queue y"],
        """
        class Out(str): ...
        def main(x, y: Out): ...
        """,
    ),
    Case(
        "a generic class called Out",
        [_TIMER, "out queue y"],
        """
        T = typing.TypeVar('T')
        class Out(typing.Generic[T]): ...
        def main(x, y: Out[str]): y.set('a')
        """,
        [call(TIMER)],
    ),
    Case(
        "a generic class called Out with two arguments",
        [_TIMER, "out queue y"],
        """
        T, U = typing.TypeVar('T'), typing.TypeVar('U')
        class Out(typing.Generic[T, U]): ...
        def main(x, y: Out[str, int]): ...
        """,
    ),
    Case(
        "a subclass of Out",
        [_TIMER, "out queue y"],
        """
        class Sub(func.Out[str]): ...
        def main(x, y: Sub): ...
        """,
    ),
    Case(
        "a generic subclass of Out",
        [_TIMER, "out queue y"],
        """
        T = typing.TypeVar('T')
        class Sub(func.Out[T], typing.Generic[T]): ...
        def main(x, y: Sub[str]): ...
        """,
    ),
    Case(
        "a Context of ones own",
        [_TIMER],
        """
        class Context: ...
        def main(x, context: Context): tell(type(context).__name__)
        """,
        [call(TIMER)],
    ),
    Case(
        "a Context subclass",
        [_TIMER],
        """
        class Mine(func.Context): ...
        def main(x, context: Mine): ...
        """,
    ),
    Case(
        "entryPoint",
        [_TIMER],
        """
        def run(x): tell(x)
        def main(): ...
        """,
        [call(TIMER)],
        entry_point="run",
    ),
    Case("entryPoint is missing", [_TIMER], "def main(x): ...\n", entry_point="run"),
    Case(
        "entryPoint is a dotted name",
        [_TIMER],
        """
        class C:
            run = print
        """,
        entry_point="C.run",
    ),
    Case("scriptFile", [_TIMER], "def main(x): tell(__name__.count('.'))\n", [call(TIMER)], script_file="job.py"),
    Case(
        "scriptFile with an __init__ beside it",
        [_TIMER],
        """
        import builtins
        def main(x): tell(builtins.conformance_init)
        """,
        [call(TIMER)],
        folder="FWithInit",
        script_file="job.py",
        files={"FWithInit/__init__.py": "import builtins\nbuiltins.conformance_init = 'ran'\n"},
    ),
    Case("scriptFile is not Python", [_TIMER], "def main(x): ...\n", script_file="job.txt"),
    Case("scriptFile has a dash", [_TIMER], "def main(x): tell(1)\n", [call(TIMER)], script_file="a-job.py"),
    Case("scriptFile has a dot in it", [_TIMER], "def main(x): tell(1)\n", script_file="a.job.py"),
    Case("scriptFile in a subfolder", [_TIMER], "def main(x): tell(1)\n", [call(TIMER)], script_file="sub/job.py"),
    Case(
        "scriptFile elsewhere in the app",
        [_TIMER],
        "def main(x): tell(__name__)\n",
        [call(TIMER)],
        script_file="../common_jobs/job.py",
    ),
    Case(
        "scriptFile in the root", [_TIMER], "def main(x): tell(__name__)\n", [call(TIMER)], script_file="../rootjob.py"
    ),
    Case("scriptFile outside the app", [_TIMER], "def main(x): ...\n", script_file="../../outside.py"),
    Case("the script is not valid", [_TIMER], "def main(x:\n"),
    Case("the script raises", [_TIMER], "raise ValueError('at import')\n"),
    Case("the script raises a KeyError", [_TIMER], "os.environ['NO_SUCH_SETTING']\n"),
    Case(
        "the script raises an unprintable error",
        [_TIMER],
        """
        class E(Exception):
            def __str__(self): raise E
        raise E
        """,
    ),
    Case("the script divides by zero", [_TIMER], "1 / 0\n"),
    Case(
        "the script imports what is not there",
        [_TIMER],
        "import no_such_module_anywhere\n",
    ),
    Case(
        "the script raises an ImportError of its own",
        [_TIMER],
        "raise ImportError('mine')\n",
    ),
    Case(
        "asyncio.run at import",
        [_TIMER],
        """
        async def f(): ...
        c = f()
        try: asyncio.run(c)
        finally: c.close()
        """,
    ),
    Case(
        "a running loop at import",
        [_TIMER],
        """
        l = asyncio.get_running_loop()
        def main(x): tell(1)
        """,
        [call(TIMER)],
    ),
]

_IMPORTS = [
    Case(
        "relative import",
        [_TIMER],
        """
        from . import helper
        def main(x): tell(helper.WORD)
        """,
        [call(TIMER)],
        folder="FRelative",
        files={"FRelative/helper.py": "WORD = 'relative'\n"},
    ),
    Case(
        "relative import of a sibling folder",
        [_TIMER],
        """
        from ..conformance_shared import word
        def main(x): tell(word())
        """,
        [call(TIMER)],
        files={
            "conformance_shared/__init__.py": "from .words import word\n",
            "conformance_shared/words.py": "def word(): return __name__\n",
        },
    ),
    Case(
        "import below __app__",
        [_TIMER],
        """
        from __app__.conformance_shared_app import word
        def main(x): tell(word())
        """,
        [call(TIMER)],
        files={"conformance_shared_app/__init__.py": "def word(): return __name__\n"},
    ),
    Case(
        "absolute import",
        [_TIMER],
        """
        from conformance_shared_plain import word
        def main(x): tell(word())
        """,
        [call(TIMER)],
        files={"conformance_shared_plain/__init__.py": "def word(): return __name__\n"},
    ),
    Case(
        "relative and absolute import make two modules",
        [_TIMER],
        """
        import conformance_twice
        from .. import conformance_twice as other
        def main(x): tell(conformance_twice is other)
        """,
        [call(TIMER)],
        files={"conformance_twice.py": ""},
        differs={"logs": "both ways lead to one module, so that a patch of one reaches the code that uses the other"},
    ),
    Case(
        "plain import of another function",
        [_TIMER],
        """
        import FOther
        def main(x): tell(FOther.VALUE)
        """,
        [call(TIMER)],
        files={"FOther/__init__.py": "VALUE = __name__\n"},
    ),
    Case(
        "plain import of itself",
        [_TIMER],
        """
        import sys
        def main(x):
            import FItself
            tell(FItself.__dict__ is globals())
        """,
        [call(TIMER)],
        folder="FItself",
        differs={"logs": "a function's plain name means the module that runs, so that a test can patch it"},
    ),
    Case(
        "absolute import of a helper beside the script is no module",
        [_TIMER],
        """
        import helper_beside
        def main(x): ...
        """,
        folder="FBeside",
        files={"FBeside/helper_beside.py": ""},
    ),
    Case(
        "a folder called as a module of the standard library",
        [_TIMER],
        """
        import colorsys
        def main(x): tell(hasattr(colorsys, 'rgb_to_hsv'), __name__)
        """,
        [call(TIMER)],
        folder="colorsys",
    ),
    Case(
        "a folder called as an installed package",
        [_TIMER],
        """
        import requests
        def main(x): tell(hasattr(requests, 'Session'), __name__)
        """,
        [call(TIMER)],
        folder="requests",
    ),
    Case(
        "the app's root and the working directory",
        [_TIMER],
        "def main(x): tell(os.path.basename(os.getcwd()), sys.path[-1] == os.getcwd(), os.path.exists('host.json'))\n",
        [call(TIMER)],
    ),
    Case(
        "a file opened by relative path",
        [_TIMER],
        "def main(x): tell(open('conformance_words.txt').read())\n",
        [call(TIMER)],
        files={"conformance_words.txt": "words"},
    ),
    Case(
        "a setting made at import",
        [_TIMER],
        """
        os.environ['CONFORMANCE_MADE'] = 'yes'
        def main(x): tell(os.environ['CONFORMANCE_MADE'])
        """,
        [call(TIMER)],
    ),
    Case(
        "state of the module lives on",
        [_TIMER],
        """
        seen = []
        def main(x):
            seen.append(1)
            tell(len(seen))
        """,
        [call(TIMER), call(TIMER)],
    ),
]

_NAMES = [
    Case(
        "a request for a param called self",
        ["in httpTrigger self"],
        "def main(self): tell(self)\n",
        [Call({"self": http()})],
    ),
    Case(
        "parameters in another order",
        [_TIMER, "in table a", "out queue b"],
        "def main(b: func.Out[str], a, x): tell(a, x); b.set('1')\n",
        [Call({"x": TIMER, "a": string("1")})],
    ),
]

CASES = [*_signatures(), *_SCRIPTS, *_IMPORTS, *_NAMES]
