"""Apps that stream HTTP, on Microsoft's library with its web server and on ours."""

from __future__ import annotations

import base64
import itertools
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest

from pytest_azfunc import Host
from pytest_azfunc import http as http_request
from tests.conformance.apps import Call, Document
from tests.conformance.comparison import same_refusal
from tests.conformance.decorator_apps import App
from tests.conformance.decorator_comparison import DECORATOR_CAUSES
from tests.conformance.decorator_ours import our_answer
from tests.conformance.reference import IndexingReference
from tests.conformance.typed import http

PACKAGE = "azurefunctions.extensions.http.fastapi"

pytestmark = pytest.mark.skipif(
    find_spec("azurefunctions.extensions.http") is None, reason="the web extension is not installed"
)

_NUMBERS = itertools.count()


class _Reference(IndexingReference):
    child = Path(__file__).with_name("streaming_child.py")

    def ask(self, document: Document) -> Document:
        """What the library answers to an app and its calls."""
        return self._ask(document)


@pytest.fixture(scope="module")
def reference() -> Iterator[_Reference]:
    with _Reference() as process:
        yield process


@pytest.fixture
def root(tmp_path: Path) -> Path:
    root = tmp_path / f"app{next(_NUMBERS)}"  # a name of its own: what a module is told by
    root.mkdir()
    return root


# ------------------------------------------------------------------------------------------------------- indexing

_CAUSES = {
    **DECORATOR_CAUSES,
    "annotation-streaming": DECORATOR_CAUSES["annotation-mismatch"],
    "return-annotation-streaming": DECORATOR_CAUSES["return-annotation-mismatch"],
}
_IMPORT = f"import {PACKAGE} as web\nimport pydantic\napp = func.FunctionApp()\n"
_FUNCTION = "@app.route()\ndef f(req{request}){returns}: ...\n"


def _annotated(request: str = "", returns: str = "") -> str:
    parts = {"request": f": {request}" if request else "", "returns": f" -> {returns}" if returns else ""}
    return _IMPORT + "class Model(pydantic.BaseModel): ...\nclass Mine(web.Request): ...\n" + _FUNCTION.format(**parts)


_REQUESTS = (
    *("web.Request", "Mine", "func.HttpRequest", "int", "str", "bytes", "dict", "object", "typing.Any", "None"),
    *(
        "typing.Optional[web.Request]",
        "'web.Request'",
        "typing.List[web.Request]",
        "web.Response",
        "func.Out[web.Request]",
    ),
)
_RETURNS = (
    *("web.Response", "web.StreamingResponse", "web.JSONResponse", "web.FileResponse", "Model", "pydantic.BaseModel"),
    *(
        "str",
        "dict",
        "list",
        "int",
        "float",
        "bool",
        "bytes",
        "tuple",
        "None",
        "object",
        "func.HttpResponse",
        "web.Request",
    ),
    *("typing.Optional[str]", "typing.List[str]", "list[str]", "'web.Response'", "typing.Any", "func.Out[str]", "type"),
)
_QUEUED = "@app.queue_trigger(arg_name='m', queue_name='q', connection='C')\ndef g(m{}): ...\n"

_SCRIPTS = {
    **{f"request {kind}": _annotated(kind) for kind in _REQUESTS},
    **{f"returns {kind}": _annotated(returns=kind) for kind in _RETURNS},
    "neither": _annotated(),
    "a queue message": _annotated() + _QUEUED.format(": func.QueueMessage"),
    "a queue message as the request": _annotated() + _QUEUED.format(": web.Request"),
    "the second is wrong": _annotated() + "@app.route()\ndef g(req: func.HttpRequest): ...\n",
    "generic trigger": _IMPORT + "@app.generic_trigger('req', type='httpTrigger')\ndef f(req: web.Request): ...\n",
    "generic trigger, wrong": _IMPORT + "@app.generic_trigger('req', type='httpTrigger')\ndef f(req: func.HttpRequest): ...\n",
    "generic trigger in lower case": _IMPORT + "@app.generic_trigger('req', type='httptrigger')\ndef f(req): ...\n",
    "named output": _IMPORT + "@app.route(binding_arg_name='res')\ndef f(req, res: func.Out[web.Response]): ...\n",
    "named output, wrong": _IMPORT + "@app.route(binding_arg_name='res')\ndef f(req, res: func.Out[func.HttpResponse]): ...\n",
    "not streaming": "app = func.FunctionApp()\n@app.route()\ndef f(req: func.HttpRequest) -> func.HttpResponse: ...\n",
    "not streaming, but for one who could": "import fastapi\napp = func.FunctionApp()\n@app.route()\ndef f(req: fastapi.Request): ...\n",
    "fastapi's own request": f"import fastapi, {PACKAGE}\napp = func.FunctionApp()\n@app.route()\ndef f(req: fastapi.Request): ...\n",
    "starlette's request": f"import starlette.requests, {PACKAGE}\napp = func.FunctionApp()\n@app.route()\ndef f(req: starlette.requests.Request): ...\n",
}  # fmt: skip


