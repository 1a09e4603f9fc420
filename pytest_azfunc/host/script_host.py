"""The part of Azure's host that runs functions: makes requests of payloads, asks the worker, takes the answers."""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Generator, Mapping, Sequence
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from pytest_azfunc import clock
from pytest_azfunc.errors import BindingError
from pytest_azfunc.host.bindings.input_names import check_names
from pytest_azfunc.host.bindings.net_values import new_guid
from pytest_azfunc.host.bindings.payload import Occasion
from pytest_azfunc.host.bindings.trigger_values import deliver
from pytest_azfunc.host.bound_function import BoundFunction, HostOptions
from pytest_azfunc.host.completed_bindings import complete_inputs, complete_outputs
from pytest_azfunc.host.given_context import ContextOverrides
from pytest_azfunc.host.invocation import Invocation
from pytest_azfunc.host.output_bindings import with_refusal, with_returned
from pytest_azfunc.host.retries import MOST_RETRIES, Wait, again, delays, next_attempt, proxied, trace_parent
from pytest_azfunc.host.stores.use import Use
from pytest_azfunc.project import Function, Project, RetryPolicy
from pytest_azfunc.rpc import (
    InvocationRequest,
    InvocationResponse,
    PythonObject,
    TraceContext,
    TypedData,
    WorkerChannel,
)

if TYPE_CHECKING:
    from pytest_azfunc.host.bound_expressions import ResolvedBinding
    from pytest_azfunc.host.faults import Faults
    from pytest_azfunc.host.stores.stores import Stores

__tracebackhide__ = True

_NO_INPUTS: Mapping[str, Any] = {}

Steps = Generator[InvocationRequest | Wait, Any, Invocation]
"""What the host does around an invocation: asks for what it yields, is sent the answer, returns the invocation.

What it yields is a request to the worker, or a wait before a retry; the answer to that is whether the host stops.
"""


_NO_OVERRIDES = ContextOverrides()
_NONE: Mapping[str, ResolvedBinding] = MappingProxyType({})
_DEFAULTS = HostOptions()
_CHANCE = random.Random()  # to seed one takes as long as to open a host


