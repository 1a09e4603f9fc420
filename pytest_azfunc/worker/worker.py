"""The worker itself: request in, response out."""

from __future__ import annotations

import contextvars
import inspect
import os
import uuid
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from pytest_azfunc.errors import BindingError
from pytest_azfunc.project import Function, Project
from pytest_azfunc.project.decorators import is_decorated
from pytest_azfunc.project.process_state import Environment, EventLoopPolicy, Loggers
from pytest_azfunc.project.signature import check_signature
from pytest_azfunc.rpc import (
    InvocationRequest,
    InvocationResponse,
    PythonObject,
    RetryContext,
    TraceContext,
    TypedData,
)
from pytest_azfunc.worker.asgi_lifespan import end_lifespan, has_begun
from pytest_azfunc.worker.context import Context, Out
from pytest_azfunc.worker.converters import Converters
from pytest_azfunc.worker.event_loop import WorkerLoop, is_loop_running, no_running_loop
from pytest_azfunc.worker.loader import import_entry_point
from pytest_azfunc.worker.logs import CURRENT, THREADS, Records
from pytest_azfunc.worker.surroundings import Stage, worker_log_level
from pytest_azfunc.worker.worker_process import LoadedFunction, WorkerProcess

_NO_TRACE = TraceContext()
_NO_RETRY = RetryContext()
_STOP_ITERATION = "StopIteration interacts badly with generators and cannot be raised into a Future"


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
                self._leave_index()
                THREADS.uninstall()
                self.process.deactivate()
                self._stage.close()
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
        return loaded

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
        return LoadedFunction(function, main, signature, decoders)

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
                if is_loop_running():
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
            if call.loaded.signature.is_async:
                await call.arun()
            else:
                with no_running_loop():
                    call.run()
            return call.response
        finally:
            call.end()

    def _call(self, request: InvocationRequest) -> _Call:
        __tracebackhide__ = True
        loaded = self.load(request.function)
        return _Call(self, loaded, request)

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
        binding_type, takes_metadata = self.load(function.name).decoders[name]
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


class _Call:
    """One invocation on its way through the worker: decode, ``main()``, encode."""

    __slots__ = ("context", "loaded", "outs", "records", "request", "response", "started", "token", "worker")

    def __init__(self, worker: Worker, loaded: LoadedFunction, request: InvocationRequest) -> None:
        self.worker = worker
        self.loaded = loaded
        self.request = request
        self.records = Records()
        self.context = worker.make_context(loaded.function, request)
        self.outs: dict[str, Out] = {}
        if loaded.signature.requires_context:  # only then can the function know its invocation's id
            worker._handler.remember(self.context.invocation_id, self.records)
        worker._stage.enter()
        self.token = CURRENT.set(self.records)

    def end(self) -> None:
        CURRENT.reset(self.token)
        self.worker._stage.leave()

    def run(self) -> None:
        __tracebackhide__ = True
        thread_local = self.worker._handler.thread_local
        try:
            arguments = self._decode()
            thread_local.invocation_id = self.context.invocation_id
            try:
                result = self.loaded.main(**arguments)
            except StopIteration as error:  # it comes out of a thread, through a future, which cannot hold it
                raise RuntimeError(_STOP_ITERATION) from error
            finally:
                thread_local.invocation_id = None
            self._encode(result)
        except Exception as error:
            self._fail(error)

    def run_on(self, loop: WorkerLoop) -> None:
        __tracebackhide__ = True
        loop.run(self.arun())

    async def arun(self) -> None:
        __tracebackhide__ = True
        try:
            arguments = self._decode()
            self.worker._handler.thread_local.invocation_id = self.context.invocation_id
            self._encode(await self.loaded.main(**arguments))
        except Exception as error:
            self._fail(error)

    def _decode(self) -> dict[str, Any]:
        __tracebackhide__ = True
        converters = self.worker.converters
        decoders = self.loaded.decoders
        metadata: Mapping[str, Any] | None = None
        arguments: dict[str, Any] = {}
        for name, data in self.request.inputs.items():
            binding_type, takes_metadata = decoders[name]
            if isinstance(data, PythonObject):
                arguments[name] = data.value
            elif takes_metadata:
                if metadata is None:
                    metadata = converters.datums(self.request.trigger_metadata)
                arguments[name] = converters.decode(binding_type, data, metadata)
            else:
                arguments[name] = converters.decode(binding_type, data, {})
        signature = self.loaded.signature
        if signature.requires_context:
            arguments["context"] = self.context
        for name in signature.outputs:
            arguments[name] = self.outs[name] = Out()
        return arguments

    def _encode(self, result: Any) -> None:
        __tracebackhide__ = True
        converters = self.worker.converters
        signature = self.loaded.signature
        if result is not None and signature.returns is None:
            name = self.loaded.function.name
            raise RuntimeError(f"function {name!r} without a $return binding returned a non-None value")
        outputs: dict[str, TypedData] = {}
        values: dict[str, Any] = {}
        for name, how in signature.outputs.items():
            value = self.outs[name].get()
            if value is not None:
                values[name] = value
                outputs[name] = converters.encode(how.binding_type, value, how.annotation) or TypedData(None, None)
        if len(outputs) > 1:
            outputs = {name: outputs[name] for name in signature.response_order if name in outputs}
        returned = None
        if signature.returns is not None:
            returned = converters.encode(signature.returns.binding_type, result, signature.returns.annotation)
        values["$return"] = result
        self.response = InvocationResponse(
            self.context.invocation_id, returned, outputs, None, self.records, values, self.context
        )

    def _fail(self, error: Exception) -> None:
        self.response = InvocationResponse(
            self.context.invocation_id, exception=error, logs=self.records, context=self.context
        )
