"""Bad input of every kind: an error of ours in our words, or success; never a raw error of Python, and never a hang."""

from __future__ import annotations

import dataclasses
import json
import os
import time
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import pytest

import pytest_azfunc as azfunc
from pytest_azfunc import AzfuncError, Host, Project
from tests.function_app import FunctionApp, Session, http_out, http_trigger, queue_out, queue_trigger, timer_trigger

HALF = "\ud800"  # half of a surrogate pair
LONG = bool(os.environ.get("AZFUNC_LONG"))

EARLY = datetime.min.replace(tzinfo=timezone(timedelta(hours=14)))
LATE = datetime.max.replace(tzinfo=timezone(timedelta(hours=-12)))
HUGE = 10**5000


@dataclasses.dataclass
class Node:
    """Something that may hold itself."""

    child: Any = None


def ring() -> Node:
    first, second = Node(), Node()
    first.child, second.child = second, first
    return first


def nested(depth: int) -> Any:
    found: Any = 1
    for _ in range(depth):
        found = [found]
    return found


@pytest.fixture(scope="module")
def host(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Host]:
    app = FunctionApp(tmp_path_factory.mktemp("app"))
    app.function("Queue", "def main(msg): pass")
    app.function("Http", "def main(req): return str(len(req.get_body()))", http_trigger(), http_out())
    app.function("Timer", "def main(timer): pass", timer_trigger())
    other = {"name": "event", "direction": "in"}
    app.function(
        "Hub", "def main(event): pass", {**other, "type": "eventHubTrigger", "eventHubName": "h", "connection": "C"}
    )
    app.function(
        "Bus", "def main(event): pass", {**other, "type": "serviceBusTrigger", "queueName": "q", "connection": "C"}
    )
    app.function("Grid", "def main(event): pass", {**other, "type": "eventGridTrigger"})
    app.function(
        "Blob", "def main(event): pass", {**other, "type": "blobTrigger", "path": "c/{name}", "connection": "C"}
    )
    with Host.open(app.root) as opened:
        yield opened


def outcome(call: Callable[[], object]) -> AzfuncError | None:
    """The error of ours, if there is one; every other one goes through, and is a failure."""
    try:
        call()
    except AzfuncError as error:
        text = str(error)
        assert text.encode("utf-8"), "it can be written anywhere"
        assert text.isprintable() or all(line.isprintable() for line in text.split("\n")), ascii(text)
        assert len(text) < 4000
        assert "set_int_max_str_digits" not in text, "advice for another problem"
        return error
    return None


