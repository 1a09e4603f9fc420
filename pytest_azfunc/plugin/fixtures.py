"""The fixtures. They are registered when a test may ask for one of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from pytest_azfunc.plugin.current_test import current_host

if TYPE_CHECKING:
    from pytest_azfunc import (
        AppSession,
        AppSettings,
        AsyncInvoke,
        Clock,
        ContextFactory,
        Durable,
        Host,
        Invoke,
        LiveServer,
        LogCapture,
        PayloadBuilders,
        Project,
    )

__tracebackhide__ = True


@pytest.fixture
def invoke() -> Invoke:
    """Run a function of the app in-process, with real binding conversion; returns an ``Invocation``.

    ``invoke(function, payload=None, /, *, check=True, context=None, inputs=None, retry=True, **bindings)``

    - *function*: its name (case does not count), or the object that its entry point is.
    - *payload*: what starts it. A dict, dataclass, pydantic model or JSON scalar is sent as JSON, ``str`` as text,
      ``bytes`` raw, an SDK object as it is; nothing is the trigger's default. For more, use the builders imported
      from ``pytest_azfunc``: ``http``, ``timer``, ``queue``, ``blob``, ``event_hub``, ``service_bus`` and so on,
      ``batch`` for several messages, ``generic`` for any trigger.
    - *check*: the function's own exception is raised; ``False`` keeps it in ``result.exception``.
    - *context*: an invocation context from ``azfunc_context``.
    - *inputs*: values of input bindings by name, for names that cannot be keywords.
    - *retry*: the function's retry policy is carried out without sleeping: the host's clock moves over the waits.
      ``result.attempts`` has each run; ``False`` runs the function once.
    - *bindings*: values of input bindings by name.

    Raises the function's own exception, ``FunctionNotFound``, ``FunctionLoadError``, ``BindingError``, or
    ``LossyOutputError`` when Azure would drop or mangle an output.
    """
    return current_host().invoke


@pytest.fixture
def ainvoke() -> AsyncInvoke:
    """The same as ``invoke``, to be awaited inside a running event loop: ``await ainvoke("Name", payload)``."""
    return current_host().ainvoke


@pytest.fixture
def azfunc_host() -> Host:
    """The running function app of this test, a ``Host``, fresh for each test. ``invoke`` goes through it."""
    return current_host()


@pytest.fixture
def azfunc_clock() -> Clock:
    """The clock of the app: ``.now``, ``.move_to("2026-03-01T02:29:00Z")``, ``.advance(hours=1)``.

    The first ``move_to`` of a test only sets the time, back or forth. From then on time goes forward, from one due
    moment to the next, the clock standing at each, and the invocations that came due are returned. All code sees that
    time until the test is over; sleeping and waiting are real.
    """
    return current_host().clock


@pytest.fixture
def azfunc_durable() -> Durable:
    """Durable Functions of the app: ``.start("OrderFlow", input)``, ``[id]``, ``.entity("Counter", "a")``.

    The app's own ``azure-functions-durable`` runs on an engine in this process; no time passes unless the test lets it:
    ``azfunc_host.advance(hours=72)``. ``.replace("Charge", function)`` and ``.fail("Charge", TimeoutError(), times=2)``
    stand in for activities and sub-orchestrations. A failed orchestration that the test has not looked at is an error
    at its end.
    """
    return current_host().durable


@pytest.fixture
def azfunc_http() -> AppSession:
    """A ``requests.Session`` onto the app, through the whole host: routes, keys, disabled functions, responses.

    ``azfunc_http.post("/api/orders", json={"id": 7})``: URLs are relative to the app, cookies are kept, and all
    arguments of requests are there. Two are added: ``key``, sent as ``x-functions-key`` (by default one that opens
    the function; ``None`` sends none), and ``principal``, the signed-in user as Easy Auth tells the function.

    ``response.invocation`` is what the function did, with logs and outputs; None when no function ran. The function's
    own exception is raised here; ``azfunc_host.raise_exceptions = False`` gives the 500 that Azure sends.
    """
    return current_host().http


@pytest.fixture
def azfunc_live_server() -> LiveServer:
    """The app on a real socket, for browsers, httpx or curl: ``azfunc_live_server.url``. It stops with the test.

    It listens on the loopback interface only. Requests are answered on threads, and async functions run on a thread of
    their own. What a function raises is a 500 there, and an error at the end of the test unless it was claimed with
    ``azfunc_host.failures.expect(...)``, or the test wants 500s: ``azfunc_host.raise_exceptions = False``.
    """
    server = current_host().live_server()
    server.start()
    return server


@pytest.fixture
def azfunc_project() -> Project:
    """The function app on disk, a ``Project``: ``.functions``, ``.errors``, ``.host``. Read once in a session."""
    return current_host().project


@pytest.fixture
def azfunc_settings() -> AppSettings:
    """The app settings of this test, a mutable mapping. Changes are in ``os.environ`` at once, and undone."""
    return current_host().settings


@pytest.fixture
def azfunc_logs() -> LogCapture:
    """What all invocations of this test have logged, a ``LogCapture``: ``"text" in azfunc_logs``."""
    host = current_host()
    host.keep_all()
    return host.logs


@pytest.fixture
def azfunc_context() -> ContextFactory:
    """Build an invocation context, for a test that calls ``main()`` itself or passes it to ``invoke``.

    ``azfunc_context(function=None, *, invocation_id=None, trace_parent=None, trace_state=None, attributes=None,
    retry_count=0, max_retry_count=None)``

    - *function*: its name, or the object that its entry point is; gives ``function_name`` and ``function_directory``.
    - *invocation_id*: a GUID, made up when None.
    - *trace_parent*, *trace_state*, *attributes*: W3C trace context, as in ``context.trace_context``.
    - *retry_count*, *max_retry_count*: which attempt it is, 0 being the first, and how many retries there may be (-1
      for any number); when None, those of the function's retry policy.

    Raises ``FunctionNotFound``.
    """
    return current_host().context


@pytest.fixture
def azfunc_trigger() -> PayloadBuilders:
    """The payload builders as attributes: ``azfunc_trigger.queue({"id": 7})``.

    Each payload has ``.decode(function)``, which gives the SDK object for a direct call of ``main()``.
    """
    import pytest_azfunc

    current_host()
    return pytest_azfunc.PayloadBuilders(pytest_azfunc)
