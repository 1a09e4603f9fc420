"""Apps that stream HTTP with ``azurefunctions-extensions-http-fastapi``, in a test session. Needs the extension."""

from __future__ import annotations

import pytest

from tests.function_app import FunctionApp, Session, error_lines, passed

pytest.importorskip("azurefunctions.extensions.http.fastapi", reason="the web extension is not installed")

SHOP = """
    import asyncio
    import logging

    import azure.functions as func
    from azurefunctions.extensions.http.fastapi import FileResponse, JSONResponse, Request, Response, StreamingResponse
    from fastapi import HTTPException
    from pydantic import BaseModel

    app = func.FunctionApp(http_auth_level="ANONYMOUS")


    class Order(BaseModel):
        id: int
        paid: bool = False


    @app.route(route="orders/{id:int}", methods=["GET", "POST"])
    @app.queue_output(arg_name="receipt", queue_name="receipts", connection="Storage")
    async def order(req: Request, receipt: func.Out[str], context: func.Context) -> JSONResponse:
        logging.info("%s by %s", context.function_name, context.invocation_id == req.headers["x-ms-invocation-id"])
        receipt.set(req.path_params["id"])
        return JSONResponse({"id": req.path_params["id"], "tags": req.query_params.getlist("tag")}, status_code=202)

    @app.route()
    def text(req: Request) -> str:
        return "hi"

    @app.route()
    def mapping(req) -> dict:
        return {"method": req.method, "path": req.url.path, "query": req.url.query}

    @app.route()
    def sequence(req: Request) -> list:
        return [1, "2", None]

    @app.route()
    def model(req: Request) -> Order:
        return Order(id=7)

    @app.route()
    def plain(req: Request) -> Response:
        return Response(b"\\x00\\xff", 201, {"X-Name": "value"}, "application/octet-stream")

    @app.route()
    def file(req: Request) -> FileResponse:
        return FileResponse(__file__)

    @app.route(methods=["POST"])
    async def upload(req: Request) -> dict:
        pieces = [len(piece) async for piece in req.stream()]
        return {"pieces": pieces, "length": req.headers.get("content-length")}

    @app.route(methods=["POST"])
    async def form(req: Request) -> dict:
        form = await req.form()
        content = await form["file"].read()
        return {"name": form["file"].filename, "content": content.decode(), "title": form["title"]}

    @app.route()
    async def stream(req: Request) -> StreamingResponse:
        async def lines():
            for number in range(3):
                await asyncio.sleep(0)
                logging.info("line %d", number)
                yield f"{number}\\n"
        return StreamingResponse(lines(), media_type="text/plain")

    @app.route()
    def sync_stream(req: Request) -> StreamingResponse:
        return StreamingResponse(iter([b"a", b"b"]))

    @app.route()
    async def breaks_off(req: Request) -> StreamingResponse:
        async def lines():
            yield "one"
            raise KeyError("two")
        return StreamingResponse(lines())

    @app.route(methods=["POST"])
    async def echo(req: Request) -> StreamingResponse:
        return StreamingResponse(req.stream())

    @app.route()
    async def polling(req: Request) -> StreamingResponse:
        async def lines():
            yield str(await req.is_disconnected())
        return StreamingResponse(lines())

    @app.route()
    async def cookies(req: Request) -> Response:
        response = Response(req.cookies.get("seen", "never"))
        response.set_cookie("seen", "once")
        response.set_cookie("other", "2")
        return response

    @app.route()
    async def headers(req: Request) -> dict:
        return {"names": req.headers.getlist("x-name"), "host": req.headers["x-forwarded-host"], "url": str(req.url)}

    @app.route()
    async def fails(req: Request):
        raise ValueError("mine")

    @app.route()
    def sync_fails(req: Request):
        raise ValueError("mine")

    @app.route()
    async def refuses(req: Request):
        raise HTTPException(404, "no such order")

    @app.route()
    async def nothing(req: Request): ...

    @app.route()
    async def raw(req: str): ...

    @app.queue_trigger(arg_name="msg", queue_name="orders", connection="Storage")
    def queued(msg: func.QueueMessage):
        logging.info(msg.get_body().decode())
"""


@pytest.fixture
def shop(app: FunctionApp) -> FunctionApp:
    app.write({"function_app.py": SHOP})
    return app