@pytest.mark.parametrize("script", _SCRIPTS.values(), ids=_SCRIPTS)
def test_indexing(script: str, root: Path, reference: _Reference) -> None:
    app = App("streaming", script)
    app.write(root)
    theirs, ours = reference.answer(root, app), our_answer(root, app, [])
    assert ours["status"] == theirs["status"], (ours, theirs)
    if ours["status"] == "failed":
        assert same_refusal(ours, theirs, _CAUSES), (ours, theirs)
    else:
        assert set(ours["functions"]) == {function["name"] for function in theirs["functions"]}


# ---------------------------------------------------------------------------------------------------------- calls

_CALLED = f"""\
from {PACKAGE} import *
from fastapi import HTTPException, BackgroundTasks
import pydantic
app = func.FunctionApp()

class Model(pydantic.BaseModel):
    id: int
    name: str = "é"

class Odd:
    __slots__ = ()

async def pieces(*found):
    for piece in found: yield piece
"""


@dataclass(frozen=True)
class Exchange:
    """One function, and a request to it.

    :ivar code: the body of the function, which gets ``req``.
    :ivar raises: what we have as the function's exception although the library reports success: its web server fails.
    :ivar whole: whether the response comes to its end.
    """

    code: str
    method: str = "GET"
    query: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""
    chunked: bool = False
    params: Mapping[str, str] = field(default_factory=dict)
    is_async: bool = True
    decorators: str = ""
    more: str = ""
    raises: str = ""
    whole: bool = True

    @property
    def script(self) -> str:
        route = "f" + "".join(f"/{{{name}}}" for name in self.params)
        kind = "async def" if self.is_async else "def"
        return f"{_CALLED}{self.decorators}@app.route(route={route!r})\n{kind} f(req{self.more}):\n    {self.code}\n"

    @property
    def path(self) -> str:
        return "/api/f" + "".join(f"/{value}" for value in self.params.values()) + self.query

    def call(self) -> Document:
        body = base64.b64encode(self.body).decode()
        sent: dict[str, Any] = {"method": self.method, "path": self.path, "headers": dict(self.headers)}
        data = http("", "", params=dict(self.params))
        return {
            "function": "f",
            **Call({"req": data}).document(),
            "http": {**sent, "body": body, "chunked": self.chunked},
        }


_FORM = b'--x\r\nContent-Disposition: form-data; name="a"; filename="a.txt"\r\n\r\ntext\r\n--x--\r\n'
_OUT = "@app.queue_output(arg_name='q', queue_name='q', connection='C')\n"

