"""Which retry policy a function has on a host, how long it waits, and what its attempts are told of it. Pure.

Sources: azure-functions-host, FunctionDescriptorProvider.cs (whose policy counts) and
ScriptInvocationContextExtensions.cs (SetRetryContext); azure-webjobs-sdk, FunctionExecutorExtensions.cs (the loop) and
RandomizedExponentialBackoffStrategy.cs.
"""

from __future__ import annotations

import random
import traceback
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, NamedTuple

from pytest_azfunc.project import Function, RetryPolicy
from pytest_azfunc.project.host_json import HostConfig
from pytest_azfunc.rpc import InvocationRequest, ProxiedRequest, RetryContext, RpcException, TraceContext

if TYPE_CHECKING:
    from pytest_azfunc.host.log_capture import LogCapture

MOST_RETRIES = 1000
"""So often a policy without end is carried out, before a test is told that it has none."""

FOR_EVER = -1
"""A ``maxRetryCount`` without end."""

_NO_RETRY = RetryContext()


def policy_of(function: Function, config: HostConfig) -> RetryPolicy | None:
    """The policy of a function: its own, or else the whole of host.json's; None where there is neither."""
    return function.retry or config.retry


def first_attempt(policy: RetryPolicy | None) -> RetryContext:
    """What the first attempt is told: that it is number 0 of so many, or of none without a policy."""
    return _NO_RETRY if policy is None else RetryContext(0, policy.max_retry_count)


class Wait(NamedTuple):
    """The host waits before it tries again.

    :ivar delay: how long.
    """

    delay: timedelta


class Attempt(NamedTuple):
    """One of the runs of an invocation that is retried.

    :ivar exception: what the function raised, or None.
    :ivar logs: what it logged.
    :ivar started_at: when it began, by the host's clock, in UTC.
    :ivar delay: how long the host had waited before it; zero for the first.
    :ivar context: the invocation context that it could ask for.
    """

    exception: BaseException | None
    logs: LogCapture
    started_at: datetime
    delay: timedelta
    context: Any


def delays(policy: RetryPolicy, chance: random.Random) -> Iterator[timedelta]:
    """How long the host waits before each retry, as many of them as the policy has.

    A fixed delay is the same each time. An exponential one is the minimum at first, then the minimum and twice, four
    times, eight times as much and so on, give or take a fifth; from when that reaches the maximum it is the maximum.

    :param chance: gives the jitter.
    """
    number = 1
    is_at_maximum = False
    while policy.max_retry_count == FOR_EVER or number <= policy.max_retry_count:
        if policy.strategy == "fixedDelay":
            yield policy.delay_interval or timedelta()
        else:
            minimum, maximum = policy.minimum_interval or timedelta(), policy.maximum_interval or timedelta.max
            delay = minimum if number == 1 else _backed_off(minimum, number, chance, maximum)
            is_at_maximum = is_at_maximum or delay >= maximum
            yield maximum if is_at_maximum else delay
        number += 1


def _backed_off(minimum: timedelta, number: int, chance: random.Random, maximum: timedelta) -> timedelta:
    try:
        return minimum + minimum * float(2 ** (number - 2) * chance.uniform(0.8, 1.2))
    except OverflowError:
        return maximum


def next_attempt(policy: RetryPolicy, number: int, function: str, error: BaseException) -> RetryContext:
    """What a retry is told: its number, of so many, and how the attempt before it has failed.

    :param number: of the retry; 1 is the first.
    """
    return RetryContext(number, policy.max_retry_count, _rpc_exception(function, error))


def again(request: InvocationRequest, retry: RetryContext, invocation_id: str) -> InvocationRequest:
    """The request of a retry.

    :param invocation_id: the same as before, or with HTTP one of its own.
    """
    before, trace, streamed = request.invocation_id or "", request.trace_context, request.http_request
    if invocation_id != before:
        trace = TraceContext(trace_parent(invocation_id))
        streamed = streamed and proxied(streamed, invocation_id, before)
    return InvocationRequest(
        request.function, request.inputs, request.trigger_metadata, invocation_id, trace, retry, streamed
    )


def proxied(request: ProxiedRequest, invocation_id: str, before: str | None = None) -> ProxiedRequest:
    """A request that comes to the function as a stream, as the host passes it on for this invocation.

    :param before: the invocation for which it was passed on before.
    """
    from pytest_azfunc.host.web.http_proxy import for_invocation  # few apps stream HTTP

    return for_invocation(request, invocation_id, before)


def trace_parent(invocation_id: str) -> str:
    """A W3C traceparent, made of the invocation's GUID."""
    digits = invocation_id.replace("-", "")
    return f"00-{digits}-{digits[:16]}-00"


def _rpc_exception(function: str, error: BaseException) -> RpcException:
    """A failure as the host formats it (ExceptionFormatter.cs)."""
    stack = "".join(traceback.format_tb(error.__traceback__))
    message = (
        "Microsoft.Azure.WebJobs.Host.FunctionInvocationException : Exception while executing function: "
        f"Functions.{function} ---> Microsoft.Azure.WebJobs.Script.Workers.Rpc.RpcException : Result: Failure\n"
        f"Exception: {type(error).__name__}: {error}\nStack: {stack}"
    )
    return RpcException(message, stack, "")
