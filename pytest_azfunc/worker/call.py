"""One invocation on its way through the worker: decode, ``main()``, encode."""

from __future__ import annotations

import builtins
from collections.abc import Mapping
from typing import Any

from pytest_azfunc.errors.notes import value_without_binding
from pytest_azfunc.process.outgoing import RequestRefused, refusal_in
from pytest_azfunc.project.user_errors import add_note
from pytest_azfunc.rpc import InvocationRequest, InvocationResponse, PythonObject, TypedData
from pytest_azfunc.worker.context import Out
from pytest_azfunc.worker.loaded_function import LoadedFunction
from pytest_azfunc.worker.logs import CURRENT, Records
from pytest_azfunc.worker.runtime import Runtime
from pytest_azfunc.worker.worker_extensions import are_there

__tracebackhide__ = True

# A request that was refused; from Python 3.11 on, perhaps in one of several tasks.
REFUSED: Any = (RequestRefused, *filter(None, [getattr(builtins, "BaseExceptionGroup", None)]))
_STOP_ITERATION = "StopIteration interacts badly with generators and cannot be raised into a Future"


class Call:
    """One invocation. What the worker answers is in :attr:`response` when it has run."""

    __slots__ = ("context", "invocation_id", "loaded", "outs", "records", "request", "response", "runtime", "token")

    def __init__(self, runtime: Runtime, loaded: LoadedFunction, request: InvocationRequest) -> None:
        self.runtime = runtime
        self.loaded = loaded
        self.request = request
        self.records = records = Records()
        records.surroundings = surroundings = runtime.surroundings
        self.context = runtime.context(loaded.function, request)
        self.invocation_id = records.invocation_id = self.context.invocation_id
        self.outs: dict[str, Out] = {}
        if loaded.signature.requires_context:  # only then can the function know its invocation's id
            runtime.log_handler.remember(self.invocation_id, records)
        surroundings.enter()
        self.token = CURRENT.set(records)

    def end(self) -> None:
        """Let go of the worker's surroundings, whatever came of the call."""
        CURRENT.reset(self.token)
        self.runtime.surroundings.leave()

    def run(self) -> None:
        """Run a sync function on the calling thread."""
        try:
            self._encode(self._main(self._decode()))
        except Exception as error:
            self._fail(error)
        except REFUSED as error:
            self._fail(self._refusal(error))

    async def arun(self) -> None:
        """Run an async function on the running loop."""
        try:
            self._encode(await self._amain(self._decode()))
        except Exception as error:
            self._fail(error)
        except REFUSED as error:
            self._fail(self._refusal(error))

    def _main(self, arguments: dict[str, Any]) -> Any:
        runtime = self.runtime
        thread_local, pool_threads = runtime.log_handler.thread_local, runtime.process.pool_threads
        thread_local.invocation_id = self.invocation_id
        caller = pool_threads.enter()
        try:
            return self._with_extensions(arguments) if are_there() else self.loaded.main(**arguments)
        except StopIteration as error:  # it comes out of a thread, through a future, which cannot hold it
            raise RuntimeError(_STOP_ITERATION) from error
        finally:
            pool_threads.leave(caller)
            thread_local.invocation_id = None

    async def _amain(self, arguments: dict[str, Any]) -> Any:
        self.runtime.log_handler.thread_local.invocation_id = self.invocation_id
        if not are_there():
            return await self.loaded.main(**arguments)
        extensions = self.runtime.extensions
        extensions.before(self.context, arguments)
        result = await self.loaded.main(**arguments)
        extensions.after(self.context, arguments, result)
        return result

    def _with_extensions(self, arguments: dict[str, Any]) -> Any:
        extensions = self.runtime.extensions
        extensions.before(self.context, arguments)
        result = self.loaded.main(**arguments)
        extensions.after(self.context, arguments, result)
        return result

    def _decode(self) -> dict[str, Any]:
        converters = self.runtime.process.converters
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
        signature = self.loaded.signature
        if result is not None and signature.returns is None:
            raise self._unbound(result)
        outputs: dict[str, TypedData] = {}
        values: dict[str, Any] = {}
        if signature.outputs:
            self._encode_outputs(outputs, values)
        returned = self._encode_return(result)
        values["$return"] = result
        self.response = InvocationResponse(
            self.invocation_id, returned, outputs, None, self.records, values, self.context
        )

    def _encode_outputs(self, outputs: dict[str, TypedData], values: dict[str, Any]) -> None:
        converters, signature = self.runtime.process.converters, self.loaded.signature
        encoded: dict[str, TypedData] = {}
        for name, how in signature.outputs.items():
            value = self.outs[name].get()
            if value is not None:
                values[name] = value
                data = converters.encode(how.binding_type, value, how.annotation, self.loaded.function, name)
                encoded[name] = data or TypedData(None, None)
        outputs.update({name: encoded[name] for name in signature.response_order if name in encoded})

    def _encode_return(self, result: Any) -> TypedData | None:
        how, function = self.loaded.signature.returns, self.loaded.function
        if how is None:
            return None
        return self.runtime.process.converters.encode(how.binding_type, result, how.annotation, function, "$return")

    def _unbound(self, result: Any) -> RuntimeError:
        function = self.loaded.function
        error = RuntimeError(f"function {function.name!r} without a $return binding returned a non-None value")
        is_http = function.trigger.kind == "httptrigger"
        add_note(error, value_without_binding(is_http, function.user_function is not None))
        return error

    def _refusal(self, error: BaseException) -> Exception:
        """What the test is told of a request that was refused.

        :raises BaseException: the error itself, of several tasks, when none of them has sent one.
        """
        refused = refusal_in(error)
        if refused is None:
            raise error
        return refused.as_error(self.runtime.root, self.loaded.function.name)

    def _fail(self, error: Exception) -> None:
        from pytest_azfunc.errors.notes import raised_by_call  # most calls succeed
        from pytest_azfunc.project.hints import hint_at_call

        hint = hint_at_call(error)
        if hint:
            add_note(error, raised_by_call(hint))
        self.response = InvocationResponse(self.invocation_id, exception=error, logs=self.records, context=self.context)


ENTER_FUNCTION = frozenset(method.__code__ for method in (Call._main, Call._amain, Call._with_extensions))
"""The code whose frames call the user's function: who comes next there is the user's."""