# Payloads: a call on the host, and the rule of its error; None where it is to succeed.
PAYLOADS: dict[str, tuple[Callable[[Host], object], str | None]] = {
    "half a character": (lambda h: h.invoke("Queue", HALF), "payload-value"),
    "half a character in a dict": (lambda h: h.invoke("Queue", {"a": HALF}), "payload-value"),
    "half a character in a key": (lambda h: h.invoke("Queue", {HALF: 1}), "payload-value"),
    "half a character in a list": (lambda h: h.invoke("Queue", [HALF]), "payload-value"),
    "half a character in a dataclass": (lambda h: h.invoke("Queue", Node(HALF)), "payload-value"),
    "queue(half a character)": (lambda h: h.invoke("Queue", azfunc.queue(HALF)), "payload-value"),
    "queue(id=half)": (lambda h: h.invoke("Queue", azfunc.queue("x", id=HALF)), "payload-value"),
    "queue(pop_receipt=half)": (lambda h: h.invoke("Queue", azfunc.queue("x", pop_receipt=HALF)), "payload-value"),
    "http(data=half)": (lambda h: h.invoke("Http", azfunc.http("POST", data=HALF)), "payload-value"),
    "http(data={half})": (lambda h: h.invoke("Http", azfunc.http("POST", data={"a": HALF})), "payload-value"),
    "http(data=list)": (lambda h: h.invoke("Http", azfunc.http("POST", data=["a"])), "payload-value"),
    "http(json=half)": (lambda h: h.invoke("Http", azfunc.http("POST", json=HALF)), "payload-value"),
    "http(url=half)": (lambda h: h.invoke("Http", azfunc.http("GET", f"/api/Http?x={HALF}")), "payload-value"),
    "http(params=half)": (lambda h: h.invoke("Http", azfunc.http(params={"x": HALF})), "payload-value"),
    "http(headers=half)": (lambda h: h.invoke("Http", azfunc.http(headers={"X": HALF})), "payload-value"),
    "http(headers={half})": (lambda h: h.invoke("Http", azfunc.http(headers={f"X{HALF}": "1"})), "payload-value"),
    "http(cookies=half)": (lambda h: h.invoke("Http", azfunc.http(cookies={"x": HALF})), "payload-value"),
    "http(files=half)": (lambda h: h.invoke("Http", azfunc.http("POST", files={"f": (HALF, b"x")})), "payload-value"),
    "http(auth=half)": (lambda h: h.invoke("Http", azfunc.http(auth=(HALF, HALF))), "payload-value"),
    "http(method=half)": (lambda h: h.invoke("Http", azfunc.http(HALF)), "payload-value"),
    "http(principal=half)": (lambda h: h.invoke("Http", azfunc.http(principal={"name": HALF})), "payload-value"),
    "http(principal=half id)": (lambda h: h.invoke("Http", azfunc.http(principal={"id": HALF})), "payload-value"),
    "http(principal=half role)": (lambda h: h.invoke("Http", azfunc.http(principal={"roles": [HALF]})), "payload-value"),
    "http(principal=half claim)": (lambda h: h.invoke("Http", azfunc.http(principal={"claims": {HALF: "x"}})), "payload-value"),
    "event_hub(half)": (lambda h: h.invoke("Hub", azfunc.event_hub(HALF)), "payload-value"),
    "event_hub(partition_key=half)": (lambda h: h.invoke("Hub", azfunc.event_hub("x", partition_key=HALF)), "payload-value"),
    "service_bus(half)": (lambda h: h.invoke("Bus", azfunc.service_bus(HALF)), "payload-value"),
    "service_bus(message_id=half)": (lambda h: h.invoke("Bus", azfunc.service_bus("x", message_id=HALF)), "payload-value"),
    "event_grid(half)": (lambda h: h.invoke("Grid", azfunc.event_grid({"a": HALF})), "payload-value"),
    "event_grid(subject=half)": (lambda h: h.invoke("Grid", azfunc.event_grid({}, subject=HALF)), "payload-value"),
    "blob(half)": (lambda h: h.invoke("Blob", azfunc.blob(HALF)), "payload-value"),
    "blob(name=half)": (lambda h: h.invoke("Blob", azfunc.blob("x", name=HALF)), "payload-value"),
    "a function's name": (lambda h: h.invoke(HALF), "function-not-found"),
    "a function's name with ESC": (lambda h: h.invoke("\x1b[31mQueue\u202e"), "function-not-found"),
    "a binding's name with ESC": (lambda h: h.invoke("Queue", "x", inputs={"\x1b[31m\u202e": 1}), "input-unknown"),
    "a binding's name": (lambda h: h.invoke("Queue", "x", inputs={HALF: 1}), "input-unknown"),
    "session: header": (lambda h: h.http.get("/api/Http", headers={"X": HALF}), "payload-value"),
    "session: body": (lambda h: h.http.post("/api/Http", data=HALF), "payload-value"),
    "session: key": (lambda h: h.http.get("/api/Http", key=HALF), "payload-value"),
    "session: path": (lambda h: h.http.get(f"/api/{HALF}"), "payload-value"),
    "session: cookie": (lambda h: h.http.get("/api/Http", cookies={"x": HALF}), "payload-value"),
    "session: principal": (lambda h: h.http.get("/api/Http", principal={"name": HALF}), "payload-value"),
    "session: method": (lambda h: h.http.request(HALF, "/api/Http"), "payload-value"),
    "a dataclass that holds itself": (lambda h: h.invoke("Queue", ring()), "payload-not-json"),
    "queue(a dataclass that holds itself)": (lambda h: h.invoke("Queue", azfunc.queue(ring())), "payload-not-json"),
    "http(a dataclass that holds itself)": (lambda h: h.invoke("Http", azfunc.http("POST", json=ring())), "payload-not-json"),
    "event_grid(a dataclass that holds itself)": (lambda h: h.invoke("Grid", azfunc.event_grid(ring())), "payload-not-json"),
    "deep lists": (lambda h: h.invoke("Queue", nested(100_000)), "payload-not-json"),
    "a dataclass in a deep list": (lambda h: h.invoke("Queue", nested(100_000) and Node(nested(100_000))), "payload-not-json"),
    "an integer of 5,000 digits": (lambda h: h.invoke("Queue", HUGE), "payload-not-json"),
    "an integer of 5,000 digits in a dict": (lambda h: h.invoke("Queue", {"a": HUGE}), "payload-not-json"),
    "http(json=an integer of 5,000 digits)": (lambda h: h.invoke("Http", azfunc.http("POST", json=HUGE)), "payload-not-json"),
    "queue(dequeue_count=an integer of 5,000 digits)": (lambda h: h.invoke("Queue", azfunc.queue("x", dequeue_count=HUGE)), "payload-value"),
    "event_hub(offset)": (lambda h: h.invoke("Hub", azfunc.event_hub("x", sequence_number=HUGE)), "payload-value"),
    "queue(dequeue_count=-1)": (lambda h: h.invoke("Queue", azfunc.queue("x", dequeue_count=-1)), "payload-value"),
    **{
        f"queue({name}={word})": (lambda h, n=name, m=moment: h.invoke("Queue", azfunc.queue("x", **{n: m})), "payload-value")  # type: ignore[misc]
        for name in ("insertion_time", "expiration_time", "next_visible_time")
        for word, moment in (("too early", EARLY), ("too late", LATE))
    },
    **{
        f"timer({name}={word})": (lambda h, n=name, m=moment: h.invoke("Timer", azfunc.timer(**{n: m})), "payload-value")  # type: ignore[misc]
        for name in ("now", "last")
        for word, moment in (("too early", EARLY), ("too late", LATE))
    },
    "event_grid(event_time=too early)": (lambda h: h.invoke("Grid", azfunc.event_grid({}, event_time=EARLY)), "payload-value"),
    "event_hub(enqueued_time=too late)": (lambda h: h.invoke("Hub", azfunc.event_hub("x", enqueued_time=LATE)), "payload-value"),
    "NaN": (lambda h: h.invoke("Queue", {"a": float("nan")}), "payload-not-json"),
    "a class": (lambda h: h.invoke("Queue", Node), "payload-type"),
    "bytes in a dict": (lambda h: h.invoke("Queue", {"a": b"x"}), "payload-not-json"),
}  # fmt: skip


