"""What happens around main(): its exceptions, its log, its context, its surroundings."""

from __future__ import annotations

from datetime import timedelta

from pytest_azfunc.host.retries import first_attempt
from pytest_azfunc.project import RetryPolicy
from pytest_azfunc.rpc import RetryContext, RpcException, TraceContext
from tests.conformance.apps import Call, Case
from tests.conformance.typed import TIMER, call, string

_TIMER = "in timerTrigger x"

# Statements that a sync and an async main() run; they raise, or not.
_RAISED = r"""
raise ValueError("text")
raise ValueError
raise ValueError("a", 2)
raise KeyError("k")
raise StopIteration
raise StopIteration("v")
raise StopAsyncIteration
raise type("Mine", (Exception,), {})("own class")
raise type("Mine", (Exception,), {"__str__": lambda self: 1 / 0})
raise type("Mine", (Exception,), {"__str__": lambda self: 5})
raise type("Mine", (Exception,), {"__str__": lambda self: ""})("hidden")
raise ValueError("é\U0001f600")
raise ValueError("line one\nline two")
raise ExceptionGroup("g", [ValueError("a"), TypeError("b")])
raise ImportError("at run time")
raise NotImplementedError
raise TimeoutError("slow")
raise asyncio.InvalidStateError("state")
raise __import__("concurrent.futures").futures.TimeoutError("slow")
raise __import__("concurrent.futures").futures.InvalidStateError("state")
raise RuntimeError("outer") from ValueError("inner")
raise OSError(2, "no such file", "f")
raise UnicodeDecodeError("utf-8", b"\xff", 0, 1, "bad")
raise GeneratorExit
raise type("Odd", (BaseException,), {})
assert x is None, "not None"
next(iter([]))
import no_such_module_anywhere
undefined_name
x.no_such_attribute
int("x")
open("no such file")
json.loads("{")
""".strip().splitlines()

_LOGGED = r"""
logging.debug("not seen")
logging.info("seen %s", 5)
logging.info("%(a)s", {"a": 1})
logging.info("")
logging.info("é\U0001f600\x00")
logging.info(b"bytes")
logging.info({"a": 1})
logging.info(None)
logging.info("100%")
logging.info("%d%%", 5)
logging.warning("w"); logging.error("e"); logging.critical("c")
logging.log(25, "between")
logging.log(5, "below")
logging.getLogger("mine").info("i")
logging.getLogger("mine").debug("d")
logging.getLogger("mine.child").warning("w")
logging.getLogger(__name__.rpartition(".")[0]).info("app")
logging.getLogger("azure.functions").warning("system")
logging.getLogger("azure.functions.mine").warning("system")
logging.getLogger("azure.storage").warning("not system")
logging.getLogger("azure_functions_runtime_v1").warning("system")
logging.getLogger("azure_functions_runtime").warning("system")
logging.getLogger("azure_functions_runtime.own").warning("system")
logging.getLogger("proxy_worker").warning("system")
logging.getLogger("proxy_worker.own").warning("system")
logging.getLogger("azure_functions_worker").warning("not system, from Python 3.13 on")
logging.getLogger("azure_functions_worker_errors").warning("not system, from Python 3.13 on")
logging.getLogger("azure_functions_worker.own").warning("not system, from Python 3.13 on")
logging.getLogger("Proxy_Worker").warning("not system")
logging.getLogger("own.proxy_worker").warning("not system")
logging.exception("no exception")
try: 1 / 0\nexcept Exception: logging.exception("caught")
logging.info("%d", "x")
logging.info("%s %s", 1)
logging.info("one", 1)
logging.info("\ud800")
logging.info("%s", type("Bad", (), {"__str__": lambda self: 1 / 0})())
logging.getLogger("azure.functions").warning("%d", "x")
logging.getLogger("mine2").setLevel("DEBUG"); logging.getLogger("mine2").debug("seen")
logging.getLogger("mine3").propagate = False; logging.getLogger("mine3").warning("not seen")
logging.getLogger("mine4").setLevel("ERROR"); logging.getLogger("mine4").warning("not seen")
logging.getLogger("mine5").addFilter(lambda r: "a" in r.msg); logging.getLogger("mine5").info("b"); logging.getLogger("mine5").info("a")
logging.basicConfig(level="DEBUG", format="%(message)s"); logging.debug("not seen"); logging.info("seen")
logging.getLogger().info("root")
logging.info("with extra", extra={"a": 1}, stack_info=True)
t = threading.Thread(target=lambda: (setattr(context.thread_local_storage, "invocation_id", context.invocation_id), logging.info("in a thread"))); t.start(); t.join()
print("printed"); sys.stdout.write("written"); sys.stderr.write("wrong")
""".strip().splitlines()


def _statements(statements: list[str], what: str) -> list[Case]:
    cases = []
    for asynchronous in ("", "async "):
        for index, statement in enumerate(statements):
            body = statement.replace("\\nexcept", "\nexcept").replace("\n", "\n    ")
            script = f"{asynchronous}def main(x, context):\n    {body}\n"
            name = f"{asynchronous}{what} {index} {statement}"
            cases.append(Case(name, [_TIMER], script, [call(TIMER), call(TIMER)]))
    return cases


