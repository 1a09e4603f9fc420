"""One running function app, as ``func start`` gives you: project, host, worker and HTTP client joined."""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from types import TracebackType
from typing import TYPE_CHECKING, Any, Literal, cast

from pytest_azfunc import http_client
from pytest_azfunc.app_durable import DurableApp
from pytest_azfunc.app_http import HttpApp
from pytest_azfunc.app_stores import StoringApp
from pytest_azfunc.app_time import TimedApp
from pytest_azfunc.clock import HostTime
from pytest_azfunc.errors import AzfuncError
from pytest_azfunc.host.app_settings import AppSettings, check_mapping
from pytest_azfunc.host.behaviour import Behaviour
from pytest_azfunc.host.bindings.catalogue import BUILT_IN, Catalogue
from pytest_azfunc.host.bindings.input_names import merged
from pytest_azfunc.host.bindings.payload import DECODER, Payload
from pytest_azfunc.host.bound_function import HostOptions
from pytest_azfunc.host.checked_project import Project
from pytest_azfunc.host.failures import Failures
from pytest_azfunc.host.given_context import ContextOverrides, context_request
from pytest_azfunc.host.invocation import Invocation
from pytest_azfunc.host.kept_invocations import KeptInvocations
from pytest_azfunc.host.passing_time import PassingTime
from pytest_azfunc.host.script_host import ScriptHost
from pytest_azfunc.host.storage import check_storage
from pytest_azfunc.http_entrances import HttpEntrances, free_port, http_response, url_of
from pytest_azfunc.process.borrowed import BorrowedProcess, is_lent
from pytest_azfunc.process.undoing import UndoSteps
from pytest_azfunc.project import Function
from pytest_azfunc.project.settings import FileSettings, is_disabled
from pytest_azfunc.rpc import PythonObject, WorkerChannel
from pytest_azfunc.worker import Worker, WorkerProcess

if TYPE_CHECKING:
    from pytest_azfunc.host.log_capture import LogCapture
    from pytest_azfunc.worker.context import Context

__tracebackhide__ = True

_SCRIPT_ROOT = "AzureWebJobsScriptRoot"  # the app's folder, as worker extensions look for it