# What may as well be made something of: an escape in JSON, a question mark in a header.
EITHER = {
    "http(json=half)",
    "http(url=half)",
    "http(headers=half)",
    "http(cookies=half)",
    "event_grid(half)",
    "event_grid(subject=half)",
    "session: path",
    "session: method",
}


@pytest.mark.parametrize("name", PAYLOADS)
def test_payloads(host: Host, name: str) -> None:
    call, rule = PAYLOADS[name]

    error = outcome(lambda: call(host))

    if error is None:
        assert name in EITHER
    else:
        assert error.rule in (rule, "payload-not-json") if "half" in name else error.rule == rule


def test_invocation_ids_that_cannot_be_told(host: Host) -> None:
    outcome(lambda: host.invoke("Queue", "x", context=host.context(invocation_id=HALF)))
    outcome(lambda: host.invoke("Queue", "x", context=host.context(trace_parent=HALF, attributes={HALF: HALF})))
    error = outcome(lambda: host.context(retry_count=HUGE))
    assert error is None or error.rule


# Apps: files, and what the project or the opened host says; None where all is well.
def queued(**properties: Any) -> dict[str, Any]:
    return {
        "F/function.json": {"bindings": [{**queue_trigger(), **properties}]},
        "F/__init__.py": "def main(msg): pass",
    }


def host_json(**content: Any) -> dict[str, Any]:
    return {"host.json": {"version": "2.0", **content}}


