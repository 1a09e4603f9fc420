"""The worker itself: request in, response out."""

from __future__ import annotations

import contextvars
import inspect
import os
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cached_property
from typing import TYPE_CHECKING, Any

from pytest_azfunc.errors import BindingError
from pytest_azfunc.process.process_state import Environment, EventLoopPolicy, Loggers
from pytest_azfunc.project import Function, Project
from pytest_azfunc.project.indexing.decorators import is_decorated
from pytest_azfunc.project.indexing.signature import check_signature
from pytest_azfunc.rpc import (
    InvocationRequest,
    InvocationResponse,
    PythonObject,
    RetryContext,
    TraceContext,
)
from pytest_azfunc.worker.asgi_lifespan import end_lifespan, has_begun
from pytest_azfunc.worker.call import Call
from pytest_azfunc.worker.context import Context
from pytest_azfunc.worker.converters import Converters
from pytest_azfunc.worker.event_loop import WorkerLoop, is_loop_running, no_running_loop
from pytest_azfunc.worker.loader import import_entry_point
from pytest_azfunc.worker.logs import CURRENT, THREADS
from pytest_azfunc.worker.surroundings import Stage, worker_log_level
from pytest_azfunc.worker.worker_extensions import are_there
from pytest_azfunc.worker.worker_process import LoadedFunction, WorkerProcess

if TYPE_CHECKING:
    from pytest_azfunc.worker.http_streaming import WebServer

_NO_TRACE = TraceContext()
_NO_RETRY = RetryContext()