_CONTEXT_CALLS = [
    Call({"x": TIMER}),
    Call({"x": TIMER}, trace=TraceContext(), retry=RetryContext()),
    Call(
        {"x": TIMER},
        trace=TraceContext("00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01", "a=b", {"k": "v", "é": ""}),
        retry=RetryContext(2, -1, RpcException("m", "s", "o")),
    ),
    Call({"x": TIMER}, retry=RetryContext(1, 3)),
    # As the host tells the first attempt of a policy.
    *(
        Call({"x": TIMER}, retry=first_attempt(RetryPolicy("fixedDelay", most, delay_interval=timedelta(seconds=1))))
        for most in (0, 4, -1, 2**31 - 1)
    ),
    Call({"x": TIMER}, retry=first_attempt(None)),
]
_ABOUT_CONTEXT = r"""
tell(context.invocation_id, context.function_name, os.path.basename(context.function_directory))
tell(type(context).__name__, isinstance(context, func.Context))
tell(context.function_directory == os.path.dirname(os.path.abspath(__file__)))
tell(context.trace_context.trace_parent, context.trace_context.trace_state)
tell(context.trace_context.Traceparent, context.trace_context.Tracestate)
tell(context.trace_context.attributes, context.trace_context.Attributes)
tell("k" in context.trace_context.attributes, context.trace_context.attributes.get("k"), context.trace_context.attributes.get("no"))
tell(context.trace_context.attributes["missing"], "missing" in context.trace_context.attributes)
tell(len(context.trace_context.attributes), context.trace_context is context.trace_context)
json.dumps(context.trace_context.attributes)
json.dumps(dict(context.trace_context.attributes))
tell(context.retry_context.retry_count, context.retry_context.max_retry_count)
tell(type(context.retry_context.retry_count), context.retry_context is context.retry_context)
tell(context.retry_context.rpc_exception.message, context.retry_context.rpc_exception.stack_trace, context.retry_context.rpc_exception.source)
tell(context.retry_context.rpc_exception is None, bool(context.retry_context.rpc_exception))
tell(context.retry_context.exception)
tell(context.thread_local_storage.invocation_id)
tell(type(context.thread_local_storage))
context.thread_local_storage.mine = 1; tell(context.thread_local_storage.mine)
context.function_name = "other"
context.trace_context.trace_parent = "other"
context.note = 1; tell(context.note)
tell(sorted(name for name in dir(context) if not name.startswith("_")))
tell(sorted(name for name in dir(context.trace_context) if not name.startswith("_")))
tell(sorted(name for name in dir(context.retry_context) if not name.startswith("_")))
context.retry_context.retry_count += 1; tell(context.retry_context.retry_count)
tell(context.retry_context == context.retry_context, repr(context.retry_context)[:49])
tell(context.trace_context.attributes == {}, context.trace_context.attributes == {"k": "v", "é": ""})
context.trace_context.attributes["n"] = "1"; tell(context.trace_context.attributes.pop("n"))
""".strip().splitlines()


def _contexts() -> list[Case]:
    return [
        Case(
            f"context {index} {statement}",
            [_TIMER],
            f"def main(x, context: func.Context):\n    {statement}\n",
            _CONTEXT_CALLS,
        )
        for index, statement in enumerate(_ABOUT_CONTEXT)
    ]