BUNDLE = "Microsoft.Azure.Functions.ExtensionBundle"
APPS: dict[str, tuple[dict[str, Any], str | None]] = {
    **{
        f"log level {level!r}": (host_json(logging={"logLevel": {"default": level}}), "host-json-value")
        for level in ("²", "①", "\u0663", "½", "1" * 5000, "-1", "+2", "Information,Error", HALF, "\x1b[31m")
    },
    **{f"log level {level!r}": (host_json(logging={"logLevel": {"a": level}}), None) for level in ("2", "information")},
    "timeout": (host_json(functionTimeout="²0:00:10"), "host-json-value"),
    "timeout of other digits": (host_json(functionTimeout="\u0660\u0660:\u0660\u0665:\u0660\u0660"), "host-json-value"),
    "a huge timeout": (host_json(functionTimeout="9" * 5000), "host-json-value"),
    "retry with other digits": ({**host_json(retry={"strategy": "fixedDelay", "maxRetryCount": 2, "delayInterval": "00:00:0²"})}, "host-json-value"),
    "version of other digits": ({"host.json": {"version": "²"}}, "host-json-version"),
    "route prefix": (host_json(extensions={"http": {"routePrefix": HALF}}), None),
    "bundle of other digits": (host_json(extensionBundle={"id": BUNDLE, "version": "[².0.0, 5.0.0)"}), None),
    "a type with half a character": (queued(type=HALF + "Trigger"), "binding-type-unknown"),
    "a type with ESC": (queued(type="\x1b[31mqueueTrigger\u202e"), "binding-type-unknown"),
    "a name with ESC": (queued(name="\x1b[31mmsg\u202e"), "binding-name"),
    "a name with half a character": (queued(name=HALF), "binding-name"),
    "a queue's name with ESC": (queued(queueName="\x1b[31mq\u202e"), None),
    "a trigger that goes out": (queued(direction="out"), "binding-direction"),
    "a trigger in both directions": (queued(direction="inout"), "binding-direction"),
    "an output that comes in": ({"F/function.json": {"bindings": [queue_trigger(), {**queue_out("out", "q"), "direction": "in"}]}, "F/__init__.py": "def main(msg, out): pass"}, "binding-direction"),
    "a response that comes in": ({"F/function.json": {"bindings": [http_trigger(), {**http_out(), "direction": "in"}]}, "F/__init__.py": "def main(req): return 'x'"}, "binding-direction"),
    "a timer that goes out": ({"F/function.json": {"bindings": [{**timer_trigger(), "direction": "out"}]}, "F/__init__.py": "def main(timer): pass"}, "binding-direction"),
    "a table in both directions": ({"F/function.json": {"bindings": [queue_trigger(), {"type": "table", "name": "t", "direction": "inout", "tableName": "t"}]}, "F/__init__.py": "def main(msg, t): pass"}, "binding-direction"),
    "a deep file": ({"F/function.json": b'{"a":' * 50_000, "F/__init__.py": ""}, "function-json-invalid"),
}  # fmt: skip
# What the rules are called is the code's; here it is enough that the one that is named fits the kind.
FREE_RULES = {"host-json-value", "host-json-version", "binding-direction", "binding-name", "function-json-invalid", "binding-type-unknown"}  # fmt: skip


def use(root: Path) -> None:
    """Load, open, list and call all that there is."""
    project = Project.load(root)
    for error in project.errors.values():
        raise error
    with Host.open(project) as host:
        for name in project.functions:
            host.invoke(name)
        assert host.console is not None


@pytest.mark.parametrize("name", APPS)
def test_apps(name: str, tmp_path: Path) -> None:
    files, rule = APPS[name]
    app = FunctionApp(tmp_path / "app")
    app.write({**(queued() if "F/function.json" not in files else {}), **files})

    error = outcome(lambda: use(app.root))

    assert (error is not None) == (rule is not None), error
    assert error is None or rule in FREE_RULES


