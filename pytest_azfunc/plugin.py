"""What pytest sees: options, marker, fixtures, report. It decides nothing: the rooms below do.

Nothing of the package, the SDK, requests or asyncio is imported here before a test asks for it.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Generator
from typing import TYPE_CHECKING, Any, TypeVar

import pytest

if TYPE_CHECKING:
    from types import SimpleNamespace

    from pytest_azfunc import Host, Invocation, LogCapture, Project
    from pytest_azfunc.host.app_settings import AppSettings
    from pytest_azfunc.running_apps import RunningApps
    from pytest_azfunc.worker.context import Context

T = TypeVar("T")

APPS: pytest.StashKey[RunningApps] = pytest.StashKey()
HOST: pytest.StashKey[Host] = pytest.StashKey()

MARK = "azfunc(*, project=None, settings=None, storage='memory', strict=True, auth=True)"


def pytest_addoption(parser: pytest.Parser) -> None:
    group = parser.getgroup("azfunc", "Azure Functions (pytest-azfunc)")
    group.addoption("--azfunc-project", metavar="PATH", help="the function app's folder (the one with host.json)")
    group.addoption(
        "--azfunc-list",
        action="store_true",
        help="print every function with its trigger and outputs, and what would not load in Azure; then exit",
    )
    group.addoption(
        "--azfunc-check", action="store_true", help="add a test per function: it must load as in Azure"
    )
    group.addoption("--azfunc-settings", metavar="FILE|none", help="settings file instead of local.settings.json")
    group.addoption("--azfunc-storage", choices=("memory", "azurite"), help="where queues and blobs are (memory)")
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
        "outputs pass that Azure would drop or mangle. The closest mark wins, key by key.",
    )


def _apps(config: pytest.Config) -> RunningApps:
    apps = config.stash.get(APPS, None)
    if apps is None:
        from pytest_azfunc.running_apps import Choice, RunningApps

        names = [name for found in config.hook.pytest_azfunc_binding_types(config=config) for name in found or ()]
        choice = Choice(
            str(config.rootpath),
            _path(config, "project"),
            _path(config, "settings"),
            config.getini("azfunc_strict"),
            config.getoption("azfunc_storage") or "memory",
        )
        apps = RunningApps(choice, {name.lower(): name for name in names})
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
        checks = FunctionChecks.from_parent(session, name="azfunc", nodeid="azfunc")
        items[:0] = _usage_errors(checks.collect)


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
def pytest_make_collect_report(collector: pytest.Collector) -> Generator[None, pytest.CollectReport, pytest.CollectReport]:
    # A test file may import the app's modules, so they must be importable, and be the ones that will run.
    if isinstance(collector, pytest.Module) and _may_have_app(collector):
        with _apps(collector.config).importable(str(collector.path)):
            return (yield)
    return (yield)


def _may_have_app(module: pytest.Module) -> bool:
    """Whether an app was named, or lies above the test file; costs a few file look-ups."""
    config = module.config
    if config.getoption("azfunc_project") or config.getini("azfunc_project"):
        return True
    return any((folder / "host.json").is_file() for folder in module.path.parents)


class FunctionChecks(pytest.Collector):
    """All functions of the app, a test each (``--azfunc-check``)."""

    def collect(self) -> list[pytest.Item]:
        apps = _apps(self.config)
        project = apps.project(apps.root_for(_start(self.config), {}))
        names = [*project.functions, *project.errors]
        return [FunctionCheck.from_parent(self, name=name) for name in sorted(names, key=str.upper)]


class FunctionCheck(pytest.Item):
    """One function: the host accepts its function.json, the worker loads its script."""

    def runtest(self) -> None:
        __tracebackhide__ = True
        host = _apps(self.config).open_host(_start(self.config), {})
        try:
            host.worker.load(self.name)
        finally:
            host.close()

    def reportinfo(self) -> tuple[os.PathLike[str] | str, int | None, str]:
        return self.config.rootpath, None, f"azfunc: {self.name}"


def _host(request: pytest.FixtureRequest) -> Host:
    """The one host of this test, opened when the first fixture asks for it."""
    __tracebackhide__ = True
    item = request.node
    host = item.stash.get(HOST, None)
    if host is None:
        apps = _apps(request.config)
        mark = {}
        if next(item.iter_markers("azfunc"), None) is not None:
            from pytest_azfunc.running_apps import merge_marks

            mark = merge_marks((found.args, found.kwargs) for found in item.iter_markers("azfunc"))
        host = item.stash[HOST] = apps.open_host(str(item.path.parent), mark)
        request.addfinalizer(host.close)
    return host


@pytest.fixture
def invoke(request: pytest.FixtureRequest) -> Callable[..., Invocation]:
    """Run a function of the app in-process, with real binding conversion; returns an ``Invocation``.

    ``invoke(function, payload=None, /, *, check=True, context=None, inputs=None, **bindings)``

    - *function*: its name (case does not count), or the object that its entry point is.
    - *payload*: what starts it. A dict, dataclass, pydantic model or JSON scalar is sent as JSON, ``str`` as text,
      ``bytes`` raw, an SDK object as it is; nothing is the trigger's default. For more, use the builders:
      ``http``, ``timer``, ``queue``, ``blob``, ``batch``, ``generic``, imported from ``pytest_azfunc``.
    - *check*: the function's own exception is raised; ``False`` keeps it in ``result.exception``.
    - *context*: an invocation context from ``azfunc_context``.
    - *inputs*: values of input bindings by name, for names that cannot be keywords.
    - *bindings*: values of input bindings by name.

    Raises the function's own exception, ``FunctionNotFound``, ``FunctionLoadError``, ``BindingError``, or
    ``LossyOutputError`` when Azure would drop or mangle an output.
    """
    return _host(request).invoke


@pytest.fixture
def ainvoke(request: pytest.FixtureRequest) -> Callable[..., Any]:
    """The same as ``invoke``, to be awaited inside a running event loop: ``await ainvoke("Name", payload)``."""
    return _host(request).ainvoke


@pytest.fixture
def azfunc_host(request: pytest.FixtureRequest) -> Host:
    """The running function app of this test, a ``Host``, fresh for each test. ``invoke`` goes through it."""
    return _host(request)


@pytest.fixture
def azfunc_project(request: pytest.FixtureRequest) -> Project:
    """The function app on disk, a ``Project``: ``.functions``, ``.errors``, ``.host``. Read once in a session."""
    return _host(request).project


@pytest.fixture
def azfunc_settings(request: pytest.FixtureRequest) -> AppSettings:
    """The app settings of this test, a mutable mapping of strings. Changes are in ``os.environ`` at once, and undone."""
    return _host(request).settings


@pytest.fixture
def azfunc_logs(request: pytest.FixtureRequest) -> LogCapture:
    """What all invocations of this test have logged, a ``LogCapture``: ``"text" in azfunc_logs``."""
    return _host(request).logs


@pytest.fixture
def azfunc_context(request: pytest.FixtureRequest) -> Callable[..., Context]:
    """Build an invocation context, for a test that calls ``main()`` itself or passes it to ``invoke``.

    ``azfunc_context(function=None, *, invocation_id=None, trace_parent=None, trace_state=None, attributes=None,
    retry_count=0, max_retry_count=0)``
    """
    return _host(request).context


@pytest.fixture
def azfunc_trigger(request: pytest.FixtureRequest) -> SimpleNamespace:
    """The payload builders as attributes: ``azfunc_trigger.queue({"id": 7})``.

    Each payload has ``.decode(function)``, which gives the SDK object for a direct call of ``main()``.
    """
    from types import SimpleNamespace

    import pytest_azfunc

    _host(request)
    builders = ("batch", "blob", "generic", "http", "queue", "timer")
    return SimpleNamespace(**{name: getattr(pytest_azfunc, name) for name in builders})


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    report = yield
    host = item.stash.get(HOST, None)
    if host is not None and report.failed and host.invocations:
        from pytest_azfunc.reports.trace import describe

        report.sections.append((f"azfunc invocations ({report.when})", describe(host.invocations)))
    return report


def pytest_assertrepr_compare(op: str, left: object, right: object) -> list[str] | None:
    """Show what was logged when ``"text" in result.logs`` fails."""
    if op not in ("in", "not in") or type(right).__module__ != "pytest_azfunc.host.log_capture":
        return None
    from pytest_azfunc.reports.trace import logged

    return [f"{left!r} {op} logs", *logged(right)]
