"""HTTP reaches a function app by every door: its session, plain requests, WSGI, a real socket."""

from __future__ import annotations

import pytest

from tests.function_app import FunctionApp, Session, http_out, http_trigger, passed, queue_out

HELLO = """
    import azure.functions as func

    def main(req: func.HttpRequest) -> func.HttpResponse:
        return func.HttpResponse(f"{req.method} {req.url} {req.params.get('name')} {req.get_body().decode()}")
"""


@pytest.fixture
def hello(app: FunctionApp) -> FunctionApp:
    app.function("Hello", HELLO, http_trigger(authLevel="function"), http_out())
    return app


def test_the_session(hello: FunctionApp, session: Session) -> None:
    result = session.test(
        """
        import requests

        def test_it(azfunc_http, azfunc_host):
            response = azfunc_http.post("/api/hello", params={"name": "ada"}, data="body")
            assert isinstance(azfunc_http, requests.Session)
            assert azfunc_http is azfunc_host.http
            assert response.text == f"POST {azfunc_host.url}/api/hello?name=ada ada body"
            assert response.invocation is azfunc_host.invocations[-1]
            assert response.invocation.function == "Hello"
            assert response.request.headers["x-functions-key"] == azfunc_host.keys.function("Hello")

        def test_keys(azfunc_http, azfunc_host):
            refused = azfunc_http.get("/api/hello", key=None)
            assert (refused.status_code, refused.content, refused.invocation) == (401, b"", None)
            assert azfunc_http.get("/api/hello", key="wrong").status_code == 401
            assert azfunc_http.get("/api/hello", key=azfunc_host.keys.host["default"]).status_code == 200
            assert azfunc_http.get("/nowhere").status_code == 404
        """
    )

    passed(result, 2)


def test_logs_and_outputs_come_with_the_response(app: FunctionApp, session: Session) -> None:
    script = """
        import logging
        import azure.functions as func

        def main(req: func.HttpRequest, order: func.Out[str]) -> str:
            logging.warning("got %s", req.get_json()["id"])
            order.set("7")
            return "queued"
    """
    app.function("Place", script, http_trigger(), queue_out("order", "orders"), http_out())

    result = session.test(
        """
        def test_it(azfunc_http):
            response = azfunc_http.post("/api/place", json={"id": 7})
            assert response.text == "queued"
            assert response.invocation.logs.messages == ["got 7"]
            assert response.invocation.outputs["order"].text == "7"
        """
    )

    passed(result, 1)


def test_cookies_redirects_and_files(app: FunctionApp, session: Session) -> None:
    login = """
        import azure.functions as func

        def main(req: func.HttpRequest) -> func.HttpResponse:
            headers = {"Location": "/api/home", "Set-Cookie": "sid=7"}
            return func.HttpResponse(status_code=302, headers=headers)
    """
    home = """
        import azure.functions as func

        def main(req: func.HttpRequest) -> str:
            return f"{req.headers.get('cookie')} {req.files['photo'].read().decode() if req.files else '-'}"
    """
    # The redirected request needs the key of another function than the first one.
    app.function("Login", login, http_trigger(authLevel="function"), http_out())
    app.function("Home", home, http_trigger(authLevel="function"), http_out())

    result = session.test(
        """
        def test_it(azfunc_http):
            response = azfunc_http.get("/api/login")
            assert response.text == "sid=7 -"
            assert [hop.status_code for hop in response.history] == [302]
            assert azfunc_http.post("/api/home", files={"photo": b"bytes"}).text == "sid=7 bytes"

        def test_a_fresh_session(azfunc_http):
            assert azfunc_http.get("/api/home").text == "None -"
        """
    )

    passed(result, 2)


def test_a_streamed_request_arrives_empty(hello: FunctionApp, session: Session) -> None:
    result = session.test(
        """
        def test_it(azfunc_http):
            streamed = []
            def body():
                yield b"one"
                streamed.append(True)
            assert azfunc_http.post("/api/hello", data=body()).text.endswith("/api/hello None ")
            assert streamed == [True]
        """
    )

    passed(result, 1)