def test_an_empty_list_of_methods(tmp_path: Path) -> None:
    app = FunctionApp(tmp_path / "app")
    app.function("F", "def main(req): return 'x'", http_trigger(methods=[]), http_out())

    with Host.open(app.root) as host:
        error = outcome(lambda: host.invoke("F"))
        assert error is not None
        assert error.rule == "http-method-not-declared", "it takes none, as in Azure"
        assert {host.http.request(method, "/api/F").status_code for method in ("GET", "POST", "PUT")} <= {200, 404}


@pytest.mark.parametrize(
    "name", [b"\xff", b"\xed\xa0\x80", b"\x1b[31mred", "\u202eleft".encode(), b"new\nline", "e\u0301".encode()]
)
def test_names_of_folders(name: bytes, tmp_path: Path) -> None:
    folder = os.path.join(os.fsencode(tmp_path), name)
    try:
        os.mkdir(folder)
    except OSError:
        pytest.skip("the file system does not take such names")
    with open(os.path.join(folder, b"function.json"), "w") as file:
        json.dump({"bindings": [queue_trigger()]}, file)

    assert outcome(lambda: use(tmp_path)) is not None


def test_nothing_that_steers_a_terminal_is_printed(app: FunctionApp, session: Session) -> None:
    evil = "\x1b[31m\u202e\x07\u2066"
    app.function("Route", "def main(req): return 'x'", http_trigger(route=f"a{evil}"), http_out())
    app.function("Queue", "def main(msg): raise ValueError", queue_trigger(queue=f"q{evil}"))
    app.function("Out", "def main(msg): pass", queue_trigger(), queue_out("out", f"o{evil}"))
    app.function("Type", "def main(msg): pass", {**queue_trigger(), "type": f"queue{evil}Trigger"})
    app.function("Name", "def main(msg): pass", queue_trigger(name=f"msg{evil}"))
    app.function("Script", "", queue_trigger(), scriptFile=f"main{evil}.py")
    app.function("Entry", "def main(msg): pass", queue_trigger(), entryPoint=f"main{evil}")
    (app.root / f"Folder{evil}").mkdir()
    (app.root / f"Folder{evil}" / "function.json").write_text(json.dumps({"bindings": [queue_trigger()]}))
    app.write({"local.settings.json": {"Values": {f"KEY{evil}": "1"}}})
    names = ["Route", "Queue", "Out", "Type", "Name", "Script", "Entry"]

    listed = session.run("--azfunc-list", "--color=no")
    result = session.test(
        f"import pytest\n@pytest.mark.parametrize('name', {names})\ndef test_it(invoke, name):\n    invoke(name)\n    assert 0",
        "--azfunc-check", "-l", "--color=no",
    )  # fmt: skip

    output = listed.stdout.str() + listed.stderr.str() + result.stdout.str() + result.stderr.str()
    assert {character for character in output if character in evil} - set("[31m") == set()


# Modules

MODULES = """
    import sys

    import pytest

    def test_replaced_by_an_object(invoke, monkeypatch):
        import Works
        monkeypatch.setitem(sys.modules, "Works", object())
        monkeypatch.setitem(sys.modules, "__app__.Works", object())
        invoke("Works")

    def test_replaced_by_none(invoke, monkeypatch):
        monkeypatch.setitem(sys.modules, "Works", None)
        invoke("Works")

    def test_without_a_spec(invoke, monkeypatch):
        import Works
        monkeypatch.delattr(Works, "__spec__")
        monkeypatch.delattr(Works, "__file__")
        invoke("Works")

    def test_a_namespace_of_another_kind(invoke, monkeypatch):
        monkeypatch.setitem(sys.modules, "__app__", object())
        invoke("Other")

    def test_import_that_fails(invoke):
        with pytest.raises(ValueError, match="at import"):
            import Bad

    def test_import_that_exits(invoke):
        with pytest.raises((SystemExit, ImportError)):
            import Exits

    def test_import_of_what_would_not_load(invoke):
        import NoMain
        assert NoMain.VALUE == 1

    def test_import_of_what_the_host_refuses(invoke):
        import Refused
        assert Refused.VALUE == 1

    def test_next(invoke):
        invoke("Works")
"""


