"""What pytest sees: options, marker, fixtures, report. It decides nothing: the rooms below do.

Nothing of the package, the SDK, requests or asyncio is imported here before a test asks for it.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Generator, Mapping
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar, cast

import pytest

if TYPE_CHECKING:
    from pytest_azfunc import (
        AppSession,
        AppSettings,
        AsyncInvoke,
        ContextFactory,
        Host,
        Invoke,
        LiveServer,
        LogCapture,
        PayloadBuilders,
        Project,
    )
    from pytest_azfunc.session_apps import RunningApps

T = TypeVar("T")

APPS: pytest.StashKey[RunningApps] = pytest.StashKey()
HOST: pytest.StashKey[Host] = pytest.StashKey()
NEAR: pytest.StashKey[dict[Path, bool]] = pytest.StashKey()
PROBLEM: pytest.StashKey[str | None] = pytest.StashKey()
NOT_IMPORTABLE = "azfunc: why no module of the app can be imported"

OURS = frozenset(
    [
        "invoke",
        "ainvoke",
        "azfunc_context",
        "azfunc_host",
        "azfunc_http",
        "azfunc_live_server",
        "azfunc_logs",
        "azfunc_project",
        "azfunc_settings",
        "azfunc_trigger",
    ]
)

MARK = "azfunc(*, project=None, settings=None, storage='memory', strict=True, auth=True)"


def pytest_addoption(parser: pytest.Parser) -> None:
    group = parser.getgroup("azfunc", "Azure Functions (pytest-azfunc)")
    group.addoption("--azfunc-project", metavar="PATH", help="the function app's folder (the one with host.json)")
    group.addoption(
        "--azfunc-list",
        action="store_true",
        help="print every function with its trigger and outputs, and what would not load in Azure; then exit",
    )
    group.addoption("--azfunc-check", action="store_true", help="add a test per function: it must load as in Azure")
    group.addoption("--azfunc-settings", metavar="FILE|none", help="settings file instead of local.settings.json")
    group.addoption(
        "--azfunc-storage",
        choices=("memory", "azurite"),
        help="where queues and blobs are (memory; azurite is refused)",
    )
    parser.addini("azfunc_project", "the function app's folder, relative to the ini file")
    parser.addini("azfunc_settings", "settings file instead of local.settings.json, or none")
    parser.addini("azfunc_strict", "fail a test when Azure would drop or mangle an output", "bool", default=True)


def pytest_addhooks(pluginmanager: pytest.PytestPluginManager) -> None:
    from pytest_azfunc import hookspecs

    pluginmanager.add_hookspecs(hookspecs)


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line(
        "markers",
        f"{MARK}: which function app a test uses, and with what. 'settings' are app settings; strict=False lets "
        "outputs pass that Azure would drop or mangle; auth=False opens every HTTP function, as `func start` does. "
        "The closest mark wins, key by key.",
    )


def _apps(config: pytest.Config) -> RunningApps:
    apps = config.stash.get(APPS, None)
    if apps is None:
        from pytest_azfunc.host.bindings.catalogue import Catalogue
        from pytest_azfunc.session_apps import Choice, RunningApps

        added = [item for found in config.hook.pytest_azfunc_binding_types(config=config) for item in found or ()]
        choice = Choice(
            str(config.rootpath),
            _path(config, "project"),
            _path(config, "settings"),
            config.getini("azfunc_strict"),
            config.getoption("azfunc_storage") or "memory",
        )
        apps = RunningApps(choice, Catalogue(added))
        apps.observers.append(lambda invocation: config.hook.pytest_azfunc_invoked(invocation=invocation))
        config.stash[APPS] = apps
    return apps


def _path(config: pytest.Config, name: str) -> str | None:
    """An option, relative to where pytest was started, or an ini value, relative to the ini file."""
    option = config.getoption(f"azfunc_{name}")
    if option:
        return "none" if option == "none" else os.path.join(config.invocation_params.dir, option)
    value = config.getini(f"azfunc_{name}")
    if not value or value == "none":
        return value or None
    return os.path.join(config.inipath.parent if config.inipath else config.rootpath, value)


@pytest.hookimpl(tryfirst=True)
def pytest_cmdline_main(config: pytest.Config) -> int | None:
    if not config.getoption("azfunc_list"):
        return None
    lines, failed = _usage_errors(lambda: _apps(config).function_list(_start(config), _columns()))
    print(*lines, sep="\n")
    return 1 if failed else 0


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(session: pytest.Session, config: pytest.Config, items: list[pytest.Item]) -> None:
    if config.getoption("azfunc_check"):
        from pytest_azfunc.plugin.checks import FunctionChecks

        checks = FunctionChecks.from_parent(session, name="azfunc", nodeid="azfunc", apps=_apps(config))
        items[:0] = session.genitems(checks)
        if checks.error is not None:
            raise pytest.UsageError(str(checks.error))
    if any(map(_is_marked, items)):  # the app of a mark need not be near
        _watch_tests(config)


def _start(config: pytest.Config) -> str:
    return str(config.invocation_params.dir)


def _columns() -> int:
    return shutil.get_terminal_size().columns


def _usage_errors(call: Callable[[], T]) -> T:
    """An app that cannot be found or read ends the session like a wrong option does, without a traceback."""
    from pytest_azfunc.errors import AzfuncError

    try:
        return call()
    except AzfuncError as error:
        raise pytest.UsageError(str(error)) from None


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report(
    collector: pytest.Collector,
) -> Generator[None, pytest.CollectReport, pytest.CollectReport]:
    # A test file may import the app's modules, so they must be importable, and be the ones that will run.
    if isinstance(collector, pytest.Module) and _may_have_app(collector):
        _watch_tests(collector.config)
        apps, file = _apps(collector.config), str(collector.path)
        apps.leave_alone(file)
        with apps.importable(os.path.dirname(file), {}, with_settings=True) as problem:
            report = yield
        if problem is not None and "No module named" in str(report.longrepr):
            report.sections.append((NOT_IMPORTABLE, problem))
        return report
    return (yield)


class RunningTests:
    """The hooks around each test. They are registered when a function app is near: other sessions never call them."""

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_protocol(self, item: pytest.Item) -> Generator[None, object, object]:
        # A fixture or a test's body may import them too, or patch them by name, with or without a fixture of ours.
        if not hasattr(item, "fixturenames") or not (_may_have_app(item) or _is_marked(item)):
            return (yield)
        from pytest_azfunc.plugin.marks import lenient_arguments

        ours = not OURS.isdisjoint(item.fixturenames)
        mark = lenient_arguments(item)
        with _apps(item.config).importable(str(item.path.parent), mark, with_settings=ours) as problem:
            item.stash[PROBLEM] = problem
            try:
                return (yield)
            finally:
                host = item.stash.get(HOST, None)
                if host is not None:
                    host.close()  # closed by now, unless the session was interrupted
                    del item.stash[HOST]  # items live as long as the session

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_makereport(
        self, item: pytest.Item, call: pytest.CallInfo[None]
    ) -> Generator[None, pytest.TestReport, pytest.TestReport]:
        if call.excinfo is None:
            return (yield)
        from pytest_azfunc.plugin.tracebacks import shorten, without_advice

        shorten(call.excinfo.value)
        report = yield
        without_advice(report)
        problem = item.stash.get(PROBLEM, None)
        if problem is not None and isinstance(call.excinfo.value, ModuleNotFoundError):
            report.sections.append((NOT_IMPORTABLE, problem))
        host = item.stash.get(HOST, None)
        if host is not None and report.failed and (host.invocations or host.refusals):
            from pytest_azfunc.reports.trace import describe

            title = f"azfunc invocations ({report.when})"
            report.sections.append((title, describe(host.invocations, host.refusals)))
        return report


def _watch_tests(config: pytest.Config) -> None:
    if not config.pluginmanager.has_plugin("azfunc-running-tests"):
        config.pluginmanager.register(RunningTests(), "azfunc-running-tests")


def _is_marked(item: pytest.Item) -> bool:
    return item.get_closest_marker("azfunc") is not None


def _may_have_app(node: pytest.Collector | pytest.Item) -> bool:
    """Whether an app was named, or lies where it is looked for; costs a few file look-ups per folder."""
    config, folder = node.config, node.path.parent
    near = config.stash.setdefault(NEAR, {})
    found = near.get(folder)
    if found is None:
        named = config.getoption("azfunc_project") or config.getini("azfunc_project")
        above = any((parent / "host.json").is_file() for parent in node.path.parents)
        found = near[folder] = bool(named) or above or any(config.rootpath.glob("*/host.json"))
    return found


def _host(request: pytest.FixtureRequest) -> Host:
    """The one host of this test, opened when the first fixture asks for it."""
    __tracebackhide__ = True
    item = request.node
    host: Host | None = item.stash.get(HOST, None)
    if host is None:
        from pytest_azfunc.errors import AzfuncError
        from pytest_azfunc.plugin.marks import arguments

        _watch_tests(request.config)
        try:
            host = item.stash[HOST] = _apps(request.config).open_host(str(item.path.parent), arguments(item))
        except AzfuncError as error:
            raise error.with_traceback(None) from None  # it says all there is to say
        request.addfinalizer(partial(_end, host))
    return host


def _end(host: Host) -> None:
    __tracebackhide__ = True
    host.close()
    host.failures.check()


@pytest.fixture
def invoke(request: pytest.FixtureRequest) -> Invoke:
    """Run a function of the app in-process, with real binding conversion; returns an ``Invocation``.

    ``invoke(function, payload=None, /, *, check=True, context=None, inputs=None, **bindings)``

    - *function*: its name (case does not count), or the object that its entry point is.
    - *payload*: what starts it. A dict, dataclass, pydantic model or JSON scalar is sent as JSON, ``str`` as text,
      ``bytes`` raw, an SDK object as it is; nothing is the trigger's default. For more, use the builders imported
      from ``pytest_azfunc``: ``http``, ``timer``, ``queue``, ``blob``, ``event_hub``, ``service_bus`` and so on,
      ``batch`` for several messages, ``generic`` for any trigger.
    - *check*: the function's own exception is raised; ``False`` keeps it in ``result.exception``.
    - *context*: an invocation context from ``azfunc_context``.
    - *inputs*: values of input bindings by name, for names that cannot be keywords.
    - *bindings*: values of input bindings by name.

    Raises the function's own exception, ``FunctionNotFound``, ``FunctionLoadError``, ``BindingError``, or
    ``LossyOutputError`` when Azure would drop or mangle an output.
    """
    __tracebackhide__ = True
    return _host(request).invoke


@pytest.fixture
def ainvoke(request: pytest.FixtureRequest) -> AsyncInvoke:
    """The same as ``invoke``, to be awaited inside a running event loop: ``await ainvoke("Name", payload)``."""
    __tracebackhide__ = True
    return _host(request).ainvoke


@pytest.fixture
def azfunc_host(request: pytest.FixtureRequest) -> Host:
    """The running function app of this test, a ``Host``, fresh for each test. ``invoke`` goes through it."""
    __tracebackhide__ = True
    return _host(request)


@pytest.fixture
def azfunc_http(request: pytest.FixtureRequest) -> AppSession:
    """A ``requests.Session`` onto the app, through the whole host: routes, keys, disabled functions, responses.

    ``azfunc_http.post("/api/orders", json={"id": 7})``: URLs are relative to the app, cookies are kept, and all
    arguments of requests are there. Two are added: ``key``, sent as ``x-functions-key`` (by default one that opens
    the function; ``None`` sends none), and ``principal``, the signed-in user as Easy Auth tells the function.

    ``response.invocation`` is what the function did, with logs and outputs; None when no function ran. The function's
    own exception is raised here; ``azfunc_host.raise_exceptions = False`` gives the 500 that Azure sends.
    """
    __tracebackhide__ = True
    return _host(request).http


@pytest.fixture
def azfunc_live_server(request: pytest.FixtureRequest) -> LiveServer:
    """The app on a real socket, for browsers, httpx or curl: ``azfunc_live_server.url``. It stops with the test.

    It listens on the loopback interface only. Requests are answered on threads, and async functions run on a thread of
    their own. What a function raises is a 500 there, and an error at the end of the test unless it was claimed with
    ``azfunc_host.failures.expect(...)``.
    """
    __tracebackhide__ = True
    server = _host(request).live_server()
    server.start()
    return server


@pytest.fixture
def azfunc_project(request: pytest.FixtureRequest) -> Project:
    """The function app on disk, a ``Project``: ``.functions``, ``.errors``, ``.host``. Read once in a session."""
    __tracebackhide__ = True
    return _host(request).project


@pytest.fixture
def azfunc_settings(request: pytest.FixtureRequest) -> AppSettings:
    """The app settings of this test, a mutable mapping. Changes are in ``os.environ`` at once, and undone."""
    __tracebackhide__ = True
    return _host(request).settings


@pytest.fixture
def azfunc_logs(request: pytest.FixtureRequest) -> LogCapture:
    """What all invocations of this test have logged, a ``LogCapture``: ``"text" in azfunc_logs``."""
    host = _host(request)
    host.keep_all()
    return host.logs


@pytest.fixture
def azfunc_context(request: pytest.FixtureRequest) -> ContextFactory:
    """Build an invocation context, for a test that calls ``main()`` itself or passes it to ``invoke``.

    ``azfunc_context(function=None, *, invocation_id=None, trace_parent=None, trace_state=None, attributes=None,
    retry_count=0, max_retry_count=0)``

    - *function*: its name, or the object that its entry point is; gives ``function_name`` and ``function_directory``.
    - *invocation_id*: a GUID, made up when None.
    - *trace_parent*, *trace_state*, *attributes*: W3C trace context, as in ``context.trace_context``.
    - *retry_count*, *max_retry_count*: which attempt it is, 0 being the first, and how many retries there may be.

    Raises ``FunctionNotFound``.
    """
    __tracebackhide__ = True
    return _host(request).context


@pytest.fixture
def azfunc_trigger(request: pytest.FixtureRequest) -> PayloadBuilders:
    """The payload builders as attributes: ``azfunc_trigger.queue({"id": 7})``.

    Each payload has ``.decode(function)``, which gives the SDK object for a direct call of ``main()``.
    """
    import pytest_azfunc

    __tracebackhide__ = True
    _host(request)
    return pytest_azfunc.PayloadBuilders(pytest_azfunc)


def pytest_assertrepr_compare(op: str, left: object, right: object) -> list[str] | None:
    """Show what was logged when ``"text" in result.logs`` fails; and of settings the names, never the values."""
    if op in ("in", "not in") and type(right).__module__ == "pytest_azfunc.host.log_capture":
        from pytest_azfunc.reports.trace import logged

        return [f"{left!r} {op} logs", *logged(right)]
    for settings, other in ((left, right), (right, left)):
        if op == "==" and type(settings).__module__ == "pytest_azfunc.host.app_settings" and isinstance(other, Mapping):
            return ["azfunc_settings == other settings, by name", *cast("AppSettings", settings).differences(other)]
    return None