@pytest.mark.usefixtures("shop")
def test_invoke(session: Session) -> None:
    result = session.test(
        """
        import pytest
        from pytest_azfunc import http

        def test_request_and_response(invoke):
            result = invoke("order", http("POST", "/api/orders/7?tag=a&tag=b"))
            assert (result.status_code, result.json()) == (202, {"id": "7", "tags": ["a", "b"]})
            assert result.headers["content-type"] == "application/json"
            assert type(result.return_value).__name__ == "JSONResponse"
            assert result.outputs["receipt"].text == "7"
            assert list(result.outputs) == ["receipt"]
            assert result.logs.messages == ["order by True"]

        @pytest.mark.parametrize(("function", "body", "returned"), [
            ("text", '"hi"', "hi"),
            ("mapping", '{"method":"GET","path":"/api/mapping","query":""}', {"method": "GET", "path": "/api/mapping", "query": ""}),
            ("sequence", '[1,"2",null]', [1, "2", None]),
        ])
        def test_values_become_json(invoke, function, body, returned):
            result = invoke(function)
            assert (result.status_code, result.text, result.return_value) == (200, body, returned)

        def test_model(invoke):
            assert invoke("model").json() == {"id": 7, "paid": False}

        def test_response(invoke):
            result = invoke("plain")
            assert (result.status_code, result.content) == (201, b"\\x00\\xff")
            assert result.headers["x-name"] == "value"
            assert result.headers["content-type"] == "application/octet-stream"

        def test_file(invoke):
            result = invoke("file")
            assert result.text.startswith("\\nimport asyncio\\n") and result.headers["content-type"].startswith("text/")

        def test_streams_are_read_to_their_end(invoke):
            result = invoke("stream")
            assert (result.text, result.headers["content-type"]) == ("0\\n1\\n2\\n", "text/plain; charset=utf-8")
            assert result.logs.messages == ["line 0", "line 1", "line 2"]
            assert invoke("sync_stream").content == b"ab"
            assert invoke("polling").text == "False"

        def test_other_triggers(invoke):
            assert invoke("queued", "7").logs.messages == ["7"]

        def test_decode(azfunc_trigger):
            request = azfunc_trigger.http("POST", "/api/orders/7?tag=a", data=b"body").decode("order")
            assert (request.method, request.path_params, request.query_params["tag"]) == ("POST", {"id": "7"}, "a")
        """
    )

    passed(result, 10)


@pytest.mark.usefixtures("shop")
def test_clients(session: Session) -> None:
    result = session.test(
        """
        import requests
        from concurrent.futures import ThreadPoolExecutor

        def test_bodies(azfunc_http):
            pieces = [b"x" * 70_000, b"y" * 10]
            assert azfunc_http.post("/api/upload", data=b"".join(pieces)).json() == {"pieces": [65536, 4474, 0], "length": "70010"}
            assert azfunc_http.post("/api/upload", data=iter(pieces)).json() == {"pieces": [65536, 4474, 0], "length": None}
            assert azfunc_http.post("/api/upload").json() == {"pieces": [0], "length": "0"}

        def test_form(azfunc_http):
            response = azfunc_http.post("/api/form", files={"file": ("a.txt", b"text")}, data={"title": "b"})
            assert response.json() == {"name": "a.txt", "content": "text", "title": "b"}

        def test_cookies(azfunc_http):
            assert [azfunc_http.get("/api/cookies").text for _ in range(2)] == ["never", "once"]
            assert azfunc_http.cookies.get_dict() == {"seen": "once", "other": "2"}

        def test_headers(azfunc_http):
            found = azfunc_http.get("/api/headers?a=%20b", headers={"X-Name": "one"}).json()
            assert found == {"names": ["one"], "host": "localhost:7071", "url": "http://127.0.0.1:50505/api/headers?a=%20b"}

        def test_no_body_for_head(azfunc_http):
            response = azfunc_http.head("/api/text")
            assert (response.status_code, response.content) == (200, b"")

        def test_routes_are_the_hosts(azfunc_http):
            assert azfunc_http.get("/api/orders/x").status_code == 404
            assert azfunc_http.delete("/api/orders/7").status_code == 404

        def test_live(azfunc_live_server):
            url = azfunc_live_server.url
            assert requests.post(f"{url}/api/upload", data=iter([b"a", b"b"])).json()["pieces"] == [2, 0]
            with ThreadPoolExecutor(4) as pool:
                ids = pool.map(lambda number: requests.get(f"{url}/api/orders/{number}").json()["id"], range(12))
                assert list(ids) == [str(number) for number in range(12)]
                texts = pool.map(lambda number: requests.get(f"{url}/api/text").json(), range(12))
                assert set(texts) == {"hi"}
        """
    )

    passed(result, 7)