class Worker:
    """Runs the functions of one app on the calling thread.

    From :meth:`borrow` to :meth:`close` the process is borrowed: whatever is changed of it is put back at the end.
    Between :meth:`open` and :meth:`close` the app's modules are importable and functions can be invoked.
    """

    def __init__(self, project: Project, process: WorkerProcess | None = None) -> None:
        self.process = process or WorkerProcess(project)
        self.project = self.process.project
        self._loop = WorkerLoop()
        self._borrowed: tuple[EventLoopPolicy, Loggers, Environment] | None = None
        self._is_open = False

    def borrow(self) -> None:
        """Keep a copy of the process as it is now, before app settings are put into the environment."""
        self._borrowed = EventLoopPolicy(), Loggers(), Environment()

    def open(self) -> None:
        """Make the app importable. Settings must be in ``os.environ`` by now, as in Azure."""
        if self._borrowed is None:
            self.borrow()
        level = worker_log_level()
        self._handler = self.process.log_handler
        self._handler.floor = self._handler.root_level = level
        self._stage = Stage(os.fspath(self.project.root), self._handler, level, self.process.modules)
        os.environ.setdefault("AzureWebJobsScriptRoot", os.fspath(self.project.root))  # worker extensions look for it
        self.process.activate()
        THREADS.install()
        self._is_open = True
        self.process.effects.apply(self._stage)
        indexer = self.project.indexer
        if indexer is not None:
            indexer.forget_failure()
            self._outer_place, indexer.place = indexer.place, self._while_indexing

    def close(self) -> None:
        """Put everything back. A second call does nothing."""
        try:
            if self._is_open:
                self._is_open = False
                self.__dict__.pop("web_server", None)
                self._leave_index()
                THREADS.uninstall()
                self._stage.close()  # a call may be on its way yet, on another thread
                self.process.deactivate()
                self._loop.close()
        finally:
            for part in self._borrowed or ():
                part.restore()
            self._borrowed = None

    def _leave_index(self) -> None:
        indexer = self.project.indexer
        if indexer is None:
            return
        indexer.place = self._outer_place
        if indexer.present is not None and has_begun(indexer.present.app):
            self._stage.enter()
            try:
                end_lifespan(indexer.present.app, self._loop)
            finally:
                self._stage.leave()

    @contextmanager
    def _while_loading(self) -> Iterator[None]:
        """The worker's surroundings; what the app changes of the process meanwhile is kept for every host."""
        before = Environment(), Loggers()
        self._stage.enter()
        try:
            yield
        finally:
            self._stage.leave()
            self.process.effects.record(*before, self._stage)

    @contextmanager
    def _while_indexing(self) -> Iterator[None]:
        with self._while_loading(), self._loop.appears_running():
            yield

    @property
    def converters(self) -> Converters:
        """The SDK's converters; the SDK is imported when they are first asked for."""
        return self.process.converters

    def load(self, name: str) -> LoadedFunction:
        """Import the function's script and check it against its bindings, once.

        :param name: the function's name, case ignored.
        :raises FunctionNotFound: no such function.
        :raises AzfuncError: the host has already refused what declares it.
        :raises FunctionLoadError: the worker refuses it.
        :raises Exception: whatever the script raises while it is imported, unchanged.
        """
        __tracebackhide__ = True
        function = self.project.find(name)
        loaded = self.process.loaded.get(function.name)
        if loaded is None or loaded.function is not function:
            with self.process.loading:
                loaded = self.process.loaded.get(function.name)
                if loaded is None or loaded.function is not function:
                    loaded = self.process.loaded[function.name] = self._load(function)
                    self._tell_extensions(function)
        return loaded

    def _tell_extensions(self, function: Function) -> None:
        if are_there():
            self._stage.enter()
            try:
                self.process.extensions.loaded(function)
            finally:
                self._stage.leave()

    def _load(self, function: Function) -> LoadedFunction:
        __tracebackhide__ = True
        if self.project.indexer is not None and function.user_function is not None:
            main = function.user_function
            signature = self.project.indexer.index().signatures[function.name]
        else:
            with self._while_loading():
                # In a context of its own: what a script sets in a context variable, no call of its function sees.
                main = contextvars.copy_context().run(
                    import_entry_point, function, os.fspath(self.project.root), self._loop.appears_running
                )
                signature = check_signature(function, main, self.converters)
        decoders = {
            parameter: (how.binding_type, self.converters.takes_trigger_metadata(how.binding_type))
            for parameter, how in signature.inputs.items()
        }
        requests = (name for name, how in signature.inputs.items() if how.binding_type == "httpTrigger")
        http_parameter = next(requests, None) if function.streams_http else None
        return LoadedFunction(function, main, signature, decoders, http_parameter)

    @cached_property
    def web_server(self) -> WebServer:
        """The worker's own web server, for functions that stream HTTP."""
        from pytest_azfunc.worker.http_streaming import WebServer

        return WebServer()

    def invoke(self, request: InvocationRequest) -> InvocationResponse:
        """Run a function and wait for it.

        :raises BindingError: the function is async and the calling thread is inside a running event loop.
        :raises BaseException: what is no ``Exception`` (``SystemExit``, ``KeyboardInterrupt``, ``pytest.skip``)
            passes straight through. An ``Exception`` of the function is a field of the response.
        """
        __tracebackhide__ = True
        call = self._call(request)
        try:
            if call.loaded.signature.is_async:
                if is_loop_running() or self._loop.is_busy:  # a sync function that an async one called hides the loop
                    name = call.loaded.function.name
                    raise BindingError("async-in-running-loop", function=name)
                call.run_on(self._loop)
            elif is_loop_running():
                with no_running_loop():
                    call.run()
            else:
                call.run()
            return call.response
        finally:
            call.end()

    async def ainvoke(self, request: InvocationRequest) -> InvocationResponse:
        """The same, awaited inside a running event loop, on which an async function then runs."""
        __tracebackhide__ = True
        call = self._call(request)
        try:
            if call.loaded.signature.is_async or call.loaded.http_parameter is not None:
                await call.arun()
            else:
                with no_running_loop():
                    call.run()
            return call.response
        finally:
            call.end()

    def _call(self, request: InvocationRequest) -> Call:
        __tracebackhide__ = True
        loaded = self.load(request.function)
        if loaded.http_parameter is None:
            return Call(self, loaded, request)
        from pytest_azfunc.worker.http_streaming import StreamingCall  # which few apps need

        return StreamingCall(self, loaded, request)

    def is_inside(self) -> bool:
        """Whether who asks is a function that runs, or a thread or task of one."""
        return CURRENT.get() is not None

    def run_loop_on_a_thread(self) -> None:
        """Let async functions run on a thread of their own until the worker is closed, as in Azure.

        A live server needs it: its requests come on several threads, and all async functions share one loop.
        """
        self._loop.start_thread()

    def decode_trigger(self, function: Function, request: InvocationRequest) -> Any:
        """The SDK object that the function would get for its trigger.

        :raises Exception: what the SDK's converter raises, as in an invocation.
        """
        name = function.trigger.name
        loaded = self.load(function.name)
        if loaded.http_parameter is not None:
            return self.web_server.make_request(function, request, loaded.http_parameter)
        binding_type, takes_metadata = loaded.decoders[name]
        metadata = self.converters.datums(request.trigger_metadata) if takes_metadata else {}
        data = request.inputs[name]
        if isinstance(data, PythonObject):
            return data.value
        return self.converters.decode(binding_type, data, metadata)

    def is_entry_point(self, function: Function, candidate: Any) -> bool:
        """Whether *candidate* is the function's entry point; imports nothing to find out.

        A decorator makes another object of a function: either may be asked for.
        """
        if function.user_function is not None:
            return is_decorated(candidate, function.user_function)
        loaded = self.process.loaded.get(function.name)
        if loaded is not None and loaded.main is candidate:
            return True
        code = getattr(inspect.unwrap(candidate) if callable(candidate) else None, "__code__", None)
        if code is None or code.co_name != function.entry_point:
            return False
        return bool(os.path.realpath(code.co_filename) == os.path.realpath(function.script_file))

    def make_context(self, function: Function | None, request: InvocationRequest) -> Context:
        """The invocation context that the function gets."""
        return Context(
            function.name if function else request.function,
            function.folder if function else os.fspath(self.project.root),
            request.invocation_id or str(uuid.uuid4()),
            self._handler.thread_local,
            request.trace_context or _NO_TRACE,
            request.retry_context or _NO_RETRY,
        )