class Host(HttpApp, TimedApp, DurableApp, StoringApp):
    """A running function app. Open one with :meth:`open`; the fixture ``azfunc_host`` is one."""

    def __init__(
        self,
        project: Project,
        *,
        settings: Mapping[str, str] | None = None,
        file_settings: FileSettings | None = None,
        strict: bool = True,
        raise_exceptions: bool = True,
        auth: bool = True,
        retry: bool = True,
        worker: WorkerChannel | None = None,
        observers: Sequence[Callable[[Invocation], None]] = (),
        types: Catalogue = BUILT_IN,
    ) -> None:
        self.worker: WorkerChannel = worker or Worker(WorkerProcess(project), ends_process=True)
        self._app = project
        self._behaviour = behaviour = Behaviour(auth, raise_exceptions)
        self._kept = KeptInvocations()
        self._given_settings = dict(settings or {})
        self._file_settings = file_settings
        self._undo = UndoSteps()
        port, time = free_port(), HostTime()
        self.script_host = ScriptHost(
            self.worker,
            HostOptions(
                url_of(port),
                project.host,
                behaviour.configuration,
                types,
                http_client.prepare,
                http_response,
                *self._durable_answers(),
            ),
            strict,
            time.now,
            [self._kept.add, *observers],
            retry,
            time.move_over,
            find_stores=self._lend_stores(),
        )
        """The part of the host that runs functions."""
        self.failures = Failures()
        """What functions raised where nobody was given it; see :class:`Failures`."""
        self._entrances = HttpEntrances(self.script_host, self.failures, behaviour, port)
        self._passing_time = PassingTime(self.script_host, time, behaviour, self.is_disabled, self.failures)

    @classmethod
    def open(
        cls,
        path: str | os.PathLike[str] | Project,
        *,
        settings: Mapping[str, str] | None = None,
        storage: Literal["memory"] = "memory",
        strict: bool = True,
        raise_exceptions: bool = True,
        auth: bool = True,
        retry: bool = True,
    ) -> Host:
        """Start the function app in the folder *path*. Use it in a ``with`` block, or call :meth:`close`.

        :param path: the folder with host.json, or a loaded :class:`Project`.
        :param settings: app settings, over local.settings.json and the environment.
        :param storage: ``"memory"``.
        :param strict: whether an output that Azure would drop or mangle is an error.
        :param raise_exceptions: whether a function's exception reaches the test, also from an HTTP client and from
            ``drain()``; False behaves as Azure does: a 500, and messages that are delivered again.
        :param auth: whether authorization levels are enforced.
        :param retry: whether retry policies are carried out.
        :raises ProjectError: the folder is no function app, or the host would not start with it.
        :raises BindingError: an app setting that no environment can carry.
        """
        check_storage(storage)
        check_mapping(settings, "Host.open")
        app = Project.given(path, settings or {})
        host = cls(app, settings=settings, strict=strict, raise_exceptions=raise_exceptions, auth=auth, retry=retry)
        return host.begin()

    def begin(self) -> Host:
        """Put settings and modules in place, as :meth:`open` does; the host itself is returned."""
        return self._undo.unless_done(self._begin)

    def _begin(self) -> Host:
        file_values = self._app.file_settings if self._file_settings is None else self._file_settings
        undo, borrowed = self._undo, BorrowedProcess()
        undo.add(borrowed.give_back)
        borrowed.borrow().lend(file_values.harmless)  # a copy of it as it is before the settings change it
        undo.add(self.worker.close)
        undo.add(lambda: self._forget(borrowed))
        self._behaviour.open_settings = AppSettings(file_values, self._given_settings)
        borrowed.lend({_SCRIPT_ROOT: os.fspath(self._app.root)})
        self.worker.open()
        DECODER.set(self._decode)
        undo.add(self._entrances.close)
        self._entrances.open()
        self._passing_time.open()
        return self

    def close(self) -> None:
        """Put the process back as it was. A second call does nothing, or goes on where the first was interrupted.

        :raises BaseException: what a step of it has raised first; the others are done all the same.
        """
        self._undo.add(self._passing_time.close)  # these two outlast a restart
        self._undo.add(self._close_durable)
        self._undo.undo()

    def _forget(self, borrowed: BorrowedProcess) -> None:
        if self._behaviour.open_settings is not None:
            borrowed.note(self._behaviour.open_settings.set_by_test())
        self._behaviour.open_settings = None
        if DECODER.get() == self._decode:
            DECODER.set(None)

    def __enter__(self) -> Host:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.close()
        if error is None:
            self.failures.check()

    @property
    def project(self) -> Project:
        """The function app. A decorator app is indexed when this is first asked for."""
        return cast(Project, self.worker.index())  # what was given, indexed

    @property
    def settings(self) -> AppSettings:
        """The app settings, to be read and changed.

        :raises BindingError: the host is closed.
        """
        return self._behaviour.settings()

    @property
    def auth(self) -> bool:
        """Whether authorization levels are enforced; may be changed at any time."""
        return self._behaviour.auth

    @auth.setter
    def auth(self, value: bool) -> None:
        self._behaviour.auth = value

    @property
    def raise_exceptions(self) -> bool:
        """Whether a function's exception reaches an HTTP client's code, and who drains; may be changed at any time."""
        return self._behaviour.raise_exceptions

    @raise_exceptions.setter
    def raise_exceptions(self, value: bool) -> None:
        self._behaviour.raise_exceptions = value

    @property
    def invocations(self) -> deque[Invocation]:
        """The latest invocations, oldest first; :meth:`keep_all` lifts the bound."""
        return self._kept.latest

    def keep_all(self) -> None:
        """Keep every invocation from now on, whatever it costs; the fixture ``azfunc_logs`` does so."""
        self._kept.keep_all()

    @property
    def logs(self) -> LogCapture:
        """What the kept :attr:`invocations` have logged; it follows those to come."""
        return self._kept.logs

    @property
    def console(self) -> list[str]:
        """What ``func start`` would have printed of it, by host.json's log levels."""
        return [line for invocation in self.invocations for line in invocation.logs.console]

    def function(self, function: str | Callable[..., Any]) -> Function:
        """The function of that name (case ignored), or the one whose entry point is this object.

        :raises FunctionNotFound: with the nearest name.
        :raises AzfuncError: what the host has against the function.
        """
        if isinstance(function, str):
            return self.worker.index().find(function)
        return self.project.find_object(function, self.worker.is_entry_point)

    def invoke(
        self,
        function: str | Callable[..., Any],
        payload: Any = None,
        /,
        *,
        check: bool = True,
        context: Context | None = None,
        inputs: Mapping[str, Any] | None = None,
        retry: bool = True,
        **bindings: Any,
    ) -> Invocation:
        """Run a function as the host does, and wait for it; see the fixture ``invoke``."""
        try:
            found, given, overrides = self._called(function, context, inputs, bindings)
            invocation = self.script_host.run(found, payload, inputs=given, context=overrides, retry=retry)
        except AzfuncError as error:
            raise error.with_traceback(None)  # noqa: B904 - the test's line is the place; our frames tell nothing
        return _checked(invocation, check)

    async def ainvoke(
        self,
        function: str | Callable[..., Any],
        payload: Any = None,
        /,
        *,
        check: bool = True,
        context: Context | None = None,
        inputs: Mapping[str, Any] | None = None,
        retry: bool = True,
        **bindings: Any,
    ) -> Invocation:
        """The same, to be awaited inside a running event loop; see the fixture ``ainvoke``."""
        try:
            found, given, overrides = self._called(function, context, inputs, bindings)
            invocation = await self.script_host.arun(found, payload, inputs=given, context=overrides, retry=retry)
        except AzfuncError as error:
            raise error.with_traceback(None)  # noqa: B904 - the test's line is the place; our frames tell nothing
        return _checked(invocation, check)

    def _called(
        self,
        function: str | Callable[..., Any],
        context: Context | None,
        inputs: Mapping[str, Any] | None,
        bindings: Mapping[str, Any],
    ) -> tuple[Function, Mapping[str, Any], ContextOverrides | None]:
        """Which function is meant, with which inputs and context."""
        self._behaviour.settings()  # raises when it is closed
        found = self.function(function)
        return found, merged(found, bindings, inputs), None if context is None else ContextOverrides.of(context)

    def context(
        self,
        function: str | Callable[..., Any] | None = None,
        *,
        invocation_id: str | None = None,
        trace_parent: str | None = None,
        trace_state: str | None = None,
        attributes: Mapping[str, str] | None = None,
        retry_count: int = 0,
        max_retry_count: int | None = None,
    ) -> Context:
        """An invocation context; see the fixture ``azfunc_context``."""
        bound = None if function is None else self.script_host.bound(self.function(function))
        said = (invocation_id, trace_parent, trace_state, attributes, retry_count, max_retry_count)
        return self.worker.context(context_request(bound, *said))  # type: ignore[no-any-return]

    def is_disabled(self, function: str) -> bool:
        """Whether an app setting disables the function: its trigger would not fire."""
        return is_disabled(function, os.environ)

    def restart(self) -> list[Invocation]:
        """Stop, and start a new host and worker process: modules are imported anew, settings and time stay.

        :returns: what :meth:`start` has run.
        """
        # Those of the file are lent anew: what a test has given itself means more.
        settings = {name: value for name, value in self.settings.items() if not is_lent(name)}
        self.stop()
        self._undo.undo()
        self.worker.restart()
        self._given_settings = settings
        self.begin()
        return self.start()

    def _decode(self, payload: Payload, function: Any) -> Any:
        """What ``payload.decode(function)`` returns."""
        found = self.function(function)
        request = self.script_host.request(found, payload)
        data = request.inputs[found.trigger.name]
        return data.value if isinstance(data, PythonObject) else self.worker.decode(request)

    def __repr__(self) -> str:
        state = "closed" if self._behaviour.open_settings is None else "open"
        return f"<Host {self._app.root} ({state}), invocations: {len(self.invocations)}>"


def _checked(invocation: Invocation, check: bool) -> Invocation:
    """The invocation; with *check* the function's own exception, unwrapped."""
    if check and invocation.exception is not None:
        raise invocation.exception
    return invocation
