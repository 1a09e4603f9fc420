"""The result of one invocation."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Protocol

from pytest_azfunc.errors import BindingError, shown
from pytest_azfunc.host.retries import Attempt
from pytest_azfunc.rpc import InvocationRequest, InvocationResponse, PythonObject, TypedData

__tracebackhide__ = True

if TYPE_CHECKING:
    import requests

    from pytest_azfunc.host.bound_expressions import ResolvedBinding
    from pytest_azfunc.host.log_capture import LogCapture
    from pytest_azfunc.host.outputs import Outputs


_NOTHING_RESOLVED: Mapping[str, ResolvedBinding] = MappingProxyType({})


class InvocationView(Protocol):
    """How the host that ran a function presents what came of it."""

    def outputs(self, invocation: Invocation) -> Outputs:
        """The outputs that were set."""

    def reaches_console(self, record: logging.LogRecord) -> bool:
        """Whether host.json lets a line through."""

    def http_response(self, invocation: Invocation) -> requests.Response | None:
        """The response that a caller would get; None without one."""


@dataclass(frozen=True, repr=False, init=False)
class Invocation:
    """What a function did with one trigger value.

    :ivar function: the function's name.
    :ivar request: what the host asked the worker.
    :ivar response: what the worker answered.
    :ivar duration: seconds from request to response, conversions included.
    :ivar started_at: when it began, by the host's clock, in UTC.
    :ivar resolved: what the binding expressions of its inputs and outputs have come to, by binding name; only of those
        that have any.
    :ivar caused_by: the invocation that has put there what it ran for; None where it was a test, or time.
    """

    function: str
    request: InvocationRequest
    response: InvocationResponse
    duration: float
    started_at: datetime
    resolved: Mapping[str, ResolvedBinding]
    caused_by: Invocation | None
    _view: InvocationView

    def __init__(
        self,
        function: str,
        request: InvocationRequest,
        response: InvocationResponse,
        duration: float,
        view: InvocationView,
        started_at: datetime,
        resolved: Mapping[str, ResolvedBinding] = _NOTHING_RESOLVED,
        caused_by: Invocation | None = None,
    ) -> None:
        # The one that `dataclass(frozen=True)` writes takes three times as long.
        fields = self.__dict__
        fields["function"] = function
        fields["request"] = request
        fields["response"] = response
        fields["duration"] = duration
        fields["started_at"] = started_at
        fields["resolved"] = resolved
        fields["caused_by"] = caused_by
        fields["_view"] = view

    @property
    def return_value(self) -> Any:
        """The object that ``main()`` returned; None where the worker does not tell."""
        values = self.response.python_values
        return None if values is None else values.get("$return")

    @property
    def is_loss_unknown(self) -> bool:
        """Whether nobody knows if Azure would drop or mangle an output: the worker tells no Python values."""
        return self.response.python_values is None and self.response.exception is None

    @cached_property
    def outputs(self) -> Outputs:
        """The outputs that were set, by binding name; ``$return`` is among them."""
        return self._view.outputs(self)

    @cached_property
    def logs(self) -> LogCapture:
        """What the function logged, its threads and tasks included, in all of its attempts."""
        from pytest_azfunc.host.log_capture import LogCapture

        attempts = self.__dict__.get("_attempts")
        if attempts is None:
            return LogCapture(self.response.logs, self._view.reaches_console)
        return LogCapture([record for attempt in attempts for record in attempt.logs], self._view.reaches_console)

    @property
    def attempts(self) -> tuple[Attempt, ...]:
        """Each of its runs: more than one where a retry policy was carried out."""
        attempts: tuple[Attempt, ...] | None = self.__dict__.get("_attempts")
        return (self.attempt(),) if attempts is None else attempts

    @property
    def given(self) -> Mapping[str, TypedData | PythonObject | None]:
        """What the test gave for its inputs, by name; what was read from stores is not among it."""
        return {name: self.request.inputs[name] for name in self.__dict__.get("_given", ())}

    @property
    def is_exhausted(self) -> bool:
        """Whether it has failed, and its retry policy has no attempt left."""
        return self.exception is not None and bool(self.__dict__.get("_is_over"))

    @property
    def given_up_to(self) -> str:
        """Where the message was moved with which it has failed once too often, such as ``orders-poison``, or ""."""
        place: str = self.__dict__.get("_given_up_to", "")
        return place

    def give_up_to(self, place: str) -> None:
        """Know where the message was moved."""
        if place:
            self.__dict__["_given_up_to"] = place

    def attempt(self, delay: timedelta = timedelta()) -> Attempt:
        """The run that this is, as one of several attempts.

        :param delay: how long the host had waited before it.
        """
        from pytest_azfunc.host.log_capture import LogCapture

        logs = LogCapture(self.response.logs, self._view.reaches_console)
        return Attempt(self.exception, logs, self.started_at, delay, self.context)

    def retried(self, first: Invocation, attempts: tuple[Attempt, ...], *, is_over: bool = True) -> Invocation:
        """This, the last attempt, as the invocation of which all *attempts* are.

        :param is_over: whether the host would make no more of them; it has stopped where it would.
        """
        whole = Invocation(
            self.function,
            self.request,
            self.response,
            self.duration,
            self._view,
            first.started_at,
            self.resolved,
            self.caused_by,
        )
        whole.__dict__["_attempts"] = attempts
        whole.__dict__["_is_over"] = is_over
        return whole

    @property
    def context(self) -> Any:
        """The invocation context that the function could ask for."""
        return self.response.context

    @property
    def exception(self) -> BaseException | None:
        """What the function raised, or None."""
        return self.response.exception

    @property
    def ok(self) -> bool:
        """Whether the function succeeded."""
        return self.exception is None

    @property
    def http(self) -> requests.Response | None:
        """The HTTP response that a caller would get, as a genuine ``requests.Response``; None without one.

        :raises BindingError: a response that no server sends; in Azure it is a 500.
        """
        return self._view.http_response(self)

    def _response(self, name: str) -> requests.Response:
        response = self.http
        if response is None:
            raise BindingError("not-http", function=self.function, name=name)
        return response

    @property
    def status_code(self) -> int:
        """Status of the HTTP response.

        :raises BindingError: the function is not an HTTP function.
        """
        return self._response("status_code").status_code

    @property
    def headers(self) -> Any:
        """Headers of the HTTP response, names without case."""
        return self._response("headers").headers

    @property
    def content(self) -> bytes:
        """Body of the HTTP response."""
        return self._response("content").content

    @property
    def text(self) -> str:
        """Body of the HTTP response, decoded."""
        return self._response("text").text

    def json(self) -> Any:
        """Body of the HTTP response as JSON."""
        return self._response("json()").json()

    def __repr__(self) -> str:
        parts = [f"<Invocation {self.function}: {'ok' if self.ok else shown(self.exception)}"]
        if self.return_value is not None:
            parts.append(f"returned {shown(self.return_value, 80)}")
        named = [name for name in self.outputs if name != "$return"]
        if named:
            parts.append(f"set {', '.join(named)}")
        if self.is_loss_unknown:
            parts.append("outputs not checked for losses")
        if len(self.logs):
            parts.append(f"logged {len(self.logs)} {'line' if len(self.logs) == 1 else 'lines'}")
        return ", ".join(parts) + ">"