def test_plain_requests_in_the_app_s_own_code(app: FunctionApp, session: Session) -> None:
    outer = """
        import azure.functions as func
        import requests

        def main(req: func.HttpRequest) -> str:
            base = req.url.partition("/api/")[0]
            return requests.get(f"{base}/api/inner", params={"code": req.params["code"]}).text
    """
    app.function("Outer", outer, http_trigger(), http_out())
    app.function("Inner", "def main(req) -> str: return 'inner'", http_trigger(authLevel="function"), http_out())

    result = session.test(
        """
        import requests

        seen = []

        def test_it(azfunc_http, azfunc_host):
            seen.append(azfunc_host.url)
            assert azfunc_http.get("/api/outer", params={"code": azfunc_host.keys.host["default"]}).text == "inner"
            assert [run.function for run in azfunc_host.invocations] == ["Inner", "Outer"]
            assert requests.get(f"{azfunc_host.url}/api/inner").status_code == 401

        def test_closed_by_now():
            assert requests.Session.get_adapter.__qualname__ == "Session.get_adapter"
        """
    )

    passed(result, 2)


def test_wsgi(hello: FunctionApp, session: Session) -> None:
    result = session.test(
        """
        from werkzeug.test import Client

        def test_it(azfunc_host):
            client = Client(azfunc_host.wsgi)
            assert client.get("/api/hello").status_code == 401
            response = client.post(f"/api/hello?code={azfunc_host.keys.host['default']}&name=%C3%A4", data=b"body")
            assert response.text.startswith("POST http://localhost/api/hello?")
            assert response.text.endswith(" \\u00e4 body")
        """
    )

    passed(result, 1)


def test_a_real_socket(hello: FunctionApp, session: Session) -> None:
    result = session.test(
        """
        import urllib.error
        import urllib.request

        import pytest

        seen = []

        @pytest.mark.parametrize("run", [1, 2])
        def test_it(azfunc_live_server, azfunc_host, run):
            seen.append(azfunc_live_server.url)
            url = f"{azfunc_live_server.url}/api/hello?name=ada"
            request = urllib.request.Request(url, b"body", {"x-functions-key": azfunc_host.keys.host["default"]})
            with urllib.request.urlopen(request, timeout=20) as response:
                assert response.read().decode() == f"POST {url} ada body"
            assert azfunc_host.invocations[-1].function == "Hello"
            with pytest.raises(urllib.error.HTTPError) as refused:
                urllib.request.urlopen(url, timeout=20)
            assert refused.value.code == 401
            refused.value.close()

        def test_stopped_by_now():
            with pytest.raises(urllib.error.URLError):
                urllib.request.urlopen(seen[0], timeout=20)
        """,
        "-W",
        "error",
    )

    passed(result, 3)
    assert "werkzeug" not in result.stdout.str() + result.stderr.str()


def test_an_exception_of_the_function_reaches_the_test(app: FunctionApp, session: Session) -> None:
    app.function("Broken", "def main(req) -> str: raise ValueError('mine')", http_trigger(), http_out())

    result = session.test(
        """
        import pytest
        import requests
        from werkzeug.test import Client

        def test_it(azfunc_http, azfunc_host):
            for call in (azfunc_http.get, lambda path: requests.get(azfunc_host.url + path), Client(azfunc_host.wsgi).get):
                with pytest.raises(ValueError, match="mine"):
                    call("/api/broken")

        def test_as_azure_does(azfunc_live_server, azfunc_host):
            response = requests.get(f"{azfunc_live_server.url}/api/broken", timeout=20)
            assert (response.status_code, response.content) == (500, b"")
            azfunc_host.failures.expect(ValueError)
        """
    )

    passed(result, 2)


def test_async_functions_behind_a_socket(app: FunctionApp, session: Session) -> None:
    script = """
        import asyncio
        import azure.functions as func

        meeting = []

        async def main(req: func.HttpRequest) -> str:
            meeting.append(1)
            while len(meeting) < 4:
                await asyncio.sleep(0)
            return "met"
    """
    app.function("Meet", script, http_trigger(), http_out())

    result = session.test(
        """
        from concurrent.futures import ThreadPoolExecutor

        import requests

        def test_it(azfunc_live_server):
            with ThreadPoolExecutor(4) as pool:
                get = lambda _: requests.get(f"{azfunc_live_server.url}/api/meet", timeout=20).text
                assert list(pool.map(get, range(4))) == ["met"] * 4
        """
    )

    passed(result, 1)
