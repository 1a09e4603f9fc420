"""The ways in which HTTP reaches a running app: its own session, anybody's requests, WSGI, a socket."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, Any

from pytest_azfunc import http_client
from pytest_azfunc.errors import BindingError, FunctionFailed
from pytest_azfunc.host.behaviour import Behaviour
from pytest_azfunc.host.failures import Failure, Failures
from pytest_azfunc.host.invocation import Invocation
from pytest_azfunc.host.script_host import ScriptHost
from pytest_azfunc.process.undoing import UndoSteps
from pytest_azfunc.project import Function
from pytest_azfunc.rpc import PythonObject

if TYPE_CHECKING:
    import requests

    from pytest_azfunc.host.web.http_request import PreparedRequest
    from pytest_azfunc.host.web.http_response import Answer, HttpResult
    from pytest_azfunc.host.web.web_host import WebHost
    from pytest_azfunc.http_client import AppSession
    from pytest_azfunc.http_server import LiveServer

__tracebackhide__ = True

# The port of `func start`; an app that is opened beside another gets the next one, as a second `func start` must.
FIRST_PORT = 7071
_PORTS: set[int] = set()

KEPT_REFUSALS = 20


class HttpEntrances:
    """All entrances of one host.

    :param behaviour: looked at with every request.
    :param port: where the app is, from :func:`free_port`.
    :ivar url: where the app is, such as ``http://localhost:7071``.
    :ivar refusals: the latest answers that no function gave, for the report of a failing test.
    """

    def __init__(self, script_host: ScriptHost, failures: Failures, behaviour: Behaviour, port: int) -> None:
        self._script_host = script_host
        self._behaviour = behaviour
        self._web_host: WebHost | None = None
        self.refusals: deque[Answer] = deque(maxlen=KEPT_REFUSALS)
        self._failures = failures
        self._port = port
        self.url = url_of(port)
        self._session: AppSession | None = None
        self._is_open = False
        self._undo = UndoSteps()

    def open(self) -> None:
        """Let plain ``requests`` reach the app."""
        self._web_host = None  # after a restart, routes and settings may be others
        plain = http_client.plain_requests(self.url, self.serve)
        self._undo.add(lambda: plain.__exit__(None, None, None))
        self._undo.add(self._shut)
        self._is_open = True
        _PORTS.add(self._port)
        plain.__enter__()

    def close(self) -> None:
        """Close every entrance. A second call does nothing, or goes on where the first was interrupted."""
        self._undo.undo()

    def _shut(self) -> None:
        self._is_open = False
        _PORTS.discard(self._port)

    def _stop(self, server: LiveServer) -> None:
        server.stop()
        requests, server.left_running = server.left_running, ()
        for request in requests:
            error = FunctionFailed("server-left-running", request=request)
            self._failures.add(Failure("the app", error, request))

    @property
    def web_host(self) -> WebHost:
        """What answers the requests, made when it is first needed."""
        if self._web_host is None:
            from pytest_azfunc.host.web.web_host import WebHost  # many tests have no use for it

            behaviour = self._behaviour
            self._web_host = WebHost(self._script_host, behaviour.settings, lambda: behaviour.auth)
        return self._web_host

    @property
    def session(self) -> AppSession:
        """A ``requests.Session`` onto the app."""
        if self._session is None:
            self._session = http_client.app_session(self.url, self.serve)
        return self._session

    def wsgi(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Any:
        """The app as a WSGI application."""
        from pytest_azfunc.http_server import wsgi_app

        return wsgi_app(self.serve)(environ, start_response)

    def live_server(self) -> LiveServer:
        """A server on a real socket, not started yet; it stops when the host closes."""
        from pytest_azfunc.http_server import LiveServer

        server = LiveServer(self.serve_socket)
        self._undo.add(partial(self._stop, server))
        return server

    def serve(self, request: PreparedRequest, add_key: bool = False) -> Answer:
        """Answer a request of a client in this process.

        :raises Exception: with ``raise_exceptions`` what the function raises, or its script on import; always what
            pytest-azfunc alone objects to, such as a lossy output.
        """
        if not self._is_open:
            raise BindingError("host-closed")
        if not self._behaviour.raise_exceptions:
            return self._as_azure(request, add_key)
        answer = self._noted(self.web_host.answer(request, add_key))
        if answer.error is not None:
            raise answer.error
        if answer.invocation is None:
            if answer.result.status_code == 404:
                self._script_host.project.raise_failure()  # what hides all functions is worth more than a 404
        elif answer.invocation.exception is not None:
            raise answer.invocation.exception
        return answer

    def serve_socket(self, request: PreparedRequest, add_key: bool = False) -> Answer:
        """Answer a request that came over a socket: no exception can go that way, so a failure is noted."""
        try:
            return self._as_azure(request, add_key)
        except BaseException as error:  # SystemExit, or pytest.skip(): on a thread of the server they end nothing
            from pytest_azfunc.host.web.failed_answers import failed_answer

            self._fail("the app", error, request)
            return failed_answer(request, error)

    def _as_azure(self, request: PreparedRequest, add_key: bool) -> Answer:
        try:
            answer = self._noted(self.web_host.answer(request, add_key))
        except Exception as error:
            from pytest_azfunc.host.web.failed_answers import answer_of_azure

            failed = answer_of_azure(request, error)
            if failed is None:
                raise
            self._fail(getattr(error, "function", None) or "the app", error, request, failed.result)
            return failed
        if answer.error is not None and self._behaviour.raise_exceptions:  # a client on a socket, which it cannot reach
            self._fail(answer.error.function or "the app", answer.error, request, answer.result)
        invocation = answer.invocation
        if invocation is not None and invocation.exception is not None:
            self._fail(invocation.function, invocation.exception, request, answer.result)
        return answer

    def _fail(
        self, function: str, error: BaseException, request: PreparedRequest, result: HttpResult | None = None
    ) -> None:
        """Note a failure, unless a test has asked for it.

        :param result: what the client was told instead; None where Azure would tell it nothing of the kind.
        """
        if self._script_host.was_asked_for(error):
            return
        told = result is not None and result.status_code >= 500 and not self._behaviour.raise_exceptions
        # A function that calls its own app is no client of the test.
        answered = told and not self._script_host.worker.is_inside()
        how = f"{request.method} {request.url.removeprefix(self.url)}"
        self._failures.add(Failure(function, error, how, answered, 500 if result is None else result.status_code))

    def _noted(self, answer: Answer) -> Answer:
        if answer.invocation is None:
            self.refusals.append(answer)
        return answer


def http_response(invocation: Invocation, function: Function) -> requests.Response | None:
    """The response that a caller of the function would get, as ``Invocation.http`` has it; None for other functions.

    :raises BindingError: a response that no server sends.
    """
    if function.trigger.kind != "httptrigger":
        return None
    from pytest_azfunc.host.web.http_result import http_result
    from pytest_azfunc.host.web.kestrel import on_the_wire  # who invokes a function need not look at its response
    from pytest_azfunc.host.web.sendable import check_sendable

    result, sent = http_result(invocation, function), _sent(invocation, function)
    method = sent.method if sent else "GET"
    check_sendable(result, function, method)
    return http_client.build_response(on_the_wire(result, method), sent)


def _sent(invocation: Invocation, function: Function) -> PreparedRequest | None:
    found = invocation.request.inputs[function.trigger.name]
    if found is None or isinstance(found, PythonObject) or found.kind != "http":
        return None
    from pytest_azfunc.host.web.http_request import PreparedRequest

    request = found.value
    body = request["body"].value if request["body"] is not None else b""
    return PreparedRequest(request["method"], request["url"], tuple(request["headers"].items()), body)


def free_port() -> int:
    """The port for an app that is to be opened; it is taken when its entrances are open."""
    port = FIRST_PORT
    while port in _PORTS:
        port += 1
    return port


def url_of(port: int) -> str:
    """Where the app on that port is."""
    return f"http://localhost:{port}"
