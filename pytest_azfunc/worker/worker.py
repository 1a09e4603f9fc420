"""The worker itself: request in, response out."""

from __future__ import annotations

import contextvars
import inspect
import os
from collections.abc import Coroutine, Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

from pytest_azfunc.errors import BindingError
from pytest_azfunc.process.environment import Environment
from pytest_azfunc.process.event_loops import is_loop_running, no_running_loop
from pytest_azfunc.process.loggers import Loggers
from pytest_azfunc.process.undoing import PROCESS_LOCK, UndoSteps
from pytest_azfunc.project import Function, HostConfig, Project
from pytest_azfunc.project.indexing.signature import check_signature
from pytest_azfunc.rpc import InvocationRequest, InvocationResponse, PythonObject
from pytest_azfunc.worker.call import Call
from pytest_azfunc.worker.context import Context
from pytest_azfunc.worker.loaded_function import LoadedFunction
from pytest_azfunc.worker.loader import import_entry_point
from pytest_azfunc.worker.logs import CURRENT, THREADS
from pytest_azfunc.worker.requests_of_app import OUTGOING  # which by then are checked
from pytest_azfunc.worker.runtime import Runtime
from pytest_azfunc.worker.tasks import tasks_run_in_surroundings
from pytest_azfunc.worker.worker_extensions import are_there
from pytest_azfunc.worker.worker_process import WorkerProcess

__tracebackhide__ = True