_EXCHANGES = {
    **{f"returns {value}": Exchange(f"return {value}") for value in (
        "'hi'", "''", "{'a': 1}", "{}", "[1, None]", "[]", "7", "0", "1.5", "True", "False", "b'x'", "(1, 2)", "{1}", "Model(id=7)",
        "[Model(id=7)]", "datetime.date(2026, 1, 2)", "Response('x')", "Response()", "Response(b'\\xff', 201, {'X-A': 'b'}, 'image/png')",
        "Response(status_code=204)", "Response(status_code=304)", "JSONResponse({'a': 'é'}, status_code=202)", "HTMLResponse('<p>')",
        "PlainTextResponse('é')", "RedirectResponse('/there')", "StreamingResponse(iter(['a', b'b']))", "StreamingResponse(pieces('a', 'b'), 201)",
        "StreamingResponse(iter(()))", "FileResponse('host.json')", "FileResponse('host.json', filename='x')", "HTTPException(404)",
    )},
    "sync": Exchange("return 'hi'", is_async=False),
    "request line": Exchange("return [req.method, req.url.path, req.url.query, req.scope['raw_path'].decode()]", "POST", "?a=1&a=2&b=%20+c&c"),
    "query": Exchange("return req.query_params.multi_items()", query="?a=1&a=2&b=%20+c&c&d=%C3%A9"),
    "route values": Exchange("return req.path_params", params={"id": "7", "name": "x"}),
    "no route values": Exchange("return req.path_params"),
    "header": Exchange("return [req.headers['X-A'], req.headers.getlist('x-a')]", headers={"X-A": "b c"}),
    "cookies in": Exchange("return req.cookies", headers={"Cookie": "a=1; b=2"}),
    "cookies out": Exchange("r = Response('x'); r.set_cookie('a', '1'); r.set_cookie('b', 'é/', max_age=3, secure=True); return r"),
    "body": Exchange("return (await req.body()).decode()", "POST", body=b"hello"),
    "no body": Exchange("return [(await req.body()).decode(), req.headers.get('content-length')]", "POST"),
    "json": Exchange("return await req.json()", "POST", headers={"Content-Type": "application/json"}, body=b'{"a": [1]}'),
    "bad json": Exchange("return await req.json()", "POST", body=b"{"),
    "stream": Exchange("return ''.join([piece.decode() async for piece in req.stream()])", "POST", body=b"hello"),
    "long stream": Exchange("return sum([len(piece) async for piece in req.stream()])", "POST", body=b"x" * 300_000),
    "stream twice": Exchange("[_ async for _ in req.stream()]; [_ async for _ in req.stream()]", "POST", body=b"hello"),
    "chunked": Exchange("return [(await req.body()).decode(), req.headers.get('content-length')]", "POST", body=b"hello", chunked=True),
    "form": Exchange("f = await req.form(); return [f['a'], f.getlist('b')]", "POST", headers={"Content-Type": "application/x-www-form-urlencoded"}, body=b"a=1&b=2&b=3"),
    "file": Exchange("f = (await req.form())['a']; return [f.filename, (await f.read()).decode()]", "POST", headers={"Content-Type": "multipart/form-data; boundary=x"}, body=_FORM),
    "disconnected": Exchange("return await req.is_disconnected()", "POST", body=b"hello"),
    "disconnected after the body": Exchange("await req.body(); return await req.is_disconnected()", "POST", body=b"hello"),
    "scope": Exchange("return [req.scope[name] for name in ('type', 'http_version', 'scheme', 'root_path', 'asgi')]"),
    "client": Exchange("return req.client.host"),
    "state": Exchange("req.state.a = 1; return req.state.a"),
    "app": Exchange("return type(req.app).__name__"),
    "type of the request": Exchange("return [type(req).__module__, type(req).__name__]"),
    "url for": Exchange("return str(req.url_for('catch_all', path='x').path)"),
    "head": Exchange("return 'hi'", "HEAD"),
    **{method: Exchange("return req.method", method) for method in ("PUT", "DELETE", "OPTIONS", "PATCH")},
    "output": Exchange("q.set('m'); return 'hi'", decorators=_OUT, more=", q: func.Out[str]"),
    "output that is never set": Exchange("return 'hi'", decorators=_OUT, more=", q: func.Out[str]"),
    "output that cannot be encoded": Exchange("q.set(object()); return 'hi'", decorators=_OUT, more=", q"),
    "output, and an exception": Exchange("q.set('m'); raise ValueError('mine')", decorators=_OUT, more=", q: func.Out[str]"),
    "context": Exchange("return [context.function_name, context.invocation_id == req.headers['x-ms-invocation-id']]", more=", context"),
    "background task": Exchange("async def later(): tell('later')\n    t = BackgroundTasks(); t.add_task(later); return JSONResponse(1, background=t)"),
    "exception": Exchange("raise ValueError('mine')"),
    "exception, sync": Exchange("raise ValueError('mine')", is_async=False),
    "HTTP exception": Exchange("raise HTTPException(418, 'tea', {'X-A': 'b'})"),
    "stop iteration": Exchange("raise StopIteration(1)", is_async=False),
    "file that is not there": Exchange("return FileResponse('no-such-file')", raises="RuntimeError"),
    "nothing": Exchange("return None", raises="ValueError"),
    "exception returned": Exchange("return ValueError('mine')", raises="ValueError"),
    "no JSON": Exchange("return Odd()", raises="ValueError"),
    "NaN": Exchange("return float('nan')", raises="ValueError"),
    "body read too late": Exchange("return StreamingResponse(req.stream())", "POST", body=b"x" * 300_000, raises="BindingError"),
    "stream that breaks off": Exchange("def g():\n        yield 'a'\n        raise KeyError(1)\n    return StreamingResponse(g())", raises="KeyError", whole=False),
    "stream that is none": Exchange("return StreamingResponse(7)", raises="TypeError", whole=False),
}  # fmt: skip


@pytest.mark.parametrize("case", _EXCHANGES.values(), ids=_EXCHANGES)
def test_exchange(case: Exchange, root: Path, reference: _Reference) -> None:
    app = App("streaming", case.script)
    app.write(root)
    theirs = reference.ask({**app.document(root), "calls": [case.call()]})
    assert theirs["status"] == "indexed", theirs
    answer = theirs["calls"][0]
    with Host.open(root, auth=False) as host:
        body: Any = (piece for piece in [case.body]) if case.chunked else case.body
        sent = http_request(case.method, case.path, headers=case.headers, data=body or None)
        invocation = host.invoke("f", sent, check=False)
        response = invocation.response
    assert response.http_response is not None
    status, headers, content = (
        response.http_response.status_code,
        response.http_response.headers,
        response.http_response.body,
    )
    shown = {"status": status, "headers": [list(item) for item in headers], "body": content}
    expected = {**answer["http"], "body": base64.b64decode(answer["http"]["body"])}
    whole = expected.pop("whole")
    if case.method == "HEAD":
        shown["body"] = b""
    assert shown == expected
    assert whole == case.whole
    error = invocation.exception
    if case.raises:
        assert (type(error).__name__, answer["status"]) == (case.raises, "done")
    else:
        assert answer["status"] == ("done" if error is None else "failed"), (error, answer)
    if answer["status"] == "failed":
        assert answer["error"] == f"{type(error).__name__}: {error}"
    assert {name: data.value for name, data in response.outputs.items()} == {
        name: data["value"] for name, data in answer.get("outputs", {}).items()
    }