class ScriptHost:
    """Runs the functions of one app. Every way into the app ends in :meth:`run` or :meth:`arun`.

    :ivar worker: answers invocation requests.
    :ivar options: what is the same for all functions.
    :ivar strict: whether an output that Azure would drop or mangle is an error.
    :ivar now: the host's clock.
    :ivar observers: called with every invocation.
    :ivar retries: whether retry policies are carried out.
    :ivar wait: lets the time before a retry pass, where somebody waits for the function.
    :ivar chance: gives what is random in the host: the jitter of retries.
    """

    def __init__(
        self,
        worker: WorkerChannel,
        options: HostOptions = _DEFAULTS,
        strict: bool = True,
        now: Callable[[], datetime] = clock.now,
        observers: Sequence[Callable[[Invocation], None]] = (),
        retries: bool = True,
        wait: Callable[[timedelta], None] = lambda delay: None,
        chance: random.Random | None = None,
        find_stores: Callable[[], Stores] | None = None,
    ) -> None:
        self.worker = worker
        self.options = options
        self.strict = strict
        self.now = now
        self.observers = [*observers]
        self.retries = retries
        self.wait = wait
        self.chance = _CHANCE if chance is None else chance
        self.find_stores = find_stores
        self.faults: Faults | None = None
        self._bound: dict[str, BoundFunction] = {}

    @property
    def project(self) -> Project:
        """The function app. A decorator app is indexed when this is first asked for."""
        return self.worker.index()

    def bound(self, function: Function) -> BoundFunction:
        """The function as it is on this host."""
        found = self._bound.get(function.name)
        if found is None or found.function is not function:  # a decorator app may have been indexed anew
            found = self._bound[function.name] = BoundFunction(function, self.options)
        return found

    def run(
        self,
        function: Function,
        payload: Any = None,
        *,
        inputs: Mapping[str, Any] = _NO_INPUTS,
        context: ContextOverrides | None = None,
        retry: bool = True,
        caused_by: Invocation | None = None,
    ) -> Invocation:
        """Run a function and wait for it, retries included; its exception is a field of the result.

        :param payload: a payload, an SDK object or a bare value; None for nothing.
        :param inputs: values of input bindings, by name.
        :param context: what the invocation context is to say.
        :param retry: whether its retry policy is carried out, the clock moving over the waits.
        :param caused_by: the invocation that it runs for; None for none.
        :raises BindingError: the payload or an input does not fit the function's bindings, or its policy has no end.
        :raises LossyOutputError: in strict mode, an output that Azure would drop or mangle.
        :raises AzfuncError: what else is wrong with the function, or how it is called.
        :raises Exception: what the function's script raises while it is imported.
        """
        steps = self._steps(self._loaded(function), payload, inputs, context, retry, caused_by)
        while isinstance(found := self.proceed(steps), Wait):
            self.wait(found.delay)
        return found

    async def arun(
        self,
        function: Function,
        payload: Any = None,
        *,
        inputs: Mapping[str, Any] = _NO_INPUTS,
        context: ContextOverrides | None = None,
        retry: bool = True,
    ) -> Invocation:
        """The same, awaited inside a running event loop."""
        steps = self._steps(self._loaded(function), payload, inputs, context, retry)
        response: Any = None
        while True:
            try:
                asked = steps.send(response)
            except StopIteration as done:
                invocation: Invocation = done.value
                return invocation
            if isinstance(asked, Wait):
                response = None
                self.wait(asked.delay)
            else:
                response = await self.worker.ainvoke(asked)

    def begin(
        self, function: Function, payload: Any = None, caused_by: Invocation | None = None, *, load: bool = True
    ) -> Steps:
        """Begin a function for which nobody waits; :meth:`proceed` runs it, up to where it waits before a retry.

        :param load: whether it is to be loaded; or else it was, or is known not to load.
        """
        bound = self._loaded(function) if load else self.bound(function)
        return self._steps(bound, payload, _NO_INPUTS, None, True, caused_by)

    def proceed(self, steps: Steps, *, stop: bool = False, unloaded: BaseException | None = None) -> Invocation | Wait:
        """Go on with what :meth:`begin` has begun.

        :param stop: whether a wait before a retry ends here, and no further attempt is made.
        :param unloaded: why the function could not be loaded: each of its attempts fails with that.
        :returns: the invocation, or how long the host waits now: then this is to be called again.
        """
        response: Any = True if stop else None
        while True:
            try:
                asked = steps.send(response)
            except StopIteration as done:
                invocation: Invocation = done.value
                return invocation
            if isinstance(asked, Wait):
                return asked
            response = self.worker.invoke(asked) if unloaded is None else _failed(asked, unloaded)

    def load(self, function: Function) -> None:
        """Have the worker load a function, as it does before the first call.

        :raises AzfuncError: it would not load.
        :raises Exception: what the function's script raises while it is imported.
        """
        self._loaded(function)

    def _loaded(self, function: Function) -> BoundFunction:
        """The bound function. One that would not load says so before its payload is judged."""
        bound = self._bound.get(function.name)
        if bound is None or bound.function is not function or not bound.is_loaded:
            bound = self.bound(function)
            self.worker.load(function.name)
            bound.warn_of_missing_settings()
            bound.is_loaded = True
        return bound

    def _steps(
        self,
        bound: BoundFunction,
        payload: Any,
        inputs: Mapping[str, Any],
        context: ContextOverrides | None,
        retry: bool,
        caused_by: Invocation | None = None,
    ) -> Steps:
        at = self.now()
        use = Use(self.find_stores(), inputs) if self.find_stores is not None and bound.uses_stores else None
        invocation = yield from self._attempt(
            bound, self._request(bound, payload, inputs, context, at), at, use, caused_by
        )
        if invocation.response.exception is not None and retry:
            policy = bound.retry_policy if self.retries else None
            # A test that says which attempt it is plays the host itself.
            if policy is not None and (context is None or context.retry is None):
                invocation = yield from self._retried(bound, policy, invocation, use)
        if inputs:
            invocation.__dict__["_given"] = tuple(inputs)
        if use is not None:
            use.origin.invocation = invocation
        for observer in self.observers:
            observer(invocation)
        if self.strict and invocation.response.exception is None:
            loss = bound.loss(invocation.response)
            if loss is not None:
                raise loss
        return invocation

    def _attempt(
        self,
        bound: BoundFunction,
        request: InvocationRequest,
        at: datetime,
        use: Use | None,
        caused_by: Invocation | None,
    ) -> Steps:
        """One run of the function, which begins at that moment."""
        started = time.perf_counter()
        resolved: dict[str, ResolvedBinding] = {}
        response = None
        if bound.expressions is not None or self.faults is not None:
            response = self._failed_before(bound, request, resolved)
        if response is None:
            if use is not None:
                request = use.filled(bound, request, resolved)
            response = with_returned(bound, (yield request))
            if bound.expressions is not None:
                response = complete_outputs(bound, bound.expressions, request, response, self.now(), resolved)
            response = with_refusal(bound, response, resolved)
            if use is not None:
                response = use.taken(bound, response, resolved, self.strict)
        duration = time.perf_counter() - started
        return Invocation(bound.function.name, request, response, duration, bound, at, resolved or _NONE, caused_by)

    def _retried(self, bound: BoundFunction, policy: RetryPolicy, first: Invocation, use: Use | None) -> Steps:
        """The rest of a function's attempts, after the first has failed."""
        invocation, attempts = first, [first.attempt()]
        for number, delay in enumerate(delays(policy, self.chance), 1):
            error = invocation.response.exception
            if error is None:
                break
            if number > MOST_RETRIES:
                place = bound.trigger.location
                name = bound.function.name
                raise BindingError("retries-without-end", function=name, location=place, count=MOST_RETRIES) from error
            if (yield Wait(delay)):
                return invocation.retried(first, tuple(attempts), is_over=False)
            told = next_attempt(policy, number, bound.function.name, error)
            request = again(invocation.request, told, _next_id(invocation.request))
            invocation = yield from self._attempt(bound, request, self.now(), use, first.caused_by)
            attempts.append(invocation.attempt(delay))
        return invocation.retried(first, tuple(attempts))

    def _failed_before(
        self, bound: BoundFunction, request: InvocationRequest, resolved: dict[str, ResolvedBinding]
    ) -> InvocationResponse | None:
        """How a call ends before the function runs; None where it runs."""
        error: BaseException | None = None
        if bound.expressions is not None:
            error = complete_inputs(bound, bound.expressions, request, self.now(), resolved)
        if error is None and self.faults is not None:
            error = self.faults.take(bound.function.name)
        return None if error is None else _failed(request, error)

    def was_asked_for(self, error: BaseException) -> bool:
        """Whether a test has asked for this very exception."""
        return self.faults is not None and self.faults.were_asked_for(error)

    def request(
        self,
        function: Function,
        payload: Any,
        inputs: Mapping[str, Any] = _NO_INPUTS,
        context: ContextOverrides | None = None,
    ) -> InvocationRequest:
        """What the host asks the worker for this payload.

        :raises BindingError: the payload or an input does not fit the function's bindings.
        """
        return self._request(self.bound(function), payload, inputs, context, self.now())

    def _request(
        self,
        bound: BoundFunction,
        payload: Any,
        inputs: Mapping[str, Any],
        context: ContextOverrides | None,
        at: datetime,
    ) -> InvocationRequest:
        if inputs:
            check_names(bound.function, bound.builder, inputs)
        delivery = deliver(payload, Occasion(bound, at))
        data: dict[str, TypedData | PythonObject | None] = {bound.trigger.name: delivery.value}
        for given in bound.inputs:
            data[given.binding.name] = given.data(inputs.get(given.binding.name))
        context = context or _NO_OVERRIDES
        invocation_id = context.invocation_id or new_guid()
        return InvocationRequest(
            bound.function.name,
            data,
            delivery.metadata,
            invocation_id,
            context.trace or TraceContext(trace_parent(invocation_id)),
            context.retry or bound.first_attempt,
            proxied(delivery.proxied, invocation_id) if delivery.proxied else None,
        )


def _failed(request: InvocationRequest, error: BaseException) -> InvocationResponse:
    """How a call ends that never came to the function."""
    return InvocationResponse(request.invocation_id or "", exception=error)


def _next_id(request: InvocationRequest) -> str:
    """The id of a retry: the same, but for HTTP, where each attempt has its own (azure-webjobs-sdk, JobHost.cs)."""
    if any(isinstance(data, TypedData) and data.kind == "http" for data in request.inputs.values()):
        return new_guid()
    return request.invocation_id or ""