class Worker:
    """Runs the functions of one app on the calling thread. It is a :class:`~pytest_azfunc.rpc.WorkerChannel`.

    Between :meth:`open` and :meth:`close` the app's modules are importable and functions can be invoked. What is
    borrowed of the process as a whole, whoever opens the worker gives back.
    """

    def __init__(self, process: WorkerProcess, *, config: HostConfig | None = None, ends_process: bool = False) -> None:
        """Of a worker process.

        :param config: what host.json says for this one of its hosts; None for what it says for the process.
        :param ends_process: whether nobody else uses it: it ends when the worker closes.
        """
        self._process = process
        self._config = config
        self._configured: tuple[Project, Project] | None = None
        self._ends_process = ends_process
        self._loop = process.loop
        self._has_thread = False
        self._opened: Runtime | None = None
        self._is_open = False
        self._has_modules = False
        self._undo = UndoSteps()

    def open(self) -> None:
        """Make the app importable. Settings must be in ``os.environ`` by now, as in Azure.

        Whatever it raises, :meth:`close` is to be called.
        """
        process, undo = self._process, self._undo
        with PROCESS_LOCK:
            if self._ends_process:
                undo.add(process.end)
            undo.add(process.forget_what_has_ended)
            undo.add(self._give_back_modules)
            self._has_modules = True
            process.activate(self)
            runtime = self._opened = Runtime(process, self._loop)
            undo.add(runtime.surroundings.close)  # a call may be on its way yet, on another thread
            undo.add(lambda: THREADS.leave(self))
            THREADS.serve(self)
            undo.add(lambda: OUTGOING.leave(self))
            OUTGOING.serve(self)
            undo.add(self._leave_thread)
            self._is_open = True
            process.effects.apply(runtime.surroundings)

    def close(self) -> None:
        """Take the app out again. A second call does nothing, or goes on where the first was interrupted."""
        try:
            self._undo.undo()
        finally:
            self._is_open = False

    def _give_back_modules(self) -> None:
        with PROCESS_LOCK:
            if self._has_modules:
                self._process.deactivate(self)
                self._has_modules = False

    def _leave_thread(self) -> None:
        if self._has_thread:
            self._loop.stop_thread()
            self._has_thread = False

    def restart(self) -> None:
        """Forget everything, as a new worker process would. Only while the worker is closed."""
        self._process.restart()

    @property
    def _runtime(self) -> Runtime:
        if self._opened is None:
            raise BindingError("host-closed")
        return self._opened

    def index(self) -> Project:
        """The app with its functions; a decorator app is imported when this is first asked for."""
        project = self._process.index(self._while_indexing if self._is_open else None)
        config = self._config
        if config is None or project.host is config:
            return project
        if self._configured is None or self._configured[0] is not project:
            self._configured = project, replace(project, host=config)
        return self._configured[1]

    @contextmanager
    def _while_indexing(self) -> Iterator[None]:
        with self._while_loading(), self._loop.appears_running():
            yield

    @contextmanager
    def _while_loading(self) -> Iterator[None]:
        """The worker's surroundings; what the app changes of the process meanwhile is kept for every host."""
        before = Environment(), Loggers()
        surroundings = self._runtime.surroundings
        try:
            with surroundings:
                yield
        finally:
            self._process.effects.record(*before, surroundings)

    def load(self, function: str) -> None:
        """Import the function's script and check it against its bindings, once.

        :param function: its name, case ignored.
        :raises FunctionNotFound: no such function.
        :raises AzfuncError: the host has already refused what declares it.
        :raises FunctionLoadError: the worker refuses it.
        :raises Exception: whatever the script raises while it is imported, unchanged.
        """
        self._loaded(function)

    def _loaded(self, name: str) -> LoadedFunction:
        loaded = self._process.loaded_function(name)
        return self._load_once(self.index().find(name)) if loaded is None else loaded

    def _load_once(self, function: Function) -> LoadedFunction:
        process = self._process
        # One script at a time in the whole process: code of another app would put other modules in place.
        with PROCESS_LOCK:
            loaded = process.loaded_function(function.name)
            if loaded is None:
                loaded = process.loaded[function.name] = self._load(function)
                if are_there():
                    with self._runtime.surroundings:
                        process.extensions.loaded(function)
        return loaded

    def _load(self, function: Function) -> LoadedFunction:
        main, converters = function.user_function, self._process.converters
        signature = self._process.signature(function)
        if main is not None and signature is not None:
            return LoadedFunction.of(function, main, signature, converters)
        root, modules = self._process.root, self._process.modules
        with self._while_loading():
            # In a context of its own: what a script sets in a context variable, no call of its function sees.
            module, main = contextvars.copy_context().run(
                import_entry_point, function, root, modules.import_function, self._loop.appears_running
            )
            signature = check_signature(function, main, converters)
        return LoadedFunction.of(function, main, signature, converters, module)

    def invoke(self, request: InvocationRequest) -> InvocationResponse:
        """Run a function and wait for it.

        :raises BindingError: the function is async and the calling thread is inside a running event loop.
        :raises BaseException: what is no ``Exception`` (``SystemExit``, ``KeyboardInterrupt``, ``pytest.skip``)
            passes straight through. An ``Exception`` of the function is a field of the response.
        """
        call = self._call(request)
        try:
            if call.loaded.signature.is_async:
                if is_loop_running() or self._loop.is_busy:  # a sync function that an async one called hides the loop
                    name = call.loaded.function.name
                    raise BindingError("async-in-running-loop", function=name)
                self._loop.run(self._arun(call))
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
        call = self._call(request)
        try:
            if call.loaded.signature.is_async or call.loaded.http_parameter is not None:
                with tasks_run_in_surroundings():
                    await self._arun(call)
            else:
                with no_running_loop():
                    call.run()
            return call.response
        finally:
            call.end()

    def _arun(self, call: Call) -> Coroutine[Any, Any, None]:
        """What runs a call on a loop."""
        return call.arun()

    def _call(self, request: InvocationRequest) -> Call:
        loaded = self._loaded(request.function)
        if loaded.http_parameter is None:
            return Call(self._runtime, loaded, request)
        from pytest_azfunc.worker.streaming_call import StreamingCall  # which few apps need

        return StreamingCall(self._runtime, loaded, request)

    def is_inside(self) -> bool:
        """Whether who asks is a function that runs, or a thread or task of one."""
        return CURRENT.get() is not None

    def current_invocation(self) -> str | None:
        """The id of the invocation to which who asks belongs, its threads and tasks included; None for none."""
        records = CURRENT.get()
        return None if records is None else records.invocation_id

    def is_loop(self, loop: object) -> bool:
        """Whether *loop* is the asyncio loop that async functions run on."""
        return self._loop.is_this(loop)

    def run_loop_on_a_thread(self) -> None:
        """Let async functions run on a thread of their own until the worker is closed, as in Azure.

        A live server needs it: its requests come on several threads, and all async functions share one loop.
        """
        if not self._has_thread:
            self._has_thread = True
            self._loop.start_thread()

    def decode(self, request: InvocationRequest) -> Any:
        """The SDK object that the function would get for its trigger.

        :raises Exception: what the SDK's converter raises, as in an invocation.
        """
        loaded = self._loaded(request.function)
        name = loaded.function.trigger.name
        if loaded.http_parameter is not None:
            return self._runtime.web_server.make_request(loaded.function, request, loaded.http_parameter)
        data = request.inputs[name]
        if isinstance(data, PythonObject):
            return data.value
        converters = self._process.converters
        binding_type, takes_metadata = loaded.decoders[name]
        metadata = converters.datums(request.trigger_metadata) if takes_metadata else {}
        return converters.decode(binding_type, data, metadata)

    def is_entry_point(self, function: str, candidate: Any) -> bool:
        """Whether *candidate* is the entry point of the function of that name; imports nothing to find out.

        A decorator makes another object of a function: either may be asked for.
        """
        declared = self.index().declared[function]
        if declared.user_function is not None:
            from pytest_azfunc.project.indexing.decorators import is_decorated

            return is_decorated(candidate, declared.user_function)
        loaded = self._process.loaded.get(function)
        if loaded is not None and loaded.main is candidate:
            return True
        code = getattr(inspect.unwrap(candidate) if callable(candidate) else None, "__code__", None)
        if code is None or code.co_name != declared.entry_point:
            return False
        return bool(os.path.realpath(code.co_filename) == os.path.realpath(declared.script_file))

    def context(self, request: InvocationRequest) -> Context:
        """The invocation context that the request's function gets; without a function's name, that of the app."""
        function = self.index().declared.get(request.function) if request.function else None
        return self._runtime.context(function, request)