@pytest.mark.usefixtures("shop")
def test_failures(session: Session) -> None:
    result = session.test(
        """
        import traceback

        import pytest
        import azure.functions as func
        from pytest_azfunc import BindingError, http

        @pytest.mark.parametrize("function", ["fails", "sync_fails"])
        def test_the_functions_own_exception(invoke, azfunc_http, function):
            with pytest.raises(ValueError, match="^mine$") as caught:
                azfunc_http.get(f"/api/{function}")
            names = {frame.name for frame in traceback.extract_tb(caught.value.__traceback__)}
            assert function in names and "catch_all" not in names
            assert caught.value.__context__ is None

            result = invoke(function, check=False)
            assert (result.status_code, result.text) == (500, "Internal Server Error")
            assert str(result.exception) == "mine" and not result.ok

        def test_as_azure(azfunc_host):
            azfunc_host.raise_exceptions = False
            azfunc_host.failures.expect(ValueError)
            response = azfunc_host.http.get("/api/fails")
            assert (response.status_code, response.text) == (500, "Internal Server Error")

        def test_http_exception(invoke):
            result = invoke("refuses", check=False)
            assert (result.status_code, result.json()) == (404, {"detail": "no such order"})
            assert type(result.exception).__name__ == "HTTPException"

        def test_nothing_returned(invoke):
            result = invoke("nothing", check=False)
            assert (result.status_code, result.text) == (500, "Internal Server Error")
            assert str(result.exception) == f"No http response found for invocation {result.context.invocation_id}"

        def test_stream_that_breaks_off(invoke):
            result = invoke("breaks_off", check=False)
            assert (result.status_code, result.text) == (200, "one")
            assert repr(result.exception) == "KeyError('two')"

        def test_body_read_while_the_response_is_streamed(invoke):
            with pytest.raises(BindingError, match="it reads the request's body while its response is being streamed"):
                invoke("echo", http("POST", data=b"body"))

        def test_the_raw_value_is_no_request(invoke):
            result = invoke("raw", check=False)
            assert isinstance(result.exception, ValueError) and result.status_code == 500

        def test_request_of_the_sdk(invoke):
            with pytest.raises(BindingError, match="cannot take a HttpRequest") as caught:
                invoke("text", func.HttpRequest("GET", "/api/text", body=b""))
            assert caught.value.rule == "payload-type"
        """
    )

    passed(result, 9)


def test_the_servers_own_addresses(app: FunctionApp, session: Session) -> None:
    app.write(
        {
            "host.json": {"version": "2.0", "extensions": {"http": {"routePrefix": ""}}},
            "function_app.py": """
                import azure.functions as func
                import azurefunctions.extensions.http.fastapi

                app = func.FunctionApp(http_auth_level="ANONYMOUS")

                @app.route(route="docs")
                async def manual(req): return "mine"
            """,
        }
    )
    result = session.test("def test_docs(azfunc_http): azfunc_http.get('/docs')\n")

    assert error_lines(result) == [
        "pytest_azfunc.errors.BindingError: manual: the web server of HTTP streaming has answered GET /docs with 200 itself.",
        "  where:  app/function_app.py:7",
        "  Azure:  the function never gets the request, and its invocation hangs until it is timed out.",
        "  remedy: choose another route or method: the server keeps /docs and the like for itself, and knows no made-up methods.",
        "  rule:   http-answered-by-server",
    ]