def test_modules(app: FunctionApp, session: Session) -> None:
    app.function("Works", "def main(msg): pass")
    app.function("Other", "def main(msg): pass")
    app.function("Bad", "raise ValueError('at import')")
    app.function("Exits", "import sys\nsys.exit(3)")
    app.function("NoMain", "VALUE = 1")
    app.write({"Refused/function.json": {"bindings": []}, "Refused/__init__.py": "VALUE = 1"})

    result = session.test(MODULES, "-p", "no:randomly", "--tb=short")

    output = result.stdout.str()
    assert "pytest_azfunc/" not in output
    assert result.parseoutcomes().get("passed", 0) >= 5, output
    raw = [
        line
        for line in result.outlines
        if line.startswith("E  ") and ("AttributeError" in line or "has no attribute" in line)
    ]
    assert raw == [], "an object in the place of a module"


ENDS = """
    import asyncio
    import signal

    import pytest

    @pytest.fixture
    def alarm():
        def ring(*_):
            pytest.fail("Timeout (>0.1s)")
        before = signal.signal(signal.SIGALRM, ring)
        yield lambda: signal.setitimer(signal.ITIMER_REAL, 0.1)
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)

    @pytest.mark.parametrize("function", ["Waits", "Blocks", "Sync", "InTask", "Gathers", "InThread"])
    def test_timeout(invoke, alarm, function):
        alarm()
        with pytest.raises(pytest.fail.Exception, match="Timeout"):
            invoke(function)
        invoke("Works")

    def test_timeout_awaited(ainvoke, alarm):
        async def go():
            await ainvoke("Waits")
        alarm()
        with pytest.raises(pytest.fail.Exception, match="Timeout"):
            asyncio.run(go())

    def test_timeout_of_a_request(azfunc_live_server, alarm):
        import urllib.request
        alarm()
        with pytest.raises(pytest.fail.Exception, match="Timeout"):
            urllib.request.urlopen(azfunc_live_server.url + "/api/Slow")

    @pytest.mark.parametrize("function", ["Exits", "ExitsInTask", "ExitsInGather"])
    def test_exit(invoke, function):
        with pytest.raises(SystemExit) as caught:
            invoke(function)
        assert caught.value.code == 3
        invoke("Works")

    def test_exit_awaited(ainvoke):
        async def go():
            await ainvoke("Exits")
        with pytest.raises(SystemExit):
            asyncio.run(go())
"""


def test_ends_of_async_functions(app: FunctionApp, session: Session) -> None:
    start = "import asyncio, sys, time\n"
    app.function("Works", f"{start}async def main(msg): await asyncio.sleep(0)")
    app.function("Waits", f"{start}async def main(msg): await asyncio.sleep(9)")
    app.function("Blocks", f"{start}async def main(msg): time.sleep(9)")
    app.function("Sync", f"{start}def main(msg): time.sleep(9)")
    app.function("InTask", f"{start}async def main(msg): await asyncio.create_task(asyncio.sleep(9))")
    app.function("Gathers", f"{start}async def main(msg): await asyncio.gather(asyncio.sleep(9), asyncio.sleep(8))")
    app.function("InThread", f"{start}async def main(msg): await asyncio.to_thread(time.sleep, 0.5)\n")
    app.function("Exits", f"{start}async def main(msg): sys.exit(3)")
    app.function(
        "ExitsInTask", f"{start}async def go(): sys.exit(3)\nasync def main(msg): await asyncio.create_task(go())"
    )
    app.function(
        "ExitsInGather",
        f"{start}async def go(): sys.exit(3)\nasync def main(msg): await asyncio.gather(go(), asyncio.sleep(9))",
    )
    app.function(
        "Slow",
        f"{start}async def main(req):\n    await asyncio.sleep(0.5)\n    return 'late'",
        http_trigger(),
        http_out(),
    )

    session.write({"test_it.py": ENDS})
    result = session.pytester.runpytest_subprocess("-p", "azfunc", "-p", "no:cacheprovider", "--tb=short", timeout=60)

    assert "INTERNALERROR" not in result.stdout.str()
    assert "pytest_azfunc/" not in result.stdout.str()
    assert "Task exception was never retrieved" not in result.stdout.str() + result.stderr.str()
    assert result.parseoutcomes() == {"passed": 12}, result.stdout.str()