_SURROUNDINGS = [
    Case(
        "a loop runs in async",
        [_TIMER],
        "async def main(x): tell(asyncio.get_running_loop().is_running())\n",
        [call(TIMER)],
    ),
    Case("no loop runs in sync", [_TIMER], "def main(x): asyncio.get_running_loop()\n", [call(TIMER)]),
    Case(
        "no loop is current in sync",
        [_TIMER],
        """
        def main(x):
            try: asyncio.get_event_loop()
            except RuntimeError as error: tell(str(error).partition(" in thread")[0])
        """,
        [call(TIMER)],
    ),
    Case(
        "asyncio.run in sync",
        [_TIMER],
        """
        async def f(): return 5
        def main(x): tell(asyncio.run(f()))
        """,
        [call(TIMER)],
    ),
    Case(
        "asyncio.run in async",
        [_TIMER],
        """
        async def f(): return 5
        async def main(x):
            c = f()
            try: asyncio.run(c)
            finally: c.close()
        """,
        [call(TIMER)],
    ),
    Case(
        "one loop for all calls",
        [_TIMER],
        """
        loops = []
        async def main(x):
            loops.append(asyncio.get_running_loop())
            tell(loops[0] is loops[-1])
        """,
        [call(TIMER), call(TIMER)],
    ),
    Case(
        "a task of ones own",
        [_TIMER],
        """
        async def f(): logging.info('in a task')
        async def main(x): await asyncio.create_task(f())
        """,
        [call(TIMER)],
    ),
    Case(
        "gather and to_thread",
        [_TIMER],
        """
        async def f(n):
            await asyncio.sleep(0)
            return n
        async def main(x): tell(await asyncio.gather(f(1), f(2)), await asyncio.to_thread(max, 1, 2))
        """,
        [call(TIMER)],
    ),
    Case(
        "a task is cancelled",
        [_TIMER],
        """
        async def main(x):
            t = asyncio.create_task(asyncio.sleep(9))
            await asyncio.sleep(0)
            t.cancel()
            try: await t
            except asyncio.CancelledError: logging.info('cancelled')
        """,
        [call(TIMER)],
    ),
    Case(
        "asyncio timeout",
        [_TIMER],
        "async def main(x): await asyncio.wait_for(asyncio.sleep(9), 0.001)\n",
        [call(TIMER)],
    ),
    Case(
        "an awaitable that is not awaited",
        [_TIMER],
        """
        async def f(): ...
        async def main(x): return f()
        """,
        [call(TIMER)],
    ),
    Case("CancelledError", [_TIMER], "async def main(x): raise asyncio.CancelledError\n", [call(TIMER)]),
    Case("CancelledError in sync", [_TIMER], "def main(x): raise asyncio.CancelledError\n", [call(TIMER)]),
    Case(
        "CancelledError of concurrent.futures in sync",
        [_TIMER],
        """
        import concurrent.futures
        def main(x): raise concurrent.futures.CancelledError('c')
        """,
        [call(TIMER)],
        differs={"status": "it becomes asyncio's in Azure and the host waits for ever; a test gets the exception"},
    ),
    Case(
        "CancelledError of concurrent.futures in async",
        [_TIMER],
        """
        import concurrent.futures
        async def main(x): raise concurrent.futures.CancelledError('c')
        """,
        [call(TIMER)],
    ),
    Case(
        "an exception's message is not UTF-8",
        [_TIMER],
        "def main(x): raise ValueError('\\ud800')\n",
        [call(TIMER)],
        differs={"status": "the message does not fit the wire and the host waits for ever; a test gets the exception"},
    ),
    Case(
        "the thread of a sync function",
        [_TIMER],
        "def main(x): tell(threading.current_thread().name)\n",
        [call(TIMER)],
        differs={"logs": "main() runs on the test's own thread, so that monkeypatch, freezegun and pdb work"},
    ),
    Case(
        "a context variable",
        [_TIMER],
        """
        import contextvars
        V = contextvars.ContextVar('V', default='unset')
        V.set('at import')
        async def main(x):
            tell(V.get())
            V.set('in a call')
        """,
        [call(TIMER), call(TIMER)],
    ),
    Case(
        "a context variable in sync",
        [_TIMER],
        """
        import contextvars
        V = contextvars.ContextVar('V', default='unset')
        def main(x):
            V.set('in a call')
            tell(V.get())
        """,
        [call(TIMER)],
    ),
    Case(
        "a context variable set at import",
        [_TIMER],
        """
        import contextvars
        V = contextvars.ContextVar('V', default='unset')
        V.set('at import')
        def main(x): tell(V.get())
        """,
        [call(TIMER)],
    ),
    Case(
        "__name__ and __file__",
        [_TIMER],
        "def main(x): tell(__name__, __package__, os.path.basename(__file__), __spec__.name)\n",
        [call(TIMER)],
    ),
    Case(
        "its module in sys.modules", [_TIMER], "def main(x): tell(sys.modules[__name__].main is main)\n", [call(TIMER)]
    ),
    Case(
        "its pickled class",
        [_TIMER],
        """
        import pickle
        class C: pass
        def main(x): tell(type(pickle.loads(pickle.dumps(C()))) is C)
        """,
        [call(TIMER)],
    ),
    Case("keyword arguments only", [_TIMER, "out queue y"], "def main(**everything): ...\n", [call(TIMER)]),
    Case(
        "arguments by name",
        [_TIMER, "in table a"],
        "def main(a, x): tell(sys._getframe().f_code.co_varnames[:2], a)\n",
        [Call({"x": TIMER, "a": string("1")})],
    ),
    Case(
        "arguments are changed",
        ["in queueTrigger x"],
        """
        def main(x: str):
            x += '!'
            tell(x)
        """,
        [call(string("a")), call(string("a"))],
    ),
    Case(
        "recursion",
        [_TIMER],
        """
        def main(x):
            try: main(x)
            except RecursionError: raise RecursionError('deep') from None
        """,
        [call(TIMER)],
    ),
    Case(
        "the root logger's level and handlers",
        [_TIMER],
        "def main(x): tell(logging.root.level, logging.getLevelName(20))\n",
        [call(TIMER)],
    ),
    Case(
        "an environment variable lives on",
        [_TIMER],
        """
        def main(x):
            tell(os.environ.get('CONFORMANCE_LIVES'))
            os.environ['CONFORMANCE_LIVES'] = '1'
        """,
        [call(TIMER), call(TIMER)],
    ),
]

CASES = [
    *_statements(_RAISED, "raised"),
    *_statements(_LOGGED, "logged"),
    *_contexts(),
    *_SURROUNDINGS,
]