@pytest.mark.usefixtures("shop")
def test_in_an_event_loop(session: Session) -> None:
    result = session.test(
        """
        import anyio
        import pytest
        from pytest_azfunc import http

        @pytest.mark.anyio
        async def test_await(ainvoke):
            assert (await ainvoke("order", http("GET", "/api/orders/7"))).json()["id"] == "7"
            assert (await ainvoke("text")).json() == "hi"
            assert (await ainvoke("form", http("POST", files={"file": b"x"}, data={"title": "t"}))).json()["content"] == "x"
            with pytest.raises(ValueError, match="mine"):
                await ainvoke("fails")

        @pytest.mark.anyio
        async def test_sync_functions_need_no_await(invoke):
            assert invoke("text").json() == "hi"

        @pytest.fixture
        def anyio_backend():
            return "asyncio"
        """,
        plugins=("anyio",),
    )

    passed(result, 2)


@pytest.mark.usefixtures("shop")
def test_two_apps_do_not_see_each_other(session: Session) -> None:
    session.write(
        {
            "other/host.json": '{"version": "2.0"}',
            "other/function_app.py": """
                import azure.functions as func

                app = func.FunctionApp(http_auth_level="ANONYMOUS")

                @app.route()
                def text(req: func.HttpRequest) -> func.HttpResponse:
                    return func.HttpResponse(f"{req.method} {req.get_body()!r}")
            """,
        }
    )
    result = session.test(
        """
        import pytest

        @pytest.mark.parametrize("turn", range(2))
        @pytest.mark.azfunc(project="app")
        def test_streaming(azfunc_http, turn):
            assert azfunc_http.post("/api/text", data=iter([b"x"])).json() == "hi"

        @pytest.mark.parametrize("turn", range(2))
        @pytest.mark.azfunc(project="other")
        def test_other(azfunc_http, turn):
            assert azfunc_http.post("/api/text", data=iter([b"x"])).text == "POST b''"
        """
    )

    passed(result, 4)


@pytest.mark.parametrize("annotation", ["func.HttpRequest", "int"])
def test_one_wrong_annotation_hides_the_app(app: FunctionApp, session: Session, annotation: str) -> None:
    app.write(
        {
            "function_app.py": f"""
                import azure.functions as func
                import azurefunctions.extensions.http.fastapi

                app = func.FunctionApp()

                @app.route()
                async def good(req): return "x"

                @app.route()
                async def bad(req: {annotation}): return "x"
            """
        }
    )
    result = session.test("def test_it(invoke): invoke('good')\n")

    assert error_lines(result)[0] == (
        f"pytest_azfunc.errors.AppIndexError: bad.req: the request 'req' is annotated {annotation}, "
        "but this app imports azurefunctions.extensions.http.fastapi."
    )


RETRIED = """
    import logging

    import azure.functions as func
    from azurefunctions.extensions.http.fastapi import Request

    app = func.FunctionApp(http_auth_level="ANONYMOUS")

    async def answer(req, context):
        seen = req.headers["x-ms-invocation-id"] == context.invocation_id
        body = (await req.body()).decode()
        logging.info("%s %s %s", context.retry_context.retry_count, seen, body)
        if context.retry_context.retry_count < 2:
            raise ValueError(f"no {context.retry_context.retry_count}")
        return f"at last {body}"

    @app.route(methods=["POST"])
    @app.retry(strategy="fixed_delay", max_retry_count="3", delay_interval="00:00:10")
    async def flaky(req: Request, context: func.Context) -> str:
        return await answer(req, context)
"""


def test_a_retry_policy(app: FunctionApp, session: Session) -> None:
    app.write({"function_app.py": RETRIED})

    result = session.test(
        """
        import requests
        from pytest_azfunc import http

        LOGGED = ["0 True hi", "1 True hi", "2 True hi"]

        def test_client(azfunc_http, azfunc_logs):
            assert azfunc_http.post("/api/flaky", data="hi").json() == "at last hi"
            assert azfunc_logs.messages == LOGGED

        def test_invoke(invoke):
            result = invoke("flaky", http("POST", data="hi"))
            assert (result.json(), result.logs.messages) == ("at last hi", LOGGED)
            assert len({attempt.context.invocation_id for attempt in result.attempts}) == 3

        def test_server(azfunc_live_server, azfunc_logs):
            assert requests.post(azfunc_live_server.url + "/api/flaky", data="hi", timeout=9).json() == "at last hi"
            assert azfunc_logs.messages == LOGGED
        """
    )

    passed(result, 3)