# Files of many megabytes

SIZE = 20_000_000 if LONG else 200_000


def large(size: int) -> dict[str, bytes]:
    return {
        "a string that is not closed": b'"' + b"x" * size,
        "no comma": b'{"a": "' + b"x" * size + b'" "b": 1}',
        "no comma after many values": b'{"a": [' + b"1," * (size // 2) + b'1] "b": 1}',
        "an array that is not closed": b"[" + b"1," * (size // 2),
        "an object that is not closed": b'{"Values": {' + b'"a":"b",' * (size // 8),
        "arrays in arrays": b"[[]," * (size // 4),
        "lines": b"\n" * size + b"{",
        "no JSON": b"x" * size,
        "spaces": b'{"bindings":' + b" " * size + b"}",
        "a comment": b"/*" + b"x" * size,
        "comments": b"// x\n" * (size // 5),
        "escapes": b'{"a":"' + b"\\u0041" * (size // 6) + b'" "',
        "digits": b"9" * size,
        "quotes": b'"' * size,
        "backslashes": b'"' + b"\\" * size,
        "NULs": b"\0" * size,
        "no UTF-8": b"\xff" * size,
    }


def seconds(root: Path) -> float:
    started = time.process_time()
    outcome(lambda: use(root))
    outcome(lambda: Project.load(root).file_settings and None)
    return time.process_time() - started


@pytest.mark.parametrize("file", ["host.json", "F/function.json", "local.settings.json"])
def test_large_files_that_are_broken(file: str, tmp_path: Path) -> None:
    app = FunctionApp(tmp_path / "app")
    app.write(queued())
    values = (
        b'{"version": "2.0", "bindings": [], "Values": {}, "x": ['
        + b'"a",' * (SIZE // 8)
        + b"1," * (SIZE // 4)
        + b"1]}"
    )
    app.write({file: values})
    valid = max(0.02, min(seconds(app.root), seconds(app.root)))
    slow = {}
    for name, content in large(SIZE).items():
        app.write({file: content})
        took = seconds(app.root)
        if took > 8 * valid:
            slow[name] = f"{took:.2f} s, a valid file of that size {valid:.2f} s"

    assert slow == {}


@pytest.mark.parametrize(
    "content",
    [
        {"version": "1" * 4_000_000},
        {"version": "2." * 2_000_000},
        {"version": "2.0", "extensionBundle": {"id": BUNDLE, "version": "[" + "1" * 4_000_000 + ", 5.0.0)"}},
        {"version": "2.0", "extensionBundle": {"id": BUNDLE, "version": "[" + "1." * 2_000_000 + ", 5.0.0)"}},
        {"version": "2.0", "extensionBundle": {"id": BUNDLE, "version": "[4.0.0, " * 500_000}},
        {"version": "2.0", "functionTimeout": "1" * 4_000_000},
        {"version": "2.0", "functionTimeout": "1:" * 2_000_000},
        {"version": "2.0", "logging": {"logLevel": {"default": "1" * 4_000_000}}},
    ],
    ids=["digits", "dots", "digits of a bundle", "dots of a bundle", "ranges", "digits of a timeout", "colons", "digits of a level"],
)  # fmt: skip
def test_endless_digits(content: dict[str, Any], tmp_path: Path) -> None:
    app = FunctionApp(tmp_path / "app")
    app.write({**queued(), "host.json": content})

    assert seconds(app.root) < 3


def test_endless_digits_in_the_list(app: FunctionApp, session: Session) -> None:
    bundle = {"id": BUNDLE, "version": "[" + "1" * 4_000_000 + ", 5.0.0)"}
    app.function("F", "def main(msg): pass")
    app.write({"host.json": {"version": "2.0", "extensionBundle": bundle}})
    started = time.monotonic()

    result = session.run("--azfunc-list")

    assert time.monotonic() - started < 30
    assert len(result.stdout.str()) + len(result.stderr.str()) < 10_000
    assert "Traceback" not in result.stderr.str()
